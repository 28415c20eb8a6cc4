"""The laws of the second rating method, on random bodies of evidence."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from evibrief.evidence.vocabulary import Leg
from evibrief.rating.decision_tables import rank
from evibrief.rating.observations import LEGS, STREAMS, Observation, Stream
from evibrief.rating.tally import LegCell, Sides, StatementTally
from evibrief.rating.units import Unit, Units
from evibrief.rating.ways_up import Further
from evidence_worlds import (
    CONTROLLED,
    UNCONTROLLED,
    UNCOUNTED,
    Claim,
    Entry,
    Study,
    World,
    about,
    chain_of,
    entries,
    instrument,
    laws,
    review,
    sometimes,
    studies,
    worlds,
)

SEEDS = st.integers(0, 10**6)
KIND = {"intervention": "intervention", "condition": "condition", "direct": "bridge", "bridge": "bridge"}


@dataclass(frozen=True)
class Verdict:
    """How good everything is that a world is asked; a larger number is better."""

    tier: int
    links: tuple[int, ...]
    chain: int

    def is_at_least(self, other: "Verdict") -> bool:
        links = all(one >= two for one, two in zip(self.links, other.links, strict=True))
        return links and self.tier >= other.tier and self.chain >= other.chain


def verdict(shown: World, several: bool = False) -> Verdict:
    made, mechanism = instrument(), chain_of(shown, several)
    rater = shown.rater
    links = {link.id: rater.rate_link(link, False) for link in mechanism.links}
    chain = rater.rate_chain(mechanism, links)
    return Verdict(
        -rank(made.tier, shown.tier()),
        tuple(-rank(made.judgement, link.judgement) for link in links.values()),
        -rank(made.support, chain.support),
    )


def numbers(tally: StatementTally) -> Mapping[tuple[Leg, Stream], tuple[int, ...]]:
    return {(leg, stream): counts(tally.legs[leg][stream]) for leg in LEGS for stream in STREAMS}


def counts(cell: LegCell) -> tuple[int, ...]:
    sides = (cell.supporting.number, cell.against.number, cell.inconclusive.number)
    return (*sides, cell.controlled, cell.opposed, cell.in_target)


# -- L1, L2: more evidence works one way ------------------------------------------------------------------------------


@st.composite
def additions(draw: st.DrawFn, role: str) -> tuple[World, World, bool]:
    """A world, the same one with one more piece of evidence for or against, and whether a link needs two claims.

    Mostly it is about the same people as one that is there, and a new review is one of studies in the same claim: what
    falls in another place changes nothing, and would find no mistake.
    """
    shown = draw(worlds())
    at = draw(st.integers(0, len(shown.claims) - 1))
    changed = shown.claims[at]
    opposite = {"supports": "contradicts", "contradicts": "supports"}[role]
    entry = draw(entries([study.reference for study in shown.studies], changed.about, ["supports"]))
    near = draw(st.integers(0, 3)) > 0
    if changed.evidence and near:
        entry = replace(draw(st.sampled_from(changed.evidence)), resolved=None)
    beside = [one for one in shown.studies if one.reference in {other.source for other in changed.evidence}]
    entry = replace(entry, role=opposite if changed.direction == "opposes" else role)
    larger = shown
    if draw(st.booleans()):
        new = draw(review("new", beside or shown.studies)) if draw(st.booleans()) else draw(another())
        larger, entry = shown.with_study(new), replace(entry, source="new")
    return shown, larger.with_entry(at, entry), draw(st.booleans())


@st.composite
def another(draw: st.DrawFn) -> Study:
    """A new study, or a new report of one that is known."""
    new = draw(studies())[0]
    return replace(new, reference="new", doi=None, cohort=None, report_of=draw(sometimes(2, ["r1", "r2"])))


@laws()
@given(additions("contradicts"))
def test_law_1_evidence_against_never_raises(case: tuple[World, World, bool]) -> None:
    before, after, several = case
    assert verdict(before, several).is_at_least(verdict(after, several))


@laws()
@given(additions("supports"))
def test_law_2_evidence_for_never_lowers(case: tuple[World, World, bool]) -> None:
    before, after, several = case
    assert verdict(after, several).is_at_least(verdict(before, several))


@laws()
@given(additions("supports"))
def test_law_2_evidence_for_never_makes_the_list_of_studies_for_shorter(case: tuple[World, World, bool]) -> None:
    before, after, _ = case
    old, new = before.tally(), after.tally()
    for leg in LEGS:
        for stream in STREAMS:
            assert new.legs[leg][stream].supporting.number >= old.legs[leg][stream].supporting.number
            assert new.legs[leg][stream].controlled >= old.legs[leg][stream].controlled


# -- L3: cutting and joining ------------------------------------------------------------------------------------------


@laws()
@given(worlds(), SEEDS)
def test_law_3_cutting_a_claim_changes_nothing(shown: World, seed: int) -> None:
    """Each piece of evidence goes to one or several of the pieces. Joining is the same, read backwards."""
    chance = random.Random(seed)
    at = chance.randrange(len(shown.claims))
    whole = shown.claims[at]
    parts: list[list[Entry]] = [[] for _ in range(chance.randint(2, 4))]
    for entry in whole.evidence:
        for part in chance.sample(parts, chance.randint(1, len(parts))):
            part.append(entry)
    pieces = tuple(replace(whole, id=f"{whole.id}_{number}", evidence=tuple(part)) for number, part in enumerate(parts))
    cut = World(shown.studies, (*shown.claims[:at], *pieces, *shown.claims[at + 1 :]))
    assert shown.statement() == cut.statement()
    for kind in ("intervention", "condition", "bridge"):
        one, several = shown.link(kind, whole.id), cut.link(kind, *(piece.id for piece in pieces))
        assert (one.judgement, one.tally, one.falls) == (several.judgement, several.tally, several.falls)
        assert shown.link(kind).tally == cut.link(kind).tally


# -- L4: each study once ----------------------------------------------------------------------------------------------


@laws()
@given(worlds(), SEEDS)
def test_law_4_a_paper_under_two_ids_counts_once(shown: World, seed: int) -> None:
    chance = random.Random(seed)
    study = chance.choice(shown.studies)
    field = chance.choice(("doi", "report_of", "cohort"))
    value = getattr(study, field) or f"{field}-of-{study.reference}"
    change: dict[str, Any] = {field: value}
    marked = replace(study, **change)
    twins = (*(marked if one == study else one for one in shown.studies), replace(marked, reference="twin"))
    claims = tuple(replace(one, evidence=tuple(shared_out(one, study.reference, chance))) for one in shown.claims)
    double = World(twins, claims)
    assert numbers(shown.tally()) == numbers(double.tally())
    assert verdict(shown) == verdict(double)


def shared_out(one: Claim, source: str, chance: random.Random) -> Iterable[Entry]:
    """The evidence, where each piece from one source comes from it, from its twin, or from both."""
    for entry in one.evidence:
        names = chance.choice(((source,), ("twin",), (source, "twin"))) if entry.source == source else (entry.source,)
        yield from (replace(entry, source=name) for name in names)


def observed(shown: World) -> list[tuple[int, Entry, Observation]]:
    """Every piece of evidence with the place of its claim and what is made of it."""
    pairs = [(at, entry) for at, one in enumerate(shown.claims) for entry in one.evidence]
    made = shown.rater.observer.of_statement(shown.claims)
    return [(at, entry, one) for (at, entry), one in zip(pairs, made, strict=True)]


@laws()
@given(worlds(), st.data())
def test_law_4_a_review_together_with_its_trials_counts_through_them(shown: World, data: st.DataObject) -> None:
    """A review of exactly the controlled trials that are for the statement in one place changes no number there."""
    tally, units = shown.tally(), shown.rater.units
    fitting = [
        case for case in observed(shown)
        if (one := case[2]).counted and one.side == "for" and one.controlled and one.unit not in units.reviews
        and one.leg and one.stream and one.unit in tally.legs[one.leg][one.stream].supporting.studies
    ]  # fmt: skip
    assume(fitting)
    at, entry, model = data.draw(st.sampled_from(fitting))
    same = [one for _, _, one in fitting if (one.leg, one.stream) == (model.leg, model.stream)]
    assume(model.in_target or not any(one.in_target for one in same))
    made = Study("meta", "systematic-review", includes=tuple(sorted({one.unit for one in same})))
    larger = shown.with_study(made).with_entry(at, replace(entry, source="meta"))
    after = larger.tally()
    assert numbers(tally) == numbers(after)
    assert shown.tier() == larger.tier()
    assert Unit("meta") in after.merged.studies
    claims = [one.id for one in shown.claims if same_kind(one, shown.claims[at])]
    kind = KIND[shown.claims[at].about]
    link = shown.rater.observer.of_link((one for one in shown.claims if one.id in claims), kind)
    controlled = {one.unit for one in link if one.counted and one.side == "for" and one.controlled}
    if {one.unit for one in same} <= controlled & set(shown.link(kind, *claims).tally.supporting.studies):
        event("its trials are all in the link")
        assert shown.link(kind, *claims).judgement == larger.link(kind, *claims).judgement


def same_kind(one: Claim, other: Claim) -> bool:
    return (one.about, one.direction) == (other.about, other.direction)


@laws()
@given(worlds())
def test_law_4_no_number_is_larger_than_that_of_the_studies(shown: World) -> None:
    units = shown.rater.units
    for kind in ("intervention", "condition", "bridge"):
        link = shown.link(kind)
        cited = {units.of(entry.source) for one in shown.claims for entry in one.evidence}
        assert total(link.tally) <= len(cited)
    assert total(shown.tally().merged) <= len(units.order)


def total(sides: Sides) -> int:
    return sides.supporting.number + sides.against.number + sides.inconclusive.number


# -- L5, as far as it is the tally's: what is counted is what is listed ------------------------------------------------


@laws()
@given(worlds())
def test_law_5_every_study_is_in_one_place_and_every_number_is_a_list(shown: World) -> None:
    tally, units = shown.tally(), shown.rater.units
    context = {one.unit for one in tally.context}
    placed: set[Unit] = set()
    for leg in LEGS:
        for cell in tally.legs[leg].values():
            placed |= once(cell, units)
    cited = {units.of(entry.source) for one in shown.claims for entry in one.evidence}
    assert placed == set(tally.merged.studies) == cited - context
    assert once(tally.merged, units) | context == cited
    for kind in ("intervention", "condition", "bridge"):
        link = shown.link(kind).tally
        rest = [*link.differs, *(one.unit for one in link.context)]
        assert sorted([*once(link, units), *rest]) == sorted(cited)


def once(sides: Sides, units: Units) -> set[Unit]:
    """The studies of three columns, after a look at each: no study twice, and reviews only in company of reviews."""
    assert len(set(sides.studies)) == len(sides.studies)
    for column in (sides.supporting, sides.against, sides.inconclusive):
        assert all(len(item) == 1 or set(item) <= set(units.reviews) for item in column.items)
        assert sum(item[0] in units.reviews for item in column.items) <= 1
        listed = {unit for item in column.items for unit in item}
        assert all(units.reviews[unit].parts & listed for unit in column.through)
    return set(sides.studies)


# -- L6: what cannot carry a tier --------------------------------------------------------------------------------------


def only_in_full(shown: World) -> World:
    """The same world without claims about what unknown reviews contain: each lists everything that it pools."""
    made = tuple(
        replace(one, design=UNCOUNTED) if one.design.endswith(("review", "analysis")) and not one.includes
        else replace(one, pooled=None) for one in shown.studies
    )  # fmt: skip
    return replace(shown, studies=made)


@laws()
@given(worlds(designs=(UNCONTROLLED, UNCONTROLLED, UNCOUNTED)))
def test_law_6_without_a_control_group_nothing_is_more_than_weak(world_of: World) -> None:
    """Nor with a review that pools nothing but such studies."""
    shown = only_in_full(world_of)
    assert shown.tier() in ("weak", "gap")
    people = tuple(replace(one, evidence=tuple(in_people(one))) for one in shown.claims)
    for kind in ("intervention", "condition", "bridge"):
        judgement = replace(shown, claims=people).link(kind).judgement
        event(judgement)
        assert judgement in ("inconclusive", "contradicted", "unsearched")


def in_people(one: Claim) -> Iterable[Entry]:
    return (entry for entry in one.evidence if (entry.population or "").endswith("people"))


@laws()
@given(worlds(designs=(UNCOUNTED,), reviews=()))
def test_law_6_what_never_counts_gives_no_tier(shown: World) -> None:
    assert shown.tier() == "gap"
    assert shown.tally().merged == Sides()
    assert shown.link("intervention").judgement == shown.link("bridge").judgement == "unsearched"


@laws()
@given(worlds())
def test_law_6_a_tier_above_weak_needs_a_controlled_study_in_people(shown: World) -> None:
    tally, tier = shown.tally(), shown.tier()
    if not any(tally.legs[leg]["people"].controlled for leg in LEGS):
        assert tier in ("weak", "gap")
    event(tier)


@laws()
@given(worlds())
def test_strong_needs_a_controlled_study_in_the_condition_itself(shown: World) -> None:
    event(shown.tier())
    claims = tuple(replace(one, evidence=tuple(in_close_conditions(one))) for one in shown.claims)
    assert replace(shown, claims=claims).tier() != "strong"


def in_close_conditions(one: Claim) -> Iterable[Entry]:
    """The same evidence, none of it in the condition itself."""
    for entry in one.evidence:
        yield replace(entry, population=(entry.population or "").replace("target", "close"))


@laws()
@given(worlds())
def test_unplanned_outcomes_alone_are_no_direct_test(shown: World) -> None:
    """Where all direct evidence is a secondary or post hoc outcome, it gives no more than Weak."""
    planned = tuple(replace(one, evidence=tuple(unplanned(one))) for one in shown.claims)
    rated = replace(shown, claims=planned).statement()
    assert rated.legs["direct"] in ("consistent", "some", "none", "opposed")
    assert rated.tier != "strong"
    only_direct = replace(shown, claims=tuple(one for one in planned if one.about in ("direct", "bridge")))
    if only_direct.claims:
        assert only_direct.tier() in ("weak", "gap")


def unplanned(one: Claim) -> Iterable[Entry]:
    return (replace(entry, outcome="secondary") for entry in one.evidence)


# -- L7: context ------------------------------------------------------------------------------------------------------


def measured(one: Claim, entry: Entry, study: Study) -> bool:
    """L7 in the test's own words: whether a piece of evidence measured the sentence of its claim, and was read."""
    relation, _, stream = (entry.population or "").partition("-")
    given_to, near = entry.exposure == "intervention", relation in ("target", "close")
    by_claim = {
        "intervention": given_to and stream != "none",
        "condition": near and not given_to and stream != "none",
        "direct": near and given_to and stream == "people",
        "bridge": near and given_to and stream == "people",
    }
    read = not entry.locator.startswith("introduction") and entry.seen != "record"
    said = entry.role == "context" or entry.resolved or (one.modality == "proposed" and entry.role == "supports")
    return by_claim.get(one.about, False) and read and study.design != UNCOUNTED and not said


