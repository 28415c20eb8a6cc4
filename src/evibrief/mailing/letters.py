"""The letter that goes with a brief: what page 1 says, what changed, how to check the file, how to answer.

In: a brief with its findings, the changes since the reader's version, the recipient. Out: a `Letter`. No letter
recommends a treatment, and each says so. A letter is in the language of the brief, with the words of its labels.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evibrief.evidence.hashes import SHORT
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import tag_of
from evibrief.labels.words import Words
from evibrief.mailing.message import Letter
from evibrief.mailing.recipients import Recipient
from evibrief.rating.diff import ABSENT, Change, Side, summary_of_changes
from evibrief.sections.first_page import judgements

MOST_CHANGES = 12
"""The most changed conclusions that a letter lists; the document has them all."""

VERIFY = "evibrief verify FILE"
"""The command that a letter names: it is the same in every language."""

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
    record, words = side.brief.brief, side.findings.words
    letters, asked = words.letters, recipient.kind == "reviewer"
    named = _named(side)
    subject = letters.subject_review(**named) if asked else letters.subject(**named)
    parts: list[LetterPart] = [("", list(_opening(side, recipient, asked)))]
    parts += _page_one(side)
    if changes is not None:
        parts.append((letters.changed_since(version=held), list(_changed(changes, words))))
    if asked:
        parts.append((letters.comments, list(_how_to_comment(comments_by, words))))
    parts.append((letters.check, list(_how_to_check(hashes, files, words))))
    return Letter(subject, tuple(parts), files, tag_of(record.language))


def recall_letter(
    side: Side | None, hashes: Hashes, files: Mapping[str, bytes], recipient: Recipient,
    title: str, recalled: str, reason: str, changes: Sequence[Change], language: str, words: Words,
) -> Letter:  # fmt: skip
    """The notice to a reader whose version is recalled. `changes` are those from it to the current version.

    `language` is that of the brief, with its `words`.
    """
    letters = words.letters
    changed = summary_of_changes(changes, words) if side else letters.only_withdrawn
    opening = [
        *_language(recipient, language, words), letters.recalled(version=recalled, title=title),
        letters.why(reason=reason), letters.what_changed(changed=changed),
    ]  # fmt: skip
    parts: list[LetterPart] = [("", opening)]
    if side:
        current = side.brief.brief
        opening.append(letters.replaced(version=current.version, date=phrases.date(current.date, words)))
        opening.append(letters.no_advice)
        parts += _page_one(side)
        parts.append((letters.changed_since(version=recalled), list(_changed(changes, words))))
        parts.append((letters.check, list(_how_to_check(hashes, files, words))))
    else:
        parts.append(("", [letters.no_replacement, letters.no_advice]))
    return Letter(letters.subject_recall(title=title, version=recalled), tuple(parts), files, tag_of(language))


def _opening(side: Side, recipient: Recipient, asked: bool) -> Iterator[str]:
    record, words = side.brief.brief, side.findings.words
    letters = words.letters
    yield from _language(recipient, record.language, words)
    named = _named(side)
    yield letters.attached_review(**named) if asked else letters.attached(**named)
    status = words.brief_status[record.status]
    yield letters.status(status=status, note=record.status_note, no_advice=letters.no_advice)


def _named(side: Side) -> dict[str, str]:
    """Title, version and date of a brief, for a sentence that names it."""
    record = side.brief.brief
    return {"title": record.title, "version": record.version, "date": phrases.date(record.date, side.findings.words)}


def _language(recipient: Recipient, language: str, words: Words) -> Iterator[str]:
    """That a reader asked for another language than the brief has; countries make no difference."""
    asked, has = (one.partition("-")[0].lower() for one in (recipient.language, language))
    if asked != has:
        yield words.letters.only_in(language=words.letters.language, asked=recipient.language)


def _page_one(side: Side) -> list[LetterPart]:
    record, words = side.brief.brief, side.findings.words
    labelled, page = words.sentences.labelled, words.page
    said = [labelled(label=name, value=value) for name, value in judgements(side.brief, side.findings)]
    return [
        (page.question, [record.question.text]),
        (page.bottom_line, [markdown.without_marks(record.bottom_line.text)]),
        (words.letters.judgements, said),
        (page.not_this, [f"- {markdown.without_marks(text)}" for text in record.not_this]),
    ]


def _changed(changes: Sequence[Change], words: Words) -> Iterator[str]:
    letters = words.letters
    yield summary_of_changes(changes, words)
    moved = [change for change in changes if change.weight == "major"]
    for one in moved[:MOST_CHANGES]:
        was, now = (_state(text, words) for text in (one.was, one.now))
        yield f"- {letters.change(record=_record(one, words), was=was, now=now)}"
    if len(moved) > MOST_CHANGES:
        yield f"- {letters.more_changes(number=len(moved) - MOST_CHANGES)}"


def _record(change: Change, words: Words) -> str:
    """The id of what changed, and the field; the bottom line has no id."""
    kind, _, field = change.record.partition(", ")
    return ", ".join((phrases.change(kind, words), field)) if change.kind == "bottom line" else change.record


def _state(text: str, words: Words) -> str:
    return words.notes.not_rated_here if text == ABSENT else markdown.without_marks(text)


def _how_to_comment(comments_by: date | None, words: Words) -> Iterator[str]:
    letters = words.letters
    yield letters.comment_by(date=phrases.date(comments_by, words)) if comments_by else letters.comment_whenever
    yield letters.comment_how


def _how_to_check(hashes: Hashes, files: Mapping[str, bytes], words: Words) -> Iterator[str]:
    letters = words.letters
    if hashes.content:
        yield letters.content_hash(short=hashes.content[:SHORT], hash=hashes.content)
        yield letters.evidence_hash(hash=hashes.evidence)
    else:
        yield letters.evidence_hash_shown(short=hashes.evidence[:SHORT], hash=hashes.evidence)
    for name, data in files.items():
        yield letters.file_hash(name=name, hash=hashlib.sha256(data).hexdigest())
    yield letters.verify(command=VERIFY)
