"""A brief that is fit to be built: read, checked, and refused with all that is wrong."""

import datetime
from pathlib import Path

from evibrief import resources
from evibrief.evidence.load import Loaded, read_evidence
from evibrief.problems import Problems


def load(folder: Path, today: datetime.date | None = None) -> Loaded:
    """Read and check a brief. Raises `Problems` with all that is wrong, over all files.

    `today` is for the rules that depend on the day; without it they find nothing.
    """
    from evibrief.checks import run

    brief, read, problems = read_evidence(folder)
    if brief is not None and not read.unread:
        problems += run.check(brief, read, resources.covered_characters(), today)
    if brief is None or any(problem.severity == "error" for problem in problems):
        raise Problems(problems)
    return Loaded(brief, read, tuple(sorted(problems)))
