"""The command line: arguments and exit codes; each command is in the file of its group.

A traceback is always our bug.
"""

import argparse
import io
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from evibrief import __version__
from evibrief.cli import (
    anchors,
    caching,
    citing,
    editor,
    exporting,
    importing,
    limits,
    mailing,
    many,
    news,
    preview,
    printing,
    verify,
)
from evibrief.cli.archive import run_archive, run_diff, run_extract, run_since, run_withdraw
from evibrief.cli.build import LAYERS, formats_of, run_build
from evibrief.cli.check import CHECK_FORMATS, run_check, run_rules
from evibrief.cli.in_words import codes_in_words, run_commands, run_files
from evibrief.cli.new import run_new, run_reference, run_schema
from evibrief.cli.printing import TextOnly, print_problems
from evibrief.cli.review import recipient_of, run_comments, run_review_copy
from evibrief.cli.stopping import end_at_once, stoppable
from evibrief.cli.studies import run_studies
from evibrief.cli.upgrade import run_upgrade
from evibrief.formats.registry import names
from evibrief.problems import Place, Problem, Problems, one_problem, plain
from evibrief.sandbox import run_command, too_much_memory
from evibrief.workfolders import remove_open_folders, work_folder

EXITS = {0: "fine", 1: "something is wrong; it is printed, with its place", 2: "wrong usage"}


