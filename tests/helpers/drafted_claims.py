"""How many of the claims of a brief its source document gives by itself: drafted_claims.py DOCUMENT data/BRIEF."""

import datetime
import re
import sys
from pathlib import Path

from evibrief.evidence.write_yaml import read_yaml
from evibrief.importers.contract import DraftedBrief
from evibrief.importers.documents import MarkdownDocument


def claims_found(made: DraftedBrief, brief: Path) -> tuple[int, int]:
    """How many claims of a brief have a draft claim at their line of the document, and how many have a line at all."""
    texts = [data.decode() for name, data in made.files.items() if name.startswith("claims/")]
    drafted = {line for text in texts for line in lines_in(text)}
    files = sorted((brief / "claims").glob("*.yaml"))
    encoded = [line for path in files for line in lines_in(path.read_text())]
    return sum(line in drafted for line in encoded), len(encoded)


def lines_in(claims: str) -> list[int]:
    """The line of each claim that names one."""
    stated = (claim["stated"] for claim in read_yaml(claims)["claims"] if "stated" in claim)
    return [int(one["line"]) for one in stated if re.fullmatch(r"\d+", one["line"])]


if __name__ == "__main__":
    document, folder = Path(sys.argv[1]), Path(sys.argv[2])
    drafted = MarkdownDocument().draft(document.read_bytes(), document, folder.name, datetime.date.today())
    found, in_all = claims_found(drafted, folder)
    print(*drafted.told, f"{found} of the {in_all} claims of {folder} are on a line of a draft claim", sep="\n")
