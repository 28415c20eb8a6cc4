"""A brief as a workbook: a sheet for each record type, which `evibrief import` reads back as patches.

In: a brief with its findings. Out: XLSX (ECMA-376), the same bytes for the same brief. Every cell is text, so that no
program takes `1-2` for a date or drops a nought. What is computed is grey, says so in its head, and is not read back.
"""

import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from evibrief.evidence.brief import Brief
from evibrief.evidence.field_types import unwrapped
from evibrief.evidence.fields import Needed
from evibrief.evidence.hashes import evidence_hash
from evibrief.evidence.in_words import value_in_words
from evibrief.evidence.meanings import MEANINGS
from evibrief.evidence.source import Location
from evibrief.evidence.tables import (
    COMPUTED_SIGN,
    EXPORTED,
    NOT_IN_A_CELL,
    READ_ME,
    REFERENCES,
    WORDS,
    FieldColumn,
    RecordRow,
    RecordTable,
    letters_of,
    mark_of,
    record_tables,
    rows_of,
    words_for,
)
from evibrief.exports.computed import COMPUTED
from evibrief.exports.contract import Exported

if TYPE_CHECKING:
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.workbook import Workbook as Book
    from xlsxwriter.worksheet import Worksheet

ROWS_TO_ADD = 200
"""Below the last record, cells still offer the allowed words."""

NARROWEST_COLUMN, WIDEST_COLUMN = 10, 60
"""Of a column, in characters."""


def workbook_of(exported: Exported) -> bytes:
    """The workbook of a brief."""
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, _OPTIONS)
    day = exported.brief.brief.date
    book.set_properties({
        "title": exported.brief.brief.title,
        "created": datetime.datetime(day.year, day.month, day.day),
        "comments": f"evidence {evidence_hash(exported.source.as_typed)}",
    })  # fmt: skip
    _Writer(book, exported).write()
    book.close()
    return data.getvalue()


_OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


