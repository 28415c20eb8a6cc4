"""What opens a stranger's file runs in a process with limits, and leaves nothing behind, however it ends."""

import gzip
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
import pytest

from command import cpu_seconds, evibrief
from evibrief.formats.carried import carried_files
from evibrief.problems import Problems
from evibrief.sandbox import Limits, call, run_command
from shared import SECOND, Shared
from test_hostile_archive import bomb, pdf_with, with_theme
from test_retractions import HEADER
from wordfile import carried_part, zipped

ENDLESS = '{% extends "brief.html.jinja" %}{% block title_block %}{% for a in range(99999) %}' \
    "{% for b in range(99999) %}{% endfor %}{% endfor %}{% endblock %}"  # fmt: skip


@pytest.fixture(scope="module")
def document(shared: Shared) -> bytes:
    return shared.documents(SECOND, "page")["docx"].read_bytes()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of which everything is seen."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_function_that_ends_says_nothing() -> None:
    assert call("builtins", "len", ["abc"], Limits()) == ""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("__import__('time').sleep(600)", "it took longer than 1 seconds"),
        ("bytearray(10**10)", "it took more than 300 MB of memory"),
        ("1/0", "ZeroDivisionError"),
        ("__import__('os').abort()", "made to crash the program"),
        ("open('/dev/null') and [open('/dev/null') for _ in range(300)]", "Too many open files"),
        ("__import__('sys').stderr.write('x' * 10**7) and 1/0", "ZeroDivisionError"),
    ],
)
def test_a_function_that_goes_too_far_is_ended(code: str, why: str) -> None:
    began = time.monotonic()
    seconds = 1 if "longer" in why else 120
    assert why in call("builtins", "eval", [code], Limits(seconds=seconds, megabytes=300))
    assert time.monotonic() - began < 300


def test_memory_is_counted_over_all_that_was_started() -> None:
    """Four processes of 100 MB each are 400 MB."""
    grow = "b = bytearray(100 * 2**20); import time; time.sleep(30)"
    code = f"[__import__('subprocess').Popen([{sys.executable!r}, '-c', {grow!r}]) for _ in range(4)][0].wait()"
    assert "more than 300 MB" in call("builtins", "eval", [code], Limits(seconds=30, megabytes=300))


def test_nothing_that_was_started_goes_on_running(tmp_path: Path) -> None:
    started = tmp_path / "started"
    code = f"__import__('subprocess').Popen(['sh', '-c', 'echo $$ > {started}; sleep 60']).wait()"
    assert "longer" in call("builtins", "eval", [code], Limits(seconds=5))
    wait_for(lambda: not is_running(int(started.read_text())))


def test_nothing_begins_while_nobody_is_there_who_would_end_it(tmp_path: Path) -> None:
    """A kill after the process inside is started, and before the one that watches over it."""
    begun = tmp_path / "begun"
    work = f"open({str(begun)!r}, 'w') and __import__('time').sleep(60)"
    code = f"""import os
from evibrief import sandbox as apart
apart._guarded = lambda *_: os.kill(os.getpid(), {signal.SIGKILL:d})
apart.call("builtins", "eval", [{work!r}], apart.Limits())
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    wait_for(lambda: not still_running(str(begun)))
    assert not begun.exists()


def test_a_file_that_grows_without_end_is_ended(tmp_path: Path) -> None:
    code = f"[open({str(tmp_path / 'big')!r}, 'ab').write(b'x' * 10**6) for _ in range(50)]"
    assert "File too large" in call("builtins", "eval", [code], Limits(megabytes_written=5))
    assert (tmp_path / "big").stat().st_size <= 5 * 1024**2


def test_a_command_that_reaches_a_limit_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"longer than 0\.05 seconds"):
        run_command(["verify", str(SECOND / "brief.yaml")], Limits(seconds=0.05), tmp_path)


COMMANDS = {
    "verify": ("verify", "FILE"),
    "extract": ("extract", "FILE", "--output", "OUT"),
    "comments": ("comments", "FILE", "--brief", str(SECOND)),
    "diff": ("diff", "FILE", str(SECOND)),
    "returned": ("circulation", "returned", "FILE", "--archive", "OUT"),
}


def asked(name: str, path: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    words = [str(path) if word == "FILE" else str(path.with_name("out")) if word == "OUT" else word
             for word in COMMANDS[name]]  # fmt: skip
    return evibrief(*words, *options)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_opens_a_document_has_limits_and_leaves_nothing(
    name: str, document: bytes, tmp_path: Path, temporary: Path
) -> None:
    path = tmp_path / "theme.docx"
    path.write_bytes(with_theme(document, ENDLESS.encode()))
    run = asked(name, path, "--seconds", "6")  # by itself it would take days, and `asked` waits for minutes
    assert "Traceback" not in run.stderr
    assert list(temporary.iterdir()) == []
    shutil.rmtree(tmp_path / "out", ignore_errors=True)  # `extract` came to its end: it runs no theme
    for megabytes in ("28", "8"):  # the second is too little for the program itself
        little = asked(name, path, "--memory", megabytes)
        assert little.returncode == 1
        assert "error[limit]" in little.stderr, little.stderr
        assert "Traceback" not in little.stderr, little.stderr
        assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("whom", ["the command", "the process inside", "both"])
def test_a_killed_command_leaves_no_folder_and_no_process(
    whom: str, document: bytes, tmp_path: Path, temporary: Path
) -> None:
    path = tmp_path / "theme.docx"
    path.write_bytes(with_theme(document, ENDLESS.encode()))
    command = [sys.executable, "-m", "evibrief", "verify", str(path)]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    inside = wait_for(lambda: children(run.pid))[0]
    wait_for(lambda: list(temporary.rglob("brief.yaml")))  # it has begun
    for process in (*[run.pid] * (whom != "the process inside"), *[inside] * (whom != "the command")):
        os.kill(process, signal.SIGKILL)
    run.wait(20)
    wait_for(lambda: not is_running(inside))
    if whom == "both":  # nobody was left to tidy up; the next run does
        assert evibrief("verify", SECOND / "brief.yaml").returncode == 1
    wait_for(lambda: not list(temporary.iterdir()))


def wait_for(what, seconds: float = 30):  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)
    return found


def is_running(process: int) -> bool:
    """Whether a process goes on. One that ended may be listed until somebody asks how."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    try:
        found = [Path(f"/proc/{process}/task/{task.name}/children").read_text()
                 for task in Path(f"/proc/{process}/task").iterdir()]  # fmt: skip
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(number) for text in found for number in text.split()]


