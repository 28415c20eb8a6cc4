"""The one pandoc pass: all Markdown and all citations of a brief, together, in the order of reading.

In: texts, references as CSL-JSON, a citation style. Out: an HTML fragment for each text, and the reference list.
One pass, because the numbers of a numbered style follow the order of reading over the whole document.
"""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pypandoc

from evibrief.workfolders import work_folder

READER = "-".join(
    (
        "markdown", "raw_html", "raw_tex", "raw_attribute", "native_divs", "native_spans", "markdown_in_html_blocks",
        "fenced_divs", "bracketed_spans", "header_attributes", "link_attributes", "inline_code_attributes",
        "fenced_code_attributes", "yaml_metadata_block", "pandoc_title_block", "tex_math_dollars", "footnotes",
        "inline_notes", "example_lists", "implicit_figures", "latex_macros", "abbreviations",
    )
)  # fmt: skip
"""Pandoc's Markdown without anything that could carry markup, attributes or settings past the templates."""

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
        "blockquote",
        "del",
        "dl",
        "dt",
        "dd",
    )
)
ALLOWED_LINKS = ("#", "http://", "https://", "mailto:")
_ENTRY_OF_LIST = re.compile(r'<div id="refs".*', re.DOTALL)


@dataclass(frozen=True)
class Complaint:
    """Something about one text, by its index; -1 for all of them together."""

    index: int
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Typeset:
    """The fragments in the order of the texts, the reference list, and what is wrong with any of them."""

    fragments: tuple[str, ...]
    bibliography: str
    complaints: tuple[Complaint, ...]


def typeset(texts: Sequence[str], references: Sequence[Mapping[str, Any]], style: bytes, language: str) -> Typeset:
    """Turn every text into HTML and number the citations through all of them.

    Texts are separated by paragraphs that no author writes; one that is swallowed by an open construct of the text
    before it is found out, and that text is named.
    """
    marks = [f"\ue000{index}\ue001" for index in range(len(texts))]
    joined = "\n\n".join(f"{mark}\n\n{text.strip()}" for mark, text in zip(marks, texts, strict=True))
    html, warnings = _run_pandoc(f"{joined}\n\n\ue000end\ue001\n", references, style, language)
    pieces = re.split(r"<p>\ue000(\d+|end)\ue001</p>\n?", html)
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    complaints = [Complaint(-1, warning) for warning in warnings]
    fragments = []
    for index in range(len(texts)):
        swallowed = str(index + 1) not in found and index + 1 < len(texts)
        if str(index) not in found or swallowed:
            complaints.append(
                Complaint(index, "this text does not end where it should", "close what it opens: ``` or >")
            )
        fragment = found.get(str(index), "").strip()
        complaints += (Complaint(index, *wrong) for wrong in _refused(fragment))
        fragments.append(fragment)
    bibliography = _ENTRY_OF_LIST.search(found.get("end", ""))
    return Typeset(tuple(fragments), bibliography[0].strip() if bibliography else "", tuple(complaints))


def inline(fragment: str) -> str | None:
    """A fragment of one paragraph without its `<p>`, or None when it is anything else."""
    if fragment.startswith("<p>") and fragment.endswith("</p>") and fragment.count("<p>") == 1:
        return fragment[3:-4]
    return None


def _run_pandoc(
    text: str, references: Sequence[Mapping[str, Any]], style: bytes, language: str
) -> tuple[str, list[str]]:
    """Pandoc reads its references and its style from files, so they get a folder that is gone afterwards."""
    with work_folder() as folder:
        library, csl = folder / "references.json", folder / "style.csl"
        library.write_text(json.dumps(list(references), ensure_ascii=False), encoding="utf-8")
        csl.write_bytes(style)
        command = [
            pypandoc.get_pandoc_path(), f"--from={READER}", "--to=html5", "--sandbox", "--citeproc", "--wrap=none",
            f"--bibliography={library}", f"--csl={csl}", "--metadata=link-citations:true",
            f"--metadata=lang:{language}", "--email-obfuscation=none",
        ]  # fmt: skip
        run = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    warnings = [line for line in run.stderr.decode(errors="replace").splitlines() if line.strip()]
    if run.returncode and not warnings:
        warnings.append(f"pandoc ended with exit code {run.returncode}")
    return run.stdout.decode(), warnings


class _Refusals(HTMLParser):
    """Collects what a fragment may not contain."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED_TAGS:
            what = {"img": "a picture", "table": "a table", "pre": "a block of code"}.get(tag, f"`<{tag}>`")
            what = "a heading" if re.fullmatch(r"h\d", tag) else what
            self.refused.append((f"{what} may not stand in a text", "texts are paragraphs, lists, links and citations"))
        target = dict(attributes).get("href")
        if tag == "a" and target is not None and not target.startswith(ALLOWED_LINKS):
            self.refused.append((f"the link `{target}` leads nowhere that is allowed", "use #id, https: or mailto:"))


def _refused(fragment: str) -> Iterable[tuple[str, str]]:
    parser = _Refusals()
    parser.feed(fragment)
    return dict.fromkeys(parser.refused)
