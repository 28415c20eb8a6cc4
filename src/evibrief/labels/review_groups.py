"""The groups of labels about reviews: what reviewers are asked, and how what they did is told.

In: text of a file of labels. Out: one record type for each group, as in `groups`.
"""

from typing import Annotated

from evibrief.evidence.fields import Record, Text
from evibrief.labels.sentence import Plural, Sentence, counts, takes


class Remarks(Record):
    """What a reviewer said or did, and who that was."""

    replaced: Annotated[Sentence, takes("removed", "added")]
    removed: Annotated[Sentence, takes("removed")]
    added: Annotated[Sentence, takes("added")]
    end_removed: Text
    end_added: Text
    wordless: Text
    role_unknown: Text
    named: Annotated[Sentence, takes("name", "role")]


class ReviewCopy(Record):
    """The first page of a review copy."""

    title: Annotated[Sentence, takes("title")]
    version: Annotated[Sentence, takes("version", "date", "content")]
    asked: Text
    comment: Text
    questions: Annotated[Plural, counts("author")]
    change: Text
    keep: Text
    names: Text
    until: Annotated[Sentence, takes("date")]
    whenever: Text


class Questions(Record):
    """What a review copy asks its reader, each about one record."""

    contested: Annotated[Sentence, takes("why", "sources")]
    contested_without_reason: Text
    fragile: Annotated[Sentence, takes("tier", "study", "key", "without")]
    waived: Annotated[Sentence, takes("rule", "signature", "reason")]
    candidate: Annotated[Sentence, takes("study", "key", "claims")]
