"""What was made before: no byte differs, whatever happens to the folder that it is kept in."""

import multiprocessing
import os
import shutil
import signal
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from command import begin
from command import run_here as evibrief
from evibrief.build import build, compose
from evibrief.checks.load import load
from evibrief.formats.html import markdown
from evibrief.formats.html.format import WebPage
from evibrief.formats.kept_documents import tools
from evibrief.kept import Kept, key_of
from running import until
from shared import Shared, hashes

ROOT = Path(__file__).parents[2]
BRIEF = ROOT / "tests" / "briefs" / "blue-glass"
KEY, OTHER = key_of("a"), key_of("b")


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept")


def test_what_was_kept_is_found_and_nothing_else(kept: Kept) -> None:
    kept.put(KEY, b"made")
    assert (kept.get(KEY), kept.get(OTHER)) == (b"made", None)
    assert [path.name for path in kept.folder.iterdir()] == [KEY]
    assert kept.folder.stat().st_mode & 0o077 == 0


@given(some.lists(some.binary(max_size=4), max_size=4), some.lists(some.binary(max_size=4), max_size=4))
def test_no_two_lists_share_a_key(one: list[bytes], other: list[bytes]) -> None:
    assert (key_of(*one) == key_of(*other)) == (one == other)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def altered(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"X")


def of_another_key(path: Path) -> None:
    Kept(path.parent).put(OTHER, b"made of that")
    os.replace(path.parent / OTHER, path)


def writable_for_others(path: Path) -> None:
    path.chmod(0o620)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_link(path: Path) -> None:
    path.symlink_to(path.rename(path.parent / "elsewhere"))


@pytest.mark.parametrize(
    "damage",
    [cut, altered, lambda path: path.write_bytes(b""), Path.unlink, of_another_key, writable_for_others, a_pipe,
     a_link],
)  # fmt: skip
def test_what_is_damaged_is_not_there(kept: Kept, damage: Callable[[Path], object]) -> None:
    kept.put(KEY, b"made of this")
    damage(kept.folder / KEY)
    assert kept.get(KEY) is None
    kept.put(KEY, b"made of this")
    assert kept.get(KEY) == b"made of this"


def test_what_somebody_else_put_there_is_not_taken(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.put(KEY, b"made")
    if os.geteuid() == 0:
        os.chown(kept.folder / KEY, 65534, 65534)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 65534)
    assert kept.get(KEY) is None


