"""Which data files a brief has: one line for each. What reads, checks, describes and carries them goes by this list.

To add a file, add a line. The type of its records is a field of `Brief` or, for a file that stands alone, `records`.
A section is added in `sections.registry`; its kind is the stem of the file that it prints.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Way = tuple[str, ...]
"""Steps from the top of the tree to a list of records."""


@dataclass(frozen=True, slots=True)
class File:
    """One data file: `STEM.yaml` in the folder of a brief, and the key `STEM` in its tree.

    `ids` are the ways to its records that have an id, each with the kind of such a record. `section` says that a
    section of this kind prints it, and has to be there when the file has records. A file that is written
    `by_command` is not there (`None`) until then. `records` gives the type of one record of a file whose records are
    in `Brief.more`.
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
        """What the tree has where the file is missing."""
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
)  # fmt: skip
CLAIMS = "claims"
"""Claims are in `claims.yaml` or, a group to a file, in the folder `claims/`."""

CIRCULATION = ("circulation.yaml", "circulation.example.yaml")
"""To whom a brief is sent: no part of it, and never carried by a document."""

NEEDED_BY_CLAIMS = ("evidence", "limitations", "methods")
"""Sections that a brief with claims has."""

OTHER_SECTIONS = ("references", "review")
"""Sections that print neither a file of their own nor claims."""


def stems() -> tuple[str, ...]:
    """The names of all data files in YAML that stand in the folder itself, without their ending."""
    return (*(file.stem for file in FILES), CLAIMS)


def section_kinds() -> tuple[str, ...]:
    """The kinds of sections that a brief may have."""
    return (*(file.stem for file in FILES if file.section), *NEEDED_BY_CLAIMS, *OTHER_SECTIONS)


def filled_sections(tree: Mapping[str, Any]) -> Iterator[str]:
    """The kinds of sections for which there are records, so that the brief has to have them."""
    for file in FILES:
        ways = [way for _, way in file.ids] or [(file.stem,)]
        if file.section and any(at_way(tree, way) for way in ways):
            yield file.stem
    if tree.get(CLAIMS):
        yield from NEEDED_BY_CLAIMS
    if tree.get("references"):
        yield "references"


def at_way(tree: Any, way: Way) -> Any:
    """What a tree has at the end of a way; None where it does not go so far."""
    for step in way:
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree
