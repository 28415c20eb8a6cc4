"""Formatting with a meaning in a Word document: strikethrough, colour, hidden text and the like.

In: the properties of a run, paragraph or cell, and the styles of the document. Out: the formatting in words. See
ECMA-376 part 1, 17.3.2, and for tracked formatting 17.13.5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evibrief.formats.docx.names import W

REFORMATTED = frozenset(
    f"{W}{name}"
    for name in (
        "rPrChange", "pPrChange", "tblPrChange", "tblPrExChange", "trPrChange", "tcPrChange", "sectPrChange",
        "tblGridChange", "numberingChange",
    )
)  # fmt: skip
STRIKES = ("strike", "dstrike")
_ALWAYS_TOLD = (*STRIKES, "vanish")
"""Properties that none of our styles has, so they are reported even if they come from a style."""

Formatting = Mapping[str, str]
"""Formatting as a mapping from property name to value; an empty value means switched off."""


@dataclass(frozen=True, slots=True)
class FormattingChange:
    """One tracked formatting change: its description, the changed properties, author and date."""

    said: str
    changed: frozenset[str]
    strikes: bool
    author: str
    date: str
    number: int


def look_of(properties: Any) -> Formatting:
    """The direct formatting in a properties element."""
    return {} if properties is None else dict(_values(properties))


def _values(properties: Any) -> Iterator[tuple[str, str]]:
    for one in properties:
        name, value = _local(one.tag), one.get(f"{W}val", "")
        if name in _ALWAYS_TOLD:
            yield name, "" if value in ("0", "false", "off", "none") else "on"
        elif name in ("highlight", "color"):
            yield name, "" if value in ("none", "auto") else value or one.get(f"{W}themeColor", "")
        elif name == "shd":
            fill = one.get(f"{W}fill", "") or one.get(f"{W}themeFill", "")
            yield name, "" if fill in ("auto", "FFFFFF", "ffffff") else fill


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def styles_of(tree: Any) -> Mapping[str, Formatting]:
    """The formatting of each style, including the styles it is based on, by id."""
    found = {one.get(f"{W}styleId", ""): one for one in tree.iter(f"{W}style")}
    looks: dict[str, Formatting] = {}
    for name in found:
        chain = [name]
        while (base := found[chain[-1]].find(f"{W}basedOn")) is not None:
            under = base.get(f"{W}val", "")
            if under not in found or under in chain:
                break
            chain.append(under)
        look: dict[str, str] = {}
        for step in reversed(chain):
            look |= {**look_of(found[step].find(f"{W}pPr")), **look_of(found[step].find(f"{W}rPr"))}
        looks[name] = look
    return looks


def colours_of(tree: Any) -> frozenset[str]:
    """All colours and shades of the styles. Programs turn them into direct formatting when they save a document."""
    named = (f"{W}val", f"{W}fill", f"{W}themeColor", f"{W}themeFill")
    every = (one.get(name, "") for one in tree.iter(f"{W}color", f"{W}shd") for name in named)
    return frozenset(one.upper() for one in every if one)


def marks_of(
    properties: Any, around: Formatting, styles: Mapping[str, Formatting], colours: frozenset[str] = frozenset()
) -> tuple[tuple[str, str], ...]:
    """The formatting of a run beyond its styles, as pairs of property and value.

    Colours and shades that any style has count as the document's own, not as a reviewer's.
    """
    named = properties.find(f"{W}rStyle") if properties is not None else None
    styled = {**around, **styles.get(named.get(f"{W}val", "") if named is not None else "", {})}
    look = {**styled, **look_of(properties)}
    return tuple((name, look[name]) for name in _MARKS
                 if look.get(name) and (name in _ALWAYS_TOLD or look[name] != styled.get(name))
                 and (name not in ("shd", "color") or look[name].upper() not in colours))  # fmt: skip


_MARKS = {"strike": "struck through", "dstrike": "struck through twice", "vanish": "hidden",
          "highlight": "highlighted {}", "shd": "shaded {}", "color": "coloured {}"}  # fmt: skip
_NOT = {"strike": "no longer struck through", "dstrike": "no longer struck through twice", "vanish": "no longer hidden",
        "highlight": "no longer highlighted", "shd": "no longer shaded", "color": "no longer coloured",
        "b": "not bold", "i": "not italic", "u": "not underlined"}  # fmt: skip
_PLAIN = {"b": "bold", "i": "italic", "u": "underlined"}


def in_words(marks: Sequence[tuple[str, str]]) -> str:
    """`struck through, coloured FF0000`."""
    return ", ".join(_MARKS[name].format(value) for name, value in marks)


def change_of(change: Any, number: int) -> FormattingChange:
    """A tracked formatting change in words, from comparing the new properties with the old ones it stores."""
    kind = _local(change.tag).removesuffix("Change")
    new = _properties(change.getparent())
    kept = change.find(f"{W}{kind}")
    old = _properties(kept) if kept is not None else {}
    if kind in ("numbering", "tblGrid"):
        new = old = {}
    changed = [name for name in {**new, **old} if new.get(name) != old.get(name)]
    said = ", ".join(_said(name, new.get(name), old.get(name)) for name in changed)
    strikes = any(name in STRIKES and not _is_off(new.get(name)) for name in changed)
    author, date = change.get(f"{W}author", ""), change.get(f"{W}date", "")
    what = _KINDS.get(kind, "formatting")
    return FormattingChange(said or f"{what} changed", frozenset(changed), strikes, author, date, number)


_KINDS = {"pPr": "formatting of the paragraph", "tblPr": "formatting of the table", "tblPrEx": "formatting of the row",
          "trPr": "formatting of the row", "tcPr": "formatting of the cell", "sectPr": "page layout",
          "tblGrid": "columns of the table", "numbering": "numbering"}  # fmt: skip
_NO_FORMAT = {"ins", "del", "moveFrom", "moveTo", "rPr", "sectPr", "cellIns", "cellDel", "cellMerge"}


def _properties(element: Any) -> dict[str, str]:
    """Each property with the attributes in it, joined to a text."""
    found = {}
    for one in element:
        name = _local(one.tag)
        if name not in _NO_FORMAT and one.tag not in REFORMATTED:
            inner = " ".join(value for child in one.iter() for _, value in sorted(child.items()))
            found[name] = inner
    return found


def _is_off(value: str | None) -> bool:
    return value is None or value in ("0", "false", "off", "none")


def _said(name: str, new: str | None, old: str | None) -> str:
    if _is_off(new) or (name in ("color", "shd") and "auto" in (new or "").split()[-1:]):
        return _NOT.get(name, f"{name} {old} removed")
    value = (new or "").split()[-1] if name == "shd" and new else new or ""
    return _MARKS[name].format(value) if name in _MARKS else _PLAIN.get(name, f"{name} {value}".strip())
