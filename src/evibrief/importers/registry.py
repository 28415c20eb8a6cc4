"""The programs whose files can be imported."""

from evibrief.importers.bibtex import Biblatex, Bibtex
from evibrief.importers.contract import Importer
from evibrief.importers.csl import CslReferences
from evibrief.importers.documents import MarkdownDocument, WordDocument
from evibrief.importers.endnote_xml import EndnoteXml
from evibrief.importers.nbib import Nbib
from evibrief.importers.pubmed_xml import PubmedXml
from evibrief.importers.retraction_watch import RetractionWatch
from evibrief.importers.ris import RisReferences
from evibrief.importers.spreadsheet import Spreadsheet

IMPORTERS: tuple[Importer, ...] = (
    RetractionWatch(),
    Spreadsheet(),
    CslReferences(),
    PubmedXml(),
    EndnoteXml(),
    Nbib(),
    RisReferences(),
    Biblatex(),
    Bibtex(),
    WordDocument(),
    MarkdownDocument(),
)
"""Asked in this order what a file is: the first that recognises it reads it."""


def importer_named(name: str) -> Importer:
    """The importer of this name. Raises `LookupError` where there is none."""
    for one in IMPORTERS:
        if one.name == name:
            return one
    raise LookupError(name)


def importer_of(data: bytes, drafts: bool = False) -> Importer:
    """The importer that recognises these bytes. Raises `LookupError` where there is none.

    Any text is a document in Markdown: that is asked only where `drafts` are made of documents.
    """
    for one in IMPORTERS:
        if (drafts or one.name != MarkdownDocument.name) and one.recognises(data):
            return one
    raise LookupError
