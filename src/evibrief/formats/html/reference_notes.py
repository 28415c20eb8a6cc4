"""Puts what is said of a publication into its entry of the reference list, which the citation style has written.

In: a page with the list, and after it the notes. Out: the page with each note at the end of its entry.
"""

import re
from collections.abc import Mapping
from html import escape

_NOTE = re.compile(r'<div class="about-reference" data-of="([^"]+)">(.*?)</div>\n?', re.DOTALL)
_ENTRY = re.compile(r'<div id="(ref-[^"]+)"')
_NUMBER = re.compile(r'<div class="csl-left-margin">.*?</div>', re.DOTALL)
_TAG = re.compile(r"<(/?)div\b")


def with_reference_notes(html: str) -> str:
    """The page with its notes moved; a note without an entry is left out, as its reference is."""
    notes: dict[str, str] = dict(_NOTE.findall(html))
    if not notes:
        return html
    html = _NOTE.sub("", html)
    pieces, done = [], 0
    for entry in _ENTRY.finditer(html):
        if note := notes.get(entry[1]):
            end = _end(html, entry.start())
            pieces += [html[done:end], f'<div class="about-reference">{note}</div>']
            done = end
    return "".join((*pieces, html[done:]))


def with_short_entries(html: str, shorts: Mapping[str, str]) -> str:
    """The page with each entry of the list cut to its number, who wrote it when, and where to find it.

    `shorts` has the words of an entry by the key of its reference.
    """
    pieces, done = [], 0
    for entry in _ENTRY.finditer(html):
        begin, end = html.index(">", entry.start()) + 1, _end(html, entry.start())
        number = _NUMBER.search(html, begin, end)
        words = escape(shorts[entry[1].removeprefix("ref-")])
        short = f'{number[0]}<div class="csl-right-inline">{words}</div>' if number else words
        pieces += [html[done:begin], short]
        done = end
    return "".join((*pieces, html[done:]))


def _end(html: str, start: int) -> int:
    """Where the end tag of the element begins whose start tag is at `start`."""
    depth = 0
    for tag in _TAG.finditer(html, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return len(html)
