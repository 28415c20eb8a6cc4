"""`build` and `check` for several briefs, as a user meets them: real processes, killed and stopped, and a full disk."""

import datetime
import fcntl
import json
import os
import pty
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from command import evibrief, run_here
from evibrief import resources
from evibrief.batch import cluster
from evibrief.batch.orders import Order, at_its_place
from evibrief.build_cache import fingerprint_inputs
from evibrief.evidence.starter import new_brief_texts
from evibrief.problems import Problems
from running import command_of, is_running, started_by, until
from shared import SECOND, hashes

PAGE = ("--format", "html", "--layer", "page")
"""The quickest document there is."""


def brief(folder: Path, name: str) -> Path:
    """The starter as a brief of its own."""
    place = folder / "data" / name
    for path, text in new_brief_texts(place.name, datetime.date(2026, 3, 1), resources.starter_texts()).items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    return place


def briefs(folder: Path, count: int) -> list[Path]:
    """Briefs by their paths from the folder, as they are typed."""
    return [brief(folder, f"b{number}").relative_to(folder) for number in range(count)]


def break_brief(place: Path) -> None:
    claims = place / "claims" / "01-glass.yaml"
    claims.write_text(claims.read_text().replace("source: example2020", "source: exampel2020", 1))


def files(output: Path) -> set[str]:
    """The briefs whose documents are in a folder, each of them whole; nothing else is there."""
    found = set()
    for path in output.iterdir() if output.exists() else ():
        if not path.name.startswith(".built-"):
            assert re.fullmatch(r"b\d+_2026-03-01_v0\.1\.0_page\.html", path.name)
            assert path.read_text().rstrip().endswith("</html>")
            found.add(path.name.partition("_")[0])
    return found


