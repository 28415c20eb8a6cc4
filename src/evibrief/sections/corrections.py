"""The section `corrections`: what the source document says, and what is right."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import cited_keys
from evibrief.evidence.records import Correction
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, flowing, table


def corrections(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Each mistake of the source document beside what is right, how sure that is, and the claims it concerns."""
    if not brief.limitations.corrections:
        return
    words, names = findings.words, findings.words.columns
    number = words.counts.problem(len(brief.limitations.corrections))
    yield Paragraph(words.sentences.problems_found(problems=number))
    columns = ((names.document_says, 36), (names.is_right, 64))
    rows = ([_correction_row(correction, findings)] for correction in brief.limitations.corrections)
    yield from table(words.captions.corrections, columns, rows)


def _correction_row(correction: Correction, findings: Findings) -> Row:
    words, sentences = findings.words, findings.words.sentences
    name = (
        Line(text=findings.numbers[correction.id], style="label", anchor=correction.id),
        Line(text=words.correction[correction.kind], style="word"),
        Line(text="; ".join((sentences.line(line=correction.lines), correction.id)), style="muted"),
    )
    cited = set(cited_keys(correction.right))
    more = "; ".join(f"@{key}" for key in correction.sources if key not in cited)
    right = sentences.citations_too(text=correction.right, citations=more) if more else correction.right
    sure = Line(text=sentences.sure(sure=correction.sure), style="muted")
    claims = claim_links(findings.claims_of_correction.get(correction.id, ()), findings)
    whole = (Line(text=words.notes.document_as_a_whole, style="muted"),)
    return Row(
        (
            flowing(*name, Line(prose=correction.says), scope="row"),
            flowing(Line(prose=right), sure, *(claims or whole)),
        )
    )


