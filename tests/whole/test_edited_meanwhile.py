"""Authors save files while a build runs: what is made carries the evidence that it shows, or nothing is made."""

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from evibrief import build as building
from evibrief.archive import keep
from evibrief.build import compose
from evibrief.checks.load import Loaded, load
from evibrief.formats.carried import carried_files
from evibrief.formats.manifest import carried, evidence_as_read, evidence_files
from evibrief.problems import Problems

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
FIRST = ROOT / "data" / "ketamine-mecfs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SECOND, tmp_path / "blue-glass")


@pytest.mark.parametrize("brief", [SECOND, FIRST, ROOT / "tests" / "briefs" / "ldn"], ids=lambda path: path.name)
def test_what_was_read_is_what_is_there(brief: Path) -> None:
    loaded = load(brief)
    appraised_with = [one.name for one in loaded.brief.appraisal_instruments]
    there = evidence_files(brief, loaded.brief.brief.methods.instrument, appraised_with)
    assert [*evidence_as_read(loaded).items()] == [*there.items()]
    assert len(there) > 10


def test_bytes_are_those_of_the_file_however_it_was_saved(folder: Path) -> None:
    path = folder / "harms.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert evidence_as_read(load(folder))["harms.yaml"] == path.read_bytes()


def reworded(folder: Path) -> None:
    for path in (folder / "claims").glob("*.yaml"):
        path.write_text(path.read_text().replace("lowers sneezing", "raises sneezing"))


def with_another_file(folder: Path) -> None:
    shutil.copy(next((folder / "claims").glob("*.yaml")), folder / "claims" / "99-new.yaml")
    (folder / "news.yaml").write_text("{}\n")


def without_a_file(folder: Path) -> None:
    (folder / "harms.yaml").unlink()


def with_another_instrument(folder: Path) -> None:
    for path in (folder / "instruments").glob("*.yaml"):
        path.write_text(path.read_text() + "# edited\n")


def without_an_instrument(folder: Path) -> None:
    shutil.rmtree(folder / "instruments")


@pytest.mark.parametrize(
    "edit", [reworded, with_another_file, without_a_file, with_another_instrument, without_an_instrument]
)
def test_a_document_carries_the_evidence_that_it_shows(edit: Callable[[Path], None], folder: Path) -> None:
    loaded = load(folder)
    before = carried(loaded)
    edit(folder)
    assert carried(loaded) == before
    assert carried(load(SECOND)) == before


def test_the_core_that_is_made_later_is_of_the_same_evidence(folder: Path) -> None:
    loaded = load(folder)
    reworded(folder)
    [document] = compose(loaded, ["docx"], "core").documents
    files = carried_files(document.data, "core.docx")
    assert {name: files[name] for name in evidence_as_read(loaded)} == evidence_as_read(load(SECOND))


@pytest.mark.parametrize("there_before", [True, False])
@pytest.mark.parametrize("moment", ["before the look is read", "after it is read"])
def test_a_look_that_is_saved_meanwhile_is_told(
    there_before: bool, moment: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look is read again for each document, and what it carries must be the look that it has."""
    sheet, render, files = folder / "theme" / "custom.css", building._render, building.BRIEF.files
    sheet.parent.mkdir()
    if there_before:
        sheet.write_text("main { color: #123456; }\n")

    def save() -> None:
        sheet.write_text("main { color: #654321; }\n")

    def files_then_saved(loaded: Loaded, layer: object) -> object:
        found = files(loaded, layer)  # type: ignore[arg-type]
        if moment.startswith("before"):
            save()
        return found

    def saved_then_rendered(*arguments: object) -> object:
        if moment.startswith("after"):
            save()
        return render(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(building, "_render", saved_then_rendered)
    edition = building.Edition(files_then_saved)  # type: ignore[arg-type]
    if moment.startswith("after") and not there_before:
        [document] = compose(load(folder), ["html"], edition=edition).documents
        assert b"#654321" not in document.data, "neither read nor carried"
        return
    with pytest.raises(Problems) as told:
        compose(load(folder), ["html"], edition=edition)
    assert [(one.place.path, one.rule) for one in told.value.problems] == [(str(sheet), "edited")]


def test_a_version_whose_look_is_saved_meanwhile_is_not_archived(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = folder / "theme" / "custom.css"
    sheet.parent.mkdir()

    def made(*arguments: object, **named: object) -> SimpleNamespace:
        sheet.write_text("main { color: #654321; }\n")
        return SimpleNamespace(documents=())

    monkeypatch.setattr(keep, "compose", made)
    with pytest.raises(Problems, match="edited"):
        keep.archive_version(folder, tmp_path / "archive", datetime.date(2026, 3, 1))
    assert [*(tmp_path / "archive").rglob("*.*")] == []
