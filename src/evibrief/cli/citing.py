"""The command `cite`: references for DOIs and PMIDs, and what is missing in those at hand. It asks over the network.

In: identifiers and a brief. Out: `references.json` and `studies.yaml` with what is new, and the answers that it comes
from, in `lookups/`. Nothing is written unless all was answered.
"""

import argparse
import datetime
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.cli import limits
from evibrief.cli.printing import progress
from evibrief.cli.studies import write_own
from evibrief.problems import Problems, errors_in, one_problem

if TYPE_CHECKING:
    from evibrief.evidence.source import SourceTree
    from evibrief.evidence.stubs import Stubs
    from evibrief.lookups.citing import Cited
    from evibrief.lookups.contract import Answer, Asks, Lookup

HOSTS = "EVIBRIEF_HOSTS"
"""An environment variable: services that are asked instead of the public ones."""
ASKED = "doi.org (and where it leads), api.ncbi.nlm.nih.gov, eutils.ncbi.nlm.nih.gov"
NETWORK = f"It asks {ASKED}; it sends the identifiers and its own name, and nothing about you."
LONGEST_LOOK = 3_600
"""In seconds: hundreds of publications are asked for one after the other."""


def add_command(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `cite` to the command line; `command` makes one."""
    cites = command(commands, "cite", run_cite, "add references by DOI or PMID, looked up over the network")
    identifiers = "a DOI, PMID or PMCID; with --complete: the id of a reference (default: all)"
    cites.add_argument("identifiers", nargs="*", default=[], metavar="ID", help=identifiers)
    cites.add_argument("--into", type=Path, required=True, metavar="data/BRIEF", help="the folder of the brief")
    completes = "look up what is missing in references that have a DOI, PMID or PMCID"
    cites.add_argument("--complete", action="store_true", help=completes)
    cites.add_argument("--offline", action="store_true", help="use the answers that were kept, and no network")
    cites.add_argument("--dry-run", action="store_true", help="print what would be added, and write nothing")
    limits.add_limits(cites)
    cites.set_defaults(seconds=LONGEST_LOOK)
    cites.description = f"{cites.description} {NETWORK}"


def run_cite(options: argparse.Namespace) -> int:
    """Add references, or complete those at hand."""
    if not options.identifiers and not options.complete:
        raise one_problem("cite", "lookup", "there is nothing to look up", "write a DOI or PMID, or --complete")
    source = _brief_read(options.into)
    asks = asks_of(options.into, options.offline)
    print("asking nobody: kept answers only" if options.offline else f"asking {ASKED}")
    if options.complete:
        _complete(source, asks, options)
    else:
        _cite(source, asks, options)
    return 0


def asks_of(folder: Path, offline: bool) -> "Asks":
    """What a command asks: the network, or the answers that were kept in a brief's folder."""
    from evibrief.lookups.kept import KeptAnswers
    from evibrief.lookups.network import Network, bases_of

    if offline:
        return KeptAnswers(folder)
    return Network(datetime.date.today(), bases_of(os.environ.get(HOSTS, "")))


class _Shown:
    """Something that can be asked; a terminal shows what is asked for now, because many questions take minutes."""

    def __init__(self, asks: "Asks", report: Callable[[str], None]) -> None:
        self._asks, self._report = asks, report

    def ask(self, question: "Lookup") -> "Answer":
        """The answer. Raises `Problems` if there is none."""
        self._report(question.address)
        return self._asks.ask(question)


def _brief_read(folder: Path) -> "SourceTree":
    """The brief as far as it is written. Raises `Problems` for what is wrong in it."""
    from evibrief.evidence.read_folder import read_brief

    source, problems = read_brief(folder)
    if wrong := [one for one in errors_in(problems) if not one.unfinished]:
        raise Problems(wrong)
    for name in ("references.json", "studies.yaml"):
        if (folder / name).is_symlink():
            message, hint = "this is a link to a file elsewhere", "put the file itself here"
            raise one_problem(str(folder / name), "rewrite", message, hint)
    return source


def _cite(source: "SourceTree", asks: "Asks", options: argparse.Namespace) -> None:
    from evibrief.evidence.same_reference import reference_of
    from evibrief.evidence.stubs import stubs_of_new
    from evibrief.evidence.write_references import with_references
    from evibrief.lookups.citing import cite

    references, studies = options.into / "references.json", options.into / "studies.yaml"
    at_hand = [reference_of(one) for one in source.tree["references"]]
    with progress(quiet=False) as report:
        cited = cite(options.identifiers, _Shown(asks, report), at_hand)
    keys = tuple(str(one.csl["id"]) for one in cited.new)
    made = stubs_of_new(source, str(studies), keys)
    texts = {studies: made.text} if made.references else {}
    if cited.new:
        texts[references] = with_references(*_texts(source, references), [one.csl for one in cited.new])
    _tell_cited(cited)
    if options.dry_run:
        _tell_only(cited, made)
        return
    _write(source, options, texts, cited.answers)
    print(f"{references}: {'added ' + ', '.join(keys) if keys else 'not changed'}")
    if made.references:
        print(f"{studies}: added a stub for {', '.join(made.references)}; fill in what is `to be filled in`")


def _texts(source: "SourceTree", path: Path) -> tuple[str, str, str]:
    """The text of a file as it is read, as it is saved if that differs, and its path."""
    return source.texts.get(str(path), ""), source.saved.get(str(path), ""), str(path)


def _tell_cited(cited: "Cited") -> None:
    for one in cited.new:
        for publication in one.publications:
            print(f"{publication.number} is `{one.csl['id']}`, says {_said_by(publication.answer)}")
            print(f"  “{publication.title}”")
            print("".join(f"  {change}\n" for change in publication.changed), end="")
    for sentence in cited.there:
        print(f"{sentence}; not added again")


def _said_by(answer: "Answer") -> str:
    asked = answer.question.host
    return f"{asked if asked == answer.host else f'{answer.host} (asked at {asked})'} on {answer.on}"


def _tell_only(cited: "Cited", made: "Stubs") -> None:
    import json

    for one in cited.new:
        print(json.dumps(one.csl, indent=1, ensure_ascii=False))
    print(f"{made.lines}nothing was written")


def _complete(source: "SourceTree", asks: "Asks", options: argparse.Namespace) -> None:
    from evibrief.evidence.write_references import with_fields
    from evibrief.lookups.completing import complete

    references = options.into / "references.json"
    with progress(quiet=False) as report:
        completed = complete(source, _Shown(asks, report), options.identifiers)
    texts = {}
    if completed.fields:
        texts[references] = with_fields(*_texts(source, references), completed.fields)
    print("".join(f"{line}\n" for line in completed.told), end="")
    if options.dry_run:
        print("nothing was written")
        return
    _write(source, options, texts, completed.answers)
    number = len(completed.fields)
    print(f"{references}: {f'completed {number}; nothing that was there was changed' if number else 'not changed'}")


def _write(
    source: "SourceTree", options: argparse.Namespace, texts: Mapping[Path, str], answers: "Sequence[Answer]"
) -> None:
    """Keep the answers, and then write the files: what is written always has its answers beside it."""
    from evibrief.lookups.kept import FOLDER, keep_answers

    if answers and not options.offline:
        keep_answers(options.into, answers)
        print(f"{options.into / FOLDER}: kept {len(answers)} answer{'s' * (len(answers) != 1)}")
    write_own(source, texts)
