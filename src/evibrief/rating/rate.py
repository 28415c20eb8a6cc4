"""Ratings: what an instrument makes of the encoded evidence, and what they hang on.

In: a `Brief` and the instrument that it names. Out: for every statement its computed tier with the reason, the
studies that carry it and those that, taken away alone, would change it; for every link a judgement; for every chain
a certainty, which is that of its weakest link.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from evibrief.evidence.claims import Claim, Evidence, Link, Mechanism, PopulationRecord, Statement, Study
from evibrief.evidence.fields import ReferenceKey
from evibrief.evidence.instrument import Instrument
from evibrief.evidence.vocabulary import Certainty, Judgement, Tier
from evibrief.rating.decision_tables import Case, decide, sort_fits, with_totals
from evibrief.rating.support import Side, sides, study_of


@dataclass(frozen=True, slots=True)
class Tally:
    """The studies that an instrument counts: each with its sort, by its key.

    `disputed` are studies that support a claim which another study contradicts: they are shown, and carry nothing.
    """

    supporting: Mapping[ReferenceKey, str]
    contradicting: Mapping[ReferenceKey, str]
    disputed: Mapping[ReferenceKey, str]

    def counts(self, instrument: Instrument) -> dict[str, int]:
        """Numbers of studies by sort and total, with the contradicting ones that count as `contrary`."""
        by_sort: dict[str, int] = {}
        for sort in self.supporting.values():
            by_sort[sort] = by_sort.get(sort, 0) + 1
        by_sort["contrary"] = sum(sort in instrument.contrary for sort in self.contradicting.values())
        return with_totals(instrument, by_sort)


@dataclass(frozen=True, slots=True)
class WithoutStudy:
    """What the computed level would be without one study."""

    study: ReferenceKey
    level: str


@dataclass(frozen=True, slots=True)
class StatementRating:
    """The tiers of a statement and what they rest on. `final` is the computed tier unless a person decided."""

    computed: Tier
    final: Tier
    reason: str
    counts: Mapping[str, int]
    tally: Tally
    fragility: tuple[WithoutStudy, ...]

    @property
    def rests_on(self) -> ReferenceKey | None:
        """The one study without which the computed tier would be lower, when there is just one."""
        order = get_args(Tier)
        lower = [change for change in self.fragility if order.index(change.level) > order.index(self.computed)]
        return lower[0].study if len(lower) == 1 else None


@dataclass(frozen=True, slots=True)
class LinkRating:
    """How well a link is supported, and the certainty that follows from it."""

    judgement: Judgement
    certainty: Certainty
    reason: str
    counts: Mapping[str, int]
    tally: Tally
    fragility: tuple[WithoutStudy, ...]


@dataclass(frozen=True, slots=True)
class ChainRating:
    """The certainty of a mechanism: that of its weakest links. `final` differs where a person signed."""

    computed: Certainty
    final: Certainty
    reason: str
    weakest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratings:
    """Everything that an instrument says of a brief, by id."""

    instrument: Instrument
    statements: Mapping[str, StatementRating]
    links: Mapping[str, LinkRating]
    chains: Mapping[str, ChainRating]
    claims: Mapping[str, Judgement]


@dataclass(frozen=True)
class Rater:
    """An instrument at work on the records of one brief."""

    instrument: Instrument
    claims: Mapping[str, Claim]
    studies: Mapping[str, Study]
    populations: Mapping[str, PopulationRecord]

    def rate(self, statements: Iterable[Statement], mechanisms: Sequence[Mechanism]) -> Ratings:
        """Rate all that can be rated."""
        links = {link.id: self.rate_link(link) for mechanism in mechanisms for link in mechanism.links}
        return Ratings(
            instrument=self.instrument,
            statements={statement.id: self.rate_statement(statement) for statement in statements},
            links=links,
            chains={mechanism.id: rate_chain(mechanism, links, self.instrument) for mechanism in mechanisms},
            claims={name: self.judge_claim(claim) for name, claim in self.claims.items() if claim.about != "gap"},
        )

    def rate_statement(self, statement: Statement) -> StatementRating:
        """The tier that follows from the studies for and against a benefit, and what it would be without each."""
        claims = [self.claims[name] for name in statement.claims]
        tally = self.tally(claims, towards_benefit=True)
        counts = tally.counts(self.instrument)
        rule = decide(self.instrument.tier, _case(statement.kind, counts))

        def level_without(study: ReferenceKey) -> str:
            rest = self.tally(claims, towards_benefit=True, without=study).counts(self.instrument)
            return decide(self.instrument.tier, _case(statement.kind, rest)).level

        final = statement.final.tier if statement.final else cast(Tier, rule.level)
        fragility = _changes(tally, rule.level, level_without)
        return StatementRating(cast(Tier, rule.level), final, rule.reason, counts, tally, fragility)

    def rate_link(self, link: Link) -> LinkRating:
        """How well a link is supported as it is worded, whichever way it points."""
        claims = [self.claims[name] for name in link.claims]
        tally = self.tally(claims)
        counts = tally.counts(self.instrument)
        rule = decide(self.instrument.judgement, _case(link.kind, counts))

        def level_without(study: ReferenceKey) -> str:
            rest = self.tally(claims, without=study).counts(self.instrument)
            return decide(self.instrument.judgement, _case(link.kind, rest)).level

        certainty = decide(self.instrument.certainty, {"judgement": rule.level})
        return LinkRating(
            cast(Judgement, rule.level), cast(Certainty, certainty.level), rule.reason, counts, tally,
            _changes(tally, rule.level, level_without),
        )  # fmt: skip

    def judge_claim(self, claim: Claim) -> Judgement:
        """How well one claim is supported, by the table for the links of its kind."""
        counts = self.tally([claim]).counts(self.instrument)
        return cast(Judgement, decide(self.instrument.judgement, _case(claim.about, counts)).level)

    def tally(
        self, claims: Iterable[Claim], towards_benefit: bool = False, without: ReferenceKey | None = None
    ) -> Tally:
        """Count the studies behind some claims, if need be as if one study did not exist."""
        supporting: dict[ReferenceKey, str] = {}
        contradicting: dict[ReferenceKey, str] = {}
        disputed: dict[ReferenceKey, str] = {}
        for claim in claims:
            taken = [
                (study, self.sort_of(entry), side)
                for entry, side in sides(claim, towards_benefit)
                if (study := study_of(entry.source, self.studies)) != without
            ]
            carries = disputed if self._is_disputed(taken) else supporting
            for study, sort, side in taken:
                self._count(study, sort, carries if side == "for" else contradicting)
        rest = {study: sort for study, sort in disputed.items() if study not in supporting}
        return Tally(supporting, contradicting, rest)

    def _is_disputed(self, taken: Iterable[tuple[ReferenceKey, str, Side]]) -> bool:
        return any(side == "against" and sort in self.instrument.contrary for _, sort, side in taken)

    def _count(self, study: ReferenceKey, sort: str, column: dict[ReferenceKey, str]) -> None:
        """A study that is of several sorts for several claims is of the sort that the instrument lists first."""
        order = [sort.id for sort in self.instrument.sorts]
        column[study] = min(sort, column.get(study, sort), key=order.index)

    def sort_of(self, entry: Evidence) -> str:
        """The sort of study that a piece of evidence comes from."""
        study, population = self.studies.get(entry.source), self.populations[entry.population]
        kind = (study.design if study else "unknown", population.species, population.relation, entry.exposure)
        return next(sort.id for sort in self.instrument.sorts if sort_fits(sort, *kind))


def _case(kind: str, counts: Mapping[str, int]) -> Case:
    return {"kind": kind, **counts}


def _changes(tally: Tally, level: str, level_without: Callable[[ReferenceKey], str]) -> tuple[WithoutStudy, ...]:
    """The studies that, taken away alone, change the level, and the level that would then be given."""
    studies = dict.fromkeys((*tally.supporting, *tally.contradicting))
    changes = (WithoutStudy(study, level_without(study)) for study in studies)
    return tuple(change for change in changes if change.level != level)


def rate_chain(mechanism: Mechanism, links: Mapping[str, LinkRating], instrument: Instrument) -> ChainRating:
    """The certainty of a chain is that of its weakest link, unless a person signed another."""
    order: tuple[Certainty, ...] = get_args(Certainty)
    computed = max((links[link.id].certainty for link in mechanism.links), key=order.index)
    weakest = tuple(link.id for link in mechanism.links if links[link.id].certainty == computed)
    reason = next(rule.reason for rule in instrument.certainty.rules if rule.level == computed)
    final = mechanism.certainty.level if mechanism.certainty else computed
    return ChainRating(computed, final, reason, weakest)


def by_tier(statements: Iterable[Statement], ratings: Ratings) -> Mapping[Tier, tuple[Statement, ...]]:
    """The statements by final tier, the best first; inside a tier in the author's order, since nothing ranks them."""
    groups: dict[Tier, tuple[Statement, ...]] = dict.fromkeys(get_args(Tier), ())
    for statement in statements:
        groups[ratings.statements[statement.id].final] += (statement,)
    return {tier: group for tier, group in groups.items() if group}
