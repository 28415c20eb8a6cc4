"""Pandoc that had no room left says nothing about what it was given."""

import pytest

from evibrief.sandbox import Limits, call

NO_ROOM = "it took more than 300 MB of memory"


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("251", NO_ROOM),  # it says that its memory is full
        ("-6", NO_ROOM),  # it was killed
        ("251, 2048", NO_ROOM),  # here there is less than it may use
        ("251, 200", ""),  # here there is more: it used all that it may
        ("24", ""),  # a citation style that it cannot follow
        ("0", ""),
    ],
)
def test_an_end_for_want_of_memory_is_a_limit(ended: str, said: str) -> None:
    code = f"__import__('evibrief.pandoc', fromlist=['demand_room']).demand_room({ended})"
    assert call("builtins", "eval", [code], Limits(megabytes=300)) == said
