"""Computes ratings from the legs of statements and the links of mechanisms, with a `LegInstrument`.

In: the records of a brief and its instrument. Out: for each statement its tier, the words of its legs, the studies that
it needs and what would move it up; for each link a judgement; for each chain its support. All of them hold the tally
that they were computed from.
"""

from collections.abc import Callable, Collection, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from evibrief.evidence.instrument import DecisionRule, LegInstrument, Scale
from evibrief.evidence.vocabulary import Leg
from evibrief.rating.decision_tables import rank
from evibrief.rating.leg_tables import LegState, leg_state, link_rule, support_rule, tier_rule
from evibrief.rating.observations import (
    LEGS,
    ClaimRecord,
    Observation,
    Observer,
    PeopleRecord,
    StudyRecord,
    not_required,
    without,
)
from evibrief.rating.ratings import Fall
from evibrief.rating.tally import LinkTally, StatementTally, tally_leg, tally_link, tally_statement
from evibrief.rating.units import Unit, Units, units_of
from evibrief.rating.ways_up import WayUp, ways_up


class StatementRecord(Protocol):
    """What is asked of a ranked statement."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def kind(self) -> str:
        """`reason`, `against` or `missing`."""

    @property
    def claims(self) -> Sequence[str]:
        """The claims that it rests on, by id."""


class LinkRecord(Protocol):
    """What is asked of a link."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def kind(self) -> str:
        """Which step it is; `bridge` for the inference that joins intervention and condition."""

    @property
    def claims(self) -> Sequence[str]:
        """The claims that it rests on, by id."""

    @property
    def requires(self) -> Sequence[str]:
        """Those claims that are all needed; empty if any of the claims will do."""


class MechanismRecord(Protocol):
    """What is asked of a mechanism."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def links(self) -> Sequence[LinkRecord]:
        """Its steps."""


@dataclass(frozen=True, slots=True)
class RatedStatement:
    """The tier of a statement, and what it depends on."""

    tier: str
    reason: str
    legs: Mapping[Leg, str]
    """The word of each leg."""

    tally: StatementTally
    falls: tuple[Fall, ...]
    """Every study without which the tier is lower: none, the one that it rests on, or several that it all needs."""

    ways_up: tuple[WayUp, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Claims that are judged together, and how well they are supported."""

    claims: tuple[str, ...]
    judgement: str
    reason: str
    tally: LinkTally


@dataclass(frozen=True, slots=True)
class RatedLink:
    """How well a link is supported: as well as the weakest of its requirements."""

    judgement: str
    reason: str
    tally: LinkTally
    """The studies of all requirements together; the others are context."""

    requirements: tuple[Requirement, ...]
    claims: int
    """How many claims decide."""

    studied: int
    """How many of them have a study that counts."""

    falls: tuple[Fall, ...]


@dataclass(frozen=True, slots=True)
class RatedChain:
    """The support of a mechanism, and the links that it fails at."""

    support: str
    reason: str
    weakest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegRatings:
    """All ratings of a brief, by id."""

    instrument: LegInstrument
    statements: Mapping[str, RatedStatement]
    links: Mapping[str, RatedLink]
    chains: Mapping[str, RatedChain]


