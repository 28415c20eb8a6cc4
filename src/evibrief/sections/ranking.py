"""The section `ranking`: the statements with stated, computed and final tier, and what the tiers depend on.

In: `Brief` and `Findings`. Out: blocks.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Statement
from evibrief.evidence.instrument import Scale
from evibrief.evidence.vocabulary import Tier
from evibrief.evidence.written import joined
from evibrief.labels import phrases
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import Ratings, StatementRating, by_tier
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import change_mark, claim_links, flowing, note_lines, table, tally_lines
from evibrief.sections.rating_lines import counted_lines, depends_lines, tier_summary, way_up_lines


def ranking(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The statements by final tier, each with its three tiers, the reason, the studies, and what they depend on."""
    words = findings.words
    if closing := brief.ranking.closing:
        plausibility, certainty = words.tier[closing.plausibility], words.certainty[closing.certainty]
        text = words.sentences.closing(
            line=closing.line, plausibility=plausibility.lower(), certainty=certainty.lower(), text=closing.text
        )
        yield Paragraph(text)
    yield Paragraph(_how_rated(brief, findings), style="callout")
    if findings.ratings:
        yield from _groups(brief, findings, findings.ratings)
        yield from _others(brief, findings)
    else:
        rows = ([_unrated_row(statement, findings)] for statement in brief.ranking.statements)
        yield from table(words.captions.ranking_unrated, _columns(words), rows)
    if names := brief.ranking.corrections:
        linked = phrases.all_of((f"[{name}](#{name})" for name in names), words)
        yield Paragraph(words.plurals.ranking_corrections(len(names), corrections=linked), style="note")


def _columns(words: Words) -> tuple[tuple[str, int], ...]:
    names = words.columns
    return ((names.statement, 32), (names.tiers_and_why, 36), (names.studies, 32))


def _how_rated(brief: Brief, findings: Findings) -> str:
    words, sentences = findings.words, findings.words.sentences
    decided = sum(statement.final is not None for statement in brief.ranking.statements)
    tiers = words.counts.final_tier(decided)
    signed = sentences.tiers_signed(tiers=tiers) if decided else words.notes.nobody_signed
    if not (ratings := findings.ratings):
        if findings.has_document:
            return sentences.tiers_unrated(signed=signed)
        return sentences.tiers_unrated_own(signed=signed)
    summary = f"{phrases.capital(tier_summary(ratings, words))}." if ratings.statements else ""
    if findings.has_document:
        return sentences.tiers_rated(instrument=ratings.instrument.name, signed=signed, summary=summary)
    return sentences.tiers_rated_own(instrument=ratings.instrument.name, signed=signed, summary=summary)


def _groups(brief: Brief, findings: Findings, ratings: Ratings) -> Iterator[Block]:
    """One table per tier; inside it the source document's order, because the instrument gives none."""
    words, scale = findings.words, ratings.instrument.tier
    for tier, statements in by_tier(brief.ranking.statements, ratings).items():
        level = next(level for level in scale.levels if level.id == tier)
        number = words.counts.statement(len(statements))
        yield Heading(words.headings.tier(tier=level.word, statements=number), f"ranking_{tier}")
        notes = words.notes
        order = notes.not_told_apart if findings.has_document else notes.not_told_apart_own
        ordered = f" {order}" if len(statements) > 1 else ""
        yield Paragraph(joined(level.meaning, ordered))
        ways = {one.id: tuple(way_up_lines(ratings.statements[one.id].ways_up, scale, words)) for one in statements}
        together = len(statements) > 1
        rows = ([_row(one, () if together else ways[one.id], findings, ratings)] for one in statements)
        yield from table(words.captions.ranking_tier(tier=level.word.lower()), _columns(words), rows)
        if together and (bullets := tuple(_ways_up(ways, words))):
            yield Paragraph(words.notes.ways_up)
            yield Bullets(bullets)


def _ways_up(ways: Mapping[str, tuple[Line, ...]], words: Words) -> Iterator[tuple[Line, ...]]:
    """What would move statements up, told once for all to which it applies."""
    names: dict[str, list[str]] = {}
    for name, lines in ways.items():
        for line in lines:
            names.setdefault(line.text, []).append(name.lstrip("s"))
    for way, numbers in names.items():
        listed = phrases.all_of(numbers, words)
        yield (Line(text=words.plurals.way_of_statements(len(numbers), way=way, statements=listed)),)


