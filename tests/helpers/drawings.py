"""Figures drawn once in a run: most builds of the tests draw the same ones, which took most of their time."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

from evibrief.labels.words import Words
from evibrief.sections.figures import draw
from evibrief.sections.figures.picture import Drawing


@contextmanager
def kept_drawings() -> Iterator[None]:
    """While this lasts, a build in this process takes a figure that was drawn from equal values before.

    That equal values give equal bytes is tested where figures are drawn, and by builds in processes of their own.
    """
    names = [name for name in vars(draw) if name.startswith("draw_")]
    assert len(names) == 2
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(draw, name, _kept(getattr(draw, name)))
        yield


def _kept(drawing: Callable[..., Drawing]) -> Callable[..., Drawing]:
    made: dict[Hashable, tuple[Drawing, Any]] = {}

    @wraps(drawing)
    def taken(*values: Any) -> Drawing:
        key = tuple(map(_known_by, values))
        if key not in made:
            made[key] = drawing(*values), values  # the values are kept, so that no other object gets the id of one
        return made[key][0]

    return taken


def _known_by(value: Any) -> Hashable:
    """The words of a language are read once in a process, so it is the object that tells them apart."""
    if isinstance(value, Words):
        return id(value)
    return tuple(value) if isinstance(value, list) else value
