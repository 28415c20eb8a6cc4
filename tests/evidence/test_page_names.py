"""What a record may not be called, and what is never guessed in the place of `unknown`."""

from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.fields import OF_THE_PAGE
from evibrief.problems import Problems
from evibrief.resources import templates
from test_bad import good_brief


@pytest.mark.parametrize("name", sorted(OF_THE_PAGE))
def test_a_record_is_not_called_as_a_part_of_the_page_is(name: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    assert "id: c1_1" in claims.read_text()
    claims.write_text(claims.read_text().replace("id: c1_1", f"id: {name}"))
    with pytest.raises(Problems, match="a part of the page is called so"):
        load(folder)


def test_every_id_that_our_templates_give_is_among_them() -> None:
    import re

    told = "".join((templates() / f"{name}.html.jinja").read_text() for name in ("brief", "web", "blocks"))
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