@laws()
@given(worlds(), st.data())
def test_law_7_what_did_not_measure_the_sentence_changes_nothing(shown: World, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(shown.claims) - 1))
    entry = data.draw(spoilt([study.reference for study in shown.studies], shown.claims[at].about))
    study = next(one for one in shown.studies if one.reference == entry.source)
    is_measured = measured(shown.claims[at], entry, study)
    larger = shown.with_entry(at, entry)
    before, after = shown.statement(), larger.statement()
    event("measured" if is_measured else "context")
    if is_measured:
        new = larger.rater.observer.of_statement([replace(shown.claims[at], evidence=(entry,), direction="supports")])
        assert new[0].counted
    else:
        assert numbers(before.tally) == numbers(after.tally)
        assert before.tally.merged == after.tally.merged
        assert verdict(shown) == verdict(larger)
        note(str(after.tally.context))
        assert larger.rater.units.of(entry.source) in {
            *after.tally.merged.studies, *(one.unit for one in after.tally.context)
        }  # fmt: skip


SPOILT: tuple[dict[str, str], ...] = (
    {}, {}, {"role": "context"}, {"locator": "introduction, page 2"}, {"seen": "record"}, {"resolved": "So."},
    {"exposure": "none"}, {"exposure": "other"}, {"exposure": "intervention"},
    *({"population": f"{relation}-{stream}"} for relation in ("target", "other") for stream in ("people", "animals")),
    {"population": "none-none"},
)  # fmt: skip
"""What may be wrong with a piece of evidence."""


