"""Page one tells the harms that an author put first and how many others there are; it never says that none is."""

import re
import shutil
from pathlib import Path

import pytest

from evibrief.build import compose
from evibrief.checks.draft import load_draft
from evibrief.checks.load import Loaded, load
from evibrief.problems import Problems
from evibrief.sections.first_page import page_one

LDN = Path(__file__).parents[1] / "briefs" / "ldn"
NAMES = tuple(harm.id for harm in load(LDN).brief.harms)


def with_safety(folder: Path, safety: str) -> Loaded:
    copy = Path(shutil.copytree(LDN, folder / "ldn"))
    text = re.sub(r"(?m)^safety: .*\n", "", (copy / "brief.yaml").read_text())
    (copy / "brief.yaml").write_text(text.replace("\nnot_this:\n", f"\nsafety: {safety}\nnot_this:\n"))
    return load(copy)


def told(loaded: Loaded) -> str:
    """What page one says of safety, with its links; nothing if it has no such part."""
    (page,) = compose(loaded, ["html"], "full").documents
    html = page.data.decode()
    first = re.search(r'<section class="first-page".*?</section>', html, re.DOTALL)
    assert first
    found = re.search(r'<h2 id="safety">.*?</div>', first[0], re.DOTALL)
    return re.sub(r"<(?!/?a\b)[^>]*>", " ", found[0]) if found else ""


@pytest.mark.parametrize("number", [1, 3])
def test_the_harms_named_come_first_and_the_others_are_counted(number: int, tmp_path: Path) -> None:
    loaded = with_safety(tmp_path, f"[{', '.join(reversed(NAMES[:number]))}]")
    text = told(loaded)
    assert len(NAMES) == 4
    assert re.findall(r'href="#(h_\w+)"', text) == list(reversed(NAMES[:number]))
    others = {3: "1 more harm</a> is recorded", 1: "3 more harms</a> are recorded"}
    assert f'<a href="#section_harms">{others[number]}' in text.replace(' class="uri"', "")


def test_a_harm_on_page_one_is_cited_once_however_its_text_cites(tmp_path: Path) -> None:
    loaded = with_safety(tmp_path, f"[{NAMES[0]}]")
    brief = loaded.brief
    (harm,) = (one for one in brief.harms if one.id == NAMES[0])
    key = harm.evidence[0].source
    first, *_ = page_one(brief, loaded.findings).safety
    assert first.prose.startswith(f"{harm.effect} [@{key}")
    assert first.prose.endswith(f"] ([details](#{harm.id}))")
    cited = harm.model_copy(update={"effect": f"Sleep was worse [@{key}].", "evidence": harm.evidence[:1]})
    brief = brief.model_copy(update={"harms": (cited, *(one for one in brief.harms if one.id != harm.id))})
    first, *_ = page_one(brief, loaded.findings).safety
    assert first.prose == f"Sleep was worse [@{key}]. ([details](#{harm.id}))"


def test_what_speaks_against_a_harm_is_not_cited_as_its_source(tmp_path: Path) -> None:
    loaded = with_safety(tmp_path, f"[{NAMES[0]}]")
    (harm,) = (one for one in loaded.brief.harms if one.id == NAMES[0])
    against = harm.model_copy(
        update={"evidence": tuple(one.model_copy(update={"role": "contradicts"}) for one in harm.evidence)}
    )
    brief = loaded.brief.model_copy(update={"harms": (against, *loaded.brief.harms[1:])})
    first, *_ = page_one(brief, loaded.findings).safety
    assert NAMES[0] == loaded.brief.harms[0].id
    assert first.prose == f"{harm.effect} ([details](#{harm.id}))"


def test_without_a_choice_the_harms_are_counted(tmp_path: Path) -> None:
    text = told(with_safety(tmp_path, "[]"))
    assert '<a href="#section_harms">4 harms</a> are recorded' in text
    assert "more" not in text


def test_a_brief_without_harms_has_no_such_part_and_a_warning(tmp_path: Path) -> None:
    with_safety(tmp_path, "[]")
    (tmp_path / "ldn" / "harms.yaml").unlink()
    text = (tmp_path / "ldn" / "brief.yaml").read_text()
    (tmp_path / "ldn" / "brief.yaml").write_text(re.sub(r"(?m)^  - \{kind: harms, .*\n", "", text))
    loaded = load(tmp_path / "ldn")
    assert told(loaded) == ""
    assert "no-harms" in [one.rule for one in loaded.warnings]


@pytest.mark.parametrize(("safety", "rule", "said"), [
    (f"[{', '.join((*NAMES, NAMES[0])[:4])}]", "shape", "too long"), ("[h_nobody]", "unknown-harm", "`h_nobody`"),
    ("h_any", "shape", "list"),
])  # fmt: skip
def test_what_is_wrong_with_it_has_its_place(safety: str, rule: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        with_safety(tmp_path, safety)
    (problem,) = caught.value.problems
    lines = (tmp_path / "ldn" / "brief.yaml").read_text().split("\n")
    assert problem.rule == rule
    assert said in problem.message
    assert lines[problem.place.line - 1] == f"safety: {safety}"


def test_a_draft_leaves_out_the_harms_that_are_not_written_yet(tmp_path: Path) -> None:
    with_safety(tmp_path, "[]")
    folder = tmp_path / "ldn"
    text = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(text.replace("\nsafety: []\n", "\nsafety: [h_new, h_dreams]\n"))
    loaded = load_draft(folder)
    assert ("unknown-harm", True) in {(one.rule, one.unfinished) for one in loaded.warnings}
    lines = page_one(loaded.brief, loaded.findings).safety
    assert [re.findall(r"\(#(\w+)\)", line.prose) for line in lines] == [["h_dreams"], ["section_harms"]]
