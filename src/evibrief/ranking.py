"""The ratings on the page: the ranking with its three tiers, the instrument's rules, and what the ratings hang on.

In: `Brief` and `Findings`. Out: blocks, decided and worded, as in `sections`. The rules are printed from the same data
that the ratings are computed from, so that the page cannot disagree with the computation.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

from evibrief import charts, words
from evibrief.derive import Findings
from evibrief.evidence import Statement
from evibrief.instrument import Condition, Instrument, Range, Rule, Scale
from evibrief.model import Brief
from evibrief.page import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.rating import ChainRating, Change, LinkRating, Ratings, StatementRating, by_tier
from evibrief.sections import change_mark, claim_links, escape, note_lines, study_lines, table
from evibrief.vocabulary import Certainty, Tier

COLUMNS = (("Statement", 30), ("Tiers", 14), ("Why, and what it hangs on", 24), ("Studies for", 16), ("Against", 16))


def ranking(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The statements by final tier: stated, computed and final tier, the reason, the studies, and what it hangs on."""
    if closing := brief.ranking.closing:
        text = (
            f"The source document closes (line {closing.line}) with: plausibility "
            f"**{words.TIER[closing.plausibility].lower()}**, certainty of the clinical evidence "
            f"**{words.CERTAINTY[closing.certainty].lower()}**. {closing.text}"
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
        linked = words.listed(f"[{name}](#{name})" for name in names)
        yield Paragraph(f"Corrections that concern the ranking as a whole: {linked}.", style="note")


def _how_rated(brief: Brief, findings: Findings) -> str:
    stated = "**Stated** is the tier that the source document gives."
    decided = sum(statement.final is not None for statement in brief.ranking.statements)
    signed = f"{words.count(decided, 'final tier')} signed by a person" if decided else "nobody has signed one"
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


def tier_summary(ratings: Ratings) -> str:
    """`of 10 statements, 2 are medium, 5 weak and 3 gap; none is strong`: the final tiers, counted."""
    finals = [rating.final for rating in ratings.statements.values()]
    levels = {level.id: level.word.lower() for level in ratings.instrument.tier.levels}
    met = [f"{finals.count(tier)} {levels[tier]}" for tier in get_args(Tier) if tier in finals]
    verb = "is" if met and met[0].startswith("1 ") else "are"
    best: Tier = get_args(Tier)[0]
    none = "" if best in finals else f"; none is {levels[best]}"
    listed = words.listed(met)
    return f"of {words.count(len(finals), 'statement')}, {listed.replace(' ', f' {verb} ', 1)}{none}"


def certainty_summary(ratings: Ratings) -> str:
    """`of 7 mechanisms, 7 are very low`: the certainty of the chains, counted."""
    order: tuple[Certainty, ...] = get_args(Certainty)
    finals = [chain.final for chain in ratings.chains.values()]
    levels = {level.id: level.word.lower() for level in ratings.instrument.certainty.levels}
    if len(set(finals)) == 1:
        return f"{levels[finals[0]]} for each of {words.count(len(finals), 'mechanism')}"
    met = [f"{levels[level]} for {finals.count(level)}" for level in order if level in finals]
    return f"{words.listed(met)} of {words.count(len(finals), 'mechanism')}"


def _groups(brief: Brief, findings: Findings, ratings: Ratings) -> Iterator[Block]:
    """One table for each tier: inside it the order is the source document's, since the instrument gives none."""
    scale = ratings.instrument.tier
    for tier, statements in by_tier(brief.ranking.statements, ratings).items():
        level = next(level for level in scale.levels if level.id == tier)
        number = words.count(len(statements), "statement")
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
    against = (*rating.tally.contradicting, *(key for key in support.mixed if key not in rating.tally.contradicting))
    for_lines = study_lines(rating.tally.supporting, findings)
    disputed = tuple(
        Line(prose=f"disputed: {escape(words.short_name(findings.references[key]))} [@{key}]", style="muted")
        for key in rating.tally.disputed
    )
    return Row(
        (
            _statement_cell(statement, findings),
            Cell(_tiers(statement, rating, ratings.instrument.tier)),
            Cell(_reasons(rating, findings, ratings)),
            Cell((*for_lines, *disputed)),
            Cell(study_lines(against, findings)),
        )
    )


def tier_words(statement: Statement, findings: Findings) -> tuple[str, str]:
    """The stated and the computed tier of a statement, as words."""
    if not findings.ratings:
        return words.TIER[statement.stated], "Not rated"
    word = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
    return words.TIER[statement.stated], word[findings.ratings.statements[statement.id].computed]


def final_word(statement: Statement, findings: Findings) -> str:
    """The final tier of a statement as a word."""
    if findings.ratings:
        word = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
        return word[findings.ratings.statements[statement.id].final]
    return words.TIER[statement.final.tier] if statement.final else "Not rated"


def _statement_cell(statement: Statement, findings: Findings) -> Cell:
    unsourced = len(findings.statements[statement.id].unsourced)
    claims = words.count(len(statement.claims), "claim")
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
        Line(text=f"Stated: {words.TIER[statement.stated]}"),
        Line(text=f"Computed: {word[rating.computed]}", style="word"),
        Line(text=_steps(statement.stated, rating.computed), style="muted"),
        Line(text=f"Final: {word[rating.final]}", style="word"),
    ]
    if final := statement.final:
        if final.by and final.date:
            lines.append(Line(text=f"signed: {final.by}, {words.date(final.date)}", style="muted"))
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


