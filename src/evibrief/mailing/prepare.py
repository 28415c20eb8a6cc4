"""Prepares messages from an archived version and the list of recipients."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import takewhile
from pathlib import Path

from evibrief import resources
from evibrief.archive.between import Between, between
from evibrief.archive.integrity import check_version
from evibrief.archive.opened import side_of
from evibrief.archive.register import Entry, Event, LetterKind
from evibrief.archive.versions import Version, is_core, versions
from evibrief.build import Composition, Report, compose
from evibrief.checks.load import Loaded, load
from evibrief.evidence.files import CIRCULATION
from evibrief.evidence.read_folder import read_one
from evibrief.formats.html.render import render_text
from evibrief.formats.registry import pages_of
from evibrief.labels import messages
from evibrief.mailing.holders import got_after, holders
from evibrief.mailing.letters import Enclosed, Sent, brief_letter, recall_letter
from evibrief.mailing.message import LARGEST_LETTER, Letter, content_of, message_id, write_message
from evibrief.mailing.recipients import CIRCULATION_ROOT, Circulation, Recipient, circulation_of, sharing
from evibrief.mailing.register import entries_of
from evibrief.problems import Place, Problem, Problems, suggest
from evibrief.rating.sides import Side
from evibrief.rating.values import fill, values_of
from evibrief.review_copies import copy_for


@dataclass(frozen=True)
class Prepared:
    """One message, ready to send: its recipient, the kind of letter, and its bytes as a draft.

    `content` is a hash of its text and attachments: everything except the time it was made.
    `attached` is the version and evidence hash of the replacement that a recall brings along.
    """

    recipient: Recipient
    letter: LetterKind
    version: str
    evidence: str
    identity: str
    content: str
    draft: bytes
    attached: tuple[str, str] | None = None

    def lines(self, event: Event, at: str) -> list[Entry]:
        """The register entries of an event. A delivered recall also counts as delivery of the attached version."""
        person = (self.recipient.id, self.recipient.role, self.identity)
        own = Entry(at, event, self.letter, self.version, self.evidence, *person)
        if event == "delivered" and self.attached:
            return [Entry(at, event, "brief", *self.attached, *person), own]
        return [own]


def read_circulation(folder: Path) -> tuple[Circulation, bool]:
    """The recipients of a brief, and whether they come from the example file. Raises `Problems`."""
    paths = [folder / name for name in CIRCULATION if (folder / name).is_file()]
    if not paths:
        hint = f"write {folder / CIRCULATION[0]}; git ignores it"
        raise Problems([Problem(Place(str(folder)), "circulation", "there is no list of recipients", hint)])
    source, problems = read_one(paths[0], CIRCULATION_ROOT)
    if problems:
        raise Problems(problems)
    return circulation_of(source), paths[0].name != CIRCULATION[0]


def sendable(archive: Path, brief: str, wanted: str) -> Version:
    """An archived version that may be sent. Raises `Problems` if it is missing, withdrawn or altered."""
    mine = {one.version: one for one in versions(archive) if one.id == brief}
    place = Place(str(archive / brief))
    if wanted not in mine:
        hint = suggest(wanted, mine) or "archive it first: evibrief archive"
        raise Problems([Problem(place, "no-version", f"there is no archived version {wanted} of `{brief}`", hint)])
    version = mine[wanted]
    if version.state == "withdrawn":
        message = f"version {wanted} is withdrawn ({version.reason}) and cannot be sent"
        raise Problems([Problem(place, "withdrawn", message, "send the current version")])
    if faults := check_version(archive / version.folder):
        hint = "run evibrief verify for details; restore the version from the git history"
        message = f"version {wanted} was changed after it was archived: {faults[0]}"
        raise Problems([Problem(place, "altered", message, hint)])
    return version


def prepare(
    loaded: Loaded, archive: Path, wanted: str, moment: datetime, comments_by: date | None,
    report: Report = lambda stage: None,
) -> list[Prepared]:  # fmt: skip
    """A message for each recipient; `report` is called with the name of each stage.

    Raises `Problems` before anything is written, also if a message is too large.
    """
    circulation, _ = read_circulation(loaded.folder)
    brief = loaded.brief.brief.id
    report("checking the archived version")
    version = sendable(archive, brief, wanted)
    listed = {one.version: one for one in versions(archive) if one.id == brief}
    sent = _edition(archive, version, next((one for one in listed.values() if one.state == "current"), None))
    told_since = cache(lambda earlier: _between(archive, earlier, sent.side))
    for_review = cache(lambda: compose(load(archive / version.folder / "evidence"), ["docx"]))
    entries = entries_of(archive, brief)
    made = []
    for recipient in circulation.recipients:
        report(f"writing the letter to {recipient.id}")
        held = list(_held(entries, recipient.id, [one for one in listed.values() if one != version]))
        if recipient.kind == "reviewer":
            enclosed = Enclosed(_review_copy(version, recipient, comments_by, for_review()))
        else:
            enclosed = _documents(archive, version, recipient)
        since = told_since(held[-1].folder) if held else None
        said = brief_letter(sent, enclosed, circulation.sender, recipient, held, since, comments_by)
        letter: LetterKind = "review" if recipient.kind == "reviewer" else "brief"
        made.append(_message(said, circulation, recipient, letter, version.version, version.evidence, moment))
    _demand_small(made, loaded.folder)
    return made


def _held(entries: Sequence[Entry], recipient: str, others: Sequence[Version]) -> Iterator[Version]:
    """The other versions that a reader has, in the order received, the last of them always.

    Of an older one that was withdrawn, a reader hears once: any letter after the withdrawal told it.
    """
    known = {one.version: one for one in others}
    mine = [known[name] for name in holders(entries).get(recipient, ()) if name in known]
    for one in mine:
        told = one.state == "withdrawn" and got_after(entries, recipient, one.reason.partition(": ")[0])
        if one == mine[-1] or not told:
            yield one


def prepare_recall(
    loaded: Loaded, archive: Path, recalled: str, reason: str, moment: datetime, report: Report = lambda stage: None
) -> list[Prepared]:
    """A recall notice for each recipient of a version; `report` as in `prepare`. Raises `Problems`."""
    circulation, _ = read_circulation(loaded.folder)
    brief = loaded.brief.brief.id
    listed = {one.version: one for one in versions(archive) if one.id == brief}
    place = Place(str(archive / brief))
    if recalled not in listed:
        raise Problems([Problem(place, "no-version", f"there is no version {recalled}", suggest(recalled, listed))])
    report("comparing the versions")
    gone = listed[recalled]
    # The newest comes first. An older version never takes the place of one that is called back.
    newer = takewhile(lambda one: one != gone, listed.values())
    current = next((one for one in newer if one.state == "current"), None)
    now = _edition(archive, current) if current else None
    since = _between(archive, gone.folder, now.side) if now else None
    if gone.state != "withdrawn" and not (since and since.conclusions):
        message = f"version {recalled} is not withdrawn, and no conclusion has changed since"
        raise Problems([Problem(place, "nothing-to-recall", message, "withdraw it first, or send the new version")])
    holding = [recipient for recipient, held in holders(entries_of(archive, brief)).items() if recalled in held]
    known = {one.id: one for one in circulation.recipients}
    if strangers := [name for name in holding if name not in known]:
        message = f"{strangers[0]} holds version {recalled}, but has no address in circulation.yaml"
        raise Problems([Problem(Place(str(loaded.folder)), "no-address", message, "add the address")])
    made = []
    source = now.side if now else Side(loaded.brief, loaded.findings)
    language, words = source.brief.brief.language, source.findings.words
    for name in holding:
        report(f"writing the letter to {name}")
        enclosed = _documents(archive, current, known[name]) if current else Enclosed({})
        there = now if enclosed.files else None
        said = recall_letter(there, enclosed, circulation.sender, known[name], gone, reason, since, language, words)
        notice = _message(said, circulation, known[name], "recall", recalled, gone.evidence, moment)
        attached = (current.version, current.evidence) if current and there else None
        made.append(replace(notice, attached=attached))
    _demand_small(made, loaded.folder)
    return made


def _review_copy(
    version: Version, recipient: Recipient, comments_by: date | None, made: Composition
) -> dict[str, bytes]:
    stem = Path(version.latest["latest.docx"]).stem
    return {f"{stem}_review_{recipient.id}.docx": copy_for(recipient.id, comments_by, made)}


def _documents(archive: Path, version: Version, recipient: Recipient) -> Enclosed:
    """The attachments for a reader, as archived: in each format they want the core, or the whole if there is none."""
    names = [name for kind in recipient.wants for name in _core_or_whole(version, kind)]
    files = {name: (archive / version.folder / name).read_bytes() for name in names}
    whole = version.latest.get("latest.pdf")
    pages = (pages_of(name, data) for name, data in files.items())
    cores = [name for name in names if is_core(name)]
    return Enclosed(
        files, bool(names) and cores == names, bool(cores) and cores != names, next(filter(None, pages), None),
        pages_of(whole, (archive / version.folder / whole).read_bytes()) if whole else None,
    )  # fmt: skip


def _core_or_whole(version: Version, kind: str) -> list[str]:
    mine = [name for name in version.files if name.endswith(f".{kind}")]
    return [name for name in mine if is_core(name)] or mine


def _edition(archive: Path, version: Version, current: Version | None = None) -> Sent:
    """A version as a letter sends it; `current` is the current version of the brief, if it may be another one."""
    newer = current if current and current.number > version.number else None
    side = _as_printed(side_of(archive / version.folder / "evidence"))
    return Sent(side, version.evidence, version.content, newer)


def _between(archive: Path, folder: str, side: Side) -> Between:
    """What changed from an archived version to this one."""
    return between(_as_printed(side_of(archive / folder / "evidence")), side)


def _as_printed(side: Side) -> Side:
    """A brief with the values that its texts take from the data put in: a letter says what page one says."""
    return Side(*fill((side.brief, side.findings), values_of(side.brief, side.findings)))


def _message(
    said: Letter, circulation: Circulation, recipient: Recipient, letter: LetterKind, version: str, evidence: str,
    moment: datetime,
) -> Prepared:  # fmt: skip
    identity = message_id(circulation.sender, letter, version, evidence, recipient.id)
    html = render_text("mail.html.jinja", resources.template_texts(), words=said)
    draft = write_message(said, html, circulation.sender, recipient, moment, identity, draft=True)
    content = content_of(said, circulation.sender, recipient)
    return Prepared(recipient, letter, version, evidence, identity, content, draft)


def _demand_small(made: Sequence[Prepared], folder: Path) -> None:
    """Refuse messages that are too large for mail servers, before any is sent. Raises `Problems`."""
    problems = [
        Problem(Place(str(folder)), "too-large-to-send", f"the message to {one.recipient.id} has "
                f"{len(one.draft) / 1e6:.1f} MB, and many servers refuse more than {LARGEST_LETTER / 1e6:.0f}",
                "send only the PDF, or only page 1: evibrief build --layer page")
        for one in made if len(one.draft) > LARGEST_LETTER
    ]  # fmt: skip
    if problems:
        raise Problems(problems)


def doubts(folder: Path, archive: Path, brief: str, wanted: str) -> Iterator[str]:
    """Warnings: things that are allowed, but should be considered before letters are sent."""
    circulation, _ = read_circulation(folder)
    for ids in sharing(circulation):
        yield f"{messages.listed(ids)} share one address: it gets a letter for each"
    mine = {one.version: one for one in versions(archive) if one.id == brief}
    current = next((one.version for one in mine.values() if one.state == "current"), "")
    if wanted in mine and mine[wanted].state == "superseded":
        yield f"version {wanted} is not the current one, which is {current}"


def chosen(made: Sequence[Prepared], ids: Sequence[str], folder: Path) -> list[Prepared]:
    """The messages to these recipients, or all if none is named. Raises `Problems` for an unknown id."""
    known = [one.recipient.id for one in made]
    problems = [
        Problem(Place(str(folder)), CIRCULATION_ROOT, f"there is no letter to `{name}`", suggest(name, known))
        for name in ids if name not in known
    ]  # fmt: skip
    if problems:
        raise Problems(problems)
    return [one for one in made if not ids or one.recipient.id in ids]
