"""Restricts a page to what it contains itself: a browser may load nothing else.

In: a finished page. Out: the same page with its content security policy (W3C, CSP level 3), and everything in it that
is not allowed. Only the output of a brief's own template can be refused, because nothing else can write markup.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

_HEAD = re.compile(r'\s*<!DOCTYPE html>\s*<html(?: lang="[^"<>]*")?>\s*<head>\s*<meta charset="utf-8">\n?')
"""How every page begins. The policy comes next, because a browser applies it only to what follows."""


def names_in(text: str) -> frozenset[str]:
    """The names in a list with spaces between them."""
    return frozenset(text.split())


_TAGS = names_in(
    """a abbr address article aside b bdi bdo blockquote body br caption cite code col colgroup dd del details dfn div
    dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 head header hr html i img ins kbd li main mark meta nav ol p
    pre q rp rt ruby s samp section small span strong style sub summary sup table tbody td tfoot th thead time title
    tr u ul var wbr"""
)
_ATTRIBUTES = names_in(
    """alt cite class colspan datetime dir height hidden href id lang reversed role rowspan scope src start tabindex
    title translate type value width"""
)
_OF_META = frozenset(("charset", "name", "content"))
_SCHEME = re.compile(r"[^/?#]*:")
_SCHEMES = ("http:", "https:", "mailto:")
_WIDTH = re.compile(r"width: \d{1,3}%")
_PNG = "data:image/png;base64,"
_MARKUP = re.compile(r"<(/?[a-zA-Z][^\s/>]*|[!?])")


@dataclass(frozen=True)
class NotAllowed:
    """Something that is not allowed on a page, and what to do instead. `sign` is its text there, in lower case."""

    message: str
    hint: str
    sign: str


_NO_PART = "a page has text, lists, tables, figures and links, and loads and runs nothing"
_OWN_STYLE = "give it a class, and write the rule into theme/custom.css"


class Contents(HTMLParser):
    """Collects the parts of a page that a content security policy covers."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: list[str] = []
        self.inline: list[tuple[str, str]] = []
        self.pictures: list[str] = []
        self.ids: list[str] = []
        self.found: list[NotAllowed] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep styles, pictures and refused attributes."""
        if tag == "style":
            self.styles.append("")
            self._in_style = True
        for name, value in attrs:
            if name == "style":
                self.inline.append((tag, value or ""))
            elif name == "id":
                self.ids.append(value or "")
            elif name == "src" and tag == "img":
                self.pictures.append(value or "")
            self.found += _refused_attribute(tag, name, value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Ignore a slash at the end of a tag, as HTML does."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a style element."""
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        """Keep the text of styles."""
        if self._in_style:
            self.styles[-1] += data

    def refused(self, sheets: Iterable[str], pictures: Collection[str]) -> Iterator[NotAllowed]:
        """Everything in the page that is not allowed; these style sheets and pictures are."""
        yield from dict.fromkeys(self.found)
        known = {sheet.strip() for sheet in sheets}
        if any(style.strip() not in known for style in self.styles):
            yield NotAllowed("a style sheet stands in the template", "write it into theme/custom.css", "<style")
        for tag, style in dict.fromkeys(self.inline):
            if tag != "col" or not _WIDTH.fullmatch(style):
                yield NotAllowed(f"the style `{style:.60}` stands in the element `{tag}` itself", _OWN_STYLE, "style=")
        for name in (one for one, number in Counter(self.ids).items() if number > 1):
            message, hint = f"the id `{name:.60}` stands on the page twice", "an id names one element: choose another"
            yield NotAllowed(message, hint, f'id="{name}"'.lower())
        for picture in dict.fromkeys(self.pictures):
            if picture not in pictures and not picture.startswith(_PNG):
                message = f"the picture `{picture:.60}` would be loaded, or is no PNG"
                yield NotAllowed(message, "write a PNG as data:image/png;base64, or use the theme's logo", "<img")


def contents_of(html: str) -> Contents:
    """The contents of a page. Comments and elements are searched for everywhere, even where a parser sees only text."""
    contents = Contents()
    contents.feed(html)
    contents.close()
    head = _HEAD.match(html)
    if not head:
        hint = 'begin with `{% extends "brief.html.jinja" %}` and override its blocks'
        contents.found.append(NotAllowed("the page does not begin as every page of ours does", hint, ""))
    for name in dict.fromkeys(found[1].lower() for found in _MARKUP.finditer(html, head.end() if head else 0)):
        if name.lstrip("/") not in _TAGS:
            what = "a comment or a declaration" if name in "!?" else f"the element `{name.lstrip('/'):.60}`"
            contents.found.append(NotAllowed(f"{what} may not stand in a page", _NO_PART, f"<{name}"))
    return contents


