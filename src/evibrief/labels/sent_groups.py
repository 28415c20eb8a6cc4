"""The groups of labels for what goes round a brief: letters, and the pages that list an archive.

In: text of a file of labels. Out: one record type for each group, as in `groups`.
"""

from typing import Annotated

from evibrief.evidence.fields import Record, Text
from evibrief.labels.sentence import Sentence, takes


class Letters(Record):
    """The letter with a version, and the one that calls a version back. `language` is the name of the language."""

    language: Text
    only_in: Annotated[Sentence, takes("language", "asked")]
    subject: Annotated[Sentence, takes("title", "version", "date")]
    subject_review: Annotated[Sentence, takes("title", "version", "date")]
    subject_recall: Annotated[Sentence, takes("title", "version")]
    attached: Annotated[Sentence, takes("title", "version", "date")]
    attached_review: Annotated[Sentence, takes("title", "version", "date")]
    status: Annotated[Sentence, takes("status", "note", "no_advice")]
    no_advice: Text
    judgements: Text
    changed_since: Annotated[Sentence, takes("version")]
    change: Annotated[Sentence, takes("record", "was", "now")]
    more_changes: Annotated[Sentence, takes("number")]
    comments: Text
    comment_by: Annotated[Sentence, takes("date")]
    comment_whenever: Text
    comment_how: Text
    recalled: Annotated[Sentence, takes("version", "title")]
    why: Annotated[Sentence, takes("reason")]
    what_changed: Annotated[Sentence, takes("changed")]
    only_withdrawn: Text
    replaced: Annotated[Sentence, takes("version", "date")]
    no_replacement: Text
    check: Text
    content_hash: Annotated[Sentence, takes("short", "hash")]
    evidence_hash: Annotated[Sentence, takes("hash")]
    evidence_hash_shown: Annotated[Sentence, takes("short", "hash")]
    file_hash: Annotated[Sentence, takes("name", "hash")]
    verify: Annotated[Sentence, takes("command")]


class ArchivePages(Record):
    """The pages and the feed that list the versions of an archive."""

    title: Text
    intro: Text
    follow: Text
    versions: Text
    brief_and_version: Text
    state: Text
    what_changed: Text
    files: Text
    version: Annotated[Sentence, takes("version")]
    evidence: Annotated[Sentence, takes("hash")]
    content: Annotated[Sentence, takes("hash")]
    not_recorded: Text
    all_versions: Text
    titled: Annotated[Sentence, takes("title", "version")]
    titled_withdrawn: Annotated[Sentence, takes("title", "version")]
    withdrawn: Annotated[Sentence, takes("reason")]
    current: Annotated[Sentence, takes("version", "date")]
    superseded: Annotated[Sentence, takes("version", "date")]
    hashed: Annotated[Sentence, takes("version", "date", "evidence", "content")]
    hashed_evidence: Annotated[Sentence, takes("version", "date", "evidence")]
    changes_not_recorded: Text
    feed: Text
    feed_authors: Text
    feed_summary: Annotated[Sentence, takes("changed", "evidence", "content")]
    feed_summary_evidence: Annotated[Sentence, takes("changed", "evidence")]
