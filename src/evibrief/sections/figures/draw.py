"""Draws the five figures of a brief, each from small frozen rows that the caller fills.

In: rows. Out: `Drawing`, with an alternative text made from the same rows; the picture is drawn when it is first used.
Nothing is shown by colour alone: every difference is also a shape, a line or a word. A chain of links is a column of
boxes and needs no graph layout library.
"""

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from evibrief.evidence.vocabulary import TimeUnit
from evibrief.labels.groups import Figures
from evibrief.labels.sentence import NO_BREAK
from evibrief.labels.words import Words
from evibrief.rating.observations import EvidenceSide
from evibrief.sections.figures.picture import Drawing
from evibrief.sections.figures.sheet import (
    AGAINST,
    DARK,
    FOR,
    GREY,
    MIXED,
    RULE,
    SMALLEST,
    WIDTH,
    Sheet,
    leading,
    lines,
    wrap,
)


@dataclass(frozen=True, slots=True)
class RankedRow:
    """A statement: levels count from 0, the lowest; `computed` and `final` are None if nothing was rated."""

    label: str
    text: str
    stated: int | None
    computed: int | None
    final: int | None
    supporting: int
    against: int
    inconclusive: int


@dataclass(frozen=True, slots=True)
class MapRow:
    """A link: its text, and the mechanism it belongs to."""

    label: str
    group: str


@dataclass(frozen=True, slots=True)
class MapCell:
    """The number of studies of one sort on one side of a link."""

    row: int
    column: int
    number: int
    side: EvidenceSide


@dataclass(frozen=True, slots=True)
class PathLink:
    """A link of a chain: its kind and text, and its judgement as a word and as a state."""

    label: str
    text: str
    judgement: str
    state: str


@dataclass(frozen=True, slots=True)
class CourseBar:
    """An effect over time, in minutes from the start; None means unknown. `rests_on` names its evidence."""

    label: str
    rests_on: str
    first: float | None
    peak: float | None
    last: float | None


@dataclass(frozen=True, slots=True)
class DosePoint:
    """An amount or a range, with its unit and a label (name, route, population)."""

    label: str
    low: float
    high: float | None
    unit: str


_FOR_AT, _AGAINST_AT, _UNCLEAR_AT = 142.0, 152.0, 164.0
"""Where the numbers of studies are, in mm from the left."""


def draw_plausibility(rows: Sequence[RankedRow], levels: Sequence[str], words: Words, short: bool = False) -> Drawing:
    """Every statement on the scale of levels, lowest first: stated, computed and final level, studies for and against.

    `short` shortens the texts, for a page with little room.
    """
    told = _plausibility_words(rows, levels, words.figures)
    return Drawing(partial(_plausibility_sheet, rows, levels, words, short), WIDTH, told)


def _plausibility_sheet(rows: Sequence[RankedRow], levels: Sequence[str], words: Words, short: bool) -> Sheet:
    left, right, size = (88.0, 134.0, 8.0) if short else (68.0, 130.0, 8.0)
    texts = [wrap(f"{row.label} {row.text}", left - 4, size, 2 if short else 3) for row in rows]
    heights = [max(lines(text) * leading(size) + 1.2, 4.1 if short else 6.5) for text in texts]
    sheet = Sheet(8 + sum(heights) + 7.5)
    step = (right - left) / (len(levels) - 1) if len(levels) > 1 else 0
    places = [left + 8 + index * (step - 4) for index in range(len(levels))]
    for place, level in zip(places, levels, strict=True):
        sheet.text(place, 4, level, 8, bold=True, anchoring="center")
        sheet.line([place, place], [8, 8 + sum(heights)], RULE, 0.6)
    for x, heading in ((_FOR_AT, words.figures.for_a_benefit), (_AGAINST_AT, words.figures.against_it),
                       (_UNCLEAR_AT, words.figures.unclear)):  # fmt: skip
        sheet.text(x, 4, heading, SMALLEST, bold=True, anchoring="center")
    y = 8.0
    for row, text, height in zip(rows, texts, heights, strict=True):
        middle = y + height / 2
        sheet.text(1, middle, text, size)
        _draw_row(sheet, row, places, middle)
        y += height
        sheet.line([1, WIDTH - 1], [y, y], RULE, 0.5)
    stated = any(row.stated is not None for row in rows)
    signed = any(row.final not in (None, row.computed) for row in rows)
    _draw_key(sheet, y + 4.5, words.figures, stated, signed)
    return sheet


