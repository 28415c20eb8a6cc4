"""Every Markdown text of a view, and every target of a link, without filling a template.

In: a `View`. Out: texts and anchors, as the templates of the package print them. A check needs no more of a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evibrief.sections.blocks import (
    Alone,
    Block,
    Bullets,
    FirstPage,
    Heading,
    Line,
    Paragraph,
    ReferenceList,
    Table,
    View,
)

_ON_PAGE_ONE = ("title", "question", "bottom_line", "counts", "safety", "not_this", "current")
ANCHORS_OF_TEMPLATE = frozenset(("main", *_ON_PAGE_ONE, "summary", "about", "contents"))
"""The targets that are on every page."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A Markdown text on the page. Inside a table or list it has to be `one_paragraph`."""

    prose: str
    one_paragraph: bool = True


def texts_of(view: View) -> Iterator[Printed]:
    """The texts in the order of the page."""
    yield from _on_first_page(view.first_page)
    for block in _blocks(view):
        if isinstance(block, Paragraph):
            yield Printed(block.prose, one_paragraph=False)
        else:
            yield from (Printed(line.prose) for line in _lines(block) if line.prose)


def link_targets_of(view: View) -> frozenset[str]:
    """The targets that a link inside the page can have; those of the reference list begin with `ref-`."""
    headed = [block.anchor for block in _blocks(view) if isinstance(block, Heading)]
    lines = [line.anchor for block in _blocks(view) for line in _lines(block) if line.anchor]
    figures = [figure.anchor for figure in view.figures]
    return ANCHORS_OF_TEMPLATE.union(headed, lines, figures, (section.anchor for section in view.sections))


def _on_first_page(page: FirstPage) -> Iterator[Printed]:
    yield Printed(page.question, one_paragraph=False)
    yield Printed(page.bottom_line, one_paragraph=False)
    yield from (Printed(text) for pair in page.known for text in pair if text)
    yield from (Printed(line.prose) for line in page.safety)
    yield from map(Printed, page.not_this)


def _blocks(view: View) -> Iterator[Block]:
    yield from (block.instead if isinstance(block, Alone) else block for block in view.summary)
    for section in view.sections:
        yield from section.blocks


def _lines(block: Block) -> Iterator[Line]:
    if isinstance(block, Bullets):
        for entry in block.entries:
            yield from entry
    elif isinstance(block, ReferenceList):
        for note in block.notes:
            yield from note.lines
    elif isinstance(block, Table):
        for record in block.records:
            for row in record.rows:
                for cell in row.cells:
                    yield from cell.lines
