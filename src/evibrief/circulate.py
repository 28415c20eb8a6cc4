"""Sending a version out, telling who has it, and calling it back.

In: a brief's folder with `circulation.yaml`, an archive, a mail server. Out: drafts, deliveries, lines of the register
beside the archived versions. A letter is written down before it is handed over and after: whenever a run is killed,
nobody gets two.
"""

import fcntl
import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from evibrief import resources, words
from evibrief.archived import REGISTER, Version, side_of, versions
from evibrief.build import load
from evibrief.chain import START, hash_of_line
from evibrief.circulation import (
    ROOT,
    Circulation,
    Entry,
    Event,
    Letter,
    Recipient,
    chained,
    circulation_of,
    holders,
    outcome,
    read_register,
    sharing,
)
from evibrief.diff import Change, Side, compare
from evibrief.files import replace_file
from evibrief.finishing import finish
from evibrief.inspection import check_version, register_lines
from evibrief.letters import Hashes, brief_letter, recall_letter
from evibrief.mail import LARGEST, Words, message_id, without_draft_mark, write_message
from evibrief.problems import Place, Problem, Problems, suggest
from evibrief.render import render_text
from evibrief.reviewed import read_reviewed
from evibrief.reviewing import review_copy
from evibrief.sending import NotSent, Refused, Server, Unclear, hand_over
from evibrief.source import CIRCULATION, read_one
from evibrief.verify import read_document

DRY_RUN = "dry-run.txt"
LONGEST_LINE = 64 * 1024
"""Bytes of a line of the register; ours have less than one kilobyte."""


@dataclass(frozen=True)
class Prepared:
    """One message, ready to go: for whom, which letter it is, and its bytes as a draft.

    `attached` is the version and evidence that a recall brings along in place of the one that it calls back.
    """

    recipient: Recipient
    letter: Letter
    version: str
    evidence: str
    identity: str
    draft: bytes
    attached: tuple[str, str] | None = None

    def lines(self, event: Event, at: str) -> list[Entry]:
        """The lines of the register. Whoever got a recall holds what came with it, and can be told of that as well."""
        person = (self.recipient.id, self.recipient.role, self.identity)
        own = Entry(at, event, self.letter, self.version, self.evidence, *person)
        if event == "delivered" and self.attached:
            return [Entry(at, event, "brief", *self.attached, *person), own]
        return [own]


def read_circulation(folder: Path) -> tuple[Circulation, bool]:
    """The recipients of a brief, and whether they are only the example's. Raises `Problems`."""
    paths = [folder / name for name in CIRCULATION if (folder / name).is_file()]
    if not paths:
        hint = f"write {folder / CIRCULATION[0]}; git ignores it"
        raise Problems([Problem(Place(str(folder)), "circulation", "there is no list of recipients", hint)])
    source, problems = read_one(paths[0], ROOT)
    if problems:
        raise Problems(problems)
    return circulation_of(source), paths[0].name != CIRCULATION[0]


def register_path(archive: Path, brief: str) -> Path:
    """Where the register of a brief stands: beside its versions, part of the repository."""
    return archive / brief / REGISTER


def entries_of(archive: Path, brief: str) -> tuple[Entry, ...]:
    """The lines of a brief's register; none where nothing was sent."""
    path = register_path(archive, brief)
    lines = register_lines(path) or ()
    return read_register(b"".join(lines).decode("utf-8", "replace"), str(path))


def sendable(archive: Path, brief: str, wanted: str) -> Version:
    """An archived version that may go out. Raises `Problems` when it is not there, withdrawn, or not as it was."""
    mine = {one.version: one for one in versions(archive) if one.id == brief}
    place = Place(str(archive / brief))
    if wanted not in mine:
        hint = suggest(wanted, mine) or "archive it first: evibrief archive"
        raise Problems([Problem(place, "no-version", f"there is no archived version {wanted} of `{brief}`", hint)])
    version = mine[wanted]
    if version.state == "withdrawn":
        message = f"version {wanted} is withdrawn ({version.reason}) and does not go out"
        raise Problems([Problem(place, "withdrawn", message, "send the current version")])
    if faults := check_version(archive / version.folder):
        hint = "evibrief verify says more; take the version from the git history"
        raise Problems([Problem(place, "altered", f"version {wanted} is not as it was archived: {faults[0]}", hint)])
    return version


