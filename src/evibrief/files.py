"""Files written whole: at no moment is there half a file, or half a folder, under the name that it will have.

In: a path and what is to stand there. Out: the file, or the folder, or what was there before.
"""

import os
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
