"""A command that adds to a brief's own files loses nothing that somebody else wrote meanwhile."""

import shutil
from pathlib import Path

import pytest

from evibrief.cli.studies import write_own
from evibrief.evidence.read_folder import LARGEST_SOURCE, read_brief
from evibrief.problems import Problems

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BRIEF, tmp_path / "brief"))


@pytest.mark.parametrize("saved", ["", "\ufeff", "\r"])
def test_what_was_read_is_replaced(folder: Path, saved: str) -> None:
    path = folder / "references.json"
    text = path.read_text()
    path.write_bytes((saved.strip() + (text.replace("\n", "\r\n") if saved == "\r" else text)).encode())
    write_own(read_brief(folder)[0], {path: "[]\n"})
    assert path.read_text() == "[]\n"


@pytest.mark.parametrize("changed", ["references.json", "studies.yaml"])
def test_what_was_changed_meanwhile_stays_and_nothing_is_written(folder: Path, changed: str) -> None:
    source, _ = read_brief(folder)
    with (folder / changed).open("a") as file:
        file.write("\n")
    before = {name: (folder / name).read_bytes() for name in ("references.json", "studies.yaml")}
    with pytest.raises(Problems, match="was changed while the command ran"):
        write_own(source, {folder / name: "[]" for name in before})
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_a_file_that_came_meanwhile_stays(folder: Path) -> None:
    path = folder / "references.json"
    text = path.read_bytes()
    path.unlink()
    source, _ = read_brief(folder)
    path.write_bytes(text)
    with pytest.raises(Problems, match="was changed while the command ran"):
        write_own(source, {path: "[]"})
    assert path.read_bytes() == text


def test_what_could_not_be_read_again_is_not_written(folder: Path) -> None:
    path = folder / "references.json"
    before = path.read_bytes()
    with pytest.raises(Problems, match="the limit is 8 MB"):
        write_own(read_brief(folder)[0], {path: "x" * (LARGEST_SOURCE + 1)})
    assert path.read_bytes() == before
