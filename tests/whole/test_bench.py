"""The parts of `make bench` on small input: what nobody runs every day must still run when somebody does."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import archives
import bench
import bench_many
import bench_peers
from bench_report import Report
from evibrief.archive.versions import file_faults
from evibrief.checks.load import load
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.read_folder import read_brief
from measured import measured
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
    bench_peers.keep_printed_page(str(SECOND), str(page))
    bench_peers.weasyprint_alone(str(page), str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_links_that_lead_nowhere_are_text_for_typst_and_a_picture_says_that_it_is_one() -> None:
    text = '= Title <there> #link(<there>)[kept] #link(<gone>)[text] #box(image("media/x.png")) image("y", alt: "Y")'
    assert bench_peers._without_faults(text) == (
        '= Title <there> #link(<there>)[kept] #[text] #box(image("media/x.png", alt: "A figure")) image("y", alt: "Y")'
    )


def test_memory_and_time_are_counted_over_what_a_command_starts() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(80_000_000); print(sum(x))'])"
    found = measured([sys.executable, "-c", code])
    assert found.memory > 80
    assert found.cpu > 0
    with pytest.raises(subprocess.CalledProcessError):
        measured([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_limit_that_is_missed_is_said_at_the_top_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.part("Part", "How it was done.")
    report.table(("what", "seconds"), [("a", "1.0")])
    report.ratio("a over b", 0.5, 0.6)
    report.ratio("c over d", 0.7, 0.6)
    report.ratio("efficiency", 0.8, least=0.85)
    page = report.page(date(2026, 11, 30))
    assert "named beside each. Not met: c over d, efficiency." in page
    assert "- a over b: **0.50** (at most 0.60: met)" in page
    assert "| a | 1.0 |" in page
    assert "30 November 2026" in page
    assert "c over d: 0.70 (at most 0.60: NOT MET)" in capsys.readouterr().out


def test_growth_is_measured_with_its_memory(tmp_path: Path) -> None:
    report = Report()
    bench.compare_sizes(tmp_path, report, {1: 1, 2: 1, 3: 1}, 12, "html")
    page = report.page(TODAY)
    assert "seconds per claim, 36 over 24 claims" in page
    assert "megabytes with 36 claims" in page


def test_an_archive_of_many_versions_is_sound_and_is_measured(kept: Path, tmp_path: Path) -> None:
    report = Report()
    bench_many.compare_archives(tmp_path, report, (1, 2), 3, kept)
    page = report.page(TODAY)
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == ["3", "6"]
    assert page.count("6 over 3 versions: **") == 6


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


def test_many_briefs_are_built_one_by_one_and_at_once(tmp_path: Path) -> None:
    report = Report()
    bench_many.compare_many_briefs(tmp_path, report, 2, "html")
    assert "- efficiency on two processors: **" in report.page(TODAY)
    assert hashes(tmp_path / "at-once") == hashes(tmp_path / "one-by-one")
