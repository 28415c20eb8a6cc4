"""Which briefs files belong to, for hooks that name the files of a commit."""

from collections.abc import Iterable
from pathlib import Path

from evibrief.evidence.places import belongs

HIGHEST = 5
"""How far above a file its brief may be: a citation style may be in a folder in a folder."""


def briefs_of(files: Iterable[Path]) -> list[Path]:
    """The folders of the briefs that files belong to, each once; a file that belongs to none is left out."""
    return list(dict.fromkeys(folder for file in files if (folder := _brief_of(file)) is not None))


def _brief_of(file: Path) -> Path | None:
    for folder in file.parents[:HIGHEST]:
        if (folder / "brief.yaml").is_file() and belongs(file.relative_to(folder).as_posix()):
            return folder
    return None
