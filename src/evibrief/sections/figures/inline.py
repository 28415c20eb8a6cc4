"""Writes a figure as SVG for a web page: its words are text, and its colours are those of the page.

In: the shapes on a sheet, in millimetres, and their sizes in points. Out: an SVG element without styles of its own, so
that the page's policy needs nothing for it. A colour is a class that the style sheet gives a value, one for light and
one for dark. Every line of text says how long it is, so that it keeps its place in another font.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

MM = 0.3528
"""A point in millimetres."""

_LEADING, _RISE, _FALL = 1.22, 0.33, 0.22
"""From line to line, from the middle of a letter down to its foot, and below the foot, in parts of the type size."""

Measure = Callable[[str, float, bool], float]
"""The width in mm of a line of text, of a size in points, bold or not."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text, perhaps of several lines, at a position; `anchoring` and `vertical` say which part of it is there."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str
    anchoring: str
    vertical: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; `dashes` are lengths in widths of the line. An arrow has a head at its end."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float
    dashes: str = ""
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: `o` is a disc, `s` a square, `D` a diamond, `8` an octagon; `size` points wide, filled or hollow."""

    x: float
    y: float
    shape: str
    colour: str
    filled: bool
    size: float


Shape = Lettering | Stroke | Mark


def dashes_of(style: Mapping[str, object]) -> str:
    """The pattern of a line, from the `linestyle` that the drawing library takes."""
    line = style.get("linestyle")
    return " ".join(f"{part:g}" for part in line[1]) if isinstance(line, tuple) else ""


def svg_of(
    size: tuple[float, float], shapes: Iterable[Shape], names: Mapping[str, str], measure: Measure, form: str, told: str
) -> str:
    """The shapes as an SVG element of this size and class, `told` in words; `names` are the classes of the colours."""
    width, height = size
    drawn = "\n".join(_drawn(shape, names, measure) for shape in shapes)
    box = f"0 0 {_number(width)} {_number(height)}"
    look = f'class="{form}" width="{_number(width)}mm" viewBox="{box}"'
    return f'<svg {look} role="img" aria-label="{escape(told)}">\n{drawn}\n</svg>'


def _drawn(shape: Shape, names: Mapping[str, str], measure: Measure) -> str:
    colour = f'class="{names[shape.colour]}"'
    if isinstance(shape, Lettering):
        return _words(shape, colour, measure)
    if isinstance(shape, Stroke):
        return _stroke(shape, colour)
    return _mark(shape, colour)


_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


def _words(words: Lettering, colour: str, measure: Measure) -> str:
    """A text element for each line; the one after another ends in a space, so that a copied text has one."""
    lines = words.text.split("\n")
    feet = _feet(words, len(lines))
    weight = ' font-weight="600"' if words.bold else ""
    say = f'{colour} font-size="{_number(words.size * MM)}"{weight}{_ANCHORS[words.anchoring]} x="{_number(words.x)}"'
    return "\n".join(
        f'<text {say} y="{_number(y)}" textLength="{_number(measure(line, words.size, words.bold))}">'
        f"{escape(line, quote=False)}</text>"
        for line, y in zip(lines, feet, strict=True)
        if line
    )


def _feet(words: Lettering, lines: int) -> Sequence[float]:
    """Where each line stands, in mm from the top."""
    size = words.size * MM
    last = words.y + size * {"bottom": -_FALL, "baseline": 0.0}.get(words.vertical, _RISE)
    below = 0.0 if words.vertical == "bottom" else (lines - 1) / 2
    return [last + (number - (lines - 1) + below) * size * _LEADING for number in range(lines)]


def _stroke(stroke: Stroke, colour: str) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in stroke.points)
    line = f'<polyline {colour} points="{points}" {_line(stroke.width, stroke.dashes)}/>'
    return f"{line}\n{_head(stroke, colour)}" if stroke.arrow else line


def _line(width: float, dashes: str) -> str:
    """The attributes of a line that is `width` points wide."""
    lengths = " ".join(_number(float(part) * width * MM) for part in dashes.split())
    pattern = f' stroke-dasharray="{lengths}"' if lengths else ""
    return f'fill="none" stroke="currentColor" stroke-width="{_number(width * MM)}"{pattern}'


def _head(stroke: Stroke, colour: str) -> str:
    """The head of an arrow."""
    (x0, y0), (x, y) = stroke.points[-2:]
    length = math.hypot(x - x0, y - y0) or 1.0
    dx, dy = (x - x0) / length, (y - y0) / length
    corners = [(x, y), *((x - 1.9 * dx + side * dy, y - 1.9 * dy - side * dx) for side in (0.7, -0.7))]
    return f'<polygon {colour} points="{_points(corners)}" fill="currentColor"/>'


def _mark(mark: Mark, colour: str) -> str:
    half = mark.size * MM / 2
    fill = "currentColor" if mark.filled else "var(--paper, none)"
    look = f'{colour} fill="{fill}" stroke="currentColor" stroke-width="{_number(1.1 * MM)}"'
    if mark.shape == "o":
        return f'<circle {look} cx="{_number(mark.x)}" cy="{_number(mark.y)}" r="{_number(half)}"/>'
    corners = [(mark.x + x * half, mark.y + y * half) for x, y in _CORNERS[mark.shape]]
    return f'<polygon {look} points="{_points(corners)}"/>'


_CORNERS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "s": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "D": ((0, -1.414), (1.414, 0), (0, 1.414), (-1.414, 0)),
    "8": ((-0.383, -0.924), (0.383, -0.924), (0.924, -0.383), (0.924, 0.383),
          (0.383, 0.924), (-0.383, 0.924), (-0.924, 0.383), (-0.924, -0.383)),
}
"""The corners of each mark, in halves of its size from its middle."""


def _points(corners: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)


def _number(value: float) -> str:
    """A number with at most two decimals: a hundredth of a millimetre is less than anybody sees."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
