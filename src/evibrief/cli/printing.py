"""What commands print: problems in three forms, and streams that are safe for terminals.

In: problems, streams. Out: lines.
"""

import argparse
import datetime
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from evibrief.labels import messages
from evibrief.problems import Problem, as_annotation, as_record, plain


def day(text: str) -> datetime.date:
    """A date on the command line. Raises `ArgumentTypeError` for anything else."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write year-month-day, such as 2026-12-24") from error


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """On a terminal, a line for each stage with the time it took; otherwise nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    running: list[tuple[str, float]] = []

    def finish() -> None:
        if running:
            stage, since = running.pop()
            print(f"\r{stage} … {time.monotonic() - since:.1f} s", file=sys.stderr)

    def report(stage: str) -> None:
        finish()
        running.append((stage, time.monotonic()))
        print(f"{stage} …", end="", file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        finish()


MOST_PRINTED = 500
"""The most problems that are printed; a file of the wrong kind can have hundreds of thousands."""


class TextOnly(io.TextIOBase):
    """A stream that prints only text: characters that would control a terminal become escapes."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or io.StringIO()  # a shell can close it: `evibrief check data/BRIEF >&-`

    def write(self, text: str) -> int:
        """Write the text. A leading carriage return is our own, for progress on one line, and is kept."""
        returned, rest = ("\r", text[1:]) if text.startswith("\r") else ("", text)
        lines = ("\t".join(map(plain, line.split("\t"))) for line in rest.split("\n"))
        self._stream.write(returned + "\n".join(lines))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def close(self) -> None:
        """Nothing: the stream is lent, and may be closed already when this is collected (Python 3.13 tells of it)."""

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream.isatty()


def print_problems(problems: Sequence[Problem], written: str = "; nothing was written") -> None:
    """Print the problems, up to a limit, and their number on standard error; after errors also what was `written`."""
    for problem in problems[:MOST_PRINTED]:
        print(problem, file=sys.stderr)
    if len(problems) > MOST_PRINTED:
        print(f"… and {len(problems) - MOST_PRINTED} more", file=sys.stderr)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    counted = [
        f"{number} {word}{'s' * (number != 1)}" for number, word in ((errors, "error"), (warnings, "warning")) if number
    ]
    if counted:
        print(f"evibrief: {', '.join(counted)}{written if errors else ''}", file=sys.stderr)


def without_error(claims: int, references: int) -> str:
    """What is said of a brief in which no error was found."""
    told = f"{messages.count(claims, 'claim')}, {messages.count(references, 'reference')}"
    return f"{told.replace(chr(0xA0), ' ')}; the rules found no error"


def print_json(problems: Sequence[Problem], more: Mapping[str, Any]) -> None:
    """Print the problems as one JSON record, for machines, with more beside them."""
    told = {"problems": [as_record(problem) for problem in problems], **more}
    print(json.dumps(told, indent=1, ensure_ascii=False))


def print_annotations(problems: Sequence[Problem]) -> None:
    """Print the problems as GitHub annotations, shown next to their lines."""
    for problem in problems:
        print(as_annotation(problem))


def print_sarif(problems: Sequence[Problem]) -> None:
    """Print the problems as a SARIF log, with paths relative to the folder in which this runs."""
    from evibrief.checks.sarif import sarif_log  # here, because the rules load pydantic

    print(json.dumps(sarif_log(problems, Path.cwd()), indent=1, ensure_ascii=False))
