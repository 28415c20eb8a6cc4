"""What changed between two briefs: each kind of change alone, the weightiest first, nothing between one and itself."""

# ruff: noqa: E501  (an edit is a line of YAML, and those are as long as they are)

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from command import run_here as evibrief
from evibrief.archive.between import between
from evibrief.archive.keep import archive_version
from evibrief.archive.opened import side_of
from evibrief.archive.since import write_since
from evibrief.archive.standing import standing_of
from evibrief.archive.withdraw import withdraw_version
from evibrief.build import build
from evibrief.evidence.fields import Record
from evibrief.evidence.vocabulary import ChangeKind
from evibrief.labels.languages import english
from evibrief.problems import Problems
from evibrief.rating.diff import (
    Change,
    Weight,
    changes_as_json,
    changes_as_markdown,
    changes_as_text,
    compare,
    demanded,
    least_number,
    risen,
    summary_of_changes,
)
from evibrief.rating.findings import Findings, derive
from evibrief.rating.sides import Side
from shared import FIRST, SECOND, Shared
from test_archive import TODAY

LIGHT = "claims/01-light.yaml"
LIMITS = "claims/02-limits.yaml"
ADDED = """  - id: c12
    text: Yellow glass was tried.
    about: drug
    direction: neutral
    modality: asserted
    population: sailors
    status: stands
"""
DOSE = re.search(r"  - id: d_glass\n.*?(?=other:)", (SECOND / "doses.yaml").read_text(), re.DOTALL)
assert DOSE
RATS = re.search(r"- reference: rats2018\n.*?(?=- reference)", (SECOND / "studies.yaml").read_text(), re.DOTALL)
assert RATS

EDITS: dict[str, tuple[ChangeKind, str, list[tuple[str, str, str]]]] = {
    "bottom line": ("bottom line", "bottom line, text", [("brief.yaml", "and *nothing* follows", "and *little* follows")]),
    "tier": ("tier", "s2, computed", [("ranking.yaml", "claims: [c5]", "claims: [c5, c4]")]),
    "signed tier": ("tier", "s1, final", [("ranking.yaml", "{tier: weak, reason", "{tier: gap, reason")]),
    "certainty": ("certainty", "m_calm", [("mechanisms.yaml", "level: very-low", "level: low")]),
    "support": ("support", "m_calm", [("brief.yaml", "instrument: invented-1", "instrument: plausibility-2")]),
    "judgement": ("judgement", "k_light_4", [("mechanisms.yaml", "hay fever., claims: [c5]}", "hay fever., claims: [c4]}")]),
    "instrument": ("instrument", "methods", [("brief.yaml", "instrument: invented-1", "instrument: plausibility-1")]),
    "claim added": ("claim added", "c12", [(LIMITS, "  - id: c8\n", ADDED + "  - id: c8\n")]),
    "claim corrected": ("claim corrected", "c3", [(LIGHT, "study_type: opinion}\n    status: stands", "study_type: opinion}\n    status: corrected")]),
    "claim changed": ("claim changed", "c3", [(LIGHT, "study_type: opinion}\n    status: stands", "study_type: opinion}\n    status: contested")]),
    "evidence added": ("evidence added", "c2", [(LIGHT, "study_type: reasoning}\n    status: unsupported\n  - id: c3", "study_type: reasoning}\n    status: unsupported\n    evidence:\n      - {source: glassbook, role: context, basis: candidate, locator: p. 1, finding: It shines., population: nobody, exposure: none}\n  - id: c3")]),
    "evidence removed": ("evidence removed", "c1", [(LIGHT, "      - {source: glassbook, role: context, basis: candidate, locator: cover, finding: It is blue., population: nobody, exposure: none}\n", "")]),
    "evidence changed": ("evidence changed", "c1", [(LIGHT, "source: rats2018, role: mixed", "source: rats2018, role: context")]),
    "source retracted": ("source retracted", "muster2019", [("studies.yaml", "integrity: {state: none-known", "integrity: {state: retracted")]),
    "source added": ("source added", "spare1999", [("references.json", "[", '[{"id": "spare1999", "type": "book", "title": "Spare"},')]),
    "dose changed": ("dose changed", "d_glass", [("doses.yaml", "low: 0.5, high: 1.5", "low: 0.5, high: 2.5")]),
    "dose added": ("dose added", "d_more", [("doses.yaml", "other:", DOSE[0].replace("d_glass", "d_more") + "other:")]),
    "dose removed": ("dose removed", "d_glass", [("doses.yaml", "people:\n" + DOSE[0], "")]),
    "record added": ("record added", "h_more", [("harms.yaml", "- id: h_heat", "- id: h_more\n  effect: Cold.\n  population: asthma\n  evidence:\n    - {source: lamppage, role: supports, basis: candidate, locator: top, finding: Cold., population: nobody, exposure: none}\n- id: h_heat")]),
    "rank moved": ("rank moved", "s2", [("ranking.yaml", "  - {id: s2, text: Blue glass gives better sleep., stated: medium, claims: [c5]}\n", ""), ("ranking.yaml", "closing:", "  - {id: s2, text: Blue glass gives better sleep., stated: medium, claims: [c5]}\nclosing:")]),
    "claim reworded": ("claim reworded", "c3, text", [(LIGHT, "Sailors wear blue glass against the sun.", "Sailors wore it.")]),
    "source changed": ("source changed", "muster2019, title", [("references.json", '"title": "', '"title": "Another: ')]),
    "value changed": ("value changed", "muster2019, n", [("studies.yaml", "n: 24", "n: 25")]),
    "order changed": ("order changed", "brief, studies", [("studies.yaml", RATS[0], ""), ("studies.yaml", "- reference: muster2019", RATS[0] + "- reference: muster2019")]),
    "wording": ("wording", "m_calm, summary", [("mechanisms.yaml", "Nothing is known of it.", "Nobody knows of it.")]),
}  # fmt: skip
# Told by the same edits read backwards.
BACKWARDS = {"claim removed": "claim added", "source removed": "source added", "record removed": "record added"}


