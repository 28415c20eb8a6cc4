"""References that come into a brief: what is new, what is there already, and what the files hold afterwards."""

import datetime
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from command import run_here as evibrief
from evibrief.build import checked
from evibrief.evidence.read_folder import LARGEST_SOURCE
from evibrief.evidence.write_references import with_references
from evibrief.importers.contract import FoundReference
from evibrief.importers.merge import Merged, merge
from evibrief.problems import Problems
from test_imports import BIB, CSL, FILES, NBIB, RIS

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
OLD: Mapping[str, Any] = {
    "id": "muster2019", "type": "article-journal", "title": "A trial of blue glass", "DOI": "10.5555/Example.1",
    "author": [{"family": "Muster", "given": "Max"}], "issued": {"date-parts": [[2019]]},
}  # fmt: skip


def merged(*new: Mapping[str, Any], old: tuple[Mapping[str, Any], ...] = (OLD,)) -> Merged:
    """New references, a line each, beside old ones."""
    return merge(((Path("new.ris"), FoundReference(one, line)) for line, one in enumerate(new, 1)), old)


def like(**fields: Any) -> dict[str, Any]:
    return {**{name: value for name, value in OLD.items() if name != "id"}, **fields}


def ids(found: Merged) -> list[str]:
    return [str(one["id"]) for one in found.added]


# What is there already


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (like(DOI="https://doi.org/10.5555/EXAMPLE.1", title="A trial of blue <i>glass</i>"), "the same DOI"),
        (like(title="A trial of blue glass: the whole report"), "the same DOI"),
        (like(title="A trail of blue glass"), "the same DOI"),
        (like(DOI="", title="A Trial of Blue Glass."), "the same title, year and first author"),
        (like(DOI="", PMID="77"), "the same title, year and first author"),
    ],
)
def test_what_is_there_is_named_and_not_added(new: dict[str, Any], why: str) -> None:
    found = merged(new)
    assert found.added == ()
    (told,) = found.told
    assert told.startswith(f"already there: `muster2019` ({why}")
    assert told.endswith("line 1 of new.ris")


@pytest.mark.parametrize("field", ["PMID", "PMCID"])
def test_a_number_of_pubmed_tells_too(field: str) -> None:
    number = {"PMID": "123", "PMCID": "PMC123"}[field]
    old = {**OLD, "DOI": "", "note": f"{field}: {number}"}
    assert merged(like(DOI="10.5555/other", **{field: number}), old=(old,)).told[0].startswith("already there")


@pytest.mark.parametrize(
    "new", [like(DOI="10.5555/preprint"), like(DOI="", issued={"date-parts": [[2018]]}),
            like(DOI="", author=[{"family": "Other"}]), like(DOI="", title="A trial of red glass")],
)  # fmt: skip
def test_what_differs_is_added_with_a_letter_behind_its_id(new: dict[str, Any]) -> None:
    found = merged({**new, "id": "muster2019"})
    assert ids(found) == ["muster2019b"]
    assert "added `muster2019b`, which the file calls `muster2019`" in found.told


@pytest.mark.parametrize(("title", "other"), [
    ("Glass in the dark, part 1", "Glass in the dark, part 2"),
    ("Effect of 5 mg of glass on noses", "Effect of 50 mg of glass on noses"),
    ("A trial of blue glass at night", "A trial of blue glass at night: a correction"),
])  # fmt: skip
def test_another_number_or_a_correction_is_no_spelling_of_a_title(title: str, other: str) -> None:
    one = {"type": "article-journal", "title": title, "DOI": "10.5555/x"}
    with pytest.raises(Problems, match=r"its DOI is that of `[a-z]+`, which has another title"):
        merged(one, {**one, "title": other})


def test_a_raised_number_in_brackets_is_the_same_number() -> None:
    one = {"type": "article-journal", "title": "A trial of 10<sup>6</sup> cells of glass", "DOI": "10.5555/x"}
    assert len(merged(one, {**one, "title": "A trial of 10(6) cells of glass"}).added) == 1


def test_numbers_that_differ_from_those_there_are_told() -> None:
    other = {**OLD, "id": "b", "title": "Something else", "DOI": "10.5555/b", "PMID": "88"}
    of_other = merged({**OLD, "PMID": "88"}, old=(OLD, other))
    assert of_other.told == ("already there: `muster2019` (the same DOI, 10.5555/example.1), line 1 of new.ris; "
                             "its PMID 88 is that of `b`",)  # fmt: skip
    differs = merged({**OLD, "PMID": "99"}, old=({**OLD, "PMID": "98"},))
    assert differs.told[0].endswith("; its PMID is 99 here, and 98 there")


