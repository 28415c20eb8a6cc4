"""Writes drafts and sends messages.

In: prepared messages, an archive, a mail server. Out: drafts, deliveries, and entries in the register next to the
archived versions. Each letter is recorded before it is sent and after: an interrupted run never sends a letter twice.
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
    """Write each message as an `.eml` that mail programs open as a draft, and a plan of what would be sent.

    Drafts of an earlier run are removed, so that nothing out of date can be sent from this folder. Recipients in
    `delivered` get no draft. Until the last draft is written the plan is marked unfinished, because after a kill
    nobody has seen the missing drafts.
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
"""A line of a plan. Only drafts named by such a line are removed, because the folder may hold other files."""


def _remove_drafts(plan: Path) -> None:
    """Remove the drafts that a plan names."""
    earlier = plan.read_text(encoding="utf-8", errors="replace").splitlines() if plan.is_file() else ()
    for line in filter(_OURS.fullmatch, earlier):
        letter, version, _, recipient, *_ = line.split(" ")
        (plan.parent / f"{letter}_{version}_{recipient}.eml").unlink(missing_ok=True)


def delivered_to(made: Iterable[Prepared], archive: Path, brief: str) -> list[str]:
    """The ids of recipients who already have their letter."""
    entries = entries_of(archive, brief)
    return [
        one.recipient.id for one in made
        if outcome(entries, one.letter, one.version, one.recipient.id) == "delivered"
    ]  # fmt: skip


def plan_of(made: Iterable[Prepared]) -> str:
    """What would be sent, one line per message; used to recognise a dry run."""
    parts = (
        (one.letter, one.version, one.evidence, one.recipient.id, one.identity, one.content) for one in made
    )  # fmt: skip
    return "".join(f"{' '.join(part)}\n" for part in parts)


def demand_dry_run(made: Sequence[Prepared], output: Path) -> None:
    """Refuse to send letters without a matching dry run. Raises `Problems`."""
    path = output / DRY_RUN
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != plan_of(made):
        hint = "run this without `--yes` first, check the drafts, then send with the same options"
        message = "no matching dry run"
        raise Problems([Problem(Place(str(output)), "no-dry-run", message, hint)])


def send_all(
    made: Sequence[Prepared], archive: Path, brief: str, sender: str, server: Server, now: Callable[[], str],
    report: Callable[[str], None], again: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    """Send every letter that was not delivered yet; return and record the outcome of each.

    `again` lists recipients who confirmed that a letter with unclear delivery did not arrive.
    """
    told: list[str] = []
    with locked(register_path(archive, brief)) as handle:
        entries = entries_of(archive, brief)
        for number, one in enumerate(made, 1):
            report(f"{number} of {len(made)}: {one.recipient.id}")
            before = outcome(entries, one.letter, one.version, one.recipient.id)
            if before == "delivered":
                told.append(f"{one.recipient.id}: already has it")
            elif before == "intended" and one.recipient.id not in again:
                told.append(f"{one.recipient.id}: unclear since an earlier run; ask, then --again {one.recipient.id}")
            else:
                unclear = before == "intended"
                told.append(f"{one.recipient.id}: {_send(one, handle, sender, server, now, unclear)}")
    return told


def _send(one: Prepared, handle: int, sender: str, server: Server, now: Callable[[], str], unclear: bool) -> str:
    """Send one letter and record the outcome. If an earlier attempt was `unclear`, only a delivery changes that."""

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
    """Record that drafts were sent by hand from a mail program."""
    told = []
    with locked(register_path(archive, brief)) as handle:
        entries = entries_of(archive, brief)
        for one in made:
            if outcome(entries, one.letter, one.version, one.recipient.id) == "delivered":
                told.append(f"{one.recipient.id}: already in the register")
                continue
            add_entry(handle, one.lines("delivered", moment))
            told.append(f"{one.recipient.id}: recorded as sent")
    return told
