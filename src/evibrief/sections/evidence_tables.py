"""The section `evidence`: each claim with what is known about it, as tables."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Evidence
from evibrief.labels import english, phrases
from evibrief.rating.findings import Findings, names_a_source
from evibrief.sections.blocks import Block, Cell, Heading, Line, Row
from evibrief.sections.cells import change_mark, correction_lines, evidence_lines, note_lines, table


def evidence(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Every claim with all that it rests on, by topic, and within a topic by what kind of thing it says."""
    for group in brief.claims:
        yield Heading(group.title, group.id)
        for about, title in english.ABOUT.items():
            claims = [claim for claim in group.claims if claim.about == about]
            columns = (
                ("Claim", 22), ("Direction", 6), ("Status", 18), ("Rests on", 27),
                ("Study type and size", 11), ("Population", 9), ("Direct or indirect", 7),
            )  # fmt: skip
            yield from table(
                f"{group.title}: {title.lower()}", columns, (_claim_rows(claim, findings) for claim in claims)
            )


def _claim_rows(claim: Claim, findings: Findings) -> list[Row]:
    """The rows of one claim: as many as it has pieces of evidence, or one that says that there is none."""
    pieces = [_evidence_cells(entry, findings) for entry in claim.evidence]
    missing = (Cell((Line(text="No source found", style="warning"),), columns=4),)
    height = max(len(pieces), 1)
    status = (Line(text=english.STATUS[claim.status], style="word"), *note_lines(claim.status_note))
    first = (
        Cell(
            (Line(prose=claim.text, anchor=claim.id), *_origin(claim, findings), *change_mark(claim.id, findings)),
            scope="rowgroup", rows=height,
        ),
        Cell((Line(text=english.DIRECTION[claim.direction], style="word"),), rows=height),
        Cell((*status, *correction_lines(claim.corrections)), rows=height),
    )
    cells = pieces or [missing]
    return [Row((*first, *cells[0])), *(Row(piece) for piece in cells[1:])]


def _origin(claim: Claim, findings: Findings) -> tuple[Line, ...]:
    name = Line(text=claim.id, style="identifier")
    population = findings.populations[claim.population].label
    if not claim.stated:
        return (name, Line(text=f"added by this brief; about: {population}", style="muted"))
    stated = claim.stated
    named = f"attributed to {stated.attribution}"
    source = named if names_a_source(stated) else "no source named" + stated.attribution.removeprefix("none")
    words_used = english.MODALITY[claim.modality]
    text = f"line {stated.line}, {words_used}; {source}; reads as: {stated.study_type}; about: {population}"
    return (name, Line(text=text, style="muted"))


def _evidence_cells(entry: Evidence, findings: Findings) -> tuple[Cell, ...]:
    study = findings.studies.get(entry.source)
    population = findings.populations[entry.population]
    return (
        Cell(evidence_lines(entry, findings)),
        Cell((Line(text=phrases.study_type(study) if study else "not appraised"),)),
        Cell((Line(text=population.label),)),
        Cell((Line(text=phrases.directness(entry, population)),)),
    )
