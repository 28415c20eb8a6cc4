"""News: what came after the searches of a brief. `evibrief news` writes it; a person decides on what it found.

In: `news.yaml` as read. Out: `News`, part of a `Brief`. It is not evidence: it changes no rating and no evidence hash.
The words of titles and notices are those of the source that was asked.
"""

from typing import Literal

from pydantic import Field

from evibrief.evidence.fields import Date, DateOrUnknown, Events, Prose, Record, Text

NewsDecision = Literal["open", "done", "declined"]
NewsNoticeKind = Literal["retraction", "concern", "correction", "reinstatement", "other-notice"]
NewsSource = Literal["PubMed", "Crossref"]


class Waiting(Record):
    """Something that was found, and what was decided on it."""

    seen: Date = Field(description="when it was first found")
    decision: NewsDecision = "open"
    reason: Prose | None = Field(default=None, description="what was changed in the brief, or why nothing was")
    decided_by: Text | None = Field(default=None, description="a name or a role")
    decided_on: Date | None = None


class NewPublication(Waiting):
    """A publication that the brief does not have. It waits until it is a reference of the brief, or decided on."""

    title: Text
    published: Text = Field(description="when, in the words of the source, or `unknown`")
    journal: Text = Field(description="where, or `unknown`")
    pmid: Text | None = None
    doi: Text | None = None
    found_by: tuple[Text, ...] = Field(default=(), description="the queries and the numbers of trials that found it")


class TrialChange(Waiting):
    """What changed in the registry's entry of a trial."""

    number: Text = Field(description="of the trial, in its registry")
    what: Literal["status", "results"]
    was: Text = Field(description="in the words of the registry, or `unknown`")
    now: Text


class NewNotice(Waiting):
    """A notice on a publication that the brief cites."""

    reference: Text = Field(description="the id of the publication in `references.json`")
    kind: NewsNoticeKind
    source: NewsSource = Field(description="who told of it")
    called: Text = Field(description="what the source calls it")
    where: Text = Field(description="where the notice is, or `unknown`: in the words of the source, or its DOI")
    date: DateOrUnknown


class QueryLook(Record):
    """When PubMed last answered a query, or told what names a trial."""

    query: Text = Field(description="the query, or the number of a trial")
    on: Date
    since: DateOrUnknown = Field(description="what PubMed has got since then was asked for; `unknown`: everything")
    found: Events = Field(description="how many publications PubMed named")
    left_out: tuple[Text, ...] = Field(default=(), description="words of the query that PubMed did not find")


class TrialLook(Record):
    """When a registry last told of a trial, and what."""

    number: Text
    on: Date
    status: Text = Field(description="in the words of the registry")
    results: DateOrUnknown | None = Field(default=None, description="when results were posted, if any were")
    updated: DateOrUnknown = Field(description="when the entry was last changed")


class NoticeLook(Record):
    """When a source last told which notices there are on what the brief cites."""

    source: NewsSource
    on: Date
    references: tuple[Text, ...] = Field(default=(), description="ids of the publications that it knows")


class News(Record):
    """`news.yaml`: when somebody last looked for what is newer than the brief, and what waits for a decision.

    `evibrief news` writes it. Decide in it: set `decision`, `decided_by`, `decided_on` and `reason`; the next look
    keeps that.
    """

    queries: tuple[QueryLook, ...] = ()
    trials: tuple[TrialLook, ...] = ()
    checks: tuple[NoticeLook, ...] = ()
    publications: tuple[NewPublication, ...] = ()
    changes: tuple[TrialChange, ...] = ()
    notices: tuple[NewNotice, ...] = ()