def _draw_row(sheet: Sheet, row: RankedRow, places: Sequence[float], y: float) -> None:
    stated = None if row.stated is None else places[row.stated]
    if row.computed is not None:
        computed = places[row.computed]
        if stated is not None and computed != stated:
            sheet.arrow((stated, y), (computed, y))
        sheet.mark(computed if computed != stated else computed + 3.2, y, "s", FOR)
    if stated is not None:
        sheet.mark(stated, y, "o", DARK, filled=False)
    if row.final is not None and row.final != row.computed:
        beside = 3.2 if row.final == row.stated else 0.0
        sheet.mark(places[row.final] + beside, y, "D", AGAINST)
    sheet.text(_FOR_AT, y, str(row.supporting), 8, anchoring="center")
    sheet.text(_AGAINST_AT, y, str(row.against), 8, anchoring="center")
    sheet.text(_UNCLEAR_AT, y, str(row.inconclusive), 8, anchoring="center")


def _draw_key(sheet: Sheet, y: float, figures: Figures, is_stated: bool, is_signed: bool) -> None:
    """What the marks mean, but only those that are there."""
    marks = (
        (3.0, "o", DARK, False, figures.key_stated),
        (52.0, "s", FOR, True, figures.key_computed),
        (97.0, "D", AGAINST, True, figures.key_final),
    )
    for x, shape, colour, filled, meaning in marks[0 if is_stated else 1 : 3 if is_signed else 2]:
        sheet.mark(x, y, shape, colour, filled)
        sheet.text(x + 3, y, meaning, SMALLEST)


def _plausibility_words(rows: Sequence[RankedRow], levels: Sequence[str], figures: Figures) -> str:
    lowered = [level.lower() for level in levels]
    told = (_told_own(row, lowered, figures) if row.stated is None else _told(row, row.stated, lowered, figures)
            for row in rows)  # fmt: skip
    return figures.told_ranking(rows="; ".join(told))


def _told(row: RankedRow, stated: int, levels: Sequence[str], figures: Figures) -> str:
    said = {"statement": row.label, "stated": levels[stated], "studies": _studies(row, figures)}
    if row.computed is None:
        return figures.told_unrated(**said)
    if row.final is None or row.final == row.computed:
        return figures.told_computed(**said, computed=levels[row.computed])
    return figures.told_final(**said, computed=levels[row.computed], final=levels[row.final])


def _told_own(row: RankedRow, levels: Sequence[str], figures: Figures) -> str:
    """The same for a statement of the brief itself, which no source document states."""
    said = {"statement": row.label, "studies": _studies(row, figures)}
    if row.computed is None:
        return figures.told_own_unrated(**said)
    if row.final is None or row.final == row.computed:
        return figures.told_own_computed(**said, computed=levels[row.computed])
    return figures.told_own_final(**said, computed=levels[row.computed], final=levels[row.final])


def _studies(row: RankedRow, figures: Figures) -> str:
    return figures.told_studies(supporting=row.supporting, against=row.against, inconclusive=row.inconclusive)


def draw_evidence_map(
    rows: Sequence[MapRow], columns: Sequence[str], cells: Sequence[MapCell], words: Words
) -> Drawing:
    """Links against sorts of study: the area of a mark shows the number of studies, its shape and colour the side."""
    told = _map_words(rows, columns, cells, words.figures)
    return Drawing(partial(_map_sheet, rows, columns, cells, words), WIDTH, told)


def _map_sheet(rows: Sequence[MapRow], columns: Sequence[str], cells: Sequence[MapCell], words: Words) -> Sheet:
    left, top, step, size = 88.0, 17.0, 4.15, SMALLEST
    groups = [index for index, row in enumerate(rows) if index == 0 or row.group != rows[index - 1].group]
    sheet = Sheet(top + step * (len(rows) + len(groups)) + 8)
    width = (WIDTH - left - 2) / max(len(columns), 1)
    places = [left + width * (index + 0.5) for index in range(len(columns))]
    for place, column in zip(places, columns, strict=True):
        heading = wrap(column, width - 1, size, 6)
        sheet.text(place, top - 2, heading, size, bold=True, anchoring="center", vertical="bottom")
    heights = []
    y = top
    for index, row in enumerate(rows):
        if index in groups:
            sheet.text(1, y + step / 2, row.group, size, bold=True)
            y += step
        sheet.text(3, y + step / 2, wrap(row.label, left - 6, size, 1), size)
        sheet.line([1, WIDTH - 1], [y + step, y + step], RULE, 0.4)
        heights.append(y + step / 2)
        y += step
    for place, cell in _placed(cells):
        _draw_cell(sheet, places[cell.column] + place, heights[cell.row], cell)
    _draw_map_key(sheet, y + 4.5, {cell.side for cell in cells}, words.figures)
    return sheet


