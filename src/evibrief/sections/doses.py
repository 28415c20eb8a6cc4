"""The section `doses`: what was given to whom, how, and what is not known about it."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import AnimalExposure, Dose
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, correction_lines, evidence_lines, note_lines, table
from evibrief.sections.figures import charts

NOT_A_RECOMMENDATION = "What was given in studies. Nothing in this table is a recommendation."


def doses(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Doses given to people; apart from them, under a heading that says so, amounts given to animals and cells."""
    if brief.doses.people:
        yield Heading("Given to people", "doses_people")
        yield Paragraph(NOT_A_RECOMMENDATION, style="callout")
    yield from charts.doses(brief, findings)
    columns = (("Dose", 18), ("How it was given", 24), ("To whom", 14), ("Source and finding", 44))
    rows = ([_dose_row(dose, findings)] for dose in brief.doses.people)
    yield from table("Doses given to people in studies", columns, rows)
    if brief.doses.other:
        yield Heading("Given to animals or to cells: not doses for people", "doses_other")
        warning = "Milligrams per kilogram in a rodent and concentrations in a dish say nothing directly about a dose."
        yield Paragraph(warning, style="callout")
    yield from charts.other_amounts(brief, findings)
    columns = (("Amount", 22), ("How it was given", 16), ("To what", 16), ("Source and finding", 46))
    rows = ([_exposure_row(exposure, findings)] for exposure in brief.doses.other)
    yield from table("Amounts given to animals or to cells; not comparable with doses for people", columns, rows)


def _dose_row(dose: Dose, findings: Findings) -> Row:
    how = Line(text=f"{dose.route}; {dose.duration}")
    given = (how, Line(text=dose.regimen), Line(text=dose.purpose, style="muted"))
    return _amount_row(dose, given, findings)


def _exposure_row(exposure: AnimalExposure, findings: Findings) -> Row:
    return _amount_row(exposure, (Line(text=f"route: {exposure.route}"),), findings)


def _amount_row(record: Dose | AnimalExposure, given: tuple[Line, ...], findings: Findings) -> Row:
    name = (Line(text=phrases.amount(record.amount), style="word", anchor=record.id), Line(text=record.label))
    rests = tuple(line for entry in record.evidence for line in evidence_lines(entry, findings))
    links = claim_links(record.claims) + correction_lines(record.corrections)
    return Row(
        (
            Cell(name, scope="row"),
            Cell(given),
            Cell((Line(text=findings.populations[record.population].label),)),
            Cell((*rests, *note_lines(record.note), *links)),
        )
    )
