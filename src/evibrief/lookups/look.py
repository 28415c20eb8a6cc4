"""A look for news: every question is asked, and what came is compared with the brief and with the last look.

In: a brief and something that can be asked. Out: the new `News`, what to tell, and the answers to keep. A question
without a good answer is a problem, and leaves the last look of that question, and what was found by it, as it was.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import Record, Unknown, is_still_open
from evibrief.evidence.identifiers import PublicationId, identifiers_of
from evibrief.evidence.news import (
    NewNotice,
    NewPublication,
    News,
    NewsSource,
    NoticeLook,
    QueryLook,
    TrialChange,
    TrialLook,
    Waiting,
)
from evibrief.evidence.registries import can_be_asked
from evibrief.evidence.waiting import (
    is_known,
    is_untold,
    named_publication,
    named_reference,
    queries_of,
    told_notices,
    trials_of,
)
from evibrief.lookups.contract import Answer, Asks, Lookup, lookup_problem
from evibrief.lookups.crossref import notices_of
from evibrief.lookups.pubmed import Summary, find_publications, summaries
from evibrief.lookups.trials import Trial, trial
from evibrief.problems import Problem, Problems
from evibrief.resources import covered_characters

MOST_NEW = 500
"""Publications that one query may find, unless more are wanted: nobody reads more titles at a time."""
STAYS = "what this was to tell stays as it was at the last look; ask again later"
_Found = TypeVar("_Found")
_Kept = TypeVar("_Kept", bound=Record)


@dataclass
class Looked:
    """What came of a look. `told` is a line for each question that was answered."""

    news: News
    told: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class EachHostOnce:
    """Something that can be asked, and does not ask a host again that gave no answer: sixty time-outs take an hour."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._silent: set[str] = set()

    def ask(self, question: Lookup) -> Answer:
        """The answer. Raises `Problems` if there is none, or the host gave none before."""
        if question.host in self._silent:
            raise lookup_problem(question.host, "it gave no answer before, and was not asked for the rest", STAYS)
        try:
            return self._asks.ask(question)
        except Problems:
            self._silent.add(question.host)
            raise


def look(brief: Brief, asks: Asks, most: int = MOST_NEW, is_repeated: bool = False) -> Looked:
    """Ask everything that the searches of a brief say, and about all that it cites.

    `is_repeated`: the questions of the last look are asked again, for answers that were kept.
    """
    looking = _Look(brief, asks, most, is_repeated)
    queries = (*looking.queries(), *looking.reports())
    trials = tuple(looking.trials())
    checks = (*looking.notices_by_pubmed(), *looking.notices_by_crossref())
    looking.looked.news = News.model_construct(
        queries=queries, trials=trials, checks=checks, publications=tuple(looking.publications),
        changes=tuple(looking.changes), notices=tuple(looking.notices),
    )  # fmt: skip
    return looking.looked


