"""Exports: what each writes is read back by a program of others, and nothing that was typed changes on the way."""

import csv
import dataclasses
import io
import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bagit
import pypandoc
import pytest
import rispy
import yaml
from lxml import etree

from command import run_here as evibrief
from evibrief import __version__
from evibrief.evidence.brief import Brief, More
from evibrief.evidence.fields import Record
from evibrief.evidence.identifiers import address_of_doi
from evibrief.exports import gather
from evibrief.exports.comma_separated import text_of_cell
from evibrief.exports.computed import tally_cells
from evibrief.exports.contract import Exported
from evibrief.exports.gather import exported_of
from evibrief.exports.graph import GRAPH_SPACE
from evibrief.exports.layouts import BibLatex
from evibrief.exports.packages import bag
from evibrief.exports.references import ris_of
from evibrief.exports.registry import EXPORTS, export_named, export_names
from evibrief.exports.tables import tables_of
from evibrief.exports.view import schema_of_export, view_of
from evibrief.formats.carried import carried_files
from evibrief.problems import Problems
from evibrief.rating.findings import derive
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import ContextStudy, StudyColumn
from evibrief.rating.tally_records import ratings_as_data
from evibrief.rating.units import Unit
from shared import ROOT, SECOND

ARCHIVED = ROOT / "archive" / "ketamine-mecfs" / "2026-11-30_v0.3.0"
HASHES = ("content_sha256", "evidence_sha256")
HOSTILE = (
    '=HYPERLINK("https://example.org","x")', "+1", "-5 points", "@SUM(A1)", "\t=1", "'=1", "''@x", "＝1+1", "'quoted'",
    'a "b", c\nd', "</script><script>alert(1)</script><!--", "<&>]]>'\"", "TY  - JOUR", "\nER  - \nTY  - BOOK",
    "\x85ER  - ", "µg/kg ≥ 5 − 3", "x" * 100_000,
)  # fmt: skip


@pytest.fixture(scope="module")
def exported() -> Exported:
    return exported_of(str(SECOND))


@pytest.fixture(scope="module")
def hostile(exported: Exported) -> Exported:
    """The second brief with hostile texts in its remarks, titles, claims and references."""
    brief, source = exported.brief, exported.source
    (group, *groups), texts = brief.claims, iter(HOSTILE)
    claims = tuple(claim.model_copy(update={"text": text}) for claim, text in zip(group.claims, HOSTILE, strict=False))
    claims += tuple(group.claims[0].model_copy(update={"id": f"x{n}", "text": text}) for n, text in enumerate(texts))
    references = tuple(one.model_copy(update={"title": text}) for one, text in zip(brief.references, HOSTILE[-6:],
                                                                                  strict=True))  # fmt: skip
    entries = [{**entry, "title": text, "note": text}
               for entry, text in zip(source.tree["references"], HOSTILE[-6:], strict=True)]  # fmt: skip
    record = brief.brief.model_copy(update={"title": HOSTILE[10], "status_note": HOSTILE[13], "subtitle": HOSTILE[0]})
    changed = brief.model_copy(update={
        "claims": (group.model_copy(update={"claims": claims}), *groups), "references": references, "brief": record,
    })  # fmt: skip
    tree = {**source.tree, "references": entries}
    return dataclasses.replace(exported, brief=changed, findings=derive(changed),
                               source=dataclasses.replace(source, tree=tree))  # fmt: skip


def files_of(exported: Exported, name: str) -> Mapping[str, bytes]:
    written = export_named(name).write(exported)
    assert not isinstance(written, bytes)
    return written


def file_of(exported: Exported, name: str) -> bytes:
    written = export_named(name).write(exported)
    assert isinstance(written, bytes)
    return written


def by_pandoc(text: str, reader: str) -> Any:
    return json.loads(pypandoc.convert_text(text, "csljson", format=reader))


def test_the_same_brief_gives_the_same_bytes(exported: Exported) -> None:
    again = exported_of(str(SECOND))
    assert len(EXPORTS) >= 9
    for one in EXPORTS:
        assert one.write(exported) == one.write(again), one.name


