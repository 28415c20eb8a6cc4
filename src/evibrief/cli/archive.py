"""The commands of the archive: `archive`, `diff`, `since`, `extract`, `withdraw`."""

import argparse
import datetime
import sys
from pathlib import Path

from evibrief.cli.caching import kept_of
from evibrief.cli.printing import progress


def run_archive(options: argparse.Namespace) -> int:
    """Archive a version."""
    from evibrief.archive.keep import archive_version

    with progress(quiet=False) as report:
        kept = archive_version(options.brief, options.archive, datetime.date.today(), report, kept_of(options))
    print(f"{kept.folder}{'' if kept.fresh else ' (already there)'}")
    return 0


def run_diff(options: argparse.Namespace) -> int:
    """Print what changed between two briefs."""
    from evibrief.archive.opened import opened, side_of
    from evibrief.archive.versions import last_version, same_version
    from evibrief.rating.diff import changes_as_json, changes_as_markdown, changes_as_text, compare
    from evibrief.rating.diff_tallies import changed_tallies

    with opened(options.new or options.old) as folder:
        now = side_of(folder)
    last = last_version(now.brief, options.archive)
    same = same_version(now.brief, options.archive)
    if same and not options.new and compare(side_of(options.archive / same.folder / "evidence"), now):
        last = same  # the brief was changed after this version was archived
    old = options.old if options.new else str(options.archive / last.folder) if last else None
    if last and not options.new:
        print(f"since version {last.version} of {last.date}, {old}:", file=sys.stderr)
    if old is None:
        print(f"{options.old}: no earlier version is archived, so there is nothing to compare it with")
        return 0
    with opened(old) as folder:
        was = side_of(folder)
    if any(Path(one).is_file() for one in (old, options.new or options.old)):
        print("compared: the evidence in the documents, not their pages; `verify` compares pages", file=sys.stderr)
    changes = compare(was, now)
    if options.format == "json":
        print(changes_as_json(changes, changed_tallies(was.findings, now.findings)), end="")
    else:
        print((changes_as_markdown if options.format == "md" else changes_as_text)(changes), end="")
    return 0


def run_since(options: argparse.Namespace) -> int:
    """Write `since.yaml` for the next version."""
    from evibrief.archive.since import write_since

    written = write_since(options.brief, options.archive)
    print(written or f"{options.brief}: no earlier version is archived, so there is nothing to compare it with")
    return 0


def run_extract(options: argparse.Namespace) -> int:
    """Write a document's evidence into a folder."""
    from evibrief.evidence.places import MANIFEST
    from evibrief.files import write_folder
    from evibrief.formats.carried import carried_files, read_document

    folder: Path = options.output
    files = dict(carried_files(read_document(options.document), str(options.document)))
    files.pop(MANIFEST, None)
    write_folder(files, folder)
    print(f"{folder}: {len(files)} file{'s' * (len(files) != 1)}; build it with `evibrief build {folder}`")
    return 0


def run_withdraw(options: argparse.Namespace) -> int:
    """Withdraw a version."""
    from evibrief.archive.withdraw import withdraw_version

    gone = withdraw_version(
        options.archive, options.brief, options.version, options.reason, datetime.date.today()
    )
    print(f"{gone.title}, version {gone.version}: withdrawn. {gone.reason}")
    return 0
