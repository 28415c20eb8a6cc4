"""Which files may be in an evidence folder, and where: a closed list.

In: paths relative to the folder. Out: whether such a file belongs there. Files embedded in a document are written to
disk when they are taken out, and some file names are dangerous: `.git/config` names commands that git runs, and
`Makefile` and `conftest.py` are run by whoever works there.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from evibrief import resources
from evibrief.evidence.files import stems
from evibrief.problems import one_problem

# Output of a build in the same folder is ignored.
READ = (".yaml", ".yml", ".json", ".csl", ".css", ".jinja", ".png", ".docx")

MANIFEST = "manifest.json"
"""The embedded file that lists all others with their hashes."""

MOST_FILES = 1_000
LARGEST_EMBEDDED = 7_000_000
"""Bytes of one embedded file: as text in XML it must stay below the limit of XML readers (libxml2: ten million)."""

LARGEST_EVIDENCE = 64 * 1024 * 1024
"""Bytes of all embedded files together; anything larger is not an evidence base, or is an attack."""

LONGEST_PATH, LONGEST_NAME = 500, 200
"""In bytes; every operating system can write these."""

_FOLDERS = re.compile(
    r"references\.json|(claims|reviews|instruments|instruments/appraisals)/[^/]+\.yaml"
    r"|theme/(custom\.css|page\.html\.jinja|reference\.docx|[^/]+\.png)|([^/]+/){0,3}[^/]+\.csl"
)
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names of devices on Windows (Microsoft, "Naming Files, Paths, and Namespaces")."""


@lru_cache(10_000)
def is_safe_path(path: str) -> bool:
    """Whether a path stays inside the folder it is written to, and means the same on every operating system.

    The manifests of an archive name the same few files thousands of times.
    """
    if not path or len(path.encode("utf-8", "replace")) > LONGEST_PATH or str(PurePosixPath(path)) != path:
        return False
    parts = PurePosixPath(path).parts
    return bool(parts) and not PurePosixPath(path).is_absolute() and all(map(_is_safe_name, parts))


def _is_safe_name(name: str) -> bool:
    """No hidden file, nothing like a program option, nothing that a terminal or another system would misread."""
    strange = any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") or one in '\\:*?"<>|' for one in name)
    ends = name.startswith((".", "-", "~", " ")) or name.endswith((".", " "))
    return not strange and not ends and not _DEVICES.fullmatch(name) and len(name.encode()) <= LONGEST_NAME


def belongs(path: str) -> bool:
    """Whether an evidence folder may have this file, and a document may embed it."""
    known = path in {f"{stem}.yaml" for stem in stems()} or _FOLDERS.fullmatch(path)
    return is_safe_path(path) and bool(known)


def demand_safe(files: Mapping[str, bytes], name: str) -> None:
    """Raise `Problems` if a file does not belong in an evidence folder, is too large, or shares a name with another."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST_EVIDENCE:
        raise one_problem(name, "too-large", "it contains more data than any evidence base", "")
    alike = {unicodedata.normalize("NFC", path).casefold() for path in files}
    if len(alike) < len(files) or any(str(above) in alike for path in alike for above in PurePosixPath(path).parents):
        raise one_problem(name, "not-ours", "it contains two files with the same name", "rename one of them")
    for path, data in files.items():
        if not belongs(path):
            message = f"it contains a file that does not belong in a brief or leads out of its folder: `{path:.80}`"
            raise one_problem(name, "not-ours", message, "it was not made by evibrief, or a file was added to it")
        if len(data) > LARGEST_EMBEDDED:
            most = f"the limit for one file is {LARGEST_EMBEDDED / 1e6:.0f} MB"
            raise one_problem(name, "too-large", f"`{path}` has {len(data) / 1e6:.0f} MB; {most}", "make it smaller")


def own_look(files: Iterable[str]) -> list[str]:
    """The files that are not evidence but affect what a reader sees: theme and citation style."""
    return sorted(path for path in files if path.startswith("theme/") or path.endswith(".csl"))


def instrument_folders(folder: Path) -> tuple[Path, ...]:
    """The folders searched for a brief's instrument: shipped, next to the brief, inside it. The last match wins."""
    return resources.instruments(), folder.resolve().parent / "instruments", folder / "instruments"


def appraisal_folders(folder: Path) -> tuple[Path, ...]:
    """The folders searched for instruments of appraisal, likewise."""
    return tuple(place / APPRAISALS for place in instrument_folders(folder))


APPRAISALS = "appraisals"
"""The folder of instruments of appraisal, in a folder of instruments."""
