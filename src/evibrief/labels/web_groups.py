"""The group of labels for the controls of the web page, which its script shows.

In: text of a file of labels. Out: one record type, as in `groups`. Every sentence that the script fills has its places.
"""

from typing import Annotated

from evibrief.evidence.fields import Record, Text
from evibrief.labels.groups import Counted
from evibrief.labels.sentence import Sentence, takes


class WebWords(Record):
    """The controls of the web page, and what they say after they were used."""

    controls: Text
    search: Text
    search_hint: Text
    clear: Text
    found: Annotated[Sentence, takes("first", "second")]
    nothing: Text
    more: Annotated[Sentence, takes("number")]
    claims: Counted
    studies: Counted
    at_claims: Annotated[Sentence, takes("studies", "claims")]
    harms: Counted
    doses: Counted
    corrections: Counted
    references: Counted
    elsewhere: Counted
    in_section: Annotated[Sentence, takes("section", "text")]
    dark: Text
    light: Text
    open_all: Text
    fold_all: Text
    annexes: Counted
    compare: Annotated[Sentence, takes("version")]
    compared: Annotated[Sentence, takes("version")]
    compared_caption: Text
    compared_record: Text
    compared_was: Annotated[Sentence, takes("version")]
    comparing: Counted
    part_text: Text
    part_about: Text
    part_modality: Text
    part_population: Text
    part_study: Text
    filter: Text
    mechanism: Text
    topic: Text
    study_type: Text
    directness: Text
    status: Text
    direction: Text
    every: Text
    option: Annotated[Sentence, takes("name", "number")]
    order: Text
    order_brief: Text
    order_studies: Text
    order_status: Text
    only_changed: Text
    shown: Annotated[Sentence, takes("shown", "total")]
    show_all: Text
    aimed: Text
    copy_link: Text
    copy_citation: Text
    copied: Text
    not_copied: Text
    citation: Annotated[Sentence, takes("claim", "brief", "address")]
    report: Text
    report_subject: Annotated[Sentence, takes("brief")]
    no_contact: Text
