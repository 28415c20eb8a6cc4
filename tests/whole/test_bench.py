"""The parts of `make bench` on small input: what nobody runs every day must still run when somebody does."""

import json
from datetime import date
from pathlib import Path

import pytest

import archives
import bench
import bench_many
from evibrief.archive.versions import file_faults
from evibrief.checks.load import load
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.read_folder import read_brief
from shared import Shared, hashes

SECOND = bench.ROOT / "tests" / "briefs" / "blue-glass"
TODAY = date(2026, 3, 2)


@pytest.fixture
def kept(shared: Shared) -> Path:
    """A version that was archived for real."""
    return next((shared.archive() / "blue-glass").glob("*_v*"))


def test_the_generated_brief_has_as_many_claims_as_asked_and_no_errors(tmp_path: Path) -> None:
    briefs = {count: load(bench.generate(tmp_path / str(count), count), TODAY).brief for count in (36, 72)}
    few, many = (len(list(brief.all_claims)) for brief in briefs.values())
    assert many - few == 36


def test_the_page_that_is_measured_can_be_printed(tmp_path: Path) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    bench.keep_printed_page(str(SECOND), str(page))
    bench.weasyprint_alone(str(page), str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_an_archive_of_many_versions_is_sound_and_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    bench_many.compare_archives(tmp_path, lambda what, ratio, most: shown.append(what), (1, 2), 3)
    assert [line.partition(":")[0].split() for line in capsys.readouterr().out.splitlines()] == [
        ["3", "versions", "of", "1", "briefs"], ["6", "versions", "of", "2", "briefs"]
    ]  # fmt: skip
    assert len(shown) == 6


def test_versions_that_are_made_up_have_the_hashes_of_what_they_are(kept: Path, tmp_path: Path) -> None:
    archive = archives.archive_of(tmp_path / "archive", kept, 2, 3)
    folders = sorted(archive.glob("*/*_v*"))
    assert len(folders) == 6
    for folder in folders:
        record = json.loads((folder / "manifest.json").read_text())
        tree = read_brief(folder / "evidence")[0].as_typed
        assert (record["evidence_sha256"], record["content_sha256"]) == (evidence_hash(tree), content_hash(tree, {}))
        assert file_faults(folder) == []
    assert len({json.loads((one / "manifest.json").read_text())["evidence_sha256"] for one in folders}) == 6


def test_many_briefs_are_built_one_by_one_and_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_many.compare_many_briefs(tmp_path, 2) > 0
    assert "(e) efficiency on two processors: " in capsys.readouterr().out
    assert hashes(tmp_path / "at-once") == hashes(tmp_path / "one-by-one")
