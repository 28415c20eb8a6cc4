"""Writes into an archive: one writer at a time, each step on disk before the next; interrupted work is finished.

In: an archive. Out: new lines in its log, and, regenerated where they changed, the latest documents, the page of each
version, the feed and the index. The index is written last and repeats the head of the log, so readers can tell whether
a run was completed.
"""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from evibrief.archive.index import demand_latest, write_listing
from evibrief.archive.integrity import (
    Inconsistency,
    anchor_files,
    check_version,
    findings,
    hash_of_anchor,
    hash_of_lines,
    register_lines,
    what_contradicts_the_log,
    withdrawals_in,
)
from evibrief.archive.log import (
    Chain,
    Told,
    VersionKey,
    anchored,
    archived,
    began,
    lines_of,
    register_grew,
    told_by,
    withdrawn,
)
from evibrief.archive.versions import (
    LOG,
    REGISTER,
    Version,
    brief_ids,
    damaged,
    file_faults,
    is_archive,
    read_log,
    versions,
)
from evibrief.problems import Place, Problem, Problems
from evibrief.workfolders import sweep


@contextmanager
def writing(archive: Path) -> Iterator[None]:
    """Lock the archive for one writer. Work of an interrupted run is finished first; new content is listed at the end.

    Everything in the archive that is not in the log yet is added to it, so a caller only has to put a complete thing
    into the archive. Raises `Problems`, without having written anything, if the archive contradicts its log.
    """
    archive.mkdir(parents=True, exist_ok=True)
    handle = os.open(archive, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # a file system without locks: there users must not run two writers at once
            fcntl.flock(handle, fcntl.LOCK_EX)
        _bring_up_to_date(archive)
        yield
        _bring_up_to_date(archive)
        write_listing(archive)
    finally:
        os.close(handle)


def finish_interrupted(archive: Path) -> None:
    """Finish the work of an interrupted run, if there is any. Raises `Problems` if it cannot be finished."""
    if not is_archive(archive):
        return
    for place in (archive, *_brief_folders(archive)):
        sweep(place)
    if any(one.unfinished for one in findings(archive)):
        write_index(archive)


def write_index(archive: Path) -> list[Version]:
    """Update the log with everything in the archive, and regenerate the index, the feed, the pages and `latest.*`.

    Raises `Problems`, without having written anything, for a damaged manifest, for an altered document that would
    become `latest.*`, and for anything that contradicts the log.
    """
    demand_latest(versions(archive), archive)
    with writing(archive):
        pass
    return versions(archive)


def _brief_folders(archive: Path) -> list[Path]:
    return [path for path in archive.glob("*") if path.is_dir() and not path.is_symlink()]


def _bring_up_to_date(archive: Path) -> None:
    """Add to the log everything that is not in it yet. An archive without a log starts one with its present content."""
    for place in (archive, *_brief_folders(archive)):
        sweep(place)
    listed, chain = versions(archive), read_log(archive)
    _demand_agreement(archive, listed, chain)
    if not chain.events:
        chain = _begin(archive, listed, chain)
    events = list(_missing(archive, listed, told_by(chain)))
    if events or chain.cut:
        _add_lines(archive / LOG, lines_of(events, chain.head))


def _demand_agreement(archive: Path, listed: Iterable[Version], chain: Chain) -> None:
    if wrong := what_contradicts_the_log(archive, listed, chain):
        raise Problems(_problem(archive, one) for one in wrong)


def _problem(archive: Path, finding: Inconsistency) -> Problem:
    hint = "restore it from the archive's git history or another copy; run `evibrief verify` on the archive for details"
    return Problem(Place(str(archive)), "damaged-archive", finding.text, hint)


def _begin(archive: Path, listed: Iterable[Version], chain: Chain) -> Chain:
    """Write the first line of a log, unless a version was altered: it must not be logged as what was archived.

    The line is written at once: after a kill it is either complete or ignored.
    """
    faults = [f"{one.folder}: {fault}" for one in listed for fault in _old_faults(archive / one.folder)]
    if faults:
        raise Problems(_problem(archive, Inconsistency(fault)) for fault in faults)
    briefs = [path.name for path in _brief_folders(archive)]
    here = {(one.id, one.version): one.manifest for one in sorted(listed, key=lambda one: (one.id, one.number))}
    event = began(here, withdrawals_in(archive, brief_ids(listed)), _registers(archive, briefs))
    _add_lines(archive / LOG, lines_of([event], chain.head))
    return read_log(archive)


def _old_faults(folder: Path) -> list[str]:
    return [fault for fault in check_version(folder) if not fault.startswith("latest.")]


def _registers(archive: Path, briefs: Iterable[str]) -> dict[str, tuple[int, str]]:
    read = {brief: register_lines(archive / brief / REGISTER) for brief in briefs}
    return {brief: (len(lines), hash_of_lines(lines)) for brief, lines in read.items() if lines}


def _missing(archive: Path, listed: Iterable[Version], told: Told) -> Iterator[Mapping[str, Any]]:
    """An event for each thing in the archive that is not in its log, in a possible order of events."""
    for one in sorted(listed, key=lambda one: (one.id, one.number)):
        key: VersionKey = (one.id, one.version)
        if key not in told.versions:
            for fault in file_faults(archive / one.folder):
                raise damaged(archive / one.folder, f"it is incomplete: {fault}")
            make_read_only(archive / one.folder)
            yield archived(key, one.manifest)
    for key, (day, reason) in withdrawals_in(archive, brief_ids(listed)).items():
        if key not in told.withdrawn:
            yield withdrawn(key, day, reason)
    for brief, (count, digest) in _registers(archive, brief_ids(listed)).items():
        if told.registers.get(brief) != (count, digest):
            yield register_grew(brief, count, digest)
    for place in (*(archive / brief for brief in brief_ids(listed)), archive):
        for path in anchor_files(place):
            if (name := path.relative_to(archive).as_posix()) not in told.anchors:
                yield anchored(name, hash_of_anchor(path))


def _add_lines(path: Path, lines: str) -> None:
    """Append lines to a log and wait until they are on disk; a line cut off by a kill is removed first."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        os.ftruncate(handle, path.read_bytes().rfind(b"\n") + 1)
        os.lseek(handle, 0, os.SEEK_END)
        with open(handle, "wb", closefd=False) as stream:
            stream.write(lines.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def make_read_only(folder: Path) -> None:
    """Make an archived version read-only."""
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