@st.composite
def spoilt(draw: st.DrawFn, sources: Sequence[str], claim_is: str) -> Entry:
    """A finding that measured what the claim says, but for one thing."""
    entry = Entry(draw(st.sampled_from(sources)), **about(claim_is if claim_is in LEGS else "direct"))
    role = draw(st.sampled_from(("supports", "contradicts", "inconclusive")))
    return replace(entry, **{"role": role, **draw(st.sampled_from(SPOILT))})


@laws()
@given(worlds())
def test_law_7_a_bridge_is_tested_only_by_the_intervention_in_the_condition(shown: World) -> None:
    """In a link of one leg nothing counts that was measured on another, whatever its claims are about."""
    elsewhere = {"intervention", "direct"}
    for kind, legs in (("bridge", {"direct"}), ("condition", {"condition"}), ("intervention", elsewhere)):
        made = shown.rater.observer.of_link(shown.claims, kind)
        assert {one.leg for one in made if one.counted} <= legs


# -- L8 ---------------------------------------------------------------------------------------------------------------


@laws()
@given(worlds(), st.booleans())
def test_law_8_nothing_found_is_said_only_where_a_search_is_named(shown: World, several: bool) -> None:
    for link in chain_of(shown, several).links:
        plain, searched = (shown.rater.rate_link(link, named) for named in (False, True))
        event(plain.judgement)
        assert plain.judgement != "empty"
        assert searched.judgement != "unsearched"
        if plain.judgement == "unsearched":
            assert searched.judgement == "empty"
            assert any(not one.tally.studies for one in plain.requirements)
        else:
            assert searched.judgement == plain.judgement


