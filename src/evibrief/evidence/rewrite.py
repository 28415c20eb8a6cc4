"""Writes an upgrade into an author's files: what changes in each file, and what is left to a person.

In: a brief as it was read. Out: the new texts of its files. Comments, order and style of everything else stay as they
are, and every text is read back before it counts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from evibrief.evidence.fields import Plain
from evibrief.evidence.read_yaml import Composer, Recorder
from evibrief.evidence.source import SourceTree, Span
from evibrief.evidence.upgrade import NEWEST, Edit, edited, edits, format_of, near_people, tested
from evibrief.evidence.validate import read_records
from evibrief.evidence.walk import claims_of, entries
from evibrief.evidence.write_yaml import Patch, new_key, new_word, no_key, patched
from evibrief.problems import Place, Problem, Problems


@dataclass(frozen=True, slots=True)
class Rewriting:
    """An upgrade of a brief: the new text of each file that changes, as it is saved, with the changes in it.

    `left` are questions that only a person can answer. There is no file where the brief is in the newest format.
    """

    files: Mapping[str, str]
    edits: tuple[Edit, ...]
    left: tuple[Problem, ...]


def rewriting(source: SourceTree) -> Rewriting:
    """The upgrade of a brief that was read without a problem.

    Raises `Problems` if the result would not be a brief in the newest format, or if a file cannot be changed in place.
    """
    typed = source.as_typed
    if format_of(typed) == NEWEST:
        return Rewriting({}, (), ())
    found = tuple(edits(typed))
    tree = edited(typed, found)
    tree["brief"] = {**tree["brief"], "format": _plain_number(NEWEST)}
    upgraded = replace(source, tree=tree, typed=None)
    _, problems = read_records(upgraded)
    files, wrong = _files(source, found, tree)
    if problems or wrong:
        raise Problems((*problems, *wrong))
    return Rewriting(files, found, tuple(_left(upgraded)))


def _plain_number(number: int) -> Plain:
    plain = Plain(number)
    plain.kind = "int"
    return plain


def _files(
    source: SourceTree, found: tuple[Edit, ...], tree: Mapping[str, Any]
) -> tuple[Mapping[str, str], list[Problem]]:
    """The new text of each file, as it is saved; problems with files that cannot be changed in place."""
    patches: dict[str, list[Patch]] = {source.spans[("brief",)].path: [_format(source)]}
    for edit in found:
        span = source.spans[edit.location]
        patches.setdefault(span.path, []).append(_patch(edit, span, source))
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for path, mine in patches.items():
        text, saved = patched(source.texts[path], mine), source.saved.get(path, "")
        if _read_back(path, text, source, tree) and is_uniform(saved):
            files[path] = as_saved(text, saved)
        else:
            message = "this file cannot be changed in place"
            hint = "write one key per line, with the same line endings everywhere, or change it by hand"
            problems.append(Problem(Place(path), "rewrite", message, hint))
    return files, problems


def _format(source: SourceTree) -> Patch:
    """The line of brief.yaml that names the format."""
    brief, typed = source.spans[("brief",)], source.spans.get(("brief", "format"))
    if typed:
        return new_word(source.texts[typed.path], typed, str(NEWEST))
    first = min((span for way, span in source.keys.items() if way[0] == "brief"), key=lambda span: span.start)
    return new_key(source.texts[brief.path], brief, first, f"format: {NEWEST}")


def _patch(edit: Edit, span: Span, source: SourceTree) -> Patch:
    text = source.texts[span.path]
    if edit.word is not None:
        return new_word(text, span, edit.word)
    return no_key(text, source.spans[edit.location[:-1]], source.keys[edit.location], span)


def _read_back(path: str, text: str, source: SourceTree, tree: Mapping[str, Any]) -> bool:
    """Whether a file's new text says what the tree says."""
    root = next(way for way, span in source.spans.items() if span.path == path)
    recorder = Recorder()
    read = Composer(recorder, path, text, root).compose()
    wanted: Any = tree
    for step in root:
        wanted = wanted[step]
    return not recorder.problems and bool(read == wanted)


def is_uniform(saved: str) -> bool:
    """Whether all lines of a saved text end in the same way; empty if it was saved in the usual one."""
    return len(set(_LINE_END.findall(saved))) < 2


def as_saved(text: str, saved: str) -> str:
    """A text with the byte order mark and the line endings of the file that it replaces."""
    mark = "\ufeff" if saved.startswith("\ufeff") else ""
    ending = _LINE_END.search(saved)
    return mark + (text.replace("\n", ending[0]) if ending else text)


_LINE_END = re.compile(r"\r\n|\r|\n")


def _left(source: SourceTree) -> Iterator[Problem]:
    """What the upgrade cannot know."""
    near = near_people(source.tree)
    for location, claim in claims_of(source.tree):
        if said := _about(claim, near):
            yield Problem(source.place((*location, "about")), "upgrade", *said, "warning")
    for index, study in entries(source.tree.get("studies")):
        if said := _design(study):
            yield Problem(source.place(("studies", index, "design")), "upgrade", *said, "warning")


def _about(claim: Mapping[str, Any], near: frozenset[str]) -> tuple[str, str] | None:
    """What is doubtful about the subject of a claim, and what to do."""
    name, about, counted = f"`{claim['id']}`", claim["about"], list(tested(claim, near))
    if about == "direct" and not all(counted):
        return f"{name} is direct, and part of its evidence is not", "move that part to a claim of its own"
    if about in ("intervention", "condition", "bridge") and any(counted):
        return f"{name}: part of its evidence is direct", "move that part to a claim about what is `direct`"
    given = [entry.get("exposure") == "intervention" for _, entry in entries(claim.get("evidence"))]
    if about == "intervention" and given and not any(given):
        return f"{name}: nobody in its evidence received the intervention", "if it is not about it: `background`"
    return None


_NOTES = (
    ("protocol", r"protocol|no results"),
    ("non-randomised-trial", r"not randomi[sz]ed|non-?randomi[sz]ed"),
    ("meta-analysis", r"meta-?analy"),
)
"""Designs that a note may tell of."""


def _design(study: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is doubtful about the design of a study, and what to do."""
    name, design, note = f"`{study['reference']}`", study["design"], str(study.get("design_note", ""))
    for word, pattern in _NOTES:
        if design != word and re.search(pattern, note, re.IGNORECASE):
            return f"{name}: the design is `{design}`, and its note says “{note}”", f"is it a `{word}`?"
    if design in ("systematic-review", "pooled-analysis"):
        hint = "if it joins results by calculation: `meta-analysis`; say in `includes` and `pooled` what is in it"
        return f"{name}: format 2 tells reviews that calculate from others", hint
    return None
