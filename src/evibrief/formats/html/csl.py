"""Checks citation styles in CSL before an engine uses them.

In: bytes. Out: the parent of a dependent style, or why a style cannot be used, with the line. A style is a program: its
macros call each other, and an engine would follow a cycle of them forever (CSL 1.0.2, "Macro").
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

CSL_NAMESPACE = "http://purl.org/net/xbiblio/csl"
LARGEST_STYLE = 1_000_000
"""In bytes; the largest style of the public collection has 300,000."""

DEEPEST_STYLE = 200
"""Nesting of elements; the deepest style of the public collection has 30 levels."""

MOST_STEPS = 10_000_000
"""Elements that one citation may lead to; the maximum in the public collection is 1,700,000."""


class BadStyle(Exception):
    """A style that cannot be used: the line (0 for the whole file) and the reason."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(f"line {line}: {message}" if line else message)


@dataclass
class _Part:
    """A macro, the citation or the bibliography: its number of elements, and the macros it calls, with lines."""

    size: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    lines: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Collects the parts of one style."""

    def __init__(self) -> None:
        self.parts: dict[str, _Part] = {}
        self.path: list[str] = []
        self.parents: list[str] = []
        self.namespace: str | None = None
        self.parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.part = _Part()

    def doctype(self, *_: object) -> None:
        raise BadStyle(self.parser.CurrentLineNumber, "it defines a document type, which no style does")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self.path:
            self.namespace = space
            if local != "style":
                raise BadStyle(self.parser.CurrentLineNumber, f"it begins with `{local:.40}`, and a style with `style`")
        self.path.append(local)
        if len(self.path) > DEEPEST_STYLE:
            raise BadStyle(self.parser.CurrentLineNumber, "its elements are nested too deeply")
        if len(self.path) == 2:
            self.part = _Part()
            key = f"macro {attributes.get('name', '')}" if local == "macro" else local
            if local in ("macro", "citation", "bibliography"):
                self.parts[key] = self.part
        self.part.size += 1
        if called := attributes.get("macro"):
            self.part.calls[called] += 1
            self.part.lines.setdefault(called, self.parser.CurrentLineNumber)
        plain = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        if plain.get("rel", "").strip().lower() == "independent-parent":
            self.parents.append(plain.get("href", ""))

    def end(self, _: str) -> None:
        self.path.pop()


def parent_of(style: bytes) -> str:
    """The name of the style that this style depends on; empty for an independent style.

    Raises `BadStyle` if this is not a style, or if it would lead an engine into a cycle or to missing macros.
    """
    if len(style) > LARGEST_STYLE:
        raise BadStyle(0, f"it has {len(style) / 1e6:.1f} MB, and no style has more than {LARGEST_STYLE / 1e6:g}")
    reader = _Reader()
    try:
        reader.parser.Parse(style.removeprefix(b"\xef\xbb\xbf"), True)
    except expat.ExpatError as error:
        raise BadStyle(error.lineno, f"it cannot be read as XML: {expat.ErrorString(error.code)}") from None
    except ValueError as error:  # the encoding is not the declared one
        raise BadStyle(1, f"it cannot be read as XML: {error}") from None
    if reader.parents:
        # An engine would fetch the parent from the given address; pandoc does so even in its sandbox.
        names = {parent.strip().rstrip("/").rpartition("/")[2] for parent in reader.parents}
        if len(names) > 1 or "" in names:
            raise BadStyle(0, "it depends on another style, and does not say on which one")
        return names.pop()
    if reader.namespace != CSL_NAMESPACE:
        raise BadStyle(1, f"it is no CSL: its namespace is not {CSL_NAMESPACE}")
    if "citation" not in reader.parts:
        raise BadStyle(0, "it has no `citation`")
    _demand_ends(reader.parts)
    return ""


def _demand_ends(parts: Mapping[str, _Part]) -> None:
    """Raise `BadStyle` if a macro is missing, calls itself, or leads to too many others."""
    sizes: dict[str, int] = {}
    for root in parts:
        waiting = [(root, iter(parts[root].calls))]
        under = {root}
        while waiting:
            name, calls = waiting[-1]
            called = next(calls, None)
            if called is None:
                sizes[name] = _steps(parts, sizes, name)
                under.discard(name)
                waiting.pop()
                continue
            key, line = f"macro {called}", parts[name].lines[called]
            if key not in parts:
                raise BadStyle(line, f"it calls the macro `{called:.60}`, and has none of that name")
            if key in under:
                raise BadStyle(line, f"its macro `{called:.60}` calls itself")
            if key not in sizes:
                waiting.append((key, iter(parts[key].calls)))
                under.add(key)


def _steps(parts: Mapping[str, _Part], sizes: Mapping[str, int], name: str) -> int:
    part = parts[name]
    steps = part.size + sum(number * sizes[f"macro {called}"] for called, number in part.calls.items())
    if steps > MOST_STEPS:
        raise BadStyle(min(part.lines.values()), f"its macros lead to more than {MOST_STEPS:,} steps")
    return steps
