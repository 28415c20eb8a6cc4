"""Looks up every quotation of a brief in the texts at hand.

In: a brief, and the texts by publication. Out: a `QuoteReport` for `quotes.yaml`, and what to tell its author.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evibrief.evidence.quotes import QuoteReport, QuoteResult, hash_of_quote, results_by_quote
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.walk import evidence_in
from evibrief.quotes.search import Hit, Miss, find_quote
from evibrief.quotes.texts import TextAtHand

REMARKS_ON_QUOTES = (
    "yaml-language-server: $schema=../schemas/quotes.json",
    "Written by `evibrief check data/BRIEF --quotes FOLDER`. Do not edit it: run the check again.",
)
"""The comments at the top of a report. The first line is for editors."""

Texts = Callable[[str], Sequence[TextAtHand]]
"""The texts at hand of a publication, by its id."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The report, why each quotation that is not in its text is not, by its place, and what to tell the author."""

    report: QuoteReport
    misses: Mapping[Location, Miss]
    told: str


def look_up(source: SourceTree, before: QuoteReport | None, texts: Texts, today: datetime.date) -> LookedUp:
    """Look up all quotations of a brief. Where no text is at hand, an earlier result for the same words stays."""
    earlier = results_by_quote(before)
    results: dict[tuple[str, str], QuoteResult] = {}
    misses: dict[Location, Miss] = {}
    without: set[tuple[str, str]] = set()
    for location, publication, quote in quotes_in(source):
        key = (publication, hash_of_quote(quote))
        read = texts(publication)
        if read:
            results[key], miss = _result(publication, quote, read, today)
            misses |= {(*location, "quote"): miss} if miss else {}
        else:
            without.add(key)
            results |= {key: earlier[key]} if key in earlier else {}
    looked = [one for key, one in results.items() if key not in without]
    return LookedUp(QuoteReport(results=tuple(results.values())), misses, _told(looked, len(without)))


def _told(looked: Sequence[QuoteResult], without: int) -> str:
    """`3 quotations looked up: 2 found, 1 not found; 4 without a text at hand`."""
    if not looked and not without:
        return "there are no quotations"
    found = sum(one.state == "found" for one in looked)
    told = f"{len(looked)} quotation{'' if len(looked) == 1 else 's'} looked up"
    told += f": {found} found, {len(looked) - found} not found" if looked else ""
    return told + (f"; {without} without a text at hand" if without else "")


def quotes_in(source: SourceTree) -> Iterator[tuple[Location, str, str]]:
    """Every quotation with the place of its evidence and the id of its publication."""
    for location, entry in evidence_in(source.tree):
        publication, quote = entry.get("source"), entry.get("quote")
        if isinstance(publication, str) and isinstance(quote, str) and quote.strip():
            yield location, str(publication), str(quote)


def _result(
    publication: str, quote: str, texts: Iterable[TextAtHand], today: datetime.date
) -> tuple[QuoteResult, Miss | None]:
    """The result for one quotation: found in the first text that has it, else not found in the one most like it."""
    best: tuple[TextAtHand, Miss] | None = None
    for text in texts:
        found = find_quote(quote, text.text)
        if isinstance(found, Hit):
            return _made(publication, quote, text, text.place(found.start), today), None
        if best is None or found.alike > best[1].alike:
            best = (text, found)
    assert best, "a publication without a text is not looked up"
    return _made(publication, quote, best[0], None, today), best[1]


def _made(
    publication: str, quote: str, text: TextAtHand, place: str | None, today: datetime.date
) -> QuoteResult:
    # We made these values ourselves: `model_validate` is for what people type.
    return QuoteResult.model_construct(
        source=publication, quote=hash_of_quote(quote), state="found" if place else "not-found", file=text.name,
        sha256=text.sha256, place=place, checked=today,
    )  # fmt: skip
