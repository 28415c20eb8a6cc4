"""The page on citing, typed line by line, with services on loopback in the place of the public ones."""

import datetime
import os
import shlex
from pathlib import Path

import pytest

from command import run_here
from evibrief import resources
from evibrief.evidence.starter import new_brief_texts
from registries import as_reply, crossref, found_pmids, pubmed
from services import Service, service
from test_docs import DOCS, blocks, command_lines

PAGE = (DOCS / "citing.md").read_text()
DAY = "2026-11-25"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = new_brief_texts("my-brief", datetime.date(2026, 3, 1), resources.starter_texts())
    for path, text in texts.items():
        (tmp_path / "data" / "my-brief" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / "my-brief" / path).write_text(text)
    return tmp_path


def answer_for_the_page(here: Service) -> None:
    here.on("/10.5555/blue.1", as_reply(crossref("10.5555/blue.1", "On blue glass in winter")))
    people = [{"family": "Muster", "given": "Max"}]
    record = pubmed("12345678", "On red glass in summer", author=people, issued={"date-parts": [[2020]]})
    here.on("/lit/ctxp/v1/pubmed/?format=csl&id=12345678", as_reply(record))
    term = "term=%2210.5555%2Fblue.1%22%5Bdoi%5D"
    here.on(f"/entrez/eutils/esearch.fcgi?db=pubmed&retmode=json&{term}&tool=evibrief", found_pmids())


def test_the_page_works_as_it_is_typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [shlex.split(line)[1:] for line in command_lines(PAGE)]
    assert len(lines) == 4
    (shown,) = blocks(PAGE, "text")
    with service() as here:
        answer_for_the_page(here)
        hosts = ("https://doi.org", "https://api.ncbi.nlm.nih.gov", "https://eutils.ncbi.nlm.nih.gov")
        monkeypatch.setenv("EVIBRIEF_HOSTS", " ".join(f"{host}={here.base}" for host in hosts))
        first, *others = [run_here(*line, folder=folder) for line in lines]
    told = shown.replace(DAY, datetime.date.today().isoformat())
    told = told.replace("says api.crossref.org", "says 127.0.0.1")
    told = told.replace("says api.ncbi.nlm.nih.gov", "says 127.0.0.1 (asked at api.ncbi.nlm.nih.gov)")
    assert (first.stdout, first.stderr) == (told, "")
    assert [one.returncode for one in others] == [0, 0, 0]
    assert "beispiel2021: not found: PMID" in others[0].stdout
    assert "so not looked up: example2020" in others[1].stdout
    assert others[2].stdout.startswith("asking nobody")


def test_the_page_names_the_limits_and_the_variable() -> None:
    from evibrief.cli.citing import ASKED, HOSTS
    from evibrief.lookups.contract import LARGEST_LOOKUP
    from evibrief.lookups.network import LONGEST_PAUSE, LOOKUP_TIMEOUT

    assert f"limit of {LOOKUP_TIMEOUT:.0f} seconds and {LARGEST_LOOKUP / 1e6:.0f} MB" in PAGE.replace("\n", " ")
    assert LONGEST_PAUSE == 60
    assert f"`{HOSTS}`" in PAGE
    assert f"asking {ASKED}\n" in PAGE
    assert HOSTS not in os.environ
