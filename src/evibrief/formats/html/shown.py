"""The words of a web page as a browser shows them. In: HTML. Out: text, one line for each block."""

from html.parser import HTMLParser

_HIDDEN = frozenset(("style", "script", "title", "template"))
_IN_A_LINE = frozenset(
    ("a", "abbr", "b", "code", "del", "em", "i", "img", "ins", "s", "span", "strong", "sub", "sup", "u", "wbr")
)


_VOID = frozenset(("br", "col", "hr", "img", "input", "meta", "wbr"))


class _Shown(HTMLParser):
    """Collects the lines; `_hidden` is the number of open elements in what is hidden, whatever hides it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = [[]]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hides = self._hidden or tag in _HIDDEN or any(name == "hidden" for name, _ in attrs)
        self._hidden += bool(hides) and tag not in _VOID
        if tag not in _IN_A_LINE:
            self.lines.append([])

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= bool(self._hidden) and tag not in _VOID
        if tag not in _IN_A_LINE:
            self.lines.append([])

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.lines[-1].append(data)


def text_of_html(html: str) -> str:
    """The words, with each run of white space as one space."""
    parser = _Shown()
    parser.feed(html)
    lines = (" ".join("".join(line).split()) for line in parser.lines)
    return "\n".join(line for line in lines if line)
