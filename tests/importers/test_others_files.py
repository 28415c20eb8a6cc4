"""The test collections of others, whole: where `EVIBRIEF_OTHERS_FILES` names a folder with copies of them.

The folder has `rispy`, `translators` (of Zotero), `zotero-better-bibtex` and `citation-file-formatting`, each a copy of
the repository of that name. Few of their files may be passed on. Zotero's test cases say what it makes of each file,
and Better BibTeX has a JSON beside its files: what we read is compared with them. `pytest -s` prints a table.

A file counts as read if all of its references are. A reference that a brief refuses, such as one without a title, is
refused later, when it is merged, and is counted here as read.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evibrief.evidence.identifiers import normalise_doi, normalised_title
from evibrief.importers.contract import ReferenceImporter
from evibrief.importers.csl import csl_of_zotero
from evibrief.importers.csl_parts import pmid_in
from evibrief.importers.registry import importer_of
from evibrief.problems import Problems

FOLDER = os.environ.get("EVIBRIEF_OTHERS_FILES", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="EVIBRIEF_OTHERS_FILES names no folder with test collections"),
]
TRANSLATORS = ("RIS", "MEDLINEnbib", "PubMed XML", "Endnote XML", "BibTeX", "CSL JSON")
FIELDS = ("title", "year", "DOI", "PMID", "authors")
Csl = Mapping[str, Any]


class Case(NamedTuple):
    """A file, and what its owners read of it; None where they do not say."""

    name: str
    data: bytes
    wanted: list[Csl] | None


def zotero_cases(translator: str) -> Iterator[Case]:
    """The test cases at the end of a translator. They are JSON, but for commas at the end of lists."""
    code = (Path(FOLDER) / "translators" / f"{translator}.js").read_text(encoding="utf-8")
    found = re.search(r"var testCases = (\[.*\])\s*;?\s*/\*\* END TEST", code, re.DOTALL)
    assert found
    for case in json.loads(re.sub(r",(\s*[\]}])", r"\1", found[1]), strict=False):
        if case["type"] == "import":
            yield Case(translator, case["input"].encode(), wanted(case["items"]))


def wanted(items: Sequence[Csl]) -> list[Csl]:
    return [csl_of_zotero(one) for one in items if one.get("itemType") not in ("note", "attachment")]


def better_bibtex_cases() -> Iterator[Case]:
    folder = Path(FOLDER) / "zotero-better-bibtex" / "test" / "fixtures" / "import"
    for path in sorted(folder.glob("*.bib")):
        theirs = path.with_suffix(".json")
        items = json.loads(theirs.read_text(encoding="utf-8"))["items"] if theirs.exists() else None
        yield Case(path.name, path.read_bytes(), wanted(items) if items is not None else None)


def plain_cases(*ways: str) -> Iterator[Case]:
    for way in ways:
        yield from (Case(path.name, path.read_bytes(), None) for path in sorted(Path(FOLDER).glob(way)))


def compared(csl: Csl) -> dict[str, Any]:
    """What is compared of a reference, in a form in which spelling does not count."""
    issued, note = csl.get("issued") or {}, str(csl.get("note") or "")
    names = [str(one.get("family") or one.get("literal") or "") for one in csl.get("author", ())]
    return {
        "title": plain(csl.get("title")), "year": next((one[0] for one in issued.get("date-parts", ())), None),
        "DOI": normalise_doi(str(csl.get("DOI") or "")), "PMID": str(csl.get("PMID") or "") or pmid_in([note]),
        "authors": [plain(name) for name in names],
    }  # fmt: skip


def plain(text: Any) -> str:
    return normalised_title(re.sub(r"[{}]", "", str(text or "")))


def tried(cases: Iterator[Case]) -> Counter[str]:
    """How many files and references were read, and how many fields are as their owners have them."""
    count: Counter[str] = Counter()
    for case in cases:
        count["files"] += 1
        try:
            importer = importer_of(case.data, drafts=False)
            assert isinstance(importer, ReferenceImporter)
            found = [one.csl for one in importer.references(case.data, Path(case.name))]
        except (Problems, LookupError) as refused:
            print(f"  refused: {case.name:.60}: {str(refused).splitlines()[0][-110:] if str(refused) else 'unknown'}")
            continue
        count["files read"] += 1
        count["references"] += len(found)
        for name in FIELDS:
            count[f"with {name}"] += sum(bool(compared(one)[name]) for one in found)
        if case.wanted is not None:
            count["wanted"] += len(case.wanted)
            count += same(found, case.wanted)
    return count


def same(found: list[Csl], theirs: list[Csl]) -> Counter[str]:
    """How many fields of theirs there are, and how many are the same here; by key or title, as orders differ."""
    count: Counter[str] = Counter()
    ours: dict[Any, Csl] = {}
    for place, one in enumerate(found):
        ours |= {place: one, ("title", compared(one)["title"]): one, ("id", one.get("id", place)): one}
    for place, one in enumerate(theirs):
        keys = (("id", one.get("id")), ("title", compared(one)["title"]), place)
        want, have = compared(one), compared(next((ours[key] for key in keys if key in ours), {}))
        for name in FIELDS:
            count[f"{name} of"] += bool(want[name])
            count[f"{name} same"] += bool(want[name]) and want[name] == have[name]
    return count


def line(name: str, count: Counter[str]) -> str:
    shares = [
        f"{count[f'{field} same']}/{count[f'{field} of']}" if count["wanted"] else f"({count[f'with {field}']})"
        for field in FIELDS
    ]
    read = f"{count['files read']}/{count['files']}"
    return f"| {name} | {read} | {count['references']} | {' | '.join(shares)} |"


COLLECTIONS: dict[str, Callable[[], Iterator[Case]]] = {
    **{f"Zotero {name}": partial(zotero_cases, name) for name in TRANSLATORS},
    "Better BibTeX": better_bibtex_cases,
    "ASReview": lambda: plain_cases("citation-file-formatting/Datasets/RIS/*.ris"),
    "rispy": lambda: plain_cases("rispy/tests/data/*.ris"),
}
FEWEST = {
    "Zotero RIS": 12, "Zotero MEDLINEnbib": 9, "Zotero PubMed XML": 11, "Zotero Endnote XML": 3, "Zotero BibTeX": 21,
    "Zotero CSL JSON": 1, "Better BibTeX": 85, "ASReview": 25, "rispy": 14,
}  # fmt: skip
"""How many of the files are read whole."""


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_files_of_others_are_read(name: str) -> None:
    count = tried(COLLECTIONS[name]())
    print(line(name, count))
    assert count["files read"] >= FEWEST[name]
    for field in FIELDS:
        assert count[f"{field} same"] >= 0.8 * count[f"{field} of"]
