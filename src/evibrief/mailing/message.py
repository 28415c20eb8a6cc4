"""Messages as mail programs take them: text, web page and files, one message to one person.

In: the words of a letter, files, addresses. Out: bytes of one message (RFC 5322, MIME). The only owner of `email`.
"""

import hashlib
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from evibrief.formats.registry import format_named
from evibrief.mailing.recipients import Recipient, Sender


def safe_line(text: str) -> str:
    """A text fit for a header of a mail: one line, without control characters (RFC 5322, 2.2)."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())


LARGEST = 30 * 1000 * 1000
"""Bytes of a whole message; many servers refuse more."""

@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: its subject, and headings with their paragraphs, as plain words."""

    subject: str
    parts: Sequence[tuple[str, Sequence[str]]]
    files: Mapping[str, bytes] = field(default_factory=dict)


def message_id(sender: Sender, *about: str) -> str:
    """The same id for the same letter to the same person, so that register, draft and mail agree."""
    digest = hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]
    return f"<{digest}@{sender.address.partition('@')[2]}>"


def content_of(words: Letter, sender: Sender, recipient: Recipient) -> str:
    """A short hash over a letter: from whom, to whom, its subject, its text, and its files by name."""
    people = (sender.name, sender.address, recipient.name or "", recipient.address)
    digest = hashlib.sha256("\0".join((*people, words.subject, text_of(words), "")).encode())
    for name, data in sorted(words.files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def text_of(words: Letter) -> str:
    """The letter as text, at a width that is read with ease."""
    return "\n".join(_text_lines(words)) + "\n"


def _text_lines(words: Letter) -> Iterator[str]:
    for heading, paragraphs in words.parts:
        if heading:
            yield from (heading.upper(), "")
        for paragraph in paragraphs:
            yield from (*textwrap.wrap(paragraph, 72, break_long_words=False, break_on_hyphens=False), "")


def write_message(
    words: Letter, html: str, sender: Sender, recipient: Recipient, moment: datetime, identity: str, draft: bool
) -> bytes:
    """One message. A draft says that it is one (`X-Unsent`, which Outlook opens for editing).

    `html` is the same letter as a web page. `moment` has its zone.
    """
    message = EmailMessage(policy=SMTP.clone(max_line_length=78))
    message["From"] = _address(sender.name, sender.address)
    message["To"] = _address(recipient.name or "", recipient.address)
    message["Subject"] = safe_line(words.subject)
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = identity
    if draft:
        message["X-Unsent"] = "1"
    message.set_content(text_of(words), cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, data in words.files.items():
        main, sub = format_named(name.rpartition(".")[2]).media_type.split("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=safe_line(name))
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    return Address(display_name=safe_line(name), addr_spec=address)


def without_draft_mark(message: bytes) -> bytes:
    """A draft as it is sent: nobody is to open it for editing."""
    head, gap, body = message.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"x-unsent:")]
    return b"\r\n".join(lines) + gap + body
