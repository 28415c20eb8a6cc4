"""A problem as a value: where it is, which rule it breaks, what to do about it.

Every module may create `Problem`s; only `cli` prints them.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in an author's file. Lines and columns count from 1; 0 means the whole file."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        path = plain(self.path)
        return f"{path}:{self.line}:{self.column}" if self.line else path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem, in words that the author can act on."""

    place: Place
    rule: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    unfinished: bool = field(default=False, compare=False)
    """Whether something is still to be written, and nothing is wrong: a draft is made all the same."""

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity}[{self.rule}]: {_short(self.message)}"
        return f"{text}\n  hint: {_short(self.hint)}" if self.hint else text


LONGEST_MESSAGE = 1_000
"""In characters; a message quotes the author's text, which may have a word of a million characters."""


def _short(text: str) -> str:
    return plain(text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …")


def plain(text: str) -> str:
    """The text on one line, safe to print: nothing in it can control a terminal or imitate our own lines.

    Control characters, line breaks, surrogates and marks that change the writing direction become escapes such as
    `\\u001b` and `\\u202e`, which JSON reads back (Unicode Standard Annex 9; ECMA-48). Everything else is unchanged.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(json.dumps(letter)[1:-1] if _is_active(letter) else letter for letter in text)


def _is_active(letter: str) -> bool:
    return letter != "\u00ad" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


class Problems(Exception):
    """An exception that holds all problems, sorted by place, without duplicates."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_order))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["Problems"], tuple[tuple[Problem, ...]]]:
        return Problems, (self.problems,)  # so that another process can raise them here


def _order(one: Problem) -> tuple[str | int, ...]:
    """The order of problems themselves; a file can have a hundred thousand, and this is found once for each."""
    place = one.place
    return place.path, place.line, place.column, one.rule, one.message, one.hint, one.severity


def as_record(problem: Problem) -> dict[str, str | int]:
    """A problem as plain fields, for machines."""
    return asdict(problem.place) | {
        "severity": problem.severity, "rule": problem.rule, "message": problem.message, "hint": problem.hint,
    }  # fmt: skip


def as_annotation(problem: Problem) -> str:
    """A problem as a GitHub workflow command, which shows it next to the line (GitHub Docs, "Workflow commands")."""
    place = problem.place
    position = f",line={place.line},col={place.column}" if place.line else ""
    message = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = plain(place.path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{problem.severity} file={path}{position},title={problem.rule}::{escaped}"


LONGEST_WORD, MOST_KNOWN = 100, 2_000
"""The most characters of a word, and the most words, that are compared for suggestions; more would take too long."""


NEAR, NEAR_ID = 0.5, 0.7
"""How similar a word must be to be suggested (1 is the same). An id has no meaning that could be guessed: it is offered
for a slip alone, or `s2` would be answered with `s1`."""


def suggest(word: str, known: Iterable[str], near: float = NEAR) -> str:
    """A hint with the nearest known word or a short list of known words; otherwise empty."""
    names = sorted(name for name in known if len(name) <= LONGEST_WORD)
    if nearest := nearest_words(word, names, 1, near):
        return f"did you mean `{nearest[0]}`?"
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return ""


def nearest_words(word: str, names: Sequence[str], most: int = 3, near: float = NEAR) -> list[str]:
    """The words with the most similar spelling, best first."""
    if len(word) > LONGEST_WORD or len(names) > MOST_KNOWN:
        return []
    return get_close_matches(word, names, n=most, cutoff=near)


class Hints:
    """Suggestions for many wrong words: only the first few hundred get one, because each takes some milliseconds."""

    def __init__(self, most: int = 300) -> None:
        self._left = most

    def suggest(self, word: str, known: Iterable[str], near: float = NEAR) -> str:
        """The hint of `suggest`, as long as there are suggestions left."""
        self._left -= 1
        return suggest(word, known, near) if self._left >= 0 else ""


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Those of the problems that stop a build."""
    return [one for one in problems if one.severity == "error"]


def one_problem(name: str, rule: str, message: str, hint: str) -> Problems:
    """A single problem with a whole file, ready to raise."""
    return Problems([Problem(Place(name), rule, message, hint)])
