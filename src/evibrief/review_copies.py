"""Builds review copies from a brief's folder, and recognises them when they come back.

In: a brief's folder, the recipient, and the date when comments are due. Out: the bytes of the copy, the same every
time. Recipient and date are in the copy's custom properties, so that it can be rebuilt from the evidence in it.
"""

import json
import re
from datetime import date
from pathlib import Path

from evibrief.build import Composition, compose
from evibrief.build_cache import file_stem
from evibrief.checks.load import load
from evibrief.evidence.places import MANIFEST
from evibrief.formats.docx.package import open_package
from evibrief.formats.docx.properties import COMMENTS_BY, RECIPIENT, properties_of
from evibrief.formats.docx.review_copy import first_page, make_review_copy
from evibrief.sections.questions import questions

NO_DATE = "no date"


def review_copy(folder: Path, recipient: str = "", comments_by: date | None = None) -> bytes:
    """The DOCX for a reviewer, made from a brief's folder or an archived version's evidence.

    `recipient` is an id, never a name; it is stored in the file, so that returned copies can be attributed.
    Raises `Problems` with all problems of the brief.
    """
    return copy_for(recipient, comments_by, compose(load(folder), ["docx"]))


def copy_for(recipient: str, comments_by: date | None, made: Composition) -> bytes:
    """The DOCX for one reviewer, made from the composed brief, so that many copies need only one build."""
    brief, (document,) = made.page.brief, made.documents
    record = brief.brief
    asked = questions(brief, made.findings)
    content = json.loads(made.page.evidence[MANIFEST])["content_sha256"]
    page = first_page(record, content, len(asked), comments_by, made.findings.words)
    about = {RECIPIENT: recipient, COMMENTS_BY: comments_by.isoformat() if comments_by else NO_DATE}
    return make_review_copy(document.data, asked, page, record.date, about)


def sent_for_review(data: bytes, name: str) -> tuple[str, date | None] | None:
    """The recipient of a review copy, and the date when comments were due; None if it is not a review copy.

    Raises `Problems` if the file is damaged.
    """
    said = properties_of(open_package(data, name))
    recipient, until = said.get(RECIPIENT, ""), said.get(COMMENTS_BY, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", recipient) or not re.fullmatch(rf"\d{{4}}-\d\d-\d\d|{NO_DATE}", until):
        return None
    try:
        return recipient, None if until == NO_DATE else date.fromisoformat(until)
    except ValueError:
        return None


def write_review_copy(folder: Path, output: Path, recipient: str, comments_by: date | None) -> Path:
    """Write the review copy next to the documents of the brief, under a name that says what it is."""
    made = compose(load(folder), ["docx"])
    data = copy_for(recipient, comments_by, made)
    ending = f"_review_{recipient}" if recipient else "_review"
    target = output / f"{file_stem(made.page.brief)}{ending}.docx"
    output.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target
