"""The commands `lsp` and `completion`: what editors and shells ask for."""

import argparse
import datetime
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evibrief.evidence.files import stems


def add_commands(
    commands: Any, command: Callable[..., argparse.ArgumentParser], parser: argparse.ArgumentParser
) -> None:
    """Add `lsp` and `completion` to the command line `parser`; `command` makes one."""
    speaks = command(commands, "lsp", run_lsp, "answer an editor while you write: problems, completion, renaming")
    speaks.add_argument("--stdio", action="store_true", help="as some editors ask for; there is no other way")

    told = "print what makes a shell complete commands, options and files"
    completes = command(commands, "completion", partial(run_completion, parser), told)
    completes.add_argument("shell", choices=("bash", "zsh"), help="the shell")


def run_lsp(options: argparse.Namespace) -> int:
    """Answer an editor over standard input and output until it ends the connection."""
    from evibrief.editor.server import serve

    if sys.stdin is None or sys.stdin.isatty():
        print("evibrief: an editor starts this command and talks to it; see docs/editors.md", file=sys.stderr)
        return 2
    with open(0, "rb", closefd=False) as incoming, open(1, "wb", closefd=False) as outgoing:
        serve(datetime.date.today, incoming, outgoing)
    return 0


def run_completion(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Print a shell's completion script, made from the parser of the command line."""
    import shtab

    for action in _actions(parser):
        _describe(action, shtab)
    print(shtab.complete(parser, options.shell).rstrip("\n"))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of all commands. argparse has no public way to ask for them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from (inner for command in action.choices.values() for inner in _actions(command))
        else:
            yield action


def _describe(action: Any, shtab: Any) -> None:
    """Tell what an argument is: a folder, a file, or one of a list of words. This parser parses nothing afterwards."""
    shown = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices is not None:
        return
    if action.type is None and (words := _words(action.dest, shown)):
        action.choices = words
    elif shown == "data/BRIEF":
        action.complete = {**shtab.DIRECTORY, "bash": "_evibrief_briefs", "preamble": {"bash": _BRIEFS}}
    elif shown in ("data/MY-BRIEF", "DIR") or _is_folder(action.default):
        action.complete = shtab.DIRECTORY
    elif action.type is Path or action.dest in ("old", "new"):
        action.complete = shtab.FILE


_BRIEFS = """\
# Folders of briefs, and folders on the way to one; all folders where there is no brief.
_evibrief_briefs() {
  local folder found=()
  while IFS= read -r folder; do
    if compgen -G "$folder/brief.yaml" || compgen -G "$folder/*/brief.yaml" || compgen -G "$folder/*/*/brief.yaml"
    then found+=("$folder")
    fi >/dev/null
  done < <(compgen -d -- "$1")
  if [[ ${#found[@]} -gt 0 ]]; then printf '%s\\n' "${found[@]}"; else compgen -d -- "$1"; fi
}
"""


def _is_folder(default: object) -> bool:
    return isinstance(default, Path) and not default.suffix


def _words(name: str, shown: str) -> tuple[str, ...]:
    """The words of arguments that say what to explain."""
    if name == "rule":
        from evibrief.checks.catalogue import described_rules

        return tuple(rule for rule, _, _ in described_rules())
    return (*stems(), "instrument", "references", "reviews") if (name, shown) == ("file", "FILE") else ()
