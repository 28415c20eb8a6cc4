"""A service on loopback that answers as it is told, and remembers what it was asked."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What the service sends. `announced` is another length than the body has.

    `silent` is how long it says nothing, in seconds, and `drip` how long before each byte of the body.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    silent: float = 0
    drip: float = 0


@dataclass
class Service:
    """Replies by path with its query; several replies to one path are given one after the other, the last again."""

    base: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def on(self, path: str, *replies: Reply) -> None:
        """Answer a path with these."""
        self.replies[path] = list(replies)

    def reply_to(self, path: str, headers: Mapping[str, str]) -> Reply:
        """The next reply; 404 where nothing was said."""
        self.asked.append((path, headers))
        known = self.replies.get(path, [Reply(b"<html>not here</html>", 404, "text/html")])
        return known.pop(0) if len(known) > 1 else known[0]

    @property
    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def service(secured: ssl.SSLContext | None = None) -> Iterator[Service]:
    """A running service, over TLS if it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = known.reply_to(self.path, dict(self.headers))
            if known.ended.wait(reply.silent):
                return
            self.send_response(reply.status)
            length = len(reply.body) if reply.announced is None else reply.announced
            for name, value in {"Content-Type": reply.kind, "Content-Length": str(length), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [reply.body[at : at + 1] for at in range(len(reply.body))] if reply.drip else [reply.body]:
                if known.ended.wait(reply.drip):
                    return
                self.wfile.write(piece)

        def do_CONNECT(self) -> None:
            """As a proxy: it remembers where somebody wants to go, and lets nobody through."""
            known.asked.append((f"CONNECT {self.path}", dict(self.headers)))
            self.send_error(403)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    known = Service(f"http{'s' if secured else ''}://127.0.0.1:{server.server_port}")
    if secured:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        known.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
