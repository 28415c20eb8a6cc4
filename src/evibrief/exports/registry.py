"""The layouts that a brief can be exported in, in the order in which they are listed."""

from evibrief.exports.contract import Export
from evibrief.exports.layouts import (
    BagIt,
    BibLatex,
    CitationFile,
    CommaSeparated,
    CslExport,
    GraphMl,
    RisExport,
    RoCrate,
    ViewAsJson,
    Workbook,
)

EXPORTS: tuple[Export, ...] = (
    CommaSeparated(),
    ViewAsJson(),
    CslExport(),
    RisExport(),
    BibLatex(),
    GraphMl(),
    RoCrate(),
    BagIt(),
    CitationFile(),
    Workbook(),
)


def export_names() -> tuple[str, ...]:
    """The words of `--as`, in order."""
    return tuple(one.name for one in EXPORTS)


def export_named(name: str) -> Export:
    """The export of this name. Raises `LookupError` where there is none."""
    for one in EXPORTS:
        if one.name == name:
            return one
    raise LookupError(name)
