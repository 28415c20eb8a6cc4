"""What tables say: every study in the column in which it counts, and what is said about a dose beside it."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.rating.findings import Findings, derive
from evibrief.rating.values import fill, values_of
from evibrief.sections import cells, limitations, phases, summary
from evibrief.sections.blocks import Bullets, Heading, Line, Table

ROOT = Path(__file__).parents[2]
BRIEFS = [ROOT / "data" / "ketamine-mecfs", ROOT / "tests" / "briefs" / "blue-glass",
          ROOT / "tests" / "briefs" / "ldn"]  # fmt: skip


@cache
def known(folder: Path) -> tuple[Brief, Findings]:
    brief = load(folder).brief
    return brief, derive(brief)


def keys(lines: Iterable[Line], quiet: bool) -> list[str]:
    """The studies that lines name: those that count, or those that are only told."""
    told = (line.prose for line in lines if (line.style == "muted") == quiet)
    return [key for text in told for key in re.findall(r"\[@([^\]]*)\]", text)]


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_a_column_names_as_counted_what_is_counted_and_each_study_once(folder: Path) -> None:
    _, findings = known(folder)
    assert findings.ratings
    rated = (*findings.ratings.links, *findings.ratings.statements)
    assert len(rated) > 3
    seen_quiet = 0
    for name in rated:
        tally, support = findings.tally(name), {**findings.links, **findings.statements}[name]
        every: list[str] = []
        for lines, column in (
            (cells.side_lines(tally.supporting, findings), tally.supporting),
            (cells.side_lines(tally.against, findings), tally.against),
            (cells.unclear_lines(tally, findings), tally.inconclusive),
        ):
            assert keys(lines, quiet=False) == [unit for item in column.items for unit in item], name
            every += keys(lines, quiet=False) + keys(lines, quiet=True)
            seen_quiet += len(keys(lines, quiet=True))
        assert len(every) == len(set(every)), name
        assert {*support.supporting, *support.contradicting, *support.mixed} <= set(every), name
    assert seen_quiet > 0


def test_a_retracted_study_is_marked_wherever_it_is_named() -> None:
    _, findings = known(BRIEFS[1])
    retracted = [key for key in findings.references if findings.standings.get(key) == "retracted"]
    assert retracted
    for key, line in zip(retracted, cells.study_lines(retracted, findings), strict=True):
        assert f"(RETRACTED) [@{key}]" in line.prose


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_what_is_said_about_a_dose_stands_beside_it_in_the_summary(folder: Path) -> None:
    brief, findings = known(folder)
    rows = [row for block in summary.summary(brief, findings) if isinstance(block, Table) for group in block.groups
            for row in group]  # fmt: skip
    told = {tuple(line.text for line in row.cells[0].lines) for row in rows}
    assert brief.doses.people
    for dose in brief.doses.people:
        assert any(dose.label in lines for lines in told), dose.id


def test_a_value_in_a_claim_is_put_in_wherever_the_claim_is_printed() -> None:
    brief, findings = known(BRIEFS[1])
    (name,) = brief.phases[0].claims
    groups = tuple(
        group.model_copy(update={"claims": tuple(
            claim.model_copy(update={"text": "Seen in {muster2019.n} people."}) if claim.id == name else claim
            for claim in group.claims
        )}) for group in brief.claims
    )  # fmt: skip
    written = brief.model_copy(update={"claims": groups})
    filled = fill(written, values_of(written, findings))
    (block,) = (one for one in phases.phases(filled, derive(filled)) if isinstance(one, Table) and name in str(one))
    assert "Seen in 24 people." in str(block)


@pytest.mark.parametrize("folder", BRIEFS[1:], ids=lambda folder: folder.name)
def test_the_summary_names_every_statement_without_a_tier(folder: Path) -> None:
    brief, findings = known(folder)
    blocks = list(summary.summary(brief, findings))
    (at,) = (at for at, one in enumerate(blocks) if isinstance(one, Heading) and one.anchor == "summary_not_rated")
    listed = blocks[at + 1]
    assert isinstance(listed, Bullets)
    others = [one.text for one in brief.ranking.statements if one.kind != "reason"]
    assert others
    assert [entry[0].prose.partition(". ")[2] for entry in listed.entries] == others


def test_a_reader_learns_which_publications_are_of_the_same_people_and_what_a_review_contains() -> None:
    brief, findings = known(BRIEFS[2])
    (block,) = (one for one in limitations.limitations(brief, findings) if isinstance(one, Table)
                and one.columns[0].heading == findings.words.columns.reference)  # fmt: skip
    told = {row.cells[0].lines[0].prose.rpartition("@")[2].rstrip("]"): [line.text for line in row.cells[1].lines]
            for group in block.groups for row in group}  # fmt: skip
    contained = {study.reference for study in brief.studies if study.includes}
    assert contained == {key for key, lines in told.items() if any("It contains " in line for line in lines)}
    same = {key for key, lines in told.items() if any("counted as one study" in line for line in lines)}
    assert same == {"bruun2024", "bruunEffectNaltrexoneSpinal2025"}
