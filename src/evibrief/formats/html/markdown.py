"""Converts all Markdown and citations of a brief in a single pandoc run, in reading order.

In: texts, references as CSL-JSON, a citation style. Out: an HTML fragment for each text, and the reference list.
A single run is needed because a numbered style numbers citations in reading order across the whole document.
"""

import json
import re
import secrets
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from evibrief.formats.html.complaints import ALLOWED_LINKS, Complaint, forbidden, forbidden_link, two_ways
from evibrief.labels import dialect
from evibrief.labels.dialect import CITED, Parsed
from evibrief.pandoc import OUT_OF_MEMORY, demand_room
from evibrief.workfolders import work_folder

READER = (
    "markdown_strict-raw_html-shortcut_reference_links-spaced_reference_links"
    "+all_symbols_escapable+citations+escaped_line_breaks+intraword_underscores+startnum+subscript+superscript"
)
"""Pandoc's Markdown with only the markup of `labels.dialect`; what is no markup there comes with a backslash."""

ALLOWED_TAGS = frozenset(
    (
        "p",
        "em",
        "strong",
        "sup",
        "sub",
        "a",
        "span",
        "ul",
        "ol",
        "li",
        "code",
        "br",
    )
)
_TAGS_OF_LIST = frozenset(("div", "section", "hr", "i", "b", "u"))
"""Further tags in the reference list, and in the notes of a note style."""

_ENTRY_OF_LIST = re.compile(r'<div id="refs".*', re.DOTALL)


IN_LIST = -2
"""The index of complaints about the reference list."""

SETTING_TIMEOUT = 120
"""In seconds, for pandoc; the largest brief measured took five."""

_MEGABYTES = 2_048
"""The memory limit of pandoc's runtime; only a malicious citation style needs more (GHC User's Guide, 5.7)."""

_CITEPROC_FAILED = 24


@dataclass(frozen=True)
class Typeset:
    """The fragments in the order of the texts, the reference list, and the complaints."""

    fragments: tuple[str, ...]
    bibliography: str
    complaints: tuple[Complaint, ...]


def typeset(texts: Sequence[str], references: Sequence[Mapping[str, Any]], style: bytes, language: str) -> Typeset:
    """Turn every text into HTML, and number the citations through all of them.

    Each text is read as a separate file, so that an open construct in it cannot affect another.
    Each file begins with a paragraph of a random token, which no author can have written.
    """
    token = f"t{secrets.token_hex(16)}"
    parsed = [dialect.parse_text(text) for text in texts]
    html, complaints = _run_pandoc([one.markdown for one in parsed], token, references, style, language)
    pieces = re.split(rf"<p>{token}</p>\n?", html)[1:]
    if len(pieces) != len(texts) + 1:
        return Typeset(tuple("" for _ in texts), "", complaints or (Complaint(-1, "the texts could not be set"),))
    fragments = [_own_links(piece.strip(), f"{token}n{index}") for index, piece in enumerate(pieces[:-1])]
    found = [one for index, read in enumerate(parsed) for one in two_ways(index, read)]
    found += [one for index, fragment in enumerate(fragments) for one in _refused(index, fragment)]
    refused = {one.index for one in (*found, *complaints)}
    found += [one for index, (read, fragment) in enumerate(zip(parsed, fragments, strict=True))
              if index not in refused for one in _changed(index, read, fragment)]
    bibliography = _ENTRY_OF_LIST.search(pieces[-1])
    listed = bibliography[0].strip() if bibliography else ""
    found += _refused(IN_LIST, listed, ALLOWED_TAGS | _TAGS_OF_LIST)
    return Typeset(tuple(fragments), listed, (*complaints, *found))


def _own_links(fragment: str, name: str) -> str:
    """A fragment whose internal links no longer have the file name that pandoc puts in front."""
    return fragment.replace(f'href="#{name}__', 'href="#')


def _changed(index: int, parsed: Parsed, fragment: str) -> Iterable[Complaint]:
    """A complaint about a text of which the page would print other words. The dialect and pandoc then disagree."""
    reader = _Words()
    reader.feed(fragment)
    printed = "".join(reader.words)
    if not parsed.faults and _letters(printed, CITED in printed) != _letters(parsed.words, CITED in printed):
        hint = "write a backslash before signs that are meant as signs"
        yield Complaint(index, "this text would be printed in other words than it was typed in", hint)


def _letters(words: str, cited: bool) -> str:
    """The letters and signs of a text. A citation style may move the points and commas around a citation."""
    plain = "".join(words.split()).replace(CITED, "")
    return re.sub(r"[.,;:]", "", plain) if cited else plain


