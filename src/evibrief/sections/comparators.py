"""The section `comparators`: alternatives to the intervention."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Comparator
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Row
from evibrief.sections.cells import claim_links, correction_lines, table


def comparators(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The alternatives that the source document names, what it says about them and what is known."""
    names = findings.words.columns
    columns = ((names.alternative, 16), (names.document_says, 32), (names.known, 52))
    rows = ([_comparator_row(comparator, findings.words)] for comparator in brief.comparators)
    yield from table(findings.words.captions.comparators, columns, rows)


def _comparator_row(comparator: Comparator, words: Words) -> Row:
    links = claim_links(comparator.claims) + correction_lines(comparator.corrections, words)
    return Row(
        (
            Cell((Line(text=comparator.name, anchor=comparator.id),), scope="row"),
            Cell((Line(prose=comparator.stated),)),
            Cell((Line(prose=comparator.known), *links)),
        )
    )
