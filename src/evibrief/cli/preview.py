"""The command `preview`."""

import argparse
import datetime
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.cli import caching
from evibrief.cli.caching import kept_of
from evibrief.problems import Problems

if TYPE_CHECKING:
    from evibrief.preview.session import Shown

Adder = Callable[..., argparse.ArgumentParser]


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", adder: Adder) -> None:
    """Add `preview`."""
    shows = adder(commands, "preview", run_preview, "show the web page of a brief, made anew with each edit")
    shows.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    ports = "listen on this port of this machine; if it is taken, on the next"
    shows.add_argument("--port", type=_port, default=8300, help=ports)
    caching.add_option(shows)
    pages = "show the pages of the PDF, too, laid out by a faster engine than that of the PDF"
    shows.add_argument("--pdf", action="store_true", help=pages)
    shows.add_argument("--open", action="store_true", help="open the page in the browser")


def run_preview(options: argparse.Namespace) -> int:
    """Show a brief until Ctrl-C is pressed."""
    from evibrief.evidence.read_folder import read_brief
    from evibrief.preview.serve import preview_of

    if not options.brief.is_dir():
        raise Problems(read_brief(options.brief)[1])
    try:
        kept = kept_of(options)
        with preview_of(options.brief, options.port, datetime.date.today, kept, options.pdf) as preview:
            if options.port not in (0, preview.port):
                print(f"evibrief: port {options.port} is taken", file=sys.stderr)
            url = f"{preview.url}pages" if options.pdf else preview.url
            print(f"{options.brief}: {url} (Ctrl-C ends it)", flush=True)
            if options.open:
                _open_browser(url)
            preview.follow(threading.Event(), _tell)
    except KeyboardInterrupt:
        print("evibrief: the preview has ended", file=sys.stderr)
    return 0


def _port(text: str) -> int:
    """A port. Raises `ArgumentTypeError` for anything else; 0 takes any that is free."""
    if text.isdecimal() and text.isascii() and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError("write a number from 0 to 65535")


def _open_browser(url: str) -> None:
    import webbrowser  # here, because it looks for browsers when it is imported

    webbrowser.open(url)


def _tell(shown: "Shown") -> None:
    """One line for each change: what is on the page now; below it the first error, if there is one."""
    errors = sum(one["severity"] == "error" for one in shown.problems)
    others = len(shown.problems) - errors
    counts = ((errors, "error"), (others, "warning"))
    told = [f"{number} {word}{'s' * (number != 1)}" for number, word in counts if number]
    laid = shown.pages.laid_out if shown.pages else None
    pages = f", {len(laid.sizes)} page{'s' * (len(laid.sizes) != 1)}" if laid else ""
    state = "the last good page stays" if errors else f"shown{pages}"
    clock = datetime.datetime.now().strftime("%H:%M:%S")
    print("; ".join((f"{clock} {state}", *filter(None, [", ".join(told)]))), flush=True)
    if errors:
        print(f"  {shown.problems[0]['line_of_check']}", flush=True)
