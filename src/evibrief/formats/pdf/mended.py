"""Mends what makes the libraries of the PDF engine slow, in the versions that have it, without changing a byte.

Each mend is for one version of one library, and does nothing in any other. A test asks each library whether it still
needs it.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pydyf
import tinyhtml5.inputstream


@cache
def mend() -> None:
    """Mend the libraries of this process, once."""
    if pydyf.VERSION == "0.13.0":
        pydyf.PDF.page_references = property(_page_references)
    if tinyhtml5.VERSION == "2.1.0":
        tinyhtml5.inputstream.characters_until_regex = Expressions()
    _mend_layout()


def _mend_layout() -> None:
    import weasyprint  # here, because it takes half a second
    from weasyprint.layout import inline

    if weasyprint.VERSION == "70.0":
        inline.strut = kept_with_style(inline.strut)


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """The references of all pages, made again only after a page was added.

    pydyf 0.13.0 makes all of them whenever one is asked for, and WeasyPrint asks for one for each structure element.
    """
    kids = pdf.pages["Kids"]
    kept: tuple[bytes, ...] = vars(pdf).get("_references", ())
    if len(kids) != 3 * len(kept):
        kept = vars(pdf)["_references"] = tuple(f"{number} 0 R".encode() for number in kids[::3])
    return kept


class Expressions(dict[tuple[Any, bool], re.Pattern[str]]):
    """The expression for some characters, or for all others, made when it is first asked for.

    tinyhtml5 2.1.0 keeps each under a key that nothing asks for, so it writes each anew for every piece of a page.
    """

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        characters, opposite = key
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        made = self[key] = re.compile(f"[{listed}]+" if opposite else f"[^{listed}]+")
        return made


def kept_with_style(strut: Callable[[Any], tuple[float, float]]) -> Callable[[Any], tuple[float, float]]:
    """The same height of a line and its baseline for a style, found once for each style.

    WeasyPrint 70.0 finds what it knows by a text of sixteen properties, which it writes for each line and each element.
    """

    def found(style: Any) -> tuple[float, float]:
        kept: tuple[float, float] | None = vars(style).get("_strut")
        if kept is None:
            kept = vars(style)["_strut"] = strut(style)
        return kept

    return found
