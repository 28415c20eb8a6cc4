"""The words of appraisals, as types; `words` has all groups."""

from typing import Annotated

from evibrief.evidence.fields import Record, Text
from evibrief.labels.sentence import Plural, Sentence, counts, takes


class AppraisalWords(Record):
    """What stands in the section on appraisals, in its figures, and over its tables."""

    section: Text
    note: Text
    what: Text
    judgements: Text
    overall: Text
    domain: Annotated[Sentence, takes("number", "domain")]
    figure: Annotated[Sentence, takes("instrument")]
    table: Annotated[Sentence, takes("instrument")]
    better_than_worst: Text
    not_judged: Text
    signed_by: Annotated[Sentence, takes("by", "date")]
    differs: Annotated[Sentence, takes("domains")]
    judged: Annotated[Sentence, takes("number", "domain")]
    judged_at: Annotated[Sentence, takes("locator")]
    of_outcome: Annotated[Sentence, takes("outcome")]
    with_doi: Annotated[Sentence, takes("source", "doi")]
    source: Annotated[Sentence, takes("source")]
    version: Annotated[Sentence, takes("title", "version")]
    told: Annotated[Plural, counts("instrument", "found")]
    told_no_overall: Annotated[Plural, counts("instrument")]
