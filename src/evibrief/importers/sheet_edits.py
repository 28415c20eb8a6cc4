"""What an edited sheet asks to change in a brief.

In: the cells of a sheet, the table that it was exported from, and the brief as it is now. Out: edits with the cells
that ask for them. Nothing is guessed: whatever a spreadsheet program made of a text, and whatever cannot be placed, is
a problem at its cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evibrief.evidence.field_edits import Asked, FieldEdit, NewEntry
from evibrief.evidence.source import Location
from evibrief.evidence.tables import (
    COMPUTED_SIGN,
    EXPORTED,
    ID,
    LIST,
    MARK_DIGITS,
    NO_CELL,
    NOT_IN_A_CELL,
    FieldColumn,
    RecordRow,
    RecordTable,
    entries_in,
    locations_at,
    mark_of,
    name_at,
    rows_of,
    value_at,
)
from evibrief.files import NOT_TEXT
from evibrief.importers.workbook_cells import CellKind, ReadSheet, SheetCell
from evibrief.problems import Hints, Place, Problem, plain

NEW = "new"
"""How the name of a new record begins."""

FieldWay = tuple[str, ...]


@dataclass(frozen=True)
class SheetEdit:
    """One edit: the place of its row, the place of each cell by its field, and how it is told."""

    asked: Asked
    place: str
    cells: Mapping[FieldWay, str]
    told: tuple[str, ...]


class SheetReader:
    """Reads sheets of one workbook, and collects their edits, their problems, and notes on what is left as it is."""

    def __init__(self, path: str, tree: Mapping[str, Any], ids: set[str]) -> None:
        """`path` is the name of the workbook; `ids` are all ids of the brief."""
        self.path, self.tree, self.ids = path, tree, ids
        self.edits: list[SheetEdit] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.hints = Hints()

    def report(self, place: str, message: str, hint: str = "") -> None:
        """A problem at a sheet and cell."""
        whole = f"{self.path}: {place}" if place else self.path
        self.problems.append(Problem(Place(whole), "spreadsheet", message, hint))

    def read(self, sheet: ReadSheet, table: RecordTable) -> None:
        """One sheet, as records of this table."""
        for area in sheet.merged:
            message = "these cells are merged, so it is not known to which record they belong"
            self.report(f"{sheet.name}!{area}", message, "split them")
        columns = self._columns(sheet, table)
        if ID in table.fixed and ID not in columns:
            self.report(f"{sheet.name}!1", f"the column `{ID}` is missing", "copy it from a fresh export")
            return
        lines = [_Line(sheet, table, columns, number) for number in sorted(sheet.rows) if number > 1]
        rows = rows_of(table, self.tree)
        seen = self._read_single(lines, rows) if table.is_single else self._read_lines(lines, rows)
        if gone := [row.name for row in rows if row.name not in seen]:
            hint = "nothing is deleted; take out of the YAML what is to go"
            self.notes.append(f"{sheet.name}: no row for {', '.join(gone)}; {hint}")

    def _columns(self, sheet: ReadSheet, table: RecordTable) -> Mapping[str, int]:
        """The number of each column by its head."""
        known = [*table.fixed, *(column.name for column in table.columns)]
        found: dict[str, int] = {}
        for number, cell in sorted(sheet.rows.get(1, {}).items()):
            place = sheet.place(1, number)
            if cell.text in found:
                self.report(place, f"there are two columns `{cell.text:.60}`", "delete one of them")
            elif cell.text not in known and not cell.text.endswith(COMPUTED_SIGN):
                hint = self.hints.suggest(cell.text, known) or "delete this column, or name it as it was"
                self.report(place, f"the records of this sheet have no field `{cell.text:.60}`", hint)
            found.setdefault(cell.text, number)
        heads = set(sheet.rows.get(1, {}))
        for number in sorted({cell.column for cell in sheet.cells} - heads):
            first = min(row for row, cells in sheet.rows.items() if number in cells)
            self.report(sheet.place(first, number), "this column has no head", "empty it, or write its head in row 1")
        missing = [name for name in known if name not in found]
        if missing and ID not in missing:
            told = f"no column {', '.join(missing)}; what the brief has there stays"
            self.notes.append(f"{sheet.name}: {told}")
        return found

    def _read_single(self, lines: Sequence["_Line"], rows: Sequence[RecordRow]) -> set[str]:
        """The one record of a sheet."""
        for line in lines[1:]:
            self.report(line.place(), "this sheet has one record, in row 2", "empty this row")
        if lines and rows:
            self._compare(lines[0], rows[0])
        return {row.name for row in rows[: len(lines)]}

    def _read_lines(self, lines: Sequence["_Line"], rows: Sequence[RecordRow]) -> set[str]:
        """The records of a sheet, by the names in its first column. Returns the names that were seen."""
        by_name = {row.name: row for row in rows}
        names = set(by_name)
        seen: dict[str, str] = {}
        for line in lines:
            cell = line.cell(ID)
            name = cell.text.strip() if cell else ""
            if cell and cell.kind != "text" and name not in by_name:
                self.report(line.place(ID), *_fault(cell))
            elif not name:
                hint = f"a record that is there has its id here; a new one `{NEW}` and its id"
                self.report(line.place(ID), "this row has no id", hint)
            elif name.partition(" ")[0] == NEW and name not in by_name:
                self._add(line, name, names)
            elif name in seen:
                self.report(line.place(ID), f"`{name:.60}` has a row already, at {seen[name]}", "delete one of them")
            elif name in by_name:
                seen[name] = line.place(ID)
                self._compare(line, by_name[name])
            else:
                hint = self.hints.suggest(name, by_name) or "an id is changed in the YAML, where all its uses are"
                hint = f"{hint} (for a new record, write `{NEW} {name:.60}`)" if line.table.naming else hint
                self.report(line.place(ID), f"the brief has no record `{name:.60}` of this kind", hint)
        return set(seen)

    # A record that is there

    def _compare(self, line: "_Line", row: RecordRow) -> None:
        """The edits of one row: of the cells that were changed here, not of those that the brief changed."""
        now = [line.text(column.name, was) for column, was in zip(line.table.columns, row.cells, strict=True)]
        if (of := line.cell(LIST)) and of.text.strip() != row.of:
            hint = f"write `{row.of}` again; move the record in the YAML"
            self.report(line.place(LIST), f"`{row.name}` is in the list `{row.of}`", hint)
        self._check_computed(line)
        changed = [
            (column, was, text)
            for column, was, text in zip(line.table.columns, row.cells, now, strict=True)
            if _value(column, text) != _value(column, was) and not line.was(column.name, text)
            and self._is_sound(line, column, was) and self._is_not_newer(line, column, was)
        ]  # fmt: skip
        self._note_edits(line, row, changed)

    def _is_not_newer(self, line: "_Line", column: FieldColumn, was: str) -> bool:
        """Whether the brief still says what it said when it was exported; if not, that is reported."""
        if line.marks and not line.was(column.name, was):
            message = f"this cell was changed, and so was the brief since it was exported: {_shown(was)}"
            self.report(line.place(column.name), message, "write what is right into the YAML, or export it again")
            return False
        return True

    def _check_computed(self, line: "_Line") -> None:
        for head in (head for head in line.columns if head.endswith(COMPUTED_SIGN) and head != EXPORTED):
            if line.marks and not line.was(head, line.text(head, "")):
                hint = "leave it as it was; change the evidence that it is computed from"
                self.report(line.place(head), f"`{head}` is computed, and was changed here", hint)

    def _is_sound(self, line: "_Line", column: FieldColumn, was: str) -> bool:
        """Whether a changed cell can be taken as it is; if not, that is reported."""
        cell, place = line.cell(column.name), line.place(column.name)
        if was == NO_CELL:
            self.report(place, "what the brief has here does not fit into a cell", "change it in the YAML")
        elif cell and cell.kind != "text":
            self.report(place, *_fault(cell))
        elif cell and (found := NOT_TEXT.search(cell.text) or NOT_IN_A_CELL.search(cell.text)):
            self.report(place, f"`{found[0]}` may be a character that no text has", "change this text in the YAML")
        elif line.sheet.hides(line.number, line.columns[column.name]):
            self.report(place, "this cell was changed, and is hidden", "show it again, and look at it")
        else:
            return True
        return False

    def _note_edits(
        self, line: "_Line", row: RecordRow, changed: Sequence[tuple[FieldColumn, str, str]]
    ) -> None:
        values = {column.way: _value(column, text) for column, _, text in changed}
        columns = {column.way: column for column, _, _ in changed}
        told = {column.way: _told(line.place(column.name), row.name, column, was, now) for column, was, now in changed}
        places = {way: line.place(column.name) for way, column in columns.items()}
        record = value_at(row.location, self.tree)
        for way, inside in _joined(values, record):
            is_plain = way in columns and columns[way].how == "plain"
            asked = FieldEdit((*row.location, *way), values.get(way), is_plain)
            cells = {one[len(way) :]: places[one] for one in inside}
            self.edits.append(SheetEdit(asked, places[inside[0]], cells, tuple(told[one] for one in inside)))

    # A new record

    def _add(self, line: "_Line", name: str, names: set[str]) -> None:
        """The edit of one new row; `names` are those of the records of this kind."""
        table = line.table
        identifier = name.removeprefix(NEW).strip()
        of = self._list_of(line)
        if bool(identifier) != bool(table.naming):
            hint = f"write `{NEW}` and its id, such as `{NEW} c12`" if table.naming else f"write `{NEW}` alone"
            message = "a new record of this kind needs an id" if table.naming else "records of this kind have no id"
            self.report(line.place(ID), message, hint)
            return
        used = self.ids if table.naming == "id" else names
        if identifier in used:
            hint = "give this record another id; if it was added before, delete this row"
            self.report(line.place(ID), f"the id `{identifier:.60}` is already used", hint)
            return
        filled = [column for column in table.columns if line.text(column.name, "")]
        unsound = [column for column in filled if not self._is_sound(line, column, "")]
        if of is None or unsound:
            return
        used |= {identifier} if identifier else set()
        record: dict[str, Any] = {table.naming: identifier} if table.naming else {}
        for column in filled:
            _put(record, column.way, _value(column, line.text(column.name, "")))
        plain = frozenset(column.way for column in filled if column.how == "plain")
        cells = {column.way: line.place(column.name) for column in table.columns if column.name in line.columns}
        told = f"{line.place()}: a new record {identifier}".rstrip() + f" in {of}"
        asked = NewEntry(dict(_lists(table, self.tree))[of], record, plain)
        self.edits.append(SheetEdit(asked, line.place(), cells, (told,)))

    def _list_of(self, line: "_Line") -> str | None:
        """The name of the list that a new record goes into; None if that is reported instead."""
        lists = dict(_lists(line.table, self.tree))
        asked = line.text(LIST, "").strip()
        if not asked and len(lists) == 1:
            return next(iter(lists))
        if asked in lists:
            return asked
        hint = self.hints.suggest(asked, lists) or "copy it from a row of the same list"
        message = f"there is no list `{asked:.60}`" if asked else f"the column `{LIST}` is empty"
        self.report(line.place(LIST), message, f"{hint}; the lists of a new record are added after it")
        return None


class _Line:
    """One row of a sheet, by the heads of its columns."""

    def __init__(self, sheet: ReadSheet, table: RecordTable, columns: Mapping[str, int], number: int) -> None:
        self.sheet, self.table, self.columns, self.number = sheet, table, columns, number
        self._cells = sheet.rows[number]

    def cell(self, head: str) -> SheetCell | None:
        """The cell below a head; None if it is empty or there is no such column."""
        return self._cells.get(self.columns.get(head, 0))

    def text(self, head: str, otherwise: str) -> str:
        """The text of a cell, or `otherwise` where there is no such column."""
        if head not in self.columns:
            return otherwise
        cell = self.cell(head)
        return cell.text if cell else ""

    def place(self, head: str = "") -> str:
        """The place of a cell, or of the first one of the row."""
        return self.sheet.place(self.number, self.columns.get(head, 1))

    @cached_property
    def marks(self) -> frozenset[str]:
        """A mark for each cell as it was exported; none where the workbook does not say."""
        marks = self.text(EXPORTED, "").removeprefix("marks ")
        return frozenset(marks[at : at + MARK_DIGITS] for at in range(0, len(marks), MARK_DIGITS))

    def was(self, head: str, text: str) -> bool:
        """Whether this is what a cell said when it was exported."""
        return mark_of(head, text) in self.marks


_KEEP_TEXT = "format the cell as text, and type what the source says"
_FAULTS: Mapping[CellKind, tuple[str, str]] = {
    "number": ("is a number here, and what was typed may be lost", _KEEP_TEXT),
    "date": ("is a date here, and what was typed may be lost", _KEEP_TEXT),
    "truth value": ("is a truth value here, and what was typed may be lost", _KEEP_TEXT),
    "formula": ("is a formula", "write the text itself"),
    "error": ("is an error of the spreadsheet program", "write what belongs here, or empty the cell"),
}


def _fault(cell: SheetCell) -> tuple[str, str]:
    """What is wrong with a cell that is not text, and what to do."""
    message, hint = _FAULTS[cell.kind]
    return f"`{cell.text:.60}` {message}", hint


def _value(column: FieldColumn, text: str) -> str | list[str] | None:
    """What a cell says; None if it is empty."""
    if not text.strip():
        return None
    return (entries_in(text, column.how) or None) if column.is_list else text


def _told(place: str, name: str, column: FieldColumn, was: str, now: str) -> str:
    return f"{place}: {name}, {column.name}: {_shown(was)} becomes {_shown(now)}"


def _shown(text: str) -> str:
    return f"“{plain(text if len(text) <= MOST_OF_A_CELL else f'{text[:MOST_OF_A_CELL]} …')}”" if text else "nothing"


MOST_OF_A_CELL = 200
"""Characters of a text that are shown; the patch has all of it."""


def _joined(values: Mapping[FieldWay, Any], record: Any) -> Iterator[tuple[FieldWay, tuple[FieldWay, ...]]]:
    """The ways to change, each with the cells that ask for it: an inner record that loses all it has goes whole."""
    groups: dict[FieldWay, list[FieldWay]] = {}
    for way, value in values.items():
        top = way
        while value is None and len(top) > 1 and _is_emptied(top[:-1], values, value_at(top[:-1], record)):
            top = top[:-1]
        groups.setdefault(top, []).append(way)
    yield from ((top, tuple(ways)) for top, ways in groups.items())


def _is_emptied(way: FieldWay, values: Mapping[FieldWay, Any], node: Any) -> bool:
    """Whether nothing is left at a way, once some values below it are gone and others are there."""
    if way in values:
        return values[way] is None
    if any(one[: len(way)] == way and value is not None for one, value in values.items()):
        return False
    return isinstance(node, Mapping) and all(_is_emptied((*way, key), values, child) for key, child in node.items())


def _put(record: dict[str, Any], way: FieldWay, value: Any) -> None:
    for step in way[:-1]:
        record = record.setdefault(step, {})
    record[way[-1]] = value


def _lists(table: RecordTable, tree: Mapping[str, Any]) -> Iterator[tuple[str, Location]]:
    """Every list that may get a record of this table, by its name, also those that have none yet."""
    for way in table.ways:
        *around, key, _ = way
        for location in locations_at(tuple(around), tree):
            before = name_at(location, tree)
            yield f"{before}.{key}" if before else key, (*location, key)
