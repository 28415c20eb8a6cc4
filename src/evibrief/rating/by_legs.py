"""The ratings of a brief with an instrument by legs, in the form that every page and message reads.

In: the records of a brief. Out: `Ratings`. How a level is found is in `rate_legs`; here records become its input, and
what it found becomes what is printed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast, get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Statement
from evibrief.evidence.identifiers import identifiers_of
from evibrief.evidence.instrument import LegInstrument
from evibrief.evidence.vocabulary import Leg, LinkKind, Tier
from evibrief.rating.leg_tables import link_rule
from evibrief.rating.observations import Observation, Stream
from evibrief.rating.rate_legs import LegRater, RatedChain, RatedLink, RatedStatement, rater_of
from evibrief.rating.ratings import ChainRating, LinkRating, Ratings, StatementRating, Tally
from evibrief.rating.tally import ContextStudy, Sides, tally_link
from evibrief.rating.units import Unit

_Kind = Literal["direct", "condition", "people", "animals", "cells"]
"""The kinds of study: the intervention in people with the condition, the condition without it, the intervention in
other people, animals, and cells. A study of two kinds has the first."""

_KINDS: tuple[_Kind, ...] = get_args(_Kind)

_ABOUT: Mapping[str, LinkKind] = {"direct": "bridge", "bridge": "bridge", "condition": "condition"}


def rate_by_legs(brief: Brief, instrument: LegInstrument) -> Ratings:
    """Rate all statements, links and chains of a brief, and each claim as if it were a link."""
    populations = {population.id: population for population in brief.brief.populations}
    identifiers = {reference.id: identifiers_of(reference) for reference in brief.references}
    rater = rater_of(instrument, brief.all_claims, brief.studies, populations, identifiers)
    rated = rater.rate(brief.ranking.statements, brief.mechanisms, _searched(brief))
    links = {link.id: link for mechanism in brief.mechanisms for link in mechanism.links}
    return Ratings(
        instrument=instrument,
        statements={one.id: _statement(one, rated.statements[one.id], rater) for one in brief.ranking.statements},
        links={
            name: _link(rated.links[name], rater.observer.of_link(_claims(link.all_claims, rater), link.kind))
            for name, link in links.items()
        },
        chains={one.id: _chain(rated.chains[one.id]) for one in brief.mechanisms},
        claims={one.id: _judged(one, rater) for one in brief.all_claims if one.about not in ("gap", "background")},
    )


def _searched(brief: Brief) -> frozenset[str]:
    """The links for which a search that found nothing is named."""
    return frozenset(name for search in brief.brief.methods.negative_searches for name in search.links)


def _claims(names: Iterable[str], rater: LegRater) -> list[Claim]:
    return [cast(Claim, rater.claims[name]) for name in names]


def _statement(statement: Statement, rated: RatedStatement, rater: LegRater) -> StatementRating:
    observed = rater.observer.of_statement(_claims(statement.claims, rater), statement.kind)
    computed = cast(Tier, rated.tier)
    return StatementRating(
        computed=computed,
        final=statement.final.tier if statement.final else computed,
        reason=rated.reason,
        tally=_tally(rated.tally.merged, rated.tally.context, observed),
        falls=rated.falls,
        legs=rated.legs,
        ways_up=rated.ways_up,
        is_reason=statement.kind == "reason",
    )


def _link(rated: RatedLink, observed: Sequence[Observation]) -> LinkRating:
    tally = _tally(rated.tally, rated.tally.context, observed, rated.tally.differs)
    return LinkRating(rated.judgement, rated.reason, tally, rated.falls, rated.claims, rated.studied)


def _chain(rated: RatedChain) -> ChainRating:
    return ChainRating(rated.support, rated.support, rated.reason, rated.weakest)


def _tally(
    sides: Sides,
    context: tuple[ContextStudy, ...],
    observed: Iterable[Observation],
    differs: Iterable[Unit] = (),
) -> Tally:
    shown = set(sides.studies)
    kinds = [(one.unit, _kind(one.leg, one.stream)) for one in observed if one.counted and one.unit in shown]
    return Tally(
        supporting=sides.supporting,
        against=sides.against,
        inconclusive=sides.inconclusive,
        context=(*(ContextStudy(unit, ("differs",)) for unit in differs), *context),
        kinds={unit: min((kind for one, kind in kinds if one == unit), key=_KINDS.index) for unit, _ in kinds},
    )


def _kind(leg: Leg | None, stream: Stream | None) -> _Kind:
    if stream == "people":
        return "people" if leg is None or leg == "intervention" else leg
    return stream or "cells"


def _judged(claim: Claim, rater: LegRater) -> str:
    """How well a claim is supported as it is worded, whether or not it speaks for a benefit."""
    as_worded = claim.model_copy(update={"direction": "supports"})
    observed = rater.observer.of_link([as_worded], _ABOUT.get(claim.about, "intervention"))
    return link_rule(tally_link(observed, rater.units), False, rater.instrument).level
