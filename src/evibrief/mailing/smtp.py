"""Handing a message to a mail server: over an encrypted connection, to one person, with an answer that is believed.

In: the server's name and secrets, a message. Out: nothing, or an exception that says whether it can have gone out. The
only owner of `smtplib` and `ssl`. What an answer means is RFC 5321, 4.2; what is no answer in that sense means nothing.
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
"""Seconds for each answer of the server (RFC 5321, 4.5.3.2 asks for minutes; nobody waits that long)."""

LONGEST_LINE = 8192
MOST_LINES = 200
"""Far more than any answer has; RFC 5321, 4.5.3.1.5 allows 512 bytes to a line."""

LONGEST_SHOWN = 300
"""So many letters of an answer are shown."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `security`: `starttls`, or `tls` from the first byte; plain text is not spoken."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str | None = None
    """A file of certificates to trust beside the system's; for a server of one's own."""


class Refused(Exception):
    """The server will not take this message for this person."""


class NotSent(Exception):
    """The server could not be reached, or broke off before the message: it has not gone out."""


class Unclear(Exception):
    """The message was begun, and no clear answer came: nobody knows whether it has gone out."""


class _Unreadable(smtplib.SMTPException):
    """What came is no answer as mail servers give it."""


SETTINGS = ("HOST", "PORT", "SECURITY", "USER", "PASSWORD", "CA")
_PREFIX = "EVIBRIEF_SMTP_"
_LABEL = "[A-Za-z0-9_][A-Za-z0-9_-]{0,62}"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*\.?|[0-9a-fA-F:]*:[0-9a-fA-F:.]+")


def server_of(environment: Mapping[str, str]) -> Server:
    """The server that the variables `EVIBRIEF_SMTP_…` name.

    Raises `Problems`, all at once, none with any part of a value that may be secret.
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
    """Which variable is wrong, why, and the way out."""
    for name in ("HOST", "PORT", "SECURITY"):
        if not values[name]:
            yield name, "is not set", "EVIBRIEF_SMTP_SECURITY is starttls or tls"
    if values["HOST"] and not _HOST.fullmatch(values["HOST"]):
        hint = "write the name alone, in ASCII: mail.example.org; a name with other letters in its form xn--…"
        yield "HOST", "is not the name of a server", hint
    if values["PORT"] and not (re.fullmatch("[0-9]{1,5}", values["PORT"]) and 0 < int(values["PORT"]) < 65536):
        yield "PORT", "is not a number from 1 to 65535", "587 goes with starttls, 465 with tls"
    if values["SECURITY"] and values["SECURITY"] not in ("starttls", "tls"):
        yield "SECURITY", "is neither starttls nor tls", "nothing is sent in plain text; ask who runs the server"
    for name, hint in (("USER", "ask who runs the server for a name in ASCII"),
                       ("PASSWORD", "set another password, or one for this program, in ASCII")):  # fmt: skip
        if not re.fullmatch(r"[ -~]*", values[name]):
            yield name, "has a letter outside ASCII, or a line break, which mail servers do not take", hint
    for name, other in (("USER", "PASSWORD"), ("PASSWORD", "USER")):
        if values[other] and not values[name]:
            yield name, f"is not set, and {_PREFIX}{other} is", "set both, or neither"
    if values["CA"] and (why := _unusable(values["CA"])):
        yield "CA", f"names a file of certificates that cannot be used: {why}", "name a file in PEM form, or unset it"


def _unusable(authority: str) -> str:
    """Why a file of certificates is of no use; nothing where it is."""
    try:
        ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", "") or type(error).__name__
    return ""


def hand_over(server: Server, sender: str, address: str, message: bytes, about_to: Callable[[], None]) -> None:
    """Send one message to one address. `about_to` is called when nothing is left but the message itself.

    Raises `Refused`, `NotSent` or `Unclear`: raised outside of what is caught, so that none of them has an exception
    of the library behind it, which would repeat an answer as it came.
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
    """A connection in which the server has taken sender and recipient; or why there is none."""
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
    """Nothing when the server says that it has taken the message; else what is known."""
    try:
        code, answer = connection.data(message)
    except smtplib.SMTPDataError as error:  # the answer to DATA, before a byte of the message
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
    # The message is taken; how the server says good-bye is its own business.
    with suppress(OSError, smtplib.SMTPException, ValueError):
        connection.quit()
    return None


class _Answers(smtplib.SMTP):
    """SMTP in which an answer is what RFC 5321, 4.2 calls one, and nothing else is taken for one."""

    def getreply(self) -> tuple[int, bytes]:
        """The code and the lines of an answer. Raises `SMTPException` for what is none, and hangs up."""
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
                raise _Unreadable("its answer has too many lines, or lines of two answers")
        return int(codes.pop()), b"\n".join(lines)

    _more = False

    def _line(self) -> bytes:
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]
        line = self.file.readline(LONGEST_LINE + 1)
        if not line:
            raise smtplib.SMTPServerDisconnected("it ended without an answer")
        if not line.endswith(b"\n") and len(line) <= LONGEST_LINE:
            raise smtplib.SMTPServerDisconnected("it ended in the middle of an answer")
        if len(line) > LONGEST_LINE or not re.match(rb"[0-9]{3}(?=[ \r\n-])", line):
            raise _Unreadable("its answer is too long" if len(line) > LONGEST_LINE else "its answer cannot be read")
        self._more = line[3:4] == b"-"
        return line


class _AnswersInside(_Answers, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


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
    """What went wrong, without anything secret: an answer to a login may repeat what was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the server refused the login ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, _bytes(error.smtp_error), server)
    if isinstance(error, UnicodeError):  # its words have the text that cannot be written
        return "something in the settings cannot be written in ASCII"
    return _shown(str(error) or type(error).__name__, server)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _answer(code: int, answer: bytes, server: Server) -> str:
    """A server's answer on one line."""
    return f"{code} {_shown(' '.join(answer.decode(errors='replace').split()), server)}".strip()


def _shown(text: str, server: Server) -> str:
    """Words of a server's as text; not at all where they have a part of the password in them."""
    told = re.sub(r"\s", "", text).casefold()
    if any(part in told for part in _parts_of(server)):
        return "(the rest repeats a part of the password, and is not shown)"
    short = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"
    return plain(short)


SHORTEST_PART = 4
"""So many letters of a password in an answer are no accident."""


def _parts_of(server: Server) -> Iterable[str]:
    """What gives a password away: its parts, as it is, as it goes over the line, and as requests write it."""
    if not server.password:
        return ()
    word = server.password.encode()
    told = [server.password, quote(server.password, safe=""), word.hex()]
    told += [base64.b64encode(b"\0" * skip + word).decode()[2 * bool(skip) :].rstrip("=") for skip in range(3)]
    told.append(base64.b64encode(f"\0{server.user}\0{server.password}".encode()).decode().rstrip("="))
    bare = [re.sub(r"\s", "", one).casefold() for one in told]
    return {one[at : at + SHORTEST_PART] for one in bare for at in range(max(1, len(one) - SHORTEST_PART + 1))} - {""}
