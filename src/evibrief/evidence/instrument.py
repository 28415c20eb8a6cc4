"""A rating instrument: levels with their words, and decision tables that give a level from counts of studies.

In: one file in `instruments/`, as data. Out: an `Instrument`; `decisions` reads its tables and finds their faults.
An instrument has a version in its name. It is never edited once a brief was published with it: it gets a successor.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from evibrief.evidence.fields import Count, Identifier, Prose, Record, Takes, Text, refused
from evibrief.evidence.vocabulary import Certainty, Design, Exposure, Judgement, Relation, Species, Tier

_RANGE = re.compile(r"(\d{1,3})(?:(\+)|-(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Range:
    """How many studies: from `low` to `high`, both included; no `high` means any number above."""

    low: int
    high: int | None

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)


Words = tuple[str, ...]
Condition = Range | Words
"""A range for what is counted; the words that fit for what is named, such as the kind of a link."""


def _condition(value: Any) -> Condition:
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(str(word) for word in value)
    if isinstance(value, str) and (match := _RANGE.fullmatch(value)):
        low = int(match[1])
        return Range(low, None if match[2] else int(match[3] or low))
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z-]*", value):
        return (str(value),)
    hint = "write a number, `2+`, `0-1`, a word or a list of words"
    raise refused("condition", "this is no condition", hint)


def _when(value: Any) -> Any:
    return () if value == "otherwise" else value


Conditions = Mapping[
    Text, Annotated[Condition, BeforeValidator(_condition), WithJsonSchema({"type": ["string", "integer", "array"]})]
]


class Sort(Record):
    """A sort of study. A study is of the first sort in the list that fits it; a key that is left out fits all."""

    id: Identifier
    words: Text = Field(description="what is counted, in the plural: `findings in people with the condition`")
    short: Text | None = Field(default=None, description="the same in two or three words, for the head of a column")
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
    """One level of a scale, the best first. `given: signature` is a level that no rule gives, only a person."""

    id: Text
    word: Text
    meaning: Prose
    given: Literal["rule", "signature"] = "rule"


class Rule(Record):
    """One line of a decision table: the level, the reason in words, and when it is given.

    `when` is a list; each entry is a set of conditions that all hold; one entry that holds is enough. `otherwise` is
    for all that no other rule decides.
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
    """The levels of one judgement, and the decision table that gives them. The order of the rules means nothing."""

    levels: tuple[Level, ...] = Field(min_length=2)
    rules: tuple[Rule, ...] = Field(min_length=1)


class WordGroup(Record):
    """Words of one strength, and the least level of each scale at which a sentence may use them."""

    words: tuple[Text, ...] = Field(min_length=1)
    tier: Tier
    judgement: Judgement
    certainty: Certainty


class Wording(Record):
    """Which words are too strong for which level, which take the strength out of a sentence, and which never fit."""

    groups: tuple[WordGroup, ...]
    hedges: tuple[Text, ...]
    never: tuple[Text, ...]


class Instrument(Record):
    """How a rating follows from the encoded evidence."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    version: Count
    title: Text
    text: Prose = Field(description="what it rates, on which rule it rests, and what it cannot see")
    sorts: tuple[Sort, ...] = Field(min_length=1)
    totals: tuple[Total, ...] = ()
    contrary: tuple[Identifier, ...] = Field(description="the sorts of study whose contradiction counts")
    tier: Scale
    judgement: Scale
    certainty: Scale
    most_claims_per_study: Count
    wording: Wording

    @property
    def name(self) -> str:
        """As a brief names it and as its file is called: `plausibility-1`."""
        return f"{self.id}-{self.version}"
