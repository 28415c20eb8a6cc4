"""What an author may write: one frozen type per record of the evidence model.

In: the tree of a `Source`. Out: a `Brief`; `reading` turns what is refused into problems. The docstrings of the types
and the descriptions of their fields are what `evibrief schema` hands to editors, so they are written for the people
who fill them in.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from evibrief.evidence import Claim, ClaimGroup, Evidence, Mechanism, Overridable, PopulationRecord, Ranking, Study
from evibrief.fields import (
    Claims,
    Corrections,
    Count,
    Date,
    DateOrUnknown,
    Identifier,
    Mechanisms,
    Number,
    Population,
    Prose,
    Record,
    Sources,
    Text,
)
from evibrief.instrument import Instrument
from evibrief.ledger import ReviewLedger
from evibrief.notices import RetractionReport
from evibrief.vocabulary import (
    SectionKind,
)

Font = Literal["Source Sans Pro", "Source Serif Pro"]


class Person(Record):
    """Somebody who has agreed to be named, with what they did."""

    name: Text
    role: Text
    affiliation: Text | None = None


class Question(Record):
    """What the brief asks, in the four parts of a clinical question."""

    text: Prose
    population: Text
    intervention: Text
    comparator: Text
    outcomes: tuple[Text, ...] = Field(min_length=1)


class SourceDocument(Record):
    """The document whose claims are examined, as it presents itself."""

    title: Text
    stated_sources: Text
    author: Text = Field(description="as named in the document, or `unknown`")
    date: DateOrUnknown
    grading_method: Text


class BottomLine(Record):
    """What a reader with one minute takes away. Plausibility and certainty are never one word for both."""

    text: Prose
    plausibility: Text
    certainty: Text


class Search(Record):
    """A search that somebody made. One that found nothing is worth as much as one that did."""

    what: Prose
    where: Text
    date: DateOrUnknown
    found: Prose


class Methods(Record):
    """How the evidence was found, rated and checked, and what of that was not done."""

    text: Prose
    searches: tuple[Search, ...] = ()
    negative_searches: tuple[Search, ...] = ()
    instrument: Text | None = Field(
        default=None, description="the rating instrument with its version, as its file is called: `plausibility-1`"
    )


class Section(Record):
    """One section of the brief: what it shows, under which heading, with which introduction."""

    kind: SectionKind
    title: Text
    intro: Prose | None = None


class Theme(Record):
    """How this brief differs in looks: a colour, the two shipped fonts, a logo. The rest is `theme/custom.css`."""

    accent: Annotated[Text, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = Field(
        default=None, description="of headings, links and marks; dark enough to be read on white"
    )
    text_font: Font | None = None
    heading_font: Font | None = Field(default=None, description="of the title")
    logo: Annotated[Text, Field(pattern=r"^theme/[A-Za-z0-9_.-]+\.png$")] | None = Field(
        default=None, description="a PNG in the brief's own folder: `theme/logo.png`"
    )
    logo_alternative: Text | None = Field(default=None, description="what the logo says, for those who cannot see it")


class BriefRecord(Overridable):
    """`brief.yaml`: what the brief asks, who stands behind it, and in which order it is told."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text
    subtitle: Text | None = None
    language: Text = "en-GB"
    question: Question
    audience: Text
    status: Literal["draft", "reviewed", "final", "withdrawn"]
    status_note: Text
    version: Annotated[Text, Field(pattern=r"^\d+\.\d+\.\d+$")]
    date: Date
    review_by: Date
    authors: tuple[Person, ...] = Field(default=(), description="nobody is invented: none is printed as `not named`")
    raters: tuple[Person, ...] = ()
    reviewers: tuple[Person, ...] = ()
    funding: Text
    conflicts: Text
    source_document: SourceDocument | None = None
    bottom_line: BottomLine
    known: tuple[Prose, ...] = Field(default=(), max_length=3, description="what is known: three things, with sources")
    not_known: tuple[Prose, ...] = Field(default=(), max_length=3, description="what is not known: three things")
    versions_at: Text = Field(default="unknown", description="where the list of all versions is kept, for readers")
    not_this: tuple[Prose, ...] = Field(min_length=1, description="what this brief is not; printed on page one")
    methods: Methods
    populations: tuple[PopulationRecord, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)
    theme: Theme = Theme()
    citation_style: Text = Field(description="a CSL style by name, or the path of a .csl file beside this one")


class Amount(Record):
    """A quantity: one value, or a range from low to high."""

    low: Number
    high: Number | None = None
    unit: Literal["mg", "mg/kg", "mg/kg/h", "µg/kg/min", "µM", "nM", "ng/ml", "%", "mg/day", "g/day", "mg/l"]


