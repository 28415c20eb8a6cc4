"""A brief as tables, for spreadsheets: one for each record type, a row for each record, a column for each field.

In: the record types, and the tree of a brief. Out: tables, and their rows as texts. Nothing here knows a record type or
a field by its name: what is added to the data files has its table and its columns at once.

A record inside of another one, such as an amount, is part of its row: `amount.low`. A list of records is a table of its
own, and each row says which list it is in.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from evibrief import resources
from evibrief.evidence import files
from evibrief.evidence.brief import type_of
from evibrief.evidence.field_types import unwrapped
from evibrief.evidence.fields import Record, Takes
from evibrief.evidence.source import Location
from evibrief.evidence.walk import at

ID, LIST, EXPORTED = "id", "list", "as exported (computed)"
"""Columns beside the fields: what names the row, which list it is in, and what it was when it was exported."""

COMPUTED_SIGN = "(computed)"
"""How the name of a column ends that nobody edits."""

LONGEST_CELL = 32_767
"""In UTF-16 units: the limit of a cell in Excel (Microsoft, "Excel specifications and limits")."""

NO_CELL = "(no cell can hold this: read and change it in the YAML)"
"""What a cell says in place of a text that is too long for it, or that would not come back as it was."""

READ_ME, WORDS, REFERENCES = "read me", "allowed words", "references"
"""The sheets of a workbook that are there to be read, beside one for each table."""

ENTRY = "*"
"""In the way to a record: any entry of a list."""

HowWritten = Literal["text", "plain", "names", "texts"]
"""How a field is written: as text, as a number or date without quotes, as names with commas, as a text a line."""


@dataclass(frozen=True)
class FieldColumn:
    """One column: the keys from the record to the value, and the field as its record type declares it."""

    way: tuple[str, ...]
    field: FieldInfo
    how: HowWritten

    @property
    def name(self) -> str:
        """The head of the column."""
        return ".".join(self.way)

    @property
    def is_list(self) -> bool:
        """Whether a cell holds a list."""
        return self.how in ("names", "texts")


@dataclass(frozen=True)
class RecordTable:
    """The records of one type. `ways` lead to them; `naming` is the field that names one, if there is one."""

    name: str
    record: type[Record]
    naming: str | None
    columns: tuple[FieldColumn, ...]
    ways: tuple[tuple[str, ...], ...]

    @property
    def is_single(self) -> bool:
        """Whether there is exactly one such record, as in `brief.yaml`. Its row needs no name and is in no list."""
        return self.ways[0][-1] != ENTRY

    @property
    def fixed(self) -> tuple[str, ...]:
        """The heads of the columns before the fields."""
        return () if self.is_single else (ID, LIST)


@dataclass(frozen=True)
class RecordRow:
    """One record: its name, the name of the list that it is in, its place in the tree, and a text for each column."""

    name: str
    of: str
    location: Location
    cells: tuple[str, ...]


@dataclass
class _Found:
    """The tables as they are found, by record type."""

    ways: dict[type[Record], list[tuple[str, ...]]] = field(default_factory=dict)
    columns: dict[type[Record], tuple[FieldColumn, ...]] = field(default_factory=dict)


@cache
def record_tables() -> tuple[RecordTable, ...]:
    """The tables of a brief. What commands and reviewers write has none, nor have the instrument and the references."""
    found = _Found()
    stems = [one.stem for one in files.FILES if not one.by_command]
    for stem in (stems[0], files.CLAIMS, *stems[1:]):
        kind = type_of(stem)
        is_list = get_origin(kind) is tuple
        _look(get_args(kind)[0] if is_list else kind, (stem, ENTRY) if is_list else (stem,), found)
    tables = (
        RecordTable(_table_name(record, ways), record, _naming(record, ways), found.columns[record], tuple(ways))
        for record, ways in found.ways.items()
        if found.columns[record]
    )
    return tuple(sorted(tables, key=lambda table: table.ways[0][0] == stems[0] and not table.is_single))


def _look(record: type[Record], way: tuple[str, ...], found: _Found) -> None:
    found.ways.setdefault(record, []).append(way)
    columns: list[FieldColumn] = []
    inside: list[tuple[type[Record], tuple[str, ...]]] = []
    _gather(record, (), columns, inside)
    naming = _naming(record, [way])
    found.columns[record] = tuple(one for one in columns if one.way != (naming,))
    for other, steps in inside:
        _look(other, (*way, *steps, ENTRY), found)


def _gather(
    record: type[Record],
    steps: tuple[str, ...],
    columns: list[FieldColumn],
    inside: list[tuple[type[Record], tuple[str, ...]]],
) -> None:
    """The columns of a record type and of the records inside it, and the lists of records in them."""
    record.model_rebuild()  # a type may name one that its module defines later
    for name, info in record.model_fields.items():
        way = (*steps, info.alias or name)
        kind, metadata = unwrapped(info.annotation, tuple(info.metadata))
        if isinstance(kind, type) and issubclass(kind, Record):
            _gather(kind, way, columns, inside)
        elif get_origin(kind) is tuple:
            entry, said = unwrapped(get_args(kind)[0], ())
            if isinstance(entry, type) and issubclass(entry, Record):
                inside.append((entry, way))
            else:
                columns.append(FieldColumn(way, info, "texts" if _takes(said) in ("text", "Markdown") else "names"))
        else:
            is_plain = _takes(metadata).startswith(("number", "whole number", "date", "`1`"))
            columns.append(FieldColumn(way, info, "plain" if is_plain else "text"))


def _takes(metadata: Iterable[Any]) -> str:
    return next((one.words for one in metadata if isinstance(one, Takes)), "")


def _naming(record: type[Record], ways: Sequence[tuple[str, ...]]) -> str | None:
    """The field that names a record. `brief.yaml` has an id, too, and there is only one brief."""
    if ways[0][-1] != ENTRY:
        return None
    return next((name for name in ("id", "reference") if name in record.model_fields), None)


def _table_name(record: type[Record], ways: Sequence[tuple[str, ...]]) -> str:
    """The plural of what one row is: the name of the list that has them or, with several lists, of the record type."""
    lists = {_kind_of(way) for way in ways}
    if len(lists) == 1:
        return lists.pop()
    word = record.__name__.lower()
    return _PLURALS.get(word, f"{word}s")


_PLURALS = {"person": "people", "search": "searches"}


def _kind_of(way: tuple[str, ...]) -> str:
    """What the records at a way are called: as `files` has it or, failing that, by the last key."""
    steps = tuple(step for step in way if step != ENTRY)
    if steps == (files.CLAIMS,):
        return "groups"
    named = (kind for one in files.FILES for kind, known in one.ids if known == steps)
    return next(named, steps[-1])


def words_for(column: FieldColumn, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that a cell may have, if there is a closed list: of the type, or of what the brief itself has."""
    kind, metadata = unwrapped(column.field.annotation, tuple(column.field.metadata))
    listed = (column.field.json_schema_extra or {}) if isinstance(column.field.json_schema_extra, dict) else {}
    for one in metadata:
        extra = getattr(one, "json_schema_extra", None)
        listed = {**listed, **extra} if isinstance(extra, dict) else listed
    if "enum" in listed:
        return tuple(map(str, listed["enum"]))  # type: ignore[arg-type]
    if get_origin(kind) is Literal:
        return get_args(kind)
    takes = _takes(metadata)
    own = {"unit": (resources.units(), "units"), "route": (resources.routes(), "routes")}.get(takes.partition(":")[0])
    if own:
        added = at(tree, "brief", own[1])
        return (*own[0], *map(str, added if isinstance(added, list) else ()))
    return _ids_for(takes, tree)


