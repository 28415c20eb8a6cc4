"""The layouts, one class each. The libraries that a layout needs are imported when it is asked for.

In: an `Exported`. Out: bytes, or files by path.
"""

from collections.abc import Mapping

from evibrief.exports.contract import Exported


class CommaSeparated:
    """A folder of CSV files: `claim.csv` and so on, and `columns.csv`, which explains them."""

    name = "csv"
    label = "a CSV file for each record type, with what is computed"
    ending = "_csv"

    def write(self, exported: Exported) -> Mapping[str, bytes]:
        """The files by name."""
        from evibrief.exports.comma_separated import csv_files

        return csv_files(exported)


class ViewAsJson:
    """One JSON file that keeps the schema `data/schemas/export.json`."""

    name = "json"
    label = "all records and all that is computed, by a published JSON Schema"
    ending = ".json"

    def write(self, exported: Exported) -> bytes:
        """The view in UTF-8."""
        from evibrief.exports.view import view_as_json

        return view_as_json(exported)


class CslExport:
    """CSL-JSON: read by Zotero, pandoc and citeproc."""

    name = "csl"
    label = "the references, as CSL-JSON"
    ending = "_references.json"

    def write(self, exported: Exported) -> bytes:
        """The references with their fields put right."""
        from evibrief.exports.references import as_csl_json

        return as_csl_json(exported)


class RisExport:
    """RIS: read by nearly every reference manager."""

    name = "ris"
    label = "the references, as RIS"
    ending = "_references.ris"

    def write(self, exported: Exported) -> bytes:
        """The references, each line ended as the format wants it."""
        from evibrief.exports.references import csl_entries, ris_of

        return ris_of(csl_entries(exported)).encode()


class BibLatex:
    """BibLaTeX, by pandoc."""

    name = "biblatex"
    label = "the references, as BibLaTeX"
    ending = "_references.bib"

    def write(self, exported: Exported) -> bytes:
        """The references as pandoc writes them. Raises `Problems` where it cannot."""
        from evibrief.exports.references import as_biblatex

        return as_biblatex(exported)


class GraphMl:
    """GraphML: read by Gephi, Cytoscape, igraph and networkx."""

    name = "graphml"
    label = "statements, mechanisms, links, claims and publications as a graph"
    ending = ".graphml"

    def write(self, exported: Exported) -> bytes:
        """The graph as XML."""
        from evibrief.exports.graph import graph_of

        return graph_of(exported)


class RoCrate:
    """RO-Crate 1.1, for repositories of data."""

    name = "ro-crate"
    label = "the evidence, and documents that are archived, described for repositories"
    ending = "_ro-crate"

    def write(self, exported: Exported) -> Mapping[str, bytes]:
        """The files, and the one that describes them."""
        from evibrief.exports.packages import crate

        return crate(exported)


class BagIt:
    """BagIt 1.0, for archives: every file with its hash."""

    name = "bagit"
    label = "the same files with their hashes, for archives"
    ending = "_bagit"

    def write(self, exported: Exported) -> Mapping[str, bytes]:
        """The files under `data/`, and those that list them."""
        from evibrief.exports.packages import bag

        return bag(exported)


class CitationFile:
    """Citation File Format 1.2.0, for a repository that holds the brief."""

    name = "cff"
    label = "how to cite the brief, as CITATION.cff"
    ending = "_CITATION.cff"

    def write(self, exported: Exported) -> bytes:
        """The file; it is called `CITATION.cff` in a repository. Raises `Problems` for a brief without authors."""
        from evibrief.exports.citation_file import citation_file

        return citation_file(exported).encode()


class Workbook:
    """A workbook: a sheet for each record type, to edit and to import again."""

    name = "xlsx"
    label = "all records as a workbook, to edit and to import again"
    ending = ".xlsx"

    def write(self, exported: Exported) -> bytes:
        """The workbook."""
        from evibrief.exports.workbook import workbook_of

        return workbook_of(exported)
