"""Finds the words by which a sentence says that something is not known, in the language of a brief.

In: a sentence and a language. Out: the first such words. They are data, in a file for each language in
`templates/gap-words/`; in a language without a file nothing is found.
"""

import re
from collections.abc import Iterable
from functools import cache

from evibrief import resources

_MARKS = ("exposure:", "but not:")


def gap_words_in(sentence: str, language: str, is_exposure: bool = False) -> str:
    """The words in a sentence that make it a gap, as they are typed, or `?` for a question; empty if there are none.

    With `is_exposure` the sentence is a step about doses, where `far above` says that they are out of reach.
    """
    always, of_exposure, but_not = _patterns(language)
    asked = (always, of_exposure) if is_exposure else (always,)
    rest = but_not.sub("", sentence)
    found = next(filter(None, (pattern.search(rest) for pattern in asked)), None)
    return found[0] if found else "?" * sentence.rstrip().endswith("?")


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What is looked for in any sentence, in one about doses alone, and what is left out of account."""
    lines = resources.gap_words(language)
    exposure, but_not = ([line.removeprefix(mark) for line in lines if line.startswith(mark)] for mark in _MARKS)
    always = [line for line in lines if not line.startswith(_MARKS)]
    return _any_phrase(always), _any_phrase(exposure), _any_phrase(but_not)


def _any_phrase(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for whole words of any of the phrases, which may go on in the next line; without phrases, for none."""
    written = (r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\b(?:{'|'.join(written) or '(?!)'})\b", re.IGNORECASE)
