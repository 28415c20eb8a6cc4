"""Reads the versions of an archive, with their manifests, and checks whether their files are unaltered.

In: the folder of an archive. Out: versions, records, faults. Nothing is written. An archive may come from anyone: a
manifest is only accepted if its shape is right, and no link is followed.
"""

import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.archive.hashes import hash_of, hashes
from evibrief.archive.log import Chain, read_chain
from evibrief.evidence.brief import Brief
from evibrief.evidence.places import MANIFEST
from evibrief.files import is_text
from evibrief.formats.manifest import checked_manifest
from evibrief.problems import Place, Problem, Problems

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer

WITHDRAWN = "withdrawn.json"
INDEX = "index.json"
LOG = "log.jsonl"
REGISTER = "circulation.jsonl"
SIGNATURES = "signatures"
LARGEST_RECORD = 8 * 1024 * 1024
"""In bytes, for a manifest or what else tells of one version; the largest that we write needs a hundredth of that."""
LARGEST_INDEX = 64 * 1024 * 1024
"""In bytes, for the index and the log of an archive; 2,000 versions of 50 briefs need a sixth of that."""
MOST_VERSIONS = 10_000
"""The most folders of a brief that are read; more can only be an attack."""
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}_v\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Version:
    """One archived version, as listed in the index. `state`: current, superseded or withdrawn.

    `manifest` is the SHA-256 of its manifest, which has the hash of every file: given the index, no byte of a version
    can change unnoticed. `content` is the SHA-256 of everything that affects what a reader sees; manifests from before
    0.3.0 have none.
    """

    id: str
    title: str
    version: str
    date: str
    evidence: str
    changed: str
    folder: str
    files: Mapping[str, str]
    manifest: str
    content: str = ""
    state: str = "current"
    reason: str = ""

    @property
    def latest(self) -> Mapping[str, str]:
        """The document of the whole brief that each copy `latest.*` is made of."""
        return {f"latest{Path(name).suffix}": name for name in self.files if not is_core(name)}

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers, so that 1.10.0 comes after 1.9.0."""
        return tuple(int(part) for part in self.version.split("."))


CORE_LAYER: "Layer" = "core"
"""The layer that is archived beside the whole brief: what a letter brings along."""


def is_core(name: str) -> bool:
    """Whether a document of a version is its core; it is the whole brief otherwise."""
    return Path(name).stem.endswith(f"_{CORE_LAYER}")


def versions(archive: Path) -> list[Version]:
    """Every archived version with its state, by brief, newest first. Incomplete versions are left out.

    Raises `Problems` for all damaged manifests together.
    """
    found: list[Version] = []
    wrong: list[Problem] = []
    for folder in _folders(archive):
        try:
            found += versions_of(folder, archive)
        except Problems as damaged:
            wrong += damaged.problems
    if wrong:
        raise Problems(wrong)
    return found


def versions_of(folder: Path, archive: Path) -> list[Version]:
    """The versions of one brief, newest first. Raises `Problems` for all damaged manifests together."""
    mine: list[Version] = []
    wrong: list[Problem] = []
    for path in [] if folder.is_symlink() else _folders(folder):
        try:
            mine += [_version(path, archive)] if _NAME.fullmatch(path.name) or (path / MANIFEST).exists() else []
        except Problems as damaged:
            wrong += damaged.problems
    numbers = Counter(one.version for one in mine)
    for one in mine:
        if numbers[one.version] > 1:
            wrong.append(_damage(archive / one.folder, f"version {one.version} is in the archive twice"))
    if folder.is_symlink():
        wrong.append(_damage(folder, "it is a link, and archives have none"))
    if wrong:
        raise Problems(wrong)
    return list(with_states(sorted(mine, key=lambda one: one.number, reverse=True), withdrawals(folder)))


def _folders(place: Path) -> list[Path]:
    """Possible folders of briefs or versions, including links, which the caller refuses; no hidden ones."""
    folders = sorted(
        path for path in place.glob("*") if not path.name.startswith(".") and (path.is_dir() or path.is_symlink())
    )
    if len(folders) > MOST_VERSIONS:
        raise damaged(place, f"it has more than {MOST_VERSIONS} folders, too many for an archive")
    return folders


def last_version(brief: Brief, archive: Path) -> Version | None:
    """The archived version before this one: the newest with another version number."""
    return next((one for one in _versions_of(brief, archive) if one.version != brief.brief.version), None)


def same_version(brief: Brief, archive: Path) -> Version | None:
    """The archived version with the same version number."""
    return next((one for one in _versions_of(brief, archive) if one.version == brief.brief.version), None)


def _versions_of(brief: Brief, archive: Path) -> list[Version]:
    """The versions of a brief, newest first; those of other briefs are not read."""
    folder = archive / brief.brief.id
    return versions_of(folder, archive) if os.path.lexists(folder) else []


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an archived version. Raises `Problems` if it is damaged or does not belong to this folder."""
    path = folder / MANIFEST
    try:
        record = checked_manifest(read_bounded(path), ("files", "outputs"))
    except ValueError as error:
        raise damaged(path, str(error)) from error
    if is_in_an_archive(folder):
        _demand_its_place(record, path)
    return record


