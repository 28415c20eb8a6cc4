"""The references of a brief for reference managers.

In: the references as they were read, put right. Out: CSL-JSON (the schema of CSL 1.0.2), RIS, BibLaTeX.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from evibrief.evidence.csl_json import NAMES
from evibrief.exports.contract import Exported
from evibrief.exports.people import name_of_person, named_people
from evibrief.pandoc import convert
from evibrief.problems import Problem, Problems


def as_csl_json(exported: Exported) -> bytes:
    """The references as CSL-JSON, with their fields put right."""
    return (json.dumps(csl_entries(exported), indent=1, ensure_ascii=False) + "\n").encode()


def csl_entries(exported: Exported) -> Sequence[Mapping[str, Any]]:
    """The references in file order, as CSL-JSON; people whom nobody names are left out."""
    return [
        {name: value for name, typed in entry.items() if (value := named_people(typed) if name in NAMES else typed)}
        for entry in exported.source.tree["references"]
    ]


def ris_of(entries: Iterable[Mapping[str, Any]]) -> str:
    """References as RIS, as EndNote and Zotero write it. PMID and PMCID are notes: RIS has no place for them."""
    lines = [f"{tag}  - {value}" for entry in entries for tag, value in (*_tags(entry), ("ER", ""))]
    return "".join(f"{line}\r\n" for line in lines)


def _tags(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The tags of one reference. A value is one line: a line break would begin another tag."""
    kind = str(entry["type"])
    yield "TY", _RIS_TYPES.get(kind, "GEN")
    for tag, values in _RIS_TAGS:
        yield from ((tag, _one_line(str(value))) for value in values(entry))


def _one_line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text).strip()


_LINE_BREAKS = re.compile("\\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\\s*")
_RIS_TYPES = {
    "article": "UNPB", "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS",
    "bill": "BILL", "book": "BOOK", "broadcast": "MPCT", "chapter": "CHAP", "dataset": "DATA",
    "entry-dictionary": "DICT", "entry-encyclopedia": "ENCYC", "figure": "FIGURE", "graphic": "ART", "hearing": "HEAR",
    "legal_case": "CASE", "legislation": "STAT", "manuscript": "MANSCPT", "map": "MAP", "motion_picture": "MPCT",
    "musical_score": "MUSIC", "pamphlet": "PAMP", "paper-conference": "CPAPER", "patent": "PAT",
    "personal_communication": "PCOMM", "post": "ICOMM", "post-weblog": "BLOG", "report": "RPRT", "review": "JOUR",
    "review-book": "JOUR", "software": "COMP", "song": "SOUND", "speech": "SLIDE", "standard": "STAND",
    "thesis": "THES", "webpage": "ELEC",
}  # fmt: skip


def _field(name: str) -> Callable[[Mapping[str, Any]], Iterable[Any]]:
    return lambda entry: [entry[name]] if entry.get(name) else []


def _people(name: str) -> Callable[[Mapping[str, Any]], Iterable[str]]:
    return lambda entry: map(name_of_person, entry.get(name, ()))


def _labelled(name: str) -> Callable[[Mapping[str, Any]], Iterable[str]]:
    return lambda entry: [f"{name}: {entry[name]}"] if entry.get(name) else []


def _year(entry: Mapping[str, Any]) -> Iterable[str]:
    parts = (entry.get("issued") or {}).get("date-parts")
    return [f"{parts[0][0]:04d}"] if parts else []


def _day(entry: Mapping[str, Any]) -> Iterable[str]:
    """The date with slashes; a part that is not known is left out, its slash is not."""
    issued = entry.get("issued") or {}
    parts = (issued.get("date-parts") or [[]])[0]
    if not parts:
        return [issued["literal"]] if issued.get("literal") else []
    written = [f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:]), "", ""]
    return [f"{'/'.join(written[:3])}/"]


def _pages(index: int) -> Callable[[Mapping[str, Any]], Iterable[str]]:
    """The first page, or the last one where there is a range of two."""

    def page(entry: Mapping[str, Any]) -> Iterable[str]:
        text = str(entry.get("page") or "")
        ends = re.fullmatch(r"\s*([^\s,–-]+)\s*[–-]+\s*([^\s,–-]+)\s*", text)
        return [one for one in ([ends[index + 1]] if ends else [text] if index == 0 else []) if one]

    return page


_RIS_TAGS: tuple[tuple[str, Callable[[Mapping[str, Any]], Iterable[Any]]], ...] = (
    ("ID", _field("id")), ("AU", _people("author")), ("A2", _people("editor")), ("TI", _field("title")),
    ("ST", _field("title-short")), ("T2", _field("container-title")), ("J2", _field("container-title-short")),
    ("PY", _year), ("DA", _day), ("VL", _field("volume")), ("IS", _field("issue")), ("SP", _pages(0)),
    ("EP", _pages(1)),
    ("ET", _field("edition")), ("PB", _field("publisher")), ("CY", _field("publisher-place")),
    ("SN", _field("ISSN")),
    ("SN", _field("ISBN")), ("DO", _field("DOI")), ("UR", _field("URL")), ("LA", _field("language")),
    ("AB", _field("abstract")), ("N1", _labelled("PMID")), ("N1", _labelled("PMCID")), ("N1", _field("note")),
)  # fmt: skip


def as_biblatex(exported: Exported) -> bytes:
    """The references as BibLaTeX, as pandoc writes it. A PubMed number is an `eprint`; pandoc would leave it out.

    Raises `Problems` where pandoc cannot write them.
    """
    entries: Sequence[Mapping[str, Any]] = exported.source.tree["references"]
    made = convert(json.dumps(entries).encode(), "csljson", "biblatex")
    if made.failed or made.complaints:
        message = f"pandoc cannot write these references as BibLaTeX: {made.complaints:.300}"
        place = exported.source.place(("references",))
        raise Problems([Problem(place, "references", message, "export them as csl or ris")])
    numbers = {str(entry["id"]): entry["PMID"] for entry in entries if entry.get("PMID")}
    text = _BRACED_OTHERS.sub(r"\1others}", made.output.decode())
    return "".join(_with_number(line, numbers) for line in text.splitlines(keepends=True)).encode()


_BRACED_OTHERS = re.compile(r"^(  (?:author|editor|translator|bookauthor) = \{.* and )\{others\}\}", re.MULTILINE)
"""BibLaTeX's `and others`, as pandoc writes it. In braces it would be the name of somebody."""


def _with_number(line: str, numbers: Mapping[str, str]) -> str:
    """A line, and behind the one that begins an entry its PubMed number."""
    begins = re.fullmatch(r"@\w+\{(.*),\n", line)
    number = numbers.get(begins[1]) if begins else None
    return f"{line}  eprint = {{{number}}},\n  eprinttype = {{pubmed}},\n" if number else line