def _placed(cells: Sequence[MapCell]) -> Iterator[tuple[float, MapCell]]:
    """Every cell with its offset from the middle of its column: two in one place are drawn side by side."""
    for cell in cells:
        several = [one for one in cells if (one.row, one.column) == (cell.row, cell.column)]
        yield (several.index(cell) - (len(several) - 1) / 2) * 5.6, cell


_MAP_MARK = 4.4
"""The size of the mark for one study, in points; for nine studies or more it is three times as wide."""

_SIDES = {"for": ("o", FOR, True), "against": ("X", AGAINST, True), "inconclusive": ("o", MIXED, False)}


def _draw_cell(sheet: Sheet, x: float, y: float, cell: MapCell) -> None:
    shape, colour, filled = _SIDES[cell.side]
    sheet.mark(x, y, shape, colour, filled, size=_MAP_MARK * math.sqrt(min(cell.number, 9)))
    if cell.number > 1:
        across = 0.3528 * _MAP_MARK * math.sqrt(min(cell.number, 9)) / 2
        sheet.text(x + across + 0.5, y, str(cell.number), SMALLEST, bold=True, colour=colour)


def _draw_map_key(sheet: Sheet, y: float, sides: Container[str], figures: Figures) -> None:
    """Draw the key, for the marks that occur."""
    for x, side, meaning in (
        (3.0, "for", figures.key_supports),
        (25.0, "against", figures.key_contradicts),
        (52.0, "inconclusive", figures.key_inconclusive),
    ):
        if side not in sides:
            continue
        shape, colour, filled = _SIDES[side]
        sheet.mark(x, y, shape, colour, filled)
        sheet.text(x + 3, y, meaning, SMALLEST)
    sheet.text(WIDTH - 1, y, figures.key_area, SMALLEST, colour=GREY, anchoring="right")


def _map_words(rows: Sequence[MapRow], columns: Sequence[str], cells: Sequence[MapCell], figures: Figures) -> str:
    sides = {"for": figures.told_supporting, "against": figures.told_contradicting,
             "inconclusive": figures.told_inconclusive}  # fmt: skip
    told = []
    for index, row in enumerate(rows):
        mine = [cell for cell in cells if cell.row == index]
        found = ", ".join(sides[cell.side](number=cell.number, sort=columns[cell.column]) for cell in mine)
        studies = found or figures.told_no_study
        told.append(figures.told_link(mechanism=row.group, link=row.label.rstrip("."), studies=studies))
    return figures.told_map(rows="; ".join(told))


_STATES = {
    "supported": (FOR, "solid", "o"),
    "limited": (FOR, "dashed", "D"),
    "one": (FOR, "dashed", "D"),
    "inconclusive": (MIXED, "dashed", "o"),
    "unsearched": (GREY, "dotted", "s"),
    "empty": (GREY, "dashed", "s"),
    "contradicted": (AGAINST, "dashed", "X"),
    "conflicting": (AGAINST, "solid", "X"),
    "absent": (GREY, "dotted", "s"),
    "unrated": (GREY, "solid", "s"),
}


_FILLED = ("supported", "conflicting", "contradicted")


def draw_pathway(links: Sequence[PathLink], words: Words) -> Drawing:
    """A chain from top to bottom: each link is a box; its judgement is a word, a line style and a mark next to it."""
    return Drawing(partial(_pathway_sheet, links, words), WIDTH, _path_words(links, words.figures))


def _pathway_sheet(links: Sequence[PathLink], words: Words) -> Sheet:
    size, width, gap = 7.8, 118.0, 4.2
    texts = [wrap(link.text, width - 8, size) for link in links]
    heights = [lines(text) * leading(size) + leading(SMALLEST) + 3.4 for text in texts]
    sheet = Sheet(2 + sum(heights) + gap * (len(links) - 1) + 2)
    y = 2.0
    for index, (link, text, height) in enumerate(zip(links, texts, heights, strict=True)):
        colour, line, shape = _STATES[link.state]
        sheet.box(1, y, width, height, colour, line)
        sheet.text(4, y + 1.4 + leading(SMALLEST) / 2, link.label, SMALLEST, bold=True, colour=GREY)
        sheet.text(4, y + 1.8 + leading(SMALLEST) + lines(text) * leading(size) / 2, text, size)
        sheet.mark(width + 7, y + height / 2, shape, colour, link.state in _FILLED, size=7)
        sheet.text(width + 12, y + height / 2, link.judgement, 8.2, bold=True, colour=colour)
        y += height
        if index + 1 < len(links):
            sheet.arrow((1 + width / 2, y - 1), (1 + width / 2, y + gap + 1), GREY)
            y += gap
    return sheet


