"""Files written whole, and files that a brief names, read from nowhere but its own folder.

In: a path and what is to stand there. Out: the file, or the folder, or what was there before: at no moment is there
half of it under the name that it will have.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from evibrief.problems import Place, Problem, Problems
from evibrief.workfolders import work_folder


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file that others may be reading: they see the old one or the new one. What is there is left as it is."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
        return
    with work_folder(path.parent) as folder:
        new = folder / ".new"  # hidden: in a folder of evidence it must not pass for a file of it
        new.write_bytes(data)
        new.chmod(0o644)
        sync(new)
        os.replace(new, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file, or a folder's list of its files, on the disk before anything else happens."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Files by path, as a new folder: all of them, or nothing where one cannot be written.

    Raises `Problems` where there is something already.
    """
    if os.path.lexists(folder):
        raise Problems([Problem(Place(str(folder)), "folder", "there is something here already", "name a new folder")])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(folder.parent) as place:
        write_files(files, place / "whole")
        os.rename(place / "whole", folder)


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Files by path, into a folder."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


class Unreadable(Exception):
    """A file that a brief names and that is not read: why, and what to do instead."""

    def __init__(self, message: str, hint: str, missing: bool = False) -> None:
        self.message, self.hint, self.missing = message, hint, missing
        super().__init__(message)


def inside(folder: Path, name: str) -> Path:
    """The path of a file that a brief names, with links followed. Raises `Unreadable` where it is not in the folder.

    This is the one place that decides what is inside: no absolute path, no `..`, no link that leads out.
    """
    hint = "put the file itself into the brief's folder"
    try:
        if not name or "\0" in name or "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise Unreadable(f"`{name:.200}` is no path inside the brief's folder", hint)
        root, path = folder.resolve(), (folder / name).resolve()
        if not path.is_relative_to(root) or path == root:
            raise Unreadable(f"`{name:.200}` leads out of the brief's folder", hint)
    except (OSError, RuntimeError, ValueError):  # a link that leads to itself, a name that no system takes
        raise Unreadable(f"`{name:.200}` cannot be a file", hint) from None
    return path


def read_inside(folder: Path, name: str, most: int) -> bytes:
    """A file that a brief names, from inside its folder, of at most so many bytes. Raises `Unreadable`."""
    path = inside(folder, name)
    try:
        if not os.path.lexists(path):
            raise Unreadable(f"there is no file `{name:.200}`", "put it there", missing=True)
        if not path.is_file():  # a pipe would never end
            raise Unreadable(f"`{name:.200}` is no file", "put the file itself there")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Unreadable(f"`{name:.200}` cannot be read: {error.strerror}", "put the file itself there") from None
    if len(data) > most:
        raise Unreadable(f"`{name:.200}` has more than {most / 1e6:g} MB", "make it smaller")
    return data


def is_text(node: object) -> bool:
    """Whether this can be printed and stand in XML: no control characters, no halves of characters."""
    return isinstance(node, str) and _NO_TEXT.search(node) is None


_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
