"""The argument: studies, claims with their evidence, links of mechanisms, ranked statements.

In: fields. Out: the record types that ratings are computed from; `brief` puts them into a `Brief`.
"""

from typing import Literal

from pydantic import Field

from evibrief.evidence.fields import (
    Claims,
    Corrections,
    Count,
    Date,
    DateOrUnknown,
    Identifier,
    Participants,
    Population,
    Prose,
    Record,
    Text,
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
    Relation,
    Role,
    Species,
    StatementKind,
    Status,
    Tier,
    VerificationState,
)


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
    relation: Relation
    species: Species


class Verification(Record):
    """How far a publication was checked. `verified`: its record or abstract was seen at `where`."""

    state: VerificationState
    where: Text
    when: DateOrUnknown
    note: Prose | None = None


class Integrity(Record):
    """Whether a publication was corrected, retracted or given an expression of concern, or was not checked."""

    state: Literal["not-checked", "none-known", "erratum", "concern", "retracted"]
    checked: DateOrUnknown
    note: Prose | None = None


class Study(Overridable):
    """The appraisal of one publication in `references.json`."""

    reference: SourceKey
    design: Design
    design_note: Text | None = Field(default=None, description="what the design word leaves out: `post hoc, pooled`")
    n: Participants = Field(description="participants, or animals; never samples")
    n_note: Text | None = Field(default=None, description="such as `12 with, 12 without`")
    species: Species
    population: Population = Field(description="who was studied")
    report_of: Identifier | None = Field(default=None, description="reports with the same value are one study")
    verification: Verification
    integrity: Integrity
    note: Prose | None = None


class Evidence(Record):
    """What one publication says about one claim."""

    source: SourceKey
    role: Role
    basis: Basis = Field(description="`cited`: named by the document; `candidate`: found by us, may not be its source")
    locator: Text = Field(description="page, figure or table; `abstract`; `unknown`")
    finding: Prose = Field(description="what it found, in one sentence")
    population: Population = Field(description="in whom")
    exposure: Exposure = Field(description="`intervention`: this population received the drug of the question")
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
    """One atomic claim, in our own words. A claim without `stated` was added by the brief and is printed as added."""

    id: Identifier
    text: Prose
    about: About = Field(description="the drug elsewhere, the condition, the bridge between them, or a stated gap")
    direction: Direction = Field(description="does it favour the idea that the intervention may help?")
    modality: Modality = Field(description="how strongly the document puts it")
    population: Population = Field(description="whom it is about")
    stated: Stated | None = None
    status: Status
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
    kind: LinkKind
    text: Prose
    claims: Claims = Field(description="the claims that it rests on")
    note: Prose | None = None


class Mechanism(Overridable):
    """A chain of links: what the drug does, whether the doses given reach that, what is shown, the bridge."""

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
    """One statement from the source document's ranking. It may refer to claims that this brief added."""

    id: Identifier
    text: Prose
    kind: StatementKind = Field(
        default="reason",
        description="a reason to expect a benefit, a reason against one, or only a note that data are missing",
    )
    stated: Tier = Field(description="the tier that the document gives")
    claims: Claims = Field(description="the claims that it rests on")
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
    """`ranking.yaml`: the statements in the source document's order."""

    statements: tuple[Statement, ...] = ()
    corrections: Corrections
    closing: Closing | None = None
