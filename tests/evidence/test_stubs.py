"""`studies --stub`: what is missing is added, what is there stays, and no stub passes unnoticed."""

import datetime
import re
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief import resources
from evibrief.checks.load import load
from evibrief.evidence.starter import new_brief_texts
from evibrief.problems import Problems

WANTED = """\
- reference: example2020
  design: unknown
  n: unknown
  species: to be filled in
  population: to be filled in
  exposure: to be filled in
  verification: {state: to be filled in, where: unknown, when: unknown}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The starter brief, of which nothing is appraised."""
    for path, text in new_brief_texts("blue", datetime.date(2026, 3, 1), resources.starter_texts()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "studies.yaml").unlink()
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, WANTED),
        ("", WANTED),
        ("[]\n", WANTED),
        ("# mine\n[]\n# end\n", f"# mine\n# end\n{WANTED}"),
        ("# nothing yet", f"# nothing yet\n{WANTED}"),
    ],
)
def test_the_first_stub(folder: Path, before: str | None, after: str) -> None:
    if before is not None:
        (folder / "studies.yaml").write_text(before)
    assert evibrief("studies", folder, "--stub").returncode == 0
    assert (folder / "studies.yaml").read_text() == after


def test_what_is_there_stays_to_the_byte(folder: Path) -> None:
    references = (folder / "references.json").read_text()
    other = references.replace("example2020", "other2021").replace("An invented", "Another").strip()[1:-1]
    (folder / "references.json").write_text(f"{references.rstrip()[:-1]},{other}]")
    there = WANTED.replace("example2020", "other2021").replace("\n  n:", "\n  # how many\n  n:")
    indented = "\ufeff# mine\n" + "".join(f"  {line}\n" for line in there.splitlines())
    saved = indented.replace("\n", "\r\n").encode()
    (folder / "studies.yaml").write_bytes(saved)
    assert evibrief("studies", folder, "--stub").returncode == 0
    added = "".join(f"  {line}\r\n" for line in WANTED.splitlines()).encode()
    assert (folder / "studies.yaml").read_bytes() == saved + added


def test_a_second_run_and_a_dry_one_change_nothing(folder: Path) -> None:
    for options in ((), ("--dry-run",), ("--stub", "--dry-run")):
        shown = evibrief("studies", folder, *options)
        assert shown.stdout.startswith(WANTED)
        assert not (folder / "studies.yaml").exists()
    evibrief("studies", folder, "--stub")
    once = (folder / "studies.yaml").read_bytes()
    again = evibrief("studies", folder, "--stub")
    assert "nothing was changed" in again.stdout
    assert again.returncode == 0
    assert (folder / "studies.yaml").read_bytes() == once


def test_a_file_that_cannot_be_added_to_is_left_alone(folder: Path) -> None:
    text = "[{reference: other2021, design: unknown}]\n"
    (folder / "studies.yaml").write_text(text)
    told = evibrief("studies", folder, "--stub")
    assert told.returncode == 1
    assert "error[rewrite]" in told.stderr
    assert (folder / "studies.yaml").read_text() == text


def test_no_stub_passes_and_nothing_but_the_open_places_is_missing(folder: Path) -> None:
    evibrief("studies", folder, "--stub")
    with pytest.raises(Problems) as refused:
        load(folder)
    assert [one.rule for one in refused.value.problems] == ["to-be-filled-in"] * WANTED.count("to be filled in")
    text = (folder / "studies.yaml").read_text()
    words = {"species": "human", "population": "asthma", "exposure": "intervention", "state": "unverified"}
    (folder / "studies.yaml").write_text(
        re.sub(r"(\w+): to be filled in", lambda found: f"{found[1]}: {words[found[1]]}", text)
    )
    assert load(folder).brief.studies[0].n == "unknown"


def test_what_the_brief_says_once_is_not_asked(folder: Path) -> None:
    brief = (folder / "brief.yaml").read_text()
    general = "defaults:\n  verification: {state: unverified, where: nowhere, when: unknown}"
    (folder / "brief.yaml").write_text(re.sub(r"^defaults:.*$", general, brief, flags=re.MULTILINE))
    shown = evibrief("studies", folder).stdout
    assert "verification" not in shown
    assert "reference: example2020" in shown
