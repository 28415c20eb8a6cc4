"""The tree that was read, and where in which file each value is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evibrief.problems import Place

Location = tuple[str | int, ...]
"""The way from the root of the tree to a node: keys and indices."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands: file, place of its first character, and its extent in the text of the file."""

    path: str
    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True)
class SourceTree:
    """The whole brief as its author typed it.

    `tree` has one entry per file stem (`brief`, `claims`, …, `references`); `spans` has the place of every node and
    `keys` that of every key; `texts` has the text of every file by its path as printed.
    """

    tree: Mapping[str, Any]
    spans: Mapping[Location, Span]
    keys: Mapping[Location, Span]
    texts: Mapping[str, str] = field(repr=False)
    unread: frozenset[Location] = frozenset()
    """The roots of files that are missing or could not be read: what they hold is not known, rather than empty."""
    saved: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The text of those files that are saved with other ends of lines, or a mark at their beginning, with these."""

    def place(self, location: Location) -> Place:
        """The place of a node, or of the nearest node around it when that one does not exist."""
        for length in range(len(location), 0, -1):
            if span := self.spans.get(location[:length]):
                return Place(span.path, span.line, span.column)
        return Place(next(iter(self.texts), "."))

    def place_of_key(self, location: Location) -> Place:
        """The place of a record's key, for what is wrong with the key itself."""
        span = self.keys.get(location)
        return Place(span.path, span.line, span.column) if span else self.place(location)

    def place_of_text(self, location: Location, text: str) -> Place:
        """The place of a piece of text inside a scalar, or of the scalar when it cannot be told apart."""
        span = self.spans.get(location)
        if span is None:
            return self.place(location)
        written = self.texts[span.path]
        offset = written.find(text, span.start, span.end)
        if offset < 0:
            return self.place(location)
        return Place(span.path, written.count("\n", 0, offset) + 1, offset - written.rfind("\n", 0, offset))

    def scalars(self) -> Iterator[tuple[Location, str]]:
        """Every text in the tree with its location, in the order of the files."""
        yield from _scalars((), self.tree)


def _scalars(location: Location, node: Any) -> Iterator[tuple[Location, str]]:
    if isinstance(node, str):
        yield location, node
        return
    for key, child in node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ():
        yield from _scalars((*location, key), child)
