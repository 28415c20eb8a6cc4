"""A rating instrument: levels with their words, and decision tables that turn counts of studies into a level.

In: one file in `instruments/`, as data. Out: an `Instrument`, or a `LegInstrument` if the file has a table for legs;
`rating.decision_tables` and `rating.leg_tables` read and check their tables.
An instrument has a version in its name. Once a brief has been published with it, it is never edited: a new version is
added instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from evibrief.evidence.fields import Count, Identifier, Prose, Record, Takes, Text, refused
from evibrief.evidence.vocabulary import Certainty, Design, Exposure, Judgement, Relation, Species, Tier

_RANGE = re.compile(r"(\d{1,3})(?:(\+)|-(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Range:
    """A number of studies, from `low` to `high` inclusive; without `high` there is no upper limit."""

    low: int
    high: int | None

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)


WordList = tuple[str, ...]
Condition = Range | WordList
"""A range for a count; the accepted words for a named property such as the kind of a link."""


def _condition(value: Any) -> Condition:
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(str(word) for word in value)
    if isinstance(value, str) and (match := _RANGE.fullmatch(value)):
        low = int(match[1])
        return Range(low, None if match[2] else int(match[3] or low))
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z-]*", value):
        return (str(value),)
    hint = "write a number, `2+`, `0-1`, a word or a list of words"
    raise refused("condition", "this is not a condition", hint)


def _when(value: Any) -> Any:
    return () if value == "otherwise" else value


Conditions = Mapping[
    Text,
    Annotated[
        Condition,
        BeforeValidator(_condition),
        WithJsonSchema({"type": ["string", "integer", "array"]}, mode="validation"),
    ],
]


class Sort(Record):
    """A sort of study. A study has the first sort in the list that fits it; an omitted key fits every study."""

    id: Identifier
    words: Text = Field(description="what is counted, in the plural: `findings in people with the condition`")
    short: Text | None = Field(default=None, description="the same in two or three words, for a column heading")
    designs: tuple[Design, ...] = ()
    species: tuple[Species, ...] = ()
    relations: tuple[Relation, ...] = ()
    exposures: tuple[Exposure, ...] = ()


class Total(Record):
    """Several sorts counted together."""

    id: Identifier
    words: Text
    of: tuple[Identifier, ...] = Field(min_length=1)


class Level(Record):
    """One level of a scale, best first. `given: signature` marks a level that only a person can give."""

    id: Text
    word: Text
    meaning: Prose
    given: Literal["rule", "signature"] = "rule"


class DecisionRule(Record):
    """One line of a decision table: the level, the reason in words, and when it applies.

    `when` is a list of entries; the rule applies if all conditions of at least one entry are met. `otherwise` covers
    every case that no other rule decides.
    """

    level: Text
    reason: Text = Field(description="completes `because …`")
    when: Annotated[
        tuple[Conditions, ...],
        BeforeValidator(_when),
        Takes("`otherwise`, or list of records of conditions: a count (`2`, `0-1`, `2+`) for a sort or a total, "
              "words for `kind` or `judgement`"),
    ]


class Scale(Record):
    """The levels of one judgement and the decision table that gives them. The order of the rules has no meaning."""

    levels: tuple[Level, ...] = Field(min_length=2)
    rules: tuple[DecisionRule, ...] = Field(min_length=1)


class WordGroup(Record):
    """Words of one strength, and the lowest level of each scale at which a sentence may use them."""

    words: tuple[Text, ...] = Field(min_length=1)
    tier: Tier
    judgement: Judgement
    certainty: Certainty


class Wording(Record):
    """Which words need which level, which words soften a sentence (hedges), and which are never allowed."""

    groups: tuple[WordGroup, ...]
    hedges: tuple[Text, ...]
    never: tuple[Text, ...]


class Instrument(Record):
    """How ratings are computed from the encoded evidence."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    version: Count
    title: Text
    text: Prose = Field(description="what it rates, by which rule, and what it cannot see")
    sorts: tuple[Sort, ...] = Field(min_length=1)
    totals: tuple[Total, ...] = ()
    contrary: tuple[Identifier, ...] = Field(description="the sorts of study whose contradictions count")
    tier: Scale
    judgement: Scale
    certainty: Scale
    most_claims_per_study: Count
    wording: Wording

    @property
    def name(self) -> str:
        """The name in a brief and of its file: `plausibility-1`."""
        return f"{self.id}-{self.version}"


class Counting(Record):
    """Which evidence counts, and as what. Every design is in one of three lists, every species in one.

    A word in these lists that no study can have does no harm: the one that was meant is missing then, and reported.
    """

    controlled: tuple[Text, ...] = Field(min_length=1, description="designs with a control group, and experiments")
    uncontrolled: tuple[Text, ...] = Field(description="designs that count, but without a control group")
    uncounted: tuple[Text, ...] = Field(description="designs that are shown and never counted")
    reviews: tuple[Text, ...] = Field(description="designs that pool other studies")
    exploratory: tuple[Text, ...] = Field(
        default=(), description="designs whose results were not planned; as direct evidence they count as uncontrolled"
    )
    people: tuple[Species, ...] = Field(min_length=1)
    animals: tuple[Species, ...]
    cells: tuple[Species, ...]
    unread: tuple[Text, ...] = Field(
        default=(), description="locators at which nothing was measured: `introduction`, `title`"
    )


class LegWordGroup(Record):
    """Words of one strength, and the lowest level of each scale at which a sentence may use them."""

    words: tuple[Text, ...] = Field(min_length=1)
    tier: Text
    judgement: Text
    support: Text


class LegWording(Record):
    """Which words need which level, which words soften a sentence (hedges), and which are never allowed."""

    groups: tuple[LegWordGroup, ...]
    hedges: tuple[Text, ...]
    never: tuple[Text, ...]


class LegInstrument(Record):
    """How ratings are computed from the three legs of a statement.

    They are what the intervention does elsewhere, what is so in the condition, and what the intervention did in people
    with the condition. Each leg gets a word from its studies, and the three words give the tier.
    """

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    version: Count
    title: Text
    text: Prose = Field(description="what it rates, by which rule, and what it cannot see")
    counting: Counting
    leg: Scale
    tier: Scale
    judgement: Scale
    support: Scale = Field(description="of a chain: the worst that a step gives with a bridge")
    most_claims_per_study: Count
    wording: LegWording

    @property
    def name(self) -> str:
        """The name in a brief and of its file: `plausibility-2`."""
        return f"{self.id}-{self.version}"


BY_SORTS, BY_LEGS = "\0sorts", "\0legs"
"""The two forms of an instrument, as pydantic names them in the place of an error; no key has a NUL."""


def _form(value: Any) -> str:
    """Which form of instrument a file has. Only the second has a table for legs."""
    has_legs = "leg" in value if isinstance(value, Mapping) else isinstance(value, LegInstrument)
    return BY_LEGS if has_legs else BY_SORTS


AnyInstrument = Annotated[
    Annotated[Instrument, Tag(BY_SORTS)] | Annotated[LegInstrument, Tag(BY_LEGS)], Discriminator(_form)
]
"""An instrument of either form."""
