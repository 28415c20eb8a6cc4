"""Differences between a received document and one rebuilt from the evidence in it: the type, and shared helpers.

All comparisons return `Difference`s.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from evibrief.problems import plain

MOST_NAMED = 40
"""The most differences that are listed; a reader needs no more to know that the document is another one."""

MOST_ALIKE = 3
"""The most differences of one kind in one place that are listed."""

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
    """Collects differences: each once, few of one kind in one place, and not more than a reader needs."""

    def __init__(self) -> None:
        self._kept: dict[Difference, None] = {}
        self._alike: dict[tuple[str, str], int] = {}

    def add(self, what: str, where: str, message: str) -> None:
        """Keep a difference, with its message on one line."""
        difference = Difference(what, plain(where), plain(message))
        if difference in self._kept or self.full:
            return
        alike = self._alike[what, where] = self._alike.get((what, where), 0) + 1
        if alike == MOST_ALIKE + 1:  # said once, so that no difference can be hidden behind others
            difference = Difference(what, difference.where, "and more of this kind")
        if alike <= MOST_ALIKE + 1:
            self._kept[difference] = None

    def add_all(self, differences: Iterable[Difference]) -> None:
        """Keep several differences."""
        for one in differences:
            self.add(one.what, one.where, one.message)

    def all(self) -> tuple[Difference, ...]:
        """The kept differences, in the order found."""
        return tuple(self._kept)

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return len(self._kept) >= MOST_NAMED


def without_tools(manifest: bytes) -> Any:
    """A manifest without its list of tools, as text for comparison.

    Raises `ValueError` if it is not a record or has a field twice, which two readers could read differently.
    """
    record = record_in(manifest, _once)
    # As text, so that 1, 1.0 and true stay different.
    return json.dumps({name: part for name, part in record.items() if name != "tools"}, sort_keys=True)


def record_in(text: bytes, made_of: Callable[[list[tuple[str, Any]]], Any] = dict) -> dict[str, Any]:
    """The record in a JSON text from anyone, made of its fields. Raises `ValueError` if the text holds none."""
    try:
        record = json.loads(text, object_pairs_hook=made_of)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(record, dict):
        raise ValueError("it holds no record")
    return record


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("it names a field twice")
    return dict(pairs)


def quoted(text: str, longest: int = 80) -> str:
    """A text in quotation marks, shortened to fit into a sentence."""
    text = " ".join(text[: 4 * longest].split())
    return f"“{text if len(text) <= longest else text[: longest - 1] + '…'}”"


def reads(found: str, expected: str) -> str:
    """A phrase that quotes both texts around the place where they begin to differ."""
    return f"reads {quoted(_around(found, expected))}, and the evidence gives {quoted(_around(expected, found))}"


def _around(text: str, other: str) -> str:
    shorter = min(len(text), len(other))
    at = next((index for index in range(shorter) if text[index] != other[index]), shorter)
    return text[max(at - 20, 0) : at + 40]
