"""Documents as importers: a Word or Markdown document becomes a new brief of draft claims, each with its place.

In: the bytes of a document. Out: the files of a brief in which everything is open that the document does not say:
nothing is guessed. What is no sentence is listed with its place.
"""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

from evibrief.importers.contract import DraftedBrief
from evibrief.importers.drafted_files import Drafted, drafted_files
from evibrief.importers.passages import NotPlaced, Passages, passages_of
from evibrief.importers.texts import LARGEST_IMPORT, text_of
from evibrief.importers.word_citations import CitedItem, fields_of, is_docx
from evibrief.pandoc import convert
from evibrief.problems import one_problem

_MARKDOWN = "commonmark+sourcepos+pipe_tables+footnotes+tex_math_dollars+yaml_metadata_block+strikeout"


class WordDocument:
    """A Word document. Its places are numbers of paragraphs, and its live citations become evidence."""

    name = "docx"
    label = "a Word document"
    largest = LARGEST_IMPORT

    def recognises(self, data: bytes) -> bool:
        """Whether it is a package with the text of a Word document in it."""
        return is_docx(data)

    def draft(self, data: bytes, path: Path, name: str, today: datetime.date) -> DraftedBrief:
        """A new brief from the document. Raises `Problems` for one that is damaged or has no text."""
        fields = fields_of(data, path)
        passages = _passages(data, "docx+citations", path, has_lines=False)
        if fields.text_boxes:
            passages.not_placed.append(NotPlaced(0, "text boxes", f"{fields.text_boxes} of them, not read"))
        cited = _matched(passages, fields.citations)
        return drafted_files(Drafted(path, name, today, passages, cited, "paragraph"))


class MarkdownDocument:
    """A document in Markdown or plain text. Its places are lines."""

    name = "markdown"
    label = "a document in Markdown"
    largest = 8 * 1024 * 1024

    def recognises(self, data: bytes) -> bool:
        """Whether it is a text at all: it is asked last."""
        try:
            return b"\0" not in data and bool(data.decode("utf-8-sig").strip())
        except UnicodeDecodeError:
            return False

    def draft(self, data: bytes, path: Path, name: str, today: datetime.date) -> DraftedBrief:
        """A new brief from the document. Raises `Problems` for one that has no text."""
        text = text_of(data, path)
        passages = _passages(text.encode(), _MARKDOWN, path, has_lines=True)
        return drafted_files(Drafted(path, name, today, passages, {}, "line"))


def _passages(data: bytes, reader: str, path: Path, has_lines: bool) -> Passages:
    converted = convert(data, reader, "json")
    if converted.failed:
        hint = "save it again, and see whether it opens elsewhere"
        raise one_problem(str(path), "import", f"pandoc cannot read it: {converted.complaints:.200}", hint)
    passages = passages_of(json.loads(converted.output), has_lines)
    if not passages.topics:
        raise one_problem(str(path), "import", "this document has no sentence", "is this the right file?")
    return passages


def _matched(
    passages: Passages, fields: tuple[tuple[CitedItem, ...], ...]
) -> Mapping[int, tuple[CitedItem, ...]]:
    """The publications of each live citation, by its number. A citation whose data is not certain is listed instead."""
    named = [ids for ids, _ in passages.live]
    if named != [tuple(item.id for item in items) for items in fields]:
        passages.not_placed += [
            NotPlaced(0, "a live citation whose data cannot be told from that of another", words)
            for _, words in passages.live
        ]
        return {}
    without = [number for number, items in enumerate(fields) if not items or not all(item.data for item in items)]
    passages.not_placed += [NotPlaced(0, "a live citation without its data", passages.live[one][1]) for one in without]
    return {number: _with_data(items) for number, items in enumerate(fields)}


def _with_data(items: tuple[CitedItem, ...]) -> tuple[CitedItem, ...]:
    return tuple(item for item in items if item.data)


