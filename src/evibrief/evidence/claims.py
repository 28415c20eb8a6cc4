"""The argument: studies, claims with their evidence, links of mechanisms, ranked statements.

In: fields. Out: the record types that ratings are computed from; `brief` puts them into a `Brief`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from evibrief.evidence.appraisals import Appraisal
from evibrief.evidence.fields import (
    ASKED_OF_DOCUMENT,
    OF_DOCUMENT,
    ClaimId,
    Claims,
    Corrections,
    Count,
    Date,
    DateOrUnknown,
    Events,
    Identifier,
    Meanwhile,
    Needed,
    Participants,
    Population,
    Prose,
    Record,
    Sources,
    Text,
    Whole,
    asked,
    refused,
)
from evibrief.evidence.fields import Source as SourceKey
from evibrief.evidence.vocabulary import (
    About,
    Basis,
    Certainty,
    Design,
    Direction,
    Exposure,
    LinkKind,
    Modality,
    Outcome,
    Relation,
    Role,
    Seen,
    Species,
    StatementKind,
    Status,
    Tier,
    VerificationState,
)

_ONCE = "add it, or say it once for all studies under `defaults` in brief.yaml"
_OF_STUDY = "add it here, or in the appraisal of the publication in studies.yaml"
LONGEST_QUOTE = 300
"""In characters: a quotation is a sentence or two."""


class Override(Record):
    """A signed exception: this record need not pass one rule of `evibrief check`, and why."""

    rule: Text = Field(description="the rule's id, as `evibrief check` prints it in brackets")
    reason: Prose
    by: Text = Field(description="a name, or a role if the person did not agree to be named")
    date: Date


class Overridable(Record):
    """A record that may have overrides of rules. They apply to it and to everything inside it."""

    overrides: tuple[Override, ...] = ()


class PopulationRecord(Record):
    """A group that was studied, and how close it is to the people the brief is about."""

    id: Identifier
    label: Text = Field(description="as it is printed")
    relation: Annotated[Relation, Meanwhile("none")]
    species: Annotated[Species, Meanwhile("none")]


class Verification(Record):
    """How far a publication was checked. `verified`: its record or abstract was seen at `where`."""

    state: Annotated[VerificationState, Meanwhile("unverified")]
    where: Annotated[Text, Meanwhile("unknown")]
    when: DateOrUnknown
    note: Prose | None = None


class Integrity(Record):
    """Whether a publication was corrected, retracted or given an expression of concern, or was not checked."""

    state: Annotated[
        Literal["not-checked", "none-known", "erratum", "concern", "retracted"], Meanwhile("not-checked")
    ]
    checked: DateOrUnknown
    note: Prose | None = None


class VerificationDefault(Record):
    """What holds of the verification of every study whose appraisal does not say otherwise."""

    state: VerificationState | None = None
    where: Text | None = None
    when: DateOrUnknown | None = None
    note: Prose | None = None


class IntegrityDefault(Record):
    """What holds of the integrity of every study whose appraisal does not say otherwise."""

    state: Literal["not-checked", "none-known", "erratum", "concern", "retracted"] | None = None
    checked: DateOrUnknown | None = None
    note: Prose | None = None


class Study(Overridable):
    """The appraisal of one publication in `references.json`."""

    reference: SourceKey
    design: Design
    design_note: Text | None = Field(default=None, description="what the design word leaves out: `post hoc, pooled`")
    n: Participants = Field(description="participants, or animals; never samples")
    n_note: Text | None = Field(default=None, description="such as `12 with, 12 without`")
    species: Annotated[Species, Meanwhile("none")]
    population: Population = Field(description="who was studied")
    exposure: Exposure | None = Field(default=None, description="what they received; evidence may say otherwise")
    criteria: Text | None = Field(default=None, description="by which criteria the condition was diagnosed")
    includes: Sources = Field(default=(), description="of a review or meta-analysis: the studies in it")
    pooled: Count | None = Field(default=None, description="of a review or meta-analysis: how many studies are in it")
    report_of: Identifier | None = Field(default=None, description="reports with the same value are one study")
    cohort: Identifier | None = Field(default=None, description="studies with the same value share participants")
    verification: Annotated[Verification, asked(_ONCE), Needed("yes, unless `defaults` of brief.yaml say it")] = Field(
        default=None, validate_default=True
    )
    integrity: Annotated[Integrity, asked(_ONCE), Needed("yes, unless `defaults` of brief.yaml say it")] = Field(
        default=None, validate_default=True
    )
    appraisals: tuple[Appraisal, ...] = Field(default=(), description="of its risk of bias or its methods")
    note: Prose | None = None


class Arm(Record):
    """One group of a study: how many were in it and, for an outcome that is counted, how many had it."""

    label: Text = Field(description="what the group received")
    n: Count = Field(description="people in the group")
    events: Annotated[Events | None, Whole()] = Field(default=None, description="how many of them had it")

    @model_validator(mode="after")
    def _is_possible(self) -> "Arm":
        if self.events is not None and self.events > self.n:
            message = f"{self.events} of {self.n} is more than all"
            raise refused("arm", message, "write what the source says: people, not events in all")
        return self


class Estimate(Record):
    """The size of an effect, as the publication gives it."""

    effect: Text = Field(description="with its measure and unit: `mean difference -0.34 points`")
    interval: Text | None = Field(default=None, description="such as `95% CI -0.95 to 0.27`")
    p: Text | None = Field(default=None, description="in quotes: `\"0.27\"`")
    arms: tuple[Annotated[Arm, Whole()], ...] = ()


class Evidence(Record):
    """What one publication says about one claim."""

    source: SourceKey
    role: Annotated[Role, Meanwhile("context")]
    basis: Annotated[Basis | None, Meanwhile("candidate"), *ASKED_OF_DOCUMENT] = Field(
        default=None,
        validate_default=True,
        description="`cited`: named by the document; `candidate`: found by us, may not be its source",
    )
    locator: Annotated[Text, Meanwhile("unknown")] = Field(description="page, figure or table; `abstract`; `unknown`")
    seen: Seen = Field(default="unknown", description="what was read; a locator `abstract` says it, too")
    finding: Prose = Field(description="what it found, in one sentence")
    population: Annotated[Population, asked(_OF_STUDY), Needed("only where it differs from the study's")] = Field(
        default=None, validate_default=True, description="in whom"
    )
    exposure: Annotated[
        Exposure, Meanwhile("none"), asked(_OF_STUDY), Needed("only where it differs from the study's")
    ] = Field(
        default=None,
        validate_default=True,
        description="`intervention`: this population received the intervention of the question",
    )
    quote: Text | None = Field(default=None, max_length=LONGEST_QUOTE, description="its own words, a few")
    estimate: Estimate | None = None
    outcome: Outcome | None = Field(default=None, description="what the study planned this result as, if it says so")
    resolved: Prose | None = Field(
        default=None, description="for a contradiction: why it no longer counts against the claim"
    )


class Stated(Record):
    """Where the source document makes the claim, and the source it gives."""

    line: Count = Field(description="of the document")
    attribution: Text = Field(
        description="as in the document; `none` or `none (its phrase)` if it names no source"
    )
    study_type: Text = Field(description="what kind of support it claims")


class Claim(Overridable):
    """One affirmative sentence that can be tested, in our own words."""

    id: Identifier
    text: Prose
    about: Annotated[About, Meanwhile("background")]
    direction: Annotated[Direction, Meanwhile("neutral")] = Field(
        description="does it favour the idea that the intervention may help?"
    )
    modality: Modality | None = Field(default=None, description="how strongly it is put")
    population: Population = Field(description="whom it is about")
    stated: Annotated[Stated | None, *OF_DOCUMENT] = Field(
        default=None, description="if it is left out, the claim is printed as added by the brief"
    )
    status: Annotated[Status, Meanwhile("unexamined")]
    status_note: Prose | None = Field(default=None, description="why it has this status")
    corrections: Corrections
    evidence: tuple[Evidence, ...] = ()
    replaces: tuple[Identifier, ...] = Field(default=(), description="ids of this record in earlier versions")


class ClaimGroup(Record):
    """The claims of one topic: one file in `claims/`."""

    id: Identifier
    title: Text
    claims: tuple[Claim, ...] = Field(min_length=1)


class Link(Overridable):
    """One step of a mechanism, judged on its own."""

    id: Identifier
    kind: Annotated[LinkKind, Meanwhile("bridge")]
    text: Prose
    claims: Claims = Field(description="the claims that it rests on; their studies are judged together")
    requires: Claims = Field(description="claims that are all needed: the weakest of them decides")
    note: Prose | None = None

    @property
    def all_claims(self) -> tuple[ClaimId, ...]:
        """Every claim that it names, each once."""
        return tuple(dict.fromkeys((*self.claims, *self.requires)))


class Mechanism(Overridable):
    """A chain of links: what the intervention does, whether the doses given reach that, what is shown, the bridge."""

    id: Identifier
    title: Text
    summary: Prose
    links: tuple[Link, ...] = Field(min_length=2)
    certainty: "CertaintyDecision | None" = Field(
        default=None, description="only where a person decides otherwise than the instrument"
    )


class SignedDecision(Record):
    """A person's decision: why, who (a name or a role) and when. A rating above the instrument's needs all three."""

    reason: Prose | None = None
    by: Text | None = Field(default=None, description="a name or a role")
    date: Date | None = None

    @property
    def is_signed(self) -> bool:
        """Whether reason, person and date are all given."""
        return None not in (self.reason, self.by, self.date)


class Decision(SignedDecision):
    """A person's decision on the tier of a statement."""

    tier: Tier


class CertaintyDecision(SignedDecision):
    """A person's decision on the certainty of a chain."""

    level: Certainty


class Statement(Overridable):
    """One statement that is ranked: an answer to the question of the brief, in a sentence."""

    id: Identifier
    text: Prose
    kind: Annotated[StatementKind, Meanwhile("missing")] = Field(
        default="reason",
        description="a reason to expect a benefit, a reason against one, or only a note that data are missing",
    )
    target: Population | None = Field(
        default=None, description="whom it is about, where the brief has more than one population of relation `target`"
    )
    stated: Annotated[Tier | None, *ASKED_OF_DOCUMENT] = Field(
        default=None, validate_default=True, description="the tier that the document gives"
    )
    claims: Claims = Field(description="the claims that it rests on")
    appraisals: tuple[Appraisal, ...] = Field(default=(), description="of the body of evidence, an outcome each")
    remark: Prose | None = None
    final: Decision | None = Field(
        default=None, description="only where a person decides otherwise than the instrument"
    )


class Closing(Record):
    """The source document's own sentence on certainty, split into its parts."""

    line: Count
    text: Prose
    plausibility: Tier
    certainty: Certainty
    corrections: Corrections


class Ranking(Record):
    """`ranking.yaml`: the statements, in the source document's order if there is one."""

    statements: tuple[Statement, ...] = ()
    corrections: Corrections
    closing: Annotated[Closing | None, *OF_DOCUMENT] = None
