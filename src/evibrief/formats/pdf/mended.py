"""Mends what makes the libraries of the PDF engine slow, in the versions that have it, without changing a byte.

Each mend is for one version of one library, and does nothing in any other. A test asks each library whether it still
needs it.
"""

import re
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
