"""The summary: what a reader with ten minutes gets, in three pages.

In: `Brief` and `Findings`. Out: blocks. Tiers, certainties and amounts come from the same data as the full tables.
"""

from collections.abc import Iterable, Iterator, Sequence

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Mechanism, Statement
from evibrief.evidence.records import Dose
from evibrief.evidence.written import joined
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import word_of
from evibrief.sections.blocks import Alone, Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import study_lines, table
from evibrief.sections.first_page import anchor_of
from evibrief.sections.rating_lines import depends_lines, final_word, tier_words


def summary(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Mechanisms, statements, doses, harms and unknowns, one line each."""
    words, names, headings = findings.words, findings.words.columns, findings.words.headings
    captions, notes = words.captions, words.notes
    is_support = findings.ratings is not None and findings.ratings.chain_value == "support"
    level = names.support if is_support else names.certainty
    columns: tuple[tuple[str, int], ...] = (
        (names.mechanism, 26), (level, 16), (names.links_supported, 14), (names.weakest_links, 44)
    )  # fmt: skip
    rows = ([_mechanism_row(mechanism, findings)] for mechanism in brief.mechanisms)
    yield from _headed(headings.mechanisms, "summary_mechanisms", captions.mechanisms_in_short, columns, rows)
    stated = ((names.stated, 10),) if findings.has_document else ()
    columns = ((names.statement, 38 if stated else 48), *stated, (names.computed, 11), (names.final, 11),
               (names.hangs_on, 30))  # fmt: skip
    rows = ([_statement_row(one, findings)] for one in brief.ranking.statements if one.kind == "reason")
    yield from _headed(headings.statements, "summary_statements", captions.statements_in_short, columns, rows)
    if others := [one for one in brief.ranking.statements if one.kind != "reason"]:
        yield Heading(headings.not_rated, "summary_not_rated")
        yield Bullets(tuple((_numbered(one),) for one in others))
    columns = ((names.amount, 44), (names.route, 11), (names.to_whom, 25), (names.source, 20))
    rows = ([_dose_row(dose, findings)] for dose in brief.doses.people)
    if doses := table(captions.doses_in_short, columns, rows):
        yield Heading(headings.doses_given, "summary_doses")
        anchor, number = anchor_of("doses"), len(brief.doses.people)
        instead = Paragraph(words.plurals.doses_listed(number, anchor=anchor))
        yield Alone((*doses, Paragraph(notes.doses_no_advice, style="note")), instead)
    if brief.harms:
        yield Heading(headings.harms, "summary_harms")
        yield Bullets(tuple((Line(prose=harm.effect),) for harm in brief.harms))
        yield Paragraph(notes.harms_no_list, style="note")
    if points := (*brief.limitations.unknowns, *brief.limitations.gaps):
        yield Heading(headings.not_known, "summary_unknowns")
        yield Bullets(tuple((Line(prose=point.text),) for point in points))


def _headed(
    title: str, anchor: str, caption: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Row]]
) -> Iterator[Block]:
    blocks = table(caption, columns, rows)
    if blocks:
        yield Heading(title, anchor)
        yield from blocks


def _mechanism_row(mechanism: Mechanism, findings: Findings) -> Row:
    name = Cell((Line(prose=f"[{escape(mechanism.title)}](#{mechanism.id})"),), scope="row")
    words, notes = findings.words, findings.words.notes
    if not findings.ratings:
        bare = [link.text for link in mechanism.links if not findings.links[link.id].supporting]
        lines = tuple(Line(prose=text) for text in bare) or (Line(text=notes.none, style="muted"),)
        unrated = Cell((Line(text=notes.not_rated_here),))
        return Row((name, unrated, unrated, Cell(lines)))
    chain = findings.ratings.chains[mechanism.id]
    level = word_of(findings.ratings.chain_scale, chain.final)
    judged = [findings.ratings.links[link.id].judgement for link in mechanism.links]
    supported = words.sentences.of(number=sum(judgement in SUPPORTED for judgement in judged), total=len(judged))
    weakest = [(number, link) for number, link in enumerate(mechanism.links, 1) if link.id in chain.weakest]
    return Row(
        (
            name,
            Cell((Line(text=phrases.capital(level), style="word"),)),
            Cell((Line(text=supported),)),
            Cell(tuple(Line(prose=joined(f"{number}\\. ", link.text)) for number, link in weakest[:MOST_LINKS])
                 + _more(len(weakest) - MOST_LINKS, words)),
        )
    )  # fmt: skip


SUPPORTED = ("supported", "one")
"""The judgements of a link that count as supported."""

MOST_LINKS = 2
"""The most weakest links that are named; the others are only counted."""


def _more(number: int, words: Words) -> tuple[Line, ...]:
    return (Line(text=words.sentences.and_more(number=number), style="muted"),) if number > 0 else ()


def _statement_row(statement: Statement, findings: Findings) -> Row:
    stated, computed = tier_words(statement, findings)
    hangs: tuple[Line, ...] = (Line(text=findings.words.notes.not_rated_here, style="muted"),)
    if findings.ratings:
        rating, scale = findings.ratings.statements[statement.id], findings.ratings.instrument.tier
        hangs = depends_lines(rating, scale, findings)
    return Row(
        (
            Cell((_numbered(statement),), scope="row"),
            *((Cell((Line(text=stated),)),) if findings.has_document else ()),
            Cell((Line(text=computed, style="word"),)),
            Cell((Line(text=final_word(statement, findings), style="word"),)),
            Cell(hangs),
        )
    )


def _numbered(statement: Statement) -> Line:
    return Line(prose=joined(f"[{statement.id.lstrip('s')}](#{statement.id}). ", statement.text))


def _dose_row(dose: Dose, findings: Findings) -> Row:
    # A dose is always printed with its label, which may say that the value is doubtful or the salt another one.
    amount = (Line(text=phrases.given(dose, findings.words), style="word"), Line(text=dose.label))
    return Row(
        (
            Cell(amount, scope="row", run_in=True),
            Cell((Line(text=phrases.route(dose, findings.words)),)),
            Cell((Line(text=findings.populations[dose.population].label),)),
            Cell(study_lines(dict.fromkeys(entry.source for entry in dose.evidence), findings)),
        )
    )