def prepare(folder: Path, archive: Path, wanted: str, moment: datetime, comments_by: date | None) -> list[Prepared]:
    """A message for each recipient. Raises `Problems` before anything is written, also for one that is too large."""
    circulation, _ = read_circulation(folder)
    brief = load(folder).brief.brief.id
    version = sendable(archive, brief, wanted)
    side = side_of(archive / version.folder / "evidence")
    held = holders(entries_of(archive, brief))
    made = []
    for recipient in circulation.recipients:
        earlier = next((one for one in reversed(held.get(recipient.id, ())) if one != wanted), "")
        files = _files(archive, version, recipient, comments_by)
        changes = _changes(archive, brief, earlier, side)
        hashes = Hashes(version.evidence, version.content)
        said = brief_letter(side, hashes, files, recipient, earlier, changes, comments_by)
        letter: Letter = "review" if recipient.kind == "reviewer" else "brief"
        made.append(_message(said, circulation, recipient, letter, version.version, version.evidence, moment))
    _demand_small(made, folder)
    return made


def prepare_recall(folder: Path, archive: Path, recalled: str, reason: str, moment: datetime) -> list[Prepared]:
    """A notice to each of those who were sent a version that no longer stands. Raises `Problems`."""
    circulation, _ = read_circulation(folder)
    brief = load(folder).brief.brief.id
    listed = {one.version: one for one in versions(archive) if one.id == brief}
    place = Place(str(archive / brief))
    if recalled not in listed:
        raise Problems([Problem(place, "no-version", f"there is no version {recalled}", suggest(recalled, listed))])
    gone = listed[recalled]
    current = next((one for one in listed.values() if one.state == "current"), None)
    side = side_of(archive / current.folder / "evidence") if current else None
    changes = compare(side_of(archive / gone.folder / "evidence"), side) if side and current != gone else ()
    moved = any(change.weight == "major" for change in changes)
    if gone.state != "withdrawn" and not moved:
        message = f"version {recalled} is not withdrawn, and no conclusion moved since"
        raise Problems([Problem(place, "nothing-to-recall", message, "withdraw it first, or send the new version")])
    holding = [recipient for recipient, held in holders(entries_of(archive, brief)).items() if recalled in held]
    known = {one.id: one for one in circulation.recipients}
    if strangers := [name for name in holding if name not in known]:
        message = f"{strangers[0]} holds version {recalled} and has no address in circulation.yaml"
        raise Problems([Problem(Place(str(folder)), "no-address", message, "add it, so that they can be told")])
    made = []
    now = Hashes(current.evidence, current.content) if current else Hashes()
    for name in holding:
        files = _files(archive, current, known[name], None, plain=True) if current and current != gone else {}
        said = recall_letter(side if files else None, now, files, known[name],
                             gone.title, recalled, reason, changes)  # fmt: skip
        notice = _message(said, circulation, known[name], "recall", recalled, gone.evidence, moment)
        attached = (current.version, current.evidence) if current and files else None
        made.append(replace(notice, attached=attached))
    _demand_small(made, folder)
    return made


def _files(
    archive: Path, version: Version, recipient: Recipient, comments_by: date | None, plain: bool = False
) -> dict[str, bytes]:
    """What is attached: for a reviewer the review copy, for a reader the documents that they want."""
    place = archive / version.folder
    if recipient.kind == "reviewer" and not plain:
        stem = next(name for name in version.files if name.endswith(".docx")).removesuffix(".docx")
        return {f"{stem}_review_{recipient.id}.docx": review_copy(place / "evidence", recipient.id, comments_by)}
    return {name: (place / name).read_bytes() for kind in recipient.wants for name in version.files
            if name.endswith(f".{kind}")}  # fmt: skip


def _changes(archive: Path, brief: str, earlier: str, side: Side) -> tuple[Change, ...] | None:
    found = next((one for one in versions(archive) if (one.id, one.version) == (brief, earlier)), None)
    return compare(side_of(archive / found.folder / "evidence"), side) if found else None


def _message(
    said: Words, circulation: Circulation, recipient: Recipient, letter: Letter, version: str, evidence: str,
    moment: datetime,
) -> Prepared:  # fmt: skip
    identity = message_id(circulation.sender, letter, version, evidence, recipient.id)
    html = render_text("mail.html.jinja", resources.template_texts(), words=said)
    draft = write_message(said, html, circulation.sender, recipient, moment, identity, draft=True)
    return Prepared(recipient, letter, version, evidence, identity, draft)


