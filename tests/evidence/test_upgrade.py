"""Evidence of an older format: read for ever, with its places, and written anew with its comments."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from command import run_here as evibrief
from evibrief.archive.opened import side_of
from evibrief.evidence.hashes import evidence_hash
from evibrief.evidence.load import read_evidence
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.rewrite import rewriting
from evibrief.evidence.source import SourceTree
from evibrief.evidence.upgrade import edits, format_of
from evibrief.formats.carried import carried_files, read_document
from evibrief.formats.manifest import evidence_files
from evibrief.problems import Problem, Problems
from evibrief.rating.diff import compare

ROOT = Path(__file__).parents[2]
BLUE = ROOT / "tests" / "briefs" / "blue-glass"
VERSIONS = sorted((ROOT / "archive" / "ketamine-mecfs").glob("*_v0.[12].*/evidence"))
"""The archived versions in format 1."""
OLD = {BLUE.name: BLUE} | {path.parent.name: path for path in VERSIONS}

# A brief in format 1 without a source document, of which format 1 asked for what is about one all the same.
BRIEF = """# what it asks
id: small
title: Small
question: {text: Does it help?, population: people, intervention: glass, comparator: none, outcomes: [sneezing]}
audience: clinicians
status: draft
status_note: an example
version: 0.1.0
date: 2026-03-01
review_by: 2026-09-01
funding: none
conflicts: none
bottom_line: {text: Nothing., plausibility: not rated, certainty: not rated}
not_this: [Not advice.]
methods: {text: None.}
populations:
  - {id: hay_fever, label: Hay fever, relation: target, species: human}
  - {id: rats, label: Rats, relation: other, species: rat}
sections:
  - {kind: ranking, title: Ranking}
  - {kind: mechanisms, title: Mechanisms}
  - {kind: methods, title: Methods}
  - {kind: limitations, title: Limitations}
  - {kind: evidence, title: Evidence}
  - {kind: references, title: References}
citation_style: apa
"""
STUDIES = """- reference: a2020
  design: randomised-trial
  n: 12
  species: human
  population: hay_fever
  verification: {state: verified, where: abstract, when: unknown}
  integrity: {state: not-checked, checked: unknown}
"""
MECHANISMS = """- id: m
  title: M
  summary: It may work.
  links:
    - {id: k1, kind: "drug", text: It may work., claims: [c1]}  # the drug
    - {id: k2, kind: bridge, text: It may help., claims: [c2]}
"""
RANKING = """statements:
  - stated: medium  # first of its record
    id: s1
    text: It may help.
    claims: [c1]
"""


def claims(entries: str, about: str = "drug", status: str = "stands") -> str:
    return f"""id: g
title: G
claims:
  - id: c1
    text: Glass may lower sneezing.
    # what it is about
    about: {about}  # beside it
    direction: supports
    modality: hedged
    population: hay_fever
    status: {status}
    evidence:
{entries}
  - {{id: c2, text: It may help., about: bridge, direction: supports, modality: hedged, population: hay_fever,
     status: 'stands'}}
"""


BLOCK = """      - source: a2020
        role: mixed
        basis: candidate
        locator: "p. 1"  # the page
        finding: Some.
        population: hay_fever
        exposure: none
