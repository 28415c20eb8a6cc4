"""What an archive holds: its versions, what each says of itself, and whether it is as it was written.

In: the folder of an archive, or something that somebody names: a folder, a document, a revision of git. Out: versions,
sides of a comparison, faults. Nothing is written. Whatever lies in an archive may have been put there by anybody: what
a manifest says is believed only where its shape is right, and no link is followed.
"""

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evibrief.archive.hashes import hash_of, hashes
from evibrief.archive.log import Chain, read_chain
from evibrief.evidence.brief import Brief
from evibrief.evidence.places import MANIFEST
from evibrief.files import is_text
from evibrief.formats.manifest import checked_manifest
from evibrief.problems import Place, Problem, Problems

WITHDRAWN = "withdrawn.json"
INDEX = "index.json"
LOG = "log.jsonl"
REGISTER = "circulation.jsonl"
SIGNATURES = "signatures"
LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes of a manifest, an index or a log; an archive of a thousand versions needs a tenth of it."""
MOST_VERSIONS = 10_000
"""Folders of a brief that are looked at; more were put there to keep somebody busy."""
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}_v\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Version:
    """One archived version as the index lists it, the newest first. `state`: current, superseded or withdrawn.

    `manifest` is the SHA-256 of its manifest, which has that of every file: with the index at hand, no byte of a
    version can change unseen. `content` is the SHA-256 over all that decides what a reader sees; manifests of
    before 0.3.0 have none.
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
    def number(self) -> tuple[int, ...]:
        """The version as numbers, so that 1.10.0 comes after 1.9.0."""
        return tuple(int(part) for part in self.version.split("."))


def versions(archive: Path) -> list[Version]:
    """Every archived version, by brief, the newest first, with its state. Half-written ones are not there.

    Raises `Problems` for every manifest that is damaged, together.
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
    """The versions of one brief, the newest first. Raises `Problems` for every manifest that is damaged, together."""
    mine: list[Version] = []
    wrong: list[Problem] = []
    for path in [] if folder.is_symlink() else _folders(folder):
        try:
            mine += [_version(path, archive)] if _NAME.fullmatch(path.name) or (path / MANIFEST).exists() else []
        except Problems as damaged:
            wrong += damaged.problems
    for one in mine:
        if sum(other.version == one.version for other in mine) > 1:
            wrong.append(_damage(archive / one.folder, f"version {one.version} is there twice"))
    if folder.is_symlink():
        wrong.append(_damage(folder, "it is a link, which no archive has"))
    if wrong:
        raise Problems(wrong)
    return list(with_states(sorted(mine, key=lambda one: one.number, reverse=True), withdrawals(folder)))


def _folders(place: Path) -> list[Path]:
    """What may be a brief or a version: folders, and links, which are neither; no hidden ones."""
    folders = sorted(
        path for path in place.glob("*") if not path.name.startswith(".") and (path.is_dir() or path.is_symlink())
    )
    if len(folders) > MOST_VERSIONS:
        raise damaged(place, f"it has more than {MOST_VERSIONS} folders, which no archive has")
    return folders


def last_version(brief: Brief, archive: Path) -> Version | None:
    """The archived version before this one: the newest that has not its number."""
    others = (one for one in versions(archive) if one.id == brief.brief.id and one.version != brief.brief.version)
    return next(others, None)


def same_version(brief: Brief, archive: Path) -> Version | None:
    """The archived version with the number of this one."""
    mine = (brief.brief.id, brief.brief.version)
    return next((one for one in versions(archive) if (one.id, one.version) == mine), None)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What an archived version says of itself. Raises `Problems` when that is damaged, or is not about this folder."""
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
        raise damaged(path, f"it is that of {names[0]}/{names[1]}, and does not belong into this folder")


def is_in_an_archive(folder: Path) -> bool:
    """Whether a version is in its archive; a copy elsewhere may have any name."""
    return is_archive(folder.resolve().parent.parent)


def is_archive(folder: Path) -> bool:
    """Whether a folder is an archive: it has an index, or a log of which a killed run made no index yet."""
    return any((folder / name).is_file() for name in (INDEX, LOG))


def read_log(archive: Path) -> Chain:
    """The log of an archive; an empty one where there is none, as in archives of before 0.3.0.

    Raises `Problems` where it is damaged, or its lines do not follow from each other.
    """
    path = archive.resolve() / LOG  # the archive itself may be named by a link
    return read_chain(read_bounded(path), str(archive / LOG)) if os.path.lexists(path) else Chain()


