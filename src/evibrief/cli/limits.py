"""The options that limit what a stranger's file may use."""

import argparse
import re

from evibrief.sandbox import USUAL, Limits


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Options of a command that opens what may be a stranger's: it runs in a process of its own, inside limits."""
    parser.add_argument("--seconds", type=_count, default=round(USUAL.seconds), help="the longest that it may take")
    parser.add_argument("--memory", type=_count, default=USUAL.megabytes, metavar="MB", help="the most that it may use")


def limits_of(options: argparse.Namespace) -> Limits:
    """The limits that the command line gives."""
    return Limits(seconds=options.seconds, megabytes=options.memory)


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise argparse.ArgumentTypeError("write a whole number above 0")
    return int(text)
