"""What is computed of a brief, whichever instrument computed it: every page, figure, letter and message reads this.

In: nothing; `rate_sorts` and `rate_legs` make these. Out: for each statement, link and chain the level, the reason, the
one tally of its studies, and what it depends on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from evibrief.evidence.claims import Statement
from evibrief.evidence.fields import ReferenceKey
from evibrief.evidence.instrument import AnyInstrument, LegInstrument, Scale
from evibrief.evidence.vocabulary import Certainty, Leg, Tier
from evibrief.rating.support import Support
from evibrief.rating.tally import ContextStudy, Sides, StudyColumn
from evibrief.rating.units import Unit
from evibrief.rating.ways_up import WayUp


@dataclass(frozen=True, slots=True)
class Tally(Sides):
    """The one tally of a statement or link: what is counted is listed, and what is listed here is counted."""

    context: tuple[ContextStudy, ...] = ()
    kinds: Mapping[Unit, str] = field(default_factory=dict)
    """For each study that counts, the kind of study, as the column of the map of all links."""


@dataclass(frozen=True, slots=True)
class Fall:
    """The lower level if one study is left out."""

    without: Unit
    level: str


@dataclass(frozen=True, slots=True)
class StatementRating:
    """The tiers of a statement and what they depend on. `final` is the computed tier unless a person decided."""

    computed: Tier
    final: Tier
    reason: str
    tally: Tally
    falls: tuple[Fall, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """What an instrument by sorts counted, by sort and total."""

    legs: Mapping[Leg, str] = field(default_factory=dict)
    """The word of each leg, by an instrument by legs."""

    ways_up: tuple[WayUp, ...] = ()
    is_reason: bool = True
    """Whether it is a reason to expect a benefit. What is not has no tier and no counts."""

    @property
    def rests_on(self) -> ReferenceKey | None:
        """The study without which the computed tier would be lower, if there is exactly one."""
        return ReferenceKey(self.falls[0].without) if len(self.falls) == 1 else None


@dataclass(frozen=True, slots=True)
class LinkRating:
    """How well a link is supported."""

    judgement: str
    reason: str
    tally: Tally
    falls: tuple[Fall, ...] = ()
    claims: int = 0
    """How many claims decide, if the instrument counts them."""

    studied: int = 0
    """How many of them have a study that counts."""


@dataclass(frozen=True, slots=True)
class ChainRating:
    """The level of a mechanism, as its weakest links allow. `final` differs only if a person decided otherwise."""

    computed: str
    final: str
    reason: str
    weakest: tuple[str, ...]


ChainValue = Literal["certainty", "support"]


@dataclass(frozen=True, slots=True)
class Ratings:
    """All ratings of a brief, by id."""

    instrument: AnyInstrument
    statements: Mapping[str, StatementRating]
    links: Mapping[str, LinkRating]
    chains: Mapping[str, ChainRating]
    claims: Mapping[str, str]
    """How well each claim alone is supported."""

    @property
    def chain_value(self) -> ChainValue:
        """What the level of a chain is called: `certainty` or, in an instrument by legs, `support`."""
        return "support" if isinstance(self.instrument, LegInstrument) else "certainty"

    @property
    def chain_scale(self) -> Scale:
        """The levels of a chain: its certainty or, in an instrument by legs, its support."""
        return self.instrument.support if isinstance(self.instrument, LegInstrument) else self.instrument.certainty


def listed_tally(support: Support) -> Tally:
    """A tally without an instrument: every study on the side on which the claims list it."""
    unclear = (key for key in support.mixed if key not in (*support.supporting, *support.contradicting))
    return Tally(
        supporting=column_of(support.supporting),
        against=column_of(support.contradicting),
        inconclusive=column_of(unclear),
        context=tuple(ContextStudy(Unit(key), ("context",)) for key in support.context),
    )


def column_of(keys: Iterable[str]) -> StudyColumn:
    """A column in which each publication is a study of its own."""
    return StudyColumn(tuple((Unit(key),) for key in keys))


def word_of(scale: Scale, level: str) -> str:
    """The word of a level. A person may give a certainty where the instrument gives none: then the level itself."""
    return next((one.word for one in scale.levels if one.id == level), level)


def by_tier(statements: Iterable[Statement], ratings: Ratings) -> Mapping[Tier, tuple[Statement, ...]]:
    """The reasons for a benefit by final tier, best first; within a tier in the author's order: they are not ranked."""
    groups: dict[Tier, tuple[Statement, ...]] = dict.fromkeys(get_args(Tier), ())
    for statement in (one for one in statements if one.kind == "reason"):
        groups[ratings.statements[statement.id].final] += (statement,)
    return {tier: group for tier, group in groups.items() if group}


CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)
