"""The tables of a `LegInstrument`: what goes into them, and their faults.

In: tallies. Out: the rule that decides, for a leg, a tier, a link and a chain; or the faults of an instrument with
their location. A table is checked on every combination that a tally can give, as in `decision_tables`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Literal, get_args

from evibrief.evidence.instrument import Counting, DecisionRule, Instrument, LegInstrument, Scale
from evibrief.evidence.vocabulary import Design, Leg, Species, StatementKind, Tier
from evibrief.rating.decision_tables import (
    LARGEST_TABLE,
    Case,
    InstrumentFault,
    bounds_of,
    decide,
    faults,
    faults_of_cases,
    wrong_conditions,
    wrong_levels,
)
from evibrief.rating.observations import LEGS, Stream
from evibrief.rating.tally import LegCell, LinkTally

LegWord = Literal["replicated", "single", "disputed", "consistent", "some", "none", "opposed"]
LinkWord = Literal["supported", "one", "conflicting", "inconclusive", "unsearched", "empty", "contradicted"]
NO_STUDY: frozenset[str] = frozenset(("unsearched", "empty"))
"""The words of a link that no study bears on."""

ChainSupport = Literal["tested", "elsewhere", "conflicting", "inconclusive", "unrecorded", "contradicted"]

_YES_NO = ("yes", "no")
_LEVELS: Mapping[str, Sequence[str]] = {
    "leg": get_args(LegWord),
    "tier": get_args(Tier),
    "judgement": get_args(LinkWord),
    "support": get_args(ChainSupport),
}
_COUNTED: Mapping[str, Sequence[str]] = {
    "leg": ("against", "controlled", "agreeing", "for"),
    "tier": ("studies", "contrary"),
    "judgement": ("for", "controlled", "against", "inconclusive"),
    "support": (),
}
_WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "leg": {"outnumbered": _YES_NO},
    "tier": {"kind": get_args(StatementKind), **dict.fromkeys(LEGS, get_args(LegWord)), "target": _YES_NO},
    "judgement": {"search": _YES_NO},
    "support": {"steps": get_args(LinkWord), "bridge": get_args(LinkWord)},
}


@dataclass(frozen=True, slots=True)
class LegState:
    """What the tier depends on in one leg: its word, the studies for and against, and whether one is in the target."""

    word: str
    supporting: int = 0
    against: int = 0
    in_target: bool = False


def leg_case(streams: Mapping[Stream, LegCell]) -> Case:
    """The input of the table for legs."""
    people, animals, cells = streams["people"], streams["animals"], streams["cells"]
    undisputed = 0 if animals.against.number else animals.supporting.number
    return {
        "against": people.opposed,
        "controlled": people.controlled,
        "agreeing": 0 if people.against.number else max(people.supporting.number, undisputed),
        "outnumbered": _yes_or_no(people.opposed > people.controlled),
        "for": people.supporting.number + animals.supporting.number + cells.supporting.number,
    }


def leg_state(streams: Mapping[Stream, LegCell], instrument: LegInstrument) -> LegState:
    """The word of a leg, and what else the tier depends on."""
    return LegState(
        word=decide(instrument.leg, leg_case(streams)).level,
        supporting=sum(cell.supporting.number for cell in streams.values()),
        against=sum(cell.against.number for cell in streams.values()),
        in_target=streams["people"].in_target,
    )


def tier_rule(kind: str, legs: Mapping[Leg, LegState], instrument: LegInstrument) -> DecisionRule:
    """The rule that gives the tier of a statement."""
    return decide(instrument.tier, _tier_case(kind, legs))


def _tier_case(kind: str, legs: Mapping[Leg, LegState]) -> Case:
    return {
        "kind": kind,
        **{leg: legs[leg].word for leg in LEGS},
        "target": _yes_or_no(legs["direct"].in_target),
        "studies": sum(state.supporting for state in legs.values()),
        "contrary": sum(state.against for state in legs.values()),
    }


def link_rule(tally: LinkTally, searched: bool, instrument: LegInstrument) -> DecisionRule:
    """The rule that judges a link, or one thing that it requires. `searched`: a search for such studies is named."""
    case: Case = {
        "for": tally.supporting.number,
        "controlled": tally.controlled,
        "against": tally.against.number,
        "inconclusive": tally.inconclusive.number,
        "search": _yes_or_no(searched),
    }
    return decide(instrument.judgement, case)


def support_rule(steps: str, bridge: str, instrument: LegInstrument) -> DecisionRule:
    """The rule that gives the support of a chain from the judgements of a step and of a bridge."""
    return decide(instrument.support, {"steps": steps, "bridge": bridge})




def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def faults_of_any(instrument: Instrument | LegInstrument) -> tuple[InstrumentFault, ...]:
    """All faults of an instrument of either form. They are searched for once: thousands of cases are tried."""
    key = instrument.model_dump_json()
    if key not in _FAULTS:
        found = faults(instrument) if isinstance(instrument, Instrument) else faults_of_legs(instrument)
        if len(_FAULTS) >= _MOST_INSTRUMENTS:
            _FAULTS.clear()
        _FAULTS[key] = tuple(found)
    return _FAULTS[key]


_FAULTS: dict[str, tuple[InstrumentFault, ...]] = {}
_MOST_INSTRUMENTS = 16


def faults_of_legs(instrument: LegInstrument) -> Iterator[InstrumentFault]:
    """All faults of an instrument: designs and species in no list or in two, unknown names, then faulty tables."""
    yield from _faults_of_counting(instrument.counting)
    yield from _faults_of_wording(instrument)
    wrong = list(chain.from_iterable(_wrong_names(name, getattr(instrument, name)) for name in _LEVELS))
    yield from wrong
    if wrong:
        return
    yield from (leg := list(faults_of_cases("leg", instrument.leg, _leg_cases(instrument))))
    if not leg:
        yield from _faults_of_tier(instrument)
    yield from faults_of_cases("judgement", instrument.judgement, _link_cases(instrument))
    yield from faults_of_cases("support", instrument.support, _support_cases())


def _faults_of_counting(counting: Counting) -> Iterator[InstrumentFault]:
    designs = {name: getattr(counting, name) for name in ("controlled", "uncontrolled", "uncounted")}
    species = {name: getattr(counting, name) for name in ("people", "animals", "cells")}
    yield from _twice("design", designs)
    yield from _twice("species", species)
    counted = {*counting.controlled, *counting.uncontrolled}
    for name in ("reviews", "exploratory"):
        for at, word in enumerate(getattr(counting, name)):
            if word not in counted:
                message = f"`{word}` is not a design that counts"
                yield InstrumentFault(("counting", name, at), message, "add it to `controlled` or `uncontrolled`")
    if missing := sorted(set(get_args(Design)) - set(chain(*designs.values()))):
        message = f"no list has the design{'s' * (len(missing) > 1)} {', '.join(missing)}"
        yield InstrumentFault(("counting",), message, "add to `controlled`, `uncontrolled` or `uncounted`")
    if missing := sorted(set(get_args(Species)) - {"none"} - set(chain(*species.values()))):
        message = f"no list has {', '.join(missing)}"
        yield InstrumentFault(("counting",), message, "add to `people`, `animals` or `cells`")


def _twice(what: str, lists: Mapping[str, Sequence[str]]) -> Iterator[InstrumentFault]:
    seen: dict[str, str] = {}
    for name, words in lists.items():
        for at, word in enumerate(words):
            if word in seen:
                message = f"the {what} `{word}` is also in `{seen[word]}`"
                yield InstrumentFault(("counting", name, at), message, "leave it in one list")
            seen[word] = name


def _faults_of_wording(instrument: LegInstrument) -> Iterator[InstrumentFault]:
    for at, group in enumerate(instrument.wording.groups):
        for name in ("tier", "judgement", "support"):
            if (level := getattr(group, name)) not in _LEVELS[name]:
                hint = f"known: {', '.join(_LEVELS[name])}"
                yield InstrumentFault(("wording", "groups", at, name), f"`{level}` is not a level of `{name}`", hint)


def _wrong_names(name: str, scale: Scale) -> Iterator[InstrumentFault]:
    yield from wrong_levels(name, scale, _LEVELS[name])
    yield from wrong_conditions(name, scale, set(_COUNTED[name]), _WORDS[name])


def _leg_cases(instrument: LegInstrument) -> Iterator[Case]:
    """Every case that a leg can be in. A review of several trials is one study for it, and weighs two."""
    for against, controlled, agreeing, supporting in _numbers("leg", instrument.leg):
        if agreeing <= supporting and (supporting or not controlled) and not (against and agreeing):
            outnumbered = _yes_or_no(against > controlled)
            yield {"against": against, "controlled": controlled, "agreeing": agreeing, "for": supporting,
                   "outnumbered": outnumbered}  # fmt: skip


def _numbers(name: str, scale: Scale) -> Iterator[tuple[int, ...]]:
    """Every combination of numbers for the counts of a table; beyond the largest in its rules all behave the same."""
    most = max(1, *bounds_of(scale).values())
    return product(range(most + 1), repeat=len(_COUNTED[name]))


def _faults_of_tier(instrument: LegInstrument) -> Iterator[InstrumentFault]:
    states = sorted(set(_states(instrument)), key=repr)
    elsewhere = [state for state in states if not state.in_target]
    size = len(elsewhere) ** 2 * len(states)
    if size > LARGEST_TABLE:
        message = f"this table has {size} combinations; the limit is {LARGEST_TABLE}"
        yield InstrumentFault(("tier",), message, "use smaller numbers")
        return
    most = bounds_of(instrument.tier)
    pairs = dict.fromkeys(_added(one, two, most) for one, two in product(elsewhere, repeat=2))
    cases = (
        _tier_case(kind, dict(zip(LEGS, (*pair, direct), strict=True)))
        for kind, pair, direct in product(get_args(StatementKind), pairs, states)
    )
    capped = ({name: min(value, most.get(name, 1)) if isinstance(value, int) else value for name, value in case.items()}
              for case in cases)  # fmt: skip
    different = {tuple(case.items()): case for case in capped}
    yield from faults_of_cases("tier", instrument.tier, different.values())


def _added(one: LegState, two: LegState, most: Mapping[str, int]) -> tuple[LegState, LegState]:
    """Two legs with all their studies in the first, up to what the table counts to: it sees only their sum."""
    supporting = min(one.supporting + two.supporting, most.get("studies", 1))
    against = min(one.against + two.against, most.get("contrary", 1))
    return LegState(one.word, supporting, against, False), LegState(two.word, 0, 0, False)


def _states(instrument: LegInstrument) -> Iterator[LegState]:
    """Every state that a leg can be in, as far as the table for tiers can tell them apart."""
    bounds = bounds_of(instrument.tier)
    most_for, most_against = (max(bounds.get(count, 0), 1) for count in _COUNTED["tier"])
    for case in _leg_cases(instrument):
        word = decide(instrument.leg, case).level
        supporting, against = min(int(case["for"]), most_for), min(int(case["against"]), most_against)
        for also in range(against, most_against + 1):
            for in_target in (False, True) if case["controlled"] else (False,):
                yield LegState(word, supporting, also, in_target)


def _link_cases(instrument: LegInstrument) -> Iterator[Case]:
    for numbers in _numbers("judgement", instrument.judgement):
        counts = dict(zip(_COUNTED["judgement"], numbers, strict=True))
        if counts["controlled"] <= counts["for"]:
            for search in _YES_NO:
                yield {**counts, "search": search}


def _support_cases() -> Iterator[Case]:
    return ({"steps": steps, "bridge": bridge} for steps, bridge in product(get_args(LinkWord), repeat=2))
