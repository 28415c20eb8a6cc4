"""What lies open in an editor: texts that may not be saved, and the briefs that they belong to.

In: files as the editor opens, changes and closes them. Out: each brief as it would be read if all was saved. Nothing is
written.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evibrief.build import checked
from evibrief.checks.load import Loaded
from evibrief.editor.occurrences import Definition, Occurrence, definitions, occurrences
from evibrief.editor.positions import lines_fed
from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS
from evibrief.evidence.files import stems
from evibrief.evidence.places import APPRAISALS, belongs
from evibrief.evidence.read_folder import LARGEST_SOURCE, read_brief
from evibrief.evidence.read_references import read_references
from evibrief.evidence.read_yaml import composed
from evibrief.evidence.source import Location, SourceTree
from evibrief.problems import Problem, Problems

_IN_FOLDERS: Mapping[str, Location] = {
    "claims": ("claims", 0), "reviews": ("reviews", 0), "instruments": ("instrument",),
    f"instruments/{APPRAISALS}": (APPRAISAL_INSTRUMENTS, 0),
}  # fmt: skip
"""Folders of a brief whose files each hold one record, with the location of that record."""


@dataclass(frozen=True)
class Snapshot:
    """A brief as it can be read now. Files that cannot are as they were when they last could: those are `stale`."""

    folder: Path
    source: SourceTree
    stale: frozenset[str]

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """Every record with an id."""
        return definitions(self.source)

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Every place that names one."""
        return occurrences(self.source)

    def names(self, kinds: Iterable[str]) -> list[str]:
        """The ids of some kinds of record, in file order; of all kinds, if none is given."""
        wanted = tuple(kinds)
        return [one.name for one in self.definitions.values() if not wanted or one.kind in wanted]


@dataclass(frozen=True)
class CheckedNow:
    """What `check` says of a brief as it is in the editor, and the brief if it says no error."""

    problems: tuple[Problem, ...]
    loaded: Loaded | None


class Desk:
    """The open files, and what was last known of each brief. One thread changes it; `check` may run in another."""

    def __init__(self) -> None:
        self._texts: dict[Path, str] = {}
        self._good: dict[Path, str] = {}
        self._kept: dict[Path, tuple[object, Snapshot]] = {}
        self._briefs: set[Path] = set()

    def put(self, path: Path, text: str) -> None:
        """A file is opened, or its text changed."""
        self._texts[path] = lines_fed(text)

    def close(self, path: Path) -> None:
        """A file is closed: what counts is what is saved."""
        self._texts.pop(path, None)
        self._good.pop(path, None)

    def text(self, path: Path) -> str | None:
        """The text of a file, as the editor has it or as it is saved; None if there is none that can be read."""
        if path in self._texts:
            return self._texts[path]
        return _saved(path)

    def open_files(self, folder: Path) -> list[Path]:
        """The open files of a brief."""
        return [path for path in self._texts if self.brief_of(path) == folder]

    def brief_of(self, path: Path) -> Path | None:
        """The folder of the brief that a data file belongs to; None for any other file."""
        if path.suffix != ".yaml" and path.name != "references.json":
            return None
        for folder in (one for one in path.parents[:3] if _inside(path, one) in ("", *_IN_FOLDERS)):
            if self._is_brief(folder) and belongs(path.relative_to(folder).as_posix()):
                return folder
        return None

    def _is_brief(self, folder: Path) -> bool:
        """Whether this is the folder of a brief, or was: one without its first file has a problem."""
        if folder / "brief.yaml" in self._texts or (folder / "brief.yaml").is_file():
            self._briefs.add(folder)
        return folder in self._briefs and folder.is_dir()

    def unsaved(self, folder: Path) -> Mapping[Path, str]:
        """The texts of a brief that differ from what is saved."""
        return {path: text for path, text in self._own(folder) if text != _saved(path)}

    def _own(self, folder: Path) -> Iterator[tuple[Path, str]]:
        yield from ((path, text) for path, text in list(self._texts.items()) if self.brief_of(path) == folder)

    def snapshot(self, folder: Path) -> Snapshot:
        """A brief as it can be read now; the same snapshot while no file changes."""
        texts = dict(self._own(folder))
        key = (tuple(texts.items()), tuple(_stamps(folder)))
        kept = self._kept.get(folder)
        if kept is None or kept[0] != key:
            kept = key, self._read(folder, texts)
            self._kept[folder] = kept
        return kept[1]

    def last_snapshot(self, folder: Path) -> Snapshot:
        """The last snapshot, which may be some moments old: for what must be quick."""
        return self._kept[folder][1] if folder in self._kept else self.snapshot(folder)

    def _read(self, folder: Path, texts: Mapping[Path, str]) -> Snapshot:
        stale = set()
        for path, text in texts.items():
            if _is_whole(path, text, place_of_tree(path, folder)):
                self._good[path] = text
            else:
                stale.add(str(path))
        readable = {path: good for path in texts if (good := self._good.get(path)) is not None}
        source, _ = read_brief(folder, unsaved=readable)
        return Snapshot(folder, source, frozenset(stale))


def checked_now(folder: Path, unsaved: Mapping[Path, str], today: datetime.date) -> CheckedNow:
    """What `check` would say if all was saved."""
    try:
        loaded = checked(folder, today, unsaved)
    except Problems as wrong:
        return CheckedNow(wrong.problems, None)
    return CheckedNow(loaded.warnings, loaded)


def place_of_tree(path: Path, folder: Path) -> Location:
    """Where the tree of a brief's file belongs in the tree of the brief; indices are 0."""
    if path.parent != folder:
        return _IN_FOLDERS[_inside(path, folder)]
    return (path.stem,) if path.stem in stems() else ("references",)


def _inside(path: Path, folder: Path) -> str:
    """The folder of a file, from a folder around it: `claims`; empty if that is its own."""
    return path.parent.relative_to(folder).as_posix().removeprefix(".")


def _is_whole(path: Path, text: str, root: Location) -> bool:
    """Whether a text can be read: it is YAML, or JSON, whatever its fields are."""
    if path.suffix == ".json":
        return not any(one.rule == "json" for one in read_references(str(path), text).problems)
    return composed(str(path), text, root).tree is not None


def _saved(path: Path) -> str | None:
    """The text of a file as it is saved; None if there is none that can be read."""
    try:
        return lines_fed(path.read_bytes().decode()) if path.stat().st_size <= LARGEST_SOURCE else None
    except (OSError, ValueError):
        return None


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    """What tells that a file of a brief was saved, by whichever program."""
    for pattern in ("*.yaml", "*.json", *(f"{name}/*.yaml" for name in _IN_FOLDERS)):
        for path in sorted(folder.glob(pattern)):
            try:
                found = path.stat()
            except OSError:
                continue
            yield str(path), found.st_mtime_ns, found.st_size
