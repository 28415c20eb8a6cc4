"""The options that limit what files from strangers may use."""

import argparse
import re

from evibrief.sandbox import USUAL, Limits


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add options to a command that may open files from strangers: it runs in a separate process with limits."""
    parser.add_argument("--seconds", type=_count, default=round(USUAL.seconds), help="time limit in seconds")
    parser.add_argument("--memory", type=_count, default=USUAL.megabytes, metavar="MB", help="memory limit in MB")


def limits_of(options: argparse.Namespace) -> Limits:
    """The limits given on the command line."""
    return Limits(seconds=options.seconds, megabytes=options.memory)


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise argparse.ArgumentTypeError("write a whole number above 0")
    return int(text)
