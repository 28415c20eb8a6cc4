"""Retraction checks: which notices are found, what is refused, and that the brief prints what was and was not done."""

import csv
import datetime
import hashlib
import io
import json
import re
import time
import tracemalloc
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from command import run_here as evibrief
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence.claims import Study
from evibrief.evidence.identifiers import identifiers_of, normalise_doi, normalise_pmid
from evibrief.evidence.records import Reference
from evibrief.evidence.retractions import RetractionNotice, RetractionResult, RetractionState, state_of_notices
from evibrief.evidence.write_yaml import yaml_text
from evibrief.importers.retraction_watch import REMARKS, check_references, match, read_notices, summary_of_report
from evibrief.problems import Problem, Problems
from evibrief.rating.findings import STANDINGS, derive, worse_standing
from test_bad import good_brief

# The first line of the public file, with the empty column at its end.
HEADER = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,"
    "RetractionDOI,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,"
    "Reason,Paywalled,Notes,"
)
COLUMNS = HEADER.split(",")
BLUE: Mapping[str, str] = {
    "Record ID": "17",
    "Title": "A trial, of blue glass",
    "Subject": "(HSC) Medicine - Glass;(SOC) Windows;",
    "Author": "Max Muster;Erika Example",
    "RetractionDate": "6/25/2021 0:00",
    "RetractionDOI": "10.5555/Notice.1",
    "RetractionPubMedID": "0",
    "OriginalPaperDate": "5/1/2019 0:00",
    "OriginalPaperDOI": "10.5555/Blue.Glass",
    "OriginalPaperPubMedID": "0",
    "RetractionNature": "Retraction",
    "Reason": "+Unreliable Results;+Investigation by Journal/Publisher;",
    "Paywalled": "No",
}
TODAY = datetime.date(2026, 2, 20)


def notices(*rows: Mapping[str, str], header: str = HEADER) -> bytes:
    """A file of notices: each row is the blue one with some cells of its own."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writerows({**BLUE, **row} for row in rows)
    return (header + "\r\n" + text.getvalue()).encode()


def reference(name: str = "blue2019", **fields: object) -> Reference:
    return Reference.model_validate({"id": name, "type": "article-journal", **fields})


BLUE_REFERENCE = reference(DOI="10.5555/blue.glass")


def results(data: bytes, *references: Reference) -> list[RetractionResult]:
    return list(check_references(references or (BLUE_REFERENCE,), data, "n.csv", "in/n.csv", TODAY).results)


def problems(data: bytes) -> list[Problem]:
    with pytest.raises(Problems) as caught:
        results(data)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("nature", "state", "kind"),
    [
        ("Retraction", "retracted", "retraction"),
        ("Expression of concern", "concern", "concern"),
        ("EXPRESSION OF CONCERN", "concern", "concern"),
        ("Correction", "correction", "correction"),
        ("Reinstatement", "reinstated", "reinstatement"),
    ],
)
def test_each_kind_of_notice_has_its_own_state(nature: str, state: str, kind: str) -> None:
    (result,) = results(notices({"RetractionNature": nature}))
    assert (result.state, result.notices[0].kind) == (state, kind)


def test_a_notice_is_recorded_with_all_that_identifies_it() -> None:
    (result,) = results(notices({}))
    assert result.model_dump() == {
        "reference": "blue2019",
        "state": "retracted",
        "searched": ("doi:10.5555/blue.glass",),
        "notices": (
            {
                "kind": "retraction",
                "date": datetime.date(2021, 6, 25),
                "doi": "10.5555/notice.1",
                "record": "17",
                "matched_by": "doi",
                "reason": "Unreliable Results; Investigation by Journal/Publisher",
            },
        ),
    }


def test_the_report_names_the_file_by_its_content() -> None:
    data = notices({}, {"OriginalPaperDOI": "10.5555/other"})
    report = check_references([BLUE_REFERENCE], data, "n.csv", "in/n.csv", TODAY)
    assert (report.checked, report.source, report.rows) == (TODAY, "n.csv", 2)
    assert report.sha256 == hashlib.sha256(data).hexdigest()


def test_what_is_not_in_the_list_and_what_cannot_be_looked_up_are_two_things() -> None:
    found = results(notices({}), reference("red2018", DOI="10.5555/red"), reference("glassbook"), BLUE_REFERENCE)
    assert [(result.reference, result.state) for result in found] == [
        ("red2018", "none-found"),
        ("glassbook", "no-identifier"),
        ("blue2019", "retracted"),
    ]


def test_a_missing_identifier_matches_nothing() -> None:
    rows = [{"OriginalPaperDOI": doi, "OriginalPaperPubMedID": pmid}
            for doi in ("", "unavailable", "Unavailable", "0") for pmid in ("", "0", "unavailable")]  # fmt: skip
    nameless = [reference(f"r{index}", DOI=doi, PMID=pmid)
                for index, (doi, pmid) in enumerate([("", ""), ("Unavailable", "0"), ("0", "none")])]  # fmt: skip
    assert {result.state for result in results(notices(*rows), *nameless)} == {"no-identifier"}


@pytest.mark.parametrize(
    "written",
    [
        "10.5555/blue.glass",
        "10.5555/BLUE.Glass",
        "https://doi.org/10.5555/blue.glass",
        "http://dx.doi.org/10.5555/Blue.Glass",
        "https://www.doi.org/10.5555/blue.glass?utm=1#top",
        "doi:10.5555/blue.glass",
        "DOI: 10.5555/blue.glass",
        " 10.5555/blue.glass.\n",
        "10.5555%2Fblue.glass",
        "10.5555/blue\n.glass",
    ],
)
def test_one_doi_is_written_in_many_ways(written: str) -> None:
    assert normalise_doi(written) == "10.5555/blue.glass"
    assert results(notices({"OriginalPaperDOI": written}))[0].state == "retracted"
    assert results(notices({}), reference(DOI=written))[0].state == "retracted"


@pytest.mark.parametrize("written", ["", "0", "unavailable", "blue glass", "10.5555", "11.5555/blue", "10.55/blue"])
def test_what_is_no_doi_is_none(written: str) -> None:
    assert normalise_doi(written) == ""


def test_an_old_doi_with_semicolon_and_angles_is_one_doi() -> None:
    old = "10.1002/1521-4095(200010)12:20<1539::AID-GLASS1539>3.0.CO;2-S"
    for written in (old, old.replace("<", "%3C").replace(">", "%3E"), old.replace("<", "&lt;").replace(">", "&gt;")):
        (result,) = results(notices({"OriginalPaperDOI": old}), reference(DOI=written))
        assert result.state == "retracted"


def test_a_cell_may_hold_several_dois() -> None:
    cell = "10.5555/first;10.5555/blue.glass;"
    assert results(notices({"OriginalPaperDOI": cell}))[0].notices[0].matched_by == "doi"


def test_a_hyphen_of_the_typesetter_is_a_hyphen() -> None:
    assert normalise_doi("10.5555/blue\u2010glass") == normalise_doi("10.5555/blue-glass")


@pytest.mark.parametrize(("written", "pmid"), [("0", ""), ("", ""), ("unavailable", ""), (" 12 ", "12"), ("012", "12"),
                                               ("PMID: 12", "12"), ("12a", ""), ("1234567890", "")])  # fmt: skip
def test_a_pmid_is_digits(written: str, pmid: str) -> None:
    assert normalise_pmid(written) == pmid


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"DOI": "10.5555/A", "PMID": "12"}, {("doi", "10.5555/a"), ("pmid", "12")}),
        ({"PMID": 12}, {("pmid", "12")}),
        ({"URL": "https://doi.org/10.5555/a"}, {("doi", "10.5555/a")}),
        ({"URL": "https://glass.example/doi/full/10.5555/a?x=1"}, {("doi", "10.5555/a")}),
        ({"URL": "https://glass.example/articles/10.5555/a/full"}, {("doi", "10.5555/a/full"), ("doi", "10.5555/a")}),
        (
            {"URL": "https://glass.example/content/10.5555/a.b.pdf"},
            {("doi", "10.5555/a.b.pdf"), ("doi", "10.5555/a.b")},
        ),
        ({"URL": "https://pubmed.ncbi.nlm.nih.gov/12345/"}, {("pmid", "12345")}),
        ({"URL": "https://glass.example/12345"}, set()),
        ({"note": "A remark.\nPMID: 12\nDOI: 10.5555/a"}, {("doi", "10.5555/a"), ("pmid", "12")}),
        ({"DOI": None, "PMID": []}, set()),
        ({}, set()),
    ],
)
def test_a_reference_says_in_several_places_what_it_goes_by(
    fields: Mapping[str, Any], expected: set[tuple[str, str]]
) -> None:
    found = identifiers_of(reference(**fields))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_pmid_alone_matches_and_says_so() -> None:
    data = notices({"OriginalPaperDOI": "unavailable", "OriginalPaperPubMedID": "12345"})
    assert results(data, reference(PMID="12345"))[0].notices[0].matched_by == "pmid"
    assert results(data, reference(DOI="10.5555/blue.glass", PMID="12345"))[0].notices[0].matched_by == "pmid"
    both = notices({"OriginalPaperPubMedID": "12345"})
    assert results(both, reference(DOI="10.5555/blue.glass", PMID="12345"))[0].notices[0].matched_by == "doi"


def test_a_pmid_is_not_part_of_another() -> None:
    data = notices({"OriginalPaperDOI": "", "OriginalPaperPubMedID": "12345"})
    assert results(data, reference(PMID="1234"), reference("b", PMID="123456"))[0].notices == ()


def test_the_notice_itself_is_not_the_paper() -> None:
    data = notices({"RetractionPubMedID": "99"})
    found = results(data, reference("notice", DOI="10.5555/notice.1"), reference("again", PMID="99"))
    assert [result.state for result in found] == ["none-found", "none-found"]


def test_all_notices_about_a_paper_are_kept_in_the_order_of_their_dates() -> None:
    rows = [
        {"Record ID": "3", "RetractionNature": "Retraction", "RetractionDate": "10/2/2021 0:00"},
        {"Record ID": "1", "RetractionNature": "Correction", "RetractionDate": "9/30/2019 0:00"},
        {"Record ID": "2", "RetractionNature": "Expression of concern", "RetractionDate": "2/1/2020 0:00"},
    ]
    (result,) = results(notices(*rows))
    assert result.state == "retracted"
    assert [notice.record for notice in result.notices] == ["1", "2", "3"]


def notice(kind: str, day: str) -> RetractionNotice:
    return RetractionNotice.model_validate({"kind": kind, "date": day, "record": "1", "matched_by": "doi"})


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([], "none-found"),
        ([("correction", "2020-01-01")], "correction"),
        ([("retraction", "2020-01-01"), ("reinstatement", "2021-01-01")], "reinstated"),
        ([("retraction", "2020-01-01"), ("reinstatement", "2020-01-01")], "retracted"),
        ([("reinstatement", "2020-01-01"), ("retraction", "2021-01-01")], "retracted"),
        ([("retraction", "unknown"), ("reinstatement", "2021-01-01")], "retracted"),
        ([("retraction", "2020-01-01"), ("reinstatement", "unknown")], "retracted"),
        ([("retraction", "2020-01-01"), ("reinstatement", "2021-01-01"), ("retraction", "2022-01-01")], "retracted"),
        ([("retraction", "2020-01-01"), ("reinstatement", "2021-01-01"), ("concern", "2019-01-01")], "concern"),
        ([("correction", "2022-01-01"), ("concern", "2019-01-01")], "concern"),
        ([("reinstatement", "2020-01-01"), ("correction", "2021-01-01")], "reinstated"),
    ],
)
def test_a_reinstatement_lifts_the_retractions_before_it_and_nothing_else(
    told: list[tuple[str, str]], state: RetractionState
) -> None:
    kinds = [notice(kind, day) for kind, day in told]
    assert state_of_notices(kinds) == state_of_notices(reversed(kinds)) == state


# What a file may look like and is read all the same.


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_hides_no_column(mark: bytes) -> None:
    (result,) = results(mark + notices({"Reason": "Größe;"}))
    assert (result.notices[0].record, result.notices[0].reason) == ("17", "Größe")


def test_windows_1252_is_read_when_it_is_no_utf_8() -> None:
    data = notices({"Reason": "“Größe”;"}).decode().encode("cp1252")
    assert results(data)[0].notices[0].reason == "“Größe”"


PIECE = 2**20  # how much of the file is decoded at a time


def across_pieces(after: Mapping[str, str]) -> bytes:
    """A file in which the three bytes of a euro sign stand across two pieces, with a row after it."""
    row = {"Title": "€", "OriginalPaperDOI": "10.5555/other"}
    rows = [{"OriginalPaperDOI": f"10.5555/{'x' * 100_000}"}] * 10
    length = notices(*rows, row).index("€".encode())
    data = notices(*rows, {**row, "Record ID": "1" * (PIECE - 1 - length + 2)}, after)
    assert data[PIECE - 1 : PIECE + 2] == "€".encode()
    return data


def test_a_character_across_two_pieces_is_one_character() -> None:
    assert results(across_pieces({"Reason": "Größe;"}))[0].notices[0].reason == "Größe"


def test_a_bad_byte_after_such_a_character_is_found_at_its_place() -> None:
    data = across_pieces({"Notes": "@"}).replace(b"@", b"\x81")
    (problem,) = problems(data)
    column = data.split(b"\r\n")[12].index(b"\x81") + 1
    assert (problem.rule, problem.place.line, problem.place.column) == ("retractions", 13, column)


def test_the_empty_rows_at_the_end_are_no_notices() -> None:
    data = notices({}) + b"," * 20 + b"\r\n" + b"," * 20 + b"\r\n" + b"\r\n"
    assert check_references([BLUE_REFERENCE], data, "n.csv", "n.csv", TODAY).rows == 1


def test_columns_may_stand_in_another_order_without_the_empty_one() -> None:
    wanted = ("Reason", "RetractionNature", "OriginalPaperPubMedID", "OriginalPaperDOI", "RetractionDOI",
              "RetractionDate", "Record ID")  # fmt: skip
    data = f"{','.join(wanted)}\n{','.join(BLUE[column] for column in wanted)}\n".encode()
    assert results(data) == results(notices({}))


def test_a_line_break_in_a_cell_moves_no_row() -> None:
    data = notices(
        {"Title": 'Two\r\nlines and a "quote"', "OriginalPaperDOI": "10.5555/other"}, {"RetractionDate": "x"}
    )
    (problem,) = problems(data)
    assert (problem.rule, problem.place.line) == ("retractions", 4)


DAYS = {"6/7/2021 0:00": "2021-06-07", "12/31/2020 0:00": "2020-12-31", "06/07/2021": "2021-06-07", "": "unknown"}


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_the_month_stands_first(text: str, day: str) -> None:
    assert str(results(notices({"RetractionDate": text}))[0].notices[0].date) == day


# What is refused, where, and in which words.


def test_every_missing_column_is_named_with_the_nearest() -> None:
    header = HEADER.replace("OriginalPaperPubMedID", "OriginalPaperPMID").replace("Reason", "Why")
    found = problems(notices({}, header=header))
    assert [(p.rule, str(p.place)) for p in found] == [("retractions", "in/n.csv:1:1")] * 2
    assert "`OriginalPaperPubMedID` is missing" in found[0].message
    assert found[0].hint == "did you mean `OriginalPaperPMID`?"
    assert "`Reason` is missing" in found[1].message


@pytest.mark.parametrize("data", [b"", b"\n", b"a,b,c\n1,2,3\n", HEADER.replace(",", ";").encode(), b"%PDF-1.7\n1 0\n"])
def test_a_file_of_another_kind_is_one_problem(data: bytes) -> None:
    (problem,) = problems(data)
    assert (problem.rule, str(problem.place)) == ("retractions", "in/n.csv:1:1")
    assert "OriginalPaperDOI" in problem.hint


def test_a_file_without_notices_proves_nothing() -> None:
    (problem,) = problems(HEADER.encode() + b"\n" + b"," * 20 + b"\n")
    assert problem.rule == "retractions"


def test_a_download_that_stopped_is_refused() -> None:
    whole = notices({"OriginalPaperDOI": "10.5555/other"}, {"Title": "A title, with a comma"})
    begin = whole.rindex(b"17,")
    # Anywhere in the last row: between cells, and within quotes. The last column is empty.
    cuts = {problem.rule for end in range(begin + 1, whole.rindex(b",")) for problem in problems(whole[:end])}
    assert cuts == {"retractions"}
    assert results(whole[: whole.rindex(b",") + 1])[0].state == "retracted"


def test_shifted_columns_are_refused() -> None:
    data = notices({}).rstrip() + b",more\r\n"
    (problem,) = problems(data)
    assert (problem.rule, problem.place.line) == ("retractions", 2)
    assert "22 cells" in problem.message


def test_a_huge_cell_is_refused_with_its_line() -> None:
    data = notices({"OriginalPaperDOI": "10.5555/other"}, {"Notes": "x" * 200_000})
    (problem,) = problems(data)
    assert (problem.rule, problem.place.line) == ("retractions", 3)
    assert "field limit" in problem.message


@pytest.mark.parametrize("bad", [b"\0", b"\x81"])
def test_a_byte_that_is_no_text_is_found_at_its_place(bad: bytes) -> None:
    data = notices({}).replace(b"blue glass", b"blue gl" + bad + b"ss")
    line = data.split(b"\r\n")[1]
    (problem,) = problems(data)
    assert (problem.rule, problem.place.line, problem.place.column) == ("retractions", 2, line.index(bad) + 1)


def test_utf_16_is_refused() -> None:
    (problem,) = problems(notices({}).decode().encode("utf-16"))
    assert problem.rule == "retractions"


def test_a_nature_that_nobody_knows_is_no_guess() -> None:
    row = {"RetractionNature": "Partial retraction"}
    (problem,) = problems(notices({"OriginalPaperDOI": "10.5555/other"}, row))
    assert (problem.rule, problem.place.line) == ("retractions", 3)
    assert "Partial retraction" in problem.message
    assert problem.hint == "did you mean `Retraction`?"
    assert results(notices({**row, "OriginalPaperDOI": "10.5555/other"}))[0].state == "none-found"


@pytest.mark.parametrize("date", ["June 2021", "2021", "2/30/2021 0:00"])
def test_a_date_that_is_none_is_no_guess(date: str) -> None:
    (problem,) = problems(notices({"RetractionDate": date}))
    assert (problem.rule, problem.place.line) == ("retractions", 2)


def test_dates_with_the_day_first_are_found_anywhere_in_the_file() -> None:
    # 7/6/2021 would be read as July; a row about another paper shows that the file has June.
    other = {"OriginalPaperDOI": "10.5555/other", "RetractionDate": "25/6/2021 0:00"}
    (problem,) = problems(notices({"RetractionDate": "7/6/2021 0:00"}, other))
    assert (problem.rule, problem.place.line) == ("retractions", 3)


def test_all_unreadable_rows_about_the_references_are_reported_together() -> None:
    found = problems(notices({"RetractionDate": "x", "RetractionNature": "y"}, {"RetractionDate": "z"}))
    assert [(p.place.line, p.rule) for p in found] == [(2, "retractions"), (2, "retractions"), (3, "retractions")]


# A large file.


def many(number: int) -> bytes:
    filler = {
        "Institution": "Department of Windows, University of Examples;" * 10,
        "URLS": "https://example.org/a;" * 5,
    }
    rows = ({**filler, "OriginalPaperDOI": f"10.5555/{index}"} for index in range(number))
    return notices(*rows, {})


@pytest.mark.slow
def test_fifty_thousand_notices_take_little_memory() -> None:
    data = many(50_000)
    assert len(data) > 40_000_000
    tracemalloc.start()
    try:
        report = check_references([BLUE_REFERENCE], data, "n.csv", "n.csv", TODAY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (report.rows, report.results[0].state) == (50_001, "retracted")
    assert peak < len(data) / 4


def seconds(run: Iterable[object]) -> float:
    started = time.process_time()
    for _ in run:
        pass
    return time.process_time() - started


@pytest.mark.slow
def test_a_check_takes_a_few_times_what_reading_the_rows_takes() -> None:
    data = many(10_000)
    references = [reference(f"r{number}", DOI=f"10.5555/x{number}", PMID=str(number + 1)) for number in range(500)]
    plain = min(seconds(csv.reader(io.StringIO(data.decode()))) for _ in range(3))
    checked = min(seconds(match(references, read_notices(data, "n.csv"))) for _ in range(3))
    assert checked < 12 * plain


# The report in the brief.


def brief_of_context(folder: Path) -> Path:
    """The good brief, in which nothing rests on its one study: a retracted study that supports a claim is an error."""
    good_brief(folder)
    for path in folder.rglob("*.yaml"):
        path.write_text(re.sub(r"role: (?:supports|contradicts|mixed)\b", "role: context", path.read_text()))
    return folder


def brief_with(folder: Path, *rows: Mapping[str, str], **fields: object) -> Path:
    """The good brief with a DOI on its reference, and a report of its check against some notices."""
    brief_of_context(folder)
    path = folder / "references.json"
    entries = json.loads(path.read_text())
    entries[0].update({"DOI": "10.5555/blue.glass", **fields})
    path.write_text(json.dumps(entries))
    references = [Reference.model_validate(entry) for entry in entries]
    report = check_references(references, notices(*rows or [{}]), "notices.csv", "notices.csv", TODAY)
    (folder / "retractions.yaml").write_text(yaml_text(report.model_dump(exclude_defaults=True), REMARKS))
    return folder


TRAPS = {"Record ID": "0017", "Reason": "NO;12:30;# {not} 'a' \"list\": *x;", "RetractionDate": "6/7/2021 0:00"}


GREEK = {"Record ID": "1e3", "Reason": "Größe – µ;", "RetractionDate": ""}
BARE = {"Record ID": "~", "RetractionDOI": "unavailable", "Reason": ""}


@pytest.mark.parametrize("row", [TRAPS, GREEK, BARE])
def test_the_report_reads_back_as_it_was(row: Mapping[str, str], tmp_path: Path) -> None:
    folder = brief_with(tmp_path, row)
    brief = load(folder).brief
    report = check_references(brief.references, notices(row), "notices.csv", "notices.csv", TODAY)
    assert report.results[0].notices
    assert brief.retractions == report


def test_the_report_says_how_it_was_made_and_is_the_same_each_time(tmp_path: Path) -> None:
    text = (brief_with(tmp_path / "a", {}, {}) / "retractions.yaml").read_text()
    assert text == (brief_with(tmp_path / "b", {}, {}) / "retractions.yaml").read_text()
    remarks = [line for line in text.split("\n") if line.startswith("#")]
    assert any("evibrief check" in line and "--retractions" in line for line in remarks)
    assert str(tmp_path) not in text
    assert "&" not in text
    assert "date: 2021-06-25\n" in text
    assert 'source: "notices.csv"\n' in text


def page_of(folder: Path, output: Path) -> str:
    """The words of the page, without markup and with plain spaces."""
    html = build(folder, output, ["html"])[0].path.read_text()
    text = re.sub(r"<[^>]*>", " ", html[html.index("<body") :])
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def test_without_a_report_the_page_says_that_nobody_looked(tmp_path: Path) -> None:
    page = page_of(brief_of_context(tmp_path / "blue"), tmp_path / "out")
    assert "Retractions: not checked. No list of retractions was read for this brief." in page


def test_the_page_prints_the_check_and_what_it_found(tmp_path: Path) -> None:
    page = page_of(brief_with(tmp_path / "blue"), tmp_path / "out")
    assert "Retractions and corrections: 1 RETRACTED." in page
    assert re.search(
        r"Retractions: checked on 20 February 2026 against notices.csv \(1 notice; SHA-256 \w+…\): 1 of 1", page
    )
    assert "Not checked: 0 without a DOI or PubMed number, 0 added since." in page
    assert "RETRACTED, 20 February 2026. Retraction, 25 June 2021, doi:10.5555/notice.1; matched by DOI; " in page
    assert "reason given: Unreliable Results; Investigation by Journal/Publisher" in page
    # Beside each finding of the claims that rest on it as well.
    assert re.search(r"reference unverified; seen: [^;]+; RETRACTED", page)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"RetractionNature": "Expression of concern"}], "Expression of concern, 20 February 2026"),
        ([{"RetractionNature": "Correction"}], "Erratum, 20 February 2026. Correction, 25 June 2021"),
        ([{}, {"RetractionNature": "Reinstatement", "RetractionDate": "7/1/2022 0:00"}],
         "Retracted, then reinstated, 20 February 2026. Retraction, 25 June 2021, doi:10.5555/notice.1; matched by "
         "DOI; reason given: Unreliable Results; Investigation by Journal/Publisher. Reinstatement, 1 July 2022"),
        ([{"OriginalPaperDOI": "10.5555/other"}], "No notice known, 20 February 2026"),
    ],
)  # fmt: skip
def test_each_state_has_its_words(rows: list[Mapping[str, str]], words: str, tmp_path: Path) -> None:
    assert words in page_of(brief_with(tmp_path / "blue", *rows), tmp_path / "out")


def test_a_reference_without_an_identifier_is_printed_as_such(tmp_path: Path) -> None:
    page = page_of(brief_with(tmp_path / "blue", DOI=""), tmp_path / "out")
    assert "Retractions and corrections: 1 without a DOI or PMID." in page
    assert "Not checked: 1 without a DOI or PubMed number, 0 added since." in page


def test_a_reference_added_after_the_check_is_not_checked(tmp_path: Path) -> None:
    folder = brief_with(tmp_path / "blue")
    report = folder / "retractions.yaml"
    report.write_text(report.read_text().partition("results:")[0])
    page = page_of(folder, tmp_path / "out")
    assert "Not checked. Not in the check of 20 February 2026" in page
    assert "Not checked: 0 without a DOI or PubMed number, 1 added since." in page


def test_an_identifier_that_was_mended_after_the_check_was_not_looked_up(tmp_path: Path) -> None:
    folder = brief_with(tmp_path, {"OriginalPaperDOI": "10.5555/other"})
    path = folder / "references.json"
    path.write_text(path.read_text().replace("10.5555/blue.glass", "https://doi.org/10.5555/BLUE.glass"))
    assert load(folder).brief.retractions
    path.write_text(path.read_text().replace("BLUE.glass", "other"))
    with pytest.raises(Problems) as caught:
        load(folder)
    assert [problem.rule for problem in caught.value.problems] == ["stale-check"]


def appraise(folder: Path, integrity: str) -> Path:
    studies = folder / "studies.yaml"
    text = studies.read_text()
    appraised = re.sub("(?m)^  verification: .*$", rf"\g<0>\n  integrity: {integrity}", text)
    assert appraised != text
    studies.write_text(appraised)
    return folder


def test_the_worse_of_appraisal_and_check_is_printed_and_then_the_other(tmp_path: Path) -> None:
    folder = appraise(brief_with(tmp_path / "a"), "{state: none-known, checked: 2026-02-03}")
    page = page_of(folder, tmp_path / "out")
    assert re.search(r"RETRACTED, 20 February 2026. Retraction.*Appraisal: no notice known, 3 February 2026", page)
    other = {"OriginalPaperDOI": "10.5555/other"}
    folder = appraise(brief_with(tmp_path / "b", other), "{state: retracted, checked: 2026-02-03}")
    page = page_of(folder, tmp_path / "out")
    assert "RETRACTED, 3 February 2026. Retraction check: no notice known, 20 February 2026" in page


def test_a_check_of_the_brief_is_what_other_rules_can_ask(tmp_path: Path) -> None:
    brief = load(brief_with(tmp_path)).brief
    (key,) = [reference.id for reference in brief.references]
    assert derive(brief).standings[key] == "retracted"
    assert derive(brief.model_copy(update={"retractions": None})).standings[key] == "not-checked"
    assert worse_standing(None, None) == "not-checked"


APPRAISED = ("not-checked", "none-known", "erratum", "concern", "retracted")
CHECKED = {"no-identifier": "no-identifier", "none-found": "none-known", "correction": "erratum",
           "reinstated": "reinstated", "concern": "concern", "retracted": "retracted"}  # fmt: skip


@pytest.mark.parametrize("appraised", APPRAISED)
@pytest.mark.parametrize("checked", sorted(CHECKED))
def test_neither_side_hides_what_the_other_found(appraised: str, checked: str, tmp_path: Path) -> None:
    study = load(brief_of_context(tmp_path)).brief.studies[0]
    study = Study.model_copy(study, update={"integrity": study.integrity.model_copy(update={"state": appraised})})
    result = RetractionResult.model_validate({"reference": study.reference, "state": checked})
    standing = worse_standing(study, result)
    assert standing in (appraised, CHECKED[checked])
    assert all(STANDINGS.index(standing) >= STANDINGS.index(said) for said in (appraised, CHECKED[checked]))


def test_the_summary_begins_with_the_worst() -> None:
    found = check_references(
        [reference("red2018", DOI="10.5555/red"), reference("book"), BLUE_REFERENCE], notices({}), "n", "n", TODAY
    )
    assert list(summary_of_report(found)) == [
        "RETRACTED: 1 (blue2019)",
        "no notice found: 1 (red2018)",
        "not checked for lack of a DOI or PMID: 1 (book)",
    ]


# The command.


def checked(folder: Path, data: bytes) -> Path:
    """A file of notices outside the brief's folder."""
    file = folder / "retraction_watch.csv"
    file.write_bytes(data)
    return file


