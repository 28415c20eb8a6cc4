"""The foot of printed pages, in the words of the brief's language: print.css has places for it.

In: the style sheet for print, and what stands at the foot. Out: the style sheet with the words in their places.
"""

import re

from evibrief.sections.blocks import PAGE, PAGES, Foot


def with_foot(sheet: str, foot: Foot) -> str:
    """The style sheet with its two places filled: the number of the page, and that this is no advice."""
    counters = {PAGE: "counter(page)", PAGES: "counter(pages)"}
    number = " ".join(counters.get(piece) or css_string(piece) for piece in foot.page_number)
    return sheet.replace('"{page_number}"', number).replace('"{no_advice}"', css_string(foot.no_advice))


def css_string(text: str) -> str:
    """A text as a string of CSS that ends nowhere else, not even the element that the sheet is in."""
    return '"' + re.sub(r'["\\<>&\n]', lambda found: f"\\{ord(found[0]):x} ", text) + '"'
