"""`check --quotes`: what is found is kept with hashes and places, printed, and not kept for another quotation."""

import datetime
import hashlib
import json
import re
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.checks.load import load
from evibrief.evidence.write_yaml import read_yaml
from evibrief.problems import Problems
from evibrief.sections.cells import evidence_lines
from test_bad import good_brief

QUOTE = "sneezing fell in 7 of 12"
TEXT = "In all, sneezing\nfell in 7 of 12 people. It did not end.\n"


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    """A brief of today with one quotation; its texts are in the folder `texts` beside it."""
    folder = good_brief(tmp_path / "blue")
    record = (folder / "brief.yaml").read_text()
    today = datetime.date.today()
    record = re.sub(r"^date: .*", f"date: {today}", record, flags=re.MULTILINE)
    record = re.sub(r"^review_by: .*", f"review_by: {today.replace(year=today.year + 1)}", record, flags=re.MULTILINE)
    (folder / "brief.yaml").write_text(record)
    (tmp_path / "texts").mkdir()
    write_text(folder, TEXT)
    write_quote(folder, QUOTE)
    return folder


def write_text(folder: Path, text: str, name: str = "example2020.txt") -> None:
    (folder.parent / "texts" / name).write_text(text)


def write_quote(folder: Path, quote: str) -> None:
    claims = folder / "claims" / "01-glass.yaml"
    text = re.sub(r"\n        quote: .*", "", claims.read_text())
    claims.write_text(text.replace("7 of 12 people.", f"7 of 12 people.\n        quote: {json.dumps(quote)}", 1))


def line_of_quote(folder: Path) -> int:
    lines = (folder / "claims" / "01-glass.yaml").read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if "quote:" in line)


def printed(folder: Path) -> str:
    """The line that the brief prints of the quotation."""
    loaded = load(folder)
    lines = evidence_lines(loaded.brief.all_claims[0].evidence[0], loaded.findings)
    (told,) = (line.text for line in lines if "words of" in line.text)
    return told


def test_a_quotation_that_nobody_looked_up_is_printed_as_not_checked(brief: Path) -> None:
    assert printed(brief) == f"In the words of Example 2020: “{QUOTE}” (not checked)"


def test_what_is_found_is_kept_with_hashes_and_its_place_and_printed(brief: Path) -> None:
    run = evibrief("check", brief, "--quotes", brief.parent / "texts")
    assert run.returncode == 0, run.stderr
    assert "1 quotation looked up: 1 found, 0 not found" in run.stderr
    text = (brief / "quotes.yaml").read_text()
    assert read_yaml(text)["results"] == [{
        "source": "example2020", "quote": hashlib.sha256(QUOTE.encode()).hexdigest(), "state": "found",
        "file": "example2020.txt", "sha256": hashlib.sha256(TEXT.encode()).hexdigest(), "place": "line 1",
        "checked": datetime.date.today().isoformat(),
    }]  # fmt: skip
    assert "sneezing" not in text
    assert "(found in its text on " in printed(brief)
    assert evibrief("check", brief).returncode == 0


def test_a_changed_quotation_is_not_checked_again(brief: Path) -> None:
    evibrief("check", brief, "--quotes", brief.parent / "texts")
    write_quote(brief, "sneezing fell in 7 of 13")
    assert printed(brief).endswith("(not checked)")


def test_a_quotation_that_is_not_there_is_an_error_with_the_nearest_passage(brief: Path) -> None:
    write_quote(brief, "sneezing fell in 8 of 12")
    run = evibrief("check", brief, "--quotes", brief.parent / "texts")
    assert run.returncode == 1
    assert f"01-glass.yaml:{line_of_quote(brief)}:16: error[quote-not-found]" in run.stderr
    assert "hint: nearest passage: “In all, sneezing fell in 7 of 12 people. It did" in run.stderr
    with pytest.raises(Problems, match="quote-not-found"):
        load(brief)
    write_quote(brief, QUOTE)
    assert evibrief("check", brief, "--quotes", brief.parent / "texts").returncode == 0
    assert "not-found" not in (brief / "quotes.yaml").read_text()


