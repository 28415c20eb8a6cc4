"""The ledger of a review: what was decided on each comment. A person keeps it and the brief prints it.

In: `reviews/*.yaml` as read. Out: `ReviewLedger`s. Reviewers have an id and a role; a name is given only if its owner
agreed. The ledger is not evidence: it changes no rating and no evidence hash.
"""

from typing import Annotated, Literal

from pydantic import Field

from evibrief.evidence.fields import Date, Identifier, Prose, Record, Text, Unknown

CommentDecision = Literal["open", "accepted", "declined", "deferred"]
RemarkKind = Literal[
    "comment", "reply", "insertion", "deletion", "replacement", "move", "untracked", "strikethrough", "formatting"
]  # fmt: skip


class Reviewer(Record):
    """A person who commented."""

    id: Identifier
    role: Text = Field(description="such as `rheumatologist`; `unknown` is allowed")
    name: Text | None = Field(default=None, description="only for a person who agreed to be named")


class ReviewComment(Record):
    """One comment or edit of a reviewer, and the decision on it."""

    key: Annotated[Text, Field(pattern=r"^[0-9a-f]{12}$", description="as `evibrief comments` prints it; permanent")]
    kind: RemarkKind
    records: tuple[Text, ...] = Field(default=(), description="ids of the records it is about; empty: not matched")
    reviewer: Identifier = Field(description="the id of one of the reviewers, or `unknown`")
    date: Date | Unknown = "unknown"
    quoted: Text | None = Field(default=None, description="the words that it is about")
    text: Text | None = Field(default=None, description="what the reviewer wrote")
    removed: Text | None = Field(default=None, description="the words that the reviewer took out")
    added: Text | None = Field(default=None, description="the words that the reviewer put in")
    answers: Text | None = Field(default=None, description="the key of the comment it answers")
    resolved: Literal["yes", "no"] = Field(default="no", description="whether it was marked as resolved in Word")
    decision: CommentDecision = "open"
    reason: Prose | None = Field(default=None, description="what was changed, or why nothing was changed; printed")
    decided_by: Text | None = Field(default=None, description="a name or a role")
    decided_on: Date | None = None


class ReviewLedger(Record):
    """`reviews/NAME.yaml`: one round of review."""

    version: Text = Field(description="the version that was reviewed")
    evidence: Text = Field(description="its evidence hash, or `unknown`")
    reviewers: tuple[Reviewer, ...] = ()
    comments: tuple[ReviewComment, ...] = ()