def main(arguments: Sequence[str] | None = None, apart: bool = False) -> int:
    """Run one command. `apart` means that this is the separate process for files from strangers.

    Returns the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Greek gets an escape, not a traceback
            stream.reconfigure(errors="backslashreplace")
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = TextOnly(sys.stdout), TextOnly(sys.stderr)
    try:
        options = _parser().parse_args(words)
        with nullcontext() if apart else stoppable():
            code = _run_apart(options, words) if _opens(options) and not apart else _run(options, apart)
    except KeyboardInterrupt:
        code = _stopped()
    finally:
        if lost := _hand_over():
            print(f"evibrief: {lost}", file=sys.stderr)
        sys.stdout, sys.stderr = before
    return 1 if lost else code


def _hand_over() -> str:
    """Flush standard output. Returns why that failed, if it did; the rest of the output is then discarded."""
    try:
        sys.stdout.flush()
    except OSError as error:  # Python would try again at exit, and print a traceback
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        return error.strerror or "the output cannot be written"
    return ""


def _opens(options: argparse.Namespace) -> bool:
    """Whether the command may open files from strangers."""
    if options.run is run_check:
        return options.retractions is not None or options.quotes is not None
    return hasattr(options, "memory") and getattr(options, "what", "returned") == "returned"


def _run_apart(options: argparse.Namespace, words: Sequence[str]) -> int:
    try:
        with work_folder() as temporary:
            return run_command(words, limits.limits_of(options), temporary)
    except Problems as ended:
        print_problems(ended.problems)
        return 1


def _run(options: argparse.Namespace, apart: bool = False) -> int:
    try:
        return int(options.run(options))
    except Problems as wrong:
        print_problems(wrong.problems)
        return 1
    except MemoryError:
        print_problems(_no_room(apart).problems)
        return 1
    except OSError as error:
        print(f"evibrief: {_of_system(error)}", file=sys.stderr)
        _hand_over()
        return 1
    except Exception as bug:
        if _is_short_of_memory(bug, apart):
            print_problems(_no_room(apart).problems)
            return 1
        if not apart:
            raise
        # A file triggered a bug of ours. The user must know that nothing in it was accepted.
        message = f"this file crashed the program, and nothing in it was accepted: {type(bug).__name__}: {bug}"
        print_problems([Problem(Place("evibrief"), "bug", message, "please report it, with the file")])
        return 1


def _of_system(error: OSError) -> str:
    """An error of the system in a line. A library may raise one with nothing but words."""
    place = f"{error.filename}: " if error.filename else ""
    return plain(place + (error.strerror or " ".join(str(error).split())))


def _stopped() -> int:
    remove_open_folders()  # their own removal may be what was stopped
    with suppress(OSError):  # the terminal may be gone
        print("evibrief: stopped; nothing is half written", file=sys.stderr)
    if threading.active_count() > 1:
        end_at_once(1)
    return 1


def _no_room(apart: bool) -> Problems:
    """What is told of a want of memory: where this command sets no limit, no option can raise it."""
    if apart:
        return too_much_memory()
    hint = "close other programs, or have the limits raised that `ulimit -a` shows"
    return one_problem("evibrief", "no-memory", "there is no room for more memory, threads or processes", hint)


def _is_short_of_memory(bug: Exception, apart: bool) -> bool:
    """Whether a module could not be compiled or loaded, or a thread not started, for which there was no room."""
    no_thread = isinstance(bug, RuntimeError) and "start new thread" in str(bug)
    no_module = isinstance(bug, ImportError | SyntaxError) and not isinstance(bug, ModuleNotFoundError)
    return no_thread or (no_module and apart)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evibrief",
        description="Evidence in YAML goes in; a dated, versioned evidence brief comes out as PDF, DOCX and HTML.",
        epilog=codes_in_words(EXITS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"evibrief {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    builds = _command(commands, "build", run_build, "check briefs and write their documents")
    many.add_many(builds)
    listed = f"{', '.join(names())}, or a list with commas"
    builds.add_argument("--format", type=formats_of, action="extend", help=f"{listed} (default: all)")
    builds.add_argument("--output", type=Path, default=Path("build"), help="where to write (default: build)")
    layers = "page 1; page 1 and summary; the core, which can be sent alone; or everything"
    builds.add_argument("--layer", choices=LAYERS, default="full", help=layers)
    drafts = "show a half-written brief, with each unfinished place marked; it cannot be verified or archived"
    builds.add_argument("--draft", action="store_true", help=drafts)
    caching.add_option(builds)
    builds.add_argument("--quiet", action="store_true", help="print nothing but problems")

    preview.add_command(commands, _command)

    checks = _command(commands, "check", run_check, "list the problems of briefs, and build nothing")
    many.add_many(checks)
    checks.add_argument("--format", choices=CHECK_FORMATS, default="text", help="for people or machines")
    of_files = "the arguments are files: check the briefs that they belong to, and leave other files alone"
    checks.add_argument("--files", action="store_true", help=of_files)
    checks.add_argument(
        "--retractions", type=Path, metavar="FILE", help="read this Retraction Watch CSV and write retractions.yaml"
    )
    checks.add_argument(
        "--quotes", type=Path, metavar="FOLDER", help="look up the quotations in these texts and write quotes.yaml"
    )
    limits.add_limits(checks)

    rules = _command(commands, "rules", run_rules, "explain one or all of the rules of `check`")
    rules.add_argument("rule", nargs="?", metavar="RULE", help="its name, as `check` prints it in brackets")

    keeps = _command(commands, "archive", run_archive, "build a brief and archive it as a permanent, dated version")
    keeps.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    keeps.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")
    caching.add_option(keeps)

    compares = _command(commands, "diff", run_diff, "show what changed between two briefs, conclusions first")
    sides = "a folder, an archived version, a PDF or DOCX, or REVISION:PATH in git"
    compares.add_argument("old", help=f"{sides}; if alone, it is compared with its last archived version")
    compares.add_argument("new", nargs="?", help=sides)
    compares.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")
    compares.add_argument("--format", choices=("text", "json", "md"), default="text", help="for people or machines")
    limits.add_limits(compares)

    tells = _command(commands, "since", run_since, "write since.yaml: what changed since the last archived version")
    tells.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    tells.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")

    looks = _command(commands, "verify", verify.verify, "check whether an archive, version or document is unaltered")
    looks.add_argument("path", type=Path, metavar="PATH", help="an archive, an archived version, a PDF or a DOCX")
    anchors.add_options(looks)
    verify.add_options(looks)
    looks.epilog = codes_in_words(verify.EXITS_IN_WORDS)
    limits.add_limits(looks)

    takes = _command(commands, "extract", run_extract, "take the evidence out of a PDF or DOCX")
    takes.add_argument("document", type=Path, metavar="FILE", help="a PDF or DOCX made by evibrief")
    takes.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    limits.add_limits(takes)

    ends = _command(commands, "withdraw", run_withdraw, "mark an archived version as withdrawn; nothing is deleted")
    ends.add_argument("brief", metavar="ID", help="the id of the brief")
    ends.add_argument("version", metavar="VERSION", help="the version, such as 0.1.0")
    ends.add_argument("--reason", required=True, help="why; readers will see it")
    ends.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")

    copies = _command(commands, "review-copy", run_review_copy, "write the Word document for a reviewer")
    copies.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    copies.add_argument("--output", type=Path, default=Path("build"), help="where to write (default: build)")
    copies.add_argument("--recipient", type=recipient_of, metavar="ID", help="the recipient's id, never a name")
    copies.add_argument("--comments-by", type=printing.day, metavar="DATE", help="when comments are due: 2026-12-24")

    reads = _command(commands, "comments", run_comments, "list what reviewers said in Word, by record, file and line")
    reads.add_argument("reviewed", type=Path, nargs="+", metavar="REVIEWED.docx", help="one or more files")
    reads.add_argument("--brief", type=Path, required=True, metavar="data/BRIEF", help="the folder of the brief")
    reads.add_argument("--format", choices=("text", "json", "md", "csv"), default="text", help="format of the list")
    reads.add_argument("--since", type=Path, metavar="FILE", help="list only what is not in this JSON list or ledger")
    reads.add_argument("--patches", type=Path, metavar="DIR", help="write proposals as patches for `git apply`")
    reads.add_argument("--write", type=Path, metavar="LEDGER.yaml", help="write a ledger in the brief's `reviews/`")
    limits.add_limits(reads)

    importing.add_command(commands, _command)
    citing.add_command(commands, _command)
    exporting.add_command(commands, _command)
    news.add_command(commands, _command)
    mailing.add_commands(commands, _command)
    anchors.add_commands(commands, _command)

    starts = _command(commands, "new", run_new, "write a small commented starter brief that can be built at once")
    starts.add_argument("folder", type=Path, metavar="data/MY-BRIEF", help="a new folder")

    appraises = _command(commands, "studies", run_studies, "list the publications that are not appraised yet")
    appraises.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    appraises.add_argument("--stub", action="store_true", help="add an appraisal to fill in for each to studies.yaml")
    appraises.add_argument("--dry-run", action="store_true", help="with --stub: print what would be added")

    upgrades = _command(commands, "upgrade", run_upgrade, "write the files of a brief in the newest format")
    upgrades.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")

    schemas = _command(commands, "schema", run_schema, "print the JSON Schema of a file, for editors")
    schemas.add_argument("file", nargs="?", metavar="FILE", help="brief, claims, studies, …; default: all")
    schemas.add_argument("--output", type=Path, help="write all schemas into this folder instead")

    describes = _command(commands, "files", run_files, "explain the data files: one, or all of them, with examples")
    describes.add_argument("file", nargs="?", metavar="FILE", help="brief, claims, studies, …; default: all")

    _command(commands, "commands", lambda options: run_commands(parser), "explain all commands, as Markdown")

    editor.add_commands(commands, _command, parser)

    styles = _command(commands, "reference", run_reference, "write a new reference.docx with the Word styles to edit")
    styles.add_argument("--output", type=Path, default=Path("reference.docx"), help="the file to write")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    purpose: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser
