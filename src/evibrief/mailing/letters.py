"""The letter that goes with a brief: a warning first, then what page 1 says, what changed, how to answer, how to check.

In: a brief with its findings, the changes since the reader's version, the recipient. Out: a `Letter`. No letter
recommends a treatment, and each says so. A letter is in the language of the brief, with the words of its labels.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evibrief.archive.between import Between
from evibrief.archive.shown import day_in_words
from evibrief.archive.versions import Version
from evibrief.evidence.hashes import SHORT
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import tag_of
from evibrief.labels.words import Words
from evibrief.mailing.message import Letter, Part
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.rating.sides import Side
from evibrief.sections.first_page import judgements

MOST_CHANGES = 12
"""The most changed conclusions that a letter lists; the document has them all."""

VERIFY = "evibrief verify FILE"
"""The command that a letter names: it is the same in every language."""

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a letter brings along, by file name.

    `core`: no file is the whole brief; `mixed`: some are the core. Pages are those of the PDFs.
    """

    files: Mapping[str, bytes]
    core: bool = False
    mixed: bool = False
    pages: int | None = None
    whole_pages: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A version as a letter sends it: what it says, its two hashes, and the version that replaced it, if one did.

    Versions archived by older tools have no content hash.
    """

    side: Side
    evidence: str = ""
    content: str = ""
    newer: Version | None = None


def brief_letter(
    sent: Sent, enclosed: Enclosed, sender: Sender, recipient: Recipient, held: Sequence[Version],
    since: Between | None, comments_by: date | None,
) -> Letter:  # fmt: skip
    """The letter with a version. `held` are the other versions that this reader has, in the order received.

    `since` are the changes since the last of these.
    """
    record, words = sent.side.brief.brief, sent.side.findings.words
    letters, asked = words.letters, recipient.kind == "reviewer"
    parts = [*_warnings(sent, held, words)]
    parts.append(Part(paragraphs=(_greeting(recipient, words), *_opening(sent.side, recipient, asked))))
    if asked:
        parts.append(Part(letters.comments, tuple(_how_to_comment(comments_by, words))))
    else:
        parts.append(_what_is_enclosed(enclosed, record.versions_at, words))
    parts += _page_one(sent.side)
    if since:
        parts.append(_changed(since, words))
    parts += _ending(sender, sent, enclosed.files, words)
    return Letter(_subject(sent.side, held, asked), parts, enclosed.files, tag_of(record.language), record.title)


def recall_letter(
    now: Sent | None, enclosed: Enclosed, sender: Sender, recipient: Recipient, gone: Version, reason: str,
    since: Between | None, language: str, words: Words,
) -> Letter:  # fmt: skip
    """The notice to a reader whose version is recalled. `since` are the changes from it to the current version.

    `language` is that of the brief, with its `words`.
    """
    letters = words.letters
    parts = [_recalled(now, gone, reason, since, words)]
    greeting = (_greeting(recipient, words), *_language(recipient, language, words), letters.no_advice)
    parts.append(Part(paragraphs=greeting))
    if now:
        parts.append(_what_is_enclosed(enclosed, now.side.brief.brief.versions_at, words))
        parts += _page_one(now.side)
    if now and since:
        parts.append(_changed(since, words))
    parts += _ending(sender, now, enclosed.files, words)
    subject = letters.subject_recall(title=gone.title, version=gone.version)
    return Letter(subject, parts, enclosed.files, tag_of(language), gone.title)


def _subject(side: Side, held: Sequence[Version], asked: bool) -> str:
    """The subject: what is asked, or what became of the version that the reader has, then the brief."""
    letters, named = side.findings.words.letters, _named(side)
    if asked:
        return letters.subject_review(**named)
    if withdrawn := [one for one in held if one.state == "withdrawn"]:
        return letters.subject_withdrawn(held=withdrawn[-1].version, **named)
    if _replaced(side, held):
        return letters.subject_newer(**named)
    return letters.subject(**named)


def _replaced(side: Side, held: Sequence[Version]) -> Version | None:
    """The version that the reader used until now, if what is sent is newer."""
    number = tuple(int(part) for part in side.brief.brief.version.split("."))
    return held[-1] if held and held[-1].number < number else None


def _warnings(sent: Sent, held: Sequence[Version], words: Words) -> Iterator[Part]:
    """What a reader has to know before anything else: that a version is withdrawn, or that another replaces it."""
    letters, record = words.letters, sent.side.brief.brief
    for one in (one for one in held if one.state == "withdrawn"):
        yield Part(letters.stop(version=one.version), (_withdrawn(one, words),), look="warning")
    before = _replaced(sent.side, held)
    if before and before.state != "withdrawn":
        said = letters.superseded(held=before.version, version=record.version, date=phrases.date(record.date, words))
        yield Part(letters.newer(version=record.version), (said,), look="warning")
    if sent.newer:
        day = day_in_words(sent.newer.date, words)
        said = letters.not_current(version=record.version, current=sent.newer.version, date=day)
        yield Part(letters.not_current_heading, (said,), look="warning")


def _withdrawn(one: Version, words: Words) -> str:
    day, _, reason = one.reason.partition(": ")
    return words.letters.withdrawn(version=one.version, date=day_in_words(day, words), reason=reason)


def _recalled(now: Sent | None, gone: Version, reason: str, since: Between | None, words: Words) -> Part:
    """The first part of a recall: not to use it any more, why, and what to use now."""
    letters = words.letters
    said = [letters.recalled(version=gone.version, title=gone.title)]
    if gone.state == "withdrawn":
        said.append(letters.withdrawn_on(date=day_in_words(gone.reason.partition(": ")[0], words)))
    said.append(letters.why(reason=reason))
    if now:
        record = now.side.brief.brief
        said.append(letters.replaced(version=record.version, date=phrases.date(record.date, words)))
    else:
        said.append(letters.no_replacement)
    if since:
        said.append(letters.what_changed(changed=since.summary))
    return Part(letters.stop(version=gone.version), said, look="warning")


def _greeting(recipient: Recipient, words: Words) -> str:
    return words.letters.dear(name=recipient.name) if recipient.name else words.letters.hello


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


def _what_is_enclosed(enclosed: Enclosed, versions_at: str, words: Words) -> Part:
    """How much there is to read, and where the rest is: at an address, if the brief has one, or for the asking."""
    letters, said = words.letters, []
    if enclosed.core:
        said.append(letters.core)
    elif enclosed.mixed:
        said.append(letters.some_core)
    if enclosed.pages:
        said.append(letters.pages(pages=words.counts.page(enclosed.pages)))
    if not enclosed.core:
        return Part(paragraphs=said)
    pages = enclosed.whole_pages
    said.append(letters.whole_pages(pages=words.counts.page(pages)) if pages else letters.whole)
    said.append(letters.rest if versions_at == "unknown" else letters.rest_at(place=versions_at))
    return Part(paragraphs=(" ".join(said),), link=versions_at if _ADDRESS.fullmatch(versions_at) else "")


def _page_one(side: Side) -> list[Part]:
    record, words = side.brief.brief, side.findings.words
    labelled, page = words.sentences.labelled, words.page
    until = words.sentences.out_of_date(date=phrases.date(record.review_by, words))
    said = tuple(labelled(label=name, value=value) for name, value in judgements(side.brief, side.findings))
    return [
        Part(page.question, (record.question.text,)),
        Part(page.bottom_line, (markdown.without_marks(record.bottom_line.text),)),
        Part(words.letters.judgements, items=said),
        *([Part(page.safety, items=_safety(side))] if side.brief.harms else []),
        Part(page.not_this, items=tuple(map(markdown.without_marks, record.not_this))),
        Part(page.current, (until,)),
    ]


def _safety(side: Side) -> tuple[str, ...]:
    """The harms that the author put on page one, and how many others are recorded."""
    brief, words = side.brief, side.findings.words
    harms = {harm.id: harm for harm in brief.harms}
    first = tuple(markdown.without_marks(harms[name].effect) for name in brief.brief.safety)
    others = len(harms) - len(first)
    more = words.plurals.more_harms if first else words.plurals.harms_recorded
    return (*first, *((markdown.without_marks(more(others, anchor="section_harms")),) if others else ()))


def _changed(since: Between, words: Words) -> Part:
    letters = words.letters
    moved = since.conclusions
    items = [letters.change(record=one.what, was=_or_nothing(one.was, words), now=_or_nothing(one.now, words))
             for one in moved[:MOST_CHANGES]]  # fmt: skip
    if len(moved) > MOST_CHANGES:
        items.append(letters.more_changes(number=len(moved) - MOST_CHANGES))
    return Part(letters.changed_since(version=since.older), (since.summary,), items)


def _or_nothing(text: str, words: Words) -> str:
    return text or words.notes.not_there


def _how_to_comment(comments_by: date | None, words: Words) -> Iterator[str]:
    letters = words.letters
    yield letters.comment_by(date=phrases.date(comments_by, words)) if comments_by else letters.comment_whenever
    yield letters.comment_how


def _ending(sender: Sender, sent: Sent | None, files: Mapping[str, bytes], words: Words) -> Iterator[Part]:
    """Who sends it and, small, how to check what came with it."""
    yield Part(paragraphs=(words.letters.regards, sender.name))
    if sent and files:
        yield Part(words.letters.check, tuple(_how_to_check(sent, files, words)), look="small")


def _how_to_check(sent: Sent, files: Mapping[str, bytes], words: Words) -> Iterator[str]:
    letters = words.letters
    if sent.content:
        yield letters.content_hash(short=sent.content[:SHORT], hash=sent.content)
        yield letters.evidence_hash(hash=sent.evidence)
    else:
        yield letters.evidence_hash_shown(short=sent.evidence[:SHORT], hash=sent.evidence)
    for name, data in files.items():
        yield letters.file_hash(name=name, hash=hashlib.sha256(data).hexdigest())
    yield letters.verify(command=VERIFY)