# -- L9, L10 ----------------------------------------------------------------------------------------------------------


@laws()
@given(worlds(), SEEDS)
def test_law_9_names_and_order_make_no_difference(shown: World, seed: int) -> None:
    chance = random.Random(seed)
    names = [f"n{number}" for number in range(len(shown.studies))]
    chance.shuffle(names)
    new = {study.reference: name for study, name in zip(shown.studies, names, strict=True)}
    renamed = [
        replace(study, reference=new[study.reference], includes=shuffled([new[one] for one in study.includes], chance),
                **with_other_marks(study))
        for study in shown.studies
    ]  # fmt: skip
    claims = [
        replace(one, id=f"k{number}", evidence=shuffled(
            [replace(entry, source=new[entry.source]) for entry in one.evidence], chance))
        for number, one in enumerate(shown.claims)
    ]  # fmt: skip
    other = World(shuffled(renamed, chance), shuffled(claims, chance))
    before, after = shown.statement(), other.statement()
    assert (before.tier, before.reason, before.legs) == (after.tier, after.reason, after.legs)
    assert before.ways_up == after.ways_up
    assert numbers(before.tally) == numbers(after.tally)
    assert listed(before.tally, shown, new) == listed(after.tally, other, {name: name for name in names})
    assert sorted(fall.level for fall in before.falls) == sorted(fall.level for fall in after.falls)
    for kind in ("intervention", "condition", "bridge"):
        assert shown.link(kind).judgement == other.link(kind).judgement
    assert verdict(shown).chain == verdict(other).chain


