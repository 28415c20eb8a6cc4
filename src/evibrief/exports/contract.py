"""What an export is: it writes a brief in a layout that another program reads.

An export is a class, in `layouts` or in a module of its own, and one line in `registry`. It gets everything in memory
and writes nothing: the command line does that. The same brief gives the same bytes; dates are those of the brief.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.source import SourceTree
    from evibrief.rating.findings import Findings

Content = bytes | Mapping[str, bytes]
"""One file, or the files of a folder by path."""


@dataclass(frozen=True)
class Exported:
    """A brief to export: what was read, what is computed from it, and its files.

    `files` are by path, as an archived version has them: `evidence/…`, `manifest.json`, and at the top the documents,
    where an archived version or a document is exported. `standing` is one sentence where the archive says that the
    version was superseded or withdrawn.
    """

    brief: "Brief" = field(repr=False)
    findings: "Findings" = field(repr=False)
    source: "SourceTree" = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    standing: str = ""

    @property
    def stem(self) -> str:
        """The beginning of the names of its exports: `id_date_version`."""
        from evibrief.build_cache import file_stem

        return file_stem(self.brief)

    @property
    def evidence(self) -> Mapping[str, bytes]:
        """The files of the evidence, by path in its folder."""
        inside = "evidence/"
        return {path.removeprefix(inside): data for path, data in self.files.items() if path.startswith(inside)}

    @cached_property
    def printed(self) -> tuple["Brief", "Findings"]:
        """The brief and its findings as a page prints them: with the values that texts take from the data."""
        from evibrief.rating.values import fill, values_of

        return fill((self.brief, self.findings), values_of(self.brief, self.findings))


class Export(Protocol):
    """A layout that briefs are written in. `name` is the word of `--as`; `label` says what it is, for people.

    `ending` follows the stem in the name of what is written: `.json`, or `_csv` for a folder.
    """

    name: str
    label: str
    ending: str

    def write(self, exported: Exported) -> Content:
        """The file, or the files of the folder. Raises `Problems` that the author can fix."""