"""


def written(folder: Path, texts: Mapping[str, str]) -> Path:
    reference = [{"id": "a2020", "type": "book", "title": "A"}]
    files = {"brief.yaml": BRIEF, "studies.yaml": STUDIES, "mechanisms.yaml": MECHANISMS, "ranking.yaml": RANKING,
             "claims.yaml": "", "references.json": json.dumps(reference), **texts}  # fmt: skip
    folder.mkdir(parents=True)
    for name, text in files.items():
        if text:
            (folder / name).write_bytes(text.encode())
    return folder


def grouped(text: str) -> str:
    """The claims as a list of groups, as claims.yaml has them."""
    return "- " + text.replace("\n", "\n  ").rstrip() + "\n"


def read(folder: Path) -> SourceTree:
    source, problems = read_brief(folder)
    assert problems == []
    return source


def upgrade(folder: Path) -> Mapping[str, str]:
    """Write the upgrade as the command does."""
    files = rewriting(read(folder)).files
    for path, text in files.items():
        Path(path).write_bytes(text.encode())
    return files


@pytest.mark.parametrize("folder", OLD.values(), ids=list(OLD))
def test_every_value_keeps_the_place_where_it_was_typed(folder: Path) -> None:
    source = read(folder)
    typed = source.as_typed
    words = {edit.location: edit.word for edit in edits(typed)}
    assert len(words) > 5 or "v0.1.0" in folder.parent.name
    assert source.tree != typed
    for location, text in source.scalars():
        node: object = typed
        for step in location:
            node = node[step]  # type: ignore[index]
        assert text == words.get(location, node) or location[0] == "instrument", location
        span = source.spans.get(location)
        if location[0] != "references":
            assert span is not None
            (word,) = re.findall(r"\w+", str(node))[:1] or [""]
            assert word in source.texts[span.path][span.start : span.end]


@pytest.mark.parametrize("folder", OLD.values(), ids=list(OLD))
def test_it_is_valid_and_its_hash_is_that_of_the_files(folder: Path) -> None:
    brief, source, problems = read_evidence(folder)
    assert problems == []
    assert brief is not None
    assert brief.brief.format == 1
    assert {claim.about for claim in brief.all_claims} <= {"intervention", "condition", "direct", "bridge", "gap"}
    assert "upheld" in {claim.status for claim in brief.all_claims} or "v0.1.0" in folder.parent.name
    assert evidence_hash(source.as_typed) != evidence_hash(source.tree)
    if (manifest := folder.parent / "manifest.json").exists():
        assert evidence_hash(source.as_typed) == json.loads(manifest.read_text())["evidence_sha256"]


def test_a_version_of_the_archive_is_compared_and_taken_out() -> None:
    first, second = (side_of(folder) for folder in VERSIONS[:2])
    assert len(compare(first, second)) > 600
    for folder in VERSIONS[:2]:
        (document,) = folder.parent.glob("*.docx")
        files = carried_files(read_document(document), document.name)
        inside = evidence_files(folder)
        assert len(inside) > 10
        assert {name: files[name] for name in inside} == inside


@pytest.mark.parametrize("name", list(OLD))
def test_written_and_unwritten_say_the_same(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(OLD[name], tmp_path / "brief")
    before = side_of(folder)
    comments = {path.name: re.findall("#.*", path.read_text()) for path in folder.rglob("*.yaml")}
    assert upgrade(folder)
    assert format_of(read(folder).tree) == 2
    after = side_of(folder)
    assert [(change.record.rpartition(", ")[2], change.now) for change in compare(before, after)] == [("format", "2")]
    assert before.findings.ratings == after.findings.ratings
    assert {path.name: re.findall("#.*", path.read_text()) for path in folder.rglob("*.yaml")} == comments
    assert upgrade(folder) == {}


FIELDS = {"source": "a2020", "role": "mixed", "basis": "candidate", "locator": "p. 1", "finding": "Some, in part.",
          "population": "hay_fever", "exposure": "intervention"}  # fmt: skip
QUOTED: Mapping[str, Callable[[str], str]] = {
    "plain": str, "double": lambda text: f'"{text}"', "single": lambda text: f"'{text}'"
}  # fmt: skip


def ends(value: str) -> st.SearchStrategy[str]:
    """How a line may end; a comment after a text without quotation marks would cut it."""
    return st.sampled_from(["", " ", *(["  # said"] if value[0] in "\"'" or " " not in value else [])])


@st.composite
def entries(draw: st.DrawFn) -> str:
    """One piece of evidence as somebody may type it: any order, any quotation marks, block or flow, comments."""
    names = draw(st.permutations(list(FIELDS)))
    values = {name: QUOTED[draw(st.sampled_from(list(QUOTED)))](FIELDS[name]) for name in names}
    if "," in values["finding"] and values["finding"][0] not in "\"'":
        values["finding"] = f'"{FIELDS["finding"]}"'
    if draw(st.booleans()):
        between = draw(st.lists(st.sampled_from([", ", ",\n         ", " , ", ",  # more\n         "]),
                                min_size=len(names) - 1, max_size=len(names) - 1))  # fmt: skip
        pairs = [f"{name}: {values[name]}" for name in names]
        return "      - {" + "".join(a + b for a, b in zip(pairs, [*between, ""], strict=True)) + "}"
    lines = []
    for name in names:
        lines += [draw(st.sampled_from(["", f"# {name}", "#"]))]
        lines += [f"{name}: {values[name]}{draw(ends(values[name]))}"]
    shown = [line for line in lines if line]
    first = next(at for at, line in enumerate(shown) if not line.startswith("#"))
    shown = shown[first:]
    return "\n".join(("      - " if at == 0 else "        ") + line for at, line in enumerate(shown))


LAST = """      - {source: a2020, role: mixed, locator: p. 1, finding: "Some, in part.", population: hay_fever,
         exposure: intervention,  # more, and
         basis: candidate}"""


@pytest.mark.slow
@example(LAST, "drug", False, False)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries(), st.sampled_from(["drug", "condition", "'drug'"]), st.booleans(), st.booleans())
def test_however_it_is_typed_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, entry: str, about: str, carriage: bool, mark: bool
) -> None:
    folder = tmp_path_factory.mktemp("typed") / "brief"
    text = grouped(claims(entry, about))
    saved = ("\ufeff" if mark else "") + (text.replace("\n", "\r\n") if carriage else text)
    written(folder, {"claims.yaml": saved})
    before = read_evidence(folder)
    assert before[2] == []
    upgrade(folder)
    after = read_evidence(folder)
    assert after[2] == []
    assert before[0] is not None
    assert after[0] is not None
    assert after[0].claims == before[0].claims
    assert after[0].claims[0].claims[0].about == "direct"
    new = (folder / "claims.yaml").read_bytes().decode()
    assert (new.count("\r\n") == new.count("\n")) is carriage
    assert new.startswith("\ufeff") is mark
    assert "basis" not in re.sub("#.*", "", new)
    kept = [line for line in re.findall("#[^\r\n]*", text) if line != "# said"]
    found = re.findall("#[^\r\n]*", new)
    assert [line for line in kept if line not in found and line != "# more"] == []
    assert upgrade(folder) == {}


def test_a_brief_without_a_document_loses_what_is_about_one_and_nothing_else(tmp_path: Path) -> None:
    folder = written(tmp_path / "brief", {"claims.yaml": grouped(claims(BLOCK))})
    assert {Path(path).name for path in upgrade(folder)} == {
        "brief.yaml", "claims.yaml", "mechanisms.yaml", "ranking.yaml"
    }  # fmt: skip
    assert (folder / "brief.yaml").read_text() == BRIEF.replace("id: small", "format: 2\nid: small")
    assert (folder / "mechanisms.yaml").read_text() == MECHANISMS.replace('"drug"', '"intervention"')
    assert (folder / "ranking.yaml").read_text() == RANKING.replace("stated: medium  # first of its record\n    ", "")
    new = BLOCK.replace("        basis: candidate\n", "").replace("mixed", "inconclusive")
    wanted = claims(new, "intervention", "upheld").replace("'stands'", "'upheld'")
    assert (folder / "claims.yaml").read_text() == grouped(wanted)


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ("format: 1\nid: small", "format: 2\nid: small"),
        ("format: 1  # the first\nid: small", "format: 2  # the first\nid: small"),
    ],
)
def test_a_format_that_is_named_is_renamed(typed: str, now: str, tmp_path: Path) -> None:
    text = BRIEF.replace("id: small", typed)
    folder = written(tmp_path / "brief", {"claims.yaml": grouped(claims(BLOCK)), "brief.yaml": text})
    upgrade(folder)
    assert (folder / "brief.yaml").read_text() == text.replace(typed, now)


def refused(folder: Path) -> tuple[Problem, ...]:
    """The problems of an upgrade that writes nothing."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    run = evibrief("upgrade", folder)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    with pytest.raises(Problems) as caught:
        rewriting(read(folder))
    return caught.value.problems


