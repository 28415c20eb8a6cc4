"""Rules on words: no verb stronger than its evidence, no number that the data contradict, no quotation from nowhere.

In: a `Context`. Out: what each rule finds. One rule is one generator; its docstring is its page in the documentation.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.fields import ReferenceKey, cited_keys
from evibrief.evidence.instrument import Wording
from evibrief.evidence.source import Location
from evibrief.evidence.vocabulary import Certainty, Judgement, Tier
from evibrief.problems import suggest
from evibrief.rating.values import REFERENCE, values_of

_SENTENCE = re.compile(r"[^.;!?]+(?:[.;!?](?=\S)[^.;!?]*)*[.;!?]?")
"""A sentence, or the part of one before a semicolon; a point inside a number ends nothing."""

_NUMBER_OF_PEOPLE = re.compile(
    r"\bn\s*=\s*(\d[\d,]*)|(?<![\d.,–-])\b(\d[\d,]*)\s+(?:participants|patients|people|subjects|volunteers|controls)\b"
)
_QUOTATION = re.compile(r"“([^”]+)”|(?<![\w=])\"([^\"]+)\"")
_LOCATED = re.compile(r"\[[^\]]*@[\w:.#$%&+?<>~/-]+\s*,\s*[^\]]+\]")
SHORTEST_QUOTATION = 4
"""Words; fewer in quotation marks are a term that is talked about."""


def flat_wording(case: Context) -> Iterator[Finding]:
    """A claim that stands, stated flatly, though no undisputed study supports it.

    Flat words on no evidence, or on evidence that conflicts, are how a guess gets printed as a fact. Change the
    claim's `status`, say in `modality` that it is hedged, or add what it rests on.
    """
    if not case.ratings:
        return
    for location, claim in case.claims():
        level = case.ratings.claims.get(claim.id)
        if claim.modality == "asserted" and claim.status == "stands" and level in ("absent", "conflicting"):
            message = f"`{claim.id}` stands and is stated flatly, but its support is {level}"
            yield Finding((*location, "modality"), message, "correct `status` or `modality`, or add evidence")


def strong_wording(case: Context) -> Iterator[Finding]:
    """A verb that is stronger than the level of what it stands in allows.

    The instrument has a table of words: which may be used from which level on. `Reduces` beside `Weak` tells a reader
    two things at once, and the verb is the one that is remembered. Write `may`, `could`, or what was in fact seen, by
    whom and in whom.
    """
    if not case.ratings:
        return
    wording = case.ratings.instrument.wording
    for location, scale, level, text in _levelled(case):
        for sentence in _SENTENCE.findall(text):
            if word := _too_strong(sentence, wording, scale, level):
                message = f"“{word}” says more than the level `{level}` allows"
                yield Finding(location, message, "hedge it, or say what was seen and in whom", word)


def _levelled(case: Context) -> Iterator[tuple[Location, str, str, str]]:
    """Every text that has a level, with the scale and the level: statements, links, chains, the bottom line."""
    assert case.ratings
    ratings = case.ratings
    for location, statement in case.statements():
        yield (*location, "text"), "tier", ratings.statements[statement.id].final, statement.text
    for location, link in case.links():
        yield (*location, "text"), "judgement", ratings.links[link.id].judgement, link.text
    for location, mechanism in case.mechanisms():
        yield (*location, "summary"), "certainty", ratings.chains[mechanism.id].final, mechanism.summary
    for location, claim in case.claims():
        if claim.stated is None and claim.id in ratings.claims:
            yield (*location, "text"), "judgement", ratings.claims[claim.id], claim.text
    order = get_args(Certainty)
    best = min((chain.final for chain in ratings.chains.values()), key=order.index, default="very-low")
    yield ("brief", "bottom_line", "text"), "certainty", best, case.brief.brief.bottom_line.text


_ORDERS = {"tier": get_args(Tier), "judgement": get_args(Judgement), "certainty": get_args(Certainty)}


def _too_strong(sentence: str, wording: Wording, scale: str, level: str) -> str | None:
    """The first word of a sentence that its level does not allow, unless the sentence hedges or cites what was seen."""
    if _any_of(wording.hedges).search(sentence) or "@" in sentence:
        return None
    order = _ORDERS[scale]
    for group in wording.groups:
        found = _any_of(group.words).search(sentence)
        if found and order.index(level) > order.index(getattr(group, scale)):
            return found[0]
    return None


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b", re.IGNORECASE)


def never_word(case: Context) -> Iterator[Finding]:
    """A word that the instrument never allows, such as `validated`.

    Nothing is validated as such. Say what was checked, against what, by whom, and what was not.
    """
    if case.brief.instrument is None or not case.brief.instrument.wording.never:
        return
    never = _any_of(case.brief.instrument.wording.never)
    for location, text in case.texts():
        for word in dict.fromkeys(found[0] for found in never.finditer(text)):
            yield Finding(location, f"“{word}” is a word that says too much", "say what was checked, and how", word)


def quotation(case: Context) -> Iterator[Finding]:
    """Words in quotation marks without the publication and the place where they stand.

    A quotation that cannot be looked up is hearsay. Add `[@key, p. 3]` in the same text, or say it in your own words.
    Fewer than four words in quotation marks are taken for a term that is talked about.
    """
    for location, text in case.texts():
        for found in _QUOTATION.finditer(text):
            words = found[1] or found[2]
            if len(words.split()) >= SHORTEST_QUOTATION and not _LOCATED.search(text):
                hint = "add `[@key, p. 3]`, or say it in your own words"
                yield Finding(location, "this quotation has no source with a place", hint, words.split()[0])


def number_differs(case: Context) -> Iterator[Finding]:
    """A number of participants in a text that differs from the one in `studies.yaml`.

    One of the two is wrong, and readers will act on either. Correct it, or write `{key.n}`, which prints the number
    that the data have. A text about several publications is not looked at, since nobody can tell whose number it is.
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
    """Whether a text gives the sizes of groups, such as patients and controls, which together may be the study."""
    return named <= size and re.search(r"\bcontrols\b|\bagainst \d|\bof whom\b|\bcompleters\b", text) is not None


def _about_one_source(case: Context) -> Iterator[tuple[Location, ReferenceKey, str]]:
    """Findings with the publication that they are of, and sentences that cite just one."""
    findings = {(*location, "finding"): entry for location, entry in case.evidence()}
    for location, text in case.texts():
        if location in findings:
            yield location, findings[location].source, text
            continue
        for sentence in _SENTENCE.findall(text):
            keys = set(cited_keys(sentence))
            if len(keys) == 1:
                yield location, ReferenceKey(keys.pop()), sentence


def unknown_value(case: Context) -> Iterator[Finding]:
    """A reference such as `{smith2016.n}` that names no value.

    It would be printed as it stands. Names are: key of a publication with `n`, `design`, `population` or `year`; id of
    a dose with `amount` or `route`; id of a statement with `stated`, `computed` or `final`; id of a link with
    `judgement`; id of a mechanism with `certainty`; `counts` with `claims`, `stated`, `added`, `direct`, `unsourced`,
    `studies` or `references`.
    """
    values = None
    for location, text in case.texts():
        for found in REFERENCE.finditer(text):
            values = values or values_of(case.brief, case.findings)
            if found[1] not in values:
                yield Finding(location, f"`{found[0]}` names no value", suggest(found[1], values), found[0])


RULES: tuple[Rule, ...] = (
    error("quotation", quotation),
    error("number-differs", number_differs),
    error("unknown-value", unknown_value),
    warning("flat-wording", flat_wording),
    warning("strong-wording", strong_wording),
    warning("never-word", never_word),
)
