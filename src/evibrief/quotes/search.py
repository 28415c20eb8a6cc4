"""Finds a quotation in a text, and says how the text differs where it is not there.

In: a quotation, and a `FoldedText`. Out: where it is, or why it is not there with the passage that is most like it. An
omission, `[…]` or `…`, matches up to sixty words that say no "not". A quotation may not begin or end so that it loses a
sign, a unit or a negation beside it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from evibrief import resources
from evibrief.quotes.folding import FoldedText, folded

LONGEST_GAP = 60
"""In words: what an omission may leave out. Two or three sentences; more would join what does not belong together."""

SHORTEST_PIECE = 3
"""In words: each piece beside an omission has as many, or any text would have them somewhere."""

LONGEST_PASSAGE = 300
"""In characters, of a passage that is shown."""

LEAST_ALIKE = 0.4
"""The share of the words that a passage must have to be shown."""

_GAP = re.compile(r"\[\s*(?:\u2026|\.\s?\.\s?\.)\s*\]|\(\s*(?:\u2026|\.\s?\.\s?\.)\s*\)|\u2026|\.\s?\.\s?\.\.*")
_NEGATION = re.compile(
    r"(?<!\w)(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|\w+n['\u2019]t|fail(?:s|ed|ing)?|lack(?:s|ed|ing)?)(?!\w)",
    re.IGNORECASE,
)
_BINDS_BEFORE = frozenset("-+\u00b1~<>\u2264\u2265\u2248=\u00d7/^\u207b")
"""Signs that belong to the number after them."""

_BINDS_AFTER = frozenset("%\u2030\u00b0\u00d7/^\u00b1-\u2032\u2033\u207b")
"""Signs that belong to the number before them."""

_RAISES = frozenset("-^\u207b\u00b9")
"""Signs of a negative power, which is another way to write `per`."""

_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?:[.,]\d+)?")
"""Digits in groups of three."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a quotation is: the start and end of its place in the text, from its first word to its last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a quotation is not there, and the passage that is most like it; empty if none is.

    `alike` is the share of its words that the passage has.
    """

    why: str
    passage: str
    alike: float


def find_quote(quote: str, text: FoldedText) -> Hit | Miss:
    """Look a quotation up in a text: its pieces in order, each exactly, with at most sixty words in an omission."""
    pieces = [piece for piece in map(folded, _GAP.split(quote)) if piece.words]
    if not pieces:
        return Miss("it has no words", "", 0)
    if len(pieces) > 1 and any(len(piece.words) < SHORTEST_PIECE for piece in pieces):
        return Miss(f"each piece beside an omission needs {SHORTEST_PIECE} words or more", "", 0)
    search = _Search(pieces, text)
    found = search.from_piece(0, 0, len(text.words))
    if found:
        return Hit(text.spans[found[0]][0], text.spans[found[-1] + len(pieces[-1].words) - 1][1])
    passage, alike = _nearest([word for piece in pieces for word in piece.words], text)
    return Miss(search.why or "its words are not there in this order", search.passage or passage, alike)


class _Search:
    """One search. `why` says what is wrong with the first place that is nearly right, and `passage` shows it.

    What it learns about a stretch of the text it remembers: many pieces may come to the same stretch.
    """

    def __init__(self, pieces: Sequence[FoldedText], text: FoldedText) -> None:
        self._pieces, self._text = pieces, text
        self._hopeless: set[tuple[int, int]] = set()
        self._negated, self._lost = cache(partial(_negated, text)), cache(partial(_loses, text))
        self.why = self.passage = ""

    def from_piece(self, index: int, begin: int, last: int) -> tuple[int, ...]:
        """Where this piece and all after it begin, if this one begins from `begin` to `last`; empty if nowhere."""
        if (index, begin) in self._hopeless:
            return ()
        piece, text = self._pieces[index], self._text
        for at in _places(piece, text, begin, last):
            end = at + len(piece.words)
            if wrong := (self._negated(begin, at) if index else "") or self._lost(at, end):
                self._say(wrong, at, end)
            elif index + 1 == len(self._pieces):
                return (at,)
            elif rest := self.from_piece(index + 1, end, end + LONGEST_GAP):
                return (at, *rest)
        self._hopeless.add((index, begin))
        return ()

    def _say(self, wrong: str, at: int, end: int) -> None:
        if not self.why:
            self.why, self.passage = wrong, _shown(self._text, max(0, at - 8), min(len(self._text.words), end + 4))


def _negated(text: FoldedText, begin: int, end: int) -> str:
    """What may not be left out of the words from `begin` to `end`."""
    if begin == end:
        return ""
    left_out = _NEGATION.search(text.text, text.spans[begin][0], text.spans[end - 1][1])
    return f"what it leaves out says `{left_out[0]}`" if left_out else ""


def _places(piece: FoldedText, text: FoldedText, begin: int, last: int) -> Iterator[int]:
    """Where the words of a piece are, from `begin` to `last`."""
    length, words = len(piece.words), text.words
    at = begin - 1
    while True:
        try:
            at = words.index(piece.words[0], at + 1, last + 1)
        except ValueError:
            return
        if words[at : at + length] == piece.words and _same_units(piece, text, at):
            yield at


def _same_units(piece: FoldedText, text: FoldedText, at: int) -> bool:
    return all(text.units.get(at + index, unit) == unit for index, unit in piece.units.items())


def _loses(text: FoldedText, at: int, end: int) -> str:
    """What the words from `at` to `end` lose of the text around them: a sign, a unit, a negation."""
    words = text.words
    before, after = words[at - 1] if at else "", words[end] if end < len(words) else ""
    if before and _NEGATION.fullmatch(text.text[slice(*text.spans[at - 1])]):
        return f"the text says `{before}` before it"
    if words[at][:1] in ".0123456789" and before in _BINDS_BEFORE and before:
        return f"the text has `{before}` before its first number"
    if at and _is_one_number(text, at):
        return f"the text has `{before}` before it, in the same number"
    goes_on = f"the text goes on with `{text.text[slice(*text.spans[end])]}` after its last" if after else ""
    if words[end - 1][-1:].isdecimal() and after and (
        after in _BINDS_AFTER or _is_unit(text, end) or _is_one_number(text, end) or _is_percent(words, end)
    ):
        return f"{goes_on} number"
    if after and _is_unit(text, end - 1) and _continues_unit(text, end):
        return f"{goes_on} unit"
    return ""


def _is_one_number(text: FoldedText, at: int) -> bool:
    """Whether a word belongs to the number before it: `000` in `12 000` and in `12'000`, `²` in `10²`, `½` in `2½`."""
    before, word = text.words[at - 1], text.words[at]
    between = text.text[text.spans[at - 1][1] : text.spans[at][0]]
    if not between:
        return before[-1:].isdecimal() and unicodedata.category(word[0]) == "No"
    return bool(_THOUSANDS.fullmatch(f"{before}{between}{word}"))


def _is_percent(words: Sequence[str], at: int) -> bool:
    return words[at] == "percent" or tuple(words[at : at + 2]) == ("per", "cent")


def _continues_unit(text: FoldedText, at: int) -> bool:
    """Whether a unit goes on: `mg` with `/kg`, `per kg` or `kg^-1`, `m` with `^2`."""
    word, then = text.words[at], text.words[at + 1] if at + 1 < len(text.words) else ""
    if word in ("/", "^"):
        return True
    parts = _parts_without_case()
    return (word == "per" and then in parts) or (word in parts and then in _RAISES and then != "")


@cache
def _parts_of_units() -> frozenset[str]:
    """What units are made of: `mg`, `kg`, `day`."""
    return frozenset((*(part for unit in resources.units() for part in unit.split("/")), *resources.unit_spellings()))


@cache
def _parts_without_case() -> frozenset[str]:
    return frozenset(map(str.casefold, _parts_of_units()))


def _is_unit(text: FoldedText, at: int) -> bool:
    return text.units.get(at, "") in _parts_of_units()


def _nearest(wanted: Sequence[str], text: FoldedText) -> tuple[str, float]:
    """The stretch of a text that has most of these words, in any order, and the share of them that it has."""
    left, length = Counter(wanted), len(wanted)
    best = score = start = 0
    for index, word in enumerate(text.words):
        left[word] -= 1
        score += left[word] >= 0
        if index >= length:
            gone = text.words[index - length]
            score -= left[gone] >= 0
            left[gone] += 1
        if score > best:
            best, start = score, max(0, index - length + 1)
    if best < LEAST_ALIKE * length:
        return "", 0
    return _shown(text, max(0, start - 4), min(len(text.words), start + length + 4)), best / length


def _shown(text: FoldedText, start: int, end: int) -> str:
    """The words from `start` to `end` as they are written, on one line."""
    passage = " ".join(text.text[text.spans[start][0] : text.spans[end - 1][1]].split())
    return passage if len(passage) <= LONGEST_PASSAGE else f"{passage[:LONGEST_PASSAGE].rsplit(' ', 1)[0]} …"
