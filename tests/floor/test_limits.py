"""The limits of a process for strangers' files, each met; `test_apart` tries whole commands in them."""

import subprocess
import sys

import pytest

MEGABYTE = 2**20
ENTER = "from evibrief.sandbox import enter; enter(60, 300, 32, 1)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        # Memory that is only asked for takes no room yet, so that watching the process would not see it.
        (f"bytearray({400 * MEGABYTE})", "MemoryError"),
        ("[open('/dev/null') for _ in range(40)]", "Too many open files"),
        (f"import tempfile; tempfile.TemporaryFile().write(b'x' * {2 * MEGABYTE})", "File too large"),
    ],
)
def test_what_goes_beyond_a_limit_fails(code: str, said: str) -> None:
    run = subprocess.run([sys.executable, "-c", ENTER + code], capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode != 0
    assert said in run.stderr.splitlines()[-1]


def test_what_stays_within_them_works() -> None:
    code = f"bytearray({50 * MEGABYTE}); import tempfile; tempfile.TemporaryFile().write(b'x')"
    assert subprocess.run([sys.executable, "-c", ENTER + code], check=False, timeout=120).returncode == 0
