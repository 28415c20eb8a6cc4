"""What an author may write: one frozen type per record of the evidence model.

In: the tree of a `Source`. Out: a `Brief`; `reading` turns what is refused into problems. The docstrings of the types
and the descriptions of their fields are what `evibrief schema` hands to editors, so they are written for the people
who fill them in.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from evibrief.fields import (
    Claims,
    Corrections,
    Count,
    Date,
    DateOrUnknown,
    Identifier,
    Mechanisms,
    Number,
    Participants,
    Population,
    Prose,
    Record,
    Sources,
    Text,
)
from evibrief.fields import Source as SourceKey

About = Literal["drug", "condition", "bridge", "gap"]
Direction = Literal["supports", "opposes", "neutral"]
Modality = Literal["asserted", "hedged", "proposed"]
Status = Literal["stands", "corrected", "contested", "unsupported"]
Role = Literal["supports", "contradicts", "mixed", "context"]
Basis = Literal["cited", "candidate"]
Exposure = Literal["intervention", "other", "none"]
Relation = Literal["target", "close", "other", "none"]
Species = Literal["human", "rat", "mouse", "animal", "cells", "none"]
Tier = Literal["strong", "medium", "weak", "gap"]
Certainty = Literal["high", "moderate", "low", "very-low"]
Design = Literal[
    "systematic-review",
    "randomised-trial",
    "crossover-trial",
    "post-hoc-analysis",
    "uncontrolled-trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "observational",
    "pooled-analysis",
    "human-experiment",
    "case-report",
    "animal-experiment",
    "cell-experiment",
    "structural-study",
    "narrative-review",
    "hypothesis",
    "opinion",
    "conference-abstract",
    "web-page",
    "unknown",
]
SectionKind = Literal[
    "mechanisms",
    "ranking",
    "doses",
    "time-course",
    "phases",
    "comparators",
    "models",
    "methods",
    "evidence",
    "limitations",
    "references",
    "changes",
]


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


class PopulationRecord(Record):
    """A group that was studied, and how near it is to the people whom the brief is about."""

    id: Identifier
    label: Text
    relation: Relation
    species: Species


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
    instrument: Text | None = Field(default=None, description="the rating instrument with its version; absent: none")


class Section(Record):
    """One section of the brief: what it shows, under which heading, with which introduction."""

    kind: SectionKind
    title: Text
    intro: Prose | None = None


class BriefRecord(Record):
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
    not_this: tuple[Prose, ...] = Field(min_length=1, description="what this brief is not; printed on page one")
    methods: Methods
    populations: tuple[PopulationRecord, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)
    citation_style: Text = Field(description="a CSL style by name, or the path of a .csl file beside this one")


class Verification(Record):
    """How far somebody looked at a publication. `verified`: its record or abstract was seen where it says."""

    state: Literal["verified", "partly", "unverified"]
    where: Text
    when: DateOrUnknown
    note: Prose | None = None


class Integrity(Record):
    """Whether a publication was corrected, put under concern or retracted; `not-checked` is a state too."""

    state: Literal["not-checked", "none-known", "erratum", "concern", "retracted"]
    checked: DateOrUnknown
    note: Prose | None = None


class Study(Record):
    """The appraisal of one publication in `references.json`."""

    reference: SourceKey
    design: Design
    design_note: Text | None = Field(default=None, description="what the design word leaves out: `post hoc, pooled`")
    n: Participants = Field(description="participants, or animals; never samples")
    n_note: Text | None = None
    species: Species
    population: Population
    report_of: Identifier | None = Field(default=None, description="reports with the same word are one study")
    verification: Verification
    integrity: Integrity
    note: Prose | None = None


class Evidence(Record):
    """What one publication says about one claim."""

    source: SourceKey
    role: Role
    basis: Basis = Field(description="`cited`: the document names it; `candidate`: we found it, it may be another")
    locator: Text = Field(description="page, figure or table; `abstract`; `unknown`")
    finding: Prose
    population: Population
    exposure: Exposure = Field(description="`intervention`: this population received the drug of the question")


class Stated(Record):
    """Where the source document makes the claim, and what it says the claim rests on."""

    line: Count
    attribution: Text = Field(
        description="as the document has it; `none` or `none (its phrase)` where it names nothing"
    )
    study_type: Text


class Claim(Record):
    """One atomic claim, in our own words. Without `stated` it was added by the brief and is printed as added."""

    id: Identifier
    text: Prose
    about: About = Field(description="the drug elsewhere, the condition, the bridge between them, or a stated gap")
    direction: Direction = Field(description="does it favour the idea that the intervention may help?")
    modality: Modality
    population: Population
    stated: Stated | None = None
    status: Status
    status_note: Prose | None = None
    corrections: Corrections
    evidence: tuple[Evidence, ...] = ()


class ClaimGroup(Record):
    """The claims of one topic: one file in `claims/`."""

    id: Identifier
    title: Text
    claims: tuple[Claim, ...] = Field(min_length=1)


class Link(Record):
    """One step of a mechanism, judged on its own."""

    id: Identifier
    kind: Literal["drug", "exposure", "condition", "bridge"]
    text: Prose
    claims: Claims
    note: Prose | None = None


class Mechanism(Record):
    """A chain of links: what the drug does, whether that is reached at the doses given, what is shown, the bridge."""

    id: Identifier
    title: Text
    summary: Prose
    links: tuple[Link, ...] = Field(min_length=2)


class Decision(Record):
    """A person overrules a computed or stated rating, and signs."""

    tier: Tier
    reason: Prose
    by: Text
    date: Date


class Statement(Record):
    """One statement of the source document's ranking."""

    id: Identifier
    text: Prose
    stated: Tier
    claims: Claims
    remark: Prose | None = None
    final: Decision | None = None


class Closing(Record):
    """The source document's own sentence on certainty, taken apart."""

    line: Count
    text: Prose
    plausibility: Tier
    certainty: Certainty
    corrections: Corrections


class Ranking(Record):
    """`ranking.yaml`: the statements in the source document's order."""

    statements: tuple[Statement, ...] = ()
    corrections: Corrections
    closing: Closing | None = None


class Amount(Record):
    """A quantity: one value, or a range from low to high."""

    low: Number
    high: Number | None = None
    unit: Literal["mg", "mg/kg", "mg/kg/h", "µg/kg/min", "µM", "nM", "ng/ml", "%", "mg/day", "g/day", "mg/l"]


class Dose(Record):
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


class AnimalExposure(Record):
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


class TimeCourse(Record):
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


class Phase(Record):
    """One phase of a course of events in the condition, with what is proposed for it."""

    id: Identifier
    title: Text
    text: Prose
    claims: Claims


class Comparator(Record):
    """An alternative to the intervention: what the source document says of it, and what is known."""

    id: Identifier
    name: Text
    stated: Prose
    known: Prose
    claims: Claims
    corrections: Corrections


class ModelRecord(Record):
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


class Correction(Record):
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


class Change(Record):
    """What a version changed, for the reader of the version before."""

    version: Annotated[Text, Field(pattern=r"^\d+\.\d+\.\d+$")]
    date: Date
    text: Prose


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
    phases: tuple[Phase, ...] = ()
    comparators: tuple[Comparator, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    limitations: Limitations = Limitations()
    changes: tuple[Change, ...] = ()

    @cached_property
    def all_claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order of the files."""
        return tuple(claim for group in self.claims for claim in group.claims)