@pytest.fixture
def archive(shared: Shared, tmp_path: Path) -> Path:
    """An archive with the brief in it, which a test may change."""
    return Path(shutil.copytree(shared.archive(), tmp_path / "archive"))


def edited(target: Path, edits: list[tuple[str, str, str]]) -> Path:
    if not target.exists():
        shutil.copytree(SECOND, target)
    for name, old, new in edits:
        text = (target / name).read_text()
        assert old in text, (name, old)
        (target / name).write_text(text.replace(old, new, 1))
    return target


def changes_between(old: Path, new: Path) -> tuple[Change, ...]:
    return compare(side_of(old), side_of(new))


@pytest.mark.parametrize("name", EDITS)
def test_each_kind_of_change_is_told_with_its_record(name: str, tmp_path: Path) -> None:
    kind, record, edits = EDITS[name]
    changes = changes_between(SECOND, edited(tmp_path / "new", edits))
    assert (kind, record) in {(change.kind, change.record) for change in changes}
    back = changes_between(tmp_path / "new", SECOND)
    assert len(back) >= 1
    for removed, added in BACKWARDS.items():
        if kind == added:
            assert (removed, record) in {(change.kind, change.record) for change in back}


def test_a_corrected_reference_is_told_once(tmp_path: Path) -> None:
    changes = changes_between(SECOND, edited(tmp_path / "new", EDITS["source changed"][2]))
    assert [(change.kind, change.record) for change in changes] == [("source changed", "muster2019, title")]


def test_the_order_of_a_list_inside_a_record_is_told(tmp_path: Path) -> None:
    lines = (SECOND / LIGHT).read_text().splitlines(keepends=True)
    at = next(index for index, line in enumerate(lines) if "source: muster2019" in line)
    first, second = lines[at], lines[at + 1]
    new = edited(tmp_path / "new", [(LIGHT, first + second, second + first)])
    changes = changes_between(SECOND, new)
    assert [(change.kind, change.record) for change in changes] == [("order changed", "c1, evidence")]


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _, _ in EDITS.values()} | set(BACKWARDS) == set(get_args(ChangeKind))