@pytest.mark.parametrize(("field", "value"), [
    ("title", "A book\x07 of glass"), ("publisher", "House\x00"), ("DOI", "10.5555/a\x00b"),
    ("author", [{"family": "Mus\x1bter"}]),
])  # fmt: skip
def test_a_character_that_no_text_may_have_is_not_imported(field: str, value: object) -> None:
    with pytest.raises(Problems, match=r"no text may have the character U\+00"):
        merged({"type": "book", "title": "A book of glass", field: value})


def test_twice_in_the_files_is_added_once() -> None:
    new = like(DOI="10.5555/new", title="New")
    found = merged(new, new, like(DOI="", title="New"))
    assert ids(found) == ["muster2019b"]
    assert len(found.told) == 2


def test_a_chapter_with_the_doi_of_its_book_is_another_publication() -> None:
    book = {"id": "book2001", "type": "book", "title": "All about glass", "DOI": "10.5555/book"}
    chapters = [{"type": "chapter", "title": f"{colour} glass in many places", "DOI": "10.5555/book"}
                for colour in ("Blue", "Red and quite another")]  # fmt: skip
    found = merged(*chapters, old=(book,))
    assert [one.get("DOI") for one in found.added] == [None, None]
    assert len(found.added) == 2
    assert "without its DOI, 10.5555/book: that is the DOI of `book2001`" in found.told[0]
    assert "already there: `c`" in merged(chapters[0], old=(book, {**chapters[0], "id": "c"})).told[0]


@pytest.mark.parametrize("field", ["DOI", "PMID"])
def test_the_number_of_another_publication_is_a_problem_with_both_titles(field: str) -> None:
    number = {"DOI": "10.5555/example.1", "PMID": "5"}[field]
    with pytest.raises(Problems) as caught:
        merged(like(title="Something else entirely", **{"DOI": "", field: number}), old=({**OLD, "PMID": "5"},))
    (problem,) = caught.value.problems
    assert f"its {field} is that of `muster2019`" in problem.message
    assert "“Something else entirely” here, “A trial of blue glass” there" in problem.message
    assert str(problem.place) == "new.ris:1:1"


# Ids and fields


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"id": "smith:2016"}, "smith:2016"), ({"id": "müller2010"}, "müller2010"),
        ({"id": "http://zotero.org/users/1/items/A", "citation-key": "smith2016"}, "smith2016"),
        ({"id": "12345"}, "muster2019"), ({"id": "a b"}, "muster2019"), ({}, "muster2019"),
        ({"author": [{"family": "de la Große-Example"}]}, "delagrosseexample2019"),
        ({"author": [{"literal": "The Glass Group"}]}, "theglassgroup2019"), ({"author": [], "issued": {}}, "a"),
        ({"id": "no"}, "no0"),
        ({"author": [], "editor": [{"family": "Ditor"}]}, "ditor2019"),
    ],
)  # fmt: skip
def test_an_id_is_the_key_of_the_file_or_author_and_year(fields: dict[str, Any], name: str) -> None:
    assert ids(merged(like(**fields), old=())) == [name]


def test_many_of_one_author_and_year_get_letters_in_order() -> None:
    new = [like(DOI="", title=f"Blue glass {number}") for number in range(30)]
    found = ids(merged(*new[:3], new[0], *new[3:], old=()))
    assert found[:4] == ["muster2019", "muster2019b", "muster2019c", "muster2019d"]
    assert found[24:28] == ["muster2019y", "muster2019z", "muster2019aa", "muster2019ab"]
    assert len(set(found)) == 30


def test_what_nothing_prints_is_left_out() -> None:
    (added,) = merged(like(abstract="Nobody sneezed.", keyword="glass", annote="mine", custom="x"), old=()).added
    assert set(added) == {"id", *OLD}


def test_fields_that_are_broken_are_problems_at_the_line_of_the_reference() -> None:
    with pytest.raises(Problems) as caught:
        merged(like(DOI="10.5555/a"), like(DOI="no doi", title=""), like(DOI="", type="papre"))
    assert {(one.place.line, one.message.partition(":")[0]) for one in caught.value.problems} == {
        (2, "DOI"), (2, "title"), (3, "type"),
    }  # fmt: skip


# The text of references.json

