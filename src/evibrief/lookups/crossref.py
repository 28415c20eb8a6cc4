"""Crossref by its REST API: which notices there are on publications with a DOI, those of Retraction Watch among them.

In: DOIs. Out: for each that Crossref knows, its notices. (https://api.crossref.org, `updated-by` of a work)
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from evibrief.evidence.fields import Unknown
from evibrief.evidence.identifiers import normalise_doi
from evibrief.evidence.news import NewsNoticeKind
from evibrief.lookups.contract import Asks, Lookup
from evibrief.lookups.pieces import AnswerPiece, whole_of

CROSSREF = "https://api.crossref.org/works"
DOIS_AT_ONCE = 20

_KINDS: Mapping[str, NewsNoticeKind | None] = {
    "retraction": "retraction", "partial_retraction": "retraction", "removal": "retraction",
    "withdrawal": "retraction", "expression_of_concern": "concern", "correction": "correction",
    "corrigendum": "correction", "erratum": "correction", "clarification": "correction", "addendum": "correction",
    "reinstatement": "reinstatement", "new_version": None, "new_edition": None,
}  # fmt: skip
"""What Crossref calls an update, and which kind of notice that is; None where it is no notice."""


@dataclass(frozen=True, slots=True)
class NoticeOfCrossref:
    """A notice on a publication; `doi` is its own."""

    kind: NewsNoticeKind
    called: str
    doi: str
    date: datetime.date | Unknown


def notices_of(asks: Asks, dois: Sequence[str]) -> tuple[datetime.date | None, Mapping[str, list[NoticeOfCrossref]]]:
    """The notices on each publication that Crossref knows, by its normal DOI, and the day of the oldest answer.

    Raises `Problems` if an answer is none.
    """
    days, found = [], dict[str, list[NoticeOfCrossref]]()
    for some in _in_batches([doi for doi in dict.fromkeys(dois) if "," not in doi]):
        names = ",".join(f"doi:{quote(doi, safe='/:')}" for doi in some)
        address = f"{CROSSREF}?filter={names}&select=DOI,updated-by&rows={DOIS_AT_ONCE}"
        message = whole_of(asks.ask(Lookup(address))).at("message")
        days.append(message.answer.on)
        for item in message.at("items").entries():
            found[normalise_doi(item.at("DOI").text())] = list(_notices(item))
    return min(days, default=None), {doi: told for doi, told in found.items() if doi in dois}


def _in_batches(dois: Sequence[str]) -> Iterator[Sequence[str]]:
    return (dois[start : start + DOIS_AT_ONCE] for start in range(0, len(dois), DOIS_AT_ONCE))


def _notices(item: AnswerPiece) -> Iterator[NoticeOfCrossref]:
    for update in item.entries_at("updated-by"):
        called = update.at("type").text()
        kind = _KINDS.get(called.lower().replace("-", "_").replace(" ", "_"), "other-notice")
        if kind:
            doi = normalise_doi(update.text_at("DOI"))
            yield NoticeOfCrossref(kind, update.text_at("label") or called, doi, _day(update))


def _day(update: AnswerPiece) -> datetime.date | Unknown:
    """The day of a notice, unknown where the parts of a date are not all there."""
    updated = update.find("updated")
    parts = updated.entries_at("date-parts") if updated else ()
    numbers = [one.number() for one in parts[0].entries()] if parts else []
    try:
        return datetime.date(*numbers) if len(numbers) == 3 else "unknown"
    except ValueError:
        return "unknown"
