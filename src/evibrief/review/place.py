"""Matches a reviewer's remark to a record, its field, and the file and line where an author can answer it.

In: the remarks of a reviewed document, and a `SourceTree` with the place of every value. Out: `Placed`. A remark is
matched by its content control or bookmark or, failing that, by quoted text, with a score for how well it fits; the rest
is listed as not placed. Nothing is dropped.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS
from evibrief.evidence.fields import NAMING_FIELDS
from evibrief.evidence.source import Location, SourceTree
from evibrief.labels import markdown, messages
from evibrief.problems import Place
from evibrief.review.read import Remark

MatchedBy = Literal["content control", "bookmark", "nearest record", "quoted text", "none"]
GOOD_FIT = 0.75
"""The smallest share of words that must fit to place a remark by its words alone."""

FEWEST_WORDS_QUOTED = 4
"""Fewer words than this could be in many records: a remark is not placed by them."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """One text that an author wrote, with its record, field and place."""

    record: str
    field: str
    location: Location
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A remark with the records it is about, how they were found, and the fields it may be about.

    `score` is the share of words that fit, from 0 to 1: 1 for a content control or bookmark, 0 for nearest record only.
    """

    remark: Remark
    records: tuple[str, ...]
    anchor: MatchedBy
    score: float
    fields: tuple[FieldText, ...]
    place: Place | None
    warning: str = ""


def place_remarks(remarks: Iterable[Remark], source: SourceTree) -> tuple[Placed, ...]:
    """Every remark with its place, in document order."""
    texts = tuple(field_texts(source))
    places = record_places(source)
    return tuple(_placed(remark, texts, places) for remark in remarks)


NOT_AUTHORED = ("references", "since", "instrument", APPRAISAL_INSTRUMENTS, "reviews", "quotes", "news")
"""Files whose texts nobody can comment on: they are of others, or follow from other files."""


def field_texts(source: SourceTree) -> Iterator[FieldText]:
    """Every text of every record, in file order."""
    for location, text in source.scalars():
        if location[0] not in NOT_AUTHORED and location[-1] not in NAMING_FIELDS:
            record, depth = _record_of(location, source.tree)
            field = " ".join(str(part) for part in location[depth:] if not isinstance(part, int))
            yield FieldText(record, field, location, source.place(location), text)


def record_places(source: SourceTree) -> Mapping[str, Place]:
    """The place of each record, by id."""
    places: dict[str, Place] = {}
    for location, text in source.scalars():
        elsewhere = ("references", APPRAISAL_INSTRUMENTS, "reviews", "news")
        if location[-1] in ("id", "reference") and location[0] not in elsewhere:
            places.setdefault(text, source.place(location))
    return places


REFERENCE_PREFIX = "ref-"
"""The prefix of the bookmarks of entries in the reference list."""



def _record_of(location: Location, tree: Mapping[str, object]) -> tuple[str, int]:
    """The id and depth of the innermost record around a value; the file's stem if no record has an id."""
    node: object = tree
    found = (str(location[0]), 1)
    for depth, step in enumerate(location, 1):
        node = node[step]  # type: ignore[index]
        if isinstance(node, Mapping) and (name := node.get("id") or node.get("reference")):
            found = (str(name), depth)
    return found


def _placed(remark: Remark, texts: Sequence[FieldText], places: Mapping[str, Place]) -> Placed:
    # An entry of the reference list stands for the appraisal of that publication.
    named = tuple(dict.fromkeys(name.removeprefix(REFERENCE_PREFIX) for name in remark.records))
    known = tuple(name for name in named if name in places)
    few = len(remark.quoted.split()) < FEWEST_WORDS_QUOTED
    said = remark.before or (remark.around if few else remark.quoted)
    told = remark.anchor in ("content control", "bookmark")
    if not told:
        best, score = _best(said, texts)
        if best and score >= GOOD_FIT:
            return Placed(remark, (best.record,), "quoted text", score, (best,), best.place)
    if known:
        fields = tuple(_fitting(said, [text for text in texts if text.record in known]))
        place = fields[0].place if len(fields) == 1 else places[known[0]]
        return Placed(remark, known, remark.anchor, float(told), fields, place, _missing(remark, known))
    return Placed(remark, (), "none", 0.0, (), None, _missing(remark, known))


def _missing(remark: Remark, known: Sequence[str]) -> str:
    gone = [name for name in remark.records if name.removeprefix(REFERENCE_PREFIX) not in known]
    return f"the current data have no record {messages.listed(gone)}" if gone else ""


def _fitting(said: str, texts: Iterable[FieldText]) -> Iterator[FieldText]:
    """The fields whose text equals the remark's text, contains it, is contained in it, or nearly fits it."""
    wanted = comparable(said)
    for text in texts:
        mine = comparable(text.text)
        if len(mine.split()) >= 2 and wanted and (mine in wanted or wanted in mine or _share(wanted, mine) >= 0.9):
            yield text


def _best(said: str, texts: Iterable[FieldText]) -> tuple[FieldText | None, float]:
    """The text that fits the words best, with its score; None if two different texts fit equally well."""
    wanted = comparable(said)
    if len(wanted.split()) < FEWEST_WORDS_QUOTED:
        return None, 0.0
    long_enough = (text for text in texts if len(text.text.split()) >= FEWEST_WORDS_QUOTED)
    scored = [(_share(wanted, comparable(text.text)), text) for text in long_enough]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    twice = best and any(other.text != best.text and value == score for value, other in scored)
    return (None, score) if twice else (best, score)


def _share(wanted: str, text: str) -> float:
    """The share of the wanted words that are in a text, in order; 0 if too few words are the same."""
    mine, theirs = _tokens(wanted), _tokens(text)
    if not mine or len(set(mine) & set(theirs)) < GOOD_FIT * len(set(mine)):
        return 0.0
    matcher = SequenceMatcher(None, theirs, mine, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(mine)


def _tokens(text: str) -> list[str]:
    """Words in lower case without punctuation, because people change both when they quote."""
    return re.findall(r"[\w'-]+", text.casefold())


def comparable(text: str) -> str:
    """A text without markup and citations, with uniform spaces, dashes and quotation marks."""
    without = markdown.without_marks(text).translate(_ALIKE)
    return re.sub(r"\s+", " ", without).strip()


_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-"})
