"""The command line: arguments, printing, exit codes, the clock and the environment.

Exit codes: 0 fine, 1 problems in what an author wrote, 2 wrong usage. A traceback is always our bug.
"""

import argparse
import datetime
import io
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evibrief import __version__, anchoring, posting, resources, verifying
from evibrief.apart import run_command, too_much_memory
from evibrief.build import FORMATS, Format, Loaded, Written, build, load, read_evidence
from evibrief.printing import TextOnly, print_annotations, print_json, print_problems
from evibrief.problems import Place, Problem, Problems, plain
from evibrief.workfolders import work_folder

LAYERS = ("page", "summary", "full")


def main(arguments: Sequence[str] | None = None, apart: bool = False) -> int:
    """Run one command. `apart` says that this is the process that a stranger's files are opened in.

    Returns the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no Greek gets an escape, not a traceback
            stream.reconfigure(errors="backslashreplace")
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = TextOnly(sys.stdout), TextOnly(sys.stderr)
    try:
        options = _parser().parse_args(words)
        code = _run_apart(options, words) if _opens(options) and not apart else _run(options, apart)
    finally:
        if lost := _hand_over():
            print(f"evibrief: {lost}", file=sys.stderr)
        sys.stdout, sys.stderr = before
    return 1 if lost else code


def _hand_over() -> str:
    """Write out what was printed. Returns why that failed, if it did; what is left of it then goes nowhere."""
    try:
        sys.stdout.flush()
    except OSError as error:  # Python would try once more at its end, and say so with a traceback
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        return error.strerror or "what was printed cannot be written"
    return ""


def _opens(options: argparse.Namespace) -> bool:
    """Whether the command opens what may be a stranger's."""
    if options.run is _check:
        return options.retractions is not None
    return hasattr(options, "memory") and getattr(options, "what", "returned") == "returned"