def shuffled(items: list[Any], chance: random.Random) -> tuple[Any, ...]:
    return tuple(chance.sample(items, len(items)))


def with_other_marks(study: Study) -> dict[str, Any]:
    """Other names for what makes it one study with another."""
    marks = {"doi": study.doi, "report_of": study.report_of, "cohort": study.cohort}
    return {field: value and f"w-{value}" for field, value in marks.items()}


def listed(tally: StatementTally, shown: World, new: Mapping[str, str]) -> object:
    """The columns as sets of publications, in the new names."""
    units = shown.rater.units
    reports = {
        unit: frozenset(new[source] for source, of in units.by_source.items() if of == unit) for unit in units.order
    }
    merged = tally.merged
    columns = (merged.supporting, merged.against, merged.inconclusive)
    context = {(reports[one.unit], one.reasons) for one in tally.context}
    return [{frozenset(reports[unit] for unit in item) for item in column.items} for column in columns], context


@laws()
@given(worlds(), st.sampled_from(("missing", "against")))
def test_law_10_what_is_no_reason_for_a_benefit_has_no_tier_and_no_counts(shown: World, kind: str) -> None:
    rated = shown.statement(kind)
    assert rated.tier == "gap"
    assert rated.tally.merged == Sides()
    assert all(cell == LegCell() for leg in LEGS for cell in rated.tally.legs[leg].values())
    assert (rated.falls, rated.ways_up) == ((), ())


