"""The command `export`: a brief in the layouts that other programs read."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evibrief.cli import limits
from evibrief.exports.contract import Content
from evibrief.exports.registry import EXPORTS, export_named, export_names
from evibrief.problems import plain, suggest


def add_command(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `export` to the command line; `command` makes one."""
    exports = command(commands, "export", run_export, "write a brief in the layouts that other programs read")
    sides = "a brief's folder, an archived version, a PDF or DOCX, or REVISION:PATH in git"
    exports.add_argument("brief", metavar="data/BRIEF", help=sides)
    listed = "; ".join(f"{one.name}: {one.label}" for one in EXPORTS)
    exports.add_argument("--as", dest="kinds", type=_kinds, action="extend", required=True, metavar="KIND",
                         help=f"one, or a list with commas. {listed}")  # fmt: skip
    exports.add_argument("--output", type=Path, default=Path("build"), help="where to write (default: build)")
    limits.add_limits(exports)


def _kinds(text: str) -> tuple[str, ...]:
    """The names of the exports that an option lists, each once. Raises `ArgumentTypeError` for an unknown one."""
    asked = [name.strip() for name in text.split(",")]
    for name in asked:
        if name not in export_names():
            hint = suggest(name, export_names())
            known = f"there is: {', '.join(export_names())}"
            raise argparse.ArgumentTypeError(f"nothing can be exported as `{name:.60}`; {hint or known}")
    return tuple(dict.fromkeys(asked))


def run_export(options: argparse.Namespace) -> int:
    """Write the exports, all of them or none, and print what was written."""
    from evibrief.exports.gather import exported_of
    from evibrief.files import demand_replaceable

    exported = exported_of(options.brief)
    chosen = [export_named(name) for name in dict.fromkeys(options.kinds)]
    written = {f"{exported.stem}{one.ending}": one.write(exported) for one in chosen}
    if exported.standing:
        print(f"evibrief: {plain(exported.standing)}", file=sys.stderr)
    for name, content in written.items():
        if not isinstance(content, bytes):
            demand_replaceable(content, options.output / name)
    options.output.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        print(_save(options.output / name, content))
    return 0


def _save(target: Path, content: Content) -> str:
    """Write one export. Returns what is told of it."""
    from evibrief.files import replace_file, replace_folder

    if isinstance(content, bytes):
        replace_file(target, content)
        return f"{target}  {_size(len(content))}"
    replace_folder(content, target)
    number = f"{len(content)} file{'s' * (len(content) != 1)}"
    return f"{target}/  {number}, {_size(sum(map(len, content.values())))}"


def _size(number: int) -> str:
    return f"{max(number / 1024, 1):.0f} kB"
