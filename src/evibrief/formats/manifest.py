"""The files that a document embeds, and the manifest with their hashes.

In: the tree of a `SourceTree`, files by path, tool versions. Out: the embedded files and the manifest.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from evibrief import __version__, resources
from evibrief.checks.load import Loaded
from evibrief.evidence.brief import Brief
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.places import (
    APPRAISALS,
    MANIFEST,
    READ,
    appraisal_folders,
    belongs,
    demand_safe,
    instrument_folders,
    is_safe_path,
)
from evibrief.files import is_text
from evibrief.formats.difference import record_in
from evibrief.problems import one_problem

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer


def evidence_files(
    folder: Path, instrument: str | None = None, appraised_with: Iterable[str] = ()
) -> Mapping[str, bytes]:
    """The files that an author wrote, by path in the folder, without personal ones such as the list of recipients.

    The instrument is included, wherever it was found, because the ratings cannot be recomputed without it; and those of
    appraisals, because nobody could read these without them.
    """
    places = {**_own_files(folder), **_instruments(folder, instrument, appraised_with, Path.is_file)}
    return {name: path.read_bytes() for name, path in places.items()}


def evidence_as_read(loaded: Loaded) -> Mapping[str, bytes]:
    """The files of a brief as they were when it was read, whatever its author has saved since.

    A document would otherwise carry other evidence than the one that it shows. Only what nothing was read from is
    taken from the disk: the theme, the citation style, an instrument that is not used.
    """
    brief, source = loaded.brief, loaded.source
    read = {Path(path): data for path in source.texts if (data := source.read_from(path)) is not None}
    instrument, appraised_with = brief.brief.methods.instrument, [one.name for one in brief.appraisal_instruments]
    places = {
        **_own_files(loaded.folder, read),
        **_instruments(loaded.folder, instrument, appraised_with, read.__contains__),
    }
    since = {name for name, path in places.items() if path not in read and _would_be_read(name, source.tree)}
    return {
        name: read[path] if path in read else path.read_bytes() for name, path in places.items() if name not in since
    }


def _own_files(folder: Path, read: Iterable[Path] = ()) -> Mapping[str, Path]:
    """The files of a folder that belong to the evidence, and of those that were `read`, by path in the folder."""
    there = {path for path in folder.rglob("*") if path.suffix in READ and path.is_file()}
    there |= {path for path in read if path.is_relative_to(folder)}
    return {name: path for path in sorted(there) if _is_evidence(name := path.relative_to(folder).as_posix())}


def _is_evidence(name: str) -> bool:
    """Whether a file belongs to the evidence. One that is read is refused later for an unsafe name, not left out."""
    above, _, own = name.rpartition("/")
    read = above in ("claims", "reviews") and own.endswith(".yaml") and not own.startswith(".")
    return belongs(name) or read


def _instruments(
    folder: Path, instrument: str | None, appraised_with: Iterable[str], there: Callable[[Path], bool]
) -> Mapping[str, Path]:
    """The places of these instruments, by their path in a document: the last one that is `there` wins."""
    found = {}
    for place in instrument_folders(folder) if instrument else ():
        if there(path := place / f"{instrument}.yaml"):
            found[f"instruments/{path.name}"] = path
    for name in appraised_with:
        for place in appraisal_folders(folder):
            if there(path := place / f"{name}.yaml"):
                found[f"instruments/{APPRAISALS}/{path.name}"] = path
    return found


def _would_be_read(name: str, tree: Mapping[str, Any]) -> bool:
    """Whether a file is one from which a part of this tree is read: if it was not, it has come since."""
    first = PurePosixPath(name).parts[0]
    return name.endswith((".yaml", ".json")) and first.split(".")[0] in tree


def carried(loaded: Loaded, layer: "Layer" = "full") -> Mapping[str, bytes]:
    """The files that documents embed: the evidence, and the manifest with the hash of every file. Raises `Problems`."""
    files = evidence_as_read(loaded)
    demand_safe(files, str(loaded.folder))
    tools = resources.tool_versions(__version__)
    return {**files, MANIFEST: manifest(loaded.brief, loaded.source.as_typed, files, tools, layer)}


def demand_unchanged(loaded: Loaded, evidence: Mapping[str, bytes], now: Mapping[str, bytes]) -> None:
    """Raise `Problems` if a file of the brief's look has been saved since: a document would carry another look."""
    changed = sorted(name for name in {*now, *evidence} - {MANIFEST} if now.get(name) != evidence.get(name))
    if changed:
        path, hint = str(loaded.folder / changed[0]), "run the command again"
        raise one_problem(path, "edited", "this file was saved while the brief was built", hint)