def counted_words(counts: Mapping[str, int], instrument: Instrument) -> str:
    """`studies of other people: 2; studies that contradict: 1`: what was counted, without what was not found."""
    told = [f"{sort.words}: {counts[sort.id]}" for sort in instrument.sorts if counts[sort.id]]
    against = f"studies that contradict: {counts['contrary'] or 'none'}"
    return "; ".join((*(told or ["studies for it: none"]), against))


def fragility_lines(
    rating: StatementRating | LinkRating, level: str, scale: Scale, findings: Findings
) -> tuple[Line, ...]:
    """What the level would be without one study: the line that tells a reader how much hangs on how little."""
    word = {one.id: one.word.lower() for one in scale.levels}
    if not rating.fragility:
        return (Line(text="No single study changes this.", style="muted"),)
    lines = []
    for change in rating.fragility:
        name = f"{escape(words.short_name(findings.references[change.study]))} [@{change.study}]"
        what = _hold(change, rating, level, list(word))
        lines.append(Line(prose=f"**{what}:** without {name} it would be {word[change.level]}."))
    return tuple(lines)


def _hold(change: Change, rating: StatementRating | LinkRating, level: str, order: list[str]) -> str:
    """How a level hangs on a study: carried by it, held down by it, or disputed by it alone."""
    if order.index(change.level) < order.index(level):
        return "Held down by one study"
    return "Rests on one study" if change.study in rating.tally.supporting else "Disputed by one study alone"


def _unrated_row(statement: Statement, findings: Findings) -> Row:
    support = findings.statements[statement.id]
    final = f"Final: {words.TIER[statement.final.tier]}" if statement.final else "Final: not signed"
    tiers = (Line(text=f"Stated: {words.TIER[statement.stated]}", style="word"), Line(text="Computed: not rated"))
    return Row(
        (
            _statement_cell(statement, findings),
            Cell((*tiers, Line(text=final), *note_lines(statement.final.reason if statement.final else None))),
            Cell((Line(text="No instrument was applied.", style="muted"),)),
            Cell(study_lines(support.supporting, findings)),
            Cell(study_lines((*support.contradicting, *support.mixed), findings)),
        )
    )


def judgement_lines(rating: LinkRating, instrument: Instrument) -> tuple[Line, ...]:
    """How well a link is supported, as a word with its reason."""
    word = next(level.word for level in instrument.judgement.levels if level.id == rating.judgement)
    return (Line(text=word, style="word"), Line(text=rating.reason, style="muted"))


def chain_sentence(chain: ChainRating, titles: Mapping[str, str], instrument: Instrument) -> str:
    """The certainty of a mechanism, why, and which links are to blame."""
    word = {level.id: level.word.lower() for level in instrument.certainty.levels}
    numbers = words.listed(f"[{titles[name]}](#{name})" for name in chain.weakest)
    computed = f"**Certainty of this chain: {word[chain.final]}**"
    if chain.final != chain.computed:
        computed += f" by a signed decision; computed: {word[chain.computed]}"
    return f"{computed}, because {chain.reason} ({numbers}). A chain is never more certain than its weakest link."


