"""What a worker is told of a brief, and how it finds that very brief where it runs.

In: an `Order`. Out: the folder there. Problems name the files as the author typed them.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.build_cache import fingerprint_inputs
from evibrief.kept import Kept
from evibrief.problems import Problem, Problems, one_problem

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer


@dataclass(frozen=True)
class Order:
    """A brief by its folder as typed, and the documents that are wanted of it.

    For a worker of a cluster, `place` is the path that its folder has there, and `inputs` its fingerprint here. For one
    on this machine, `kept` is what was made here before.
    """

    folder: Path
    formats: Sequence[str] = ()
    layer: "Layer" = "full"
    place: Path | None = None
    inputs: str = ""
    kept: Kept | None = None


def order_for(
    folder: Path, elsewhere: bool, formats: Sequence[str] = (), layer: "Layer" = "full", inputs: str = "",
    kept: Kept | None = None,
) -> Order:  # fmt: skip
    """The order for a brief. `elsewhere`: for workers with a current folder of their own, as on a cluster."""
    if not elsewhere:
        return Order(folder, formats, layer, kept=kept)
    return Order(folder, formats, layer, Path(os.path.abspath(folder)), inputs or fingerprint_inputs(folder))


@contextmanager
def at_its_place(order: Order) -> Iterator[Path]:
    """The folder of a brief where this runs. Raises `Problems` if its files or the program are not those here."""
    place = order.place or order.folder
    with _one_at_a_time:
        if order.inputs and fingerprint_inputs(place) != order.inputs:
            raise _another(order)
        try:
            yield place
        except Problems as wrong:
            raise Problems(as_typed(one, order) for one in wrong.problems) from None


_one_at_a_time = threading.Lock()
"""A worker of a cluster may have several threads, and Matplotlib has one drawing at a time."""


def _another(order: Order) -> Problems:
    message = "a worker has other files at this path, or another version of evibrief or of its tools"
    hint = f"workers need the same installation, and the same files at {order.place}"
    return one_problem(str(order.folder), "cluster", message, hint)


def as_typed(problem: Problem, order: Order) -> Problem:
    """The problem, with the path as the author typed it."""
    there, typed, path = str(order.place or order.folder), str(order.folder), problem.place.path
    if path == there or path.startswith(f"{there}/"):
        return replace(problem, place=replace(problem.place, path=typed + path.removeprefix(there)))
    return problem