def _demand_its_place(record: Mapping[str, Any], path: Path) -> None:
    names, folder = (record["id"], f"{record['date']}_v{record['version']}"), path.parent.resolve()
    if (folder.parent.name, folder.name) != names:
        raise damaged(path, f"it belongs to {names[0]}/{names[1]}, not in this folder")


def is_in_an_archive(folder: Path) -> bool:
    """Whether a version is in its archive; a copy elsewhere may have any name."""
    return is_archive(folder.resolve().parent.parent)


def is_archive(folder: Path) -> bool:
    """Whether a folder is an archive: it has an index or, after an interrupted run, only a log."""
    return any((folder / name).is_file() for name in (INDEX, LOG))


def read_log(archive: Path) -> Chain:
    """The log of an archive; empty if there is none, as in archives from before 0.3.0.

    Raises `Problems` if it is damaged or its lines do not follow from each other.
    """
    path = archive.resolve() / LOG  # the path of the archive itself may be a link
    return read_chain(read_bounded(path), str(archive / LOG)) if os.path.lexists(path) else Chain()


def read_record(path: Path) -> dict[str, Any]:
    """A JSON file of an archive. Raises `Problems` if it is a link, too large, damaged, or not a mapping."""
    try:
        record = json.loads(read_bounded(path))
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"it cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise damaged(path, "it is not a record")
    return record


def read_bounded(path: Path) -> bytes:
    """The bytes of a file of an archive. Raises `Problems` if it is a link, not a file, or too large."""
    try:
        if any(one.is_symlink() for one in (path, path.parent)) or not stat.S_ISREG(path.lstat().st_mode):
            raise damaged(path, "it is a link or not a file")
        if path.stat().st_size > (LARGEST_INDEX if path.name in (INDEX, LOG) else LARGEST_RECORD):
            raise damaged(path, "it is far larger than any file that evibrief writes here")
        return path.read_bytes()
    except OSError as error:
        raise damaged(path, f"it cannot be read: {error.strerror}") from error


def damaged(path: Path, message: str) -> Problems:
    """The problem for a file of an archive that cannot be trusted."""
    return Problems([_damage(path, message)])


def _damage(path: Path, message: str) -> Problem:
    hint = "get the archive again, or restore the file from its git history"
    return Problem(Place(str(path)), "damaged-archive", message, hint)


def _version(folder: Path, archive: Path) -> Version:
    record = read_manifest(folder)
    _demand_its_place(record, folder / MANIFEST)
    where = folder.relative_to(archive).as_posix()
    outputs = {name: digest for name, digest in record["outputs"].items() if "/" not in name}
    content = record.get("content_sha256", "")
    if not isinstance(content, str) or not re.fullmatch("([0-9a-f]{64})?", content, re.ASCII):
        raise damaged(folder / MANIFEST, "its `content_sha256` is not a hash")
    return Version(record["id"], record["title"], record["version"], record["date"], record["evidence_sha256"],
                   record.get("changed", ""), where, outputs, hash_of(folder / MANIFEST), content)  # fmt: skip


