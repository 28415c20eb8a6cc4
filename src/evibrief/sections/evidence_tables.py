"""The section `evidence`: tables of all claims with their evidence."""

from collections.abc import Iterator
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Evidence
from evibrief.evidence.vocabulary import About
from evibrief.labels import phrases
from evibrief.rating.findings import Findings, names_a_source
from evibrief.sections.blocks import Block, Cell, Heading, Line, Row
from evibrief.sections.cells import change_mark, correction_lines, evidence_lines, note_lines, table


def evidence(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Every claim with its evidence, by topic, and within a topic by what the claim is about."""
    names, labelled = findings.words.columns, findings.words.sentences.labelled
    columns = (
        (names.claim, 22), (names.direction, 6), (names.status, 18), (names.rests_on, 27), (names.study_type, 11),
        (names.population, 9), (names.direct_or_indirect, 7),
    )  # fmt: skip
    for group in brief.claims:
        yield Heading(group.title, group.id)
        for about in get_args(About):
            claims = [claim for claim in group.claims if findings.subjects[claim.id] == about]
            caption = labelled(label=group.title, value=findings.words.about[about].lower())
            yield from table(caption, columns, (_claim_rows(claim, findings) for claim in claims))


def _claim_rows(claim: Claim, findings: Findings) -> list[Row]:
    """The rows of one claim: one per piece of evidence, or a single row saying that there is none."""
    pieces = [_evidence_cells(entry, findings) for entry in claim.evidence]
    missing = (Cell((Line(text=findings.words.notes.no_source, style="warning"),), columns=4),)
    height = max(len(pieces), 1)
    status = (Line(text=findings.words.status[claim.status], style="word"), *note_lines(claim.status_note))
    first = (
        Cell(
            (Line(prose=claim.text, anchor=claim.id), *_origin(claim, findings), *change_mark(claim.id, findings)),
            scope="rowgroup", rows=height,
        ),
        Cell((Line(text=findings.words.direction[claim.direction], style="word"),), rows=height),
        Cell((*status, *correction_lines(claim.corrections, findings.words)), rows=height),
    )
    cells = pieces or [missing]
    return [Row((*first, *cells[0])), *(Row(piece) for piece in cells[1:])]


def _origin(claim: Claim, findings: Findings) -> tuple[Line, ...]:
    words, sentences = findings.words, findings.words.sentences
    name = Line(text=claim.id, style="identifier")
    population = findings.populations[claim.population].label
    if not (stated := claim.stated):
        about = sentences.claim_on(population=population)
        told = sentences.added_claim(population=population) if findings.has_document else about
        return (name, Line(text=told, style="muted"))
    source = sentences.no_source_named(phrase=stated.attribution.removeprefix("none"))
    if names_a_source(stated):
        source = sentences.attributed(attribution=stated.attribution)
    said = {"line": stated.line, "source": source, "study_type": stated.study_type, "population": population}
    text = sentences.stated_claim_plainly(**said)
    if claim.modality:
        text = sentences.stated_claim(**said, modality=words.modality[claim.modality])
    return (name, Line(text=text, style="muted"))


def _evidence_cells(entry: Evidence, findings: Findings) -> tuple[Cell, ...]:
    words = findings.words
    study = findings.studies.get(entry.source)
    population = findings.populations[entry.population]
    kind = phrases.study_type(study, words) if study else words.notes.not_appraised
    return (
        Cell(evidence_lines(entry, findings)),
        Cell((Line(text=kind),)),
        Cell((Line(text=population.label),)),
        Cell((Line(text=words.directness[phrases.directness(entry, population)]),)),
    )
