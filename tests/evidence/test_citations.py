"""Citations whose bracket nothing closes are found, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evibrief.evidence.fields import _open_citation


@pytest.mark.parametrize(
    ("prose", "opened"),
    [
        ("One [@smith2022.", "[@smith2022"),
        ("Two [see @smith2022, p. 3 and more", "[see @smith2022"),
        ("One [@a2022] and [-@smith2022", "[-@smith2022"),
        ("One [@a2022; @b2023] is closed", ""),
        ("[@a2022, p. 3 [sic]] is closed", ""),
        ("@smith2022 says [so", ""),
        ("a [link](#x) and an \\[ [@a2022]", ""),
        ("a \\[@a2022", ""),
        ("a ] then [@a2022", "[@a2022"),
    ],
)
def test_a_citation_without_an_end(prose: str, opened: str) -> None:
    assert _open_citation(prose) == opened


@given(st.text(alphabet="a @[]\\\n-1", max_size=60))
def test_what_is_closed_is_not_open(prose: str) -> None:
    assert len(_open_citation(prose)) <= 200
    if "@" not in prose or "[" not in prose:
        assert _open_citation(prose) == ""
