"""The records of a brief as tables: one for each record type, what was typed first, what is computed behind it.

In: an `Exported`. Out: tables of typed cells, for CSV and for workbooks. No record type is known here by its name, only
what is computed of some (`computed`): a data file that is added has its table.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints

from evibrief.evidence.brief import Brief
from evibrief.evidence.field_types import unwrapped
from evibrief.evidence.fields import Record
from evibrief.evidence.in_words import heading_of
from evibrief.evidence.records import Reference
from evibrief.evidence.source import Location
from evibrief.exports.computed import COMPUTED, NOTHING_COMPUTED, DataCell
from evibrief.exports.contract import Exported
from evibrief.exports.people import date_in_iso, name_of_person, named_people

BETWEEN_ENTRIES = "; "
"""Between the entries of a list in one cell."""


@dataclass(frozen=True, slots=True)
class DataColumn:
    """One column. `name` is the way to the field in its record, `amount.low`; what is computed begins with `computed.`.

    `record` and `field` are the type and the field that it shows, for what is typed.
    """

    name: str
    meaning: str
    record: type[Record] | None = None
    field: str = ""

    @property
    def computed(self) -> bool:
        """Whether the program computes it; an author types the others."""
        return self.record is None


@dataclass(frozen=True, slots=True)
class DataRow:
    """One record: where it is in the tree, and a cell for each column; None where nothing is typed."""

    location: Location
    cells: tuple[DataCell, ...]


@dataclass(frozen=True)
class DataTable:
    """All records of one type. `name` is what the documentation of the data files calls them: `claim`, `dose`."""

    name: str
    meaning: str
    columns: tuple[DataColumn, ...]
    rows: tuple[DataRow, ...] = field(repr=False)


PLACE_COLUMNS = (
    DataColumn("within", "the record that it is a part of, by id; empty for one that stands alone"),
    DataColumn("list", "the list that it stands in: `authors`, `evidence`"),
    DataColumn("number", "its place in its list, from 1"),
)
"""The first columns of each table: two records without an id are told apart by these."""


def tables_of(exported: Exported, as_typed: bool = False) -> tuple[DataTable, ...]:
    """A table for each record type that the brief has, in the order of the data files.

    Texts are as a page prints them, or `as_typed`, with the names of values in them.
    """
    brief, findings = (exported.brief, exported.findings) if as_typed else exported.printed
    found: dict[type[Record], list[tuple[Location, str, int, Record]]] = {}
    for location, within, number, record in _records_of(brief):
        found.setdefault(type(record), []).append((location, within, number, record))
    tables = []
    for kind, records in found.items():
        typed, computed = columns_of(kind), COMPUTED.get(kind, NOTHING_COMPUTED)
        if not typed:
            continue
        more = tuple(DataColumn(f"computed.{name}", meaning) for name, meaning in computed.names.items())
        rows = tuple(
            DataRow(location, (within, _list_of(location), number, *_cells(record, kind),
                               *computed.cells(record, findings)))
            for location, within, number, record in records
        )  # fmt: skip
        meaning = " ".join((kind.__doc__ or "").split())
        tables.append(DataTable(table_name(kind), meaning, (*PLACE_COLUMNS, *typed, *more), rows))
    return tuple(tables)


def table_name(kind: type[Record]) -> str:
    """The name of the table of a record type: `animal-exposure`."""
    return heading_of(kind).lower().replace(" ", "-")


@cache
def columns_of(kind: type[Record], before: str = "") -> tuple[DataColumn, ...]:
    """The columns of what an author types in a record; a record inside it gives one for each of its fields."""
    if kind is Reference:
        return tuple(DataColumn(name, _OF_REFERENCE, Reference, name) for name in _FIELDS_OF_REFERENCE)
    columns: list[DataColumn] = []
    for name, inside in _fields(kind):
        if isinstance(inside, type) and issubclass(inside, Record):
            columns += columns_of(inside, f"{before}{name}.")
        elif not _holds_records(inside):
            meaning = kind.model_fields[name].description or ""
            columns.append(DataColumn(f"{before}{name}", meaning, kind, name))
    return tuple(columns)


def _fields(kind: type[Record]) -> Iterator[tuple[str, Any]]:
    """The fields of a record type with their types, which are without what is said about them."""
    hints = get_type_hints(kind, include_extras=True)
    yield from ((name, unwrapped(hints[name], ())[0]) for name in kind.model_fields)


def _holds_records(kind: Any) -> bool:
    inside = unwrapped(kind, ())[0]
    return (isinstance(inside, type) and issubclass(inside, Record)) or any(map(_holds_records, get_args(inside)))


def _cells(record: Record | None, kind: type[Record]) -> Iterator[DataCell]:
    """A cell for each of the columns of a record; all are empty where it is not there."""
    if kind is Reference:
        assert isinstance(record, Reference)
        yield from (_of_reference(record, name) for name in _FIELDS_OF_REFERENCE)
        return
    for name, inside in _fields(kind):
        value = getattr(record, name, None)
        if isinstance(inside, type) and issubclass(inside, Record):
            yield from _cells(value, inside)
        elif not _holds_records(inside):
            yield _cell(value)


def _cell(value: Any) -> DataCell:
    if value is None or isinstance(value, int | Decimal | datetime.date):
        return value
    return BETWEEN_ENTRIES.join(map(str, value)) if isinstance(value, tuple) else str(value)


_FIELDS_OF_REFERENCE = (
    "id", "type", "title", "author", "issued", "container-title", "volume", "issue", "page", "publisher", "DOI", "PMID",
    "PMCID", "URL",
)  # fmt: skip
_OF_REFERENCE = "as CSL-JSON has it; `--as csl` writes all fields"


def _of_reference(reference: Reference, name: str) -> DataCell:
    value = getattr(reference, name, None) or (reference.model_extra or {}).get(name)
    if name == "author":
        return BETWEEN_ENTRIES.join(map(name_of_person, named_people(reference.author))) or None
    if name == "issued":
        return date_in_iso(reference.issued or {}) or None
    return None if value is None else str(value)


def _records_of(brief: Brief) -> Iterator[tuple[Location, str, int, Record]]:
    """Every record of a brief with its location in the tree, the id around it, and its place in its list."""
    for name, info in Brief.model_fields.items():
        if name in ("instrument", "more"):
            continue
        yield from _walked(getattr(brief, name), (info.alias or name,), "", 1)
    for file in brief.more:
        yield from _walked(file.records, (file.stem,), "", 1)


def _walked(node: Any, location: Location, within: str, number: int) -> Iterator[tuple[Location, str, int, Record]]:
    if isinstance(node, tuple):
        for index, one in enumerate(node):
            if isinstance(one, Record):
                yield from _walked(one, (*location, index), within, index + 1)
    elif isinstance(node, Record):
        if _is_row(location):
            yield location, within, number, node
        own = _called(node, location, within, number)
        for name in type(node).model_fields:
            yield from _walked(getattr(node, name), (*location, name), own, number)


def _called(node: Record, location: Location, within: str, number: int) -> str:
    """What the records inside a record are said to be within: its id; `c1 evidence 2` where it has none."""
    if location == ("brief",) or not isinstance(location[-1], int):
        return within
    own = getattr(node, "id", None) or getattr(node, "reference", None)
    return str(own or f"{within} {_list_of(location)} {number}".strip())


def _list_of(location: Location) -> str:
    """The name of the list that a record stands in, or of its file."""
    return next(str(step) for step in reversed(location) if isinstance(step, str))


def _is_row(location: Location) -> bool:
    """Whether a record is a whole file or an entry of a list; another one is columns of the record around it."""
    return len(location) == 1 or isinstance(location[-1], int)
