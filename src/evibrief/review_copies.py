"""Copies for review, built from a brief's folder, and known again by what they say of themselves.

In: a brief's folder, to whom a copy goes and until when comments are wanted. Out: its bytes, the same each time. Both
are in the copy's custom properties, so that it can be built again from the evidence that it carries.
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

    `recipient` is an id, never a name: the file says to whom it went, so that what comes back can be told apart.
    Raises `Problems` for all that is wrong with the brief.
    """
    return copy_for(recipient, comments_by, compose(load(folder), ["docx"]))


def copy_for(recipient: str, comments_by: date | None, made: Composition) -> bytes:
    """The DOCX for one of several reviewers, from the one that was made for all of them."""
    brief, (document,) = made.page.brief, made.documents
    record = brief.brief
    asked = questions(brief, made.findings)
    content = json.loads(made.page.evidence[MANIFEST])["content_sha256"]
    page = first_page(record, content, len(asked), comments_by, made.findings.words)
    about = {RECIPIENT: recipient, COMMENTS_BY: comments_by.isoformat() if comments_by else NO_DATE}
    return make_review_copy(document.data, asked, page, record.date, about)


def sent_for_review(data: bytes, name: str) -> tuple[str, date | None] | None:
    """To whom a DOCX says that it went for review, and until when comments were wanted; None if it is no such copy.

    Raises `Problems` for a file that is damaged.
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
    """Write the review copy beside the documents of the brief, under a name that says what it is."""
    made = compose(load(folder), ["docx"])
    data = copy_for(recipient, comments_by, made)
    ending = f"_review_{recipient}" if recipient else "_review"
    target = output / f"{file_stem(made.page.brief)}{ending}.docx"
    output.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target