class _Words(HTMLParser):
    """The words of a fragment, with `CITED` for each citation."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[str] = []
        self._cited: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        classes = (dict(attributes).get("class") or "").split()
        kind = next((one for one in ("citation", "footnote-ref") if one in classes), "")
        if kind == "citation":
            self._cited = []
        if kind == "footnote-ref":  # a note style puts the points and brackets that follow into the citation
            self.words += re.sub(r"\w", "", "".join(self._cited))
        if tag not in ("br", "wbr"):
            self._open.append(kind)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open.pop() == "citation":
            self.words.append(CITED)

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.words.append(data)
        elif "footnote-ref" not in self._open:
            self._cited.append(data)


def inline(fragment: str) -> str | None:
    """A fragment of one paragraph without its `<p>`; None if it is anything else."""
    if fragment.startswith("<p>") and fragment.endswith("</p>") and fragment.count("<p>") == 1:
        return fragment[3:-4]
    return None


def _run_pandoc(
    texts: Sequence[str], token: str, references: Sequence[Mapping[str, Any]], style: bytes, language: str
) -> tuple[str, tuple[Complaint, ...]]:
    """The HTML of all texts, with the token as a paragraph before each and at the end.

    Pandoc reads texts, references and style from files, so they are written to a temporary folder. The token stands
    in the file of its text: a file of its own would double what pandoc reads.
    """
    import pypandoc  # here, because a check does without it

    names = [f"{token}n{index}" for index in range(len(texts))]
    with work_folder() as folder:
        library = json.dumps([_without_empty(one) for one in references], ensure_ascii=False)
        (folder / "references.json").write_text(library, encoding="utf-8")
        (folder / "style.csl").write_bytes(style)
        for name, text in zip((*names, token), (*texts, ""), strict=True):
            (folder / name).write_text(f"{token}\n\n{text}\n", encoding="utf-8", newline="\n")
        command = [
            pypandoc.get_pandoc_path(), f"--from={READER}", "--to=html5", "--sandbox", "--file-scope", "--citeproc",
            "--wrap=none", "--bibliography=references.json", "--csl=style.csl", "--metadata=link-citations:true",
            f"--metadata=lang:{language}", "--email-obfuscation=none", "+RTS", f"-M{_MEGABYTES}m", "-RTS",
            *names, token,
        ]  # fmt: skip
        try:
            run = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=SETTING_TIMEOUT)
        except subprocess.TimeoutExpired:
            message = f"setting the texts in this style takes over {SETTING_TIMEOUT} s"
            return "", (Complaint(-1, message, _STYLE, of_style=True),)
    demand_room(run.returncode, _MEGABYTES)
    return run.stdout.decode(errors="replace"), tuple(_warnings(run, token))


_STYLE = "take a citation style of the public collection"


def _warnings(run: "subprocess.CompletedProcess[bytes]", token: str) -> Iterable[Complaint]:
    """Pandoc's messages as complaints about the text they name, the citation style, or all texts."""
    lines = [line for line in run.stderr.decode(errors="replace").splitlines() if line.strip()]
    if run.returncode in (_CITEPROC_FAILED, OUT_OF_MEMORY) or run.returncode < 0:
        what = "it takes too much memory" if run.returncode != _CITEPROC_FAILED else " ".join(lines)
        yield Complaint(-1, f"no reference list can be made in this style: {what:.300}", _STYLE, of_style=True)
        return
    if run.returncode and not lines:
        lines.append(f"pandoc ended with exit code {run.returncode}")
    for line in lines:
        named = re.search(rf"{token}n(\d+)", line)
        words = re.sub(rf"{token}(n\d+)?", "this text", line)
        of_style = "Citeproc" in line and "not found" not in line
        missing = re.search(r"citation (\S+) not found", line)
        yield Complaint(
            int(named[1]) if named else -1, words, _STYLE if of_style else "",
            within=f"@{missing[1]}" if missing else "", of_style=of_style,
        )  # fmt: skip


def _without_empty(reference: Mapping[str, Any]) -> dict[str, Any]:
    """A reference without empty fields, because an empty DOI would become a dead link."""
    return {name: value for name, value in reference.items() if value != ""}


class _Refusals(HTMLParser):
    """Collects everything in a fragment that is not allowed."""

    def __init__(self, index: int, allowed: frozenset[str]) -> None:
        super().__init__()
        self.index, self.allowed = index, allowed
        self.refused: list[Complaint] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in self.allowed:
            what = {"img": "a picture", "table": "a table", "pre": "a block of code"}.get(tag, f"`<{tag}>`")
            self.refused.append(forbidden(self.index, "a heading" if re.fullmatch(r"h\d", tag) else what))
        target = dict(attributes).get("href")
        if tag == "a" and target is not None and not target.startswith(ALLOWED_LINKS):
            self.refused.append(forbidden_link(self.index, target))


def _refused(index: int, fragment: str, allowed: frozenset[str] = ALLOWED_TAGS) -> Iterable[Complaint]:
    parser = _Refusals(index, allowed)
    parser.feed(fragment)
    return dict.fromkeys(parser.refused)
