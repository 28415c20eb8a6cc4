"""Looking quotations up is part of `check`: it reads the texts in a folder and writes `quotes.yaml`."""

import datetime
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.cli.importing import bytes_of
from evibrief.problems import Place, Problem, Problems, errors_in, one_problem

if TYPE_CHECKING:
    from evibrief.quotes.search import Miss
    from evibrief.quotes.texts import TextAtHand

MOST_FILES_LISTED = 20_000
"""In the folder of texts, and in the folders in it."""


def look_up_quotes(folder: Path, texts: Path) -> Mapping[Place, "Miss"]:
    """Write a brief's `quotes.yaml` from the texts in a folder, and say what came of it.

    Returns why each quotation that is not in its text is not, by its place. Raises `Problems` for a brief or a text
    that cannot be read, and then writes nothing.
    """
    from evibrief.evidence.load import read_evidence
    from evibrief.evidence.write_yaml import yaml_text
    from evibrief.files import replace_file
    from evibrief.quotes.at_hand import files_of_references
    from evibrief.quotes.look_up import REMARKS_ON_QUOTES, look_up

    before = read_evidence(folder)[0]
    brief, source, problems = read_evidence(folder, without=("quotes",))
    if brief is None or errors_in(problems):
        raise Problems(problems)
    shelf = _Shelf(texts, files_of_references(_files_in(texts), brief.references))
    found = look_up(source, before.quotes if before else None, shelf.of, datetime.date.today())
    if shelf.problems:
        raise Problems(shelf.problems)
    target = folder / "quotes.yaml"
    replace_file(target, yaml_text(found.report.model_dump(exclude_defaults=True), REMARKS_ON_QUOTES))
    print(f"{target}: {found.told}", file=sys.stderr)
    return {source.place(location): miss for location, miss in found.misses.items()}


def with_passages(problems: Iterable[Problem], misses: Mapping[Place, "Miss"]) -> tuple[Problem, ...]:
    """The problems; of a quotation that was just looked up they say how its text differs, and show the passage."""
    return tuple(_with_passage(one, misses.get(one.place)) for one in problems)


def _with_passage(problem: Problem, miss: "Miss | None") -> Problem:
    if miss is None or problem.rule != "quote-not-found":
        return problem
    nearest = f"nearest passage: “{miss.passage}”" if miss.passage else "no passage is like it"
    return replace(problem, message=f"{problem.message}: {miss.why}", hint=nearest)


class _Shelf:
    """The texts in a folder. Each is read when it is asked for, and once."""

    def __init__(self, folder: Path, files: Mapping[str, tuple[str, ...]]) -> None:
        self._folder, self._files = folder, files
        self._read: dict[str, tuple[TextAtHand, ...]] = {}
        self.problems: list[Problem] = []

    def of(self, publication: str) -> tuple["TextAtHand", ...]:
        """The texts of a publication, by its id."""
        if publication not in self._read:
            self._read[publication] = tuple(self._opened(self._files.get(publication, ())))
        return self._read[publication]

    def _opened(self, names: Iterable[str]) -> Iterator["TextAtHand"]:
        from evibrief.quotes.texts import LARGEST_TEXT_FILE, text_at_hand

        for name in names:
            try:
                yield text_at_hand(name, bytes_of(self._folder / name, LARGEST_TEXT_FILE))
            except Problems as wrong:
                at = Place(str(self._folder / name))
                self.problems += [replace(one, place=at) for one in wrong.problems]


def _files_in(folder: Path) -> list[str]:
    """The paths of the files below a folder; links are not followed."""
    if not folder.is_dir():
        raise one_problem(str(folder), "no-folder", "there is no such folder", "name the folder of the texts")
    found: list[str] = []
    for place, _, names in os.walk(folder):
        paths = (Path(place, name) for name in names if not name.startswith("."))
        found += [path.relative_to(folder).as_posix() for path in paths if path.is_file() and not path.is_symlink()]
        if len(found) > MOST_FILES_LISTED:
            message = f"this folder has more than {MOST_FILES_LISTED:,} files"
            raise one_problem(str(folder), "too-large", message, "name the folder that has the texts alone")
    return found
