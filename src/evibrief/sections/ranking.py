"""The ratings on the page: the ranking with its three tiers, the instrument's rules, and what the ratings hang on.

In: `Brief` and `Findings`. Out: blocks, decided and worded, as in `sections`. The rules are printed from the same data
that the ratings are computed from, so that the page cannot disagree with the computation.
"""

from collections.abc import Iterator
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Statement
from evibrief.evidence.instrument import Scale
from evibrief.evidence.vocabulary import Tier
from evibrief.labels import english, phrases
from evibrief.rating.findings import Findings
from evibrief.rating.rate import Ratings, StatementRating, by_tier
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import change_mark, claim_links, lines_against, lines_for, note_lines, table
from evibrief.sections.figures import charts
from evibrief.sections.rating_lines import counted_words, fragility_lines, tier_summary

COLUMNS = (("Statement", 30), ("Tiers", 14), ("Why, and what it hangs on", 24), ("For a benefit", 16), ("Against", 16))


def ranking(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The statements by final tier: stated, computed and final tier, the reason, the studies, and what it hangs on."""
    if closing := brief.ranking.closing:
        text = (
            f"The source document closes (line {closing.line}) with: plausibility "
            f"**{english.TIER[closing.plausibility].lower()}**, certainty of the clinical evidence "
            f"**{english.CERTAINTY[closing.certainty].lower()}**. {closing.text}"
        )
        yield Paragraph(text)
    yield Paragraph(_how_rated(brief, findings), style="callout")
    if picture := charts.plausibility(brief, findings):
        yield picture
    if findings.ratings:
        yield from _groups(brief, findings, findings.ratings)
    else:
        rows = ([_unrated_row(statement, findings)] for statement in brief.ranking.statements)
        yield from table("Plausibility as the source document ranks it", COLUMNS, rows)
    if names := brief.ranking.corrections:
        linked = phrases.listed(f"[{name}](#{name})" for name in names)
        yield Paragraph(f"Corrections that concern the ranking as a whole: {linked}.", style="note")


def _how_rated(brief: Brief, findings: Findings) -> str:
    stated = "**Stated** is the tier that the source document gives."
    decided = sum(statement.final is not None for statement in brief.ranking.statements)
    signed = f"{phrases.count(decided, 'final tier')} signed by a person" if decided else "nobody has signed one"
    if not findings.ratings:
        return f"{stated} No rating instrument was applied in this version; of final tiers, {signed}."
    instrument = findings.ratings.instrument
    return (
        f"{stated} **Computed** is what the instrument {instrument.name} makes of the encoded evidence; its rules "
        f"stand under [Methods](#methods_instrument). **Final** is the computed tier unless a person decides "
        f"otherwise and signs; {signed}. {_summary(findings.ratings)}"
    )


def _summary(ratings: Ratings) -> str:
    return f"{tier_summary(ratings).capitalize()}." if ratings.statements else ""


def _groups(brief: Brief, findings: Findings, ratings: Ratings) -> Iterator[Block]:
    """One table for each tier: inside it the order is the source document's, since the instrument gives none."""
    scale = ratings.instrument.tier
    for tier, statements in by_tier(brief.ranking.statements, ratings).items():
        level = next(level for level in scale.levels if level.id == tier)
        number = phrases.count(len(statements), "statement")
        yield Heading(f"{level.word}: {number}", f"ranking_{tier}")
        together = (
            " The instrument does not tell these apart: they stand in the order of the source document."
            if len(statements) > 1
            else ""
        )
        yield Paragraph(f"{level.meaning}{together}")
        rows = ([_row(statement, ratings.statements[statement.id], findings, ratings)] for statement in statements)
        yield from table(f"Statements whose final tier is {level.word.lower()}", COLUMNS, rows)


def _row(statement: Statement, rating: StatementRating, findings: Findings, ratings: Ratings) -> Row:
    support = findings.statements[statement.id]
    return Row(
        (
            _statement_cell(statement, findings),
            Cell(_tiers(statement, rating, ratings.instrument.tier)),
            Cell(_reasons(rating, findings, ratings)),
            Cell(lines_for(support, rating.tally, findings)),
            Cell(lines_against(support, rating.tally, findings)),
        )
    )


def _statement_cell(statement: Statement, findings: Findings) -> Cell:
    unsourced = len(findings.statements[statement.id].unsourced)
    claims = phrases.count(len(statement.claims), "claim")
    sourced = f"{claims}, {unsourced} without a source:" if unsourced else f"{claims}, all with a source:"
    return Cell(
        (
            Line(text=f"Statement {statement.id.lstrip('s')}", style="label"),
            Line(prose=statement.text, anchor=statement.id),
            *note_lines(statement.remark),
            *change_mark(statement.id, findings),
            Line(text=sourced, style="muted"),
            *claim_links(statement.claims),
        ),
        scope="row",
    )


def _tiers(statement: Statement, rating: StatementRating, scale: Scale) -> tuple[Line, ...]:
    word = {level.id: level.word for level in scale.levels}
    lines = [
        Line(text=f"Stated: {english.TIER[statement.stated]}"),
        Line(text=f"Computed: {word[rating.computed]}", style="word"),
        Line(text=_steps(statement.stated, rating.computed), style="muted"),
        Line(text=f"Final: {word[rating.final]}", style="word"),
    ]
    if final := statement.final:
        if final.by and final.date:
            lines.append(Line(text=f"signed: {final.by}, {phrases.date(final.date)}", style="muted"))
        lines += note_lines(final.reason)
    else:
        lines.append(Line(text="not signed", style="muted"))
    return tuple(lines)


def _steps(stated: Tier, computed: Tier) -> str:
    """How far the computed tier lies from the stated one."""
    order: tuple[Tier, ...] = get_args(Tier)
    steps = order.index(computed) - order.index(stated)
    if not steps:
        return "as stated"
    number = {1: "one step", 2: "two steps", 3: "three steps"}[abs(steps)]
    return f"{number} {'below' if steps > 0 else 'above'} the stated tier"


def _reasons(rating: StatementRating, findings: Findings, ratings: Ratings) -> tuple[Line, ...]:
    counted = counted_words(rating.counts, ratings.instrument)
    return (
        Line(text=f"Because {rating.reason}."),
        Line(text=f"Counted: {counted}.", style="muted"),
        *fragility_lines(rating, rating.computed, ratings.instrument.tier, findings),
    )


def _unrated_row(statement: Statement, findings: Findings) -> Row:
    support = findings.statements[statement.id]
    final = f"Final: {english.TIER[statement.final.tier]}" if statement.final else "Final: not signed"
    tiers = (Line(text=f"Stated: {english.TIER[statement.stated]}", style="word"), Line(text="Computed: not rated"))
    return Row(
        (
            _statement_cell(statement, findings),
            Cell((*tiers, Line(text=final), *note_lines(statement.final.reason if statement.final else None))),
            Cell((Line(text="No instrument was applied.", style="muted"),)),
            Cell(lines_for(support, None, findings)),
            Cell(lines_against(support, None, findings)),
        )
    )