def xref_bomb(size: int) -> bytes:
    """A PDF whose table of objects is packed, and unpacks to `size` bytes."""
    packed = bomb(size)
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 1 1]/Size %d/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
    body = head % (size // 3, len(packed)) + packed + b"\nendstream\nendobj\n"
    return body + b"startxref\n9\n%%EOF\n"


def many_nodes(document: bytes) -> bytes:
    return zipped(document, {f"customXml/item{number}.xml": b"<a>" + b"<b/>" * 11_000_000 + b"</a>"
                             for number in range(2, 6)})  # fmt: skip


def long_key(document: bytes) -> bytes:
    """References and citations with keys of hundreds of thousands of letters, none of which is another."""
    files = dict(carried_files(document, "x"))
    claims = next(path for path in files if path.startswith("claims/"))
    files[claims] = files[claims].replace(b"source: ", b"source: " + b"k" * 240_000, 1)
    files["references.json"] = files["references.json"].replace(b'"id": "', b'"id": "' + b"q" * 240_000)
    return zipped(document, {"customXml/item1.xml": carried_part(list(files.items()))})


def many_keys(document: bytes) -> bytes:
    files = dict(carried_files(document, "x"))
    files["ranking.yaml"] = b"".join(b"unknown%d: 1\n" % number for number in range(100_000))
    return zipped(document, {"customXml/item1.xml": carried_part(list(files.items()))})


@cache
def small_file(kind: str, document: bytes) -> bytes:
    return {
        "table of a PDF": lambda: xref_bomb(1500 * 2**20),
        "attachment": lambda: pdf_with({"brief.yaml": b""}, packed=bomb(2**30)),
        "nodes": lambda: many_nodes(document), "long key": lambda: long_key(document),
        "many keys": lambda: many_keys(document),
    }[kind]()  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("kind", ["table of a PDF", "attachment", "nodes", "long key", "many keys"])
def test_a_small_file_that_becomes_large_is_a_problem_soon(
    kind: str, name: str, document: bytes, tmp_path: Path
) -> None:
    data = small_file(kind, document)
    path = tmp_path / ("bomb.docx" if data.startswith(b"PK") else "bomb.pdf")
    path.write_bytes(data)
    assert len(data) < 4 * 2**20
    before = cpu_seconds()
    run = asked(name, path, "--memory", "1500")
    assert cpu_seconds() - before < 60
    assert run.returncode in (1, 4, 5) or (name in ("extract", "comments") and run.returncode == 0)
    assert "Traceback" not in run.stderr
    assert "error[bug]" not in run.stderr


# A list of retraction notices, which is a stranger's as well.

HEAD = f"{HEADER}\n".encode()
NOTICE = b"1,,,,,,,,,,6/25/2021 0:00,,0,,10.0000/example.1,0,Retraction,x,,,\n"
MANY = 150 * 2**20
"""Bytes: less than are read of any list, and many times what the limits below have room for when it is taken apart."""


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def larger_than_the_disk(path: Path) -> None:
    with path.open("wb") as file:
        file.write(HEAD)
        file.truncate(2**40)


def holding(head: bytes, piece: bytes, size: int = MANY) -> Callable[[Path], object]:
    """A file of about this size: the piece again and again. It is made when it is wanted."""
    return lambda path: path.write_bytes(head + piece * (size // len(piece)))


LISTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "one line": (holding(HEAD, b"a"), "larger than field limit"),
    "one line of cells": (holding(HEAD, b","), "error[limit]"),
    "a first line of cells": (holding(b"", b","), "error[limit]"),
    "quotes": (holding(HEAD, b'"'), "larger than field limit"),
    "quotes on many lines": (holding(HEAD + b'"', b'""\n'), "larger than field limit"),
    "a long cell": (holding(HEAD + b'1,"', b"a", 2**20), "larger than field limit"),
    "empty lines": (holding(HEAD, b"\n"), "error[limit]"),
    "notices of one paper": (holding(HEAD, NOTICE), "error[limit]"),
    "cells of many papers": (
        holding(HEAD, NOTICE.replace(b"10.0000/example.1", b"10.1111/a;" * 13_000)), "error[limit]"),
    "packed": (lambda path: path.write_bytes(gzip.compress(HEAD + b"\n" * MANY)), "this is not UTF-8 text"),
    "endless": (endless, "error[too-large]: the limit is 537 MB"),
    "a pipe that nobody writes to": (os.mkfifo, "error[limit]: this was stopped: it took longer than 4 seconds"),
    "larger than the disk": (larger_than_the_disk, "error[too-large]"),
}  # fmt: skip


def compared(folder: Path, path: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return evibrief("check", folder, "--retractions", path, "--seconds", "4", "--memory", "700", *options)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A brief with a report of an earlier check, which took no more than the limits that the bombs get."""
    place = tmp_path_factory.mktemp("checked")
    folder = Path(shutil.copytree(SECOND, place / "brief"))
    (place / "first.csv").write_bytes(HEAD + NOTICE.replace(b"example.1", b"another"))
    assert "error[limit]" not in compared(folder, place / "first.csv").stderr
    assert (folder / "retractions.yaml").is_file()
    return folder


@pytest.fixture
def brief(checked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checked, tmp_path / "brief"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_notices_that_takes_too_much_is_a_problem_and_leaves_nothing(
    name: str, brief: Path, tmp_path: Path, temporary: Path
) -> None:
    make, words = LISTS[name]
    make(path := tmp_path / "list.csv")
    before = {one: one.read_bytes() for one in brief.rglob("*") if one.is_file()}
    before_it = cpu_seconds()
    # A busy machine reads half a gigabyte in more than the few seconds that the others get.
    run = compared(brief, path, *(("--seconds", "120") if make is endless else ()))
    assert cpu_seconds() - before_it < 20
    assert (run.returncode, words in run.stderr, "Traceback" in run.stderr) == (1, True, False), run.stderr
    assert len(run.stderr) < 1000
    assert list(temporary.iterdir()) == []
    assert not still_running(str(path))
    assert {one: one.read_bytes() for one in brief.rglob("*") if one.is_file()} == before


def still_running(word: str) -> list[str]:
    """The command lines that have this word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [line for line in found if word in line]


@pytest.mark.parametrize("moment", ["as soon as the process inside is there", "while it reads"])
def test_a_killed_check_of_notices_leaves_no_folder_and_no_process(
    moment: str, brief: Path, tmp_path: Path, temporary: Path
) -> None:
    """Nothing in a file without end would ever end the process inside, were nobody there to do it from outside."""
    os.mkfifo(path := tmp_path / "list.csv")
    command = [sys.executable, "-m", "evibrief", "check", str(brief), "--retractions", str(path)]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    inside = wait_for(lambda: children(run.pid))[0]
    if moment == "while it reads":
        writing = wait_for(lambda: opened_to_write(path))
    run.send_signal(signal.SIGKILL)
    run.wait(20)
    try:
        wait_for(lambda: not is_running(inside) and not still_running(str(path)))
    finally:
        if is_running(inside):
            os.kill(inside, signal.SIGKILL)
    if moment == "while it reads":
        os.close(writing)
    evibrief("verify", SECOND / "brief.yaml")  # sweeps up where nobody was left to do it
    wait_for(lambda: not list(temporary.iterdir()))


def opened_to_write(path: Path) -> int:
    """The end of a pipe to write to, as soon as somebody reads from the other one; 0 until then."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return 0


def test_what_breaks_the_program_is_said_to_be_our_fault_and_is_no_verdict(tmp_path: Path) -> None:
    """An encrypted or damaged file is not such a case; nothing that is known is."""
    path = tmp_path / "page.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        written = io.BytesIO()
        pdf.save(written)
    path.write_bytes(written.getvalue())
    run = evibrief("verify", path)
    assert run.returncode == 1
    assert "error[bug]" not in run.stderr
