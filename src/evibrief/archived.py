"""What an archive holds: its versions, what each says of itself, and whether it is as it was written.

In: the folder of an archive, or something that somebody names: a folder, a document, a revision of git. Out: versions,
sides of a comparison, faults. Nothing is written. Whatever lies in an archive may have been put there by anybody: what
a manifest says is believed only where its shape is right, and no link is followed.
"""

import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evibrief.build import MANIFEST, read_evidence
from evibrief.carried import carried_files
from evibrief.chain import Chain, read_chain
from evibrief.derive import derive
from evibrief.diff import Side
from evibrief.files import write_files
from evibrief.manifest import checked_manifest, is_text
from evibrief.model import Brief
from evibrief.problems import Place, Problem, Problems
from evibrief.repository import files_at
from evibrief.verify import LARGEST, read_document

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


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder but the manifest, by path. What is a link or no file has none: it is named."""
    found: dict[str, str] = {}
    for place, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for path in (Path(place, name) for name in (*names, *links)):
            name = path.relative_to(folder).as_posix()
            if name != MANIFEST:
                found[name] = hash_of(path)
    return dict(sorted(found.items()))


def hash_of(path: Path) -> str:
    """SHA-256 of a file; words where there is none, or what is not read: a link, a pipe, a file without end."""
    if not os.path.lexists(path):
        return "nothing"
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
        return "a link, no file, or far too large"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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


def side_of(folder: Path) -> Side:
    """A folder of evidence as one side of a comparison. Raises `Problems` when it cannot be read."""
    brief, _, problems = read_evidence(folder)
    if brief is None or problems:
        raise Problems(problems)
    return Side(brief, derive(brief))


@contextmanager
def opened(text: str) -> Iterator[Path]:
    """The folder of evidence that somebody names: a folder, an archived version, a PDF or DOCX, `REVISION:PATH` of git.

    What has to be unpacked for that is gone afterwards. Raises `Problems` when there is no such thing.
    """
    path = Path(text)
    if path.is_dir():
        yield evidence_of(path) if (path / MANIFEST).exists() else path
        return
    with tempfile.TemporaryDirectory(prefix="evibrief-") as name:
        if path.exists():
            files = {one: data for one, data in carried_files(read_document(path), text).items() if one != MANIFEST}
            write_files(files, Path(name, "evidence"))
            yield Path(name, "evidence")
        else:
            yield _from_git(text, Path(name))


def _from_git(text: str, target: Path) -> Path:
    revision, _, inside = text.partition(":")
    try:
        files = files_at(Path.cwd(), revision, inside) if inside else None
    except ValueError as error:  # such as a link out of the folder
        raise Problems([Problem(Place(text), "no-folder", f"it cannot be taken out of git: {error}")]) from error
    if files is None:
        hint = "write data/BRIEF, an archived version, a PDF or DOCX, or REVISION:data/BRIEF in a repository of yours"
        message = "this is no folder, no document and no revision of git"
        raise Problems([Problem(Place(text), "no-folder", message, hint)])
    write_files(files, target / "evidence")
    return target / "evidence"
