"""Ratings in words, for every section that prints them: tiers, counts, what a rating depends on, signed judgements."""

from collections.abc import Mapping
from typing import get_args

from evibrief.evidence.claims import Statement
from evibrief.evidence.instrument import Instrument, Scale
from evibrief.evidence.vocabulary import Certainty, Tier
from evibrief.labels import english, phrases
from evibrief.labels.markdown import escape
from evibrief.rating.findings import Findings
from evibrief.rating.rate import ChainRating, LinkRating, Ratings, StatementRating, WithoutStudy
from evibrief.sections.blocks import Line


def tier_summary(ratings: Ratings) -> str:
    """`of 10 statements, 2 are medium, 5 weak and 3 gap; none is strong`: the final tiers, counted."""
    finals = [rating.final for rating in ratings.statements.values()]
    levels = {level.id: level.word.lower() for level in ratings.instrument.tier.levels}
    met = [f"{finals.count(tier)} {levels[tier]}" for tier in get_args(Tier) if tier in finals]
    verb = "is" if met and met[0].startswith("1 ") else "are"
    best: Tier = get_args(Tier)[0]
    none = "" if best in finals else f"; none is {levels[best]}"
    listed = phrases.listed(met)
    return f"of {phrases.count(len(finals), 'statement')}, {listed.replace(' ', f' {verb} ', 1)}{none}"


def certainty_summary(ratings: Ratings) -> str:
    """`of 7 mechanisms, 7 are very low`: the certainty of the chains, counted."""
    order: tuple[Certainty, ...] = get_args(Certainty)
    finals = [chain.final for chain in ratings.chains.values()]
    levels = {level.id: level.word.lower() for level in ratings.instrument.certainty.levels}
    if len(set(finals)) == 1:
        return f"{levels[finals[0]]} for each of {phrases.count(len(finals), 'mechanism')}"
    met = [f"{levels[level]} for {finals.count(level)}" for level in order if level in finals]
    return f"{phrases.listed(met)} of {phrases.count(len(finals), 'mechanism')}"


def tier_words(statement: Statement, findings: Findings) -> tuple[str, str]:
    """The stated and the computed tier of a statement, as words."""
    if not findings.ratings:
        return english.TIER[statement.stated], "Not rated"
    word = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
    return english.TIER[statement.stated], word[findings.ratings.statements[statement.id].computed]


def final_word(statement: Statement, findings: Findings) -> str:
    """The final tier of a statement as a word."""
    if findings.ratings:
        word = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
        return word[findings.ratings.statements[statement.id].final]
    return english.TIER[statement.final.tier] if statement.final else "Not rated"


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
        name = f"{escape(phrases.short_name(findings.references[change.study]))} [@{change.study}]"
        what = _hold(change, rating, level, list(word))
        lines.append(Line(prose=f"**{what}:** without {name} it would be {word[change.level]}."))
    return tuple(lines)


def _hold(change: WithoutStudy, rating: StatementRating | LinkRating, level: str, order: list[str]) -> str:
    """How a level hangs on a study: carried by it, held down by it, or disputed by it alone."""
    if order.index(change.level) < order.index(level):
        return "Held down by one study"
    return "Rests on one study" if change.study in rating.tally.supporting else "Disputed by one study alone"


def judgement_lines(rating: LinkRating, instrument: Instrument) -> tuple[Line, ...]:
    """How well a link is supported, as a word with its reason."""
    word = next(level.word for level in instrument.judgement.levels if level.id == rating.judgement)
    return (Line(text=word, style="word"), Line(text=rating.reason, style="muted"))


def chain_sentence(chain: ChainRating, titles: Mapping[str, str], instrument: Instrument) -> str:
    """The certainty of a mechanism, why, and which links are to blame."""
    word = {level.id: level.word.lower() for level in instrument.certainty.levels}
    numbers = phrases.listed(f"[{titles[name]}](#{name})" for name in chain.weakest)
    computed = f"**Certainty of this chain: {word[chain.final]}**"
    if chain.final != chain.computed:
        computed += f" by a signed decision; computed: {word[chain.computed]}"
    return f"{computed}, because {chain.reason} ({numbers}). A chain is never more certain than its weakest link."