def _run_apart(options: argparse.Namespace, words: Sequence[str]) -> int:
    try:
        with work_folder() as temporary:
            return run_command(words, posting.limits_of(options), temporary)
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
        print_problems(too_much_memory().problems)
        return 1
    except OSError as error:
        place = f"{plain(str(error.filename))}: " if error.filename else ""
        print(f"evibrief: {place}{error.strerror}", file=sys.stderr)
        _hand_over()
        return 1
    except Exception as bug:
        if not apart:
            raise
        if isinstance(bug, ImportError):  # a library for which there is no room cannot be loaded
            print_problems(too_much_memory().problems)
            return 1
        # A stranger's file found a fault of ours. Who opened it learns that nothing of it is to be believed.
        message = f"this file broke the program, and nothing of it was believed: {type(bug).__name__}: {bug}"
        print_problems([Problem(Place("evibrief"), "bug", message, "please report it, with the file")])
        return 1
    except KeyboardInterrupt:
        print("evibrief: stopped; nothing was written", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evibrief",
        description="Evidence in YAML goes in; a dated, versioned evidence brief comes out as PDF, DOCX and HTML.",
    )
    parser.add_argument("--version", action="version", version=f"evibrief {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    builds = _command(commands, "build", _build, "check a brief and write its documents")
    builds.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    builds.add_argument("--format", type=_formats, default=FORMATS, help="pdf, docx, html, or several with commas")
    builds.add_argument("--output", type=Path, default=Path("build"), help="where to write (default: build)")
    builds.add_argument("--layer", choices=LAYERS, default="full", help="the first page, that and the summary, or all")
    builds.add_argument("--quiet", action="store_true", help="print nothing but problems")

    checks = _command(commands, "check", _check, "say what is wrong with a brief, and write nothing")
    checks.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    checks.add_argument("--format", choices=("text", "json", "github"), default="text", help="for people, or machines")

    checks.add_argument(
        "--retractions", type=Path, metavar="FILE", help="read this Retraction Watch CSV and write retractions.yaml"
    )
    posting.add_limits(checks)

    rules = _command(commands, "rules", _rules, "explain the rules of check: one, or all of them")
    rules.add_argument("rule", nargs="?", metavar="RULE", help="its name, as check prints it in brackets")

    keeps = _command(commands, "archive", _archive, "build a brief and keep it as a dated version, written once")
    keeps.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    keeps.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")

    compares = _command(commands, "diff", _diff, "say what changed between two briefs, conclusions first")
    sides = "a folder, an archived version, a PDF or DOCX, or REVISION:PATH of git"
    compares.add_argument("old", help=f"{sides}; when it stands alone, it is compared with its last archived version")
    compares.add_argument("new", nargs="?", help=sides)
    compares.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")
    compares.add_argument("--format", choices=("text", "json", "md"), default="text", help="for people, or machines")
    posting.add_limits(compares)

    tells = _command(commands, "since", _since, "write since.yaml: what changed since the last archived version")
    tells.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    tells.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")

    looks = _command(commands, "verify", verifying.verify, "say whether a version or a lone PDF or DOCX is unaltered")
    looks.add_argument("path", type=Path, metavar="PATH", help="an archive, an archived version, a PDF or a DOCX")
    anchoring.add_options(looks)
    verifying.add_options(looks)
    posting.add_limits(looks)

    takes = _command(commands, "extract", _extract, "take the evidence out of a PDF or a DOCX")
    takes.add_argument("document", type=Path, metavar="FILE", help="a PDF or a DOCX that evibrief made")
    takes.add_argument("--output", type=Path, required=True, metavar="DIR", help="a folder that does not exist yet")
    posting.add_limits(takes)

    ends = _command(commands, "withdraw", _withdraw, "mark an archived version as withdrawn; nothing is deleted")
    ends.add_argument("brief", metavar="ID", help="the id of the brief")
    ends.add_argument("version", metavar="VERSION", help="the version, such as 0.1.0")
    ends.add_argument("--reason", required=True, help="why; readers are told")
    ends.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")

    copies = _command(commands, "review-copy", _review_copy, "write the Word document for a reviewer")
    copies.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    copies.add_argument("--output", type=Path, default=Path("build"), help="where to write (default: build)")
    copies.add_argument("--recipient", type=_recipient, metavar="ID", help="to whom it goes: an id, never a name")
    copies.add_argument("--comments-by", type=posting.day, metavar="DATE", help="until when, such as 2026-12-24")

    reads = _command(commands, "comments", _comments, "list what reviewers said in Word, by record, file and line")
    reads.add_argument("reviewed", type=Path, nargs="+", metavar="REVIEWED.docx", help="one file or several")
    reads.add_argument("--brief", type=Path, required=True, metavar="data/BRIEF", help="the folder of the brief")
    reads.add_argument("--format", choices=("text", "json", "md", "csv"), default="text", help="how to print the list")
    reads.add_argument("--since", type=Path, metavar="FILE", help="an earlier list (JSON) or ledger: only what is new")
    reads.add_argument("--patches", type=Path, metavar="DIR", help="write proposals as patches for `git apply`")
    reads.add_argument("--write", type=Path, metavar="LEDGER.yaml", help="write the ledger, in the brief's reviews/")
    posting.add_limits(reads)

    posting.add_commands(commands, _command)
    anchoring.add_commands(commands, _command)

    starts = _command(commands, "new", _new, "write a small commented brief to start from; it builds at once")
    starts.add_argument("folder", type=Path, metavar="data/MY-BRIEF", help="a folder that does not exist yet")

    schemas = _command(commands, "schema", _schema, "print the JSON Schema of a file, for editors")
    schemas.add_argument("file", nargs="?", metavar="FILE", help="brief, claims, studies, …; all of them when left out")
    schemas.add_argument("--output", type=Path, help="write them all into this folder instead")

    styles = _command(commands, "reference", _reference, "write a fresh reference.docx, the Word styles to edit")
    styles.add_argument("--output", type=Path, default=Path("reference.docx"), help="the file to write")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    purpose: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _formats(text: str) -> tuple[Format, ...]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"`{name}` is not one of {', '.join(FORMATS)}")
    return tuple(format for format in FORMATS if format in names)


def _build(options: argparse.Namespace) -> int:
    with posting.progress(quiet=options.quiet) as report:
        written = build(options.brief, options.output, options.format, report, _tell_warnings, options.layer)
    if not options.quiet:
        for document in written:
            print(_described(document))
    return 0


def _tell_warnings(problems: Sequence[Problem]) -> None:
    if problems:
        number = f"{len(problems)} warning{'s' * (len(problems) != 1)}"
        print(f"evibrief: {number}; `evibrief check` shows them", file=sys.stderr)


def _described(document: Written) -> str:
    pages = f", {document.pages} pages" if document.pages else ""
    state = "" if document.fresh else " (up to date)"
    return f"{document.path}  {document.size / 1024:.0f} kB{pages}{state}"


def _check(options: argparse.Namespace) -> int:
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
    from evibrief import retractions
    from evibrief.files import replace_file
    from evibrief.yamltext import yaml_text

    brief, _, problems = read_evidence(folder, without=("retractions",))
    if brief is None or problems:
        raise Problems(problems)
    today = datetime.date.today()
    report = retractions.check_references(brief.references, _list_of_notices(file), file.name, str(file), today)
    target = folder / "retractions.yaml"
    replace_file(target, yaml_text(report.model_dump(exclude_defaults=True), retractions.REMARKS))
    print(f"{target}: {len(brief.references)} references compared with {file.name}, notices: {report.rows}")
    for line in retractions.summary(report):
        print(line)


