"""Rules on review ledgers: every decision has a reason and a signature, every comment a reviewer.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

from collections.abc import Iterator

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.review_ledger import ReviewComment
from evibrief.evidence.source import Location
from evibrief.evidence.unfinished import Filling


def _comments(case: Context) -> Iterator[tuple[Location, ReviewComment]]:
    for at, ledger in enumerate(case.brief.reviews):
        for index, comment in enumerate(ledger.comments):
            yield ("reviews", at, "comments", index), comment


def unsigned_decision(case: Context) -> Iterator[Finding]:
    """A comment with an unsigned decision, or one that was declined or deferred without a reason.

    The reviewer gave their time, and readers have a right to know what was decided on the comment, by whom, when and
    why.
    """
    for location, comment in _comments(case):
        if comment.decision == "open":
            continue
        if comment.decided_by is None or comment.decided_on is None:
            hint = "add `decided_by` and `decided_on`, or leave it open"
            yield Finding((*location, "decision"), f"this comment is {comment.decision}, but not signed", hint)
        if comment.decision != "accepted" and comment.reason is None:
            hint = "add `reason`; it is printed"
            yield Finding((*location, "decision"), f"this comment is {comment.decision} without a reason", hint)


def _leave_open(filling: Filling, found: Finding) -> None:
    filling.put(found.location, "open")


def unknown_reviewer(case: Context) -> Iterator[Finding]:
    """A comment by a reviewer who is not listed in the ledger, or a reviewer listed twice.

    `unknown` need not be listed: it means an edit without change tracking.
    """
    for at, ledger in enumerate(case.brief.reviews):
        listed = [reviewer.id for reviewer in ledger.reviewers]
        for index, name in enumerate(listed):
            if name in listed[:index]:
                yield Finding(("reviews", at, "reviewers", index, "id"), f"`{name}` is listed twice", "keep one")
        for index, comment in enumerate(ledger.comments):
            if comment.reviewer not in (*listed, "unknown"):
                where = ("reviews", at, "comments", index, "reviewer")
                hint = "list the reviewer with an id and a role; the role may be `unknown`"
                yield Finding(where, f"no reviewer has the id `{comment.reviewer}`", hint)


def comment_key(case: Context) -> Iterator[Finding]:
    """A comment that occurs twice, or answers one that is in no ledger: a decision on it would be lost."""
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
    """A comment on a record that no longer exists.

    The comment is kept. Check whether it now belongs to another record.
    """
    places = {text for location, text in case.source.scalars() if location[-1] in ("id", "reference")}
    for location, comment in _comments(case):
        for index, name in enumerate(comment.records):
            if name not in places:
                hint = "name the record it belongs to now, or leave it"
                yield Finding((*location, "records", index), f"there is no record `{name}` any more", hint)


RULES: tuple[Rule, ...] = (
    error("unsigned-decision", unsigned_decision, _leave_open),
    error("unknown-reviewer", unknown_reviewer),
    error("comment-key", comment_key),
    warning("gone-record", gone_record),
)
