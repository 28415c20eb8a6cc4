"""The section `time_course`: when which effect begins and ends."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import TimeCourse
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Row
from evibrief.sections.cells import claim_links, correction_lines, evidence_lines, note_lines, table
from evibrief.sections.figures import charts


def time_course(brief: Brief, findings: Findings) -> Iterator[Block]:
    """When effects were seen, and on what each time rests."""
    yield from charts.time_course(brief, findings)
    columns = (("Effect", 24), ("First, greatest, last seen", 18), ("In whom", 14), ("Rests on", 44))
    rows = ([_course_row(course, findings)] for course in brief.time_course)
    yield from table("Time course of effects, counted from the start of treatment", columns, rows)


def _course_row(course: TimeCourse, findings: Findings) -> Row:
    times = (("first", course.first), ("greatest", course.peak), ("last", course.last))
    rests = tuple(line for entry in course.evidence for line in evidence_lines(entry, findings))
    stated = Line(text=f"Source document: {course.stated}", style="muted")
    return Row(
        (
            Cell((Line(text=course.effect, anchor=course.id), stated), scope="row"),
            Cell(tuple(Line(text=f"{name}: {phrases.moment(point)}") for name, point in times)),
            Cell((Line(text=findings.populations[course.population].label),)),
            Cell(
                (
                    *(rests or (Line(text="no source found", style="warning"),)),
                    *note_lines(course.note),
                    *claim_links(course.claims),
                    *correction_lines(course.corrections),
                )
            ),
        )
    )
