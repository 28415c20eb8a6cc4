"""The pages that list an archive: index, feed, a page for each version, and copies of the current documents.

All are regenerated each time, the index last. The page of a version is in the language of its brief; index and feed are
in the language that all briefs of the archive share, otherwise in English.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from evibrief import resources
from evibrief.archive.hashes import hash_of
from evibrief.archive.versions import INDEX, Version, brief_ids, demand_unaltered, read_log, read_manifest, versions
from evibrief.files import replace_file
from evibrief.formats.html.render import render_text
from evibrief.labels.languages import ENGLISH, tag_of, words_in


def demand_latest(listed: Iterable[Version], archive: Path) -> None:
    """Raise `Problems` if a document that would become `latest.*` was altered."""
    for one in listed:
        if one.state == "current":
            demand_unaltered(one, archive)


def write_listing(archive: Path) -> None:
    """Regenerate all pages and copies from the versions. The index comes last; until then it refers to an earlier line.

    Only the documents that become `latest.*` are read; everything else is in the manifests.
    """
    listed, chain = versions(archive), read_log(archive)
    demand_latest(listed, archive)
    current = {one.id: one for one in listed if one.state == "current"}
    for brief in brief_ids(listed):
        _write_latest(archive, archive / brief, current.get(brief))
    pages = dict(_pages(archive, listed, current))
    for name, text in pages.items():
        replace_file(archive / name, text)
    record = {
        "chain": {"lines": len(chain.events), "head": chain.head},
        "versions": [asdict(one) for one in listed],
        "pages": {name: hash_of(archive / name) for name in pages},
    }
    replace_file(archive / INDEX, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A version with its brief's language, and the tag of the labels that serve it."""

    version: Version
    language: str
    tag: str


def _pages(archive: Path, listed: list[Version], current: Mapping[str, Version]) -> Iterator[tuple[str, str]]:
    templates, rows = resources.template_texts(), [_listed(archive, one) for one in listed]
    for row in rows:
        one = row.version
        values = _said_in(row.tag) | {"version": one, "current": current.get(one.id)}
        yield f"{one.id}/v{one.version}.html", render_text("version.html.jinja", templates, **values)
    tags = {row.tag for row in rows}
    shared = _said_in(tags.pop() if len(tags) == 1 else ENGLISH)
    for name in ("index.html", "feed.atom"):
        yield name, render_text(f"{name}.jinja", templates, rows=rows, **shared)


def _listed(archive: Path, version: Version) -> _Listed:
    """A version with its language. Manifests that were written before there was a second language name none."""
    language = str(read_manifest(archive / version.folder).get("language", ENGLISH))
    return _Listed(version, language, tag_of(language))


def _said_in(tag: str) -> dict[str, object]:
    """What each page gets: the words of its language, and the tag of that language."""
    words = words_in(tag)
    return {"words": words.archive, "states": words.listed, "tag": tag}


def _write_latest(archive: Path, folder: Path, current: Version | None) -> None:
    """Write copies of the current version's documents; none if all versions are withdrawn."""
    names = {f"latest{Path(name).suffix}": name for name in current.files} if current else {}
    for old in folder.glob("latest.*"):
        if old.name not in names:
            old.unlink()
    for latest, name in names.items():
        if current and hash_of(folder / latest) != current.files[name]:
            replace_file(folder / latest, (archive / current.folder / name).read_bytes())