ADDED = ({"id": "new2020", "type": "book", "title": "Über <i>Glas</i>", "author": [{"family": "Neu"}]},)


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ('[{"id": "a", "type": "book", "title": "A"}]', '[…, {"id": "new2020", "type": "book"'),
        ('[\n{"id": "a", "type": "book", "title": "A"}\n]\n', '[…,\n{"id": "new2020", "type": "book"'),
        ('[\n  {\n    "id": "a",\n    "type": "book",\n    "title": "A"\n  }\n]\n',
         '[…,\n  {\n    "id": "new2020",\n    "type": "book",\n    "title": "Über <i>Glas</i>",\n'
         '    "author": [{"family": "Neu"}]\n  }\n]\n'),
        ('[\n\t{\n\t\t"id": "a",\n\t\t"type": "book",\n\t\t"title": "A",\n\t\t"author": [\n\t\t\t{'
         '\n\t\t\t\t"family": "B"\n\t\t\t}\n\t\t]\n\t}\n]',
         '\n\t\t"author": [\n\t\t\t{\n\t\t\t\t"family": "Neu"\n\t\t\t}\n\t\t]\n\t}\n]'),
        ('{"items": [{"id": "a", "type": "book", "title": "A"}]}', '[…, {"id": "new2020"'),
        ('[{"id": "a", "type": "book", "title": "\\u00c4"}]', '"title": "\\u00dcber <i>Glas</i>"'),
        ("", '[\n  {\n    "id": "new2020",\n    "type": "book"'), ("[ ]\n", '[\n  {\n    "id": "new2020",'),
    ],
)  # fmt: skip
def test_new_entries_are_set_like_those_of_the_file(text: str, behind: str) -> None:
    new = with_references(text, "", "references.json", ADDED)
    assert text.strip() in ("", "[ ]") or new.startswith(text.rstrip("\n\t ]}"))
    assert behind.replace("[…", "") in new
    listed = json.loads(new)
    entries = listed["items"] if isinstance(listed, dict) else listed
    assert entries[-1] == ADDED[0]


def test_marks_and_line_ends_of_the_file_stay() -> None:
    text = '[\n  {"id": "a", "type": "book", "title": "A"}\n]\n'
    saved = "\ufeff" + text.replace("\n", "\r\n")
    new = with_references(text, saved, "references.json", ADDED)
    assert new.startswith(saved[:-5])
    assert new.count("\n") == new.count("\r\n") == 4


@pytest.mark.parametrize("text", ['{"id": "a", "type": "book", "title": "A"}', "{}", '{"items": []}'])
def test_a_file_that_is_no_list_is_not_changed(text: str) -> None:
    with pytest.raises(Problems, match="nothing can be added to this list"):
        with_references(text, "", "references.json", ADDED)


# The command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "brief"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Files of four kinds, all with names that say nothing; three of the same paper, which the brief has, too."""
    texts = {"one.txt": RIS, "two.txt": NBIB, "three.txt": BIB, "four.txt": CSL}
    for name, text in texts.items():
        alike = text.replace("Blue Glass in Parkinson Disease and {\\TH}or", "Trial of Blue Glass in People who Sneeze")
        (tmp_path / name).write_text(alike.replace("10.5555/example.1", "10.5555/new"))
    return [tmp_path / name for name in texts]


def test_references_and_stubs_are_added_and_what_was_there_stays(folder: Path, files: list[Path]) -> None:
    before = contents(folder)
    done = evibrief("import", *files, "--into", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{folder / 'references.json'}: 5 read, 3 added\nadded: muster2019b, web1, a1\n" in done.stdout
    assert "already there: `muster2019b` (the same DOI, 10.5555/new), line 1 of two.txt" in done.stdout
    after = contents(folder)
    assert {name for name in after if after[name] != before.get(name)} == {"references.json", "studies.yaml"}
    assert after["references.json"].startswith(before["references.json"].rstrip(b"\n] "))
    assert after["studies.yaml"].startswith(before["studies.yaml"])
    (folder / "brief.yaml").write_text(before["brief.yaml"].decode().replace("defaults:", "unused:"))
    assert evibrief("import", files[0], "--into", folder).returncode == 0, "what is there is not written again"
    assert contents(folder)["references.json"] == after["references.json"]


def test_a_stub_says_that_nobody_looked(folder: Path, files: list[Path]) -> None:
    brief = folder / "brief.yaml"
    lines = brief.read_text().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith("defaults:"))
    rest = lines[at + 1 :]
    while rest and rest[0].startswith((" ", "#")):
        rest.pop(0)
    brief.write_text("".join(lines[:at] + rest))
    assert evibrief("import", files[0], "--into", folder).returncode == 0
    stub = (folder / "studies.yaml").read_text().partition("- reference: muster2019b\n")[2]
    assert "verification: {state: unverified, where: unknown, when: unknown}" in stub
    assert "integrity: {state: not-checked, checked: unknown}" in stub
    assert "population: to be filled in" in stub
    with pytest.raises(Problems, match=r"studies.yaml:\d+:\d+: error\[to-be-filled-in\]"):
        checked(folder, datetime.date(2026, 11, 25))


