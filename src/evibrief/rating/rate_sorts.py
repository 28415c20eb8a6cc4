"""Computes ratings with an instrument that counts studies by sort, and shows what they depend on.

In: the records of a brief and its instrument. Out: for every statement its computed tier with the reason, the studies
that support it and each study without which it would fall; for every link a judgement; for every chain a certainty,
which is that of its weakest link.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from evibrief.evidence.claims import Claim, Evidence, Link, Mechanism, PopulationRecord, Statement, Study
from evibrief.evidence.fields import ReferenceKey
from evibrief.evidence.instrument import Instrument, Scale
from evibrief.evidence.vocabulary import Certainty, Design, Tier
from evibrief.rating.decision_tables import Case, decide, rank, sort_fits, with_totals
from evibrief.rating.ratings import (
    CERTAINTIES,
    ChainRating,
    Fall,
    LinkRating,
    Ratings,
    StatementRating,
    Tally,
    column_of,
)
from evibrief.rating.support import Stance, Support, sides, study_of, weigh
from evibrief.rating.tally import ContextStudy
from evibrief.rating.units import Unit


@dataclass(frozen=True, slots=True)
class SortTally:
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
        by_sort["contrary"] = len(self.contrary(instrument))
        return with_totals(instrument, by_sort)

    def contrary(self, instrument: Instrument) -> dict[ReferenceKey, str]:
        """The contradicting studies of a sort that counts as contradiction."""
        return {study: sort for study, sort in self.contradicting.items() if sort in instrument.contrary}


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

        shown = self._shown(tally, claims, weigh(claims, self.studies, towards_benefit=True))
        computed = cast(Tier, rule.level)
        final = statement.final.tier if statement.final else computed
        falls = _falls(tally, self.instrument.tier, rule.level, level_without)
        is_reason = statement.kind == "reason"
        return StatementRating(computed, final, rule.reason, shown, falls, counts, is_reason=is_reason)

    def rate_link(self, link: Link) -> LinkRating:
        """How well a link is supported as worded, whether or not it favours a benefit."""
        claims = [self.claims[name] for name in link.all_claims]
        tally = self.tally(claims)
        counts = tally.counts(self.instrument)
        rule = decide(self.instrument.judgement, _case(link.kind, counts))

        def level_without(study: ReferenceKey) -> str:
            rest = self.tally(claims, without=study).counts(self.instrument)
            return decide(self.instrument.judgement, _case(link.kind, rest)).level

        falls = _falls(tally, self.instrument.judgement, rule.level, level_without)
        return LinkRating(rule.level, rule.reason, self._shown(tally, claims, weigh(claims, self.studies)), falls)

    def judge_claim(self, claim: Claim) -> str:
        """How well one claim is supported, by the table for links of the same kind.

        These tables have no kind for direct evidence: it is judged as the intervention's, as it was in format 1.
        """
        counts = self.tally([claim]).counts(self.instrument)
        kind = "intervention" if claim.about in ("direct", "background") else claim.about
        return decide(self.instrument.judgement, _case(kind, counts)).level

    def tally(
        self, claims: Iterable[Claim], towards_benefit: bool = False, without: ReferenceKey | None = None
    ) -> SortTally:
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
        return SortTally(supporting, contradicting, rest)

    def _shown(self, tally: SortTally, claims: Iterable[Claim], cited: Support) -> Tally:
        """The studies as they are printed: what does not count is inconclusive, if a claim is disputed, or context."""
        contrary = tally.contrary(self.instrument)
        counted = {**tally.supporting, **contrary}
        unclear = [key for key in dict.fromkeys((*tally.disputed, *cited.mixed)) if key not in counted]
        every = dict.fromkeys((*cited.supporting, *cited.contradicting, *cited.context))
        rest = [key for key in every if key not in counted and key not in unclear]
        kinds = {**self._sorts_of(claims), **tally.disputed, **counted}
        return Tally(
            supporting=column_of(tally.supporting),
            against=column_of(contrary),
            inconclusive=column_of(unclear),
            context=tuple(ContextStudy(Unit(key), ()) for key in rest),
            kinds={Unit(key): sort for key, sort in kinds.items()},
        )

    def _sorts_of(self, claims: Iterable[Claim]) -> dict[ReferenceKey, str]:
        """The sort of each study that any of the claims lists."""
        found: dict[ReferenceKey, str] = {}
        for entry in (entry for claim in claims for entry in claim.evidence):
            self._count(study_of(entry.source, self.studies), self.sort_of(entry), found)
        return found

    def _is_disputed(self, taken: Iterable[tuple[ReferenceKey, str, Stance]]) -> bool:
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


def _falls(
    tally: SortTally, scale: Scale, level: str, level_without: Callable[[ReferenceKey], str]
) -> tuple[Fall, ...]:
    """Each study without which the level is lower. A level that would rise is not a reason for doubt."""
    studies = dict.fromkeys((*tally.supporting, *tally.contradicting))
    found = (Fall(Unit(study), level_without(study)) for study in studies)
    return tuple(fall for fall in found if rank(scale, fall.level) > rank(scale, level))


def rate_chain(mechanism: Mechanism, links: Mapping[str, LinkRating], instrument: Instrument) -> ChainRating:
    """The certainty of a chain: that of its weakest link, unless a person decided otherwise."""
    levels = {link.id: certainty_of(links[link.id], instrument) for link in mechanism.links}
    computed = max(levels.values(), key=CERTAINTIES.index)
    weakest = tuple(name for name, level in levels.items() if level == computed)
    reason = next(rule.reason for rule in instrument.certainty.rules if rule.level == computed)
    final = mechanism.certainty.level if mechanism.certainty else computed
    return ChainRating(computed, final, reason, weakest)


def certainty_of(link: LinkRating, instrument: Instrument) -> Certainty:
    """The certainty that follows from the judgement of a link."""
    return cast(Certainty, decide(instrument.certainty, {"judgement": link.judgement}).level)
