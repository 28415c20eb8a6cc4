"""The commands `sign` and `timestamp`, and `verify` for folders.

In: arguments. Out: printed lines and an exit code. Only `timestamp` uses the network.
"""

import argparse
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.problems import plain

if TYPE_CHECKING:
    from evibrief.archive.integrity import Inconsistency
    from evibrief.archive.log import Chain
    from evibrief.archive.signatures import Signed
    from evibrief.archive.timestamps import Roots, Stamped
    from evibrief.archive.versions import Version

FOLDER_EXITS = {
    "current": 0, "superseded": 10, "unknown": 0, "altered": 4, "damaged": 4, "unfinished": 6, "withdrawn": 7,
    "not vouched for": 8,
}  # fmt: skip
"""The exit codes of `verify` for folders, by the worst finding; 1 means that something cannot be read.

8 occurs only if readers name whom they trust (`--signers`, `--tsa-certificates`), and none of these has signed or
time-stamped the version or the log that lists it. Without these options an unsigned version is fine, and is reported.
"""


def add_commands(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `sign` and `timestamp` to the command line; `command` creates a subcommand."""
    what = "an archived version, or a whole archive (the head of its log)"
    signs = command(commands, "sign", sign_folder, "sign an archived version or an archive with an SSH key")
    signs.add_argument("path", type=Path, metavar="archive/ID/VERSION", help=what)
    signs.add_argument("--key", type=Path, required=True, metavar="KEY", help="a private SSH key, as used for git")

    stamps = command(commands, "timestamp", stamp_folder, "have an authority time-stamp an archived version (network)")
    stamps.add_argument("path", type=Path, metavar="archive/ID/VERSION", help=what)
    stamps.add_argument("--tsa", required=True, metavar="URL", help="a time-stamp authority (RFC 3161); it gets a hash")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add to `verify` the options for whom the reader trusts."""
    parser.add_argument("--signers", type=Path, metavar="FILE", help="keys you trust, an OpenSSH allowed_signers file")
    parser.add_argument("--tsa-certificates", type=Path, metavar="FILE", help="PEM root certificates of TSAs you trust")


def sign_folder(options: argparse.Namespace) -> int:
    """Sign an archived version, or the head of an archive's log."""
    from evibrief.archive.anchors import sign

    path, fingerprint, fresh = sign(options.path, options.key)
    print(f"{path}: signed with key {fingerprint}{'' if fresh else ' (already there)'}")
    return 0


def stamp_folder(options: argparse.Namespace) -> int:
    """Have an authority time-stamp a version or an archive."""
    from evibrief.archive.anchors import time_stamp
    from evibrief.archive.timestamps import ask_authority, host_of

    print(f"asking {plain(host_of(options.tsa))} over the network; only a hash is sent", flush=True)
    path, stamped = time_stamp(options.path, lambda message: ask_authority(message, options.tsa))
    print(f"{path}: time-stamped on {stamped.at}")
    return 0


def verify_folder(options: argparse.Namespace) -> int:
    """Print whether an archived version, or a whole archive, is unaltered; returns the exit code."""
    from evibrief.archive.anchors import is_whole_archive, read_roots
    from evibrief.archive.signatures import demand_list

    signers = options.signers
    if signers:
        demand_list(signers)
    roots = read_roots(options.tsa_certificates) if options.tsa_certificates else None
    if is_whole_archive(options.path):
        return _verify_archive(options.path, signers, roots)
    return _verify_version(options.path, signers, roots)


def _verify_version(folder: Path, signers: Path | None, roots: "Roots | None") -> int:
    from evibrief.archive.anchors import anchors_of, anchors_of_log
    from evibrief.archive.integrity import UNFINISHED, faults_among, version_findings
    from evibrief.archive.standing import standing_of
    from evibrief.archive.versions import is_in_an_archive, read_log, read_manifest

    found = version_findings(folder)
    if faults := faults_among(found, folder):
        print(f"{plain(str(folder))}: ALTERED")
        print("".join(f"  {plain(fault)}\n" for fault in faults), end="")
        return FOLDER_EXITS["altered"]
    print(f"{plain(str(folder))}: every file matches the manifest")
    if not is_in_an_archive(folder):
        print("not in an archive: it is not known whether it is still current, or who signed it")
        return 0
    record, archive = read_manifest(folder), folder.resolve().parent.parent
    key, chain = (record["id"], record["version"]), read_log(archive)
    standing = standing_of(archive, *key)
    print(plain(standing.sentence))
    anchors = anchors_of(folder, signers, roots)
    _print_anchors(anchors)
    print(plain(_coverage(chain, key)))
    undone = [one.text for one in found if one.unfinished]
    if undone:
        print(plain(f"unfinished: {undone[0]}; {UNFINISHED}"))
    covered = key in _covered(chain, anchors_of_log(archive, chain, signers, roots))
    own = _states(anchors, bool(signers), roots is not None, covered)
    return _worst([standing.state, *(["unfinished"] if undone else []), *own])


def _covered(chain: "Chain", fixed: "Sequence[tuple[int, Signed | Stamped]]") -> frozenset[tuple[str, str]]:
    """The versions in the part of the log that someone the reader trusts has signed or time-stamped."""
    from evibrief.archive.log import told_by

    last = max((lines for lines, one in fixed if one.state in ("known", "confirmed")), default=0)
    told = told_by(chain)
    return frozenset(key for key, line in told.lines.items() if line <= last and key not in told.found)


def _log_if_whole(archive: Path) -> "Chain | None":
    """The log of an archive; None if it is damaged, which the findings tell."""
    from evibrief.archive.versions import read_log
    from evibrief.problems import Problems

    try:
        return read_log(archive)
    except Problems:
        return None


def verify_signer_of(folder: Path, options: argparse.Namespace) -> int:
    """Print who signed and time-stamped the version of a single document; returns the exit code."""
    from evibrief.archive.anchors import anchors_of, anchors_of_log, read_roots
    from evibrief.archive.signatures import demand_list
    from evibrief.archive.versions import read_manifest

    if options.signers:
        demand_list(options.signers)
    roots = read_roots(options.tsa_certificates) if options.tsa_certificates else None
    anchors = anchors_of(folder, options.signers, roots)
    _print_anchors(anchors, "  ")
    record, archive = read_manifest(folder), folder.parent.parent
    chain = _log_if_whole(archive)
    fixed = anchors_of_log(archive, chain, options.signers, roots) if chain else ()
    covered = chain is not None and (record["id"], record["version"]) in _covered(chain, fixed)
    return _worst(["current", *_states(anchors, bool(options.signers), roots is not None, covered)])


def _print_anchors(anchors: "Sequence[Signed | Stamped]", indent: str = "") -> None:
    from evibrief.archive.signatures import Signed

    signatures = [one.sentence for one in anchors if isinstance(one, Signed)]
    stamps = [one.sentence for one in anchors if not isinstance(one, Signed)]
    for sentence in (*(signatures or ["not signed"]), *(stamps or ["not time-stamped"])):
        print(f"{indent}{plain(sentence)}")


def _states(
    anchors: "Sequence[Signed | Stamped]", by_signers: bool, by_roots: bool, covered: bool = False
) -> list[str]:
    """What signatures and time stamps add to the exit code. `covered`: it is in a log signed by someone trusted.

    Unsigned versions are fine, unless the reader names whom they trust.
    """
    from evibrief.archive.signatures import Signed

    found = ["altered" for one in anchors if one.state == "bad"]
    for wanted, kind in ((by_signers, True), (by_roots, False)):
        mine = [one.state for one in anchors if isinstance(one, Signed) is kind]
        if wanted and not covered and not {"known", "confirmed"} & set(mine):
            found.append("not vouched for")
    return found


def _worst(states: Sequence[str]) -> int:
    """The exit code of the worst state, in the order below."""
    order = ("altered", "damaged", "unfinished", "withdrawn", "not vouched for", "superseded")
    return FOLDER_EXITS[min(states, key=lambda state: order.index(state) if state in order else len(order))]


def _coverage(chain: "Chain", key: tuple[str, str]) -> str:
    """What the archive's log says about a version, and what it cannot show."""
    from evibrief.archive.log import told_by

    told = told_by(chain)
    if not told.lines:
        return "the archive has no log yet: it is not known whether this version and its manifest were changed together"
    line = told.lines.get(key)
    if line is None:
        return "the archive's log does not list it yet"
    if key in told.found:
        return "the archive's log began after this version: it shows only later changes"
    return f"line {line} of the archive's log has it; `evibrief verify` on the archive checks the whole log"


def _verify_archive(archive: Path, signers: Path | None, roots: "Roots | None") -> int:
    from evibrief.archive.anchors import anchors_of, anchors_of_log
    from evibrief.archive.integrity import findings
    from evibrief.archive.versions import file_faults, versions

    listed, found, chain = versions(archive), findings(archive), _log_if_whole(archive)
    fixed = anchors_of_log(archive, chain, signers, roots) if chain else ()
    covered = _covered(chain, fixed) if chain else frozenset()
    about, states = _by_version(found), ["current"]
    for one in sorted(listed, key=lambda one: (one.id, one.number)):
        anchors = anchors_of(archive / one.folder, signers, roots)
        states += _print_version(one, file_faults(archive / one.folder), about.pop((one.id, one.version), ()))
        _print_anchors(anchors, "  ")
        states += _states(anchors, bool(signers), roots is not None, (one.id, one.version) in covered)
    states += _print_rest(found, {*about})
    if chain:
        states += ["altered" for _, one in fixed if one.state == "bad"]
        _print_log(chain, fixed)
    return _worst(states)


def _by_version(found: "Iterable[Inconsistency]") -> "dict[tuple[str, str], list[Inconsistency]]":
    groups: dict[tuple[str, str], list[Inconsistency]] = {}
    for one in found:
        groups.setdefault(one.about, []).append(one)
    return groups


def _print_rest(found: "Sequence[Inconsistency]", about: Collection[tuple[str, str]]) -> list[str]:
    """Print the findings that are about no version of the archive; returns what they add to the exit code."""
    from evibrief.archive.integrity import UNFINISHED

    rest = [one for one in found if one.about in about]
    for one in rest:
        print(plain(f"{'unfinished' if one.unfinished else 'ALTERED'}: {one.text}"))
    if any(one.unfinished for one in found):
        print(f"unfinished: {UNFINISHED}")
    return ["unfinished" if one.unfinished else "altered" for one in rest]


def _print_version(one: "Version", faults: list[str], mine: "Sequence[Inconsistency]") -> list[str]:
    """Print a line for a version of an archive, with its faults; returns what that adds to the exit code."""
    faults = faults + [other.text for other in mine if not other.unfinished]
    undone = [other.text for other in mine if other.unfinished]
    said = "ALTERED" if faults else f"unfinished, {one.state}" if undone else f"unaltered, {one.state}"
    reason = f": {one.reason}" if one.reason else ""
    print(plain(f"{one.id} {one.version} of {one.date}: {said}{reason}"))
    for fault in (*faults, *undone):
        print(f"  {plain(fault)}")
    return ["altered"] * bool(faults) + ["unfinished"] * bool(undone)


def _print_log(chain: "Chain", fixed: "Sequence[tuple[int, Signed | Stamped]]") -> None:
    """Print the log in words, who signed or time-stamped it, and what all of this cannot show."""
    from evibrief.archive.log import told_by

    count = len(chain.events)
    if not count:
        print("the archive has no log yet: the next version, withdrawal or signature starts one")
    else:
        print(f"log: {count} line{'s' * (count != 1)}, each with the hash of the line before; its head is {chain.head}")
        if before := sorted(told_by(chain).found):
            named = ", ".join(f"{brief} {version}" for brief, version in before)
            print(plain(f"archived before the log began, covered only from then on: {named}"))
    for lines, one in fixed:
        print(plain(f"log up to line {lines}: {one.sentence}"))
    good = [lines for lines, one in fixed if one.state in ("known", "confirmed", "unjudged")]
    covered = max(good, default=0)
    print(_CANNOT_SHOW if not covered else _CANNOT_SHOW_AFTER.format(covered=covered))


_CANNOT_SHOW = (
    "What this cannot show: whether someone who can write to the whole archive replaced it and its log, or cut off its "
    "end. The log is not signed or time-stamped: run `evibrief sign ARCHIVE`, or keep its head elsewhere."
)
_CANNOT_SHOW_AFTER = (
    "What this cannot show: whether lines after line {covered} were replaced or cut off, and whether the keys and "
    "authorities above belong to whom you think."
)
