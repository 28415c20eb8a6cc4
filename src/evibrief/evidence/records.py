"""The record types of the files next to `brief.yaml`: doses, time courses, harms, corrections, changes.

Each record is one frozen type. `evidence.brief` combines them.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from evibrief.evidence.claims import Arm, Evidence, Overridable
from evibrief.evidence.fields import (
    ASKED_OF_DOCUMENT,
    OF_DOCUMENT,
    Claims,
    Corrections,
    Count,
    Date,
    Identifier,
    Mechanisms,
    Number,
    Population,
    Prose,
    Record,
    Route,
    Sources,
    Text,
    UnitOfAmount,
    Whole,
    refused,
)
from evibrief.evidence.vocabulary import CorrectionKind, TimeUnit


class Amount(Record):
    """A quantity: one value, or a range from `low` to `high`."""

    low: Number = Field(description="the value, or the lowest")
    high: Annotated[Number | None, Whole()] = Field(default=None, description="the highest; only for a range")
    unit: UnitOfAmount

    @model_validator(mode="after")
    def _is_possible(self) -> "Amount":
        if self.low < 0 or (self.low == 0 and self.high is None):
            raise refused("amount", f"{self.low} is no amount that can be given", "write what the source says")
        if self.high is not None and self.high <= self.low:
            raise refused("amount", f"a range ends above its beginning, and {self.high} is not above {self.low}",
                          "write what the source says; `high` is for ranges alone")  # fmt: skip
        return self


class Dose(Overridable):
    """A dose given to people. Number, unit, route, population and source are all required."""

    id: Identifier
    label: Text = Field(description="what was given")
    amount: Amount
    salt: Text | None = Field(default=None, description="the salt or form that the number is of: `hydrochloride`")
    doubtful: Prose | None = Field(default=None, description="why the number is not to be relied on")
    route: Route
    duration: Text
    regimen: Text = Field(description="how often, and in which setting")
    purpose: Text = Field(description="what it was given for")
    population: Annotated[Population, Whole()] = Field(description="who received it")
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    claims: Claims
    corrections: Corrections
    note: Prose | None = None
    replaces: tuple[Identifier, ...] = Field(default=(), description="ids of this record in earlier versions")


class AnimalExposure(Overridable):
    """An amount given to animals or cells. It is never printed next to a dose for people."""

    id: Identifier
    label: Text = Field(description="what was given")
    amount: Amount
    salt: Text | None = Field(default=None, description="the salt or form that the number is of")
    doubtful: Prose | None = Field(default=None, description="why the number is not to be relied on")
    route: Text
    population: Population
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    claims: Claims
    corrections: Corrections
    note: Prose | None = None


class Doses(Record):
    """`doses.yaml`: what was given to people and, separately, to animals and cells."""

    people: tuple[Dose, ...] = ()
    other: tuple[AnimalExposure, ...] = ()


class Moment(Record):
    """A point on the time axis, counted from the start of treatment."""

    value: Number
    unit: TimeUnit

    @model_validator(mode="after")
    def _is_after_the_start(self) -> "Moment":
        if self.value < 0:
            raise refused("moment", f"{self.value} {self.unit} is before the start", "write what the source says")
        return self

    @property
    def days(self) -> Decimal:
        """How many days after the start, where a month has 30 and a year 365."""
        return self.value * _DAYS[self.unit]


_DAYS: Mapping[TimeUnit, Decimal] = {
    "minutes": Decimal(1) / 1440, "hours": Decimal(1) / 24, "days": Decimal(1), "weeks": Decimal(7),
    "months": Decimal(30), "years": Decimal(365),
}  # fmt: skip


class TimeCourse(Overridable):
    """How long an effect was seen, and the evidence for it."""

    id: Identifier
    effect: Text
    stated: Annotated[Text | None, *ASKED_OF_DOCUMENT] = Field(
        default=None,
        validate_default=True,
        description="the time course as the source document gives it, in our words",
    )
    first: Moment | None = Field(default=None, description="first seen; if absent, printed as unknown")
    peak: Moment | None = Field(default=None, description="strongest")
    last: Moment | None = Field(default=None, description="last seen")
    population: Population
    evidence: tuple[Evidence, ...] = ()
    claims: Claims
    corrections: Corrections
    note: Prose | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> "TimeCourse":
        seen = [one for one in (self.first, self.peak, self.last) if one]
        for one, later in pairwise(seen):
            if later.days < one.days:
                message = f"{later.value} {later.unit} is before {one.value} {one.unit}"
                raise refused("moment", message, "`first`, `peak` and `last` are in the order of time")
        return self


class Harm(Overridable):
    """A harm that was seen or is feared: in whom, how often if known, and from which source."""

    id: Identifier
    effect: Prose = Field(description="what was seen or is feared")
    population: Population = Field(description="in whom")
    arms: tuple[Annotated[Arm, Whole()], ...] = Field(
        default=(), description="how many had it in each group, where the source says so"
    )
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    claims: Claims
    note: Prose | None = None


class Phase(Overridable):
    """One phase in the course of the condition, with what is proposed for it."""

    id: Identifier
    title: Text
    text: Prose
    claims: Claims


class Comparator(Overridable):
    """An alternative to the intervention, and what is known of it."""

    id: Identifier
    name: Text
    stated: Annotated[Prose | None, *ASKED_OF_DOCUMENT] = Field(
        default=None, validate_default=True, description="what the source document says of it"
    )
    known: Prose = Field(description="what is known of it")
    claims: Claims
    corrections: Corrections


class ModelRecord(Overridable):
    """A model of the condition, and where the intervention would act if the model is right."""

    id: Identifier
    title: Text
    text: Prose
    would_need: Prose = Field(description="what must be shown before the model can support treatment")
    claims: Claims
    mechanisms: Mechanisms = Field(description="those that would matter if the model were right")


class Point(Record):
    """A lack, an unknown or a gap: something stated to be missing."""

    id: Identifier
    text: Prose
    claims: Claims
    line: Annotated[Count | None, *OF_DOCUMENT] = Field(default=None, description="of the document that says so")
    note: Prose | None = None


class Correction(Overridable):
    """A wrong or doubtful statement of the source document, with what is right and how sure that is."""

    id: Identifier
    kind: CorrectionKind
    lines: Text
    says: Prose = Field(description="what the document says")
    right: Prose = Field(description="what is right")
    sure: Text = Field(description="how sure that is")
    sources: Sources


class Limitations(Record):
    """`limitations.yaml`: what is missing, what is not known, and what was wrong."""

    lacks: tuple[Point, ...] = ()
    unknowns: tuple[Point, ...] = ()
    gaps: tuple[Point, ...] = ()
    corrections: Annotated[tuple[Correction, ...], *OF_DOCUMENT] = ()


class Reason(Record):
    """Why a rating differs from the previous version, signed with a name or a role."""

    record: Identifier = Field(description="the id of the statement or the mechanism")
    reason: Prose
    by: Text


class VersionNote(Record):
    """What a version changed, for readers of the previous one."""

    version: Annotated[Text, Field(pattern=r"^\d+\.\d+\.\d+$")]
    date: Date
    text: Prose = Field(description="what the version changed")
    reasons: tuple[Reason, ...] = Field(default=(), description="one for each tier, certainty or support that changed")


class SinceChange(Record):
    """One change since the previous version, as `evibrief diff` reports it."""

    weight: Literal["major", "minor", "patch"]
    kind: Text
    record: Text
    was: str = ""
    now: str = ""
    reason: str = ""


class Since(Record):
    """`since.yaml`: the changes since the last archived version. Written by `evibrief since`, never by hand."""

    version: Text
    date: Date
    evidence: Text = Field(description="the evidence hash of that version")
    summary: Text
    changes: tuple[SinceChange, ...] = ()


class Reference(Record):
    """One entry of `references.json`: CSL-JSON exactly as a reference manager exports it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    type: str
    title: str | None = None
    author: tuple[Mapping[str, Any], ...] = ()
    issued: Mapping[str, Any] | None = None

    @property
    def year(self) -> int | None:
        """The year in which it was published, if that is known."""
        parts = (self.issued or {}).get("date-parts")
        return int(parts[0][0]) if parts and parts[0] else None
