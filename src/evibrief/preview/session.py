"""What the preview shows at a moment: the last page that could be made, and the problems of the files as they are.

In: a folder, again after each edit. Out: a page and problems, each with the anchors of its record; after the page, if
they are wanted, the pages of its PDF. What is shown stays until the next one is made; a brief that is unfinished, but
not wrong, is shown as its draft.
"""

import datetime
import gc
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from evibrief.build import BRIEF, Edition, compose
from evibrief.checks.draft import load_draft
from evibrief.checks.load import Loaded, load
from evibrief.drafts import DRAFT, named_draft
from evibrief.formats.contract import Page
from evibrief.formats.html.kept_texts import KeptTexts
from evibrief.kept import Kept
from evibrief.preview.anchors import Stretch, anchors_at, stretches_of
from evibrief.preview.page import LivePage, empty_page, live_page, pages_page
from evibrief.preview.pages import LaidOut, lay_out_fast
from evibrief.problems import Place, Problem, Problems, as_record, errors_in

ToldProblem = dict[str, str | int | tuple[str, ...]]
"""A problem as fields for the browser: those of `as_record`, the line that `check` prints, and its anchors."""


@dataclass(frozen=True)
class ShownPages:
    """The page with pictures of the pages of the PDF, and where these come from; that is None before the first."""

    page: LivePage
    laid_out: LaidOut | None = None


@dataclass(frozen=True)
class Shown:
    """The page, and the problems; the pages of the PDF, if they are wanted."""

    page: LivePage
    problems: tuple[ToldProblem, ...]
    pages: ShownPages | None = None


class Session:
    """The preview of one brief. It keeps what an edit leaves as it was: texts, figures, files."""

    def __init__(
        self, folder: Path, today: Callable[[], datetime.date], kept: Kept | None = None, with_pages: bool = False
    ) -> None:
        """`kept` is what was made before, from which the texts of the first page are taken."""
        self._folder, self._today = folder, today
        self._texts = KeptTexts(kept, folder)
        self._stretches: tuple[Stretch, ...] = ()
        self._to_lay_out: Page | None = None
        name = folder.resolve().name
        self.shown = Shown(empty_page(name), (), ShownPages(pages_page(name, None)) if with_pages else None)

    def updates(self) -> Iterator[Shown]:
        """Read the folder anew: the page as soon as it is there, then, if they are wanted, the pages of the PDF."""
        yield self.update()
        if self.shown.pages and self._to_lay_out:
            with _collecting_later():
                self.shown = self._with_pages(self.shown.pages, self._to_lay_out)
            yield self.shown

    def update(self) -> Shown:
        """Read the folder anew, and make the page. Nothing that is in the folder can end the preview."""
        with _collecting_later():
            self.shown = self._made()
        return self.shown

    def keep(self) -> None:
        """Keep the texts for the next preview or build."""
        self._texts.keep()

    def _made(self) -> Shown:
        self._to_lay_out = None
        try:
            loaded, edition = self._loaded()
            self._stretches = stretches_of(loaded.source)
            made = compose(loaded, ["html"], edition=edition, typesetter=self._texts)
            self._to_lay_out = made.page
            page = live_page(made.documents[0].data.decode())
            return replace(self.shown, page=page, problems=self._told(loaded.warnings))
        except Problems as wrong:
            return replace(self.shown, problems=self._told(wrong.problems))
        except OSError as error:  # a file that goes while it is read; it comes again, or its absence is told
            return replace(self.shown, problems=self._told([_unreadable(error, self._folder)]))
        except Exception as bug:
            return replace(self.shown, problems=self._told([_bug(bug, self._folder)]))

    def _with_pages(self, before: ShownPages, page: Page) -> Shown:
        try:
            laid = lay_out_fast(page, before.laid_out)
            return replace(self.shown, pages=ShownPages(pages_page(page.view.running_title, laid), laid))
        except Problems as wrong:
            problems = wrong.problems
        except Exception as bug:
            problems = (_bug(bug, self._folder),)
        return replace(self.shown, problems=(*self._told(problems), *self.shown.problems))

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


@contextmanager
def _collecting_later() -> Iterator[None]:
    """No garbage collection: a page is made of a million objects that are all needed; afterwards nobody waits."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _unreadable(error: OSError, folder: Path) -> Problem:
    place = Place(str(error.filename or folder))
    return Problem(place, "unreadable", f"cannot be read: {error.strerror}", "save the file again")


def _bug(bug: Exception, folder: Path) -> Problem:
    last = traceback.extract_tb(bug.__traceback__)[-1]
    message = f"the program failed in {Path(last.filename).name}:{last.lineno}: {type(bug).__name__}: {bug}"
    return Problem(Place(str(folder)), "bug", message, "please report it, with the brief")
