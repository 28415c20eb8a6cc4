"""Every way of writing something wrong that the tool knows: the file says itself what is expected, and where."""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.build import load
from evibrief.problems import Problems
from evibrief.starter import starter_texts

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
PLACES: Mapping[str, str] = {"claims": "claims/01-glass.yaml"}
EXPECTED = re.compile(r"# error\[([\w-]+)\]$", re.MULTILINE)
# A population that only one bad file needs; the starter has none that is neither the target nor close.
SAILORS = "  - {id: sailors, label: Sailors, relation: other, species: human}\n"


def good_brief(folder: Path) -> Path:
    for path, text in starter_texts("blue", datetime.date(2026, 3, 1), resources.starter_texts()).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text.replace("populations:", "populations:", 1))
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"(populations:.*\n)", rf"\1{SAILORS}", brief.read_text(), count=1))
    return folder


def problems_of(folder: Path) -> list[tuple[str, int, str]]:
    try:
        load(folder)
    except Problems as wrong:
        return [(Path(p.place.path).name, p.place.line, p.rule) for p in wrong.problems]
    return []


def test_the_good_brief_is_good(tmp_path: Path) -> None:
    assert problems_of(good_brief(tmp_path)) == []


def test_there_are_bad_files() -> None:
    assert len(BAD) > 35


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_a_bad_file_has_just_its_problems(bad: Path, tmp_path: Path) -> None:
    stem = bad.stem.partition("-")[0]
    target = good_brief(tmp_path) / PLACES.get(stem, f"{stem}.yaml")
    text = bad.read_text()
    target.write_text(text)
    lines = text.split("\n")
    expected = [
        (target.name, number, found[1]) for number, line in enumerate(lines, 1) if (found := EXPECTED.search(line))
    ]
    assert expected
    assert problems_of(tmp_path) == expected


def test_every_problem_has_words_and_most_have_a_hint(tmp_path: Path) -> None:
    hints = 0
    for index, bad in enumerate(BAD):
        folder = good_brief(tmp_path / str(index))
        stem = bad.stem.partition("-")[0]
        (folder / PLACES.get(stem, f"{stem}.yaml")).write_text(bad.read_text())
        with pytest.raises(Problems) as caught:
            load(folder)
        for problem in caught.value.problems:
            assert problem.message
            assert re.fullmatch(r".+:\d+:\d+: error\[[\w-]+\]: [^\n]+(\n  hint: [^\n]+)?", str(problem))
            hints += bool(problem.hint)
    assert hints > len(BAD) - 5


def test_a_misspelt_reference_suggests_the_nearest(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    (folder / "claims/01-glass.yaml").write_text(Path(BAD[0].parent, "claims-unknown-reference.yaml").read_text())
    with pytest.raises(Problems) as caught:
        load(folder)
    assert caught.value.problems[0].hint == "did you mean `example2020`?"


def test_a_citation_inside_a_block_of_text_is_found_on_its_own_line(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    brief = folder / "brief.yaml"
    text = brief.read_text().replace(
        "    One small example", "    One line first.\n\n    Then [@exampel2020] and one small example"
    )
    brief.write_text(text)
    line = next(number for number, words in enumerate(text.split("\n"), 1) if "exampel2020" in words)
    assert problems_of(folder) == [("brief.yaml", line, "unknown-reference")]


def test_everything_is_reported_at_once(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    brief, claims = folder / "brief.yaml", folder / "claims" / "01-glass.yaml"
    brief.write_text(brief.read_text().replace("status: draft", "status: drafty").replace("audience:", "audiense:"))
    claims.write_text(claims.read_text().replace("source: example2020", "source: exampel2020"))
    (folder / "studies.yaml").write_text("- reference: [\n")
    found = problems_of(folder)
    assert {(name, rule) for name, _, rule in found} == {
        ("01-glass.yaml", "unknown-reference"),
        ("brief.yaml", "missing"),
        ("brief.yaml", "unknown-key"),
        ("brief.yaml", "word"),
        ("studies.yaml", "yaml"),
    }
    with pytest.raises(Problems) as caught:
        load(folder)
    assert list(caught.value.problems) == sorted(caught.value.problems)
