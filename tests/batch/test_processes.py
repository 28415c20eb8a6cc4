"""Processes for calls: what is killed is begun again once, and whoever ends takes all that was started along."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import pytest

from evibrief.batch import processes as module
from evibrief.batch.processes import ProcessLost, processes
from evibrief.problems import Place, Problem, Problems
from running import is_running, until


class Strange(Exception):
    """An error that cannot be sent: what it is made of is more than its words."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def killed_once(marker: str) -> str:
    """End the process that runs this, unless it was ended before."""
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "done"
    return killed()


def killed() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def raised(kind: str) -> None:
    if kind == "problems":
        raise Problems([Problem(Place("a.yaml", 3, 5), "rule", "wrong", "mend it"), Problem(Place("b.yaml"), "x", "y")])
    if kind == "system":
        raise OSError(28, "No space left on device", "a.pdf")
    raise Strange("a", "b")


def temporary_file() -> str:
    handle, name = tempfile.mkstemp()
    os.close(handle)
    return name


def sleeping(marker: str) -> int:
    """Start another program, and wait for it."""
    with subprocess.Popen(["sleep", "600"]) as program:
        Path(marker).write_text(f"{os.getpid()} {program.pid}")
        return program.wait()


@pytest.fixture
def executor() -> Iterator[Executor]:
    with processes(2) as made:
        yield made


def test_calls_run_in_as_many_processes(executor: Executor) -> None:
    asked = [executor.submit(os.getpid) for _ in range(6)]
    pids = {one.result() for one in asked}
    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


def test_a_killed_process_is_replaced_and_its_call_begun_again(executor: Executor, tmp_path: Path) -> None:
    first, other = executor.submit(killed_once, str(tmp_path / "marker")), executor.submit(os.getpid)
    assert first.result() == "done"
    assert other.result()
    assert executor.submit(os.getpid).result()


def test_a_call_whose_process_is_killed_again_is_given_up_and_no_other(executor: Executor) -> None:
    first, others = executor.submit(killed), [executor.submit(abs, -number) for number in range(5)]
    with pytest.raises(ProcessLost):
        first.result()
    assert [one.result() for one in others] == [0, 1, 2, 3, 4]


def test_problems_arrive_as_they_were_raised(executor: Executor) -> None:
    with pytest.raises(Problems) as wrong:
        executor.submit(raised, "problems").result()
    assert [str(one.place) for one in wrong.value.problems] == ["a.yaml:3:5", "b.yaml"]
    assert wrong.value.problems[0].hint == "mend it"


def test_an_error_of_the_system_arrives_with_its_file(executor: Executor) -> None:
    with pytest.raises(OSError, match="No space") as wrong:
        executor.submit(raised, "system").result()
    assert wrong.value.filename == "a.pdf"


def test_an_error_that_cannot_be_sent_arrives_as_its_name_and_words(executor: Executor) -> None:
    with pytest.raises(RuntimeError, match="Strange: ab"):
        executor.submit(raised, "strange").result()
    assert executor.submit(os.getpid).result()


def test_a_process_is_replaced_after_many_calls(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CALLS", 2)
    pids = {executor.submit(os.getpid).result() for _ in range(9)}
    assert len(pids) > 3


def test_files_that_a_process_leaves_are_gone_with_it(tmp_path: Path) -> None:
    with processes(1) as executor:
        left = Path(executor.submit(temporary_file).result())
        assert left.exists()
    assert not left.exists()


def test_an_error_here_ends_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), processes(1) as executor:  # noqa: PT012 (the error is raised in its midst)
        executor.submit(sleeping, str(tmp_path / "pids"))
        until(lambda: (tmp_path / "pids").exists() and " " in (tmp_path / "pids").read_text())
        raise KeyboardInterrupt
    until(lambda: not any(map(is_running, map(int, (tmp_path / "pids").read_text().split()))))


def test_they_end_when_we_are_killed(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from evibrief.batch.processes import processes\nfrom test_processes import sleeping\n"
        "with processes(1) as executor: executor.submit(sleeping, sys.argv[1]).result()"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "pids"), *sys.path]
    with subprocess.Popen(words) as run:
        until(lambda: (tmp_path / "pids").exists() and " " in (tmp_path / "pids").read_text())
        run.kill()
    until(lambda: not any(map(is_running, map(int, (tmp_path / "pids").read_text().split()))))
