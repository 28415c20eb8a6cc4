"""How long an author waits: from a saved word to the page that has it, over a build of the page from nothing."""

import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from bench_peers import FIRST
from bench_report import Report
from measured import measured

LIMIT = 0.12
"""The most that an edit may take, over a build of the page."""
PATIENCE = 120
"""Seconds after which a page that does not come is an error."""


def compare_preview(folder: Path, report: Report, runs: int) -> None:
    """Edits of one word of a claim, one after another, in a preview of the first brief."""
    report.part("A preview", f"A word of the first brief is changed and saved, {runs} times; until the page shows it.")
    brief = shutil.copytree(FIRST, folder / "preview")
    build: list[str | Path] = [sys.executable, "-m", "evibrief", "build", brief, "--format", "html",
                               "--no-cache", "--output", folder / "page"]  # fmt: skip
    whole = statistics.median(_page_from_nothing(build, folder / "page") for _ in range(3))
    edits = _edits(brief, runs)
    edit = statistics.median(edits)
    report.table(("", "seconds"), [("a build of the page", f"{whole:.2f}"), ("an edit", f"{edit:.2f}")])
    report.ratio("an edit over a build of the page", edit / whole, LIMIT)


def _page_from_nothing(build: list[str | Path], output: Path) -> float:
    shutil.rmtree(output, ignore_errors=True)
    return measured(build).wall


def _edits(brief: Path, runs: int) -> list[float]:
    command = [sys.executable, "-u", "-m", "evibrief", "preview", str(brief), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout
            address = next(found[0] for line in process.stdout if (found := re.search(r"http://[\d.:]+/", line)))
            _until_shown(address, "")
            return [_edit(brief, address, f"Marked{number:04}") for number in range(runs)]
        finally:
            process.send_signal(signal.SIGINT)


def _edit(brief: Path, address: str, word: str) -> float:
    """Put a word at the beginning of a claim's text. Returns the seconds until the page has it."""
    path = sorted((brief / "claims").iterdir())[0]
    text = re.sub(r"(\n  *text: )(?:Marked\d+ )?", rf"\g<1>{word} ", path.read_text(), count=1)
    assert word in text
    began = time.monotonic()
    path.write_text(text)
    _until_shown(address, word)
    return time.monotonic() - began


def _until_shown(address: str, word: str) -> None:
    end = time.monotonic() + PATIENCE
    while word.encode() not in urllib.request.urlopen(address).read():
        assert time.monotonic() < end, f"the page did not show {word}"
        time.sleep(0.01)
