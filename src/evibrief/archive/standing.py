"""Whether a version is still the one to use, according to an archive.

In: an archive, the id and version that a document gives, its SHA-256. Out: a `Standing`. The archive may come from
anyone, so little of it is read, and any fault is reported in the standing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from evibrief.archive.hashes import hash_of
from evibrief.archive.log import Chain, Told, told_by
from evibrief.archive.versions import (
    INDEX,
    LOG,
    MOST_VERSIONS,
    is_archive,
    read_log,
    read_manifest,
    read_record,
    withdrawals,
)
from evibrief.evidence.places import MANIFEST
from evibrief.problems import Problems

VersionState = Literal["current", "superseded", "withdrawn", "unfinished", "unknown", "damaged"]
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})_v(\d{1,9}\.\d{1,9}\.\d{1,9})", re.ASCII)
_ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an archive says about a version, with a sentence for the reader.

    `unknown`: the archive has no such version. `unfinished`: the run that archived it was killed before the version was
    listed. `damaged`: the archive contradicts itself, so nothing is known. `listed`: whether the archive has a document
    of that version with this SHA-256; None if none was asked for, or it is not known.
    """

    state: VersionState
    sentence: str
    listed: bool | None = None
    folder: Path | None = None
    content: str = ""
    """The content hash of that version in the archive; its evidence hash if it has none."""


def archive_around(path: Path) -> Path | None:
    """The archive that contains a file; None if there is none.

    The file is `ARCHIVE/ID/latest.pdf` or `ARCHIVE/ID/DATE_vVERSION/FILE`, or a link to one of these.
    """
    try:
        place = path.resolve().parent
        around = (place.parent.parent, place.parent) if _NAME.fullmatch(place.name) else (place.parent,)
        return next((one for one in around if is_archive(one)), None)
    except (OSError, RuntimeError):  # a loop of links
        return None


def standing_of(archive: Path, brief: str, version: str, digest: str | None = None) -> Standing:
    """What an archive says about a version, and whether `digest` is the hash of one of its documents. Never raises."""
    if not _ID.fullmatch(brief) or not _NAME.fullmatch(f"2000-01-01_v{version}"):
        return Standing("unknown", "this archive has no such brief, or no such version")
    try:
        return _standing(archive.resolve(), brief, version, digest)
    except Problems as wrong:
        problem = wrong.problems[0]
        return Standing("damaged", f"the archive is damaged, so this is not known: {problem.place}: {problem.message}")
    except (OSError, RuntimeError) as error:
        return Standing("damaged", f"the archive cannot be read, so this is not known: {error}")


def _standing(archive: Path, brief: str, version: str, digest: str | None) -> Standing:
    chain = read_log(archive)
    days, told = _days(archive / brief), told_by(chain)
    gone = _withdrawn(archive / brief, brief, told)
    if version not in days:
        return _missing(brief, version, days, gone, told)
    listed = None
    record = read_manifest(archive / brief / f"{days[version]}_v{version}")
    logged = told.versions.get((brief, version))
    if logged not in (None, hash_of(archive / brief / f"{days[version]}_v{version}" / MANIFEST)):
        return Standing("damaged", f"version {version} in this archive is not the one in its log")
    if digest is not None:
        listed = digest in {one for name, one in record["outputs"].items() if "/" not in name}
    index = read_record(archive / INDEX) if (archive / INDEX).exists() else {}
    if "content_sha256" in record and not told.versions and _is_listed(index, brief, version):
        return Standing("damaged", "the log of this archive is gone: whether this version was withdrawn is not known")
    current = next((one for one in sorted(days, key=_number, reverse=True) if one not in gone), None)
    if current and current != version:
        read_manifest(archive / brief / f"{days[current]}_v{current}")  # an empty folder supersedes nothing
    place = archive / brief / f"{days[version]}_v{version}"
    hashed = str(record.get("content_sha256") or record["evidence_sha256"])
    now = f"the current version is {current} of {days[current]}" if current else "there is no replacement"
    if version in gone:
        return Standing("withdrawn", f"WITHDRAWN: {gone[version]} ({now})", listed, place, hashed)
    if not _follows(index.get("chain"), chain):
        return Standing("damaged", f"{INDEX} repeats a line of {LOG} that is not there: later versions may be missing")
    if version != current:
        return Standing("superseded", f"SUPERSEDED: {now}", listed, place, hashed)
    if not _is_listed(index, brief, version) or (told.versions and logged is None):
        sentence = "unfinished: it is archived, but the index was not written"
        return Standing("unfinished", sentence, listed, place, hashed)
    return Standing("current", "current: no later version is in this archive", listed, place, hashed)


def _days(folder: Path) -> Mapping[str, str]:
    """The versions of a brief with their dates, from the names of their folders. Raises `Problems` or `OSError`."""
    if folder.is_symlink() or not folder.is_dir():
        return {}
    found = [match for path in islice(folder.iterdir(), MOST_VERSIONS) if (match := _NAME.fullmatch(path.name))]
    return {match[2]: match[1] for match in sorted(found, key=lambda match: match[0])}


def _withdrawn(folder: Path, brief: str, told: Told) -> Mapping[str, str]:
    """Date and reason of each withdrawal, from the list and the log; the log still has those deleted from the list."""
    gone = {version: f"{day}: {why}" for (one, version), (day, why) in told.withdrawn.items() if one == brief}
    listed = withdrawals(folder) if folder.is_dir() and not folder.is_symlink() else {}
    return {**{version: f"{entry['date']}: {entry['reason']}" for version, entry in listed.items()}, **gone}


def _missing(
    brief: str, version: str, days: Mapping[str, str], gone: Mapping[str, str], told: Told
) -> Standing:
    if (brief, version) in told.versions:
        return Standing("damaged", f"{LOG} has version {version} of {brief}, but it is no longer in the archive")
    if not days:
        return Standing("unknown", f"this archive has no brief `{brief}`")
    newest = max((one for one in days if one not in gone), key=_number, default="")
    if not newest:
        return Standing("unknown", f"version {version} is not in this archive; all its versions were withdrawn")
    return Standing("unknown", f"version {version} is not in this archive; its newest is {newest} of {days[newest]}")


def _follows(repeated: object, chain: Chain) -> bool:
    """Whether the log has the line that the index repeats; indexes from before 0.3.0 repeat none."""
    if repeated is None:
        return True
    lines, head = (repeated.get("lines"), repeated.get("head")) if isinstance(repeated, dict) else (None, None)
    return type(lines) is int and 0 < lines <= len(chain.events) and chain.hashes[lines - 1] == head


def _is_listed(index: Mapping[str, Any], brief: str, version: str) -> bool:
    """Whether the index lists this version; a missing index lists none."""
    entries = index.get("versions")
    found = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return any((one.get("id"), one.get("version")) == (brief, version) for one in found)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
