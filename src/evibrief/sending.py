"""Handing a message to a mail server: over an encrypted connection, to one person, with an answer that is believed.

In: the server's name and secrets, a message. Out: nothing, or an exception that says whether it can have gone out. The
only owner of `smtplib` and `ssl`.
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

TIMEOUT = 60
"""Seconds for each answer of the server (RFC 5321, 4.5.3.2 asks for minutes; nobody waits that long)."""


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
    """The connection ended between the message and the answer: nobody knows whether it has gone out."""


def hand_over(server: Server, sender: str, address: str, message: bytes, about_to: Callable[[], None]) -> None:
    """Send one message to one address. `about_to` is called when nothing is left but the message itself.

    Raises `Refused`, `NotSent` or `Unclear`.
    """
    try:
        connection = _connected(server)
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        raise NotSent(_said(error)) from error
    try:
        _hand_over(connection, sender, address, message, about_to)
    finally:
        connection.close()


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.authority)
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
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


def _hand_over(
    connection: smtplib.SMTP, sender: str, address: str, message: bytes, about_to: Callable[[], None]
) -> None:
    try:
        for code, answer in (connection.mail(sender), connection.rcpt(address)):
            if code >= 400:
                raise Refused(f"{code} {answer.decode(errors='replace')}")
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_said(error)) from error
    about_to()
    try:
        code, answer = connection.data(message)
    except smtplib.SMTPDataError as error:
        raise Refused(_said(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unclear(_said(error)) from error
    if code != 250:
        raise Refused(f"{code} {answer.decode(errors='replace')}")
    # The message is taken; how the server says good-bye is its own business.
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()


def _said(error: Exception) -> str:
    """What went wrong, without anything secret: an answer to a login may repeat what was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the server refused the login ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return str(error) or type(error).__name__
