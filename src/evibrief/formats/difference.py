"""One difference between a document that somebody sent and the one that is built from the evidence it carries.

In: a manifest's bytes, texts. Out: the type that every comparison gives back, and the few things that all of them do.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evibrief.problems import plain

MOST_NAMED = 40
"""Differences that are named; a reader needs no more to know that the document is another."""

MOST_ALIKE = 3
"""Differences of one kind at one place that are named."""

NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, where it is, and one sentence about it.

    `what` is a word such as page, text, annotation or link; `where` is a page, a part of a package or "document".
    """

    what: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class Found:
    """Differences as they are found: each once, few of one kind at one place, never more than a reader needs."""

    def __init__(self) -> None:
        self._kept: dict[Difference, None] = {}
        self._alike: dict[tuple[str, str], int] = {}

    def add(self, what: str, where: str, message: str) -> None:
        """Keep a difference, with its message as text on one line."""
        difference = Difference(what, plain(where), plain(message))
        if difference in self._kept or self.full:
            return
        alike = self._alike[what, where] = self._alike.get((what, where), 0) + 1
        if alike == MOST_ALIKE + 1:  # once: nobody may hide a difference behind others and have it unsaid
            difference = Difference(what, difference.where, "and more of this kind")
        if alike <= MOST_ALIKE + 1:
            self._kept[difference] = None

    def add_all(self, differences: Iterable[Difference]) -> None:
        """Keep each of these."""
        for one in differences:
            self.add(one.what, one.where, one.message)

    def all(self) -> tuple[Difference, ...]:
        """What was kept, in the order in which it was found."""
        return tuple(self._kept)

    @property
    def full(self) -> bool:
        """Whether no more is kept."""
        return len(self._kept) >= MOST_NAMED


def without_tools(manifest: bytes) -> Any:
    """What a manifest says apart from its list of tools.

    Raises `ValueError` for what is no record, or names a field twice: two readers could take it for two things.
    """
    try:
        record = json.loads(manifest, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(record, dict):
        raise ValueError("it holds no record")
    # As text, so that 1, 1.0 and true stay three things.
    return json.dumps({name: part for name, part in record.items() if name != "tools"}, sort_keys=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("it names a field twice")
    return dict(pairs)


def quoted(text: str, longest: int = 80) -> str:
    """A text in quotation marks, short enough for a sentence."""
    text = " ".join(text[: 4 * longest].split())
    return f"“{text if len(text) <= longest else text[: longest - 1] + '…'}”"


def reads(found: str, expected: str) -> str:
    """The words about the place where two texts begin to differ, as a sentence."""
    return f"reads {quoted(_around(found, expected))}, and the evidence gives {quoted(_around(expected, found))}"


def _around(text: str, other: str) -> str:
    shorter = min(len(text), len(other))
    at = next((index for index in range(shorter) if text[index] != other[index]), shorter)
    return text[max(at - 20, 0) : at + 40]
