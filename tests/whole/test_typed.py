"""What the README and the pages of docs/ show, typed line by line where a new user would type it.

The README is typed into a shell. So are lines with more than one command; the others begin with the program and have
words alone, which are told apart as a shell does, so that not each of fifty starts a process and draws all anew.
"""

import email
import email.policy
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from command import run_here
from days import today
from evibrief.exports.registry import export_names
from services_of_news import asked, sources_of_news
from test_docs import DOCS, README, blocks, command_lines

DAY_ON_THE_PAGES = "2026-11-25"


def checkout(folder: Path) -> Path:
    """The program where a checkout has it after `make pdf`."""
    program = folder / ".venv" / "bin" / "evibrief"
    program.parent.mkdir(parents=True)
    code = "import sys\nfrom evibrief.cli.main import main\nsys.exit(main())\n"
    # A path with a space cannot stand in a first line: a shell reads two lines of this, Python reads them as a text.
    program.write_text(f"#!/bin/sh\n'''exec' \"{sys.executable}\" \"$0\" \"$@\"\n' '''\n{code}")
    program.chmod(0o755)
    return folder


def typed(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line in a folder that is its home; without the settings of whoever runs the tests."""
    program, *words = shlex.split(line.replace(DAY_ON_THE_PAGES, today()))
    if program != PROGRAM or {"&&", "|", ">"} & set(words):
        return typed_into_a_shell(line, folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("EVIBRIEF_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(folder))
        return run_here(*map(os.path.expanduser, words), folder=folder)


PROGRAM = ".venv/bin/evibrief"


def typed_into_a_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Lines as a shell takes them, in a folder that is its home."""
    hidden = {name: value for name, value in os.environ.items() if not name.startswith("EVIBRIEF_")}
    return subprocess.run(
        ["sh", "-e", "-c", line.replace(DAY_ON_THE_PAGES, today())], capture_output=True, text=True, cwd=folder,
        timeout=300, check=False, env={**hidden, "HOME": str(folder)},
    )  # fmt: skip


def lines_of(page: str) -> list[str]:
    """The lines of a page that begin with the program."""
    return [line for line in command_lines((DOCS / page).read_text()) if line.startswith(".venv")]


def type_all(lines: list[str], folder: Path, codes: Mapping[str, int]) -> str:
    """Type the lines one after the other; each ends as `codes` says, else with 0. Returns what was printed."""
    printed = ""
    for line in lines:
        done = typed(line, folder)
        code = next((code for part, code in codes.items() if part in line), 0)
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        printed += done.stdout + done.stderr
    return printed


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a new brief of which one version is archived."""
    folder = checkout(tmp_path_factory.mktemp("archived"))
    for line in (
        "git init -q . && git config user.email a@example.org && git config user.name A",
        ".venv/bin/evibrief new data/my-brief && git add data && git commit -qm one",
        ".venv/bin/evibrief archive data/my-brief",
    ):
        done = typed(line, folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def started(archived: Path, tmp_path: Path) -> Path:
    """The same, for one test alone."""
    return shutil.copytree(archived, tmp_path / "checkout")


def next_version(folder: Path) -> None:
    """Move the conclusion of the brief."""
    brief = folder / "data" / "my-brief" / "brief.yaml"
    text = brief.read_text().replace("version: 0.1.0", "version: 0.2.0").replace("Nothing follows", "Little follows")
    brief.write_text(text)
    assert typed("git commit -qam two", folder).returncode == 0


def test_the_five_minutes_of_the_readme_work_as_they_are_typed(tmp_path: Path) -> None:
    checkout(tmp_path)
    section = README.partition("## Five minutes")[2].partition("\n## ")[0]
    start, check, build = blocks(section, "sh")
    (harm, line), (problem,) = blocks(section, "yaml"), blocks(section, "text")
    folder = tmp_path / "data" / "my-brief"

    started = typed_into_a_shell(start, tmp_path)
    assert started.returncode == 0
    assert "next: .venv/bin/evibrief build data/my-brief\n" in started.stdout
    (pdf,) = (tmp_path / "build").glob("my-brief_*_v0.1.0.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")

    claims = folder / "claims" / "01-glass.yaml"
    was, now = re.findall(r"`(source: \w+)`", section)
    text = claims.read_text()
    assert was in text
    claims.write_text(text.replace(was, now))
    told = typed_into_a_shell(check, tmp_path)
    assert (told.returncode, told.stderr) == (1, problem)

    claims.write_text(text)
    (folder / "harms.yaml").write_text(harm)
    assert typed_into_a_shell(check, tmp_path).returncode == 1, "the harms have no section yet"
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"^(sections:.*\n)", rf"\g<1>{line}", brief.read_text(), flags=re.MULTILINE))
    built = typed_into_a_shell(build, tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    (page,) = (tmp_path / "build").glob("*.html")
    assert "Two people slept badly." in page.read_text()


def test_the_page_on_versions_works_as_it_is_typed(started: Path, program: Callable[..., str]) -> None:
    key = started / ".ssh" / "id_ed25519"
    key.parent.mkdir()
    subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    name = f"a@example.org {key.with_suffix('.pub').read_text()}"
    (started / "allowed_signers").write_text(name)
    next_version(started)
    (first,) = (started / "archive" / "my-brief").glob("*_v0.1.0")
    for suffix in ("pdf", "docx"):
        shutil.copy(next(first.glob(f"*.{suffix}")), started / f"some.{suffix}")
    lines = [line for line in lines_of("versions.md") if "timestamp" not in line]
    assert len(lines) == len(lines_of("versions.md")) - 1 == 13
    # The first `verify` is of a lone file; with the archive at hand the file is one that was superseded.
    printed = type_all(lines, started, {"some.pdf --archive": 10})
    assert "SUPERSEDED: the current version is 0.2.0" in printed
    assert "signed by a@example.org" in printed
    assert (started / "data" / "taken-out" / "brief.yaml").is_file()
    assert "Little follows" in printed
    assert typed(".venv/bin/evibrief verify some.pdf --archive archive", started).returncode == 7


def test_the_page_on_review_works_as_it_is_typed(started: Path) -> None:
    for copy, name in (("r1", "back"), ("r2", "other")):
        assert typed(f".venv/bin/evibrief review-copy data/my-brief --recipient {copy}", started).returncode == 0
        (made,) = (started / "build").glob(f"*_review_{copy}.docx")
        shutil.copy(made, started / f"{name}.docx")
    lines = lines_of("review.md")
    assert len(lines) == 5
    assert "of our own" in type_all(lines, started, {})
    assert (started / "data" / "my-brief" / "reviews" / "2026-12.yaml").is_file()
    assert typed(".venv/bin/evibrief check data/my-brief", started).returncode == 0


def test_the_page_on_mailing_works_as_it_is_typed(started: Path) -> None:
    (recipients,) = blocks((DOCS / "mailing.md").read_text(), "yaml")
    (started / "data" / "my-brief" / "circulation.yaml").write_text(recipients)
    lines = lines_of("mailing.md")
    drafts, *noted = lines[:3]
    assert "3 drafts written" in type_all([drafts], started, {})
    draft = next((started / "build" / "circulation").glob("review_*_reviewer_1.eml"))
    (attached,) = email.message_from_bytes(draft.read_bytes(), policy=email.policy.SMTP).iter_attachments()
    (started / "back.docx").write_bytes(attached.get_content())

    recalls = [line for line in lines if "--recall" in line]
    others = [line for line in lines[3:] if line not in recalls]
    assert (len(noted), len(others), len(recalls)) == (2, 6, 2)
    printed = type_all([*others[:4], *noted, *others[4:]], started, {"--yes": 1})
    assert "EVIBRIEF_SMTP_HOST is not set" in printed, "nothing is sent without a server"
    assert "reviewer_1 (rheumatologist): 0.1.0 (current)" in printed
    assert "reviewer_1 (rheumatologist): was asked for comments on 0.1.0" in printed
    assert "no answer" not in typed(".venv/bin/evibrief circulation status data/my-brief", started).stdout

    next_version(started)
    type_all([".venv/bin/evibrief since data/my-brief", ".venv/bin/evibrief archive data/my-brief"], started, {})
    printed = type_all(recalls, started, {})
    assert "3 drafts written" in printed
    assert printed.count("recorded as sent") == 3


def test_the_page_on_importing_works_as_it_is_typed(started: Path) -> None:
    page = (DOCS / "importing.md").read_text()
    (library,), (told,) = blocks(page, "ris"), blocks(page, "text")
    (started / "library.ris").write_text(library)
    first, again = lines_of("importing.md")
    assert typed(first, started).stdout == told
    listed = json.loads((started / "data" / "my-brief" / "references.json").read_text())
    assert [one["id"] for one in listed] == ["example2020", "muster2021"]
    assert "2 read, 0 added" in type_all([again], started, {})


def test_the_pages_on_ratings_and_themes_work_as_they_are_typed(started: Path) -> None:
    names = "Record ID,RetractionDate,RetractionDOI,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason"
    row = "1,6/25/2021 0:00,10.5555/notice,10.5555/other,0,Retraction,+Invented;"
    (started / "retraction_watch.csv").write_text(f"{names}\n{row}\n")
    lines = [*lines_of("ratings.md"), *lines_of("themes.md")]
    assert len(lines) == 4
    type_all(lines, started, {})
    assert (started / "data" / "my-brief" / "retractions.yaml").is_file()
    assert (started / "data" / "my-brief" / "theme" / "reference.docx").is_file()


def test_the_page_on_exports_works_as_it_is_typed(tmp_path: Path) -> None:
    checkout(tmp_path)
    assert typed(".venv/bin/evibrief new data/my-brief", tmp_path).returncode == 0
    printed = type_all(lines_of("exporting.md"), tmp_path, {})
    listed = re.findall("^[|] `([a-z-]+)`", (DOCS / "exporting.md").read_text(), re.MULTILINE)
    assert listed == ["--as", *export_names()]
    names = [path.name.partition("_v0.1.0")[2] for path in (tmp_path / "build").iterdir()]
    assert sorted(names) == [
        "", ".json", "_bagit", "_csv", "_references.bib", "_references.json", "_references.ris", "_ro-crate",
    ]  # fmt: skip
    assert len(list((tmp_path / "build" / "graph").glob("*.graphml"))) == 1
    assert json.loads("{" + printed.partition("\n{")[2])["title"] == "ExportedView"


def test_the_page_on_news_works_as_it_is_typed(tmp_path: Path) -> None:
    assert run_here("new", "data/my-brief", folder=tmp_path).returncode == 0
    brief = tmp_path / "data" / "my-brief" / "brief.yaml"
    search, decided = blocks((DOCS / "news.md").read_text().replace(DAY_ON_THE_PAGES, today()), "yaml")
    brief.write_text(brief.read_text().replace("\nmethods:\n", f"\nmethods:\n{search}"))
    printed = ""
    with sources_of_news() as sources:
        sources.publish("99000002", "Blue glass in spring", "blue glass[tiab]", doi="10.5555/glass.2")
        sources.register("NCT99999991", "RECRUITING")
        for line in lines_of("news.md"):
            done = asked(sources, *shlex.split(line)[1:], folder=tmp_path)
            assert (done.returncode, done.stderr) == (0, ""), line
            printed += done.stdout
    assert "waiting for a decision:\n  Blue glass in spring" in printed
    assert '"id": "pmid99000002"' in printed
    news = brief.with_name("news.yaml")
    assert '  decision: "open"\n' in news.read_text()
    news.write_text(news.read_text().replace('  decision: "open"\n', decided))
    assert run_here("check", brief.parent).stdout.endswith("the rules found no error\n")
    assert "nothing waits" in asked(sources, "news", str(brief.parent), "--offline").stdout
