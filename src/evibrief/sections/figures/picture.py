"""A drawn figure as used on the page: its picture as a URL, with text or outlines, and its alternative text."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Anchoring = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure ready to place: `width` and `height` in mm, `alternative` for readers who cannot see it.

    `svg` has its letters as outlines; `lettered` has them as text, for programs that have the font, such as the PDF
    engine: it is smaller and faster, and can be searched.
    """

    svg: str = field(repr=False)
    lettered: str = field(repr=False)
    png: bytes = field(repr=False)
    width: float
    height: float
    alternative: str


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