def test_what_is_about_a_document_that_is_not_named_is_left_to_a_person(tmp_path: Path) -> None:
    text = claims(BLOCK).replace("    status: stands\n", "    status: stands\n    stated:\n      line: 3\n"
                                 "      attribution: none\n      study_type: trial\n", 1)  # fmt: skip
    folder = written(tmp_path / "brief", {"claims.yaml": grouped(text)})
    assert read_evidence(folder)[2] == []
    (problem,) = refused(folder)
    line = (folder / "claims.yaml").read_text().split("\n").index("      stated:") + 1
    assert (problem.rule, problem.place.line, problem.place.column) == ("no-document", line, 7)


def test_lines_that_end_in_two_ways_are_not_touched(tmp_path: Path) -> None:
    text = grouped(claims(BLOCK)).replace("\n", "\r\n", 3)
    (problem,) = refused(written(tmp_path / "brief", {"claims.yaml": text}))
    assert (problem.rule, Path(problem.place.path).name) == ("rewrite", "claims.yaml")


def test_lines_that_end_in_carriage_returns_alone_keep_them(tmp_path: Path) -> None:
    text = grouped(claims(BLOCK)).replace("\n", "\r")
    folder = written(tmp_path / "brief", {"claims.yaml": ""})
    (folder / "claims.yaml").write_bytes(text.encode())
    upgrade(folder)
    new = (folder / "claims.yaml").read_bytes().decode()
    assert ("\n" in new, new.count("\r") > 10, new != text) == (False, True, True)


