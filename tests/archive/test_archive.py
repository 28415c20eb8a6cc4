"""Dated versions: written once, whole or not at all, whoever else writes and whenever the run is killed."""

import json
import os
import shutil
import stat
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from command import begin
from command import run_here as evibrief
from evibrief.archive.finish import finish_interrupted, write_index
from evibrief.archive.integrity import check_version, findings
from evibrief.archive.keep import archive_version
from evibrief.archive.log import START
from evibrief.archive.register import Entry, chained
from evibrief.archive.since import write_since
from evibrief.archive.versions import LOG, versions
from evibrief.archive.withdraw import withdraw_version
from evibrief.problems import Problems
from shared import Shared

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
TODAY = date(2026, 3, 2)
NAME = "2026-03-01_v1.2.0"


@pytest.fixture(scope="module")
def kept(shared: Shared) -> Path:
    """An archive with one version in it; not to be changed."""
    return shared.archive()


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_index_and_feed_list_all_versions_newest_first(archive: Path, shared: Shared, tmp_path: Path) -> None:
    shared.archive_version(successor_of(tmp_path, archive), archive, TODAY)
    listed = json.loads((archive / "index.json").read_text())["versions"]
    assert [one["version"] for one in listed] == ["2.0.0", "1.2.0"]
    for one in listed:
        for name, digest in one["files"].items():
            assert len(digest) == 64
            assert (archive / one["folder"] / name).is_file()
    html = (archive / "index.html").read_text()
    assert html.index("Version 2.0.0") < html.index("Version 1.2.0")
    feed = ElementTree.parse(archive / "feed.atom").getroot()
    space = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{space}entry")
    assert [entry.findtext(f"{space}id") for entry in entries] == [
        "urn:evibrief:blue-glass:2.0.0", "urn:evibrief:blue-glass:1.2.0",
    ]  # fmt: skip
    assert all(entry.findtext(f"{space}updated") for entry in [*entries, feed])


