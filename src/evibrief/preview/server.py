"""Serves the preview to browsers on this machine, and to nobody else.

In: what is shown. Out: two addresses: `/`, the page, and `/events`, which tells of each edit (server-sent events, HTML
standard, 9.2). If the pages of the PDF are shown, there are three more: `/pages`, its pictures below that, and
`/pages.pdf`. It listens on the loopback address only. A request under any other name is refused, because a foreign site
could point its own name at this address and read along (DNS rebinding).
"""

import errno
import json
import re
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from evibrief.preview.page import LivePage
from evibrief.preview.session import Shown, ShownPages

ADDRESS = "127.0.0.1"
MOST_PORTS = 20
"""Ports that are tried, one after the other."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PICTURE = re.compile(r"/pages/([0-9a-f]{16})/([1-9][0-9]{0,4})\.png")
"""The address of a picture: the name of what was laid out, and a page of it. After an edit it is gone."""

_PATIENCE = 10.0
"""In seconds: how often a silent browser is written to, which tells whether it is still there."""


class Board:
    """What is shown now; whoever waits for something new is told."""

    def __init__(self, shown: Shown) -> None:
        self._shown, self._changed = shown, threading.Condition()

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        with self._changed:
            return self._shown

    def put(self, shown: Shown) -> bool:
        """Show something else. Returns whether it differs."""
        with self._changed:
            differs = shown != self._shown
            self._shown = shown
            self._changed.notify_all()
        return differs

    def after(self, seen: Shown | None, seconds: float) -> Shown | None:
        """What is shown, as soon as that is something other than `seen`; None if it is the same for so long."""
        with self._changed:
            differs = self._changed.wait_for(lambda: self._shown != seen, seconds)
            return self._shown if differs else None


class PreviewServer(ThreadingHTTPServer):
    """A server for one board. Its threads end with the process."""

    daemon_threads = True
    request_queue_size = 64  # with the usual 5, a browser that opens many windows at once waits for seconds

    def __init__(self, port: int, board: Board) -> None:
        self.board = board
        super().__init__((ADDRESS, port), _Handler)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a browser that closed its window is no error."""


def open_server(port: int, board: Board) -> PreviewServer:
    """A server on this port or, if it is taken, on the next that is free. Raises `OSError` if none of many is."""
    ports = range(port, min(port + MOST_PORTS, 65_536))
    for one in ports:
        try:
            return PreviewServer(one, board)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            taken = error.errno
    raise OSError(taken, f"none of the ports {ports[0]} to {ports[-1]} is free; `--port 0` takes one that is")


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: PreviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "evibrief", ""
    timeout = 60

    def do_GET(self) -> None:
        """The page, or its events."""
        if self.headers.get_all("Host") not in self._names():
            self._refuse(HTTPStatus.FORBIDDEN, "this is no address of the preview")
        elif self.path == "/":
            self._show(self.server.board.shown.page)
        elif self.path == "/events":
            self._tell()
        elif pages := self.server.board.shown.pages:
            self._show_pages(pages)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "the preview has one page: /")

    do_HEAD = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the terminal belongs to the author."""

    def _show(self, page: LivePage) -> None:
        self._answer(HTTPStatus.OK, page.data, "text/html; charset=utf-8", {"Evibrief-Page": page.name})

    def _show_pages(self, pages: ShownPages) -> None:
        """The pages of the PDF: all of them on a page or as a PDF, or the picture of one."""
        laid, picture = pages.laid_out, _PICTURE.fullmatch(self.path)
        if self.path == "/pages":
            self._show(pages.page)
        elif laid and self.path == "/pages.pdf":
            self._answer(HTTPStatus.OK, laid.pdf(), "application/pdf")
        elif laid and picture and picture[1] == laid.name and int(picture[2]) <= len(laid.sizes):
            self._answer(HTTPStatus.OK, laid.picture(int(picture[2])), "image/png")
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "the preview has two pages: / and /pages")

    def _names(self) -> list[list[str]]:
        return [[f"{name}:{self.server.server_port}"] for name in (ADDRESS, "localhost")]

    def _refuse(self, status: HTTPStatus, words: str) -> None:
        self._answer(status, f"{words}\n".encode(), "text/plain; charset=utf-8")

    def _answer(self, status: HTTPStatus, data: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self._begin(status, kind, {"Content-Length": str(len(data)), **(more or {})})
        if self.command != "HEAD":
            self.wfile.write(data)

    def _begin(self, status: HTTPStatus, kind: str, more: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **_HEADERS, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def _tell(self) -> None:
        """Write an event now and after each edit, until the browser is gone."""
        self.close_connection = True
        self._begin(HTTPStatus.OK, "text/event-stream", {"Connection": "close"})
        if self.command != "HEAD":
            for event in _events(self.server.board):
                self.wfile.write(event.encode())


def _events(board: Board) -> Iterator[str]:
    seen: Shown | None = None
    while True:
        shown = board.after(seen, _PATIENCE)
        seen = shown or seen
        yield f"data: {_event(shown)}\n\n" if shown else ": still here\n\n"


def _event(shown: Shown) -> str:
    pages = {"/pages": shown.pages.page.name} if shown.pages else {}
    return json.dumps({"names": {"/": shown.page.name, **pages}, "problems": shown.problems})
