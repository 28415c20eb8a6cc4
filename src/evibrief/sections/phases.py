"""The section `phases`: the phases in the course of the condition, with the claims on each."""

from collections import Counter
from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import ModelRecord, Phase
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Heading, Paragraph


def phases(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What is proposed for each phase, with the claims behind it."""
    for phase in brief.phases:
        yield Heading(phase.title, phase.id)
        yield Paragraph(phase.text)
        yield from claims_named(phase, findings)


def claims_named(record: Phase | ModelRecord, findings: Findings) -> Iterator[Block]:
    """How many claims there are on this, what became of them, and links to them in the evidence tables."""
    if not record.claims:
        return
    words, claims = findings.words, [findings.claims[name] for name in record.claims]
    found = Counter(words.status[claim.status].lower() for claim in claims)
    told = (words.sentences.number_of(number=number, what=status) for status, number in found.items())
    links = (f"[{findings.numbers[claim.id]}](#{claim.id})" for claim in claims)
    became, linked = phrases.all_of(told, words), phrases.all_of(links, words)
    yield Paragraph(words.plurals.claims_on_it(len(claims), statuses=became, claims=linked), style="note")
