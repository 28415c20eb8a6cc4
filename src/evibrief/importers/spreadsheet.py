"""A workbook that was exported from a brief and edited, as patches of the brief.

In: the bytes of an XLSX file, and the brief as it is now. Out: patches for `git apply`, and what changed, cell by cell.
The patches are read back before they count: they change what the cells ask for, and the record types take it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from evibrief.evidence.changed_source import changed_source, new_refusals
from evibrief.evidence.field_edits import EditedFiles, NewEntry, edit_files
from evibrief.evidence.file_patches import file_patch, path_in_brief
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.stubs import OPEN
from evibrief.evidence.tables import READ_ME, REFERENCES, WORDS, record_tables, value_at
from evibrief.evidence.validate import ids_in, is_unfinished, problem_of_refusal
from evibrief.evidence.walk import at
from evibrief.importers.contract import ProposedChanges
from evibrief.importers.sheet_edits import SheetEdit, SheetReader
from evibrief.importers.workbook_cells import LARGEST_WORKBOOK, ReadSheet, is_workbook, read_workbook
from evibrief.problems import Hints, Place, Problems, suggest

MOST_EDITS_OF_SHEETS = 5_000
"""Each edit is read back; with more, the workbook is practically another brief."""


class Spreadsheet:
    """A workbook of `evibrief export --as xlsx`, edited."""

    name = "xlsx"
    label = "a workbook that was exported from a brief (xlsx)"
    largest = LARGEST_WORKBOOK

    def recognises(self, data: bytes) -> bool:
        """Whether these bytes are a workbook."""
        return is_workbook(data)

    def changes(self, data: bytes, path: Path, source: SourceTree) -> ProposedChanges:
        """The patches, one for each file of the brief that changes, and a line for each change.

        Raises `Problems` for everything in the workbook that cannot become a patch.
        """
        reader = SheetReader(str(path), source.tree, {name for _, name, _ in ids_in(source.tree)})
        _read_sheets(reader, read_workbook(data, str(path)))
        if reader.problems:
            raise Problems(reader.problems)
        edits, made, open_fields = _made(reader, source)
        if reader.problems:
            raise Problems(reader.problems)
        patches = {_patch_name(source, one): file_patch(source, one, text) for one, text in made.texts.items()}
        told = [line for edit in edits for line in edit.told]
        return ProposedChanges(patches, (*told, *open_fields, *reader.notes, _summary(len(told), len(patches))))


def _summary(changes: int, files: int) -> str:
    if not changes:
        return "no changes"
    return f"{changes} change{'s' * (changes != 1)} in {files} file{'s' * (files != 1)}"


def _patch_name(source: SourceTree, path: str) -> str:
    return path_in_brief(source, path).replace("/", "-") + ".patch"


def _read_sheets(reader: SheetReader, sheets: Sequence[ReadSheet]) -> None:
    tables = {table.name: table for table in record_tables()}
    if not any(sheet.name in tables for sheet in sheets):
        hint = "export one with `evibrief export data/BRIEF --as xlsx`, and edit that"
        reader.report("", "no sheet of this workbook is one of a brief", hint)
        return
    if other := _other_brief(sheets, reader.tree):
        reader.report(*other)
        return
    for sheet in sheets:
        if sheet.name in tables:
            reader.read(sheet, tables[sheet.name])
        elif sheet.name not in (READ_ME, WORDS, REFERENCES) and sheet.cells:
            hint = suggest(sheet.name, tables) or "name it as it was, or delete it"
            reader.report(sheet.name, f"there are no records of the kind `{sheet.name:.60}`", hint)
    there = {sheet.name for sheet in sheets}
    if missing := [name for name in tables if name not in there]:
        reader.notes.append(f"no sheet {', '.join(missing)}; what the brief has there stays")
    if len(reader.edits) > MOST_EDITS_OF_SHEETS:
        reader.report("", f"this workbook changes {len(reader.edits)} fields", "export the brief again, and edit that")


def _other_brief(sheets: Iterable[ReadSheet], tree: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """What is wrong if the workbook is of another brief; None if it is of this one or does not say."""
    for sheet in (sheet for sheet in sheets if sheet.name == "brief"):
        column = next((number for number, cell in sheet.rows.get(1, {}).items() if cell.text == "id"), 0)
        own, wanted = sheet.rows.get(2, {}).get(column), at(tree, "brief", "id")
        if own and own.text != wanted:
            message = f"this workbook is of the brief `{own.text:.60}`, not of `{wanted}`"
            return sheet.place(2, column), message, "name the folder of that brief; an id is changed in the YAML"
    return None


def _made(reader: SheetReader, source: SourceTree) -> tuple[list[SheetEdit], EditedFiles, list[str]]:
    """The edits made in the files. A new record gets `to be filled in` where it needs a field and has none."""
    edits = reader.edits
    notes: dict[str, list[str]] = {}
    for _ in range(MOST_FILLED_IN):
        made = edit_files(source, [edit.asked for edit in edits])
        if made.left:
            _report_left(reader, edits, made)
            return edits, made, []
        after = changed_source(source, made.texts)
        places = _places(edits, source)
        details = list(new_refusals(source, after))
        owners = [(_owner(detail, places), detail) for detail in details]
        missing = [(owner, detail) for owner, detail in owners if owner and _is_open(detail, owner)]
        if not missing:
            _report_refused(reader, details, places, after)
            return edits, made, [f"{place}: to be filled in: {', '.join(names)}" for place, names in notes.items()]
        ways: dict[str, list[tuple[str, ...]]] = {}
        for (location, edit), detail in missing:
            ways.setdefault(edit.place, []).append(tuple(str(step) for step in detail["loc"][len(location) :]))
        edits = [_with_open(edit, ways.get(edit.place, ())) for edit in edits]
        for place, added in ways.items():
            notes.setdefault(place, []).extend(map(".".join, added))
    raise AssertionError("a record needs ever more fields")


MOST_FILLED_IN = 5
"""A field that is filled in may show that another one is missing; records are not nested deeper than this."""

Owner = tuple[Location, SheetEdit]


def _places(edits: Sequence[SheetEdit], source: SourceTree) -> list[Owner]:
    """Where each edit is in the tree: a new record is behind those that are there."""
    added: dict[Location, int] = {}
    places: list[Owner] = []
    for edit in edits:
        location = edit.asked.location
        if isinstance(edit.asked, NewEntry):
            there = value_at(location[:-1], source.tree).get(location[-1])
            index = len(there or ()) + added.get(location, 0)
            added[location] = added.get(location, 0) + 1
            location = (*location, index)
        places.append((location, edit))
    return places


def _owner(detail: ErrorDetails, places: Sequence[Owner]) -> Owner | None:
    """The edit that a refusal is about: the nearest one above the place, one below it, or a new one beside it."""
    loc = tuple(detail["loc"])
    above = [owner for owner in places if loc[: len(owner[0])] == owner[0]]
    below = [owner for owner in places if owner[0][: len(loc)] == loc]
    beside = [owner for owner in places if owner[0][:-1] == loc[:-1]]
    return max(above, key=lambda owner: len(owner[0]), default=None) or next(iter((*below, *beside)), None)


def _is_open(detail: ErrorDetails, owner: Owner) -> bool:
    """Whether a new record lacks a field."""
    is_inside = len(detail["loc"]) > len(owner[0])
    return isinstance(owner[1].asked, NewEntry) and is_inside and detail["type"] == "missing"


def _with_open(edit: SheetEdit, ways: Iterable[tuple[str, ...]]) -> SheetEdit:
    """The edit of a new record with the fields marked that are still to be filled in, in the order of the sheet."""
    if not isinstance(edit.asked, NewEntry):
        return edit
    record = edit.asked.record
    for way in ways:
        record = _with_value(record, way)
    order = {way[0]: number for number, way in reversed(list(enumerate(edit.cells, 1)))}
    keys = sorted(record, key=lambda key: 0 if key in ("id", "reference") else order.get(key, len(order) + 1))
    return replace(edit, asked=replace(edit.asked, record={key: record[key] for key in keys}))


def _with_value(record: Mapping[str, Any], way: tuple[str, ...]) -> Mapping[str, Any]:
    inside = record.get(way[0], {})
    return {**record, way[0]: _with_value(inside, way[1:]) if way[1:] else OPEN}


def _report_left(reader: SheetReader, edits: Sequence[SheetEdit], made: EditedFiles) -> None:
    for asked, why in made.left:
        edit = next(one for one in edits if one.asked.location == asked.location[: len(one.asked.location)])
        reader.report(edit.place, f"this change cannot be made: {why}", "")


def _report_refused(
    reader: SheetReader, details: Sequence[ErrorDetails], places: Sequence[Owner], after: SourceTree
) -> None:
    """What the record types refuse of the changed brief, at the cells that ask for it."""
    hints = Hints()
    for detail in details:
        owner = _owner(detail, places)
        if owner and isinstance(owner[1].asked, NewEntry) and is_unfinished(detail):
            continue
        problem = problem_of_refusal(after, detail, hints)
        place = _cell(tuple(detail["loc"]), owner) if owner else ""
        where = Place(f"{reader.path}: {place}") if place else problem.place
        reader.problems.append(replace(problem, place=where))


def _cell(loc: Location, owner: Owner) -> str:
    """The cell of a refused value: that of its field or, failing that, the first of the edit."""
    location, edit = owner
    way = tuple(str(step) for step in loc[len(location) :])
    ways = (way[:length] for length in range(len(way), -1, -1))
    return next((edit.cells[one] for one in ways if one in edit.cells), edit.place)
