"""A signal ends a command at once, whatever its threads are doing, leaves nothing behind, and says what is true."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from command import run_here

SECOND = Path(__file__).parents[1] / "briefs" / "blue-glass"
LONG = """
import signal, sys, time
from evibrief.cli import main as commands
from evibrief.formats.pdf import write
lay_out = write.lay_out

def long(html, fonts, folder):
    lay_out(html, fonts, folder)
    print("laid out", *map(str, folder.iterdir()), flush=True)
    time.sleep(600)

def in_a_process(words, limits, temporary):
    (temporary / "half").touch()
    print("opened", flush=True)
    time.sleep(600)

write.lay_out, commands.run_command = long, in_a_process
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs in the background ignore Ctrl-C
sys.exit(commands.main())
"""
STOPPED = "evibrief: stopped; nothing is half written\n"


@contextmanager
def running(temporary: Path, code: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)}, start_new_session=True,
    ) as run:  # fmt: skip
        try:
            yield run
        finally:
            run.kill()


def line_of(run: subprocess.Popen[str], first: str) -> str:
    assert run.stdout
    return next(line for line in run.stdout if line.startswith(first))


@pytest.mark.parametrize(
    ("formats", "number"),
    [("pdf", signal.SIGINT), ("pdf,docx,html", signal.SIGINT), ("pdf,docx,html", signal.SIGTERM),
     ("pdf", signal.SIGHUP)],
)  # fmt: skip
def test_a_signal_does_not_wait_for_the_layout(formats: str, number: int, tmp_path: Path) -> None:
    temporary, output = tmp_path / "tmp", tmp_path / "out"
    words = ("build", str(SECOND), "--no-cache", "--format", formats, "--output", str(output))
    with running(temporary, LONG, *words) as run:
        assert line_of(run, "laid out").count(str(temporary)) > 3, "the fonts of the engine are in our folder"
        os.killpg(run.pid, number)
        _, told = run.communicate(timeout=100)
    assert told.endswith(STOPPED)
    assert run.returncode == 1
    assert (list(temporary.iterdir()), output.exists()) == ([], False)


def test_who_presses_ctrl_c_again_and_again_is_told_the_same(tmp_path: Path) -> None:
    words = ("build", str(SECOND), "--no-cache", "--format", "pdf", "--output", str(tmp_path / "out"))
    with running(tmp_path / "tmp", LONG, *words) as run:
        line_of(run, "laid out")
        for _ in range(8):
            os.killpg(run.pid, signal.SIGINT)
            time.sleep(0.01)
        _, told = run.communicate(timeout=100)
    assert told.endswith(f"shows them\n{STOPPED}")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_command_for_a_strangers_file_is_stopped_like_any_other(tmp_path: Path) -> None:
    with running(tmp_path / "tmp", LONG, "verify", str(tmp_path / "any.pdf")) as run:
        line_of(run, "opened")
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=100)
    assert (run.returncode, told) == (1, STOPPED)
    assert list((tmp_path / "tmp").iterdir()) == []


UNWINDING = """
import time
from evibrief.cli.stopping import stoppable
from evibrief.workfolders import work_folder
with stoppable(), work_folder():
    try:
        print("begun", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print("unwinding", flush=True)
        time.sleep(600)
"""


def test_where_the_end_takes_long_another_signal_ends_it(tmp_path: Path) -> None:
    with running(tmp_path / "tmp", UNWINDING) as run:
        line_of(run, "begun")
        run.send_signal(signal.SIGTERM)
        line_of(run, "unwinding")
        time.sleep(1.1)
        run.send_signal(signal.SIGTERM)
        _, told = run.communicate(timeout=100)
    assert (run.returncode, told) == (1, "")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_shell_has_ignored_stays_ignored_and_the_rest_is_as_before() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    usual = {one: signal.signal(one, signal.SIG_DFL) for one in numbers}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    before = [signal.getsignal(one) for one in numbers]
    try:
        from evibrief.cli.stopping import stoppable

        with stoppable():
            meanwhile = [signal.getsignal(one) for one in numbers]
        assert [one == other for one, other in zip(before, meanwhile, strict=True)] == [False, False, True]
        assert [signal.getsignal(one) for one in numbers] == before
    finally:
        for one, handler in usual.items():
            signal.signal(one, handler)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("No pandoc was found:\nadd it"), "evibrief: No pandoc was found: add it\n"),
        (OSError(28, "No space left on device", "/tmp/a"), "evibrief: /tmp/a: No space left on device\n"),
        (RuntimeError("can't start new thread"), "`ulimit -a`"),
        (MemoryError(), "`ulimit -a`"),
    ],
)
def test_an_error_of_the_system_is_told_in_words_that_help(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("evibrief.cli.build.build", fails)
    run = run_here("build", SECOND, "--output", tmp_path)
    assert run.returncode == 1
    assert told in run.stderr
    assert "Traceback" not in run.stderr
    assert "--memory" not in run.stderr, "`build` has no such option"
