"""Ratings in words, for all sections that print them: tiers, counts, judgements, and what a rating depends on."""

from collections.abc import Mapping
from typing import get_args

from evibrief.evidence.claims import Statement
from evibrief.evidence.instrument import Instrument, Scale
from evibrief.evidence.vocabulary import Certainty, Tier
from evibrief.labels import phrases
from evibrief.labels.groups import Notes
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.rate import ChainRating, LinkRating, Ratings, StatementRating, WithoutStudy
from evibrief.sections.blocks import Line


def tier_summary(ratings: Ratings, words: Words) -> str:
    """`of 10 statements, 2 are medium, 5 weak and 3 gap; none is strong`: the final tiers, counted."""
    finals = [rating.final for rating in ratings.statements.values()]
    levels = {level.id: level.word.lower() for level in ratings.instrument.tier.levels}
    met = [(finals.count(tier), levels[tier]) for tier in get_args(Tier) if tier in finals]
    told = [words.plurals.tier_first(number, tier=level) for number, level in met[:1]]
    told += [words.sentences.number_of(number=number, what=level) for number, level in met[1:]]
    statements, tiers = words.counts.statement(len(finals)), phrases.listed(told, words)
    best: Tier = get_args(Tier)[0]
    if best in finals:
        return words.sentences.tier_summary(statements=statements, tiers=tiers)
    return words.sentences.tier_summary_none(statements=statements, tiers=tiers, best=levels[best])


def certainty_summary(ratings: Ratings, words: Words) -> str:
    """`very low for each of 7 mechanisms`: the certainty of the chains, counted."""
    order: tuple[Certainty, ...] = get_args(Certainty)
    sentences, finals = words.sentences, [chain.final for chain in ratings.chains.values()]
    levels = {level.id: level.word.lower() for level in ratings.instrument.certainty.levels}
    mechanisms = words.counts.mechanism(len(finals))
    if len(set(finals)) == 1:
        return sentences.certainty_each(level=levels[finals[0]], mechanisms=mechanisms)
    met = [level for level in order if level in finals]
    told = (sentences.certainty_for(level=levels[level], number=finals.count(level)) for level in met)
    return sentences.certainty_of(levels=phrases.listed(told, words), mechanisms=mechanisms)


def tier_words(statement: Statement, findings: Findings) -> tuple[str, str]:
    """The stated and the computed tier of a statement, as words; the first is empty without a source document."""
    words = findings.words
    stated = words.tier[statement.stated] if statement.stated else ""
    if not findings.ratings:
        return stated, words.notes.not_rated
    word = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
    return stated, word[findings.ratings.statements[statement.id].computed]


def final_word(statement: Statement, findings: Findings) -> str:
    """The final tier of a statement as a word."""
    if findings.ratings:
        word = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
        return word[findings.ratings.statements[statement.id].final]
    return findings.words.tier[statement.final.tier] if statement.final else findings.words.notes.not_rated


def counted_words(counts: Mapping[str, int], instrument: Instrument, words: Words) -> str:
    """`studies of other people: 2; studies that contradict: 1`: what was counted, without what was not found."""
    labelled, notes = words.sentences.labelled, words.notes
    told = [labelled(label=sort.words, value=counts[sort.id]) for sort in instrument.sorts if counts[sort.id]]
    against = labelled(label=notes.contradicting_studies, value=counts["contrary"] or notes.none)
    return "; ".join((*(told or [notes.no_study_for]), against))


def fragility_lines(
    rating: StatementRating | LinkRating, level: str, scale: Scale, findings: Findings
) -> tuple[Line, ...]:
    """What the level would be without a single study: this shows readers how much depends on how little."""
    words, word = findings.words, {one.id: one.word.lower() for one in scale.levels}
    if not rating.fragility:
        return (Line(text=words.notes.no_single_study, style="muted"),)
    lines, order = [], list(word)
    lower = [one for one in rating.fragility if order.index(one.level) >= order.index(level)]
    for change in rating.fragility:
        name = f"{escape(phrases.short_name(findings.references[change.study]))} [@{change.study}]"
        what = _hold(change, rating, change not in lower, len(lower) > 1, words.notes)
        lines.append(Line(prose=words.sentences.without_study(what=what, study=name, level=escape(word[change.level]))))
    return tuple(lines)


def _hold(
    change: WithoutStudy, rating: StatementRating | LinkRating, higher: bool, is_one_of_several: bool, notes: Notes
) -> str:
    """How a level depends on a study: held down by it (without it the level is higher), carried, or disputed by it."""
    if higher:
        return notes.held_down_by_one
    if change.study not in rating.tally.supporting:
        return notes.disputed_by_one
    return notes.needs_this_one if is_one_of_several else notes.rests_on_one


def judgement_lines(rating: LinkRating, instrument: Instrument) -> tuple[Line, ...]:
    """How well a link is supported: the word and the reason."""
    word = next(level.word for level in instrument.judgement.levels if level.id == rating.judgement)
    return (Line(text=word, style="word"), Line(text=rating.reason, style="muted"))


def chain_sentence(chain: ChainRating, titles: Mapping[str, str], instrument: Instrument, words: Words) -> str:
    """The certainty of a mechanism, why, and which links are to blame."""
    word = {level.id: escape(level.word.lower()) for level in instrument.certainty.levels}
    links = phrases.listed((f"[{titles[name]}](#{name})" for name in chain.weakest), words)
    sentences, level, computed = words.sentences, word[chain.final], word[chain.computed]
    if chain.final != chain.computed:
        return sentences.chain_signed(level=level, computed=computed, reason=escape(chain.reason), links=links)
    return sentences.chain(level=level, reason=escape(chain.reason), links=links)