def test_what_is_not_ours_in_a_folder_stays(tmp_path: Path) -> None:
    """The folder may be a link to one that has other files."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "thesis.odt").write_bytes(bytes(2000))
    (tmp_path / "kept").symlink_to(tmp_path / "texts")
    for number in range(20):
        Kept(tmp_path / "kept", 1000).put(key_of(str(number)), bytes(100))
    assert (tmp_path / "texts" / "thesis.odt").exists()
    assert len([*(tmp_path / "texts").iterdir()]) <= 8


def test_a_folder_has_a_limit_and_what_was_used_last_stays(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept", 1000)
    for number in range(20):
        kept.put(key_of(str(number)), bytes(100))
        os.utime(kept.folder / key_of(str(number)), (number, number))
        kept.get(key_of("0"))
        assert sum(path.stat().st_size for path in kept.folder.iterdir()) <= 1000
    assert kept.get(key_of("0")) == bytes(100)
    assert kept.get(key_of("1")) is None


@pytest.mark.parametrize("place", ["/dev/null/kept", "/proc/kept"])
def test_where_nothing_can_be_kept_nothing_happens(place: str) -> None:
    kept = Kept(Path(place))
    kept.put(KEY, b"made")
    assert kept.get(KEY) is None


def _write_again_and_again(folder: Path) -> None:
    kept = Kept(folder, 500_000)
    while True:
        for number in range(50):
            kept.put(key_of(str(number)), str(number).encode() * 10_000)


@pytest.mark.slow
def test_two_processes_that_are_killed_leave_only_what_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for _ in range(5):
        writers = [multiprocessing.get_context("fork").Process(target=_write_again_and_again, args=(folder,))
                   for _ in range(2)]  # fmt: skip
        for writer in writers:
            writer.start()
        until(lambda: folder.is_dir() and any(folder.iterdir()))
        time.sleep(0.1)
        for writer in writers:
            os.kill(writer.pid or 0, signal.SIGKILL)
            writer.join()
        found = [Kept(folder).get(key_of(str(number))) for number in range(50)]
        assert {number: data for number, data in enumerate(found) if data} == {
            number: str(number).encode() * 10_000 for number, data in enumerate(found) if data
        }
        assert any(found)
    Kept(folder).put(KEY, b"made")
    assert [path for path in folder.iterdir() if path.is_dir()] == []


EDITS = (
    ("claims", "Blue glass lowers sneezing in hay fever.", "Blue glass {} sneezing in hay fever."),
    ("brief.yaml", "  - Rats sneeze.\n", "  - Rats sneeze, {} [@rats2018].\n"),
    ("brief.yaml", "title: ", "title: {} "),
)


def edit(folder: Path, number: int, word: str) -> None:
    """Put a word where an edit puts one, in place of what was there."""
    name, old, new = EDITS[number]
    for path in (folder / name).rglob("*.yaml") if name == "claims" else [folder / name]:
        text = path.read_text()
        if old in text:
            path.write_text(text.replace(old, new.format(word), 1))


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(some.lists(some.tuples(some.integers(0, 2), some.sampled_from(["lowers", "raises", "Δ"])), max_size=3))
def test_whatever_is_edited_no_byte_differs(tmp_path: Path, edits: list[tuple[int, str]]) -> None:
    """One folder of what was made serves all the examples, so that much is there already."""
    kept, folder = Kept(tmp_path / "kept"), tmp_path / "brief"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BRIEF, folder)
    for number, word in edits:
        edit(folder, number, word)
    loaded = load(folder)
    anew = compose(loaded, ["html"]).documents
    assert compose(loaded, ["html"], kept=kept).documents == anew
    assert compose(loaded, ["html"], kept=kept).documents == anew


def test_what_is_there_is_not_made_again(
    kept: Kept, shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compose(load(BRIEF), kept=kept).documents
    assert {one.format: one.data for one in compose(load(BRIEF), kept=kept).documents} == {
        kind: path.read_bytes() for kind, path in shared.documents(BRIEF).items()
    }
    first = made[2:]
    monkeypatch.setattr(WebPage, "write", None)
    monkeypatch.setattr(markdown, "typeset", None)
    assert compose(load(BRIEF), ["html"], kept=kept).documents == first
    written = build(BRIEF, tmp_path / "out", ["html"], kept=kept)
    assert written[0].path.read_bytes() == first[0].data


def test_every_package_that_we_ask_for_is_in_the_key_unless_it_makes_no_document() -> None:
    """What is added to the program must be added to the key, or be known to leave no trace in a document."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    others = {"cryptography", "rfc3161-client", "watchfiles", "rispy", "openpyxl", "xlsxwriter", "shtab", "pygls",
              "pypdfium2"}  # fmt: skip
    told = {one.partition(" ")[0].lower().replace("_", "-") for one in tools()}
    assert {one.partition("==")[0].replace("_", "-") for one in declared} - told == others
    assert {"python", "zlib", "code", "templates", "pango"} <= told


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of what commands keep."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "evibrief"


def test_commands_share_what_they_keep_unless_they_are_told_not_to(place: Path, tmp_path: Path) -> None:
    words = ("build", BRIEF, "--format", "html")
    assert evibrief(*words, "--no-cache", "--output", tmp_path / "a").returncode == 0
    assert not place.exists()
    assert evibrief(*words, "--output", tmp_path / "b").returncode == 0
    names = {path.name: path.stat().st_mtime_ns for path in place.iterdir()}
    assert len(names) == 2  # the texts and the page
    assert evibrief(*words, "--output", tmp_path / "c").returncode == 0
    assert {path.name for path in place.iterdir()} == set(names)
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").glob("*.html")} == {
        path.name: path.read_bytes() for path in (tmp_path / "c").glob("*.html")
    }


@pytest.mark.parametrize("value", ["", "relative"])
def test_without_a_place_that_is_absolute_nothing_is_kept(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", value)
    monkeypatch.chdir(tmp_path)
    assert evibrief("build", BRIEF, "--format", "html", "--output", "out").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_stranger_sent_neither_reads_nor_writes_it(place: Path, shared: Shared, tmp_path: Path) -> None:
    document = shutil.copy(shared.documents(BRIEF)["docx"], tmp_path / "sent.docx")
    place.mkdir(parents=True)
    before = hashes(place.parent)
    for words in (("verify", document), ("extract", document, "--output", tmp_path / "out"), ("diff", document, BRIEF)):
        assert evibrief(*words).returncode == 0
    assert hashes(place.parent) == before


@pytest.mark.slow
def test_a_build_that_is_killed_leaves_nothing_half_written(place: Path, tmp_path: Path) -> None:
    words = ("build", BRIEF, "--format", "docx,html", "--output", tmp_path / "out")
    run = begin(*words)
    until(lambda: place.is_dir() and any(place.iterdir()))
    run.kill()
    run.join()
    assert evibrief(*words).returncode == 0
    assert evibrief(*words[:-1], tmp_path / "anew", "--no-cache").returncode == 0
    made = [{path.name: path.read_bytes() for path in (tmp_path / name).glob("*.*ml")} for name in ("out", "anew")]
    assert made[0] == made[1] != {}
    assert [path for path in place.iterdir() if path.is_dir()] == []