@pytest.mark.parametrize("folder", [FIRST, SECOND], ids=["first", "second"])
def test_nothing_changed_between_a_brief_and_itself(folder: Path) -> None:
    changes = changes_between(folder, folder)
    assert changes == ()
    assert demanded(changes) is None
    assert summary_of_changes(changes, english()).startswith("Conclusions unchanged")


def test_the_number_of_conclusions_is_that_of_their_lists(tmp_path: Path) -> None:
    """The text and the plausibility of a bottom line are two; a tier, computed and final, is one if both moved alike."""
    edits = [*EDITS["bottom line"][2], *EDITS["tier"][2], ("brief.yaml", "plausibility: ", "plausibility: still ")]
    old, new = side_of(SECOND), side_of(edited(tmp_path / "new", edits))
    changes = compare(old, new)
    records = [change.record for change in changes if change.weight == "major"]
    assert records == ["bottom line, text", "bottom line, plausibility", "s2, final", "s2, computed"]
    told = between(old, new)
    assert len(told.conclusions) == 3
    assert told.summary.startswith("3\u00a0conclusions moved;")
    assert summary_of_changes(changes, english()) == told.summary


def test_several_edits_are_all_told_and_the_weightiest_comes_first(tmp_path: Path) -> None:
    names = ("wording", "evidence changed", "bottom line")
    new = edited(tmp_path / "new", [edit for name in names for edit in EDITS[name][2]])
    changes = changes_between(SECOND, new)
    assert {EDITS[name][0] for name in names} <= {change.kind for change in changes}
    weights = [change.weight for change in changes]
    assert weights == sorted(weights, key=["major", "minor", "patch"].index)
    assert demanded(changes) == "major"
    assert changes_as_text(changes).startswith("1\u00a0conclusion moved")


def test_the_two_tiers_of_a_statement_are_one_conclusion() -> None:
    both = [Change("major", "tier", f"s1, {which}", "weak", "gap") for which in ("final", "computed")]
    other = Change("major", "bottom line", "bottom line, text", "a", "b")
    told = [summary_of_changes(changes, english()) for changes in (both, [*both, other])]
    assert [one.split(";")[0] for one in told] == [english().counts.conclusion_moved(number) for number in (1, 2)]


def test_evidence_that_changed_is_told_once(tmp_path: Path) -> None:
    changes = changes_between(SECOND, edited(tmp_path / "new", EDITS["evidence changed"][2]))
    mine = [(change.kind, change.record) for change in changes if change.record.split(",")[0] == "c1"]
    assert mine == [("evidence changed", "c1")]


def test_a_text_that_prints_the_same_is_told_as_it_was_typed(tmp_path: Path) -> None:
    typed = [edited(tmp_path / str(at), [("brief.yaml", "One invented trial", f"An invented trial of {number} people")])
             for at, number in enumerate(("24", "{muster2019.n}"))]  # fmt: skip
    (change,) = changes_between(*typed)
    assert ("of 24 people" in change.was, "of {muster2019.n} people" in change.now) == (True, True)


def test_nothing_in_the_evidence_is_markup_or_a_line_of_its_own_in_a_mail() -> None:
    hostile = "<b>[a](b)</b> *c* _d_ `e` ![f](g) | ~h~ & #i\n- j"
    (line,) = changes_as_markdown([Change("patch", "wording", hostile, hostile, hostile)]).splitlines()[2:]
    told = line.replace("- *patch* **", "").replace("**, wording:", "")
    assert told.count(r"\<b\>") == 3
    assert re.findall(r"(?<!\\)[`*_\[\]<>!|~&#]", told) == []


def test_a_contradiction_that_is_set_aside_is_a_change_of_evidence(tmp_path: Path) -> None:
    """It counts on neither side from then on, so it is more than wording, and the note alone is wording."""
    there = "locator: p. 1, finding: No change., population: asthma, exposure: intervention"
    first = edited(tmp_path / "first", [(LIGHT, there, there + ", resolved: It was another drug.")])
    told = [one for one in changes_between(SECOND, first) if one.kind == "evidence changed"]
    assert [(one.weight, one.record, one.was, one.now) for one in told] == [
        ("minor", "c1", "retracted2021 contradicts (asthma)", "retracted2021 contradicts, resolved (asthma)")
    ]
    second = edited(tmp_path / "second", [(LIGHT, there, there + ", resolved: It was quite another drug.")])
    assert {one.weight for one in changes_between(first, second)} == {"patch"}


