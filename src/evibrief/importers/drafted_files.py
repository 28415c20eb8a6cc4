"""Writes the files of a brief from the passages of a document.

In: passages with their live citations. Out: `brief.yaml`, the claims, `references.json`, stubs of appraisals, and
`not-placed.md`. What the document does not say is `to be filled in`, which `check` refuses until somebody has done so.
"""

import datetime
import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evibrief.evidence.source import SourceTree
from evibrief.evidence.starter import REVIEW_AFTER, identifier_of
from evibrief.evidence.stubs import OPEN, stubs_of_new
from evibrief.evidence.write_references import with_references
from evibrief.evidence.write_yaml import yaml_text
from evibrief.importers.contract import DraftedBrief, FoundReference
from evibrief.importers.merge import Merged, merge
from evibrief.importers.passages import NotPlaced, Passage, Passages, Topic
from evibrief.importers.word_citations import CitedItem

NOT_PLACED = "not-placed.md"


@dataclass(frozen=True)
class Drafted:
    """A document that was taken apart: its file, the name and date of the brief, and what is in it.

    `cited` has the publications of each live citation by its number; `counted` is what places count.
    """

    path: Path
    name: str
    today: datetime.date
    passages: Passages
    cited: Mapping[int, tuple[CitedItem, ...]]
    counted: str


def drafted_files(drafted: Drafted) -> DraftedBrief:
    """The files of the brief. Raises `Problems` for a name that cannot be an id, or references that cannot be read."""
    found = _references(drafted)
    groups = [_group(number, topic, found.ids, drafted) for number, topic in enumerate(drafted.passages.topics, 1)]
    files = {"brief.yaml": _brief(drafted, bool(found.merged.added))}
    files |= dict(groups)
    if found.merged.added:
        files["references.json"] = with_references("", "", "references.json", found.merged.added)
    files["studies.yaml"] = _studies(found.merged)
    if drafted.passages.not_placed:
        files[NOT_PLACED] = _not_placed(drafted)
    return DraftedBrief({name: text.encode() for name, text in files.items()}, tuple(_told(drafted, found)))


@dataclass(frozen=True)
class _Found:
    """The references of a document, and the id of each cited item, by its data."""

    merged: Merged
    ids: Mapping[str, str]


def _references(drafted: Drafted) -> _Found:
    places = {number: one.place for topic in drafted.passages.topics for one in topic.passages for number in one.live}
    items: dict[str, FoundReference] = {}
    for number, cited in drafted.cited.items():
        for item in cited:
            csl = {name: value for name, value in item.data.items() if name != "id"}
            items.setdefault(_key(item), FoundReference(csl, places.get(number, 0)))
    merged = merge(((drafted.path, one) for one in items.values()), ())
    return _Found(merged, dict(zip(items, merged.ids, strict=True)))


def _key(item: CitedItem) -> str:
    """What is the same for the same publication: all of its data, but not its number in the document."""
    return json.dumps({name: value for name, value in item.data.items() if name != "id"}, sort_keys=True)


def _group(number: int, topic: Topic, ids: Mapping[str, str], drafted: Drafted) -> tuple[str, str]:
    """The name and text of one file of claims."""
    title = topic.title or drafted.passages.title or drafted.path.stem
    head = {"id": f"topic_{number}", "title": title}
    claims = "".join(_claim(f"c{number}_{at}", one, ids, drafted) for at, one in enumerate(topic.passages, 1))
    remark = f"From {drafted.path.name}. `line` is the {drafted.counted} there; the comments are what it is below."
    return f"claims/{number:02}-{_slug(title)}.yaml", f"{yaml_text(head, (remark,))}claims:\n{claims}"


def _claim(name: str, passage: Passage, ids: Mapping[str, str], drafted: Drafted) -> str:
    """One claim as YAML, with the headings above it as comments."""
    above = "".join(f"# {' '.join(one.split())}\n" for one in passage.context)
    named = [drafted.passages.live[number][1] for number in passage.live if drafted.cited.get(number)]
    attribution = "; ".join((*named, *passage.plain)) or OPEN
    record: dict[str, Any] = {
        "id": name, "text": as_prose(passage.text), "about": OPEN, "direction": OPEN, "population": OPEN,
        "stated": {"line": passage.place, "attribution": attribution, "study_type": OPEN}, "status": "unexamined",
    }  # fmt: skip
    evidence = [_evidence(item, ids) for number in passage.live for item in drafted.cited.get(number, ())]
    record |= {"evidence": evidence} if evidence else {}
    return textwrap.indent(above + yaml_text([record]), "  ")


def _evidence(item: CitedItem, ids: Mapping[str, str]) -> dict[str, str]:
    """That the document cites a publication here; not what for, and not what it found."""
    return {"source": ids[_key(item)], "role": OPEN, "basis": "cited", "locator": item.locator or OPEN, "finding": OPEN}


