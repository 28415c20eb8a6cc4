"""The section `comparators`: alternatives to the intervention."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Comparator
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Row
from evibrief.sections.cells import claim_links, correction_lines, flowing, table


def comparators(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The alternatives, what is known of them and, where there is a source document, what that says."""
    names = findings.words.columns
    stated = ((names.document_says, 32),) if findings.has_document else ()
    columns = ((names.alternative, 16), *stated, (names.known, 52 if stated else 84))
    rows = ([_comparator_row(comparator, findings)] for comparator in brief.comparators)
    yield from table(findings.words.captions.comparators, columns, rows)


def _comparator_row(comparator: Comparator, findings: Findings) -> Row:
    links = claim_links(comparator.claims, findings) + correction_lines(comparator.corrections, findings)
    return Row(
        (
            Cell((Line(text=comparator.name, anchor=comparator.id),), scope="row"),
            *((Cell((Line(prose=comparator.stated),)),) if comparator.stated else ()),
            flowing(Line(prose=comparator.known), *links),
        )
    )
