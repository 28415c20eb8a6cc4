"""The command `studies`: which publications are not appraised yet, and stubs for them."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.files import replace_files
from evibrief.problems import Place, Problem, Problems, errors_in, one_problem

if TYPE_CHECKING:
    from evibrief.evidence.source import SourceTree


def run_studies(options: argparse.Namespace) -> int:
    """List the publications that are cited as evidence without an appraisal; with `--stub`, write stubs for them."""
    from evibrief.evidence.read_folder import read_brief
    from evibrief.evidence.stubs import stubs

    source, problems = read_brief(options.brief)
    if wrong := [one for one in errors_in(problems) if not one.unfinished]:
        raise Problems(wrong)
    path = options.brief / "studies.yaml"
    found = stubs(source, str(path))
    if not found.references:
        print(f"{path}: every publication that is cited as evidence has an appraisal; nothing was changed")
    elif options.dry_run or not options.stub:
        print(found.lines, end="")
        print(f"{path}: not changed; `--stub` adds these {len(found.references)}")
    else:
        write_own(source, {path: found.text})
        print(f"{path}: added {', '.join(found.references)}; fill in what is `to be filled in`")
    return 0


def write_own(source: "SourceTree", texts: Mapping[Path, str]) -> None:
    """Write data files of a brief that was read before.

    Raises `Problems`, and writes nothing, for a link, for a file that somebody else changed since it was read, and for
    one that would be too large to be read again.
    """
    from evibrief.evidence.read_folder import LARGEST_SOURCE

    for path, text in texts.items():
        demand_own(path)
        if path.exists() != (str(path) in source.texts) or (path.exists() and path.read_bytes() != _read(source, path)):
            message = "this file was changed while the command ran"
            raise one_problem(str(path), "changed-meanwhile", message, "run the command again")
        if (size := len(text.encode())) > LARGEST_SOURCE:
            message = f"this file would have {size / 1e6:.0f} MB; the limit is {LARGEST_SOURCE / 1e6:.0f} MB"
            raise one_problem(str(path), "too-large", message, "add fewer, and only those that the brief cites")
    replace_files(texts.items())


def _read(source: "SourceTree", path: Path) -> bytes:
    """What a file had when it was read, to the byte."""
    return (source.saved.get(str(path)) or source.texts[str(path)]).encode()


def demand_own(path: Path) -> None:
    """Raise `Problems` for a link, because the file belongs to another brief."""
    if path.is_symlink():
        message, hint = "this is a link to a file elsewhere", "put the file itself here"
        raise Problems([Problem(Place(str(path)), "rewrite", message, hint)])
