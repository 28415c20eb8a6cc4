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
from evibrief.sections.cells import change_mark, claim_links, flowing, note_lines, table, tally_lines
from evibrief.sections.rating_lines import chain_sentence, fall_lines, judgement_lines


def mechanisms(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Each mechanism as a chain of links, with the judgement and the studies for and against each link."""
    names, caption = findings.words.columns, findings.words.captions.chain
    columns = ((names.link_and_judgement, 21), (names.says_and_why, 43), (names.studies, 36))
    if brief.mechanisms:
        yield Paragraph(findings.words.notes.weakest_link, style="note")
    for mechanism in brief.mechanisms:
        yield Heading(mechanism.title, mechanism.id)
        yield Paragraph(mechanism.summary)
        yield Paragraph(_certainty(mechanism, findings), style="callout")
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
    claims = claim_links(link.all_claims, findings) or (Line(text=words.notes.no_claim, style="muted"),)
    if unsourced := len(support.unsourced):
        told = sentences.without_source(claims=words.counts.claim(unsourced))
        claims += (Line(text=told, style="warning"),)
    label = Line(text=sentences.link(number=number, kind=words.link[link.kind]), style="label")
    judged, *why = _judgement(link, findings)
    marks = (*note_lines(link.note), *change_mark(link.id, findings))
    return Row(
        (
            Cell((label, judged), scope="row"),
            flowing(Line(prose=link.text, anchor=link.id), *why, *marks),
            flowing(*tally_lines(tally, findings), *claims),
        ),
        judged=findings.ratings.links[link.id].judgement if findings.ratings else "",
    )


def _judgement(link: Link, findings: Findings) -> tuple[Line, ...]:
    """The judgement of a link in a word, then why, and what it depends on."""
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
