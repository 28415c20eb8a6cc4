"""What happened to a PDF after it was made: signed, annotated, cut off, encrypted, repacked, printed.

In: bytes. Out: a sentence from each function; empty if there is no trace. Signatures are reported but not checked: the
signer is whoever the file says.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from evibrief.formats.difference import Difference, quoted
from evibrief.formats.pdf.object_names import kind_of
from evibrief.formats.pdf.objects import bounded

_ENCRYPTED = re.compile(rb"/Encrypt\s*(\d{1,10}\s+\d{1,5}\s+R|<<)")
_END = b"%%EOF"
_TAIL = 1024
"""In bytes: the end marker must be this close to the end of a PDF (ISO 32000-1, annex H.3.18)."""

_OURS = "WeasyPrint"
MOST_FIELDS = 1_000
MOST_ADDITIONS = 6


def pdf_is_closed(data: bytes) -> str:
    """A sentence saying that a PDF is encrypted; empty if it is not. The raw bytes are searched first."""
    import pikepdf

    if not _ENCRYPTED.search(data):
        return ""
    try:
        with bounded(), pikepdf.open(io.BytesIO(data)) as pdf:
            opens = pdf.is_encrypted
    except pikepdf.PasswordError:
        return "it is encrypted, and opens with a password only: ask for the document as it was published"
    except (pikepdf.PdfError, RuntimeError, ValueError) as no:
        return "it is encrypted in a way that cannot be read here" if "ncrypt" in str(no) else ""
    return "it is encrypted, though it opens without a password: it is not as it was published" if opens else ""


def pdf_producer(data: bytes) -> str:
    """The program that last wrote a PDF, by its own account; empty if it names none or cannot be read."""
    import pikepdf

    try:
        with bounded(), pikepdf.open(io.BytesIO(data)) as pdf:
            return str(pdf.trailer.Info.get("/Producer", ""))[:200] if "/Info" in pdf.trailer else ""
    except (pikepdf.PdfError, *_WRONG_SHAPES):
        return ""


def pages_of_pdf(data: bytes) -> int | None:
    """The number of pages of a PDF; None if it cannot be read."""
    import pikepdf

    try:
        with bounded(), pikepdf.open(io.BytesIO(data)) as pdf:
            return len(pdf.pages)
    except (pikepdf.PdfError, *_WRONG_SHAPES):
        return None


_WRONG_SHAPES = (LookupError, AttributeError, TypeError, ValueError, RuntimeError, MemoryError)


def pdf_history(found: bytes, expected: bytes, differences: tuple[Difference, ...]) -> str:
    """A sentence on what happened to a PDF that is not the expected one; empty if there is no trace."""
    if closed := pdf_is_closed(found):
        return closed
    if found == expected:
        return ""
    if expected and found.startswith(expected):
        return _added_to(found, expected, differences)
    if expected.startswith(found) and found:
        return f"it is ours, and breaks off after {len(found):,} of {len(expected):,} bytes: fetch it again"
    if _END not in found[-_TAIL:]:
        return "its end is missing: it broke off on the way, or something was put behind it"
    return _saved_anew(found, differences)


def _added_to(found: bytes, expected: bytes, differences: tuple[Difference, ...]) -> str:
    """A sentence on what was added after our unaltered bytes, which still affects what a viewer shows."""
    begins = f"its first {len(expected):,} bytes are ours, unaltered"
    if not found[len(expected) :].strip(b"\0\t\n\r "):
        return f"{begins}; only blank bytes follow"
    signed = [f"signed ({one})" for one in _signatures(found)]
    rest = [one.message for one in differences if not _is_of_signing(one, bool(signed))]
    told = [*signed[:3], *rest[:MOST_ADDITIONS], *["and more"] * (len(signed) > 3 or len(rest) > MOST_ADDITIONS)]
    return f"{begins}; this was added afterwards: {'; '.join(told) or 'nothing that a viewer shows'}"


def _is_of_signing(one: Difference, signed: bool) -> bool:
    """Whether a difference is already described in other words, or comes with every signature."""
    frame = one.what == "part" or one.message.startswith(("AcroForm was added", "Annots was added"))
    return frame or (signed and one.what in ("form", "signature"))


def _signatures(data: bytes) -> Iterator[str]:
    """Who signed, when and why, according to each signature; not checked."""
    import pikepdf

    try:
        with bounded(), pikepdf.open(io.BytesIO(data)) as pdf:
            for field in list(pdf.Root.AcroForm.Fields)[:MOST_FIELDS]:
                if str(field.get("/FT")) == "/Sig" and "/V" in field:
                    yield _signer(field["/V"])
    except (pikepdf.PdfError, *_WRONG_SHAPES):
        return


def _signer(signature: Any) -> str:
    said = {key: str(signature[f"/{key}"]) for key in ("Name", "M", "Reason")
            if kind_of(signature.get(f"/{key}")) == "string"}  # fmt: skip
    who = f"it says by {quoted(said['Name'])}" if "Name" in said else "it does not say by whom"
    when = f" on {said['M'][2:6]}-{said['M'][6:8]}-{said['M'][8:10]}" if re.match(r"D:\d{8}", said.get("M", "")) else ""
    why = f", for {quoted(said['Reason'])}" if "Reason" in said else ""
    return f"{who}{when}{why}; not checked"


def _saved_anew(found: bytes, differences: tuple[Difference, ...]) -> str:
    producer = pdf_producer(found)
    if not differences:
        return "it was packed anew: other bytes, and nothing else in it differs"
    if not producer or producer.startswith(_OURS):
        return ""
    if _carries_nothing(found):
        return f"it was printed to a PDF, or saved anew, by {quoted(producer)}: what it carried is gone"
    return f"it was saved anew by {quoted(producer)}"


def _carries_nothing(data: bytes) -> bool:
    import pikepdf

    try:
        with bounded(), pikepdf.open(io.BytesIO(data)) as pdf:
            return "/AF" not in pdf.Root and not len(pdf.attachments)
    except (pikepdf.PdfError, *_WRONG_SHAPES):
        return False
