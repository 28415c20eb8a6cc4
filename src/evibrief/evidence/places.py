"""Which files an evidence folder has, and where: a closed list.

In: paths relative to the folder, as they would be written. Out: whether such a file belongs there. What a document
brings along is written into a folder somewhere, and a folder is more than data: `.git/config` names commands that git
runs, `Makefile` and `conftest.py` are run by whoever works there.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from evibrief import resources
from evibrief.evidence.files import stems
from evibrief.problems import Place, Problem, Problems

# Output of a build in the same folder is ignored.
READ = (".yaml", ".yml", ".json", ".csl", ".css", ".jinja", ".png", ".docx")

MANIFEST = "manifest.json"
"""The file among those carried that names all others by their hash."""

MOST_FILES = 1_000
LARGEST_FILE = 7_000_000
"""Bytes of one carried file: as text in XML it has to stay below what XML readers take (libxml2: ten million)."""

LARGEST = 64 * 1024 * 1024
"""Bytes of all carried files together; more is not an evidence base, or it is meant to do harm."""

LONGEST_PATH, LONGEST_NAME = 500, 200
"""Bytes; every system can write these."""

_FOLDERS = re.compile(
    r"references\.json|(claims|reviews|instruments)/[^/]+\.yaml"
    r"|theme/(custom\.css|page\.html\.jinja|reference\.docx|[^/]+\.png)|([^/]+/){0,3}[^/]+\.csl"
)
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that mean a device on Windows (Microsoft, "Naming Files, Paths, and Namespaces")."""


def is_safe_path(path: str) -> bool:
    """Whether a path stays inside the folder that it is written into, and means the same on every system."""
    if not path or len(path.encode("utf-8", "replace")) > LONGEST_PATH or str(PurePosixPath(path)) != path:
        return False
    parts = PurePosixPath(path).parts
    return bool(parts) and not PurePosixPath(path).is_absolute() and all(map(_is_safe_name, parts))


def _is_safe_name(name: str) -> bool:
    """No hidden file, no option of a program, nothing that a terminal or another system takes for something else."""
    strange = any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") or one in '\\:*?"<>|' for one in name)
    ends = name.startswith((".", "-", "~", " ")) or name.endswith((".", " "))
    return not strange and not ends and not _DEVICES.fullmatch(name) and len(name.encode()) <= LONGEST_NAME


def belongs(path: str) -> bool:
    """Whether an evidence folder has such a file at this place, and a document may carry it."""
    known = path in {f"{stem}.yaml" for stem in stems()} or _FOLDERS.fullmatch(path)
    return is_safe_path(path) and bool(known)


def demand_safe(files: Mapping[str, bytes], name: str) -> None:
    """Raise `Problems` for files that an evidence folder does not have, that are too large, or of which two are one."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST:
        raise _problem(name, "too-large", "it carries more than any evidence base holds", "")
    alike = {unicodedata.normalize("NFC", path).casefold() for path in files}
    if len(alike) < len(files) or any(str(above) in alike for path in alike for above in PurePosixPath(path).parents):
        raise _problem(name, "not-ours", "it carries two files of one name", "give one of them another name")
    for path, data in files.items():
        if not belongs(path):
            message = f"it carries a file that no brief has, or that would lead out of its folder: `{path:.80}`"
            raise _problem(name, "not-ours", message, "it was not made by evibrief, or somebody added to it")
        if len(data) > LARGEST_FILE:
            most = f"at most {LARGEST_FILE / 1e6:.0f} MB of one file are carried"
            raise _problem(name, "too-large", f"`{path}` has {len(data) / 1e6:.0f} MB; {most}", "make it smaller")


def _problem(name: str, rule: str, message: str, hint: str) -> Problems:
    return Problems([Problem(Place(name), rule, message, hint)])


def own_look(files: Iterable[str]) -> list[str]:
    """Those files of a folder that are no evidence and yet decide what a reader sees: its theme, its citation style."""
    return sorted(path for path in files if path.startswith("theme/") or path.endswith(".csl"))


def instrument_folders(folder: Path) -> tuple[Path, ...]:
    """Where a brief's instrument is looked for: shipped, beside the brief, in its folder; the nearest wins."""
    return resources.instruments(), folder.resolve().parent / "instruments", folder / "instruments"
