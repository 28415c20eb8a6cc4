"""How long an author waits: from a saved word to the page that has it, over a build of the page from nothing.

The limit is over version 0.2.0, which builds its own brief: authors had to build the page for each look at it.
"""

import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urljoin

from bench_peers import FIRST, version_before
from bench_report import Report
from measured import measured

LIMIT = 0.12
"""The most that an edit may take, over a build of the page."""
PATIENCE = 120
"""Seconds after which a page that does not come is an error."""


def compare_preview(folder: Path, report: Report, runs: int) -> None:
    """Edits of one word of a claim, one after another, in a preview of the first brief."""
    until = "until a browser that waits for the events of the preview has the page"
    report.part("A preview", f"A word of the first brief is changed and saved, {runs} times; {until}.")
    brief = shutil.copytree(FIRST, folder / "preview")
    python = [sys.executable, "-m", "evibrief"]
    whole = _page_from_nothing([*python, "build", brief, "--no-cache"], folder / "page")
    edits = {name: statistics.median(_edits(brief, runs, *options)) for name, options in SHOWN.items()}
    rows = [("a build of the page", whole), *edits.items()]
    if before := version_before(report):
        page_before = _page_from_nothing(
            [before / ".venv/bin/evibrief", "build", before / "data/ketamine-mecfs"], folder / "page"
        )
        rows.insert(0, ("a build of the page by 0.2.0", page_before))
    report.table(("", "seconds"), [(name, f"{seconds:.2f}") for name, seconds in rows])
    for name, seconds in rows[:-2]:
        report.ratio(f"an edit over {name}", edits["an edit"] / seconds, LIMIT if "0.2.0" in name else None)


SHOWN: Mapping[str, Sequence[str]] = {"an edit": (), "an edit until the pages of the PDF are laid out": ("--pdf",)}
"""What is waited for, with the options of the preview."""


def _page_from_nothing(build: Sequence[str | Path], output: Path) -> float:
    """The median seconds of three builds of the page."""
    seconds = []
    for _ in range(3):
        shutil.rmtree(output, ignore_errors=True)
        seconds.append(measured([*build, "--format", "html", "--output", output]).wall)
    return statistics.median(seconds)


def _edits(brief: Path, runs: int, *options: str) -> list[float]:
    command = [sys.executable, "-u", "-m", "evibrief", "preview", str(brief), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout
            address = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
            with urllib.request.urlopen(urljoin(address, "/events"), timeout=PATIENCE) as told:
                shown = _pages if options else _page
                _until_told(told, lambda: bool(shown(address)))
                return [_edit(brief, told, partial(shown, address), number) for number in range(runs)]
        finally:
            process.terminate()  # an interrupt is ignored by what runs in the background


def _edit(brief: Path, told: HTTPResponse, shown: Callable[[], bytes], number: int) -> float:
    """Put a word at the beginning of a claim's text. Returns the seconds until what is shown is another page."""
    before = shown()
    word = f"Marked{number:04}"
    assert word.encode() not in before
    began = time.monotonic()
    _write(brief, word)
    _until_told(told, lambda: shown() not in (b"", before))
    return time.monotonic() - began


def _until_told(told: HTTPResponse, is_shown: Callable[[], bool]) -> None:
    """Wait as a browser does, for an event after which something is shown: to ask again and again slows the preview."""
    end = time.monotonic() + PATIENCE
    while not (told.readline().startswith(b"data:") and is_shown()):
        assert time.monotonic() < end, "nothing else was shown"


def _page(address: str) -> bytes:
    """The page; nothing as long as it is empty."""
    page: bytes = urllib.request.urlopen(address).read()
    return page if b"<table" in page else b""


def _pages(address: str) -> bytes:
    """The names of the pictures of the pages."""
    return b" ".join(re.findall(rb"/pages/[0-9a-f]{16}/", urllib.request.urlopen(address).read()))


def _write(brief: Path, word: str) -> None:
    path = sorted((brief / "claims").iterdir())[0]
    text = re.sub(r"(\n  *text: [\"']?)(?:Marked\d+ )?", rf"\g<1>{word} ", path.read_text(), count=1)
    assert word in text
    path.write_text(text)