def _demand_small(made: Sequence[Prepared], folder: Path) -> None:
    """Refuse what servers refuse, before anybody has got anything."""
    problems = [
        Problem(Place(str(folder)), "too-large-to-send", f"the message to {one.recipient.id} has "
                f"{len(one.draft) / 1e6:.1f} MB, and many servers refuse more than {LARGEST / 1e6:.0f}",
                "send only the PDF, or page one: evibrief build --layer page")
        for one in made if len(one.draft) > LARGEST
    ]  # fmt: skip
    if problems:
        raise Problems(problems)


def doubts(folder: Path, archive: Path, brief: str, wanted: str) -> Iterator[str]:
    """What is allowed, and yet to be thought about before letters go out."""
    circulation, _ = read_circulation(folder)
    for ids in sharing(circulation):
        yield f"{words.listed(ids)} have one address between them: a letter goes to it for each"
    mine = {one.version: one for one in versions(archive) if one.id == brief}
    current = next((one.version for one in mine.values() if one.state == "current"), "")
    if wanted in mine and mine[wanted].state == "superseded":
        yield f"version {wanted} is not the current one, which is {current}"


def chosen(made: Sequence[Prepared], ids: Sequence[str], folder: Path) -> list[Prepared]:
    """The messages to these recipients; all where none is named. Raises `Problems` for an id that is nobody's."""
    known = [one.recipient.id for one in made]
    problems = [
        Problem(Place(str(folder)), ROOT, f"there is no letter to `{name}`", suggest(name, known))
        for name in ids if name not in known
    ]  # fmt: skip
    if problems:
        raise Problems(problems)
    return [one for one in made if not ids or one.recipient.id in ids]


def write_drafts(made: Sequence[Prepared], output: Path, delivered: Container[str] = ()) -> list[Path]:
    """Each message as an `.eml` that mail programs open as a draft, and what a sending would do.

    Drafts of an earlier run are taken away: somebody who sends all that lies here sends nothing that is out of date.
    There is none for those to whom it was `delivered`. Until the last draft is there the plan says that it is not the
    whole: what a killed run did not write nobody has looked at.
    """
    output.mkdir(parents=True, exist_ok=True)
    plan = output / DRY_RUN
    _remove_drafts(plan)
    replace_file(plan, f"{plan_of(made)}{_NOT_WHOLE}\n")
    written = []
    for one in made:
        if one.recipient.id not in delivered:
            path = output / f"{one.letter}_{one.version}_{one.recipient.id}.eml"
            replace_file(path, one.draft)
            written.append(path)
    replace_file(plan, plan_of(made))
    return written


_NOT_WHOLE = "unfinished"


def _remove_drafts(plan: Path) -> None:
    """Take away the drafts that a plan names."""
    earlier = plan.read_text(encoding="utf-8").splitlines() if plan.exists() else ()
    for letter, version, _, recipient, *_ in (words for line in earlier if len(words := line.split(" ")) == 5):
        (plan.parent / f"{letter}_{version}_{recipient}.eml").unlink(missing_ok=True)


def delivered_to(made: Iterable[Prepared], archive: Path, brief: str) -> list[str]:
    """The ids of those who have their letter already."""
    entries = entries_of(archive, brief)
    return [
        one.recipient.id for one in made
        if outcome(entries, one.letter, one.version, one.recipient.id) == "delivered"
    ]  # fmt: skip


def plan_of(made: Iterable[Prepared]) -> str:
    """What a sending does, a line to a message: by it a dry run is known again."""
    return "".join(f"{one.letter} {one.version} {one.evidence} {one.recipient.id} {one.identity}\n" for one in made)


