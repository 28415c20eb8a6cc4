"""Documents rebuilt once in a run: `verify` and `comments` rebuild what they are given, and most tests give them one
and the same brief, again and again in a process of its own.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.archive import compare, keep
from evibrief.build import Composition, compose
from evibrief.checks.load import Loaded
from evibrief.evidence.places import own_look
from evibrief.formats.manifest import carried
from evibrief.formats.registry import names
from evibrief.kept import Kept
from evibrief.mailing import prepare
from evibrief.review import gather
from evibrief.review_copies import review_copy
from evibrief.sandbox import USUAL, Limits
from evibrief.sections.blocks import Layer
from shared import hashes


@contextmanager
def kept_rebuilds(place: Path) -> Iterator[None]:
    """While this lasts, a comparison in this process takes what it rebuilt before from equal evidence.

    So do the archive and the letters, which keep and enclose documents as they come.

    The first of each kind in a run is rebuilt and compared as always, in a process with limits; so is everything with
    other limits, or with a look of its own, whose template is almost a program. Commands in processes of their own know
    nothing of this. `place` is the same folder for all workers of a run.
    """
    place.mkdir(exist_ok=True)
    copy, composed = _kept(review_copy), _kept_composition(compose)
    with pytest.MonkeyPatch.context() as patch:
        for module in (compare, gather):
            patch.setattr(module, "call", _here(module.call, place))
            patch.setattr(module, "review_copy", copy)
        patch.setattr(keep, "compose", composed)
        patch.setattr(prepare, "compose", composed)
        patch.setattr(compare, "_composed", _kept(compare._composed))
        patch.setattr(gather, "build_sent", _kept_file(gather.build_sent))
        yield


Call = Callable[[str, str, Sequence[str | Path], Limits], str]


def _here(apart: Call, place: Path) -> Call:
    """The same function called in this process, unless it has to be seen that it works in one of its own."""

    @wraps(apart)
    def call(module: str, function: str, arguments: Sequence[str | Path], limits: Limits) -> str:
        usual = limits in (USUAL, compare._most_of(USUAL)) and not own_look(hashes(Path(arguments[0])))
        if not usual or _is_first(place / _kind(function, arguments)):
            return apart(module, function, arguments, limits)
        getattr(import_module(module), function)(*map(str, arguments))
        return ""

    return call


def _kind(function: str, arguments: Sequence[str | Path]) -> str:
    """What is rebuilt for which command: a PDF, a DOCX or a review copy."""
    document = Path(arguments[1])
    data = document.read_bytes() if document.exists() else b""
    copy = bool(compare.as_review_copy(data, "x")) if data else len(arguments) > 3
    return f"{function}-{'pdf' if data.startswith(b'%PDF') else 'docx'}-{'copy' if copy else 'brief'}"


def _is_first(mark: Path) -> bool:
    try:
        mark.open("x").close()
    except FileExistsError:
        return False
    return True


def _kept(make: Callable[..., bytes]) -> Callable[..., bytes]:
    made: dict[Hashable, bytes] = {}

    @wraps(make)
    def taken(folder: Path, *how: Hashable) -> bytes:
        key = _known_by(folder, how)
        if key not in made:
            made[key] = make(folder, *how)
        return made[key]

    return taken


def _kept_file(make: Callable[..., None]) -> Callable[..., None]:
    """For a function that writes what it makes to a file."""
    made: dict[Hashable, bytes] = {}

    @wraps(make)
    def taken(folder: str, target: str, *how: str) -> None:
        key = _known_by(Path(folder), how)
        if key not in made:
            make(folder, target, *how)
            made[key] = Path(target).read_bytes()
        Path(target).write_bytes(made[key])

    return taken


def _kept_composition(make: Callable[..., Composition]) -> Callable[..., Composition]:
    made: dict[Hashable, Composition] = {}

    @wraps(make)
    def taken(
        loaded: Loaded, formats: Iterable[str] = names(), layer: Layer = "full", kept: Kept | None = None
    ) -> Composition:
        key = tuple(sorted(carried(loaded).items())), tuple(formats), layer
        if key not in made:
            made[key] = make(loaded, key[1], layer)
        return made[key]

    return taken


def _known_by(folder: Path, how: Hashable) -> Hashable:
    return tuple(sorted(hashes(folder).items())), how, tuple(resources.engine_versions())
