"""The groups of labels for what goes round a brief: letters, and the pages that list an archive.

In: text of a file of labels. Out: one record type for each group, as in `groups`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from evibrief.evidence.fields import Record, Text
from evibrief.labels.sentence import Sentence, every, takes

KindOfFile = Literal["pdf", "docx", "html"]
"""The extensions of documents that have a word of their own; another format is called by its extension."""


class Letters(Record):
    """The letter with a version, and the one that calls a version back. `language` is the name of the language."""

    language: Text
    only_in: Annotated[Sentence, takes("language", "asked")]
    subject: Annotated[Sentence, takes("title", "version", "date")]
    subject_newer: Annotated[Sentence, takes("title", "version", "date")]
    subject_withdrawn: Annotated[Sentence, takes("held", "title", "version", "date")]
    subject_review: Annotated[Sentence, takes("title", "version", "date")]
    subject_recall: Annotated[Sentence, takes("title", "version")]
    stop: Annotated[Sentence, takes("version")]
    withdrawn: Annotated[Sentence, takes("version", "date", "reason")]
    withdrawn_on: Annotated[Sentence, takes("date")]
    newer: Annotated[Sentence, takes("version")]
    superseded: Annotated[Sentence, takes("held", "version", "date")]
    not_current_heading: Text
    not_current: Annotated[Sentence, takes("version", "current", "date")]
    dear: Annotated[Sentence, takes("name")]
    hello: Text
    regards: Text
    attached: Annotated[Sentence, takes("title", "version", "date")]
    attached_review: Annotated[Sentence, takes("title", "version", "date")]
    core: Text
    some_core: Text
    pages: Annotated[Sentence, takes("pages")]
    whole: Text
    whole_pages: Annotated[Sentence, takes("pages")]
    rest: Text
    rest_at: Annotated[Sentence, takes("place")]
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
    replaced: Annotated[Sentence, takes("version", "date")]
    no_replacement: Text
    check: Text
    content_hash: Annotated[Sentence, takes("short", "hash")]
    evidence_hash: Annotated[Sentence, takes("hash")]
    evidence_hash_shown: Annotated[Sentence, takes("short", "hash")]
    file_hash: Annotated[Sentence, takes("name", "hash")]
    verify: Annotated[Sentence, takes("command")]


class ArchivePages(Record):
    """The pages and the feed that list the versions of an archive, and the pages that compare two of them."""

    title: Text
    intro: Text
    follow: Text
    versions: Text
    version: Annotated[Sentence, takes("version")]
    version_heading: Annotated[Sentence, takes("version")]
    of_date: Annotated[Sentence, takes("version", "date")]
    what_changed: Text
    what_changed_since: Annotated[Sentence, takes("version")]
    all_changes: Annotated[Sentence, takes("number")]
    compare: Text
    compare_with: Text
    earlier: Text
    later: Text
    compared: Annotated[Sentence, takes("older", "newer")]
    titled_compared: Annotated[Sentence, takes("title", "older", "newer")]
    conclusions: Text
    no_conclusion: Text
    other_changes: Text
    other_counts: Text
    studies_counted: Text
    studies: Annotated[Sentence, takes("supporting", "against", "inconclusive")]
    core: Text
    whole: Text
    kinds: Annotated[Mapping[KindOfFile, Text], every(KindOfFile)]
    megabytes: Annotated[Sentence, takes("number")]
    kilobytes: Annotated[Sentence, takes("number")]
    checksums: Text
    evidence: Text
    content: Text
    all_versions: Text
    titled: Annotated[Sentence, takes("title", "version")]
    titled_withdrawn: Annotated[Sentence, takes("title", "version")]
    withdrawn: Annotated[Sentence, takes("date", "reason")]
    withdrawn_version: Annotated[Sentence, takes("version", "date", "reason")]
    current: Annotated[Sentence, takes("version", "date")]
    no_current: Text
    superseded: Annotated[Sentence, takes("version", "date")]
    changes_not_recorded: Text
    first_version: Text
    signed_by: Annotated[Sentence, takes("version", "by")]
    feed: Text
    feed_authors: Text
    feed_summary: Annotated[Sentence, takes("changed", "evidence", "content")]
    feed_summary_evidence: Annotated[Sentence, takes("changed", "evidence")]
