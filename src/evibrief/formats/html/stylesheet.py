"""Parses the style sheet of a brief's own theme; only this module uses `tinycss2`.

In: the text of a sheet. Out: the same sheet, rewritten from the parsed one, or every place where it would load
something, end its style element, or cannot be parsed. Lines and columns stay the same. Browsers recover from errors in
their own ways (CSS Syntax 3, error handling), so nothing unparsed is passed on. Unknown functions are refused, because
a future browser may load something for them.
"""

from collections.abc import Iterable
from typing import Any

import tinycss2  # type: ignore[import-untyped]
from tinycss2.ast import Comment, WhitespaceToken  # type: ignore[import-untyped]

from evibrief.formats.html.policy import names_in
from evibrief.problems import Place, Problem, Problems

DEEPEST_RULE = 40
"""Nesting of blocks; a theme's style sheet has about four levels."""

_RULES = frozenset(("media", "supports", "layer", "container", "keyframes", "-webkit-keyframes"))
"""At-rules that contain rules."""

_DECLARATIONS = frozenset(("page", "counter-style", "property"))
"""At-rules that contain declarations; `page` may also contain margin rules (CSS Paged Media 3, 6)."""

_MARGINS = frozenset(
    f"{edge}-{place}"
    for edges, places in (
        (("top", "bottom"), ("left-corner", "left", "center", "right", "right-corner")),
        (("left", "right"), ("top", "middle", "bottom")),
    )
    for edge in edges
    for place in places
) | {"footnote"}


_FUNCTIONS = names_in(
    """abs acos asin atan atan2 attr blur brightness calc circle clamp color color-mix conic-gradient contrast cos
    counter counters cubic-bezier drop-shadow ellipse env exp fit-content grayscale has host hsl hsla hue-rotate hwb
    hypot inset invert is lab lang lch leader light-dark linear linear-gradient log matrix matrix3d max min minmax
    mod not nth-child nth-col nth-last-child nth-last-of-type nth-of-type oklab oklch opacity path perspective
    polygon pow radial-gradient rect rem repeat repeating-conic-gradient repeating-linear-gradient repeating-radial-
    gradient rgb rgba rotate rotate3d rotatex rotatey rotatez round saturate scale scale3d scalex scaley scalez
    selector sepia shape sign sin skew skewx skewy sqrt steps string style symbols tan target-counter target-
    counters target-text translate translate3d translatex translatey translatez var where dir first nth xywh"""
)
"""Functions that compute, count, select or quote what is on the page: none loads anything."""

_PROPERTIES = frozenset(("behavior", "-ms-behavior", "-moz-binding", "src"))
"""Properties that run or load something (Internet Explorer, XBL)."""

_WORDS = frozenset(("progid", "url"))
_HINT = "a document stands on its own: leave it out; a logo has a field in brief.yaml"
_UNREAD = "write it as CSS has it: a browser and a printer would mend it in different ways"


def read_sheet(text: str, path: str) -> str:
    """The sheet as parsed. Raises `Problems` with all faults at once, each with its place in the file `path`."""
    reader = _Reader(text, path)
    rules = tinycss2.parse_stylesheet(text)
    reader.rules(rules, 0)
    if "</" in text or "<!" in text:
        reader.refuse_ending()
    if not reader.problems:
        written = str(tinycss2.serialize(_blank(rules)))
        if "</" not in written and "<!" not in written:
            return written
        reader.report(1, 1, "this sheet would end the style element that it is printed into", _UNREAD)
    raise Problems(reader.problems)


def _blank(nodes: Iterable[Any]) -> list[Any]:
    """The nodes with comments replaced by blanks of the same size, so that lines and columns stay the same."""
    kept = []
    for node in nodes:
        if isinstance(node, Comment):
            blank = "".join(letter if letter == "\n" else " " for letter in f"/*{node.value}*/")
            node = WhitespaceToken(node.source_line, node.source_column, blank)
        for name in ("prelude", "content", "arguments"):
            if getattr(node, name, None) is not None:
                setattr(node, name, _blank(getattr(node, name)))
        kept.append(node)
    return kept


