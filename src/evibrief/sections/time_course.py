"""The section `time-course`: when effects begin and end."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import TimeCourse
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Row
from evibrief.sections.cells import claim_links, correction_lines, evidence_lines, flowing, note_lines, table
from evibrief.sections.figures import charts


def time_course(brief: Brief, findings: Findings) -> Iterator[Block]:
    """When effects were seen, and the evidence for each time."""
    yield from charts.time_course_figures(brief, findings)
    names = findings.words.columns
    columns = ((names.effect, 24), (names.times_seen, 22), (names.rests_on, 54))
    rows = ([_course_row(course, findings)] for course in brief.time_course)
    yield from table(findings.words.captions.time_course, columns, rows)


def _course_row(course: TimeCourse, findings: Findings) -> Row:
    words, notes, sentences = findings.words, findings.words.notes, findings.words.sentences
    times = ((notes.first, course.first), (notes.greatest, course.peak), (notes.last, course.last))
    told = (sentences.labelled(label=name, value=phrases.moment(point, words)) for name, point in times)
    rests = tuple(line for entry in course.evidence for line in evidence_lines(entry, findings))
    said = sentences.document_states(stated=course.stated) if course.stated else ""
    stated = (Line(text=said, style="muted"),) if said else ()
    return Row(
        (
            Cell((Line(text=course.effect, anchor=course.id), *stated), scope="row"),
            flowing(
                *(Line(text=text) for text in told),
                Line(text=findings.populations[course.population].label, style="muted"),
            ),
            flowing(
                    *(rests or (Line(text=notes.no_source_here, style="warning"),)),
                    *note_lines(course.note),
                    *claim_links(course.claims, findings),
                    *correction_lines(course.corrections, findings),
            ),
        )
    )
