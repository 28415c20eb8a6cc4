"""What an archive holds: its versions, what each says of itself, and whether it is as it was written.

In: the folder of an archive, or something that somebody names: a folder, a document, a revision of git. Out: versions,
sides of a comparison, faults. Nothing is written. Whatever lies in an archive may have been put there by anybody: what
a manifest says is believed only where its shape is right, and no link is followed.
"""

import hashlib
import io
import json
import os
import re
import stat
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from evibrief.build import MANIFEST, read_evidence
from evibrief.carried import carried_files
from evibrief.derive import derive
from evibrief.diff import Side
from evibrief.model import Brief
from evibrief.problems import Place, Problem, Problems
from evibrief.verify import read_document, write_files

WITHDRAWN = "withdrawn.json"
INDEX = "index.json"
LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes of a manifest or an index; an archive of a thousand versions needs a tenth of it."""

_SHAPE = {
    "id": r"[a-z0-9]+(-[a-z0-9]+)*", "version": r"\d+\.\d+\.\d+", "date": r"\d{4}-\d{2}-\d{2}",
    "evidence_sha256": r"[0-9a-f]{64}", "title": r"[^\0]+",
}  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One archived version as the index lists it, the newest first. `state`: current, superseded or withdrawn.

    `manifest` is the SHA-256 of its manifest, which has that of every file: with the index at hand, no byte of a
    version can change unseen.
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
    for folder in sorted(path for path in archive.glob("*") if path.is_dir() and not path.name.startswith(".")):
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
    for path in sorted(folder.glob(f"*/{MANIFEST}")):
        try:
            mine += [] if path.parent.name.startswith(".") else [_version(path, archive)]
        except Problems as damaged:
            wrong += damaged.problems
    if wrong:
        raise Problems(wrong)
    return list(_with_states(sorted(mine, key=lambda one: one.number, reverse=True), withdrawals(folder)))


def last_version(brief: Brief, archive: Path) -> Version | None:
    """The archived version before this one: the newest that has not its number."""
    others = (one for one in versions(archive) if one.id == brief.brief.id and one.version != brief.brief.version)
    return next(others, None)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What an archived version says of itself. Raises `Problems` when that is damaged, or is not about this folder."""
    path = folder / MANIFEST
    record = read_record(path)
    faults = [name for name, shape in _SHAPE.items() if not re.fullmatch(shape, str(record.get(name, "")))]
    faults += [name for name in ("files", "outputs") if not _is_list_of_hashes(record.get(name))]
    if faults:
        raise _damaged(path, f"`{faults[0]}` in it is missing or is not what a manifest has")
    names = (record["id"], f"{record['date']}_v{record['version']}")
    if _is_in_an_archive(folder) and (folder.resolve().parent.name, folder.resolve().name) != names:
        raise _damaged(path, f"it is that of {names[0]}/{names[1]}, and does not belong into this folder")
    return record


def _is_in_an_archive(folder: Path) -> bool:
    """Whether a version stands in its archive; a copy elsewhere may have any name."""
    return (folder.resolve().parent.parent / INDEX).exists()


def read_record(path: Path) -> dict[str, Any]:
    """A JSON file of an archive. Raises `Problems` for one that is a link, too large, damaged, or no mapping."""
    try:
        if any(one.is_symlink() for one in (path, path.parent)) or not stat.S_ISREG(path.lstat().st_mode):
            raise _damaged(path, "it is a link or no file, which no archive has")
        if path.stat().st_size > LARGEST_RECORD:
            raise _damaged(path, "it is far larger than any that was written here")
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, f"it cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise _damaged(path, "it holds no record")
    return record


def _is_list_of_hashes(node: object) -> bool:
    return isinstance(node, dict) and all(
        isinstance(digest, str) and re.fullmatch(r"[0-9a-f]{64}", digest) and _stays_inside(name)
        for name, digest in node.items()
    )


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name


def _damaged(path: Path, message: str) -> Problems:
    hint = "fetch the archive again, or take the file from its git history"
    return Problems([Problem(Place(str(path)), "damaged-archive", message, hint)])


def _version(path: Path, archive: Path) -> Version:
    record = read_manifest(path.parent)
    where = path.parent.relative_to(archive).as_posix()
    outputs = {name: digest for name, digest in record["outputs"].items() if "/" not in name}
    return Version(record["id"], record["title"], record["version"], record["date"], record["evidence_sha256"],
                   str(record.get("changed", "")), where, outputs, _sha256(path))  # fmt: skip


