"""What a rule of `evibrief check` is, and what it may look at.

The other modules of this room define the rules; `run` runs them.
"""

import datetime
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import cleandoc

from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS
from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Evidence, Link, Mechanism, Statement
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.unfinished import Filling
from evibrief.problems import Severity
from evibrief.rating.decision_tables import InstrumentFault
from evibrief.rating.findings import Findings, derive
from evibrief.rating.leg_tables import faults_of_any
from evibrief.rating.ratings import Ratings


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a rule: where, what is wrong, what to do. `within` is the part of the text it is about."""

    location: Location
    message: str
    hint: str
    within: str = ""


@dataclass(frozen=True)
class Context:
    """What a rule may look at. `today` is None if no result may depend on the date."""

    brief: Brief
    source: SourceTree
    characters: Container[int]
    today: datetime.date | None = None

    @cached_property
    def faults(self) -> tuple[InstrumentFault, ...]:
        """The faults of the instrument; if it has any, nothing is rated."""
        return faults_of_any(self.brief.instrument) if self.brief.instrument else ()

    @cached_property
    def findings(self) -> Findings:
        """Everything that is derived from the brief."""
        return derive(self.brief.model_copy(update={"instrument": None}) if self.faults else self.brief)

    @property
    def ratings(self) -> Ratings | None:
        """The ratings, if the brief names an instrument and that has no faults."""
        return self.findings.ratings

    def claims(self) -> Iterator[tuple[Location, Claim]]:
        """Every claim with its location."""
        for at, group in enumerate(self.brief.claims):
            for index, claim in enumerate(group.claims):
                yield ("claims", at, "claims", index), claim

    def statements(self) -> Iterator[tuple[Location, Statement]]:
        """Every statement of the ranking with its location."""
        for index, statement in enumerate(self.brief.ranking.statements):
            yield ("ranking", "statements", index), statement

    def mechanisms(self) -> Iterator[tuple[Location, Mechanism]]:
        """Every mechanism with its location."""
        for index, mechanism in enumerate(self.brief.mechanisms):
            yield ("mechanisms", index), mechanism

    def links(self) -> Iterator[tuple[Location, Link]]:
        """Every link of every mechanism with its location."""
        for location, mechanism in self.mechanisms():
            for index, link in enumerate(mechanism.links):
                yield (*location, "links", index), link

    def evidence(self) -> Iterator[tuple[Location, Evidence]]:
        """Every piece of evidence in every kind of record, with its location."""
        doses, brief = self.brief.doses, self.brief
        holders = [(location, claim.evidence) for location, claim in self.claims()]
        holders += [(("doses", "people", at), dose.evidence) for at, dose in enumerate(doses.people)]
        holders += [(("doses", "other", at), exposure.evidence) for at, exposure in enumerate(doses.other)]
        holders += [(("time-course", at), course.evidence) for at, course in enumerate(brief.time_course)]
        holders += [(("harms", at), harm.evidence) for at, harm in enumerate(brief.harms)]
        for location, entries in holders:
            yield from (((*location, "evidence", index), entry) for index, entry in enumerate(entries))

    def texts(self) -> Sequence[tuple[Location, str]]:
        """Every text that an author wrote, except references, the instrument, and news with titles of others."""
        return self._texts

    @cached_property
    def _texts(self) -> Sequence[tuple[Location, str]]:
        others = ("references", "instrument", APPRAISAL_INSTRUMENTS, "news")
        return [(location, text) for location, text in self.source.scalars() if location[0] not in others]


Find = Callable[[Context], Iterator[Finding]]

Fill = Callable[[Filling, Finding], None]
"""Puts a placeholder where a rule found that something is still to be written."""


def as_it_is(filling: Filling, found: Finding) -> None:
    """The `Fill` of a rule whose findings can be printed as they are."""


@dataclass(frozen=True)
class Rule:
    """A rule with its stable name. Its description is the docstring of `find`.

    `unfinished` is set if its findings are about something that is still to be written: it fills that place in a draft.
    """

    name: str
    severity: Severity
    find: Find
    unfinished: Fill | None = None

    @property
    def description(self) -> str:
        """What the rule looks for, why, and what to do about it."""
        return cleandoc(self.find.__doc__ or "")


def error(name: str, find: Find, unfinished: Fill | None = None) -> Rule:
    """A rule whose findings stop a build; with `unfinished`, not that of a draft."""
    return Rule(name, "error", find, unfinished)


def warning(name: str, find: Find) -> Rule:
    """A rule whose findings do not stop a build."""
    return Rule(name, "warning", find)
