"""CSV (RFC 4180): a file for each record type, and one that explains the columns.

In: the tables of a brief. Out: files in UTF-8.

Spreadsheet programs run a cell that begins with one of `= + - @` as a formula, whatever its quotes, and a file may come
from a stranger. Such a text gets an apostrophe in front (OWASP, "CSV Injection"). So does one that has an apostrophe
there already, so that `text_of_cell` gives back what was typed. Numbers stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from evibrief.exports.computed import DataCell
from evibrief.exports.contract import Exported
from evibrief.exports.tables import DataTable, tables_of

_RUN = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
"""A text that a spreadsheet program would run, also one in full-width letters, with apostrophes in front or none."""


def csv_files(exported: Exported) -> Mapping[str, bytes]:
    """The files by name."""
    tables = tables_of(exported)
    files = {f"{table.name}.csv": _table_as_csv(table) for table in tables}
    return {**files, "columns.csv": _columns_of(tables)}


def _columns_of(tables: Iterable[DataTable]) -> bytes:
    head = ("file", "column", "by", "meaning")
    rows = ((f"{table.name}.csv", column.name, "program" if column.computed else "author", column.meaning)
            for table in tables for column in table.columns)  # fmt: skip
    return _as_csv([head, *rows])


def _table_as_csv(table: DataTable) -> bytes:
    return _as_csv([[column.name for column in table.columns], *(row.cells for row in table.rows)])


def _as_csv(rows: Iterable[Iterable[DataCell]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _safe(cell: DataCell) -> str:
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    return f"'{cell}" if _RUN.match(cell) else cell


def text_of_cell(cell: str) -> str:
    """The text that was typed, of a cell of ours."""
    return cell[1:] if cell.startswith("'") and _RUN.match(cell) else cell
