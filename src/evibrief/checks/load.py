"""A brief that is fit to be built: read, checked, and refused with all that is wrong."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.evidence.load import read_evidence
from evibrief.problems import Problem, Problems

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.source import SourceTree
    from evibrief.rating.findings import Findings


@dataclass(frozen=True)
class Loaded:
    """A brief that is fit to be built, what follows from it, and what is worth saying about it all the same."""

    folder: Path
    brief: "Brief" = field(repr=False)
    source: "SourceTree" = field(repr=False)
    findings: "Findings" = field(repr=False)
    warnings: tuple[Problem, ...] = ()


def load(folder: Path, today: datetime.date | None = None) -> Loaded:
    """Read and check a brief. Raises `Problems` with all that is wrong, over all files.

    `today` is for the rules that depend on the day; without it they find nothing.
    """
    # pydantic takes a fifth of a second to import; a build with nothing to do must not pay it.
    from evibrief.checks.rule import Context
    from evibrief.checks.run import check

    brief, read, problems = read_evidence(folder)
    if brief is None or read.unread:
        raise Problems(problems)
    context = Context(brief, read, resources.covered_characters(), today)
    problems += check(context)
    if any(problem.severity == "error" for problem in problems):
        raise Problems(problems)
    return Loaded(folder, brief, read, context.findings, tuple(sorted(problems)))