_RAISED = re.compile("[\u00b9\u00b2\u00b3\u2070\u2071\u2074-\u207f]+")
_LOWERED = re.compile("[\u2080-\u208e]+")
PLAIN_FIGURES = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207c\u207d\u207e\u207f\u2071"
    "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089\u208a\u208b\u208c\u208d\u208e",
    "0123456789+\u2212=()ni0123456789+\u2212=()",
)
"""Raised and lowered figures, which few fonts have, as plain ones; the marks around them say where they are."""

_READ_AS_MARKUP = re.compile(r"[\\`*_\[\]<>~^$|@{}#]")
_READ_AS_LIST = re.compile(r"^(?:[-+]|\d{1,9}(?=[.)]\s))(?=[\s.)])")


def as_prose(text: str) -> str:
    """Plain words as Markdown that prints just these words. What is no markup in front or alone stays as it is."""
    escaped = _READ_AS_MARKUP.sub(lambda found: f"\\{found[0]}", text)
    escaped = _RAISED.sub(lambda found: f"^{found[0].translate(PLAIN_FIGURES)}^", escaped)
    escaped = _LOWERED.sub(lambda found: f"~{found[0].translate(PLAIN_FIGURES)}~", escaped)
    if found := _READ_AS_LIST.match(escaped):
        end = found.end()
        return f"\\{escaped}" if escaped[0] in "-+" else f"{escaped[:end]}\\{escaped[end:]}"
    return escaped


def _brief(drafted: Drafted, has_references: bool) -> str:
    title = drafted.passages.title or OPEN
    day, later = drafted.today, drafted.today + REVIEW_AFTER
    listed = "  - {kind: references, title: References}\n" if has_references else ""
    return f"""\
# Made from {drafted.path.name}. Fill in what is `{OPEN}`; `evibrief files brief` explains each field.
format: 2
id: {identifier_of(Path(drafted.name))}
title: {_typed(title)}
question:
  text: {OPEN}
  population: {OPEN}
  intervention: {OPEN}
  comparator: {OPEN}
  outcomes: [{OPEN}]
audience: {OPEN}
status: draft
status_note: its claims are sentences of a document, which nobody has examined
version: 0.1.0
date: {day.isoformat()}
review_by: {later.isoformat()}
funding: {OPEN}
conflicts: {OPEN}
source_document:
  title: {_typed(title)}
  stated_sources: {OPEN}
  author: {OPEN}
  date: {OPEN}
  grading_method: {OPEN}
bottom_line:
  text: {OPEN}
  plausibility: {OPEN}
  certainty: {OPEN}
not_this:
  - {OPEN}
methods:
  text: {OPEN}
populations: []                # who was studied, and how close they are to those whom the brief is about
sections:
  - {{kind: methods, title: Methods}}
  - {{kind: limitations, title: Limitations}}
  - {{kind: evidence, title: Evidence tables}}
{listed}citation_style: american-medical-association
"""


def _typed(text: str) -> str:
    """A text as YAML reads it back."""
    return text if text == OPEN else json.dumps(text, ensure_ascii=False)


def _studies(merged: Merged) -> str:
    source = SourceTree({"studies": [], "references": list(merged.added), "brief": {}}, {}, {}, {})
    made = stubs_of_new(source, "studies.yaml", [one["id"] for one in merged.added])
    return f"# One appraisal for each entry of references.json.\n{made.text or '[]'}"


def _not_placed(drafted: Drafted) -> str:
    """The list of what is in no claim, as Markdown."""
    lines = "".join(f"- {line}\n" for line in _places(drafted.passages.not_placed, drafted.counted))
    return f"# What of {drafted.path.name} is in no claim\n\nDelete this list when all of it has its place.\n\n{lines}"


def _places(listed: Sequence[NotPlaced], counted: str) -> Iterator[str]:
    for one in listed:
        where = f"{counted} {one.place}: " if one.place else ""
        yield f"{where}{one.what}" + (f": {' '.join(one.words.split())}" if one.words else "")


def _told(drafted: Drafted, found: _Found) -> Iterator[str]:
    """What the command prints: what was made, and what has no place."""
    topics, missing = drafted.passages.topics, drafted.passages.not_placed
    claims = sum(len(topic.passages) for topic in topics)
    cited = sum(bool(one.live) for topic in topics for one in topic.passages)
    yield f"{drafted.path}: {_number(claims, 'claim')} from {_number(len(topics), 'section')}"
    if drafted.passages.live:
        yield f"{_number(len(found.merged.added), 'reference')}; {_number(cited, 'claim')} with a live citation"
    yield from found.merged.told
    if missing:
        yield f"in no claim, and listed in {NOT_PLACED}, too: {_number(len(missing), 'place')}"
        yield from (f"  {line}" for line in _places(missing[:MOST_PLACES_TOLD], drafted.counted))
        if len(missing) > MOST_PLACES_TOLD:
            yield f"  … and {len(missing) - MOST_PLACES_TOLD} more"


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


MOST_PLACES_TOLD = 40


def _slug(title: str) -> str:
    """A title as part of a file name."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall("[a-z]+", plain) if word]
    return "-".join(words)[:40].strip("-") or "claims"
