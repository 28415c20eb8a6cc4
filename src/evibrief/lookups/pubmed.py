"""PubMed by its E-utilities: which publications a query finds, what they are, and which notices there are on them.

In: a query, or PMIDs. Out: PMIDs, or a summary of each. Answers come in pages, and all pages are asked for: what is cut
is never taken for everything. (NCBI, "E-utilities In-Depth": ESearch, ESummary. "Create Date", NLM Technical Bulletin
2008 Nov-Dec, says why `crdt` and not `edat` tells what is new.)
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from evibrief.evidence.fields import Unknown
from evibrief.evidence.identifiers import normalise_doi
from evibrief.evidence.news import NewsNoticeKind
from evibrief.lookups.contract import Answer, Asks, Lookup, lookup_problem
from evibrief.lookups.pieces import AnswerPiece, whole_of
from evibrief.problems import Problems

EUTILS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
PAGE_OF_PUBMED = 200
LARGEST_SUMMARIES = 16_000_000
"""In bytes: two hundred summaries, some of them with thousands of authors."""
MOST_OF_PUBMED = 9_999
"""PubMed gives no more PMIDs to one query."""

_NOTICES: tuple[tuple[str, NewsNoticeKind], ...] = (
    ("retract", "retraction"), ("concern", "concern"), ("errat", "correction"), ("correct", "correction"),
)  # fmt: skip
"""What the name of a relation has in it when it leads to a notice, the worst first."""


@dataclass(frozen=True, slots=True)
class FoundPublications:
    """What a query found. `left_out` are the words that PubMed did not find and therefore did not search for."""

    on: datetime.date
    pmids: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeOfPubMed:
    """A notice that PubMed names beside a publication."""

    kind: NewsNoticeKind
    called: str
    where: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What PubMed says of one publication. A field that PubMed leaves empty is empty."""

    on: datetime.date
    title: str
    published: str
    journal: str
    doi: str
    notices: tuple[NoticeOfPubMed, ...]


def find_publications(asks: Asks, query: str, since: datetime.date | Unknown, most: int) -> FoundPublications:
    """All publications that a query finds, or those that PubMed has got on a day or later.

    Raises `Problems` if there are more than `most`, or an answer is none.
    """
    term = query if since == "unknown" else f'({query}) AND ("{since:%Y/%m/%d}"[crdt] : "3000"[crdt])'
    days, found, told = [], dict[str, None](), _searched(asks, term, 0)
    number = told.at("count").number()
    if number > min(most, MOST_OF_PUBMED):
        raise _too_many(told.answer, query, number, min(most, MOST_OF_PUBMED))
    while True:
        days.append(told.answer.on)
        page = [entry.text() for entry in told.at("idlist").entries()]
        found |= dict.fromkeys(page)
        if len(found) >= number or not page:
            break
        told = _searched(asks, term, len(found))
    if len(found) != number:
        raise told.unlike(f"it tells of {number} publications, and names {len(found)}")
    return FoundPublications(min(days), tuple(found), tuple(_left_out(told)))


def _searched(asks: Asks, term: str, start: int) -> AnswerPiece:
    """One page of a search. Raises `Problems` also for an error that PubMed tells of."""
    words = {
        "db": "pubmed", "retmode": "json", "retmax": PAGE_OF_PUBMED, "retstart": start, "term": term,
        "tool": "evibrief",
    }  # fmt: skip
    whole = whole_of(asks.ask(Lookup(f"{EUTILS}/esearch.fcgi?{urlencode(words)}")))
    _refuse_error(whole, "error")
    told = whole.at("esearchresult")
    _refuse_error(told, "ERROR")
    return told


def _refuse_error(told: AnswerPiece, key: str) -> None:
    if words := told.text_at(key):
        hint = "correct the query in brief.yaml, or the PMIDs in references.json"
        raise lookup_problem(told.answer.question.address, f"PubMed refuses this: {words:.200}", hint)


def _too_many(answer: Answer, query: str, number: int, most: int) -> Problems:
    message = f"PubMed has {number} publications for `{query:.200}`, and at most {most} are taken"
    hint = "make the query narrower, or give its search a later date, or give a larger number with `--most`"
    return lookup_problem(answer.question.address, message, hint if most < MOST_OF_PUBMED else hint[: hint.rindex(",")])


def _left_out(told: AnswerPiece) -> Iterator[str]:
    """The words and fields of a query that PubMed did not find; it searches for the rest, and says so only here."""
    for name, kinds in (("errorlist", ("phrasesnotfound", "fieldsnotfound")),
                        ("warninglist", ("phrasesignored", "quotedphrasesnotfound"))):  # fmt: skip
        if listed := told.find(name):
            yield from dict.fromkeys(entry.text() for kind in kinds for entry in listed.entries_at(kind))


def summaries(asks: Asks, pmids: Sequence[str]) -> Mapping[str, Summary]:
    """The summary of each publication that PubMed knows. Raises `Problems` if an answer is none."""
    found: dict[str, Summary] = {}
    for page in _in_pages(pmids):
        words = {"db": "pubmed", "retmode": "json", "version": "2.0", "id": ",".join(page), "tool": "evibrief"}
        address = f"{EUTILS}/esummary.fcgi?{urlencode(words, safe=',')}"
        whole = whole_of(asks.ask(Lookup(address, most=LARGEST_SUMMARIES)))
        _refuse_error(whole, "error")
        result = whole.at("result")
        for pmid in page:
            told = result.at(pmid)
            if not told.find("error"):
                found[pmid] = _summary(told)
    return found


def _in_pages(pmids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(pmids))
    while page := list(islice(rest, PAGE_OF_PUBMED)):
        yield page


def _summary(told: AnswerPiece) -> Summary:
    title = told.at("title").text() or told.text_at("vernaculartitle") or told.text_at("booktitle")
    dois = (one.at("value").text() for one in told.entries_at("articleids") if one.at("idtype").text() == "doi")
    return Summary(
        told.answer.on, title.removesuffix("."), told.at("pubdate").text(), told.text_at("fulljournalname"),
        next(filter(None, map(normalise_doi, dois)), ""), tuple(_notices(told)),
    )  # fmt: skip


def _notices(told: AnswerPiece) -> Iterator[NoticeOfPubMed]:
    """The notices beside a publication: its own relations that end in `in`, and the mark of a retracted one."""
    found = []
    for one in told.entries_at("references"):
        called = one.at("reftype").text()
        kind = next((kind for sign, kind in _NOTICES if sign in called.lower()), None)
        if kind and called.lower().endswith("in"):
            number = one.text_at("pmid")
            where = ", ".join(filter(None, (one.text_at("refsource"), number and f"PMID {number}")))
            found.append(NoticeOfPubMed(kind, called, where))
    yield from found
    kinds = [one.text() for one in told.at("pubtype").entries()]
    marked = next((kind for kind in kinds if re.match("retracted publication", kind, re.IGNORECASE)), "")
    if marked and all(notice.kind != "retraction" for notice in found):
        yield NoticeOfPubMed("retraction", marked, "")
