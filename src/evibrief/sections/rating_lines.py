"""Ratings in words, for all sections that print them: tiers, counts, judgements, and what a rating depends on."""

from collections.abc import Iterator, Mapping
from typing import cast, get_args

from evibrief.evidence.claims import Statement
from evibrief.evidence.instrument import Instrument, LegInstrument, Scale
from evibrief.evidence.vocabulary import FurtherKind, Tier
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.leg_tables import NO_STUDY
from evibrief.rating.ratings import ChainRating, Fall, LinkRating, Ratings, StatementRating, word_of
from evibrief.rating.ways_up import Further, WayUp
from evibrief.sections.blocks import Line

MOST_WAYS = 2
"""The most ways to one tier that are printed; the others take as many studies."""


def tier_summary(ratings: Ratings, words: Words) -> str:
    """`of 7 statements, 2 are medium, 5 weak; none is strong`: the final tiers of reasons for a benefit, counted."""
    finals = [rating.final for rating in ratings.statements.values() if rating.is_reason]
    levels = {level.id: level.word.lower() for level in ratings.instrument.tier.levels}
    met = [(finals.count(tier), levels[tier]) for tier in get_args(Tier) if tier in finals]
    told = [words.plurals.tier_first(number, tier=level) for number, level in met[:1]]
    told += [words.sentences.number_of(number=number, what=level) for number, level in met[1:]]
    if len(finals) == 1:
        return words.sentences.tier_of_one(tier=levels[finals[0]])
    statements, tiers = words.counts.statement(len(finals)), phrases.all_of(told, words)
    best: Tier = get_args(Tier)[0]
    if best in finals:
        return words.sentences.tier_summary(statements=statements, tiers=tiers)
    return words.sentences.tier_summary_none(statements=statements, tiers=tiers, best=levels[best])


def chain_summary(ratings: Ratings, words: Words) -> str:
    """`very low for each of 7 mechanisms`: the levels of the chains, counted."""
    sentences, finals = words.sentences, [chain.final for chain in ratings.chains.values()]
    levels = {level.id: level.word.lower() for level in ratings.chain_scale.levels}
    mechanisms = words.counts.mechanism(len(finals))
    if len(set(finals)) == 1:
        return words.plurals.certainty_each(len(finals), level=levels[finals[0]])
    told = (
        sentences.certainty_for(level=word, number=finals.count(level))
        for level, word in levels.items() if level in finals
    )  # fmt: skip
    return sentences.certainty_of(levels=phrases.all_of(told, words), mechanisms=mechanisms)


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


def counted_lines(rating: StatementRating, ratings: Ratings, words: Words) -> Iterator[Line]:
    """What was counted: by an instrument by sorts the numbers, by one by legs the word of each leg."""
    instrument = ratings.instrument
    if isinstance(instrument, Instrument):
        counted = _counted_words(rating.counts, instrument, words)
        yield Line(text=words.sentences.counted(counted=counted), style="muted")
        return
    for leg, word in rating.legs.items():
        told = words.sentences.labelled(label=words.leg[leg], value=word_of(instrument.leg, word))
        yield Line(text=told, style="muted")


def _counted_words(counts: Mapping[str, int], instrument: Instrument, words: Words) -> str:
    """`studies of other people: 2; studies that contradict: 1`: what was counted, without what was not found."""
    labelled, notes = words.sentences.labelled, words.notes
    told = [labelled(label=sort.words, value=counts[sort.id]) for sort in instrument.sorts if counts[sort.id]]
    against = labelled(label=notes.contradicting_studies, value=counts["contrary"] or notes.none)
    return "; ".join((*(told or [notes.no_study_for]), against))


def depends_lines(rating: StatementRating, scale: Scale, findings: Findings) -> tuple[Line, ...]:
    """What a tier depends on. Where no study was counted, there is none that it could depend on."""
    if not rating.tally.studies:
        return (Line(text=findings.words.notes.no_study_counted, style="muted"),)
    return fall_lines(rating.falls, scale, findings)


def fall_lines(falls: tuple[Fall, ...], scale: Scale, findings: Findings) -> tuple[Line, ...]:
    """What the level would be without a single study: this shows readers how much depends on how little."""
    words, notes = findings.words, findings.words.notes
    if not falls:
        return (Line(text=notes.no_single_study, style="muted"),)
    told = (_fall(fall, scale, findings) for fall in falls)
    label = (notes.rests_on_one, notes.needs_both)[len(falls) - 1] if len(falls) < 3 else notes.needs_each
    return (Line(prose=words.sentences.without_study(what=label, falls="; ".join(told))),)


def _fall(fall: Fall, scale: Scale, findings: Findings) -> str:
    name = f"{escape(phrases.short_name(findings.references[fall.without]))} [@{fall.without}]"
    sentences = findings.words.sentences
    if fall.level in NO_STUDY:  # "not searched" and "none found" say what was done, not what is left
        return sentences.fall_to_nothing(study=name)
    return sentences.fall(level=escape(word_of(scale, fall.level).lower()), study=name)


def way_up_lines(ways: tuple[WayUp, ...], scale: Scale, words: Words) -> Iterator[Line]:
    """What would move a statement up: for each better tier the fewest further studies that would give it."""
    for tier in dict.fromkeys(way.tier for way in ways):
        told = [_further(way.further, words) for way in ways if way.tier == tier][:MOST_WAYS]
        yield Line(text=words.sentences.way_up(tier=word_of(scale, tier), studies=words.lists.either.join(told)))


def _further(further: tuple[Further, ...], words: Words) -> str:
    told = (words.further[_kind(one)](one.number) for one in further)
    return phrases.all_of(told, words)


def _kind(one: Further) -> FurtherKind:
    of_people = "controlled" if one.controlled else "uncontrolled"
    return cast(FurtherKind, f"{one.leg} {of_people if one.stream == 'people' else one.stream}")


def judgement_lines(rating: LinkRating, ratings: Ratings, words: Words) -> tuple[Line, ...]:
    """How well a link is supported: the word and the reason, and how many of its claims have a study."""
    word = word_of(ratings.instrument.judgement, rating.judgement)
    lines = (Line(text=word, style="word"), Line(text=rating.reason, style="muted"))
    if rating.claims < 2:
        return lines
    studied = words.sentences.claims_studied(studied=rating.studied, claims=words.counts.claim(rating.claims))
    return (*lines, Line(text=studied, style="muted"))


def chain_sentence(chain: ChainRating, titles: Mapping[str, str], ratings: Ratings, words: Words) -> str:
    """The level of a mechanism, why, and which links are to blame."""
    scale, sentences = ratings.chain_scale, words.sentences
    level, computed = (escape(word_of(scale, one).lower()) for one in (chain.final, chain.computed))
    links = phrases.all_of((f"[{titles[name]}](#{name})" for name in chain.weakest), words)
    reason = escape(chain.reason)
    if isinstance(ratings.instrument, LegInstrument):
        return sentences.chain_support(level=level, reason=reason, links=links)
    if chain.final != chain.computed:
        return sentences.chain_signed(level=level, computed=computed, reason=reason, links=links)
    return sentences.chain(level=level, reason=reason, links=links)