def withdrawals(folder: Path) -> dict[str, dict[str, str]]:
    """By version: when it was withdrawn and why. Raises `Problems` when the list is damaged."""
    path = folder / WITHDRAWN
    if not path.exists() and not path.is_symlink():
        return {}
    record = read_record(path)
    for entry in record.values():
        if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("date", "reason")):
            raise _damaged(path, "an entry in it lacks its date or its reason")
    return record


def _with_states(mine: Sequence[Version], withdrawn: Mapping[str, Mapping[str, str]]) -> Iterator[Version]:
    """The newest that is not withdrawn is the current one; what is older is superseded."""
    current = next((one.version for one in mine if one.version not in withdrawn), None)
    for one in mine:
        if one.version in withdrawn:
            entry = withdrawn[one.version]
            yield replace(one, state="withdrawn", reason=f"{entry['date']}: {entry['reason']}")
        else:
            yield replace(one, state="current" if one.version == current else "superseded")


def check_version(folder: Path) -> list[str]:
    """What is wrong with an archived version: files that differ, are missing or strange; an index that disagrees.

    Raises `Problems` when there is no manifest to compare it with.
    """
    record = read_manifest(folder)
    wanted, found = record["outputs"], hashes(folder)
    wrong = [f"{name}: altered" for name in sorted(wanted) if name in found and found[name] != wanted[name]]
    wrong += [f"{name}: missing" for name in sorted(set(wanted) - set(found))]
    wrong += [f"{name}: does not belong here" for name in sorted(set(found) - set(wanted))]
    inside = {name.removeprefix("evidence/"): digest for name, digest in wanted.items() if name.startswith("evidence/")}
    wrong += [f"{MANIFEST}: its two lists of the evidence differ"] * (inside != record["files"])
    return wrong + _index_faults(folder.resolve())


def _index_faults(folder: Path) -> list[str]:
    """Where the index of the archive around a version says otherwise; nothing where a version was copied out of it."""
    archive = folder.parent.parent
    if not (archive / INDEX).exists():
        return []
    try:
        listed = read_record(archive / INDEX).get("versions")
        mine = next(one for one in versions_of(folder.parent, archive) if archive / one.folder == folder)
    except Problems as damaged:
        return [str(problem) for problem in damaged.problems]
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    same = [one for one in entries if (one.get("id"), one.get("version")) == (mine.id, mine.version)]
    if not same:
        return [f"{INDEX}: does not list this version"]
    differ = sorted(name for name, value in asdict(mine).items() if same[0].get(name) != value)
    faults = [f"{INDEX}: says otherwise of this version: {', '.join(differ)}"] if differ else []
    return faults + list(_latest_faults(mine, archive))


def _latest_faults(version: Version, archive: Path) -> Iterator[str]:
    """`latest.pdf` and the others are copies of the current version's."""
    for name, digest in version.files.items() if version.state == "current" else ():
        latest = archive / version.id / f"latest{Path(name).suffix}"
        if not latest.is_file() or latest.is_symlink() or _sha256(latest) != digest:
            yield f"{latest.name}: not the {Path(name).suffix[1:].upper()} of the current version"


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder but the manifest, by path. What is a link or no file has none: it is named."""
    found: dict[str, str] = {}
    for place, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for path in (Path(place, name) for name in (*names, *links)):
            name = path.relative_to(folder).as_posix()
            if name != MANIFEST:
                found[name] = _sha256(path) if stat.S_ISREG(path.lstat().st_mode) else "a link, or no file"
    return dict(sorted(found.items()))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
        yield path / "evidence" if (path / MANIFEST).exists() else path
        return
    with tempfile.TemporaryDirectory(prefix="evibrief-") as name:
        if path.exists():
            files = {one: data for one, data in carried_files(read_document(path), text).items() if one != MANIFEST}
            write_files(files, Path(name, path.stem))
            yield Path(name, path.stem)
        else:
            yield _from_git(text, Path(name))


def _from_git(text: str, target: Path) -> Path:
    revision, _, inside = text.partition(":")
    problem = Problem(Place(text), "no-folder", "this is no folder, no document and no revision of git",
                      "write data/BRIEF, an archived version, a PDF or DOCX, or REVISION:data/BRIEF")  # fmt: skip
    if not inside or revision.startswith("-"):
        raise Problems([problem])
    run = subprocess.run(["git", "archive", revision, "--", inside], capture_output=True, check=False)
    if run.returncode:
        raise Problems([problem])
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as packed:
        packed.extractall(target, filter="data")
    return target / inside
