"""Writes the appraisals that studies.yaml lacks, for an author to fill in.

In: a brief as it was read. Out: the new text of studies.yaml. What is not known of a publication is `unknown` where a
field takes that; everything else is `to be filled in`, which no check accepts, so that no stub is overlooked.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from evibrief.evidence.claims import Study
from evibrief.evidence.field_types import is_asked, takes_unknown, unwrapped
from evibrief.evidence.fields import Meanwhile, Record
from evibrief.evidence.read_yaml import Composer, Recorder
from evibrief.evidence.rewrite import as_saved, is_uniform
from evibrief.evidence.source import SourceTree
from evibrief.evidence.walk import at, entries, evidence_in
from evibrief.problems import Place, Problem, Problems

OPEN = "to be filled in"
"""What a stub says where nothing can be said; every field refuses it."""


@dataclass(frozen=True, slots=True)
class Stubs:
    """The publications that get a stub, the lines of the stubs, and the text of the file with them, as it is saved."""

    references: tuple[str, ...]
    lines: str
    text: str


def stubs(source: SourceTree, path: str) -> Stubs:
    """The stubs for all publications that are cited as evidence and not appraised, put behind what `path` has.

    Raises `Problems` if the file cannot be changed in place.
    """
    return _stubs(source, path, tuple(_not_appraised(source.as_typed)), nobody_looked=False)


def stubs_of_new(source: SourceTree, path: str, names: Iterable[str]) -> Stubs:
    """The stubs for publications that are new in the brief: nobody has verified them, and the stubs say so.

    Raises `Problems` if the file cannot be changed in place.
    """
    appraised = {study.get("reference") for _, study in entries(source.as_typed.get("studies"))}
    return _stubs(source, path, tuple(name for name in names if name not in appraised), nobody_looked=True)


def _stubs(source: SourceTree, path: str, missing: tuple[str, ...], nobody_looked: bool) -> Stubs:
    old = source.texts.get(path, "")
    written = source.as_typed.get("studies") or []
    indent = _indent(source, old)
    made = "".join(f"{indent}{line}\n" for name in missing for line in _lines(name, source.as_typed, nobody_looked))
    text = _without_empty_list(old) if not written else old
    text = (text if not text or text.endswith("\n") else f"{text}\n") + made
    saved = source.saved.get(path, "")
    if missing and not (_is_whole(text, path, written, missing) and is_uniform(saved)):
        message, hint = "nothing can be added to this file", "write its list with one `- ` for each entry"
        raise Problems([Problem(Place(path), "rewrite", message, hint)])
    return Stubs(missing, made, as_saved(text, saved))


def _not_appraised(tree: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the publications, in the order in which they are cited."""
    appraised = {study.get("reference") for _, study in entries(tree.get("studies"))}
    listed = {reference.get("id") for _, reference in entries(tree.get("references"))}
    cited = dict.fromkeys(entry.get("source") for _, entry in evidence_in(tree))
    yield from (str(name) for name in cited if name in listed and name not in appraised)


def _lines(name: str, tree: Mapping[str, Any], nobody_looked: bool) -> Iterator[str]:
    """The lines of one stub."""
    yield f"- reference: {_written(name)}"
    for field, kind in Study.model_fields.items():
        if field != "reference" and (is_asked(kind) or _is_needed(field, name, tree)):
            value = _value(kind, at(tree, "brief", "defaults", field), nobody_looked)
            if value:
                yield f"  {field}: {value}"


def _is_needed(field: str, name: str, tree: Mapping[str, Any]) -> bool:
    """Whether the evidence of a publication leaves a field to its appraisal."""
    own = (entry for _, entry in evidence_in(tree) if entry.get("source") == name)
    return field == "exposure" and any(field not in entry for entry in own)


def _value(field: FieldInfo, given: Any, nobody_looked: bool) -> str:
    """What a stub says in a field; nothing if the brief's defaults say all of it."""
    kind, _ = unwrapped(field.annotation, tuple(field.metadata))
    if isinstance(kind, type) and issubclass(kind, Record):
        known = given if isinstance(given, dict) else {}
        inside = {name: one for name, one in kind.model_fields.items() if one.is_required() and name not in known}
        parts = [f"{name}: {_value(one, None, nobody_looked)}" for name, one in inside.items()]
        return f"{{{', '.join(parts)}}}" if inside else ""
    if nobody_looked and (honest := _of_nobody(field)):
        return honest
    return "unknown" if takes_unknown(field) else OPEN


def _of_nobody(field: FieldInfo) -> str:
    """What a state is as long as nobody has looked, `unverified` or `not-checked`; empty for what is no such state."""
    words = [one.value for one in field.metadata if isinstance(one, Meanwhile)]
    return next((word for word in words if word in ("unverified", "not-checked")), "")


def _written(name: str) -> str:
    """An id as YAML reads it back."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z_]*\d[\w-]*", name) else json.dumps(name, ensure_ascii=False)


def _indent(source: SourceTree, text: str) -> str:
    """The space before the dashes of the list."""
    span = source.spans.get(("studies", 0))
    if span is None:
        return ""
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    return line[: len(line) - len(line.lstrip())]


def _without_empty_list(text: str) -> str:
    """A text without the `[]` of a list that has no entries yet; comments stay."""
    return re.sub(r"^\[\s*\][ \t]*\n?", "", text, count=1, flags=re.MULTILINE)


def _is_whole(text: str, path: str, written: list[Any], added: tuple[str, ...]) -> bool:
    """Whether a text reads as what was there, and then one entry for each that was added."""
    recorder = Recorder()
    read = Composer(recorder, path, text, ("studies",)).compose()
    if recorder.problems or not isinstance(read, list) or len(read) != len(written) + len(added):
        return False
    names = [study.get("reference") for _, study in entries(read[len(written) :])]
    return read[: len(written)] == written and names == list(added)