@dataclass(frozen=True, slots=True)
class LegRater:
    """Applies an instrument to the records of one brief."""

    instrument: LegInstrument
    claims: Mapping[str, ClaimRecord]
    observer: Observer
    units: Units

    def rate(
        self,
        statements: Iterable[StatementRecord],
        mechanisms: Iterable[MechanismRecord],
        searched: Container[str] = (),
    ) -> LegRatings:
        """Rate all statements, links and chains. `searched` has the links for which a search is named."""
        mechanisms = tuple(mechanisms)
        links = {one.id: self.rate_link(one, one.id in searched) for chain in mechanisms for one in chain.links}
        return LegRatings(
            instrument=self.instrument,
            statements={statement.id: self.rate_statement(statement) for statement in statements},
            links=links,
            chains={chain.id: self.rate_chain(chain, links) for chain in mechanisms},
        )

    def rate_statement(self, statement: StatementRecord) -> RatedStatement:
        """The tier of a statement, from the words of its legs."""
        observed = self.observer.of_statement((self.claims[name] for name in statement.claims), statement.kind)
        rule = self.tier_rule(statement.kind, observed)

        def level_without(unit: Unit) -> str:
            return self.tier_rule(statement.kind, without(unit, observed, self.units)).level

        tally = tally_statement(observed, self.units)
        return RatedStatement(
            tier=rule.level,
            reason=rule.reason,
            legs={leg: state.word for leg, state in self._states(observed).items()},
            tally=tally,
            falls=_falls(tally.merged.studies, self.instrument.tier, rule.level, level_without),
            ways_up=ways_up(statement.kind, observed, self.units, self.instrument),
        )

    def tier_rule(self, kind: str, observed: Collection[Observation]) -> DecisionRule:
        """The rule that gives the tier of a statement on which these observations bear."""
        return tier_rule(kind, self._states(observed), self.instrument)

    def rate_link(self, link: LinkRecord, searched: bool) -> RatedLink:
        """How well a link is supported: its claims together, or the weakest of those that it requires."""
        sets = tuple((name,) for name in link.requires) or (tuple(link.claims),)
        observed = {names: self._observed(names, link.kind) for names in sets}
        requirements = tuple(self._requirement(names, own, searched) for names, own in observed.items())
        decides = self._weakest(requirements)

        def level_without(unit: Unit) -> str:
            rest = {names: without(unit, own, self.units) for names, own in observed.items()}
            return self._weakest(self._requirement(names, own, searched) for names, own in rest.items()).judgement

        needed = {name for names in sets for name in names}
        bearing = [one for own in observed.values() for one in own]
        beside = self._observed((name for name in link.claims if name not in needed), link.kind)
        return RatedLink(
            judgement=decides.judgement,
            reason=decides.reason,
            tally=tally_link((*bearing, *map(not_required, beside)), self.units),
            requirements=requirements,
            claims=len(needed),
            studied=len({one.claim for one in bearing if one.counted}),
            falls=_falls(self._counted(bearing), self.instrument.judgement, decides.judgement, level_without),
        )

    def rate_chain(self, mechanism: MechanismRecord, links: Mapping[str, RatedLink]) -> RatedChain:
        """The support of a chain: the worst that any of its steps gives with any of its bridges.

        It is taken over all that the links require, because the weakest of two judgements hides the other one: at a
        bridge, a conflict is worse than no clear result, and in a judgement it is better.
        """
        words: dict[bool, list[str]] = {True: [], False: []}
        for link in mechanism.links:
            words[link.kind == "bridge"] += [one.judgement for one in links[link.id].requirements]
        pairs = product(words[False] or ["unsearched"], words[True] or ["unsearched"])
        rules = [support_rule(step, bridge, self.instrument) for step, bridge in pairs]
        worst = max(rules, key=lambda rule: rank(self.instrument.support, rule.level))
        at_fault = tuple(link.id for link in mechanism.links if worst.level in self._support_at(link, links[link.id]))
        return RatedChain(worst.level, worst.reason, at_fault)

    def _support_at(self, link: LinkRecord, rated: RatedLink) -> set[str]:
        """The support that a chain would have by this link alone."""
        best = self.instrument.judgement.levels[0].id
        words = [one.judgement for one in rated.requirements]
        pairs = [(best, word) if link.kind == "bridge" else (word, best) for word in words]
        return {support_rule(step, bridge, self.instrument).level for step, bridge in pairs}

    def _states(self, observed: Collection[Observation]) -> Mapping[Leg, LegState]:
        legs = {leg: tally_leg((one for one in observed if one.leg == leg), self.units) for leg in LEGS}
        return {leg: leg_state(streams, self.instrument) for leg, streams in legs.items()}

    def _observed(self, names: Iterable[str], kind: str) -> tuple[Observation, ...]:
        """What bears on a link in some of its claims."""
        return self.observer.of_link((self.claims[name] for name in names), kind)

    def _requirement(self, names: tuple[str, ...], observed: Collection[Observation], searched: bool) -> Requirement:
        tally = tally_link(observed, self.units)
        rule = link_rule(tally, searched, self.instrument)
        return Requirement(names, rule.level, rule.reason, tally)

    def _weakest(self, requirements: Iterable[Requirement]) -> Requirement:
        return max(requirements, key=lambda one: rank(self.instrument.judgement, one.judgement))

    def _counted(self, observed: Iterable[Observation]) -> tuple[Unit, ...]:
        return self.units.in_order({one.unit for one in observed if one.counted})


def rater_of(
    instrument: LegInstrument,
    claims: Iterable[ClaimRecord],
    studies: Iterable[StudyRecord],
    populations: Mapping[str, PeopleRecord],
    identifiers: Mapping[str, Collection[Hashable]],
) -> LegRater:
    """A rater for the records of a brief, in the author's order. `identifiers`: each publication's DOIs and PMIDs."""
    studies = tuple(studies)
    units = units_of(studies, identifiers, instrument.counting.reviews)
    by_reference = {study.reference: study for study in studies}
    observer = Observer(instrument.counting, by_reference, populations, units)
    return LegRater(instrument, {claim.id: claim for claim in claims}, observer, units)


def _falls(studies: Iterable[Unit], scale: Scale, level: str, level_without: Callable[[Unit], str]) -> tuple[Fall, ...]:
    """Each study without which the level is lower. A level that would rise is not a reason for doubt."""
    found = (Fall(unit, level_without(unit)) for unit in studies)
    return tuple(fall for fall in found if rank(scale, fall.level) > rank(scale, level))
