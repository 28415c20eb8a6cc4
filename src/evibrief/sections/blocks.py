"""Everything that a template may see: a title block and sections of headings, paragraphs, lists and tables.

The other files of this room fill these types; `formats.html` prints them. All decisions and all wording are made before
a template runs: a template only places what it is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evibrief.sections.figures.picture import Drawing


@dataclass(frozen=True, slots=True)
class Pointer:
    """A link inside the page: the anchor of a record, and what the page calls that record."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell or list.

    `prose` is one paragraph of Markdown with citations; `text` is printed as is. `anchor` makes the line the target of
    links and of a bookmark. `style` is a role known to the style sheet and the Word styles. `links` are printed
    after the text.
    """

    prose: str = ""
    text: str = ""
    style: Literal["", "muted", "label", "warning", "word", "identifier"] = ""
    anchor: str = ""
    links: tuple[Pointer, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell. `scope` makes it a header cell; it spans this many `rows` and `columns`.

    The lines of a `run_in` cell follow one another in one paragraph.
    """

    lines: tuple[Line, ...]
    scope: Literal["", "row", "rowgroup"] = ""
    rows: int = 1
    columns: int = 1
    run_in: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. A `part` is a heading inside the table, a `band` a record, an `entry` what belongs to it.

    `judged` is the judgement of a link of a chain: the style sheet draws a rule for it, beside its word.
    """

    cells: tuple[Cell, ...]
    kind: Literal["", "part", "band", "entry"] = ""
    judged: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """What a reader may select records by: the name of the property, and the words of its values."""

    name: Literal["topic", "mechanism", "study-type", "directness", "status", "direction", "changed"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableRecord:
    """The rows of one record, and what a reader may select it by. `anchor` is that of the record."""

    rows: tuple[Row, ...]
    anchor: str = ""
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and its share of the width in percent."""

    heading: str
    width: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records. The heading row is repeated on each page."""

    caption: str
    columns: tuple[Column, ...]
    records: tuple[TableRecord, ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section: level 3 or 4, with an anchor for links."""

    text: str
    anchor: str
    level: int = 3
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text in Markdown; it may contain several paragraphs and lists."""

    prose: str
    style: Literal["", "note", "callout"] = ""
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A bullet list; each entry has one or more lines, and those of a `run_in` list are one paragraph."""

    entries: tuple[tuple[Line, ...], ...]
    run_in: bool = False
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption; its text equivalent is next to it or in the table after it."""

    caption: str
    anchor: str
    drawing: Drawing
    kind: Literal["figure"] = "figure"

    @property
    def address(self) -> str:
        """What the page has in place of the picture, until a format puts in the one that it can show."""
        return f"figure:{self.anchor}"


@dataclass(frozen=True, slots=True)
class ReferenceNote:
    """What is said below the reference with this key."""

    key: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """A placeholder for the reference list, which the citation style generates, with a note on each reference."""

    notes: tuple[ReferenceNote, ...] = ()
    kind: Literal["references"] = "references"


@dataclass(frozen=True, slots=True)
class Alone:
    """Blocks of a summary that goes without the sections; where the sections follow there is a link `instead`."""

    blocks: tuple[Table | Paragraph, ...]
    instead: Paragraph
    kind: Literal["alone"] = "alone"


Block = Table | Heading | Paragraph | Bullets | Figure | ReferenceList | Alone


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One section of the brief, ready to place."""

    kind: str
    anchor: str
    title: str
    blocks: tuple[Block, ...]
    core: bool = False
    """Whether the section belongs to what can be sent alone; the others are annexes."""


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """An entry of the table of contents: level 2 or 3. `core` as in its section."""

    level: int
    anchor: str
    text: str
    core: bool = False


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """What identifies the document, and what readers must know before they start."""

    title: str
    subtitle: str
    status: str
    version: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cite:
    """How to cite the brief: a sentence, and the address of its DOI."""

    sentence: str
    address: str


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The question, the bottom line with its two judgements, the counts of the evidence, and what this is not."""

    question: str
    question_parts: tuple[tuple[str, str], ...]
    bottom_line: str
    judgements: tuple[tuple[str, str], ...]
    ranking: Figure | None
    counts: tuple[str, ...]
    known: tuple[tuple[str, str], ...]
    """Pairs of known and not known, one per row; the shorter side is filled with empty strings."""
    safety: tuple[Line, ...]
    """The harms that the author put first, then how many others are recorded; empty if none is."""
    not_this: tuple[str, ...]
    who: tuple[tuple[str, str], ...]
    """Who wrote and paid for it, as pairs of name and value."""
    where: tuple[Pointer, ...]
    """Where to go from here; a program that sets pages prints their numbers."""
    currency: str
    cite: Cite | None = None
    """How to cite the brief; None where it has no DOI."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a theme changes on the page: style rules, and a logo (a URL with its alternative text)."""

    styles: str = ""
    logo: str = ""
    logo_alternative: str = ""


PAGE, PAGES = "{page}", "{pages}"
"""Where the number of a sheet of paper comes, and how many there are: only a program that sets pages knows them."""


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands at the foot of each sheet. The number of the page is pieces of text with `PAGE` and `PAGES`."""

    no_advice: str
    page_number: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is put over every page of a draft: a word, and in front what this is and which places are unfinished."""

    word: str
    notice: str
    heading: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part of a record, what it was in the version before, and what it is now."""

    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class ComparedRecord:
    """A statement, link or claim that changed; `anchor` is empty where it is no longer on the page.

    `text` is what it says, and empty where one of the parts tells that.
    """

    anchor: str
    called: str
    text: str
    parts: tuple[ComparedPart, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that can be shown beside the version before this one."""

    version: str
    records: tuple[ComparedRecord, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The content of a whole brief, fully worded."""

    language: str
    words: Mapping[str, str]
    """What the template prints itself, by name."""
    foot: Foot
    running_title: str
    description: str
    date: str
    title_block: TitleBlock
    first_page: FirstPage
    summary: tuple[Block, ...]
    contents: tuple[ContentsEntry, ...]
    sections: tuple[SectionPage, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """What the page calls its records, by anchor; a link whose text is an anchor alone is printed with the name."""
    short_references: Mapping[str, str] = field(default_factory=dict)
    """Who wrote each publication when, and where to find it, by key: for a list with little room."""
    compared: Compared | None = None
    """What only the web page has room for; None where nothing is recorded about the version before."""
    stamp: Stamp | None = None
    """Only a draft has one. No template places it, so that none can leave it out."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in reading order."""
        first = (self.first_page.ranking,) if self.first_page.ranking else ()
        blocks = (block for section in self.sections for block in section.blocks)
        return first + tuple(block for block in (*self.summary, *blocks) if isinstance(block, Figure))


Layer = Literal["page", "summary", "core", "full"]
"""How much of a brief is printed: page 1; page 1 and the summary; these and the core sections; or everything."""
