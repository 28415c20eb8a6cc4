"""The figures of a brief: the rows that each is drawn from, and its caption.

In: `Brief` and `Findings`. Out: `Figure` blocks. This module decides what is drawn, `draw` how.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Mechanism, Statement
from evibrief.evidence.instrument import Instrument
from evibrief.evidence.records import AnimalExposure, Dose, Moment, TimeCourse
from evibrief.evidence.vocabulary import Tier
from evibrief.labels import markdown, phrases
from evibrief.rating.by_legs import COLUMNS
from evibrief.rating.findings import Findings
from evibrief.rating.observations import EvidenceSide
from evibrief.rating.ratings import Ratings, Tally, word_of
from evibrief.rating.tally import StudyColumn
from evibrief.sections.blocks import Figure
from evibrief.sections.figures import draw as figures

_LEVELS: tuple[Tier, ...] = tuple(reversed(get_args(Tier)))


def plausibility(brief: Brief, findings: Findings, short: bool = False) -> Figure | None:
    """The ranking at a glance; None if no reason for a benefit is ranked."""
    statements = [statement for statement in brief.ranking.statements if statement.kind == "reason"]
    if not statements:
        return None
    ratings = findings.ratings
    names = [word_of(ratings.instrument.tier, tier) if ratings else findings.words.tier[tier] for tier in _LEVELS]
    rows = [_ranked_row(statement, findings) for statement in statements]
    drawing = figures.draw_plausibility(rows, names, findings.words, short)
    anchor = "figure_ranking_short" if short else "figure_ranking"
    captions = findings.words.captions
    caption = captions.figure_ranking if findings.has_document else captions.figure_ranking_own
    return Figure(caption, anchor, drawing)


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


def pathway(mechanism: Mechanism, findings: Findings) -> Figure:
    """A mechanism as a chain of boxes, with the judgement of each link."""
    ratings, words = findings.ratings, findings.words
    links = []
    for number, link in enumerate(mechanism.links, 1):
        label = words.sentences.link(number=number, kind=words.link[link.kind])
        state, judgement = "unrated", words.notes.not_rated
        if ratings:
            state = ratings.links[link.id].judgement
            judgement = word_of(ratings.instrument.judgement, state)
        links.append(figures.PathLink(label, markdown.without_marks(link.text), judgement, state))
    caption = words.captions.figure_chain(mechanism=mechanism.title)
    return Figure(caption, f"figure_{mechanism.id}"[:40], figures.draw_pathway(links, words))


def evidence_map(brief: Brief, findings: Findings) -> Iterator[Figure]:
    """Every link of every mechanism against the kinds of study that its tally has."""
    if not (findings.ratings and brief.mechanisms):
        return
    kinds = _kinds(findings.ratings, findings)
    rows: list[figures.MapRow] = []
    cells: list[figures.MapCell] = []
    for mechanism in brief.mechanisms:
        for number, link in enumerate(mechanism.links, 1):
            cells += _map_cells(len(rows), findings.tally(link.id), list(kinds))
            rows.append(figures.MapRow(f"{number}. {markdown.without_marks(link.text)}", mechanism.title))
    drawing = figures.draw_evidence_map(rows, list(kinds.values()), cells, findings.words)
    yield Figure(findings.words.captions.figure_map, "figure_evidence_map", drawing)


def _kinds(ratings: Ratings, findings: Findings) -> dict[str, str]:
    """The kinds of study that a map has columns for, with their words."""
    instrument = ratings.instrument
    if isinstance(instrument, Instrument):
        return {sort.id: sort.short or sort.words for sort in instrument.sorts}
    return {column: findings.words.map_column[column] for column in COLUMNS}


def _map_cells(row: int, tally: Tally, kinds: list[str]) -> Iterator[figures.MapCell]:
    sides: tuple[tuple[EvidenceSide, StudyColumn], ...] = (
        ("for", tally.supporting), ("against", tally.against), ("inconclusive", tally.inconclusive),
    )  # fmt: skip
    for column, kind in enumerate(kinds):
        for side, studies in sides:
            # Reviews that count as one are one mark, in the column of the first.
            if number := sum(tally.kinds.get(item[0]) == kind for item in studies.items):
                yield figures.MapCell(row, column, number, side)


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


def dose_figures(brief: Brief, findings: Findings) -> Iterator[Figure]:
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