def test_a_link_to_another_brief_is_not_followed(tmp_path: Path) -> None:
    folder = written(tmp_path / "brief", {"claims.yaml": ""})
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "claims.yaml"
    other.write_text(grouped(claims(BLOCK)))
    (folder / "claims.yaml").symlink_to(other)
    run = evibrief("upgrade", folder)
    assert run.returncode == 1
    assert "error[rewrite]: this is a link" in run.stderr
    assert (folder / "brief.yaml").read_text() == BRIEF
    assert other.read_text() == grouped(claims(BLOCK))


def test_a_brief_with_a_problem_is_not_upgraded(tmp_path: Path) -> None:
    folder = written(tmp_path / "brief", {"claims.yaml": grouped(claims(BLOCK, about="drgu"))})
    run = evibrief("upgrade", folder)
    assert run.returncode == 1
    line = next(at for at, text in enumerate((folder / "claims.yaml").read_text().split("\n"), 1) if "drgu" in text)
    assert f"claims.yaml:{line}:" in run.stderr
    assert (folder / "brief.yaml").read_text() == BRIEF


def test_the_command_says_what_it_changed_and_what_it_leaves(tmp_path: Path) -> None:
    note = STUDIES.replace("  n: 12", "  design_note: not randomised\n  n: 12")
    folder = written(tmp_path / "brief", {"claims.yaml": grouped(claims(BLOCK)), "studies.yaml": note})
    run = evibrief("upgrade", folder)
    assert run.returncode == 0
    assert "1 × `status: stands` is now `upheld`: the same, in the words of format 2" in run.stdout
    assert "1 × `basis` is gone: there is no source document" in run.stdout
    assert "`c1`: nobody in its evidence received the intervention" in run.stderr
    assert "is it a `non-randomised-trial`?" in run.stderr
    again = evibrief("upgrade", folder)
    assert (again.returncode, again.stderr) == (0, "")
    assert "in format 2 already; nothing was changed" in again.stdout