@pytest.mark.parametrize("which", ["exported", "hostile"])
def test_every_cell_of_csv_is_read_back_as_it_was_typed(which: str, request: pytest.FixtureRequest) -> None:
    brief: Exported = request.getfixturevalue(which)
    files, tables = files_of(brief, "csv"), tables_of(brief)
    assert len({table.name for table in tables}) == len(tables) > 25
    for table in tables:
        head, *rows = csv.reader(io.StringIO(files[f"{table.name}.csv"].decode(), newline=""))
        assert head == [column.name for column in table.columns]
        assert len(head) == len(set(head))
        assert [[text_of_cell(cell) for cell in row] for row in rows] == [
            ["" if cell is None else str(cell) for cell in row.cells] for row in table.rows
        ]
        typed = [(cell, kind) for row, kept in zip(rows, table.rows, strict=True)
                 for cell, kind in zip(row, kept.cells, strict=True)]  # fmt: skip
        assert not [cell for cell, kind in typed if cell[:1] in tuple("=+-@\t\r＝") and isinstance(kind, str)]


def test_another_program_reads_the_same_cells(hostile: Exported) -> None:
    text = files_of(hostile, "csv")["claim.csv"].decode()
    html = etree.HTML(pypandoc.convert_text(text, "html", format="csv"))
    read = [["".join(cell.itertext()) for cell in row.iter("td", "th")] for row in html.iter("tr")]
    ours = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(ours) > 20
    assert [[cell.split() for cell in row] for row in read] == [[cell.split() for cell in row] for row in ours]


def test_the_tables_have_the_counts_of_the_one_tally(exported: Exported) -> None:
    data = ratings_as_data(exported.findings)
    rows = list(csv.DictReader(io.StringIO(files_of(exported, "csv")["statement.csv"].decode(), newline="")))
    assert [row["id"] for row in rows] == list(data["statements"])
    for row in rows:
        told = data["statements"][row["id"]]
        assert [int(row[f"computed.{side}"]) for side in ("for", "against", "inconclusive")] == [
            told[side]["number"] for side in ("for", "against", "inconclusive")
        ]
    told = data["statements"]["s1"]
    assert (rows[0]["computed.tier"], rows[0]["computed.final"]) == (told["computed"], told["final"])
    assert told["computed"] != told["final"]  # a person decided otherwise
    assert rows[2]["computed.tier"] == ""  # data are missing: that is no tier


def test_a_review_is_listed_and_not_counted_beside_its_own_studies() -> None:
    """What is joined counts as one; a review that counts through its studies, or is only shown, is named as that."""
    a, b, c, d, one, other, through = map(Unit, ("a1", "b2", "c3", "d4", "review5", "review6", "review7"))
    supporting, against = StudyColumn(((a,), (one, other)), (through,)), StudyColumn(((d,),))
    context = (ContextStudy(b, ("differs",)), ContextStudy(c, ()))
    cells = tally_cells(Tally(supporting=supporting, against=against, context=context))
    studies_for = "a1; review5+review6; review7 (through its studies)"
    assert list(cells) == [2, 1, 0, studies_for, "d4", "", "b2 (differs); c3"]


def test_records_without_an_id_are_told_apart(exported: Exported) -> None:
    for table in tables_of(exported):
        names = [row.cells[:3] for row in table.rows]
        assert len(names) == len(set(names)), table.name
    people = next(table for table in tables_of(exported) if table.name == "person")
    assert [row.cells[1] for row in people.rows] == ["authors", "raters", "reviewers"]


def test_the_columns_are_explained(exported: Exported) -> None:
    rows = list(csv.DictReader(io.StringIO(files_of(exported, "csv")["columns.csv"].decode(), newline="")))
    heads = {(f"{table.name}.csv", column.name) for table in tables_of(exported) for column in table.columns}
    assert {(row["file"], row["column"]) for row in rows} == heads
    assert {row["column"] for row in rows if row["by"] == "program"} >= {"computed.tier", "computed.standing"}


@pytest.mark.parametrize("which", ["exported", "hostile"])
def test_the_json_keeps_the_published_schema(which: str, request: pytest.FixtureRequest) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(schema_of_export())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    data = json.loads(file_of(request.getfixturevalue(which), "json"))
    assert [error.message for error in validator.iter_errors(data)] == []
    wrong = {**data, "computed": {**data["computed"], "counts": {}}}
    assert list(validator.iter_errors(wrong)) != []


