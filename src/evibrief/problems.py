"""What can be wrong, as a value: where it is, which rule it breaks, what to do about it.

In comes nothing; out come `Problem` values, which every other module creates and only `cli` prints.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file that an author wrote. Lines and columns count from 1; 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        path = plain(self.path)
        return f"{path}:{self.line}:{self.column}" if self.line else path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, in words that its author can act on."""

    place: Place
    rule: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity}[{self.rule}]: {_short(self.message)}"
        return f"{text}\n  hint: {_short(self.hint)}" if self.hint else text


LONGEST_MESSAGE = 1_000
"""Letters; a message quotes what it is about, and somebody may have written a word of a million letters."""


def _short(text: str) -> str:
    return plain(text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …")


def plain(text: str) -> str:
    """The text on one line, in which nothing acts on a terminal or passes for a line of ours.

    Control characters, line breaks, halves of characters and marks that change the direction of writing become
    escapes such as `\\u001b` and `\\u202e`, which JSON reads back (Unicode Standard Annex 9; ECMA-48). Everything else
    is as it was.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(json.dumps(letter)[1:-1] if _is_active(letter) else letter for letter in text)


def _is_active(letter: str) -> bool:
    return letter != "\u00ad" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


class Problems(Exception):
    """Everything that is wrong, sorted by place, each thing once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def as_record(problem: Problem) -> dict[str, str | int]:
    """A problem as plain fields, for machines."""
    return asdict(problem.place) | {
        "severity": problem.severity, "rule": problem.rule, "message": problem.message, "hint": problem.hint,
    }  # fmt: skip


def as_annotation(problem: Problem) -> str:
    """A problem as GitHub's workflow command, which shows it beside the line (GitHub Docs, "Workflow commands")."""
    place = problem.place
    position = f",line={place.line},col={place.column}" if place.line else ""
    message = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = plain(place.path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{problem.severity} file={path}{position},title={problem.rule}::{escaped}"


LONGEST_WORD, MOST_KNOWN = 100, 2_000
"""Letters and words that are compared in search of the nearest; more would take longer than anybody waits."""


def suggest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or says what there is; empty when nothing is known."""
    names = sorted(name for name in known if len(name) <= LONGEST_WORD)
    if nearest := nearest_words(word, names, 1):
        return f"did you mean `{nearest[0]}`?"
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return ""


def nearest_words(word: str, names: Sequence[str], most: int = 3) -> list[str]:
    """The words that are spelt most nearly like this one, best first."""
    if len(word) > LONGEST_WORD or len(names) > MOST_KNOWN:
        return []
    return get_close_matches(word, names, n=most, cutoff=0.5)


class Hints:
    """Suggestions for many words that are wrong: the first few hundred get one, as each takes some milliseconds."""

    def __init__(self, most: int = 300) -> None:
        self._left = most

    def suggest(self, word: str, known: Iterable[str]) -> str:
        """What `suggest` says, as long as there are suggestions left."""
        self._left -= 1
        return suggest(word, known) if self._left >= 0 else ""


def one_problem(name: str, rule: str, message: str, hint: str) -> Problems:
    """A single problem with a file as a whole, ready to be raised."""
    return Problems([Problem(Place(name), rule, message, hint)])