def test_a_dry_run_prints_what_would_be_written(folder: Path, files: list[Path]) -> None:
    before = contents(folder)
    done = evibrief("import", *files, "--into", folder, "--dry-run")
    assert done.returncode == 0
    assert '"DOI": "10.5555/new"' in done.stdout
    assert "- reference: muster2019b\n" in done.stdout
    assert done.stdout.endswith(f"{folder}: nothing was written\n")
    assert contents(folder) == before


def test_nothing_is_written_unless_all_files_were_read(folder: Path, files: list[Path], tmp_path: Path) -> None:
    before = contents(folder)
    (tmp_path / "cut.ris").write_text(RIS[:-10])
    (tmp_path / "empty.bib").write_text("\n")
    (tmp_path / "letter.txt").write_text("Dear all\n")
    done = evibrief("import", *files, tmp_path / "cut.ris", "--into", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cut.ris:1:1: error[import]: this record has no end" in done.stderr
    done = evibrief("import", *files, tmp_path / "empty.bib", tmp_path / "letter.txt", "--into", folder)
    assert done.returncode == 1
    assert "empty.bib: error[import]: this file is empty" in done.stderr
    assert "letter.txt: error[import]: this is no file that can be imported into a brief" in done.stderr
    assert contents(folder) == before


def test_a_brief_with_an_error_is_not_added_to(folder: Path, files: list[Path]) -> None:
    (folder / "studies.yaml").write_text("nonsense: [")
    before = contents(folder)
    done = evibrief("import", files[0], "--into", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "studies.yaml:2:1: error[yaml]" in done.stderr
    assert contents(folder) == before
    assert "there is no such folder" in evibrief("import", files[0], "--into", folder / "none").stderr


def test_a_brief_without_references_gets_them_also_from_a_file_in_its_folder(folder: Path) -> None:
    for name in ("references.json", "studies.yaml"):
        (folder / name).unlink()
    shutil.copy(FILES / "scopus.ris", folder / "library.ris")
    done = evibrief("import", folder / "library.ris", "--into", folder)
    assert (done.returncode, done.stderr) == (0, "")
    listed = json.loads((folder / "references.json").read_text())
    assert [one["id"] for one in listed] == ["muster2024", "beispiel2024", "example2022"]
    assert (folder / "studies.yaml").read_text().count("- reference:") == 3


def test_a_list_of_another_brief_is_not_changed_through_a_link(folder: Path, files: list[Path], tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    (folder / "references.json").unlink()
    (folder / "references.json").symlink_to(other / "references.json")
    before = contents(other)
    done = evibrief("import", files[0], "--into", folder)
    assert done.returncode == 1
    assert "this is a link to a file elsewhere" in done.stderr
    assert contents(other) == before


def test_a_list_makes_no_draft_and_goes_with_no_other_kind(folder: Path, files: list[Path], tmp_path: Path) -> None:
    done = evibrief("import", files[0], "--draft", tmp_path / "new")
    assert done.returncode == 1
    assert "hint: import it: `--into data/BRIEF`" in done.stderr
    (tmp_path / "list.csv").write_text("Record ID,RetractionDOI\n")
    done = evibrief("import", files[0], tmp_path / "list.csv", "--into", folder)
    assert "only if all are lists of references" in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_list_does_not_grow_larger_than_can_be_read(folder: Path, files: list[Path]) -> None:
    listed = folder / "references.json"
    listed.write_text(listed.read_text() + " " * (LARGEST_SOURCE - listed.stat().st_size))
    before = contents(folder)
    done = evibrief("import", files[0], "--into", folder)
    assert done.returncode == 1
    assert "references.json: error[too-large]: this would make it 8 MB; the limit is 8 MB" in done.stderr
    assert contents(folder) == before


def test_odd_fields_are_warned_of_and_imported(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(CSL.replace('"book"', '"journalArticle"'))
    done = evibrief("import", tmp_path / "odd.json", "--into", folder)
    assert done.returncode == 0
    assert "warning[reference-field]: type: `journalArticle` is no type of CSL" in done.stderr
    assert json.loads((folder / "references.json").read_text())[-1]["type"] == "article-journal"


