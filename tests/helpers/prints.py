"""PDFs printed once in a run: dozens of tests build one and the same brief, whose pages take seconds to lay out."""

import datetime
import fcntl
import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from evibrief.formats.pdf import write
from evibrief.formats.pdf.write import Attached, OwnSheet, WrittenPdf
from evibrief.resources import FontFile

Printer = Callable[..., WrittenPdf]


@contextmanager
def kept_prints(place: Path) -> Iterator[None]:
    """While this lasts, a build in this process takes a PDF that was printed from equal input before.

    That equal input gives equal bytes is tested by commands in processes of their own, which know nothing of this.
    `place` is the same folder for all workers of a run.
    """
    place.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "write_pdf", Prints(place, write.write_pdf))
        yield


def printing_anew() -> Printer:
    """The printer of this moment, which prints also what was printed before."""
    printer: Printer = write.write_pdf
    return printer.anew if isinstance(printer, Prints) else printer


class Prints:
    """Prints, and keeps what was printed. What the engine complains of is printed, and refused, each time."""

    def __init__(self, place: Path, printer: Printer) -> None:
        self._place, self._printer = place, printer

    def __call__(
        self,
        html: str,
        fonts: Iterable[FontFile],
        attached: Sequence[Attached],
        date: datetime.date,
        own: OwnSheet | None = None,
    ) -> WrittenPdf:
        """As `write_pdf`."""
        faces = tuple(fonts)
        kept = self._place / _name(html, faces, attached, date)
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                return self.anew(html, faces, attached, date, own)
        printed: WrittenPdf = pickle.loads(kept.read_bytes())
        return printed

    def anew(
        self,
        html: str,
        fonts: Iterable[FontFile],
        attached: Sequence[Attached],
        date: datetime.date,
        own: OwnSheet | None = None,
    ) -> WrittenPdf:
        """The same, printed even if it is kept."""
        faces = tuple(fonts)
        printed = self._printer(html, faces, attached, date, own)
        kept = self._place / _name(html, faces, attached, date)
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_bytes(pickle.dumps(printed))
        new.rename(kept)
        return printed


def _name(html: str, fonts: Iterable[FontFile], attached: Iterable[Attached], date: datetime.date) -> str:
    """The hash of all that a PDF is made of."""
    files = [(one.path, one.media_type, one.relationship, _hash(one.data)) for one in attached]
    faces = [(one.family, one.style, one.weight, one.name, _hash(one.data)) for one in fonts]
    return _hash(repr((html, faces, files, date)).encode("utf-8", "surrogatepass"))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
