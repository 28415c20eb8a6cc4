"""A workbook goes out and comes back: unchanged it is no patch, changed it is that patch, and nothing is guessed."""

import csv
import datetime
import io
import os
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command import run_here as evibrief
from evibrief.checks.load import load
from evibrief.evidence.field_edits import FieldEdit, edit_files
from evibrief.evidence.load import read_evidence
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.source import SourceTree
from evibrief.evidence.tables import (
    COMPUTED_SIGN,
    LONGEST_CELL,
    NO_CELL,
    READ_ME,
    REFERENCES,
    WORDS,
    record_tables,
    rows_of,
)
from evibrief.exports.contract import Exported
from evibrief.exports.workbook import workbook_of
from evibrief.importers import workbook_cells
from evibrief.importers.contract import ProposedChanges
from evibrief.importers.spreadsheet import Spreadsheet
from evibrief.importers.workbook_cells import read_workbook
from evibrief.problems import Problems
from office import open_xml_errors

ROOT = Path(__file__).parents[2]
BRIEFS = {
    "blue-glass": ROOT / "tests" / "briefs" / "blue-glass",
    "ldn": ROOT / "tests" / "briefs" / "ldn",
    "example": ROOT / "docs" / "example",
}
LDN, GLASS = BRIEFS["ldn"], BRIEFS["blue-glass"]


loaded_once = cache(load)


def exported(folder: Path, source: SourceTree | None = None) -> bytes:
    loaded = loaded_once(folder)
    return workbook_of(Exported(loaded.brief, loaded.findings, source or loaded.source, {}))


@cache
def workbook(name: str) -> bytes:
    return exported(BRIEFS[name])


@cache
def source_of(name: str) -> SourceTree:
    return read_brief(BRIEFS[name])[0]


def imported(data: bytes, source: SourceTree) -> ProposedChanges:
    return Spreadsheet().changes(data, Path("claims.xlsx"), source)


Edit = Callable[[openpyxl.Workbook], object]


def edited(data: bytes, *edits: Edit) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for edit in edits:
        edit(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def column_of(sheet: Any, head: str) -> int:
    return int(next(cell.column for cell in sheet[1] if cell.value == head))


def row_of(sheet: Any, name: str) -> int:
    return int(next(cell.row for cell in sheet["A"] if cell.value == name))


def typed(sheet: str, name: str, head: str, value: Any, kind: str | None = "s") -> Edit:
    """An edit of one cell as a person makes it: as text, unless `kind` is None."""

    def edit(book: openpyxl.Workbook) -> None:
        row = 2 if sheet in ("brief", "ranking") else row_of(book[sheet], name)
        cell = book[sheet].cell(row, column_of(book[sheet], head))
        cell.value = value
        if isinstance(value, str) and kind:
            cell.data_type = kind

    return edit


def added(sheet: str, **cells: str) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        row = book[sheet].max_row + 1
        for head, value in cells.items():
            cell = book[sheet].cell(row, column_of(book[sheet], head.replace("__", ".")))
            cell.value, cell.data_type = value, "s"

    return edit


def copy_of(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(BRIEFS[name], folder / name))


def applied(changes: ProposedChanges, folder: Path) -> None:
    """Apply the patches as an author does."""
    patches = folder.parent / "patches"
    patches.mkdir()
    for name, text in changes.patches.items():
        (patches / name).write_text(text, newline="")
    git = ["git", "apply", *map(str, sorted(patches.iterdir()))]
    done = subprocess.run(git, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# What goes out


@pytest.mark.parametrize("name", BRIEFS)
def test_an_unchanged_workbook_is_no_patch(name: str) -> None:
    assert imported(workbook(name), source_of(name)) == ProposedChanges({}, ("no changes",))
    saved_again = edited(workbook(name))
    assert saved_again != workbook(name)
    assert imported(saved_again, source_of(name)) == ProposedChanges({}, ("no changes",))


def test_the_same_brief_gives_the_same_bytes() -> None:
    assert exported(GLASS) == workbook("blue-glass")
    with zipfile.ZipFile(io.BytesIO(workbook("blue-glass"))) as package:
        assert {one.date_time[0] for one in package.infolist()} == {1980}
        properties = package.read("docProps/core.xml").decode()
    assert re.findall(r">(\d{4}-\d\d-\d\d)T", properties) == ["2026-03-01", "2026-03-01"]


def test_every_record_and_every_field_has_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook("blue-glass")))
    tables = record_tables()
    assert book.sheetnames == [READ_ME, *(table.name for table in tables), REFERENCES, WORDS]
    shown = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    without = ("references", "reviews", "instrument")
    own = [text for location, text in source_of("blue-glass").scalars() if location[0] not in without]
    assert len(own) > 350
    assert [text for text in own if text not in shown] == []


