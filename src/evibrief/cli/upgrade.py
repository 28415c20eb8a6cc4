"""The command `upgrade`: writes a brief in the newest format of the evidence."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.cli.printing import print_problems
from evibrief.files import replace_file
from evibrief.problems import Place, Problem, Problems

if TYPE_CHECKING:
    from evibrief.evidence.rewrite import Rewriting
    from evibrief.evidence.source import SourceTree


def run_upgrade(options: argparse.Namespace) -> int:
    """Write the files of a brief in the newest format: all of them or none."""
    from evibrief.evidence.read_folder import read_brief
    from evibrief.evidence.rewrite import rewriting
    from evibrief.evidence.upgrade import NEWEST
    from evibrief.evidence.validate import read_records

    source, problems = read_brief(options.brief)
    brief, refused = read_records(source)
    if brief is None or problems or refused:
        raise Problems((*problems, *refused))
    found = rewriting(source)
    if not found.files:
        print(f"{options.brief}: this is in format {NEWEST} already; nothing was changed")
        return 0
    _demand_own(found)
    # `brief.yaml` names the format, so it comes last: a run that is interrupted can be repeated.
    for path in sorted(found.files, key=lambda one: Path(one).name == "brief.yaml"):
        replace_file(Path(path), found.files[path])
        print(path)
    print("\n".join(("", *_told(found, source))))
    if found.left:
        print("\nleft to a person:")
        print_problems(found.left)
    return 0


def _demand_own(found: "Rewriting") -> None:
    """Raise `Problems` for files that are links, because they belong to another brief."""
    message, hint = "this is a link to a file elsewhere", "put the file itself here, or upgrade it where it is"
    links = [path for path in found.files if Path(path).is_symlink()]
    if links:
        raise Problems(Problem(Place(path), "rewrite", message, hint) for path in links)


def _told(found: "Rewriting", source: "SourceTree") -> Iterator[str]:
    """What was changed: how often which word became which, and why."""
    changes: Counter[tuple[str, str]] = Counter()
    for edit in found.edits:
        span = source.spans[edit.location]
        was = source.texts[span.path][span.start : span.end].strip()
        field = str(edit.location[-1])
        words = f"`{field}` is gone" if edit.word is None else f"`{field}: {was}` is now `{edit.word}`"
        changes[words, edit.why] += 1
    for (words, why), number in changes.items():
        yield f"{number} × {words}: {why}"
