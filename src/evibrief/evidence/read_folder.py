"""Reads an evidence folder into one tree with places: the only module that reads authors' files."""

import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evibrief.evidence import files
from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS, appraisals_in
from evibrief.evidence.places import appraisal_folders, instrument_folders
from evibrief.evidence.read_references import read_references
from evibrief.evidence.read_yaml import Composed, Recorder, composed
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.upgrade import upgraded
from evibrief.problems import Place, Problem, suggest

LARGEST_SOURCE = 8 * 1024 * 1024
"""In bytes. A thousand claims take about a megabyte; a larger file is a mistake or an attack."""

Unsaved = Mapping[Path, str]
"""Texts that take the place of files, by their paths: what an editor shows and has not saved."""


def read_brief(
    folder: Path, without: Container[str] = (), unsaved: Unsaved = MappingProxyType({})
) -> tuple[SourceTree, list[Problem]]:
    """Read a whole brief folder, even if parts of it are broken, leaving out the optional files in `without`.

    An older format is upgraded. The problems are those of YAML and JSON; `validate` checks the fields.
    """
    if not folder.is_dir():
        problem = Problem(Place(str(folder)), "no-folder", "there is no such folder", _nearest_folder(folder))
        return SourceTree({}, {}, {}, {}, frozenset({()})), [problem]
    reader = _Reader(folder, unsaved)
    for file in files.FILES:
        if file.stem not in without:
            reader.read_yaml(folder / f"{file.stem}.yaml", (file.stem,), file.empty)
    reader.read_claims()
    reader.read_reviews()
    reader.read_references()
    reader.read_instrument()
    reader.read_appraisal_instruments()
    reader.report_missing()
    reader.report_strangers()
    unread = frozenset(reader.unread)
    read = SourceTree(reader.tree, reader.spans, reader.keys, reader.texts, unread, reader.saved)
    return upgraded(read), reader.problems


def read_one(path: Path, name: str) -> tuple[SourceTree, list[Problem]]:
    """One YAML file outside a brief, as the entry `name` of a tree, with the problems of its YAML."""
    reader = _Reader(path.parent)
    reader.read_yaml(path, (name,), None)
    return SourceTree(reader.tree, reader.spans, reader.keys, reader.texts, frozenset(reader.unread)), reader.problems


def _nearest_folder(folder: Path) -> str:
    parent = folder.parent
    names = [entry.name for entry in parent.iterdir() if entry.is_dir()] if parent.is_dir() else []
    return suggest(folder.name, names) or "start one with `evibrief new FOLDER`"


_NAMES_OF_LISTS = ("references", "bibliography", "library", "literature")
_IMPORTED = (".bib", ".bibtex", ".ris", ".nbib")
_HOW_TO_EXPORT = "export the references as CSL-JSON (so Zotero calls it, too) and save them under this name"


