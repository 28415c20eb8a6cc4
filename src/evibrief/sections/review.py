"""The section `review`: what reviewers said, and what was decided.

In: the ledgers and the findings. Out: blocks. Reviewers appear by role, and by name only if they agreed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.review_ledger import CommentDecision, ReviewComment, Reviewer, ReviewLedger
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.remarks import role_of, said
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Line, Paragraph, Row
from evibrief.sections.cells import record_lines, shortened, table


def review(brief: Brief, findings: Findings) -> Iterator[Block]:
    """How many comments by how many reviewers, what was changed, and what was declined or deferred and why."""
    if not brief.reviews:
        yield Paragraph(findings.words.notes.no_review)
        return
    for ledger in brief.reviews:
        yield Paragraph(_round(ledger, findings.words))
    names = findings.words.columns
    columns = ((names.record, 20), (names.was_said, 40), (names.what_became, 40))
    every = [(comment, ledger) for ledger in brief.reviews for comment in ledger.comments]
    for decision in get_args(CommentDecision):
        rows = ([_row(comment, ledger, findings)] for comment, ledger in every if comment.decision == decision)
        yield from table(findings.words.comments[decision], columns, rows)


def _round(ledger: ReviewLedger, words: Words) -> str:
    """One round of review in a sentence: of which version, by whom, and what became of the comments."""
    decisions = Counter(comment.decision for comment in ledger.comments)
    order: tuple[CommentDecision, ...] = ("accepted", "declined", "deferred", "open")
    told = (words.sentences.number_of(number=decisions[name], what=words.decision[name]) for name in order)
    return words.sentences.reviewed(
        version=escape(ledger.version),
        hash=phrases.or_unknown(ledger.evidence[:12], words),
        people=_people(ledger.reviewers, words),
        comments=words.counts.comment_or_edit(len(ledger.comments)).capitalize(),
        decisions=phrases.all_of(told, words),
    )


def _people(reviewers: Sequence[Reviewer], words: Words) -> str:
    """`4 people: Max Muster (botanist), 2 × botanist and 1 × role unknown`: only reviewers who agreed are named."""
    if not reviewers:
        return words.notes.somebody_unknown
    named = [words.sentences.described(what=one.name, note=one.role) for one in reviewers if one.name]
    unknown = {"unknown": words.notes.role_unknown}
    roles = Counter(unknown.get(one.role, one.role) for one in reviewers if not one.name)
    told = phrases.all_of([*named, *(f"{count} × {role}" for role, count in roles.items())], words)
    return words.sentences.labelled(label=words.counts.person(len(reviewers)), value=escape(told))


def _row(comment: ReviewComment, ledger: ReviewLedger, findings: Findings) -> Row:
    words = findings.words
    who = Line(text=role_of(comment, ledger, words), style="muted")
    quoted = words.sentences.on_quoted(text=shortened(comment.quoted)) if comment.quoted else ""
    on = (Line(text=quoted, style="muted"),) if quoted else ()
    return Row(
        (
            Cell(record_lines(comment.records, findings), scope="row"),
            Cell((*on, Line(text=shortened(said(comment, words), 600)), who)),
            Cell(tuple(_outcome(comment, words))),
        )
    )


def _outcome(comment: ReviewComment, words: Words) -> Sequence[Line]:
    if comment.decision == "open":
        return (Line(text=words.notes.not_decided, style="warning"),)
    day = phrases.date_or_unknown(comment.decided_on or "unknown", words)
    reason = Line(prose=comment.reason) if comment.reason else Line(text=words.notes.no_reason)
    signed = words.sentences.dated(what=comment.decided_by or words.notes.unknown, date=day)
    return (reason, Line(text=signed, style="muted"))
