"""Mail messages with text, HTML and attachments; each goes to one person.

In: a letter with its files, and addresses. Out: the bytes of one message (RFC 5322, MIME). Only this module uses
`email`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from evibrief.formats.registry import format_named
from evibrief.labels.languages import ENGLISH
from evibrief.mailing.recipients import Recipient, Sender


def subject_line(text: str) -> bytes:
    """The header `Subject`, folded at spaces (RFC 5322, 2.2.3), or in encoded words (RFC 2047) if it has to be.

    `EmailMessage` folds with a space too many: in front of the subject, or where an encoded word begins a line.
    """
    line = safe_line(text)
    plain = line.isascii() and "=?" not in line and all(len(word) < LONGEST_PLAIN_WORD for word in line.split())
    header = Header(line, "us-ascii" if plain else "utf-8", maxlinelen=76, header_name="Subject")
    folded = header.encode(linesep="\r\n")
    return f"Subject: {folded}\r\n".encode()


LONGEST_PLAIN_WORD = 60
"""In letters, in a subject that is not encoded: a longer word fits on no line."""


def safe_line(text: str) -> str:
    """A text made safe for a mail header: one line, no control characters (RFC 5322, 2.2)."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())


LARGEST_LETTER = 30 * 1000 * 1000
"""In bytes, for a whole message; many servers refuse more."""

@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter, in plain text: a heading, or none; paragraphs; a list.

    A `warning` is marked, and `small` is what few readers need. `link` is an address in one of the paragraphs.
    """

    heading: str = ""
    paragraphs: Sequence[str] = ()
    items: Sequence[str] = ()
    look: Literal["plain", "warning", "small"] = "plain"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: subject, parts, attachments, the tag of its language, and the title of the brief."""

    subject: str
    parts: Sequence[Part]
    files: Mapping[str, bytes] = field(default_factory=dict)
    language: str = ENGLISH
    title: str = ""


def message_id(sender: Sender, *about: str) -> str:
    """The Message-ID: the same for the same letter to the same person, so that register, draft and mail agree."""
    digest = hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]
    return f"<{digest}@{sender.address.partition('@')[2]}>"


def content_of(words: Letter, sender: Sender, recipient: Recipient) -> str:
    """A short hash of a letter: sender, recipient, subject, text, and attachments with their names."""
    people = (sender.name, sender.address, recipient.name or "", recipient.address)
    digest = hashlib.sha256("\0".join((*people, words.subject, text_of_letter(words), "")).encode())
    for name, data in sorted(words.files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def text_of_letter(words: Letter) -> str:
    """The letter as plain text, a line for each paragraph: each program wraps lines at the width of its screen.

    Lines that are broken at 72 letters are broken twice on a phone.
    """
    return "\n\n".join(block for part in words.parts for block in _blocks(part)) + "\n"


def _blocks(part: Part) -> Iterator[str]:
    if part.heading:
        yield part.heading.upper()
    yield from map(_one_line, part.paragraphs)
    if part.items:
        yield "\n".join(f"- {_one_line(item)}" for item in part.items)


def _one_line(text: str) -> str:
    return " ".join(text.split(" ")).replace("\r", " ").replace("\n", " ")


def write_message(
    words: Letter, html: str, sender: Sender, recipient: Recipient, moment: datetime, identity: str, draft: bool
) -> bytes:
    """The bytes of one message. A draft has the header `X-Unsent`, so that Outlook opens it for editing.

    `html` is the same letter as HTML. `moment` must have a time zone.
    """
    message = EmailMessage(policy=SMTP.clone(max_line_length=78))
    message["From"] = _address(sender.name, sender.address)
    message["To"] = _address(recipient.name or "", recipient.address)
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = identity
    if draft:
        message["X-Unsent"] = "1"
    message.set_content(text_of_letter(words), cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, data in words.files.items():
        main, sub = format_named(name.rpartition(".")[2]).media_type.split("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=safe_line(name))
    return subject_line(words.subject) + message.as_bytes()


def _address(name: str, address: str) -> Address:
    return Address(display_name=safe_line(name), addr_spec=address)


def without_draft_mark(message: bytes) -> bytes:
    """A draft in the form that is sent: without the header that opens it for editing."""
    head, gap, body = message.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"x-unsent:")]
    return b"\r\n".join(lines) + gap + body
