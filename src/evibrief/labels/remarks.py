"""What a reviewer said, and who that was, as a brief prints it.

In: comments of a ledger, and the words of a language. Out: text.
"""

from evibrief.evidence.review_ledger import ReviewComment, ReviewLedger
from evibrief.labels.words import Words


def role_of(comment: ReviewComment, ledger: ReviewLedger, words: Words) -> str:
    """The reviewer as printed: a role, after the name if its owner agreed."""
    remarks = words.remarks
    for reviewer in ledger.reviewers:
        if reviewer.id == comment.reviewer:
            role = remarks.role_unknown if reviewer.role == "unknown" else reviewer.role
            return remarks.named(name=reviewer.name, role=role) if reviewer.name else role
    return remarks.role_unknown


def said(comment: ReviewComment, words: Words) -> str:
    """What a reviewer wrote, or the edit in words."""
    remarks = words.remarks
    if comment.removed and comment.added:
        return remarks.replaced(removed=comment.removed, added=comment.added)
    if comment.removed:
        return remarks.removed(removed=comment.removed)
    if comment.added:
        return remarks.added(added=comment.added)
    wordless = {"deletion": remarks.end_removed, "insertion": remarks.end_added}
    return comment.text or wordless.get(comment.kind, remarks.wordless)
