"""Turns a reviewer's edit into a proposed change of one field; nothing is changed silently.

In: matched remarks and the `SourceTree` they are about. Out: `Proposal`s. If the edited text belongs to exactly one
field, the proposal has a patch of its file for `git apply` in the brief's folder. The patch keeps comments, order and
line endings, and prints exactly what was typed. If the text comes from several fields or from a template, the proposal
lists the fields it may come from.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, get_args

from evibrief.evidence.brief import type_of
from evibrief.evidence.fields import is_prose
from evibrief.evidence.file_patches import file_patch
from evibrief.evidence.source import SourceTree
from evibrief.evidence.write_yaml import with_scalar
from evibrief.problems import Place
from evibrief.review.escaping import escaped, opened_plainly
from evibrief.review.place import FieldText, Placed, field_texts

EDITS = frozenset({"insertion", "deletion", "replacement", "move", "untracked"})
CONTEXTS = (12, 8, 5, 3, 2, 1)
"""How many words on each side of an edit are searched for, the most specific first."""

FEWEST_WORDS_OF_EDIT = 3
"""With fewer words than this the place of an edit is not searched for."""

_ALIKE = {"'": "['’‘]", "’": "['’‘]", "‘": "['’‘]", '"': '["“”]', "“": '["“”]', "”": '["“”]', "-": "[-–]", "–": "[-–]"}


_UNSEEN = dict.fromkeys((0x2060, 0xFEFF))
"""The word joiner, and the older sign for it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed change of one field: the text before and after, and the patch of its file.

    `keys` lists the remarks it comes from: several if different remarks propose the same text. Without a patch,
    `candidates` lists the fields that the edited words may come from, and `why` says what is unclear.
    """

    keys: tuple[str, ...]
    authors: tuple[str, ...]
    record: str
    field: str
    place: Place | None
    was: str
    now: str
    patch: str
    candidates: tuple[FieldText, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Edit:
    """An edit: the words before it, the words removed and added, and the words after it."""

    left: tuple[str, ...]
    removed: str
    added: str
    right: tuple[str, ...]


def proposals(placed: Iterable[Placed], source: SourceTree) -> tuple[Proposal, ...]:
    """One proposal for each edited text, in document order."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Placed]] = {}
    for one in placed:
        if one.remark.kind in EDITS and _seen(one.remark.before) != _seen(one.remark.after):
            groups.setdefault((one.remark.before, one.remark.after, one.records), []).append(one)
    texts = tuple(field_texts(source))
    edits = Counter(before for before, _, _ in groups)
    few = {before for before, count in edits.items() if count <= MOST_EDITS} if len(groups) <= MOST_TEXTS else set()
    return tuple(
        _proposal(group, texts, source) if before in few else _too_many(group)
        for (before, _, _), group in groups.items()
    )


def _seen(text: str) -> str:
    """The words that a reader sees, with one space between them."""
    return " ".join(text.translate(_UNSEEN).split())


MOST_EDITS, MOST_TEXTS = 40, 300
"""The most edits of one text, and in all, that are matched: with more, the file is practically another document."""


def _too_many(group: Sequence[Placed]) -> Proposal:
    first = group[0]
    authors = tuple(dict.fromkeys(one.remark.author or "unknown" for one in group))
    why = f"there are more than {MOST_EDITS} edits of this text, or {MOST_TEXTS} in all; change it by hand"
    record = first.records[0] if first.records else ""
    keys = tuple(one.remark.key for one in group)
    return Proposal(
        keys, authors, record, "", first.place, first.remark.before, _seen(first.remark.after), "", first.fields, why
    )


