"""The data files of a brief, one line each. Reading, checking, schemas and embedding all use this list.

To add a file, add a line. The type of its records is a field of `Brief` or, for a file without one, `records`.
Add its section in `sections.registry`; the section's kind is the stem of the file that it prints.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Way = tuple[str, ...]
"""Steps from the top of the tree to a list of records."""


@dataclass(frozen=True, slots=True)
class File:
    """One data file: `STEM.yaml` in the folder of a brief, and the key `STEM` in its tree.

    `ids` lists the kinds of record that have an id, each with the way to them. `section` means that a section of
    this kind prints the file and is required when the file has records. A file written `by_command` is absent
    (`None`) until the command has run. `records` gives the type of one record, for a file whose records are in
    `Brief.more`.
    """

    stem: str
    shape: Literal["mapping", "list"] = "list"
    required: bool = False
    by_command: bool = False
    section: bool = False
    ids: tuple[tuple[str, Way], ...] = ()
    records: Callable[[], type] | None = None

    @property
    def empty(self) -> object:
        """What the tree holds if the file is missing."""
        return None if self.by_command else {} if self.shape == "mapping" else []


FILES: tuple[File, ...] = (
    File("brief", "mapping", required=True, ids=(("populations", ("brief", "populations")),)),
    File("ranking", "mapping", section=True, ids=(("statements", ("ranking", "statements")),)),
    File("doses", "mapping", section=True, ids=(("doses", ("doses", "people")), ("exposures", ("doses", "other")))),
    File("limitations", "mapping", ids=tuple((kind, ("limitations", kind)) for kind in (
        "corrections", "lacks", "unknowns", "gaps"))),
    File("studies", required=True),
    File("mechanisms", section=True, ids=(("mechanisms", ("mechanisms",)),)),
    File("time-course", section=True, ids=(("time-course", ("time-course",)),)),
    File("harms", section=True, ids=(("harms", ("harms",)),)),
    File("phases", section=True, ids=(("phases", ("phases",)),)),
    File("comparators", section=True, ids=(("comparators", ("comparators",)),)),
    File("models", section=True, ids=(("models", ("models",)),)),
    File("changes", section=True),
    File("retractions", "mapping", by_command=True),
    File("since", "mapping", by_command=True),
    File("quotes", "mapping", by_command=True),
    File("news", "mapping", by_command=True),
)  # fmt: skip
ADDED_LATER = ("quotes", "news")
"""Files that came after the first archived versions."""

CLAIMS = "claims"
"""Claims are in `claims.yaml` or in the folder `claims/`, one group per file."""

CIRCULATION = ("circulation.yaml", "circulation.example.yaml")
"""Who receives the brief: not part of it, and never embedded in a document."""

NEEDED_BY_CLAIMS = ("evidence", "limitations", "methods")
"""Sections that a brief with claims must have."""

OTHER_SECTIONS = ("exposures", "corrections", "appraisals", "verification", "references", "review")
"""Sections that print neither a data file of this list nor claims."""


def stems() -> tuple[str, ...]:
    """The names of all YAML data files in the brief's top folder, without extension."""
    return (*(file.stem for file in FILES), CLAIMS)


def section_kinds() -> tuple[str, ...]:
    """The kinds of section that a brief may have."""
    return (*(file.stem for file in FILES if file.section), *NEEDED_BY_CLAIMS, *OTHER_SECTIONS)


def filled_sections(tree: Mapping[str, Any]) -> Iterator[str]:
    """The kinds of section that have records to print, and are therefore required."""
    for file in FILES:
        ways = [way for _, way in file.ids] or [(file.stem,)]
        if file.section and any(at_way(tree, way) for way in ways):
            yield file.stem
    if tree.get(CLAIMS):
        yield from NEEDED_BY_CLAIMS
    if tree.get("references"):
        yield "references"


def at_way(tree: Any, way: Way) -> Any:
    """What a tree holds at the end of a way; None if the way does not exist."""
    for step in way:
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree
