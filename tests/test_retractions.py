"""Retractions: what a file of notices says of a brief's publications, kept apart by kind, and printed with its date."""

import csv
import datetime
import io
import json
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from evibrief.build import build, load
from evibrief.model import Reference
from evibrief.problems import Problems
from evibrief.retractions import find_notices, identifiers, write_report
from test_bad import good_brief
from test_cli import evibrief

HEADER = (
    "Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author", "URLS", "ArticleType",
    "RetractionDate", "RetractionDOI", "RetractionPubMedID", "OriginalPaperDate", "OriginalPaperDOI",
    "OriginalPaperPubMedID", "RetractionNature", "Reason", "Paywalled", "Notes",
)  # fmt: skip
DOI = "10.1234/Blue.1"


def row(**fields: str) -> dict[str, str]:
    given = {"RetractionNature": "Retraction", "RetractionDate": "6/7/2021 0:00", "RetractionDOI": "10.1234/notice"}
    return {**dict.fromkeys(HEADER, ""), "OriginalPaperPubMedID": "0", "Reason": "+Invented;+Twice;", **given, **fields}


def table(rows: Iterable[dict[str, str]], header: tuple[str, ...] = HEADER) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def reference(key: str, **fields: str) -> Reference:
    return Reference.model_validate({"id": key, "type": "article-journal", **fields})


BLUE = reference("blue2020", DOI="10.1234/blue.1", PMID="12345678")


def states(*rows: dict[str, str], references: tuple[Reference, ...] = (BLUE,)) -> list[str]:
    notices, number = find_notices(io.StringIO(table(rows)), "notices.csv", references)
    day = datetime.date(2026, 3, 1)
    assert number == len(rows)
    return [result["state"] for result in write_report(references, notices, number, "x", "0" * 64, day)["results"]]


@pytest.mark.parametrize(
    ("nature", "state"),
    [
        ("Retraction", "retracted"),
        ("Expression of concern", "concern"),
        ("Correction", "correction"),
        ("Reinstatement", "reinstated"),
    ],
)
def test_kinds_of_notices_are_kept_apart(nature: str, state: str) -> None:
    assert states(row(OriginalPaperDOI=DOI, RetractionNature=nature)) == [state]


@pytest.mark.parametrize(
    "fields",
    [
        {"OriginalPaperDOI": "10.1234/BLUE.1"},
        {"OriginalPaperDOI": "https://doi.org/10.1234/blue.1"},
        {"OriginalPaperDOI": "unavailable", "OriginalPaperPubMedID": "12345678"},
        {"OriginalPaperDOI": "10.9999/other", "OriginalPaperPubMedID": "12345678"},
    ],
)
def test_a_publication_is_known_by_doi_or_pubmed_number(fields: dict[str, str]) -> None:
    assert states(row(**fields)) == ["retracted"]


@pytest.mark.parametrize(
    "fields",
    [{"OriginalPaperDOI": "10.1234/blue.11"}, {"OriginalPaperDOI": "", "OriginalPaperPubMedID": "0"},
     {"RetractionDOI": DOI}],
)  # fmt: skip
def test_another_publication_is_not_taken_for_it(fields: dict[str, str]) -> None:
    assert states(row(**fields)) == ["none-found"]


def test_without_an_identifier_nothing_is_said() -> None:
    assert states(row(OriginalPaperDOI="unavailable"), references=(reference("book"),)) == ["no-identifier"]


def test_a_doi_is_found_in_an_address_too() -> None:
    assert identifiers(reference("x", URL="https://doi.org/10.1234/Blue.1"))["doi"] == "10.1234/blue.1"
    assert identifiers(reference("x", DOI="unknown", PMID="PMC123")) == {}


def test_of_several_notices_the_weightiest_counts() -> None:
    concern = row(OriginalPaperDOI=DOI, RetractionNature="Expression of concern", RetractionDate="1/1/2020 0:00")
    retraction = row(OriginalPaperDOI=DOI, RetractionDate="6/7/2021 0:00")
    later = row(OriginalPaperDOI=DOI, RetractionNature="Correction", RetractionDate="6/7/2022 0:00")
    assert states(concern, retraction, later) == ["retracted"]
    back = row(OriginalPaperDOI=DOI, RetractionNature="Reinstatement", RetractionDate="6/8/2021 0:00")
    before = row(OriginalPaperDOI=DOI, RetractionNature="Reinstatement", RetractionDate="6/6/2021 0:00")
    assert states(retraction, back) == ["reinstated"]
    assert states(before, retraction) == ["retracted"]


def test_an_unknown_kind_of_notice_is_not_guessed_at() -> None:
    with pytest.raises(Problems, match="a kind of notice that we do not know"):
        states(row(OriginalPaperDOI=DOI, RetractionNature="Withdrawal"))
    assert states(row(OriginalPaperDOI="10.1/other", RetractionNature="Withdrawal")) == ["none-found"]


def test_a_file_of_another_layout_is_refused_with_its_columns() -> None:
    text = table([row()], tuple("Reasons" if name == "Reason" else name for name in HEADER))
    with pytest.raises(Problems) as caught:
        find_notices(io.StringIO(text), "notices.csv", [BLUE])
    problem = caught.value.problems[0]
    assert (str(problem.place), problem.rule) == ("notices.csv:1:1", "retractions")
    assert (problem.message, problem.hint) == ("this file has no column `Reason`", "did you mean `Reasons`?")


@pytest.mark.parametrize("ending", ["123,half a row\n", '"' + "x" * 200_000 + '"\n'])
def test_a_damaged_row_is_a_problem_with_its_line(ending: str) -> None:
    with pytest.raises(Problems) as caught:
        find_notices(io.StringIO(table([row()]) + ending), "notices.csv", [BLUE])
    assert caught.value.problems[0].place.line == 3


def many(number: int) -> Iterator[str]:
    yield table([])
    for index in range(number):
        line = row(OriginalPaperDOI=DOI if index == number // 2 else f"10.1/{index}", Title="T" * 300)
        yield ",".join(f'"{line[name]}"' for name in HEADER) + "\n"


def test_a_long_file_is_never_held_in_memory() -> None:
    tracemalloc.start()
    notices, rows = find_notices(many(50_000), "notices.csv", [BLUE])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (rows, len(notices)) == (50_000, 1)
    assert peak < 4_000_000


def identified(folder: Path) -> Path:
    """The good brief, with a DOI."""
    path = good_brief(folder) / "references.json"
    entries = json.loads(path.read_text())
    path.write_text(json.dumps([entry | {"DOI": "10.1234/Blue.1"} for entry in entries]))
    return folder


def test_not_checked_is_printed(tmp_path: Path) -> None:
    html = build(good_brief(tmp_path / "blue"), tmp_path / "out", ["html"])[0].path.read_text()
    assert "Retractions: not checked." in html


def test_the_report_is_written_read_and_printed(tmp_path: Path) -> None:
    folder, file = identified(tmp_path / "blue"), tmp_path / "notices.csv"
    # The public file begins with a mark and holds bytes that are not UTF-8.
    file.write_bytes(b"\xef\xbb\xbf" + table([row(Title="M")]).encode().replace(b",M,", b",M\xfc\xff,"))
    run = evibrief("check", folder, "--retractions", file)
    assert run.returncode == 0
    assert "1 none-found" in run.stdout
    report = load(folder).brief.retractions
    assert report is not None
    assert (report.source, report.rows) == ("notices.csv", 1)
    html = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    assert "Retractions: checked" in html
    assert "1 of 1 references" in html
    assert "no notice known" in html


def test_a_retraction_stops_the_build_and_can_be_checked_again(tmp_path: Path) -> None:
    folder, file = identified(tmp_path / "blue"), tmp_path / "notices.csv"
    file.write_text(table([row(OriginalPaperDOI=DOI)]))
    run = evibrief("check", folder, "--retractions", file)
    assert run.returncode == 1
    assert "error[retracted-source]" in run.stderr
    assert 'notice_date: 2021-06-07\n' in (folder / "retractions.yaml").read_text()
    file.write_text(table([row(OriginalPaperDOI=DOI, RetractionNature="Correction")]))
    assert evibrief("check", folder, "--retractions", file).returncode == 0


def test_a_faulty_file_leaves_the_last_report(tmp_path: Path) -> None:
    folder, file = identified(tmp_path / "blue"), tmp_path / "notices.csv"
    (folder / "retractions.yaml").write_text("kept")
    file.write_text("nothing\n")
    run = evibrief("check", folder, "--retractions", file)
    assert run.returncode == 1
    assert (folder / "retractions.yaml").read_text() == "kept"