def own_contents(html: str) -> Contents:
    """The contents of a page that only our templates wrote, so that nothing has to be refused: ten times as fast.

    In our pages `<` and `"` of a text are always escaped. What a search like this overlooked would not be shown: the
    policy would not allow it.
    """
    contents = Contents()
    contents.styles = [found[1] for found in _STYLE.finditer(html)]
    contents.inline = [(found[1], unescape(found[2])) for found in _INLINE.finditer(_STYLE.sub("", html))]
    return contents


_STYLE = re.compile(r"<style\b[^<>]*>(.*?)</style>", re.DOTALL)
_INLINE = re.compile(r'<(\w+)\b[^<>]*?\sstyle="([^"]*)"')


def _refused_attribute(tag: str, name: str, value: str) -> Iterator[NotAllowed]:
    known = name in _ATTRIBUTES or name.startswith(("data-", "aria-")) or name in ("style",)
    known = known or (tag == "meta" and name in _OF_META) or (tag == "style" and name == "media")
    if not known:
        yield NotAllowed(f"the attribute `{name:.60}` may not stand in a page", _NO_PART, name)
    address = re.sub(r"[\0-\x20]", "", value).lower()
    if name in ("href", "cite") and (scheme := _SCHEME.match(address)) and scheme[0] not in _SCHEMES:
        sign = value.split()[0].lower()[:20]
        yield NotAllowed(f"the link `{value:.60}` may not stand in a page", "use #id, https: or mailto:", sign)
    if name == "src" and tag != "img":
        yield NotAllowed("only a picture has a source", _NO_PART, "src")


def with_policy(html: str, contents: Contents, scripts: Sequence[str] = ()) -> str:
    """The page with its policy at the beginning of the head, before everything that it covers, in place of another.

    `scripts` are the texts of our own scripts in the page. Raises `ValueError` for a page that does not begin as ours.
    """
    head, _, rest = _parted(html)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(contents, scripts)}">\n'
    return head + meta + rest


def with_live_script(html: str, script: str, sheet: str, others: Sequence[str]) -> str:
    """The page with a script and a style sheet that keep it current, before all others: it may ask where it came from.

    `others` are the scripts that it has. Raises `ValueError` for a page that does not begin as ours.
    """
    head, before, rest = _parted(html)
    sheets = f"style-src {_hashes([sheet])[0]}"
    old = before or f'<meta http-equiv="Content-Security-Policy" content="{policy(Contents())}">\n'
    live = re.sub(r"script-src [^;]*", f"script-src {' '.join(_hashes([script, *others]))}; connect-src 'self'", old)
    live = re.sub(f"style-src(?: {_NONE})?", sheets, live, count=1)
    return f"{head}{live}<style>{sheet}</style>\n<script>{script}</script>\n{rest}"


def with_sheet(html: str, sheet: str) -> str:
    """The page with a style sheet before all others: each of them may overrule it. Give it its policy after that."""
    head, before, rest = _parted(html)
    return f"{head}{before}<style>\n{sheet}</style>\n{rest}"


def _parted(html: str) -> tuple[str, str, str]:
    """The page in three: what every page begins with, its policy if it has one, and the rest, which that covers."""
    head = _HEAD.match(html)
    if head is None:
        raise ValueError("this page has no head of ours")
    before = _POLICY.match(html, head.end())
    end = before.end() if before else head.end()
    return html[: head.end()], html[head.end() : end], html[end:]


_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"<>]*">\n')


def policy(contents: Contents, scripts: Sequence[str] = ()) -> str:
    """The policy that allows the styles and scripts of a page, by hash, and embedded pictures."""
    inline = [style for _, style in contents.inline]
    styles = [*(["'unsafe-hashes'"] if inline else []), *_hashes((*contents.styles, *inline))]
    rules = (
        "default-src 'none'",
        f"script-src {' '.join(_hashes(scripts)) or _NONE}",
        f"style-src {' '.join(styles) or _NONE}",
        "img-src data:",
        *(["font-src data:"] if any(_FONT in style for style in contents.styles) else []),
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


_NONE = "'none'"
_FONT = "url(data:font/woff2;base64,"
"""How our own sheet names a font that it holds; a theme's sheet may have no address at all."""


def _hashes(texts: Iterable[str]) -> list[str]:
    """The hashes of texts as written in a policy: SHA-256 of the UTF-8 text in base 64, each once."""
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return list(dict.fromkeys(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests))