class _Look:
    """One look, from the news as they were."""

    def __init__(self, brief: Brief, asks: Asks, most: int, is_repeated: bool) -> None:
        self.brief, self.asks, self.most, self.is_repeated = brief, asks, most, is_repeated
        self.old = brief.news or News()
        self.looked = Looked(self.old)
        self.known = tuple(map(named_reference, brief.references))
        self.cited = frozenset(pmid for one in self.known for pmid in one.pmids)
        self.told = told_notices(brief)
        self.summaries: dict[str, Summary] = {}
        cited, watched = {one.id for one in brief.references}, trials_of(brief)
        self.publications = [
            one for one in self.old.publications if one.decision != "open" or not is_known(one, self.known)
        ]
        self.named = list(map(named_publication, self.publications))
        self.changes = [one for one in self.old.changes if one.decision != "open" or one.number in watched]
        self.notices = [one for one in self.old.notices if one.reference in cited]

    def ask(self, question: Lookup) -> Answer:
        """The answer, which is noted."""
        answer = self.asks.ask(question)
        self.looked.answers.append(answer)
        return answer

    def _tried(self, what: Callable[[], _Found]) -> _Found | None:
        """What a question gives; None, and its problems noted, if there is no good answer to it."""
        before = len(self.looked.answers)
        try:
            return what()
        except Problems as wrong:
            del self.looked.answers[before:]
            new = map(_as_part, wrong.problems)
            self.looked.problems += [one for one in new if one not in self.looked.problems]
            return None

    def queries(self) -> Iterator[QueryLook]:
        """What is newer than the last look, or than the search, for each query."""
        for query, day in queries_of(self.brief).items():
            old = _with(self.old.queries, query=query)
            since = self._since(old, day)
            found = self._tried(partial(self._found_by, query, query, since))
            yield from filter(None, (found or old,))

    def reports(self) -> Iterator[QueryLook]:
        """What names a trial, whenever it was published: the first report is often found only so."""
        for number in trials_of(self.brief):
            old = _with(self.old.queries, query=number)
            query = f'"{number}"[si] OR "{number}"[tiab]'
            found = self._tried(partial(self._found_by, query, number, "unknown"))
            yield from filter(None, (found or old,))

    def _since(self, old: QueryLook | None, day: datetime.date | Unknown) -> datetime.date | Unknown:
        """From which day on something is new: a day early, because the day of PubMed is that of Washington."""
        if self.is_repeated and old:
            return old.since
        last = old.on if old else day
        return last if last == "unknown" else last - datetime.timedelta(days=1)

    def _found_by(self, query: str, called: str, since: datetime.date | Unknown) -> QueryLook:
        found = find_publications(self, query, since, self.most)
        new = self._added(found.pmids, called)
        left_out = () if query != called else found.left_out
        since_words = "" if since == "unknown" else f" since {since}"
        self.looked.told.append(f"PubMed, {called}: {_number(found.pmids, 'publication')}{since_words}, {new} new")
        self.looked.told += [f"PubMed does not know “{one}”, and did not search for it" for one in left_out]
        return QueryLook.model_construct(
            query=called, on=found.on, since=since, found=len(found.pmids), left_out=tuple(map(_printable, left_out))
        )

    def _added(self, pmids: Sequence[str], called: str) -> int:
        """Add what the brief does not have to what waits. Returns how many are new.

        Nothing is added before all of it is there.
        """
        listed = {one.pmid for one in self.publications}
        at_hand = {*listed, *self.cited, *self.summaries}
        wanted = [one for one in pmids if one not in at_hand]
        self.summaries |= summaries(self, wanted)
        before = len(self.publications)
        for at, one in enumerate(self.publications):
            if one.pmid in pmids:
                self.publications[at] = _also_found_by(one, called)
        for pmid in (one for one in pmids if one in self.summaries and one not in listed):
            self._add(_publication(pmid, self.summaries[pmid], called))
        return len(self.publications) - before

    def _add(self, publication: NewPublication) -> None:
        """Add a publication, unless the brief has it, or it waits already under another number."""
        named = named_publication(publication)
        same = next((at for at, one in enumerate(self.named) if one.is_same(named)), None)
        if same is not None:
            self.publications[same] = _also_found_by(self.publications[same], *publication.found_by)
        elif not any(one.is_same(named) for one in self.known):
            self.publications.append(publication)
            self.named.append(named)

    def trials(self) -> Iterator[TrialLook]:
        """What the registry says of each trial, and what it is known to have published."""
        for number, day in trials_of(self.brief).items():
            old = _with(self.old.trials, number=number)
            if not can_be_asked(number):
                self.looked.told.append(f"not asked: the registry of {number}, which this program cannot ask")
                continue
            found = self._tried(partial(self._trial, number))
            if found is None:
                yield from filter(None, (old,))
                continue
            self.changes += _changes(number, old, found, day)
            yield TrialLook.model_construct(
                number=number, on=found.on, status=_printable(found.status), results=found.results,
                updated=found.updated,
            )  # fmt: skip

    def _trial(self, number: str) -> Trial:
        found = trial(self, number)
        new = self._added(found.pmids, number)
        results = "no results" if found.results is None else f"results posted: {found.results}"
        self.looked.told.append(f"ClinicalTrials.gov, {number}: {found.status}, {results}; {new} new publications")
        return found

    def notices_by_pubmed(self) -> Iterator[NoticeLook]:
        """The notices that PubMed names beside what is cited."""
        pmids = self._identifiers("pmid")
        old = _with(self.old.checks, source="PubMed")
        told = self._tried(partial(summaries, self, [one for some in pmids.values() for one in some]))
        if told is None or not pmids:
            yield from filter(None, (old,))
            return
        known = {key: [told[one] for one in some if one in told] for key, some in pmids.items()}
        for key, found in known.items():
            for summary in found:
                self._noticed(
                    _notice(key, "PubMed", summary.on, notice.kind, notice.called, notice.where, "unknown")
                    for notice in summary.notices
                )
        on = min((summary.on for summary in told.values()), default=None)
        yield from self._checked("PubMed", on, [key for key, found in known.items() if found], old)

    def notices_by_crossref(self) -> Iterator[NoticeLook]:
        """The notices that Crossref and Retraction Watch have on what is cited."""
        dois = self._identifiers("doi")
        old = _with(self.old.checks, source="Crossref")
        answered = self._tried(partial(notices_of, self, [one for some in dois.values() for one in some]))
        if answered is None or not dois:
            yield from filter(None, (old,))
            return
        on, told = answered
        for key, some in dois.items():
            for notice in (one for doi in some for one in told.get(doi, ())):
                where = notice.doi and f"doi:{notice.doi}"
                self._noticed([_notice(key, "Crossref", on, notice.kind, notice.called, where, notice.date)])
        yield from self._checked("Crossref", on, [key for key, some in dois.items() if told.keys() & set(some)], old)

    def _identifiers(self, kind: str) -> Mapping[str, list[str]]:
        """The DOIs or the PMIDs of what is cited, by the id of the reference."""
        named: Mapping[str, tuple[PublicationId, ...]] = {one.id: identifiers_of(one) for one in self.brief.references}
        found = {key: [name for of_kind, name in some if of_kind == kind] for key, some in named.items()}
        return {key: some for key, some in found.items() if some}

    def _checked(
        self, source: NewsSource, on: datetime.date | None, known: list[str], old: NoticeLook | None
    ) -> Iterator[NoticeLook]:
        total = len(self.brief.references)
        self.looked.told.append(f"{source}, notices: asked about {len(known)} of {_number(range(total), 'reference')}")
        if on is None:
            yield from filter(None, (old,))
        else:
            yield NoticeLook.model_construct(source=source, on=on, references=tuple(known))

    def _noticed(self, notices: Iterable[NewNotice]) -> None:
        for notice in notices:
            if is_untold(notice, self.told) and not any(_is_same_notice(notice, one) for one in self.notices):
                self.notices.append(notice)


