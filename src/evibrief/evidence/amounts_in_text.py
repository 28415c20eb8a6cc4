"""Reads amounts with their units out of words: `0.5 mg/kg`, `50 and 200 mg`, `10 mcg per kg`.

In: a text, and the units that a brief knows. Out: each amount with its place in the words, ready to be compared.
An amount whose unit goes on with something that is no known unit, such as `5 mg per visit`, is left out.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from evibrief import resources

_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_BETWEEN = r"(?:\s*[,;/–±-]\s*|\s+)(?:(?:and|or|to|then|up to)\s+)?"
_NUMBERS = rf"(?:{_NUMBER})(?:{_BETWEEN}(?:{_NUMBER})){{0,9}}"
_GOES_ON = r"(?!\w|[/²³⁻·^]|\s+per\b|\s*(?:kg|m|ml|l|h|min|day)\s*\^?[-−⁻])"
_PREFIXES = {"": 0, "k": 3, "m": -3, "µ": -6, "n": -9, "p": -12}
_OF_BASE = re.compile(f"([{''.join(_PREFIXES)}]?)(g|l|mol|M)")
_TIMES = ("day", "h", "min")
_TIMES_A_DAY = (1, 2, 3, 4, 6)


@dataclass(frozen=True, slots=True)
class UnitSpelling:
    """A unit taken apart: `µg/kg/day` is 10⁻⁶ of `g`, per `kg`, by `day`. A unit that cannot be, is its own base."""

    scale: int
    base: str
    per: tuple[str, ...]
    time: str


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """Numbers before one unit, each in every way it can be read, with the words they were found in."""

    words: str
    numbers: frozenset[Decimal]
    unit: str


def usual_spelling(unit: str) -> str:
    """A unit as the shipped list writes it: `µg/kg` for `mcg per kg`. A unit that has one spelling is not changed."""
    parts = re.sub(r"\s+per\s+", "/", unit).replace("^2^", "²").split("/")
    return "/".join(resources.unit_spellings().get(part, part) for part in parts)


def amounts_in(text: str, units: Sequence[str]) -> Iterator[NamedAmount]:
    """The amounts that a text names in these units, in reading order."""
    for found in _pattern(tuple(units)).finditer(text):
        numbers = (reading for number in re.findall(_NUMBER, found[1]) for reading in _readings(number))
        yield NamedAmount(found[0], frozenset(numbers), usual_spelling(found[2]))


def _readings(number: str) -> Collection[Decimal]:
    """`1,200` is 1200 or 1.2, as the language has it; nothing else can be read in two ways."""
    whole, decimal = number.replace(",", ""), number.replace(",", ".")
    if "," not in number or number.count(",") + number.count(".") > 1:
        return (Decimal(whole),)
    return (Decimal(decimal), Decimal(whole)) if re.search(r",\d{3}$", number) else (Decimal(decimal),)


@cache
def _pattern(units: tuple[str, ...]) -> re.Pattern[str]:
    others: dict[str, list[str]] = {}
    for other, ours in resources.unit_spellings().items():
        others.setdefault(ours, []).append(other)
    spelled = (_spelled(unit, others) for unit in sorted(units, key=len, reverse=True))
    return re.compile(rf"(?<![\w.,])({_NUMBERS})[\s-]?({'|'.join(spelled)}){_GOES_ON}")


def _spelled(unit: str, others: dict[str, list[str]]) -> str:
    """The pattern of a unit in all its spellings."""
    parts = ("|".join(map(re.escape, (part, *others.get(part, ())))) for part in unit.split("/"))
    return r"(?:/|\s+per\s+)".join(f"(?:{part})" for part in parts).replace("²", r"(?:²|\^2\^)")


def unit_of(written: str) -> UnitSpelling:
    """A unit, taken apart."""
    first, *rest = usual_spelling(written).split("/")
    scale, base, volume = _taken_apart(first)
    per = [*volume]
    for part in rest:
        of_part, base_of_part, _ = _taken_apart(part)
        scale -= of_part if base_of_part == "l" else 0
        per.append("l" if base_of_part == "l" else part)
    time = next((part for part in per if part in _TIMES), "")
    return UnitSpelling(scale, base, tuple(part for part in per if part != time), time)


def _taken_apart(part: str) -> tuple[int, str, tuple[str, ...]]:
    """The power of ten and the base of a part of a unit. A `M` is a `mol` per `l`."""
    found = _OF_BASE.fullmatch(part)
    if not found:
        return 0, part, ()
    return (_PREFIXES[found[1]], "mol", ("l",)) if found[2] == "M" else (_PREFIXES[found[1]], found[2], ())


def are_comparable(one: str, other: str) -> bool:
    """Whether two units measure the same sort of thing: `mg` and `µg/kg`, but not `mg` and `ng/ml`."""
    first, second = unit_of(one), unit_of(other)
    same_time = first.time == second.time or {first.time, second.time} == {"", "day"}
    return first.base == second.base and ("l" in first.per) == ("l" in second.per) and same_time


def are_equal(one: Decimal, unit: str, other: Decimal, other_unit: str) -> bool:
    """Whether two amounts are the same. One a day and one at a time are, if it can have been given so often."""
    first, second = unit_of(unit), unit_of(other_unit)
    if not are_comparable(unit, other_unit) or first.per != second.per:
        return False
    one, other = one.scaleb(first.scale), other.scaleb(second.scale)
    if first.time == second.time:
        return one == other
    a_day, at_a_time = (one, other) if first.time else (other, one)
    return any(at_a_time * times == a_day for times in _TIMES_A_DAY)
