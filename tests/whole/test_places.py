"""What is wrong with a text is told at the place where its author wrote it, wherever the page prints it."""

import re
import shutil
from pathlib import Path

import pytest

from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence.source import Location
from evibrief.evidence.written import Piece, joined, location_of, pieces_of, reworded, written
from evibrief.problems import Problems
from evibrief.rating.values import fill_text
from evibrief.review.patches import _is_markdown
from evibrief.review.place import field_texts

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
BAD = "[x](javascript:1)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))


def told(folder: Path) -> list[tuple[str, int, int]]:
    """File, line and column of each problem with a text."""
    with pytest.raises(Problems) as caught:
        build(folder, folder.parent / "out", ["html"])
    assert {one.rule for one in caught.value.problems} == {"prose"}
    found = (one.place for one in caught.value.problems)
    return [(Path(one.path).relative_to(folder).as_posix(), one.line, one.column) for one in found]


def spoiled(path: Path, pattern: str) -> tuple[int, int]:
    """Put a link that leads nowhere behind each text that fits, and give line and column of the first."""
    text = path.read_text()
    new, count = re.subn(pattern, lambda found: f"{found[0]} {BAD}", text)
    assert count == 1
    at = new.index("javascript:1")
    path.write_text(new)
    return new.count("\n", 0, at) + 1, at - new.rfind("\n", 0, at)


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("claims/01-light.yaml", "Blue glass lowers sneezing in hay fever"),
        ("mechanisms.yaml", r"told twice \[@muster2019; @muster2020\]"),
        ("mechanisms.yaml", "Nothing is known of it"),
        ("brief.yaml", "A second one was retracted"),
    ],
)
def test_the_place_is_that_of_the_words(file: str, pattern: str, folder: Path) -> None:
    line, column = spoiled(folder / file, pattern)
    assert set(told(folder)) == {(file, line, column)}


def test_the_same_words_at_two_places_are_two(folder: Path) -> None:
    path = folder / "mechanisms.yaml"
    text = path.read_text()
    summaries = re.findall(r"  summary: .*", text)
    assert len(summaries) == 2
    for summary in summaries:
        text = text.replace(summary, f"  summary: The same. {BAD}")
    path.write_text(text)
    lines = [number for number, line in enumerate(text.split("\n"), 1) if BAD in line]
    assert len(lines) == 2
    column = len("  summary: The same. [x](") + 1
    assert told(folder) == [("mechanisms.yaml", line, column) for line in lines]


@pytest.mark.slow
def test_a_text_of_the_theme_keeps_its_place(folder: Path) -> None:
    """A template of the brief's own is filled in another process."""
    (folder / "theme").mkdir()
    (folder / "theme" / "page.html.jinja").write_text('{% extends "brief.html.jinja" %}')
    line, column = spoiled(folder / "mechanisms.yaml", "Nothing is known of it")
    assert set(told(folder)) == {("mechanisms.yaml", line, column)}


def test_records_keep_the_places_of_their_texts() -> None:
    loaded = load(BRIEF)
    claim = loaded.brief.claims[0].claims[0]
    assert location_of(claim.text) == ("claims", 0, "claims", 0, "text")
    assert loaded.source.place(("claims", 0, "claims", 0, "text")).line == 5
    assert isinstance(claim.id, str)


def test_joined_texts_keep_the_places_of_all() -> None:
    one, other = (written(text, [Piece(text, (text,))]) for text in ("short", "much longer"))
    both = joined("**", one, ":** ", other)
    assert both == "**short:** much longer"
    assert [piece.location for piece in pieces_of(both)] == [("short",), ("much longer",)]
    assert (location_of(both), location_of(both, "hort")) == (("much longer",), ("short",))
    assert (joined("a", "b"), pieces_of(joined("a", "b")), location_of("ab")) == ("ab", (), None)


def test_values_that_are_filled_in_keep_the_place() -> None:
    text = written("of {a.n} people", [Piece("of {a.n} people", ("x",))])
    filled = fill_text(text, {"a.n": "12"})
    assert (filled, location_of(filled), location_of(filled, "12")) == ("of 12 people", ("x",), ("x",))
    assert pieces_of(reworded("plain", "other")) == ()
    both = joined(text, " and ", written("of {a.n} more", [Piece("of {a.n} more", ("y",))]))
    assert [piece.location for piece in pieces_of(fill_text(both, {"a.n": "12"}))] == [("x",), ("y",)]


@pytest.mark.parametrize("theme", [False, True])
def test_of_two_texts_in_one_line_the_wrong_one_is_named(theme: bool, folder: Path) -> None:
    """The tier of a level and the reason of a signature go into one sentence; so do a study and its finding."""
    if theme:  # filled in another process
        (folder / "theme").mkdir()
        (folder / "theme" / "page.html.jinja").write_text('{% extends "brief.html.jinja" %}')
    path = folder / "claims" / "01-light.yaml"
    text = path.read_text()
    assert text.count("finding: Sneezing fell in 7 of 12.,") == 1
    path.write_text(text.replace("Sneezing fell in 7 of 12.", "Sneezing fell <ftp://there> in 7 of 12."))
    at = path.read_text().index("ftp://there")
    line = path.read_text().count("\n", 0, at) + 1
    assert {(file, number) for file, number, _ in told(folder)} == {("claims/01-light.yaml", line)}


def markdown_fields(folder: Path) -> list[Location]:
    """Where the brief has a text in Markdown: the types of its records say so."""
    loaded = load(folder)
    return [one.location for one in field_texts(loaded.source) if _is_markdown(one)]


@pytest.mark.slow
def test_whatever_is_markdown_keeps_its_place_wherever_it_is_printed(folder: Path) -> None:
    """A link to nowhere in every text at once: each is told at its own place, and no place is told of that has none."""
    ways = markdown_fields(folder)
    assert len(ways) > 40
    source = load(folder).source
    for number, span in sorted(enumerate(map(source.spans.__getitem__, ways)), key=lambda one: -one[1].end):
        text = Path(span.path).read_text()
        end = len(text[: span.end].rstrip().rstrip("'\""))
        Path(span.path).write_text(f"{text[:end]} <ftp://n{number}n>{text[end:]}")
    with pytest.raises(Problems) as caught:
        build(folder, folder.parent / "out", ["html"])
    told: set[int] = set()
    for one in caught.value.problems:
        line = Path(one.place.path).read_text().split("\n")[one.place.line - 1]
        number = int(re.findall(r"ftp://n(\d+)n", one.message)[0])
        assert line[one.place.column - 1 :].startswith(f"ftp://n{number}n"), ways[number]
        told.add(number)
    assert {ways[number] for number in range(len(ways)) if number not in told} == UNPRINTED


UNPRINTED: set[Location] = set()
"""Texts that this brief's page does not print as Markdown."""
