"""Reads one entry of CSL-JSON as reference managers, Crossref and PubMed write it.

In: a record as JSON gives it. Out: the same entry as the schema of CSL 1.0.2 has it (csl-data.json), and a fault for
each field that is broken (error) or that was understood although it is odd (warning). What is broken is left out of
the entry, so that one broken field is one problem.
"""

import calendar
import html
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from evibrief.evidence import identifiers
from evibrief.files import NOT_TEXT
from evibrief.problems import Severity, suggest

NAMES = frozenset((
    "author", "chair", "collection-editor", "compiler", "composer", "container-author", "contributor", "curator",
    "director", "editor", "editorial-director", "executive-producer", "guest", "host", "illustrator", "interviewer",
    "narrator", "organizer", "original-author", "performer", "producer", "recipient", "reviewed-author",
    "script-writer", "series-creator", "translator",
))  # fmt: skip
DATES = frozenset((
    "accessed", "available-date", "event-date", "issued", "original-date", "submitted",
))  # fmt: skip
TEXTS = frozenset((
    "abstract", "annote", "archive", "archive_collection", "archive_location", "archive-place", "authority",
    "call-number", "chapter-number", "citation-key", "citation-label", "citation-number", "collection-number",
    "collection-title", "container-title", "container-title-short", "dimensions", "division", "DOI", "edition",
    "event", "event-place", "event-title", "first-reference-note-number", "genre", "ISBN", "ISSN", "issue",
    "jurisdiction", "keyword", "language", "locator", "medium", "note", "number", "number-of-pages",
    "number-of-volumes", "original-publisher", "original-publisher-place", "original-title", "page", "page-first",
    "part", "part-title", "PMCID", "PMID", "printing", "publisher", "publisher-place", "references", "reviewed-genre",
    "reviewed-title", "scale", "section", "source", "status", "supplement", "title", "title-short", "URL", "version",
    "volume", "volume-title", "year-suffix",
))  # fmt: skip
TYPES = frozenset((
    "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast", "chapter",
    "classic", "collection", "dataset", "document", "entry", "entry-dictionary", "entry-encyclopedia", "event",
    "figure", "graphic", "hearing", "interview", "legal_case", "legislation", "manuscript", "map", "motion_picture",
    "musical_score", "pamphlet", "paper-conference", "patent", "performance", "periodical", "personal_communication",
    "post", "post-weblog", "regulation", "report", "review", "review-book", "software", "song", "speech", "standard",
    "thesis", "treaty", "webpage",
))  # fmt: skip
OTHER_TYPES = {
    "journalArticle": "article-journal", "magazineArticle": "article-magazine", "newspaperArticle": "article-newspaper",
    "bookSection": "chapter", "conferencePaper": "paper-conference", "blogPost": "post-weblog", "preprint": "article",
    "forumPost": "post", "encyclopediaArticle": "entry-encyclopedia", "dictionaryEntry": "entry-dictionary",
    "computerProgram": "software", "presentation": "speech", "statute": "legislation", "case": "legal_case",
    "journal-article": "article-journal", "book-chapter": "chapter", "book-section": "chapter",
    "proceedings-article": "paper-conference", "posted-content": "article", "monograph": "book", "edited-book": "book",
    "reference-book": "book", "dissertation": "thesis", "reference-entry": "entry", "peer-review": "review",
    "journal": "periodical",
}  # fmt: skip
"""The types of Zotero and of Crossref, by their names, as CSL calls them."""

_OTHER_NAMES = {
    "shortTitle": "title-short", "journalAbbreviation": "container-title-short",
    "short-container-title": "container-title-short",
}  # fmt: skip
"""Fields that were renamed in CSL, or that Crossref calls otherwise. Engines read `shortTitle` as they like."""

_NOT_PRINTED = frozenset(("abstract", "annote", "note", "keyword"))
_NUMBERS = frozenset((
    "chapter-number", "citation-number", "collection-number", "edition", "first-reference-note-number", "issue",
    "locator", "number", "number-of-pages", "number-of-volumes", "page", "page-first", "part", "printing", "section",
    "supplement", "version", "volume", "PMID", "PMCID",
))  # fmt: skip
"""Fields that may be a number in JSON."""

