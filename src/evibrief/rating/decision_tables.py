"""Decision tables: the level that a scale gives for some counts, and the faults of a table.

In: an `Instrument`. Out: a decision, or faults with their location in the instrument.

A table must be a partition: exactly one rule applies to each combination of counts. We check this by trying all
combinations. Every count above the largest number in the table behaves the same, so a few values suffice (the usual
completeness and consistency check of decision tables, as in CODASYL, A Modern Appraisal of Decision Tables, 1982).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import get_args

from evibrief.evidence.instrument import Condition, DecisionRule, Instrument, Range, Scale, Sort
from evibrief.evidence.source import Location
from evibrief.evidence.vocabulary import (
    Certainty,
    Design,
    Exposure,
    Judgement,
    LinkKind,
    Relation,
    Species,
    StatementKind,
    Tier,
)

Case = Mapping[str, int | str]
"""The input of a table: numbers of studies by sort or total, and words by name."""

LARGEST_TABLE = 100_000
"""The most combinations that are tried; no reader can follow a larger table."""


@dataclass(frozen=True, slots=True)
class InstrumentFault:
    """A fault of an instrument, and its location."""

    where: Location
    message: str
    hint: str


def decide(scale: Scale, case: Case) -> DecisionRule:
    """The rule that decides a case. The table must have no faults."""
    for rule in scale.rules:
        if _fits(rule, case):
            return rule
    return _otherwise(scale) or scale.rules[-1]


def _fits(rule: DecisionRule, case: Case) -> bool:
    """Whether one line of a rule is met. Loops, because a brief asks a hundred thousand times."""
    for line in rule.when:
        for name, wanted in line.items():
            if case[name] not in wanted:  # type: ignore[operator]  # a range gets numbers, a tuple words: see `faults`
                break
        else:
            return True
    return False


def _otherwise(scale: Scale) -> DecisionRule | None:
    return next((rule for rule in scale.rules if not rule.when), None)


def with_totals(instrument: Instrument, counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by sort, plus the totals and `contrary`; missing counts are 0."""
    full = {sort.id: counts.get(sort.id, 0) for sort in instrument.sorts}
    totals = {total.id: sum(full.get(name, 0) for name in total.of) for total in instrument.totals}
    return full | totals | {"contrary": counts.get("contrary", 0)}


def rank(scale: Scale, level: str) -> int:
    """The place of a level in its scale; 0 is the best."""
    return [one.id for one in scale.levels].index(level)


def faults(instrument: Instrument) -> Iterator[InstrumentFault]:
    """All faults of an instrument: unknown names, faulty sorts, then overlaps, gaps and rules that never apply."""
    unknown = list(_unknown_names(instrument))
    yield from unknown
    yield from _faults_of_sorts(instrument)
    if unknown:
        return
    for name, words in _NAMED.items():
        yield from _faults_of_table(instrument, name, words)


_NAMED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "tier": {"kind": get_args(StatementKind)},
    "judgement": {"kind": get_args(LinkKind)},
    "certainty": {"judgement": get_args(Judgement)},
}
LEVELS: Mapping[str, Sequence[str]] = {
    "tier": get_args(Tier),
    "judgement": get_args(Judgement),
    "certainty": get_args(Certainty),
}
"""The levels of each scale, best first."""


def _unknown_names(instrument: Instrument) -> Iterator[InstrumentFault]:
    """Names of sorts, levels and inputs that do not exist."""
    sorts = {sort.id for sort in instrument.sorts}
    named = [(("totals", index, "of"), total.of) for index, total in enumerate(instrument.totals)]
    for where, names in (*named, (("contrary",), instrument.contrary)):
        for name in sorted(set(names) - sorts):
            yield InstrumentFault(where, f"there is no sort of study `{name}`", _known(sorts))
    counted = sorts | {total.id for total in instrument.totals} | {"contrary"}
    for scale_name, words in _NAMED.items():
        scale: Scale = getattr(instrument, scale_name)
        yield from wrong_levels(scale_name, scale, LEVELS[scale_name])
        yield from wrong_conditions(scale_name, scale, counted, words)


def wrong_conditions(
    scale_name: str, scale: Scale, counted: set[str], words: Mapping[str, Sequence[str]]
) -> Iterator[InstrumentFault]:
    """Conditions of a table on an input that it does not have, or on a value that the input never has."""
    for at, rule in enumerate(scale.rules):
        for line_at, line in enumerate(rule.when):
            for name, wanted in line.items():
                where = (scale_name, "rules", at, "when", line_at, name)
                yield from _wrong_condition(where, name, wanted, counted, words)


def wrong_levels(name: str, scale: Scale, needed: Sequence[str]) -> Iterator[InstrumentFault]:
    """Levels of a scale that are not those that it needs, levels that no rule gives, and the reverse."""
    levels = tuple(level.id for level in scale.levels)
    if levels != tuple(needed):
        hint = "this scale needs these levels, best first: " + ", ".join(needed)
        yield InstrumentFault((name, "levels"), f"these levels are {', '.join(levels)}", hint)
    given = {level.id for level in scale.levels if level.given == "rule"}
    for index, rule in enumerate(scale.rules):
        if rule.level not in given:
            message = f"`{rule.level}` is not a level that a rule may give"
            yield InstrumentFault((name, "rules", index, "level"), message, _known(given))
    for index, level in enumerate(scale.levels):
        if level.given == "rule" and all(rule.level != level.id for rule in scale.rules):
            message = f"no rule gives the level `{level.id}`"
            hint = "write one, or `given: signature` if only a person may give it"
            yield InstrumentFault((name, "levels", index), message, hint)


