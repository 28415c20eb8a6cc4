"""The fonts that a web page brings along, so that no word gets more room than it was given.

In: the page. Out: a style sheet with each face that the page uses, cut down to the letters that it has.
"""

import base64
from html import unescape

from evibrief.resources import fonts, web_font

_FACES = {("Source Sans Pro", "normal", 400), ("Source Sans Pro", "italic", 400), ("Source Sans Pro", "normal", 600)}
"""A browser draws bolder letters than these with the boldest of them."""

_FACE = '@font-face {{ font-family: "{}"; font-style: {}; font-weight: {}; src: url(data:font/woff2;base64,{}); }}\n'


def font_sheet(html: str) -> str:
    """The faces for a page, as rules of a style sheet."""
    letters = "".join(sorted(set(unescape(html)) - set("\n\t\r")))
    wanted = [font for font in fonts() if (font.family, font.style, font.weight) in _FACES]
    return "".join(
        _FACE.format(font.family, font.style, font.weight, base64.b64encode(web_font(font, letters)).decode())
        for font in wanted
        if font.style == "normal" or "<em" in html or "<i>" in html
    )
