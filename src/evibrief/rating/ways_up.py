"""What would move a statement up: the fewest further studies that would give it a better tier.

In: the observations of a statement. Out: `WayUp`s, as data that a sentence can be made of. They are found by adding
studies that do not exist, all of them for the statement, and asking the instrument's own table.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from evibrief.evidence.instrument import LegInstrument
from evibrief.evidence.vocabulary import Leg
from evibrief.rating.leg_tables import LegState, leg_state, tier_rule
from evibrief.rating.observations import LEGS, STREAMS, Observation, Stream
from evibrief.rating.tally import LegCell, Position, Positions, leg_cell, positions_in, tally_leg
from evibrief.rating.units import Unit, Units

MOST = 5
"""More further studies than this are not looked for: they are no advice."""

_WEAKEST_FIRST: tuple[tuple[Stream, bool], ...] = (("animals", True), ("people", False), ("people", True))
"""The kinds of study that are tried, by stream and whether they are controlled."""


@dataclass(frozen=True, slots=True)
class Further:
    """Some further studies on one leg, all for it. On the leg `direct` they are in people with the condition itself."""

    leg: Leg
    stream: Stream
    controlled: bool
    number: int


@dataclass(frozen=True, slots=True)
class WayUp:
    """The tier that some further studies would give, if none is against."""

    tier: str
    further: tuple[Further, ...]

    @property
    def number(self) -> int:
        """How many studies it takes."""
        return sum(one.number for one in self.further)


def ways_up(
    kind: str, observations: Collection[Observation], units: Units, instrument: LegInstrument
) -> tuple[WayUp, ...]:
    """The ways to each better tier that take the fewest studies, the nearest tier first.

    Where several kinds of study would do in the same place, only the kind that is easiest to make is given. A tier that
    no study for the statement could give any more, because studies are against it, has no way.
    """
    own = {leg: [one for one in observations if one.leg == leg and one.counted] for leg in LEGS}
    cells = {leg: tally_leg(own[leg], units) for leg in LEGS}
    now = {leg: leg_state(cells[leg], instrument) for leg in LEGS}
    options = {leg: _options(leg, cells[leg], own[leg], units, instrument) for leg in LEGS}
    ways: dict[str, list[WayUp]] = {}
    for chosen in _choices(options):
        states = {**now, **{further.leg: state for further, state in chosen}}
        tier = tier_rule(kind, states, instrument).level
        ways.setdefault(tier, []).append(WayUp(tier, tuple(further for further, _ in chosen)))
    tiers = [level.id for level in instrument.tier.levels]
    better = tiers[: tiers.index(tier_rule(kind, now, instrument).level)]
    return tuple(way for tier in reversed(better) for way in _easiest(_shortest(ways.get(tier, []))))


Option = tuple[Further, LegState]
"""Some further studies on one leg, and the state that they would bring it into."""


def _options(
    leg: Leg, cells: Mapping[Stream, LegCell], own: Collection[Observation], units: Units, instrument: LegInstrument
) -> list[Option]:
    """For each other state that further studies can bring a leg into: the fewest that do, of the easiest kind.

    `own` are the observations on the leg that count, and `cells` their tally. Further studies change one cell of it.
    """
    positions = {stream: positions_in(own, stream) for stream in STREAMS}
    found: dict[tuple[str, bool, bool], Option] = {}
    for further in _tried(leg):
        cell = leg_cell({**positions[further.stream], **_imagined(further)}, units)
        state = leg_state({**cells, further.stream: cell}, instrument)
        found.setdefault(_told_apart(state), (further, state))
    now = _told_apart(leg_state(cells, instrument))
    return [option for told, option in found.items() if told != now]


def _tried(leg: Leg) -> Iterator[Further]:
    """The further studies that are tried on a leg, the fewest and easiest first."""
    for number in range(1, MOST + 1):
        for stream, controlled in _WEAKEST_FIRST:
            if leg != "direct" or stream == "people":
                yield Further(leg, stream, controlled, number)


def _told_apart(state: LegState) -> tuple[str, bool, bool]:
    """As much of a state as can change a tier when studies for the statement are added."""
    return state.word, state.supporting > 0, state.in_target


def _imagined(further: Further) -> Positions:
    """Positions of studies that do not exist. A NUL is in no key, so they are none of the brief's."""
    position = Position("for", further.controlled, further.controlled and further.leg == "direct")
    return {Unit(f"\0{number}"): position for number in range(further.number)}


def _choices(options: Mapping[Leg, list[Option]]) -> Iterator[tuple[Option, ...]]:
    """Every choice of options on one or several legs that takes no more studies than are looked for."""
    for chosen in product(*([None, *options[leg]] for leg in reversed(LEGS))):
        taken = tuple(one for one in chosen if one)
        if 0 < _number(taken) <= MOST:
            yield taken


def _number(chosen: Iterable[Option]) -> int:
    return sum(further.number for further, _ in chosen)


def _shortest(ways: Collection[WayUp]) -> Iterator[WayUp]:
    fewest = min((way.number for way in ways), default=0)
    return (way for way in ways if way.number == fewest)


def _easiest(ways: Iterable[WayUp]) -> Iterator[WayUp]:
    """Of the ways that need as many studies on the same legs, the one with the easiest kinds."""
    found: dict[tuple[tuple[Leg, int], ...], WayUp] = {}
    for way in ways:
        place = tuple((one.leg, one.number) for one in way.further)
        found[place] = min(found.get(place, way), way, key=_effort)
    yield from (found[place] for place in sorted(found, key=_direct_first))


def _direct_first(place: tuple[tuple[Leg, int], ...]) -> list[int]:
    return [-LEGS.index(leg) for leg, _ in place]


def _effort(way: WayUp) -> list[int]:
    return [_WEAKEST_FIRST.index((one.stream, one.controlled)) for one in way.further]
