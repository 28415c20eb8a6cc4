"""Records in the register that a reviewer's file came back."""

from dataclasses import replace
from pathlib import Path

from evibrief.formats.carried import read_document
from evibrief.mailing.register import add_entry, entries_of, locked, register_path
from evibrief.problems import Place, Problem, Problems
from evibrief.review.read import read_reviewed


def record_returned(path: Path, archive: Path, moment: str) -> str:
    """Record that a reviewer's file came back. Raises `Problems` if it matches no review copy that was sent."""
    reviewed = read_reviewed(read_document(path), str(path))
    entries = entries_of(archive, reviewed.brief) if reviewed.brief else ()
    asked = next((one for one in entries if one.letter == "review" and one.event == "delivered"
                  and (one.recipient, one.evidence) == (reviewed.recipient, reviewed.evidence)), None)  # fmt: skip
    if asked is None:
        message = "no review copy with this evidence was sent to this recipient"
        raise Problems([Problem(Place(str(path)), "not-asked", message, "you can still read it: evibrief comments")])
    entry = replace(asked, at=moment, event="returned")
    with locked(register_path(archive, reviewed.brief)) as handle:
        add_entry(handle, [entry])
    return f"{asked.recipient} ({asked.role}) answered on version {asked.version}"
