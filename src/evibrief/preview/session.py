"""What the preview shows at a moment: the last page that could be made, and the problems of the files as they are.

In: a folder, again after each edit. Out: a page and problems, each with the anchors of its record. A page stays until
the next one is made; a brief that is unfinished, but not wrong, is shown as its draft.
"""

import datetime
import gc
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from evibrief.build import BRIEF, Edition, compose
from evibrief.checks.draft import load_draft
from evibrief.checks.load import Loaded, load
from evibrief.drafts import DRAFT, named_draft
from evibrief.formats.html.kept_texts import KeptTexts
from evibrief.kept import Kept
from evibrief.preview.anchors import Stretch, anchors_at, stretches_of
from evibrief.preview.page import LivePage, empty_page, live_page
from evibrief.problems import Place, Problem, Problems, as_record, errors_in

ToldProblem = dict[str, str | int | tuple[str, ...]]
"""A problem as fields for the browser: those of `as_record`, the line that `check` prints, and its anchors."""


@dataclass(frozen=True)
class Shown:
    """The page, and the problems."""

    page: LivePage
    problems: tuple[ToldProblem, ...]


class Session:
    """The preview of one brief. It keeps what an edit leaves as it was: texts, figures, files."""

    def __init__(self, folder: Path, today: Callable[[], datetime.date], kept: Kept | None = None) -> None:
        """`kept` is what was made before, from which the texts of the first page are taken."""
        self._folder, self._today = folder, today
        self._texts = KeptTexts(kept, folder)
        self._stretches: tuple[Stretch, ...] = ()
        self.shown = Shown(empty_page(folder.resolve().name), ())

    def update(self) -> Shown:
        """Read the folder anew. Nothing that is in it can end the preview."""
        gc.disable()  # a page is made of a million objects that are all needed; afterwards nobody waits
        try:
            self.shown = self._made()
        finally:
            gc.enable()
        return self.shown

    def keep(self) -> None:
        """Keep the texts for the next preview or build."""
        self._texts.keep()

    def _made(self) -> Shown:
        try:
            loaded, edition = self._loaded()
            self._stretches = stretches_of(loaded.source)
            document = compose(loaded, ["html"], edition=edition, typesetter=self._texts).documents[0]
            return Shown(live_page(document.data.decode()), self._told(loaded.warnings))
        except Problems as wrong:
            return replace(self.shown, problems=self._told(wrong.problems))
        except OSError as error:  # a file that goes while it is read; it comes again, or its absence is told
            return replace(self.shown, problems=self._told([_unreadable(error, self._folder)]))
        except Exception as bug:
            return replace(self.shown, problems=self._told([_bug(bug, self._folder)]))

    def _loaded(self) -> tuple[Loaded, Edition]:
        """The brief or, while something is still to be written, its draft. Raises `Problems`."""
        try:
            return load(self._folder, self._today()), BRIEF
        except Problems as wrong:
            if not all(one.unfinished for one in errors_in(wrong.problems)):
                raise
            return named_draft(load_draft(self._folder, self._today())), DRAFT

    def _told(self, problems: Iterable[Problem]) -> tuple[ToldProblem, ...]:
        """The problems for the browser, errors first."""
        ordered = sorted(problems, key=lambda one: (one.severity != "error", not one.unfinished, one))
        return tuple(
            {**as_record(one), "line_of_check": str(one).partition("\n")[0], "unfinished": int(one.unfinished),
             "anchors": anchors_at(one.place, self._stretches)} for one in ordered
        )  # fmt: skip


def _unreadable(error: OSError, folder: Path) -> Problem:
    place = Place(str(error.filename or folder))
    return Problem(place, "unreadable", f"cannot be read: {error.strerror}", "save the file again")


def _bug(bug: Exception, folder: Path) -> Problem:
    last = traceback.extract_tb(bug.__traceback__)[-1]
    message = f"the program failed in {Path(last.filename).name}:{last.lineno}: {type(bug).__name__}: {bug}"
    return Problem(Place(str(folder)), "bug", message, "please report it, with the brief")