def _path_words(links: Sequence[PathLink], figures: Figures) -> str:
    judged = figures.told_judgement
    told = (judged(link=one.label, text=one.text.rstrip("."), judgement=one.judgement.lower()) for one in links)
    return figures.told_chain(rows="; ".join(told))


_TICKS: tuple[tuple[int, TimeUnit], ...] = (
    *((number, "minutes") for number in (1, 2, 5, 15, 30)), *((number, "hours") for number in (1, 2, 4, 8)),
    *((number, "days") for number in (1, 2)), *((number, "weeks") for number in (1, 2, 4, 8)),
    *((number, "months") for number in (3, 6)), *((number, "years") for number in (1, 2, 5, 10, 20, 50)),
)  # fmt: skip
MINUTES: Mapping[TimeUnit, int] = {
    "minutes": 1, "hours": 60, "days": 1440, "weeks": 10080, "months": 43800, "years": 525600,
}  # fmt: skip


def draw_time_course(bars: Sequence[CourseBar], words: Words) -> Drawing:
    """Effects on a logarithmic time axis. An unknown end is drawn open, with the word next to it."""
    return Drawing(partial(_time_course_sheet, bars, words), WIDTH, _course_words(bars, words))


def _time_course_sheet(bars: Sequence[CourseBar], words: Words) -> Sheet:
    left, size = 66.0, 8.0
    known = [moment for bar in bars for moment in (bar.first, bar.peak, bar.last) if moment]
    low, high = _span(known)
    moments = [(number * MINUTES[unit], words.ticks[unit](number)) for number, unit in _TICKS]
    ticks = [(at, tick) for at, tick in moments if known and low <= at <= high]

    def place(minutes: float) -> float:
        return left + 6 + (WIDTH - left - 22) * math.log(max(minutes, low) / low) / math.log(high / low)

    texts = [(wrap(bar.label, left - 4, size), wrap(bar.rests_on, left - 4, SMALLEST)) for bar in bars]
    heights = [lines(one) * leading(size) + lines(two) * leading(SMALLEST) + 3 for one, two in texts]
    sheet = Sheet(8 + sum(heights) + 8)
    free = 0.0
    for minute, tick in ticks:
        if place(minute) - len(tick) * 0.8 > free:  # words that would overlap the previous ones are left out
            sheet.line([place(minute)] * 2, [7, 8 + sum(heights)], RULE, 0.5)
            sheet.text(place(minute), 4, tick, SMALLEST, anchoring="center")
            free = place(minute) + len(tick) * 0.8
    y = 8.0
    for bar, (label, rests), height in zip(bars, texts, heights, strict=True):
        sheet.text(1, y + 1 + lines(label) * leading(size) / 2, label, size, bold=True)
        below = y + 1.4 + lines(label) * leading(size) + lines(rests) * leading(SMALLEST) / 2
        sheet.text(1, below, rests, SMALLEST, colour=GREY)
        _draw_bar(sheet, bar, y + height / 2, place, (place(low), place(high)), words.notes.unknown)
        y += height
        sheet.line([1, WIDTH - 1], [y, y], RULE, 0.5)
    sheet.mark(left + 8, y + 4, "D", AGAINST)
    sheet.text(left + 11, y + 4, words.figures.key_greatest, SMALLEST)
    return sheet


def _span(known: Sequence[float]) -> tuple[float, float]:
    """Where a time axis begins and ends: a little before and after the data, and far enough apart for two marks."""
    low, high = (min(known) / 1.3, max(known) * 1.3) if known else (1440.0, 1440.0)
    wider = math.sqrt(max(1.0, 16 * low / high))
    return low / wider, high * wider


