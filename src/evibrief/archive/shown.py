"""What the pages of an archive say of a version: its files with their sizes and pages, and what it is compared with.

In: the versions of an archive, their files, and the comparisons. Out: values for templates, in no language yet.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evibrief.archive.between import Between
from evibrief.archive.hashes import hash_of
from evibrief.archive.versions import Version, after, before, by_brief, is_core, path_of, read_manifest
from evibrief.formats import registry
from evibrief.labels import phrases
from evibrief.labels.languages import ENGLISH, tag_of
from evibrief.labels.words import Words


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A document of a version: its path in the archive, its size in bytes, its pages if they can be counted."""

    path: str
    kind: str
    size: int
    pages: int | None
    digest: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version as pages show it. `tag` is that of the labels which serve its `language`.

    `since` are the changes since the version before, `compared` the versions before with the paths of the comparisons;
    `first` if the archive has no version before it.
    """

    version: Version
    language: str
    tag: str
    current: Version | None
    core: tuple[ShownFile, ...]
    whole: tuple[ShownFile, ...]
    since: Between | None
    compared: tuple[tuple[Version, str], ...]
    first: bool

    @property
    def gone(self) -> str:
        """The date of its withdrawal, as year, month and day; empty if it is not withdrawn."""
        return self.version.reason.partition(": ")[0]

    @property
    def why(self) -> str:
        """The reason for its withdrawal."""
        return self.version.reason.partition(": ")[2]


@dataclass(frozen=True, slots=True)
class Choice:
    """A version that can be chosen for a comparison: the path of the page, empty for the one shown."""

    version: Version
    path: str


def shown_versions(
    archive: Path, listed: Sequence[Version], told: Mapping[str, Between], counted: Mapping[str, int]
) -> dict[str, ShownVersion]:
    """Every version by its folder, in the order given. `counted`: the pages of documents by their hash, if known."""
    mine = by_brief(listed)
    current = {one.id: one for one in listed if one.state == "current"}
    files = {one.folder: tuple(_files(archive, one, counted)) for one in listed}
    return {
        one.folder: _shown(archive, one, mine[one.id], files[one.folder], told, current.get(one.id)) for one in listed
    }


def _shown(
    archive: Path, one: Version, mine: Sequence[Version], files: Sequence[ShownFile], told: Mapping[str, Between],
    current: Version | None,
) -> ShownVersion:  # fmt: skip
    # Manifests that were written before there was a second language name none.
    language = str(read_manifest(archive / one.folder).get("language", ENGLISH))
    paths = ((other, path_of(other, one)) for other in before(one, mine))
    compared = tuple((other, path) for other, path in paths if path in told)
    core, whole = (tuple(file for file in files if is_core(file.name) == asked) for asked in (True, False))
    since = told[compared[0][1]] if compared else None
    first = one.number == mine[-1].number
    return ShownVersion(one, language, tag_of(language), current, core, whole, since, compared, first)


def _files(archive: Path, version: Version, counted: Mapping[str, int]) -> Iterator[ShownFile]:
    """The documents of a version in the order of the formats, PDF first; without those that were altered."""
    order = registry.names()
    kinds = {name: name.rpartition(".")[2] for name in version.files}
    for name in sorted((name for name in kinds if kinds[name] in order), key=lambda name: order.index(kinds[name])):
        path, digest = archive / version.folder / name, version.files[name]
        if hash_of(path) == digest:
            pages = counted.get(digest) or registry.pages_of(name, path.read_bytes())
            yield ShownFile(f"{version.folder}/{name}", kinds[name], path.stat().st_size, pages, digest)


def chooser(
    older: Version, newer: Version, mine: Sequence[Version], told: Mapping[str, Between]
) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """The versions that each side of a comparison can be replaced with, newest first; those shown are among them.

    `mine` are all versions of the brief, newest first.
    """
    lists = (
        [(one, path_of(one, newer)) for one in before(newer, mine)],
        [(one, path_of(older, one)) for one in after(older, mine)],
    )
    here = path_of(older, newer)
    earlier, later = (
        tuple(Choice(one, "" if path == here else path) for one, path in side if path in told) for side in lists
    )  # fmt: skip
    return earlier, later


def day_in_words(text: str, words: Words) -> str:
    """A date of a manifest or a withdrawal as people write it; as it is if it is none."""
    try:
        return phrases.date(datetime.date.fromisoformat(text), words)
    except ValueError:
        return text
