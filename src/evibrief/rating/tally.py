"""The one tally of a statement or a link: which studies are for it, against it, inconclusive, or only context.

In: observations and what is one study. Out: `StatementTally` and `LinkTally`. Every page, figure, letter and message
prints its counts from these. A number is always the length of a list that is printed.

A study has one position in each place, over all its reports and all claims: for, against, or inconclusive if it is
both. A review counts through its own trials if they are on its side in the same place. Several other reviews on one
side may contain the same trials, so they are one item of the list and count once.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from evibrief.evidence.vocabulary import Leg, NotCounted
from evibrief.rating.observations import LEGS, STREAMS, EvidenceSide, Observation, Stream
from evibrief.rating.units import Unit, Units

Item = tuple[Unit, ...]
"""What is printed and counted as one: a study, or reviews that may contain the same trials."""


@dataclass(frozen=True, slots=True)
class StudyColumn:
    """The studies on one side. `through` are reviews that count through those of their trials that are items."""

    items: tuple[Item, ...] = ()
    through: tuple[Unit, ...] = ()

    @property
    def number(self) -> int:
        """How many studies count."""
        return len(self.items)

    @property
    def studies(self) -> tuple[Unit, ...]:
        """Every study in the column, in the author's order, then those that count through others."""
        return (*(unit for item in self.items for unit in item), *self.through)


@dataclass(frozen=True, slots=True)
class Sides:
    """The studies for, against, and without a clear result."""

    supporting: StudyColumn = StudyColumn()
    against: StudyColumn = StudyColumn()
    inconclusive: StudyColumn = StudyColumn()

    @property
    def studies(self) -> tuple[Unit, ...]:
        """All of them; none is on two sides."""
        return (*self.supporting.studies, *self.against.studies, *self.inconclusive.studies)


@dataclass(frozen=True, slots=True)
class LegCell(Sides):
    """The studies of one leg in people, animals or cells, with the weights that the table asks for.

    A review of two or more studies weighs as much as two, never more.
    """

    controlled: int = 0
    """The weight of the controlled studies among those that are for."""

    opposed: int = 0
    """The weight of the studies against."""

    in_target: bool = False
    """Whether one of the controlled studies was made in the condition itself."""


@dataclass(frozen=True, slots=True)
class ContextStudy:
    """A study that is shown and counts nowhere in the tally, with the reasons."""

    unit: Unit
    reasons: tuple[NotCounted, ...]


@dataclass(frozen=True, slots=True)
class StatementTally:
    """The tally of a statement."""

    legs: Mapping[Leg, Mapping[Stream, LegCell]]
    merged: Sides
    """Every study that counts, once over all legs and streams. No table reads it."""

    context: tuple[ContextStudy, ...]

    def closed(self, leg: Leg) -> bool:
        """Whether studies in people are against a leg, so that its studies in animals and cells only differ."""
        return self.legs[leg]["people"].against.number > 0


