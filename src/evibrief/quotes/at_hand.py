"""Which files are the text of which publication, by their names.

In: paths below a folder, and the references of a brief. Out: the paths of each publication. The name of a file, without
its extension, or that of the folder around it, is the id, DOI, PMID or PMCID; more words may follow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from evibrief.evidence.identifiers import own_identifiers
from evibrief.evidence.records import Reference
from evibrief.quotes.texts import ENDINGS_OF_TEXTS

_NAMED = re.compile(r"^(?:doi|pmid)[\s:_=-]*(?=\d)", re.IGNORECASE)
_AFTER_ID = re.compile(r"$|[\s(\[,+._-]")
_AFTER_DOI = re.compile(r"$|\s|[(\[,+]")
"""A dot, line or stroke after a DOI may belong to another, longer DOI."""


def files_of_references(paths: Iterable[str], references: Iterable[Reference]) -> Mapping[str, tuple[str, ...]]:
    """The texts of each publication, in order of their names. A file whose name fits several is that of the longest."""
    names = [(one.id, is_doi, name) for one in references for is_doi, name in _names_of(one)]
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(paths):
        if path.lower().endswith(ENDINGS_OF_TEXTS) and (owner := _owner(PurePosixPath(path), names)):
            found[owner] = (*found.get(owner, ()), path)
    return found


def _names_of(reference: Reference) -> Iterator[tuple[bool, str]]:
    """What a file may be called, folded, and whether that is a DOI."""
    yield False, reference.id.casefold()
    for kind, name in own_identifiers(reference):
        yield kind == "doi", _as_doi(name) if kind == "doi" else name.casefold()


def _owner(path: PurePosixPath, names: Iterable[tuple[str, bool, str]]) -> str:
    """The publication that a file is named after, else that of the folder around it; empty if there is none."""
    for part in (path.stem, *(folder.name for folder in path.parents if folder.name)):
        called = _NAMED.sub("", unquote(part)).casefold()
        fits = [(len(name), owner) for owner, is_doi, name in names if _fits(called, name, is_doi)]
        if fits:
            return max(fits)[1]
    return ""


def _fits(called: str, name: str, is_doi: bool) -> bool:
    called, after = (_as_doi(called), _AFTER_DOI) if is_doi else (called, _AFTER_ID)
    return called.startswith(name) and after.match(called, len(name)) is not None


def _as_doi(text: str) -> str:
    """A DOI as it can be in a name: what no file name may have, and what programs put in its place, is one sign."""
    return re.sub(r"[/\\:_%]", "_", text.casefold())