def withdrawals(folder: Path) -> dict[str, dict[str, str]]:
    """For each withdrawn version, the date and reason. Raises `Problems` if the list is damaged."""
    path = folder / WITHDRAWN
    if not path.exists() and not path.is_symlink():
        return {}
    record = read_record(path)
    for entry in record.values():
        if not isinstance(entry, dict) or not all(is_text(entry.get(name)) for name in ("date", "reason")):
            raise damaged(path, "an entry in it has no date or no reason")
    return record


def with_states(mine: Sequence[Version], withdrawn: Mapping[str, Mapping[str, str]]) -> Iterator[Version]:
    """The versions with their states: the newest one not withdrawn is current, older ones are superseded."""
    current = next((one.version for one in mine if one.version not in withdrawn), None)
    for one in mine:
        if one.version in withdrawn:
            entry = withdrawn[one.version]
            yield replace(one, state="withdrawn", reason=f"{entry['date']}: {entry['reason']}")
        else:
            yield replace(one, state="current" if one.version == current else "superseded", reason="")


def file_faults(folder: Path) -> list[str]:
    """The files of an archived version that are altered, missing, or do not belong there.

    Raises `Problems` if there is no manifest to compare them with.
    """
    record = read_manifest(folder)
    wanted, found = record["outputs"], hashes(folder)
    wrong = [f"{name}: altered" for name in sorted(wanted) if name in found and found[name] != wanted[name]]
    wrong += [f"{name}: missing" for name in sorted(set(wanted) - set(found))]
    wrong += [f"{name}: does not belong here" for name in sorted(set(found) - set(wanted))]
    inside = {name.removeprefix("evidence/"): digest for name, digest in wanted.items() if name.startswith("evidence/")}
    return wrong + [f"{MANIFEST}: its two lists of the evidence differ"] * (inside != record["files"])


def demand_unaltered(version: Version, archive: Path) -> None:
    """Raise `Problems` if a document of a version was altered: it must not be published as the latest."""
    for name, digest in version.files.items():
        if hash_of(archive / version.folder / name) != digest:
            raise damaged(archive / version.folder / name, "it was changed after it was archived")


def evidence_of(folder: Path) -> Path:
    """The evidence folder of an archived version. Raises `Problems` if a file in it was altered."""
    wanted, found = ({name: digest for name, digest in listed.items() if name.startswith("evidence/")}
                     for listed in (read_manifest(folder)["outputs"], hashes(folder)))  # fmt: skip
    if wanted != found:
        name = min(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
        raise damaged(folder / name, "it was changed after it was archived")
    return folder / "evidence"


def brief_ids(listed: Iterable[Version]) -> list[str]:
    """The ids of the briefs of these versions, each once, in order."""
    return sorted({one.id for one in listed})


def by_brief(listed: Iterable[Version]) -> dict[str, list[Version]]:
    """These versions by the id of their brief, in order; those of each brief newest first."""
    groups: dict[str, list[Version]] = {}
    for one in sorted(listed, key=lambda one: one.number, reverse=True):
        groups.setdefault(one.id, []).append(one)
    return dict(sorted(groups.items()))


MOST_BEFORE = 20
"""Each version is compared with at most this many before it."""


def pairs(listed: Iterable[Version]) -> Iterator[tuple[Version, Version]]:
    """Each version of a brief with a later one, to be compared; the newest pair of each brief first."""
    for mine in by_brief(listed).values():
        for at, newer in enumerate(mine):
            yield from ((older, newer) for older in _before(at, mine))


def before(one: Version, mine: Sequence[Version]) -> Sequence[Version]:
    """The versions that a version is compared with, of those of its brief, newest first."""
    return _before(mine.index(one), mine)


def _before(at: int, mine: Sequence[Version]) -> Sequence[Version]:
    return mine[at + 1 : at + 1 + MOST_BEFORE]


def after(one: Version, mine: Sequence[Version]) -> Sequence[Version]:
    """The versions that are compared with this one, of those of its brief, newest first."""
    at = mine.index(one)
    return mine[max(0, at - MOST_BEFORE) : at]


def path_of(older: Version, newer: Version) -> str:
    """The path of the comparison of two versions in the archive, without its extension."""
    return f"{newer.id}/v{older.version}_v{newer.version}"
