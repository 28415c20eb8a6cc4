"""What is up to date is not built again, and nothing else is taken for it."""

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.build_cache import WrittenFile, file_stem, fingerprint_inputs, save, up_to_date
from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.formats.contract import Document
from evibrief.sections.blocks import Layer
from shared import SECOND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SECOND, tmp_path / "data" / "blue-glass"))


def more(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("# one line\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file of the evidence": lambda folder: (folder / "harms.yaml").write_text("[]\n"),
    "its name": lambda folder: (folder / "claims" / "01-light.yaml").rename(folder / "claims" / "09-light.yaml"),
    "a file more": lambda folder: more(folder / "claims" / "09-more.yaml"),
    "a file less": lambda folder: (folder / "harms.yaml").unlink(),
    "a style sheet": lambda folder: more(folder / "theme" / "custom.css"),
    "a template": lambda folder: more(folder / "theme" / "page.html.jinja"),
    "a citation style": lambda folder: more(folder / "house.csl"),
    "an instrument inside": lambda folder: more(folder / "instruments" / "own-1.yaml"),
    "an instrument beside the brief": lambda folder: more(folder.parent / "instruments" / "own-1.yaml"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_a_document_is_made_of_counts(name: str, folder: Path) -> None:
    before = fingerprint_inputs(folder)
    CHANGES[name](folder)
    assert fingerprint_inputs(folder) != before


@pytest.mark.parametrize("name", ["notes.txt", ".hidden.yaml"])
def test_what_no_document_is_made_of_does_not_count(name: str, folder: Path) -> None:
    before = fingerprint_inputs(folder)
    more(folder / name)
    assert fingerprint_inputs(folder) == before


def test_where_a_brief_lies_does_not_count(folder: Path, tmp_path: Path) -> None:
    before = fingerprint_inputs(folder)
    assert fingerprint_inputs(Path(shutil.move(folder, tmp_path / "elsewhere"))) == before


def test_templates_code_and_engines_count(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = shutil.copytree(resources.templates(), tmp_path / "templates")
    more(own / "labels" / "xx.yaml")
    found = [fingerprint_inputs(folder)]
    for name, now in (("code_hash", "another"), ("engine_versions", ("weasyprint 99.0",)), ("templates", own)):
        with monkeypatch.context() as patch:
            patch.setattr(resources, name, lambda now=now: now)
            found.append(fingerprint_inputs(folder))
    assert len(set(found)) == 4


@cache
def brief() -> Brief:
    return load(SECOND).brief


PDF, PAGE = Document("pdf", b"%PDF", 3), Document("html", b"<html>")


def saved(folder: Path, output: Path, *documents: Document, inputs: str = "a", layer: Layer = "full") -> None:
    files = save(folder, output, file_stem(brief(), layer), documents, inputs, layer)
    for written, document in zip(files, documents, strict=True):
        assert (written.path.read_bytes(), written.pages, written.fresh) == (document.data, document.pages, True)


def ready(
    folder: Path, output: Path, *wanted: str, inputs: str = "a", layer: Layer = "full"
) -> Sequence[WrittenFile] | None:
    return up_to_date(folder, output, wanted, inputs, layer)


def test_formats_and_layers_are_kept_side_by_side(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert ready(folder, output, "pdf") is None
    saved(folder, output, PDF)
    saved(folder, output, PAGE)
    saved(folder, output, Document("html", b"<p>"), inputs="b", layer="page")
    both = ready(folder, output, "pdf", "html")
    assert both
    assert [(one.path.suffix, one.size, one.pages, one.fresh) for one in both] == [
        (".pdf", 4, 3, False), (".html", 6, None, False)
    ]  # fmt: skip
    (layer,) = ready(folder, output, "html", inputs="b", layer="page") or ()
    assert layer.path.name == "blue-glass_2026-03-01_v1.2.0_page.html"
    assert ready(folder, output, "pdf", "docx") is None


def a_folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARMS: dict[str, Callable[[Path], object]] = {
    "other bytes": lambda path: path.write_bytes(b"%PdF"),
    "a byte more": lambda path: path.write_bytes(b"%PDF "),
    "it is gone": lambda path: path.unlink(),
    "it is a folder": a_folder_instead,
}


@pytest.mark.parametrize("name", HARMS)
def test_a_document_that_is_not_as_it_was_written_is_not_up_to_date(name: str, folder: Path, tmp_path: Path) -> None:
    saved(folder, tmp_path, PDF, PAGE)
    HARMS[name](next(tmp_path.glob("*.pdf")))
    assert ready(folder, tmp_path, "pdf", "html") is None
    assert ready(folder, tmp_path, "html")


def test_other_inputs_and_another_brief_are_not_up_to_date(folder: Path, tmp_path: Path) -> None:
    saved(folder, tmp_path, PDF)
    assert ready(folder, tmp_path, "pdf", inputs="b") is None
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    assert ready(other, tmp_path, "pdf") is None
    saved(other, tmp_path, PAGE)
    assert ready(folder, tmp_path, "pdf")


def test_a_document_that_cannot_be_written_changes_none(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    saved(folder, output, PDF)
    before = {path: path.read_bytes() for path in output.iterdir()}
    with pytest.raises(OSError, match="directory"):
        save(folder, output, file_stem(brief()), [Document("pdf", b"new"), Document("a/b", b"x")], "b", "full")
    assert {path: path.read_bytes() for path in output.iterdir()} == before