def test_all_cells_are_text_and_what_begins_like_a_formula_is_none() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook("ldn"))) as package:
        sheets = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        names = package.namelist()
    assert len(sheets) > 20
    filled = [one for sheet in sheets for one in re.findall(r"<c r=\"[A-Z]+\d+\"([^>]*)><v>", sheet)]
    kinds = {kind for one in filled for kind in re.findall(r" t=\"(\w+)\"", one) or [""]}
    assert len(filled) > 900
    assert kinds == {"s"}
    assert [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet] == []
    assert not any("externalLinks" in name or "vba" in name for name in names)


@pytest.mark.slow
def test_the_workbook_is_open_xml_by_the_rules(tmp_path: Path) -> None:
    """By a validator that others wrote, which refuses a sheet with an element of nobody's."""
    for name, data in (("good", workbook("blue-glass")), ("bad", sheet_with(workbook("blue-glass"), b"<nobody/>"))):
        (tmp_path / f"{name}.xlsx").write_bytes(data)
    assert open_xml_errors(tmp_path / "good.xlsx") == []
    assert open_xml_errors(tmp_path / "bad.xlsx") != []


def test_the_heads_say_what_a_field_is_and_offer_its_words() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook("ldn")))
    sheet = book["studies"]
    assert sheet.freeze_panes == "B2"
    heads = [cell for cell in sheet[1] if cell.value]
    assert all(cell.comment and cell.comment.text for cell in heads)
    design = sheet.cell(1, column_of(sheet, "design"))
    assert "randomised-trial: people were allotted to groups by chance" in design.comment.text
    assert "Needed: yes" in design.comment.text
    assert design.font.bold
    assert not sheet.cell(1, column_of(sheet, "design_note")).font.bold
    (offered,) = [rule for rule in sheet.data_validations.dataValidation
                  if rule.type == "list" and f"{design.column_letter}2" in rule.sqref]  # fmt: skip
    area = re.fullmatch(r"'allowed words'!\$([A-Z]+)\$2:\$[A-Z]+\$(\d+)", offered.formula1)
    assert area
    words = [book[WORDS][f"{area[1]}{row}"].value for row in range(2, int(area[2]) + 1)]
    assert words[:2] == ["meta-analysis", "systematic-review"]
    assert sheet.cell(2, 3).alignment.wrap_text
    assert sheet.column_dimensions["A"].width > 10


def test_tiers_are_there_as_computed_and_are_not_to_be_edited() -> None:
    book = openpyxl.load_workbook(io.BytesIO(one_sheet("ldn", "statements")))
    sheet, ratings = book["statements"], loaded_once(LDN).findings.ratings
    assert ratings
    for row in range(2, sheet.max_row + 1):
        rating = ratings.statements[sheet.cell(row, 1).value]
        shown = sheet.cell(row, column_of(sheet, f"tier {COMPUTED_SIGN}")).value
        assert shown == (rating.computed if rating.is_reason else None)
    tier = sheet.cell(2, column_of(sheet, f"tier {COMPUTED_SIGN}")).coordinate
    fixed = [rule for rule in sheet.data_validations.dataValidation if tier in rule.sqref]
    assert [(rule.type, rule.formula1) for rule in fixed] == [("custom", "FALSE")]


# There and back


NASTY = (
    "=1+1", "+3", "-5 points", "@example", "1E5", "007", "1-2", "2026-01-01", "3/4", "0.50", "1,000",
    "TRUE", "yes", "null", "#N/A", "'quoted", '"double"', "it's", "x: y", "a #b", "[x]", "{a: b}",
    "* item", "& and", "%x", "`x`", "!x", "|", ">", "- dash", "? what", "two  spaces", " before",
    "after ", "Grüße µg ≥ 5 – 10 %", "𝛼 🙂", "a\nb", "a\n\nb\n", "tab\there",
    "https://example.org/?a=b#c", "mailto:a@b.example", "<b>&amp;</b>", "\\n", "C:\\x", "_x", "100%",
    "~", "0x1F", "1_000",
)  # fmt: skip


def with_texts(source: SourceTree, texts: Iterator[str]) -> SourceTree:
    """A brief with other texts in all its fields of text."""
    tree = source.tree
    for table in record_tables():
        for row in rows_of(table, source.tree):
            for column in (column for column in table.columns if column.how == "text"):
                tree = _with(tree, (*row.location, *column.way), next(texts))
    return replace(source, tree=tree, typed=None)


def _with(node: Any, way: tuple[Any, ...], text: str) -> Any:
    if not way:
        return text
    if isinstance(node, Mapping):
        return {key: _with(child, way[1:], text) if key == way[0] else child for key, child in node.items()}
    return [_with(child, way[1:], text) if at == way[0] else child for at, child in enumerate(node)]


