"""Texts that know where their author wrote them, so that problems with them are reported at the right place.

In: texts with their locations. Out: texts that all other code uses as `str`, and that keep their locations when they
are filled, joined and typeset.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from evibrief.evidence.source import Location


class Piece(NamedTuple):
    """A text by an author, and its location in the tree."""

    text: str
    location: Location


class Written(str):
    """A text with the pieces in it that authors wrote, in order; the words between them are ours."""

    __slots__ = ("pieces",)
    pieces: tuple[Piece, ...]


def written(text: str, pieces: Iterable[Piece]) -> Written:
    """A text with its pieces."""
    made = Written(text)
    made.pieces = tuple(pieces)
    return made


def pieces_of(text: str) -> tuple[Piece, ...]:
    """The pieces of a text that authors wrote; none if all of it is ours."""
    return text.pieces if isinstance(text, Written) else ()


def joined(*texts: str) -> str:
    """The texts in one string, with the locations of all of them."""
    return with_pieces("".join(texts), texts)


def with_pieces(words: str, texts: Iterable[object]) -> str:
    """Words that these texts were put into, with the locations of all of them."""
    pieces = [piece for text in texts if isinstance(text, Written) for piece in text.pieces]
    return written(words, pieces) if pieces else words


def reworded(text: str, words: str) -> str:
    """New words for a text, for instance with values filled in; they keep its location."""
    pieces = pieces_of(text)
    return written(words, [pieces[0]._replace(text=words)] if len(pieces) == 1 else pieces) if pieces else words


def location_of(text: str, within: str = "") -> Location | None:
    """Where a text was written: its first piece with `within` in it, otherwise its longest; None if it is all ours."""
    pieces = pieces_of(text)
    holding = [piece for piece in pieces if within and within in piece.text]
    found = holding[:1] or sorted(pieces, key=lambda piece: -len(piece.text))[:1]
    return found[0].location if found else None


def with_places(node: Any, location: Location = ()) -> Any:
    """A tree whose texts know their locations. A `Plain` scalar stays as it is."""
    if isinstance(node, Mapping):
        return {key: with_places(child, (*location, key)) for key, child in node.items()}
    if isinstance(node, list):
        return [with_places(child, (*location, index)) for index, child in enumerate(node)]
    if type(node) is str:
        return written(node, [Piece(node, location)])
    return node
