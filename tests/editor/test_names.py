"""What is named at the cursor: every place of an id, the source document, what is shown, without an editor."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from evibrief.checks.load import Loaded, load
from evibrief.editor.desk import Desk, Snapshot, place_of_tree
from evibrief.editor.diagnostics import MOST_SHOWN, diagnostics
from evibrief.editor.names import Cursor, line_of_document, shown_at
from evibrief.editor.words import OLD, about
from evibrief.evidence.write_yaml import Patch, patched
from evibrief.problems import Place, Problem
from shared import FIRST, ROOT, SECOND

EXAMPLE = ROOT / "docs" / "example"


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return Desk().snapshot(EXAMPLE)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(EXAMPLE)


def cursor(path: Path, words: str, within: int) -> Cursor:
    text = path.read_text()
    return Cursor(path, text, text.index(words) + within, place_of_tree(path, EXAMPLE))


@pytest.mark.parametrize(
    "folder", [EXAMPLE, SECOND, pytest.param(FIRST, marks=pytest.mark.slow)], ids=lambda path: getattr(path, "name", "")
)
def test_every_place_of_an_id_is_found(folder: Path) -> None:
    """Replacing all of them takes each id out of all files, but where a word of the text is the same."""
    found = Desk().snapshot(folder)
    assert {one.name for one in found.occurrences if one.how == "definition"} == set(found.definitions)
    for path, text in found.source.texts.items():
        mine = tuple(one for one in found.occurrences if one.path == path)
        assert all(text[slice(*one.stretch)] == one.name for one in mine)
        assert all(one.stretch.end <= other.stretch.start for one, other in pairwise(mine))
        gone = patched(text, (Patch(*one.stretch, "") for one in mine))
        assert len(gone) == len(text) - sum(len(one.name) for one in mine)
        assert not [one.name for one in mine if f"@{one.name}]" in gone or f"(#{one.name})" in gone]


@pytest.mark.parametrize("file", ["retractions.yaml", "quotes.yaml", "changes.yaml", "reviews/2026-11.yaml"])
def test_files_that_commands_write_name_records_too(snapshot: Snapshot, file: str) -> None:
    named = [one.name for one in snapshot.occurrences if one.path.endswith(f"/{file}")]
    assert set(named) & set(snapshot.definitions)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("statements", ("computed: **", "studies: ")),
        ("links", ("studies: ",)),
        ("mechanisms", ("; weakest: ",)),
        ("references", ("evidence for ", "notices: ")),
        ("claims", ("printed as claim ", "evidence: ")),
        ("corrections", ("*It says:*", "*Right is:*", "corrects ")),
        ("populations", ("relation: ", "species: ")),
        ("doses", ("route: ",)),
    ],
)
def test_what_is_shown_of_a_record(snapshot: Snapshot, loaded: Loaded, kind: str, told: tuple[str, ...]) -> None:
    names = snapshot.names((kind,))
    assert names
    for name in names:
        shown = about(snapshot, name, loaded)
        assert shown.startswith(f"**{name}** · ")
        assert [words for words in told if words not in shown] == []
        assert OLD not in shown
    computed = kind not in ("populations", "doses")
    assert (OLD in about(snapshot, names[0], loaded, is_old=True)) is computed
    assert about(snapshot, names[0], None)


def test_the_levels_are_those_of_the_ratings(snapshot: Snapshot, loaded: Loaded) -> None:
    ratings = loaded.findings.ratings
    assert ratings
    for name, rating in ratings.statements.items():
        words = {level.id: level.word for level in ratings.instrument.tier.levels}
        assert f"computed: **{words[rating.computed]}** ({rating.reason})" in about(snapshot, name, loaded)
        number = rating.tally.supporting.number
        assert f"studies: {number} for" in about(snapshot, name, loaded)


def test_a_value_and_a_key_are_explained(snapshot: Snapshot, loaded: Loaded) -> None:
    name, value = next(iter((one.name, one) for one in snapshot.occurrences if one.how == "value"))
    text = snapshot.source.texts[value.path]
    here = Cursor(Path(value.path), text, value.stretch.start + 1, place_of_tree(Path(value.path), EXAMPLE))
    shown = shown_at(here, snapshot, loaded, False)
    assert shown
    assert shown[0].startswith(f"`{{{name}.")
    assert "is printed as **" in shown[0]
    key = shown_at(cursor(EXAMPLE / "brief.yaml", "review_by:", 3), snapshot, loaded, False)
    assert key
    assert "after this day readers are to treat it as out of date" in key[0]
    assert shown_at(cursor(EXAMPLE / "brief.yaml", "review_by:", 12), snapshot, loaded, False) is None


def test_a_line_of_the_source_document_is_gone_to_where_the_document_is_kept(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SECOND, tmp_path / "glass"))
    path = folder / "claims" / "01-light.yaml"
    text = path.read_text()
    here = Cursor(path, text, text.index("line: 3") + 6, place_of_tree(path, folder))
    assert line_of_document(here, Desk().snapshot(folder)) is None
    (folder / "source-document.md").write_text("one\ntwo\nthree\n")
    found = line_of_document(here, Desk().snapshot(folder))
    assert found
    assert (found.path.name, found.stretch, found.line) == ("source-document.md", None, 2)
    other = Cursor(path, text, text.index("title: ") + 8, place_of_tree(path, folder))
    assert line_of_document(other, Desk().snapshot(folder)) is None


@pytest.mark.parametrize(
    ("line", "column", "marked"),
    [
        ("  titel: Glass and hay # why", 3, "titel"),
        ("title: Glass and hay # why", 8, "Glass and hay"),
        ('title: "Glass, and" # why', 8, '"Glass, and"'),
        ("  - {source: a_b, role: x}", 14, "a_b"),
        ("  - {finding: It is blue., role: x}", 15, "It is blue."),
        ("  text: It fell [@a-b; @c].", 18, "@a-b"),
        ("evidence: [a, b]", 11, "[a, b]"),
        ("n:", 3, ""),
    ],
)
def test_what_is_underlined(line: str, column: int, marked: str) -> None:
    problem = Problem(Place("/b/claims.yaml", 1, column), "word", "no")
    ((told,),) = diagnostics([problem], Path("/b"), lambda path: line).values()
    assert line[told.start.column : told.end.column] == marked


def test_problems_of_the_whole_brief_and_thousands_of_them() -> None:
    folder = Problem(Place("/b"), "no-folder", "no", "yes")
    many = [Problem(Place("/b/a.yaml", number, 1), "word", "no") for number in range(1, 2_000)]
    found = diagnostics([folder, *many], Path("/b"), lambda path: None)
    assert [one.message for one in found[Path("/b/brief.yaml")]] == ["no\nyes"]
    assert len(found[Path("/b/a.yaml")]) == MOST_SHOWN + 1
    assert found[Path("/b/a.yaml")][-1].message == "and 1499 more problems in this file"