def test_the_json_has_every_record_and_what_check_tells(exported: Exported) -> None:
    data = json.loads(file_of(exported, "json"))
    told = json.loads(json.dumps(ratings_as_data(exported.findings)))
    for kind in ("statements", "links", "chains"):
        assert set(data["computed"][kind]) == set(told[kind]) != set()
        for name, one in told[kind].items():
            assert {key: data["computed"][kind][name][key] for key in one} == one
    assert set(data["records"]) == {info.alias or name for name, info in Brief.model_fields.items()}
    texts = json.dumps(data["records"], ensure_ascii=False)
    assert "muster2019.n}" not in texts  # values are filled in
    assert view_of(exported).records.references == exported.brief.references


class SideNote(Record):
    """A record of a data file that somebody added."""

    id: str
    text: str


def test_a_data_file_that_is_added_is_exported(exported: Exported) -> None:
    from jsonschema import Draft202012Validator

    more = (More(stem="side-notes", records=(SideNote(id="n1", text="=1"),)),)
    added = dataclasses.replace(exported, brief=exported.brief.model_copy(update={"more": more}))
    data = json.loads(file_of(added, "json"))
    assert data["records"]["more"] == [{"stem": "side-notes", "records": [{"id": "n1", "text": "=1"}]}]
    assert list(Draft202012Validator(json.loads(schema_of_export())).iter_errors(data)) == []
    rows = list(csv.DictReader(io.StringIO(files_of(added, "csv")["side-note.csv"].decode(), newline="")))
    assert rows == [{"within": "", "list": "side-notes", "number": "1", "id": "n1", "text": "'=1"}]


def test_csl_is_read_back_by_pandoc(exported: Exported) -> None:
    entries = json.loads(file_of(exported, "csl"))
    assert entries == exported.source.tree["references"]
    back = by_pandoc(json.dumps(entries), "csljson")
    assert [one["title"] for one in back] == [one["title"] for one in entries]


@pytest.mark.parametrize("which", ["exported", "hostile"])
def test_ris_is_read_back_by_rispy_and_pandoc(which: str, request: pytest.FixtureRequest) -> None:
    brief: Exported = request.getfixturevalue(which)
    entries = json.loads(file_of(brief, "csl"))
    text = file_of(brief, "ris").decode()
    read = rispy.loads(text)
    assert [one["id"] for one in read] == [one["id"] for one in entries]
    assert [one["title"].split() for one in read] == [one["title"].split() for one in entries]
    assert read[0]["authors"] == ["Muster, Max", "Example, Erika"]
    assert (read[0]["start_page"], read[0]["end_page"], read[0]["date"]) == ("1", "9", "2019/05//")
    assert read[0]["doi"] == entries[0]["DOI"]
    back = by_pandoc(text, "ris")
    assert [(one["id"], one["type"]) for one in back[:3]] == [(one["id"], one["type"]) for one in entries[:3]]
    assert len(back) == len(entries)


def test_ris_has_what_csl_has() -> None:
    entry = {
        "id": "a", "type": "chapter", "title": "T", "page": "e12", "PMID": "12", "PMCID": "PMC3", "edition": "2",
        "author": [{"literal": "A Society"}, {"non-dropping-particle": "van der", "family": "B", "given": "C",
                                              "suffix": "Jr"}],
        "editor": [{"family": "E"}], "issued": {"literal": "in press"}, "container-title": "Book",
    }  # fmt: skip
    (read,) = rispy.loads(ris_of([entry]))
    assert read == {
        "type_of_reference": "CHAP", "id": "a", "authors": ["A Society", "van der B, C, Jr"],
        "secondary_authors": ["E"], "title": "T", "secondary_title": "Book", "date": "in press", "start_page": "e12",
        "edition": "2", "notes": ["PMID: 12", "PMCID: PMC3"],
    }  # fmt: skip


def test_biblatex_is_read_back_by_pandoc(exported: Exported) -> None:
    entries = [{**entry, "PMID": "12"} for entry in exported.source.tree["references"]]
    tree = {**exported.source.tree, "references": entries}
    with_numbers = dataclasses.replace(exported, source=dataclasses.replace(exported.source, tree=tree))
    text = BibLatex().write(with_numbers).decode()
    back = {one["id"]: one for one in by_pandoc(text, "biblatex")}
    assert set(back) == {one["id"] for one in entries}
    assert text.count("eprint = {12},\n  eprinttype = {pubmed},\n") == len(entries)
    for entry in entries:
        assert back[entry["id"]].get("DOI") == entry.get("DOI")
        assert back[entry["id"]].get("author") == entry.get("author")
        assert back[entry["id"]]["title"].casefold() == entry["title"].casefold()


