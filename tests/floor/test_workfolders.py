"""Temporary folders: gone when the work is done, swept when the run was killed, and nobody else's are touched."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from evibrief.files import replace_file, write_folder
from evibrief.workfolders import sweep, work_folder

CODE = """
import sys, time
from pathlib import Path
from evibrief.workfolders import work_folder
with work_folder(Path(sys.argv[1])) as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "half").write_text("half")
    (folder / "deep").chmod(0o500)
    print(folder, flush=True)
    time.sleep(60)
"""
GONE = 2**22 + 1
"""No process has this id: it is above the largest of Linux."""


def started(place: Path) -> tuple[subprocess.Popen[str], Path]:
    run = subprocess.Popen([sys.executable, "-c", CODE, str(place)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    with run.stdout:
        return run, Path(run.stdout.readline().strip())


@pytest.mark.parametrize(("free", "named"), [(4096, True), (2**30, False)])
def test_who_meets_a_full_disk_is_told_which(
    free: int, named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in writing to an open file has no name of its own."""
    monkeypatch.setattr("shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(2**30, 2**30 - free, free))
    with pytest.raises(OSError, match="No space") as full, work_folder(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert full.value.filename == (str(tmp_path) if named else None)


def test_it_is_empty_and_gone_afterwards(tmp_path: Path) -> None:
    with work_folder(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        assert folder.is_relative_to(tmp_path)
        (folder / "a").write_text("a")
        (folder / "b").mkdir(mode=0o500)
    with pytest.raises(ValueError, match="wrong"), work_folder(tmp_path):
        raise ValueError("wrong")
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_it_is_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with work_folder() as folder:
        assert folder.parent.name.startswith(f"evibrief-{os.getpid()}-")
        assert folder.parent.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_dead_run_is_swept_and_a_living_one_is_not(tmp_path: Path) -> None:
    dead, left = started(tmp_path)
    alive, used = started(tmp_path)
    try:
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        assert (left / "deep" / "half").exists()
        assert sweep(tmp_path) == [left.parent]
        assert not left.parent.exists()
        assert (used / "deep" / "half").exists()
    finally:
        alive.kill()
        alive.wait()
    assert sweep(tmp_path) == [used.parent]
    assert list(tmp_path.iterdir()) == []


def test_the_next_work_at_a_place_sweeps_it(tmp_path: Path) -> None:
    run, left = started(tmp_path)
    run.kill()
    run.wait()
    assert left.exists()
    replace_file(tmp_path / "file", "text")
    write_folder({"a": b"a"}, tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("state", ["no lock yet", "being removed", "empty"])
def test_a_run_that_died_before_or_after_it_had_its_lock_is_swept(state: str, tmp_path: Path) -> None:
    folder = tmp_path / f".writing-{GONE}-abc"
    folder.mkdir()
    if state == "no lock yet":
        (folder / ".lock-new").touch()
    if state == "being removed":
        (folder / "work").mkdir()
    assert sweep(tmp_path) == [folder]
    folder = tmp_path / f".writing-{os.getpid()}-abc"
    folder.mkdir()
    assert sweep(tmp_path) == []


def test_an_id_that_is_used_again_does_not_keep_a_dead_folder(tmp_path: Path) -> None:
    folder = tmp_path / f"evibrief-{os.getpid()}-abc"
    (folder / "work").mkdir(parents=True)
    (folder / ".lock").touch()
    assert sweep(tmp_path) == [folder]


def test_links_and_what_has_another_name_are_left_alone(tmp_path: Path) -> None:
    mine, place = tmp_path / "mine", tmp_path / "place"
    for folder in (mine, place, place / "evibrief-notes", place / ".writing-mine", place / f".writing-{GONE}-a b"):
        folder.mkdir()
        (folder / "keep").write_text("keep")
    (place / f".writing-{GONE}-link").symlink_to(mine)
    (place / f"evibrief-{GONE}-file").write_text("keep")
    inside = place / f".writing-{GONE}-dead"
    inside.mkdir()
    (inside / "way-out").symlink_to(mine)
    assert sweep(place) == [inside]
    assert (mine / "keep").read_text() == "keep"
    assert len(list(place.iterdir())) == 6


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_folders_of_other_users_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / f"evibrief-{GONE}-abc"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    assert sweep(tmp_path) == []
    assert folder.exists()


def test_a_place_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == []


@pytest.mark.slow
def test_many_runs_at_one_place_do_not_sweep_each_other(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from evibrief.workfolders import sweep, work_folder
place = Path(sys.argv[1])
for number in range(100):
    with work_folder(place) as folder:
        (folder / "file").write_text("text")
        sweep(place)
        assert (folder / "file").read_text() == "text"
"""
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(4)]
    assert [run.wait(60) for run in runs] == [0, 0, 0, 0]
    assert list(tmp_path.iterdir()) == []
