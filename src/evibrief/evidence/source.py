"""The tree that was read, with the file and position of each value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from evibrief.problems import Place

Location = tuple[str | int, ...]
"""The path from the root of the tree to a node: keys and indices."""


class Span(NamedTuple):
    """The position of a node: file, line and column of its first character, and its extent in the file's text."""

    path: str
    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True)
class SourceTree:
    """The whole brief with the places where its author typed it.

    `tree` is in the newest format and has one entry per file stem (`brief`, `claims`, …, `references`); `spans` has
    the place of every node and `keys` that of every key; `texts` maps the path of every file, as printed, to its text.
    """

    tree: Mapping[str, Any]
    spans: Mapping[Location, Span]
    keys: Mapping[Location, Span]
    texts: Mapping[str, str] = field(repr=False)
    unread: frozenset[Location] = frozenset()
    """The roots of files that are missing or could not be read: their content is unknown, not empty."""
    saved: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The text exactly as saved, for files with other line endings or a byte order mark."""
    typed: Mapping[str, Any] | None = field(default=None, repr=False)
    """The tree as its author typed it, where the format of the files is older than that of `tree`."""

    @property
    def as_typed(self) -> Mapping[str, Any]:
        """What the author typed: hashes are of this, so that no later version of the program changes them."""
        return self.tree if self.typed is None else self.typed

    def read_from(self, path: str) -> bytes | None:
        """The bytes of a file as they were when it was read; None if it was not."""
        text = self.saved.get(path, self.texts.get(path))
        return None if text is None else text.encode()

    def place(self, location: Location) -> Place:
        """The place of a node or, if it does not exist, of the nearest node around it."""
        for length in range(len(location), 0, -1):
            if span := self.spans.get(location[:length]):
                return Place(span.path, span.line, span.column)
        return Place(next(iter(self.texts), "."))

    def place_of_key(self, location: Location) -> Place:
        """The place of a record's key, for problems with the key itself."""
        span = self.keys.get(location)
        return Place(span.path, span.line, span.column) if span else self.place(location)

    def place_of_text(self, location: Location, text: str) -> Place:
        """The place of a piece of text inside a scalar, or of the scalar if the piece is not found."""
        span = self.spans.get(location)
        if span is None:
            return self.place(location)
        written = self.texts[span.path]
        offset = written.find(text, span.start, span.end)
        if offset < 0:
            return self.place(location)
        return Place(span.path, written.count("\n", 0, offset) + 1, offset - written.rfind("\n", 0, offset))

    def scalars(self) -> Sequence[tuple[Location, str]]:
        """Every text in the tree with its location, in file order."""
        return self._scalars

    @cached_property
    def _scalars(self) -> Sequence[tuple[Location, str]]:
        return tuple(_scalars((), self.tree))


def _scalars(location: Location, node: Any) -> Iterator[tuple[Location, str]]:
    for key, child in node.items() if isinstance(node, Mapping) else enumerate(node):
        if isinstance(child, str):
            yield (*location, key), child
        elif isinstance(child, dict | list):
            yield from _scalars((*location, key), child)