@dataclass(frozen=True)
class _Looks:
    """The formats of cells."""

    cell: "CellFormat"
    fixed: "CellFormat"
    head: "CellFormat"
    needed: "CellFormat"
    computed: "CellFormat"
    title: "CellFormat"


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: "Book", exported: Exported) -> None:
        self.book, self.exported, self.tree = book, exported, exported.source.tree
        base = {"num_format": "@", "valign": "top", "text_wrap": True}
        head = {**base, "bold": True, "bottom": 1}
        self.looks = _Looks(
            cell=book.add_format(base),
            fixed=book.add_format({**base, "font_color": "#595959", "bg_color": "#F2F2F2"}),
            head=book.add_format({**head, "bold": False, "bg_color": "#DDEBF7"}),
            needed=book.add_format({**head, "bg_color": "#DDEBF7"}),
            computed=book.add_format({**head, "italic": True, "bold": False, "bg_color": "#D9D9D9"}),
            title=book.add_format({**base, "bold": True, "font_size": 14}),
        )
        self.lists: dict[tuple[str, ...], str] = {}

    def write(self) -> None:
        """All sheets: what to know first, a sheet for each table, the references, the words."""
        self._read_me(self.book.add_worksheet(READ_ME))
        for table in record_tables():
            self._table(self.book.add_worksheet(table.name), table)
        self._references(self.book.add_worksheet(REFERENCES))
        self._words(self.book.add_worksheet(WORDS))

    def _read_me(self, sheet: "Worksheet") -> None:
        brief = self.exported.brief.brief
        sheet.set_column(0, 0, 100, self.looks.cell)
        lines = (
            f"Brief {brief.id}, version {brief.version}, {brief.date.isoformat()}",
            f"Evidence {evidence_hash(self.exported.source.as_typed)}",
            *_READ_ME_LINES,
        )
        sheet.write_string(0, 0, brief.title, self.looks.title)
        for number, line in enumerate(lines, 1):
            sheet.write_string(number, 0, line, self.looks.cell)

    def _table(self, sheet: "Worksheet", table: RecordTable) -> None:
        rows = rows_of(table, self.tree)
        computed = tuple(_computed_columns(table, rows, self.exported))
        first, last = len(table.fixed), len(table.fixed) + len(table.columns)
        heads = [*table.fixed, *(column.name for column in table.columns), *(column.head for column in computed)]
        grid = []
        for at, row in enumerate(rows):
            own = [column.cells[at] for column in computed]
            cells = (*row.cells, *own)
            marks = "".join(mark_of(*pair) for pair in zip(heads[first:], cells, strict=True))
            grid.append([*(row.name, row.of)[:first], *cells, f"marks {marks}"])
        self._grid(sheet, [*heads, EXPORTED], grid, first, last)
        for number, column in enumerate(table.columns, first):
            sheet.write_string(0, number, column.name, self.looks.needed if _is_needed(column) else self.looks.head)
            self._note(sheet, number, _about(column))
            self._choice(sheet, number, words_for(column, self.tree), len(rows))
        for number, text in enumerate((_ABOUT_ID, _ABOUT_LIST + _lists_in(table))[:first]):
            self._note(sheet, number, text)
        for number, made in enumerate(computed, last):
            self._note(sheet, number, f"{made.meaning}\n{_ABOUT_COMPUTED}")
        self._note(sheet, len(heads), _ABOUT_EXPORTED)

    def _grid(
        self, sheet: "Worksheet", heads: Sequence[str], grid: Sequence[Sequence[str]], first: int, last: int
    ) -> None:
        """Heads and cells. The columns from `first` to before `last` may be edited, and no others."""
        for number, head in enumerate(heads):
            is_open = first <= number < last
            texts = [row[number] for row in grid]
            sheet.set_column(number, number, _width(head, () if head == EXPORTED else texts), self.looks.cell)
            sheet.write_string(0, number, head, self.looks.head if is_open else self.looks.computed)
            for line, text in enumerate(texts, 1):
                if text:
                    sheet.write_string(line, number, text, self.looks.cell if is_open else self.looks.fixed)
                elif not is_open:
                    sheet.write_blank(line, number, None, self.looks.fixed)
            if not is_open and grid:
                sheet.data_validation(1, number, len(grid), number, _NOT_TO_EDIT)
        sheet.freeze_panes(1, min(first, 1))
        sheet.autofilter(0, 0, max(len(grid), 1), len(heads) - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def _note(self, sheet: "Worksheet", column: int, text: str) -> None:
        lines = sum(len(line) // 45 + 1 for line in text.split("\n"))
        sheet.write_comment(0, column, text, {"author": "", "width": 320, "height": 18 * lines + 10})

    def _choice(self, sheet: "Worksheet", column: int, words: tuple[str, ...], rows: int) -> None:
        """Offer a closed list of words in a column; Excel takes long lists from cells alone."""
        if words:
            number = list(self.lists).index(words) if words in self.lists else len(self.lists)
            letter = letters_of(number + 1)
            self.lists.setdefault(words, letter)
            area = f"='{WORDS}'!${letter}$2:${letter}${len(words) + 1}"
            sheet.data_validation(1, column, rows + ROWS_TO_ADD, column, {
                "validate": "list", "source": area, "error_title": "Not one of the words",
                "error_message": f"Choose a word from the list. All of them are on the sheet “{WORDS}”.",
            })  # fmt: skip

    def _references(self, sheet: "Worksheet") -> None:
        listed = self.exported.brief.references
        grid = [[one.id, one.type, one.title or "", str(one.year or ""), *_identifiers(one)] for one in listed]
        heads = [f"{head} {COMPUTED_SIGN}" for head in ("id", "type", "title", "year", "DOI", "PMID")]
        self._grid(sheet, heads, [[*map(_shortened, row)] for row in grid], 0, 0)

    def _words(self, sheet: "Worksheet") -> None:
        for number, words in enumerate(self.lists):
            head = f"list {number + 1} {COMPUTED_SIGN}"
            sheet.set_column(number, number, _width(head, words), self.looks.cell)
            sheet.write_string(0, number, head, self.looks.computed)
            for line, word in enumerate(words, 1):
                sheet.write_string(line, number, word, self.looks.fixed)
        sheet.freeze_panes(1, 0)


_NOT_TO_EDIT = {
    "validate": "custom", "value": "=FALSE", "ignore_blank": False, "error_title": "Not to be changed here",
    "error_message": "This cell is computed or names the record. The import refuses a change of it.",
}  # fmt: skip

_READ_ME_LINES = (
    "Edit the white cells. Grey cells name a record or are computed: a change in them is refused.",
    "The note at the head of a column says what the field is. Bold heads are needed in every row.",
    "All cells are text. Keep them so: a number or date that the program makes of a text is refused.",
    "A list of ids has commas between them. A list of texts has one on each line.",
    "An empty cell is a field that is not there.",
    "To add a record, write `new` and its id below the last row, such as `new c12`, or `new` alone where records have "
    "no id, and copy what a record of the same list has in the column `list`.",
    "A row that is deleted deletes nothing: take the record out of the YAML.",
    "Then: evibrief import FILE.xlsx --into data/BRIEF --patches FOLDER",
)
_ABOUT_ID = (
    "What names the record. Not to be changed.\nA new record: `new` and its id, such as `new c12`; where records have "
    "no id, `new` alone."
)
_ABOUT_LIST = "The list that the record is in. Not to be changed. A new record needs it."
_ABOUT_COMPUTED = "Computed from the evidence, or copied for reading. Not to be edited: the import refuses a change."
_ABOUT_EXPORTED = "What the row was when it was exported. The import sees by it whether the brief has changed since."


def _lists_in(table: RecordTable) -> str:
    """Which lists a table has, where their names are always the same."""
    named = [".".join(way[:-1]) for way in table.ways if way.count("*") == 1 and len(way) > 1]
    return f"\nLists: {', '.join(named)}" if named else ""


def _about(column: FieldColumn) -> str:
    """What a field is, what it takes, and whether it is needed."""
    kind, metadata = unwrapped(column.field.annotation, tuple(column.field.metadata))
    hint: Any = Annotated[kind, *metadata] if metadata else kind
    takes = value_in_words(hint).replace("`", "")
    needed = next((one.when for one in metadata if isinstance(one, Needed)), "yes" if _is_needed(column) else "no")
    parts = [column.name, column.field.description or "", f"Takes: {takes}", f"Needed: {needed}"]
    parts += [f"{word}: {what}" for word, what in MEANINGS.get(kind, {}).items()]
    return "\n".join(part for part in parts if part)[:LONGEST_NOTE]


LONGEST_NOTE = 4_000
"""In characters; Excel takes up to 32,767."""


def _is_needed(column: FieldColumn) -> bool:
    """Whether every row needs it; a record inside the row that is optional needs its fields only if it is there."""
    return column.field.is_required() and len(column.way) == 1


def _identifiers(reference: Any) -> tuple[str, str]:
    extra = reference.model_extra or {}
    return str(extra.get("DOI", "")), str(extra.get("PMID", ""))


def _width(head: str, texts: Iterable[str]) -> int:
    longest = max((len(line) for text in texts for line in text.split("\n")), default=0)
    return max(NARROWEST_COLUMN, min(WIDEST_COLUMN, max(longest, len(head)) + 3))


@dataclass(frozen=True)
class _ComputedColumn:
    """A column that is not edited: its head, what it is, and a text for each row."""

    head: str
    meaning: str
    cells: tuple[str, ...]


def _computed_columns(table: RecordTable, rows: Sequence[RecordRow], exported: Exported) -> Iterator[_ComputedColumn]:
    """What is computed of the records of a table, and what is copied for reading."""
    if table.record in COMPUTED:
        computed = COMPUTED[table.record]
        made = [computed.cells(_record_at(row.location, exported.brief), exported.findings) for row in rows]
        for number, (name, meaning) in enumerate(computed.names.items()):
            texts = ("" if cells[number] is None else str(cells[number]) for cells in made)
            yield _ComputedColumn(f"{name} {COMPUTED_SIGN}", meaning, tuple(map(_shortened, texts)))
    source = next((at for at, column in enumerate(table.columns) if column.name == "source"), None)
    if source is not None or table.naming == "reference":
        names = [row.name if source is None else row.cells[source] for row in rows]
        known = exported.findings.references
        titles = (known[name].title or "" if name in known else "" for name in names)
        yield _ComputedColumn(f"title {COMPUTED_SIGN}", "of the publication", tuple(map(_shortened, titles)))


def _record_at(location: Location, brief: Brief) -> Any:
    """The record at a location of the tree."""
    found: Any = brief
    for step in location:
        found = found[step] if isinstance(step, int) else getattr(found, step.replace("-", "_"))
    return found


def _shortened(text: str) -> str:
    return "" if NOT_IN_A_CELL.search(text) else text[:MOST_COPIED]


MOST_COPIED = 2_000
"""In characters, of what is only shown."""
