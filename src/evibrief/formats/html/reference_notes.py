"""Puts what is said of a publication into its entry of the reference list, which the citation style has written.

In: a page with the list, and after it the notes. Out: the page with each note at the end of its entry.
"""

import re

_NOTE = re.compile(r'<div class="about-reference" data-of="([^"]+)">(.*?)</div>\n?', re.DOTALL)
_ENTRY = re.compile(r'<div id="(ref-[^"]+)"')
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


def _end(html: str, start: int) -> int:
    """Where the end tag of the element begins whose start tag is at `start`."""
    depth = 0
    for tag in _TAG.finditer(html, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return len(html)
