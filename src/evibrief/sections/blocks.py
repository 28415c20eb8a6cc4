"""Everything that a template may see: a title block and sections of headings, paragraphs, lists and tables.

The other files of this room fill these types; `formats.html` prints them. All decisions and all wording are made before
a template runs: a template only places what it is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evibrief.sections.figures.picture import Drawing


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell or list.

    `prose` is one paragraph of Markdown with citations; `text` is printed as is. `anchor` makes the line the target of
    links and of a bookmark. `style` is a role known to the style sheet and the Word styles. `links` are ids of records,
    printed after the text as links to them.
    """

    prose: str = ""
    text: str = ""
    style: Literal["", "muted", "label", "warning", "word", "identifier"] = ""
    anchor: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell. `scope` makes it a header cell; it spans this many `rows` and `columns`."""

    lines: tuple[Line, ...]
    scope: Literal["", "row", "rowgroup"] = ""
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and its share of the width in percent."""

    heading: str
    width: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Each group of rows is one record and stays on one page; the heading row is repeated."""

    caption: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[Row, ...], ...]
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
    """A bullet list; each entry has one or more lines."""

    entries: tuple[tuple[Line, ...], ...]
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
class ReferenceList:
    """A placeholder for the reference list, which the citation style generates."""

    kind: Literal["references"] = "references"


Block = Table | Heading | Paragraph | Bullets | Figure | ReferenceList


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One section of the brief, ready to place."""

    kind: str
    anchor: str
    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """An entry of the table of contents: level 2 or 3."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """What identifies the document, and what readers must know before they start."""

    title: str
    subtitle: str
    status: str
    version: str
    facts: tuple[tuple[str, str], ...]


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
    not_this: tuple[str, ...]
    currency: str


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
    stamp: Stamp | None = None
    """Only a draft has one. No template places it, so that none can leave it out."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in reading order."""
        first = (self.first_page.ranking,) if self.first_page.ranking else ()
        blocks = (block for section in self.sections for block in section.blocks)
        return first + tuple(block for block in (*self.summary, *blocks) if isinstance(block, Figure))


Layer = Literal["page", "summary", "full"]
"""How much of a brief is printed: page 1, page 1 and the summary, or everything."""
