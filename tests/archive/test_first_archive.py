"""The archive that is part of the repository: whole, consistent, and the version before the evidence at hand."""

from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.archive.integrity import check_version
from evibrief.archive.opened import side_of
from evibrief.archive.since import changes_since
from evibrief.archive.versions import last_version, versions
from evibrief.formats.manifest import evidence_files
from evibrief.rating.diff import compare, risen

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT / "archive"
FIRST = ROOT / "data" / "ketamine-mecfs"
KEPT = versions(ARCHIVE)


def test_the_first_brief_is_there_as_stated_as_corrected_and_as_read_again() -> None:
    assert [(one.version, one.state) for one in KEPT if one.id == "ketamine-mecfs"] == [
        ("0.3.0", "current"),
        ("0.2.0", "superseded"),
        ("0.1.0", "superseded"),
    ]


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: f"{one.id}-{one.version}")
def test_every_file_is_as_the_manifest_names_it(kept) -> None:  # type: ignore[no-untyped-def]
    assert check_version(ARCHIVE / kept.folder) == []


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_the_latest_document_carries_its_evidence_unaltered(kind: str) -> None:
    """The code goes on; what is kept stays as it was set. So it is identical, or the tools differ; never altered."""
    run = evibrief("verify", ARCHIVE / "ketamine-mecfs" / f"latest.{kind}")
    assert run.returncode in (0, 3, 5), run.stdout
    assert "ALTERED" not in run.stdout


def test_the_first_version_states_and_judges_nothing() -> None:
    old = side_of(ARCHIVE / "ketamine-mecfs" / "2026-11-23_v0.1.0" / "evidence")
    assert len(old.brief.all_claims) == 144
    assert {claim.status for claim in old.brief.all_claims} == {"unexamined"}
    assert not any(claim.evidence for claim in old.brief.all_claims)
    assert old.findings.ratings is None


def test_the_evidence_at_hand_is_the_last_version_or_a_later_one() -> None:
    side = side_of(FIRST)
    kept = [one for one in KEPT if one.id == "ketamine-mecfs"]
    same = [one for one in kept if one.version == side.brief.brief.version]
    assert same or risen(kept[0].version, side.brief.brief.version)
    for one in same:
        assert evidence_files(FIRST, "plausibility-2") == evidence_files(ARCHIVE / one.folder / "evidence")


def test_what_changed_is_what_the_brief_tells() -> None:
    side = side_of(FIRST)
    last = last_version(side.brief, ARCHIVE)
    assert last is not None
    changes = compare(side_of(ARCHIVE / last.folder / "evidence"), side)
    assert len(changes) > 100
    assert {change.kind for change in changes} >= {"bottom line", "tier", "support", "evidence added"}
    wanted = changes_since(side_of(FIRST), ARCHIVE)
    assert wanted is not None
    assert side.brief.since is not None
    assert side.brief.since.summary == wanted["summary"]
    assert [one.record for one in side.brief.since.changes] == [one["record"] for one in wanted["changes"]]