@pytest.mark.parametrize("seed", range(2))
def test_any_text_comes_back_as_it_was(seed: int) -> None:
    drawn = random.Random(seed)
    source = with_texts(source_of("blue-glass"), iter(lambda: drawn.choice(NASTY), None))
    data = exported(GLASS, source)
    cells = [cell.text for sheet in read_workbook(data, "x") for cell in sheet.cells]
    assert set(NASTY) <= set(cells)
    brief = [sheet for sheet in read_workbook(data, "x") if sheet.name == "brief"]
    assert brief
    assert imported(data, source) == ProposedChanges({}, ("no changes",))


def test_what_no_cell_can_hold_is_said_and_stays() -> None:
    odd = source_of("blue-glass")
    texts = ("\r", "a\x07b", "x_x000D_y", "_x005F_", "x" * (LONGEST_CELL + 1))
    for number, text in enumerate(texts):
        odd = replace(odd, tree=_with(odd.tree, ("claims", 0, "claims", number, "text"), text), typed=None)
    data = exported(GLASS, odd)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["claims"]
    shown = [sheet.cell(row, column_of(sheet, "text")).value for row in range(2, 8)]
    assert shown[:5] == [NO_CELL] * 5
    assert shown[5] != NO_CELL
    assert imported(data, odd).patches == {}
    with pytest.raises(Problems, match="does not fit into a cell"):
        imported(edited(data, typed("claims", "c1", "text", "x")), odd)


