"""Appraisals: what people judged of a study or a body of evidence, by instruments that are data.

In: fields. Out: the record types of an appraisal, and of the instrument that it was made with. An instrument is a file
`ID@VERSION.yaml` in `instruments/appraisals/`: the names of its domains and levels, and nothing that computes. Once a
brief has been published with it, it is never edited: a new version is added instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NewType

from pydantic import BeforeValidator, Field

from evibrief.evidence.fields import Date, DateOrUnknown, Meanwhile, Prose, Record, Takes, Text, as_text
from evibrief.evidence.vocabulary import Design

AppraisalState = Literal["draft", "signed"]
Concern = Literal["none", "some", "serious", "critical", "unclear", "not-applicable"]
"""How bad a level is. It gives the level its place, colour and shape in a figure. The last two have no order."""

AppraisedKind = Literal["study", "body"]
OutcomeNeed = Literal["needed", "none"]

WITHOUT_ORDER: tuple[Concern, ...] = ("unclear", "not-applicable")
NOT_JUDGED: Literal["unknown"] = "unknown"
"""In place of a level: nobody has judged this yet."""

APPRAISAL_INSTRUMENTS = "appraisal-instruments"
"""Where a tree has the instruments that its appraisals name."""

_Named = NewType("_Named", str)
"""A name of an instrument, a domain or a level: not free text."""


_OfInstrument = Annotated[_Named, BeforeValidator(as_text)]
"""The type of a field that names something of an instrument; the rules of `check` know what there is."""

InstrumentName = Annotated[_OfInstrument, Takes("`id@version` of an [instrument](#appraisal-instrument)")]
DomainName = Annotated[_OfInstrument, Takes("id of a domain of the instrument")]
LevelName = Annotated[_OfInstrument, Takes("id of a level of the instrument, or `unknown`")]
PlainName = Annotated[Text, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class DomainJudgement(Record):
    """What one domain was judged to be, and why."""

    domain: DomainName
    level: Annotated[LevelName, Meanwhile(NOT_JUDGED)] = Field(description="`unknown`: nobody judged it yet")
    support: Prose | None = Field(default=None, description="why, in one sentence")
    locator: Text | None = Field(default=None, description="where that is: page, figure, table, registry")


class BetterOverall(Record):
    """Why the overall judgement is better than the worst domain allows, signed."""

    reason: Prose
    by: Text = Field(description="a name or a role")
    date: Date


class Appraisal(Record):
    """What somebody judged of a study, or of the body of evidence for a statement, by one instrument.

    It enters no rating. Two people who judged the same thing are two appraisals, and both are printed.
    """

    instrument: InstrumentName
    outcome: Text | None = Field(default=None, description="which result; asked for by instruments that need it")
    domains: tuple[DomainJudgement, ...] = Field(min_length=1, description="one for each domain of the instrument")
    overall: LevelName | None = Field(default=None, description="asked for by instruments that have one")
    better: BetterOverall | None = Field(
        default=None, description="only where `overall` is better than the worst domain"
    )
    by: Text = Field(default=NOT_JUDGED, description="who judged: a name or a role")
    date: DateOrUnknown = NOT_JUDGED
    state: AppraisalState = "draft"
    note: Prose | None = None

    def level_of(self, domain: str) -> str:
        """The level of a domain; `unknown` where it was not judged."""
        return next((one.level for one in self.domains if one.domain == domain), NOT_JUDGED)


class JudgementLevel(Record):
    """A level that an instrument has."""

    id: PlainName
    word: Text = Field(description="as it is printed")
    sign: Annotated[Text, Field(max_length=2)] = Field(description="in the cell of a figure: `+`, `?`, `−1`")
    concern: Concern


class AppraisalDomain(Record):
    """A domain that an instrument has."""

    id: PlainName
    name: Text = Field(description="as it is printed")
    levels: tuple[PlainName, ...] = Field(default=(), description="those that it takes, best first; else all levels")


class Bound(Record):
    """What the instrument itself says a level of a domain allows the overall judgement to be, at best."""

    level: PlainName
    domains: tuple[PlainName, ...] = Field(default=(), description="else all")
    at_best: PlainName = Field(description="a level of `overall`")


class AppraisalInstrument(Record):
    """An instrument of appraisal: its domains and its levels, in their order, and where they are published."""

    id: PlainName
    version: Annotated[Text, Field(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$")] = Field(
        description="in quotes where it is a number: `\"2019\"`"
    )
    title: Text
    source: Text = Field(description="the publication that it comes from")
    doi: Text = Field(description="of that publication, or `unknown`")
    seen: Prose = Field(description="where the names of domains and levels were seen, and what was not seen")
    appraises: AppraisedKind
    outcome: OutcomeNeed = Field(description="whether each judgement is about one result")
    designs: tuple[Design, ...] = Field(default=(), description="of the studies that it is for; else all")
    domains: tuple[AppraisalDomain, ...] = Field(min_length=1, max_length=20)
    levels: tuple[JudgementLevel, ...] = Field(min_length=2, max_length=20, description="the best first")
    overall: tuple[PlainName, ...] = Field(
        default=(), description="the levels of the overall judgement, best first; left out where there is none"
    )
    bounds: tuple[Bound, ...] = Field(
        default=(), description="beside the rule that an overall judgement is no better than a domain of the same level"
    )

    @property
    def name(self) -> str:
        """The name in a brief and of its file: `rob-2@2019`."""
        return f"{self.id}@{self.version}"

    def level(self, name: str) -> JudgementLevel | None:
        """The level with this id; None for `unknown`, and for one that it has not."""
        return next((one for one in self.levels if one.id == name), None)

    def levels_of(self, domain: AppraisalDomain) -> tuple[str, ...]:
        """The levels that a domain takes, the best first."""
        return domain.levels or tuple(one.id for one in self.levels)

    def place(self, overall: str) -> int | None:
        """The place of an overall judgement from the best, 0, to the worst; None where it has none in that order."""
        ordered = [one for one in self.overall if (known := self.level(one)) and known.concern not in WITHOUT_ORDER]
        return ordered.index(overall) if overall in ordered else None

    def best_with(self, domain: str, level: str) -> int | None:
        """The place of the best overall judgement that a level of a domain allows; None if it allows any."""
        said = (one.at_best for one in self.bounds if one.level == level and domain in (one.domains or (domain,)))
        return self.place(next(said, level))


def appraisals_in(tree: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Every appraisal in a tree that nobody has checked yet, with its location."""
    ranking = tree.get("ranking")
    statements = ranking.get("statements") if isinstance(ranking, Mapping) else None
    yield from _of_records(("studies",), tree.get("studies"))
    yield from _of_records(("ranking", "statements"), statements)


def _of_records(way: tuple[str, ...], records: Any) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    for index, record in _mappings(records):
        for number, appraisal in _mappings(record.get("appraisals")):
            yield (*way, index, "appraisals", number), appraisal


def _mappings(records: Any) -> Sequence[tuple[int, Mapping[str, Any]]]:
    listed = records if isinstance(records, list) else []
    return [(index, record) for index, record in enumerate(listed) if isinstance(record, Mapping)]
