"""Places in a text as editors count them, and as evibrief does.

In: a text with line feeds alone, and a position. Out: the same place, counted otherwise. evibrief counts code points;
editors count lines from 0, and in a line the units of UTF-16 unless both sides agree on another encoding (Language
Server Protocol 3.17, "Position").
"""

from bisect import bisect_right
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]


class LinePosition(NamedTuple):
    """A line and a column, both from 0; the column is in units of an encoding."""

    line: int
    column: int


class TextRange(NamedTuple):
    """A part of a text: the offsets of its first character and behind its last."""

    start: int
    end: int


class Lines:
    """A text with the beginnings of its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n")]

    def line(self, number: int) -> str:
        """A line, counted from 0, without its end; empty behind the last."""
        if not 0 <= number < len(self._starts):
            return ""
        end = self._starts[number + 1] - 1 if number + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[number] : end]

    def offset(self, place: LinePosition, encoding: Encoding = "utf-32") -> int:
        """The offset of a position. One behind the end of a line means its end; one behind the text, the text's end."""
        if place.line >= len(self._starts):
            return len(self.text)
        units = 0
        line = self.line(max(place.line, 0))
        for index, letter in enumerate(line):
            if units >= place.column:
                return self._starts[max(place.line, 0)] + index
            units += _units(letter, encoding)
        return self._starts[max(place.line, 0)] + len(line)

    def position(self, offset: int, encoding: Encoding = "utf-32") -> LinePosition:
        """The position of an offset."""
        number = bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[number] : offset]
        return LinePosition(number, sum(_units(letter, encoding) for letter in before))


def _units(letter: str, encoding: Encoding) -> int:
    """How many units a character has in an encoding."""
    match encoding:
        case "utf-8":
            return len(letter.encode("utf-8", "surrogatepass"))
        case "utf-16":
            return 2 if letter > "\uffff" else 1
    return 1


def lines_fed(text: str) -> str:
    """A text as evibrief reads it: line feeds alone, and no byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
