"""The parts of `make bench` on small input: what nobody runs every day must still run when somebody does."""

from datetime import date
from pathlib import Path

import pytest

import bench
from evibrief.archive.keep import archive_version
from evibrief.checks.load import load

SECOND = bench.ROOT / "tests" / "briefs" / "blue-glass"
TODAY = date(2026, 3, 2)


def test_the_generated_brief_has_as_many_claims_as_asked_and_no_errors(tmp_path: Path) -> None:
    briefs = {count: load(bench.generate(tmp_path / str(count), count), TODAY).brief for count in (36, 72)}
    few, many = (len(list(brief.all_claims)) for brief in briefs.values())
    assert many - few == 36


def test_the_page_that_is_measured_can_be_printed(tmp_path: Path) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    bench.keep_printed_page(str(SECOND), str(page))
    bench.weasyprint_alone(str(page), str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_an_archive_of_copies_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = archive_version(SECOND, tmp_path / "once", TODAY).folder
    bench.ask_archive(str(bench.archive_of(tmp_path / "many", kept, 3)))
    assert len(capsys.readouterr().out.split()) == 4
