"""Whether a publication is in the list already, and by which id a new one is cited.

In: a reference, and those at hand. Out: the one that it is, and what shows it; or a new id. `import` and `cite` both
ask here, and nowhere else.
"""

import re
import string
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, count, product
from typing import Any

from evibrief.evidence.identifiers import FIELD_OF, OwnIdentifier, normalised_title, own_identifiers
from evibrief.evidence.records import Reference


@dataclass(frozen=True, slots=True)
class SameReference:
    """A reference at hand that is the same publication, and the identifier that both have, if that shows it."""

    reference: Reference
    shared: OwnIdentifier | None

    @property
    def by(self) -> str:
        """What shows it, in words."""
        return FIELD_OF[self.shared[0]] if self.shared else "title, year and first author"


class KnownReferences:
    """The references at hand, by what makes another one the same publication.

    A shared identifier decides. Without one, the same title, year and first author do, unless the two have different
    identifiers of one kind: then they are two reports, such as a preprint and the article.
    """

    def __init__(self, references: Iterable[Reference] = ()) -> None:
        self.owners: dict[OwnIdentifier, Reference] = {}
        self._titled: dict[tuple[str, int | None, str], list[Reference]] = {}
        for one in references:
            self.add(one)

    def add(self, reference: Reference) -> None:
        """Know one more. An identifier is that of the reference that had it first."""
        for identifier in own_identifiers(reference):
            self.owners.setdefault(identifier, reference)
        self._titled.setdefault(_title_key(reference), []).append(reference)

    def same(self, new: Reference) -> SameReference | None:
        """The reference that is this publication; None if there is none."""
        return self.with_identifier_of(new) or self.with_title_of(new)

    def with_identifier_of(self, new: Reference) -> SameReference | None:
        """The reference that has an identifier of this one."""
        return next((SameReference(self.owners[one], one) for one in own_identifiers(new) if one in self.owners), None)

    def with_title_of(self, new: Reference) -> SameReference | None:
        """The reference that has the title, year and first author of this one, and no other identifier."""
        key = _title_key(new)
        found = (one for one in self._titled.get(key, ()) if key[0] and not _differ(new, one))
        return next((SameReference(one, None) for one in found), None)


def reference_of(csl: Mapping[str, Any]) -> Reference:
    """A reference from the fields of CSL-JSON, which were read by `csl_json.cleaned`."""
    return Reference.model_validate({"id": "?", "type": "document", **csl})


def _title_key(reference: Reference) -> tuple[str, int | None, str]:
    return normalised_title(reference.title or ""), reference.year, _first_author(reference)


def _first_author(reference: Reference) -> str:
    """The family name; of a name that is in one piece, the first word."""
    first = reference.author[0] if reference.author else {}
    words = normalised_title(str(first.get("family") or first.get("literal") or ""))
    return words.partition(" ")[0] if "literal" in first else words


def _differ(one: Reference, other: Reference) -> bool:
    """Whether both have identifiers of one kind, and none of that kind in common."""
    mine, theirs = set(own_identifiers(one)), set(own_identifiers(other))
    shared = {kind for kind, _ in mine & theirs}
    return bool({kind for kind, _ in mine} & {kind for kind, _ in theirs} - shared)


def is_same_title(one: str, other: str) -> bool:
    """Whether two titles are those of one publication: the same letters, or one has a subtitle that the other lacks.

    A protocol, a correction or a reply repeats the title of what it is about: that is no subtitle.
    """
    (short, _), (long, written) = sorted((_spelled(title), title) for title in (one, other))
    if _is_same(short, long):
        return bool(short)
    main = _spelled(str(_SUBTITLE.split(written, maxsplit=1)[0]))
    return _is_same(main, short) and len(short.split()) > 2 and not _ANOTHER.search(long[len(main) :])


def may_be_same_title(one: str, other: str) -> bool:
    """Whether two titles that people typed may be of one publication: the same title, or a few letters are different.

    Titles with other numbers are not (`part 1` and `part 2`), nor is a correction or reply that repeats a title.
    """
    if is_same_title(one, other):
        return True
    first, second = _spelled(one), _spelled(other)
    if any(kind.findall(first) != kind.findall(second) for kind in (_ANOTHER, _DIGIT)):
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _spelled(title: str) -> str:
    """A title in comparable words: Greek letters by their names, and “and” for its sign."""
    words = "".join(_GREEK.get(letter, letter) for letter in unicodedata.normalize("NFKC", title).casefold())
    return normalised_title(words.replace("&", " and "))


def _is_same(one: str, other: str) -> bool:
    """Whether two titles have the same letters; a hyphen may join words or part them."""
    return one.replace(" ", "") == other.replace(" ", "")


_GREEK = {chr(code): unicodedata.name(chr(code)).rpartition(" ")[2].lower() for code in range(0x3B1, 0x3CA)}
_SUBTITLE = re.compile(r"[:?.!]\s|\s[-–—]\s|—")
_ALIKE = 0.8
_DIGIT = re.compile(r"\d")
"""Digits are compared, not numbers: PubMed writes 10⁶ as 10(6)."""
_ANOTHER = re.compile(
    r"\b(correction|corrigend|errat|retract|concern|protocol|repl(y|ies)|response|comment|letter|editorial"
    r"|parts?\b|supplement(?!ation)|author|withdrawn|update)"
)
"""What a title has more than another if it is that of another publication: `correction`, `reply`, `part 2`."""


def new_reference_id(csl: Mapping[str, Any], taken: Container[str]) -> str:
    """The id for a new reference: family name and year, as `muster2019`; where that is taken, `muster2019b`."""
    return next(one for one in ids_from(name_and_year(csl)) if one not in taken)


def ids_from(base: str) -> Iterator[str]:
    """Ids without end: the given one, and it with `b`, `c`, … `z`, `aa`, `ab`, … behind it.

    What YAML reads as a word of its own, such as `no`, gets a `0` first.
    """
    plain = f"{base}0" if base in _WORDS_OF_YAML else base
    ends = chain.from_iterable(product(string.ascii_lowercase, repeat=length) for length in count(1))
    return chain([plain], (plain + "".join(end) for end in ends if end != ("a",)))


def name_and_year(csl: Mapping[str, Any]) -> str:
    """Such as `muster2019`: the first author, or the first word of the title, and the year if it is known."""
    return f"{_name(csl)}{reference_of(csl).year or ''}"


_WORDS_OF_YAML = frozenset(("no", "yes", "on", "off", "n", "y", "true", "false", "null"))


def _name(csl: Mapping[str, Any]) -> str:
    """The first author's name in plain letters, or the first word of the title that has some."""
    people = [*csl.get("author", ()), *csl.get("editor", ())][:1]
    words = [str(one.get("family") or one.get("literal") or "") for one in people]
    words += str(csl.get("title", "")).split()
    return next((plain for word in words if (plain := _letters(word))), "reference")


def _letters(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.replace("ß", "ss").replace("ø", "o").replace("Ø", "O")).lower()
    return "".join(letter for letter in plain if letter in string.ascii_lowercase)[:40]
