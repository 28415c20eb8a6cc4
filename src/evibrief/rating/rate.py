"""Computes ratings from the encoded evidence with an instrument, and shows what they depend on.

In: the records of a brief and its instrument. Out: for every statement its computed tier with the reason, the studies
that support it and each study whose removal would change it; for every link a judgement; for every chain a certainty,
which is that of its weakest link.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from evibrief.evidence.claims import Claim, Evidence, Link, Mechanism, PopulationRecord, Statement, Study
from evibrief.evidence.fields import ReferenceKey
from evibrief.evidence.instrument import Instrument
from evibrief.evidence.vocabulary import Certainty, Design, Judgement, Tier
from evibrief.rating.decision_tables import Case, decide, sort_fits, with_totals
from evibrief.rating.support import Side, sides, study_of


@dataclass(frozen=True, slots=True)
class Tally:
    """The studies that an instrument counts, as a mapping from key to sort.

    `disputed` studies support a claim that another study contradicts: they are shown but not counted as support.
    """

    supporting: Mapping[ReferenceKey, str]
    contradicting: Mapping[ReferenceKey, str]
    disputed: Mapping[ReferenceKey, str]

    def counts(self, instrument: Instrument) -> dict[str, int]:
        """Numbers of supporting studies by sort and total, plus the contradicting ones that count as `contrary`."""
        by_sort: dict[str, int] = {}
        for sort in self.supporting.values():
            by_sort[sort] = by_sort.get(sort, 0) + 1
        by_sort["contrary"] = sum(sort in instrument.contrary for sort in self.contradicting.values())
        return with_totals(instrument, by_sort)


@dataclass(frozen=True, slots=True)
class WithoutStudy:
    """The computed level if one study is left out."""

    study: ReferenceKey
    level: str


@dataclass(frozen=True, slots=True)
class StatementRating:
    """The tiers of a statement and what they depend on. `final` is the computed tier unless a person decided."""

    computed: Tier
    final: Tier
    reason: str
    counts: Mapping[str, int]
    tally: Tally
    fragility: tuple[WithoutStudy, ...]

    @property
    def rests_on(self) -> ReferenceKey | None:
        """The study without which the computed tier would be lower, if there is exactly one."""
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
    """The certainty of a mechanism: that of its weakest links. `final` may differ if a person decided."""

    computed: Certainty
    final: Certainty
    reason: str
    weakest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratings:
    """All ratings of a brief, by id."""

    instrument: Instrument
    statements: Mapping[str, StatementRating]
    links: Mapping[str, LinkRating]
    chains: Mapping[str, ChainRating]
    claims: Mapping[str, Judgement]


@dataclass(frozen=True)
class Rater:
    """Applies an instrument to the records of one brief."""

    instrument: Instrument
    claims: Mapping[str, Claim]
    studies: Mapping[str, Study]
    populations: Mapping[str, PopulationRecord]

    def rate(self, statements: Iterable[Statement], mechanisms: Sequence[Mechanism]) -> Ratings:
        """Rate all statements, links, chains and claims."""
        links = {link.id: self.rate_link(link) for mechanism in mechanisms for link in mechanism.links}
        return Ratings(
            instrument=self.instrument,
            statements={statement.id: self.rate_statement(statement) for statement in statements},
            links=links,
            chains={mechanism.id: rate_chain(mechanism, links, self.instrument) for mechanism in mechanisms},
            claims={name: self.judge_claim(claim) for name, claim in self.claims.items() if claim.about != "gap"},
        )

    def rate_statement(self, statement: Statement) -> StatementRating:
        """The tier computed from the studies for and against a benefit, and the tier without each study."""
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
        """How well a link is supported as worded, whether or not it favours a benefit."""
        claims = [self.claims[name] for name in link.all_claims]
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
        """How well one claim is supported, by the table for links of the same kind.

        These tables have no kind for direct evidence: it is judged as the intervention's, as it was in format 1.
        """
        counts = self.tally([claim]).counts(self.instrument)
        kind = "intervention" if claim.about in ("direct", "background") else claim.about
        return cast(Judgement, decide(self.instrument.judgement, _case(kind, counts)).level)

    def tally(
        self, claims: Iterable[Claim], towards_benefit: bool = False, without: ReferenceKey | None = None
    ) -> Tally:
        """Count the studies of some claims, leaving out the study `without`."""
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
        """Count a study; of different sorts for different claims, the one that the instrument lists first is used."""
        order = [sort.id for sort in self.instrument.sorts]
        column[study] = min(sort, column.get(study, sort), key=order.index)

    def sort_of(self, entry: Evidence) -> str:
        """The sort of study of a piece of evidence."""
        study, population = self.studies.get(entry.source), self.populations[entry.population]
        design = self._design_counted(study.design) if study else "unknown"
        kind = (design, population.species, population.relation, entry.exposure)
        return next(sort.id for sort in self.instrument.sorts if sort_fits(sort, *kind))

    def _design_counted(self, design: Design) -> Design:
        """The design, or the nearest one that the instrument knows: an instrument is older than some of the words."""
        known = {one for sort in self.instrument.sorts for one in sort.designs}
        return design if design in known else _NEAREST_DESIGN.get(design, design)


_NEAREST_DESIGN: Mapping[Design, Design] = {
    "meta-analysis": "systematic-review",
    "non-randomised-trial": "uncontrolled-trial",
    "case-series": "case-report",
}
"""For designs that came later: what they were called before. A plan or a guideline is of no sort that counts."""


def _case(kind: str, counts: Mapping[str, int]) -> Case:
    return {"kind": kind, **counts}


def _changes(tally: Tally, level: str, level_without: Callable[[ReferenceKey], str]) -> tuple[WithoutStudy, ...]:
    """Each study whose removal changes the level, with the level that would result."""
    studies = dict.fromkeys((*tally.supporting, *tally.contradicting))
    changes = (WithoutStudy(study, level_without(study)) for study in studies)
    return tuple(change for change in changes if change.level != level)


def rate_chain(mechanism: Mechanism, links: Mapping[str, LinkRating], instrument: Instrument) -> ChainRating:
    """The certainty of a chain: that of its weakest link, unless a person decided otherwise."""
    order: tuple[Certainty, ...] = get_args(Certainty)
    computed = max((links[link.id].certainty for link in mechanism.links), key=order.index)
    weakest = tuple(link.id for link in mechanism.links if links[link.id].certainty == computed)
    reason = next(rule.reason for rule in instrument.certainty.rules if rule.level == computed)
    final = mechanism.certainty.level if mechanism.certainty else computed
    return ChainRating(computed, final, reason, weakest)


def by_tier(statements: Iterable[Statement], ratings: Ratings) -> Mapping[Tier, tuple[Statement, ...]]:
    """The statements by final tier, best first; within a tier in the author's order, because they are not ranked."""
    groups: dict[Tier, tuple[Statement, ...]] = dict.fromkeys(get_args(Tier), ())
    for statement in statements:
        groups[ratings.statements[statement.id].final] += (statement,)
    return {tier: group for tier, group in groups.items() if group}