class Dose(Overridable):
    """A dose given to people: number, unit, route, population and source, all five, or it is no dose."""

    id: Identifier
    label: Text
    amount: Amount
    route: Literal["intravenous", "intranasal", "oral", "intramuscular", "subcutaneous", "inhaled", "infusion"]
    duration: Text
    regimen: Text
    purpose: Text
    population: Population
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    claims: Claims
    corrections: Corrections
    note: Prose | None = None
    replaces: tuple[Identifier, ...] = Field(default=(), description="ids that this record had in earlier versions")


class AnimalExposure(Overridable):
    """An amount given to animals or cells. It is never printed beside a dose for people."""

    id: Identifier
    label: Text
    amount: Amount
    route: Text
    population: Population
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    claims: Claims
    corrections: Corrections
    note: Prose | None = None


class Doses(Record):
    """`doses.yaml`: what was given to people, and, apart from it, to animals and cells."""

    people: tuple[Dose, ...] = ()
    other: tuple[AnimalExposure, ...] = ()


class Moment(Record):
    """A point on the time axis, counted from the start of treatment."""

    value: Number
    unit: Literal["minutes", "hours", "days", "weeks", "months", "years"]


class TimeCourse(Overridable):
    """How long an effect was seen, and on what that rests."""

    id: Identifier
    effect: Text
    stated: Text = Field(description="the time course as the source document gives it, in our words")
    first: Moment | None = Field(default=None, description="first seen; absent is printed as unknown")
    peak: Moment | None = None
    last: Moment | None = None
    population: Population
    evidence: tuple[Evidence, ...] = ()
    claims: Claims
    corrections: Corrections
    note: Prose | None = None


class Harm(Overridable):
    """An unwanted effect that was seen or is feared: in whom, how often where that is known, and from which source."""

    id: Identifier
    effect: Prose
    population: Population
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    claims: Claims
    note: Prose | None = None


class Phase(Overridable):
    """One phase of a course of events in the condition, with what is proposed for it."""

    id: Identifier
    title: Text
    text: Prose
    claims: Claims


class Comparator(Overridable):
    """An alternative to the intervention: what the source document says of it, and what is known."""

    id: Identifier
    name: Text
    stated: Prose
    known: Prose
    claims: Claims
    corrections: Corrections


class ModelRecord(Overridable):
    """A model of the condition, and where the intervention would act if the model were right."""

    id: Identifier
    title: Text
    text: Prose
    would_need: Prose = Field(description="what would have to be shown before the model could support treatment")
    claims: Claims
    mechanisms: Mechanisms


class Point(Record):
    """An unknown, a gap or a lack: a stated absence."""

    id: Identifier
    text: Prose
    claims: Claims
    line: Count | None = None
    note: Prose | None = None


class Correction(Overridable):
    """What the source document says and is wrong or doubtful, with what is right and how sure that is."""

    id: Identifier
    kind: Literal[
        "factual", "probably-factual", "inconsistent", "contested", "unsupported", "omission", "loose", "trivial"
    ]
    lines: Text
    says: Prose
    right: Prose
    sure: Text
    sources: Sources


class Limitations(Record):
    """`limitations.yaml`: what is not known, what is missing, and what was wrong."""

    lacks: tuple[Point, ...] = ()
    unknowns: tuple[Point, ...] = ()
    gaps: tuple[Point, ...] = ()
    corrections: tuple[Correction, ...] = ()


class Reason(Record):
    """Why a rating is another than in the version before, signed with a name or a role."""

    record: Identifier = Field(description="the id of the statement or the mechanism")
    reason: Prose
    by: Text


class Change(Record):
    """What a version changed, for the reader of the version before."""

    version: Annotated[Text, Field(pattern=r"^\d+\.\d+\.\d+$")]
    date: Date
    text: Prose
    reasons: tuple[Reason, ...] = Field(default=(), description="one for every tier or certainty that moved")


class SinceChange(Record):
    """One change since the version before, as `evibrief diff` tells it."""

    weight: Literal["major", "minor", "patch"]
    kind: Text
    record: Text
    was: str = ""
    now: str = ""
    reason: str = ""


class Since(Record):
    """`since.yaml`: what changed since the last archived version. Written by `evibrief since`, never by hand."""

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


class Brief(Record):
    """A whole brief."""

    brief: BriefRecord
    references: tuple[Reference, ...]
    studies: tuple[Study, ...]
    claims: tuple[ClaimGroup, ...] = Field(min_length=1)
    mechanisms: tuple[Mechanism, ...] = ()
    ranking: Ranking = Ranking(corrections=())
    doses: Doses = Doses()
    time_course: tuple[TimeCourse, ...] = Field(default=(), alias="time-course")
    harms: tuple[Harm, ...] = ()
    phases: tuple[Phase, ...] = ()
    comparators: tuple[Comparator, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    limitations: Limitations = Limitations()
    changes: tuple[Change, ...] = ()
    instrument: Instrument | None = None
    since: Since | None = None
    retractions: RetractionReport | None = None
    reviews: tuple[ReviewLedger, ...] = ()

    @cached_property
    def all_claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order of the files."""
        return tuple(claim for group in self.claims for claim in group.claims)
