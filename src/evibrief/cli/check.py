"""The commands `check` and `rules`."""

import argparse
import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evibrief.checks.load import Loaded, load
from evibrief.cli.printing import print_annotations, print_json, print_problems
from evibrief.evidence.load import read_evidence
from evibrief.problems import Place, Problem, Problems


def run_check(options: argparse.Namespace) -> int:
    """Check a brief, or its references against a list of retractions."""
    if options.retractions:
        _check_retractions(options.brief, options.retractions)
    loaded: Loaded | None = None
    try:
        loaded = load(options.brief, datetime.date.today())
        problems = loaded.warnings
    except Problems as wrong:
        problems = wrong.problems
    _PRINTERS[options.format](problems)
    if loaded and options.format == "text":
        brief = loaded.brief
        print(
            f"{options.brief}: {len(brief.all_claims)} claims, {len(brief.studies)} references; "
            "the rules found no error"
        )
    return 0 if loaded else 1


def _check_retractions(folder: Path, file: Path) -> None:
    """Compare the references with a list of notices; the report of an earlier check is replaced, whatever is in it."""
    from evibrief.evidence.write_yaml import yaml_text
    from evibrief.files import replace_file
    from evibrief.importers import retraction_watch

    brief, _, problems = read_evidence(folder, without=("retractions",))
    if brief is None or problems:
        raise Problems(problems)
    today = datetime.date.today()
    report = retraction_watch.check_references(brief.references, _list_of_notices(file), file.name, str(file), today)
    target = folder / "retractions.yaml"
    replace_file(target, yaml_text(report.model_dump(exclude_defaults=True), retraction_watch.REMARKS))
    print(f"{target}: {len(brief.references)} references compared with {file.name}, notices: {report.rows}")
    for line in retraction_watch.summary(report):
        print(line)


def _list_of_notices(file: Path) -> bytes:
    """The bytes of a list of notices. Raises `Problems` where there are too many, also of what has no size."""
    from evibrief.importers.retraction_watch import LARGEST_FILE

    size = file.stat().st_size
    with file.open("rb") as stream:
        data = stream.read(LARGEST_FILE + 1) if size <= LARGEST_FILE else b""
    if max(size, len(data)) > LARGEST_FILE:
        message = f"more than {LARGEST_FILE / 1e6:.0f} MB are not read"
        raise Problems([Problem(Place(str(file)), "too-large", message, "is this the right file?")])
    return data


_PRINTERS: Mapping[str, Callable[[Sequence[Problem]], None]] = {
    "text": print_problems,
    "json": print_json,
    "github": print_annotations,
}


def run_rules(options: argparse.Namespace) -> int:
    """Print all rules."""
    from evibrief.checks.catalogue import describe, rules_in_words

    words = describe(options.rule) if options.rule else rules_in_words()
    if words is None:
        print(f"evibrief: no rule is called {options.rule}", file=sys.stderr)
        return 2
    print(words.rstrip("\n"))
    return 0
