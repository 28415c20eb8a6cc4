"""A drawn figure as the page has it: an address for its picture, its letters, its words for those who do not see it."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Anchoring = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure ready to be placed: `width` and `height` in mm, `alternative` for those who cannot see it.

    `svg` has its letters as shapes; `lettered` has them as letters, for whoever has the font, such as the PDF engine:
    that is smaller, faster to set, and can be searched.
    """

    svg: str = field(repr=False)
    lettered: str = field(repr=False)
    png: bytes = field(repr=False)
    width: float
    height: float
    alternative: str

    @property
    def source(self) -> str:
        """The SVG as an address that a page can carry in itself."""
        return _address(self.svg)

    @property
    def lettered_source(self) -> str:
        """The SVG with letters, in the same way."""
        return _address(self.lettered)


def _address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


_PICTURE = re.compile(r'(<img src=")([^"<>]*)(")')


def with_pictures(html: str, others: Mapping[str, str]) -> str:
    """The page with other addresses for its pictures. In a text `<` is written otherwise, so none is taken for one."""
    return _PICTURE.sub(lambda found: f"{found[1]}{others.get(found[2], found[2])}{found[3]}", html)
