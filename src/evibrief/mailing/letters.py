"""The letter that goes with a brief: what page 1 says, what changed, how to check the file, how to answer.

In: a brief with its findings, the changes since the reader's version, the recipient. Out: a `Letter`. No letter
recommends a treatment, and each says so.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evibrief.evidence.hashes import SHORT
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import english
from evibrief.mailing.message import Letter
from evibrief.mailing.recipients import Recipient
from evibrief.rating.diff import Change, Side, summary_of_changes
from evibrief.sections.first_page import judgements

MOST_CHANGES = 12
"""The most changed conclusions that a letter lists; the document has them all."""

LetterPart = tuple[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Hashes:
    """The two hashes of a version, from its manifest. Versions archived by older tools have no content hash."""

    evidence: str = ""
    content: str = ""


def brief_letter(
    side: Side, hashes: Hashes, files: Mapping[str, bytes], recipient: Recipient,
    held: str, changes: Sequence[Change] | None, comments_by: date | None,
) -> Letter:  # fmt: skip
    """The letter with a version. `held` is the version that this reader has, `changes` are the changes since then."""
    record = side.brief.brief
    asked = recipient.kind == "reviewer"
    subject = f"{record.title}, version {record.version} of {phrases.date(record.date, english())}"
    parts: list[LetterPart] = [("", list(_opening(side, recipient, asked)))]
    parts += _page_one(side)
    if changes is not None:
        parts.append((f"What changed since version {held}, which you have", list(_changed(changes))))
    if asked:
        parts.append(("Your comments", list(_how_to_comment(comments_by))))
    parts.append(("How to check this file", list(_how_to_check(hashes, files))))
    return Letter(f"{'For your comments: ' if asked else ''}{subject}", tuple(parts), files)


def recall_letter(
    side: Side | None, hashes: Hashes, files: Mapping[str, bytes], recipient: Recipient,
    title: str, recalled: str, reason: str, changes: Sequence[Change],
) -> Letter:  # fmt: skip
    """The notice to a reader whose version is recalled. `changes` are those from it to the current version."""
    current = side.brief.brief if side else None
    changed = summary_of_changes(changes, english()) if side else "it was withdrawn; there is no replacement yet."
    opening = [
        *_language(recipient), f"You were sent version {recalled} of “{title}”. Please do not use it any more.",
        f"Why: {reason}",
        f"What changed: {changed}",
    ]  # fmt: skip
    parts: list[LetterPart] = [("", opening)]
    if side and current:
        day = phrases.date(current.date, english())
        opening += [f"Version {current.version} of {day} replaces it and is attached.", NO_ADVICE]
        parts += _page_one(side)
        parts.append((f"What changed since version {recalled}, which you have", list(_changed(changes))))
        parts.append(("How to check this file", list(_how_to_check(hashes, files))))
    else:
        parts.append(("", ["There is no replacement at present.", NO_ADVICE]))
    return Letter(f"Please do not use any more: {title}, version {recalled}", tuple(parts), files)


NO_ADVICE = "This is not a recommendation to treat, or to withhold treatment. No dose in it is advice."


def _opening(side: Side, recipient: Recipient, asked: bool) -> Iterator[str]:
    record = side.brief.brief
    yield from _language(recipient)
    what = "for your comments" if asked else "for your information"
    yield f"Attached {what}: “{record.title}”, version {record.version} of {phrases.date(record.date, english())}."
    yield f"Status: {english().brief_status[record.status]}: {record.status_note}. {NO_ADVICE}"


def _language(recipient: Recipient) -> Iterator[str]:
    if recipient.language.partition("-")[0].lower() != "en":
        yield f"This letter and the brief are available in English only; you asked for “{recipient.language}”."


def _page_one(side: Side) -> list[LetterPart]:
    record = side.brief.brief
    said = [f"{name}: {value}" for name, value in judgements(side.brief, side.findings)]
    return [
        ("Question", [record.question.text]),
        ("Bottom line", [markdown.without_marks(record.bottom_line.text)]),
        ("How plausible, how certain", said),
        ("What this brief is not", [f"- {markdown.without_marks(text)}" for text in record.not_this]),
    ]


def _changed(changes: Sequence[Change]) -> Iterator[str]:
    yield summary_of_changes(changes, english())
    moved = [change for change in changes if change.weight == "major"]
    for change in moved[:MOST_CHANGES]:
        yield f"- {change.record}: {markdown.without_marks(change.was)} → {markdown.without_marks(change.now)}"
    if len(moved) > MOST_CHANGES:
        yield f"- and {len(moved) - MOST_CHANGES} more, which the brief lists under “What changed”"


def _how_to_comment(comments_by: date | None) -> Iterator[str]:
    until = f"by {phrases.date(comments_by, english())}" if comments_by else "when you are done; there is no deadline"
    yield f"Please comment in the attached Word file and send it back in reply to this letter, {until}."
    yield (
        "Its first page says how. Comment with Review, New Comment, or change the text itself: tracking is on. Please "
        "do not copy the text into another document. Your name is printed only with your permission."
    )


def _how_to_check(hashes: Hashes, files: Mapping[str, bytes]) -> Iterator[str]:
    if hashes.content:
        yield f"Page 1 shows the content hash {hashes.content[:SHORT]}; in full it is {hashes.content}."
        yield f"The evidence hash is {hashes.evidence}."
    else:
        yield f"Page 1 shows the evidence hash {hashes.evidence[:SHORT]}; in full it is {hashes.evidence}."
    for name, data in files.items():
        yield f"{name} has the SHA-256 {hashlib.sha256(data).hexdigest()}."
    yield "Anyone who has evibrief can check that a file is unaltered: evibrief verify FILE."