_PARTS_OF_NAME = (
    "family", "given", "dropping-particle", "non-dropping-particle", "suffix", "comma-suffix", "static-ordering",
    "literal", "parse-names",
)  # fmt: skip
_NEEDS_NO_TITLE = frozenset(("personal_communication", "interview", "legal_case", "legislation", "entry", "periodical"))

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_SAME_TAG = {
    "i": "i", "em": "i", "italic": "i", "b": "b", "strong": "b", "bold": "b", "sub": "sub", "inf": "sub", "sup": "sup",
}  # fmt: skip
_SECOND_DOI = re.compile(r"10\.[0-9]{4,9}/\S.*[\s,;]\s*(?:doi:?\s*|https?://\S*/)?10\.[0-9]{4,9}/", re.IGNORECASE)
_SMALL_CAPITALS = frozenset(("sc", "scp", "smallcaps"))
_DAY = re.compile(r"(-?[0-9]{4})(?:[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?)?(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?")


@dataclass(frozen=True, slots=True)
class CslFault:
    """What is wrong with one field of a reference; with the whole reference if `field` is empty."""

    field: str
    message: str
    hint: str
    severity: Severity = "error"


class _Broken(Exception):
    """A value that cannot be used: what is wrong with it, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


def cleaned(entry: dict[str, Any]) -> tuple[dict[str, Any] | None, list[CslFault]]:
    """The entry as CSL has it, and its faults; None for the entry if it cannot be named by an id."""
    kept: dict[str, Any] = {}
    faults: list[CslFault] = []
    for written, value in entry.items():
        name = _OTHER_NAMES.get(written, written)
        if value in (None, "", [], {}) or (name != written and entry.get(name)):
            continue
        try:
            _demand_writable(value)
            if (read := _READERS.get(name)) and (found := read(name, value)) is not None:
                kept[name] = found
        except _Broken as wrong:
            faults.append(CslFault(written, wrong.message, wrong.hint))
    wrong_fields = {_OTHER_NAMES.get(fault.field, fault.field) for fault in faults}
    others = (*_missing(kept, entry), *_oddities(entry, kept))
    faults += (one for one in others if one.field not in wrong_fields)
    kept.setdefault("type", "document")  # an entry without a type is refused; nothing else follows from that
    return (kept if "id" in kept else None), faults


def _missing(kept: dict[str, Any], entry: dict[str, Any]) -> Iterator[CslFault]:
    if "id" not in kept:
        yield CslFault("id", "`id` is missing", 'give it the key that texts cite it by: `"id": "smith2016"`')
    if "type" not in kept:
        yield CslFault("type", "`type` is missing", 'say what it is: `"type": "article-journal"`')
    if "title" not in kept and kept.get("type") not in _NEEDS_NO_TITLE:
        yield CslFault("title", "this reference has no title", "where there is none, say so in brackets: `[Letter]`")


def _oddities(entry: dict[str, Any], kept: dict[str, Any]) -> Iterator[CslFault]:
    """What was understood, although it is not what CSL calls it."""
    typed = entry.get("type")
    if isinstance(typed, str) and typed in OTHER_TYPES:
        message = f"`{typed}` is no type of CSL; it is read as `{OTHER_TYPES[typed]}`"
        yield CslFault("type", message, f'write `"type": "{OTHER_TYPES[typed]}"`', "warning")
    doi = entry.get("DOI")
    if isinstance(doi, str) and "DOI" in kept and re.search(r"10\s+\.|10\.\S*\s+\S", doi):
        message, hint = f"this DOI has a space in it; it is read as `{kept['DOI']}`", "look it up, and write it without"
        yield CslFault("DOI", message, hint, "warning")
    issued = entry.get("issued")
    if issued and "issued" not in kept:
        message, hint = "no year is given here", "write the year, or leave `issued` out where it is not known"
        yield CslFault("issued", message, hint, "warning")
    words = issued.get("season") if isinstance(issued, dict) else None
    if isinstance(words, str) and words and "season" not in kept.get("issued", {"season": 0}):
        message = f"`{words:.60}` is no season and is not printed"
        yield CslFault("issued", message, "write 1 to 4, or leave it", "warning")


def _demand_writable(value: Any) -> None:
    """Refuse what no file and no page can hold: half letters, control characters, numbers without an end."""
    if isinstance(value, float) and not math.isfinite(value):
        raise _Broken("this is not a number that can be printed", "write the number, or leave the field out")
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise _Broken("a character in it is only half a character", "write the character itself")
    if isinstance(value, str) and (found := NOT_TEXT.search(value)):
        raise _Broken(f"no text may have the character U+{ord(found[0]):04X}", "take it out, or write what is meant")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _demand_writable(part)


def _identifier(name: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise _Broken("an id is a text", 'give it the key that texts cite it by: `"id": "smith2016"`')
    return value


def _type(name: str, value: Any) -> str:
    if isinstance(value, str) and value in TYPES:
        return value
    if isinstance(value, str) and value in OTHER_TYPES:
        return OTHER_TYPES[value]
    hint = suggest(value, TYPES) if isinstance(value, str) else ""
    raise _Broken(f"{_shown(value)} is no type of CSL", hint or 'a paper in a journal is `"type": "article-journal"`')


def _text(name: str, value: Any) -> str | None:
    """The text of a field. Crossref gives lists: of titles the first counts, of numbers such as ISSN all of them."""
    if isinstance(value, list):
        texts = [one for part in value if part is not None and (one := _text(name, part))]
        return (", ".join(texts) if name in ("ISSN", "ISBN", "keyword") else texts[0]) if texts else None
    if not isinstance(value, str) and (type(value) not in (int, float) or name not in _NUMBERS):
        raise _Broken(f"expected a text, and this is {_shown(value)}", "write it in quotes, or leave the field out")
    text = value.strip() if isinstance(value, str) else str(value)
    return (text if name in _NOT_PRINTED else _plain(text)) or None


def _plain(text: str) -> str:
    """The text with its character references resolved, and the tags of journals as those of CSL.

    Crossref sends what publishers deposit: `&amp;`, also twice over, and JATS (`<jats:italic>`).
    """
    for _ in range(3):
        text = _ENTITY.sub(_resolved, text)
    text = " ".join(_TAG.sub(_tag, text).split())
    open_tags: list[str] = []
    for found in _TAG.finditer(text):
        name, closes = found[1], found[0].startswith("</")
        if closes and (not open_tags or open_tags.pop() != name):
            raise _Broken(f"`{found[0]}` closes nothing", "take it away, or write what it closes")
        if not closes:
            open_tags.append(name)
    if open_tags:
        raise _Broken(f"`<{open_tags[-1]}>` is not closed", f"write `</{open_tags[-1]}>` behind the words")
    return text


def _resolved(found: re.Match[str]) -> str:
    letter = html.unescape(found[0])
    if letter == found[0] or (found[0][1] != "#" and found[0][1:] not in html5):
        raise _Broken(f"`{found[0]}` is the name of no character", "write the character itself")
    return letter


def _tag(found: re.Match[str]) -> str:
    name = found[1].lower().rpartition(":")[2]
    closes = "/" if found[0].startswith("</") else ""
    if name in _SAME_TAG:
        return f"<{closes}{_SAME_TAG[name]}>"
    if name in _SMALL_CAPITALS:
        return "</span>" if closes else '<span style="font-variant:small-caps;">'
    if name == "span" and (closes or 'class="nocase"' in found[0] or "small-caps" in found[0]):
        return found[0]
    hint = "write it in plain letters; `<i>`, `<b>`, `<sub>` and `<sup>` are allowed"
    raise _Broken(f"`{found[0]:.60}` would be printed as it is typed", hint)


def _doi(name: str, value: Any) -> str | None:
    text = _text(name, value)
    if text is None:
        return None
    if _SECOND_DOI.search(text):
        raise _Broken(f"{_shown(text)} is more than one DOI", "keep the one of this publication")
    if not (doi := identifiers.bare_doi(text)):
        raise _Broken(f"{_shown(text)} is no DOI", _how_to_write_doi(text.strip()))
    return doi


def _how_to_write_doi(text: str) -> str:
    """What to do about a text that is no DOI, by what it looks like."""
    if found := re.search(r"10\.[0-9]{4,9}/[^\s<>]*[A-Za-z0-9]", text):
        return f"write the DOI alone: `{found[0]}`"
    if found := re.search(r"\b(10\.[0-9]{4,9})[^0-9A-Za-z]*([A-Za-z][\w.()-]*)?", text):
        return f"a DOI has a `/` behind `{found[1]}`: is it `{found[1]}/{found[2] or '…'}`?"
    if identifiers.normalise_pmid(text):
        return f'if it is a PMID, write `"PMID": "{identifiers.normalise_pmid(text)}"`'
    if re.match(r"pmc", text, re.IGNORECASE) and (pmcid := identifiers.normalise_pmcid(text)):
        return f'it is a number of PubMed Central: write `"PMCID": "{pmcid}"`'
    if re.match(r"https?://", text, re.IGNORECASE):
        return 'write an address as `"URL"`; a DOI begins with `10.` and has a `/`'
    if re.search(r"[1lI][0oO][.,][0-9]{4}", text):
        return "it begins with the digits `10` and a point; look it up, and copy it"
    return "a DOI begins with `10.` and has a `/`; leave the field out where there is none, or nobody knows it"


def _pmid(name: str, value: Any) -> str | None:
    text = _text(name, value)
    if text is None or (pmid := identifiers.normalise_pmid(text)):
        return text and pmid
    pmcid = identifiers.normalise_pmcid(text)
    hint = f'write it as `"PMCID": "{pmcid}"`; a PMID has digits only' if pmcid else "a PMID has one to nine digits"
    raise _Broken(f"{_shown(text)} is no PMID" + (", but a number of PubMed Central" if pmcid else ""), hint)


def _pmcid(name: str, value: Any) -> str | None:
    text = _text(name, value)
    if text is None or (pmcid := identifiers.normalise_pmcid(text)):
        return text and pmcid
    raise _Broken(f"{_shown(text)} is no number of PubMed Central", "it is `PMC` with digits: `PMC2891387`")


def _url(name: str, value: Any) -> str | None:
    text = _text(name, value)
    if text is None or re.match(r"https?://\S+$", text, re.IGNORECASE):
        return text
    raise _Broken(f"{_shown(text)} is no address on the web", "it begins with `https://`; leave it out if none")


def _names(name: str, value: Any) -> list[dict[str, Any]] | None:
    people = value if isinstance(value, list) else [value]
    return [_person(one) for one in people if one not in (None, "", {})] or None


def _person(value: Any) -> dict[str, Any]:
    """One name. A text is a name that is not to be taken apart; Crossref calls that of a group `name`."""
    if isinstance(value, str):
        return {"literal": _plain(value)}
    if not isinstance(value, dict):
        raise _Broken(f"{_shown(value)} is not a name", 'write `{"family": …, "given": …}` or `{"literal": …}`')
    parts = {part: value[part] for part in _PARTS_OF_NAME if value.get(part) not in (None, "", [])}
    if "name" in value and not parts:
        parts["literal"] = value["name"]
    if not any(isinstance(parts.get(part), str) and parts[part].strip() for part in ("family", "given", "literal")):
        raise _Broken("a name in it has no words", 'write `{"family": …, "given": …}` or `{"literal": …}`')
    for part, words in parts.items():
        if part in ("comma-suffix", "static-ordering", "parse-names"):
            continue
        if not isinstance(words, str):
            raise _Broken(f"`{part}` is {_shown(words)}, and a name has words", "write the name in quotes")
        parts[part] = _plain(words)
    return parts


def _date(name: str, value: Any) -> dict[str, Any] | None:
    """A date as `date-parts`, `literal` or season; None where the file says that it is not known."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]
    if isinstance(value, str):
        value = {"raw": value}
    if not isinstance(value, dict):
        raise _Broken(f"{_shown(value)} is not a date", _HOW_DATES)
    date: dict[str, Any] = {}
    if (parts := value.get("date-parts")) is not None and not _is_unknown(parts):
        date["date-parts"] = _ends_of(parts)
    elif texts := [value[one] for one in ("raw", "literal") if value.get(one) not in (None, "")]:
        date |= _from_text(texts[0])
    if date and (season := _season(value.get("season"))):
        date["season"] = season
    if date and value.get("circa") is not None:
        date["circa"] = bool(value["circa"])
    return date or None


