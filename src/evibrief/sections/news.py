"""What a brief says about news: when somebody last looked for what is newer, and what waits for a decision.

In: the brief, with `news.yaml` as written by `evibrief news`, and the findings. Out: blocks for the methods, and a
sentence for page 1. Nothing is said where no search can be repeated and nobody looked.
"""

import datetime
from collections.abc import Iterator
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import Unknown
from evibrief.evidence.news import (
    NewNotice,
    NewPublication,
    News,
    NewsSource,
    NoticeLook,
    QueryLook,
    TrialChange,
    TrialLook,
)
from evibrief.evidence.registries import can_be_asked, registry_of
from evibrief.evidence.waiting import Waits, queries_of, trials_of, what_waits
from evibrief.labels import phrases
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import table


def news_blocks(brief: Brief, findings: Findings) -> Iterator[Block]:
    """When each source was last asked for news, and what waits for a decision."""
    if not _is_told(brief):
        return
    words = findings.words
    yield Heading(words.news.heading, NEWS_ANCHOR)
    if brief.news is None:
        yield Paragraph(words.news.not_looked_for)
        return
    columns = ((words.news.asked, 46), (words.news.last_answered, 22), (words.news.answer, 32))
    yield from table(words.news.caption, columns, ([row] for row in _looks(brief, brief.news, words)))
    waits = what_waits(brief)
    yield Paragraph(_waiting(waits, words) if waits else words.news.nothing_waits)
    entries = tuple(_entries(waits, findings))
    if entries:
        yield Bullets(entries)


NEWS_ANCHOR = "methods_news"


def _is_told(brief: Brief) -> bool:
    return bool(brief.news or queries_of(brief) or trials_of(brief))


def news_sentences(brief: Brief, words: Words) -> Iterator[str]:
    """For page 1: what waits, that nobody looked, or that not everything was asked."""
    if not _is_told(brief):
        return
    days = _days(brief)
    answered = [day for day in days if day is not None]
    if not answered:
        yield words.news.nobody_looked
        return
    if waits := what_waits(brief):
        yield words.news.waits_on_page_one(date=phrases.date(min(answered), words), what=_numbers(waits, words))
    if len(answered) < len(days):
        yield words.news.not_all_repeated


def _days(brief: Brief) -> list[datetime.date | None]:
    """When each question that the searches have was last answered; None for one that never was."""
    news = brief.news or News()
    queries = {one.query: one.on for one in news.queries}
    trials = {one.number: one.on for one in news.trials}
    watched = trials_of(brief)
    asked = [queries.get(one) for one in (*queries_of(brief), *watched)]
    asked += [trials.get(one) for one in watched if can_be_asked(one)]
    return asked or [one.on for one in news.checks]


def _looks(brief: Brief, news: News, words: Words) -> Iterator[Row]:
    """A row for each question: what was asked for, when it was last answered, and what the answer was."""
    queries, trials = {one.query: one for one in news.queries}, {one.number: one for one in news.trials}
    for query in queries_of(brief):
        yield _row(words.news.of_query(query=query), queries.get(query), words)
    for number in trials_of(brief):
        yield _row(words.news.of_number(number=number), queries.get(number), words)
        registry = registry_of(number) or words.notes.unknown
        what = words.sentences.labelled(label=registry, value=number)
        if can_be_asked(number):
            yield _row(what, trials.get(number), words)
        else:
            yield _cells(what, words.news.not_asked, words.news.registry_not_asked)
    checks = {one.source: one for one in news.checks}
    for source in get_args(NewsSource):
        asked = next((one for name, one in checks.items() if name == source), None)
        yield _row(words.news.of_notices(source=source), asked, words)


def _row(what: str, look: QueryLook | TrialLook | NoticeLook | None, words: Words) -> Row:
    if look is None:
        return _cells(what, words.news.not_looked, "")
    return _cells(what, phrases.date(look.on, words), _answer(look, words))


def _cells(what: str, when: str, answer: str) -> Row:
    return Row((Cell((Line(text=what),), scope="row"), Cell((Line(text=when),)), Cell((Line(text=answer),))))


def _answer(look: QueryLook | TrialLook | NoticeLook, words: Words) -> str:
    match look:
        case QueryLook():
            return _found(look, words)
        case TrialLook():
            return words.news.entry(status=_status(look.status), results=_results(look.results, words))
        case _:
            return words.news.about(references=words.counts.reference(len(look.references)))


def _found(look: QueryLook, words: Words) -> str:
    """How many publications since when, and which words of the query were not searched for."""
    found = words.news.publication(look.found)
    if look.since != "unknown":
        found = words.news.added_since(found=found, date=phrases.date(look.since, words))
    if look.left_out:
        found = words.news.left_out_of_query(found=found, left_out=phrases.all_of(look.left_out, words))
    return found


def _status(status: str) -> str:
    """A registry's word for the status of a trial, as people read it: `COMPLETED` is a constant of its program."""
    return status.replace("_", " ").lower()


def _results(results: datetime.date | Unknown | None, words: Words) -> str:
    if results is None:
        return words.news.no_results
    return words.news.results_posted(date=phrases.date_or_unknown(results, words))


def _waiting(waits: Waits, words: Words) -> str:
    return words.news.waits(what=phrases.capital(_numbers(waits, words)))


def _numbers(waits: Waits, words: Words) -> str:
    """`3 publications, 1 change of a trial and 1 notice`, without those of which there is none."""
    told = (
        (words.news.publication, waits.publications), (words.news.trial_change, waits.changes),
        (words.news.notice_on_cited, waits.notices),
    )  # fmt: skip
    return phrases.all_of((count(len(some)) for count, some in told if some), words)


MOST_NEWS_LISTED = 50
"""Publications that are listed one by one; a longer list is in the data."""


def _entries(waits: Waits, findings: Findings) -> Iterator[tuple[Line, ...]]:
    """What matters most first: notices, then trials, then publications."""
    words = findings.words
    for notice in waits.notices:
        yield (Line(text=_notice(notice, findings), style="warning"),)
    for change in waits.changes:
        yield (Line(text=_change(change, words)),)
    for publication in waits.publications[:MOST_NEWS_LISTED]:
        yield (Line(text=_publication(publication)),)
    if others := len(waits.publications[MOST_NEWS_LISTED:]):
        yield (Line(text=words.sentences.and_more(number=words.news.publication(others))),)


def _notice(notice: NewNotice, findings: Findings) -> str:
    words = findings.words
    return words.news.told_notice(
        kind=words.news_notice[notice.kind], study=phrases.short_name(findings.references[notice.reference]),
        called=notice.called, where=phrases.or_unknown(notice.where, words), source=notice.source,
    )  # fmt: skip


def _change(change: TrialChange, words: Words) -> str:
    if change.what == "status":
        return words.news.status_changed(number=change.number, was=_status(change.was), now=_status(change.now))
    return words.news.results_came(number=change.number, date=_day(change.now, words))


def _day(text: str, words: Words) -> str:
    """A day that was noted as text; another text as it is."""
    try:
        return phrases.date(datetime.date.fromisoformat(text), words)
    except ValueError:
        return words.notes.date_unknown


def _publication(publication: NewPublication) -> str:
    """Title, journal, when, and the addresses that find it, as far as each is known."""
    told = (one for one in (publication.journal, publication.published) if one != "unknown")
    end = "; ".join((*told, *phrases.addresses(publication.doi, publication.pmid)))
    return f"{publication.title}. {end}" if end else publication.title
