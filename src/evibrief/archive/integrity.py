"""Whether what an archive says of itself agrees: its log, index, withdrawals, registers, signatures and copies.

In: an archive, or a version in it. Out: findings. What a killed run left behind is told apart from what was altered:
such a run leaves the index as it was after an earlier line of the log, and what came since is not listed yet.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from evibrief.archive.hashes import hash_of
from evibrief.archive.log import Chain, Key, Told, told_by
from evibrief.archive.register import read_register
from evibrief.archive.versions import (
    INDEX,
    LOG,
    REGISTER,
    SIGNATURES,
    WITHDRAWN,
    Version,
    file_faults,
    is_in_an_archive,
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

UNFINISHED = "run `evibrief archive` again, or any command that writes into this archive"
MOST_ANCHORS = 1000
"""Signatures and time stamps of a brief that are looked at."""
LARGEST_ANCHOR = 64 * 1024
"""Bytes of a signature or a time stamp; ours have less than a tenth."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree, and the version it is about; a brief without a version, or nothing: all of it.

    `unfinished`: a killed run explains it, and the next command that writes into the archive puts it right.
    """

    text: str
    about: Key = ("", "")
    unfinished: bool = False


@dataclass(frozen=True)
class Known:
    """What was read of an archive: its versions as they are, its log, and what the log says."""

    archive: Path
    versions: tuple[Version, ...]
    chain: Chain
    told: Told
    brief: str | None

    def mine(self, brief: str) -> bool:
        """Whether a brief is one that is asked for."""
        return self.brief in (None, brief)

    @property
    def briefs(self) -> list[str]:
        """The ids of the briefs that are asked for, as far as anything is known of them."""
        ids = {one.id for one in self.versions} | {key[0] for key in self.told.versions} | set(self.told.registers)
        return sorted(brief for brief in ids if self.mine(brief))


def check_version(folder: Path) -> list[str]:
    """What is wrong with an archived version: its files, and what its archive says of it. Unfinished is not wrong.

    Raises `Problems` when there is no manifest to compare it with.
    """
    return file_faults(folder) + [one.text for one in version_findings(folder) if not one.unfinished]


def version_findings(folder: Path) -> list[Finding]:
    """What the archive around a version says otherwise of it; nothing where it was copied out of it."""
    if not is_in_an_archive(folder):
        return []
    record, archive = read_manifest(folder), folder.resolve().parent.parent
    about = (("", ""), (record["id"], record["version"]))
    return [one for one in findings(archive, record["id"]) if one.about in about]


def findings(archive: Path, brief: str | None = None) -> list[Finding]:
    """Everything in which an archive, or what it says of one brief, does not agree. The versions' files are not read.

    A list that is damaged is a finding as well.
    """
    found: list[Finding] = []
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


def what_contradicts_the_log(archive: Path, listed: Iterable[Version], chain: Chain) -> list[Finding]:
    """What no command may build upon: the rest can be made anew. Raises `Problems` where a list is damaged."""
    known = Known(archive, tuple(listed), chain, told_by(chain), None)
    found = [one for look in _OF_THE_LOG for one in look(known) if not one.unfinished]
    try:
        record = read_record(archive.resolve() / INDEX)
    except Problems:  # none yet, or damaged: it is made anew
        return found
    if _at_that_time(record, {}, known) is None:
        found.append(_shortened())
    return found


def _said(wrong: Problems) -> list[Finding]:
    return [Finding(f"{problem.place}: {problem.message}") for problem in wrong.problems]


def _log_findings(known: Known) -> Iterator[Finding]:
    """A log that is cut off; versions that it has and that are not here, or are others; versions that it has not."""
    log = known.archive / LOG
    if known.chain.cut or (os.path.lexists(log) and not log.lstat().st_size):
        yield Finding(f"{LOG}: its last line was not written to its end", unfinished=True)
    if not known.chain.events:
        return
    here = {(one.id, one.version): one for one in known.versions}
    for key, manifest in known.told.versions.items():
        if not known.mine(key[0]):
            continue
        line = f"line {known.told.lines[key]} of {LOG}"
        if key not in here:
            yield Finding(f"version {key[1]} of {key[0]} is not here any more, and {line} has it", key)
        elif here[key].manifest != manifest:
            yield Finding(f"manifest.json: not the one of version {key[1]} that {line} has", key)
    for key in here:
        if key not in known.told.versions:
            yield Finding(f"{LOG}: does not list version {key[1]} yet", key, unfinished=True)


def _withdrawal_findings(known: Known) -> Iterator[Finding]:
    """Withdrawals that the log has and `withdrawn.json` has not, or otherwise; and those that it has not yet."""
    if not known.chain.events:
        return
    here = withdrawals_in(known.archive, known.briefs)
    for key, (day, reason) in known.told.withdrawn.items():
        if known.mine(key[0]) and key not in here:
            gone = f"the withdrawal of version {key[1]} ({day}: {reason}) is gone, and {LOG} has it"
            yield Finding(f"{WITHDRAWN}: {gone}", key)
        elif known.mine(key[0]) and here[key] != (day, reason):
            yield Finding(f"{WITHDRAWN}: {LOG} has another day or reason for version {key[1]} ({day}: {reason})", key)
    for key in here:
        if key not in known.told.withdrawn:
            yield Finding(f"{LOG}: does not list the withdrawal of version {key[1]} yet", key, unfinished=True)


def withdrawals_in(archive: Path, briefs: Iterable[str]) -> dict[Key, tuple[str, str]]:
    """The day and the reason of every withdrawal of these briefs. Raises `Problems` where a list is damaged."""
    return {
        (brief, version): (entry["date"], entry["reason"])
        for brief in briefs for version, entry in withdrawals(archive / brief).items()
    }  # fmt: skip


def _register_findings(known: Known) -> Iterator[Finding]:
    """A register that lost lines or has others than the log says; lines that the log has not yet."""
    for brief in known.briefs:
        path = known.archive / brief / REGISTER
        lines = register_lines(path)
        if lines is not None:
            read_register(b"".join(lines).decode("utf-8", "replace"), str(path))
        if not known.chain.events:
            continue
        count, digest = known.told.registers.get(brief, (0, hash_of_lines(())))
        if len(lines or ()) < count or hash_of_lines((lines or [])[:count]) != digest:
            yield Finding(f"{REGISTER}: its first {count} lines are not those that {LOG} has", (brief, ""))
        elif lines is not None and len(lines) > count:
            yield Finding(f"{LOG}: does not have the last lines of {REGISTER} yet", (brief, ""), unfinished=True)


def register_lines(path: Path) -> list[bytes] | None:
    """The whole lines of a register with their ends; None where there is none. Raises `Problems` for a link."""
    if not os.path.lexists(path):
        return None
    return [line + b"\n" for line in read_bounded(path).split(b"\n")[:-1]]


def hash_of_lines(lines: Iterable[bytes]) -> str:
    """SHA-256 of the first lines of a register."""
    return hashlib.sha256(b"".join(lines)).hexdigest()


def anchor_files(folder: Path) -> list[Path]:
    """Signatures and time stamps beside the versions of a brief, or beside the log: by name, no links, not too many."""
    place = folder / SIGNATURES
    if place.is_symlink() or not place.is_dir():
        return []
    return sorted(islice((path for path in place.iterdir() if path.suffix in (".sig", ".tsr")), MOST_ANCHORS))


def hash_of_anchor(path: Path) -> str:
    """SHA-256 of a signature or a time stamp; words where it is none that is looked into."""
    if os.path.lexists(path) and path.lstat().st_size > LARGEST_ANCHOR:
        return "far too large"
    return hash_of(path)


def _anchor_findings(known: Known) -> Iterator[Finding]:
    """Signatures and time stamps that the log has and that are gone or are others; those that it has not yet."""
    places = [known.archive / brief for brief in known.briefs] + [known.archive] * (known.brief is None)
    here = {path.relative_to(known.archive).as_posix(): path for place in places for path in anchor_files(place)}
    for name, digest in known.told.anchors.items():
        brief, _, rest = name.partition("/") if name.count("/") == 2 else ("", "", name)
        about = (brief, _version_in(rest))
        if not known.mine(brief) and not (known.brief is None and not brief):
            continue
        if name not in here:
            yield Finding(f"{name}: is not here any more, and {LOG} has it", about)
        elif hash_of_anchor(here[name]) != digest:
            yield Finding(f"{name}: not the one that {LOG} has", about)
    for name, path in here.items() if known.chain.events else ():
        if name not in known.told.anchors:
            brief = name.partition("/")[0] if name.count("/") == 2 else ""
            yield Finding(f"{LOG}: does not list {name} yet", (brief, _version_in(path.name)), unfinished=True)


def _version_in(name: str) -> str:
    """The version that the name of a signature has: `signatures/2026-03-01_v1.2.0.KEY.sig`."""
    return name.rpartition("/")[2].partition("_v")[2].rpartition(".")[0].rpartition(".")[0]


def _index_findings(known: Known) -> Iterator[Finding]:
    """Where the index says otherwise than the log up to the line that it repeats; and what it does not list yet."""
    if not os.path.lexists(known.archive / INDEX):
        yield Finding("the index was not written", unfinished=True)
        yield from _latest_findings(known, None)
        return
    record = read_record(known.archive.resolve() / INDEX)
    entries = record.get("versions")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        yield Finding(f"{INDEX}: has no list of versions")
        return
    listed = {_key(one): one for one in entries if known.mine(_key(one)[0])}
    then = _at_that_time(record, listed, known)
    if then is None:
        yield _shortened()
        return
    if "chain" not in record and any(one.content for one in known.versions if (one.id, one.version) in listed):
        yield Finding(f"{LOG}: it is gone; an archive of versions with a content hash has one")
    now = _listing(known.versions, *then)
    for key in sorted({*now, *listed}):
        yield from _entry_findings(key, now.get(key), listed.get(key))
    behind = [key for key, entry in _listing_of_today(known).items() if now.get(key) != entry]
    for key in behind:
        yield Finding(f"{INDEX}: was not written after the last change of version {key[1]}", key, unfinished=True)
    lines = record.get("chain", {}).get("lines") if isinstance(record.get("chain"), dict) else None
    if not behind and lines != (len(known.chain.events) or None):
        yield Finding(f"{INDEX}: was not written after the last line of {LOG}", ("", "index"), unfinished=True)
    finished = not behind and not known.chain.cut and lines == (len(known.chain.events) or None)
    yield from _latest_findings(known, record if finished else None)


def _shortened() -> Finding:
    return Finding(f"{INDEX}: repeats a line of {LOG} that is not there: the log was shortened, or made anew")


def _key(entry: Mapping[str, Any]) -> Key:
    return str(entry.get("id")), str(entry.get("version"))


def _at_that_time(
    record: Mapping[str, Any], listed: Mapping[Key, Mapping[str, Any]], known: Known
) -> tuple[set[Key], Mapping[Key, tuple[str, str]]] | None:
    """The versions and withdrawals that there were when the index was written; None where it lies about the log."""
    chain = record.get("chain")
    if chain is None:  # an index of before 0.3.0: it lists what there was, and the log began later
        here = withdrawals_in(known.archive, known.briefs)
        gone = {key: here[key] for key, entry in listed.items() if entry.get("state") == "withdrawn" and key in here}
        return {(one.id, one.version) for one in known.versions} & set(listed), gone
    lines, head = (chain.get("lines"), chain.get("head")) if isinstance(chain, dict) else (None, None)
    if type(lines) is not int or not 0 < lines <= len(known.chain.events) or known.chain.hashes[lines - 1] != head:
        return None
    told = told_by(known.chain.until(lines))
    return set(told.versions), told.withdrawn


def _listing(
    mine: Iterable[Version], keys: Iterable[Key], gone: Mapping[Key, tuple[str, str]]
) -> dict[Key, dict[str, Any]]:
    """The entries of an index that lists these versions, with these withdrawals."""
    wanted = set(keys)
    chosen = [one for one in mine if (one.id, one.version) in wanted]
    entries = {}
    for brief in {one.id: None for one in chosen}:
        why = {key[1]: {"date": entry[0], "reason": entry[1]} for key, entry in gone.items() if key[0] == brief}
        for one in with_states([one for one in chosen if one.id == brief], why):
            entries[one.id, one.version] = asdict(one)
    return entries


def _listing_of_today(known: Known) -> dict[Key, dict[str, Any]]:
    return {(one.id, one.version): asdict(one) for one in known.versions}


def _entry_findings(key: Key, wanted: Mapping[str, Any] | None, entry: Mapping[str, Any] | None) -> Iterator[Finding]:
    if wanted is None:
        yield Finding(f"{INDEX}: lists version {key[1]} of {key[0]}, which is not here", key)
    elif entry is None:
        yield Finding(f"{INDEX}: does not list this version", key)
    else:
        entry = {"content": "", **entry}
        differ = sorted(name for name, value in wanted.items() if entry.get(name) != value)
        if differ:
            yield Finding(f"{INDEX}: says otherwise of this version: {', '.join(differ)}", key)


def _latest_findings(known: Known, record: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Copies of the current version that are none, and pages that were changed since the index was written.

    Without a finished index (`record`) a copy may still be that of another version of the brief, or missing.
    """
    for brief in known.briefs:
        mine = [one for one in known.versions if one.id == brief]
        current = next((one for one in mine if one.state == "current"), None)
        wanted = {f"latest{Path(name).suffix}": digest for name, digest in current.files.items()} if current else {}
        about = (brief, current.version if current else "")
        here = {path.name for path in (known.archive / brief).glob("latest.*")}
        for name in sorted({*wanted, *here} if record else here):
            digest = hash_of(known.archive / brief / name)
            others = set() if record else {digest for one in mine for digest in one.files.values()}
            if digest not in {wanted.get(name), *others}:
                yield Finding(f"{name}: not the {Path(name).suffix[1:].upper()} of the current version", about)
    yield from _strangers(known, record)
    pages = record.get("pages") if record else None
    for name, digest in pages.items() if isinstance(pages, dict) else ():
        brief = str(name).partition("/")[0] if "/" in str(name) else ""
        if known.mine(brief) and _page_hash(known.archive, str(name)) != digest:
            version = str(name).rpartition("/v")[2].removesuffix(".html") if brief else "index"
            yield Finding(f"{name}: not the page that was written with the index", (brief, version))


