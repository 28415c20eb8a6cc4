"""Draws the figures of a brief, each from small frozen rows that the caller fills.

In: rows. Out: `Drawing`, with an alternative text that says what they show; the picture is drawn when it is first used.
Nothing is shown by colour alone: every difference is also a shape, a line or a word.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from evibrief.evidence.vocabulary import TimeUnit
from evibrief.labels import phrases
from evibrief.labels.groups import Figures
from evibrief.labels.sentence import NO_BREAK
from evibrief.labels.words import Words
from evibrief.sections.figures.picture import Drawing, Form
from evibrief.sections.figures.sheet import (
    AGAINST,
    DARK,
    FOR,
    GREY,
    NARROW,
    RULE,
    SMALLEST,
    WIDTH,
    Sheet,
    leading,
    lines,
    text_width,
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


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where a figure has its parts, in mm from the left: how far words go, where the scale begins and ends, the counts.

    The words of a row are beside the scale; where they reach over it, they are above it.
    """

    width: float
    words: float
    scale: tuple[float, float]
    counts: tuple[float, ...] = ()

    @property
    def is_stacked(self) -> bool:
        """Whether the words of a row are above its scale."""
        return self.words > self.scale[0]


_RANKING: Mapping[Form, Geometry] = {
    "wide": Geometry(WIDTH, 97.0, (103.0, 139.5), (151.5, 161.5, 172.0)),
    "narrow": Geometry(NARROW, 73.0, (6.0, 38.0), (49.0, 59.0, 69.0)),
}
_COURSE: Mapping[Form, Geometry] = {
    "wide": Geometry(WIDTH, 64.0, (72.0, 162.0)),
    "narrow": Geometry(NARROW, 73.0, (6.0, 58.0)),
}
_DASHED = (0, (2, 2))
_EDGE, _TOP = 1.4, 8.0
"""The room beside the words, as in a table, and the height of the headings over the rows."""


def draw_plausibility(rows: Sequence[RankedRow], levels: Sequence[str], words: Words) -> Drawing:
    """Every statement on the scale of levels, lowest first: as stated, computed and signed, and the studies it has."""
    told = _plausibility_words(rows, levels, words)
    drawing = Drawing(partial(_plausibility_sheet, rows, levels, words), WIDTH, told)
    return _once(drawing, "plausibility", tuple(rows), tuple(levels), id(words))


def _once(drawing: Drawing, *key: Hashable) -> Drawing:
    """The drawing that was made of equal values before, or this one. It holds its words, so no others get their id."""
    while len(_DRAWN) >= _MOST_DRAWN and key not in _DRAWN:
        _DRAWN.pop(next(iter(_DRAWN)))
    return _DRAWN.setdefault(key, drawing)


_DRAWN: dict[Hashable, Drawing] = {}
_MOST_DRAWN = 16
"""A brief has three figures; a process that makes many pages keeps those of the last few."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row is, in mm from the top: its words, its scale, the middle of each, and its end."""

    words: float
    scale: tuple[float, float]
    end: float

    @property
    def middle(self) -> float:
        return sum(self.scale) / 2


def _places(heights: Iterable[float], geometry: Geometry, scale: float) -> list[_Place]:
    """The places of rows with words of these heights and a scale of at least this height, all in mm."""
    found, y = [], _TOP
    for height in heights:
        above = height + 1.6 if geometry.is_stacked else 0.0
        end = y + above + (scale if geometry.is_stacked else max(height + 1.2, scale))
        words = y + 0.8 + height / 2 if geometry.is_stacked else (y + end) / 2
        found.append(_Place(words, (y + above, end), end))
        y = end
    return found


