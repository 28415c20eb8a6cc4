"""Text as words that can be compared: without what typesetting changes, with all that meaning hangs on.

In: a text. Out: its words, numbers and signs in order, each with its place in the text. Case, ligatures, hyphens inside
words and at line ends, quotation marks, commas and brackets do not count. Every digit, sign, percent sign and letter
does, and so does the case of what follows a number: `5 mW` is not `5 MW`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HYPHENS = "\\-\u00ad\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d\u0002\ufffe"
"""Hyphens, the short dash and the minus sign. PDF readers give U+0002 or U+FFFE for a hyphen at the end of a line."""

_LETTERS = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*"
_IN_WORD = rf"(?:['\u2019\u02bc\u2018`\u00b4]|[{_HYPHENS}]\s*)"
_TOKEN = re.compile(
    rf"(?P<word>{_LETTERS}(?:{_IN_WORD}{_LETTERS})*)"
    r"|(?P<number>(?:(?<![\w.,])\.)?\d+(?:[.,\u00b7]\d+)*)"
    rf"|(?P<minus>[{_HYPHENS}\u2014\u2015](?=\s*\.?\d))"
    r"|(?P<sign>\S)"
)
_DROPPED = frozenset(
    ".,;:!()[]{}\u2026\u2022\u00b7\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u02bc\\"
    "\u2014\u2015-\u00ad\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d\u0002\ufffe"
)
_MARKUP = frozenset("*_")
"""Emphasis in Markdown, and marks of notes. Between two digits they are kept."""

_SAME = {"\u223c": "~", "\u2a7d": "\u2264", "\u2a7e": "\u2265"}
LONGEST_UNIT = 4
"""In letters: a word this short after a number may be a unit, and the case of a unit counts."""

_JOINTS = re.compile(rf"{_IN_WORD}")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text as words that can be compared. `spans` has the start and end of each word in `text`."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    units: Mapping[int, str]
    """What may be a unit, in its own case, by its index in `words`."""


def folded(text: str) -> FoldedText:
    """The words, numbers and signs of a text. Places are those in its composed form (NFC)."""
    text = unicodedata.normalize("NFC", text)
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    units: dict[int, str] = {}
    for kind, written, span in _tokens(text):
        plain = _plain(written) if kind == "word" else written
        if kind == "word" and len(plain) <= LONGEST_UNIT and _after_number(words, units):
            units[len(words)] = plain
        words.append(plain.casefold())
        spans.append(span)
    return FoldedText(text, tuple(words), tuple(spans), units)


def _tokens(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Words, numbers and signs as they are written, with what does not count left out."""
    for found in _TOKEN.finditer(text):
        kind, written = str(found.lastgroup), found[0]
        if kind == "number":
            written = written.replace("\u00b7", ".")
        elif kind == "minus":
            written = "-"
        elif kind == "sign":
            if written in _DROPPED or unicodedata.category(written) in ("Cc", "Cf"):
                continue
            if written in _MARKUP and not (_digit_at(text, found.start() - 1) and _digit_at(text, found.end())):
                continue
            written = _SAME.get(written, written)
        yield kind, written, found.span()


def _digit_at(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isdigit()


def _plain(word: str) -> str:
    """A word in one piece, with its ligatures as letters; an exponent such as `²` stays what it is."""
    joined = _JOINTS.sub("", word)
    if joined.isascii():
        return joined
    return "".join(
        unicodedata.normalize("NFKC", one) if unicodedata.category(one).startswith("L") else one for one in joined
    )


def _after_number(words: list[str], units: Mapping[int, str]) -> bool:
    """Whether the next word follows a number, or a unit and a stroke: the `kg` of `5 mg/kg`."""
    if not words:
        return False
    return words[-1][-1:].isdigit() or (words[-1] == "/" and len(words) - 2 in units)
