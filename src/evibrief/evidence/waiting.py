"""What of the news waits for a decision: what nobody decided on, and the brief does not have yet.

In: a brief with its `news.yaml`. Out: the waiting publications, changes of trials and notices. A publication waits
until it is in the references, by DOI, PMID or title; a notice until the appraisal of its publication tells of it.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evibrief.evidence.brief import Brief, Search
from evibrief.evidence.fields import Unknown
from evibrief.evidence.identifiers import identifiers_of, normalise_doi, normalise_pmid, normalised_title
from evibrief.evidence.news import NewNotice, NewPublication, News, NewsNoticeKind, TrialChange
from evibrief.evidence.records import Reference

_APPRAISED_AS: Mapping[NewsNoticeKind, str] = {
    "retraction": "retracted", "concern": "concern", "correction": "erratum",
}  # fmt: skip
"""What an appraisal says about a publication with such a notice."""

ToldNotices = list[tuple[NewsNoticeKind, datetime.date | Unknown]]
"""Kinds of notice, each with the day on which somebody looked."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a decision."""

    publications: tuple[NewPublication, ...] = ()
    changes: tuple[TrialChange, ...] = ()
    notices: tuple[NewNotice, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.publications or self.changes or self.notices)


def what_waits(brief: Brief) -> Waits:
    """Everything of the news that nobody decided on and the brief does not have."""
    news = brief.news or News()
    known = tuple(map(named_reference, brief.references))
    told = told_notices(brief)
    cited = {reference.id for reference in brief.references}
    notices = (one for one in news.notices if one.decision == "open" and one.reference in cited)
    return Waits(
        tuple(one for one in news.publications if one.decision == "open" and not is_known(one, known)),
        tuple(one for one in news.changes if one.decision == "open"),
        tuple(one for one in notices if is_untold(one, told)),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """What a publication is known by: its DOIs, its PMIDs and its title, each in its normal form."""

    dois: frozenset[str]
    pmids: frozenset[str]
    title: str

    def is_same(self, other: "Named") -> bool:
        """Whether both are one publication.

        A title tells that only where no identifiers tell otherwise: an article has the title of its preprint.
        """
        if self.dois & other.dois or self.pmids & other.pmids:
            return True
        differs = (self.dois and other.dois) or (self.pmids and other.pmids)
        return not differs and bool(self.title) and self.title == other.title


def named_reference(reference: Reference) -> Named:
    """What a reference is known by."""
    found = identifiers_of(reference)
    dois, pmids = (frozenset(name for of_kind, name in found if of_kind == kind) for kind in ("doi", "pmid"))
    return Named(dois, pmids, normalised_title(reference.title or ""))


def named_publication(publication: NewPublication) -> Named:
    """What a publication in the news is known by."""
    doi, pmid = normalise_doi(publication.doi or ""), normalise_pmid(publication.pmid or "")
    return Named(frozenset({doi} - {""}), frozenset({pmid} - {""}), normalised_title(publication.title))


def is_known(publication: NewPublication, known: Iterable[Named]) -> bool:
    """Whether a publication is one of those that are known."""
    named = named_publication(publication)
    return any(named.is_same(one) for one in known)


def told_notices(brief: Brief) -> Mapping[str, ToldNotices]:
    """The kinds of notice that the brief tells of each publication, with the day on which somebody looked for them."""
    kinds = {state: kind for kind, state in _APPRAISED_AS.items()}
    told: dict[str, ToldNotices] = {}
    for study in brief.studies:
        if kind := kinds.get(study.integrity.state):
            told.setdefault(study.reference, []).append((kind, study.integrity.checked))
    for result in brief.retractions.results if brief.retractions else ():
        assert brief.retractions
        for notice in result.notices:
            told.setdefault(result.reference, []).append((notice.kind, brief.retractions.checked))
    return told


def is_untold(notice: NewNotice, told: Mapping[str, ToldNotices]) -> bool:
    """Whether the brief does not tell of such a notice on a publication. One that is dated later is another one."""
    same = (day for kind, day in told.get(notice.reference, ()) if kind == notice.kind)
    return all(_is_later(notice.date, day) for day in same)


def _is_later(day: datetime.date | Unknown, other: datetime.date | Unknown) -> bool:
    return day != "unknown" and other != "unknown" and day > other


def watched_searches(brief: Brief) -> tuple[Search, ...]:
    """The searches that `evibrief news` repeats: those with a query or with numbers of trials."""
    methods = brief.brief.methods
    return tuple(one for one in (*methods.searches, *methods.negative_searches) if one.query or one.trials)


def queries_of(brief: Brief) -> Mapping[str, datetime.date | Unknown]:
    """The queries for PubMed, each with the day of its search; of two searches the earlier day, if both are known."""
    found: dict[str, datetime.date | Unknown] = {}
    for search in watched_searches(brief):
        if search.query:
            found[search.query] = _earlier(found.get(search.query, search.date), search.date)
    return found


def trials_of(brief: Brief) -> Mapping[str, datetime.date | Unknown]:
    """The numbers of trials, each with the day of its search, as `queries_of`."""
    found: dict[str, datetime.date | Unknown] = {}
    for search in watched_searches(brief):
        for number in search.trials:
            found[number] = _earlier(found.get(number, search.date), search.date)
    return found


def _earlier(one: datetime.date | Unknown, other: datetime.date | Unknown) -> datetime.date | Unknown:
    return "unknown" if one == "unknown" or other == "unknown" else min(one, other)