def _proposal(group: Sequence[Placed], texts: Sequence[FieldText], source: SourceTree) -> Proposal:
    first = group[0]
    before, after = first.remark.before, _seen(first.remark.after)
    keys = tuple(one.remark.key for one in group)
    authors = tuple(dict.fromkeys(one.remark.author or "unknown" for one in group))
    edit = _edit(first.remark.before, first.remark.after)
    own = [text for text in texts if text.record in first.records]
    found = list(_applied(edit, own))
    if not found and (there := [field for field, _ in _applied(_undone(edit), own)]):
        why = "the data already say so"
        return Proposal(keys, authors, there[0].record, "", there[0].place, before, after, "", tuple(there), why)
    found = found or list(_whole(edit, own)) or list(_applied(edit, texts))
    if len(found) == 1:
        field, now = found[0]
        if patch := _patch(source, field, now, _as_written(edit, field)):
            return Proposal(keys, authors, field.record, field.field, field.place, field.text, now, patch)
        why = "the YAML of this field could not be changed in place; change it by hand"
        return Proposal(keys, authors, field.record, field.field, field.place, field.text, now, "", (field,), why)
    candidates = tuple(field for field, _ in found) or first.fields or tuple(own)
    why = "the edited words are in several fields" if found else "no single field has the edited words"
    if not found and any(text.location[0] == "doses" for text in own):
        candidates, why = (), _DOSE
    record = first.records[0] if first.records else ""
    place = candidates[0].place if len(candidates) == 1 else first.place
    return Proposal(keys, authors, record, "", place, before, after, "", candidates, why)


_DOSE = "an amount is printed from several fields: read the source again, and change them by hand"
"""Of a dose the texts beside its amount are not listed: a new number must not go into one of them."""


def _whole(edit: _Edit, own: Iterable[FieldText]) -> Iterator[tuple[FieldText, str]]:
    """The fields of the record that are nothing but the edited words, which are too few to be searched for."""
    before = (*edit.left, *edit.removed.split(), *edit.right)
    for text in own:
        end = _mark_of(text.text) if not edit.right else ""
        if edit.removed and text.location[0] != "doses" and tuple(text.text.removesuffix(end).split()) == before:
            now = " ".join((*edit.left, _as_written(edit, text).added, *edit.right)) + end
            yield text, now


def changed_words(was: str, now: str) -> tuple[int, int]:
    """The range of words (start, end) of `was` that differs from `now`; empty if words were only added."""
    old, new = was.split(), now.split()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, len(old) - end


def _edit(before: str, after: str) -> _Edit:
    """The edit in whole words, with the words around it.

    Words are parted at any space, so a no-break space of the page ends in no file. A word joiner may come from a page
    too, and nobody sees it: it is left out of what was added.
    """
    old, new = before.split(), after.split()
    start, stop = changed_words(before, after)
    end = len(old) - stop
    removed, added = " ".join(old[start : len(old) - end]), _seen(" ".join(new[start : len(new) - end]))
    mark = _mark_of(removed) if removed and added else ""
    if mark and added.endswith(mark):
        # A full stop or citation number after the last word stays; the field has another mark in its place.
        return _Edit(tuple(old[:start]), removed[: -len(mark)], added[: -len(mark)], ())
    return _Edit(tuple(old[:start]), removed, added, tuple(old[len(old) - end :]))


def _mark_of(text: str) -> str:
    """What follows the last letter of a text."""
    end = len(text)
    while end and not (text[end - 1].isascii() and text[end - 1].isalpha()):
        end -= 1
    return text[end:]


def _applied(edit: _Edit, texts: Iterable[FieldText]) -> Iterator[tuple[FieldText, str]]:
    """The fields in which the edit fits in exactly one place, with their new text."""
    for text in texts:
        if (now := _edited(_as_written(edit, text), text.text)) is not None:
            yield text, opened_plainly(now, text.text) if _is_markdown(text) else now


def _undone(edit: _Edit) -> _Edit:
    """The reverse edit: it fits where this edit was already made."""
    return replace(edit, removed=edit.added, added=edit.removed)


def _as_written(edit: _Edit, field: FieldText) -> _Edit:
    """The edit as written into a field: plain words, escaped if the field is Markdown."""
    return replace(edit, added=escaped(edit.added)) if _is_markdown(field) else edit


def _is_markdown(field: FieldText) -> bool:
    names = [part for part in field.location if isinstance(part, str)]
    return names[-1] in _markdown_fields(type_of(names[0]))


