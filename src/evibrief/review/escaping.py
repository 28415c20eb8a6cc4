"""Escapes what a reviewer typed into Word, so that Markdown prints exactly those words.

In: words. Out: the same words with a backslash before everything that pandoc's Markdown would read as markup, including
quotation marks and dashes (pandoc's manual, "Backslash escapes": any punctuation may have one).
"""

import re

_ALWAYS = re.compile(r"[\\`*_^~\[\]<>@{}&$\"']|(?<=-)-|(?<=\.\.)\.|\.(?=\.\.)|(?<=\.)\.(?=\.)")
_OPENING = re.compile(
    r"(?P<mark>[#|:%+=-])|(?P<open>\()(?=(?:[0-9]+|[A-Za-z]|[ivxlcdmIVXLCDM]+|#)\)(?:\s|\Z))"
    r"|(?P<word>[0-9]+|[a-z]|[ivxlcdm]+|[IVXLCDM]{2,}|[A-Z](?=\)))(?P<end>[.)])(?=\s|\Z)"
)
_BLOCK = re.compile(r"[>#|:%+*=~`-]|\(?(?:[0-9]+|[A-Za-z]|[ivxlcdmIVXLCDM]+|#|@\w*)[.)](?:\s|\Z)")


def escaped(words: str) -> str:
    """Words escaped for the middle of a text."""
    return _ALWAYS.sub(lambda found: f"\\{found[0]}", words)


def opened_plainly(text: str, before: str) -> str:
    """An edited text, escaped so that no paragraph begins a list, quotation or the like unless it did so before."""
    gap = re.compile(r"(\n\s*\n)")
    old, new = gap.split(before), gap.split(text)
    had = {one for one in old if _BLOCK.match(one.lstrip())}
    first = bool(_BLOCK.match(before.lstrip()))
    return "".join(
        one if one in had or (at == 0 and first and one[:1] == before[:1]) else _plain_start(one)
        for at, one in enumerate(new)
    )  # fmt: skip


def _plain_start(paragraph: str) -> str:
    start = len(paragraph) - len(paragraph.lstrip())
    found = _OPENING.match(paragraph, start)
    if not found:
        return paragraph
    at = found.start("end") if found["end"] else start
    return f"{paragraph[:at]}\\{paragraph[at:]}"
