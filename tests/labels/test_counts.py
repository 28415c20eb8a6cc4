"""Counts fit their words: one study, two studies."""

import re
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from evibrief.evidence.vocabulary import Tier
from evibrief.labels.languages import english
from evibrief.labels.sentence import Plural, Sentence
from evibrief.rating.ratings import Ratings
from evibrief.sections.rating_lines import chain_summary, tier_summary

MANY = re.compile(
    r"\{(\w+)\}[ ~\u00a0](?:different |stated )?"
    r"(?:are|have|rely|amounts|claims|comments|conclusions|gaps|harms|inferences|links|mechanisms|notices|pages|people|"
    r"pieces|problems|questions|references|statements|studies)\b"
)
"""A value before a word that fits many alone."""

COUNTED = {"claims", "references"}
"""Values that bring their own noun: `1 claim`."""


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text that is said whatever a number is, and the form for one of each that fits a number."""
    if isinstance(node, Plural):
        yield f"{path}.one", node.one
    elif isinstance(node, Sentence):
        yield path, node.text
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from texts(getattr(node, name), f"{path}.{name}")
    elif isinstance(node, Mapping):
        for name, child in node.items():
            yield from texts(child, f"{path}.{name}")


ALWAYS_MANY = {".captions.heavy_studies": "a limit of the program, which is four", ".web.shown": "no verb follows"}


def test_no_word_that_fits_many_follows_a_number_that_may_be_one() -> None:
    found = {path: text for path, text in texts(english()) if any(one not in COUNTED for one in MANY.findall(text))}
    assert set(found) == set(ALWAYS_MANY), found
    assert len(list(texts(english()))) > 200


FAULTS = ["{number} people", "{total} claims", "{others} rely on it", "of {total} references", "{bridge} inferences"]


@pytest.mark.parametrize("text", FAULTS)
def test_such_a_word_would_be_found(text: str) -> None:
    assert MANY.search(text)


def rated(tiers: list[str], levels: list[str]) -> Ratings:
    """Ratings with these final tiers of statements and levels of chains."""
    def scale(*names: str) -> SimpleNamespace:
        return SimpleNamespace(levels=[SimpleNamespace(id=one, word=one.capitalize()) for one in names])

    statements = {str(at): SimpleNamespace(final=tier, is_reason=True) for at, tier in enumerate(tiers)}
    chains = {str(at): SimpleNamespace(final=level) for at, level in enumerate(levels)}
    made: Any = SimpleNamespace(
        statements=statements, chains=chains, instrument=SimpleNamespace(tier=scale(*get_args(Tier))),
        chain_scale=scale("one", "many"),
    )  # fmt: skip
    return made  # type: ignore[no-any-return]


def test_one_statement_and_one_mechanism_are_told_as_one() -> None:
    words = english()
    assert tier_summary(rated(["weak"], []), words) == "the one statement is weak"
    assert tier_summary(rated(["strong"], []), words) == "the one statement is strong"
    told = tier_summary(rated(["weak", "weak", "gap"], []), words).replace("\u00a0", " ")
    assert told == "of 3 statements, 2 are weak and 1 gap; none is strong"
    assert chain_summary(rated([], ["many"]), words) == "many for the one mechanism"
    assert chain_summary(rated([], ["many"] * 2), words).replace("\u00a0", " ") == "many for each of 2 mechanisms"


def test_numbers_that_are_one_have_their_own_words() -> None:
    words = english()
    said = words.plurals.not_verified
    assert said(1, references="6 references") == "Of 6 references, 1 is not fully verified."
    assert said(3, references="6 references") == "Of 6 references, 3 are not fully verified."
    assert words.plurals.arm(1, label="push") == "push: 1 person"
    other = words.plurals.unsourced(1, unsourced=2, claims=words.counts.claim(3), studies=words.counts.study(1))
    assert other.startswith("No source is recorded for 2 of 3\u00a0claims. The other one relies on 1\u00a0study.")


def test_signs_of_our_own_are_of_one_kind() -> None:
    """A minus is a minus, and no percent sign is ours."""
    for path, text in texts(english()):
        assert not re.search(r"(?<!\w)-\d|%", text), path