def dated_brief(folder: Path) -> Path:
    """A brief of today, as one is when its references are checked."""
    today = datetime.date.today()
    brief_of_context(folder)
    path = folder / "brief.yaml"
    text = re.sub(r"(?m)^date: .*", f"date: {today}", path.read_text())
    path.write_text(re.sub(r"(?m)^review_by: .*", f"review_by: {today + datetime.timedelta(days=90)}", text))
    references = folder / "references.json"
    entries = json.loads(references.read_text())
    entries[0]["DOI"] = "https://doi.org/10.5555/BLUE.glass"
    references.write_text(json.dumps(entries))
    return folder


def test_the_command_writes_a_report_that_the_next_build_prints(tmp_path: Path) -> None:
    folder = dated_brief(tmp_path / "blue")
    assert "not checked" in page_of(folder, tmp_path / "out")
    run = evibrief("check", folder, "--retractions", checked(tmp_path, notices({})))
    assert (run.returncode, run.stderr) == (0, "")
    assert "RETRACTED: 1 (example2020)" in run.stdout
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith((".", "ret"))) == ["retractions.yaml"]
    assert f"checked: {datetime.date.today()}\n" in (folder / "retractions.yaml").read_text()
    page = page_of(folder, tmp_path / "out")
    assert "against retraction_watch.csv (1 notice; SHA-256" in page
    assert evibrief("check", folder).returncode == 0