def test_a_renamed_record_is_the_same_record(tmp_path: Path) -> None:
    new = edited(
        tmp_path / "new",
        [
            (LIMITS, "  - id: c7\n", "  - id: c70\n    replaces: [c7]\n"),
            *((name, "c7", "c70") for name in ("limitations.yaml",) if "c7" in (SECOND / name).read_text()),
        ],
    )
    kinds = {change.kind for change in changes_between(SECOND, new)}
    assert "claim added" not in kinds
    assert "claim removed" not in kinds


def test_for_people_and_for_machines(tmp_path: Path) -> None:
    new = edited(tmp_path / "new", EDITS["signed tier"][2])
    changes = changes_between(SECOND, new)
    record = json.loads(changes_as_json(changes))
    assert record["demands"] == "major"
    assert record["changes"][0]["record"] == "s1, final"
    assert "weak → gap" in changes_as_markdown(changes)
    run = evibrief("diff", SECOND, new)
    assert run.returncode == 0
    assert "s1, final: tier: weak → gap (reason: One study only" in run.stdout


def test_machines_get_the_counts_beside_the_levels(tmp_path: Path) -> None:
    new = edited(tmp_path / "new", [(LIGHT, "role: supports", "role: contradicts")])
    record = json.loads(evibrief("diff", SECOND, new, "--format", "json").stdout)
    told = {one["record"]: one for one in record["tallies"]}
    before, after = (side_of(folder).findings for folder in (SECOND, new))
    assert before.ratings
    names = (*before.statements, *before.links)
    assert {name for name in names if columns(before, name) != columns(after, name)} == set(told) != set()
    for name, one in told.items():
        for side, findings in (("was", before), ("now", after)):
            assert [one[side][column] for column in ("level", "for", "against", "inconclusive")] == columns(findings, name)
    assert any(one["was"]["against"] < one["now"]["against"] for one in told.values())
    assert json.loads(evibrief("diff", SECOND, SECOND, "--format", "json").stdout)["tallies"] == []


def columns(findings: Findings, name: str) -> list[str | int]:
    assert findings.ratings
    levels: dict[str, str] = {one: rating.final for one, rating in findings.ratings.statements.items()}
    levels |= {one: rating.judgement for one, rating in findings.ratings.links.items()}
    tally = findings.tally(name)
    return [levels[name], *(len(column.items) for column in (tally.supporting, tally.against, tally.inconclusive))]


def test_a_statement_that_came_or_went_has_no_counts_before_or_after(tmp_path: Path) -> None:
    statement = re.search(r"  - \{id: s2, .*\n", (SECOND / "ranking.yaml").read_text())
    assert statement
    new = edited(tmp_path / "new", [("ranking.yaml", statement[0], "")])
    for old, later, side in ((SECOND, new, "now"), (new, SECOND, "was")):
        record = json.loads(evibrief("diff", old, later, "--format", "json").stdout)
        (one,) = [one for one in record["tallies"] if one["record"] == "s2"]
        assert [one[where] is None for where in ("was", "now")] == [side == "was", side == "now"]


@pytest.mark.slow
def test_documents_and_revisions_can_be_compared(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    folder = edited(repository / "data" / "blue-glass", [])
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    edited(folder, EDITS["wording"][2])
    run = evibrief("diff", "HEAD:data/blue-glass", "data/blue-glass", folder=repository)
    assert (run.returncode, run.stderr) == (0, "")
    assert "m_calm, summary: wording" in run.stdout
    built = evibrief("build", folder, "--format", "docx", "--output", tmp_path / "out", "--layer", "page")
    assert built.returncode == 0
    document = next((tmp_path / "out").glob("*.docx"))
    assert "Conclusions unchanged; no change of evidence, no change" in evibrief("diff", document, folder).stdout
    assert evibrief("diff", "HEAD:data/nothing", folder, folder=repository).returncode == 1
    assert evibrief("diff", tmp_path / "nowhere", folder).returncode == 1


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [("1.2.3", "2.0.0", "major"), ("1.2.3", "1.3.0", "minor"), ("1.2.3", "1.2.4", "patch"), ("1.9.0", "1.10.0", "minor"),
     ("1.2.3", "1.2.3", None), ("1.2.3", "1.2.2", None),
     ("0.1.0", "0.2.0", "major"), ("0.1.0", "0.1.1", "patch"), ("0.9.0", "1.0.0", "major")],
)  # fmt: skip
def test_which_part_of_a_number_rose(old: str, new: str, part: str | None) -> None:
    assert risen(old, new) == part


