"""The option `--no-cache`, and the folder in which commands keep what they made."""

import argparse
import os
from pathlib import Path

from evibrief.kept import Kept


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--no-cache`."""
    parser.add_argument("--no-cache", action="store_true", help="make everything anew, and keep nothing of it")


def kept_of(options: argparse.Namespace) -> Kept | None:
    """What earlier commands of this user made, in the place that the XDG Base Directory Specification names.

    Nothing is kept where the option says so, or where there is no such place: a relative path counts as none.
    """
    if options.no_cache:
        return None
    home = os.environ.get("HOME", "")
    place = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    return Kept(Path(place) / "evibrief") if os.path.isabs(place) else None