class _Reader:
    """Collects the faults of one sheet."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.problems: list[Problem] = []

    def report(self, line: int, column: int, message: str, hint: str = _HINT) -> None:
        self.problems.append(Problem(Place(self.path, line, column), "theme", message, hint))

    def at(self, node: Any, message: str, hint: str = _HINT) -> None:
        self.report(node.source_line, node.source_column, message, hint)

    def rules(self, nodes: Iterable[Any], depth: int) -> None:
        """Check rules at the top of the sheet or inside an at-rule that contains rules."""
        for node in nodes:
            if node.type == "qualified-rule":
                self.values(node.prelude, depth)
                self.block(node, depth + 1)
            elif node.type == "at-rule":
                self.at_rule(node, depth)
            elif node.type == "error":
                self.at(node, f"this is not CSS: {node.message}", _UNREAD)

    def at_rule(self, node: Any, depth: int) -> None:
        name = node.lower_at_keyword
        self.values(node.prelude, depth)
        if name == "namespace" and node.content is None:
            return
        if name in ("import", "font-face"):
            self.at(node, f"`@{name}` would load something")
        elif depth > DEEPEST_RULE:
            self.at(node, "blocks are nested too deeply", _UNREAD)
            return
        elif name in _RULES and node.content is not None:
            self.rules(tinycss2.parse_rule_list(node.content), depth + 1)
        elif name in _DECLARATIONS and node.content is not None:
            self.block(node, depth + 1)
        elif name != "layer" or node.content is not None:
            self.at(node, f"`@{name:.40}` is no rule of a theme", _UNREAD)
        if node.content is not None:
            self.values(node.content, depth)

    def block(self, node: Any, depth: int) -> None:
        """Check declarations and, among them, nested rules or page margins."""
        if depth > DEEPEST_RULE:
            self.at(node, "blocks are nested too deeply", _UNREAD)
            return
        self.values(node.content, depth)
        for one in tinycss2.parse_blocks_contents(node.content):
            if one.type == "declaration":
                self.declaration(one)
            elif one.type == "qualified-rule":
                self.block(one, depth + 1)
            elif one.type == "at-rule":
                self.nested_at_rule(one, depth)
            elif one.type == "error":
                self.at(one, f"this is not CSS: {one.message}", _UNREAD)

    def nested_at_rule(self, node: Any, depth: int) -> None:
        if node.lower_at_keyword in _RULES | _MARGINS and node.content is not None:
            self.block(node, depth + 1)
        else:
            self.at(node, f"`@{node.lower_at_keyword:.40}` may not stand inside a rule")

    def declaration(self, node: Any) -> None:
        if node.lower_name in _PROPERTIES:
            self.at(node, f"`{node.lower_name}` would load or run something")

    def values(self, nodes: Iterable[Any], depth: int) -> None:
        """Check all parts of a rule, however it is parsed."""
        before = None
        for node in nodes:
            self.value(node, before, depth)
            before = node

    def value(self, node: Any, before: Any, depth: int) -> None:
        if depth > DEEPEST_RULE:
            self.at(node, "blocks are nested too deeply", _UNREAD)
        elif node.type == "url":
            self.at(node, f"`url({node.value:.60})` would load something")
        elif node.type == "error":
            self.at(node, f"this is not CSS: {node.message}", _UNREAD)
        elif node.type == "function":
            self.function(node, depth)
        elif node.type in ("() block", "[] block", "{} block"):
            self.values(node.content, depth + 1)
        elif node.type == "ident" and node.lower_value in _WORDS:
            self.at(node, f"`{node.value}` would load or run something")
        elif before is not None and before == "<" and node.type in ("ident", "literal") and node.value != "=":
            self.at(node, "`<` begins an element of the page here", _UNREAD)
        if node.type in ("string", "ident", "hash", "at-keyword") and ("</" in node.value or "<!" in node.value):
            self.at(node, "this would end the style element that the sheet is printed into", "write `<` otherwise")

    def function(self, node: Any, depth: int) -> None:
        if node.lower_name not in _FUNCTIONS:
            self.at(node, f"`{node.name:.40}()` may load something, or is not known here")
        elif node.lower_name == "attr" and sum(one.type not in ("whitespace", "comment") for one in node.arguments) > 1:
            self.at(node, "`attr()` with a type may load something", "name the attribute alone")
        self.values(node.arguments, depth + 1)

    def refuse_ending(self) -> None:
        """Report text that would end the style element, also in a comment."""
        for sign in ("</", "<!"):
            offset = self.text.find(sign)
            if offset >= 0:
                line = self.text.count("\n", 0, offset) + 1
                column = offset - self.text.rfind("\n", 0, offset)
                self.report(line, column, f"`{sign}` would end the style element that the sheet is printed into")
