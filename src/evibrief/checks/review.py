"""Rules on the ledgers of reviews: every decision has its reason and its signature, every comment its reviewer.

In: a `Context`. Out: what each rule finds. One rule is one generator; its docstring is its page in the documentation.
"""

from collections.abc import Iterator

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.review_ledger import ReviewComment
from evibrief.evidence.source import Location


def _comments(case: Context) -> Iterator[tuple[Location, ReviewComment]]:
    for at, ledger in enumerate(case.brief.reviews):
        for index, comment in enumerate(ledger.comments):
            yield ("reviews", at, "comments", index), comment


def unsigned_decision(case: Context) -> Iterator[Finding]:
    """A comment that was decided without a signature, or declined or put off without a reason.

    The reviewer gave time, and the reader has a right to know what became of it: who decided, when, and why not.
    """
    for location, comment in _comments(case):
        if comment.decision == "open":
            continue
        if comment.decided_by is None or comment.decided_on is None:
            hint = "add `decided_by` and `decided_on`, or leave it open"
            yield Finding((*location, "decision"), f"this comment is {comment.decision}, and nobody signed it", hint)
        if comment.decision != "accepted" and comment.reason is None:
            hint = "add `reason`; it is printed"
            yield Finding((*location, "decision"), f"this comment is {comment.decision} without a reason", hint)


def unknown_reviewer(case: Context) -> Iterator[Finding]:
    """A comment of somebody whom its ledger does not list, or a reviewer who is listed twice.

    `unknown` needs no listing: it is whoever edited without tracking.
    """
    for at, ledger in enumerate(case.brief.reviews):
        listed = [reviewer.id for reviewer in ledger.reviewers]
        for index, name in enumerate(listed):
            if name in listed[:index]:
                yield Finding(("reviews", at, "reviewers", index, "id"), f"`{name}` is listed twice", "keep one")
        for index, comment in enumerate(ledger.comments):
            if comment.reviewer not in (*listed, "unknown"):
                where = ("reviews", at, "comments", index, "reviewer")
                hint = "list them with an id and a role; `unknown` is a role"
                yield Finding(where, f"no reviewer has the id `{comment.reviewer}`", hint)


def comment_key(case: Context) -> Iterator[Finding]:
    """A comment that stands in two places, or answers one that is in no ledger: a decision on it would be lost."""
    keys = [comment.key for _, comment in _comments(case)]
    seen: set[str] = set()
    for location, comment in _comments(case):
        if comment.key in seen:
            yield Finding((*location, "key"), f"the comment `{comment.key}` is in the ledgers twice", "keep one")
        seen.add(comment.key)
        if comment.answers and comment.answers not in keys:
            hint = "import the file again, or leave `answers` out"
            yield Finding((*location, "answers"), f"no comment has the key `{comment.answers}`", hint)


def gone_record(case: Context) -> Iterator[Finding]:
    """A comment on a record that is no longer there.

    It is kept: what was said was said. A look is due whether it belongs to another record now.
    """
    places = {text for location, text in case.source.scalars() if location[-1] in ("id", "reference")}
    for location, comment in _comments(case):
        for index, name in enumerate(comment.records):
            if name not in places:
                hint = "name the record that it is about now, or leave it"
                yield Finding((*location, "records", index), f"there is no record `{name}` any more", hint)


RULES: tuple[Rule, ...] = (
    error("unsigned-decision", unsigned_decision),
    error("unknown-reviewer", unknown_reviewer),
    error("comment-key", comment_key),
    warning("gone-record", gone_record),
)
