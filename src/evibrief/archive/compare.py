"""Compares a document with one rebuilt from the evidence in it, in a separate process."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.archive.verdict import Comparison
from evibrief.build import compose
from evibrief.checks.load import load
from evibrief.formats.carried import demand_carrier
from evibrief.formats.difference import Difference
from evibrief.formats.history import what_happened
from evibrief.problems import Problems
from evibrief.review_copies import review_copy, sent_for_review
from evibrief.sandbox import Limits, call

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer


def compare_apart(folder: Path, data: bytes, layer: str, name: str, limits: Limits) -> Comparison:
    """The comparison, made in a separate process, because the document and its theme may come from a stranger."""
    document, answer = folder.parent / "document", folder.parent / "answer.json"
    document.write_bytes(data)
    if failed := call(__name__, answer_for.__name__, (folder, document, layer, name, answer), _most_of(limits)):
        return Comparison(failed=f"the evidence in it cannot be built and compared here: {failed}", ended=True)
    told = json.loads(answer.read_bytes())
    differences = tuple(Difference(*one) for one in told["differences"])
    return Comparison(told["same"], told["happened"], differences, told["failed"])


def _most_of(limits: Limits) -> Limits:
    """Slightly smaller limits, so that there is an answer before the whole run is stopped."""
    return replace(limits, seconds=limits.seconds * 0.9, megabytes=round(limits.megabytes * 0.9))


def answer_for(folder: str, document: str, layer: "Layer", name: str, answer: str) -> None:
    """Do the comparison for `compare_apart`, and write the result as JSON to the file `answer`."""
    found = compare_document(Path(folder), Path(document).read_bytes(), layer, name)
    differences = [(one.what, one.where, one.message) for one in found.differences]
    told = {"same": found.same, "happened": found.happened, "differences": differences, "failed": found.failed}
    Path(answer).write_text(json.dumps(told), encoding="utf-8")


def as_review_copy(data: bytes, name: str) -> tuple[str, date | None] | None:
    """The recipient and due date of a review copy; None for any other document."""
    return sent_for_review(data, name) if data.startswith(b"PK") else None


def _composed(folder: Path, format: str, layer: "Layer") -> bytes:
    return compose(load(folder), [format], layer).documents[0].data


def compare_document(folder: Path, data: bytes, layer: "Layer", name: str) -> Comparison:
    """Rebuild a document from the folder of its evidence, and compare the two."""
    format = demand_carrier(data, name)
    try:
        copy = as_review_copy(data, name)
        expected = review_copy(folder, *copy) if copy else _composed(folder, format.name, layer)
    except Problems as wrong:
        why = str(wrong.problems[0]).replace(f"{folder}/", "")
        return Comparison(failed=f"the evidence in it cannot be built here: {why}")
    if expected == data:
        return Comparison(same=True)
    differences = format.differences(data, expected)
    return Comparison(False, what_happened(data, expected, differences), differences)