def _plausibility_sheet(rows: Sequence[RankedRow], levels: Sequence[str], words: Words, form: Form) -> Sheet:
    geometry = _RANKING[form]
    most = 99 if geometry.is_stacked else 2
    texts = [wrap(f"{row.label} {row.text}", geometry.words - _EDGE, SMALLEST, most) for row in rows]
    places = _places([lines(text) * leading(SMALLEST) for text in texts], geometry, 4.6)
    key = _key(_ranking_marks(rows, words.figures), geometry.width)
    sheet = Sheet(places[-1].end + key.height, geometry.width)
    (left, right), steps = geometry.scale, max(len(levels) - 1, 1)
    columns = [left + (right - left) * number / steps for number in range(len(levels))]
    for x, level in zip(columns, levels, strict=True):
        sheet.text(x, _TOP / 2, level, SMALLEST, bold=True, anchoring="center")
    headings = (words.figures.for_a_benefit, words.figures.against_it, words.figures.unclear)
    for x, heading in zip(geometry.counts, headings, strict=True):
        sheet.text(x, _TOP / 2, heading, SMALLEST, bold=True, anchoring="center")
    _draw_rules(sheet, places, columns)
    for row, text, place in zip(rows, texts, places, strict=True):
        sheet.text(_EDGE, place.words, text, SMALLEST)
        _draw_row(sheet, row, columns, geometry.counts, place.middle)
    _draw_key(sheet, key, places[-1].end)
    return sheet


def _draw_rules(sheet: Sheet, places: Sequence[_Place], columns: Sequence[float]) -> None:
    """A rule between the headings and the rows and below each row, and the lines of the scale in each row."""
    for y in (_TOP, *(place.end for place in places)):
        sheet.line([0, sheet.width], [y, y], RULE, 0.5)
    for place in places:
        for x in columns:
            sheet.line([x, x], place.scale, RULE, 0.6)