def numbered(folder: Path, version: str) -> Path:
    return edited(
        folder,
        [
            ("brief.yaml", "version: 1.2.0\ndate: 2026-03-01", f"version: {version}\ndate: 2026-04-01"),
            ("changes.yaml", "1.2.0", version),
        ],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "version", "fits"),
    [("wording", "1.2.1", True), ("evidence changed", "1.2.1", False), ("evidence changed", "1.3.0", True),
     ("bottom line", "1.3.0", False), ("bottom line", "2.0.0", True), ("wording", "1.1.9", False)],
)  # fmt: skip
def test_a_number_smaller_than_the_change_is_refused(name: str, version: str, fits: bool, archive: Path, shared: Shared, tmp_path: Path) -> None:
    folder = numbered(edited(tmp_path / "new" / "blue-glass", EDITS[name][2]), version)
    write_since(folder, archive)
    if fits:
        assert shared.archive_version(folder, archive, TODAY).fresh
        return
    with pytest.raises(Problems) as caught:
        archive_version(folder, archive, TODAY)
    assert {problem.rule for problem in caught.value.problems} == {"version-too-small"}
    assert [path.name for path in (archive / "blue-glass").glob("*_v*")] == ["2026-03-01_v1.2.0"]


def test_what_is_told_of_a_change_has_the_values_of_the_data(archive: Path, shared: Shared, tmp_path: Path) -> None:
    edits = [
        ("brief.yaml", "One invented trial", "An invented trial of {muster2019.n} people"),
        ("changes.yaml", "A trial was retracted.", "'Now {muster2019.n} people.'"),
    ]
    folder = numbered(edited(tmp_path / "new" / "blue-glass", edits), "2.0.0")
    since = write_since(folder, archive)
    assert since
    told = [evibrief("diff", folder, "--archive", archive, *how).stdout for how in ((), ("--format", "json"))]
    for text in (since.read_text(), *told):
        assert "An invented trial of 24 people" in " ".join(text.split())
        assert "{muster2019" not in text
    shared.archive_version(folder, archive, TODAY)
    for name in ("index.json", "index.html", "feed.atom"):
        text = (archive / name).read_text()
        assert ("Now 24 people." in text, "{muster2019" in text) == (True, False), name


@pytest.mark.slow
def test_verify_says_whether_a_version_still_stands(archive: Path, shared: Shared, tmp_path: Path) -> None:
    place = archive / "blue-glass" / "2026-03-01_v1.2.0"
    assert "\ncurrent: no later version is in this archive\n" in evibrief("verify", place).stdout
    shutil.copytree(place, tmp_path / "alone")
    assert "it is not known whether it is still current, or who signed it" in evibrief("verify", tmp_path / "alone").stdout
    later = numbered(edited(tmp_path / "new" / "blue-glass", EDITS["bottom line"][2]), "2.0.0")
    write_since(later, archive)
    shared.archive_version(later, archive, TODAY)
    assert "\nSUPERSEDED: the current version is 2.0.0 of 2026-04-01\n" in evibrief("verify", place).stdout
    withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", TODAY)
    wanted = "\nWITHDRAWN: 2026-03-02: A source was retracted. (the current version is 2.0.0 of 2026-04-01)\n"
    assert wanted in evibrief("verify", place).stdout
    said = standing_of(archive, "blue-glass", "9.0.0")
    assert said.sentence == "version 9.0.0 is not in this archive; its newest is 2.0.0 of 2026-04-01"
    withdraw_version(archive, "blue-glass", "2.0.0", "It was wrong.", TODAY)
    said = standing_of(archive, "blue-glass", "9.0.0")
    assert said.sentence == "version 9.0.0 is not in this archive; all its versions were withdrawn"


