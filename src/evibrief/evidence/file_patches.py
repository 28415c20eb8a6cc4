"""Patches of a brief's files for `git apply` in its folder.

In: a `SourceTree`, and the new text of one of its files. Out: the patch, which keeps the line endings and the byte
order mark of the file as it is saved.
"""

import os
import re
from difflib import SequenceMatcher, unified_diff

from evibrief.evidence.source import SourceTree


def file_patch(source: SourceTree, path: str, changed: str) -> str:
    """The patch that gives a file, by its path as printed, a new text. The text has line feeds alone."""
    text = source.texts[path]
    old = source.saved.get(path, text)
    return _unified(old, _as_saved(changed, text, old), path_in_brief(source, path))


def _as_saved(changed: str, text: str, saved: str) -> str:
    """A changed text with the line endings and byte order mark of the saved file; lines that stay keep their own."""
    if text == saved:
        return changed
    before, after, own = text.split("\n"), changed.split("\n"), _END_OF_LINE.split(saved)
    lines: list[str] = []
    for kind, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        ending = found[0] if (found := _LINE_ENDING.search(own[min(start, len(own) - 1)])) else _usual_ending(saved)
        ended = own[start:end] if kind == "equal" else [f"{line}{ending}" for line in after[first:last]]
        lines += [line if _LINE_ENDING.search(line) else f"{line}{ending}" for line in ended]
    lines[-1] = _LINE_ENDING.sub("", lines[-1])
    whole = "".join(lines)
    return whole if whole.startswith("\ufeff") or not saved.startswith("\ufeff") else f"\ufeff{whole}"


_END_OF_LINE = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
"""Between two lines, where each keeps its ending: a line feed, a carriage return, or both."""

_LINE_ENDING = re.compile(r"[\r\n]+$")


def _usual_ending(saved: str) -> str:
    """How the first line of a file ends."""
    return found[0] if (found := re.search(r"\r\n|\r|\n", saved)) else "\n"


def path_in_brief(source: SourceTree, path: str) -> str:
    """The path of a file relative to the brief's folder, where patches are applied."""
    home = os.path.dirname(source.place(("brief", "id")).path)
    return os.path.relpath(path, home).replace(os.sep, "/")


def _unified(old: str, new: str, path: str) -> str:
    """The patch as `git diff` would print it: a last line without newline is marked, unusual names are quoted."""
    told = unified_diff(_lines(old), _lines(new), _named(f"a/{path}"), _named(f"b/{path}"))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in told)


def _lines(text: str) -> list[str]:
    """The lines with their endings, split only at line feeds, as git does."""
    *most, last = text.split("\n")
    return [*(f"{line}\n" for line in most), *([last] if last else [])]


def _named(path: str) -> str:
    if re.search(r'[\x00-\x1f\x7f"\\]', path):
        inside = re.sub(r'["\\]', lambda found: f"\\{found[0]}", path)
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\{ord(found[0]):03o}", inside) + '"'
    return f"{path}\t" if " " in path else path
