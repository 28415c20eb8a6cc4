"""Rules on numbers that are in the data and also in the words of a finding: amounts, people counted, intervals.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from evibrief import resources
from evibrief.checks.rule import Context, Finding, Rule, warning
from evibrief.evidence.amounts_in_text import NamedAmount, amounts_in, are_comparable, are_equal
from evibrief.evidence.claims import Arm, Estimate
from evibrief.evidence.records import Amount, AnimalExposure, Dose
from evibrief.evidence.source import Location
from evibrief.labels.phrases import amount

_READ_AGAIN = "one of the two is wrong: read the source again"
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {word: number for number, word in enumerate(_SMALL)} | {"none": 0}
_COUNTED = r"\d{1,3}(?:,\d{3})+|\d+"
_OF_ALL = re.compile(
    rf"(?<![\w.,–−-])({_COUNTED}|{'|'.join(_WORDS)})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?({_COUNTED}|{'|'.join(_WORDS)})"
    r"(?![\w%]|[.,]\d|\s+(?:minutes|hours|days|weeks|months|years|%))",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"\d+(?:\.\d+)?\s*%[\s-]*(?:\w*\s*interval|CI|CrI|HDI)\b|\d+(?:\.\d+)?\s*%\s*(?=[:([])", re.IGNORECASE
)
_SIGNED = re.compile(r"(?<![\w.,])(?<![\w.,][-−–])[-−–]?\d+(?:[.,]\d+)?(?![\d.,]*\d)")
_ENDS = re.compile(
    r"(?P<low>[-−–]?\d+(?:[.,]\d+)?)\s*%?\s*(?:to|,|;|–|-|and|\.\.\.?|…)\s*(?P<high>[-−–]?\d+(?:[.,]\d+)?)"
)
_UNREADABLE = re.compile(r",\d{3}(?!\d)|[×^]|\d[eE][-+]?\d")
_DOWNWARDS = re.compile(r"\b(?:fell|fall|lower|less|fewer|drop|reduc|decreas|declin|short)", re.IGNORECASE)


def amount_differs(case: Context) -> Iterator[Finding]:
    """An amount in `doses.yaml` that its own findings do not name, although they name amounts.

    Only a number before a unit that the brief knows is compared, and only with one that measures the same sort of
    thing. The rule is silent if one of them is the amount, or an end of its range: also in a larger or smaller unit
    (500 mg and 0.5 g), or a part of what was given in a day. Percentages are not compared: results are told in them,
    too. Read the source again and correct the amount, the unit or the finding.
    """
    units = (*resources.units(), *case.brief.brief.units)
    for location, record in _given(case):
        named = [
            ((*location, "evidence", at, "finding"), one)
            for at, entry in enumerate(record.evidence)
            for one in amounts_in(entry.finding, units)
            if one.unit != "%" and are_comparable(one.unit, record.amount.unit)
        ]
        if named and not any(_is_named(record.amount, one) for _, one in named):
            where, first = named[0]
            message = f"the finding says “{first.words}”, and the amount of `{record.id}` is {amount(record.amount)}"
            yield Finding(where, message, _READ_AGAIN, first.words)


def _given(case: Context) -> Iterator[tuple[Location, Dose | AnimalExposure]]:
    """Every amount, whether it was given to people or not, with its location."""
    for index, dose in enumerate(case.brief.doses.people):
        yield ("doses", "people", index), dose
    for index, exposure in enumerate(case.brief.doses.other):
        yield ("doses", "other", index), exposure


def _is_named(quantity: Amount, named: NamedAmount) -> bool:
    ends = [end for end in (quantity.low, quantity.high) if end is not None]
    return any(are_equal(end, quantity.unit, number, named.unit) for end in ends for number in named.numbers)


def events_differ(case: Context) -> Iterator[Finding]:
    """A finding such as `13 of 20` that differs from `events` and `n` of the arms beside it.

    It is found where an arm has that `n`, no arm of that `n` has these events, and one of them has events that no
    finding names. Read the source again and correct the arm or the finding.
    """
    for arms, findings in _with_arms(case):
        told = [(where, *one) for where, text in findings for one in _counts_in(text)]
        for where, words, events, n in told:
            of_size = [arm.events for arm in arms if arm.n == n]
            named = {other for _, _, other, size in told if size == n}
            if of_size and None not in of_size and events not in of_size and not named.issuperset(of_size):
                beside = " and ".join(f"{number} of {n}" for number in of_size)
                yield Finding(where, f"the finding says “{words}”, and `arms` say {beside}", _READ_AGAIN, words)


def _with_arms(case: Context) -> Iterator[tuple[Sequence[Arm], Sequence[tuple[Location, str]]]]:
    """The arms of every harm and every effect, with the findings that they are from."""
    for index, harm in enumerate(case.brief.harms):
        where: Location = ("harms", index, "evidence")
        yield harm.arms, [((*where, at, "finding"), entry.finding) for at, entry in enumerate(harm.evidence)]
    for location, entry in case.evidence():
        if entry.estimate:
            yield entry.estimate.arms, [((*location, "finding"), entry.finding)]


def _counts_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Every `13 of 20` or `three of 20`, with its two numbers."""
    for found in _OF_ALL.finditer(text):
        yield found[0], _count(found[1]), _count(found[2])


def _count(word: str) -> int:
    number = _WORDS.get(word.casefold())
    return int(word.replace(",", "")) if number is None else number


def outside_interval(case: Context) -> Iterator[Finding]:
    """An effect that is not within its own interval.

    It is found where both ends of the interval can be read, and no number of the effect is between them. The usual
    cause is a sign or a digit that was lost. Read the source again and correct the effect or the interval.
    """
    for location, entry in case.evidence():
        if entry.estimate and is_outside(entry.estimate):
            effect, interval = entry.estimate.effect, entry.estimate.interval
            message = f"the effect, “{effect}”, is not within its interval, “{interval}”"
            yield Finding((*location, "estimate", "effect"), message, _READ_AGAIN)


def is_outside(estimate: Estimate) -> bool:
    """Whether an effect and its interval can both be read, and no number of the effect is within."""
    effect, interval = estimate.effect, _LEVEL.sub("", estimate.interval or "")
    ends, values = _ends_of(interval), [_decimal(found[0]) for found in _SIGNED.finditer(effect)]
    if not ends or not values or _UNREADABLE.search(effect + interval) or ("%" in effect) != ("%" in interval):
        return False
    signs = (1, -1) if _DOWNWARDS.search(effect) else (1,)
    return not any(ends[0] <= sign * value <= ends[1] for value in values for sign in signs)


def _ends_of(interval: str) -> Sequence[Decimal]:
    """The two ends of an interval, the lower one first; nothing if they cannot be read."""
    found = list(_ENDS.finditer(interval))
    if len(found) != 1 or len(re.findall(r"\d+(?:[.,]\d+)?", interval)) != 2:
        return ()
    low, high = _decimal(found[0]["low"]), _decimal(found[0]["high"])
    return (low, high) if low <= high else ()


def _decimal(written: str) -> Decimal:
    return Decimal(re.sub("[−–]", "-", written).replace(",", "."))


RULES: tuple[Rule, ...] = (
    warning("amount-differs", amount_differs),
    warning("events-differ", events_differ),
    warning("outside-interval", outside_interval),
)