C1, P1 = ("claims", 0, "claims", 0), ("claims", 0, "claims", 0)
CHANGES: Mapping[str, tuple[str, str, str, str, str | None, tuple[str | int, ...]]] = {
    "text in a block": ("blue-glass", "claims", "c1", "text", "Blue glass may lower sneezing.", (*C1, "text")),
    "text in a record in one line": (
        "blue-glass", "links", "k_light_2", "note", "Who: me, {x} #1", ("mechanisms", 0, "links", 1, "note")),
    "a folded text": (
        "blue-glass", "brief", "", "bottom_line.text", "Nothing [@muster2019].", ("brief", "bottom_line", "text")),
    "a number": ("blue-glass", "doses", "d_glass", "amount.low", "0.50", ("doses", "people", 0, "amount", "low")),
    "a new number": ("ldn", "doses", "d_fm45", "amount.high", "6", ("doses", "people", 0, "amount", "high")),
    "a number that becomes a word": ("blue-glass", "studies", "muster2019", "n", "unknown", ("studies", 0, "n")),
    "a date": (
        "ldn", "studies", "younger2013", "verification.when", "2026-11-23", ("studies", 1, "verification", "when")),
    "text like a number": ("ldn", "claims", "p1", "status_note", "007", (*P1, "status_note")),
    "text like a formula": ("ldn", "claims", "p1", "text", "=SUM(A1)", (*P1, "text")),
    "a new field": ("ldn", "studies", "younger2009", "note", "Seen: twice", ("studies", 0, "note")),
    "a list": ("blue-glass", "links", "k_light_1", "claims", "c1; c6", ("mechanisms", 0, "links", 0, "claims")),
    "a longer list": ("blue-glass", "points", "u1", "claims", "c7, c1", ("limitations", "unknowns", 0, "claims")),
    "a list of texts": (
        "ldn", "brief", "", "question.outcomes", "pain\nsleep, and rest", ("brief", "question", "outcomes")),
    "an emptied field": ("blue-glass", "doses", "d_glass", "note", None, ("doses", "people", 0, "note")),
    "a field in the middle": ("blue-glass", "studies", "muster2019", "n_note", None, ("studies", 0, "n_note")),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_one_changed_cell_is_one_change_of_the_brief(what: str, tmp_path: Path) -> None:
    name, sheet, record, head, value, location = CHANGES[what]
    folder = copy_of(name, tmp_path)
    before = read_brief(folder)[0]
    changes = imported(edited(one_sheet(name, sheet), typed(sheet, record, head, value)), before)
    assert len(changes.patches) == 1
    applied(changes, folder)
    after, problems = read_brief(folder)
    assert problems == []
    entries = {"a list": ["c1", "c6"], "a longer list": ["c7", "c1"], "a list of texts": ["pain", "sleep, and rest"]}
    wanted = entries.get(what, value)
    assert after.tree == _changed(before.tree, location, wanted)
    assert changes.told[-1] == "1 change in 1 file"
    assert re.match(rf"{sheet}![A-Z]+\d+: .*{head}: ", changes.told[0])


def _changed(tree: Any, location: tuple[Any, ...], value: Any) -> Any:
    """A tree with one value changed, added or, with None, taken out."""
    if len(location) == 1 and value is None:
        return {key: child for key, child in tree.items() if key != location[0]}
    if len(location) == 1:
        return {**tree, location[0]: value}
    changed = _changed(tree[location[0]], location[1:], value)
    if isinstance(tree, list):
        return [changed if at == location[0] else child for at, child in enumerate(tree)]
    return {**tree, location[0]: changed}


def test_many_changes_of_every_kind_apply_together(tmp_path: Path) -> None:
    """Every free text of a brief is replaced by a nasty one, all in one workbook."""
    folder = copy_of("ldn", tmp_path)
    before = read_brief(folder)[0]
    drawn = random.Random(7)
    book = openpyxl.load_workbook(io.BytesIO(workbook("ldn")))
    free = {"note", "status_note", "design_note", "regimen", "label", "finding", "sure", "where", "text"}
    wanted: Any = before.tree
    for table in record_tables():
        sheet = book[table.name]
        for number, row in enumerate(rows_of(table, before.tree), 2):
            for column, was in zip(table.columns, row.cells, strict=True):
                if column.how == "text" and was and column.way[-1] in free:
                    text = drawn.choice([one for one in NASTY if "@" not in one])
                    cell = sheet.cell(number, column_of(sheet, column.name))
                    cell.value, cell.data_type = text, "s"
                    wanted = _changed(wanted, (*row.location, *column.way), text)
    made = io.BytesIO()
    book.save(made)
    changes = imported(made.getvalue(), before)
    assert int(changes.told[-1].split()[0]) > 100
    applied(changes, folder)
    assert read_brief(folder)[0].tree == wanted


def test_line_endings_and_comments_stay(tmp_path: Path) -> None:
    folder = copy_of("blue-glass", tmp_path)
    studies = folder / "studies.yaml"
    text = studies.read_text().replace("  n: 8\n", "  n: 8  # counted twice\n")
    studies.write_bytes(text.replace("\n", "\r\n").encode())
    before = read_brief(folder)[0]
    asked = {"rats2018": ("n", "9"), "retracted2021": ("note", "x"), "muster2019": ("n", "25")}
    edits = [typed("studies", name, *change) for name, change in asked.items()]
    applied(imported(edited(one_sheet("blue-glass", "studies"), *edits), before), folder)
    wanted = text.replace("n: 8", "n: 9").replace("n: 24", "n: 25", 1)
    wanted = wanted.replace("were invented twice.}\n", "were invented twice.}\n  note: x\n")
    assert studies.read_bytes().decode() == wanted.replace("\n", "\r\n")


def test_a_field_comes_and_its_neighbour_goes(tmp_path: Path) -> None:
    folder = copy_of("blue-glass", tmp_path)
    before = read_brief(folder)[0]
    edits = typed("doses", "d_glass", "note", None), typed("doses", "d_glass", "salt", "hydrochloride")
    applied(imported(edited(one_sheet("blue-glass", "doses"), *edits), before), folder)
    way = ("doses", "people", 0)
    wanted = _changed(_changed(before.tree, (*way, "note"), None), (*way, "salt"), "hydrochloride")
    assert read_brief(folder)[0].tree == wanted


def test_a_record_inside_that_loses_all_goes_whole(tmp_path: Path) -> None:
    folder = copy_of("blue-glass", tmp_path)
    before = read_brief(folder)[0]
    edits = [typed("mechanisms", "m_calm", f"certainty.{name}", None) for name in ("level", "reason", "by", "date")]
    applied(imported(edited(one_sheet("blue-glass", "mechanisms"), *edits), before), folder)
    assert read_brief(folder)[0].tree == _changed(before.tree, ("mechanisms", 1, "certainty"), None)


# New records


def test_a_new_record_is_added_with_what_it_needs_marked(tmp_path: Path) -> None:
    folder = copy_of("ldn", tmp_path)
    typed_in = {"text": "A new claim: with a colon.", "direction": "neutral"}
    claim = added("claims", id="new p99", list="condition.claims", **typed_in)
    evidence = added("evidence", id="new", list="b1.evidence", source="younger2009", role="context", estimate__p="0.04")
    changes = imported(edited(workbook("ldn"), claim, evidence), read_brief(folder)[0])
    applied(changes, folder)
    tree = read_brief(folder)[0].tree
    still = "to be filled in"
    assert tree["claims"][1]["claims"][-1] == {
        "id": "p99", "text": "A new claim: with a colon.", "about": still, "direction": "neutral", "population": still,
        "status": still,
    }  # fmt: skip
    (own,) = [claim["evidence"] for group in tree["claims"] for claim in group["claims"] if claim["id"] == "b1"]
    assert own[-1] == {
        "source": "younger2009", "role": "context", "locator": still, "finding": still, "exposure": still,
        "estimate": {"effect": still, "p": "0.04"},
    }  # fmt: skip
    _, _, problems = read_evidence(folder)
    assert problems
    assert {one.rule for one in problems} == {"to-be-filled-in"}
    assert [line for line in changes.told if "to be filled in" in line] == [
        "claims!A28: to be filled in: about, population, status",
        "evidence!A36: to be filled in: locator, finding, exposure, estimate.effect",
    ]


def test_the_first_entry_of_a_list_is_added_too(tmp_path: Path) -> None:
    folder = copy_of("blue-glass", tmp_path)
    before = read_brief(folder)[0]
    filled = {"source": "muster2019", "role": "context", "basis": "cited", "locator": "p. 1", "finding": "X."}
    given = {**filled, "population": "hay_fever", "exposure": "none"}
    new = added("evidence", id="new", list="c7.evidence", **given)
    changes = imported(edited(one_sheet("blue-glass", "evidence"), new), before)
    applied(changes, folder)
    assert read_brief(folder)[0].tree["claims"][1]["claims"][0]["evidence"] == [given]
    assert read_evidence(folder)[2] == []


# What is no patch


FAULTS = {
    "formula": (typed("claims", "p1", "text", "=A1", None), "claims!C2", "is a formula"),
    "number": (typed("claims", "p1", "status_note", 100000), "claims!L2", "`100000` is a number"),
    "date": (typed("claims", "p1", "status_note", datetime.date(2026, 2, 1)), "claims!L2", "is a date"),
    "truth value": (typed("claims", "p1", "status_note", True), "claims!L2", "is a truth value"),
    "error": (typed("claims", "p1", "text", "#N/A", "e"), "claims!C2", "is an error of the spreadsheet program"),
    "merged": (lambda book: book["claims"].merge_cells("C3:C4"), "claims!C3:C4", "merged"),
    "computed": (typed("statements", "s1", f"tier {COMPUTED_SIGN}", "strong"), "statements!M2", "is computed, and was"),
    "id changed": (typed("claims", "p1", "id", "p1x"), "claims!A2", "no record `p1x`"),
    "list changed": (typed("claims", "p1", "list", "trials.claims"), "claims!B2", "is in the list `pharmacology"),
    "twice": (typed("claims", "p1", "id", "p2"), "claims!A3", "has a row already"),
    "no id": (typed("claims", "p1", "id", None), "claims!A2", "has no id"),
    "no word of the list": (typed("claims", "p1", "direction", "suports"), "claims!E2", "is not one of"),
    "unknown id inside": (typed("links", "l_tlr4_dose", "claims", "p7, p77"), "links!E3", "no claim has the id `p77`"),
    "needed and emptied": (typed("claims", "p1", "text", None), "claims!C2", "`text` is missing"),
    "a number in words": (typed("studies", "younger2009", "n", "about 10"), "studies!E2", "is not a count"),
    "half a record inside": (typed("time-course", "tc_lc", "peak.value", "3"), "time-course!G3", "`unit` is missing"),
    "no number at all": (typed("studies", "younger2009", "n", "{it's: [1"), "studies!E2", "is not a count"),
    "an impossible range": (typed("doses", "d_fm45", "amount.high", "1"), "doses!E2", "a range ends above"),
    "new with a used id": (added("claims", id="new p2", list="condition.claims"), "claims!A28", "is already used"),
    "new for an appraised study": (added("studies", id="new younger2009"), "studies!A17", "is already used"),
    "emptied in a hidden row": (lambda book: hidden(book, "row", None), "claims!C2", "is hidden"),
    "new without an id": (added("claims", id="new", list="condition.claims"), "claims!A28", "needs an id"),
    "new without a list": (added("claims", id="new p99", text="x"), "claims!B28", "the column `list` is empty"),
    "new in a list that is not there": (added("evidence", id="new", list="p999.evidence"), "evidence!B36", "list"),
    "new in a file that is not there": (added("phases", id="new p_x", title="x"), "phases!A2", "a new file"),
    "a control character": (typed("claims", "p1", "text", "a_x0007_b"), "claims!C2", "character that no text has"),
    "hidden row": (lambda book: hidden(book, "row"), "claims!C2", "is hidden"),
    "hidden column": (lambda book: hidden(book, "column"), "claims!C2", "is hidden"),
    "hidden sheet": (lambda book: hidden(book, "sheet"), "claims!C2", "is hidden"),
    "other sheet": (lambda book: book.create_sheet("claims (2)").append(["x"]), "claims (2)", "no records of the kind"),
    "a second brief": (lambda book: book["brief"].cell(3, 3, "x"), "brief!A3", "one record, in row 2"),
    "another brief": (typed("brief", "", "id", "other"), "brief!B2", "of the brief `other`"),
}  # fmt: skip


def hidden(book: openpyxl.Workbook, what: str, text: str | None = "changed") -> None:
    sheet = book["claims"]
    typed("claims", "p1", "text", text)(book)
    if what == "row":
        sheet.row_dimensions[2].hidden = True
    elif what == "column":
        sheet.column_dimensions["C"].hidden = True
    else:
        sheet.sheet_state = "hidden"


@cache
def one_sheet(name: str, sheet: str) -> bytes:
    """A workbook with one sheet of records alone, which is read and written in a moment."""

    def cut(book: openpyxl.Workbook) -> None:
        for other in set(book.sheetnames) - {sheet, WORDS}:
            book.remove(book[other])

    return edited(workbook(name), cut)


@pytest.mark.parametrize("what", FAULTS)
def test_what_cannot_be_taken_is_a_problem_at_its_cell(what: str) -> None:
    edit, place, message = FAULTS[what]
    with pytest.raises(Problems) as raised:
        imported(edited(one_sheet("ldn", re.split(r"!| \(", place)[0]), edit), source_of("ldn"))
    (problem,) = raised.value.problems
    assert str(problem.place) == f"claims.xlsx: {place}"
    assert message in problem.message
    assert problem.hint or what in ("needed and emptied", "an impossible range", "new in a file that is not there")


def head(sheet: str, old: str, new: str | None) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book[sheet].cell(1, column_of(book[sheet], old)).value = new

    return edit


@pytest.mark.parametrize(("new", "message"), [
    ("Text", "no field `Text`"), ("claim", "no field `claim`"), (None, "no head"), ("direction", "two columns"),
])  # fmt: skip
def test_an_unknown_column_is_a_problem(new: str | None, message: str) -> None:
    with pytest.raises(Problems, match=message) as raised:
        imported(edited(one_sheet("ldn", "claims"), head("claims", "text", new)), source_of("ldn"))
    assert all("claims.xlsx: claims!" in str(one.place) for one in raised.value.problems)


def test_a_missing_id_column_is_a_problem_and_another_missing_column_is_told() -> None:
    with pytest.raises(Problems, match="the column `id` is missing"):
        imported(edited(one_sheet("ldn", "claims"), lambda book: book["claims"].delete_cols(1)), source_of("ldn"))
    changes = imported(edited(one_sheet("ldn", "claims"), lambda book: book["claims"].delete_cols(4)), source_of("ldn"))
    assert changes.patches == {}
    assert changes.told[0] == "claims: no column about; what the brief has there stays"


def test_a_deleted_row_is_named_and_deletes_nothing() -> None:
    deleted = edited(one_sheet("ldn", "claims"), lambda book: book["claims"].delete_rows(3))
    changes = imported(deleted, source_of("ldn"))
    assert changes.patches == {}
    told = "claims: no row for p2; nothing is deleted; take out of the YAML what is to go"
    assert (changes.told[0], changes.told[-1]) == (told, "no changes")


def test_a_deleted_sheet_is_told() -> None:
    changes = imported(edited(workbook("ldn"), lambda book: book.remove(book["claims"])), source_of("ldn"))
    assert changes == ProposedChanges({}, ("no sheet claims; what the brief has there stays", "no changes"))


def test_a_sorted_and_filtered_sheet_is_unchanged() -> None:
    def sort(book: openpyxl.Workbook) -> None:
        sheet = book["claims"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(sorted(rows, key=str, reverse=True), 2):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column).value = value
                if isinstance(value, str):
                    sheet.cell(number, column).data_type = "s"
        sheet.row_dimensions[5].hidden = True

    changes = imported(edited(one_sheet("ldn", "claims"), sort), source_of("ldn"))
    assert (changes.patches, len(changes.told)) == ({}, 2)


def test_a_cell_that_says_the_same_in_another_way_is_no_change() -> None:
    """A program that makes numbers of texts does no harm where nothing is lost; nor does another comma."""
    edits = typed("doses", "d_fm6", "amount.low", 6), typed("doses", "d_fm45", "amount.low", 4.5)
    list_of_claims = typed("doses", "d_fm45", "claims", "t2 ;t3")
    assert imported(edited(one_sheet("ldn", "doses"), *edits, list_of_claims), source_of("ldn")).patches == {}


def test_a_brief_that_moved_on_is_not_turned_back(tmp_path: Path) -> None:
    folder = copy_of("ldn", tmp_path)
    source = read_brief(folder)[0]
    newer = edit_files(source, [FieldEdit(("claims", 0, "claims", 0, "text"), "Newer.")])
    for path, text in newer.texts.items():
        Path(path).write_text(text)
    now = read_brief(folder)[0]
    assert imported(one_sheet("ldn", "claims"), now).patches == {}
    other_row = edited(one_sheet("ldn", "claims"), typed("claims", "p2", "text", "Edited."))
    (patch,) = imported(other_row, now).patches.values()
    assert [line for line in patch.splitlines() if line[:1] in "+-" and "Newer." in line] == []
    other_cell = edited(one_sheet("ldn", "claims"), typed("claims", "p1", "about", "background"))
    (patch,) = imported(other_cell, now).patches.values()
    assert [line for line in patch.splitlines() if line[:1] in "+-" and "Newer." in line] == []
    same = edited(one_sheet("ldn", "claims"), typed("claims", "p1", "text", "Newer."))
    assert imported(same, now).patches == {}
    with pytest.raises(Problems, match=r"claims!C2.*so was the brief since it was exported: “Newer\.”"):
        imported(edited(one_sheet("ldn", "claims"), typed("claims", "p1", "text", "Edited.")), now)


def test_a_word_of_an_older_format_is_left_to_the_upgrade() -> None:
    edit = typed("links", "k_light_1", "kind", "exposure")
    with pytest.raises(Problems, match="older format; run `evibrief upgrade` first"):
        imported(edited(one_sheet("blue-glass", "links"), edit), source_of("blue-glass"))


def test_all_problems_are_told_together() -> None:
    edits = typed("claims", "p1", "text", 5), typed("claims", "p4", "about", True), typed("claims", "p2", "id", "q")
    with pytest.raises(Problems) as raised:
        imported(edited(one_sheet("ldn", "claims"), *edits), source_of("ldn"))
    assert len(raised.value.problems) == 3


# Files of strangers


def repacked(data: bytes, **parts: bytes) -> bytes:
    """A package with parts replaced or added, by their path with `/` as `__`."""
    new = {name.replace("__", "/"): part for name, part in parts.items()}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in package.namelist():
            out.writestr(name, new.pop(name) if name in new else package.read(name))
        for name, part in new.items():
            out.writestr(name, part)
    return made.getvalue()


def part_changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        part = package.read(name)
    assert change(part) != part
    return repacked(data, **{name: change(part)})


def shared_strings(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return part_changed(data, "xl/sharedStrings.xml", change)


def macro_enabled(data: bytes) -> bytes:
    plain, macros = b"sheet.main", b"sheet.macroEnabled.main"
    return part_changed(data, "[Content_Types].xml", lambda part: part.replace(plain, macros))


def sheet_with(data: bytes, added_part: bytes) -> bytes:
    end = b"</sheetData>"
    return part_changed(data, "xl/worksheets/sheet4.xml", lambda part: part.replace(end, end + added_part))


ENTITIES = b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
HOSTILE: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "a password": (lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data, "has a password"),
    "macros": (lambda data: repacked(data, **{"xl/vbaProject.bin": b"x"}), "it has macros"),
    "a type with macros": (macro_enabled, "it has macros"),
    "links": (lambda data: repacked(data, **{"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links to other files"),
    "connections": (lambda data: repacked(data, **{"xl/connections.xml": b"<x/>"}), "takes data from elsewhere"),
    "entities": (lambda data: shared_strings(data, lambda part: ENTITIES + part[55:]), "document type or entities"),
    "another encoding": (lambda data: shared_strings(data, lambda part: part.decode().encode("utf-16")), "in UTF-8"),
    "a merged sheet": (lambda data: sheet_with(data, b'<mergeCells><mergeCell ref="A1:XFD9"/></mergeCells>'), "merges"),
    "a linked sheet": (lambda data: sheet_with(data, b'<hyperlinks><hyperlink ref="A1:B999999"/></hyperlinks>'), "mer"),
    "a bomb": (lambda data: repacked(data, **{"xl/media/x.xml": b" " * 90_000_000}), "90 MB unpacked|MB unpacked"),
    "many tags": (lambda data: repacked(data, **{"xl/x.xml": b"<a/>" * 3_100_000}), "million tags"),
    "many files": (lambda data: repacked(data, **{f"xl/{at}.xml": b"<a/>" for at in range(600)}), "files in it"),
    "cut off": (lambda data: data[: len(data) // 2], "damaged"),
    "no sheets": (lambda data: repacked(data, **{"xl/workbook.xml": b"<a/>"}), "no sheet of this workbook"),
    "nothing in it": (lambda data: repacked(data, **{"xl/worksheets/sheet4.xml": b"not XML"}), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_workbook_is_refused_with_one_plain_problem(what: str) -> None:
    change, message = HOSTILE[what]
    with pytest.raises(Problems, match=message) as raised:
        imported(change(workbook("blue-glass")), source_of("blue-glass"))
    (problem,) = raised.value.problems
    assert problem.hint
    assert "Traceback" not in str(problem)


def test_a_sheet_that_goes_down_to_the_last_row_is_refused() -> None:
    below = edited(one_sheet("ldn", "claims"), lambda book: book["claims"].cell(1_048_576, 1, "x"))
    with pytest.raises(Problems, match="goes down to row 1048576"):
        imported(below, source_of("ldn"))


def test_what_is_a_workbook_is_seen_from_its_content() -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as out:
        out.writestr("word/document.xml", "<x/>")
    seen = Spreadsheet().recognises
    assert seen(workbook("ldn"))
    assert seen(workbook_cells.OLE + b"x")
    calc = io.BytesIO()
    with zipfile.ZipFile(calc, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", "<x/>")
    assert seen(calc.getvalue())
    with pytest.raises(Problems, match="another format, such as OpenDocument"):
        imported(calc.getvalue(), source_of("ldn"))
    assert not any(map(seen, (package.getvalue(), b"PK\3\4x", b"", b"TY  - JOUR\n", b"%PDF-1.7")))


# The commands


def test_the_page_on_spreadsheets_works_and_nothing_is_written_into_the_brief(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "my-brief"
    shutil.copytree(BRIEFS["example"], folder)
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    page = (ROOT / "docs" / "spreadsheets.md").read_text()
    export, look, write = re.findall(r"^\.venv/bin/evibrief (.*)$", page, re.MULTILINE)
    assert evibrief(*export.split(), folder=tmp_path).returncode == 0
    (book,) = (tmp_path / "build").glob("*.xlsx")
    edited_book = tmp_path / "edited.xlsx"
    shutil.copy(book, edited_book)
    same = evibrief(*write.split(), folder=tmp_path)
    assert (same.returncode, same.stdout) == (0, "no changes\n")
    assert not (tmp_path / "patches").exists()

    claim = read_brief(folder)[0].tree["claims"][0]["claims"][0]
    book.write_bytes(edited(book.read_bytes(), typed("claims", claim["id"], "text", "Edited.")))
    shutil.copy(book, edited_book)
    shown, written = (evibrief(*line.split(), folder=tmp_path) for line in (look, write))
    assert re.search(r"^\+ *text: Edited\.$", shown.stdout, re.MULTILINE)
    assert written.stdout.splitlines()[0] == f"claims!C2: {claim['id']}, text: “{claim['text']}” becomes “Edited.”"
    assert written.stdout.splitlines()[-1] == "1 change in 1 file"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    patches = [str(path) for path in (tmp_path / "patches").iterdir()]
    subprocess.run(["git", "apply", *patches], cwd=folder, check=True)
    assert read_brief(folder)[0].tree["claims"][0]["claims"][0]["text"] == "Edited."

    edited_book.write_bytes(edited(book.read_bytes(), typed("claims", claim["id"], "about", "=A1", None)))
    wrong = evibrief("import", "edited.xlsx", "--into", folder, "--patches", "wrong", folder=tmp_path)
    assert wrong.returncode == 1
    assert "claims!D2: error[spreadsheet]: `=A1` is a formula\n  hint: write the text itself" in wrong.stderr
    assert not (tmp_path / "wrong").exists()


# LibreOffice


@pytest.fixture
def calc(program: Callable[..., str], tmp_path: Path) -> Callable[..., Path]:
    """LibreOffice converts workbooks. Where its Calc is missing: a loud skip, and where CI=true a failure."""
    office = program("soffice", "libreoffice")

    def convert(books: Mapping[str, bytes], to: str) -> Path:
        given = [tmp_path / f"{name}.xlsx" for name in books]
        for path, data in zip(given, books.values(), strict=True):
            path.write_bytes(data)
        words = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", to]
        words += ["--outdir", str(tmp_path / "out"), *map(str, given)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        if "could not be loaded" in done.stderr:
            missing = "LibreOffice has no Calc; `make test` installs it or says how"
            pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
        return tmp_path / "out"

    return convert


@pytest.mark.slow
def test_libreoffice_shows_what_the_brief_says(calc: Callable[..., Path]) -> None:
    drawn = random.Random(3)
    source = with_texts(source_of("blue-glass"), iter(lambda: drawn.choice(NASTY), None))
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    folder = calc({"book": exported(GLASS, source)}, every_sheet)
    compared = 0
    for table in record_tables():
        with (folder / f"book-{table.name}.csv").open(encoding="utf-8", newline="") as stream:
            shown = list(csv.reader(stream))
        rows = rows_of(table, source.tree)
        first = len(table.fixed)
        cells = [row[first : first + len(table.columns)] for row in shown[1 : len(rows) + 1]]
        assert cells == [list(row.cells) for row in rows]
        compared += len(rows)
    assert compared > 80


@pytest.mark.slow
def test_what_libreoffice_saves_again_is_no_patch(calc: Callable[..., Path]) -> None:
    folder = calc({name: workbook(name) for name in BRIEFS}, "xlsx:Calc MS Excel 2007 XML")
    for name in BRIEFS:
        saved = (folder / f"{name}.xlsx").read_bytes()
        with zipfile.ZipFile(io.BytesIO(saved)) as package:
            assert b"LibreOffice" in package.read("docProps/app.xml")
        assert imported(saved, source_of(name)) == ProposedChanges({}, ("no changes",))
