"""Reads the cells of a workbook that a stranger may have made.

In: the bytes of an XLSX file (ECMA-376). Out: its sheets with their cells as text, and what kind of value each was.
What is packed in it is measured before anything is read: no entities, macros, links to other files, or bombs.
"""

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from evibrief.evidence.tables import letters_of
from evibrief.problems import Problems, one_problem

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST_WORKBOOK = 20_000_000
"""In bytes. The workbook of a brief with 150 claims has 0.2 MB."""

MOST_UNPACKED, MOST_MEMBERS, MOST_TAGS = 80_000_000, 500, 3_000_000
"""Bytes of all that is packed in it, the files in it, and the tags in these: fifty times what such a brief takes."""

MOST_SHEET_ROWS, MOST_SHEET_COLUMNS = 10_000, 200
"""In one sheet; the largest one of such a brief has 330 rows and 52 columns."""

OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\3\4"
"""How an encrypted workbook or one of Excel 97 begins, and how every other one does."""

CellKind = Literal["text", "number", "date", "formula", "error", "truth value"]
_KINDS: Mapping[str, CellKind] = {"n": "number", "d": "date", "f": "formula", "e": "error", "b": "truth value"}
_READING = "xlsx"


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell that is not empty: where it is, from 1, what kind of value it has, and that as text."""

    row: int
    column: int
    kind: CellKind
    text: str


@dataclass(frozen=True)
class ReadSheet:
    """One sheet: its cells, what is merged, as `B2:C3`, and what is hidden."""

    name: str
    cells: tuple[SheetCell, ...]
    merged: tuple[str, ...]
    is_hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]

    @cached_property
    def rows(self) -> Mapping[int, Mapping[int, SheetCell]]:
        """The cells by row and column."""
        found: dict[int, dict[int, SheetCell]] = {}
        for cell in self.cells:
            found.setdefault(cell.row, {})[cell.column] = cell
        return found

    def hides(self, row: int, column: int) -> bool:
        """Whether nobody sees a cell."""
        return self.is_hidden or row in self.hidden_rows or column in self.hidden_columns

    def place(self, row: int, column: int) -> str:
        """Where a cell is, as people say it: `claims!C7`."""
        name = self.name if self.name.replace("-", "").isalnum() else f"'{self.name}'"
        return f"{name}!{letters_of(column)}{row}"


def is_workbook(data: bytes) -> bool:
    """Whether these bytes are a workbook, also one that cannot be read: then the reader says why."""
    if data[:4] == OLE:
        return True
    names = _names(data) if data[:4] == ZIP else ()
    return any(name.startswith("xl/") for name in names) or ("content.xml" in names and b"spreadsheet" in data[:200])


def _names(data: bytes) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return tuple(package.NameToInfo)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, IndexError, EOFError):
        return ()


def read_workbook(data: bytes, name: str) -> tuple[ReadSheet, ...]:
    """The sheets in order. Raises `Problems` for a file that is damaged, too large, or more than cells."""
    if data[:4] == OLE:
        message = "this workbook has a password, or it is one of Excel 97"
        raise one_problem(name, _READING, message, "save it as .xlsx without a password")
    _inspect(data, name)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it cannot keep, such as colours, does not matter here
            book = load_workbook(io.BytesIO(data), keep_links=False)
            return tuple(_read_sheet(sheet, name) for sheet in book.worksheets)
    except Problems:
        raise
    except Exception as error:  # whatever a stranger's file makes of openpyxl, the file is at fault
        if isinstance(error, MemoryError):
            raise
        message = f"this workbook cannot be read ({type(error).__name__}: {str(error)[:120]})"
        raise one_problem(name, _READING, message, "save it again as .xlsx in a spreadsheet program") from error


def _inspect(data: bytes, name: str) -> None:
    """Raise `Problems` if the package is not what a spreadsheet program writes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _measure(package.infolist(), name)
            for path in package.namelist():
                _look_into(path, package.read(path), name)
            tags = sum(package.read(path).count(b"<") for path in package.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error,
            IndexError) as error:  # fmt: skip
        message = f"this workbook is damaged ({str(error)[:120]})"
        raise one_problem(name, _READING, message, "save it again as .xlsx in a spreadsheet program") from error
    if tags > MOST_TAGS:
        raise _too_large(name, f"{tags / 1e6:.0f} million tags")
    if not any(path.startswith("xl/") for path in package.NameToInfo):
        message = "this is a spreadsheet in another format, such as OpenDocument"
        raise one_problem(name, _READING, message, "save it as .xlsx")


