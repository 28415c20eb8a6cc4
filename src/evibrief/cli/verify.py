"""The command `verify`: prints a verdict and sets the exit code.

In: arguments. Out: lines and an exit code. Each sentence says only what was compared.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.cli import anchors, limits
from evibrief.problems import Place, Problem, Problems, plain

if TYPE_CHECKING:
    from evibrief.archive.standing import Standing
    from evibrief.archive.verdict import Verdict

DOCUMENT_EXITS = {"identical": 0, "other tools": 3, "altered": 4, "undecided": 5, "own look": 9}
"""By the verdict on the document; 1 means a file that cannot be read or contains no evidence."""

STANDING_EXITS = {"withdrawn": 7, "superseded": 10, "damaged": 4, "unfinished": 6}
"""By what the archive says about an unaltered document."""

NOT_THERE = 11
"""The archive named by the reader does not have this version, or has it with other content."""


EXITS_IN_WORDS = {
    0: "identical to the byte, or the very file that the archive you named has; an archive: unaltered",
    1: "cannot be read, is not ours, is encrypted, or is made to do harm",
    2: "wrong usage",
    3: "the same content, made by other versions of the tools: all that was compared agrees",
    4: "ALTERED: what differs is printed with its place",
    5: "NOT CONFIRMED: something differs, and other versions of the tools may have made it so; or it is a draft",
    6: "a command on this archive was interrupted; the next one finishes it",
    7: "unaltered, and WITHDRAWN by the archive at hand",
    8: "nobody whom you named signed or time-stamped it (--signers, --tsa-certificates)",
    9: "built from what it carries, with a look of its own: compare the page with the evidence that is printed",
    10: "unaltered, and SUPERSEDED by the archive at hand",
    11: "the archive that you named has no such version, or has it with another content",
}
"""All that the command ends with, of documents and of archives, as its help lists them."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add to `verify` the option for the archive in which a document is looked up."""
    parser.add_argument(
        "--archive", type=Path, metavar="DIR", help="look the document up here (default: the archive that contains it)"
    )


def verify(options: argparse.Namespace) -> int:
    """Print whether a document, a version or an archive is what it claims to be. Returns the exit code."""
    if options.path.is_dir():
        return anchors.verify_folder(options)
    from evibrief.archive.signatures import demand_list
    from evibrief.archive.standing import archive_around, standing_of
    from evibrief.archive.verify import verify_document
    from evibrief.formats.carried import IsDraft

    if options.signers:
        demand_list(options.signers)
    archive = options.archive or archive_around(options.path)
    _demand_archive(options, archive)
    try:
        verdict = verify_document(options.path, limits.limits_of(options))
    except IsDraft as draft:
        print(f"NOT CONFIRMED: {options.path}: {draft.problems[0].message}.")
        return DOCUMENT_EXITS["undecided"]
    standing = standing_of(archive, verdict.id, verdict.version, verdict.digest) if archive else None
    for line in _lines(options, verdict, standing):
        print(plain(line))
    code = exit_code(verdict, standing, trusted=options.archive is not None)
    if standing and standing.folder and not is_another(verdict, standing):
        return worst(code, anchors.verify_signer_of(standing.folder, options))
    if options.signers or options.tsa_certificates:
        damaged = standing is not None and standing.state == "damaged"
        has = "has no signature or time stamp of this content"
        print(f"not vouched for: the archive {'is damaged, so its signatures were not read' if damaged else has}")
        return worst(code, anchors.FOLDER_EXITS["not vouched for"])
    return code


def worst(code: int, of_signers: int) -> int:
    """The worse of two exit codes, for the verdict and for the signatures."""
    return min(code, of_signers, key=_WORST_FIRST.index)


_WORST_FIRST = (4, 5, 6, 7, NOT_THERE, 8, 10, 9, 3, 0)


def _demand_archive(options: argparse.Namespace, archive: Path | None) -> None:
    """Raise `Problems` if the named archive is not one, or if signers are given without any archive."""
    from evibrief.archive.versions import is_archive

    if options.archive and not is_archive(options.archive):
        message = "there is no archive here"
        raise Problems([Problem(Place(str(options.archive)), "no-archive", message, "name the folder with index.json")])
    if archive is None and (options.signers or options.tsa_certificates):
        message = "signatures and time stamps are in an archive, not in a document"
        raise Problems([Problem(Place(str(options.path)), "no-archive", message, "name the archive: --archive DIR")])


