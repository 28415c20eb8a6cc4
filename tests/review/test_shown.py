"""What a reviewer wrote is shown as words: no line of it passes for ours, nothing acts on a terminal or in a table."""

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest

from evibrief.review.gather import gather
from evibrief.review.listing import Listing
from evibrief.review.printing import PRINTERS, as_csv, remarks_as_json, remarks_as_markdown, remarks_as_text
from test_comments import brief as brief
from wordfile import comment, commented, control, paragraph, run, tracked, word_file

FAKE = "yes\n\nwarning: nothing is wrong\n[0123456789ab] comment by Max Muster\n  c2  claims.yaml:1:1\nproposal for c2"
ACTIVE = "\x9b31mred\u202eder\u2066x\u2028line\u200b"
NAME = "Rita\u202e ![x](http://a.example/x.png) @max <b>"


def found_in(brief: Path, folder: Path, text: str, author: str = "Rita Review") -> Listing:
    edit = control("c3", run("Sailors wear blue glass against the "), tracked("del", run("sun"), author=author),
                   tracked("ins", run(ACTIVE), author=author), run("."))  # fmt: skip
    body = paragraph(control("c1", commented(0, run("Blue glass")))) + paragraph(run(ACTIVE), commented(1, run("x")))
    notes = [comment(0, text, "RITA"), comment(1, text, "RITA")]
    notes = [one.replace("RITA", author.replace("<", "&lt;")) for one in notes]
    (folder / "a.docx").write_bytes(word_file((body + paragraph(edit)).replace("<b>\"", "&lt;b>\""), notes))
    return gather([folder / "a.docx"], brief)[0]


@pytest.mark.parametrize("form", PRINTERS)
@pytest.mark.parametrize("text", [FAKE, ACTIVE, f"{ACTIVE}\n{FAKE}"])
def test_nothing_in_a_list_acts_on_a_terminal(form: str, text: str, brief: Path, tmp_path: Path) -> None:
    told = PRINTERS[form](found_in(brief, tmp_path, text, NAME))
    active = {letter for letter in told if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert active <= {"\n", "\r"}
    assert "\r" not in told or form == "csv"


def test_no_line_of_a_comment_passes_for_a_line_of_ours(brief: Path, tmp_path: Path) -> None:
    for told in (remarks_as_text, remarks_as_markdown):
        lines = told(found_in(brief, tmp_path, FAKE)).splitlines()
        for fake in FAKE.split("\n")[2:]:
            assert not any(line.strip() == fake.strip() for line in lines)
            assert sum(line.endswith(f"    | {fake.strip()}") for line in lines) == 2
    for line in ("on “c2”", "[0123456789ab] comment by Max", "around: x", "| x"):
        lines = remarks_as_text(found_in(brief, tmp_path, line)).splitlines()
        assert f"      | {line}" in lines
        assert f"      {line}" not in lines


def test_the_name_of_a_reviewer_is_no_markup(brief: Path, tmp_path: Path) -> None:
    lines = remarks_as_markdown(found_in(brief, tmp_path, "Hm.", NAME)).splitlines()
    heads = [line for line in lines if line.startswith("- ") and "Rita" in line]
    assert heads
    assert all(line.startswith("- ` ") and line.endswith(" `") for line in heads)


@pytest.mark.parametrize("text", [
    "=1+1", " =1+1", "\t=1+1", "\n=1+1", "＝1+1", "+1", "-1", "@SUM(1)", "a;=1+1", "a\n=1+1", "\u00a0=1", "\r\n=1",
])  # fmt: skip
def test_no_cell_is_a_formula(text: str, brief: Path, tmp_path: Path) -> None:
    table = as_csv(found_in(brief, tmp_path, text, "=cmd()"))
    for row in csv.DictReader(io.StringIO(table)):
        for cell in row.values():
            for part in cell.replace("\n", ";").split(";"):
                assert part.strip()[:1] not in ("=", "+", "-", "@", "＝"), cell
    assert "'=cmd()" in table


def test_json_says_what_was_written(brief: Path, tmp_path: Path) -> None:
    found = found_in(brief, tmp_path, FAKE, NAME)
    record = json.loads(remarks_as_json(found))
    assert {one["author"] for one in record["remarks"]} == {NAME}
    assert FAKE.split("\n")[-1] in record["remarks"][0]["text"]
