"""Sending a version out, telling who has it, and calling it back.

In: a brief's folder with `circulation.yaml`, an archive, a mail server. Out: drafts, deliveries, lines of the register
beside the archived versions. A letter is written down before it is handed over and after: whenever a run is killed,
nobody gets two.
"""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path

from evibrief.archive.register import Event
from evibrief.files import replace_file
from evibrief.mailing.holders import outcome
from evibrief.mailing.message import without_draft_mark
from evibrief.mailing.prepare import Prepared
from evibrief.mailing.register import add_entry, entries_of, locked, register_path
from evibrief.mailing.smtp import NotSent, Refused, Server, Unclear, hand_over
from evibrief.problems import Place, Problem, Problems

DRY_RUN = "dry-run.txt"


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
_OURS = re.compile(r"(brief|review|recall) [\d.]+ [0-9a-f]+ \w+ <[^ >]+>( [0-9a-f]+)?")
"""A line of a plan, by which a draft may be taken away: other people's files may lie here too."""


def _remove_drafts(plan: Path) -> None:
    """Take away the drafts that a plan names."""
    earlier = plan.read_text(encoding="utf-8", errors="replace").splitlines() if plan.is_file() else ()
    for line in filter(_OURS.fullmatch, earlier):
        letter, version, _, recipient, *_ = line.split(" ")
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
    parts = (
        (one.letter, one.version, one.evidence, one.recipient.id, one.identity, one.content) for one in made
    )  # fmt: skip
    return "".join(f"{' '.join(part)}\n" for part in parts)


def demand_dry_run(made: Sequence[Prepared], output: Path) -> None:
    """Refuse to send what nobody has looked at. Raises `Problems`."""
    path = output / DRY_RUN
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != plan_of(made):
        hint = "run the same without `--yes`, look at the drafts, then send with the same options"
        message = "no dry run shows these letters"
        raise Problems([Problem(Place(str(output)), "no-dry-run", message, hint)])


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
            add_entry(handle, one.lines(event, now()))

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


def record_sent(made: Sequence[Prepared], archive: Path, brief: str, moment: str) -> list[str]:
    """Note that drafts were sent by hand from a mail program."""
    told = []
    with locked(register_path(archive, brief)) as handle:
        entries = entries_of(archive, brief)
        for one in made:
            if outcome(entries, one.letter, one.version, one.recipient.id) == "delivered":
                told.append(f"{one.recipient.id}: is in the register already")
                continue
            add_entry(handle, one.lines("delivered", moment))
            told.append(f"{one.recipient.id}: written down as sent")
    return told
