"""A brief as far as it can be read: the tree with its places, the records, and what both refuse."""

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.problems import Problem

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.source import SourceTree


def read_evidence(folder: Path, without: Container[str] = ()) -> tuple["Brief | None", "SourceTree", list[Problem]]:
    """A brief as far as it can be read, with what the reader and the model refuse, before any rule looks at it."""
    # pydantic takes a fifth of a second to import; a build with nothing to do must not pay it.
    from evibrief.evidence import read_folder, validate

    read, problems = read_folder.read_brief(folder, without)
    brief, refused = validate.read_records(read)
    # What could not be read in one place is not also wrong there in some other way.
    told = {problem.place for problem in problems}
    return brief, read, problems + [problem for problem in refused if problem.place not in told]