def is_another(verdict: "Verdict", standing: "Standing") -> bool:
    """Whether the archive has other content for this version. Layers and review copies have the same content."""
    return bool(standing.content) and standing.content not in (verdict.content, verdict.evidence)


def exit_code(verdict: "Verdict", standing: "Standing | None", trusted: bool) -> int:
    """The exit code of a verdict. The archive is `trusted` if the reader named it, not if it was found by itself."""
    own = DOCUMENT_EXITS[verdict.state]
    if standing is None or verdict.state == "altered":
        return own
    if standing.state == "damaged":
        return STANDING_EXITS["damaged"]
    if is_another(verdict, standing) or (trusted and standing.state == "unknown"):
        return NOT_THERE
    if trusted and standing.listed:
        own = 0  # byte for byte the file in the reader's own archive, whichever tools made it
    if own in (0, DOCUMENT_EXITS["other tools"], DOCUMENT_EXITS["own look"]):
        return STANDING_EXITS.get(standing.state, own)
    return own


def _lines(options: argparse.Namespace, verdict: "Verdict", standing: "Standing | None") -> Iterator[str]:
    copy = ", a review copy" if verdict.for_review else ""
    yield f"{options.path}: {_title(verdict.title)}, version {verdict.version} of {verdict.date}{copy}"
    yield f"content  {verdict.content or 'not recorded: made before there was a content hash'}"
    yield f"evidence {verdict.evidence}"
    yield f"file     {verdict.digest} (SHA-256)"
    if standing and standing.listed and options.archive and verdict.state == "undecided":
        yield "THE VERY FILE THAT YOUR ARCHIVE LISTS. It cannot be built anew here just so; other tools made it:"
    elif verdict.ended:
        yield "NOT CONFIRMED: it could not be built anew here, so nothing was compared. That says nothing about it."
        yield "Give it more time or memory (--seconds, --memory), or look it up in the archive."
    else:
        yield from (line.format(compared=verdict.compared) for line in _WORDS[verdict.state])
    yield from (f"  {detail}" for detail in verdict.details)
    if verdict.looks:
        yield f"Its own files affect how it looks and what it shows: {', '.join(verdict.looks)}."
        yield "They can hide or change words. Compare the page with what its evidence says:"
    elif verdict.uncovered:
        yield f"Some words in it are not evidence and come from {', '.join(verdict.uncovered)}. Its evidence says:"
    yield from (f"  {line}" for line in verdict.said)
    yield from _of_the_archive(verdict, standing, options.archive is not None)


def _title(title: str) -> str:
    """A title on one line, shortened: with many spaces it could make what follows look like a line of ours."""
    words = " ".join(title.split())
    return words if len(words) <= 200 else f"{words[:200]} …"


def _of_the_archive(verdict: "Verdict", standing: "Standing | None", named: bool) -> Iterator[str]:
    if standing is None:
        yield "No archive was checked (--archive DIR): it is not known whether this version is current, or who made it."
        return
    which = "that you named" if named else "that contains it, which may come from whoever sent the file"
    if is_another(verdict, standing):
        yield f"NOT WHAT THE ARCHIVE HAS ({which}): there version {verdict.version} has the content {standing.content}."
        return
    yield f"According to the archive {which}: {standing.sentence}."
    if standing.listed:
        yield "  The archive has exactly this file: its SHA-256 is listed there."
    elif standing.listed is False:
        yield "  The archive has this content, but not in a file with this SHA-256."


_WORDS: Mapping[str, Sequence[str]] = {
    "identical": (
        "identical: rebuilt from the evidence in it, it is the same, byte for byte.",
        "This does not say whose evidence it is: only an archive or a signature that you trust can.",
    ),
    "own look": (
        "BUILT FROM ITS OWN FILES, WITH ITS OWN LOOK: rebuilt from the files in it, it is the same. Some of these",
        "files are not evidence, so this does not say that the page shows what the evidence says.",
    ),
    "other tools": (
        "same content, other tools: made by other versions of the tools. Rebuilt here and compared in meaning,",
        "{compared} agree.",
    ),
    "altered": ("ALTERED: it is not what the evidence in it gives when rebuilt.",),
    "undecided": (
        "NOT CONFIRMED: it differs from what the evidence in it gives when rebuilt here. Either it was altered, or",
        "other versions of the tools made it. Verify it with those versions, or look it up in the archive.",
    ),
}
