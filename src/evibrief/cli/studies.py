"""The command `studies`: which publications are not appraised yet, and stubs for them."""

import argparse
from pathlib import Path

from evibrief.files import replace_file
from evibrief.problems import Place, Problem, Problems, errors_in


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
        demand_own(path)
        replace_file(path, found.text)
        print(f"{path}: added {', '.join(found.references)}; fill in what is `to be filled in`")
    return 0


def demand_own(path: Path) -> None:
    """Raise `Problems` for a link, because the file belongs to another brief."""
    if path.is_symlink():
        message, hint = "this is a link to a file elsewhere", "put the file itself here"
        raise Problems([Problem(Place(str(path)), "rewrite", message, hint)])
