"""Ctrl-C ends a build at once, whatever its threads are doing, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SECOND = Path(__file__).parents[1] / "briefs" / "blue-glass"
LONG = """
import signal, sys, time
from evibrief.cli.main import main
from evibrief.formats.pdf import write
lay_out = write.lay_out

def long(html, fonts, folder):
    lay_out(html, fonts, folder)
    print("laid out", *map(str, folder.iterdir()), flush=True)
    time.sleep(600)

write.lay_out = long
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs in the background ignore Ctrl-C
sys.exit(main())
"""


@pytest.mark.parametrize("formats", ["pdf", "pdf,docx,html"])
def test_ctrl_c_does_not_wait_for_the_layout(formats: str, tmp_path: Path) -> None:
    temporary, output = tmp_path / "tmp", tmp_path / "out"
    temporary.mkdir()
    words = ("build", str(SECOND), "--no-cache", "--format", formats, "--output", str(output))
    with subprocess.Popen(
        [sys.executable, "-c", LONG, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)}, start_new_session=True,
    ) as run:  # fmt: skip
        assert run.stdout
        laid_out = next(line for line in run.stdout if line.startswith("laid out"))
        assert laid_out.count(str(temporary)) > 3, "the fonts of the engine are in our folder"
        os.killpg(run.pid, signal.SIGINT)
        try:
            _, told = run.communicate(timeout=100)
        finally:
            run.kill()
    assert told.endswith("evibrief: stopped; nothing was written\n")
    assert run.returncode == 1
    assert (list(temporary.iterdir()), output.exists()) == ([], False)
