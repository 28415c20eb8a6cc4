"""Draws on a sheet of paper; only this module uses `matplotlib`, and `PIL`, which it comes with.

In: positions, words and shapes, in millimetres. Out: a sheet, which gives the same picture as SVG and PNG. The font
is the shipped one, so that browser, printer and Word show the same. The output has no date, program name or memory
address, so that the same rows give the same bytes.
"""

import io
import math
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

from evibrief.resources import font_path
from evibrief.sections.figures.inline import MM, Lettering, Mark, Shape, Stroke, dashes_of, svg_of
from evibrief.sections.figures.picture import Anchoring, Form
from evibrief.workfolders import work_folder

WIDTH, NARROW = 178.0, 74.0
"""Widths of a figure in mm: the text width of an A4 page; what leaves letters legible on a phone 320 pixels wide."""

DARK, GREY, RULE, PAPER = "#1d2430", "#555b66", "#c9ced6", "#ffffff"
FOR, AGAINST, MIXED = "#1f4e79", "#a33a06", "#6a6f78"
"""Blue, vermilion, grey: distinct in every kind of colour vision and in greyscale (Okabe and Ito, 2008, darkened)."""

SOUND, SOME_CONCERN, SERIOUS, CRITICAL = "#0f766e", "#8a5a00", "#9b1c4a", "#2d0f3a"
"""Levels of an appraisal, from the best to the worst: darker and darker, and none of them for or against anything."""

COLOUR_NAMES = {
    DARK: "ink", GREY: "quiet", RULE: "rule", PAPER: "paper", FOR: "for", AGAINST: "against", MIXED: "mixed",
    SOUND: "sound", SOME_CONCERN: "some", SERIOUS: "serious", CRITICAL: "critical",
}  # fmt: skip
"""The classes of the colours on a web page, whose style sheet has two values for each: for light and for dark."""

FIGURE_FONT = "Source Sans Pro"
SMALLEST = 8.0
"""The smallest type size, in points in print."""

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "evibrief",
    "text.hinting": "none",
    "path.simplify": False,
    "font.family": [FIGURE_FONT],
}
_FACES: tuple[Literal["Regular", "Semibold"], ...] = ("Regular", "Semibold")
_PALETTE = 48
"""The colours of a PNG: our few, and the shades at the edges of letters. A quarter of the bytes, and no eye sees it."""

_FONT_LIST_VERSION = "3.11.0"
_NO_FONTS = (
    '{"__class__": "FontManager", "_version": "%s", "_FontManager__default_weight": "normal", "default_size": null, '
    '"defaultFamily": {"ttf": "Source Sans Pro", "afm": "Source Sans Pro"}, "afmlist": [], "ttflist": []}'
)


@cache
def load_matplotlib() -> None:
    """Import matplotlib without reading or writing the home folder, with only our settings and fonts.

    It takes half a second, so it is only done for drawing. When imported, matplotlib creates a settings folder,
    searches the system for fonts and stores their list there. We give it a temporary folder with an empty font list.
    If the list's version is wrong, matplotlib ignores it, and the search only costs time.
    """
    with work_folder() as folder:
        (folder / f"fontlist-v{_FONT_LIST_VERSION}.json").write_text(_NO_FONTS % _FONT_LIST_VERSION)
        with _folder_for_settings(str(folder)):
            import matplotlib
            from matplotlib.font_manager import fontManager

            matplotlib.get_configdir()  # cached now; with a `matplotlibrc` in the working folder it would be later
    matplotlib.rcdefaults()  # ignore any `matplotlibrc` of the system
    matplotlib.rcParams.update(_SETTINGS)
    fontManager.ttflist.clear()
    for face in _FACES:
        fontManager.addfont(font_path(face))


@contextmanager
def _folder_for_settings(folder: str) -> Iterator[None]:
    """Set matplotlib's settings folder, which is possible only through the environment."""
    before = os.environ.get("MPLCONFIGDIR")
    os.environ["MPLCONFIGDIR"] = folder
    try:
        yield
    finally:
        del os.environ["MPLCONFIGDIR"]
        if before is not None:
            os.environ["MPLCONFIGDIR"] = before


