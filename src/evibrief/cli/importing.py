"""The command `import`, and the import that is part of `check`.

In: another program's files and a brief. Out: the brief's files with what they hold. Each importer keeps one of four
contracts (`importers.contract`), and each has a function here that does the writing.
"""

import argparse
import datetime
import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.cli import limits
from evibrief.cli.printing import print_problems
from evibrief.cli.studies import write_own
from evibrief.problems import Place, Problem, Problems, errors_in, one_problem, suggest

if TYPE_CHECKING:
    from evibrief.evidence.source import SourceTree
    from evibrief.importers.contract import DataImporter, DraftImporter, FoundReference, Importer, PatchImporter


def add_command(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `import` to the command line; `command` makes one."""
    imports = command(commands, "import", run_import, "bring other programs' files into a brief")
    imports.add_argument("files", type=Path, nargs="+", metavar="FILE", help="the files to read")
    target = imports.add_mutually_exclusive_group(required=True)
    target.add_argument("--into", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    drafts = "a new folder, for a brief from a document"
    target.add_argument("--draft", type=Path, metavar="data/NEW-BRIEF", help=drafts)
    seen = "what the file is, such as ris (default: seen from its content)"
    imports.add_argument("--from", dest="program", metavar="FORMAT", help=seen)
    patches = "where to write the changes that a spreadsheet makes, as patches for `git apply` (default: print them)"
    imports.add_argument("--patches", type=Path, metavar="DIR", help=patches)
    imports.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")
    limits.add_limits(imports)


@dataclass(frozen=True)
class Given:
    """A file that was given to import: its bytes, and the importer that reads it."""

    path: Path
    data: bytes
    importer: "Importer"


def run_import(options: argparse.Namespace) -> int:
    """Import files. Nothing is written unless all of them were read."""
    from evibrief.importers.contract import DataImporter, DraftImporter, PatchImporter, ReferenceImporter

    given = _all_given(options.files, options.program, bool(options.draft))
    if options.into and all(isinstance(one.importer, ReferenceImporter) for one in given):
        _merge(given, options.into, options.dry_run)
        return 0
    one = _only(given)
    if isinstance(one.importer, DraftImporter):
        _start_draft(one, one.importer, options)
        return 0
    if options.draft:
        message, hint = f"{one.importer.label} does not make a brief of its own", "import it: `--into data/BRIEF`"
        raise one_problem(str(one.path), "import", message, hint)
    if isinstance(one.importer, PatchImporter):
        _propose(one, one.importer, options)
    elif isinstance(one.importer, DataImporter):
        write_data_file(options.into, one.path, one.data, one.importer, options.dry_run)
    return 0


def _all_given(paths: Sequence[Path], program: str | None, drafts: bool) -> list[Given]:
    """The files with their importers. Raises the `Problems` of all files together."""
    given: list[Given] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            given.append(_given(path, program, drafts))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return given


def _given(path: Path, program: str | None, drafts: bool) -> Given:
    """A file and its importer: the one that is named or, without a name, the one that recognises the content."""
    from evibrief.importers.registry import IMPORTERS, importer_of

    named = _named(program) if program else None
    data = bytes_of(path, named.largest if named else max(one.largest for one in IMPORTERS))
    try:
        importer = named or importer_of(data, drafts)
    except LookupError:
        if not data.strip():
            raise one_problem(str(path), "import", "this file is empty", "export it again") from None
        message = "this is no file that can be imported" + ("" if drafts else " into a brief")
        raise one_problem(str(path), "import", message, _what_there_is(drafts)) from None
    _demand_size(path, len(data), importer.largest)
    return Given(path, data, importer)


def _what_there_is(drafts: bool) -> str:
    """A hint for a file that nobody recognises."""
    from evibrief.importers.contract import DraftImporter
    from evibrief.importers.registry import IMPORTERS

    labels = [one.label for one in IMPORTERS if drafts or not isinstance(one, DraftImporter)]
    hint = f"there is: {', '.join(labels)}; if it is one of them, name it: `--from ris`"
    return hint if drafts else f"{hint}; a document becomes a brief of its own: `--draft data/NEW-BRIEF`"


def _named(program: str) -> "Importer":
    from evibrief.importers.registry import IMPORTERS, importer_named

    try:
        return importer_named(program)
    except LookupError:
        known = [one.name for one in IMPORTERS]
        message = f"nothing can be imported from `{program}`"
        hint = suggest(program, known) or f"there is: {', '.join(known)}"
        raise one_problem("--from", "no-importer", message, hint) from None


def _merge(given: Sequence[Given], folder: Path, dry_run: bool) -> None:
    """Add the references of the files to a brief, with a stub for the appraisal of each."""
    from evibrief.evidence.stubs import stubs_of_new
    from evibrief.evidence.write_references import with_references
    from evibrief.importers.merge import merge

    source = _brief_as_far(folder, {str(one.path) for one in given})
    found = _references_of(given)
    merged = merge(found, source.tree["references"])
    print_problems(merged.warnings)
    listed, appraised = folder / "references.json", folder / "studies.yaml"
    text, saved = source.texts.get(str(listed), ""), source.saved.get(str(listed), "")
    references = with_references(text, saved, str(listed), merged.added)
    new = stubs_of_new(source, str(appraised), [one["id"] for one in merged.added])
    for path, written in ((listed, references), (appraised, new.text)):
        _demand_readable(path, written)
    print("\n".join((f"{listed}: {len(found)} read, {len(merged.added)} added", *_added(merged.added), *merged.told)))
    if dry_run:
        print(json.dumps(merged.added, indent=2, ensure_ascii=False), new.lines, sep="\n", end="")
        print(f"{folder}: nothing was written")
    elif merged.added:
        write_own(source, {listed: references, appraised: new.text})
        many = "stub" if len(new.references) == 1 else "stubs"
        print(f"{appraised}: {len(new.references)} {many} added; fill in what is `to be filled in`")


def _demand_readable(path: Path, text: str) -> None:
    """Raise `Problems` for a file that would be too large to be read again."""
    from evibrief.evidence.read_folder import LARGEST_SOURCE

    if (size := len(text.encode())) > LARGEST_SOURCE:
        message = f"this would make it {size / 1e6:.0f} MB; the limit is {LARGEST_SOURCE / 1e6:.0f} MB"
        raise one_problem(str(path), "too-large", message, "import only the references that the brief cites")


def _added(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line that names what is added."""
    if entries:
        yield f"added: {', '.join(one['id'] for one in entries)}"


def _references_of(given: Sequence[Given]) -> "list[tuple[Path, FoundReference]]":
    """The references of all files, each with its file. Raises the `Problems` of all files together."""
    from evibrief.importers.contract import ReferenceImporter

    found: list[tuple[Path, FoundReference]] = []
    problems: list[Problem] = []
    for one in given:
        assert isinstance(one.importer, ReferenceImporter)
        try:
            found += ((one.path, reference) for reference in one.importer.references(one.data, one.path))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return found


def _only(given: Sequence[Given]) -> Given:
    """The one file. Raises `Problems` for several, of a kind that is not merged."""
    if len(given) > 1:
        message = "several files are imported together only if all are lists of references"
        raise one_problem(str(given[1].path), "import", message, "import one file at a time")
    return given[0]


def _start_draft(one: Given, importer: "DraftImporter", options: argparse.Namespace) -> None:
    """Write a new brief from a document."""
    from evibrief.files import write_folder

    if not options.draft:
        message, hint = f"{importer.label} becomes a brief of its own", "name a new folder: `--draft data/NEW-BRIEF`"
        raise one_problem(str(one.path), "import", message, hint)
    drafted = importer.draft(one.data, one.path, options.draft.name, datetime.date.today())
    if not options.dry_run:
        write_folder(drafted.files, options.draft)
    print("\n".join((*drafted.told, *(str(options.draft / name) for name in drafted.files))))


def _propose(one: Given, importer: "PatchImporter", options: argparse.Namespace) -> None:
    """Print the changes of a file, or write them as patches."""
    from evibrief.files import write_folder

    changes = importer.changes(one.data, one.path, _brief_as_far(options.into))
    print("\n".join(changes.told))
    if options.patches and changes.patches and not options.dry_run:
        write_folder({name: text.encode() for name, text in changes.patches.items()}, options.patches)
    else:
        print("".join(changes.patches.values()), end="")


def _brief_as_far(folder: Path, imported: Container[str] = ()) -> "SourceTree":
    """The brief as its author typed it. Raises `Problems` for what is wrong in it.

    Not for what is unfinished, for a missing list of references, or for the files in its folder that are `imported`.
    """
    from evibrief.evidence.read_folder import read_brief

    source, problems = read_brief(folder)
    missing = Place(str(folder / "references.json"))
    wrong = [one for one in errors_in(problems) if not one.unfinished and one.place.path not in imported]
    if wrong := [one for one in wrong if (one.place, one.rule) != (missing, "no-file")]:
        raise Problems(wrong)
    return source


def write_data_file(folder: Path, file: Path, data: bytes, importer: "DataImporter", dry_run: bool = False) -> None:
    """Write a brief's data file from another program's file, and print the result.

    What a command wrote into the data file before is replaced; what an author wrote is not. The brief is read without
    the data file that is replaced: whatever is wrong in it does not matter. Raises `Problems` for what else is wrong,
    and where an author may have written the file, and then writes nothing.
    """
    from evibrief.evidence.files import FILES
    from evibrief.evidence.load import read_evidence
    from evibrief.evidence.write_yaml import yaml_text
    from evibrief.files import replace_file

    brief, _, problems = read_evidence(folder, without=(importer.stem,))
    if brief is None or errors_in(problems):
        raise Problems(problems)
    target = folder / f"{importer.stem}.yaml"
    if target.exists() and not any(file.by_command for file in FILES if file.stem == importer.stem):
        message, hint = "an import would replace what is written here", "move it away; join the two by hand afterwards"
        raise Problems([Problem(Place(str(target)), "in-the-way", message, hint)])
    made = importer.read(data, file, brief, datetime.date.today())
    text = yaml_text(made.record, made.remarks)
    if dry_run:
        print(text, end="")
    else:
        replace_file(target, text)
    print(f"{target}: " + "\n".join(made.told))


def bytes_of(file: Path, most: int) -> bytes:
    """The bytes of a file. Raises `Problems` if there are too many, also for a pipe or device."""
    size = file.stat().st_size
    _demand_size(file, size, most)
    with file.open("rb") as stream:
        data = stream.read(most + 1)
    _demand_size(file, len(data), most)
    return data


def _demand_size(file: Path, size: int, most: int) -> None:
    if size > most:
        raise one_problem(str(file), "too-large", f"the limit is {most / 1e6:.0f} MB", "is this the right file?")
