"""What differs from machine to machine changes nothing: locale, home, temporary folder, umask, closed streams."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared import Shared

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
# As a bare process has it; Python is told to keep to the locale, which knows ASCII alone.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def bare(*words: str | Path, folder: Path, shell: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run evibrief with these settings of the environment and no others; `shell` is added to the command."""
    given = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "src"), **environment}
    program = ("/bin/sh", "-c", f'"$@" {shell}', "sh", sys.executable, "-m", "evibrief")
    command = [os.fsencode(word) for word in (*program, *words)]
    return subprocess.run(command, capture_output=True, check=False, cwd=folder, env=given, timeout=120)


def documents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name[0] != "."}


@pytest.fixture(scope="module")
def usual(shared: Shared) -> dict[str, bytes]:
    """As a process built them that had drawn and printed much before."""
    return {path.name: path.read_bytes() for path in shared.documents(SECOND).values()}


@pytest.mark.parametrize(
    "environment",
    # Settings that have nothing to do with each other go together: what either of them changes is seen.
    [{**ASCII, "HOME": "relative", "TZ": "UTC", "PYTHONHASHSEED": "0"},
     {"LANG": "C", "HOME": "", "TMPDIR": "/nonexistent", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"},
     {"LANG": "no_SUCH.locale", "HOME": "/proc"}],
    ids=str,
)  # fmt: skip
def test_the_documents_are_the_same_in_every_environment(
    environment: dict[str, str], usual: dict[str, bytes], tmp_path: Path
) -> None:
    """And in another folder, by a process that has drawn and printed nothing before."""
    folder = shutil.copytree(SECOND, tmp_path / "elsewhere" / SECOND.name)
    done = bare("build", folder, "--output", "out", folder=tmp_path, **environment)
    told = b"evibrief: 3 warnings, and the build goes on; `evibrief check` shows them\n"
    assert (done.returncode, done.stderr) == (0, told)
    assert len(usual) == 3
    assert documents(tmp_path / "out") == usual
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "out"}


@pytest.mark.parametrize("environment", [ASCII, {"LC_ALL": "C.UTF-8"}], ids=str)
@pytest.mark.parametrize("name", ["brîef α b".encode(), b"br\xff"])
def test_a_folder_may_have_any_name(name: bytes, environment: dict[str, str], tmp_path: Path) -> None:
    if sys.platform == "darwin" and b"\xff" in name:
        pytest.skip("macOS has no such names")
    folder = tmp_path / os.fsdecode(name)
    shutil.copytree(SECOND, folder)
    for _ in ("made", "up to date"):
        done = bare("build", folder, "--format", "html", "--output", "out", folder=tmp_path, **environment)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert b"up to date" in done.stdout


def test_what_is_written_can_be_read_by_others_or_not_as_the_umask_says(tmp_path: Path) -> None:
    command = f'umask 077; "{sys.executable}" -m evibrief build "{SECOND}" --format html --output "{tmp_path / "out"}"'
    given = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "src")}
    assert subprocess.run(("/bin/sh", "-c", command), capture_output=True, check=False, env=given).returncode == 0
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_traceback(closed: str, tmp_path: Path) -> None:
    done = bare("check", SECOND, folder=tmp_path, shell=closed)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert (b" warning" in done.stderr) is ("2>&-" not in closed)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full is Linux's")
@pytest.mark.parametrize("words", [("rules",), ("rules", "one-study"), ("check", SECOND)])  # much and little
def test_a_full_disk_behind_the_output_is_said(words: tuple[str | Path, ...], tmp_path: Path) -> None:
    done = bare(*words, folder=tmp_path, shell=">/dev/full")
    assert done.returncode == 1
    assert done.stderr.endswith(b"evibrief: No space left on device\n")
    assert (done.stderr.count(b"No space left"), b"Traceback" in done.stderr) == (1, False)


FINGERPRINTS = """
import sys
from pathlib import Path
from evibrief.build_cache import fingerprint_inputs
from evibrief.resources import tool_versions
print(*tool_versions("x"), fingerprint_inputs(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("place", ["build.py", "deep/er/thing.py"])
def test_every_file_of_the_program_counts(tmp_path: Path, place: str) -> None:
    """A document is out of date, and made by other code, wherever in the package a file has changed."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    told = []
    for _ in range(2):
        command = [sys.executable, "-c", FINGERPRINTS, str(ROOT / "tests/briefs/blue-glass")]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "src")}
        told.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split())
        changed = tmp_path / "src/evibrief" / place
        changed.parent.mkdir(parents=True, exist_ok=True)
        with changed.open("a") as file:
            file.write("# one more line\n")
    differing = [words for words in zip(*told, strict=True) if words[0] != words[1]]
    assert len(differing) == 2, "the hash of the code, and the fingerprint"
