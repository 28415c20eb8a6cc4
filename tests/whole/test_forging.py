"""No forgery is confirmed by the command that a reader runs: twenty of each format, every second one with a lie.

Two of each format are run as a reader runs them, the others in this process. `test_differences.py` holds every forgery
against the comparison, and `make fuzz` every one against the command.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from command import evibrief, run_here
from forging import PDF_FORGERIES, WORD_FORGERIES, lying
from shared import SECOND, Shared


@pytest.fixture(scope="module")
def honest(shared: Shared) -> dict[str, Path]:
    documents = shared.documents(SECOND, "summary")
    return {kind: documents[kind] for kind in ("pdf", "docx")}


@pytest.fixture(scope="module")
def forged(honest: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Forgeries as files, as they are and of a document that lies about its tools, in turn."""
    folder = tmp_path_factory.mktemp("forged")
    files = {}
    for kind, forgeries in (("pdf", PDF_FORGERIES), ("docx", WORD_FORGERIES)):
        data = honest[kind].read_bytes()
        chosen = sorted(forgeries)[:: len(forgeries) // 20][:20]
        for number, name in enumerate(chosen):
            path = files[f"{name} {kind}"] = folder / f"{name}.{kind}"
            path.write_bytes(forgeries[name].forge(lying(data) if number % 2 else data))
    return files


def test_no_forgery_is_confirmed(forged: dict[str, Path]) -> None:
    assert len(forged) == 40
    apart = dict(list(forged.items())[::13])  # of each format one without a lie and one with one
    assert Counter(path.suffix for path in apart.values()) == {".pdf": 2, ".docx": 2}
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        running = workers.map(lambda path: evibrief("verify", path), apart.values())
        runs = {name: run_here("verify", path) for name, path in forged.items() if name not in apart}
        runs |= dict(zip(apart, running, strict=True))
    assert len(runs) == 40
    codes = Counter(run.returncode for run in runs.values())
    assert {name: run.stdout for name, run in runs.items() if run.returncode in (0, 3)} == {}, codes
    assert set(codes) <= {1, 4, 5}, codes
    assert [name for name, run in runs.items() if "Traceback" in run.stderr] == []


def test_honest_documents_are_confirmed(honest: dict[str, Path], tmp_path: Path) -> None:
    """So that the test above does not pass because nothing is ever confirmed."""
    for kind, path in honest.items():
        assert evibrief("verify", path).returncode == 0
        other = tmp_path / f"other.{kind}"
        other.write_bytes(lying(path.read_bytes()))
        assert run_here("verify", other).returncode == 3
