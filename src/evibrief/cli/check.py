"""The commands `check` and `rules`."""

import argparse
import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from typing import Any

from evibrief.checks.load import Loaded
from evibrief.cli.importing import bytes_of, write_data_file
from evibrief.cli.many import are_many, check_many
from evibrief.cli.of_files import briefs_of
from evibrief.cli.printing import print_annotations, print_json, print_problems, print_sarif, without_error
from evibrief.cli.quotes import look_up_quotes, with_passages
from evibrief.problems import Problem, Problems


def run_check(options: argparse.Namespace) -> int:
    """Check a brief, its references against a list of retractions, or its quotations; or several briefs or files."""
    if options.files:
        options.briefs = briefs_of(options.briefs)
        if not options.briefs:
            return 0
    if are_many(options):
        return check_many(options)
    (options.brief,) = options.briefs
    if options.retractions:
        from evibrief.importers.retraction_watch import RetractionWatch

        data = bytes_of(options.retractions, RetractionWatch.largest)
        with nullcontext() if options.format == "text" else redirect_stdout(sys.stderr):  # a program reads the rest
            write_data_file(options.brief, options.retractions, data, RetractionWatch())
    misses = look_up_quotes(options.brief, options.quotes) if options.quotes else {}
    loaded: Loaded | None = None
    try:
        from evibrief.build import checked

        loaded = checked(options.brief, datetime.date.today())
        problems = loaded.warnings
    except Problems as wrong:
        problems = with_passages(wrong.problems, misses)
    if options.format == "json":
        print_json(problems, _ratings(loaded))
    elif options.format == "text":
        print_problems(problems, "")  # nobody expects a check to write, and what was looked up was written
    else:
        _PRINTERS[options.format](problems)
    if loaded and options.format == "text":
        brief = loaded.brief
        print(f"{options.brief}: {without_error(len(brief.all_claims), len(brief.studies))}")
    return 0 if loaded else 1


def _ratings(loaded: Loaded | None) -> Mapping[str, Any]:
    """All ratings with the studies that they count, if there is no error."""
    from evibrief.rating.tally_records import ratings_as_data

    return {"ratings": ratings_as_data(loaded.findings)} if loaded else {}


_PRINTERS: Mapping[str, Callable[[Sequence[Problem]], None]] = {
    "text": print_problems,
    "github": print_annotations,
    "sarif": print_sarif,
}
CHECK_FORMATS = ("text", "json", "github", "sarif")


def run_rules(options: argparse.Namespace) -> int:
    """Print all rules."""
    from evibrief.checks.catalogue import describe, rules_in_words

    words = describe(options.rule) if options.rule else rules_in_words()
    if words is None:
        print(f"evibrief: there is no rule {options.rule}", file=sys.stderr)
        return 2
    print(words.rstrip("\n"))
    return 0
