"""The words of a language, read from its file in `templates/labels/`, once in a process.

In: a language by its tag, such as `en-GB`. Out: `Words`.
"""

from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from evibrief import resources
from evibrief.evidence.fields import HINT
from evibrief.evidence.read_folder import read_one
from evibrief.evidence.source import SourceTree
from evibrief.labels.words import Words
from evibrief.problems import Problem, Problems

ENGLISH = "en"

LABELS_ROOT = "labels"
"""The name under which a file of labels stands in its tree."""

_SAID = {
    "missing": ("this is missing", "add it: every language has the same labels"),
    "extra_forbidden": ("no label is called this", "remove it, or correct its name"),
    "literal_error": ("no value is called this", "remove it, or correct its name"),
}


@cache
def words_in(language: str) -> Words:
    """The words of a language that there are labels for: asked for thousands of times by one build.

    Raises `Problems` for a file of labels that is not right, and `LookupError` where there is none.
    """
    path = resources.labels(language)
    if path is None:
        raise LookupError(language)
    return read_words(path)


def tag_of(language: str) -> str:
    """The tag of the labels that serve a language: `en` for `en-GB`; `en` as well where there are none."""
    path = resources.labels(language)
    return path.stem if path else ENGLISH


def english() -> Words:
    """The words for what is written in English only: messages of the program, and an archive of several languages."""
    return words_in(ENGLISH)


@cache
def read_words(path: Path) -> Words:
    """One file of labels. Raises `Problems` with the place of each label that is missing, unknown or wrong."""
    source, problems = read_one(path, LABELS_ROOT)
    if problems:
        raise Problems(problems)
    try:
        return Words.model_validate(source.tree[LABELS_ROOT])
    except ValidationError as error:
        raise Problems(_problem(detail, source) for detail in error.errors(include_url=False)) from error


def _problem(detail: ErrorDetails, source: SourceTree) -> Problem:
    way = (LABELS_ROOT, *(step for step in detail["loc"] if step != "[key]"))
    unknown = detail["type"] in ("extra_forbidden", "literal_error")
    place = source.place_of_key(way) if unknown else source.place(way)
    message, hint = _SAID.get(detail["type"], (detail["msg"], detail.get("ctx", {}).get(HINT, "")))
    return Problem(place, "label", f"{'.'.join(map(str, way[1:]))}: {message}", hint)