@pytest.mark.slow
def test_a_later_check_replaces_the_report_whatever_is_in_it(tmp_path: Path) -> None:
    folder, file = dated_brief(tmp_path / "blue"), checked(tmp_path, notices({}))
    evibrief("check", folder, "--retractions", file)
    first = (folder / "retractions.yaml").read_bytes()
    (folder / "retractions.yaml").write_text("results: [")
    assert evibrief("check", folder).returncode == 1
    assert evibrief("check", folder, "--retractions", file).returncode == 0
    assert (folder / "retractions.yaml").read_bytes() == first


def test_the_report_is_replaced_at_once_and_not_written_over(tmp_path: Path) -> None:
    folder = dated_brief(tmp_path / "blue")
    evibrief("check", folder, "--retractions", checked(tmp_path, notices({})))
    report, other_name = folder / "retractions.yaml", tmp_path / "same file"
    other_name.hardlink_to(report)
    evibrief("check", folder, "--retractions", checked(tmp_path, notices({"RetractionNature": "Correction"})))
    assert '"retracted"' in other_name.read_text()
    assert '"correction"' in report.read_text()


def test_a_damaged_list_leaves_the_report_as_it_was(tmp_path: Path) -> None:
    folder = dated_brief(tmp_path / "blue")
    evibrief("check", folder, "--retractions", checked(tmp_path, notices({})))
    before = {path: path.read_bytes() for path in folder.glob("*.yaml")}
    run = evibrief("check", folder, "--retractions", checked(tmp_path, notices({})[:-40]))
    assert run.returncode == 1
    assert re.search(r"retraction_watch\.csv:2:1: error\[retractions\].*\n  hint: ", run.stderr)
    assert {path: path.read_bytes() for path in folder.glob("*.yaml")} == before