def _strangers(known: Known, record: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Pages that the index does not vouch for, and documents and pages that no command wrote there."""
    own = {"index.html", "feed.atom", *(f"{one.id}/v{one.version}.html" for one in known.versions)}
    pages = record.get("pages") if record else None
    if record and "chain" in record and (not isinstance(pages, dict) or set(pages) != own) and not known.brief:
        yield Finding(f"{INDEX}: its list of pages is not that of the versions", ("", "index"))
    latest = {f"{one.id}/latest{Path(name).suffix}" for one in known.versions for name in one.files}
    places = ("*", *(f"{brief}/*" for brief in known.briefs))
    for path in sorted(path for place in places for path in known.archive.glob(place)):
        name = path.relative_to(known.archive).as_posix()
        if path.suffix in _SHOWN and name not in own | latest and not path.name.startswith("."):
            yield Finding(f"{name}: no command of ours wrote this here", (name.partition("/")[0], "index"))


_SHOWN = (".html", ".htm", ".pdf", ".docx", ".atom", ".svg", ".js")
"""Endings of what readers of an archive open."""


def _page_hash(archive: Path, name: str) -> str:
    parts = Path(name).parts
    if ".." in parts or len(parts) > 2 or Path(name).is_absolute():
        return "no page"
    return hash_of(archive / name)


_OF_THE_LOG: tuple[Callable[[Known], Iterator[Finding]], ...] = (
    _log_findings, _withdrawal_findings, _register_findings, _anchor_findings,
)  # fmt: skip
