"""The look of a brief: the files of its folder `theme/`, and its fonts and colours.

In: a brief's folder and its `theme` record. Out: texts and bytes that were checked before any engine reads them.
"""

import base64
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from evibrief.checks.load import Loaded
from evibrief.evidence.brief import Theme
from evibrief.evidence.places import LARGEST_EMBEDDED
from evibrief.files import Unreadable, read_inside
from evibrief.formats.html.picture import LARGEST_LOGO, fault_of
from evibrief.problems import Place, Problem, Problems
from evibrief.sections.blocks import Look

_NOT_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class ThemeFiles:
    """The files of a `theme/` folder: style sheet, page template, Word reference document, logo."""

    folder: str
    styles: str = ""
    blocks: str = ""
    word: bytes = b""
    logo: bytes = b""


LARGEST_SHEET = 500_000
"""In bytes: the largest style sheet or template of a theme."""


def _files_of_theme(folder: Path, logo: str | None) -> ThemeFiles:
    """The files of a brief's theme. All are optional except a logo that the brief names.

    Raises `Problems`, all at once, for anything that is not a file, is outside the folder, is too large or not UTF-8.
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
        word=read("theme/reference.docx", LARGEST_EMBEDDED),
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


def theme_files(loaded: Loaded) -> ThemeFiles:
    """The files of the theme, with the style sheet rewritten from the parsed one.

    Raises `Problems` for a file that cannot be read or shown, and for styles that load something.
    """
    folder, logo = loaded.folder, loaded.brief.brief.theme.logo
    problems: list[Problem] = []
    try:
        files = _files_of_theme(folder, logo)
        files = _looked_through(files, folder / "theme")
    except Problems as wrong:
        problems += wrong.problems
    if not problems and logo and (fault := fault_of(files.logo)):
        message, hint = f"the logo `{logo}` cannot be used: {fault}", "save it as a PNG of a logo's size"
        problems.append(Problem(Place(str(folder / logo)), "theme", message, hint))
    at_logo = loaded.source.place(("brief", "theme", "logo"))
    if problems:
        named = str(folder / logo) if logo else None
        raise Problems(replace(one, place=at_logo) if one.place.path == named else one for one in problems)
    return files


def _looked_through(files: ThemeFiles, theme: Path) -> ThemeFiles:
    # Most briefs have neither, and importing what reads them takes longer than checking the brief.
    if files.word:
        from evibrief.formats.docx.own_reference import demand_reference

        demand_reference(files.word, str(theme / "reference.docx"))
    if not files.styles:
        return files
    from evibrief.formats.html.stylesheet import read_sheet

    return replace(files, styles=read_sheet(files.styles, str(theme / "custom.css")))


def compose_look(theme: Theme, styles: str, logo: bytes) -> Look:
    """The look from a theme: colour and fonts as style rules, followed by its own styles, and its logo."""
    variables = (
        ("--accent", theme.accent),
        ("--sans", _family(theme.text_font, "sans-serif")),
        ("--serif", _family(theme.heading_font, "serif")),
    )
    rules = "".join(f"{name}: {value}; " for name, value in variables if value)
    own = f":root {{ {rules}}}\n" if rules else ""
    address = "data:image/png;base64," + base64.b64encode(logo).decode() if logo else ""
    return Look(own + styles, address, theme.logo_alternative or "")


def lines_before_styles(theme: Theme) -> int:
    """The number of lines in the style element before the theme's own styles."""
    return 1 + bool(theme.accent or theme.text_font or theme.heading_font)


def _family(font: str | None, kind: str) -> str:
    others = '"Brief Fallback", "Source Sans Pro", "Source Serif Pro"'
    return f'"{font}", {others}, {kind}' if font else ""
