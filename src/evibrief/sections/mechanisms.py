"""The mechanisms on the page: each a chain of links, with the judgement and the studies for and against each link.

In: `Brief` and `Findings`. Out: blocks, decided and worded, as in `sections`.
"""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Link, Mechanism
from evibrief.labels import english, phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import change_mark, claim_links, lines_against, lines_for, note_lines, table
from evibrief.sections.figures import charts
from evibrief.sections.rating_lines import chain_sentence, fragility_lines, judgement_lines

COLUMNS = (("Link", 33), ("Judgement", 20), ("Studies that support it", 16), ("Studies that contradict it", 16),
           ("Claims", 15))  # fmt: skip


def mechanisms(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Each mechanism as a chain of links, with the judgement and the studies for and against each link."""
    yield from charts.evidence_map(brief, findings)
    for mechanism in brief.mechanisms:
        yield Heading(mechanism.title, mechanism.id)
        yield Paragraph(mechanism.summary)
        yield Paragraph(_certainty(mechanism, findings), style="callout")
        yield charts.pathway(mechanism, findings)
        rows = ([_link_row(number, link, findings)] for number, link in enumerate(mechanism.links, 1))
        yield from table(f"{mechanism.title}: the chain of links", COLUMNS, rows)


def _certainty(mechanism: Mechanism, findings: Findings) -> str:
    if not findings.ratings:
        return _weakest(mechanism, findings)
    numbers = {link.id: f"link {number}" for number, link in enumerate(mechanism.links, 1)}
    sentence = chain_sentence(findings.ratings.chains[mechanism.id], numbers, findings.ratings.instrument)
    signed = mechanism.certainty
    if signed and signed.is_signed and signed.date:
        sentence += f" Signed by {signed.by}, {phrases.date(signed.date)}: {signed.reason}"
    return sentence


def _link_row(number: int, link: Link, findings: Findings) -> Row:
    support = findings.links[link.id]
    tally = findings.ratings.links[link.id].tally if findings.ratings else None
    claims = claim_links(link.claims) or (Line(text="no claim in the source document", style="muted"),)
    unsourced = len(support.unsourced)
    if unsourced:
        claims += (Line(text=f"{phrases.count(unsourced, 'claim')} without a source", style="warning"),)
    label = Line(text=f"Link {number} · {english.LINK[link.kind]}", style="label")
    lines = (label, Line(prose=link.text, anchor=link.id), *note_lines(link.note), *change_mark(link.id, findings))
    return Row(
        (
            Cell(lines, scope="row"),
            Cell(_judgement(link, findings)),
            Cell(lines_for(support, tally, findings)),
            Cell(lines_against(support, tally, findings)),
            Cell(claims),
        )
    )


def _judgement(link: Link, findings: Findings) -> tuple[Line, ...]:
    if not findings.ratings:
        return (Line(text="not rated", style="muted"),)
    rating, instrument = findings.ratings.links[link.id], findings.ratings.instrument
    changes = fragility_lines(rating, rating.judgement, instrument.judgement, findings)
    return (*judgement_lines(rating, instrument), *(changes if rating.fragility else ()))


def _weakest(mechanism: Mechanism, findings: Findings) -> str:
    """Where the chain is thinnest, from counts alone: no rating is made here."""
    bare = [link for link in mechanism.links if not findings.links[link.id].supporting]
    disputed = [link for link in mechanism.links if findings.links[link.id].contradicting]
    supported = (
        f"{_of_links(len(bare))} without any study that supports {'it' if len(bare) == 1 else 'them'}"
        if bare
        else "each has at least one study that supports it"
    )
    against = (
        f"{_of_links(len(disputed))} contradicted by at least one study" if disputed else "no study contradicts one"
    )
    total = phrases.count(len(mechanism.links), "link")
    return f"Of {total} in this chain, {supported}; {against}. A chain is never more certain than its weakest link."


def _of_links(number: int) -> str:
    return f"{number}{phrases.NO_BREAK}{'is' if number == 1 else 'are'}"
