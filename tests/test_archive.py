"""Dated versions: written once, whole or not at all, whoever else writes and whenever the run is killed."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from evibrief.archive import archive_version, withdraw_version, write_since
from evibrief.archived import versions
from evibrief.finishing import write_index
from evibrief.inspection import check_version
from evibrief.problems import Problems
from test_cli import evibrief

ROOT = Path(__file__).parents[1]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
TODAY = date(2026, 3, 2)
NAME = "2026-03-01_v1.2.0"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with one version in it; not to be changed."""
    archive = tmp_path_factory.mktemp("kept") / "archive"
    archive_version(SECOND, archive, TODAY)
    return archive


@pytest.fixture
def archive(kept: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    copy = tmp_path / "archive"
    shutil.copytree(kept, copy)
    return copy


def edited(tmp_path: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the brief, with texts replaced in its files."""
    folder = tmp_path / "edited" / "blue-glass"
    if not folder.exists():
        shutil.copytree(SECOND, folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))
    return folder


def successor(tmp_path: Path) -> Path:
    return edited(
        tmp_path,
        ("brief.yaml", "version: 1.2.0\ndate: 2026-03-01", "version: 2.0.0\ndate: 2026-04-01"),
        ("changes.yaml", "1.2.0", "2.0.0"),
        ("mechanisms.yaml", "Nothing is known of it.", "Still nothing is known of it."),
    )


def test_a_version_holds_documents_evidence_instrument_and_manifest(kept: Path) -> None:
    folder = kept / "blue-glass" / NAME
    record = json.loads((folder / "manifest.json").read_text())
    assert {Path(name).suffix for name in record["outputs"] if "/" not in name} == {".pdf", ".docx", ".html"}
    for path in SECOND.rglob("*.yaml"):
        inside = folder / "evidence" / path.relative_to(SECOND)
        assert inside.read_bytes() == path.read_bytes()
    assert "evidence/instruments/invented-1.yaml" in record["outputs"]
    assert any(tool.startswith("weasyprint ") for tool in record["tools"])
    assert set(record["git"]) == {"commit", "clean"}
    assert check_version(folder) == []


def test_what_is_archived_cannot_be_written_to(kept: Path) -> None:
    paths = [kept / "blue-glass" / NAME, *(kept / "blue-glass" / NAME).rglob("*")]
    assert len(paths) > 15
    assert [path for path in paths if path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)] == []


def test_the_same_again_is_already_there_and_nothing_changes(archive: Path) -> None:
    before = snapshot(archive)
    assert archive_version(SECOND, archive, TODAY).fresh is False
    assert snapshot(archive) == before


def snapshot(archive: Path) -> dict[str, bytes]:
    return {str(path.relative_to(archive)): path.read_bytes() for path in archive.rglob("*") if path.is_file()}


def test_other_formatting_and_comments_are_the_same_evidence(archive: Path, tmp_path: Path) -> None:
    folder = edited(tmp_path, ("ranking.yaml", "corrections: [W1]\nstatements:", "statements:"))
    (folder / "ranking.yaml").write_text((folder / "ranking.yaml").read_text() + "corrections: [W1] # a comment\n")
    assert archive_version(folder, archive, TODAY).fresh is False


def test_other_evidence_under_the_same_version_is_refused(archive: Path, tmp_path: Path) -> None:
    folder = edited(tmp_path, ("mechanisms.yaml", "Nothing is known of it.", "Much is known of it."))
    before = snapshot(archive)
    with pytest.raises(Problems, match=r"brief.yaml:\d+:\d+: error\[version-taken\]"):
        archive_version(folder, archive, TODAY)
    assert snapshot(archive) == before


def successor_of(tmp_path: Path, archive: Path) -> Path:
    """A successor that says what changed."""
    folder = successor(tmp_path)
    write_since(folder, archive)
    return folder


def test_a_successor_supersedes_and_the_old_files_stay(archive: Path, tmp_path: Path) -> None:
    old = {name: data for name, data in snapshot(archive).items() if NAME in name}
    archive_version(successor_of(tmp_path, archive), archive, TODAY)
    assert {name: data for name, data in snapshot(archive).items() if NAME in name} == old
    assert [(one.version, one.state) for one in versions(archive)] == [("2.0.0", "current"), ("1.2.0", "superseded")]
    latest = archive / "blue-glass" / "latest.pdf"
    newest = archive / "blue-glass" / "2026-04-01_v2.0.0" / "blue-glass_2026-04-01_v2.0.0.pdf"
    assert latest.read_bytes() == newest.read_bytes()
    page = (archive / "blue-glass" / "v1.2.0.html").read_text()
    assert page.index("superseded by") < page.index("<h1>")
    assert "superseded by" not in (archive / "blue-glass" / "v2.0.0.html").read_text()


def test_index_and_feed_list_all_versions_newest_first(archive: Path, tmp_path: Path) -> None:
    archive_version(successor_of(tmp_path, archive), archive, TODAY)
    listed = json.loads((archive / "index.json").read_text())["versions"]
    assert [one["version"] for one in listed] == ["2.0.0", "1.2.0"]
    for one in listed:
        for name, digest in one["files"].items():
            assert len(digest) == 64
            assert (archive / one["folder"] / name).is_file()
    html = (archive / "index.html").read_text()
    assert html.index("version 2.0.0") < html.index("version 1.2.0")
    feed = ElementTree.parse(archive / "feed.atom").getroot()
    space = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{space}entry")
    assert [entry.findtext(f"{space}id") for entry in entries] == [
        "urn:evibrief:blue-glass:2.0.0", "urn:evibrief:blue-glass:1.2.0",
    ]  # fmt: skip
    assert all(entry.findtext(f"{space}updated") for entry in [*entries, feed])


def test_versions_are_ordered_as_numbers(archive: Path, tmp_path: Path) -> None:
    folder = edited(
        tmp_path,
        ("brief.yaml", "version: 1.2.0\ndate: 2026-03-01", "version: 1.10.0\ndate: 2026-04-01"),
        ("changes.yaml", "1.2.0", "1.10.0"),
    )
    write_since(folder, archive)
    archive_version(folder, archive, TODAY)
    assert [one.version for one in versions(archive)] == ["1.10.0", "1.2.0"]


def test_withdrawal_is_marked_and_nothing_is_deleted(archive: Path) -> None:
    before = {name for name in snapshot(archive) if NAME in name}
    gone = withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", TODAY)
    assert (gone.state, gone.reason) == ("withdrawn", "2026-03-02: A source was retracted.")
    assert {name for name in snapshot(archive) if NAME in name} == before
    assert "A source was retracted." in (archive / "feed.atom").read_text()
    assert "was withdrawn" in (archive / "blue-glass" / "v1.2.0.html").read_text()
    assert check_version(archive / "blue-glass" / NAME) == []


@pytest.mark.parametrize(("version", "reason"), [("9.9.9", "x"), ("1.2.0", "  ")])
def test_a_withdrawal_of_nothing_or_for_nothing_is_refused(version: str, reason: str, archive: Path) -> None:
    before = snapshot(archive)
    with pytest.raises(Problems):
        withdraw_version(archive, "blue-glass", version, reason, TODAY)
    assert snapshot(archive) == before


def test_an_altered_missing_or_strange_file_is_found(archive: Path) -> None:
    folder = archive / "blue-glass" / NAME
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    document = next(folder.glob("*.html"))
    data = bytearray(document.read_bytes())
    data[len(data) // 2] ^= 1
    document.write_bytes(bytes(data))
    (folder / "evidence" / "studies.yaml").unlink()
    (folder / "evidence" / "more.yaml").write_text("x: 1\n")
    faults = check_version(folder)
    assert {fault.split(": ")[1] for fault in faults} == {"altered", "missing", "does not belong here"}
    assert len(faults) == 3


def test_an_index_that_disagrees_is_found(archive: Path) -> None:
    index = archive / "index.json"
    index.write_text(index.read_text().replace('"version": "1.2.0"', '"version": "1.2.1"'))
    assert check_version(archive / "blue-glass" / NAME) == ["index.json: does not list this version"]
    write_index(archive)
    assert check_version(archive / "blue-glass" / NAME) == []


def test_two_writers_leave_one_whole_version(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with ThreadPoolExecutor(2) as workers:
        runs = list(workers.map(lambda _: evibrief("archive", SECOND, "--archive", archive), range(2)))
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    assert check_version(archive / "blue-glass" / NAME) == []
    assert list(archive.rglob(".writing-*")) == []


def test_a_kill_at_any_moment_leaves_the_whole_version_or_nothing(tmp_path: Path) -> None:
    """Killed at a dozen moments, the last ones while it writes; then a run that is left alone ends it."""
    archive = tmp_path / "archive"
    command = [sys.executable, "-m", "evibrief", "archive", str(SECOND), "--archive", str(archive)]
    began = time.monotonic()
    shutil.rmtree(archive, ignore_errors=True)
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    whole = time.monotonic() - began
    states = []
    for moment in [0.2, 0.5, 0.8, *(0.9 + step / 50 for step in range(9))]:
        make_writable(archive)
        shutil.rmtree(archive)
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * moment)
        run.send_signal(signal.SIGKILL)
        run.wait()
        folder = archive / "blue-glass" / NAME
        states.append(folder.exists())
        if folder.exists():
            assert [fault for fault in check_version(folder) if "index.json" not in fault] == []
    assert False in states
    assert evibrief("archive", SECOND, "--archive", archive).returncode == 0
    assert check_version(archive / "blue-glass" / NAME) == []


def make_writable(archive: Path) -> None:
    for path in (archive, *archive.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


@pytest.mark.skipif(os.geteuid() != 0, reason="a full disk is made of a small file system, which takes root")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(small)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody make a small file system")
    try:
        run = evibrief("archive", SECOND, "--archive", small / "archive")
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        assert "No space left" in run.stderr
        assert versions(small / "archive") == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_what_changed_is_in_the_index(kept: Path) -> None:
    listed = json.loads((kept / "index.json").read_text())["versions"]
    assert listed[0]["changed"]
    assert listed[0]["changed"] in (SECOND / "changes.yaml").read_text().replace("*", "")
