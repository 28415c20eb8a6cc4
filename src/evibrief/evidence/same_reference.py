"""Whether a publication is in the list already, and by which id a new one is cited.

In: a reference as CSL-JSON, and those at hand. Out: the one that it is, and what shows it; or a new id.
"""

import re
import string
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from evibrief.evidence.identifiers import normalised_title, own_identifiers
from evibrief.evidence.records import Reference

SharedBy = Literal["DOI", "PMID", "PMCID", "title and year"]
_NAMES: Mapping[str, SharedBy] = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID"}


@dataclass(frozen=True, slots=True)
class SameReference:
    """A reference at hand that is the same publication, and what shows it."""

    reference: Reference
    by: SharedBy


def reference_of(csl: Mapping[str, Any]) -> Reference:
    """A reference from the fields of CSL-JSON, which were read by `csl_json.cleaned`."""
    return Reference.model_validate({"id": "?", "type": "document", **csl})


def same_reference(csl: Mapping[str, Any], at_hand: Iterable[Reference]) -> SameReference | None:
    """The reference at hand that is this publication; None if there is none.

    A shared identifier decides. Without one, the same title and year do, unless the two have different identifiers of
    one kind: then they are two reports, such as a preprint and the article.
    """
    new, known = reference_of(csl), list(at_hand)
    own = own_identifiers(new)
    for one in known:
        if shared := next((each for each in own_identifiers(one) if each in own), None):
            return SameReference(one, _NAMES[shared[0]])
    for one in known:
        if _is_alike(new, one) and not {kind for kind, _ in own} & {kind for kind, _ in own_identifiers(one)}:
            return SameReference(one, "title and year")
    return None


def _is_alike(new: Reference, one: Reference) -> bool:
    key = normalised_title(new.title or "")
    return bool(key) and key == normalised_title(one.title or "") and new.year == one.year


def is_same_title(one: str, other: str) -> bool:
    """Whether two titles are those of one publication: the same letters, or one has a subtitle that the other lacks.

    A protocol, a correction or a reply repeats the title of what it is about: that is no subtitle.
    """
    (short, _), (long, written) = sorted((_spelled(title), title) for title in (one, other))
    if _is_same(short, long):
        return bool(short)
    main = _spelled(str(_SUBTITLE.split(written, maxsplit=1)[0]))
    return _is_same(main, short) and len(short.split()) > 2 and not names_another(long[len(main) :])


def names_another(more: str) -> bool:
    """Whether what a title has more makes it that of another publication: `correction`, `reply`, `part 2`."""
    return _ANOTHER.search(more) is not None


def _spelled(title: str) -> str:
    """A title in comparable words: Greek letters by their names, and “and” for its sign."""
    words = "".join(_GREEK.get(letter, letter) for letter in unicodedata.normalize("NFKC", title).casefold())
    return normalised_title(words.replace("&", " and "))


def _is_same(one: str, other: str) -> bool:
    """Whether two titles have the same letters; a hyphen may join words or part them."""
    return one.replace(" ", "") == other.replace(" ", "")


_GREEK = {chr(code): unicodedata.name(chr(code)).rpartition(" ")[2].lower() for code in range(0x3B1, 0x3CA)}
_SUBTITLE = re.compile(r"[:?.!]\s|\s[-–—]\s|—")
_ANOTHER = re.compile(
    r"\b(correction|corrigend|errat|retract|concern|protocol|repl(y|ies)|response|comment|letter|editorial|part|supplement"
    r"|author|withdrawn|update)"
)


def new_reference_id(csl: Mapping[str, Any], taken: Container[str]) -> str:
    """The id for a new reference: family name and year, as `muster2019`; where that is taken, `muster2019b`."""
    base = f"{_name(csl)}{reference_of(csl).year or ''}"
    if base in _WORDS_OF_YAML:
        base += "0"
    letters = (first + second for first in ["", *string.ascii_lowercase] for second in string.ascii_lowercase)
    keys: Iterable[str] = chain([base], (base + one for one in letters if one != "a"))
    return next(key for key in keys if key not in taken)


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