def instrument_blocks(instrument: Instrument) -> Iterator[Block]:
    """The instrument with all its rules, as they are computed."""
    yield Heading(f"How ratings are computed: {instrument.name}", "methods_instrument")
    yield Paragraph(f"**{instrument.title}**, version {instrument.version}.")
    yield Paragraph(instrument.text)
    sorts = tuple((Line(text=f"{sort.words}{_of_what(instrument, sort.id)}"),) for sort in instrument.sorts)
    yield Paragraph("A study is counted as the first of these that fits it:")
    yield Bullets(sorts)
    for scale, title in (
        (instrument.tier, "Plausibility of a statement"),
        (instrument.judgement, "How well a link is supported"),
        (instrument.certainty, "Certainty of a link; a chain has that of its weakest link"),
    ):
        columns = (("Level", 14), ("What it means", 28), ("Given when", 58))
        rows = ([_level_row(level.id, scale, instrument)] for level in scale.levels)
        yield from table(title, columns, rows)


def _of_what(instrument: Instrument, sort: str) -> str:
    return "" if sort in instrument.contrary else " (never counted as contradiction)"


def _level_row(name: str, scale: Scale, instrument: Instrument) -> Row:
    level = next(level for level in scale.levels if level.id == name)
    rules = [rule for rule in scale.rules if rule.level == name]
    lines = [Line(text=line) for rule in rules for line in _rule_words(rule, instrument)]
    lines = lines or [Line(text="by nobody but a person, with a signature and a reason")]
    return Row((Cell((Line(text=level.word, style="word"),), scope="row"), Cell((Line(prose=level.meaning),)),
                Cell(tuple(lines))))  # fmt: skip


def _rule_words(rule: Rule, instrument: Instrument) -> Iterator[str]:
    """One line for each set of conditions of a rule."""
    if not rule.when:
        yield "otherwise"
    for line in rule.when:
        yield "; ".join(_condition_words(name, wanted, instrument) for name, wanted in line.items())


def _condition_words(name: str, wanted: Condition, instrument: Instrument) -> str:
    if not isinstance(wanted, Range):
        named = words.STATEMENT_KIND | words.LINK | words.JUDGEMENT
        return " or ".join(named[word].lower() for word in wanted)
    counted = {sort.id: sort.words for sort in instrument.sorts}
    counted |= {total.id: total.words for total in instrument.totals}
    return f"{counted.get(name, 'studies that contradict')}: {_number_words(wanted)}"


def _number_words(wanted: Range) -> str:
    if wanted.high is None:
        return f"{wanted.low} or more"
    if wanted.low == wanted.high:
        return str(wanted.low) if wanted.low else "none"
    return f"{wanted.low} to {wanted.high}"


def rating_limits(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What the ratings hang on, and what a person let pass: statements on one study, overrides, candidate sources."""
    yield Heading("What the ratings hang on", "limits_ratings")
    entries = [*_fragile(brief, findings), *_candidates(brief, findings)]
    yield Bullets(tuple((line,) for line in entries))
    yield Heading("Rules that a person let pass", "limits_overrides")
    if not findings.overrides:
        yield Paragraph("No rule of the check was overridden.")
    columns = (("Record", 16), ("Rule", 18), ("Reason", 42), ("Signed", 24))
    yield from table("Overrides", columns, ([_override_row(*one)] for one in findings.overrides))


def _fragile(brief: Brief, findings: Findings) -> Iterator[Line]:
    if not findings.ratings:
        yield Line(text="No instrument was applied: nothing was computed that could hang on one study.")
        return
    rated = findings.ratings.statements
    fragile = [statement for statement in brief.ranking.statements if rated[statement.id].fragility]
    alone = [statement for statement in fragile if rated[statement.id].rests_on]
    total = len(brief.ranking.statements)
    linked = words.listed(f"[{statement.id.lstrip('s')}](#{statement.id})" for statement in fragile)
    yield Line(
        prose=f"The computed tier of {len(fragile)} of {total} statements would change without one single study"
        f"{f' (statements {linked})' if fragile else ''}; {len(alone)} would fall."
    )


def _candidates(brief: Brief, findings: Findings) -> Iterator[Line]:
    entries = [entry for claim in brief.all_claims for entry in claim.evidence]
    candidate = sum(entry.basis == "candidate" for entry in entries)
    yield Line(text=f"{candidate} of {len(entries)} pieces of evidence come from candidate sources.")
    full = findings.verification.get("verified", 0)
    yield Line(text=f"{len(brief.studies) - full} of {len(brief.studies)} references are not fully verified.")


def _override_row(record: str, rule: str, reason: str, signed: str) -> Row:
    name = (Line(links=(record,), style="identifier"),) if record else (Line(text="the brief as a whole"),)
    return Row((Cell(name, scope="row"), Cell((Line(text=rule),)), Cell((Line(prose=reason),)),
                Cell((Line(text=signed),))))  # fmt: skip