@contextmanager
def building(folder: Path, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A build of several briefs in a process of its own, with a folder for temporary files of which all is seen."""
    (folder / "temporary").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "evibrief", "build", *map(str, words), *PAGE]
    environment = {**os.environ, "TMPDIR": str(folder / "temporary")}
    # Where the tests run in the background, a shell has told them to ignore Ctrl-C, and they would pass that on.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment
    ) as process:
        signal.signal(signal.SIGINT, ignored)
        try:
            yield process
        finally:
            process.kill()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    return [one for one in started_by(process.pid) if "spawn_main" in command_of(one)]


def test_several_are_built_as_each_is_alone(tmp_path: Path) -> None:
    names = briefs(tmp_path, 3)
    run = evibrief("build", *names, *PAGE, "--jobs", "2", folder=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    line = r"data/(b\d): build/\1_2026-03-01_v0\.1\.0_page \(html\), \d+ kB"
    told = [re.fullmatch(line, one) for one in run.stdout.splitlines()]
    assert {one and one[1] for one in told} == {"b0", "b1", "b2"}
    for name in names:
        assert run_here("build", name, *PAGE, "--output", "alone", folder=tmp_path).returncode == 0
    assert files(tmp_path / "build") == {"b0", "b1", "b2"}
    assert hashes(tmp_path / "build") == hashes(tmp_path / "alone")
    again = evibrief("build", *names, *PAGE, folder=tmp_path)
    assert again.stdout.count(" (up to date)\n") == 3


def test_one_that_is_broken_is_named_with_its_problems_and_the_others_are_built(tmp_path: Path) -> None:
    names = briefs(tmp_path, 6)
    break_brief(tmp_path / names[2])
    alone = run_here("build", names[2], *PAGE, folder=tmp_path)
    run = evibrief("build", *names, *PAGE, "--jobs", "2", "--keep-going", folder=tmp_path)
    assert run.returncode == 1
    assert run.stderr == alone.stderr + "evibrief: 1 of 6 with errors: data/b2\n"
    assert re.search(r"^data/b2/claims/01-glass\.yaml:14:17: error\[unknown-reference\]", run.stderr, re.MULTILINE)
    assert re.search(r"^data/b2: \d+ errors?$", run.stdout, re.MULTILINE)
    assert files(tmp_path / "build") == {"b0", "b1", "b3", "b4", "b5"}


def test_without_keep_going_nothing_is_begun_after_one_that_fails(tmp_path: Path) -> None:
    names = briefs(tmp_path, 4)
    break_brief(tmp_path / names[1])
    run = evibrief("build", *names, *PAGE, "--jobs", "1", folder=tmp_path)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-2:] == [
        "evibrief: 1 of 4 with errors: data/b1", "evibrief: 2 not begun; --keep-going would go on"
    ]  # fmt: skip
    assert [line.partition(":")[0] for line in run.stdout.splitlines()] == ["data/b0", "data/b1"]
    assert files(tmp_path / "build") == {"b0"}


def test_the_page_shows_what_is_printed(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "many-briefs.md").read_text()
    command, shown = re.search(r"```sh\n(.*)\n```.*?```text\n(.*?)```", page, re.DOTALL).groups()  # type: ignore[union-attr]
    program, *words = command.split()
    places = {name: brief(tmp_path, name) for name in ("light", "noise", "sleep")}
    break_brief(places["noise"])
    run = subprocess.run(
        [sys.executable, "-m", "evibrief", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (program, run.returncode) == (".venv/bin/evibrief", 1)
    assert re.sub(r"\d+ kB", "N kB", run.stdout) == re.sub(r"\d+ kB", "N kB", shown)


@pytest.mark.parametrize(
    ("again", "said"),
    [
        ("data/b0", "data/b0: error[same-brief]: this brief is named twice"),
        ("data/../data/b0/", "data/../data/b0: error[same-brief]: this brief is named twice, as data/b0"),
        ("data/copy", "data/copy/brief.yaml:5:5: error[same-id]: `b0` is also the id of the brief in data/b0"),
    ],
)
def test_two_of_one_name_are_refused_before_anything_is_built(again: str, said: str, tmp_path: Path) -> None:
    names = briefs(tmp_path, 2)
    shutil.copytree(tmp_path / names[0], tmp_path / "data" / "copy")
    run = run_here("build", *names, again, *PAGE, folder=tmp_path)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(said)
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("build", "a", "b", "--draft"), "--draft takes one brief"),
        (("check", "a", "b", "--retractions", "x.csv"), "--retractions takes one brief"),
        (("build", "a", "b", "--jobs", "0"), "argument --jobs: write a whole number from 1 to 999"),
        (("check", "a", "--scheduler", "nowhere"), "argument --scheduler: write it such as tcp://HOST:8786"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(words: Sequence[str], said: str, tmp_path: Path) -> None:
    run = run_here(*words, folder=tmp_path)
    assert run.returncode == 2
    assert said in run.stderr


def test_a_folder_that_is_not_there_is_a_problem_of_that_brief(tmp_path: Path) -> None:
    run = evibrief("build", *briefs(tmp_path, 1), "data/c0", *PAGE, "--keep-going", folder=tmp_path)
    assert run.returncode == 1
    assert "data/c0: error[no-folder]: there is no such folder\n  hint: did you mean `b0`?" in run.stderr
    assert files(tmp_path / "build") == {"b0"}


def test_quiet_prints_nothing_but_problems(tmp_path: Path) -> None:
    names = briefs(tmp_path, 2)
    run = evibrief("build", *names, *PAGE, "--quiet", folder=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_worker_that_is_killed_costs_no_brief(tmp_path: Path) -> None:
    with building(tmp_path, *briefs(tmp_path, 4), "--jobs", "2") as process:
        until(lambda: len(workers_of(process)) == 2)
        # One of each: a brief whose worker is lost a second time is given up.
        first, second = workers_of(process)
        os.kill(first, signal.SIGKILL)
        assert process.stdout
        assert process.stdout.readline().startswith("data/b")
        os.kill(second, signal.SIGKILL)
        told, wrong = process.communicate(timeout=300)
    assert (process.returncode, wrong) == (0, "")
    assert len(told.splitlines()) == 3
    assert files(tmp_path / "build") == {"b0", "b1", "b2", "b3"}
    assert list((tmp_path / "temporary").iterdir()) == []


def test_ctrl_c_leaves_nothing_half_written_and_nobody_behind(tmp_path: Path) -> None:
    with building(tmp_path, *briefs(tmp_path, 6), "--jobs", "2") as process:
        assert process.stdout
        assert process.stdout.readline().startswith("data/b")
        started = list(started_by(process.pid))
        assert started
        process.send_signal(signal.SIGINT)
        _, wrong = process.communicate(timeout=60)
    assert (process.returncode, wrong) == (1, "evibrief: stopped; nothing is half written\n")
    assert 1 <= len(files(tmp_path / "build")) < 6
    assert list((tmp_path / "temporary").iterdir()) == []
    until(lambda: not any(map(is_running, started)))


def test_after_a_kill_the_next_build_does_the_rest(tmp_path: Path) -> None:
    names = briefs(tmp_path, 4)
    with building(tmp_path, *names, "--jobs", "2") as process:
        assert process.stdout
        assert process.stdout.readline().startswith("data/b")
        started = list(started_by(process.pid))
        process.kill()
    until(lambda: not any(map(is_running, started)))
    assert files(tmp_path / "build")
    with building(tmp_path, *names) as process:
        told, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    assert "(up to date)" in told
    assert files(tmp_path / "build") == {"b0", "b1", "b2", "b3"}
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_a_full_disk_has_no_room_for_is_named_and_not_begun(tmp_path: Path) -> None:
    """The largest file that a process may write stands for the end of a disk: the same error, at the same call."""
    names = [*briefs(tmp_path, 2), SECOND]
    sizes = [page.stat().st_size for page in built_alone(tmp_path, names)]
    limit = max(sizes[:2]) + 1000
    assert limit < sizes[2]
    command = [sys.executable, "-m", "evibrief", "build", *map(str, (names[0], names[2], names[1])), *PAGE]
    run = subprocess.run(
        [*command, "--keep-going"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert run.returncode == 1
    assert f"{SECOND}: error[system]: File too large\n" in run.stderr
    assert run.stderr.endswith(f"evibrief: 1 of 3 with errors: {SECOND}\n")
    assert files(tmp_path / "build") == {"b0", "b1"}


def built_alone(folder: Path, names: Sequence[Path]) -> Iterator[Path]:
    for number, name in enumerate(names):
        assert run_here("build", name, *PAGE, "--output", f"alone-{number}", folder=folder).returncode == 0
        yield next((folder / f"alone-{number}").glob("*.html"))


def on_a_terminal(folder: Path, *words: str | Path) -> str:
    """What a command writes to a terminal of 60 columns."""
    try:
        leader, follower = pty.openpty()
    except OSError as error:  # a small container has none
        pytest.skip(f"there is no terminal on this machine: {error}")
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    command = [sys.executable, "-m", "evibrief", *map(str, words)]
    subprocess.run(command, stdout=follower, stderr=follower, check=False, cwd=folder, timeout=300)
    os.close(follower)
    seen = os.read(leader, 65536).decode()
    os.close(leader)
    return seen


def test_a_terminal_has_a_bar_below_the_lines(tmp_path: Path) -> None:
    names = briefs(tmp_path, 2)
    break_brief(tmp_path / names[1])
    seen = on_a_terminal(tmp_path, "build", *names, *PAGE, "--jobs", "1", "--keep-going")
    bars = re.findall(r"\[[#.]{20}\] \d of 2(?:, 1 with errors)?", seen)
    assert bars == [f"[{'.' * 20}] 0 of 2", f"[{'#' * 10}{'.' * 10}] 1 of 2", f"[{'#' * 20}] 2 of 2, 1 with errors"]
    lines = [line.rpartition("\r")[2] for line in seen.split("\r\n")]
    assert any(line.startswith("data/b0: build/b0_") for line in lines)
    assert "data/b1: 1 error" in lines
    assert lines[-2:] == ["evibrief: 1 of 2 with errors: data/b1", ""]


# Checks


def test_several_are_checked(tmp_path: Path) -> None:
    names = briefs(tmp_path, 3)
    break_brief(tmp_path / names[1])
    run = evibrief("check", *names, "--keep-going", folder=tmp_path)
    assert run.returncode == 1
    assert "data/b1/claims/01-glass.yaml:14:17: error[unknown-reference]" in run.stderr
    lines = sorted(run.stdout.splitlines())
    assert lines[0].startswith("data/b0: 2 claims, ")
    assert re.fullmatch("data/b1: 1 error(, 1 warning)?", lines[1])
    assert lines[2].startswith("data/b2: 2 claims, ")
    assert not (tmp_path / "build").exists()


def test_machines_get_one_record_in_the_order_of_the_command_line(tmp_path: Path) -> None:
    names = [*reversed(briefs(tmp_path, 3))]
    break_brief(tmp_path / names[1])
    run = evibrief("check", *names, "--format", "json", "--keep-going", folder=tmp_path)
    told = json.loads(run.stdout)["briefs"]
    assert [one["brief"] for one in told] == ["data/b2", "data/b1", "data/b0"]
    errors = [[one["rule"] for one in told_of["problems"] if one["severity"] == "error"] for told_of in told]
    assert errors == [[], ["unknown-reference"], []]
    alone = json.loads(run_here("check", names[0], "--format", "json", folder=tmp_path).stdout)
    assert {name: told[0][name] for name in alone} == alone


def test_github_gets_annotations_and_nothing_else(tmp_path: Path) -> None:
    names = briefs(tmp_path, 2)
    break_brief(tmp_path / names[1])
    run = evibrief("check", *names, "--format", "github", folder=tmp_path)
    assert run.returncode == 1
    lines = run.stdout.splitlines()
    place = "file=data/b1/claims/01-glass.yaml,line=14,col=17"
    assert [line for line in lines if line.startswith(f"::error {place},title=unknown-reference::")]
    assert [line for line in lines if not line.startswith("::")] == []


# Elsewhere


def test_a_worker_with_other_files_is_refused(tmp_path: Path) -> None:
    place = brief(tmp_path, "b0")
    with at_its_place(Order(place, place=place, inputs=fingerprint_inputs(place))) as found:
        assert found == place
    break_brief(brief(tmp_path, "b1"))
    order = Order(place, place=tmp_path / "data" / "b1", inputs=fingerprint_inputs(place))
    with pytest.raises(Problems, match="a worker has other files at this path"), at_its_place(order):
        pytest.fail("it was accepted")


def test_a_scheduler_that_is_not_there_is_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "MOST_WAITED", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        run = run_here("build", *briefs(tmp_path, 1), *PAGE, "--scheduler", address, folder=tmp_path)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(f"{address}: error[cluster]: no Dask scheduler answers here\n  hint: ")
    assert "Traceback" not in run.stderr


def test_without_dask_the_hint_is_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    run = run_here("build", *briefs(tmp_path, 1), *PAGE, "--scheduler", "tcp://127.0.0.1:9", folder=tmp_path)
    assert run.returncode == 1
    assert "Dask is not installed\n  hint: install it: pip install 'evibrief[cluster]'\n" in run.stderr


CLUSTER = """\
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A Dask cluster of two workers, which have a current folder of their own: its address and its process."""
    place = tmp_path_factory.mktemp("cluster")
    (place / "cluster.py").write_text(CLUSTER)
    with subprocess.Popen(
        [sys.executable, "cluster.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=place
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip(), process.pid
        process.stdin.close()
        process.wait(60)


def test_a_cluster_builds_the_same_and_names_what_is_broken(scheduler: tuple[str, int], tmp_path: Path) -> None:
    names = briefs(tmp_path, 4)
    break_brief(tmp_path / names[1])
    alone = evibrief("build", *names, *PAGE, "--keep-going", "--output", "here", folder=tmp_path)
    run = evibrief("build", *names, *PAGE, "--keep-going", "--scheduler", scheduler[0], folder=tmp_path)
    assert (run.returncode, run.stderr) == (1, alone.stderr)
    assert hashes(tmp_path / "build") == hashes(tmp_path / "here")
    assert files(tmp_path / "build") == {"b0", "b2", "b3"}
    checked = evibrief("check", *names, "--keep-going", "--scheduler", scheduler[0], folder=tmp_path)
    assert checked.returncode == 1
    assert "\ndata/b1/claims/01-glass.yaml:14:17: error[unknown-reference]" in f"\n{checked.stderr}"


def test_a_worker_of_a_cluster_that_is_killed_costs_no_brief(scheduler: tuple[str, int], tmp_path: Path) -> None:
    workers = [one for one in started_by(scheduler[1]) if "spawn_main" in command_of(one)]
    assert len(workers) == 2
    with building(tmp_path, *briefs(tmp_path, 5), "--scheduler", scheduler[0]) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("data/b")
        os.kill(workers[0], signal.SIGKILL)
        process.communicate(timeout=300)
    assert process.returncode == 0
    assert files(tmp_path / "build") == {"b0", "b1", "b2", "b3", "b4"}
