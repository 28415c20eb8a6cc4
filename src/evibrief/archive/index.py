"""The pages that list an archive: index, feed, a page for each version, and copies of the current documents.

All are regenerated each time, the index last.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from evibrief import resources
from evibrief.archive.hashes import hash_of
from evibrief.archive.versions import INDEX, Version, brief_ids, demand_unaltered, read_log, versions
from evibrief.files import replace_file
from evibrief.formats.html.render import render_text


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
    pages = dict(_pages(listed, current))
    for name, text in pages.items():
        replace_file(archive / name, text)
    record = {
        "chain": {"lines": len(chain.events), "head": chain.head},
        "versions": [asdict(one) for one in listed],
        "pages": {name: hash_of(archive / name) for name in pages},
    }
    replace_file(archive / INDEX, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _pages(listed: list[Version], current: Mapping[str, Version]) -> Iterator[tuple[str, str]]:
    templates = resources.template_texts()
    for one in listed:
        page = render_text("version.html.jinja", templates, version=one, current=current.get(one.id))
        yield f"{one.id}/v{one.version}.html", page
    yield "index.html", render_text("index.html.jinja", templates, versions=listed)
    yield "feed.atom", render_text("feed.atom.jinja", templates, versions=listed)


def _write_latest(archive: Path, folder: Path, current: Version | None) -> None:
    """Write copies of the current version's documents; none if all versions are withdrawn."""
    names = {f"latest{Path(name).suffix}": name for name in current.files} if current else {}
    for old in folder.glob("latest.*"):
        if old.name not in names:
            old.unlink()
    for latest, name in names.items():
        if current and hash_of(folder / latest) != current.files[name]:
            replace_file(folder / latest, (archive / current.folder / name).read_bytes())