def read_record(path: Path) -> dict[str, Any]:
    """A JSON file of an archive. Raises `Problems` for one that is a link, too large, damaged, or no mapping."""
    try:
        record = json.loads(read_bounded(path))
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"it cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise damaged(path, "it holds no record")
    return record


def read_bounded(path: Path) -> bytes:
    """The bytes of a file of an archive. Raises `Problems` for a link, for what is no file, and for a huge one."""
    try:
        if any(one.is_symlink() for one in (path, path.parent)) or not stat.S_ISREG(path.lstat().st_mode):
            raise damaged(path, "it is a link or no file, which no archive has")
        if path.stat().st_size > LARGEST_RECORD:
            raise damaged(path, "it is far larger than any that was written here")
        return path.read_bytes()
    except OSError as error:
        raise damaged(path, f"it cannot be read: {error.strerror}") from error


def damaged(path: Path, message: str) -> Problems:
    """What is said of a file of an archive that cannot be believed."""
    return Problems([_damage(path, message)])


def _damage(path: Path, message: str) -> Problem:
    hint = "fetch the archive again, or take the file from its git history"
    return Problem(Place(str(path)), "damaged-archive", message, hint)


def _version(folder: Path, archive: Path) -> Version:
    record = read_manifest(folder)
    _demand_its_place(record, folder / MANIFEST)
    where = folder.relative_to(archive).as_posix()
    outputs = {name: digest for name, digest in record["outputs"].items() if "/" not in name}
    content = record.get("content_sha256", "")
    if not isinstance(content, str) or not re.fullmatch("([0-9a-f]{64})?", content, re.ASCII):
        raise damaged(folder / MANIFEST, "`content_sha256` in it is not what a manifest has")
    return Version(record["id"], record["title"], record["version"], record["date"], record["evidence_sha256"],
                   record.get("changed", ""), where, outputs, hash_of(folder / MANIFEST), content)  # fmt: skip


def withdrawals(folder: Path) -> dict[str, dict[str, str]]:
    """By version: when it was withdrawn and why. Raises `Problems` when the list is damaged."""
    path = folder / WITHDRAWN
    if not path.exists() and not path.is_symlink():
        return {}
    record = read_record(path)
    for entry in record.values():
        if not isinstance(entry, dict) or not all(is_text(entry.get(name)) for name in ("date", "reason")):
            raise damaged(path, "an entry in it lacks its date or its reason")
    return record


def with_states(mine: Sequence[Version], withdrawn: Mapping[str, Mapping[str, str]]) -> Iterator[Version]:
    """The newest that is not withdrawn is the current one; what is older is superseded."""
    current = next((one.version for one in mine if one.version not in withdrawn), None)
    for one in mine:
        if one.version in withdrawn:
            entry = withdrawn[one.version]
            yield replace(one, state="withdrawn", reason=f"{entry['date']}: {entry['reason']}")
        else:
            yield replace(one, state="current" if one.version == current else "superseded", reason="")


def file_faults(folder: Path) -> list[str]:
    """What is wrong with the files of an archived version: what differs, is missing, or does not belong there.

    Raises `Problems` when there is no manifest to compare them with.
    """
    record = read_manifest(folder)
    wanted, found = record["outputs"], hashes(folder)
    wrong = [f"{name}: altered" for name in sorted(wanted) if name in found and found[name] != wanted[name]]
    wrong += [f"{name}: missing" for name in sorted(set(wanted) - set(found))]
    wrong += [f"{name}: does not belong here" for name in sorted(set(found) - set(wanted))]
    inside = {name.removeprefix("evidence/"): digest for name, digest in wanted.items() if name.startswith("evidence/")}
    return wrong + [f"{MANIFEST}: its two lists of the evidence differ"] * (inside != record["files"])


def demand_unaltered(version: Version, archive: Path) -> None:
    """Raise `Problems` when a document of a version is not what was archived: nobody may hand it on as the latest."""
    for name, digest in version.files.items():
        if hash_of(archive / version.folder / name) != digest:
            raise damaged(archive / version.folder / name, "it is not what was archived")


def evidence_of(folder: Path) -> Path:
    """The evidence of an archived version. Raises `Problems` when a file of it is not what was archived."""
    wanted, found = ({name: digest for name, digest in listed.items() if name.startswith("evidence/")}
                     for listed in (read_manifest(folder)["outputs"], hashes(folder)))  # fmt: skip
    if wanted != found:
        name = min(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
        raise damaged(folder / name, "it is not what was archived")
    return folder / "evidence"


def brief_ids(listed: Iterable[Version]) -> list[str]:
    """The ids of the briefs of these versions, each once, in order."""
    return sorted({one.id for one in listed})