def _others(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Statements that are no reason for a benefit: they have no tier and no counts, and a place of their own."""
    words, names = findings.words, findings.words.columns
    others = [statement for statement in brief.ranking.statements if statement.kind != "reason"]
    rows = ([_other_row(statement, findings)] for statement in others)
    columns = ((names.statement, 60), (names.what, 40))
    if blocks := table(words.captions.ranking_others, columns, rows):
        yield Heading(words.headings.not_rated, "ranking_others")
        yield Paragraph(words.notes.others_not_rated)
        yield from blocks


def _other_row(statement: Statement, findings: Findings) -> Row:
    words = findings.words
    kind = Line(text=words.statement_kind[statement.kind], style="word")
    stated = (Line(text=words.sentences.stated(tier=words.tier[statement.stated])),) if statement.stated else ()
    return Row((_statement_cell(statement, findings), Cell((kind, *stated))))


def _row(statement: Statement, ways: tuple[Line, ...], findings: Findings, ratings: Ratings) -> Row:
    rating = ratings.statements[statement.id]
    return Row(
        (
            _statement_cell(statement, findings),
            flowing(
                *_tiers(statement, rating, ratings.instrument.tier, findings.words),
                *_reasons(rating, findings, ratings),
                *ways,
            ),
            _sides(statement, findings),
        )
    )


def _sides(statement: Statement, findings: Findings) -> Cell:
    claims = claim_links(statement.claims, findings)
    return flowing(*tally_lines(findings.tally(statement.id), findings), *claims)


def _statement_cell(statement: Statement, findings: Findings) -> Cell:
    words, sentences = findings.words, findings.words.sentences
    claims = words.counts.claim(len(statement.claims))
    sourced = sentences.all_with_source(claims=claims)
    if unsourced := len(findings.statements[statement.id].unsourced):
        sourced = sentences.some_without_source(claims=claims, number=unsourced)
    return flowing(
            Line(text=sentences.statement(number=statement.id.lstrip("s")), style="label"),
            Line(prose=statement.text, anchor=statement.id),
            *note_lines(statement.remark),
            *change_mark(statement.id, findings),
            Line(text=sourced, style="muted"),
        scope="row",
    )


def _tiers(statement: Statement, rating: StatementRating, scale: Scale, words: Words) -> tuple[Line, ...]:
    sentences = words.sentences
    word = {level.id: level.word for level in scale.levels}
    lines = [
        *_stated(statement, words),
        Line(text=sentences.computed(tier=word[rating.computed]), style="word"),
        *((Line(text=_steps(statement.stated, rating.computed, words), style="muted"),) if statement.stated else ()),
        Line(text=sentences.final(tier=word[rating.final]), style="word"),
    ]
    if final := statement.final:
        if final.by and final.date:
            told = sentences.signed_tier(by=final.by, date=phrases.date(final.date, words))
            lines.append(Line(text=told, style="muted"))
        lines += note_lines(final.reason)
    else:
        lines.append(Line(text=words.notes.not_signed, style="muted"))
    return tuple(lines)


def _stated(statement: Statement, words: Words, style: Literal["", "word"] = "") -> tuple[Line, ...]:
    """The tier that the source document gives, if there is one."""
    if not statement.stated:
        return ()
    return (Line(text=words.sentences.stated(tier=words.tier[statement.stated]), style=style),)


def _steps(stated: Tier, computed: Tier, words: Words) -> str:
    """How far the computed tier is from the stated one."""
    order: tuple[Tier, ...] = get_args(Tier)
    steps = order.index(computed) - order.index(stated)
    if not steps:
        return words.notes.as_stated
    return (words.steps_below if steps > 0 else words.steps_above)[abs(steps) - 1]


def _reasons(rating: StatementRating, findings: Findings, ratings: Ratings) -> tuple[Line, ...]:
    words, scale = findings.words, ratings.instrument.tier
    return (
        Line(text=words.sentences.because(reason=rating.reason)),
        *counted_lines(rating, ratings, words),
        *depends_lines(rating, scale, findings),
    )


def _unrated_row(statement: Statement, findings: Findings) -> Row:
    words, sentences = findings.words, findings.words.sentences
    final = words.notes.final_not_signed
    if statement.final:
        final = sentences.final(tier=words.tier[statement.final.tier])
    tiers = (*_stated(statement, words, "word"), Line(text=words.notes.computed_not_rated))
    return Row(
        (
            _statement_cell(statement, findings),
            flowing(
                *tiers,
                Line(text=final),
                *note_lines(statement.final.reason if statement.final else None),
                Line(text=words.notes.no_instrument, style="muted"),
            ),
            _sides(statement, findings),
        )
    )
