"""Draws appraisals as a table of lights: a row for each appraisal, a column for each domain.

In: rows of marks. Out: a `Drawing`, with an alternative text. What a light says is in its sign and its shape as well as
in its colour, so that it is read in black and white, and below the figure in words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from evibrief.evidence.appraisals import Concern
from evibrief.labels import phrases
from evibrief.labels.words import Words
from evibrief.sections.figures.picture import Drawing, Form
from evibrief.sections.figures.sheet import (
    CRITICAL,
    GREY,
    NARROW,
    PAPER,
    RULE,
    SERIOUS,
    SMALLEST,
    SOME_CONCERN,
    SOUND,
    WIDTH,
    Sheet,
    leading,
    lines,
    text_width,
    wrap,
)


@dataclass(frozen=True, slots=True)
class Light:
    """What one domain was judged to be: the level in words, its sign, and how bad it is."""

    word: str
    sign: str
    concern: Concern


@dataclass(frozen=True, slots=True)
class AppraisedRow:
    """One appraisal: of what and by whom, and its lights, one for each column."""

    subject: str
    told: str
    lights: tuple[Light, ...]


@dataclass(frozen=True, slots=True)
class LightTable:
    """All appraisals by one instrument: its title, its levels in their order, the names of its domains.

    `has_overall` says whether the last column is the overall judgement.
    """

    title: str
    levels: tuple[Light, ...]
    domains: tuple[str, ...]
    rows: tuple[AppraisedRow, ...]
    has_overall: bool


_LOOKS: Mapping[Concern, tuple[str, str, bool]] = {
    "none": ("o", SOUND, True),
    "some": ("D", SOME_CONCERN, True),
    "serious": ("s", SERIOUS, True),
    "critical": ("8", CRITICAL, True),
    "unclear": ("o", GREY, False),
    "not-applicable": ("", GREY, False),
}
"""The shape and the colour of a light, and whether it is filled. A disc, a diamond, a square, an octagon."""

_SIZES = {"D": 0.72, "8": 1.0}
_RISE = 0.33 * 0.3528
"""From the foot of a letter to its middle, in mm for each point of its size."""

_EDGE, _TOP, _OVERALL, _LARGEST = 1.4, 8.0, 13.0, 9.0
"""In mm: beside the words; the headings; the column of the overall judgement; a column of a domain, at most."""

_ROOM: Mapping[Form, float] = {"wide": 66.0, "narrow": 0.0}
"""In mm: what the words of a row have beside the lights. Where there is none they are above them."""


_TALLEST = 170.0
"""How high the rows of a figure may be, in mm: a page has room for no more, with its key."""


def in_pages(table: LightTable) -> Iterator[LightTable]:
    """The appraisals in parts of which each fits on a page of paper."""
    grid, rows, height = _grid(table, "wide"), list[AppraisedRow](), 0.0
    for row in table.rows:
        own = _height(_texts(row, grid), grid)
        if rows and height + own > _TALLEST:
            yield replace(table, rows=tuple(rows))
            rows, height = [], 0.0
        rows.append(row)
        height += own
    yield replace(table, rows=tuple(rows))


def draw_lights(table: LightTable, words: Words) -> Drawing:
    """The appraisals by one instrument."""
    return Drawing(partial(_sheet, table, words), WIDTH, _told(table, words))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns are, in mm: the middle of each, how wide the words are, and the size of a light in points."""

    width: float
    words: float
    columns: tuple[float, ...]
    size: float

    @property
    def is_stacked(self) -> bool:
        return self.words > self.columns[0]


def _grid(table: LightTable, form: Form) -> _Grid:
    width, room = (NARROW if form == "narrow" else WIDTH), _ROOM[form]
    last = _OVERALL if table.has_overall else 0.0
    step = min(_LARGEST, (width - room - last) / len(table.domains))
    first = width - last - step * len(table.domains) if room else 0.0
    columns = [first + step * (number + 0.5) for number in range(len(table.domains))]
    columns += [first + step * len(table.domains) + last / 2] if table.has_overall else []
    words = first - 2 if room else width - _EDGE
    return _Grid(width, words, tuple(columns), min(14.0, (step - 0.3) / 0.3528))


def _sheet(table: LightTable, words: Words, form: Form) -> Sheet:
    grid = _grid(table, form)
    texts = [_texts(row, grid) for row in table.rows]
    tops = [_TOP]
    for text in texts:
        tops.append(tops[-1] + _height(text, grid))
    key = _key(table, words, grid.width)
    end = key[-1].y + (lines(key[-1].words) - 1) * leading(SMALLEST)
    sheet = Sheet(tops[-1] + end + 3, grid.width)
    _draw_heads(sheet, table, words, grid)
    for row, text, top, end in zip(table.rows, texts, tops, tops[1:], strict=False):
        _draw_row(sheet, row, text, (top, end), grid)
    for entry in key:
        _draw_entry(sheet, entry, tops[-1])
    return sheet


