"""No forgery is confirmed: each one, with and without a lie about tools, through the command that a reader runs."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evibrief.build import build
from forging import PDF_FORGERIES, WORD_FORGERIES, lying
from test_cli import evibrief

BRIEF = Path(__file__).parent / "briefs" / "blue-glass"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = build(BRIEF, tmp_path_factory.mktemp("honest"), ["pdf", "docx"], layer="summary")
    return {document.path.suffix[1:]: document.path for document in written}


@pytest.fixture(scope="module")
def forged(honest: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every forgery as a file, each twice: as it is, and of a document that lies about its tools."""
    folder = tmp_path_factory.mktemp("forged")
    files = {}
    for kind, forgeries in (("pdf", PDF_FORGERIES), ("docx", WORD_FORGERIES)):
        data = honest[kind].read_bytes()
        for name, forgery in forgeries.items():
            for told, start in (("plain", data), ("lying", lying(data))):
                path = files[f"{name} {told}"] = folder / f"{name}-{told}.{kind}"
                path.write_bytes(forgery.forge(start))
    return files


def test_no_forgery_is_confirmed(forged: dict[str, Path]) -> None:
    assert len(forged) >= 160
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        runs = dict(zip(forged, workers.map(lambda path: evibrief("verify", path), forged.values()), strict=True))
    codes = Counter(run.returncode for run in runs.values())
    assert {name: run.stdout for name, run in runs.items() if run.returncode in (0, 3)} == {}, codes
    assert set(codes) <= {1, 4, 5}, codes
    assert [name for name, run in runs.items() if "Traceback" in run.stderr] == []
    print(f"{len(runs)} forgeries: {codes[0]} exit 0, {codes[3]} exit 3; {dict(sorted(codes.items()))}")


def test_honest_documents_are_confirmed(honest: dict[str, Path], tmp_path: Path) -> None:
    """So that the test above does not pass because nothing is ever confirmed."""
    for kind, path in honest.items():
        assert evibrief("verify", path).returncode == 0
        other = tmp_path / f"other.{kind}"
        other.write_bytes(lying(path.read_bytes()))
        assert evibrief("verify", other).returncode == 3
