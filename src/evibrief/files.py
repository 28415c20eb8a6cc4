"""Writes files atomically, and reads files that a brief names only from its own folder.

In: a path and its new content. Out: the new file or folder, or the old one; a half-written one never has the final
name.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from evibrief.problems import Place, Problem, Problems
from evibrief.workfolders import work_folder


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file that others may be reading: they see the old or the new content. An equal file is not rewritten."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
        return
    with work_folder(path.parent) as folder:
        new = folder / ".new"  # hidden, so that it is not taken for a file of the evidence
        new.write_bytes(data)
        new.chmod(0o644)
        sync(new)
        os.replace(new, path)
    sync(path.parent)


def replace_files(files: Iterable[tuple[Path, str]]) -> None:
    """Write many texts as `replace_file` writes one. A disk takes them together in a fraction of the time."""
    folders: dict[Path, dict[str, bytes]] = {}
    for path, text in files:
        if path.is_symlink() or not path.is_file() or path.read_bytes() != text.encode():
            folders.setdefault(path.parent, {})[path.name] = text.encode()
    for folder, changed in folders.items():
        with work_folder(folder) as place:
            write_files(changed, place)
            for name in changed:
                (place / name).chmod(0o644)
                sync(place / name)
            for name in changed:
                os.replace(place / name, folder / name)
        sync(folder)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files, given by path, as a new folder: all of them or none.

    Raises `Problems` if the folder exists.
    """
    if os.path.lexists(folder):
        raise Problems([Problem(Place(str(folder)), "folder", "this already exists", "name a new folder")])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(folder.parent) as place:
        write_files(files, place / "whole")
        os.rename(place / "whole", folder)


def replace_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files, given by path, as a folder, in place of one that has nothing but files of these paths.

    Raises `Problems` for anything else that is there: nobody's file is deleted.
    """
    demand_replaceable(files, folder)
    if not folder.exists():
        return write_folder(files, folder)
    with work_folder(folder.parent) as place:
        write_files(files, place / "whole")
        os.rename(folder, place / "before")
        os.rename(place / "whole", folder)


def demand_replaceable(files: Mapping[str, bytes], folder: Path) -> None:
    """Raise `Problems` unless nothing is there, or a folder that has nothing but files of these paths."""
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise Problems([Problem(Place(str(folder)), "in-the-way", "this is not a folder", "move it away")])
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or name in files):
            message, hint = "this was not written by this command, which replaces the folder", "move it away"
            raise Problems([Problem(Place(str(path)), "in-the-way", message, hint)])


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files, given by path, into a folder."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


class Unreadable(Exception):
    """A file that a brief names cannot be read: why, and what to do instead."""

    def __init__(self, message: str, hint: str, missing: bool = False) -> None:
        self.message, self.hint, self.missing = message, hint, missing
        super().__init__(message)


def inside(folder: Path, name: str) -> Path:
    """The path of a file that a brief names, with links resolved. Raises `Unreadable` if it is not in the folder.

    Only this function decides what is inside: no absolute path, no `..`, no link that leads out.
    """
    hint = "put the file itself into the brief's folder"
    try:
        if not name or "\0" in name or "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise Unreadable(f"`{name:.200}` is not a path inside the brief's folder", hint)
        root, path = folder.resolve(), (folder / name).resolve()
        if not path.is_relative_to(root) or path == root:
            raise Unreadable(f"`{name:.200}` leads out of the brief's folder", hint)
    except (OSError, RuntimeError, ValueError):  # a link to itself, a name that no system accepts
        raise Unreadable(f"`{name:.200}` cannot be a file", hint) from None
    return path


def read_inside(folder: Path, name: str, most: int) -> bytes:
    """The bytes of a file that a brief names, from its folder, at most `most`. Raises `Unreadable`."""
    path = inside(folder, name)
    try:
        if not os.path.lexists(path):
            raise Unreadable(f"there is no file `{name:.200}`", "put it there", missing=True)
        if not path.is_file():  # a pipe might never end
            raise Unreadable(f"`{name:.200}` is not a file", "put the file itself there")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Unreadable(f"`{name:.200}` cannot be read: {error.strerror}", "put the file itself there") from None
    if len(data) > most:
        raise Unreadable(f"`{name:.200}` has more than {most / 1e6:g} MB", "make it smaller")
    return data


def is_text(node: object) -> bool:
    """Whether this is text that is allowed in XML: no control characters, no surrogates."""
    return isinstance(node, str) and NOT_TEXT.search(node) is None


NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no text may have: no printable one in YAML (YAML 1.2, 5.1), and refused in XML (XML 1.0, 2.2)."""
