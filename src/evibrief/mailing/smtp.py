"""Sends a message to one person through a mail server, always over an encrypted connection.

In: the server's name and secrets, a message. Out: nothing, or an exception that says whether the message may have been
sent. Only this module uses `smtplib` and `ssl`. Replies are read by RFC 5321, 4.2; anything else is not a reply.
"""

import base64
import re
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from evibrief.problems import Place, Problem, Problems, plain

TIMEOUT = 60
"""In seconds, for each reply (RFC 5321, 4.5.3.2 asks for minutes, but nobody waits that long)."""

LONGEST_REPLY_LINE = 8192
MOST_LINES = 200
"""Far more than any reply needs; RFC 5321, 4.5.3.1.5 allows 512 bytes per line."""

LONGEST_SHOWN = 300
"""The most characters of a reply that are shown."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `security` is `starttls`, or `tls` for encryption from the first byte; plain text is not used."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str | None = None
    """A file of certificates to trust in addition to the system's, for a private server."""


class Refused(Exception):
    """The server refused this message for this recipient."""


class NotSent(Exception):
    """The server could not be reached, or the connection broke before the message: it was not sent."""


class Unclear(Exception):
    """The message was started, but no clear reply came: it is not known whether it was sent."""


class _Unreadable(smtplib.SMTPException):
    """The server's reply does not follow the protocol."""


SETTINGS = ("HOST", "PORT", "SECURITY", "USER", "PASSWORD", "CA")
_PREFIX = "EVIBRIEF_SMTP_"
_LABEL = "[A-Za-z0-9_][A-Za-z0-9_-]{0,62}"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*\.?|[0-9a-fA-F:]*:[0-9a-fA-F:.]+")


def server_of(environment: Mapping[str, str]) -> Server:
    """The server that the variables `EVIBRIEF_SMTP_…` describe.

    Raises `Problems` with all faults at once, and never with any part of a value that may be secret.
    """
    values = {name: environment.get(f"{_PREFIX}{name}", "") for name in SETTINGS}
    place = Place("environment")
    found = [Problem(place, "mail-server", f"{_PREFIX}{name} {why}", hint) for name, why, hint in _faults(values)]
    if found:
        raise Problems(found)
    authority = values["CA"] or None
    port = int(values["PORT"])
    return Server(values["HOST"], port, values["SECURITY"], values["USER"], values["PASSWORD"], authority)


