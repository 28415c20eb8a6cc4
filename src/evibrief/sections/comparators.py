"""The section `comparators`: other substances, and what sets them apart."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Comparator
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Row
from evibrief.sections.cells import claim_links, correction_lines, table


def comparators(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The alternatives that the source document names, what it says of them and what is known."""
    columns = (("Alternative", 16), ("The source document says", 32), ("What is known", 52))
    rows = ([_comparator_row(comparator)] for comparator in brief.comparators)
    yield from table("Alternatives to the intervention", columns, rows)


def _comparator_row(comparator: Comparator) -> Row:
    links = claim_links(comparator.claims) + correction_lines(comparator.corrections)
    return Row(
        (
            Cell((Line(text=comparator.name, anchor=comparator.id),), scope="row"),
            Cell((Line(prose=comparator.stated),)),
            Cell((Line(prose=comparator.known), *links)),
        )
    )
