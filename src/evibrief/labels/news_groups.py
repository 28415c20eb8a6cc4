"""The group of words that tell what is newer than a brief."""

from typing import Annotated

from evibrief.evidence.fields import Record, Text
from evibrief.labels.groups import Counted
from evibrief.labels.sentence import Sentence, takes


class NewsWords(Record):
    """What a brief says of the last look for news: in its methods, and in a sentence on page 1."""

    heading: Text
    caption: Text
    asked: Text
    last_answered: Text
    answer: Text
    not_looked_for: Text
    nobody_looked: Text
    not_all_repeated: Text
    nothing_waits: Text
    not_looked: Text
    not_asked: Text
    registry_not_asked: Text
    no_results: Text
    publication: Counted
    trial_change: Counted
    notice_on_cited: Counted
    of_query: Annotated[Sentence, takes("query")]
    of_number: Annotated[Sentence, takes("number")]
    of_notices: Annotated[Sentence, takes("source")]
    added_since: Annotated[Sentence, takes("found", "date")]
    left_out_of_query: Annotated[Sentence, takes("found", "left_out")]
    about: Annotated[Sentence, takes("references")]
    entry: Annotated[Sentence, takes("status", "results")]
    results_posted: Annotated[Sentence, takes("date")]
    waits: Annotated[Sentence, takes("what")]
    waits_on_page_one: Annotated[Sentence, takes("date", "what")]
    told_notice: Annotated[Sentence, takes("kind", "study", "called", "where", "source")]
    status_changed: Annotated[Sentence, takes("number", "was", "now")]
    results_came: Annotated[Sentence, takes("number", "date")]
