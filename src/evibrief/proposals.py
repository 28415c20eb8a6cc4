"""A reviewer's edit as a proposal: what one line of one file would say, never a change made in silence.

In: placed remarks and the `Source` that they are about. Out: `Proposal`s. Where the edited sentence is exactly one
field, a proposal has a patch of its file, in the unified format that `git apply` takes, which keeps comments and
order; where it is put together from several fields, or worded by the templates, it names the fields that it may be.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from evibrief.placing import FieldText, Placed, field_texts
from evibrief.problems import Place
from evibrief.source import Source
from evibrief.yamltext import with_scalar

EDITS = frozenset({"insertion", "deletion", "replacement", "move", "untracked"})
CONTEXTS = (12, 8, 5, 3, 2, 1)
"""How many words on either side of an edit are looked for, the most telling first."""

FEWEST_WORDS = 3
"""Fewer words than this say nothing of where an edit belongs."""

_ALIKE = {"'": "['’‘]", "’": "['’‘]", "‘": "['’‘]", '"': '["“”]', "“": '["“”]', "”": '["“”]', "-": "[-–]", "–": "[-–]"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an edit proposes for one field: the text as it is and as it would be, and the patch of its file.

    `keys` are the remarks that it comes from, more than one where several edits are in one text. Without a patch,
    `candidates` are the fields that the edited words may come from, and `why` says what is unclear.
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
    """A text before and after, as the words around the edit and what stands between them."""

    left: tuple[str, ...]
    removed: str
    added: str
    right: tuple[str, ...]


def proposals(placed: Iterable[Placed], source: Source) -> tuple[Proposal, ...]:
    """One proposal for each edited text, in the order of the document."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Placed]] = {}
    for one in placed:
        if one.remark.kind in EDITS and one.remark.before != one.remark.after:
            groups.setdefault((one.remark.before, one.remark.after, one.records), []).append(one)
    texts = tuple(field_texts(source))
    return tuple(_proposal(group, texts, source) for group in groups.values())


def _proposal(group: Sequence[Placed], texts: Sequence[FieldText], source: Source) -> Proposal:
    first = group[0]
    keys = tuple(one.remark.key for one in group)
    authors = tuple(dict.fromkeys(one.remark.author or "unknown" for one in group))
    edit = _edit(first.remark.before, first.remark.after)
    own = [text for text in texts if text.record in first.records]
    found = list(_applied(edit, own)) or list(_applied(edit, texts))
    if len(found) == 1:
        field, now = found[0]
        if patch := _patch(source, field, now, edit):
            return Proposal(keys, authors, field.record, field.field, field.place, field.text, now, patch)
        why = "the YAML of this field could not be changed in place; change it by hand"
        return Proposal(keys, authors, field.record, field.field, field.place, field.text, now, "", (field,), why)
    candidates = tuple(field for field, _ in found) or first.fields or tuple(own)
    why = "the edited words stand in several fields" if found else "no single field has the edited words"
    record = first.records[0] if first.records else ""
    place = candidates[0].place if len(candidates) == 1 else first.place
    return Proposal(keys, authors, record, "", place, first.remark.before, first.remark.after, "", candidates, why)


def changed_words(was: str, now: str) -> tuple[int, int]:
    """From which to before which word a text differs from another; the same number twice where words only came."""
    old, new = was.split(), now.split()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, len(old) - end


def _edit(before: str, after: str) -> _Edit:
    """The whole words that differ, and those around them."""
    old, new = before.split(), after.split()
    start, stop = changed_words(before, after)
    end = len(old) - stop
    removed, added = " ".join(old[start : len(old) - end]), " ".join(new[start : len(new) - end])
    mark = _MARK.search(removed) if removed and added else None
    if mark and mark[0] and added.endswith(mark[0]):
        # A full stop or a citation's number behind the last word stays; the field has another mark in its place.
        return _Edit(tuple(old[:start]), removed[: -len(mark[0])], added[: -len(mark[0])], ())
    return _Edit(tuple(old[:start]), removed, added, tuple(old[len(old) - end :]))


_MARK = re.compile(r"[^A-Za-z]*$")


def _applied(edit: _Edit, texts: Iterable[FieldText]) -> Iterator[tuple[FieldText, str]]:
    """The fields in which the edit has exactly one place, with what they would say."""
    for text in texts:
        if (now := _edited(edit, text.text)) is not None:
            yield text, now


def _edited(edit: _Edit, text: str) -> str | None:
    """A text with the edit made in it: told by as many of the words around it as the text has; None if unclear."""
    for left, right in _contexts(edit):
        matches = list(_pattern(left, edit.removed, right).finditer(text))
        if len(matches) > 1:
            return None
        if matches:
            start, end = matches[0].end("left"), matches[0].start("right")
            before, after = text[:start], text[end:]
            gap = " " if left and right else ""
            return before + (f"{' ' * bool(left)}{edit.added}{' ' * bool(right)}" if edit.added else gap) + after
    return None


def _contexts(edit: _Edit) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words before and after, fewer and fewer; one side alone where a citation stands on the other."""
    for count in CONTEXTS:
        left, right = edit.left[-count:], edit.right[:count]
        for pair in ((left, right), (left, ()), ((), right)):
            enough = sum(map(len, pair)) + len(edit.removed.split()) >= FEWEST_WORDS
            if enough and (edit.removed or pair == (left, right)):
                yield pair


def _pattern(left: Sequence[str], removed: str, right: Sequence[str]) -> re.Pattern[str]:
    inside = _words(removed.split())
    # What was added at an end of the text stands there, before or after the quotation marks that YAML may need.
    start, end = "" if left or inside else r"\A[\"']?", "" if right or inside else r"(?=[\"']?\s*\Z)"
    before = _GAP if left and (inside or right) else ""
    after = _GAP if right and inside else ""
    return re.compile(
        rf"{start}(?<!\w)(?P<left>{_words(left)}){before}{inside}{after}(?P<right>{_words(right)})(?!\w){end}"
    )


_GAP = r"(?:[*_]*\s*(?:\[-?@[^\]]*\])?[*_]*\s+[*_]*)"
"""What may stand between two words that follow each other on the page: space, emphasis, a citation."""


def _words(words: Sequence[str]) -> str:
    return _GAP.join("".join(_ALIKE.get(letter, re.escape(letter)) for letter in word) for word in words)


def _patch(source: Source, field: FieldText, now: str, edit: _Edit) -> str:
    """The change of the file as a patch, or nothing when no way of writing it gives just that change."""
    span = source.spans[field.location]
    text = source.texts[span.path]
    changed = with_scalar(text, span, now, _edited(edit, text[span.start : span.end]))
    if changed is None:
        return ""
    old, new = text.splitlines(keepends=True), changed.splitlines(keepends=True)
    path = span.path.lstrip("/")
    return "".join(unified_diff(old, new, f"a/{path}", f"b/{path}"))
