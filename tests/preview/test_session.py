"""What the preview shows, without a browser and without a clock: pages, problems, anchors, who is told."""

import datetime
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evibrief.build import compose
from evibrief.checks.load import load
from evibrief.evidence import read_references, read_yaml
from evibrief.labels import dialect
from evibrief.preview.anchors import anchors_at, stretches_of
from evibrief.preview.page import empty_page, live_page
from evibrief.preview.server import Board
from evibrief.preview.session import Session, Shown
from evibrief.problems import Place
from evibrief.rating import leg_tables
from evibrief.resources import web_font
from evibrief.sections.figures import draw

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
DAY = datetime.date(2026, 3, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(BRIEF, tmp_path / "brief")


@pytest.fixture
def session(folder: Path) -> Session:
    return Session(folder, lambda: DAY)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def forget_everything() -> None:
    """Nothing that was read, drawn or parsed before is there any more."""
    for kept in (dialect.parse_text, read_yaml.composed, read_references.read_references, web_font):
        kept.cache_clear()
    leg_tables._FAULTS.clear()
    draw._DRAWN.clear()


def anew(folder: Path) -> bytes:
    """The page as a process that knows nothing makes it."""
    forget_everything()
    return live_page(compose(load(folder, DAY), ["html"]).documents[0].data.decode()).data


def errors(shown: Shown) -> list[str]:
    return [str(one["rule"]) for one in shown.problems if one["severity"] == "error"]


EDITS: tuple[Callable[[Path], None], ...] = (
    lambda brief: change(brief / "claims/01-light.yaml", "text: Blue", "text: Very blue"),
    lambda brief: change(brief / "claims/01-light.yaml", "_note: Rests", "_note: Now [@glassbook] it rests"),
    lambda brief: change(brief / "claims/01-light.yaml", " [@muster2019].", "."),
    lambda brief: change(brief / "claims/01-light.yaml", "modality: asserted", "modality: hedged"),
    lambda brief: change(brief / "brief.yaml", "title: ", "title: Đ "),
    lambda brief: change(brief / "references.json", '"title": "', '"title": "Of '),
    lambda brief: change(brief / "time-course.yaml", "effect: ", "effect: Again "),
    lambda brief: change(brief / "ranking.yaml", "text: ", "text: Perhaps "),
    lambda brief: change(brief / "harms.yaml", "effect: ", "effect: Sometimes "),
    lambda brief: change(brief / "studies.yaml", "n: 24", "n: 25"),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.integers(0, len(EDITS) - 1), min_size=2, max_size=4, unique=True))
def test_after_any_edits_the_page_is_that_of_a_process_that_knows_nothing(chosen: list[int], tmp_path: Path) -> None:
    folder = tmp_path / "random"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BRIEF, folder)
    session = Session(folder, lambda: DAY)
    before = session.update().page.data
    for number in chosen:
        EDITS[number](folder)
        shown = session.update()
        assert errors(shown) == []
        assert shown.page.data != before
        before = shown.page.data
    assert before == anew(folder)


def test_each_edit_of_these_is_one_that_the_check_accepts(folder: Path) -> None:
    for edit in EDITS:
        edit(folder)
    assert load(folder, DAY).warnings


def test_a_mistake_leaves_the_page_and_tells_all_its_problems(session: Session, folder: Path) -> None:
    page = session.update().page
    change(folder / "claims/01-light.yaml", "population: cells", "popualtion: cells")
    change(folder / "harms.yaml", "- id: h_heat\n", "- id: h_heat\n  colour: red\n")
    shown = session.update()
    assert shown.page == page
    assert errors(shown) == ["missing", "unknown-key", "unknown-key"]
    told = [(one["anchors"], one["hint"]) for one in shown.problems if one["rule"] == "unknown-key"]
    assert told[0] == (("c2", "light"), "did you mean `population`?")
    assert told[1][0] == ("h_heat",)
    assert str(shown.problems[0]["line_of_check"]).startswith(f"{folder}/claims/01-light.yaml:")


