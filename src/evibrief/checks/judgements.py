"""Rules on what a person typed beside what is computed: the plausibility, the certainty, what is known.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar, get_args

from evibrief.checks.rule import Context, Finding, Rule, warning
from evibrief.evidence.fields import ReferenceKey, cited_keys
from evibrief.evidence.instrument import LegInstrument
from evibrief.evidence.vocabulary import Certainty, Tier
from evibrief.rating.ratings import CERTAINTIES, Ratings, StatementRating
from evibrief.rating.support import study_of
from evibrief.rating.values import fill_text, values_of

_Level = TypeVar("_Level", bound=str)
_TIERS: tuple[str, ...] = get_args(Tier)


def typed_plausibility(case: Context) -> Iterator[Finding]:
    """A plausibility in the bottom line that differs from the tiers of the statements.

    Page 1 prints both. A tier that no statement has, and one below the best of them, are found. Write what was
    computed, or print it from the data: `{s1.final}`. What the source document says of itself may be repeated.
    """
    rated, closing = _rated(case), case.brief.ranking.closing
    found = dict(_typed_levels(case, "plausibility", case.findings.words.tier))
    if rated and found and not (closing and set(found.values()) == {closing.plausibility}):
        told = ", ".join(f"`{name}` {rating.final}" for name, rating in rated.items())
        hint = "write what is computed, or sign another tier"
        for word in _not_computed(found, rated.values()):
            message = f"“{word}” is typed, and the statements are rated: {told}"
            yield Finding(_of_bottom_line("plausibility"), message, hint, word)


def _not_computed(found: Mapping[str, str], ratings: Collection[StatementRating]) -> Sequence[str]:
    """The words that name a tier of no statement; if there are none, the first one if all are below the best tier."""
    given = {tier for rating in ratings for tier in (rating.computed, rating.final)}
    wrong = [word for word, tier in found.items() if tier not in given]
    best = min(_TIERS.index(rating.final) for rating in ratings)
    return wrong or list(found)[: best < min(map(_TIERS.index, found.values()))]


def _rated(case: Context) -> Mapping[str, StatementRating]:
    """The ratings of the statements that are reasons for a benefit, by id."""
    names = [statement.id for _, statement in case.statements() if statement.kind == "reason"]
    return {name: case.ratings.statements[name] for name in names} if case.ratings else {}


def _of_bottom_line(field: str) -> tuple[str, ...]:
    return ("brief", "bottom_line", field)


def _typed_levels(case: Context, field: str, words: Mapping[_Level, str]) -> Iterator[tuple[str, _Level]]:
    """The levels that a field of the bottom line names, each with the word as typed."""
    text = getattr(case.brief.brief.bottom_line, field)
    if "{" in text:
        text = fill_text(text, values_of(case.brief, case.findings))
    levels = {word.casefold(): level for level, word in words.items()}
    for found in _any_level(tuple(levels)).finditer(text):
        yield found[0], levels[" ".join(found[0].casefold().split())]


@cache
def _any_level(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    patterns = (r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


def typed_certainty(case: Context) -> Iterator[Finding]:
    """A certainty in the bottom line that is higher than the evidence allows.

    Certainty is about an effect in people with the condition. With an instrument that computes it for chains, it is no
    higher than that of the best one. With another, `moderate` and `high` need a study for it of the intervention in
    people with the condition or a close one.
    """
    if not case.ratings:
        return
    found = dict(_typed_levels(case, "certainty", case.findings.words.certainty))
    closing = case.brief.ranking.closing
    if closing and set(found.values()) == {closing.certainty}:
        return
    highest, why = _highest_certainty(case, case.ratings)
    for word, level in found.items():
        if CERTAINTIES.index(level) < CERTAINTIES.index(highest):
            hint = "write what the evidence allows, or add the evidence"
            yield Finding(_of_bottom_line("certainty"), f"“{word}” is typed, and {why}", hint, word)


def _highest_certainty(case: Context, ratings: Ratings) -> tuple[Certainty, str]:
    """The highest certainty that may be typed, and why it is no higher."""
    if isinstance(ratings.instrument, LegInstrument):
        tested = any(map(_is_tested, _rated(case).values()))
        return "high" if tested else "low", "no study of the intervention in people with the condition is for it"
    finals = {chain.final for chain in ratings.chains.values()}
    best = next((level for level in CERTAINTIES if level in finals), CERTAINTIES[0])
    return best, f"no chain has more than `{best}`"


def _is_tested(rating: StatementRating) -> bool:
    """Whether a study of the intervention in people with the condition is for a statement."""
    return any(rating.tally.kinds.get(unit) == "direct" for unit in rating.tally.supporting.studies)


def known_without_study(case: Context) -> Iterator[Finding]:
    """A line under `known` without a source, or with sources of which none counts anywhere.

    It is printed as what is known. Cite a study that counts for or against a statement or a link, or put the sentence
    under `not_known`.
    """
    if not (case.ratings and case.brief.brief.known):
        return
    statements, links = case.ratings.statements.values(), case.ratings.links.values()
    tallies = [*(rating.tally for rating in statements), *(rating.tally for rating in links)]
    counted = {str(unit) for tally in tallies for unit in tally.studies}
    for index, text in enumerate(case.brief.brief.known):
        keys = [ReferenceKey(key) for key in dict.fromkeys(cited_keys(text))]
        if not any(_counts(key, counted, case) for key in keys):
            told = ", ".join(f"`{key}`" for key in keys)
            why = f"none of its sources counts for a statement or a link: {told}" if keys else "it has no source"
            hint = "cite a study that counts, or put it under `not_known`"
            yield Finding(("brief", "known", index), f"this is printed as known, and {why}", hint)


def _counts(key: ReferenceKey, counted: set[str], case: Context) -> bool:
    """Whether a publication, or another report of the same study or participants, is in a tally."""
    if key in counted or study_of(key, case.findings.studies) in counted:
        return True
    study = case.findings.studies.get(key)
    cohort = study.cohort if study else None
    return cohort is not None and any(one.cohort == cohort and one.reference in counted for one in case.brief.studies)


RULES: tuple[Rule, ...] = (
    warning("typed-plausibility", typed_plausibility),
    warning("typed-certainty", typed_certainty),
    warning("known-without-study", known_without_study),
)
