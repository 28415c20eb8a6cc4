"""The sections `doses` and `exposures`: what was given to whom, and how."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import AnimalExposure, Dose
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, correction_lines, evidence_lines, flowing, note_lines, table


def doses(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Doses given to people, and nothing else: amounts given to animals and cells have a section of their own."""
    words, names = findings.words, findings.words.columns
    if brief.doses.people:
        yield Paragraph(words.notes.doses_no_advice, style="callout")
    columns = ((names.dose_and_how, 40), (names.source_and_finding, 60))
    rows = ([_dose_row(dose, findings)] for dose in brief.doses.people)
    yield from table(words.captions.doses_people, columns, rows)


def exposures(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Amounts given to animals and to cells, with a warning in front that they are no doses for people."""
    words, names = findings.words, findings.words.columns
    if brief.doses.other:
        yield Paragraph(words.notes.doses_other, style="callout")
    columns = ((names.dose_and_how, 40), (names.source_and_finding, 60))
    rows = ([_exposure_row(exposure, findings)] for exposure in brief.doses.other)
    yield from table(words.captions.doses_other, columns, rows)


def _dose_row(dose: Dose, findings: Findings) -> Row:
    words = findings.words
    duration, regimen, purpose = (phrases.or_unknown(t, words) for t in (dose.duration, dose.regimen, dose.purpose))
    how = Line(text=f"{phrases.route(dose, words)}; {duration}")
    given = (how, Line(text=regimen), Line(text=purpose))
    return _amount_row(dose, given, findings)


def _exposure_row(exposure: AnimalExposure, findings: Findings) -> Row:
    given = findings.words.sentences.route(route=phrases.route(exposure, findings.words))
    return _amount_row(exposure, (Line(text=given),), findings)


def _amount_row(record: Dose | AnimalExposure, given: tuple[Line, ...], findings: Findings) -> Row:
    name = (Line(text=phrases.given(record, findings.words), style="word", anchor=record.id), Line(text=record.label))
    whom = findings.populations[record.population].label
    rests = tuple(line for entry in record.evidence for line in evidence_lines(entry, findings))
    links = claim_links(record.claims, findings) + correction_lines(record.corrections, findings)
    return Row(
        (
            flowing(*name, *dict.fromkeys((*given, Line(text=whom))), scope="row"),
            flowing(*rests, *note_lines(record.doubtful), *note_lines(record.note), *links),
        )
    )
