"""Rules on wording: no verb stronger than its evidence, no number that contradicts the data, no unsourced quotation.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from evibrief.checks.rule import Context, Finding, Rule, as_it_is, error, warning
from evibrief.evidence.fields import ReferenceKey, cited_keys
from evibrief.evidence.instrument import AnyInstrument
from evibrief.evidence.source import Location
from evibrief.labels.gap_words import gap_words_in
from evibrief.problems import NEAR_ID, nearest_words
from evibrief.rating.decision_tables import rank
from evibrief.rating.ratings import Ratings
from evibrief.rating.values import VALUE_REFERENCE, values_of

_SENTENCE = re.compile(r"[^.;!?]+(?:[.;!?](?=\S)[^.;!?]*)*[.;!?]?")
"""A sentence, or a part of one up to a semicolon; a point inside a number does not end it."""

_NUMBER_OF_PEOPLE = re.compile(
    r"\bn\s*=\s*(\d[\d,]*)|(?<![\d.,–-])\b(\d[\d,]*)\s+(?:participants|patients|people|subjects|volunteers|controls)\b"
)
_QUOTATION = re.compile(r"“([^”]+)”|(?<![\w=])\"([^\"]+)\"")
_LOCATED = re.compile(r"\[[^\]]*@[\w:.#$%&+?<>~/-]+\s*,\s*[^\]]+\]")
SHORTEST_QUOTATION = 4
"""In words; fewer words in quotation marks are a term, not a quotation."""


def flat_wording(case: Context) -> Iterator[Finding]:
    """A claim with status `upheld` that no undisputed study supports, unless its modality says that it is hedged.

    A flat statement without evidence, or on conflicting evidence, prints a guess as a fact. Change the claim's
    `status`, set its `modality` to `hedged`, or add evidence.
    """
    if not case.ratings:
        return
    for location, claim in case.claims():
        level = case.ratings.claims.get(claim.id)
        if claim.modality in ("asserted", None) and claim.status == "upheld" and _is_open(level, case.ratings):
            message = f"`{claim.id}` has status `upheld` and is stated without a hedge, but its support is {level}"
            yield Finding((*location, "modality"), message, "correct `status` or `modality`, or add evidence")


def _is_open(level: str | None, ratings: Ratings) -> bool:
    """Whether studies conflict on a claim, or less supports it than that."""
    scale = ratings.instrument.judgement
    return level is not None and rank(scale, level) >= rank(scale, "conflicting")


def strong_wording(case: Context) -> Iterator[Finding]:
    """A verb that is stronger than the rating of its text allows.

    The instrument lists which words need which level. If a text says `reduces` and is rated `weak`, readers remember
    the verb. Write `may` or `could`, or say what was seen, by whom and in whom.
    """
    if not case.ratings:
        return
    for location, scale, level, text in _levelled(case):
        for sentence in _SENTENCE.findall(text):
            if word := _too_strong(sentence, case.ratings.instrument, scale, level):
                message = f"“{word}” is too strong for the level `{level}`"
                yield Finding(location, message, "hedge it, or say what was seen and in whom", word)


def _levelled(case: Context) -> Iterator[tuple[Location, str, str, str]]:
    """Every text with a level, its scale and level: statements, links, chains, added claims, the bottom line."""
    assert case.ratings
    ratings = case.ratings
    chains = ratings.chain_value
    for location, statement in case.statements():
        yield (*location, "text"), "tier", ratings.statements[statement.id].final, statement.text
    for location, link in case.links():
        yield (*location, "text"), "judgement", ratings.links[link.id].judgement, link.text
    for location, mechanism in case.mechanisms():
        yield (*location, "summary"), chains, ratings.chains[mechanism.id].final, mechanism.summary
    for location, claim in case.claims():
        if claim.stated is None and claim.id in ratings.claims:
            yield (*location, "text"), "judgement", ratings.claims[claim.id], claim.text
    order = [level.id for level in ratings.chain_scale.levels]
    best = min((chain.final for chain in ratings.chains.values()), key=order.index, default=order[-1])
    yield ("brief", "bottom_line", "text"), chains, best, case.brief.brief.bottom_line.text


def _too_strong(sentence: str, instrument: AnyInstrument, scale: str, level: str) -> str | None:
    """The first word of a sentence that its level does not allow, unless the sentence has a hedge or a citation."""
    wording = instrument.wording
    if _any_of(wording.hedges).search(sentence) or "@" in sentence:
        return None
    table = getattr(instrument, scale)
    for group in wording.groups:
        found = _any_of(group.words).search(sentence)
        if found and rank(table, level) > rank(table, getattr(group, scale)):
            return found[0]
    return None


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b", re.IGNORECASE)


def never_word(case: Context) -> Iterator[Finding]:
    """A word that the instrument never allows, such as `validated`.

    `Validated` alone says nothing. Say what was checked, against what, by whom, and what was not checked.
    """
    if case.brief.instrument is None or not case.brief.instrument.wording.never:
        return
    never = _any_of(case.brief.instrument.wording.never)
    for location, text in case.texts():
        for word in dict.fromkeys(found[0] for found in never.finditer(text)):
            yield Finding(location, f"“{word}” claims too much", "say what was checked, and how", word)


def gap_link(case: Context) -> Iterator[Finding]:
    """A link that is worded as a gap: it says that something is not known, not shown, unlikely or far off.

    A link is a step that would have to hold, and studies are counted for it. A study that confirms the lack would make
    the chain look better. Word the link as the step, and say what is not known in a claim with `about: gap`. In
    format 1 this is a warning, `gap-wording`.
    """
    if case.brief.brief.format > 1:
        yield from _gap_links(case)


_IS_A_GAP = "write the step here, and what is not known in a claim with `about: gap`"


def _gap_links(case: Context) -> Iterator[Finding]:
    language = case.brief.brief.language
    for location, link in case.links():
        if words := gap_words_in(link.text, language, link.kind == "exposure"):
            message = f"`{link.id}` is worded as a gap (“{words}”), and a link is a step that would have to hold"
            yield Finding((*location, "text"), message, _IS_A_GAP, words)


def gap_wording(case: Context) -> Iterator[Finding]:
    """A statement or claim that is rated and worded as a gap; in format 1 a link, too.

    Studies are counted for or against what is so. That something is not known is no reason to expect a benefit. Give
    the statement `kind: missing`, the claim `about: gap`, or say what would be so.
    """
    language, rated = case.brief.brief.language, _rated_claims(case)
    for location, statement in case.statements():
        if statement.kind == "reason" and (words := gap_words_in(statement.text, language)):
            message = f"`{statement.id}` is rated and worded as a gap: “{words}”"
            yield Finding((*location, "text"), message, "give it `kind: missing`, or say what would be so", words)
    for location, claim in case.claims():
        is_rated = claim.id in rated and claim.direction != "neutral" and claim.about not in ("gap", "background")
        if is_rated and (words := gap_words_in(claim.text, language)):
            message = f"`{claim.id}` is rated and worded as a gap: “{words}”"
            yield Finding((*location, "text"), message, "write `about: gap`, or say what would be so", words)
    if case.brief.brief.format == 1:
        yield from _gap_links(case)


def _rated_claims(case: Context) -> frozenset[str]:
    """The claims of the links, and of the statements that are reasons for a benefit."""
    of_statements = (name for _, one in case.statements() if one.kind == "reason" for name in one.claims)
    return frozenset((*of_statements, *(name for _, link in case.links() for name in link.all_claims)))


def quotation(case: Context) -> Iterator[Finding]:
    """A quotation without its publication and page.

    Readers must be able to look a quotation up. Add `[@key, p. 3]` in the same text, or use your own words. Fewer than
    four words in quotation marks count as a term, not a quotation.
    """
    for location, text in case.texts():
        for found in _QUOTATION.finditer(text):
            words = found[1] or found[2]
            if len(words.split()) >= SHORTEST_QUOTATION and not _LOCATED.search(text):
                hint = "add `[@key, p. 3]`, or use your own words"
                yield Finding(location, "this quotation has no source with a page", hint, words.split()[0])


def number_differs(case: Context) -> Iterator[Finding]:
    """A number of participants in a text that differs from the one in `studies.yaml`.

    One of the two is wrong, and readers may act on either. Correct it, or write `{key.n}`, which prints the number
    from the data. A text about several publications is not checked, because the number could belong to any of them.
    """
    sizes = {study.reference: study.n for study in case.brief.studies}
    for location, key, text in _about_one_source(case):
        size = sizes.get(key)
        found = list(_NUMBER_OF_PEOPLE.finditer(text))
        numbers = [int(re.sub(r"\D", "", one[1] or one[2])) for one in found]
        if isinstance(size, int) and numbers and size not in numbers and not _tells_groups(text, sum(numbers), size):
            message = f"“{found[0][0]}”, but studies.yaml has n = {size} for `{key}`"
            yield Finding(location, message, f"correct one of the two, or write `{{{key}.n}}`", found[0][0])


def _tells_groups(text: str, named: int, size: int) -> bool:
    """Whether a text gives the sizes of groups, such as patients and controls, that may add up to the study."""
    return named <= size and re.search(r"\bcontrols\b|\bagainst \d|\bof whom\b|\bcompleters\b", text) is not None


def _about_one_source(case: Context) -> Iterator[tuple[Location, ReferenceKey, str]]:
    """Findings with their publication, and sentences that cite exactly one."""
    findings = {(*location, "finding"): entry for location, entry in case.evidence()}
    for location, text in case.texts():
        if location in findings:
            yield location, findings[location].source, text
            continue
        for sentence in _SENTENCE.findall(text) if "@" in text else ():
            keys = set(cited_keys(sentence))
            if len(keys) == 1:
                yield location, ReferenceKey(keys.pop()), sentence


def unknown_value(case: Context) -> Iterator[Finding]:
    """A reference such as `{smith2016.n}` that names no value.

    It would be printed literally. These names exist: the key of a publication with `n`, `design`, `population` or
    `year`; the id of a dose with `amount` or `route`; of a statement with `stated`, `computed` or `final`; of a link
    with `judgement`; of a mechanism with `certainty`; `counts` with `claims`, `stated`, `added`, `direct`,
    `unsourced`, `studies` or `references`.
    """
    values = None
    for location, text in case.texts():
        for found in VALUE_REFERENCE.finditer(text):
            values = values or values_of(case.brief, case.findings)
            if found[1] not in values:
                hint = _hint_for_value(found[1], values, case)
                yield Finding(location, f"`{found[0]}` names no value", hint, found[0])


def _hint_for_value(name: str, values: Mapping[str, str], case: Context) -> str:
    """What the record before the point has; if it has nothing, why, or which record may be meant."""
    record = name.partition(".")[0]
    if own := [f"`{value}`" for value in values if value.partition(".")[0] == record]:
        return f"`{record}` has {', '.join(own)}"
    if not case.ratings and record in (*case.findings.statements, *case.findings.links):
        return "nothing is rated without an `instrument` under `methods` in brief.yaml"
    if near := nearest_words(name, list(values), 1, NEAR_ID):
        return f"did you mean `{near[0]}`?"
    return "before the point goes the id of a record, or the key of a publication"


RULES: tuple[Rule, ...] = (
    error("gap-link", gap_link),
    error("quotation", quotation, as_it_is),
    error("number-differs", number_differs),
    error("unknown-value", unknown_value, as_it_is),
    warning("flat-wording", flat_wording),
    warning("strong-wording", strong_wording),
    warning("never-word", never_word),
    warning("gap-wording", gap_wording),
)
