"""The summary: what a reader with ten minutes gets, in three pages, from the same data as all the rest.

In: `Brief` and `Findings`. Out: blocks, decided and worded. It repeats nothing by hand: tiers, certainties and amounts
are those of the full tables.
"""

from collections.abc import Iterable, Iterator, Sequence

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Mechanism, Statement
from evibrief.evidence.records import Dose
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import study_lines, table
from evibrief.sections.doses import NOT_A_RECOMMENDATION
from evibrief.sections.rating_lines import final_word, fragility_lines, tier_words


def summary(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Mechanisms, statements, amounts, harms and unknowns, a line each."""
    columns: Columns = (("Mechanism", 26), ("Certainty", 14), ("Links supported", 14), ("Weakest links", 46))
    rows = ([_mechanism_row(mechanism, findings)] for mechanism in brief.mechanisms)
    yield from _headed("Mechanisms", "summary_mechanisms", "Mechanisms at a glance", columns, rows)
    columns = (("Statement", 38), ("Stated", 10), ("Computed", 11), ("Final", 11), ("What it hangs on", 30))
    rows = ([_statement_row(statement, findings)] for statement in brief.ranking.statements)
    yield from _headed("Statements", "summary_statements", "Statements at a glance", columns, rows)
    columns = (("Amount", 16), ("Route", 14), ("To whom", 34), ("Source", 36))
    rows = ([_dose_row(dose, findings)] for dose in brief.doses.people)
    yield from _headed("Doses given in studies", "summary_doses", "Doses at a glance", columns, rows)
    if brief.doses.people:
        yield Paragraph(NOT_A_RECOMMENDATION, style="note")
    if brief.harms:
        yield Heading("Harms", "summary_harms")
        yield Bullets(tuple((Line(prose=harm.effect),) for harm in brief.harms))
        yield Paragraph("Only what is recorded in this brief. This is not a list of all known harms.", style="note")
    if points := (*brief.limitations.unknowns, *brief.limitations.gaps):
        yield Heading("What is not known", "summary_unknowns")
        yield Bullets(tuple((Line(prose=point.text),) for point in points))


Columns = tuple[tuple[str, int], ...]


def _headed(
    title: str, anchor: str, caption: str, columns: Columns, rows: Iterable[Sequence[Row]]
) -> Iterator[Block]:
    blocks = table(caption, columns, rows)
    if blocks:
        yield Heading(title, anchor)
        yield from blocks


def _mechanism_row(mechanism: Mechanism, findings: Findings) -> Row:
    name = Cell((Line(prose=f"[{mechanism.title}](#{mechanism.id})"),), scope="row")
    if not findings.ratings:
        bare = [link.text for link in mechanism.links if not findings.links[link.id].supporting]
        lines = tuple(Line(prose=text) for text in bare) or (Line(text="none", style="muted"),)
        return Row((name, Cell((Line(text="not rated"),)), Cell((Line(text="not rated"),)), Cell(lines)))
    chain, instrument = findings.ratings.chains[mechanism.id], findings.ratings.instrument
    level = next(level.word for level in instrument.certainty.levels if level.id == chain.final)
    judged = [findings.ratings.links[link.id].judgement for link in mechanism.links]
    weakest = [(number, link) for number, link in enumerate(mechanism.links, 1) if link.id in chain.weakest]
    return Row(
        (
            name,
            Cell((Line(text=level, style="word"),)),
            Cell((Line(text=f"{judged.count('supported')} of {len(judged)}"),)),
            Cell(tuple(Line(prose=f"{number}\\. {link.text}") for number, link in weakest[:MOST_LINKS])
                 + _more(len(weakest) - MOST_LINKS)),
        )
    )  # fmt: skip


MOST_LINKS = 2
"""Weakest links that are named; the others are counted."""


def _more(number: int) -> tuple[Line, ...]:
    return (Line(text=f"and {number} more", style="muted"),) if number > 0 else ()


def _statement_row(statement: Statement, findings: Findings) -> Row:
    number = statement.id.lstrip("s")
    stated, computed = tier_words(statement, findings)
    hangs: tuple[Line, ...] = (Line(text="not rated", style="muted"),)
    if findings.ratings:
        rating, scale = findings.ratings.statements[statement.id], findings.ratings.instrument.tier
        hangs = fragility_lines(rating, rating.computed, scale, findings)
    return Row(
        (
            Cell((Line(prose=f"[{number}](#{statement.id}). {statement.text}"),), scope="row"),
            Cell((Line(text=stated),)),
            Cell((Line(text=computed, style="word"),)),
            Cell((Line(text=final_word(statement, findings), style="word"),)),
            Cell(hangs),
        )
    )


def _dose_row(dose: Dose, findings: Findings) -> Row:
    # What is said about a dose goes with it wherever it is printed: that its value is doubted, that it is another salt.
    amount = (Line(text=phrases.amount(dose.amount), style="word"), Line(text=dose.label, style="muted"))
    return Row(
        (
            Cell(amount, scope="row"),
            Cell((Line(text=dose.route),)),
            Cell((Line(text=findings.populations[dose.population].label),)),
            Cell(study_lines(dict.fromkeys(entry.source for entry in dose.evidence), findings)),
        )
    )
