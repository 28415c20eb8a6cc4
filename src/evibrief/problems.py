"""What can be wrong, as a value: where it is, which rule it breaks, what to do about it.

In comes nothing; out come `Problem` values, which every other module creates and only `cli` prints.
"""

import unicodedata
from collections.abc import Iterable
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
        text = f"{self.place}: {self.severity}[{self.rule}]: {plain(self.message)}"
        return f"{text}\n  hint: {plain(self.hint)}" if self.hint else text


def plain(text: str) -> str:
    """The text on one line, in which nothing acts on a terminal or passes for a line of ours.

    Control characters, line breaks, halves of characters and marks that change the direction of writing become
    escapes such as `\\x1b` and `\\u202e` (Unicode Standard Annex 9; ECMA-48). Everything else is as it was.
    """
    return "".join(_escaped(letter) if unicodedata.category(letter) in _ACTIVE else letter for letter in text)


_ACTIVE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii") if letter != "\u00ad" else letter


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
    path = place.path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{problem.severity} file={path}{position},title={problem.rule}::{escaped}"


def suggest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or says what there is; empty when nothing is known."""
    names = sorted(known)
    if nearest := get_close_matches(word, names, n=1, cutoff=0.5):
        return f"did you mean `{nearest[0]}`?"
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return ""