def test_a_brief_that_cannot_be_read_is_not_compared(tmp_path: Path) -> None:
    folder = dated_brief(tmp_path / "blue")
    (folder / "studies.yaml").write_text("- [")
    run = evibrief("check", folder, "--retractions", checked(tmp_path, notices({})))
    assert run.returncode == 1
    assert not (folder / "retractions.yaml").exists()


def test_a_retraction_stops_the_build_until_nothing_rests_on_it(tmp_path: Path) -> None:
    folder = dated_brief(tmp_path / "blue")
    for path in (folder / "claims").iterdir():
        path.write_text(path.read_text().replace("role: context", "role: supports"))
    file = checked(tmp_path, notices({}))
    run = evibrief("check", folder, "--retractions", file)
    assert (run.returncode, run.stderr.count("error[retracted-source]")) == (1, 1)
    file = checked(tmp_path, notices({"RetractionNature": "Correction"}))
    assert evibrief("check", folder, "--retractions", file).returncode == 0


def test_a_list_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    run = evibrief("check", dated_brief(tmp_path / "blue"), "--retractions", tmp_path / "nothing.csv")
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "nothing.csv" in run.stderr


def test_an_older_brief_is_told_to_take_a_new_date(tmp_path: Path) -> None:
    folder = brief_of_context(tmp_path / "blue")
    run = evibrief("check", folder, "--retractions", checked(tmp_path, notices({})))
    assert run.returncode == 1
    assert re.search(r"retractions\.yaml:\d+:\d+: error\[dates\]", run.stderr)
