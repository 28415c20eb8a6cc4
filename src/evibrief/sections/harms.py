"""The section `harms`: unwanted effects, and in whom they were seen."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Harm
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Line, Row
from evibrief.sections.cells import arm_lines, claim_links, evidence_lines, flowing, note_lines, table


def harms(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Unwanted effects, in whom they were seen, and the evidence for them."""
    names = findings.words.columns
    columns = ((names.effect, 38), (names.source_and_finding, 62))
    rows = ([_harm_row(harm, findings)] for harm in brief.harms)
    yield from table(findings.words.captions.harms, columns, rows)


def _harm_row(harm: Harm, findings: Findings) -> Row:
    rests = tuple(line for entry in harm.evidence for line in evidence_lines(entry, findings))
    return Row(
        (
            flowing(
                Line(prose=harm.effect, anchor=harm.id),
                Line(text=findings.populations[harm.population].label, style="muted"),
                scope="row",
            ),
            flowing(
                *rests,
                *arm_lines(harm.arms, findings.words),
                *note_lines(harm.note),
                *claim_links(harm.claims, findings),
            ),
        )
    )
