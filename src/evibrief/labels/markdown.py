"""Markdown in texts of authors: marks taken away where plain text is wanted, put before letters where none is meant."""

import re

_MARKS = re.compile(r" ?\[-?@[^\]]*\]|(?<!\w)[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}(?!\w)|\\(?=\W)")
_LINKED = re.compile(r"\[([^\]]*)\]\(#?[^)]*\)")


def without_marks(prose: str) -> str:
    """A text in Markdown as plain words: no emphasis, no links, no citations."""
    text = re.sub(r"[\^~]([^\^~ ]+)[\^~]", r"\1", _LINKED.sub(r"\1", prose))
    return " ".join(_MARKS.sub("", text).split())


def escape(text: str) -> str:
    """Plain words as Markdown that prints just these words."""
    return "".join(
        f"\\{character}" if character in r"\`*_{}[]()#+-.!<>~^$|@'" + '"' else character for character in text
    )