def manifest(
    brief: Brief, tree: Mapping[str, Any], files: Mapping[str, bytes], tools: Iterable[str], layer: str
) -> bytes:
    """The manifest of a document as JSON: brief, evidence hash, content hash, files with hashes, and tools."""
    record = {
        "id": brief.brief.id,
        "title": brief.brief.title,
        "version": brief.brief.version,
        "date": brief.brief.date.isoformat(),
        "layer": layer,
        "evidence_sha256": evidence_hash(tree),
        "content_sha256": content_hash(tree, files),
        "instrument": brief.instrument.name if brief.instrument else None,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
        "tools": sorted(tools),
    }
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()


def draft_manifest(brief: Brief) -> bytes:
    """The manifest of a draft: it says which brief this may become, and has no hash that could be taken for proof."""
    named = brief.brief
    record = {"draft": True, "id": named.id, "version": named.version, "date": named.date.isoformat()}
    return (json.dumps(record, indent=1) + "\n").encode()


def is_of_draft(data: bytes) -> bool:
    """Whether a manifest, which may come from anyone, is that of a draft."""
    try:
        return record_in(data).get("draft") is True
    except ValueError:
        return False


def checked_manifest(data: bytes, lists: Iterable[str] = ("files",)) -> dict[str, Any]:
    """Parse a manifest, which may come from anyone, and check its shape.

    `lists` are its lists of hashes by path. Raises `ValueError` that says what is wrong.
    """
    record = record_in(data)
    faults = [name for name, is_right in SHAPE.items() if not is_right(record.get(name))]
    faults += [name for name in lists if not _is_list_of_hashes(record.get(name))]
    faults += ["content_sha256"] * ("content_sha256" in record and not is_hash(record["content_sha256"]))
    faults += ["changed"] * (not is_text(record.get("changed", "")))
    if faults:
        raise ValueError(f"`{faults[0]}` in it is missing or is not what a manifest has")
    date.fromisoformat(record["date"])
    return record


def fits(pattern: str) -> Callable[[object], bool]:
    """Whether something is a text that fits a pattern as a whole, in ASCII."""
    return lambda node: isinstance(node, str) and re.fullmatch(pattern, node, re.ASCII) is not None


is_hash = fits("[0-9a-f]{64}")
"""Whether something is a SHA-256, as text."""


def _is_list_of_hashes(node: object) -> bool:
    return isinstance(node, dict) and all(is_safe_path(name) and is_hash(digest) for name, digest in node.items())


def _is_list_of_tools(node: object) -> bool:
    return isinstance(node, list) and len(node) <= MOST_TOOLS and all(map(_is_tool, node))


MOST_TOOLS = 50
_is_tool = fits(r"[A-Za-z0-9_.-]{1,40} [A-Za-z0-9_.+~:-]{1,40}")


SHAPE: Mapping[str, Callable[[object], bool]] = {
    "id": fits("[a-z0-9]+(-[a-z0-9]+)*"),
    "version": fits(r"\d{1,9}\.\d{1,9}\.\d{1,9}"),
    "date": fits(r"\d{4}-\d{2}-\d{2}"),
    "evidence_sha256": is_hash,
    "title": lambda node: bool(node) and is_text(node),
    "tools": _is_list_of_tools,
    "layer": fits("page|summary|core|full"),
}


def other_tools(tools: Sequence[str]) -> Iterator[str]:
    """Tools whose versions differ between the document and this machine."""
    here = dict(tool.rsplit(" ", 1) for tool in resources.tool_versions(__version__))
    there = dict(tool.rsplit(" ", 1) for tool in tools)
    for name in sorted(set(here) | set(there)):
        if here.get(name) != there.get(name):
            yield f"{name}: made with {there.get(name, 'none')}, here is {here.get(name, 'none')}"