def _changes(
    number: str, old: TrialLook | None, found: Trial, day: datetime.date | Unknown
) -> Iterator[TrialChange]:
    """What changed in the entry of a trial since the last look; at the first one, results since the search."""
    if old and old.status != _printable(found.status):
        yield _change(number, "status", old.status, _printable(found.status), found.on)
    had = old.results is not None if old else not _is_since(found.results, day)
    if found.results is not None and not had:
        yield _change(number, "results", "none" if old else "unknown", str(found.results), found.on)


def _is_since(results: datetime.date | Unknown | None, day: datetime.date | Unknown) -> bool:
    return results == "unknown" or day == "unknown" or (results is not None and results >= day)


def _change(number: str, what: str, was: str, now: str, on: datetime.date) -> TrialChange:
    return TrialChange.model_construct(number=number, what=what, was=was, now=now, seen=on, decision="open")


def _publication(pmid: str, summary: Summary, called: str) -> NewPublication:
    return NewPublication.model_construct(
        title=_printable(summary.title), published=_printable(summary.published),
        journal=_printable(summary.journal), pmid=pmid, doi=summary.doi or None, found_by=(called,), seen=summary.on,
        decision="open",
    )  # fmt: skip


def _notice(
    key: str, source: NewsSource, on: datetime.date | None, kind: str, called: str, where: str,
    date: datetime.date | Unknown,
) -> NewNotice:  # fmt: skip
    return NewNotice.model_construct(
        reference=key, kind=kind, source=source, called=_printable(called), where=_printable(where), date=date,
        seen=on, decision="open",
    )  # fmt: skip


def _also_found_by(publication: NewPublication, *called: str) -> NewPublication:
    return publication.model_copy(update={"found_by": tuple(dict.fromkeys((*publication.found_by, *called)))})


def _as_part(problem: Problem) -> Problem:
    """A problem of one question; that nothing at all was written is not so then."""
    return replace(problem, hint=STAYS) if problem.hint.startswith("nothing was written") else problem


def _is_same_notice(one: NewNotice, other: NewNotice) -> bool:
    """Whether two sources, or two looks, tell of one notice. A publication is retracted once, and corrected often."""
    if (one.reference, one.kind) != (other.reference, other.kind):
        return False
    places = one.where.lower().removeprefix("doi:"), other.where.lower().removeprefix("doi:")
    return one.kind in ("retraction", "concern") or places[0] in places[1] or places[1] in places[0]


def _with(looks: Iterable[_Kept], **wanted: str) -> _Kept | None:
    """The look with this value in this field."""
    ((name, value),) = wanted.items()
    return next((one for one in looks if getattr(one, name) == value), None)


def _printable(text: str) -> str:
    """A stranger's text as a page can print it: `unknown` where it is empty, in quotes where it looks unfinished.

    A letter that no font has is a question mark; the kept answer has it.
    """
    shown = "".join(one if ord(one) in covered_characters() else "?" for one in text)
    return "unknown" if not shown else f"“{shown}”" if is_still_open(shown) else shown


def _number(things: Sequence[Any], what: str) -> str:
    return f"{len(things)} {what}{'s' * (len(things) != 1)}"


def news_record(news: News) -> dict[str, Any]:
    """The news as plain data for `news.yaml`: what a person reads first is first, and what is empty is left out."""
    lists = {name: [_plain(one) for one in getattr(news, name)] for name in News.model_fields}
    return {name: records for name, records in lists.items() if records}


def _plain(record: Record) -> dict[str, Any]:
    inherited = Waiting.model_fields if isinstance(record, Waiting) else {}
    names = sorted(type(record).model_fields, key=lambda name: name in inherited)
    values = ((name, getattr(record, name)) for name in names)
    return {name: value for name, value in values if value is not None and value != ()}
