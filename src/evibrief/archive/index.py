"""The pages that list an archive: index, feed, a page for each version and each comparison, and the current documents.

What has changed is regenerated, the index last. The page of a version is in the language of its brief; index and feed
are in the language that all briefs of the archive share, otherwise in English.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from evibrief import __version__, resources
from evibrief.archive.between import Between
from evibrief.archive.comparisons import comparisons, data_of
from evibrief.archive.hashes import hash_of
from evibrief.archive.shown import ShownVersion, chooser, day_in_words, shown_versions
from evibrief.archive.versions import (
    INDEX,
    Version,
    brief_ids,
    demand_unaltered,
    read_log,
    read_record,
    versions,
)
from evibrief.files import replace_file, replace_files
from evibrief.formats.html.render import render_text
from evibrief.labels.languages import ENGLISH, tag_of, words_in
from evibrief.problems import Problems


def demand_latest(listed: Iterable[Version], archive: Path) -> None:
    """Raise `Problems` if a document that would become `latest.*` was altered."""
    for one in listed:
        if one.state == "current":
            demand_unaltered(one, archive)


def write_listing(archive: Path) -> None:
    """Regenerate the pages and copies from the versions. The index comes last; until then it refers to an earlier line.

    The evidence of two versions is only read if they were not compared before. The pages of a brief are left as they
    are if they are those in the last index, and nothing that they say has changed.
    """
    listed, chain = versions(archive), read_log(archive)
    demand_latest(listed, archive)
    current, before = {one.id: one for one in listed if one.state == "current"}, _before(archive)
    told = comparisons(archive, listed, before.pages)
    for brief in brief_ids(listed):
        _write_latest(archive, archive / brief, current.get(brief))
    rows = shown_versions(archive, listed, told, before.counted)
    groups = _groups(listed, rows)
    pages, made = dict[str, str](), dict[str, str]()
    for brief, group in groups.items():
        pages |= before.unchanged(brief, group, archive) or _written(archive, _pages_of_brief(group, told))
        made[brief] = _made_of(group, pages)
    pages |= _written(archive, _pages_of_all(groups))
    record = {
        "chain": {"lines": len(chain.events), "head": chain.head},
        "versions": [asdict(one) for one in listed],
        "pages": pages,
        "made": made,
        "counted": {file.digest: file.pages for row in rows.values() for file in (*row.core, *row.whole) if file.pages},
    }
    replace_file(archive / INDEX, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _groups(listed: Iterable[Version], rows: Mapping[str, ShownVersion]) -> dict[str, list[ShownVersion]]:
    """The versions of each brief as pages show them, newest first."""
    groups: dict[str, list[ShownVersion]] = {}
    for one in listed:
        groups.setdefault(one.id, []).append(rows[one.folder])
    return groups


def _written(archive: Path, pages: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The hashes of pages by path, after they are written."""
    texts = dict(pages)
    replace_files((archive / name, text) for name, text in texts.items())
    return {name: hash_of(archive / name) for name in texts}


@dataclass(frozen=True)
class _Before:
    """What the last index said: the hashes of the pages, and of what the pages of each brief were made of.

    `counted` is the number of pages of documents, by their hash: opening each of them takes longer than all the rest.
    """

    pages: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)

    def unchanged(self, brief: str, group: Sequence[ShownVersion], archive: Path) -> dict[str, str]:
        """The hashes of the pages of a brief, if they would be made of the same and are still there; else empty."""
        if self.made.get(brief) != _made_of(group, self.pages):
            return {}
        names = set(_named_pages(group))
        mine = {name: digest for name, digest in self.pages.items() if name in names}
        same = len(mine) == len(names) and all(hash_of(archive / name) == digest for name, digest in mine.items())
        return mine if same else {}


def _before(archive: Path) -> _Before:
    """What the last index said; nothing if there is none, or if it is damaged."""
    try:
        record = read_record(archive / INDEX) if (archive / INDEX).exists() else {}
    except Problems:
        return _Before()
    pages, made, counted = (
        named if isinstance(named := record.get(name), dict) else {} for name in ("pages", "made", "counted")
    )
    numbers = {digest: count for digest, count in counted.items() if type(count) is int and 0 < count < 10**6}
    return _Before(pages, made, numbers)


def _made_of(group: Sequence[ShownVersion], pages: Mapping[str, str]) -> str:
    """A hash of all that the pages of a brief are made of: versions, documents, comparisons and this program."""
    shown = [(asdict(row.version), row.language, list(map(asdict, (*row.core, *row.whole)))) for row in group]
    told = [(path, pages.get(f"{path}.json")) for row in group for _, path in row.compared]
    parts = json.dumps([resources.tool_versions(__version__), shown, told])
    return hashlib.sha256(parts.encode()).hexdigest()


def _named_pages(group: Sequence[ShownVersion]) -> Iterator[str]:
    """The paths of the pages of a brief, and of the data of its comparisons: a damaged index may lack some."""
    for row in group:
        yield f"{row.version.id}/v{row.version.version}.html"
        yield from (f"{path}.{kind}" for _, path in row.compared for kind in ("html", "json"))


def _pages_of_all(groups: Mapping[str, Sequence[ShownVersion]]) -> Iterator[tuple[str, str]]:
    """The pages that list all briefs."""
    rows = [row for group in groups.values() for row in group]
    tags = {row.tag for row in rows}
    values = _said_in(tags.pop() if len(tags) == 1 else ENGLISH) | {"groups": [*groups.values()], "rows": rows}
    for name in ("index.html", "feed.atom"):
        yield name, render_text(f"{name}.jinja", resources.template_texts(), **values)


def _pages_of_brief(group: Sequence[ShownVersion], told: Mapping[str, Between]) -> Iterator[tuple[str, str]]:
    """The page of each version of a brief, then the page of each comparison, with its data."""
    templates = resources.template_texts()
    for row in group:
        name = f"{row.version.id}/v{row.version.version}.html"
        yield name, render_text("version.html.jinja", templates, row=row, **_said_in(row.tag))
    mine, rows = [row.version for row in group], {row.version.version: row for row in group}
    for newer in group:
        for version, name in newer.compared:
            older = rows[version.version]
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
