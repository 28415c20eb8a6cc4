"""One command reads a brief once and derives what follows from it once, and composes its documents in memory."""

import contextlib
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evibrief.build import Composition, build, compose
from evibrief.checks.load import load
from evibrief.cli.main import main
from evibrief.evidence import read_folder
from evibrief.formats import registry
from evibrief.formats.contract import Document, Page
from evibrief.formats.html.format import WebPage
from evibrief.formats.registry import FORMATS, names
from evibrief.problems import Place, Problem, Problems
from evibrief.rating import rate_sorts
from evibrief.rating.findings import derive
from evibrief.rating.values import fill, values_of
from shared import Shared

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
PEOPLE = """\
sender: {name: Max Muster, address: max@example.org}
recipients:
  - {id: a, role: botanist, address: a@example.org}
  - {id: b, role: optician, address: b@example.org, kind: reviewer}
  - {id: c, role: sailor, address: c@example.org, kind: reviewer}
"""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a folder is read, by its path, and how often anything is rated."""
    counts: Counter[str] = Counter()
    read, rated = read_folder.read_brief, rate_sorts.Rater.rate

    def reading(folder: Path, *how: Any, **also: Any) -> Any:
        counts[folder.as_posix()] += 1
        return read(folder, *how, **also)

    def rating(self: rate_sorts.Rater, *records: Any) -> Any:
        counts["rated"] += 1
        return rated(self, *records)

    monkeypatch.setattr(read_folder, "read_brief", reading)
    monkeypatch.setattr(rate_sorts.Rater, "rate", rating)
    return counts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A brief with recipients, in a folder that is no repository."""
    monkeypatch.chdir(tmp_path)
    folder = Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))
    (folder / "circulation.yaml").write_text(PEOPLE)
    return folder


_SLOW = [pytest.param(words, marks=pytest.mark.slow) for words in ("review-copy", "archive", "build --layer page")]


@pytest.mark.parametrize("words", ["check", "build --format html", *_SLOW])
def test_a_brief_is_read_and_rated_once(words: str, folder: Path, counted: Counter[str]) -> None:
    command, *options = words.split()
    assert main([command, str(folder), *options]) == 0
    assert counted == {folder.as_posix(): 1, "rated": 1}


@pytest.mark.slow
def test_letters_to_two_reviewers_are_made_from_one_document(
    folder: Path, shared: Shared, counted: Counter[str]
) -> None:
    archive = folder.parent / "archive"
    shared.archive_version(folder, archive, load(folder).brief.brief.date)
    counted.clear()
    assert main(["circulate", str(folder), "--archive", str(archive)]) == 0
    archived = {name: count for name, count in counted.items() if "archive" in name}
    assert counted[folder.as_posix()] == 1
    assert list(archived.values()) == [2]  # compared with what its recipients hold, and set for its reviewers


@dataclass(frozen=True)
class Composed:
    """The brief in memory, and every file around it with its time before and after."""

    made: Composition
    before: dict[Path, int]
    after: dict[Path, int]


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Composed:
    place = tmp_path_factory.mktemp("composed")
    folder = Path(shutil.copytree(BRIEF, place / "blue-glass"))
    before = times(place)
    with contextlib.chdir(place):
        made = compose(load(folder))
    return Composed(made, before, times(place))


def times(place: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (place, *place.rglob("*"))}


@pytest.mark.slow
def test_what_is_composed_is_what_is_built(composed: Composed, shared: Shared) -> None:
    built = shared.documents(BRIEF)
    assert [one.format for one in composed.made.documents] == list(built) == list(names())
    assert [one.data for one in composed.made.documents] == [path.read_bytes() for path in built.values()]


@pytest.mark.slow
def test_composing_writes_nothing(composed: Composed) -> None:
    assert composed.made.documents
    assert len(composed.before) > 10
    assert composed.after == composed.before


@pytest.mark.slow
def test_every_format_says_what_it_shows(composed: Composed) -> None:
    made = composed.made
    texts = {one.name: one.text(document.data) for one, document in zip(FORMATS, made.documents, strict=True)}
    claims = made.page.brief.all_claims
    assert len(claims) > 5
    for name, text in texts.items():
        assert [claim.id for claim in claims if claim.id not in text] == [], name
        assert made.page.brief.brief.title in " ".join(text.split()), name
        assert "PK" not in text[:100], name
        assert "<p" not in text, name


def test_values_are_filled_into_what_was_derived_as_into_what_it_was_derived_from(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))
    claims = folder / "claims" / "01-light.yaml"
    text = claims.read_text()
    assert "text: Blue light reaches the inner nose." in text
    claims.write_text(text.replace("Blue light reaches the inner nose.", "Seen in {counts.studies} studies."))
    loaded = load(folder)
    values = values_of(loaded.brief, loaded.findings)
    assert values
    claim = next(one.id for one in loaded.brief.all_claims if "{counts.studies}" in one.text)
    brief, findings = fill((loaded.brief, loaded.findings), values)
    assert brief != loaded.brief
    assert findings == derive(brief)
    assert findings.claims[claim].text == f"Seen in {values['counts.studies']} studies."
    page = compose(loaded, ["html"])
    assert page.findings == findings
    assert b"{counts" not in page.documents[0].data


class Failing(WebPage):
    """A format that can never be written."""

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, page: Page) -> Document:
        """Nothing."""
        raise Problems([Problem(Place(page.brief.brief.id), self.name, "this cannot be written")])


def test_of_several_formats_all_are_written_or_none_and_all_that_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "FORMATS", (Failing("first"), *FORMATS, Failing("last")))
    (before,) = build(BRIEF, tmp_path, ["html"])
    stamp = before.path.stat().st_mtime_ns
    with pytest.raises(Problems) as caught:
        build(BRIEF, tmp_path, ["first", "html", "last"], layer="page")
    assert [one.rule for one in caught.value.problems] == ["first", "last"]
    with pytest.raises(Problems, match="last"):
        build(BRIEF, tmp_path / "new", ["html", "last"])
    assert not (tmp_path / "new").exists()
    assert [path for path in tmp_path.iterdir() if path.name[0] != "."] == [before.path]
    assert before.path.stat().st_mtime_ns == stamp
