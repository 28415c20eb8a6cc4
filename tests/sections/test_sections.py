"""What tables say: every study in the column in which it counts, and what is said about a dose beside it."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Since, SinceChange
from evibrief.labels import phrases
from evibrief.rating.diff import compare
from evibrief.rating.findings import Findings, derive
from evibrief.rating.sides import Side
from evibrief.rating.values import fill, values_of
from evibrief.sections import (
    cells,
    changes,
    doses,
    evidence_tables,
    first_page,
    phases,
    references,
    summary,
    verification,
)
from evibrief.sections.blocks import Alone, Block, Bullets, Heading, Line, Paragraph, ReferenceList, Row, Table
from evibrief.sections.changes import MOST_ROWS
from evibrief.sections.compose import compose_view
from evibrief.sections.rating_lines import depends_lines, fall_lines

ROOT = Path(__file__).parents[2]
BRIEFS = [ROOT / "data" / "ketamine-mecfs", ROOT / "tests" / "briefs" / "blue-glass",
          ROOT / "tests" / "briefs" / "ldn"]  # fmt: skip


def rows_of(blocks: Iterable[Block]) -> list[Row]:
    """All rows of all tables, also of those that only a summary without sections has."""
    every = [part for one in blocks for part in (one.blocks if isinstance(one, Alone) else (one,))]
    return [row for one in every if isinstance(one, Table) for record in one.records for row in record.rows]


@cache
def known(folder: Path) -> tuple[Brief, Findings]:
    brief = load(folder).brief
    return brief, derive(brief)


def keys(lines: Iterable[Line]) -> list[str]:
    """The studies that lines name, in their order."""
    return [key for line in lines for key in re.findall(r"\[@([^\]]*)\]", line.prose)]


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_a_side_names_as_counted_what_is_counted_and_each_study_once(folder: Path) -> None:
    _, findings = known(folder)
    assert findings.ratings
    rated = (*findings.ratings.links, *findings.ratings.statements)
    assert len(rated) > 3
    names, uncounted = findings.words.columns, 0
    for name in rated:
        tally, support = findings.tally(name), {**findings.links, **findings.statements}[name]
        lines = cells.tally_lines(tally, findings)
        sides = ((names.studies_for, tally.supporting), (names.against, tally.against),
                 (names.inconclusive, tally.inconclusive))  # fmt: skip
        for side, column in sides:
            told = [line for line in lines if line.prose.startswith(f"**{side}:** ")]
            # Nothing for and nothing against is said; only nothing inconclusive is left out.
            assert len(told) == (side != names.inconclusive or bool(column.studies)), name
            assert keys(told) == [unit for item in column.items for unit in item] + list(column.through), name
            assert all(line.style == "" for line in told)
        context = [line for line in lines if line.style == "muted"]
        assert sorted(keys(context)) == sorted(one.unit for one in tally.context), name
        assert len(keys(lines)) == len(set(keys(lines))), name
        assert {*support.supporting, *support.contradicting, *support.mixed} <= set(keys(lines)), name
        uncounted += len(context)
    assert uncounted > 0


def test_a_retracted_study_is_marked_wherever_it_is_named() -> None:
    _, findings = known(BRIEFS[1])
    retracted = [key for key in findings.references if findings.standings.get(key) == "retracted"]
    assert retracted
    for key, line in zip(retracted, cells.study_lines(retracted, findings), strict=True):
        assert f"(RETRACTED) [@{key}]" in line.prose


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_what_is_said_about_a_dose_stands_beside_it_in_the_summary(folder: Path) -> None:
    brief, findings = known(folder)
    told = {tuple(line.text for line in row.cells[0].lines) for row in rows_of(summary.summary(brief, findings))}
    assert brief.doses.people
    for dose in brief.doses.people:
        assert any(dose.label in lines for lines in told), dose.id


def test_salt_and_doubt_stand_beside_an_amount_wherever_it_is_printed() -> None:
    """In the summary, in the table of doses, in a text that takes it from the data, and in what changed."""
    brief, findings = known(BRIEFS[1])
    dose = brief.doses.people[0].model_copy(update={"salt": "leaded", "doubtful": "The table has another number."})
    doubted = brief.model_copy(update={"doses": brief.doses.model_copy(update={"people": (dose,)})})
    derived = derive(doubted)
    amount = f"{phrases.amount(dose.amount)} (leaded; doubtful)"
    for blocks in (summary.summary(doubted, derived), doses.doses(doubted, derived)):
        lines = [line.text for row in rows_of(blocks) for line in row.cells[0].lines]
        assert [line for line in lines if phrases.amount(dose.amount) in line] == [amount]
    assert "The table has another number." in str(rows_of(doses.doses(doubted, derived)))
    assert values_of(doubted, derived)[f"{dose.id}.amount"] == amount
    before, after = Side(brief, findings), Side(doubted, derived)
    (change,) = [one for one in compare(before, after) if one.kind == "dose changed"]
    assert change.now.startswith(amount)
    assert not change.was.startswith(amount)


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
    (row,) = (one for one in rows_of(evidence_tables.evidence(filled, derive(filled))) if name in anchors(one))
    assert "Seen in 24 people." in str(row)
    # The phase does not tell the claim again: it leads to it by its number.
    (told,) = (str(one) for one in phases.phases(filled, derive(filled)) if f"(#{name})" in str(one))
    assert f"[{findings.numbers[name]}](#{name})" in told


def anchors(row: Row) -> list[str]:
    """The targets of links in a row."""
    return [line.anchor for cell in row.cells for line in cell.lines if line.anchor]


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
    (block,) = (one for one in references.references(brief, findings) if isinstance(one, ReferenceList))
    told = {note.key: [line.text for line in note.lines] for note in block.notes}
    contained = {study.reference for study in brief.studies if study.includes}
    assert contained == {key for key, lines in told.items() if any("It contains " in line for line in lines)}
    same = {key for key, lines in told.items() if any("counted as one study" in line for line in lines)}
    assert same == {"bruun2024", "bruunEffectNaltrexoneSpinal2025"}


def _changed(brief: Brief, number: int) -> Brief:
    """A brief in which so many wordings changed since the last version, spread over its claims, and one tier moved."""
    names = [claim.id for claim in brief.all_claims]
    reworded = [
        SinceChange(weight="patch", kind="wording", record=f"{names[at % len(names)]}, text", was=f"a{at}", now="b")
        for at in range(number)
    ]
    moved = SinceChange(weight="major", kind="tier", record="s1, computed", was="weak", now="medium")
    when = date(2026, 1, 1)
    since = Since.model_construct(
        version="0.0.1", date=when, evidence="0" * 64, summary="-", changes=(moved, *reworded)
    )
    return brief.model_copy(update={"since": since})


@pytest.mark.parametrize(("number", "listed"), [(MOST_ROWS, True), (MOST_ROWS + 1, False)])
def test_many_changes_are_told_in_numbers_and_conclusions_one_by_one(number: int, listed: bool) -> None:
    changed = _changed(known(BRIEFS[1])[0], number)
    assert changed.instrument
    word = {level.id: level.word for level in changed.instrument.tier.levels}
    blocks = list(changes.changes(changed, derive(changed)))
    told = [[line.text for cell in row.cells for line in cell.lines] for row in rows_of(blocks)]
    assert any(word["weak"] in row and word["medium"] in row for row in told)
    assert sum(f"a{at}" in row for at in range(number) for row in told) == (number if listed else 0)
    counted = [one.prose for one in blocks if isinstance(one, Paragraph) and f"wording ({number})" in one.prose]
    assert len(counted) == (0 if listed else 1)


def test_a_mark_stands_at_changed_claims_unless_most_of_them_changed() -> None:
    brief, _ = known(BRIEFS[1])
    third = len(brief.all_claims) // 3
    assert third > 1
    assert len(derive(_changed(brief, third)).changed) == third + 1
    assert derive(_changed(brief, third + 1)).changed == {}


@pytest.mark.slow
def test_a_signed_reason_keeps_its_citations() -> None:
    brief, _ = known(BRIEFS[1])
    signed = SimpleNamespace(record="s1", reason="It was not planned [@muster2019].", by="E. Example")
    record = brief.brief
    version = SimpleNamespace(version=record.version, date=record.date, text="Read *again*.", reasons=(signed,))
    changed = _changed(brief, 1).model_copy(update={"changes": (version,)})
    (moved, *_) = (one for one in changes.changes(changed, derive(changed)) if isinstance(one, Table))
    told = [line.prose for row in rows_of([moved]) for line in row.cells[-1].lines]
    assert told == ["It was not planned [@muster2019]. (E\\. Example)"]


def test_page_one_says_how_many_references_are_not_verified() -> None:
    for folder, said in ((BRIEFS[1], "Of 6 references, 3 are not fully verified."), (BRIEFS[2], None)):
        brief, findings = known(folder)
        told = [one.replace("\u00a0", " ") for one in first_page.page_one(brief, findings).counts]
        assert any("not fully verified" in one for one in told)
        assert said is None or said in told


def test_without_its_one_study_a_link_has_no_study_and_is_not_called_not_searched() -> None:
    _, findings = known(BRIEFS[2])
    assert findings.ratings
    scale, told = findings.ratings.instrument.judgement, []
    for link in findings.ratings.links.values():
        told += [line.prose for line in fall_lines(link.falls, scale, findings) if link.falls]
    assert any("no study without " in one for one in told)
    assert not any("searched" in one for one in told)


def test_what_rests_on_no_study_is_not_said_to_rest_on_more_than_one() -> None:
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for folder in BRIEFS:
        _, findings = known(folder)
        for rating in findings.ratings.statements.values() if findings.ratings else ():
            assert findings.ratings
            (line,) = depends_lines(rating, findings.ratings.instrument.tier, findings)
            told[bool(rating.tally.studies)].add(line.text or line.prose)
    assert told[False] == {"No study was counted."}
    assert told[True]
    assert told[True] & told[False] == set()


def test_nothing_is_said_of_the_tiers_of_no_statement() -> None:
    brief, _ = known(BRIEFS[2])
    without = brief.model_copy(update={"ranking": brief.ranking.model_copy(update={"statements": ()})})
    for one, said in ((brief, 1), (without, 0)):
        blocks = verification.verification(one, derive(one))
        bullets = next(block for block in blocks if isinstance(block, Bullets))
        lines = [line.text or line.prose for lines in bullets.entries for line in lines]
        assert len(lines) > said
        assert len([line for line in lines if "would fall" in line]) == said


def test_a_level_that_moved_is_told_in_its_word_and_a_reason_once() -> None:
    brief, _ = known(BRIEFS[2])
    changed = _changed(brief, 1)
    assert changed.since
    moved = [SinceChange(weight="major", kind="bottom line", record=f"bottom line, {field}", was="a", now=f"b {field}")
             for field in ("text", "certainty")]  # fmt: skip
    name = brief.mechanisms[0].id
    chain = SinceChange(weight="major", kind="certainty", record=name, was="very-low", now="unrecorded")
    since = changed.since.model_copy(update={"changes": (*moved, chain)})
    version = SimpleNamespace(version=brief.brief.version, date=brief.brief.date, text="Read again.", reasons=())
    changed = changed.model_copy(update={"since": since, "changes": (version,)})
    (table, *_) = (one for one in changes.changes(changed, derive(changed)) if isinstance(one, Table))
    rows = [[line.text or line.prose for cell in row.cells[1:] for line in cell.lines] for row in rows_of([table])]
    assert [row[-1].strip() for row in rows] == ["Read again.", "as above", "unknown"]
    assert rows[-1][:2] == ["Very low", "No study recorded"]


def test_a_signature_is_told_once_where_one_person_signed_every_reason() -> None:
    brief, _ = known(BRIEFS[2])
    one, two = (record.id for record in brief.mechanisms[:2])
    moved = tuple(SinceChange(weight="major", kind="certainty", record=name, was="a", now="b") for name in (one, two))
    changed = _changed(brief, 1)
    assert changed.since
    since = changed.since.model_copy(update={"changes": moved})
    for signers, below, beside in ((("A *Rater*",) * 2, 1, 0), (("A Rater", "B Rater"), 0, 2)):
        signed = zip((one, two), signers, strict=True)
        reasons = [SimpleNamespace(record=name, reason="Read.", by=by) for name, by in signed]
        version = SimpleNamespace(version=brief.brief.version, date=brief.brief.date, text="Read.", reasons=reasons)
        told = changed.model_copy(update={"since": since, "changes": (version,)})
        blocks = tuple(changes.changes(told, derive(told)))
        notes = [block.prose for block in blocks if isinstance(block, Paragraph) and "signed" in block.prose]
        cells = [line.prose for row in rows_of(blocks) for line in row.cells[-1].lines]
        assert len(notes) == below
        assert notes in ([], ["Each reason is signed: A \\*Rater\\*."])
        assert len([text for text in cells if "Rater" in text]) == beside


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_no_caption_repeats_the_heading_above_it(folder: Path) -> None:
    """A caption is read out, and is a line in Word's list of tables: it says what the table has."""
    brief, findings = known(folder)
    view = compose_view(brief, findings, "")
    seen = 0
    for page in view.sections:
        heading = page.title
        for block in page.blocks:
            heading = block.text if isinstance(block, Heading) else heading
            if isinstance(block, Table):
                seen += 1
                assert block.caption.partition(". ")[2] not in ("", heading)
    assert seen > 5


def test_what_is_ours_on_page_one_begins_with_a_capital() -> None:
    for folder in BRIEFS:
        brief, findings = known(folder)
        told = dict(first_page.judgements(brief, findings))
        if support := told.get(findings.words.facts.support):
            assert support[0].isupper(), folder
    assert support
