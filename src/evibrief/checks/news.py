"""Rules on what `evibrief news` asks, and on what it found.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

import datetime
from collections.abc import Iterator

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.brief import Search
from evibrief.evidence.news import News, Waiting
from evibrief.evidence.registries import registry_of
from evibrief.evidence.source import Location
from evibrief.evidence.waiting import what_waits

LONGEST_WAIT = datetime.timedelta(days=90)
"""How long what was found may wait without a warning."""


def _searches(case: Context) -> Iterator[tuple[Location, Search]]:
    methods = case.brief.brief.methods
    for name in ("searches", "negative_searches"):
        for index, search in enumerate(getattr(methods, name)):
            yield ("brief", "methods", name, index), search


def _found(case: Context) -> Iterator[tuple[Location, Waiting]]:
    """Everything in the news that is decided on."""
    news = case.brief.news or News()
    for name in ("publications", "changes", "notices"):
        for index, one in enumerate(getattr(news, name)):
            yield ("news", name, index), one


def query_without_date(case: Context) -> Iterator[Finding]:
    """A search with a query for PubMed, whose date is unknown.

    `evibrief news` asks for what is newer than the search. Without a date everything is new that the query ever found,
    and the first look is as much work as the search was.
    """
    for location, search in _searches(case):
        if search.query and search.date == "unknown":
            message = "this query is to be repeated, and nobody knows when it was asked first"
            yield Finding((*location, "date"), message, "give the day of the search")


def registry_number(case: Context) -> Iterator[Finding]:
    """A number of a trial that is not written as any registry writes its numbers.

    A slip in it finds nothing, and nothing is what a trial without results gives. Known are the numbers of
    ClinicalTrials.gov, ISRCTN, EudraCT, CTIS, ANZCTR, ChiCTR, CRIS, CTRI, DRKS, IRCT, jRCT, PACTR and UMIN.
    """
    for location, search in _searches(case):
        for index, number in enumerate(search.trials):
            if registry_of(number) is None:
                message = f"`{number:.60}` is not written as a registry of trials writes its numbers"
                hint = "copy it from the registry, without words around it: NCT and 8 digits, ISRCTN and 8 digits, …"
                yield Finding((*location, "trials", index), message, hint)


def news_dates(case: Context) -> Iterator[Finding]:
    """A look for news, or a decision on what it found, after the brief's date.

    The brief prints both, so it cannot be older than they are.
    """
    day, news = case.brief.brief.date, case.brief.news or News()
    looks = [(name, index) for name in ("queries", "trials", "checks") for index, _ in enumerate(getattr(news, name))]
    later = [(name, index) for name, index in looks if getattr(news, name)[index].on > day]
    for name, index in later[:1]:
        message = f"somebody looked for news on {getattr(news, name)[index].on}, after the brief's date, {day}"
        yield Finding(("news", name, index, "on"), message, "give the brief a new version and date")
    for location, one in _found(case):
        if one.decided_on and one.decided_on > day:
            message = f"this was decided on {one.decided_on}, after the brief's date, {day}"
            yield Finding((*location, "decided_on"), message, "correct one of the two dates")


def unsigned_news(case: Context) -> Iterator[Finding]:
    """A decision on something in the news without a signature, or one against it without a reason.

    What was found and left out is a decision about the evidence: somebody has to stand by it.
    """
    for location, one in _found(case):
        if one.decision != "open" and (one.decided_by is None or one.decided_on is None):
            hint = "add `decided_by` and `decided_on`, or leave it open"
            yield Finding((*location, "decision"), f"this is {one.decision}, but not signed", hint)
        if one.decision == "declined" and one.reason is None:
            yield Finding((*location, "decision"), "this is declined without a reason", "add `reason`")


def long_waiting(case: Context) -> Iterator[Finding]:
    """Something in the news that nobody has decided on for three months before the brief's date.

    Readers of page 1 are told that it waits, and each version in which it waits teaches them to read past it.
    """
    waits, day = what_waits(case.brief), case.brief.brief.date
    open_ones = {id(one) for some in (waits.publications, waits.changes, waits.notices) for one in some}
    for location, one in _found(case):
        if id(one) in open_ones and day - one.seen > LONGEST_WAIT:
            hint = "take it into the brief, or set `decision`, `reason`, `decided_by` and `decided_on`"
            yield Finding((*location, "seen"), f"this was found on {one.seen}, and nobody has decided on it", hint)


RULES: tuple[Rule, ...] = (
    warning("query-without-date", query_without_date),
    error("registry-number", registry_number),
    error("news-dates", news_dates),
    error("unsigned-news", unsigned_news),
    warning("long-waiting", long_waiting),
)
