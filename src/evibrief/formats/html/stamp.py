"""Puts over a page that it is a draft: no template can leave that out, and a usual style sheet cannot hide it.

In: a finished page, and its stamp. Out: the page with a list of what is unfinished in front, a mark around each
unfinished place in its text, and a pale word across it. The word is a background, so PDF marks it as an artifact.
"""

import base64
import re
from html import escape
from html.parser import HTMLParser

from evibrief.evidence.unfinished import MARK, mark
from evibrief.sections.blocks import Stamp

_PALE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480" viewBox="0 0 480 480"><text x="240" y="240"
 transform="rotate(-40 240 240)" text-anchor="middle" font-family="Source Sans Pro, sans-serif" font-size="110"
 font-weight="700" fill="#b42318" fill-opacity="0.1">{word}</text></svg>"""

_STYLES = """\
mark.unfinished {{ background: #fdeaa7 !important; color: #7a271a !important; display: inline !important; }}
section.draft {{ display: block !important; visibility: visible !important; border: 2pt solid #b42318 !important;
  padding: 6pt 10pt; margin: 0 0 12pt; break-after: page; }}
section.draft .banner {{ color: #b42318 !important; font-weight: 700; font-size: 1.4em; margin: 0 0 4pt; }}
body::before {{ content: "" !important; position: fixed !important; top: 0; left: 0; width: 100%; height: 100%;
  background: url("{address}") repeat !important; z-index: 9; pointer-events: none; display: block !important; }}
@media print {{ body::before {{ background: url("{address}") no-repeat center / 165mm !important; }} }}
"""


def stamped(html: str, stamp: Stamp) -> str:
    """The page with its stamp."""
    pale = base64.b64encode(_PALE.format(word=escape(stamp.word)).encode()).decode()
    styles = _STYLES.format(address=f"data:image/svg+xml;base64,{pale}")
    html = _without_dead_links(html)
    places = _Places(html)
    head, opened, page = html[: places.styles], html[places.styles : places.front], html[places.front :]
    return f"{head}<style>\n{styles}</style>\n{opened}\n{_front(stamp)}{_marked(page)}"


class _Places(HTMLParser):
    """Where the styles and the list go: the end of the head, and the beginning of `main`, which pandoc reads.

    A template of the brief's own may lack an element, and write its tags as it likes.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._found: dict[str, int] = {}
        self.feed(html)
        found = self._found
        self.front = found.get("main", found.get("body", found["meta"]))
        self.styles = min(self.front, found.get("/head", self.front))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the end of the first tag of each kind."""
        self._found.setdefault(tag, self._offset() + len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        """Note the beginning of the first end tag of each kind."""
        self._found.setdefault(f"/{tag}", self._offset())

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _front(stamp: Stamp) -> str:
    """What comes first: that this is a draft, and what is unfinished in it."""
    listed = "".join(f"<li><p>{escape(place)}</p></li>\n" for place in stamp.places)
    return f'''\
<section class="draft" aria-label="{escape(stamp.word)}">
<div data-custom-style="Warning" class="banner"><p>{escape(stamp.word)}</p></div>
<div data-custom-style="Warning"><p>{escape(stamp.notice)}</p></div>
<p>{escape(stamp.heading)}</p>
{f"<ol>{listed}</ol>" if listed else ""}
</section>
'''


def _marked(html: str) -> str:
    """The page with an element around each mark in its text; attributes stay as they are."""
    pieces = re.split(r"(<[^>]*>)", html)
    pieces[::2] = (MARK.sub(lambda found: _IN_MARK.format(found[0]), one) for one in pieces[::2])
    return _with_marked_citations("".join(pieces))


_IN_MARK = '<mark class="unfinished">{}</mark>'
_ENTRY = re.compile(r'<div id="(ref-[^"]+)" class="csl-entry"(.*?)(?=<div id="ref-|</section>|\Z)', re.DOTALL)


def _without_dead_links(html: str) -> str:
    """The page with a mark behind each link to a record that is not there yet, in place of the link.

    A publication that is cited is always there; a template of the brief's own may leave out the list of references.
    """
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    return re.sub(
        r'<a href="#(?!ref-)([^"]*)"[^>]*>(.*?)</a>',
        lambda link: link[0] if link[1] in anchors else f"{link[2]} {mark(f'no record {link[1]} yet')}",
        html,
        flags=re.DOTALL,
    )


def _with_marked_citations(html: str) -> str:
    """The page with marks around citations of publications that are not in the list of references yet."""
    for name in (one[1] for one in _ENTRY.finditer(html) if _IN_MARK.split("{}")[0] in one[2]):
        link = re.compile(rf'(<a href="#{re.escape(name)}"[^<>]*>)(.*?)(</a>)', re.DOTALL)
        html = link.sub(lambda found: found[1] + _IN_MARK.format(found[2]) + found[3], html)
    return html
