"""Refuses to build two briefs into one folder whose files would have one name.

In: folders. Out: nothing, or `Problems` before anything is built. Only `brief.yaml` is read; the build itself tells
what is wrong in it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from evibrief.problems import Place, Problem, Problems


def demand_distinct(folders: Sequence[Path]) -> None:
    """Raise `Problems` for each brief that is named twice, or that has the id of one before it."""
    if wrong := tuple(_alike(folders)):
        raise Problems(wrong)


def _alike(folders: Sequence[Path]) -> Iterator[Problem]:
    places: dict[Path, Path] = {}
    ids: dict[str, Path] = {}
    for folder in folders:
        if (first := places.setdefault(folder.resolve(), folder)) is not folder:
            also = f", as {first}" if first != folder else ""
            yield Problem(Place(str(folder)), "same-brief", f"this brief is named twice{also}", "name it once")
        elif (found := _identifier(folder)) and (first := ids.setdefault(found[0], folder)) is not folder:
            message = f"`{found[0]}` is also the id of the brief in {first}"
            hint = "files are named after the id: give one of them another, or build each into a folder of its own"
            yield Problem(found[1], "same-id", message, hint)


def _identifier(folder: Path) -> tuple[str, Place] | None:
    """The id of a brief and its place; None if it cannot be read."""
    from evibrief.evidence.read_folder import read_one

    source, _ = read_one(folder / "brief.yaml", "brief")
    brief = source.tree.get("brief")
    name = brief.get("id") if isinstance(brief, dict) else None
    return (name, source.place(("brief", "id"))) if isinstance(name, str) else None
