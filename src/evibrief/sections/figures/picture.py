"""A drawn figure as used on the page: its picture as a URL, with text or outlines, and its alternative text."""

import base64
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

Anchoring = Literal["left", "center", "right"]
Form = Literal["wide", "narrow"]
"""A page of paper and a desk have room for a wide figure, a phone for a narrow one."""


class PaintedSheet(Protocol):
    """A sheet with the figure on it: its size in mm, and its pictures."""

    width: float
    height: float

    def inline(self, form: Form, told: str) -> str:
        """The picture as an element of a web page, of the class `form`, `told` in words."""

    def svg(self, letters: Literal["outlines", "text"]) -> str:
        """The picture as SVG."""

    def png(self) -> bytes:
        """The picture as PNG."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure ready to place: `width` and `height` in mm, `alternative` for readers who cannot see it.

    `svg` has its letters as outlines; `lettered` has them as text, for programs that have the font, such as the PDF
    engine: it is smaller and faster, and can be searched.

    `draw` is called when a picture is first asked for, because drawing takes most of the time of a build: page 1 has
    one figure of many, and a PDF has no PNG.
    """

    draw: Callable[[Form], PaintedSheet] = field(repr=False)
    width: float
    alternative: str

    @property
    def height(self) -> float:
        """The height in mm: it depends on how the texts are broken into lines."""
        with _ONE_AT_A_TIME:
            return self._sheet.height

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, with its letters as outlines."""
        with _ONE_AT_A_TIME:
            return self._sheet.svg("outlines")

    @cached_property
    def lettered(self) -> str:
        """The picture as SVG, with its letters as text."""
        with _ONE_AT_A_TIME:
            return self._sheet.svg("text")

    @cached_property
    def inline(self) -> str:
        """The picture as SVG elements of a web page, with letters as text and colours as classes.

        One is wide and one is narrow, both told in the same words: the style sheet shows one of them, and hides the
        other from everybody.
        """
        with _ONE_AT_A_TIME:
            narrow = self.draw("narrow").inline("narrow", self.alternative)
            return self._sheet.inline("wide", self.alternative) + narrow

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG."""
        with _ONE_AT_A_TIME:
            return self._sheet.png()

    @property
    def pictures(self) -> Mapping[str, object]:
        """The pictures that were drawn, by their names here."""
        return {name: made for name, made in vars(self).items() if isinstance(made, str | bytes) and name in _PICTURES}

    def take(self, drawn: Mapping[str, object]) -> None:
        """Take over what was drawn of the same figure elsewhere."""
        vars(self).update(drawn)

    @cached_property
    def _sheet(self) -> PaintedSheet:
        return self.draw("wide")

    def __getstate__(self) -> dict[str, Any]:
        """Without what was drawn: the process that fills a theme's template draws nothing."""
        return {name: vars(self)[name] for name in ("draw", "width", "alternative")}


_PICTURES = ("svg", "lettered", "inline", "png")

_ONE_AT_A_TIME = threading.RLock()
"""The formats are written in threads, and the settings of the drawing library are one for the whole process."""

PNG, SVG = "image/png", "image/svg+xml"


def as_address(picture: bytes, media_type: str) -> str:
    """A picture as a data URL (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(picture).decode()}"


_PICTURE = re.compile(
    r"""(<img\b(?:[^<>"']|"[^"]*"|'[^']*')*?\ssrc\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE
)
"""An element of a picture up to the end of its address, however a template writes it."""


def addresses_in(html: str) -> list[str]:
    """The addresses of the pictures of a page. In a text `<` is written otherwise, so none is taken for one."""
    return [found[2] or found[3] or found[4] or "" for found in _PICTURE.finditer(html)]


def with_pictures(html: str, others: Mapping[str, str]) -> str:
    """The page with other addresses for these pictures."""

    def put(found: re.Match[str]) -> str:
        address = found[2] or found[3] or found[4] or ""
        return f'{found[1]}"{others[address]}"' if address in others else found[0]

    return _PICTURE.sub(put, html)


_ELEMENT = re.compile(r"""<img\b(?:[^<>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)


def with_elements(html: str, elements: Mapping[str, str]) -> str:
    """The page with these elements in place of the pictures with these addresses."""

    def put(found: re.Match[str]) -> str:
        addresses = addresses_in(found[0])
        return elements.get(addresses[0], found[0]) if addresses else found[0]

    return _ELEMENT.sub(put, html)