class Sheet:
    """A blank sheet with its origin at the top left, in mm."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        load_matplotlib()
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.shapes: list[Shape] = []
        self.figure: Any = Figure(figsize=(width / 25.4, height / 25.4), facecolor=PAPER)
        self.axes: Any = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(height, 0))
        self.axes.axis("off")

    def text(
        self, x: float, y: float, words: str, size: float = 8, bold: bool = False, colour: str = DARK,
        anchoring: Anchoring = "left", vertical: str = "center",
    ) -> None:  # fmt: skip
        """Draw words at a position; they may have several lines."""
        self.shapes.append(Lettering(x, y, words, size, bold, colour, anchoring, vertical))
        from matplotlib.font_manager import FontProperties

        file = font_path("Semibold" if bold else "Regular")
        face = FontProperties(family=FIGURE_FONT, weight=600 if bold else 400, fname=str(file), size=size)
        self.axes.text(
            x, y, words.replace("$", r"\$"), fontproperties=face, color=colour, ha=anchoring,
            va="center_baseline" if vertical == "center" and "\n" not in words else vertical,
            linespacing=1.15,
        )  # fmt: skip

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str = DARK, width: float = 0.8, **style: Any
    ) -> None:
        """Draw a line through points; `width` in points."""
        self.shapes.append(Stroke(tuple(zip(xs, ys, strict=True)), colour, width, dashes_of(style)))
        self.axes.plot(xs, ys, color=colour, linewidth=width, solid_capstyle="butt", **style)

    def mark(self, x: float, y: float, shape: str, colour: str = DARK, filled: bool = True, size: float = 5.5) -> None:
        """Draw a mark of a shape, `size` points wide."""
        self.shapes.append(Mark(x, y, shape, colour, filled, size))
        edge = {"markeredgecolor": colour, "markeredgewidth": 1.1, "markersize": size}
        self.axes.plot([x], [y], marker=shape, color=colour if filled else PAPER, **edge)

    def arrow(self, start: tuple[float, float], end: tuple[float, float], colour: str = GREY) -> None:
        """Draw an arrow from one position to another."""
        self.shapes.append(Stroke(_shortened(start, end), colour, 0.9, arrow=True))
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 0.9, "mutation_scale": 7}
        self.axes.annotate("", xy=end, xytext=start, arrowprops={**style, "shrinkA": 3, "shrinkB": 3.5})

    def inline(self, form: Form, told: str) -> str:
        """The sheet as an element of a web page, of the class `form`, with text that is text, `told` in words."""
        return svg_of((self.width, self.height), self.shapes, COLOUR_NAMES, _width_in_face, form, told)

    def svg(self, letters: Literal["outlines", "text"]) -> str:
        """The sheet as SVG, without date, program name or memory address."""
        import matplotlib

        written = io.StringIO()
        with matplotlib.rc_context({"svg.fonttype": "path" if letters == "outlines" else "none"}):
            self.figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        return written.getvalue()

    def png(self) -> bytes:
        """The sheet as PNG with a palette, without program name."""
        from PIL import Image

        drawn, written = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=200, metadata={"Software": None})
        with Image.open(drawn) as picture:
            few = picture.convert("RGB").quantize(_PALETTE, dither=Image.Dither.NONE)
        few.save(written, format="png", optimize=True)
        return written.getvalue()


def wrap(text: str, width: float, size: float, most: int = 99) -> str:
    """A text in lines that fit a width in mm at a size in points; after `most` lines it is cut with an ellipsis.

    A single word that is too wide goes on in the next line: beyond its room it would be cut off, or lie over numbers.
    """
    found: list[str] = []
    for word in (part for whole in text.split() for part in _parts(whole, width, size)):
        if found and text_width(f"{found[-1]} {word}", size) <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    if len(found) > most:
        found = [*found[: most - 1], _cut(found[most - 1], width, size)]
    return "\n".join(found)


def _parts(word: str, width: float, size: float) -> Iterator[str]:
    """A word in parts that fit; nearly always it is one."""
    while len(word) > 1 and text_width(word, size) > width:
        end = bisect_right(range(2, len(word)), width, key=lambda letters: text_width(word[:letters], size)) + 1
        yield word[:end]
        word = word[end:]
    yield word


def _cut(line: str, width: float, size: float) -> str:
    while " " in line and text_width(f"{line} …", size) > width:
        line = line.rpartition(" ")[0]
    return f"{line} …"


def _shortened(start: tuple[float, float], end: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """An arrow that keeps away from what it joins, as far as the drawing library keeps it."""
    length = math.dist(start, end) or 1.0
    ways = [(there - here) / length for here, there in zip(start, end, strict=True)]
    return (
        (start[0] + ways[0] * 3 * MM, start[1] + ways[1] * 3 * MM),
        (end[0] - ways[0] * 3.5 * MM, end[1] - ways[1] * 3.5 * MM),
    )


def text_width(words: str, size: float) -> float:
    """The width of words in mm, in the bolder of our two faces, so that they fit in the other too."""
    return _width_in_face(words, size, bold=True)


@cache
def _width_in_face(words: str, size: float, bold: bool) -> float:
    """The width of words in mm, in one of our two faces."""
    load_matplotlib()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    face = FontProperties(fname=str(font_path("Semibold" if bold else "Regular")), size=size)
    return float(text_to_path.get_text_width_height_descent(words, face, ismath=False)[0]) * MM


def lines(text: str) -> int:
    """The number of lines of a text."""
    return text.count("\n") + 1


def leading(size: float) -> float:
    """The distance from one line of text to the next, in mm."""
    return size * MM * 1.22
