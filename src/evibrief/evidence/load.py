"""Reading a brief as far as possible: the tree with its places, the records, and the problems in both."""

from collections.abc import Container
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from evibrief.problems import Problem

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.read_folder import Unsaved
    from evibrief.evidence.source import SourceTree


def read_evidence(
    folder: Path, without: Container[str] = (), unsaved: "Unsaved" = MappingProxyType({})
) -> tuple["Brief | None", "SourceTree", list[Problem]]:
    """A brief as far as it can be read, with the problems of the reader and the model; no rule has run yet."""
    # Importing pydantic takes a fifth of a second; a build with nothing to do must not wait for it.
    from evibrief.evidence import read_folder, validate

    read, problems = read_folder.read_brief(folder, without, unsaved)
    brief, refused = validate.read_records(read)
    # A place that could not be read is not reported a second time.
    told = {problem.place for problem in problems}
    return brief, read, problems + [problem for problem in refused if problem.place not in told]
