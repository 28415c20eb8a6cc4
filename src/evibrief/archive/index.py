"""The pages that list an archive: index, feed, a page for each version and each comparison, and the current documents.

All are regenerated each time, the index last. The page of a version is in the language of its brief; index and feed are
in the language that all briefs of the archive share, otherwise in English.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from evibrief import resources
from evibrief.archive.between import Between
from evibrief.archive.comparisons import comparisons, data_of
from evibrief.archive.hashes import hash_of
from evibrief.archive.shown import ShownVersion, chooser, day_in_words, shown_versions
from evibrief.archive.versions import (
    INDEX,
    Version,
    brief_ids,
    demand_unaltered,
    path_of,
    read_log,
    read_record,
    versions,
)
from evibrief.files import replace_file
from evibrief.formats.html.render import render_text
from evibrief.labels.languages import ENGLISH, tag_of, words_in
from evibrief.problems import Problems


def demand_latest(listed: Iterable[Version], archive: Path) -> None:
    """Raise `Problems` if a document that would become `latest.*` was altered."""
    for one in listed:
        if one.state == "current":
            demand_unaltered(one, archive)


def write_listing(archive: Path) -> None:
    """Regenerate all pages and copies from the versions. The index comes last; until then it refers to an earlier line.

    The evidence of two versions is only read if they were not compared before.
    """
    listed, chain = versions(archive), read_log(archive)
    demand_latest(listed, archive)
    current = {one.id: one for one in listed if one.state == "current"}
    told = comparisons(archive, listed, _pages_before(archive))
    for brief in brief_ids(listed):
        _write_latest(archive, archive / brief, current.get(brief))
    pages = dict(_pages(archive, listed, told))
    for name, text in pages.items():
        replace_file(archive / name, text)
    record = {
        "chain": {"lines": len(chain.events), "head": chain.head},
        "versions": [asdict(one) for one in listed],
        "pages": {name: hash_of(archive / name) for name in pages},
    }
    replace_file(archive / INDEX, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _pages_before(archive: Path) -> Mapping[str, str]:
    """The hashes of the pages in the last index; empty if there is none, or if it is damaged."""
    try:
        pages = read_record(archive / INDEX).get("pages") if (archive / INDEX).exists() else None
    except Problems:
        return {}
    return pages if isinstance(pages, dict) else {}


def _pages(archive: Path, listed: Sequence[Version], told: Mapping[str, Between]) -> Iterator[tuple[str, str]]:
    templates, rows = resources.template_texts(), shown_versions(archive, listed, told)
    briefs = list(dict.fromkeys(one.id for one in listed))
    groups = [[rows[one.folder] for one in listed if one.id == brief] for brief in briefs]
    for group in groups:
        yield from _pages_of_brief(group, told, templates)
    tags = {row.tag for row in rows.values()}
    values = _said_in(tags.pop() if len(tags) == 1 else ENGLISH) | {"groups": groups, "rows": [*rows.values()]}
    for name in ("index.html", "feed.atom"):
        yield name, render_text(f"{name}.jinja", templates, **values)


def _pages_of_brief(
    group: Sequence[ShownVersion], told: Mapping[str, Between], templates: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The page of each version of a brief, then the page of each comparison, with its data."""
    for row in group:
        name = f"{row.version.id}/v{row.version.version}.html"
        yield name, render_text("version.html.jinja", templates, row=row, **_said_in(row.tag))
    mine = [row.version for row in group]
    for newer in group:
        for older in (row for row in group if path_of(row.version, newer.version) in told):
            name = path_of(older.version, newer.version)
            sides = chooser(older.version, newer.version, mine, told)
            values = {"told": told[name], "older": older, "newer": newer, "sides": sides}
            values |= _said_in(tag_of(told[name].language))
            yield f"{name}.html", render_text("compare.html.jinja", templates, **values)
            yield f"{name}.json", data_of(told[name])


def _said_in(tag: str) -> dict[str, object]:
    """What each page gets: the words of its language, its tag, and dates in it."""
    words = words_in(tag)
    return {"words": words.archive, "labels": words, "tag": tag, "day": partial(day_in_words, words=words)}


def _write_latest(archive: Path, folder: Path, current: Version | None) -> None:
    """Write copies of the current version's documents; none if all versions are withdrawn."""
    names = current.latest if current else {}
    for old in folder.glob("latest.*"):
        if old.name not in names:
            old.unlink()
    for latest, name in names.items():
        if current and hash_of(folder / latest) != current.files[name]:
            replace_file(folder / latest, (archive / current.folder / name).read_bytes())
