"""A record gets another id, everywhere in its brief.

In: a brief, an id, another one. Out: what is to be changed, by file. Nothing is written, and nothing is offered that
would leave the brief with a problem that it does not have now.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from evibrief.checks.ids import is_of_the_page
from evibrief.editor.desk import Snapshot
from evibrief.evidence.field_types import record_type_at
from evibrief.evidence.fields import CITATION, IDENTIFIER
from evibrief.evidence.load import read_evidence
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.validate import ids_in
from evibrief.evidence.write_yaml import Patch, patched


class CannotRename(Exception):
    """Why an id cannot be changed to another one, in words for the author."""


Renamed = Mapping[Path, tuple[Patch, ...]]
"""What is to be written in the place of what, by file; offsets are in the text with line feeds alone."""


def renamed(snapshot: Snapshot, old: str, new: str) -> Renamed:
    """Every place where a record is named by the id `old`, and a note of that id if a version with it is archived.

    Raises `CannotRename` if the record cannot be called `new`.
    """
    _demand_free(snapshot, old, new)
    patches: dict[Path, list[Patch]] = {}
    for one in snapshot.occurrences:
        if one.name == old:
            patches.setdefault(Path(one.path), []).append(Patch(*one.stretch, new))
    if next(_versions_with(snapshot, old), None):
        for path, note in _notes(snapshot, old):
            patches[path].append(note)
    found = {path: tuple(sorted(listed)) for path, listed in patches.items()}
    _demand_clean(snapshot, found, old, new)
    return found


def _notes(snapshot: Snapshot, old: str) -> Iterator[tuple[Path, Patch]]:
    """The old id under `replaces`, in a record that has this field, so that versions can be compared."""
    location, source = snapshot.definitions[old].location, snapshot.source
    kind = record_type_at(location)
    if kind is None or "replaces" not in kind.model_fields:
        return
    span, listed = source.spans[location], source.spans.get((*location, "replaces"))
    text, end = source.texts[span.path], source.spans[(*location, "id")].end
    if listed is None and text[span.start] == "{":
        yield Path(span.path), Patch(end, end, f", replaces: [{old}]")
    elif listed is None:
        end = text.find("\n", end)
        indent = " " * (source.keys[(*location, "id")].column - 1)
        yield Path(span.path), Patch(end, end, f"\n{indent}replaces: [{old}]")
    elif text[listed.start] == "[":
        yield Path(span.path), Patch(listed.end - 1, listed.end - 1, f", {old}")


def _demand_free(snapshot: Snapshot, old: str, new: str) -> None:
    """Raise `CannotRename` if an id is no id, is taken, or was another record's."""
    if snapshot.stale or snapshot.source.unread:
        broken = sorted(Path(path).name for path in snapshot.stale) or ["a file of the brief"]
        raise CannotRename(f"{', '.join(broken)} cannot be read now; mend it first")
    if old not in snapshot.definitions:
        raise CannotRename(f"`{old}` is not a record of this brief")
    is_reference = snapshot.definitions[old].kind == "references"
    if not (_is_key(new) if is_reference else IDENTIFIER.fullmatch(new)):
        allowed = "what can be cited" if is_reference else "a letter, then letters, digits or underscores, at most 40"
        raise CannotRename(f"`{new}` cannot be an id: use {allowed}")
    if not is_reference and is_of_the_page(new):
        raise CannotRename(f"`{new}` cannot be an id: a part of the page is called so")
    taken = next((name for name in snapshot.definitions if name.lower() == new.lower() and name != old), None)
    if taken:
        raise CannotRename(f"`{taken}` is already the id of a record")
    if version := next(_versions_with(snapshot, new), None):
        raise CannotRename(f"`{new}` is the id of a record in the archived version {version}; choose another")


def _is_key(new: str) -> bool:
    found = CITATION.fullmatch(f"@{new}")
    return found is not None and found[1] == new and new == new.rstrip(".:,;?&/-")


def _demand_clean(snapshot: Snapshot, found: Renamed, old: str, new: str) -> None:
    """Raise `CannotRename` if the brief would have a problem that it does not have now."""
    before = _problems(snapshot, {})
    texts = {path: patched(snapshot.source.texts[str(path)], patches) for path, patches in found.items()}
    after = {words.replace(f"`{new}`", f"`{old}`") for words in _problems(snapshot, texts)}
    if more := after - before:
        raise CannotRename(f"the brief would have another problem: {min(more)}")


def _problems(snapshot: Snapshot, texts: Mapping[Path, str]) -> set[str]:
    """What is wrong in a brief, without the places: they may move."""
    unsaved = {Path(path): text for path, text in snapshot.source.texts.items()} | dict(texts)
    _, _, problems = read_evidence(snapshot.folder, unsaved=unsaved)
    return {f"{one.message} ({one.rule})" for one in problems if one.severity == "error"}


def _versions_with(snapshot: Snapshot, name: str) -> Iterator[str]:
    """The archived versions of the brief that have a record with an id: in `archive/` beside or above the brief."""
    brief = snapshot.source.tree.get("brief")
    own = str(brief.get("id", "")) if isinstance(brief, Mapping) else ""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", own):
        return
    for above in snapshot.folder.parents:
        for version in sorted((above / "archive" / own).glob("*/evidence")):
            if any(name in one for one in _texts(version)) and _has(version, name):
                yield version.parent.name.rpartition("_v")[2]


def _texts(folder: Path) -> Iterator[str]:
    for path in (*folder.glob("*.yaml"), *folder.glob("claims/*.yaml"), *folder.glob("references.json")):
        yield path.read_text("utf-8", "replace")


def _has(folder: Path, name: str) -> bool:
    source, _ = read_brief(folder)
    return any(identifier == name for _, identifier, _ in ids_in(source.tree))