def _measure(members: list[zipfile.ZipInfo], name: str) -> None:
    """The sizes that are said here are all that is unpacked later: Python reads no byte more."""
    if len(members) > MOST_MEMBERS:
        raise _too_large(name, f"{len(members)} files in it")
    if (size := sum(member.file_size for member in members)) > MOST_UNPACKED:
        raise _too_large(name, f"{size / 1e6:.0f} MB unpacked")
    if len({member.filename.casefold() for member in members}) < len(members):
        raise one_problem(name, _READING, "two files in this workbook have the same name", _NOT_EXCEL)
    if any(member.flag_bits & 1 for member in members):
        raise one_problem(name, _READING, "this workbook is encrypted", "save it without a password")


def _too_large(name: str, what: str) -> Problems:
    message = f"this workbook is larger than that of any brief: {what}"
    return one_problem(name, "too-large", message, "is it the right file?")


_NOT_EXCEL = "no spreadsheet program writes this; ask whoever sent it"
_MORE_THAN_CELLS = (
    ("vbaproject", "it has macros", "save it as .xlsx, which has none"),
    ("xl/externallinks/", "it has links to other files", "replace the linked cells by their text"),
    ("xl/connections", "it takes data from elsewhere", "remove the connection"),
    ("xl/embeddings/", "it has other documents in it", "remove them"),
)


def _look_into(path: str, part: bytes, name: str) -> None:
    for sign, what, hint in _MORE_THAN_CELLS:
        if sign in path.casefold():
            raise one_problem(name, _READING, f"this workbook is not opened: {what}", hint)
    if path == "[Content_Types].xml" and b"macroEnabled" in part:
        raise one_problem(name, _READING, "this workbook is not opened: it has macros", "save it as .xlsx")
    if path.endswith((".xml", ".rels", ".vml")) and (why := _suspicious(part)):
        raise one_problem(name, _READING, f"this workbook is not opened: {path[:100]} {why}", _NOT_EXCEL)


_AREA = re.compile(rb"<[^>]*(?:mergeCell|hyperlink)\s[^>]*ref\s*=\s*[\"'][^\"']*?(?:[A-Za-z]{3}|[0-9]{6})")
"""A merged area or a link of a hundred thousand rows or seven hundred columns: openpyxl makes each cell of it."""


def _suspicious(part: bytes) -> str:
    """What no spreadsheet program writes into XML: entities, and an encoding in which they could hide."""
    head = part[:200].lower()
    if b"\0" in part or (b"encoding=" in head and b"utf-8" not in head):
        return "is not in UTF-8"
    if b"<!doctype" in part.lower() or b"<!ENTITY" in part:
        return "has a document type or entities"
    return "merges more cells than any sheet of a brief has" if _AREA.search(part) else ""


def _read_sheet(sheet: "Worksheet", name: str) -> ReadSheet:
    if sheet.max_row > MOST_SHEET_ROWS or sheet.max_column > MOST_SHEET_COLUMNS:
        place = f"{name}: {sheet.title}"
        message = f"this sheet goes down to row {sheet.max_row} and to column {letters_of(sheet.max_column)}"
        most = f"row {MOST_SHEET_ROWS} and column {letters_of(MOST_SHEET_COLUMNS)}"
        hint = f"the limit is {most}; delete what is empty below"
        raise one_problem(place, "too-large", message, hint)
    merged = tuple(sorted(str(area) for area in sheet.merged_cells.ranges))
    rows = frozenset(number for number, row in sheet.row_dimensions.items() if row.hidden)
    ranges = (range(one.min, one.max + 1) for one in sheet.column_dimensions.values() if one.hidden)
    columns = frozenset(column for columns in ranges for column in columns)
    is_hidden = sheet.sheet_state != "visible"
    return ReadSheet(sheet.title, tuple(_cells(sheet)), merged, is_hidden, rows, columns)


def _cells(sheet: "Worksheet") -> Iterator[SheetCell]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None and (text := _as_text(cell.value)).strip():
                yield SheetCell(cell.row, cell.column, _KINDS.get(cell.data_type, "text"), text)


def _as_text(value: Any) -> str:
    """A value as text; a day without a time as `2026-11-23`."""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