def _faults(values: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Which variable is wrong, why, and what to do."""
    for name in ("HOST", "PORT", "SECURITY"):
        if not values[name]:
            yield name, "is not set", "EVIBRIEF_SMTP_SECURITY is starttls or tls"
    if values["HOST"] and not _HOST.fullmatch(values["HOST"]):
        hint = "write only the name, in ASCII: mail.example.org; write a name with other letters in the form xn--…"
        yield "HOST", "is not the name of a server", hint
    if values["PORT"] and not (re.fullmatch("[0-9]{1,5}", values["PORT"]) and 0 < int(values["PORT"]) < 65536):
        yield "PORT", "is not a number from 1 to 65535", "587 goes with starttls, 465 with tls"
    if values["SECURITY"] and values["SECURITY"] not in ("starttls", "tls"):
        yield "SECURITY", "is neither starttls nor tls", "connections are always encrypted; ask the server's operator"
    for name, hint in (("USER", "ask the server's operator for a name in ASCII"),
                       ("PASSWORD", "set another password, or one for this program, in ASCII")):  # fmt: skip
        if not re.fullmatch(r"[ -~]*", values[name]):
            yield name, "has a character outside ASCII or a line break, which mail servers do not accept", hint
    for name, other in (("USER", "PASSWORD"), ("PASSWORD", "USER")):
        if values[other] and not values[name]:
            yield name, f"is not set, but {_PREFIX}{other} is", "set both or neither"
    if values["CA"] and (why := _unusable(values["CA"])):
        yield "CA", f"names a file of certificates that cannot be used: {why}", "name a file in PEM form, or unset it"


def _unusable(authority: str) -> str:
    """Why a file of certificates cannot be used; empty if it can."""
    try:
        ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", "") or type(error).__name__
    return ""


def hand_over(server: Server, sender: str, address: str, message: bytes, about_to: Callable[[], None]) -> None:
    """Send one message to one address. `about_to` is called just before the message itself.

    Raises `Refused`, `NotSent` or `Unclear`. They are raised outside the `except` blocks, because a chained library
    exception could repeat the server's reply unfiltered.
    """
    connection, failure = _introduced(server, sender, address)
    try:
        if connection and not failure:
            about_to()
            failure = _delivered(connection, message, server)
    finally:
        if connection:
            connection.close()
    if failure:
        raise failure


def _introduced(server: Server, sender: str, address: str) -> tuple[smtplib.SMTP | None, Exception | None]:
    """A connection on which the server accepted sender and recipient, or the reason why not."""
    connection: smtplib.SMTP | None = None
    try:
        connection = _connected(server)
        for code, answer in (connection.mail(sender), connection.rcpt(address)):
            if not 200 <= code < 300:
                kind = Refused if 400 <= code < 600 else NotSent
                return connection, kind(_answer(code, answer, server))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return connection, NotSent(_said(error, server))
    return connection, None


def _delivered(connection: smtplib.SMTP, message: bytes, server: Server) -> Exception | None:
    """None if the server accepted the message; otherwise the exception that says what is known."""
    try:
        code, answer = connection.data(message)
    except smtplib.SMTPDataError as error:  # the reply to DATA, before any byte of the message
        code, answer = error.smtp_code, _bytes(error.smtp_error)
        code = 0 if 200 <= code < 300 else code
    except _Unreadable as error:
        return Unclear(_said(error, server))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Unclear(f"the connection broke: {_said(error, server)}")
    if 400 <= code < 600:
        return Refused(_answer(code, answer, server))
    if not 200 <= code < 300:
        return Unclear(f"the server answered {_answer(code, answer, server)}")
    # The message is accepted; errors while closing the connection do not matter.
    with suppress(OSError, smtplib.SMTPException, ValueError):
        connection.quit()
    return None


class _Answers(smtplib.SMTP):
    """SMTP that accepts only replies as defined in RFC 5321, 4.2."""

    def getreply(self) -> tuple[int, bytes]:
        """The code and text of a reply. For an invalid reply, closes the connection and raises `SMTPException`."""
        try:
            return self._reply()
        except BaseException:
            self.close()
            raise

    def _reply(self) -> tuple[int, bytes]:
        lines: list[bytes] = []
        codes: set[bytes] = set()
        while not lines or self._more:
            line = self._line()
            lines.append(line[4:].strip())
            codes.add(line[:3])
            if len(lines) > MOST_LINES or len(codes) > 1:
                raise _Unreadable("its answer has too many lines, or mixes two answers")
        return int(codes.pop()), b"\n".join(lines)

    _more = False

    def _line(self) -> bytes:
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]
        line = self.file.readline(LONGEST_REPLY_LINE + 1)
        if not line:
            raise smtplib.SMTPServerDisconnected("it ended without an answer")
        if not line.endswith(b"\n") and len(line) <= LONGEST_REPLY_LINE:
            raise smtplib.SMTPServerDisconnected("it ended in the middle of an answer")
        if len(line) > LONGEST_REPLY_LINE or not re.match(rb"[0-9]{3}(?=[ \r\n-])", line):
            long = len(line) > LONGEST_REPLY_LINE
            raise _Unreadable("its answer is too long" if long else "its answer cannot be read")
        self._more = line[3:4] == b"-"
        return line


class _AnswersInside(_Answers, smtplib.SMTP_SSL):
    """`_Answers` over a connection that is encrypted from the first byte."""


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.authority)
    if server.security == "tls":
        connection: smtplib.SMTP = _AnswersInside(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        connection = _Answers(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.security != "tls":
            connection.starttls(context=context)
        connection.ehlo()
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _said(error: Exception, server: Server) -> str:
    """What went wrong, without secrets: a reply to a login may repeat what was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the server refused the login ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, _bytes(error.smtp_error), server)
    if isinstance(error, UnicodeError):  # its message contains the text that cannot be encoded
        return "something in the settings cannot be written in ASCII"
    return _shown(str(error) or type(error).__name__, server)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _answer(code: int, answer: bytes, server: Server) -> str:
    """A server's reply on one line."""
    return f"{code} {_shown(' '.join(answer.decode(errors='replace').split()), server)}".strip()


def _shown(text: str, server: Server) -> str:
    """A server's words, made printable; withheld if they contain part of the password."""
    told = re.sub(r"\s", "", text).casefold()
    if any(part in told for part in _parts_of(server)):
        return "(the rest repeats part of the password and is not shown)"
    short = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"
    return plain(short)


SHORTEST_PART = 4
"""This many consecutive characters of the password in a reply are no coincidence."""


def _parts_of(server: Server) -> Iterable[str]:
    """Every piece of the password that must not be shown: plain, URL-quoted, in hex and in Base64."""
    if not server.password:
        return ()
    word = server.password.encode()
    told = [server.password, quote(server.password, safe=""), word.hex()]
    told += [base64.b64encode(b"\0" * skip + word).decode()[2 * bool(skip) :].rstrip("=") for skip in range(3)]
    told.append(base64.b64encode(f"\0{server.user}\0{server.password}".encode()).decode().rstrip("="))
    bare = [re.sub(r"\s", "", one).casefold() for one in told]
    return {one[at : at + SHORTEST_PART] for one in bare for at in range(max(1, len(one) - SHORTEST_PART + 1))} - {""}