def _draw_bar(sheet: Sheet, bar: CourseBar, y: float, place: Any, ends: tuple[float, float], unknown: str) -> None:
    known = [moment for moment in (bar.first, bar.peak, bar.last) if moment is not None]
    if not known:
        sheet.line(ends, [y, y], GREY, 1.2, linestyle=(0, (2, 2)))
        sheet.text((ends[0] + ends[1]) / 2, y - 2, unknown, SMALLEST, colour=GREY, anchoring="center")
        return
    start, end = place(min(known)), place(max(known))
    sheet.line([start, end], [y, y], FOR, 5)
    if bar.first is None:
        sheet.line([ends[0], start], [y, y], GREY, 1.2, linestyle=(0, (2, 2)))
    else:
        sheet.line([start, start], [y - 1.6, y + 1.6], FOR, 1.4)
    if bar.last is None:
        sheet.line([end, ends[1]], [y, y], GREY, 1.2, linestyle=(0, (2, 2)))
        sheet.text(ends[1] + 1.5, y, unknown, SMALLEST, colour=GREY)
    else:
        sheet.line([end, end], [y - 1.6, y + 1.6], FOR, 1.4)
    if bar.peak is not None:
        sheet.mark(place(bar.peak), y, "D", AGAINST, size=5)


def _course_words(bars: Sequence[CourseBar], words: Words) -> str:
    told = []
    for bar in bars:
        first, greatest, last = (_duration(minutes, words) for minutes in (bar.first, bar.peak, bar.last))
        told.append(words.figures.told_times(effect=bar.label, first=first, greatest=greatest, last=last))
    return words.figures.told_time_course(rows="; ".join(told))


def _duration(minutes: float | None, words: Words) -> str:
    """`40 minutes`, `2 days`, `8 weeks`, `unknown`: in the largest unit that divides it."""
    if minutes is None:
        return words.notes.unknown
    sizes = [(size, unit) for unit, size in MINUTES.items() if minutes and minutes % size == 0]
    size, unit = max(sizes, default=(1, "minutes"))
    return words.durations[unit](Decimal(f"{minutes / size:g}")).replace(NO_BREAK, " ")


def draw_doses(points: Sequence[DosePoint], words: Words) -> Drawing:
    """Amounts, one row each, with one axis per unit. People and animals never share a drawing."""
    return Drawing(partial(_doses_sheet, points, words), WIDTH, _dose_words(points, words.figures))


def _doses_sheet(points: Sequence[DosePoint], words: Words) -> Sheet:
    left, size = 84.0, 7.4
    units = list(dict.fromkeys(point.unit for point in points))
    texts = {point: wrap(point.label, left - 4, size, 3) for point in points}
    heights = {point: max(lines(texts[point]) * leading(size) + 1.8, 6) for point in points}
    sheet = Sheet(sum(heights.values()) + 13 * len(units) + 1)
    y = 1.0
    for unit in units:
        mine = [point for point in points if point.unit == unit]
        most = _round_up(max(point.high or point.low for point in mine))
        y = _draw_axis(sheet, unit, most, left, y, sum(heights[point] for point in mine))
        for point in mine:
            middle = y + heights[point] / 2
            sheet.text(1, middle, texts[point], size)
            _draw_amount(sheet, point, middle, left, most)
            y += heights[point]
            sheet.line([1, WIDTH - 1], [y, y], RULE, 0.5)
        y += 3
    return sheet


def _dose_words(points: Sequence[DosePoint], figures: Figures) -> str:
    told = (figures.told_amount(what=point.label, amount=_amount(point)) for point in points)
    return figures.told_doses(rows="; ".join(told))


def _draw_axis(sheet: Sheet, unit: str, most: float, left: float, y: float, height: float) -> float:
    sheet.text(left, y + 3, unit, 8, bold=True)
    for index in range(5):
        x = left + 4 + (WIDTH - left - 24) * index / 4
        sheet.line([x, x], [y + 9, y + 10 + height], RULE, 0.5)
        sheet.text(x, y + 7, f"{most * index / 4:g}", SMALLEST, anchoring="center")
    return y + 10


def _draw_amount(sheet: Sheet, point: DosePoint, y: float, left: float, most: float) -> None:
    def place(value: float) -> float:
        return left + 4 + (WIDTH - left - 24) * value / most

    if point.high is not None:
        sheet.line([place(point.low), place(point.high)], [y, y], FOR, 2.4)
        sheet.mark(place(point.high), y, "s", FOR)
    sheet.mark(place(point.low), y, "s", FOR)
    sheet.text(place(point.high or point.low) + 3, y, _amount(point), SMALLEST)


def _amount(point: DosePoint) -> str:
    high = "" if point.high is None else f"–{point.high:g}"
    return f"{point.low:g}{high} {point.unit}"


def _round_up(value: float) -> float:
    """The next value that is 1, 2, 4, 8 or 10 times a power of ten, so that four equal steps divide it well."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(step * power for step in (1, 2, 4, 8, 10, 20) if step * power >= value * 0.999)