# -- fragility and ways up: what is said would happen, happens ---------------------------------------------------------


@laws()
@given(worlds())
def test_a_fall_is_what_happens_when_the_study_is_really_taken_away(shown: World) -> None:
    rated, units = shown.statement(), shown.rater.units
    for unit in rated.tally.merged.studies:
        gone = {name for name, of in units.by_source.items() if of == unit or units.contains(of, unit)}
        claims = tuple(
            replace(one, evidence=tuple(entry for entry in one.evidence if entry.source not in gone))
            for one in shown.claims
        )
        level = replace(shown, claims=claims).tier()
        fell = rank(instrument().tier, level) > rank(instrument().tier, rated.tier)
        assert [fall.level for fall in rated.falls if fall.without == unit] == ([level] if fell else [])


def really(shown: World, further: Iterable[Further]) -> World:
    """The world with these studies written down as an author would."""
    made: list[tuple[Study, Claim]] = []
    for one in further:
        for number in range(one.number):
            name = f"{one.leg}-{one.stream}-{one.controlled}-{number}"
            entry = Entry(name, **about(one.leg, stream=one.stream))
            study = Study(name, CONTROLLED if one.controlled else UNCONTROLLED)
            made.append((study, Claim(f"c-{name}", one.leg, evidence=(entry,))))
    return World((*shown.studies, *(study for study, _ in made)), (*shown.claims, *(one for _, one in made)))


KINDS: tuple[tuple[Stream, bool], ...] = (("people", True), ("people", False), ("animals", True))
ONE_MORE = tuple(
    Further(leg, stream, controlled, 1)
    for leg in LEGS
    for stream, controlled in KINDS
    if leg != "direct" or stream == "people"
)


@laws()
@given(worlds())
def test_a_way_up_leads_there_and_no_shorter_one_does(shown: World) -> None:
    rated, scale = shown.statement(), instrument().tier
    shortest = {way.tier: way.number for way in rated.ways_up}
    for way in rated.ways_up:
        event(f"{rated.tier} to {way.tier} with {way.number}")
        assert really(shown, way.further).tier() == way.tier
        assert rank(scale, way.tier) < rank(scale, rated.tier)
        assert way.number == shortest[way.tier]
    for size in (1, 2):
        for added in combinations_with_replacement(range(len(ONE_MORE)), size):
            further = [replace(ONE_MORE[at], number=added.count(at)) for at in set(added)]
            tier = really(shown, further).tier()
            if rank(scale, tier) < rank(scale, rated.tier):
                assert shortest[tier] <= size
