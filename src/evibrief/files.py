"""Files written whole: at no moment is there half a file, or half a folder, under the name that it will have.

In: a path and what is to stand there. Out: the file, or the folder, or what was there before.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from evibrief.problems import Place, Problem, Problems


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file that others may be reading: they see the old one or the new one. What is there is left as it is."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Files by path, as a new folder: all of them, or nothing where one cannot be written.

    Raises `Problems` where there is something already.
    """
    if os.path.lexists(folder):
        raise Problems([Problem(Place(str(folder)), "folder", "there is something here already", "name a new folder")])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as name:
        write_files(files, Path(name, "whole"))
        os.rename(Path(name, "whole"), folder)


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Files by path, into a folder."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