def _season(value: Any) -> int | None:
    """The number of a season, from 1 for spring; Zotero writes any words here that are beside a year."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return _SEASONS.get(value.strip().lower())
    return None if value is None else _whole(value, "season", 1, 4)


_SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}

_HOW_DATES = 'write `{"date-parts": [[2016, 4]]}`, or `{"literal": "in press"}` where there is no year'


def _is_unknown(parts: Any) -> bool:
    """Whether date parts say that nothing is known: Crossref writes `[[null]]`, others `[[]]` or `[[""]]`."""
    return isinstance(parts, list) and all(part in (None, "") or _is_unknown(part) for part in parts)


def _ends_of(parts: Any) -> list[list[int]]:
    if not isinstance(parts, list) or not all(isinstance(one, list) for one in parts):
        raise _Broken(f"`date-parts` is {_shown(parts)}, not a list of lists", _HOW_DATES)
    ends = [_day(one) for one in parts]
    if len(ends) > 2:
        raise _Broken("a date has a beginning and an end, and here are more", _HOW_DATES)
    if len(ends) == 2 and ends[1] < ends[0][: len(ends[1])]:
        raise _Broken("this date ends before it begins", "write the earlier one first")
    return ends


def _day(parts: list[Any]) -> list[int]:
    known = list(parts)
    while known and known[-1] in (None, ""):
        known.pop()
    if not known or len(known) > 3:
        raise _Broken("a date has a year, a month and a day, and no more", _HOW_DATES)
    year = _whole(known[0], "year", -9999, 9999)
    if year == 0:
        raise _Broken("`0` is not a year", _HOW_DATES)
    if len(known) == 1:
        return [year]
    month = _whole(known[1], "month", 1, 12)
    if len(known) == 2:
        return [year, month]
    last = calendar.monthrange(year, month)[1] if year > 0 else 31
    return [year, month, _whole(known[2], "day", 1, last)]


def _whole(value: Any, what: str, least: int, most: int) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,4}\s*", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _Broken(f"{_shown(value)} is not a {what}", _HOW_DATES)
    return value


def _from_text(text: Any) -> dict[str, Any]:
    if not isinstance(text, str) or not text.strip():
        raise _Broken(f"{_shown(text)} is not a date", _HOW_DATES)
    if found := _DAY.fullmatch(text.strip()):
        return {"date-parts": [_day(list(found.groups()))]}
    return {"literal": _plain(text)}


def _shown(value: Any) -> str:
    kinds: tuple[tuple[type, str], ...] = ((bool, "a truth value"), (dict, "a record"), (list, "a list"))
    kind = next((words for one, words in kinds if isinstance(value, one)), "")
    return kind or ("nothing" if value is None else f"`{value!s:.60}`")


_READERS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(TEXTS, _text), **dict.fromkeys(NAMES, _names), **dict.fromkeys(DATES, _date),
    "id": _identifier, "type": _type, "DOI": _doi, "PMID": _pmid, "PMCID": _pmcid, "URL": _url,
}  # fmt: skip
"""How each field is read. What CSL does not have, such as Crossref's `license`, is left out."""