def _ids_for(takes: str, tree: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the brief that a field may name, where it names one."""
    ways = {"population id": ("brief", "populations"), "reference id": ("references",)}
    if takes not in ways:
        return ()
    listed = at(tree, *ways[takes])
    return tuple(str(one["id"]) for one in listed or () if isinstance(one, Mapping) and "id" in one)


def rows_of(table: RecordTable, tree: Mapping[str, Any]) -> tuple[RecordRow, ...]:
    """The rows of a table, in the order of the files."""
    found = (location for way in table.ways for location in locations_at(way, tree))
    return tuple(_row(table, location, tree) for location in found)


def locations_at(way: tuple[str, ...], node: Any, before: Location = ()) -> Iterator[Location]:
    """Where the records are to which a way leads."""
    if not way:
        if isinstance(node, Mapping):
            yield before
    elif way[0] == ENTRY:
        for index, entry in enumerate(node if isinstance(node, list) else ()):
            yield from locations_at(way[1:], entry, (*before, index))
    elif isinstance(node, Mapping) and way[0] in node:
        yield from locations_at(way[1:], node[way[0]], (*before, way[0]))


def _row(table: RecordTable, location: Location, tree: Mapping[str, Any]) -> RecordRow:
    of = name_at(location[:-1], tree) if location[1:] else ""
    record = value_at(location, tree)
    cells = tuple(cell_of(at(record, *column.way), column) for column in table.columns)
    return RecordRow(name_at(location, tree), of, location, cells)


def name_at(location: Location, tree: Mapping[str, Any]) -> str:
    """What names a record or a list: the nearest id around it and the steps from there, from 1: `c1.evidence.2`."""
    node: Any = tree
    words: list[str] = []
    for step in location:
        node = node[step]
        named = isinstance(step, int) and isinstance(node, Mapping) and (node.get("id") or node.get("reference"))
        words = [str(named)] if named else [*words, str(step + 1) if isinstance(step, int) else step]
    return ".".join(words)


def value_at(location: Location, tree: Any) -> Any:
    """What is at a location of a tree."""
    for step in location:
        tree = tree[step]
    return tree


def cell_of(value: Any, column: FieldColumn) -> str:
    """The text of a cell; nothing where there is no value."""
    if value is None:
        return ""
    parts = list(map(str, value)) if isinstance(value, list) else [str(value)]
    text = (", " if column.how == "names" else "\n").join(parts)
    is_long = len(text.encode("utf-16-le")) > 2 * LONGEST_CELL
    is_split = isinstance(value, list) and any("\n" in part for part in parts)
    return NO_CELL if is_long or is_split or NOT_IN_A_CELL.search(text) else text


NOT_IN_A_CELL = re.compile(r"[\x00-\x08\x0b-\x1f]|_x[0-9A-Fa-f]{4}_|x005F_")
"""Control characters, and what looks like their notation in a workbook: Office Open XML writes U+000D as `_x000D_`, and
`_x005F_` before what merely looks so (ECMA-376, 22.4.2.4). Programs read that differently."""


def entries_in(text: str, how: HowWritten) -> list[str]:
    """The entries of a list from the text of its cell."""
    parts = re.split(r"[,;\n]" if how == "names" else r"\n", text)
    return [part.strip() for part in parts if part.strip()]


MARK_DIGITS = 8
"""Digits of the mark of a cell: two texts have the same one in four thousand million."""


def mark_of(head: str, text: str) -> str:
    """A short hash of what a cell says, by which a change of it is seen."""
    return hashlib.sha256(f"{head}\x1f{text}".encode()).hexdigest()[:MARK_DIGITS]


def letters_of(column: int) -> str:
    """The name of a column, from 1: `A`, `Z`, `AA`."""
    before, last = divmod(column - 1, 26)
    return (letters_of(before) if before else "") + chr(ord("A") + last)
