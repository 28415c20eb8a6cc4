"""Has pandoc write the Word document of a page; a long page it reads in pieces.

In: HTML, the date, the reference document with the styles, the filter. Out: the package as pandoc wrote it.

Pandoc's reader of HTML takes 130 times the memory of the page that it reads; what it has read takes half as much. So
the tables of a long page, which are most of it, are read some at a time, each time in a process of its own, and put
back where they stood in what was read of the rest. Pandoc then writes all of it: the same bytes, in half the memory.
"""

import calendar
import datetime
import re
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pypandoc

from evibrief.formats.memory import give_back
from evibrief.pandoc import demand_room
from evibrief.problems import Place, Problem, Problems
from evibrief.workfolders import work_folder

WRITING_TIMEOUT = 600
"""In seconds, for pandoc; the largest brief measured took twenty."""

_PLACE = Place("DOCX")
_PIECE = 150_000
"""In characters: what is read at a time takes 70 MB beside the 100 MB of pandoc itself."""

_TABLE = re.compile(r'<div class="table"[^<>]*>')
_DIV = re.compile(r"<(/?)div\b[^<>]*>")
_SPARING = ("-c", "-F1.5")
"""Memory is compacted, and before it has grown by half: for the first brief, whole, this takes 279 MB instead of 440,
and half as much time again."""

_SPARING_MUCH = ("-c", "-F1.2")
"""Before it has grown by a fifth: of 2,304 claims this takes 442 MB instead of 557, and a fifth more time."""

_MUCH = 8_000_000
"""In bytes of what was read; of the first brief it is two million."""

_READ_QUICKLY = ("-A1m",)
"""More room for what is new; what is read of a piece is not enough to compact."""


@dataclass(frozen=True)
class _Cut:
    """A page with a mark in the place of each table, the tables in page order, and the token in the marks."""

    rest: str
    tables: Sequence[str]
    token: str

    def mark(self, number: int) -> str:
        """An element as a table is one, so that pandoc reads what is around it alike."""
        return f'<div class="{self.token}n{number}"></div>'

    @property
    def read_mark(self) -> re.Pattern[bytes]:
        """A mark as pandoc writes what it read."""
        return re.compile(rb'\{"t":"Div","c":\[\["",\["%sn(\d+)"\],\[\]\],\[\]\]\}' % self.token.encode())


def word_document(html: str, date: datetime.date, reference: bytes, lua_filter: str) -> bytes:
    """The document as pandoc writes it. Raises `Problems` for every warning of pandoc.

    Pandoc reads filter and styles from files, so they are written to a temporary folder.
    """
    moment = calendar.timegm(date.timetuple())
    with work_folder() as folder:
        styles, filter_path, written = (folder / name for name in ("reference.docx", "word.lua", "brief.docx"))
        styles.write_bytes(reference)
        filter_path.write_text(lua_filter, encoding="utf-8")
        environment = {"SOURCE_DATE_EPOCH": str(moment), "HOME": str(folder)}
        how = ["--to=docx", f"--lua-filter={filter_path}", f"--reference-doc={styles}", f"--output={written}"]
        if read := _read_in_pieces(html, environment):
            give_back()
            memory = _SPARING_MUCH if len(read) > _MUCH else _SPARING
            _demand_done(_run(["--from=json", *how], read, memory, environment))
        else:
            _demand_done(_run(["--from=html", *how], html.encode(), _SPARING, environment))
        return written.read_bytes()


def _read_in_pieces(html: str, environment: Mapping[str, str]) -> bytes:
    """The page as pandoc has read it, in JSON; empty if it is short, or anything is unlike what was expected.

    Then pandoc reads all of it at once, and says itself what is wrong.
    """
    if len(html) < 2 * _PIECE or (cut := _cut(html)) is None:
        return b""
    rest, tables = _read(cut.rest, environment), dict[int, bytes]()
    for piece in _pieces(cut):
        split = cut.read_mark.split(_read(piece, environment))
        tables |= {int(number): read.strip(b",") for number, read in zip(split[1::2], split[2::2], strict=True)}
    numbers = [int(number) for number in cut.read_mark.findall(rest)]
    if numbers != [*range(len(cut.tables))] or not all(tables.get(number) for number in numbers):
        return b""
    return cut.read_mark.sub(lambda mark: tables[int(mark[1])], rest)


def _cut(html: str) -> _Cut | None:
    """The page without its tables; nothing if it has none, or an element of one is not closed."""
    cut = _Cut("", (), secrets.token_hex(16))
    kept, tables, position = [], list[str](), 0
    while match := _TABLE.search(html, position):
        end = _end_of_div(html, match.start())
        if not end:
            return None
        kept += [html[position : match.start()], cut.mark(len(tables))]
        tables.append(html[match.start() : end])
        position = end
    return _Cut("".join((*kept, html[position:])), tables, cut.token) if tables else None


def _end_of_div(html: str, position: int) -> int:
    """Where the element ends that begins at a position; 0 if it does not."""
    depth = 0
    for tag in _DIV.finditer(html, position):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return 0


def _pieces(cut: _Cut) -> Iterator[str]:
    """Pages of some tables, each behind the mark of its number; a last mark has nothing behind it."""
    piece, size = list[str](), 0
    for number, table in enumerate(cut.tables):
        piece += [cut.mark(number), table]
        size += len(table)
        if size > _PIECE or number == len(cut.tables) - 1:
            yield "".join((*piece, cut.mark(len(cut.tables))))
            piece, size = [], 0


def _read(html: str, environment: Mapping[str, str]) -> bytes:
    """What pandoc reads, in JSON; empty if it has anything to say of it."""
    run = _run(["--from=html", "--to=json"], html.encode(), _READ_QUICKLY, environment)
    return b"" if run.returncode or run.stderr.strip() else run.stdout


def _run(
    how: Sequence[str], data: bytes, memory: Sequence[str], environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    """Run pandoc on a document."""
    command = [pypandoc.get_pandoc_path(), *how, "--sandbox", "+RTS", *memory, "-RTS"]
    try:
        run = subprocess.run(
            command, input=data, capture_output=True, check=False, env=environment, timeout=WRITING_TIMEOUT
        )
    except subprocess.TimeoutExpired:
        message = f"writing it takes longer than {WRITING_TIMEOUT} seconds"
        raise Problems([Problem(_PLACE, "pandoc", message)]) from None
    demand_room(run.returncode)
    return run


def _demand_done(run: "subprocess.CompletedProcess[bytes]") -> None:
    warnings = [line for line in run.stderr.decode(errors="replace").splitlines() if line.strip()]
    if warnings or run.returncode:
        words = warnings or [f"pandoc ended with exit code {run.returncode}"]
        raise Problems(Problem(_PLACE, "pandoc", line) for line in words)
