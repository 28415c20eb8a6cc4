"""The second process of a build: it changes no byte, what it fails to write is written here, and it never stays."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evibrief.build import build, compose
from evibrief.checks.load import load
from evibrief.formats import apart
from evibrief.formats.apart import Writes
from evibrief.formats.contract import Document, Format, Page
from evibrief.formats.html.format import WebPage
from evibrief.formats.registry import format_named
from evibrief.problems import Place, Problem, Problems
from evibrief.sections.figures.picture import Drawing, PaintedSheet

SECOND = Path(__file__).parents[1] / "briefs" / "blue-glass"


@pytest.fixture(scope="module")
def page() -> Page:
    return compose(load(SECOND), ()).page


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "processors", lambda: 2)


FORMATS = tuple(map(format_named, ("pdf", "docx", "html")))


def process_of(writers: Sequence[Writes]) -> apart.SecondProcess:
    last = writers[-1]
    assert isinstance(last, apart.WrittenApart)
    return last.second


def test_it_writes_the_same_bytes(page: Page) -> None:
    with apart.written_apart(FORMATS) as (pdf, *others):
        assert pdf == apart.WrittenHere(FORMATS[0], process_of(others))
        assert [one.name for one in others] == ["docx", "html"]
        written = process_of(others).made(page)
        assert [one.write(page) for one in others] == [written["docx"], written["html"]]
    assert tuple(written.values()) == compose(load(SECOND), ["docx", "html"]).documents


def drawings_of(page: Page) -> dict[str, Drawing]:
    """The drawings of a page, as nobody drew them."""
    figures = pickle.loads(pickle.dumps(page.view.figures))
    return {figure.anchor: figure.drawing for figure in figures}


def test_it_draws_what_the_first_format_shows_and_the_same(page: Page) -> None:
    there, here = drawings_of(page), drawings_of(page)
    assert len(there) >= 2
    with ThreadPoolExecutor(1) as worker, apart.written_apart(FORMATS) as writers:
        apart.draw_apart(writers, there, worker)
        process_of(writers).hand_over()
        assert [*process_of(writers).made(page)] == ["docx", "html"]
    assert {name: [*one.pictures] for name, one in there.items()} == {name: ["lettered"] for name in here}
    assert [one.lettered for one in there.values()] == [one.lettered for one in here.values()]


def test_nothing_is_drawn_twice(tmp_path: Path) -> None:
    """The first process of a build does not even load what draws; the second one draws for all formats."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom evibrief.build import build\nfrom evibrief.formats import apart\n"
        "apart.processors = lambda: 2\n"
        "[pdf, _] = build(Path(sys.argv[1]), Path(sys.argv[2]), ['pdf', 'html'])\n"
        "print('matplotlib' in sys.modules, pdf.path.read_bytes()[:5])"
    )
    command = [sys.executable, "-c", code, str(SECOND), str(tmp_path / "out")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False b'%PDF-'\n"


@pytest.mark.parametrize(("formats", "cores"), [(FORMATS[:1], 2), ((), 2), (FORMATS, 1)])
def test_without_others_or_a_second_processor_there_is_none(
    formats: Sequence[Format], cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "processors", lambda: cores)
    with apart.written_apart(formats) as writers:
        assert writers == formats


@pytest.mark.parametrize("program", ["", None, "/no/such/python"])
def test_if_it_cannot_be_started_there_is_none(program: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with apart.written_apart(FORMATS) as writers:
        assert writers == FORMATS


def test_it_is_of_the_same_version_whatever_else_is_installed(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evibrief").mkdir()
    (tmp_path / "evibrief" / "__init__.py").write_text("raise SystemExit('another version')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with apart.written_apart(FORMATS) as writers:
        assert [*process_of(writers).made(page)] == ["docx", "html"]


def test_it_is_gone_when_nothing_is_asked_of_it() -> None:
    with apart.written_apart(FORMATS) as writers:
        run = process_of(writers)._run
        assert run.poll() is None
    assert run.returncode is not None


@pytest.mark.parametrize(
    "code",
    ["import os; os._exit(1)", "import sys; sys.stdout.buffer.write(b'\\x80\\x04X')", "print('Info: ready')",
     "print('cannot be\\nread \\x81')", "print('N.')"],
)  # fmt: skip
def test_what_it_does_not_write_is_written_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c \"{code}\"\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    made = build(SECOND, tmp_path / "out", ["pdf", "html"])
    assert [one.path.suffix for one in made] == [".pdf", ".html"]
    (wanted,) = compose(load(SECOND), ["html"]).documents
    assert made[1].path.read_bytes() == wanted.data


def test_what_it_does_not_draw_is_drawn_here(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings = drawings_of(page)
    drawings["figure_that_fails"] = Drawing(broken_sheet, 178.0, "")
    with ThreadPoolExecutor(1) as worker, apart.written_apart(FORMATS) as writers:
        apart.draw_apart(writers, drawings, worker)
        process_of(writers).hand_over()
        assert {*map(len, (one.pictures for one in drawings.values()))} == {0}
        assert process_of(writers).made(page) == {}
    assert all(one.lettered.startswith("<?xml") for name, one in drawings.items() if name != "figure_that_fails")


def test_what_could_not_be_sent_to_it_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with ThreadPoolExecutor(1) as worker, apart.written_apart(FORMATS) as writers:
        run = process_of(writers)._run
        run.wait()
        apart.draw_apart(writers, {}, worker)
        process_of(writers).hand_over()
    assert run.returncode == 1


def broken_sheet(form: str) -> PaintedSheet:
    raise ZeroDivisionError(form)


LEAVES = """
import subprocess, tempfile
def write_sent_page():
    print(tempfile.mkdtemp(), subprocess.Popen(["sleep", "600"]).pid, flush=True)
    import time; time.sleep(600)
"""


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_it_neither_a_program_nor_a_file(
    error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C reaches this process alone, and it may be in the midst of writing a Word document with pandoc."""
    (tmp_path / "evibrief" / "formats").mkdir(parents=True)
    for name, text in (("__init__", ""), ("formats/__init__", ""), ("formats/apart", LEAVES)):
        (tmp_path / "evibrief" / f"{name}.py").write_text(text)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(error), apart.written_apart(FORMATS) as writers:  # noqa: PT012 (it is raised in its midst)
        printed = process_of(writers)._run.stdout
        assert printed
        place, number = printed.readline().decode().split()
        assert Path(place).is_dir()
        raise error
    end = time.monotonic() + 60
    while _runs(int(number)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(int(number))
    assert (Path(place).exists(), [*tmp_path.glob("evibrief-*")]) == (False, [])


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the system does not tell who is stopped")
def test_it_is_ended_once_somebody_stops_it(page: Page) -> None:
    with apart.written_apart(FORMATS) as writers:
        os.kill(process_of(writers)._run.pid, signal.SIGSTOP)
        assert process_of(writers).made(page) == {}


def test_ctrl_c_and_ctrl_z_are_for_this_process_alone() -> None:
    with apart.written_apart(FORMATS) as writers:
        assert os.getpgid(process_of(writers)._run.pid) != os.getpgid(0)


def test_an_error_of_what_it_writes_is_raised_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(Place("here"), "rule", "told")

    def refused(self: WebPage, page: Page) -> Document:
        raise Problems([problem])

    monkeypatch.setattr(WebPage, "write", refused)
    monkeypatch.setattr(apart.SecondProcess, "made", lambda second, page: {})
    with pytest.raises(Problems) as told:
        build(SECOND, tmp_path / "out", ["pdf", "html"])
    assert told.value.problems == (problem,)
    assert not (tmp_path / "out").exists()


def test_it_ends_with_a_build_that_is_killed(tmp_path: Path) -> None:
    """Its input ends with the build, and it waits for nothing else."""
    code = (
        "import os\nfrom evibrief.formats.apart import written_apart\n"
        "from evibrief.formats.registry import format_named\n"
        "with written_apart([format_named(name) for name in ('pdf', 'html')]) as writers:\n"
        "    print(writers[1].second._run.pid, flush=True)\n    os.kill(os.getpid(), 9)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == -9
    end = time.monotonic() + 300
    while _runs(int(run.stdout)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _runs(int(run.stdout))


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
