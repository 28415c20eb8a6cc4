"""The commands that anchor an archive outside of it, and what `verify` says of a folder.

In: arguments. Out: what is printed, and an exit code.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXITS = {
    "current": 0, "superseded": 0, "unknown": 0, "altered": 4, "damaged": 4, "unfinished": 6, "withdrawn": 7,
}  # fmt: skip
"""What `verify` of a folder ends with, by the worst that it found; 1 is what cannot be read."""


def add_commands(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `sign` and `timestamp` to the command line; `command` makes one."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add to `verify` whom its reader trusts."""
    parser.add_argument("--signers", type=Path, metavar="FILE", help="keys that you know, as OpenSSH's allowed_signers")
    parser.add_argument("--tsa-certificates", type=Path, metavar="FILE", help="PEM of time-stamp authorities' roots")


def verify_folder(options: argparse.Namespace) -> int:
    """Say whether an archived version, or a whole archive, is as it was archived; returns the exit code."""
    from evibrief.archived import is_in_an_archive, read_manifest
    from evibrief.inspection import UNFINISHED, check_version, version_findings
    from evibrief.problems import plain
    from evibrief.standing import standing_of

    folder: Path = options.path
    faults = check_version(folder)
    if faults:
        print("\n".join(map(plain, faults)))
        return EXITS["altered"]
    print(f"{folder}: every file is as the manifest names it")
    if not is_in_an_archive(folder):
        print("not in an archive: whether it still stands is not known")
        return 0
    record, archive = read_manifest(folder), folder.resolve().parent.parent
    standing = standing_of(archive, record["id"], record["version"])
    print(plain(standing.sentence))
    if undone := [one.text for one in version_findings(folder) if one.unfinished]:
        print(f"unfinished: {undone[0]}; {UNFINISHED}")
        return EXITS["unfinished"]
    return EXITS[standing.state]