class _Reader(Recorder):
    """Collects the tree, the places and the problems of one folder."""

    def __init__(self, folder: Path, unsaved: Unsaved = MappingProxyType({})) -> None:
        super().__init__()
        self.folder, self.unsaved = folder, unsaved
        self.tree: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.saved: dict[str, str] = {}
        self.unread: set[Location] = set()
        self.told: set[Path] = set()

    def read_yaml(self, path: Path, location: Location, empty: Any) -> Any:
        """Read one file, into `tree` if the location has one step; a missing or unreadable file gives `empty`."""
        value = empty
        if self._is_there(path) or path.is_symlink():
            text = self._text(path)
            value = None if text is None else self._composed(composed(str(path), text, location))
            if value is None:
                self.unread.add(location)
                value = empty
        if len(location) == 1:
            self.tree[str(location[0])] = value
        return value

    def _composed(self, read: Composed) -> Any:
        self.spans |= read.spans
        self.keys |= read.keys
        self.problems += read.problems
        return read.tree

    def read_claims(self) -> None:
        """Read claims from `claims.yaml`, a list of groups, or from `claims/`, one group per file, in order of name."""
        folder, single = self.folder / "claims", self.folder / "claims.yaml"
        files = self._yaml_files(folder)
        if not files and not folder.is_dir():
            self.read_yaml(single, ("claims",), [])
            return
        if self._is_there(single):
            message = "claims are both here and in the folder `claims/`"
            self.problems.append(Problem(Place(str(single)), "two-places", message, "keep one of the two"))
        groups = [self.read_yaml(path, ("claims", index), {}) for index, path in enumerate(files)]
        self.tree["claims"] = groups

    def read_reviews(self) -> None:
        """Read the review ledgers from `reviews/`, one file per round, in order of name."""
        files = self._yaml_files(self.folder / "reviews")
        self.tree["reviews"] = [self.read_yaml(path, ("reviews", index), {}) for index, path in enumerate(files)]

    def read_references(self) -> None:
        """Read `references.json`. A missing one is a problem if another list lies beside it, or studies need one."""
        path = self.folder / "references.json"
        self.tree["references"] = []
        if not self._is_there(path):
            if self._lists() or self.tree.get("studies"):
                self._report_missing_references(path)
            return
        text = self._text(path)
        read = None if text is None else read_references(str(path), text)
        if read:
            self.tree["references"] = read.entries
            self.spans |= read.spans
            self.problems += read.problems
        if read is None or not read.complete:
            self.unread.add(("references",))

    def _lists(self) -> list[Path]:
        """Files of references that another program wrote, beside the brief or named like its list."""
        endings = (".bib", ".ris", ".nbib", ".enw", ".enl", ".rdf", ".json")
        files = sorted(path for path in self.folder.iterdir() if path.is_file() and not path.name.startswith("."))
        return [path for path in files if path.suffix.lower() in endings or path.stem.lower() in _NAMES_OF_LISTS]

    def _report_missing_references(self, path: Path) -> None:
        lists = self._lists()
        message = "`references.json` is missing" + (f"; `{lists[0].name}` is here instead" if lists else "")
        hint = f"a brief needs it: {_HOW_TO_EXPORT}"
        if lists and lists[0].suffix.lower() == ".json":
            hint = "rename it, if it is the list of references as CSL-JSON"
        elif lists and lists[0].suffix.lower() in _IMPORTED:
            hint = f"make it from that file: `evibrief import {lists[0]} --into {self.folder}`"
        self.told |= set(lists)
        self.unread.add(("references",))
        self.problems.append(Problem(Place(str(path)), "no-file", message, hint, unfinished=not lists))

    def read_instrument(self) -> None:
        """Read the instrument that the brief names: the nearest one with that name."""
        methods = self.tree["brief"].get("methods") if isinstance(self.tree["brief"], dict) else None
        name = methods.get("instrument") if isinstance(methods, dict) else None
        if not isinstance(name, str):
            return
        found = {path.stem: path for folder in instrument_folders(self.folder) for path in self._listed(folder)}
        if name in found:
            self.read_yaml(found[name], ("instrument",), None)
            return
        self._report_no_instrument(("brief", "methods", "instrument"), name, found)
        self.unread.add(("instrument",))

    def _is_there(self, path: Path) -> bool:
        return path in self.unsaved or path.exists()

    def _yaml_files(self, folder: Path) -> list[Path]:
        """The YAML files of a folder, in order of name. Hidden files belong to editors and are skipped."""
        unsaved = (path for path in self.unsaved if path.parent == folder and path.suffix == ".yaml")
        return sorted(path for path in {*self._listed(folder), *unsaved} if not path.name.startswith("."))

    def _listed(self, folder: Path, pattern: str = "*.yaml") -> list[Path]:
        """The files of a folder. Where nobody may look is a problem: what is in there would be missing in silence."""
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            told = Problem(Place(str(folder)), "unreadable", f"this folder cannot be read: {error.strerror}")
            self.problems += [] if told in self.problems else [told]
            return []
        return list(folder.glob(pattern))

    def read_appraisal_instruments(self) -> None:
        """Read the instruments that appraisals name, each once, in order of name. Without appraisals there are none."""
        named = [(location, entry.get("instrument")) for location, entry in appraisals_in(self.tree)]
        if not named:
            return
        found = {path.stem: path for folder in appraisal_folders(self.folder) for path in self._listed(folder)}
        for location, name in named:
            if isinstance(name, str) and name not in found:
                self._report_no_instrument((*location, "instrument"), name, found)
                self.unread.add((APPRAISAL_INSTRUMENTS,))
        paths = [found[name] for name in sorted({name for _, name in named if isinstance(name, str)} & set(found))]
        read = [self.read_yaml(path, (APPRAISAL_INSTRUMENTS, index), {}) for index, path in enumerate(paths)]
        self.tree[APPRAISAL_INSTRUMENTS] = read

    def _report_no_instrument(self, location: Location, name: str, known: Iterable[str]) -> None:
        span = self.spans[location]
        message = f"there is no instrument `{name:.80}`"
        hint = suggest(name, known) or f"there are: {', '.join(sorted(known))}"
        self.problems.append(Problem(Place(span.path, span.line, span.column), "unknown-instrument", message, hint))

    def _text(self, path: Path) -> str | None:
        """The text of a file, or None with a problem reported."""
        name = str(path)
        if path in self.unsaved:
            shown = self.unsaved[path].encode("utf-8", "surrogatepass")
            return self._decoded(name, shown) if self._is_small(name, len(shown)) else None
        if path.is_symlink() and not _stays_near(path, self.folder):
            message = "this link leads out of the brief's folder"
            self.problems.append(Problem(Place(name), "unreadable", message, "put the file itself here"))
            return None
        if not path.is_file():  # reading a pipe or a device might never end; a link may be broken
            message = "this is not a file, or it is a broken link"
            self.problems.append(Problem(Place(name), "unreadable", message, "put the file itself here"))
            return None
        try:
            data = path.read_bytes() if self._is_small(name, path.stat().st_size) else None
        except OSError as error:
            self.problems.append(Problem(Place(name), "unreadable", f"cannot be read: {error.strerror}"))
            return None
        return None if data is None else self._decoded(name, data)

    def _is_small(self, name: str, size: int) -> bool:
        if size > LARGEST_SOURCE:
            message = f"this file is {size / 1e6:.0f} MB; the limit is {LARGEST_SOURCE / 1e6:.0f} MB"
            self.problems.append(Problem(Place(name), "too-large", message, "split it, or see what makes it so large"))
        return size <= LARGEST_SOURCE

    def _decoded(self, name: str, data: bytes) -> str | None:
        try:
            text = _lines_fed(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            before = _lines_fed(data[: error.start].decode("latin-1"))
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            message = f"this is not UTF-8: byte 0x{data[error.start]:02x}"
            self.problems.append(Problem(Place(name, line, column), "encoding", message, "save the file as UTF-8"))
            return None
        self.texts[name] = text
        if (saved := data.decode("utf-8")) != text:
            self.saved[name] = saved
        return text

    def report_missing(self) -> None:
        for stem in (*(file.stem for file in files.FILES if file.required), files.CLAIMS):
            in_folder = stem == files.CLAIMS and ((self.folder / stem).is_dir() or self._yaml_files(self.folder / stem))
            if not self._is_there(self.folder / f"{stem}.yaml") and not in_folder:
                place = Place(str(self.folder / f"{stem}.yaml"))
                self.unread.add((stem,))
                message = f"`{stem}.yaml` is missing"
                self.problems.append(Problem(place, "no-file", message, "a brief needs it", unfinished=stem != "brief"))

    def report_strangers(self) -> None:
        """Report unknown files: a misspelt file name, or a file of claims that is not read, must not go unnoticed."""
        known = [f"{stem}.yaml" for stem in files.stems()]
        for path in sorted(self._listed(self.folder, "*.y*ml")):
            if path.name not in known and path.name not in files.CIRCULATION:
                self._report_stranger(path, suggest(path.name, known))
        for path in sorted(self.folder.glob("*.json")):
            if path.name != "references.json" and not path.name.startswith("."):
                self._report_stranger(path, suggest(path.name, ["references.json"]))
        for path in sorted((self.folder / "claims").rglob("*.y*ml")):
            if path.suffix != ".yaml" or path.parent != self.folder / "claims":
                self._report_stranger(path, "files of claims end in `.yaml` and are directly in `claims/`")

    def _report_stranger(self, path: Path, hint: str) -> None:
        if path in self.told:
            return
        message = "a brief has no file with this name"
        self.problems.append(Problem(Place(str(path)), "unknown-file", message, hint))


def _lines_fed(text: str) -> str:
    """The text with line feeds alone, however its lines ended. YAML takes a carriage return alone for an end, too."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _stays_near(path: Path, folder: Path) -> bool:
    """Whether a link leads into the folder that holds the brief, so to this brief or one next to it, or nowhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve().parent)
    except (OSError, RuntimeError):  # to itself
        return True
