"""Gathers what is exported: a brief's folder, an archived version, a document with its evidence, or a git revision.

In: what was named on the command line. Out: `Exported`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from evibrief import __version__, resources
from evibrief.archive.hashes import hash_of
from evibrief.archive.opened import opened
from evibrief.archive.versions import damaged, is_in_an_archive, read_manifest, versions_of
from evibrief.build_cache import file_stem
from evibrief.checks.load import Loaded, load
from evibrief.evidence.load import read_evidence
from evibrief.evidence.places import MANIFEST
from evibrief.exports.contract import Exported
from evibrief.formats.carried import carried_files, demand_carrier, read_document
from evibrief.formats.manifest import checked_manifest, evidence_as_read, manifest
from evibrief.problems import Problems, errors_in, one_problem
from evibrief.rating.findings import derive


def exported_of(name: str) -> Exported:
    """What is to be exported, by its name.

    Evidence that is still written has to pass the check, as in a build. What was published before is exported as it is:
    a later rule does not refuse it. Raises `Problems`.
    """
    path = Path(name)
    archived = path.is_dir() and (path / MANIFEST).exists()
    with opened(name) as folder:
        loaded = load(folder) if path.is_dir() and not archived else _kept(folder)
        files = {f"evidence/{one}": data for one, data in evidence_as_read(loaded).items()}
    if archived:
        return _exported(loaded, {**_of_version(path), **files}, _standing(path))
    document = _document(path, loaded) if path.is_file() else {MANIFEST: _manifest(loaded, files)}
    return _exported(loaded, {**document, **files})


def _document(path: Path, loaded: Loaded) -> Mapping[str, bytes]:
    """A document under the name that a build gives it, and its manifest, which may come from anyone."""
    data = read_document(path)
    own = carried_files(data, str(path)).get(MANIFEST, b"")
    try:
        layer = checked_manifest(own)["layer"]
    except ValueError as error:
        message = f"the list of what it carries is damaged: {error}"
        raise one_problem(str(path), "not-ours", message, "ask for the document again") from None
    return {f"{file_stem(loaded.brief, layer)}.{demand_carrier(data, str(path)).name}": data, MANIFEST: own}


def _exported(loaded: Loaded, files: Mapping[str, bytes], standing: str = "") -> Exported:
    return Exported(loaded.brief, loaded.findings, loaded.source, files, standing)


def _kept(folder: Path) -> Loaded:
    """A brief that was published before, without the rules of today."""
    brief, source, problems = read_evidence(folder)
    if brief is None or errors_in(problems):
        raise Problems(problems)
    return Loaded(folder, brief, source, derive(brief))


def _manifest(loaded: Loaded, files: Mapping[str, bytes]) -> bytes:
    own = {path.removeprefix("evidence/"): data for path, data in files.items()}
    return manifest(loaded.brief, loaded.source.as_typed, own, resources.tool_versions(__version__), "full")


def _of_version(folder: Path) -> Mapping[str, bytes]:
    """The documents and the manifest of an archived version. Raises `Problems` if one was altered."""
    return {**dict(_documents(folder)), MANIFEST: (folder / MANIFEST).read_bytes()}


def _documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name, digest in read_manifest(folder)["outputs"].items():
        if "/" not in name:
            if hash_of(folder / name) != digest:
                raise damaged(folder / name, "it was changed after it was archived")
            yield name, (folder / name).read_bytes()


def _standing(folder: Path) -> str:
    """What the archive says of a version that is not the current one; empty for that one, and for a copy elsewhere."""
    place = folder.resolve()
    if not is_in_an_archive(place):
        return ""
    own = next((one for one in versions_of(place.parent, place.parent.parent) if one.folder.endswith(place.name)), None)
    if own is None or own.state == "current":
        return ""
    return f"version {own.version} was {own.state}{f', {own.reason}' if own.reason else ''}"
