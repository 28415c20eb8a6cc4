"""The figures of a brief: the rows that each is drawn from, and its caption.

In: `Brief` and `Findings`. Out: `Figure` blocks. This module decides what is drawn, `draw` how.
"""

from collections.abc import Iterator
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Statement
from evibrief.evidence.records import Moment, TimeCourse
from evibrief.evidence.vocabulary import Tier
from evibrief.labels import markdown, phrases
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import word_of
from evibrief.sections.blocks import Figure
from evibrief.sections.figures import draw as figures

_LEVELS: tuple[Tier, ...] = tuple(reversed(get_args(Tier)))


def plausibility(brief: Brief, findings: Findings) -> Figure | None:
    """The ranking at a glance; None if no reason for a benefit is ranked."""
    statements = [statement for statement in brief.ranking.statements if statement.kind == "reason"]
    if not statements:
        return None
    ratings = findings.ratings
    names = [word_of(ratings.instrument.tier, tier) if ratings else findings.words.tier[tier] for tier in _LEVELS]
    rows = [_ranked_row(statement, findings) for statement in statements]
    drawing = figures.draw_plausibility(rows, names, findings.words)
    captions = findings.words.captions
    caption = captions.figure_ranking if findings.has_document else captions.figure_ranking_own
    return Figure(caption, "figure_ranking", drawing)


def _ranked_row(statement: Statement, findings: Findings) -> figures.RankedRow:
    tally = findings.tally(statement.id)
    rating = findings.ratings.statements[statement.id] if findings.ratings else None
    return figures.RankedRow(
        label=f"{statement.id.lstrip('s')}.",
        text=markdown.without_marks(statement.text),
        stated=_LEVELS.index(statement.stated) if statement.stated else None,
        computed=_LEVELS.index(rating.computed) if rating else None,
        final=_LEVELS.index(rating.final) if rating else None,
        supporting=tally.supporting.number,
        against=tally.against.number,
        inconclusive=tally.inconclusive.number,
    )


def time_course_figures(brief: Brief, findings: Findings) -> Iterator[Figure]:
    """When effects were seen, on a logarithmic axis."""
    if brief.time_course:
        drawing = figures.draw_time_course([_bar(course, findings) for course in brief.time_course], findings.words)
        yield Figure(findings.words.captions.figure_time_course, "figure_time_course", drawing)


def _bar(course: TimeCourse, findings: Findings) -> figures.CourseBar:
    names = [phrases.short_name(findings.references[entry.source]) for entry in course.evidence]
    population = findings.populations[course.population].label
    words = findings.words
    listed = phrases.all_of(dict.fromkeys(names), words) if names else words.notes.no_source_here
    moments = (_minutes(course.first), _minutes(course.peak), _minutes(course.last))
    return figures.CourseBar(course.effect, f"{listed}; {population}", *moments)


def _minutes(moment: Moment | None) -> float | None:
    return None if moment is None else float(moment.value * figures.MINUTES[moment.unit])