def _list_of_notices(file: Path) -> bytes:
    """The bytes of a list of notices. Raises `Problems` where there are too many, also of what has no size."""
    from evibrief.retractions import LARGEST_FILE

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


def _rules(options: argparse.Namespace) -> int:
    from evibrief.checks import describe, rules_in_words

    words = describe(options.rule) if options.rule else rules_in_words()
    if words is None:
        print(f"evibrief: no rule is called {options.rule}", file=sys.stderr)
        return 2
    print(words.rstrip("\n"))
    return 0


def _archive(options: argparse.Namespace) -> int:
    from evibrief.archive import archive_version

    kept = archive_version(options.brief, options.archive, datetime.date.today())
    print(f"{kept.folder}{'' if kept.fresh else ' (already there)'}")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from evibrief.archived import last_version, opened, side_of
    from evibrief.diff import as_json, as_markdown, as_text, compare

    with opened(options.new or options.old) as folder:
        now = side_of(folder)
    last = last_version(now.brief, options.archive)
    old = options.old if options.new else str(options.archive / last.folder) if last else None
    if last and not options.new:
        print(f"since version {last.version} of {last.date}, {old}:", file=sys.stderr)
    if old is None:
        print(f"{options.old}: no earlier version is archived; there is nothing to compare it with")
        return 0
    with opened(old) as folder:
        was = side_of(folder)
    if any(Path(one).is_file() for one in (old, options.new or options.old)):
        print("compared: the evidence that the documents carry, not their pages; verify does that", file=sys.stderr)
    printer = {"text": as_text, "json": as_json, "md": as_markdown}[options.format]
    print(printer(compare(was, now)), end="")
    return 0


def _since(options: argparse.Namespace) -> int:
    from evibrief.archive import write_since

    written = write_since(options.brief, options.archive)
    print(written or f"{options.brief}: no earlier version is archived; there is nothing to compare it with")
    return 0


def _extract(options: argparse.Namespace) -> int:
    from evibrief.build import MANIFEST
    from evibrief.carried import carried_files
    from evibrief.files import write_folder
    from evibrief.verify import read_document

    folder: Path = options.output
    files = dict(carried_files(read_document(options.document), str(options.document)))
    files.pop(MANIFEST, None)
    write_folder(files, folder)
    print(f"{folder}: {len(files)} files; build it with `evibrief build {folder}`")
    return 0


def _recipient(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", text):
        raise argparse.ArgumentTypeError("an id is a letter, then letters, digits, - and _; never a name or an address")
    return text


def _review_copy(options: argparse.Namespace) -> int:
    from evibrief.reviewing import write_review_copy

    print(write_review_copy(options.brief, options.output, options.recipient or "", options.comments_by))
    return 0


def _comments(options: argparse.Namespace) -> int:
    from evibrief.comments import PRINTERS
    from evibrief.review import earlier_keys, gather, write_ledger, write_patches

    earlier = earlier_keys(options.since) if options.since else ()
    found, _ = gather(options.reviewed, options.brief, earlier)
    if options.write:
        write_ledger(found, options.write)
    if options.patches:
        write_patches(found, options.patches)
    print(PRINTERS[options.format](found), end="")
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    from evibrief.archive import withdraw_version

    gone = withdraw_version(
        options.archive, options.brief, options.version, options.reason, datetime.date.today()
    )
    print(f"{gone.title}, version {gone.version}: withdrawn. {gone.reason}")
    return 0


def _new(options: argparse.Namespace) -> int:
    from evibrief.starter import identifier_of, schema_texts, starter_texts

    folder: Path = options.folder
    name = identifier_of(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problems([Problem(Place(str(folder)), "folder", "there is something here already", "name a new folder")])
    texts = starter_texts(name, datetime.date.today(), resources.starter_texts())
    _write_texts(folder, texts)
    _write_texts(folder.parent / "schemas", {f"{file}.json": text for file, text in schema_texts().items()})
    for path in texts:
        print(folder / path)
    print(f"\nnext: evibrief build {folder}")
    return 0


def _write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")


def _reference(options: argparse.Namespace) -> int:
    from evibrief.wordstyles import build_reference

    options.output.write_bytes(build_reference())
    print(options.output)
    return 0


def _schema(options: argparse.Namespace) -> int:
    from evibrief.starter import schema_texts

    schemas = schema_texts()
    if options.output:
        _write_texts(options.output, {f"{file}.json": text for file, text in schemas.items()})
    elif options.file is None:
        print("\n".join(schemas.values()))
    elif options.file in schemas:
        print(schemas[options.file])
    else:
        print(f"evibrief: no file is called {options.file}; there are {', '.join(schemas)}", file=sys.stderr)
        return 2
    return 0
