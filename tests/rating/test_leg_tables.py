"""The tables of plausibility-2: each case has exactly one rule, and no table lets more evidence work the wrong way."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import combinations_with_replacement, product
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from evibrief.evidence.instrument import AnyInstrument, Instrument, LegInstrument
from evibrief.evidence.read_folder import read_one
from evibrief.evidence.vocabulary import Leg
from evibrief.rating.decision_tables import InstrumentFault, decide, rank
from evibrief.rating.leg_tables import (
    LegState,
    _leg_cases,
    _link_cases,
    _states,
    faults_of_legs,
    leg_case,
    leg_state,
    link_rule,
    support_rule,
    tier_rule,
)
from evibrief.rating.observations import LEGS, STREAMS, EvidenceSide, Observation, Stream
from evibrief.rating.tally import LegCell, StudyColumn, tally_link
from evibrief.rating.units import Unit, Units
from evidence_worlds import INSTRUMENT, instrument


def column(number: int) -> StudyColumn:
    return StudyColumn(tuple((Unit(str(at)),) for at in range(number)))


LEG_RANGES = (range(4), range(4), range(4), range(4), range(3), range(2), range(2))
"""Controlled and uncontrolled studies for, and those against, in people; for and against in animals; for in cells; and
whether a controlled one was made in the target."""

LegNumbers = tuple[int, ...]


def streams(numbers: LegNumbers) -> Mapping[Stream, LegCell]:
    controlled, uncontrolled, against, animals_for, animals_against, cells, target = numbers
    return {
        "people": LegCell(column(controlled + uncontrolled), column(against), controlled=controlled, opposed=against,
                       in_target=bool(target)),
        "animals": LegCell(column(animals_for), column(animals_against)),
        "cells": LegCell(column(cells)),
    }  # fmt: skip


def possible(numbers: LegNumbers) -> bool:
    return numbers[0] > 0 or not numbers[6]


@cache
def state(numbers: LegNumbers) -> LegState:
    found = leg_state(streams(numbers), instrument())
    return LegState(found.word, min(found.supporting, 1), min(found.against, 1), found.in_target)


def steps_up() -> Iterator[tuple[LegNumbers, LegNumbers]]:
    """Two situations of a leg, the second with one thing more for it or less against it."""
    for numbers in filter(possible, product(*LEG_RANGES)):
        for at, allowed in enumerate(LEG_RANGES):
            changed = list(numbers)
            changed[at] += -1 if at in (2, 4) else 1
            if changed[at] in allowed and possible(tuple(changed)):
                yield numbers, tuple(changed)
        controlled = (numbers[0] + 1, numbers[1] - 1, *numbers[2:])
        if controlled[0] in LEG_RANGES[0] and controlled[1] in LEG_RANGES[1]:
            yield numbers, controlled


def falls(state_of: Callable[[LegNumbers], LegState]) -> tuple[int, list[tuple[LegState, ...]]]:
    """How many combinations were tried, and those where a step up on one leg lowers the tier."""
    at_each: dict[LegNumbers, LegState] = {
        numbers: state_of(numbers) for numbers in filter(possible, product(*LEG_RANGES))
    }
    states = sorted(set(at_each.values()), key=repr)
    pairs = sorted({(at_each[low], at_each[high]) for low, high in steps_up()}, key=repr)
    tried, wrong = 0, list[tuple[LegState, ...]]()
    for (low, high), first, second, at in product(pairs, states, states, range(len(LEGS))):
        tried += 1
        if tier_of(at, high, first, second) > tier_of(at, low, first, second):
            wrong.append((low, high, first, second))
    return tried, wrong


@cache
def tier_of(at: int, one: LegState, *others: LegState) -> int:
    """The rank of the tier if the leg at this place is in one state and the other two in others."""
    legs = [*others[:at], one, *others[at:]]
    rule = tier_rule("reason", dict(zip(LEGS, legs, strict=True)), instrument())
    return rank(instrument().tier, rule.level)


def test_the_tables_have_no_faults() -> None:
    assert list(faults_of_legs(instrument())) == []


def test_each_case_is_decided_by_exactly_one_rule() -> None:
    """The same as the product's own check, counted by hand."""
    made = instrument()
    cases: list[tuple[str, Mapping[str, Any]]] = [("leg", case) for case in _leg_cases(made)]
    cases += [("judgement", case) for case in _link_cases(made)]
    states = sorted(set(_states(made)), key=repr)
    for kind, legs in product(("reason", "missing", "against"), product(states, repeat=3)):
        case: dict[str, Any] = {"kind": kind, **dict(zip(LEGS, (one.word for one in legs), strict=True))}
        case["target"] = "yes" if legs[2].in_target else "no"
        case |= {"studies": sum(one.supporting for one in legs), "contrary": sum(one.against for one in legs)}
        cases.append(("tier", case))
    words = [level.id for level in made.judgement.levels]
    cases += [("support", {"steps": steps, "bridge": bridge}) for steps, bridge in product(words, words)]
    assert len(cases) > 5_000
    assert {(name, hits(name, case)) for name, case in cases} == {(name, 1) for name in SCALES}


Kind = tuple[Stream, EvidenceSide, bool]
"""Where a study of a link is, on which side, and whether it is controlled."""

IN_PEOPLE: tuple[Kind, ...] = (("people", "for", True), ("people", "for", False), ("people", "against", False),
                               ("people", "inconclusive", False))  # fmt: skip
IN_ANIMALS, IN_CELLS = (
    tuple[Kind, ...]((stream, side, side == "for") for side in get_args(EvidenceSide)) for stream in STREAMS[1:]
)


def groups(kinds: tuple[Kind, ...], most: int) -> Iterator[tuple[Kind, ...]]:
    for number in range(most + 1):
        yield from combinations_with_replacement(kinds, number)


@cache
def judged(studies: tuple[Kind, ...]) -> str:
    """How a link is judged that has these studies."""
    observed = [
        Observation(str(at), "c", Unit(str(at)), "intervention", stream, side, controlled, False)
        for at, (stream, side, controlled) in enumerate(studies)
    ]
    tally = tally_link(observed, Units({}, {}, {}))
    return link_rule(tally, False, instrument()).level


def more_for(one: Kind) -> Iterator[Kind]:
    """What one more piece of evidence for can make of a study."""
    stream, side, controlled = one
    if side == "against":
        yield (stream, "inconclusive", False)
    if side == "inconclusive":
        yield (stream, "for", stream != "people")
        yield (stream, "for", True)
    if side == "for" and not controlled:
        yield (stream, "for", True)


def link_steps() -> Iterator[tuple[str, str]]:
    """The judgements of a link before and after one more piece of evidence for it, or one less against it."""
    for people, animals, cells in product(groups(IN_PEOPLE, 3), groups(IN_ANIMALS, 2), groups(IN_CELLS, 2)):
        studies = (*people, *animals, *cells)
        for at, one in enumerate(studies):
            rest = (*studies[:at], *studies[at + 1 :])
            for changed in more_for(one):
                yield judged(studies), judged(tuple(sorted((*rest, changed))))
            if one[1] == "for":
                yield judged(tuple(sorted(rest))), judged(tuple(sorted(studies)))
            if one[1] == "against":
                yield judged(tuple(sorted(studies))), judged(tuple(sorted(rest)))
                yield judged(tuple(sorted(studies))), judged(tuple(sorted((*rest, (one[0], "inconclusive", False)))))


def test_no_step_up_in_a_link_lowers_its_judgement_or_its_chain() -> None:
    """Exhaustive over up to seven studies in all three streams; as a step of a chain and as a bridge."""
    words = [level.id for level in instrument().judgement.levels]
    pairs = set(link_steps())
    assert len(pairs) > 15
    for low, high in pairs:
        assert words.index(high) <= words.index(low), (low, high)
        assert level(high, "supported") <= level(low, "supported"), (low, high)
        assert level("supported", high) <= level("supported", low), (low, high)


SCALES = ("leg", "tier", "judgement", "support")


def hits(name: str, case: Mapping[str, Any]) -> int:
    rules = getattr(instrument(), name).rules
    return sum(any(all(case[key] in wanted for key, wanted in line.items()) for line in rule.when) for rule in rules)


def test_no_step_up_on_a_leg_lowers_a_tier() -> None:
    """Exhaustive over small numbers: random evidence finds too few of the wrong methods."""
    tried, wrong = falls(state)
    assert tried > 20_000
    assert wrong == []


def test_the_highest_stream_must_not_decide_alone() -> None:
    """A wrong method that random evidence lets pass: one uncontrolled study in people silences three in animals."""

    def highest(numbers: LegNumbers) -> LegState:
        case = dict(leg_case(streams(numbers)))
        if numbers[0] + numbers[1] + numbers[2]:
            case["agreeing"] = 0 if numbers[2] else numbers[0] + numbers[1]
        word = decide(instrument().leg, case).level
        return LegState(word, state(numbers).supporting, state(numbers).against, bool(numbers[6]))

    assert falls(highest)[1] != []


def test_the_table_of_support_takes_the_worse_of_step_and_bridge() -> None:
    words = [level.id for level in instrument().judgement.levels]
    for step, bridge in product(words, words):
        assert level(step, bridge) == max(level(step, "supported"), level("supported", bridge))


def level(step: str, bridge: str) -> int:
    return rank(instrument().support, support_rule(step, bridge, instrument()).level)


def changed(**changes: Any) -> LegInstrument:
    return instrument().model_copy(update=changes)


def without_rule(name: str, at: int) -> LegInstrument:
    scale = getattr(instrument(), name)
    return changed(**{name: scale.model_copy(update={"rules": scale.rules[:at] + scale.rules[at + 1 :]})})


def twice_the_rule(name: str, at: int) -> LegInstrument:
    scale = getattr(instrument(), name)
    return changed(**{name: scale.model_copy(update={"rules": (*scale.rules, scale.rules[at])})})


@pytest.mark.parametrize("name", SCALES)
def test_each_rule_is_needed(name: str) -> None:
    rules = getattr(instrument(), name).rules
    assert len(rules) > 5
    for at in range(len(rules)):
        gaps = [fault for fault in faults_of_legs(without_rule(name, at)) if "no rule" in fault.message]
        assert gaps, rules[at]


@pytest.mark.parametrize("name", SCALES)
def test_a_rule_twice_is_a_fault(name: str) -> None:
    messages = [fault.message for fault in faults_of_legs(twice_the_rule(name, 0))]
    assert len(messages) == 1
    assert "both apply to" in messages[0]


def counting(**changes: Any) -> list[InstrumentFault]:
    return list(faults_of_legs(changed(counting=instrument().counting.model_copy(update=changes))))


def test_a_design_or_a_species_is_in_exactly_one_list() -> None:
    lists = instrument().counting
    assert [fault.message for fault in counting(uncontrolled=lists.uncontrolled[1:])] == [
        "no list has the design uncontrolled-trial"
    ]
    again = (*lists.uncontrolled, "randomised-trial")
    assert [fault.message for fault in counting(uncontrolled=again)] == [
        "the design `randomised-trial` is also in `controlled`"
    ]
    assert [fault.message for fault in counting(reviews=("narrative-review",))] == [
        "`narrative-review` is not a design that counts"
    ]
    assert [fault.message for fault in counting(cells=())] == ["no list has cells"]
    assert [fault.where for fault in counting(cells=("cells", "rat"))] == [("counting", "cells", 1)]


def test_the_levels_that_words_need_are_levels_of_the_scales() -> None:
    wording = instrument().wording
    group = wording.groups[0].model_copy(update={"support": "high"})
    faulty = changed(wording=wording.model_copy(update={"groups": (group, *wording.groups[1:])}))
    assert [(fault.where, fault.message) for fault in faults_of_legs(faulty)] == [
        (("wording", "groups", 0, "support"), "`high` is not a level of `support`")
    ]


def test_a_name_that_a_table_does_not_have_is_a_fault() -> None:
    scale = instrument().judgement
    rule = scale.rules[0].model_copy(update={"when": ({"agaist": scale.rules[0].when[0]["against"]},)})
    faulty = changed(judgement=scale.model_copy(update={"rules": (rule, *scale.rules[1:])}))
    assert [(fault.where[-1], fault.message) for fault in faults_of_legs(faulty)] == [
        ("agaist", "there is no input `agaist`")
    ]


def test_an_instrument_has_one_of_two_forms() -> None:
    """The file says which by its table for legs; the first form is read as before."""
    first = read_one(INSTRUMENT.with_name("plausibility-1.yaml"), "instrument")[0].tree["instrument"]
    second = read_one(INSTRUMENT, "instrument")[0].tree["instrument"]
    assert isinstance(TypeAdapter(AnyInstrument).validate_python(first), Instrument)
    assert isinstance(TypeAdapter(AnyInstrument).validate_python(second), LegInstrument)
    assert instrument().name == INSTRUMENT.stem
    with pytest.raises(ValidationError, match="sorts"):
        TypeAdapter(AnyInstrument).validate_python({**second, "sorts": first["sorts"]})
    without_legs = {key: value for key, value in second.items() if key != "leg"}
    with pytest.raises(ValidationError, match="counting"):
        TypeAdapter(AnyInstrument).validate_python(without_legs)


def test_streams_and_legs_are_those_of_the_tables() -> None:
    legs: tuple[Leg, ...] = ("intervention", "condition", "direct")
    assert legs == LEGS
    assert STREAMS == ("people", "animals", "cells")
