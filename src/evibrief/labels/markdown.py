"""Markdown in texts of authors: marks taken away where plain text is wanted, put before letters where none is meant."""

from evibrief.labels import dialect


def without_marks(prose: str) -> str:
    """A text in Markdown as plain words: no emphasis, no links, no citations. What has a backslash is no mark."""
    return dialect.words_of(prose)


def escape(text: str) -> str:
    """Plain words as Markdown that prints just these words."""
    return "".join(
        f"\\{character}" if character in r"\`*_{}[]()#+-.!<>~^$|@'" + '"' else character for character in text
    )