def demand_dry_run(made: Sequence[Prepared], output: Path) -> None:
    """Refuse to send what nobody has looked at. Raises `Problems`."""
    path = output / DRY_RUN
    if not path.is_file() or path.read_text(encoding="utf-8") != plan_of(made):
        hint = "run the same without --yes, look at the drafts, then send"
        message = "this was not tried before, or is another now"
        raise Problems([Problem(Place(str(output)), "no-dry-run", message, hint)])


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The register, open for adding, for one sender at a time; a line that a kill cut off is taken away.

    What a dead run left in the archive is finished before, and the new lines are in the archive's log afterwards.
    """
    finish(path.parent.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            hint = "wait until it has ended"
            raise Problems([Problem(Place(str(path)), "locked", "somebody is sending just now", hint)]) from error
        text = path.read_bytes()
        os.ftruncate(handle, text.rfind(b"\n") + 1)
        os.lseek(handle, 0, os.SEEK_END)
        yield handle
    finally:
        os.close(handle)
    finish(path.parent.parent)


def _add(handle: int, entries: Iterable[Entry]) -> None:
    """Lines, each with the hash of the line before, on the disk before anything else happens."""
    size = os.fstat(handle).st_size
    last = os.pread(handle, LONGEST_LINE, max(size - LONGEST_LINE, 0)).removesuffix(b"\n").rpartition(b"\n")[2]
    lines = chained(entries, hash_of_line(last) if size else START).encode()
    while lines:
        lines = lines[os.write(handle, lines) :]
    os.fsync(handle)


def send_all(
    made: Sequence[Prepared], archive: Path, brief: str, sender: str, server: Server, now: Callable[[], str],
    report: Callable[[str], None], again: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    """Hand over what has not gone out yet; what came of each is said, and written down.

    `again` are recipients for whom somebody found out that an unclear letter did not arrive.
    """
    told: list[str] = []
    with locked(register_path(archive, brief)) as handle:
        entries = entries_of(archive, brief)
        for number, one in enumerate(made, 1):
            report(f"{number} of {len(made)}: {one.recipient.id}")
            before = outcome(entries, one.letter, one.version, one.recipient.id)
            if before == "delivered":
                told.append(f"{one.recipient.id}: has it already")
            elif before == "intended" and one.recipient.id not in again:
                told.append(f"{one.recipient.id}: unclear since an earlier run; ask, then --again {one.recipient.id}")
            else:
                unclear = before == "intended"
                told.append(f"{one.recipient.id}: {_send(one, handle, sender, server, now, unclear)}")
    return told


def _send(one: Prepared, handle: int, sender: str, server: Server, now: Callable[[], str], unclear: bool) -> str:
    """Hand one letter over and note what came of it. An earlier one that is `unclear` stays so until one arrives."""

    def note(event: Event) -> None:
        if not (unclear and event in ("refused", "failed")):
            _add(handle, one.lines(event, now()))

    message = without_draft_mark(one.draft)
    try:
        hand_over(server, sender, one.recipient.address, message, lambda: note("intended"))
    except Refused as error:
        note("refused")
        return f"refused by the server: {error}"
    except NotSent as error:
        note("failed")
        return f"not sent: {error}"
    except Unclear as error:
        return f"unclear, {error}; ask, then --again {one.recipient.id}"
    note("delivered")
    return "sent"


def record_returned(path: Path, archive: Path, moment: str) -> str:
    """Note that a reviewer's file came back. Raises `Problems` where it matches nothing that went out."""
    reviewed = read_reviewed(read_document(path), str(path))
    entries = entries_of(archive, reviewed.brief) if reviewed.brief else ()
    asked = next((one for one in entries if one.letter == "review" and one.event == "delivered"
                  and (one.recipient, one.evidence) == (reviewed.recipient, reviewed.evidence)), None)  # fmt: skip
    if asked is None:
        message = "no copy for review that went out has this evidence and this recipient"
        raise Problems([Problem(Place(str(path)), "not-asked", message, "read it all the same: evibrief comments")])
    entry = replace(asked, at=moment, event="returned")
    with locked(register_path(archive, reviewed.brief)) as handle:
        _add(handle, [entry])
    return f"{asked.recipient} ({asked.role}) answered on version {asked.version}"


def record_sent(made: Sequence[Prepared], archive: Path, brief: str, moment: str) -> list[str]:
    """Note that drafts were sent by hand from a mail program."""
    told = []
    with locked(register_path(archive, brief)) as handle:
        entries = entries_of(archive, brief)
        for one in made:
            if outcome(entries, one.letter, one.version, one.recipient.id) == "delivered":
                told.append(f"{one.recipient.id}: is in the register already")
                continue
            _add(handle, one.lines("delivered", moment))
            told.append(f"{one.recipient.id}: written down as sent")
    return told
