"""The command `news`: is a brief still up to date?"""

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.cli import limits
from evibrief.cli.citing import asks_of
from evibrief.cli.printing import print_problems
from evibrief.problems import Problems, errors_in, one_problem

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.news import NewPublication
    from evibrief.evidence.source import SourceTree
    from evibrief.lookups.contract import Asks
    from evibrief.lookups.look import Looked

ASKED_FOR_NEWS = ("eutils.ncbi.nlm.nih.gov (PubMed)", "clinicaltrials.gov", "api.crossref.org (with Retraction Watch)")
LONGEST_NEWS = 3_600
"""In seconds: a long list of searches, with a pause between any two questions."""
REMARKS_OF_NEWS = (
    "yaml-language-server: $schema=../schemas/news.json",
    "Written by `evibrief news data/BRIEF`, which keeps your decisions, and no comments. Decide here, on each that is",
    "`open`: set `decision` to `done` or `declined`, and add `reason`, `decided_by` and `decided_on`.",
)


def add_command(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `news` to the command line; `command` makes one."""
    news = command(commands, "news", run_news, "ask whether a brief is still up to date, and write news.yaml")
    news.add_argument("brief", type=Path, metavar="data/BRIEF", help="the folder of the brief")
    news.add_argument("--offline", action="store_true", help="ask nobody; repeat the last look from the kept answers")
    news.add_argument("--stubs", action="store_true", help="ask nobody; print what waits as references and appraisals")
    most = "publications that one query may find (default: 500)"
    news.add_argument("--most", type=_number_of_publications, default=500, metavar="N", help=most)
    limits.add_limits(news)
    news.set_defaults(seconds=LONGEST_NEWS)
    news.description = f"{news.description} It uses the network, and asks only {', '.join(ASKED_FOR_NEWS)}."


def _number_of_publications(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 9_999:
        raise argparse.ArgumentTypeError("write a whole number from 1 to 9999: PubMed gives no more")
    return int(text)


def run_news(options: argparse.Namespace) -> int:
    """Look for news. What was answered is written; a source that did not answer stays what it was."""
    from evibrief.evidence.load import read_evidence
    from evibrief.lookups.look import look

    brief, source, problems = read_evidence(options.brief)
    if brief is None or errors_in(problems):
        raise Problems(problems)
    if options.stubs:
        print("\n".join(_stubs(brief, source, options.brief / "studies.yaml")), end="")
        return 0
    _demand_questions(brief, options.brief)
    print(_who_is_asked(options.offline))
    looked = look(brief, _asks(options), options.most, is_repeated=options.offline)
    if looked.problems and not looked.answers:
        if options.offline and brief.news is None:
            raise _no_look(options.brief)
        raise Problems(looked.problems)
    _write(options.brief, looked, keep=not options.offline)
    print("\n".join(looked.told))
    print("\n".join(_waiting(brief, looked, options.brief)))
    if looked.problems:
        print_problems(looked.problems, "; the rest was written")
    return 1 if looked.problems else 0


def _demand_questions(brief: "Brief", folder: Path) -> None:
    """Raise `Problems` if there is nothing to ask; an empty answer would read as if nothing were new."""
    from evibrief.evidence.identifiers import identifiers_of
    from evibrief.evidence.waiting import watched_searches

    if not watched_searches(brief) and not any(map(identifiers_of, brief.references)):
        message = "there is nothing to ask: no search has a query or numbers of trials, and no reference a DOI or PMID"
        hint = "add `query` or `trials` to a search under `methods`; docs/news.md shows how"
        raise one_problem(str(folder / "brief.yaml"), "news", message, hint)


def _no_look(folder: Path) -> Problems:
    message, hint = "there is no look for news to repeat: none was kept", "look once without `--offline`"
    return one_problem(str(folder / "news.yaml"), "news", message, hint)


def _who_is_asked(offline: bool) -> str:
    return "asked: nobody; from the kept answers" if offline else f"asked: {', '.join(ASKED_FOR_NEWS)}"


def _asks(options: argparse.Namespace) -> "Asks":
    from evibrief.lookups.look import EachHostOnce

    asks = asks_of(options.brief, options.offline)
    return asks if options.offline else EachHostOnce(asks)


def _write(folder: Path, looked: "Looked", keep: bool) -> None:
    """Keep the answers, then write what follows from them: if this is interrupted, the last look is still whole."""
    from evibrief.evidence.write_yaml import yaml_text
    from evibrief.files import replace_file
    from evibrief.lookups.kept import keep_answers
    from evibrief.lookups.look import news_record

    if keep:
        keep_answers(folder, looked.answers)
    replace_file(folder / "news.yaml", yaml_text(news_record(looked.news), REMARKS_OF_NEWS))


def _waiting(brief: "Brief", looked: "Looked", folder: Path) -> Iterator[str]:
    """What waits for a decision, a line each, and how a publication is taken over."""
    from evibrief.evidence.waiting import what_waits

    waits = what_waits(brief.model_copy(update={"news": looked.news}))
    file = folder / "news.yaml"
    if not waits:
        yield f"{file}: nothing waits for a decision"
    else:
        yield f"{file}: waiting for a decision:"
    yield from (f"  {one.kind} on {one.reference}: {one.called}, {one.where}" for one in waits.notices)
    yield from (f"  trial {one.number}: {one.what}: {one.was} → {one.now}" for one in waits.changes)
    yield from (f"  {one.title} ({one.journal}, {one.published}; PMID {one.pmid})" for one in waits.publications)
    if waits.publications:
        first = next((one.pmid for one in waits.publications if one.pmid), "PMID")
        yield f"`evibrief cite {first} --into {folder}` takes one over, with an appraisal to fill in"
        yield f"`evibrief news {folder} --stubs` prints them all as references and appraisals, and asks nobody"
    answered = [*(one.answered for one in looked.news.queries), *(one.answered for one in looked.news.checks)]
    if any(day > brief.brief.date for day in answered):
        yield f"the brief is of {brief.brief.date}: give it a new version and date before it is built"


def _stubs(brief: "Brief", source: "SourceTree", path: Path) -> Iterator[str]:
    """The waiting publications as entries of references.json, and below them their appraisals for studies.yaml."""
    from evibrief.evidence.stubs import stubs_of_new
    from evibrief.evidence.waiting import what_waits

    waiting = {_id_of(one): one for one in what_waits(brief).publications}
    yield "references.json:"
    yield json.dumps([_reference(name, one) for name, one in waiting.items()], indent=1, ensure_ascii=False)
    yield "studies.yaml:"
    yield stubs_of_new(source, str(path), waiting).lines


def _id_of(publication: "NewPublication") -> str:
    return f"pmid{publication.pmid}" if publication.pmid else f"new{publication.seen:%Y%m%d}"


def _reference(name: str, publication: "NewPublication") -> dict[str, Any]:
    """A publication as CSL-JSON, as far as the news know it; `evibrief cite` knows the rest."""
    year = re.match(r"[0-9]{4}", publication.published)
    told = {
        "id": name, "type": "article-journal", "title": publication.title,
        "container-title": None if publication.journal == "unknown" else publication.journal,
        "issued": {"date-parts": [[int(year[0])]]} if year else None, "DOI": publication.doi, "PMID": publication.pmid,
    }  # fmt: skip
    return {field: value for field, value in told.items() if value is not None}
