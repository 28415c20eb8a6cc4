"""Opens a brief for comparison from a folder, a document, an archived version or a git revision."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evibrief.archive.repository import files_at
from evibrief.archive.versions import evidence_of
from evibrief.evidence.load import read_evidence
from evibrief.evidence.places import MANIFEST
from evibrief.files import write_files
from evibrief.formats.carried import carried_files, read_document
from evibrief.problems import Place, Problem, Problems, errors_in
from evibrief.rating.findings import derive
from evibrief.rating.sides import Side


def side_of(folder: Path) -> Side:
    """A folder of evidence as one side of a comparison. Raises `Problems` if it cannot be read."""
    brief, _, problems = read_evidence(folder)
    if brief is None or errors_in(problems):
        raise Problems(problems)
    return Side(brief, derive(brief))


@contextmanager
def opened(text: str) -> Iterator[Path]:
    """The evidence folder of a folder, an archived version, a PDF or DOCX, or `REVISION:PATH` in git.

    Unpacked files are deleted afterwards. Raises `Problems` if there is no such thing.
    """
    path = Path(text)
    if path.is_dir():
        yield evidence_of(path) if (path / MANIFEST).exists() else path
        return
    with tempfile.TemporaryDirectory(prefix="evibrief-") as name:
        if path.exists():
            files = {one: data for one, data in carried_files(read_document(path), text).items() if one != MANIFEST}
            write_files(files, Path(name, "evidence"))
            yield Path(name, "evidence")
        else:
            yield _from_git(text, Path(name))


def _from_git(text: str, target: Path) -> Path:
    revision, _, inside = text.partition(":")
    try:
        files = files_at(Path.cwd(), revision, inside) if inside else None
    except ValueError as error:  # such as a link out of the folder
        raise Problems([Problem(Place(text), "no-folder", f"it cannot be read from git: {error}")]) from error
    if files is None:
        hint = "name data/BRIEF, an archived version, a PDF or DOCX, or REVISION:data/BRIEF in your own repository"
        message = "this is not a folder, a document or a git revision"
        raise Problems([Problem(Place(text), "no-folder", message, hint)])
    write_files(files, target / "evidence")
    return target / "evidence"
