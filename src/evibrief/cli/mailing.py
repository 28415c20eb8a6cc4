"""The commands `circulate` and `circulation`.

In: arguments, the clock, and the environment, which names the mail server. Out: printed lines and an exit code. A
password is only taken from the environment and never printed.
"""

import argparse
import datetime
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.cli.limits import add_limits
from evibrief.cli.printing import day, progress
from evibrief.problems import Place, Problem, Problems

if TYPE_CHECKING:
    from evibrief.build import Report
    from evibrief.checks.load import Loaded
    from evibrief.mailing.prepare import Prepared
    from evibrief.mailing.smtp import Server


def add_commands(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `circulate` and `circulation` to the command line; `command` creates a subcommand."""
    sends = command(commands, "circulate", circulate_brief, "write a version's letters as drafts, or send them")
    sends.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    sends.add_argument("--version", metavar="VERSION", help="an archived version (default: the brief's)")
    sends.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")
    sends.add_argument("--output", type=Path, default=Path("build/circulation"), help="where drafts are written")
    sends.add_argument("--comments-by", type=day, metavar="DATE", help="the date by which reviewers should answer")
    sends.add_argument("--recall", metavar="VERSION", help="ask everyone who has this version to stop using it")
    sends.add_argument("--reason", default="", help="why it is recalled; recipients will see it")
    sends.add_argument("--send", action="store_true", help="show what would be sent to whom; with --yes, send it")
    sends.add_argument("--yes", action="store_true", help="send what the last dry run showed")
    sends.add_argument("--to", action="append", default=[], metavar="ID", help="only the recipients named")
    sends.add_argument("--again", action="append", default=[], metavar="ID", help="resend if delivery is unclear")

    holds = command(commands, "circulation", circulation, "who holds which version, and who has not answered")
    holds.add_argument(
        "what", choices=("status", "returned", "sent"), help="list; record a returned file; record sent drafts"
    )
    holds.add_argument("path", type=Path, metavar="data/BRIEF | FILE", help="the brief, or the file that came back")
    holds.add_argument("--version", metavar="VERSION", help="sent: the version whose drafts were sent by hand")
    holds.add_argument("--recall", metavar="VERSION", help="sent: the version that was recalled by hand")
    holds.add_argument("--to", action="append", default=[], metavar="ID", help="sent: only this recipient")
    holds.add_argument("--archive", type=Path, default=Path("archive"), help="where versions are kept")
    add_limits(holds)


def circulate_brief(options: argparse.Namespace) -> int:
    """Write the letters as drafts, or send them."""
    from evibrief.checks.load import load
    from evibrief.mailing import prepare as preparing
    from evibrief.mailing import send as sending

    now = datetime.datetime.now(datetime.UTC)
    with progress(quiet=False) as report:
        report("reading the evidence")
        loaded = load(options.brief)
        made = preparing.chosen(_all_letters(options, loaded, now, report), options.to, options.brief)
    brief = loaded.brief.brief.id
    for doubt in preparing.doubts(options.brief, options.archive, brief, "" if options.recall else made[0].version):
        print(f"warning: {doubt}", file=sys.stderr)
    if not made:
        print("nobody has that version, so there is nobody to tell")
        return 0
    if options.send and options.yes:
        sending.demand_dry_run(made, options.output)
        circulation, is_example = preparing.read_circulation(options.brief)
        server = _mail_server(is_example)
        with progress(quiet=False) as report, _telling_if_stopped(options):
            told = sending.send_all(
                made, options.archive, brief, circulation.sender.address, server, _utc, report, options.again
            )
        print("\n".join(told))
        fine = {f"{one.recipient.id}: {what}" for one in made for what in ("sent", "already has it")}
        return 0 if fine.issuperset(told) else 1
    delivered = sending.delivered_to(made, options.archive, brief)
    drafts = sending.write_drafts(made, options.output, delivered)
    print("".join(f"{name}: already has it, no draft\n" for name in delivered), end="")
    print("".join(f"{path}\n" for path in drafts), end="")
    print(_next_step(options.send, len(drafts)))
    return 0


@contextmanager
def _telling_if_stopped(options: argparse.Namespace) -> Iterator[None]:
    """Nobody may think that nothing was sent."""
    try:
        yield
    except KeyboardInterrupt:
        status = f"evibrief circulation status {options.brief} --archive {options.archive}"
        print(f"\nsome letters may have been sent; `{status}` tells which", file=sys.stderr)
        raise


def _all_letters(
    options: argparse.Namespace, loaded: "Loaded", now: datetime.datetime, report: "Report"
) -> "list[Prepared]":
    from evibrief.mailing import prepare as preparing

    if options.recall:
        reason = options.reason.strip()
        if not reason:
            message, hint = "a recall needs a reason", "say why: --reason …"
            raise Problems([Problem(Place(str(options.brief)), "no-reason", message, hint)])
        return preparing.prepare_recall(loaded, options.archive, options.recall, reason, now, report)
    version = options.version or loaded.brief.brief.version
    return preparing.prepare(loaded, options.archive, version, now, options.comments_by, report)


def _next_step(sending: bool, count: int) -> str:
    drafts = "1 draft" if count == 1 else f"{count} drafts"
    if sending:
        return f"dry run: {drafts} written, nothing sent; check them, then run this again with --yes"
    return f"{drafts} written, nothing sent; record what you send by hand with `circulation sent`"


def _utc() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _mail_server(is_example: bool) -> "Server":
    """The server that the environment names. The password comes from nowhere else and is never printed."""
    from evibrief.mailing.smtp import server_of

    problems = []
    if is_example:
        hint = "write circulation.yaml in the brief's folder; git ignores it"
        problems.append(Problem(Place("environment"), "example", "the recipients are those of the example file", hint))
    try:
        server = server_of(os.environ)
    except Problems as wrong:
        raise Problems([*problems, *wrong.problems]) from None
    if problems:
        raise Problems(problems)
    return server


def circulation(options: argparse.Namespace) -> int:
    """Print who has which version, or record what came back or was sent by hand."""
    from evibrief.archive.versions import versions
    from evibrief.checks.load import load
    from evibrief.mailing import prepare as preparing
    from evibrief.mailing import register as register_of_letters
    from evibrief.mailing import returned
    from evibrief.mailing import send as sending
    from evibrief.mailing.holders import status_text

    if options.what == "returned":
        print(returned.record_returned(options.path, options.archive, _utc()))
        return 0
    loaded = load(options.path)
    brief = loaded.brief.brief.id
    if options.what == "sent":
        now = datetime.datetime.now(datetime.UTC)
        if options.recall:
            made = preparing.prepare_recall(loaded, options.archive, options.recall, "", now)
        else:
            version = options.version or loaded.brief.brief.version
            made = preparing.prepare(loaded, options.archive, version, now, None)
        made = preparing.chosen(made, options.to, options.path)
        print("\n".join(sending.record_sent(made, options.archive, brief, _utc())))
        return 0
    states = {one.version: one.state for one in versions(options.archive) if one.id == brief}
    print(status_text(register_of_letters.entries_of(options.archive, brief), states), end="")
    return 0
