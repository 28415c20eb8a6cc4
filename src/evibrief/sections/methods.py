"""The section `methods`: how the evidence was searched, counted and rated, with the instrument's rules as tables."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, get_args

from evibrief.evidence.brief import Brief, Search
from evibrief.evidence.fields import Unknown
from evibrief.evidence.instrument import (
    AnyInstrument,
    Condition,
    DecisionRule,
    Instrument,
    LegInstrument,
    Level,
    Range,
    Scale,
    Sort,
)
from evibrief.evidence.vocabulary import About
from evibrief.labels import phrases
from evibrief.labels.groups import Sentences
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import table
from evibrief.sections.news import news_blocks


def instrument_blocks(instrument: AnyInstrument, words: Words) -> Iterator[Block]:
    """The instrument with all its rules, from the data that ratings are computed from."""
    captions, sentences = words.captions, words.sentences
    yield Heading(words.headings.instrument(instrument=instrument.name), "methods_instrument")
    yield Paragraph(sentences.instrument(title=escape(instrument.title), version=instrument.version))
    yield Paragraph(instrument.text)
    if isinstance(instrument, LegInstrument):
        yield from _tables_of_legs(instrument, words)
        return
    yield Paragraph(words.notes.first_that_fits)
    yield Bullets(tuple((Line(text=_sort_words(sort, instrument, words)),) for sort in instrument.sorts))
    for scale, title in (
        (instrument.tier, captions.scale_tier),
        (instrument.judgement, captions.scale_judgement),
        (instrument.certainty, captions.scale_certainty),
    ):
        rows = ([_level_row(level.id, scale, instrument, words)] for level in scale.levels)
        yield from table(title, _columns(words), rows)


def _columns(words: Words) -> tuple[tuple[str, int], ...]:
    names = words.columns
    return ((names.level, 14), (names.meaning, 28), (names.given_when, 58))


def _tables_of_legs(instrument: LegInstrument, words: Words) -> Iterator[Block]:
    """The table that decides a tier, then what its words mean, then the tables for links and chains."""
    captions = words.captions
    for scale, title in (
        (instrument.tier, captions.scale_tier),
        (instrument.leg, captions.scale_leg),
        (instrument.judgement, captions.scale_judgement),
        (instrument.support, captions.scale_support),
    ):
        columns = ((words.columns.level, 18), (words.columns.given_when, 82))
        rows = ([_leg_level_row(level, scale)] for level in scale.levels)
        yield from table(title, columns, rows)


def _leg_level_row(level: Level, scale: Scale) -> Row:
    """A level with the reason of each rule that gives it, which say all that the rules ask.

    Its meaning sums up several reasons; it repeats one that is alone, and is left out then.
    """
    reasons = [rule.reason for rule in scale.rules if rule.level == level.id]
    lines = [Line(text=f"{phrases.capital(reason)}.") for reason in reasons]
    meaning = () if len(reasons) == 1 else (Line(prose=level.meaning, style="muted"),)
    word = Line(text=phrases.capital(level.word), style="word")
    return Row((Cell((word,), scope="row"), Cell((*meaning, *lines))))


def _sort_words(sort: Sort, instrument: Instrument, words: Words) -> str:
    return sort.words if sort.id in instrument.contrary else words.sentences.never_contrary(sort=sort.words)


def _level_row(name: str, scale: Scale, instrument: Instrument, words: Words) -> Row:
    level = next(level for level in scale.levels if level.id == name)
    rules = [rule for rule in scale.rules if rule.level == name]
    lines = [Line(text=line) for rule in rules for line in _rule_words(rule, instrument, words)]
    lines = lines or [Line(text=words.notes.by_a_person)]
    return Row((Cell((Line(text=level.word, style="word"),), scope="row"), Cell((Line(prose=level.meaning),)),
                Cell(tuple(lines))))  # fmt: skip


def _rule_words(rule: DecisionRule, instrument: Instrument, words: Words) -> Iterator[str]:
    """One line for each set of conditions of a rule."""
    if not rule.when:
        yield words.notes.otherwise
    for line in rule.when:
        yield "; ".join(_condition_words(name, wanted, instrument, words) for name, wanted in line.items())


def _condition_words(name: str, wanted: Condition, instrument: Instrument, words: Words) -> str:
    if not isinstance(wanted, Range):
        named: tuple[Mapping[Any, str], ...] = (words.judgement, words.link, words.statement_kind)
        told = (next(group[word] for group in named if word in group) for word in wanted)
        return phrases.any_of((word.lower() for word in told), words)
    counted = {sort.id: sort.words for sort in instrument.sorts}
    counted |= {total.id: total.words for total in instrument.totals}
    what = counted.get(name, words.notes.contradicting_studies)
    return words.sentences.labelled(label=what, value=_number_words(wanted, words))


def _number_words(wanted: Range, words: Words) -> str:
    if wanted.high is None:
        return words.sentences.or_more(number=wanted.low)
    if wanted.low == wanted.high:
        return str(wanted.low) if wanted.low else words.notes.none
    return words.sentences.range(low=wanted.low, high=wanted.high)


def methods(brief: Brief, findings: Findings) -> Iterator[Block]:
    """How the evidence was found, counted, rated and checked; searches that found nothing; what was not done."""
    words, captions = findings.words, findings.words.captions
    yield Paragraph(brief.brief.methods.text)
    yield Heading(words.headings.counted, "methods_counts")
    yield Bullets(tuple((Line(text=sentence),) for sentence in count_sentences(findings)))
    yield Heading(words.headings.searches, "methods_searches")
    if not brief.brief.methods.searches:
        yield Paragraph(words.notes.no_search)
    yield from _searches(captions.searches, brief.brief.methods.searches, words)
    yield from _searches(captions.searches_in_vain, brief.brief.methods.negative_searches, words)
    yield from news_blocks(brief, findings)
    if brief.instrument:
        yield from instrument_blocks(brief.instrument, words)
    yield Heading(words.headings.reading, "methods_words")
    told = words.reading.model_dump(exclude=None if findings.has_document else {"candidate"})
    yield Bullets(tuple((Line(prose=sentence),) for sentence in told.values()))


def _searches(title: str, searches: Iterable[Search], words: Words) -> Iterator[Block]:
    """What was searched for and found; a place and a day are told once for all searches made there then."""
    names, places = words.columns, dict[tuple[str, date | Unknown], list[Search]]()
    for search in searches:
        places.setdefault((search.where, search.date), []).append(search)
    for (where, day), found in places.items():
        told = words.sentences.searched_at(title=title, where=where, date=phrases.date_or_unknown(day, words))
        columns = ((names.looked_for, 48), (names.found, 52))
        rows = ([Row((Cell((Line(prose=one.what),), scope="row"), Cell((Line(prose=one.found),))))] for one in found)
        yield from table(told, columns, rows)


def count_sentences(findings: Findings) -> tuple[str, ...]:
    """The counts of the evidence base in sentences, the most important first."""
    counts, plurals, sentences = findings.counts, findings.words.plurals, findings.words.sentences
    about, direction = (Counter(found) for found in (counts.about, counts.direction))
    total, claims = counts.stated + counts.added, findings.words.counts.claim(counts.stated + counts.added)
    origin = plurals.claims_own(total)
    if counts.stated:
        origin = plurals.claims_from_document(counts.stated, claims=claims, added=counts.added)
    return (
        plurals.claims_direct(counts.direct, claims=plurals.claims_in_all(total)),
        _by_subject(about, sentences),
        _sources(findings),
        origin,
        sentences.claims_by_direction(
            supporting=direction["supports"], opposing=direction["opposes"], neutral=direction["neutral"]
        ),
        _by_status(Counter(counts.status), sentences),
    )


def _by_subject(about: Counter[str], sentences: Sentences) -> str:
    if about["direct"] or about["background"]:
        return sentences.claims_by_leg(**{word: about[word] for word in get_args(About)})
    told = {word: about[word] for word in ("condition", "bridge", "gap")}
    return sentences.claims_by_subject(drug=about["intervention"], **told)


def _by_status(status: Counter[str], sentences: Sentences) -> str:
    told = {word: status[word] for word in ("upheld", "corrected", "contested", "unsupported")}
    if unexamined := status["unexamined"]:
        return sentences.claims_by_status_unexamined(**told, unexamined=unexamined)
    return sentences.claims_by_status(**told)


def _sources(findings: Findings) -> str:
    """How many claims have no source. `Not searched` and `searched but not found` must read differently."""
    counts, plurals = findings.counts, findings.words.plurals
    total, studies = counts.stated + counts.added, findings.words.counts.study(counts.studies)
    claims, sourced, attributed = findings.words.counts.claim(total), total - counts.unsourced, counts.attributed
    if counts.status.get("unexamined", 0) == total:
        if not findings.has_document:
            return plurals.sources_not_sought_own(total)
        return plurals.sources_not_sought(total, attributed=attributed)
    if not findings.has_document:
        return plurals.sources_found_own(sourced, claims=claims, studies=studies)
    found = findings.words.sentences
    return found.sources_found(sourced=sourced, claims=claims, attributed=attributed, studies=studies)
