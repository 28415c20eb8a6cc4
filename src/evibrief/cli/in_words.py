"""The commands in words, as `docs/commands.md` has them: from the parser, so that no command or option is forgotten.

In: the parser of the command line, and the texts of an example brief. Out: Markdown, printed.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping

from evibrief import resources

_COMMANDS_PREFACE = """\
In a checkout the program is `.venv/bin/evibrief`. To type `evibrief` alone, run `. .venv/bin/activate` first.

This page is written by `make reference-docs` from the program itself."""

_FILES_PREFACE = """\
One folder is one brief. The examples below are one invented brief, [docs/example](example), which builds as it is.

- `format: 2` in brief.yaml names the format of all its files. Without it they are in format 1, which is read for ever;
  `evibrief upgrade data/BRIEF` writes them anew, and keeps comments and order.
- Where the tables say Markdown, citations are pandoc's: `fatigue fell [@muster2019, p. 3]`. Superscripts are `ONOO^−^`,
  subscripts `H~2~O`; a link to a record is `[text](#c1_1)`. HTML is printed as it is typed.
- A text can take a value from the data: `{muster2019.n}` is the number of participants. There are `n`, `design`,
  `population` and `year` of a study; `amount` and `route` of a dose; `stated`, `computed` and `final` of a statement;
  `judgement` of a link; `certainty` of a mechanism; and `{counts.claims}`, `{counts.stated}`, `{counts.added}`,
  `{counts.direct}`, `{counts.unsourced}`, `{counts.studies}`, `{counts.references}`. A name that does not exist is an
  error, and so is a typed number of participants that differs from the data.
- Put text in quotes that another YAML reader would take for something else: `"NO"`, `"12:30"`, `"1.10"`. Write numbers
  and dates without quotes. Aliases, anchors, merge keys and tags are refused.
- An id begins with a letter and has letters, digits and underscores, at most 40. No two records have the same id.
- A key that is not in these tables is an error: a misspelt limitation must not vanish.
- The first line of a file may name its schema, so that an editor completes and checks while you type:
  `# yaml-language-server: $schema=../schemas/claims.json`. `evibrief new` writes such lines, and the schemas.

This page is written by `make reference-docs` from the program itself."""


def run_commands(parser: argparse.ArgumentParser) -> int:
    """Print all commands."""
    print(commands_in_words(parser).rstrip("\n"))
    return 0


def run_files(options: argparse.Namespace) -> int:
    """Print what one data file takes, or what all of them take."""
    from evibrief.evidence.in_words import Described, described_files, files_in_words
    from evibrief.mailing.recipients import Circulation

    examples = resources.example_texts()
    circulation = Described("circulation.yaml", Circulation, examples["circulation.example.yaml"])
    described = {_asked_as(one.name): one for one in described_files(examples)}
    described["circulation"] = circulation
    if options.file is None:
        print("# The data files\n\n" + files_in_words(described.values(), _FILES_PREFACE).rstrip("\n"))
    elif options.file in described:
        print(files_in_words([described[options.file]]).rstrip("\n"))
    else:
        print(f"evibrief: no file is called {options.file}; there are {', '.join(described)}", file=sys.stderr)
        return 2
    return 0


def _asked_as(name: str) -> str:
    """What a file is asked for as: `harms`, and `claims` for those in a folder."""
    return name.removesuffix("/NAME.yaml").partition(".")[0].rpartition("/")[2]


def commands_in_words(parser: argparse.ArgumentParser) -> str:
    """Every command with its arguments, what they default to, and the exit codes."""
    parts = ["# The commands", _COMMANDS_PREFACE, _listed(_commands(parser)), "## Exit codes", _codes(parser)]
    for name, command in _commands(parser).items():
        parts += [f"## {parser.prog} {name}", command.description or "", _arguments(command)]
        parts += [_codes(command)] if command.epilog else []
    return "\n\n".join(parts) + "\n"


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """The parser of each command, by name. argparse has no public way to ask for them."""
    return next(one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction))


def _listed(commands: Mapping[str, argparse.ArgumentParser]) -> str:
    rows = ((f"[`{name}`](#evibrief-{name})", one.description or "") for name, one in commands.items())
    return _table(("command", "what it does"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    cells = (head, ("---",) * len(head), *rows)
    return "\n".join("| " + " | ".join(one.replace("|", r"\|") for one in row) + " |" for row in cells)


def _arguments(command: argparse.ArgumentParser) -> str:
    rows = [_row(one) for one in command._actions if not isinstance(one, argparse._HelpAction)]
    return _table(("argument", "what it says", "default"), rows) if rows else "It takes no arguments."


def _row(action: argparse.Action) -> tuple[str, str, str]:
    shown = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    name = " ".join((*action.option_strings[-1:], shown if action.nargs != 0 else "")).strip()
    default = _default(action)
    words = (action.help or "").partition(" (default: ")[0] if default else action.help or ""
    choices = f"; one of {', '.join(f'`{one}`' for one in action.choices)}" if action.choices else ""
    several = "; may be given several times" if isinstance(action, argparse._AppendAction) else ""
    return f"`{name}`", f"{words}{choices}{several}", default


def _default(action: argparse.Action) -> str:
    if action.required:
        return "needed"
    if action.default in (None, False, "") or action.default == []:
        return ""
    listed = isinstance(action.default, Iterable) and not isinstance(action.default, str)
    return f"`{','.join(map(str, action.default)) if listed else action.default}`"


def _codes(parser: argparse.ArgumentParser) -> str:
    """The exit codes that a parser's epilog lists."""
    lines = (line.strip().partition(" ") for line in (parser.epilog or "").splitlines()[1:])
    return _table(("exit code", "meaning"), ((code, meaning.strip()) for code, _, meaning in lines))


def codes_in_words(codes: Mapping[int, str]) -> str:
    """Exit codes as the help of a command lists them."""
    return "\n".join(("exit codes:", *(f"  {code:<4}{meaning}" for code, meaning in codes.items())))
