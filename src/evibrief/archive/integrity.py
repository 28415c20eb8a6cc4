"""Checks whether an archive is consistent: log, index, withdrawals, registers, signatures and copies.

In: an archive, or a version in it. Out: findings. Traces of an interrupted run are distinguished from alterations: such
a run leaves the index as it was after an earlier line of the log, with later content not listed yet.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from evibrief.archive.hashes import hash_of
from evibrief.archive.log import Chain, Told, VersionKey, told_by
from evibrief.archive.register import read_register
from evibrief.archive.versions import (
    INDEX,
    LOG,
    REGISTER,
    SIGNATURES,
    WITHDRAWN,
    Version,
    by_brief,
    file_faults,
    is_in_an_archive,
    pairs,
    path_of,
    read_bounded,
    read_log,
    read_manifest,
    read_record,
    versions,
    versions_of,
    with_states,
    withdrawals,
)
from evibrief.problems import Problems

UNFINISHED = "run `evibrief archive` again, or any command that writes to this archive"
MOST_ANCHORS = 1000
"""The most signatures and time stamps of a brief that are checked."""
LARGEST_ANCHOR = 64 * 1024
"""In bytes, for a signature or time stamp; ours are less than a tenth of that."""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """An inconsistency, and the version it is about; without a version the whole brief, without both the archive.

    `unfinished`: an interrupted run explains it, and the next command that writes to the archive repairs it.
    """

    text: str
    about: VersionKey = ("", "")
    unfinished: bool = False


@dataclass(frozen=True)
class Known:
    """What was read from an archive: its versions, its log, and what the log says."""

    archive: Path
    versions: tuple[Version, ...]
    chain: Chain
    told: Told
    brief: str | None

    def mine(self, brief: str) -> bool:
        """Whether a brief is to be checked."""
        return self.brief in (None, brief)

    @property
    def briefs(self) -> list[str]:
        """The ids of the briefs to check that are in the archive or its log."""
        ids = {one.id for one in self.versions} | {key[0] for key in self.told.versions} | set(self.told.registers)
        return sorted(brief for brief in ids if self.mine(brief))


def check_version(folder: Path) -> list[str]:
    """The faults of an archived version: in its files, and in what its archive says about it, except unfinished work.

    Raises `Problems` if there is no manifest to compare it with.
    """
    return faults_among(version_findings(folder), folder)


def faults_among(found: Iterable[Inconsistency], folder: Path) -> list[str]:
    """The same, if the findings are at hand: they come from the log and the index of the whole archive."""
    return file_faults(folder) + [one.text for one in found if not one.unfinished]


def version_findings(folder: Path) -> list[Inconsistency]:
    """Where the archive around a version contradicts it; empty for a copy outside an archive."""
    if not is_in_an_archive(folder):
        return []
    record, archive = read_manifest(folder), folder.resolve().parent.parent
    about = (("", ""), (record["id"], record["version"]))
    return [one for one in findings(archive, record["id"]) if one.about in about]


def findings(archive: Path, brief: str | None = None) -> list[Inconsistency]:
    """All inconsistencies of an archive, or of one brief in it. The files of the versions are not read.

    A damaged list is a finding too.
    """
    found: list[Inconsistency] = []
    chain = Chain()
    try:
        chain = read_log(archive)
    except Problems as wrong:
        found += _said(wrong)
    try:
        listed = versions(archive) if brief is None else versions_of(archive / brief, archive)
    except Problems as wrong:
        return found + _said(wrong)
    known = Known(archive, tuple(listed), chain, told_by(chain), brief)
    for look in (*_OF_THE_LOG, _index_findings):
        try:
            found += look(known)
        except Problems as wrong:
            found += _said(wrong)
    return found


def what_contradicts_the_log(archive: Path, listed: Iterable[Version], chain: Chain) -> list[Inconsistency]:
    """Findings that stop commands from writing; the rest can be regenerated. Raises `Problems` if a list is damaged."""
    known = Known(archive, tuple(listed), chain, told_by(chain), None)
    found = [one for look in _OF_THE_LOG for one in look(known) if not one.unfinished]
    try:
        record = read_record(archive.resolve() / INDEX)
    except Problems:  # none yet, or damaged: it is regenerated
        return found
    if _at_that_time(record, {}, known) is None:
        found.append(_shortened())
    return found


def _said(wrong: Problems) -> list[Inconsistency]:
    return [Inconsistency(f"{problem.place}: {problem.message}") for problem in wrong.problems]


def _log_findings(known: Known) -> Iterator[Inconsistency]:
    """A log that is cut off; logged versions that are missing or different; versions that are not logged yet."""
    log = known.archive / LOG
    if known.chain.cut or (os.path.lexists(log) and not log.lstat().st_size):
        yield Inconsistency(f"{LOG}: its last line is incomplete", unfinished=True)
    if not known.chain.events:
        return
    here = {(one.id, one.version): one for one in known.versions}
    for key, manifest in known.told.versions.items():
        if not known.mine(key[0]):
            continue
        line = f"line {known.told.lines[key]} of {LOG}"
        if key not in here:
            yield Inconsistency(f"version {key[1]} of {key[0]} is gone, but {line} has it", key)
        elif here[key].manifest != manifest:
            yield Inconsistency(f"manifest.json: not the one that {line} has for version {key[1]}", key)
    for key in here:
        if key not in known.told.versions:
            yield Inconsistency(f"{LOG}: does not list version {key[1]} yet", key, unfinished=True)


def _withdrawal_findings(known: Known) -> Iterator[Inconsistency]:
    """Logged withdrawals that are missing from `withdrawn.json` or different there; those not logged yet."""
    if not known.chain.events:
        return
    here = withdrawals_in(known.archive, known.briefs)
    for key, (day, reason) in known.told.withdrawn.items():
        if known.mine(key[0]) and key not in here:
            gone = f"the withdrawal of version {key[1]} ({day}: {reason}) is gone, but {LOG} has it"
            yield Inconsistency(f"{WITHDRAWN}: {gone}", key)
        elif known.mine(key[0]) and here[key] != (day, reason):
            message = f"{WITHDRAWN}: {LOG} has another date or reason for version {key[1]} ({day}: {reason})"
            yield Inconsistency(message, key)
    for key in here:
        if key not in known.told.withdrawn:
            yield Inconsistency(f"{LOG}: does not list the withdrawal of version {key[1]} yet", key, unfinished=True)


def withdrawals_in(archive: Path, briefs: Iterable[str]) -> dict[VersionKey, tuple[str, str]]:
    """The date and reason of every withdrawal of these briefs. Raises `Problems` if a list is damaged."""
    return {
        (brief, version): (entry["date"], entry["reason"])
        for brief in briefs for version, entry in withdrawals(archive / brief).items()
    }  # fmt: skip


def _register_findings(known: Known) -> Iterator[Inconsistency]:
    """Registers whose lines are missing or differ from the log; lines that are not logged yet."""
    for brief in known.briefs:
        path = known.archive / brief / REGISTER
        lines = register_lines(path)
        if lines is not None:
            read_register(b"".join(lines).decode("utf-8", "replace"), str(path))
        if not known.chain.events:
            continue
        count, digest = known.told.registers.get(brief, (0, hash_of_lines(())))
        if len(lines or ()) < count or hash_of_lines((lines or [])[:count]) != digest:
            yield Inconsistency(f"{REGISTER}: its first {count} lines are not the ones that {LOG} has", (brief, ""))
        elif lines is not None and len(lines) > count:
            yield Inconsistency(f"{LOG}: does not have the last lines of {REGISTER} yet", (brief, ""), unfinished=True)


def register_lines(path: Path) -> list[bytes] | None:
    """The complete lines of a register, with line ends; None if there is none. Raises `Problems` for a link."""
    if not os.path.lexists(path):
        return None
    return [line + b"\n" for line in read_bounded(path).split(b"\n")[:-1]]


def hash_of_lines(lines: Iterable[bytes]) -> str:
    """SHA-256 of lines of a register."""
    return hashlib.sha256(b"".join(lines)).hexdigest()


def anchor_files(folder: Path) -> list[Path]:
    """The signatures and time stamps of a brief or of the log, sorted by name, at most `MOST_ANCHORS`."""
    place = folder / SIGNATURES
    if place.is_symlink() or not place.is_dir():
        return []
    return sorted(islice((path for path in place.iterdir() if path.suffix in (".sig", ".tsr")), MOST_ANCHORS))


def hash_of_anchor(path: Path) -> str:
    """SHA-256 of a signature or time stamp; words if it is not read."""
    if os.path.lexists(path) and path.lstat().st_size > LARGEST_ANCHOR:
        return "far too large"
    return hash_of(path)


def _anchor_findings(known: Known) -> Iterator[Inconsistency]:
    """Logged signatures and time stamps that are gone or different; those that are not logged yet."""
    places = [known.archive / brief for brief in known.briefs] + [known.archive] * (known.brief is None)
    here = {path.relative_to(known.archive).as_posix(): path for place in places for path in anchor_files(place)}
    for name, digest in known.told.anchors.items():
        brief, _, rest = name.partition("/") if name.count("/") == 2 else ("", "", name)
        about = (brief, _version_in(rest))
        if not known.mine(brief) and not (known.brief is None and not brief):
            continue
        if name not in here:
            yield Inconsistency(f"{name}: is gone, but {LOG} has it", about)
        elif hash_of_anchor(here[name]) != digest:
            yield Inconsistency(f"{name}: not the one that {LOG} has", about)
    for name, path in here.items() if known.chain.events else ():
        if name not in known.told.anchors:
            brief = name.partition("/")[0] if name.count("/") == 2 else ""
            yield Inconsistency(f"{LOG}: does not list {name} yet", (brief, _version_in(path.name)), unfinished=True)


def _version_in(name: str) -> str:
    """The version in the name of a signature: `signatures/2026-03-01_v1.2.0.KEY.sig`."""
    return name.rpartition("/")[2].partition("_v")[2].rpartition(".")[0].rpartition(".")[0]


def _index_findings(known: Known) -> Iterator[Inconsistency]:
    """Where the index contradicts the log up to the line that it repeats, and what it does not list yet."""
    if not os.path.lexists(known.archive / INDEX):
        yield Inconsistency("the index was not written", unfinished=True)
        yield from _latest_findings(known, None)
        return
    record = read_record(known.archive.resolve() / INDEX)
    entries = record.get("versions")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        yield Inconsistency(f"{INDEX}: it has no list of versions")
        return
    listed = {_key(one): one for one in entries if known.mine(_key(one)[0])}
    then = _at_that_time(record, listed, known)
    if then is None:
        yield _shortened()
        return
    if "chain" not in record and any(one.content for one in known.versions if (one.id, one.version) in listed):
        yield Inconsistency(f"{LOG}: it is gone; every archive with content hashes has a log")
    now = _listing(known.versions, *then)
    for key in sorted({*now, *listed}):
        yield from _entry_findings(key, now.get(key), listed.get(key))
    behind = [key for key, entry in _listing_of_today(known).items() if now.get(key) != entry]
    for key in behind:
        yield Inconsistency(f"{INDEX}: was not written after the last change of version {key[1]}", key, unfinished=True)
    lines = record.get("chain", {}).get("lines") if isinstance(record.get("chain"), dict) else None
    if not behind and lines != (len(known.chain.events) or None):
        yield Inconsistency(f"{INDEX}: was not written after the last line of {LOG}", ("", "index"), unfinished=True)
    finished = not behind and not known.chain.cut and lines == (len(known.chain.events) or None)
    yield from _latest_findings(known, record if finished else None)


def _shortened() -> Inconsistency:
    return Inconsistency(f"{INDEX}: repeats a line of {LOG} that is not there: the log was shortened or replaced")


def _key(entry: Mapping[str, Any]) -> VersionKey:
    return str(entry.get("id")), str(entry.get("version"))


def _at_that_time(
    record: Mapping[str, Any], listed: Mapping[VersionKey, Mapping[str, Any]], known: Known
) -> tuple[set[VersionKey], Mapping[VersionKey, tuple[str, str]]] | None:
    """The versions and withdrawals when the index was written; None if it contradicts the log."""
    chain = record.get("chain")
    if chain is None:  # an index from before 0.3.0: it lists what there was, and the log started later
        here = withdrawals_in(known.archive, known.briefs)
        gone = {key: here[key] for key, entry in listed.items() if entry.get("state") == "withdrawn" and key in here}
        return {(one.id, one.version) for one in known.versions} & set(listed), gone
    lines, head = (chain.get("lines"), chain.get("head")) if isinstance(chain, dict) else (None, None)
    if type(lines) is not int or not 0 < lines <= len(known.chain.events) or known.chain.hashes[lines - 1] != head:
        return None
    told = told_by(known.chain.until(lines))
    return set(told.versions), told.withdrawn


def _listing(
    mine: Iterable[Version], keys: Iterable[VersionKey], gone: Mapping[VersionKey, tuple[str, str]]
) -> dict[VersionKey, dict[str, Any]]:
    """The entries that an index of these versions with these withdrawals would have."""
    wanted = set(keys)
    why: dict[str, dict[str, dict[str, str]]] = {}
    for (brief, version), (day, reason) in gone.items():
        why.setdefault(brief, {})[version] = {"date": day, "reason": reason}
    chosen = by_brief(one for one in mine if (one.id, one.version) in wanted)
    listed = (one for brief, group in chosen.items() for one in with_states(group, why.get(brief, {})))
    return {(one.id, one.version): asdict(one) for one in listed}


def _listing_of_today(known: Known) -> dict[VersionKey, dict[str, Any]]:
    return {(one.id, one.version): asdict(one) for one in known.versions}


def _entry_findings(
    key: VersionKey, wanted: Mapping[str, Any] | None, entry: Mapping[str, Any] | None
) -> Iterator[Inconsistency]:
    if wanted is None:
        yield Inconsistency(f"{INDEX}: lists version {key[1]} of {key[0]}, which is not here", key)
    elif entry is None:
        yield Inconsistency(f"{INDEX}: does not list this version", key)
    else:
        entry = {"content": "", **entry}
        differ = sorted(name for name, value in wanted.items() if entry.get(name) != value)
        if differ:
            yield Inconsistency(f"{INDEX}: differs for this version: {', '.join(differ)}", key)


def _latest_findings(known: Known, record: Mapping[str, Any] | None) -> Iterator[Inconsistency]:
    """Files `latest.*` that are not copies of the current version, and pages that differ from the index.

    Without a complete index (`record`), a copy may still belong to another version of the brief, or be missing.
    """
    groups = by_brief(known.versions)
    for brief in known.briefs:
        mine = groups.get(brief, [])
        current = next((one for one in mine if one.state == "current"), None)
        wanted = {name: current.files[source] for name, source in current.latest.items()} if current else {}
        about = (brief, current.version if current else "")
        here = {path.name for path in (known.archive / brief).glob("latest.*")}
        others = set() if record else {digest for one in mine for digest in one.files.values()}
        for name in sorted({*wanted, *here} if record else here):
            digest = hash_of(known.archive / brief / name)
            if digest != wanted.get(name) and digest not in others:
                yield Inconsistency(f"{name}: not the {Path(name).suffix[1:].upper()} of the current version", about)
    yield from _strangers(known, record)
    for page, listed in _listed_pages(known, record):
        if _page_hash(known.archive, page) != listed:
            brief = page.partition("/")[0] if "/" in page else ""
            version = Path(page).stem.rpartition("v")[2] if brief else "index"
            yield Inconsistency(f"{page}: not the page that was written with the index", (brief, version))


def _listed_pages(known: Known, record: Mapping[str, Any] | None) -> Iterator[tuple[str, object]]:
    """The pages in the index, with their hashes; of those of other briefs there may be far more than of this one."""
    pages = record.get("pages") if record else None
    mine = "" if known.brief is None else f"{known.brief}/"
    for name, digest in pages.items() if isinstance(pages, dict) else ():
        if name.startswith(mine):
            yield name, digest


def _strangers(known: Known, record: Mapping[str, Any] | None) -> Iterator[Inconsistency]:
    """A wrong list of pages in the index, and documents and pages that no command wrote."""
    needed = {"index.html", "feed.atom", *(f"{one.id}/v{one.version}.html" for one in known.versions)}
    # Archives from before 0.3.0 have no comparisons, and evidence that cannot be read is not compared.
    own = needed | {f"{path_of(*pair)}{end}" for pair in pairs(known.versions) for end in (".html", ".json")}
    pages = record.get("pages") if record else None
    if record and "chain" in record and not known.brief and not (isinstance(pages, dict) and needed <= {*pages} <= own):
        yield Inconsistency(f"{INDEX}: its list of pages does not match the versions", ("", "index"))
    latest = {f"{one.id}/{name}" for one in known.versions for name in one.latest}
    for name in sorted(_shown_files(known) - own - latest):
        yield Inconsistency(f"{name}: evibrief did not write this file", (name.partition("/")[0], "index"))


def _shown_files(known: Known) -> set[str]:
    """The paths of documents and pages beside the versions, in the archive and the folders of its briefs."""
    places = (known.archive, *(known.archive / brief for brief in known.briefs))
    paths = (path for place in places for path in place.glob("*"))
    return {
        path.relative_to(known.archive).as_posix()
        for path in paths if path.suffix in _SHOWN and not path.name.startswith(".")
    }  # fmt: skip


_SHOWN = (".html", ".htm", ".pdf", ".docx", ".atom", ".svg", ".js")
"""Extensions of files that readers of an archive open."""


def _page_hash(archive: Path, name: str) -> str:
    parts = Path(name).parts
    if ".." in parts or len(parts) > 2 or Path(name).is_absolute():
        return "no page"
    return hash_of(archive / name)


_OF_THE_LOG: tuple[Callable[[Known], Iterator[Inconsistency]], ...] = (
    _log_findings, _withdrawal_findings, _register_findings, _anchor_findings,
)  # fmt: skip
