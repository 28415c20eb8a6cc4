"""Parts of CSL-JSON from the ways in which programs write them: names, dates, pages, numbers of publications.

In: words of a file. Out: values for fields of a reference. What is not understood is left as it is written, in a form
that is printed as it is (`literal`), or left out where that would be misleading; nothing is guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evibrief.evidence.identifiers import bare_doi, normalise_pmcid, normalise_pmid
from evibrief.importers.texts import on_one_line

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip

_DATE = re.compile(r"(\d{4})(?!\d(?!\d))(?:[/ .-]+(\d{1,2}|[A-Za-z]{3,9})\b(?:[/ .-]+(\d{1,2})\b)?)?")
_TO_ANOTHER = re.compile(r"\s?[-–/]\s?(?:[A-Za-z]|\d{4})")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})\.? )?([A-Za-z]{3,9})\.? (\d{4})")
_ISSN = re.compile(r"(?<![\dXx-])(\d{4})-?(\d{3}[\dXx])(?![\dXx-])")
_ISBN = re.compile(r"(?<![\dXx-])(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx](?![\dXx-])")
_DOI_IN_ADDRESS = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/(\S+)", re.IGNORECASE)
_PMID_IN_ADDRESS = re.compile(r"https?://\S*(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/\d+")
_PMID_NAMED = re.compile(r"\b(?:PMID|PUBMED)\s*:?\s*([1-9]\d{0,8})\b", re.IGNORECASE)
_PMCID = re.compile(r"\bPMC\d{3,9}\b", re.IGNORECASE)


def without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}


def csl_name(text: str) -> dict[str, str]:
    """A name as `Family, Given, Suffix`; without a comma nobody can tell its parts, and it is printed as it is."""
    family, *others = (part.strip() for part in on_one_line(text).split(","))
    if not others or not family:
        return {"literal": on_one_line(text).strip(", ")}
    given, suffix = others[0], " ".join(filter(None, others[1:]))
    return without_empty({"family": family, "given": given, "suffix": suffix})


def names_of(texts: Iterable[str]) -> list[dict[str, str]]:
    """The names in these texts; empty texts are nobody."""
    return [name for text in texts if text.strip(" ,;") and (name := csl_name(text))]


def csl_date(text: str) -> dict[str, Any]:
    """A date that begins with its year, or `3 May 2019`; other words as they are; nothing for no words.

    Of an issue of several months, `1990 Aug-Sep`, the year alone is taken.
    """
    words = on_one_line(text)
    if not words.strip("/ "):
        return {}
    if turned := _DAY_FIRST.fullmatch(words):
        year, month, day = turned[3], turned[2], turned[1]
    elif found := _DATE.match(words):
        year, month, day = found[1], "" if _TO_ANOTHER.match(words, found.end()) else found[2], found[3]
    else:
        return {"literal": words}
    if not int(year):
        return {}
    parts = [int(year)]
    if number := _month(month or ""):
        parts.append(number)
        parts += [int(day)] if day and 1 <= int(day) <= 31 else []
    return {"date-parts": [parts]}


def _month(text: str) -> int:
    """The number of a month; 0 where there is none, as in `Summer`."""
    number = int(text) if text.isdecimal() else MONTHS.get(text[:3].lower(), 0)
    return number if 1 <= number <= 12 else 0


def fullest(*dates: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first date, or a later one that tells more of the same year."""
    known = [date for date in dates if date]
    if not known or "date-parts" not in known[0]:
        return next((date for date in known if "date-parts" in date), known[0] if known else {})
    year = known[0]["date-parts"][0][0]
    same = [date for date in known if date.get("date-parts", [[None]])[0][0] == year]
    return max(same, key=lambda date: len(date["date-parts"][0]))


def csl_pages(first: str, last: str) -> str:
    """The pages from the first to the last; the first may already say all."""
    first, last = on_one_line(first), on_one_line(last)
    if not first or not last or first == last or re.search(r"\d\s*[-‐-―]+\s*\w*\d", first):
        return first or last
    return f"{first}-{last}"


def serial_numbers(texts: Iterable[str]) -> dict[str, str]:
    """ISBN and ISSN, told apart by their length, each once."""
    isbn: dict[str, None] = {}
    issn: dict[str, None] = {}
    for text in texts:
        isbn |= dict.fromkeys(on_one_line(found[0]) for found in _ISBN.finditer(text))
        issn |= dict.fromkeys(f"{found[1]}-{found[2].upper()}" for found in _ISSN.finditer(_ISBN.sub(" ", text)))
    return without_empty({"ISBN": ", ".join(isbn), "ISSN": ", ".join(issn)})


def doi_in(texts: Iterable[str]) -> str:
    """The first text that is a DOI, or begins with one that other words follow."""
    return next((doi for text in texts if (doi := bare_doi(text) or bare_doi(text.strip().split(" ")[0]))), "")


def doi_in_addresses(texts: Iterable[str]) -> str:
    """The DOI of the first address of its resolver."""
    return doi_in(found[1] for text in texts for found in _DOI_IN_ADDRESS.finditer(text))


def pmid_in(texts: Iterable[str]) -> str:
    """The first PMID that is named as one (`PMID: 1`, `PUBMED 1`) or is in an address of PubMed."""
    return next((found for text in texts for found in _pmids(text)), "")


def _pmids(text: str) -> Iterator[str]:
    yield from (found[1] for found in _PMID_NAMED.finditer(text))
    yield from (normalise_pmid(found[0]) for found in _PMID_IN_ADDRESS.finditer(text))


def pmcid_in(texts: Iterable[str]) -> str:
    """The first number of PubMed Central."""
    return next((normalise_pmcid(found[0]) for text in texts for found in _PMCID.finditer(text)), "")


def address_in(texts: Iterable[str]) -> str:
    """The first address on the web."""
    return next((found[0] for text in texts if (found := re.search(r"https?://[^\s;<>\"]+", text))), "")