@pytest.mark.slow
def test_the_page_tells_what_changed_and_marks_the_claims(archive: Path, tmp_path: Path) -> None:
    folder = numbered(edited(tmp_path / "new" / "blue-glass", EDITS["evidence changed"][2]), "1.3.0")
    assert evibrief("since", folder, "--archive", archive).returncode == 0
    told = evibrief("diff", folder, "--archive", archive)
    assert "rats2018 inconclusive (rats) → rats2018 context (rats)" in told.stdout
    assert told.stderr == f"since version 1.2.0 of 2026-03-01, {archive}/blue-glass/2026-03-01_v1.2.0:\n"
    assert archive_version(folder, archive, TODAY).fresh
    page = (archive / "blue-glass" / "latest.html").read_text()
    assert "Since version 1.2.0 of 1\u00a0March\u00a02026" in page
    assert "Conclusions unchanged; 1\u00a0change of evidence" in page
    assert "Changed: evidence changed" in page
    assert "rats2018 inconclusive (rats)" in page
    # The document proves itself without the archive.
    assert evibrief("verify", archive / "blue-glass" / "latest.docx").returncode == 0


def test_a_page_that_tells_of_other_changes_is_refused(archive: Path, tmp_path: Path) -> None:
    folder = numbered(edited(tmp_path / "new" / "blue-glass", EDITS["evidence changed"][2]), "1.3.0")
    assert stale(folder, archive) == ("brief.yaml", "version: 1.3.0")
    evibrief("since", folder, "--archive", archive)
    edited(folder, EDITS["wording"][2])
    file, line = stale(folder, archive)
    assert (file, line.lstrip()[:2]) == ("since.yaml", "- ")


def stale(folder: Path, archive: Path) -> tuple[str, str]:
    """The file, and the line in it, at which `since.yaml` is said not to match."""
    with pytest.raises(Problems) as caught:
        archive_version(folder, archive, TODAY)
    (problem,) = caught.value.problems
    assert problem.rule == "stale-since"
    place = problem.place
    return Path(place.path).name, Path(place.path).read_text().split("\n")[place.line - 1]


def test_a_first_version_says_that_it_is_the_first(tmp_path: Path) -> None:
    run = evibrief("since", SECOND, "--archive", tmp_path / "archive")
    assert (run.returncode, "no earlier version" in run.stdout) == (0, True)
    run = evibrief("diff", SECOND, "--archive", tmp_path / "archive")
    assert (run.returncode, "no earlier version" in run.stdout) == (0, True)
    # What an earlier version was compared with is not thrown away because its archive was not found.
    told = shutil.copytree(SECOND, tmp_path / "told") / "since.yaml"
    text = "version: 1.0.0\ndate: 2026-01-01\nevidence: " + "a" * 64 + "\nsummary: None.\nchanges: []\n"
    told.write_text(text)
    run = evibrief("since", told.parent, "--archive", tmp_path / "archive")
    assert (run.returncode, told.read_text()) == (1, text)
    assert "error[no-earlier-version]: it tells of an earlier version" in run.stderr
    page = build(SECOND, tmp_path / "out", ["html"])[0].path.read_text()
    assert "No earlier archived version is recorded" in page


@pytest.mark.slow
def test_a_rating_that_moved_needs_a_signed_reason(archive: Path, shared: Shared, tmp_path: Path) -> None:
    folder = numbered(edited(tmp_path / "new" / "blue-glass", EDITS["signed tier"][2]), "2.0.0")
    with pytest.raises(Problems, match="the tier of `s1` changed") as caught:
        archive_version(folder, archive, TODAY)
    assert {problem.rule for problem in caught.value.problems} == {"no-reason"}
    places = {(Path(one.place.path).name, one.place.line) for one in caught.value.problems}
    lines = (folder / "changes.yaml").read_text().split("\n")
    assert places == {("changes.yaml", next(at for at, line in enumerate(lines, 1) if "version: 2.0.0" in line))}
    signed = "reasons: [{record: s1, reason: The trial was looked at again., by: Max Muster}]"
    edited(folder, [("changes.yaml", "text: A trial was retracted.", f"text: A trial was retracted., {signed}")])
    write_since(folder, archive)
    assert shared.archive_version(folder, archive, TODAY).fresh


