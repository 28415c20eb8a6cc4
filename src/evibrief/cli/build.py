"""The command `build`, for one brief."""

import argparse
import sys
from collections.abc import Sequence

from evibrief.build import build
from evibrief.build_cache import WrittenFile
from evibrief.cli import printing
from evibrief.cli.caching import kept_of
from evibrief.cli.many import are_many, build_many
from evibrief.formats.registry import names
from evibrief.problems import Problem

LAYERS = ("page", "summary", "core", "full")


def formats_of(text: str) -> tuple[str, ...]:
    """The names of the formats that an option lists, each once. Raises `ArgumentTypeError` for an unknown one."""
    asked = [name.strip() for name in text.split(",")]
    for name in asked:
        if name not in names():
            raise argparse.ArgumentTypeError(f"`{name}` is not one of {', '.join(names())}")
    return tuple(name for name in names() if name in asked)


def run_build(options: argparse.Namespace) -> int:
    """Build a brief, or a draft of it, and print what was written; or several briefs."""
    if are_many(options):
        return build_many(options)
    (options.brief,) = options.briefs
    if options.draft:
        return _run_draft(options)
    with printing.progress(quiet=options.quiet) as report:
        written = build(options.brief, options.output, options.format or names(), report, _tell_warnings,
                        options.layer, kept_of(options))  # fmt: skip
    if not options.quiet:
        for document in written:
            print(_described(document))
    return 0


def _run_draft(options: argparse.Namespace) -> int:
    """Write a draft. What is unfinished is printed, and is no failure."""
    from evibrief.drafts import build_draft

    written, problems = build_draft(options.brief, options.output, options.format or names(), options.layer)
    printing.print_problems(problems)
    if not options.quiet:
        for document in written:
            print(_described(document))
    return 0


def _tell_warnings(problems: Sequence[Problem]) -> None:
    if problems:
        number = f"{len(problems)} warning{'s' * (len(problems) != 1)}"
        print(f"evibrief: {number}, and the build goes on; `evibrief check` shows them", file=sys.stderr)


def _described(document: WrittenFile) -> str:
    pages = f", {document.pages} page{'s' * (document.pages != 1)}" if document.pages else ""
    state = "" if document.fresh else " (up to date)"
    return f"{document.path}  {document.size / 1024:.0f} kB{pages}{state}"
