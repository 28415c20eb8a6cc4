"""The figures of a brief: the rows that each is drawn from, and its caption.

In: `Brief` and `Findings`. Out: `Figure` blocks. This module decides what is drawn, `draw` how.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Mechanism, Statement
from evibrief.evidence.records import AnimalExposure, Dose, Moment, TimeCourse
from evibrief.evidence.vocabulary import Tier
from evibrief.labels import markdown, phrases
from evibrief.rating.findings import Findings
from evibrief.rating.rate import LinkRating
from evibrief.sections.blocks import Figure
from evibrief.sections.figures import draw as figures

_MINUTES = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080, "months": 43800, "years": 525600}
_LEVELS: tuple[Tier, ...] = tuple(reversed(get_args(Tier)))


def plausibility(brief: Brief, findings: Findings, short: bool = False) -> Figure | None:
    """The ranking at a glance; None if nothing is ranked."""
    statements = brief.ranking.statements
    if not statements:
        return None
    names = {tier: findings.words.tier[tier] for tier in _LEVELS}
    if findings.ratings:
        names = {level.id: level.word for level in findings.ratings.instrument.tier.levels}  # type: ignore[misc]
    rows = [_ranked_row(statement, findings) for statement in statements]
    drawing = figures.draw_plausibility(rows, [names[tier] for tier in _LEVELS], findings.words, short)
    anchor = "figure_ranking_short" if short else "figure_ranking"
    return Figure(findings.words.captions.figure_ranking, anchor, drawing)


def _ranked_row(statement: Statement, findings: Findings) -> figures.RankedRow:
    support = findings.statements[statement.id]
    rating = findings.ratings.statements[statement.id] if findings.ratings else None
    supporting = rating.tally.supporting if rating else support.supporting
    against = rating.tally.contradicting if rating else support.contradicting
    return figures.RankedRow(
        label=f"{statement.id.lstrip('s')}.",
        text=plain(statement.text),
        stated=_LEVELS.index(statement.stated) if statement.stated else None,
        computed=_LEVELS.index(rating.computed) if rating else None,
        final=_LEVELS.index(rating.final) if rating else None,
        supporting=len(supporting),
        against=len(against),
        note="",
    )


def plain(prose: str) -> str:
    """A Markdown text without markup and citations, for drawings."""
    return markdown.without_marks(prose)


def pathway(mechanism: Mechanism, findings: Findings) -> Figure:
    """A mechanism as a chain of boxes, with the judgement of each link."""
    rated = findings.ratings.links if findings.ratings else {}
    levels = findings.ratings.instrument.judgement.levels if findings.ratings else ()
    word, words = {level.id: level.word for level in levels}, findings.words
    links = []
    for number, link in enumerate(mechanism.links, 1):
        rating: LinkRating | None = rated.get(link.id)
        label = words.sentences.link(number=number, kind=words.link[link.kind])
        state = rating.judgement if rating else "unrated"
        judgement = word[rating.judgement] if rating else words.notes.not_rated
        links.append(figures.PathLink(label, plain(link.text), judgement, state))
    caption = words.captions.figure_chain(mechanism=mechanism.title)
    return Figure(caption, f"figure_{mechanism.id}"[:40], figures.draw_pathway(links, words))


def evidence_map(brief: Brief, findings: Findings) -> Iterator[Figure]:
    """Every link of every mechanism against the instrument's sorts of study."""
    if not (findings.ratings and brief.mechanisms):
        return
    sorts = findings.ratings.instrument.sorts
    rows: list[figures.MapRow] = []
    cells: list[figures.MapCell] = []
    for mechanism in brief.mechanisms:
        for number, link in enumerate(mechanism.links, 1):
            rating = findings.ratings.links[link.id]
            cells += _map_cells(len(rows), rating, [sort.id for sort in sorts])
            rows.append(figures.MapRow(f"{number}. {plain(link.text)}", mechanism.title))
    columns = [sort.short or sort.words for sort in sorts]
    drawing = figures.draw_evidence_map(rows, columns, cells, findings.words)
    yield Figure(findings.words.captions.figure_map, "figure_evidence_map", drawing)


def _map_cells(row: int, rating: LinkRating, sorts: list[str]) -> Iterator[figures.MapCell]:
    for column, sort in enumerate(sorts):
        supporting = (*rating.tally.supporting.values(), *rating.tally.disputed.values())
        contradicting = tuple(rating.tally.contradicting.values())
        if number := supporting.count(sort):
            yield figures.MapCell(row, column, number, "for")
        if number := contradicting.count(sort):
            yield figures.MapCell(row, column, number, "against")


def time_course(brief: Brief, findings: Findings) -> Iterator[Figure]:
    """When effects were seen, on a logarithmic axis."""
    if brief.time_course:
        drawing = figures.draw_time_course([_bar(course, findings) for course in brief.time_course], findings.words)
        yield Figure(findings.words.captions.figure_time_course, "figure_time_course", drawing)


def _bar(course: TimeCourse, findings: Findings) -> figures.CourseBar:
    names = [phrases.short_name(findings.references[entry.source]) for entry in course.evidence]
    population = findings.populations[course.population].label
    words = findings.words
    listed = phrases.listed(dict.fromkeys(names), words) if names else words.notes.no_source_here
    moments = (_minutes(course.first), _minutes(course.peak), _minutes(course.last))
    return figures.CourseBar(course.effect, f"{listed}; {population}", *moments)


def _minutes(moment: Moment | None) -> float | None:
    return None if moment is None else float(moment.value * _MINUTES[moment.unit])


def doses(brief: Brief, findings: Findings) -> Iterator[Figure]:
    """Doses given to people, with one axis per unit."""
    if brief.doses.people:
        drawing = figures.draw_doses([_point(dose, findings) for dose in brief.doses.people], findings.words)
        yield Figure(findings.words.captions.figure_doses_people, "figure_doses_people", drawing)


def other_amounts(brief: Brief, findings: Findings) -> Iterator[Figure]:
    """Amounts given to animals and cells, never in the same drawing as doses for people."""
    if brief.doses.other:
        drawing = figures.draw_doses([_point(exposure, findings) for exposure in brief.doses.other], findings.words)
        yield Figure(findings.words.captions.figure_doses_other, "figure_doses_other", drawing)


def _point(record: Dose | AnimalExposure, findings: Findings) -> figures.DosePoint:
    high: Decimal | None = record.amount.high
    route = phrases.route(record, findings.words)
    population = findings.populations[record.population].label
    label = "; ".join((record.label, *phrases.caveats(record, findings.words), route, population))
    return figures.DosePoint(label, float(record.amount.low), None if high is None else float(high), record.amount.unit)