NOT_TOLD = {("Brief", "reviews"), ("Brief", "changes"), ("Brief", "since"), ("BriefRecord", "version"), ("BriefRecord", "date")}


def variants(node: Any, annotation: Any = None) -> Iterator[Any]:
    """The same tree with one field changed, for every sentence, number, date and word of a list in it."""
    if isinstance(node, Record):
        for field, info in type(node).model_fields.items():
            if (type(node).__name__, field) not in NOT_TOLD:
                for other in variants(getattr(node, field), info.annotation):
                    yield node.model_copy(update={field: other})
    elif isinstance(node, tuple):
        for place, child in enumerate(node):
            yield from ((*node[:place], other, *node[place + 1 :]) for other in variants(child, annotation))
    elif isinstance(node, bool):
        yield not node
    elif isinstance(node, date):
        yield node + timedelta(days=1)
    elif isinstance(node, int | Decimal):
        yield node + 1
    elif isinstance(node, str) and (words := [one for one in literals(annotation) if one != node]):
        yield words[0]
    elif isinstance(node, str) and str in flat(annotation):
        yield f"{node} indeed"


def flat(annotation: Any) -> set[Any]:
    return {annotation}.union(*(flat(part) for part in get_args(annotation) if get_origin(annotation) is not Literal))


def literals(annotation: Any) -> list[Any]:
    return [word for part in flat(annotation) if get_origin(part) is Literal for word in get_args(part)]


@pytest.mark.slow
def test_no_field_can_change_in_silence() -> None:
    read = side_of(SECOND).brief
    # In format 2, because two briefs in format 1 are compared in its fewer words.
    whole = read.model_copy(update={"brief": read.brief.model_copy(update={"format": 2})})
    old = Side(whole, derive(whole))
    silent, count = [], 0
    for brief in variants(old.brief):
        brief.__dict__.pop("all_claims", None)  # a copy keeps what was worked out of the first
        try:
            new = Side(brief, derive(brief))
        except (KeyError, ValueError, StopIteration):
            continue  # it names a record that is not there; `check` refuses such a brief
        count += 1
        if not compare(old, new):
            silent.append(brief)
    assert count > 500
    assert not silent, [difference(old.brief, brief) for brief in silent]


def difference(old: Any, new: Any, path: str = "") -> str:
    """Where two trees differ, for the message of a test."""
    if isinstance(old, Record):
        return next((difference(getattr(old, field), getattr(new, field), f"{path}.{field}")
                     for field in type(old).model_fields if getattr(old, field) != getattr(new, field)), path)  # fmt: skip
    if isinstance(old, tuple) and isinstance(new, tuple):
        return next(
            (difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b), path
        )
    return f"{path}: {old} / {new}"


def test_what_was_changed_after_it_was_archived_is_told(archive: Path, tmp_path: Path) -> None:
    """Also while the number is still that of the archived version: the author asks how far it has to rise."""
    folder = edited(tmp_path / "blue-glass", [])
    assert "nothing to compare it with" in evibrief("diff", folder, "--archive", archive).stdout
    edited(folder, EDITS["bottom line"][2])
    told = evibrief("diff", folder, "--archive", archive)
    assert told.stderr.startswith("since version 1.2.0 of 2026-03-01")
    assert "bottom line" in told.stdout


@pytest.mark.parametrize(
    ("old", "demand", "least"),
    [
        ("0.1.0", "major", "0.2.0"), ("0.1.0", "patch", "0.1.1"), ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"), ("1.2.3", "patch", "1.2.4"),
    ],
)  # fmt: skip
def test_the_least_number_that_is_enough(old: str, demand: Weight, least: str) -> None:
    assert least_number(old, demand) == least
