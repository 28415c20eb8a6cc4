"""Draws the figures of a brief, each from small frozen rows that the caller fills.

In: rows. Out: `Drawing`, with an alternative text that says what they show; the picture is drawn when it is first used.
Nothing is shown by colour alone: every difference is also a shape, a line or a word.
"""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from evibrief.evidence.vocabulary import TimeUnit
from evibrief.labels import phrases
from evibrief.labels.groups import Figures
from evibrief.labels.sentence import NO_BREAK
from evibrief.labels.words import Words
from evibrief.sections.figures.picture import Drawing
from evibrief.sections.figures.sheet import (
    AGAINST,
    DARK,
    FOR,
    GREY,
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
class CourseBar:
    """An effect over time, in minutes from the start; None means unknown. `rests_on` names its evidence."""

    label: str
    rests_on: str
    first: float | None
    peak: float | None
    last: float | None


_FOR_AT, _AGAINST_AT, _UNCLEAR_AT = 142.0, 152.0, 164.0
"""Where the numbers of studies are, in mm from the left."""


def draw_plausibility(rows: Sequence[RankedRow], levels: Sequence[str], words: Words, short: bool = False) -> Drawing:
    """Every statement on the scale of levels, lowest first: stated, computed and final level, studies for and against.

    `short` shortens the texts, for a page with little room.
    """
    told = _plausibility_words(rows, levels, words)
    drawing = Drawing(partial(_plausibility_sheet, rows, levels, words, short), WIDTH, told)
    return _once(drawing, "plausibility", tuple(rows), tuple(levels), id(words), short)


def _once(drawing: Drawing, *key: Hashable) -> Drawing:
    """The drawing that was made of equal values before, or this one. It holds its words, so no others get their id."""
    while len(_DRAWN) >= _MOST_DRAWN and key not in _DRAWN:
        _DRAWN.pop(next(iter(_DRAWN)))
    return _DRAWN.setdefault(key, drawing)


_DRAWN: dict[Hashable, Drawing] = {}
_MOST_DRAWN = 16
"""A brief has three figures; a process that makes many pages keeps those of the last few."""


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


def _plausibility_words(rows: Sequence[RankedRow], levels: Sequence[str], words: Words) -> str:
    """How many statements have which level, the highest first, and where each of them is told."""
    figures = words.figures
    found = _levels_told([row.computed if row.final is None else row.final for row in rows], levels, words)
    if all(row.stated is None for row in rows):
        return figures.told_ranking_own(number=len(rows), found=found)
    stated = _levels_told([row.stated for row in rows], levels, words)
    return figures.told_ranking(number=len(rows), found=found, stated=stated)


def _levels_told(places: Sequence[int | None], levels: Sequence[str], words: Words) -> str:
    """`2 medium and 5 weak`; what has no level is not rated."""
    told, highest_first = words.sentences.number_of, reversed(list(enumerate(levels)))
    found = (told(number=places.count(place), what=name.lower())
             for place, name in (*highest_first, (None, words.notes.not_rated)) if place in places)  # fmt: skip
    return phrases.all_of(found, words)


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
    drawing = Drawing(partial(_time_course_sheet, bars, words), WIDTH, _course_words(bars, words))
    return _once(drawing, "time_course", tuple(bars), id(words))


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
    for minute, tick in _apart(ticks, place):
        sheet.line([place(minute)] * 2, [7, 8 + sum(heights)], RULE, 0.5)
        sheet.text(place(minute), 4, tick, SMALLEST, anchoring="center")
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


def _apart(ticks: Sequence[tuple[float, str]], place: Callable[[float], float]) -> Iterator[tuple[float, str]]:
    """The ticks whose words do not overlap those before them or the last one, which is always there."""
    half = 0.74  # of the width of a letter, in mm
    end = place(ticks[-1][0]) - len(ticks[-1][1]) * half if ticks else 0.0
    free = 0.0
    for minute, tick in ticks[:-1]:
        at, reach = place(minute), len(tick) * half
        if at - reach > free and at + reach < end:
            yield minute, tick
            free = at + reach
    yield from ticks[-1:]


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
    """From when to when effects were seen, and where the times of each are."""
    known = [moment for bar in bars for moment in (bar.first, bar.peak, bar.last) if moment is not None]
    if not known:
        return words.figures.told_no_time(len(bars))
    first, last = (_duration(minutes, words) for minutes in (min(known), max(known)))
    return words.figures.told_time_course(len(bars), first=first, last=last)


def _duration(minutes: float, words: Words) -> str:
    """`40 minutes`, `2 days`, `8 weeks`: in the largest unit that divides it."""
    sizes = [(size, unit) for unit, size in MINUTES.items() if minutes and minutes % size == 0]
    size, unit = max(sizes, default=(1, "minutes"))
    return words.durations[unit](Decimal(f"{minutes / size:g}")).replace(NO_BREAK, " ")
