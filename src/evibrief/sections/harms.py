"""The section `harms`: unwanted effects, and in whom they were seen."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Harm
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Row
from evibrief.sections.cells import arm_lines, claim_links, evidence_lines, note_lines, table


def harms(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Unwanted effects, in whom they were seen, and the evidence for them."""
    names = findings.words.columns
    columns = ((names.effect, 28), (names.in_whom, 18), (names.source_and_finding, 54))
    rows = ([_harm_row(harm, findings)] for harm in brief.harms)
    yield from table(findings.words.captions.harms, columns, rows)


def _harm_row(harm: Harm, findings: Findings) -> Row:
    rests = tuple(line for entry in harm.evidence for line in evidence_lines(entry, findings, reported=True))
    return Row(
        (
            Cell((Line(prose=harm.effect, anchor=harm.id),), scope="row"),
            Cell((Line(text=findings.populations[harm.population].label),)),
            Cell((*arm_lines(harm.arms, findings.words), *rests, *note_lines(harm.note), *claim_links(harm.claims))),
        )
    )
