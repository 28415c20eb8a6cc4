"""The command `import`, and the import that is part of `check`."""

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.cli import limits
from evibrief.problems import Place, Problem, Problems, errors_in, suggest

if TYPE_CHECKING:
    from evibrief.importers.contract import Importer


def add_command(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `import` to the command line; `command` makes one."""
    imports = command(commands, "import", run_import, "make a data file of a brief from another program's file")
    imports.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    imports.add_argument("file", type=Path, metavar="FILE", help="the file to read")
    imports.add_argument("--from", dest="program", required=True, metavar="PROGRAM", help="such as retraction-watch")
    limits.add_limits(imports)


def run_import(options: argparse.Namespace) -> int:
    """Import a file. What a command wrote into the data file before is replaced; what an author wrote is not."""
    from evibrief.importers.registry import IMPORTERS, importer_named

    try:
        importer = importer_named(options.program)
    except LookupError:
        known = [one.name for one in IMPORTERS]
        message = f"nothing can be imported from `{options.program}`"
        hint = suggest(options.program, known) or f"there is: {', '.join(known)}"
        raise Problems([Problem(Place("--from"), "no-importer", message, hint)]) from None
    import_file(options.brief, options.file, importer)
    return 0


def import_file(folder: Path, file: Path, importer: "Importer") -> None:
    """Write a brief's data file from another program's file, and print the result.

    The brief is read without the data file that is replaced: whatever is wrong in it does not matter. Raises `Problems`
    for what else is wrong, and where an author may have written the file, and then writes nothing.
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
    made = importer.read(_bytes_of(file, importer.largest), file, brief, datetime.date.today())
    replace_file(target, yaml_text(made.record, made.remarks))
    print(f"{target}: " + "\n".join(made.told))


def _bytes_of(file: Path, most: int) -> bytes:
    """The bytes of a file. Raises `Problems` if there are too many, also for a pipe or device."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        data = stream.read(most + 1) if size <= most else b""
    if max(size, len(data)) > most:
        message = f"the limit is {most / 1e6:.0f} MB"
        raise Problems([Problem(Place(str(file)), "too-large", message, "is this the right file?")])
    return data
