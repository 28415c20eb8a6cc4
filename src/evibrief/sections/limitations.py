"""The section `limitations`: what the brief lacks, and what is not known."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Point
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Bullets, Heading, Line, Paragraph
from evibrief.sections.cells import claim_links, note_lines, sentences_of


def limitations(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What is missing, what is not known, and where the mechanisms have gaps."""
    limits, headings = brief.limitations, findings.words.headings
    if not (limits.lacks or limits.unknowns or limits.gaps):
        yield Paragraph(findings.words.notes.no_limitation, style="note")
    for title, anchor, points in (
        (headings.lacks if findings.has_document else headings.lacks_own, "limits_lacks", limits.lacks),
        (headings.not_known, "limits_unknowns", limits.unknowns),
        (headings.gaps, "limits_gaps", limits.gaps),
    ):
        if points:
            yield Heading(title, anchor)
            yield Bullets(tuple(_point(point, findings) for point in points), run_in=True)


def _point(point: Point, findings: Findings) -> tuple[Line, ...]:
    said = findings.words.sentences.line_of(line=point.line) if point.line else ""
    origin = (Line(text=said, style="muted"),) if said else ()
    text = Line(prose=point.text, anchor=point.id)
    return sentences_of((text, *note_lines(point.note), *origin, *claim_links(point.claims, findings)))
