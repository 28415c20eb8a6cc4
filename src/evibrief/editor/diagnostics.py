"""The problems of a brief as an editor underlines them.

In: problems, and the texts of the files. Out: for each file its problems, with the stretch that each is about.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evibrief.editor.positions import LinePosition, Lines
from evibrief.problems import Problem, Severity


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
    found: dict[Path, list[Diagnostic]] = {}
    lines: dict[Path, Lines] = {}
    for problem in problems:
        path = Path(problem.place.path)
        path = folder / "brief.yaml" if path == folder or not path.is_absolute() else path
        if path not in lines:
            lines[path] = Lines(text_of(path) or "")
        found.setdefault(path, []).append(_diagnostic(problem, lines[path]))
    return {path: tuple(told) for path, told in found.items()}


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