def test_and_others_is_nobody(exported: Exported) -> None:
    """What pandoc makes of BibTeX's `and others`, and prints as “et al.”."""
    others = {"literal": "others"}
    first, *rest = exported.source.tree["references"]
    people = {"author": [{"family": "Muster"}, others], "editor": [{"family": "B"}, others], "translator": [others]}
    entry = {**first, **people}
    tree = {**exported.source.tree, "references": [entry, *rest]}
    known = [one.model_copy(update={"author": tuple(people["author"])}) for one in exported.brief.references]
    brief = exported.brief.model_copy(update={"references": tuple(known)})
    shortened = dataclasses.replace(exported, brief=brief, source=dataclasses.replace(exported.source, tree=tree))
    (csl, *_) = json.loads(file_of(shortened, "csl"))
    assert (csl["author"], csl["editor"], "translator" in csl) == ([{"family": "Muster"}], [{"family": "B"}], False)
    assert rispy.loads(file_of(shortened, "ris").decode())[0]["authors"] == ["Muster"]
    text = BibLatex().write(shortened).decode()
    assert "  author = {Muster and others},\n  editor = {B and others},\n" in text
    rows = list(csv.DictReader(io.StringIO(files_of(shortened, "csv")["reference.csv"].decode(), newline="")))
    assert {one["author"] for one in rows} == {"Muster"}
    crate = json.loads(files_of(shortened, "ro-crate")["ro-crate-metadata.json"])
    assert {one["author"] for one in crate["@graph"] if isinstance(one.get("author"), str)} == {"Muster"}


def graph_of(data: bytes) -> tuple[Mapping[str, Mapping[str, str]], list[tuple[str, str, Mapping[str, str]]]]:
    """The nodes and edges of a GraphML file by the rules of its schema, each with its attributes by name."""
    root = etree.fromstring(data)
    assert root.tag == f"{{{GRAPH_SPACE}}}graphml"
    assert [etree.QName(one).localname for one in root] == ["key"] * (len(root) - 1) + ["graph"]
    keys = {one.get("id"): (one.get("for"), one.get("attr.name"), one.get("attr.type")) for one in root[:-1]}
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[\w.:-]+", one) for one in ids)  # NMTOKEN

    def data_of(element: Any) -> Mapping[str, str]:
        found = {}
        for one in element:
            place, name, kind = keys[one.get("key")]
            assert place == etree.QName(element).localname
            assert name not in found
            found[name] = str(int(one.text)) if kind == "int" else one.text or ""
        return found

    nodes = {one.get("id"): data_of(one) for one in root.iter(f"{{{GRAPH_SPACE}}}node")}
    edges = [(one.get("source"), one.get("target"), data_of(one)) for one in root.iter(f"{{{GRAPH_SPACE}}}edge")]
    assert all(source in nodes and target in nodes for source, target, _ in edges)
    return nodes, edges


@pytest.mark.parametrize("which", ["exported", "hostile"])
def test_the_graph_has_the_whole_argument(which: str, request: pytest.FixtureRequest) -> None:
    exported: Exported = request.getfixturevalue(which)
    brief, findings = exported.printed
    nodes, edges = graph_of(file_of(exported, "graphml"))
    found = [(one["kind"], one["id"]) for one in nodes.values()]
    assert len(found) == len(set(found))
    labels = {one["id"]: one["label"] for one in nodes.values() if one["kind"] == "claim"}
    assert labels == {claim.id: re.sub("\r\n?", "\n", claim.text) for claim in brief.all_claims}
    for one in nodes.values():
        if one["kind"] in ("statement", "link"):
            tally = findings.tally(one["id"])
            assert (one["for"], one["against"]) == (str(tally.supporting.number), str(tally.against.number))
    told = [(nodes[source]["id"], nodes[target]["id"], one["role"], one["finding"])
            for source, target, one in edges if one["kind"] == "evidence"]  # fmt: skip
    assert told == [(claim.id, entry.source, entry.role, entry.finding)
                    for claim in brief.all_claims for entry in claim.evidence]  # fmt: skip
    resting = {(nodes[source]["id"], nodes[target]["id"]) for source, target, one in edges if one["kind"] == "rests-on"}
    wanted = {(one.id, name) for one in brief.ranking.statements for name in one.claims}
    wanted |= {(link.id, name) for one in brief.mechanisms for link in one.links for name in link.claims}
    assert resting == wanted != set()


