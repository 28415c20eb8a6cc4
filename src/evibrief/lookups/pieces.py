"""Reads a piece of an answer by what is expected of it: what is missing or of another kind is named, never skipped.

In: an answer in JSON. Out: its pieces, with texts on one line. A service that changes its format must not be taken for
one that found nothing.
"""

import datetime
import html
import re
from dataclasses import dataclass
from typing import Any

from evibrief.evidence.fields import Unknown
from evibrief.files import NOT_TEXT
from evibrief.lookups.contract import Answer, lookup_problem
from evibrief.problems import Problems

LONGEST_TOLD = 1_000
"""In characters: the most of a title or another text that is taken over."""
_TAG = re.compile(r"</?(?:i|b|u|em|strong|sub|sup|sc|scp)>", re.IGNORECASE)
_CHANGED = "the service may have changed its format; nothing of this answer was taken for news"


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """A piece of an answer, with the way to it for problems."""

    answer: Answer
    value: Any
    way: str = ""

    def at(self, *keys: str) -> "AnswerPiece":
        """The piece below these keys. Raises `Problems` if it is not there."""
        piece = self
        for key in keys:
            found = piece.find(key)
            if found is None:
                raise self.unlike(f"`{piece._below(key)}` is missing")
            piece = found
        return piece

    def find(self, key: str) -> "AnswerPiece | None":
        """The piece below a key; None if there is none, or nothing in it. Raises `Problems` if this is no record."""
        if not isinstance(self.value, dict):
            raise self._not("a record")
        value = self.value.get(key)
        return None if value is None else AnswerPiece(self.answer, value, self._below(key))

    def entries(self) -> tuple["AnswerPiece", ...]:
        """The entries of a list. Raises `Problems` if this is no list."""
        if not isinstance(self.value, list):
            raise self._not("a list")
        return tuple(AnswerPiece(self.answer, one, f"{self.way}[{index}]") for index, one in enumerate(self.value))

    def entries_at(self, key: str) -> tuple["AnswerPiece", ...]:
        """The entries of a list that may be left out."""
        found = self.find(key)
        return found.entries() if found else ()

    def text(self) -> str:
        """A text or a number on one line, without marks and control characters. Raises `Problems` for anything else."""
        if not isinstance(self.value, str | int) or isinstance(self.value, bool):
            raise self._not("a text")
        plain = html.unescape(_TAG.sub("", str(self.value)))
        return " ".join(NOT_TEXT.sub(" ", plain).split())[:LONGEST_TOLD]

    def text_at(self, key: str) -> str:
        """A text that may be left out; then it is empty."""
        found = self.find(key)
        return found.text() if found else ""

    def number(self) -> int:
        """A whole number, also if it is written as a text. Raises `Problems` for anything else."""
        if not re.fullmatch(r"[0-9]{1,12}", text := self.text()):
            raise self._not("a number")
        return int(text)

    def day(self) -> datetime.date | Unknown:
        """A date as `2026-11-30`; unknown if only its month or year is given. Raises `Problems` for anything else."""
        if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", text := self.text()):
            return "unknown"
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise self._not("a date") from None

    def unlike(self, what: str) -> Problems:
        """A problem with the form of the answer, ready to raise."""
        message = f"{self.answer.host} answered otherwise than is known of it: {what}"
        return lookup_problem(self.answer.question.address, message, _CHANGED)

    def _not(self, wanted: str) -> Problems:
        return self.unlike(f"`{self.way or 'the answer'}` is not {wanted}")

    def _below(self, key: str) -> str:
        return f"{self.way}.{key}" if self.way else key


def whole_of(answer: Answer) -> AnswerPiece:
    """The whole of an answer. Raises `Problems` if it is not JSON, or the service says that there is no such thing."""
    if answer.status != 200:
        message = f"{answer.host} answered with status {answer.status}"
        raise lookup_problem(answer.question.address, message, _CHANGED)
    return AnswerPiece(answer, answer.json())
