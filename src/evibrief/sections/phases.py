"""The section `phases`: the phases in the course of the condition, with the claims on each."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim
from evibrief.evidence.records import ModelRecord, Phase
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, study_lines, table


def phases(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What is proposed for each phase, with the claims behind it."""
    for phase in brief.phases:
        yield Heading(phase.title, phase.id)
        yield Paragraph(phase.text)
        yield from claims_in_short(phase, findings)


def claims_in_short(record: Phase | ModelRecord, findings: Findings) -> Iterator[Block]:
    """A table of claims with their direction and status."""
    names = findings.words.columns
    columns = ((names.claim, 50), (names.kind_and_wording, 20), (names.status, 12), (names.studies_for, 18))
    rows = ([_short_row(findings.claims[name], findings)] for name in record.claims)
    yield from table(findings.words.captions.claimed(title=record.title), columns, rows)


def _short_row(claim: Claim, findings: Findings) -> Row:
    from_studies = [entry.source for entry in claim.evidence if entry.role == "supports"]
    words = findings.words
    modality = (Line(text=words.modality[claim.modality], style="muted"),) if claim.modality else ()
    kind = (Line(text=words.about[findings.subjects[claim.id]]), *modality)
    return Row(
        (
            Cell((Line(prose=claim.text), *claim_links((claim.id,))), scope="row"),
            Cell(kind),
            Cell((Line(text=words.status[claim.status], style="word"),)),
            Cell(study_lines(from_studies, findings)),
        )
    )
