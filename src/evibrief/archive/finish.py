"""Writing into an archive: one at a time, each step on the disk before the next, and what a dead run left is finished.

In: an archive. Out: its log with new lines; and, made anew from what is there each time, the latest documents, the page
of each version, the feed and the index. The index is written last and repeats the head of the log, so whoever reads it
knows whether a run came to its end.
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
    Finding,
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
    Key,
    Told,
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
    """The archive for one writer at a time, finished as far as a dead run left it; afterwards what is new is listed.

    Whatever is there and not in the log yet is added to it: so a caller puts a whole thing into the archive, and that
    is all. Raises `Problems`, and then nothing was written, where the archive contradicts its log.
    """
    archive.mkdir(parents=True, exist_ok=True)
    handle = os.open(archive, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # a file system without locks: two writers at once are then up to their users
            fcntl.flock(handle, fcntl.LOCK_EX)
        _bring_up_to_date(archive)
        yield
        _bring_up_to_date(archive)
        write_listing(archive)
    finally:
        os.close(handle)


def finish(archive: Path) -> None:
    """Finish what a dead run left in an archive, if it left anything. Raises `Problems` where it cannot be finished."""
    if not is_archive(archive):
        return
    for place in (archive, *_brief_folders(archive)):
        sweep(place)
    if any(one.unfinished for one in findings(archive)):
        write_index(archive)


def write_index(archive: Path) -> list[Version]:
    """The log with all that is there, and made anew from it the index, the feed, the pages and `latest.*`.

    Raises `Problems`, and then has written nothing, for a damaged manifest, for a document that would become `latest.*`
    and was altered, and for what contradicts the log.
    """
    demand_latest(versions(archive), archive)
    with writing(archive):
        pass
    return versions(archive)


def _brief_folders(archive: Path) -> list[Path]:
    return [path for path in archive.glob("*") if path.is_dir() and not path.is_symlink()]


def _bring_up_to_date(archive: Path) -> None:
    """Add to the log what is there and not in it; an archive that has no log begins one with what was there before."""
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


def _problem(archive: Path, finding: Finding) -> Problem:
    hint = "take it from the archive's git history or another copy; `evibrief verify` on the archive says more"
    return Problem(Place(str(archive)), "damaged-archive", finding.text, hint)


def _begin(archive: Path, listed: Iterable[Version], chain: Chain) -> Chain:
    """The first line of a log. What was altered before it began must not pass for what was archived.

    It is written in one go: a kill leaves the whole line or none that counts.
    """
    faults = [f"{one.folder}: {fault}" for one in listed for fault in _old_faults(archive / one.folder)]
    if faults:
        raise Problems(_problem(archive, Finding(fault)) for fault in faults)
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
    """An event for each thing that is in the archive and not in its log, in the order in which they can have come."""
    for one in sorted(listed, key=lambda one: (one.id, one.number)):
        key: Key = (one.id, one.version)
        if key not in told.versions:
            for fault in file_faults(archive / one.folder):
                raise damaged(archive / one.folder, f"it is not whole: {fault}")
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
    """Lines at the end of a log, on the disk before anything else happens; what a kill left of one is taken away."""
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
    """Nobody writes into a version that is archived."""
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
