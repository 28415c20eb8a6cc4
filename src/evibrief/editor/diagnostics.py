"""The problems of a brief as an editor underlines them.

In: problems, and the texts of the files. Out: for each file its problems, with the stretch that each is about.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evibrief.editor.positions import LinePosition, Lines
from evibrief.problems import Problem, Severity

MOST_SHOWN = 500
"""The most problems of a file that are shown; a file of the wrong kind can have hundreds of thousands."""


@dataclass(frozen=True)
class Diagnostic:
    """A problem with the positions of its beginning and end, in code points."""

    start: LinePosition
    end: LinePosition
    severity: Severity
    rule: str
    message: str


def diagnostics(
    problems: Iterable[Problem], folder: Path, text_of: Callable[[Path], str | None]
) -> Mapping[Path, tuple[Diagnostic, ...]]:
    """The problems by file. What is wrong with a folder as a whole is told at its `brief.yaml`."""
    of_files: dict[Path, list[Problem]] = {}
    for problem in problems:
        path = Path(problem.place.path)
        path = folder / "brief.yaml" if path == folder or not path.is_absolute() else path
        of_files.setdefault(path, []).append(problem)
    return {path: tuple(_shown(found, Lines(text_of(path) or ""))) for path, found in of_files.items()}


def _shown(problems: Sequence[Problem], lines: Lines) -> Iterator[Diagnostic]:
    yield from (_diagnostic(one, lines) for one in problems[:MOST_SHOWN])
    if len(problems) > MOST_SHOWN:
        top = LinePosition(0, 0)
        yield Diagnostic(top, top, "error", "more", f"and {len(problems) - MOST_SHOWN} more problems in this file")


def _diagnostic(problem: Problem, lines: Lines) -> Diagnostic:
    place = problem.place
    start = LinePosition(max(place.line - 1, 0), max(place.column - 1, 0))
    end = LinePosition(start.line, _end(lines.line(start.line), start.column)) if place.line else start
    told = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    return Diagnostic(start, end, problem.severity, problem.rule, told)


_ENDS = re.compile(
    r"""(?P<key>[\w-]+(?=:(?:\s|$)))|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|(?P<cited>@[\w:.-]+)|(?P<flow>[^,{}\[\]]+)"""
)


def _end(line: str, column: int) -> int:
    """Where what begins at a column ends: the key, the text in quotes, the citation, the value."""
    found = _ENDS.match(line, column)
    if found is None:
        return len(line) if line[column : column + 1] in ("{", "[") else column + 1
    if found["flow"] is None:
        return found.end()
    rest = found[0] if line.count("{", 0, column) + line.count("[", 0, column) else line[column:]
    return column + max(len(re.split(r"\s#", rest)[0].rstrip()), 1)