def _draw_row(sheet: Sheet, row: RankedRow, columns: Sequence[float], counts: Sequence[float], y: float) -> None:
    stated = None if row.stated is None else columns[row.stated]
    if row.computed is not None:
        computed = columns[row.computed]
        if stated is not None and computed != stated:
            sheet.arrow((stated, y), (computed, y))
        sheet.mark(computed if computed != stated else computed + 3.2, y, "s", FOR)
    if stated is not None:
        sheet.mark(stated, y, "o", DARK, filled=False)
    if row.final is not None and row.final != row.computed:
        beside = 3.2 if row.final == row.stated else 0.0
        sheet.mark(columns[row.final] + beside, y, "D", AGAINST)
    for x, number in zip(counts, (row.supporting, row.against, row.inconclusive), strict=True):
        sheet.text(x, y, str(number), SMALLEST, anchoring="center")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a mark means, or for `-` a dashed line."""

    shape: str
    colour: str
    filled: bool
    words: str


@dataclass(frozen=True, slots=True)
class _Key:
    """What the marks mean, each with its place below the rows, in mm, and the height of all."""

    marks: tuple[tuple[float, float, _Meaning], ...]
    height: float


def _key(meanings: Iterable[_Meaning], room: float) -> _Key:
    """One after the other, in as many lines as they need."""
    found, x, y = [], _EDGE, 4.5
    for meaning in meanings:
        reach = 4.6 + text_width(meaning.words, SMALLEST)
        if x > _EDGE and x + reach > room:
            x, y = _EDGE, y + 4.2
        found.append((x + 1.2, y, meaning))
        x += reach + 6
    return _Key(tuple(found), y + 3)


def _draw_key(sheet: Sheet, key: _Key, below: float) -> None:
    for x, y, meaning in key.marks:
        if meaning.shape == "-":
            sheet.line([x - 1.2, x + 2.2], [below + y] * 2, meaning.colour, 1.2, linestyle=_DASHED)
        else:
            sheet.mark(x, below + y, meaning.shape, meaning.colour, meaning.filled)
        sheet.text(x + 3, below + y, meaning.words, SMALLEST)


def _ranking_marks(rows: Sequence[RankedRow], figures: Figures) -> Iterator[_Meaning]:
    """What the marks mean, but only those that are there."""
    if any(row.stated is not None for row in rows):
        yield _Meaning("o", DARK, False, figures.key_stated)
    yield _Meaning("s", FOR, True, figures.key_computed)
    if any(row.final not in (None, row.computed) for row in rows):
        yield _Meaning("D", AGAINST, True, figures.key_final)


def _plausibility_words(rows: Sequence[RankedRow], levels: Sequence[str], words: Words) -> str:
    """How many statements have which level, the highest first, and where each of them is told."""
    figures = words.figures
    found = _levels_told([row.computed if row.final is None else row.final for row in rows], levels, words)
    if all(row.stated is None for row in rows):
        return figures.told_ranking_own(len(rows), found=found)
    stated = _levels_told([row.stated for row in rows], levels, words)
    return figures.told_ranking(len(rows), found=found, stated=stated)


def _levels_told(places: Sequence[int | None], levels: Sequence[str], words: Words) -> str:
    """`2 medium and 5 weak`; what has no level is not rated."""
    told, highest_first = words.sentences.number_of, reversed(list(enumerate(levels)))
    found = (told(number=places.count(place), what=name.lower())
             for place, name in (*highest_first, (None, words.notes.not_rated)) if place in places)  # fmt: skip
    return phrases.all_of(found, words)


def _course_marks(bars: Sequence[CourseBar], figures: Figures) -> Iterator[_Meaning]:
    """What the marks mean, but only those that are there."""
    if any(len({bar.first, bar.peak, bar.last} - {None}) > 1 for bar in bars):
        yield _Meaning("s", FOR, True, figures.key_seen)
    if any(bar.peak is not None for bar in bars):
        yield _Meaning("D", AGAINST, True, figures.key_greatest)
    if any(None in (bar.first, bar.last) for bar in bars):
        yield _Meaning("-", GREY, False, figures.key_unmeasured)


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


def _time_course_sheet(bars: Sequence[CourseBar], words: Words, form: Form) -> Sheet:
    geometry = _COURSE[form]
    left = geometry.scale[0]
    right = min(geometry.scale[1], geometry.width - text_width(words.notes.unknown, SMALLEST) - 2.5)
    known = [moment for bar in bars for moment in (bar.first, bar.peak, bar.last) if moment]
    low, high = _span(known)
    moments = [(number * MINUTES[unit], words.ticks[unit](number)) for number, unit in _TICKS]
    ticks = [(at, tick) for at, tick in moments if known and low <= at <= high]

    def place(minutes: float) -> float:
        return left + (right - left) * math.log(max(minutes, low) / low) / math.log(high / low)

    room = geometry.words - _EDGE
    texts = [(wrap(bar.label, room, SMALLEST), wrap(bar.rests_on, room, SMALLEST)) for bar in bars]
    places = _places([lines("\n".join(both)) * leading(SMALLEST) for both in texts], geometry, 7.0)
    key = _key(_course_marks(bars, words.figures), geometry.width)
    sheet = Sheet(places[-1].end + key.height, geometry.width)
    shown = list(_apart(ticks, place))
    for minute, tick in shown:
        sheet.text(place(minute), _TOP / 2, tick, SMALLEST, anchoring="center")
    _draw_rules(sheet, places, [place(minute) for minute, _ in shown])
    for bar, (label, rests), at in zip(bars, texts, places, strict=True):
        part = leading(SMALLEST) / 2
        sheet.text(_EDGE, at.words - lines(rests) * part, label, SMALLEST, bold=True)
        sheet.text(_EDGE, at.words + lines(label) * part, rests, SMALLEST, colour=GREY)
        _draw_bar(sheet, bar, at.middle, place, (left, right), words.notes.unknown)
    _draw_key(sheet, key, places[-1].end)
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
    start, end = (place(min(known)), place(max(known))) if known else (ends[0], ends[0])
    if start < end:
        sheet.line([start, end], [y, y], FOR, 5)
    if bar.first is not None:
        sheet.line([start, start], [y - 1.6, y + 1.6], FOR, 1.4)
    elif ends[0] < start:
        sheet.line([ends[0], start], [y, y], GREY, 1.2, linestyle=_DASHED)
    if bar.last is not None:
        sheet.line([end, end], [y - 1.6, y + 1.6], FOR, 1.4)
    else:
        sheet.line([end, ends[1]], [y, y], GREY, 1.2, linestyle=_DASHED)
        sheet.text(ends[1] + 1.5, y, unknown, SMALLEST, colour=GREY)
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