def _wrong_condition(
    where: Location, name: str, wanted: Condition, counted: set[str], words: Mapping[str, Sequence[str]]
) -> Iterator[InstrumentFault]:
    if name in counted:
        if not isinstance(wanted, Range):
            yield InstrumentFault(where, f"`{name}` is a number of studies", "write `0`, `1`, `2+` or `0-1`")
        elif wanted.high is not None and wanted.high < wanted.low:
            yield InstrumentFault(where, f"the range {wanted.low}-{wanted.high} is empty", "swap the two numbers")
    elif name not in words:
        yield InstrumentFault(where, f"there is no input `{name}`", _known({*counted, *words}))
    elif isinstance(wanted, Range) or not set(wanted) <= set(words[name]):
        yield InstrumentFault(where, f"this is not a value of `{name}`", _known(words[name]))


def _known(names: Sequence[str] | set[str]) -> str:
    return "known: " + ", ".join(sorted(names))


def sort_fits(sort: Sort, design: str, species: str, relation: str, exposure: str) -> bool:
    """Whether a study with these properties belongs to a sort; an empty list in a sort fits all."""
    pairs = (
        (design, sort.designs), (species, sort.species), (relation, sort.relations), (exposure, sort.exposures),
    )  # fmt: skip
    return all(not allowed or value in allowed for value, allowed in pairs)


def _faults_of_sorts(instrument: Instrument) -> Iterator[InstrumentFault]:
    """Report studies that belong to no sort, and sorts that no study can belong to."""
    met: set[str] = set()
    for kind in product(get_args(Design), get_args(Species), get_args(Relation), get_args(Exposure)):
        found = next((sort.id for sort in instrument.sorts if sort_fits(sort, *kind)), None)
        if found is None:
            message = f"no sort fits this study: {', '.join(kind)}"
            yield InstrumentFault(("sorts",), message, "end with a sort that fits all remaining studies")
            return
        met.add(found)
    for index, sort in enumerate(instrument.sorts):
        if sort.id not in met:
            message = f"no study can be of the sort `{sort.id}`: earlier sorts fit them all"
            yield InstrumentFault(("sorts", index), message, "move it up, or remove it")


def _faults_of_table(
    instrument: Instrument, name: str, words: Mapping[str, Sequence[str]]
) -> Iterator[InstrumentFault]:
    scale: Scale = getattr(instrument, name)
    values = _values(instrument, scale, words)
    size = 1
    for several in values.values():
        size *= len(several)
    if size > LARGEST_TABLE:
        message = f"this table has {size} combinations; the limit is {LARGEST_TABLE}"
        yield InstrumentFault((name,), message, "use fewer sorts or smaller numbers")
        return
    cases: list[Case] = [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
    yield from faults_of_cases(name, scale, [_completed(instrument, case, words) for case in cases])


def _completed(
    instrument: Instrument, case: Mapping[str, int | str], words: Mapping[str, Sequence[str]]
) -> dict[str, int | str]:
    counts = {key: value for key, value in case.items() if isinstance(value, int)}
    return with_totals(instrument, counts) | {name: case[name] for name in words}


def _values(
    instrument: Instrument, scale: Scale, words: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[int | str]]:
    """The values to try for each input of the table."""
    bounds: dict[str, int] = {}
    totals = {total.id: total.of for total in instrument.totals}
    for name, bound in bounds_of(scale).items():
        for sort in totals.get(name, (name,)):
            bounds[sort] = max(bounds.get(sort, 0), bound)
    return {**{name: range(bound + 1) for name, bound in bounds.items()}, **words}


def bounds_of(scale: Scale) -> Mapping[str, int]:
    """For each count in a table the number from which on all numbers behave the same."""
    bounds: dict[str, int] = {}
    for rule in scale.rules:
        for line in rule.when:
            for name, wanted in line.items():
                if isinstance(wanted, Range):
                    bound = wanted.low if wanted.high is None else wanted.high + 1
                    bounds[name] = max(bounds.get(name, 0), bound)
    return bounds


def faults_of_cases(name: str, scale: Scale, cases: Iterable[Case]) -> Iterator[InstrumentFault]:
    """Each overlap and the first gap, with the first case that shows it, and rules that never apply."""
    told: set[tuple[int, int]] = set()
    decided: set[int] = set()
    spare = next((index for index, rule in enumerate(scale.rules) if not rule.when), None)
    uncovered = False
    for case in cases:
        fitting = [index for index, rule in enumerate(scale.rules) if rule.when and _fits(rule, case)]
        decided.update(fitting or ([] if spare is None else [spare]))
        if len(fitting) > 1 and (fitting[0], fitting[1]) not in told:
            told.add((fitting[0], fitting[1]))
            message = f"this rule and the one for `{scale.rules[fitting[0]].level}` both apply to: {_told(case)}"
            yield InstrumentFault((name, "rules", fitting[1]), message, "make one of them narrower")
        if not fitting and spare is None and not uncovered:
            uncovered = True
            hint = "add a rule, or one with `when: otherwise`"
            yield InstrumentFault((name, "rules"), f"no rule applies to: {_told(case)}", hint)
    for index, rule in enumerate(scale.rules):
        if index not in decided:
            message = f"this rule for `{rule.level}` never applies"
            yield InstrumentFault((name, "rules", index), message, "remove it, or widen its conditions")


def _told(case: Case) -> str:
    """A case in words, without zero counts."""
    told = [f"{name} {value}" for name, value in case.items() if value != 0]
    return ", ".join(told) or "nothing at all"