@cache
def _markdown_fields(kind: Any) -> frozenset[str]:
    """The names of the Markdown fields of a record type and of the types inside it."""
    seen: set[Any] = set()
    found: set[str] = set()

    def look(kind: Any, name: str) -> None:
        if is_prose(kind):
            found.add(name)
        fields = getattr(kind, "model_fields", None)
        if fields and kind not in seen:
            seen.add(kind)
            for own, info in fields.items():
                if any(is_prose(one) for one in info.metadata):
                    found.add(own)
                look(info.annotation, own)
        for inner in get_args(kind):
            look(inner, name)

    look(kind, "")
    return frozenset(found)


def _edited(edit: _Edit, text: str) -> str | None:
    """A text with the edit applied, located by as many of the surrounding words as possible; None if unclear."""
    for left, right in _contexts(edit):
        matches = list(_pattern(left, edit.removed, right).finditer(text))
        if len(matches) > 1:
            return None
        if matches:
            return _with(edit, matches[0], text, bool(left), bool(right))
    return None


def _with(edit: _Edit, found: re.Match[str], text: str, left: bool, right: bool) -> str | None:
    """The text with the edit applied at a match. Markup around it is kept; None if the edit would split markup."""
    before, after = text[: found.end("left")], text[found.start("right") :]
    if edit.removed and edit.added:
        return before + (found["before"] or "") + edit.added + (found["after"] or "") + after
    if edit.added:
        gap = found["before"] or ""
        at = max((place for place, letter in enumerate(gap) if letter.isspace()), default=0)
        space = " " * (not gap and right)
        return before + gap[:at] + " " * left + edit.added + (gap[at:] or space) + after
    opened, closed = (re.sub(r"\s+", " ", found[name] or "") for name in ("before", "after"))
    cited = "".join(re.findall(r" ?\[-?@[^\]]*\]", opened + closed))
    marks = [re.sub(r"\[-?@[^\]]*\]|\s", "", gap) for gap in (opened, closed)]
    if marks[0] != marks[1]:
        return None
    return before + cited + " " * (left and right) + after


def _contexts(edit: _Edit) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words before and after an edit, ever fewer; also one side alone, because a citation may be on the other."""
    for count in CONTEXTS:
        left, right = edit.left[-count:], edit.right[:count]
        for pair in ((left, right), (left, ()), ((), right)):
            enough = sum(map(len, pair)) + len(edit.removed.split()) >= FEWEST_WORDS_OF_EDIT
            if enough and (edit.removed or pair == (left, right)):
                yield pair


@lru_cache(maxsize=64)
def _pattern(left: tuple[str, ...], removed: str, right: tuple[str, ...]) -> re.Pattern[str]:
    """The pattern that finds an edit. Cached, because the same edit is searched for in many texts."""
    inside = _words(removed.split())
    # Words added at an end of the text belong there, inside any quotation marks that YAML needs.
    start, end = "" if left or inside else r"\A[\"']?", "" if right or inside else r"(?=[\"']?\s*\Z)"
    before = f"(?P<before>{_GAP if left and (inside or right) else ''})"
    after = f"(?P<after>{_GAP if right and inside else ''})"
    return re.compile(
        rf"{start}(?<!\w)(?P<left>{_words(left)}){before}{inside}{after}(?P<right>{_words(right)})(?!\w){end}"
    )


_GAP = r"(?:[*_]*\s*(?:\[-?@[^\]]*\])?[*_]*\s+[*_]*)"
"""What may be between two consecutive words of the page: space, emphasis, a citation."""


def _words(words: Sequence[str]) -> str:
    return _GAP.join("".join(map(_letter, word)) for word in words)


def _letter(letter: str) -> str:
    """The pattern of a character in the source: punctuation may have a backslash before it."""
    return ("" if letter.isalnum() else r"\\?") + _ALIKE.get(letter, re.escape(letter))


def _patch(source: SourceTree, field: FieldText, now: str, edit: _Edit) -> str:
    """The change of the file as a patch; empty if the YAML cannot be changed in this place alone."""
    span = source.spans[field.location]
    text = source.texts[span.path]
    changed = with_scalar(text, span, now, _edited(edit, text[span.start : span.end]))
    if changed is None:
        return ""
    return file_patch(source, span.path, changed)
