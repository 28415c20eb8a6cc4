"""The section `doses`: what was given to whom, and how."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import AnimalExposure, Dose
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, correction_lines, evidence_lines, note_lines, table
from evibrief.sections.figures import charts


def doses(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Doses given to people; amounts given to animals and cells follow separately, under their own heading."""
    words, names = findings.words, findings.words.columns
    if brief.doses.people:
        yield Heading(words.headings.doses_people, "doses_people")
        yield Paragraph(words.notes.doses_no_advice, style="callout")
    yield from charts.dose_figures(brief, findings)
    columns = ((names.dose, 18), (names.how_given, 24), (names.to_whom, 14), (names.source_and_finding, 44))
    rows = ([_dose_row(dose, findings)] for dose in brief.doses.people)
    yield from table(words.captions.doses_people, columns, rows)
    if brief.doses.other:
        yield Heading(words.headings.doses_other, "doses_other")
        yield Paragraph(words.notes.doses_other, style="callout")
    yield from charts.other_amounts(brief, findings)
    columns = ((names.amount, 22), (names.how_given, 16), (names.to_what, 16), (names.source_and_finding, 46))
    rows = ([_exposure_row(exposure, findings)] for exposure in brief.doses.other)
    yield from table(words.captions.doses_other, columns, rows)


def _dose_row(dose: Dose, findings: Findings) -> Row:
    words = findings.words
    duration, regimen, purpose = (phrases.or_unknown(t, words) for t in (dose.duration, dose.regimen, dose.purpose))
    how = Line(text=f"{phrases.route(dose, words)}; {duration}")
    given = (how, Line(text=regimen), Line(text=purpose, style="muted"))
    return _amount_row(dose, given, findings)


def _exposure_row(exposure: AnimalExposure, findings: Findings) -> Row:
    given = findings.words.sentences.route(route=phrases.route(exposure, findings.words))
    return _amount_row(exposure, (Line(text=given),), findings)


def _amount_row(record: Dose | AnimalExposure, given: tuple[Line, ...], findings: Findings) -> Row:
    name = (Line(text=phrases.given(record, findings.words), style="word", anchor=record.id), Line(text=record.label))
    rests = tuple(line for entry in record.evidence for line in evidence_lines(entry, findings, reported=True))
    links = claim_links(record.claims) + correction_lines(record.corrections, findings.words)
    return Row(
        (
            Cell(name, scope="row"),
            Cell(given),
            Cell((Line(text=findings.populations[record.population].label),)),
            Cell((*rests, *note_lines(record.doubtful), *note_lines(record.note), *links)),
        )
    )
