"""What a record may not be called, and what is never guessed in the place of `unknown`."""

import re
from pathlib import Path

import pytest

from evibrief.archive.opened import side_of
from evibrief.build import compose
from evibrief.checks.ids import OF_THE_PAGE, is_of_the_page
from evibrief.checks.load import load
from evibrief.problems import Problems
from evibrief.resources import templates
from shared import FIRST, SECOND
from test_bad import good_brief

FAMILIES = ("section_harms", "summary_doses", "ranking_weak", "limits_gaps", "methods_words", "changes_since", "Main")


def _rename(folder: Path, old: str, new: str) -> None:
    for path in folder.rglob("*.yaml"):
        path.write_text(re.sub(rf"\b{old}\b", new, path.read_text()))


@pytest.mark.parametrize("name", sorted((*OF_THE_PAGE, *FAMILIES, "figure_time_course")))
def test_a_record_is_not_called_as_a_part_of_the_page_is(name: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    before = claims.read_text()
    line = before[: before.index("id: c1_1")].count("\n") + 1
    _rename(folder, "c1_1", name)
    with pytest.raises(Problems, match="a part of the page is called so") as caught:
        load(folder)
    (problem,) = [one for one in caught.value.problems if "a part of the page" in one.message]
    assert (Path(problem.place.path).name, problem.place.line) == (claims.name, line)
    assert problem.place.column > 0


def test_two_ids_that_word_takes_for_one_are_told_where_they_are(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    _rename(folder, "c1_2", "C1_1")
    with pytest.raises(Problems, match=r"the id `C1_1` is already used at .*01-glass.yaml:"):
        load(folder)


@pytest.mark.parametrize(("old", "new"), [("c1_2", "C1_1"), ("c1_2", "limits_of_glass"), ("c1_1", "main")])
def test_a_version_that_was_archived_with_such_an_id_stays_readable(old: str, new: str, tmp_path: Path) -> None:
    """Else no newer version could be compared with it, archived after it, or sent in its place."""
    folder = good_brief(tmp_path / "blue")
    _rename(folder, old, new)
    assert new in side_of(folder).findings.claims
    with pytest.raises(Problems):
        load(folder)


def test_a_record_may_say_which_such_id_it_replaces(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    claims.write_text(claims.read_text().replace("id: c1_1\n", "id: c1_1\n    replaces: [limits_of_glass]\n", 1))
    assert load(folder).brief.all_claims[0].replaces == ("limits_of_glass",)


@pytest.mark.parametrize("brief", [FIRST, SECOND], ids=lambda brief: brief.name)
def test_every_id_of_a_whole_page_is_a_record_or_refused_to_records(brief: Path) -> None:
    """Also of what comes from an instrument: what is no record's is the page's own."""
    loaded = load(brief)
    html = compose(loaded, ["html"]).documents[0].data.decode()
    ids = re.findall(r'\sid="([A-Za-z][A-Za-z0-9_]*)"', html)
    assert len(ids) == len(set(ids)) > 90
    own = {name for name in ids if is_of_the_page(name)}
    records = set(ids) - own
    typed = "".join(path.read_text() for path in brief.rglob("*.yaml"))
    assert len(own) > 40
    assert {name for name in records if not re.search(rf"\bid: *[\"']?{name}\b", typed)} == set()


def test_every_id_that_our_templates_give_is_among_them() -> None:
    told = "".join((templates() / f"{name}.html.jinja").read_text() for name in ("brief", "web", "blocks", "compared"))
    given = set(re.findall(r'\bid="(\w+)"', told))
    assert len(given) > 12
    assert given <= OF_THE_PAGE


def test_nothing_is_guessed_for_a_word_that_is_unknown(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    brief = folder / "brief.yaml"
    assert "species: human" in brief.read_text()
    brief.write_text(brief.read_text().replace("species: human", "species: unknown", 1))
    with pytest.raises(Problems) as caught:
        load(folder)
    assert "did you mean" not in str(caught.value)
