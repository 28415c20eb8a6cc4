"""Checks a theme's Word file with styles, `theme/reference.docx`, before pandoc reads it.

In: its bytes and path. Out: nothing, or all reasons why it cannot be used: it is not a Word file, lacks styles that the
page needs, or contains something that Word would fetch or run when the finished brief is opened.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from evibrief.formats.docx.names import RELATIONSHIP, W
from evibrief.formats.docx.package import open_package
from evibrief.formats.docx.reference import RUNNING_TITLE
from evibrief.problems import Place, Problem, Problems

_NEEDED = ("word/document.xml", "word/styles.xml", "word/settings.xml")
_ACTIVE = re.compile(r"(vbaproject|activex|embeddings|oleobject|afchunk|customui|attachedtoolbars)", re.IGNORECASE)
_FIELDS = re.compile(r"\b(include(text|picture)|dde(auto)?|link|import|rd|database|macrobutton|print)\b", re.IGNORECASE)
_HINT = "start from templates/reference.docx and change its styles in Word"


def demand_reference(data: bytes, path: str) -> None:
    """Raise `Problems` for a file whose styles cannot be used for a brief."""
    package = open_package(data, path)
    if missing := [name for name in _NEEDED if name not in package.parts]:
        raise _problems(path, [f"`{name}` is missing in it" for name in missing])
    trees = {name: package.tree(name) for name in package.parts if name.endswith((".xml", ".rels"))}
    found = [f"`{name:.80}` in it could run something" for name in package.parts if _ACTIVE.search(name)]
    for name, tree in trees.items():
        if name.endswith(".rels"):
            found += _loads(name, tree)
        else:
            found += _fields(name, tree)
    headers = [tree for name, tree in trees.items() if re.fullmatch(r"word/header\d*\.xml", name)]
    if not any(RUNNING_TITLE in _texts(tree) for tree in headers):
        found.append(f"no header of it has a paragraph that reads `{RUNNING_TITLE}`")
    if found:
        raise _problems(path, found)


def _loads(name: str, tree: Any) -> Iterator[str]:
    for relation in tree.iter(RELATIONSHIP):
        kind = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode", "Internal") != "Internal" and kind != "hyperlink":
            yield f"`{name}` in it names something outside, which Word would fetch: {relation.get('Target', '')[:100]}"


def _fields(name: str, tree: Any) -> Iterator[str]:
    words = [*(one.text or "" for one in tree.iter(f"{W}instrText")),
             *(one.get(f"{W}instr", "") for one in tree.iter(f"{W}fldSimple"))]  # fmt: skip
    if loads := _FIELDS.search("".join(words)):
        yield f"`{name}` in it has the field `{loads[0]}`, which could fetch or run something"


def _texts(tree: Any) -> list[str]:
    paragraphs = tree.iter(f"{W}p")
    return ["".join(text.text or "" for text in paragraph.iter(f"{W}t")) for paragraph in paragraphs]


def _problems(path: str, messages: Iterable[str]) -> Problems:
    return Problems(Problem(Place(path), "theme", message, _HINT) for message in messages)
