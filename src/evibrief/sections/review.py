"""What reviewers said and what became of it: the section that a brief prints of its review.

In: the ledgers, with the findings. Out: blocks, and what a record's mark says of comments that are still open.
Reviewers appear by role; by name only where they agreed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from evibrief.evidence.brief import Brief
from evibrief.evidence.review_ledger import ReviewComment, Reviewer, ReviewLedger, role_of, said
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Paragraph, Row
from evibrief.sections.cells import record_lines, shortened, table

HEADINGS = {
    "open": "Comments that nobody has decided on yet",
    "accepted": "What was changed after comments",
    "declined": "What was declined, and why",
    "deferred": "What was put off, and why",
}


def review(brief: Brief, findings: Findings) -> Iterator[Block]:
    """How many comments of how many reviewers, what was changed, what was declined and why."""
    if not brief.reviews:
        yield Paragraph("No review of this brief is recorded: nobody has commented on it in a way that was kept.")
        return
    for ledger in brief.reviews:
        decisions = Counter(comment.decision for comment in ledger.comments)
        told = (f"{decisions[name]} {name}" for name in ("accepted", "declined", "deferred", "open"))
        yield Paragraph(
            f"Version {ledger.version} (evidence {ledger.evidence[:12]}) was reviewed by {_people(ledger.reviewers)}. "
            f"{phrases.count(len(ledger.comments), 'comment or edit', 'comments and edits').capitalize()}: "
            f"{phrases.listed(told)}."
        )
    columns = (("Record", 20), ("What was said", 40), ("What became of it", 40))
    every = [(comment, ledger) for ledger in brief.reviews for comment in ledger.comments]
    for decision, heading in HEADINGS.items():
        rows = ([_row(comment, ledger, findings)] for comment, ledger in every if comment.decision == decision)
        yield from table(heading, columns, rows)


def _people(reviewers: Sequence[Reviewer]) -> str:
    """`4 people: Max Muster (botanist), 2 × botanist and 1 × role unknown`: names only of those who agreed."""
    if not reviewers:
        return "somebody unknown"
    named = [f"{one.name} ({one.role})" for one in reviewers if one.name]
    roles = Counter("role unknown" if one.role == "unknown" else one.role for one in reviewers if not one.name)
    told = phrases.listed([*named, *(f"{count} × {role}" for role, count in roles.items())])
    return f"{phrases.count(len(reviewers), 'person', 'people')}: {told}"


def _row(comment: ReviewComment, ledger: ReviewLedger, findings: Findings) -> Row:
    who = Line(text=role_of(comment, ledger), style="muted")
    on = (Line(text=f"on “{shortened(comment.quoted)}”", style="muted"),) if comment.quoted else ()
    return Row(
        (
            Cell(record_lines(comment.records, findings), scope="row"),
            Cell((*on, Line(text=shortened(said(comment), 600)), who)),
            Cell(tuple(_outcome(comment))),
        )
    )


def _outcome(comment: ReviewComment) -> Sequence[Line]:
    if comment.decision == "open":
        return (Line(text="not decided yet", style="warning"),)
    day = phrases.date(comment.decided_on) if comment.decided_on else "date unknown"
    reason = (Line(prose=comment.reason),) if comment.reason else (Line(text="no reason is written down"),)
    return (*reason, Line(text=f"{comment.decided_by or 'unknown'}, {day}", style="muted"))
