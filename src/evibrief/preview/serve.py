"""Runs a preview until it is ended.

In: a folder, a port. Out: an address that a browser can open.
"""

import datetime
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evibrief.kept import Kept
from evibrief.preview.pages import need_engine
from evibrief.preview.server import Board, PreviewServer, open_server
from evibrief.preview.session import Session, Shown
from evibrief.preview.watch import edits_of


class Preview:
    """A running preview."""

    def __init__(self, session: Session, board: Board, server: PreviewServer, folder: Path) -> None:
        self._session, self._board, self._server, self._folder = session, board, server, folder

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._server.url

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.server_port

    def follow(self, ended: threading.Event, told: Callable[[Shown], None]) -> None:
        """Show the brief now and after each edit, until `ended` is set; `told` is called when something differs."""
        for _ in self._steps(ended):
            differing = [self._board.put(shown) for shown in self._session.updates()]
            if any(differing):
                told(self._board.shown)

    def _steps(self, ended: threading.Event) -> Iterator[None]:
        yield
        self._session.keep()
        yield from edits_of(self._folder, ended)


@contextmanager
def preview_of(
    folder: Path, port: int, today: Callable[[], datetime.date], kept: Kept | None = None, with_pages: bool = False
) -> Iterator[Preview]:
    """A preview that answers at once, and shows the brief as soon as `follow` is called.

    `kept` is what was made of the brief before. Raises `OSError` if no port is free, and `Problems` if the pages of the
    PDF are wanted and the engine for them is not installed.
    """
    if with_pages:
        need_engine(str(folder))
    session = Session(folder, today, kept, with_pages)
    board = Board(session.shown)
    with open_server(port, board) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Preview(session, board, server, folder)
        finally:
            server.shutdown()
