"""The section `mechanisms`: each a chain of links, with the judgement and the studies for and against each link.

In: `Brief` and `Findings`. Out: blocks.
"""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Link, Mechanism
from evibrief.evidence.written import joined
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import change_mark, claim_links, note_lines, side_lines, table, unclear_lines
from evibrief.sections.figures import charts
from evibrief.sections.rating_lines import chain_sentence, fall_lines, judgement_lines


def mechanisms(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Each mechanism as a chain of links, with the judgement and the studies for and against each link."""
    names, caption = findings.words.columns, findings.words.captions.chain
    columns = ((names.link, 30), (names.judgement, 19), (names.studies_for, 13), (names.against, 13),
               (names.inconclusive, 13), (names.claims, 12))  # fmt: skip
    yield from charts.evidence_map(brief, findings)
    for mechanism in brief.mechanisms:
        yield Heading(mechanism.title, mechanism.id)
        yield Paragraph(mechanism.summary)
        yield Paragraph(_certainty(mechanism, findings), style="callout")
        yield charts.pathway(mechanism, findings)
        rows = ([_link_row(number, link, findings)] for number, link in enumerate(mechanism.links, 1))
        yield from table(caption(mechanism=mechanism.title), columns, rows)


def _certainty(mechanism: Mechanism, findings: Findings) -> str:
    if not findings.ratings:
        return _weakest(mechanism, findings)
    words, ratings = findings.words, findings.ratings
    numbers = {link.id: words.sentences.link_number(number=number) for number, link in enumerate(mechanism.links, 1)}
    sentence = chain_sentence(ratings.chains[mechanism.id], numbers, ratings, words)
    signed = mechanism.certainty
    if signed and signed.is_signed and signed.date:
        day = phrases.date(signed.date, words)
        return joined(sentence, " ", words.sentences.signed(by=escape(signed.by or ""), date=day, reason=signed.reason))
    return sentence


def _link_row(number: int, link: Link, findings: Findings) -> Row:
    words, sentences, support = findings.words, findings.words.sentences, findings.links[link.id]
    tally = findings.tally(link.id)
    claims = claim_links(link.all_claims) or (Line(text=words.notes.no_claim, style="muted"),)
    if unsourced := len(support.unsourced):
        told = sentences.without_source(claims=words.counts.claim(unsourced))
        claims += (Line(text=told, style="warning"),)
    label = Line(text=sentences.link(number=number, kind=words.link[link.kind]), style="label")
    lines = (label, Line(prose=link.text, anchor=link.id), *note_lines(link.note), *change_mark(link.id, findings))
    return Row(
        (
            Cell(lines, scope="row"),
            Cell(_judgement(link, findings)),
            Cell(side_lines(tally.supporting, findings)),
            Cell(side_lines(tally.against, findings)),
            Cell(unclear_lines(tally, findings)),
            Cell(claims),
        )
    )


def _judgement(link: Link, findings: Findings) -> tuple[Line, ...]:
    if not findings.ratings:
        return (Line(text=findings.words.notes.not_rated_here, style="muted"),)
    rating, ratings = findings.ratings.links[link.id], findings.ratings
    depends = fall_lines(rating.falls, ratings.instrument.judgement, findings) if rating.falls else ()
    return (*judgement_lines(rating, ratings, findings.words), *depends)


def _weakest(mechanism: Mechanism, findings: Findings) -> str:
    """Where the chain is weakest, from counts only, without a rating."""
    bare = [link for link in mechanism.links if not findings.links[link.id].supporting]
    disputed = [link for link in mechanism.links if findings.links[link.id].contradicting]
    words, plurals = findings.words, findings.words.plurals
    return words.sentences.chain_unrated(
        links=words.counts.link(len(mechanism.links)),
        supported=plurals.links_unsupported(len(bare)),
        contradicted=plurals.links_contradicted(len(disputed)),
    )