def written_to(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("which", ["exported", "hostile"])
def test_the_bag_is_valid_until_a_byte_changes(which: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = written_to(tmp_path, files_of(request.getfixturevalue(which), "bagit"))
    made = bagit.Bag(str(folder))
    assert made.validate()
    assert made.version_info == (1, 0)
    assert made.info["Brief-Date"] == "2026-03-01"
    assert "Bagging-Date" not in made.info
    studies = folder / "data" / "evidence" / "studies.yaml"
    studies.write_bytes(studies.read_bytes() + b" ")
    assert not bagit.Bag(str(folder)).is_valid()


def test_a_path_in_a_manifest_is_encoded(exported: Exported) -> None:
    files = dataclasses.replace(exported, files={"evidence/theme/100%.png": b"x", "manifest.json": b"{}"})
    assert b"data/evidence/theme/100%25.png\n" in bag(files)["manifest-sha256.txt"]


TERMS = {
    "about", "conformsTo", "name", "description", "datePublished", "version", "inLanguage", "license", "identifier",
    "author", "citation", "hasPart", "encodingFormat", "contentSize", "affiliation",
}  # fmt: skip
"""Terms of the context of RO-Crate 1.1. Its validator refuses any other, and runs in `make conformance`."""


@pytest.mark.parametrize("which", ["exported", "hostile"])
def test_the_crate_describes_every_file(which: str, request: pytest.FixtureRequest) -> None:
    brief: Exported = request.getfixturevalue(which)
    files = files_of(brief, "ro-crate")
    data = json.loads(files["ro-crate-metadata.json"])
    entities = {one["@id"]: one for one in data["@graph"]}
    assert len(entities) == len(data["@graph"]) > 15
    assert {key for one in data["@graph"] for key in one if key[0] != "@"} <= TERMS
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = entities["./"]
    assert {part["@id"] for part in root["hasPart"]} == set(files) - {"ro-crate-metadata.json"}
    assert root["datePublished"] == "2026-03-01"
    assert entities[root["license"]["@id"]]["name"] == "Licence unknown"
    author = entities[root["author"]["@id"]]
    assert entities[author["affiliation"]["@id"]]["name"] == "House of Examples"
    for part in (*root["hasPart"], *root["citation"]):
        assert part["@id"] in entities
    for name in set(files) - {"ro-crate-metadata.json"}:
        assert entities[name]["@type"] == "File"
        assert entities[name]["contentSize"] == str(len(files[name]))
        assert entities[name]["encodingFormat"] != "application/octet-stream"


def test_the_citation_file_has_what_its_format_asks_for(exported: Exported) -> None:
    record = exported.brief.brief.model_copy(update={"doi": "10.5555/blue.1"})
    brief = exported.brief.model_copy(update={"brief": record})
    told = yaml.safe_load(file_of(dataclasses.replace(exported, brief=brief), "cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert (told["authors"], told["doi"]) == ([{"name": "Erika Example"}], "10.5555/blue.1")
    assert (told["version"], str(told["date-released"])) == ("1.2.0", "2026-03-01")
    nobody = brief.model_copy(update={"brief": record.model_copy(update={"authors": ()})})
    with pytest.raises(Problems, match="nobody is named as an author"):
        file_of(dataclasses.replace(exported, brief=nobody), "cff")


def test_an_archived_version_and_its_documents_are_exported() -> None:
    whole = exported_of(str(ARCHIVED))
    names = {path.name for path in ARCHIVED.iterdir() if path.is_file()}
    assert {path for path in whole.files if "/" not in path} == names
    assert len([name for name in names if name.endswith(".pdf")]) == 2
    (pdf,) = (path for path in ARCHIVED.glob("*.pdf") if "core" not in path.name)
    alone = exported_of(str(pdf))
    assert alone.files.keys() & names == {pdf.name, "manifest.json"}
    assert alone.brief == whole.brief
    told, kept = json.loads(file_of(whole, "json")), json.loads((ARCHIVED / "manifest.json").read_text())
    assert [told[name] for name in HASHES] == [kept[name] for name in HASHES]
    for name in ("json", "csv", "graphml", "ris"):
        assert export_named(name).write(alone) == export_named(name).write(whole)


def test_what_was_superseded_or_altered_is_said(tmp_path: Path) -> None:
    old = ARCHIVED.parent / "2026-11-23_v0.1.0"
    assert exported_of(str(old)).standing == "version 0.1.0 was superseded"
    assert exported_of(str(ARCHIVED)).standing == ""
    copy = tmp_path / "copy"
    shutil.copytree(old, copy)
    assert exported_of(str(copy)).standing == ""
    page = next(copy.glob("*.html"))
    page.chmod(0o644)
    page.write_text("another")
    with pytest.raises(Problems, match="changed after it was archived"):
        exported_of(str(copy))


def test_the_command_writes_again_what_it_wrote(tmp_path: Path) -> None:
    names = ",".join(export_names())
    first = evibrief("export", SECOND, "--as", names, "--output", tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) > 60
    assert f"{tmp_path / 'blue-glass_2026-03-01_v1.2.0_bagit'}/  22 files" in first.stdout
    again = evibrief("export", SECOND, "--as", names, "--output", tmp_path)
    assert again.stdout == first.stdout
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == written


def test_a_folder_with_another_file_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "blue-glass_2026-03-01_v1.2.0_csv"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    run = evibrief("export", SECOND, "--as", "json,csv", "--output", tmp_path)
    assert run.returncode == 1
    assert "mine.txt: error[in-the-way]: this was not written by this command" in run.stderr
    assert [path.name for path in tmp_path.rglob("*")] == [folder.name, "mine.txt"]


def test_what_cannot_be_exported_writes_nothing(tmp_path: Path) -> None:
    brief = tmp_path / "brief"
    shutil.copytree(SECOND, brief)
    text = (brief / "brief.yaml").read_text()
    (brief / "brief.yaml").write_text(re.sub(r"authors:\n.*?(?=\n\S)", "authors: []", text, flags=re.DOTALL))
    run = evibrief("export", brief, "--as", "json,cff", "--output", tmp_path / "out")
    assert run.returncode == 1
    assert "brief.yaml:2:1: error[no-author]: nobody is named" in run.stderr
    (brief / "brief.yaml").write_text(text.replace("status: reviewed", "status: wrong"))
    run = evibrief("export", brief, "--as", "json", "--output", tmp_path / "out")
    assert run.returncode == 1
    assert "brief.yaml:" in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "hint"), [("cvs", "did you mean `csv`?"), ("", "nothing can be exported as ``")])
def test_an_unknown_layout_is_wrong_usage(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = evibrief("export", SECOND, "--as", name)
    assert run.returncode == 2
    assert hint in run.stderr


@pytest.mark.parametrize(("content", "told"), [
    (b"", "neither a PDF nor a Word"), (b"%PDF-1.7", "damaged"), (b"x" * 1_000_000, "neither a PDF nor a Word"),
])  # fmt: skip
def test_what_is_no_brief_is_a_problem(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "file.pdf").write_bytes(content)
    run = evibrief("export", tmp_path / "file.pdf", "--as", "csv", "--output", tmp_path / "out")
    assert run.returncode == 1
    assert "file.pdf: error" in run.stderr
    assert not (tmp_path / "out").exists()


def test_a_doi_is_an_address() -> None:
    assert address_of_doi("10.1002/(SICI)1097<1::A>3.0.CO;2-O#x") == (
        "https://doi.org/10.1002/(SICI)1097%3C1::A%3E3.0.CO;2-O%23x"
    )


def test_the_programs_own_citation_file_has_the_facts_of_the_package() -> None:
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (told["title"], told["version"], told["license"]) == (package["name"], __version__, package["license"])
    assert told["abstract"] == package["description"]
    assert told["authors"] == package["authors"]


def test_a_document_that_lists_nonsense_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pdf,) = (path for path in ARCHIVED.glob("*.pdf") if "core" not in path.name)
    carried = {**carried_files(pdf.read_bytes(), pdf.name), "manifest.json": b'{"layer": "../../x"}'}
    monkeypatch.setattr(gather, "carried_files", lambda data, name: carried)
    with pytest.raises(Problems, match="the list of what it carries is damaged"):
        exported_of(str(pdf))
