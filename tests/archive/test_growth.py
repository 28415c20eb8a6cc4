"""How the work of `verify` grows with an archive. It is counted, not timed: twice the versions are twice the work.

A part of the work is the same for each archive. So three archives are verified, of 1, 2 and 4 times as many versions:
from the second to the third, twice as much is added as from the first to the second, or something grows faster.
"""

from dataclasses import astuple
from pathlib import Path

import pytest

from archives import slight_archive
from command import run_here as evibrief
from work import Work, work_of

GROWING = {"briefs": [(2, 18), (4, 18), (8, 18)], "versions": [(1, 30), (1, 60), (1, 120)]}
"""The briefs of each archive, and the versions of each brief."""
TWICE = 2.05
ABOUT_TWICE = 2.15
"""Where little is added: tables in memory grow in steps."""
ONE = Path("brief-000", "2026-01-01_v1.0.0")


@pytest.fixture(scope="module", params=GROWING)
def growing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three archives of more and more briefs, or of more and more versions; not to be changed."""
    folder = tmp_path_factory.mktemp(request.param)
    return [slight_archive(folder / f"{briefs}-{each}", briefs, each) for briefs, each in GROWING[request.param]]


def work_of_verifying(path: Path) -> Work:
    """What is loaded for it once is loaded before it is counted."""
    first = evibrief("verify", path)
    assert first.returncode in (0, 10), first.stdout
    return work_of(lambda: evibrief("verify", path))


def growth(works: list[Work]) -> list[float]:
    """How many times more is added by the second doubling than by the first, of each thing that is counted."""
    few, more, many = works
    return [last / first for last, first in zip(astuple(many - more), astuple(more - few), strict=True) if first]


def test_an_archive_takes_work_in_proportion_to_its_versions(growing: list[Path]) -> None:
    works = [work_of_verifying(archive) for archive in growing]
    assert len(growth(works)) == 3
    assert max(growth(works)) < TWICE


def test_a_version_takes_work_in_proportion_and_no_file_of_another_brief(growing: list[Path]) -> None:
    works = [work_of_verifying(archive / ONE) for archive in growing]
    assert max(growth(works)) < ABOUT_TWICE
    opened = {work.opened for work in works}
    assert len(opened) == (1 if (growing[0] / "brief-001").exists() else 3)
    assert works[0].opened < 4 * len(list(growing[0].glob("brief-000/*_v*/manifest.json")))
