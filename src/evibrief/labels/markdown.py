"""Markdown in texts of authors: marks taken away where plain text is wanted, put before letters where none is meant."""

import re

_MARKS = re.compile(r" ?\[-?@[^\[\]]{0,1000}\]|(?<!\w)[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_KEPT = re.compile("[\ud800-\ud87f]")  # halves of letters, which no text that is read has
_LINKED = re.compile(r"\[([^\[\]]{0,1000})\]\(#?[^)]{0,1000}\)")


def without_marks(prose: str) -> str:
    """A text in Markdown as plain words: no emphasis, no links, no citations. What has a backslash is no mark."""
    text = _ESCAPED.sub(lambda found: chr(0xD800 + ord(found[1])), prose)
    text = re.sub(r"[\^~]([^\^~ ]{1,100})[\^~]", r"\1", _LINKED.sub(r"\1", text))
    text = _MARKS.sub("", text)
    return " ".join(_KEPT.sub(lambda found: chr(ord(found[0]) - 0xD800), text).split())


def escape(text: str) -> str:
    """Plain words as Markdown that prints just these words."""
    return "".join(
        f"\\{character}" if character in r"\`*_{}[]()#+-.!<>~^$|@'" + '"' else character for character in text
    )