def test_yaml_that_cannot_be_read_leads_to_the_record_that_was_there(session: Session, folder: Path) -> None:
    session.update()
    change(folder / "claims/01-light.yaml", "text: Blue light", 'text: "Blue light')
    shown = session.update()
    assert errors(shown) == ["yaml"]
    assert shown.problems[0]["anchors"] == ("c2", "light")


def test_yaml_that_breaks_after_all_records_leads_to_the_last(session: Session, folder: Path) -> None:
    session.update()
    path = folder / "claims/01-light.yaml"
    path.write_text(path.read_text() + "\n\n\n}\n")
    shown = session.update()
    assert errors(shown) == ["yaml"]
    assert shown.problems[0]["anchors"] == ("c6",)


def test_before_the_first_page_there_is_an_empty_one(session: Session, folder: Path) -> None:
    (folder / "brief.yaml").unlink()
    shown = session.update()
    assert shown.page == empty_page("brief")
    assert errors(shown)


def test_a_brief_that_is_unfinished_is_shown_as_its_draft(session: Session, folder: Path) -> None:
    session.update()
    change(folder / "claims/01-light.yaml", "population: cells", "population: TODO")
    shown = session.update()
    assert errors(shown) == []
    assert b"[unfinished: " in shown.page.data
    assert [one["rule"] for one in shown.problems if one["unfinished"]] == ["to-be-filled-in"]


def test_a_bug_of_ours_ends_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    page = session.update().page

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    with monkeypatch.context() as patch:
        patch.setattr("evibrief.preview.session.load", broken)
        shown = session.update()
        assert shown.page == page
        assert errors(shown) == ["bug"]
        assert "ZeroDivisionError: by nothing" in str(shown.problems[0]["message"])
        assert "report" in str(shown.problems[0]["hint"])
    assert errors(session.update()) == []


def test_a_page_may_ask_its_own_address_and_no_other(session: Session) -> None:
    page = session.update().page.data.decode()
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert found
    rules = dict(rule.split(" ", 1) for rule in found[1].split("; "))
    assert rules["connect-src"] == "'self'"
    assert rules["default-src"] == "'none'"
    assert len(rules["script-src"].split()) == page.count("<script>") == 2
    assert "unsafe-inline" not in found[1]


def test_what_is_built_has_nothing_of_the_preview(folder: Path) -> None:
    built = compose(load(folder, DAY), ["html"]).documents[0].data
    assert b"EventSource" not in built
    assert b"connect-src" not in built
    assert b"EventSource" in live_page(built.decode()).data


def test_a_place_belongs_to_the_records_around_it_the_innermost_first(folder: Path) -> None:
    source = load(folder, DAY).source
    stretches, claims = stretches_of(source), str(folder / "claims/01-light.yaml")
    line = source.texts[claims][: source.texts[claims].index("Blue light reaches")].count("\n") + 1
    assert anchors_at(Place(claims, line, 5), stretches) == ("c2", "light")
    assert anchors_at(Place(claims, 1, 1), stretches) == ("light",)
    assert anchors_at(Place(claims), stretches) == ()
    assert anchors_at(Place(str(folder / "studies.yaml"), 2, 1), stretches) == ("ref-muster2019",)
    assert anchors_at(Place(str(folder / "brief.yaml"), 2, 1), stretches)[-1] == "title"


def test_who_waits_is_told_of_each_change_and_of_nothing_else(session: Session) -> None:
    first = session.shown
    board = Board(first)
    assert board.after(None, 5) == first
    assert board.after(first, 0.01) is None
    second = Shown(empty_page("another"), ())
    threading.Timer(0.05, board.put, [second]).start()
    assert board.after(first, 30) == second
    assert board.put(second) is False
    assert board.put(first) is True