@pytest.mark.slow
def test_versions_are_ordered_as_numbers(archive: Path, shared: Shared, tmp_path: Path) -> None:
    folder = edited(
        tmp_path,
        ("brief.yaml", "version: 1.2.0\ndate: 2026-03-01", "version: 1.10.0\ndate: 2026-04-01"),
        ("changes.yaml", "1.2.0", "1.10.0"),
    )
    write_since(folder, archive)
    shared.archive_version(folder, archive, TODAY)
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


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The brief is composed, so that whoever archives it again in this process or a copy of it writes at once."""
    assert evibrief("archive", SECOND, "--archive", tmp_path_factory.mktemp("composed") / "archive").returncode == 0


@pytest.mark.slow
@pytest.mark.usefixtures("composed")
def test_two_writers_leave_one_whole_version(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with ThreadPoolExecutor(2) as workers:
        runs = list(workers.map(lambda _: evibrief("archive", SECOND, "--archive", archive), range(2)))
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    assert check_version(archive / "blue-glass" / NAME) == []
    assert list(archive.rglob(".writing-*")) == []


def left_by_a_kill(archive: Path) -> str:
    """Which phase a killed `archive` was in, by what it left."""
    folder, log = archive / "blue-glass" / NAME, archive / LOG
    if not folder.exists():
        return "writing" if list(archive.glob("*/.writing-*")) else "nothing"
    if not log.exists() or log.read_text().count("archived") == 0:
        return "version without log"
    if not (archive / "index.json").exists():
        return "version without index"
    return "listed"


def kill_when(seen: Callable[[], bool], *words: str | Path) -> None:
    """Run a command and end it at once when something is seen."""
    run = begin(*words)
    while run.is_alive() and not seen():
        time.sleep(0.0002)
    run.kill()
    run.join()


@pytest.mark.slow
@pytest.mark.usefixtures("composed")
def test_a_kill_in_any_phase_is_unfinished_never_altered_and_the_next_run_ends_it(tmp_path: Path) -> None:
    """Each phase is waited for, and the run killed in it; what is left shows that it was that phase."""
    archive = tmp_path / "archive"
    folder, log = archive / "blue-glass" / NAME, archive / LOG
    command = ("archive", SECOND, "--archive", archive)
    phases: dict[str, Callable[[], bool]] = {
        "writing": lambda: bool(list(archive.glob("*/.writing-*/work/version/evidence"))),
        "version without log": folder.exists,
        "version without index": lambda: log.exists() and "archived" in log.read_text(),
    }
    met = set()
    for phase, seen in [*phases.items()] * 3:
        if phase in met:
            continue
        kill_when(seen, *command)
        met.add(state := left_by_a_kill(archive))
        if state not in ("nothing", "writing"):
            run = evibrief("verify", folder)
            assert (run.returncode, "Traceback" in run.stderr) == (0 if state == "listed" else 6, False), run.stdout
            assert state == "listed" or "run `evibrief archive` again" in run.stdout
        if archive.exists():
            whole = evibrief("verify", archive)
            assert "ALTERED" not in whole.stdout
            assert whole.returncode in (0, 1, 6)
        assert evibrief(*command).returncode == 0
        assert evibrief("verify", archive).returncode == 0
        assert list(archive.rglob(".writing-*")) == []
        make_writable(archive)
        shutil.rmtree(archive)
    assert met >= set(phases)


def moments_of_archiving(finished: Path, place: Path) -> Iterator[str]:
    """Each state between the rename of the first version and the index, in the order of the steps of the code."""
    brief, log = place / "blue-glass", (finished / LOG).read_bytes()
    first = log.index(b"\n") + 1
    later = [*(f"blue-glass/{name}" for name in ("latest.pdf", "latest.docx", "latest.html", "v1.2.0.html")),
             "index.html", "feed.atom"]  # fmt: skip
    shutil.copytree(finished / "blue-glass" / NAME, brief / NAME)
    for size in (0, 1, first - 1, first, first + 1, first + 100, len(log) - 1, len(log)):
        (place / LOG).write_bytes(log[:size])
        yield f"{size} bytes of the log"
    for name in later:
        shutil.copy(finished / name, place / name)
        yield f"{name} written"


def moments_of_withdrawing(archive: Path, finished: Path, place: Path) -> Iterator[str]:
    """Each state between the withdrawal and the index that lists it."""
    shutil.copytree(archive, place, dirs_exist_ok=True)
    shutil.copy(finished / "blue-glass" / "withdrawn.json", place / "blue-glass")
    yield "withdrawn"
    log = (finished / LOG).read_bytes()
    for cut in (100, 1, 0):
        (place / LOG).write_bytes(log[: len(log) - cut])
        yield f"all but {cut} bytes of the log"
    for path in sorted((place / "blue-glass").glob("latest.*")):
        path.unlink()
        yield f"without {path.name}"
    for name in ("blue-glass/v1.2.0.html", "index.html", "feed.atom"):
        shutil.copy(finished / name, place / name)
        yield f"{name} written"


@pytest.mark.parametrize("what", ["archive", "withdraw"])
@pytest.mark.slow
def test_every_state_between_two_steps_is_unfinished_and_finished_alike(
    what: str, archive: Path, tmp_path: Path
) -> None:
    """Made from the steps of the code, one by one: each is unfinished, nothing is altered, and all end the same."""
    finished, place = tmp_path / "finished", tmp_path / "place"
    shutil.copytree(archive, finished)
    if what == "withdraw":
        withdraw_version(finished, "blue-glass", "1.2.0", "A source was retracted.", TODAY)
    place.mkdir()
    moments = moments_of_archiving(finished, place) if what == "archive" else moments_of_withdrawing(
        archive, finished, place)  # fmt: skip
    seen = 0
    for moment in moments:
        found = findings(place)
        assert found, moment
        assert [one for one in found if not one.unfinished] == [], moment
        copy = tmp_path / f"copy{seen}"
        shutil.copytree(place, copy)
        finish_interrupted(copy)
        assert findings(copy) == [], moment
        whole = {name: data for name, data in snapshot(copy).items() if name not in (LOG, "index.json")}
        assert whole == {name: snapshot(finished)[name] for name in whole}, moment
        assert len(whole) == len(snapshot(finished)) - 2
        seen += 1
    assert seen >= 10


def test_a_lone_unfinished_version_says_what_to_do(archive: Path) -> None:
    (archive / "index.json").unlink()
    run = evibrief("verify", archive / "blue-glass" / NAME)
    assert run.returncode == 6
    assert "unfinished: the index was not written; run `evibrief archive` again" in run.stdout
    assert "ALTERED" not in run.stdout


def test_lines_of_a_register_that_the_log_has_not_yet_are_unfinished(archive: Path) -> None:
    """As a killed `circulate` leaves them; a line that changed or vanished afterwards is found."""
    register = archive / "blue-glass" / "circulation.jsonl"
    entry = Entry("2026-03-02T10:00:00+00:00", "delivered", "brief", "1.2.0", "0" * 64, "a", "botanist", "<x@y>")
    register.write_text(chained([entry, entry], START) + '{"at": "cut')
    assert {one.unfinished for one in findings(archive)} == {True}
    assert evibrief("verify", archive).returncode == 6
    finish_interrupted(archive)
    assert findings(archive) == []
    whole = register.read_text()
    for harmed in (whole.splitlines(keepends=True)[0], whole.replace("botanist", "biologist"), ""):
        register.write_text(harmed)
        assert any("circulation.jsonl" in one.text and not one.unfinished for one in findings(archive)), harmed
    register.unlink()
    assert evibrief("verify", archive).returncode == 4


def make_writable(archive: Path) -> None:
    for path in (archive, *archive.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


@pytest.mark.slow
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