@dataclass(frozen=True, slots=True)
class LinkTally(Sides):
    """The tally of a link, or of one thing that it requires."""

    controlled: int = 0
    """How many of the studies that are for are controlled."""

    differs: tuple[Unit, ...] = ()
    """Studies in animals or cells below the streams that decide; they are shown and not counted."""

    context: tuple[ContextStudy, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where one study is in one place. A study that is not for it is not controlled or in the target either."""

    side: EvidenceSide
    controlled: bool = False
    in_target: bool = False


Positions = Mapping[Unit, Position]


def tally_statement(observations: Collection[Observation], units: Units) -> StatementTally:
    """Count every study once for each leg and stream."""
    counted = [one for one in observations if one.counted]
    legs = {leg: tally_leg((one for one in counted if one.leg == leg), units) for leg in LEGS}
    return StatementTally(legs, _sides(_positions(counted), units), _context(observations, units))


def tally_leg(observations: Iterable[Observation], units: Units) -> Mapping[Stream, LegCell]:
    """Count the studies of one leg in people, animals and cells apart."""
    counted = [one for one in observations if one.counted]
    return {stream: leg_cell(positions_in(counted, stream), units) for stream in STREAMS}


def positions_in(counted: Iterable[Observation], stream: Stream) -> Positions:
    """The one position of each study in people, animals or cells. All the observations are ones that count."""
    return _positions(one for one in counted if one.stream == stream)


def tally_link(observations: Collection[Observation], units: Units) -> LinkTally:
    """Count every study once, from people down to the first stream with evidence against.

    Evidence against in animals or cells only differs where controlled studies above it are for the link.
    """
    counted = [one for one in observations if one.counted]
    streams = [positions_in(counted, stream) for stream in STREAMS]
    deciding, opposed = _deciding(streams)
    supporting = _on_side(deciding, "for")
    against = opposed - supporting
    inconclusive = _on_side(deciding, "inconclusive") - supporting - against
    return LinkTally(
        supporting=column(supporting, units),
        against=column(against, units),
        inconclusive=column(inconclusive, units),
        controlled=column(_controlled(deciding), units).number,
        differs=units.in_order({one.unit for one in counted} - supporting - against - inconclusive),
        context=_context(observations, units),
    )


def _deciding(streams: Iterable[Positions]) -> tuple[list[Positions], set[Unit]]:
    """The streams that decide, and the studies against in the last of them."""
    deciding: list[Positions] = []
    for stream in streams:
        against = _on_side([stream], "against")
        if against and _controlled(deciding):
            break
        deciding.append(stream)
        if against:
            return deciding, against
    return deciding, set()


def _positions(observations: Iterable[Observation]) -> Positions:
    """The one position of each study in these observations."""
    of_unit: dict[Unit, list[Observation]] = {}
    for one in observations:
        of_unit.setdefault(one.unit, []).append(one)
    return {unit: _position(own) for unit, own in of_unit.items()}


def _position(own: Iterable[Observation]) -> Position:
    """For with something inconclusive is for; for and against is inconclusive."""
    own = tuple(own)
    sides = {one.side for one in own}
    if sides == {"inconclusive"} or {"for", "against"} <= sides:
        return Position("inconclusive")
    if "against" in sides:
        return Position("against")
    controlled = [one for one in own if one.side == "for" and one.controlled]
    return Position("for", bool(controlled), any(one.in_target for one in controlled))


def _on_side(places: Iterable[Positions], side: EvidenceSide) -> set[Unit]:
    return {unit for positions in places for unit, at in positions.items() if at.side == side}


def _controlled(places: Iterable[Positions]) -> set[Unit]:
    return {unit for positions in places for unit, at in positions.items() if at.controlled}


def column(found: Collection[Unit], units: Units) -> StudyColumn:
    """The list of the studies on one side, and the reviews that count through their trials on it."""
    if not found:
        return StudyColumn()
    ordered = units.in_order(found)
    single = {unit for unit in ordered if unit not in units.reviews}
    if len(single) == len(ordered):
        return StudyColumn(tuple((unit,) for unit in ordered))
    through = tuple(unit for unit in ordered if unit not in single and units.reviews[unit].parts & single)
    pooled = tuple(unit for unit in ordered if unit not in single and unit not in through)
    places = (unit for unit in ordered if unit in single or unit in pooled[:1])
    return StudyColumn(tuple((unit,) if unit in single else pooled for unit in places), through)


def _sides(positions: Positions, units: Units) -> Sides:
    return Sides(
        column(_on_side([positions], "for"), units),
        column(_on_side([positions], "against"), units),
        column(_on_side([positions], "inconclusive"), units),
    )


def leg_cell(positions: Positions, units: Units) -> LegCell:
    """Count studies by their positions in one leg in people, animals or cells."""
    if not positions:
        return LegCell()
    sides = _sides(positions, units)
    return LegCell(
        supporting=sides.supporting,
        against=sides.against,
        inconclusive=sides.inconclusive,
        controlled=_weight(column(_controlled([positions]), units), units),
        opposed=_weight(sides.against, units),
        in_target=any(at.in_target for at in positions.values()),
    )


def _weight(counted: StudyColumn, units: Units) -> int:
    """How many studies these count as; a review of two or more weighs two, also beside one of its trials."""
    several = any(unit in units.reviews and units.reviews[unit].size > 1 for unit in counted.studies)
    return max(counted.number, 2 if several else 0)


def _context(observations: Iterable[Observation], units: Units) -> tuple[ContextStudy, ...]:
    """The studies of which nothing counts."""
    observations = tuple(observations)
    counted = {one.unit for one in observations if one.counted}
    rest = {one.unit for one in observations} - counted
    reasons = {unit: {one.reason for one in observations if one.unit == unit} for unit in rest}
    return tuple(
        ContextStudy(unit, tuple(reason for reason in get_args(NotCounted) if reason in reasons[unit]))
        for unit in units.in_order(rest)
    )
