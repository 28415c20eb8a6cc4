"""The commands for reviews: `review-copy` and `comments`."""

import argparse
import re


def recipient_of(text: str) -> str:
    """The id of a recipient, which becomes part of a file name. Raises `ArgumentTypeError` for anything else."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", text):
        raise argparse.ArgumentTypeError("an id is a letter, then letters, digits, - and _; never a name or an address")
    return text


def run_review_copy(options: argparse.Namespace) -> int:
    """Write a review copy."""
    from evibrief.review_copies import write_review_copy

    print(write_review_copy(options.brief, options.output, options.recipient or "", options.comments_by))
    return 0


def run_comments(options: argparse.Namespace) -> int:
    """Print what reviewers wrote, and write patches and the ledger if requested."""
    from evibrief.review.gather import gather, write_patches
    from evibrief.review.ledger import earlier_keys, write_ledger
    from evibrief.review.printing import PRINTERS

    earlier = earlier_keys(options.since) if options.since else ()
    found, _ = gather(options.reviewed, options.brief, earlier)
    if options.write:
        write_ledger(found, options.write)
    if options.patches:
        write_patches(found, options.patches)
    print(PRINTERS[options.format](found), end="")
    return 0
