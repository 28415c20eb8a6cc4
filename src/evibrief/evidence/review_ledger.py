"""What became of each comment: the ledger of a review, which a person keeps and the brief prints.

In: `reviews/*.yaml` as read. Out: `ReviewLedger`s. Reviewers go by id and role; a name stands there only when its owner
agreed. Nothing of it is evidence: it changes no rating and no evidence hash.
"""

from typing import Annotated, Literal

from pydantic import Field

from evibrief.evidence.fields import Date, Identifier, Prose, Record, Text, Unknown

Decision = Literal["open", "accepted", "declined", "deferred"]
RemarkKind = Literal[
    "comment", "reply", "insertion", "deletion", "replacement", "move", "untracked", "strikethrough", "formatting"
]  # fmt: skip


class Reviewer(Record):
    """Somebody who commented."""

    id: Identifier
    role: Text = Field(description="such as `rheumatologist`; `unknown` is a role")
    name: Text | None = Field(default=None, description="only of somebody who agreed to be named")


class ReviewComment(Record):
    """One comment or edit of a reviewer, and what was decided on it."""

    key: Annotated[Text, Field(pattern=r"^[0-9a-f]{12}$", description="as `evibrief comments` prints it; it stays")]
    kind: RemarkKind
    records: tuple[Text, ...] = Field(default=(), description="ids of the records that it is about; none: not placed")
    reviewer: Identifier = Field(description="the id of one of the reviewers, or `unknown`")
    date: Date | Unknown = "unknown"
    quoted: Text | None = Field(default=None, description="the words that it is about")
    text: Text | None = Field(default=None, description="what the reviewer wrote")
    removed: Text | None = Field(default=None, description="the words that the reviewer took out")
    added: Text | None = Field(default=None, description="the words that the reviewer put in")
    answers: Text | None = Field(default=None, description="the key of the comment that it answers")
    resolved: Literal["yes", "no"] = Field(default="no", description="whether it was marked as resolved in Word")
    decision: Decision = "open"
    reason: Prose | None = Field(default=None, description="what was changed, or why nothing was; printed")
    decided_by: Text | None = Field(default=None, description="a name or a role")
    decided_on: Date | None = None


class ReviewLedger(Record):
    """`reviews/NAME.yaml`: one round of review."""

    version: Text = Field(description="the version that was reviewed")
    evidence: Text = Field(description="its evidence hash, or `unknown`")
    reviewers: tuple[Reviewer, ...] = ()
    comments: tuple[ReviewComment, ...] = ()
