"""Reads and checks a brief before it is built."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.evidence.load import read_evidence
from evibrief.problems import Problem, Problems

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.read_folder import Unsaved
    from evibrief.evidence.source import SourceTree
    from evibrief.rating.findings import Findings


@dataclass(frozen=True)
class Loaded:
    """A brief that can be built, with its findings and its warnings."""

    folder: Path
    brief: "Brief" = field(repr=False)
    source: "SourceTree" = field(repr=False)
    findings: "Findings" = field(repr=False)
    warnings: tuple[Problem, ...] = ()


def load(
    folder: Path, today: datetime.date | None = None, unsaved: "Unsaved" = MappingProxyType({})
) -> Loaded:
    """Read and check a brief. Raises `Problems` with the problems of all files if one of them is an error.

    `today` is for the rules that depend on the date; without it they find nothing. `unsaved` takes the place of files.
    """
    # Importing pydantic takes a fifth of a second; a build with nothing to do must not wait for it.
    from evibrief.checks.rule import Context
    from evibrief.checks.run import check

    brief, read, problems = read_evidence(folder, unsaved=unsaved)
    if brief is None or read.unread:
        raise Problems(problems)
    context = Context(brief, read, resources.covered_characters(), today)
    problems += check(context)
    if any(problem.severity == "error" for problem in problems):
        raise Problems(problems)
    return Loaded(folder, brief, read, context.findings, tuple(sorted(problems)))