def test_the_example_of_the_page_is_what_is_printed(brief: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "quotes.md").read_text()
    (text,) = re.findall(r"`texts/example2020.txt`:\n\n    (.*)\n", page)
    (printed_there,) = re.findall(r"`check` prints:\n\n((?:    .*\n)+)", page)
    (quote,) = re.findall(r"^        quote: (.*)", page, re.MULTILINE)
    write_text(brief, f"{text}\n")
    write_quote(brief, quote)
    assert evibrief("check", brief, "--quotes", brief.parent / "texts").returncode == 0
    assert f"> {printed(brief)}".partition(" on ")[0] in page
    write_quote(brief, quote.replace("7", "8"))
    run = evibrief("check", brief, "--quotes", brief.parent / "texts")
    shown = re.sub("^    ", "", printed_there, flags=re.MULTILINE).replace("data/MY-BRIEF", str(brief))
    shown = re.sub(r"\d{4}-\d\d-\d\d", datetime.date.today().isoformat(), shown)
    assert re.sub(r"yaml:\d+:", "yaml:", shown) in re.sub(r"yaml:\d+:", "yaml:", run.stderr)


def test_without_the_text_an_earlier_result_stays(brief: Path) -> None:
    evibrief("check", brief, "--quotes", brief.parent / "texts")
    before = (brief / "quotes.yaml").read_text()
    (brief.parent / "texts" / "example2020.txt").rename(brief.parent / "texts" / "other.txt")
    run = evibrief("check", brief, "--quotes", brief.parent / "texts")
    assert "0 quotations looked up; 1 without a text at hand" in run.stderr
    assert (brief / "quotes.yaml").read_text() == before


def test_a_text_that_cannot_be_read_is_a_problem_and_nothing_is_written(brief: Path) -> None:
    write_text(brief, "%PDF-1.4 but not really", "example2020.pdf")
    run = evibrief("check", brief, "--quotes", brief.parent / "texts")
    assert run.returncode == 1
    assert "example2020.pdf: error[unreadable]: this PDF cannot be opened" in run.stderr
    assert not (brief / "quotes.yaml").exists()
    missing = evibrief("check", brief, "--quotes", brief.parent / "nowhere")
    assert "error[no-folder]" in missing.stderr


def test_a_link_out_of_the_folder_is_not_followed(brief: Path) -> None:
    (brief.parent / "secret.txt").write_text(TEXT)
    (brief.parent / "texts" / "example2020.txt").unlink()
    (brief.parent / "texts" / "example2020.txt").symlink_to(brief.parent / "secret.txt")
    run = evibrief("check", brief, "--quotes", brief.parent / "texts")
    assert "1 without a text at hand" in run.stderr


def test_a_result_later_than_the_brief_is_an_error(brief: Path) -> None:
    evibrief("check", brief, "--quotes", brief.parent / "texts")
    record = brief / "brief.yaml"
    record.write_text(re.sub(r"^date: .*", "date: 2026-03-01", record.read_text(), flags=re.MULTILINE))
    with pytest.raises(Problems, match=r"quotes\.yaml:\d+:\d+: error\[dates\]"):
        load(brief)


def test_the_evidence_hash_does_not_depend_on_what_was_looked_up_and_old_hashes_stay(brief: Path) -> None:
    from evibrief.evidence.hashes import content_hash, evidence_hash

    tree = dict(load(brief).source.as_typed)
    without = {name: part for name, part in tree.items() if name != "quotes"}
    assert tree["quotes"] is None
    assert evidence_hash(tree) == evidence_hash(without)
    assert content_hash(tree, {}) == content_hash(without, {})
    evibrief("check", brief, "--quotes", brief.parent / "texts")
    looked_up = load(brief).source.as_typed
    assert evidence_hash(looked_up) == evidence_hash(tree)
    assert content_hash(looked_up, {}) != content_hash(tree, {})