def _texts(row: AppraisedRow, grid: _Grid) -> tuple[str, str]:
    """The words of a row, in lines."""
    room = grid.words - _EDGE
    return wrap(row.subject, room, SMALLEST, _MOST_LINES), wrap(row.told, room, SMALLEST, _MOST_LINES)


_MOST_LINES = 4
"""The table below the figure has every text whole."""

_LIGHTS = 6.6
"""The height of a row of lights, in mm."""


def _height(text: tuple[str, str], grid: _Grid) -> float:
    """The height of a row in mm."""
    words = sum(map(lines, filter(None, text))) * leading(SMALLEST)
    return words + 1.6 + _LIGHTS if grid.is_stacked else max(words + 2.0, _LIGHTS)


def _draw_heads(sheet: Sheet, table: LightTable, words: Words, grid: _Grid) -> None:
    names = [str(number) for number, _ in enumerate(table.domains, 1)]
    names += [words.appraisals.overall] if table.has_overall else []
    for x, name in zip(grid.columns, names, strict=True):
        sheet.text(x, _TOP / 2, name, SMALLEST, bold=True, anchoring="center")
    sheet.line([0, grid.width], [_TOP, _TOP], RULE, 0.5)


def _draw_row(sheet: Sheet, row: AppraisedRow, text: tuple[str, str], span: tuple[float, float], grid: _Grid) -> None:
    top, end = span
    height = sum(map(lines, filter(None, text))) * leading(SMALLEST)
    middle = top + 0.8 + height / 2 if grid.is_stacked else (top + end) / 2
    subject, told = text
    sheet.text(_EDGE, middle - (lines(told) if told else 0) * leading(SMALLEST) / 2, subject, SMALLEST, bold=True)
    if told:
        sheet.text(_EDGE, middle + lines(subject) * leading(SMALLEST) / 2, told, SMALLEST, colour=GREY)
    y = end - _LIGHTS / 2 if grid.is_stacked else middle
    for x, light in zip(grid.columns, row.lights, strict=True):
        _draw_light(sheet, x, y, light, grid.size)
    sheet.line([0, grid.width], [end, end], RULE, 0.5)


def _draw_light(sheet: Sheet, x: float, y: float, light: Light, size: float) -> None:
    shape, colour, filled = _LOOKS[light.concern]
    if shape:  # the corners of a diamond reach further
        sheet.mark(x, y, shape, colour, filled, size * _SIZES.get(shape, 0.9))
    points = SMALLEST if size < 12 or len(light.sign) > 1 else SMALLEST + 2
    within = PAPER if filled else GREY
    sheet.text(x, y + _RISE * points, light.sign, points, True, within, anchoring="center", vertical="baseline")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the key, at a place in mm from the left and below the rows: a light, or the number of a domain."""

    x: float
    y: float
    words: str
    light: Light | None = None


_LINE = 4.6
"""From one line of the key to the next, in mm."""


def _key(table: LightTable, words: Words, width: float) -> list[_Entry]:
    """The levels that are there, the best first, then the names of the domains."""
    there = {light for row in table.rows for light in row.lights}
    levels = [light for light in table.levels if light in there]
    named = [words.appraisals.domain(number=number, domain=name) for number, name in enumerate(table.domains, 1)]
    entries = _placed([(light.word, light) for light in levels], width, 5.2)
    end = entries[-1].y + (lines(entries[-1].words) - 1) * leading(SMALLEST)
    return entries + _placed([(name, None) for name in named], width, end + _LINE + 0.6)


def _placed(told: Sequence[tuple[str, Light | None]], width: float, y: float) -> list[_Entry]:
    """Entries one after the other, in as many lines as they need; a long one has lines of its own."""
    found: list[_Entry] = []
    x = 0.0
    for said, light in told:
        own = 4.8 if light else 0.0
        reach = own + text_width(said, SMALLEST)
        if x and _EDGE + x + reach > width:
            x, y = 0.0, y + _LINE
        text = wrap(said, width - _EDGE - own, SMALLEST)
        found.append(_Entry(_EDGE + x, y, text, light))
        y += (lines(text) - 1) * leading(SMALLEST)
        x += reach + 5
    return found


def _draw_entry(sheet: Sheet, entry: _Entry, below: float) -> None:
    y = below + entry.y
    if entry.light:
        _draw_light(sheet, entry.x + 1.4, y, entry.light, 10.5)
    x = entry.x + (4.8 if entry.light else 0.0)
    for number, words in enumerate(entry.words.split("\n")):
        foot = y + number * leading(SMALLEST) + _RISE * SMALLEST
        sheet.text(x, foot, words, SMALLEST, vertical="baseline")


def _told(table: LightTable, words: Words) -> str:
    """How many appraisals have which overall judgement, and where each judgement is told."""
    if not table.has_overall:
        return words.appraisals.told_no_overall(len(table.rows), instrument=table.title)
    last = [row.lights[-1] for row in table.rows]
    ordered = [light for light in table.levels if light in last]
    told = (words.sentences.number_of(number=last.count(one), what=one.word.lower()) for one in ordered)
    return words.appraisals.told(len(table.rows), instrument=table.title, found=phrases.all_of(told, words))
