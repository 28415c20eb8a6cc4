"""Cuts running text into sentences.

In: a text on one line, in English. Out: where each sentence begins and ends. A full stop ends none in an abbreviation
(`e.g.`, `et al.`, `Fig. 2`), a number (`0.5 mg`), or behind an initial.
"""

import re
from collections.abc import Iterator

MARKS = "\ufdd0-\ufddf"
"""Letters that no text has. A reader of documents puts them where a citation or a note is."""

_ABBREVIATIONS = frozenset((
    "e.g", "i.e", "al", "fig", "figs", "tab", "tabs", "vs", "cf", "approx", "ca", "dr", "prof", "mr", "mrs", "ms", "st",
    "no", "nos", "p", "pp", "vol", "vols", "ed", "eds", "eq", "eqs", "ref", "refs", "resp", "incl", "excl", "min",
    "max", "sec", "secs", "ch", "chap", "app", "suppl", "viz", "inc", "ltd", "co", "corp", "univ", "dept", "jan",
    "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "i.v", "i.m", "s.c", "p.o", "b.i.d",
    "t.i.d", "q.d", "a.m", "p.m", "u.s", "u.k", "wt", "var", "sp", "spp", "subsp", "ph.d", "m.d", "est", "avg",
    "conc", "temp", "av", "art", "para", "nr", "lit", "n.b", "et",
))  # fmt: skip
_ENDS_NO_NUMBER = frozenset(("no", "nos", "p", "pp", "fig", "figs", "ed", "sec", "min", "max", "co", "art", "ch", "st"))
"""Abbreviations that are also words, or the end of a sentence: they are one only before a number or a small letter."""

_STARTERS = frozenset((
    "the", "a", "an", "this", "that", "these", "those", "it", "its", "they", "we", "in", "on", "at", "by", "for",
    "from", "with", "no", "there", "however", "but", "and", "or", "if", "when", "while", "after", "before", "both",
    "all", "most", "some", "one", "two", "three", "patients", "people", "participants", "such", "thus", "therefore",
    "our", "their", "as", "of", "to", "here", "also", "only", "another", "other", "moreover", "furthermore",
))  # fmt: skip
RAISED_FIGURES = "\u00b9\u00b2\u00b3\u2070\u2074-\u2079"
"""For a class of a regular expression. Behind a full stop they are numbers of citations."""

_END = re.compile(
    rf"(?P<dots>[.!?\u2026]+)[\"'\u2019\u201d)\]\u00bb]*(?:[{MARKS}{RAISED_FIGURES}]|[,;\u2013\u207b](?=[{RAISED_FIGURES}]))*"
    r"(?=\s+(?P<next>\S[^\s]*))"
)
_LAST_WORD = re.compile(r"[^\s(\[\u201c\"'\u2018/]*$")


def sentences_in(text: str) -> Iterator[tuple[int, int]]:
    """The start and end of each sentence, without the white space around it."""
    start = 0
    for found in _END.finditer(text):
        if _ends(text[start : found.start("dots")].lstrip(), found["dots"], found["next"].strip(f"{_OPENING}")):
            yield from _trimmed(text, start, found.end())
            start = found.end()
    yield from _trimmed(text, start, len(text))


_OPENING = "\"'\u2018\u201c(["


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _ends(before: str, dots: str, following: str) -> bool:
    """Whether a sign after `before` ends a sentence, with `following` as the next word."""
    if _begins_small(following):
        return False
    if dots != ".":
        return True
    word = (_LAST_WORD.search(before) or [""])[0].lower()
    if not before or re.fullmatch(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})", before):  # a number in front, as of a list
        return False
    if re.fullmatch(r"[A-Z]", before[-1:]) and re.search(r"(?:^|[\s.(])[A-Z]$", before):
        return re.sub(r"\W", "", following).lower() in _STARTERS
    if word in _ENDS_NO_NUMBER:
        return not following[:1].isdigit() and not before[-len(word) :][:1].isupper()
    return word not in _ABBREVIATIONS


def _begins_small(word: str) -> bool:
    """Whether a word begins no sentence: `found`, but not `mTOR` or `pH`."""
    return word[:1].islower() and not any(letter.isupper() for letter in word[1:4])
