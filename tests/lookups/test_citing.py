"""`cite`: references by DOI and PMID, from services on loopback that answer as doi.org and NCBI do."""

import datetime
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from command import run_here
from days import today
from evibrief import resources
from evibrief.evidence.load import read_evidence
from evibrief.evidence.starter import new_brief_texts
from registries import (
    REFUSED_IN_JSON,
    UNKNOWN_IN_JSON,
    UNKNOWN_XML,
    as_reply,
    crossref,
    crossref_rest,
    datacite,
    found_pmids,
    pubmed,
)
from services import Reply, Service, service

DOI, TITLE = "10.5555/blue.1", "On blue glass in winter"
CTXP = "/lit/ctxp/v1/pubmed/?format=csl&id="
Cite = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with service() as running:
        hosts = ("https://doi.org", "https://api.ncbi.nlm.nih.gov", "https://eutils.ncbi.nlm.nih.gov")
        monkeypatch.setenv("EVIBRIEF_HOSTS", " ".join(f"{host}={running.base}" for host in hosts))
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The starter brief, with one reference."""
    for path, text in new_brief_texts("blue", datetime.date(2026, 3, 1), resources.starter_texts()).items():
        (tmp_path / "blue" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "blue" / path).write_text(text)
    return tmp_path / "blue"


@pytest.fixture
def cite(here: Service, folder: Path) -> Cite:
    return lambda *words: run_here("cite", *words, "--into", folder)


def listed(folder: Path) -> list[dict[str, Any]]:
    references = json.loads((folder / "references.json").read_text())
    assert isinstance(references, list)
    return references


def state_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def with_reference(folder: Path, **fields: Any) -> None:
    """Give the one reference of the brief other fields."""
    [one] = listed(folder)
    kept = {name: value for name, value in (one | fields).items() if value is not None}
    (folder / "references.json").write_text(json.dumps([kept], indent=1, ensure_ascii=False))


def refused(cite: Cite, folder: Path, *words: str) -> str:
    """What is said where nothing may be written."""
    before = state_of(folder)
    done = cite(*words)
    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert state_of(folder) == before
    return done.stderr


# A DOI, a PMID, a PMCID.


@pytest.mark.parametrize(
    "typed",
    [DOI, f"doi:{DOI}", f"DOI: {DOI}", f"https://doi.org/{DOI}", f"http://dx.doi.org/{DOI.upper()}", f"{DOI}."],
)
def test_a_doi_in_any_spelling_becomes_a_reference(here: Service, cite: Cite, folder: Path, typed: str) -> None:
    here.on(f"/{DOI}", Reply(status=302, headers={"Location": f"/v1/works/{DOI}/transform"}))
    here.on(f"/v1/works/{DOI}/transform", as_reply(crossref(DOI, TITLE)))
    done = cite(typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert listed(folder)[1] == {
        "id": "beispiel2021", "type": "article-journal", "title": TITLE,
        "author": [{"family": "Beispiel", "given": "Erika"}, {"family": "Muster", "given": "Max"}],
        "issued": {"date-parts": [[2021, 3, 4]]}, "container-title": "Journal of Examples", "volume": "7", "issue": "2",
        "page": "115-119", "DOI": DOI, "ISSN": "1234-5679, 2345-678X", "container-title-short": "J. Ex.",
        "language": "en", "publisher": "Example Press", "source": "Crossref",
    }  # fmt: skip
    assert {headers["Accept"] for _, headers in here.asked} == {"application/vnd.citationstyles.csl+json"}


def test_what_is_printed_says_who_was_asked_and_what_was_written(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref_rest(DOI, TITLE)))
    assert cite(DOI).stdout.replace(str(folder), "F") == (
        "asking doi.org (and where it leads), api.ncbi.nlm.nih.gov, eutils.ncbi.nlm.nih.gov\n"
        f"DOI {DOI} is `beispiel2021`, says 127.0.0.1 (asked at doi.org) on {today()}\n"
        f"  “{TITLE}”\n"
        "  `type`: “journal-article” is read as `article-journal`\n"
        "F/lookups: kept 1 answer\n"
        "F/references.json: added beispiel2021\n"
        "F/studies.yaml: added a stub for beispiel2021; fill in what is `to be filled in`\n"
    )


def test_the_stub_says_that_nobody_looked_and_the_brief_is_unfinished(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    before = (folder / "studies.yaml").read_text()
    cite(DOI)
    added = (folder / "studies.yaml").read_text().removeprefix(before)
    assert added.startswith("- reference: beispiel2021\n  design: unknown\n  n: unknown\n")
    assert "  verification: {state: unverified, where: unknown, when: unknown}\n" in added
    _, _, problems = read_evidence(folder)
    assert {problem.unfinished for problem in problems} == {True}
    assert {Path(problem.place.path).name for problem in problems} == {"studies.yaml"}


def test_a_pmid_and_a_pmcid(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE)))
    other = pubmed("67890", "Another study of glass", "10.5555/b", PMCID="PMC222", source="PMC")
    here.on("/lit/ctxp/v1/pmc/?format=csl&id=222", as_reply(other))
    done = cite("https://pubmed.ncbi.nlm.nih.gov/12345/", "PMC222")
    assert (done.returncode, done.stderr) == (0, "")
    keys = {one["id"]: one["PMID"] for one in listed(folder)[1:]}
    assert keys == {"beispiel2021": "12345", "beispiel2021b": "67890"}
    assert listed(folder)[1]["title"] == TITLE
    assert "accessed" not in listed(folder)[1]


def test_a_doi_with_strange_letters_is_asked_whole(here: Service, cite: Cite) -> None:
    """SICI, as in 10.1002/(SICI)…;2-#: all but `/` is escaped (RFC 3986)."""
    doi = "10.5555/(sici)1&2<3::aid-a>3.0.co;2-#"
    here.on("/10.5555/%28sici%291%262%3C3%3A%3Aaid-a%3E3.0.co%3B2-%23", as_reply(crossref(doi, TITLE)))
    assert cite(doi).returncode == 0


def test_all_is_kept_and_offline_asks_nobody(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    fresh = state_of(folder)
    cite(DOI)
    written = state_of(folder)
    [kept] = (folder / "lookups" / today()).iterdir()
    assert b"asked: https://doi.org/10.5555/blue.1\n" in kept.read_bytes()
    for name, data in fresh.items():
        (folder / name).write_bytes(data)
    here.replies.clear()
    here.asked.clear()
    done = cite(DOI, "--offline")
    assert (done.returncode, done.stderr, here.asked) == (0, "", [])
    assert done.stdout.startswith("asking nobody: kept answers only\n")
    assert f"on {today()}" in done.stdout
    assert "kept 1 answer" not in done.stdout
    assert state_of(folder) == written
    said = refused(cite, folder, "10.5555/never", "77", "--offline")
    assert f"{folder}/lookups: error[lookup]: no answer of https://doi.org/10.5555/never is kept" in said
    assert f"no answer of https://api.ncbi.nlm.nih.gov{CTXP}77 is kept" in said
    assert here.asked == []


def test_answers_are_no_evidence(here: Service, cite: Cite, folder: Path) -> None:
    from evibrief.formats.manifest import evidence_files

    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    cite(DOI)
    assert (folder / "lookups").is_dir()
    assert "references.json" in evidence_files(folder)
    assert not any("lookups" in name for name in evidence_files(folder))


def test_a_dry_run_writes_nothing(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    before = state_of(folder)
    done = cite(DOI, "--dry-run")
    assert '"id": "beispiel2021"' in done.stdout
    assert "- reference: beispiel2021\n" in done.stdout
    assert done.stdout.endswith("nothing was written\n")
    assert state_of(folder) == before


def test_a_brief_without_a_list_gets_one(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    (folder / "references.json").unlink()
    (folder / "studies.yaml").unlink()
    assert cite(DOI).returncode == 0
    assert [one["id"] for one in listed(folder)] == ["beispiel2021"]
    assert (folder / "studies.yaml").read_text().startswith("- reference: beispiel2021\n")


def test_line_ends_stay(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    path = folder / "references.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    assert cite(DOI).returncode == 0
    after = path.read_bytes()
    assert after.startswith(before[: before.rindex(b"}")])
    assert after.count(b"\n") == after.count(b"\r\n")


# What is there already.


def test_what_is_there_is_named_and_not_asked_for(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI.upper(), note="PMID: 12345")
    before = state_of(folder)
    done = cite(DOI, "12345")
    assert done.returncode == 0
    assert f"DOI {DOI} is `example2020` already; not added again" in done.stdout
    assert "PMID 12345 is `example2020` already; not added again" in done.stdout
    assert (here.asked, state_of(folder)) == ([], before)


def test_what_is_there_by_another_number_is_named(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title=TITLE)
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI)))
    references = (folder / "references.json").read_bytes()
    done = cite("12345")
    assert "PMID 12345 is `example2020` already: the same DOI; not added again" in done.stdout
    assert (folder / "references.json").read_bytes() == references


@pytest.mark.parametrize(("family", "known"), [("Beispiel", True), ("Muster", False)])
def test_the_same_title_year_and_first_author_is_named(
    here: Service, cite: Cite, folder: Path, family: str, known: bool
) -> None:
    with_reference(folder, title=TITLE.upper(), author=[{"family": family}], issued={"date-parts": [[2021]]})
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    told = f"DOI {DOI} is `example2020` already: the same title, year and first author; if it is, write"
    assert (told in cite(DOI).stdout) == known
    assert len(listed(folder)) == (1 if known else 2)


def test_a_number_with_another_title_than_the_one_at_hand_is_refused(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title="On red glass in summer")
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI)))
    said = refused(cite, folder, "12345")
    assert f"“{TITLE}” at 127.0.0.1, for PMID 12345; “On red glass in summer” in references.json" in said
    assert "error[lookup-title]" in said


def test_two_numbers_of_one_publication_are_one_reference(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI)))
    done = cite(DOI, "12345", DOI.upper(), "pmid:12345")
    assert done.returncode == 0
    assert f"PMID 12345 is DOI {DOI}: the same DOI; not added again" in done.stdout
    [_, new] = listed(folder)
    assert (new["DOI"], new["PMID"], new["title"]) == (DOI, "12345", TITLE)
    assert list(new)[:4] == ["id", "type", "title", "author"]
    assert len(here.asked) == 2


def test_two_numbers_with_one_doi_and_two_titles_are_refused(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", "On red glass in summer", DOI)))
    said = refused(cite, folder, DOI, "12345")
    assert "“On red glass in summer” at 127.0.0.1, for PMID 12345" in said
    assert f"“{TITLE}” at 127.0.0.1, for DOI {DOI}" in said


# What goes wrong: one problem each, and nothing written.


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(b"", 404), "doi.org has no publication with this number"),
        (Reply(b"", 410), "doi.org has no publication with this number"),
        (Reply(b"", 406), "knows it, but gives no data of it (status 406)"),
        (Reply(b"", 204), "knows it, but gives no data of it (status 204)"),
        (Reply(b"", 500), "127.0.0.1 answered with status 500"),
        (Reply(b"<html>A landing page</html>", kind="text/html"), "answered with a page, not with data"),
        (Reply(b'{"title": "On bl', kind="application/json"), "is not JSON"),
        (Reply(b'{"title": "On blue"}', announced=100), "the answer broke off"),
        (Reply(b" " * 4_100_000), "more than 4 MB"),
        (Reply(b"null"), "is not the record of one publication"),
        (Reply(b"[]"), "is not the record of one publication"),
        (Reply(b'{"message": "x"}'), "is not the record of one publication"),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), "leads to `file:///etc/passwd`"),
        (Reply(status=301, headers={"Location": f"/{DOI}"}), "leads from one address to the next"),
        (Reply(b"", 429, headers={"Retry-After": "3600"}), "is busy, and asks to wait 3600 seconds"),
        (as_reply(crossref("10.5555/other", "On red glass")), "another publication: DOI 10.5555/other, “On red glass”"),
        (as_reply(crossref(DOI, "")), "says nothing of its title"),
    ],
)
def test_a_bad_answer_is_one_problem_and_nothing_is_written(
    here: Service, cite: Cite, folder: Path, reply: Reply, told: str
) -> None:
    here.on(f"/{DOI}", reply)
    said = refused(cite, folder, DOI)
    assert told in said
    assert said.count("error[lookup]") == 1
    assert "hint: " in said


@pytest.mark.parametrize("reply", [UNKNOWN_XML, UNKNOWN_IN_JSON, REFUSED_IN_JSON, Reply(b"", 404)])
def test_a_pmid_that_ncbi_does_not_know(here: Service, cite: Cite, folder: Path, reply: Reply) -> None:
    here.on(f"{CTXP}999999999", reply)
    said = refused(cite, folder, "999999999")
    assert said.startswith("PMID 999999999: error[lookup]: ")
    assert "has no publication with this number" in said or "refuses it" in said


def test_an_answer_about_another_pmid_is_refused(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"{CTXP}12345", as_reply(pubmed("54321", TITLE)))
    assert "answers with another publication: PMID 54321" in refused(cite, folder, "12345")
    here.on(f"{CTXP}12345", as_reply(pubmed("54321", TITLE, PMID=None)))
    assert "answers with another publication: PMID 54321" in refused(cite, folder, "12345")


def test_one_bad_number_among_good_ones_writes_nothing(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    said = refused(cite, folder, DOI, "10.5555/missing", "10.5555/gone")
    assert "DOI 10.5555/missing: error[lookup]" in said
    assert "DOI 10.5555/gone: error[lookup]" in said
    assert len(here.asked) == 3


def test_a_service_that_fails_is_not_asked_on(here: Service, cite: Cite, folder: Path) -> None:
    here.on("/10.5555/b", Reply(b"", 500))
    said = refused(cite, folder, "10.5555/a", "10.5555/b", "10.5555/c")
    assert "DOI 10.5555/a: error[lookup]" in said
    assert "https://doi.org/10.5555/b: error[lookup]" in said
    assert here.paths == ["/10.5555/a", "/10.5555/b"]


@pytest.mark.parametrize("typed", ["smith2016", "10/abc", "0", "http://example.org/10", "10.5555", "\x1b[31m", " "])
def test_what_is_no_number_is_told_before_anybody_is_asked(
    here: Service, cite: Cite, folder: Path, typed: str
) -> None:
    said = refused(cite, folder, DOI, typed)
    assert "this is no DOI, PMID or PMCID" in said
    assert "\x1b" not in said
    assert here.asked == []


def test_nothing_to_look_up_is_told(here: Service, cite: Cite, folder: Path) -> None:
    assert "there is nothing to look up" in refused(cite, folder)


def test_a_brief_that_cannot_be_read_is_told_before_anybody_is_asked(here: Service, cite: Cite, folder: Path) -> None:
    (folder / "references.json").write_text("[{")
    assert "this is not JSON" in refused(cite, folder, DOI)
    (folder / "references.json").unlink()
    (folder / "references.json").symlink_to(folder / "brief.yaml")
    assert cite(DOI).returncode == 1
    assert run_here("cite", DOI, "--into", folder / "none").returncode == 1
    assert here.asked == []


def test_a_link_is_not_replaced(here: Service, cite: Cite, folder: Path) -> None:
    shutil.move(folder / "references.json", folder.parent / "mine.json")
    (folder / "references.json").symlink_to(folder.parent / "mine.json")
    assert "this is a link to a file elsewhere" in cite(DOI).stderr
    assert here.asked == []


def test_answers_are_not_kept_outside_of_the_brief(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    (folder.parent / "elsewhere").mkdir()
    (folder / "lookups").symlink_to(folder.parent / "elsewhere")
    assert "leads out of the brief's folder" in refused(cite, folder, DOI)
    assert list((folder.parent / "elsewhere").iterdir()) == []


def test_kept_answers_are_not_read_outside_of_the_brief(here: Service, cite: Cite, folder: Path) -> None:
    here.on(f"/{DOI}", as_reply(crossref(DOI, TITLE)))
    cite(DOI)
    shutil.move(folder / "lookups", folder.parent / "elsewhere")
    (folder / "lookups").symlink_to(folder.parent / "elsewhere")
    (folder / "references.json").write_text("[]")
    assert "leads out of the brief's folder" in refused(cite, folder, DOI, "--offline")


def test_a_strange_replacement_of_hosts_is_told(here: Service, cite: Cite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIBRIEF_HOSTS", "doi.org")
    assert "does not replace one address by another" in cite(DOI).stderr


# --complete


def asked_of(reply_of_doi: dict[str, Any], here: Service, *pmids: str) -> None:
    here.on(f"/{DOI}", as_reply(reply_of_doi))
    term = "%22" + DOI.replace("/", "%2F") + "%22%5Bdoi%5D"
    here.on(f"/entrez/eutils/esearch.fcgi?db=pubmed&retmode=json&term={term}&tool=evibrief", found_pmids(*pmids))


def test_what_is_missing_is_added_and_what_is_there_stays(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title=TITLE, volume=None, page="1-3", issued={"date-parts": [[2020]]})
    before = (folder / "references.json").read_text()
    asked_of(crossref(DOI, TITLE, volume="8"), here, "12345")
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI, PMCID="PMC222")))
    done = cite("--complete")
    assert (done.returncode, done.stderr) == (0, "")
    [one] = listed(folder)
    assert {**one, "volume": None, "issue": None, "PMID": None, "PMCID": None} == {
        **json.loads(before)[0], "volume": None, "issue": None, "PMID": None, "PMCID": None,
    }  # fmt: skip
    assert (one["volume"], one["issue"], one["PMID"], one["PMCID"]) == ("8", "2", "12345", "PMC222")
    assert (folder / "references.json").read_text().startswith(before[: before.rindex("\n }")])
    for line in (
        "example2020: added volume 8, issue 2, PMID 12345, PMCID PMC222",
        "example2020: the year is 2020 here, and 2021 at 127.0.0.1; yours was kept",
        "example2020: the first page is 1 here, and 115 at 127.0.0.1; yours was kept",
        f"{folder}/lookups: kept 3 answers",
        f"{folder}/references.json: completed 1; nothing that was there was changed",
    ):
        assert line in done.stdout.splitlines()
    here.replies.clear()
    assert "nothing is missing in 1 other" in cite("--complete").stdout


def test_a_pmid_gives_the_doi(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, note="PMID: 12345", title=TITLE)
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI)))
    assert cite("--complete", "example2020").returncode == 0
    assert (listed(folder)[0]["DOI"], "PMID" in listed(folder)[0]) == (DOI, False)
    assert here.paths == [f"{CTXP}12345"]


@pytest.mark.parametrize("pmids", [(), ("1", "2")])
def test_none_or_several_pmids_are_not_taken(here: Service, cite: Cite, folder: Path, pmids: tuple[str, ...]) -> None:
    with_reference(folder, DOI=DOI, title=TITLE)
    asked_of(crossref(DOI, TITLE, issue=None), here, *pmids)
    references = (folder / "references.json").read_bytes()
    done = cite("--complete")
    assert "example2020: not found: PMID" in done.stdout
    assert "references.json: not changed" in done.stdout
    assert (folder / "references.json").read_bytes() == references


def test_another_title_is_refused_with_both(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title="On red glass in summer")
    asked_of(crossref(DOI, TITLE), here)
    said = refused(cite, folder, "--complete")
    assert f"“{TITLE}” at 127.0.0.1, for DOI {DOI}; “On red glass in summer” here, in `example2020`" in said
    assert f"{folder}/references.json:2:2: error[lookup-title]" in said


def test_a_subtitle_is_no_other_title(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title=f"{TITLE}: a pilot study")
    asked_of(crossref_rest(DOI, TITLE), here)
    assert cite("--complete").returncode == 0
    assert listed(folder)[0]["title"] == f"{TITLE}: a pilot study"


def test_a_found_pmid_with_another_title_or_doi_is_refused(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title=TITLE)
    asked_of(crossref(DOI, TITLE), here, "12345")
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", "On red glass in summer", DOI)))
    assert "“On red glass in summer” at 127.0.0.1, for PMID 12345" in refused(cite, folder, "--complete")
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, "10.5555/other")))
    said = refused(cite, folder, "--complete")
    assert f"`example2020` has the DOI {DOI}, but 127.0.0.1 gives PMID 12345 the DOI 10.5555/other" in said


def test_a_number_that_nobody_knows_is_told_with_its_reference(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI)
    said = refused(cite, folder, "--complete")
    assert f"references.json:2:2: error[lookup]: `example2020`: DOI {DOI}: doi.org has no publication" in said


def test_a_number_of_another_reference_is_refused(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title=TITLE)
    [one] = listed(folder)
    other = {"id": "other2021", "type": "book", "title": "Glass", "PMID": "12345", "DOI": "10.5555/b"}
    whole = {"author": [{"family": "X"}], "issued": one["issued"], "publisher": "Y"}
    (folder / "references.json").write_text(json.dumps([one, other | whole]))
    asked_of(crossref(DOI, TITLE), here, "12345")
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI)))
    assert "`example2020` and `other2021` are one publication: PMID 12345" in refused(cite, folder, "--complete")


def test_only_some_are_completed_and_those_without_a_number_are_named(here: Service, cite: Cite, folder: Path) -> None:
    assert "without DOI, PMID or PMCID, so not looked up: example2020" in cite("--complete").stdout
    said = refused(cite, folder, "--complete", "exampel2020")
    assert "there is no such reference" in said
    assert "did you mean `example2020`?" in said
    assert here.asked == []


def test_a_report_is_completed_by_what_reports_have(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, type="report", DOI=DOI, title=TITLE, author=None, volume=None)
    here.on(f"/{DOI}", as_reply(datacite(DOI, TITLE)))
    assert "example2020: added author The Glass Group, publisher Figments" in cite("--complete").stdout
    assert here.paths == [f"/{DOI}"]


def test_a_chapter_with_the_number_of_its_book_takes_nothing(here: Service, cite: Cite, folder: Path) -> None:
    book = "A handbook of glass: second edition"
    part = {"type": "chapter", "container-title": "A handbook of glass"}
    with_reference(folder, DOI=DOI, title=TITLE, author=None, **part)
    here.on(f"/{DOI}", as_reply(crossref(DOI, book, type="book")))
    done = cite("--complete")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"example2020: DOI {DOI} is that of its book; nothing was taken" in done.stdout
    assert "author" not in listed(folder)[0]
    with_reference(folder, **{"container-title": "Another book"})
    assert "two titles for one publication" in refused(cite, folder, "--complete")


def test_a_dry_completion_and_one_offline(here: Service, cite: Cite, folder: Path) -> None:
    with_reference(folder, DOI=DOI, title=TITLE)
    asked_of(crossref(DOI, TITLE), here, "12345")
    here.on(f"{CTXP}12345", as_reply(pubmed("12345", TITLE, DOI)))
    before = state_of(folder)
    assert "added issue 2, PMID 12345" in cite("--complete", "--dry-run").stdout
    assert state_of(folder) == before
    cite("--complete")
    after = state_of(folder)
    (folder / "references.json").write_bytes(before["references.json"])
    here.replies.clear()
    assert cite("--complete", "--offline").returncode == 0
    assert state_of(folder) == after


def test_the_help_says_that_it_uses_the_network() -> None:
    told = run_here("cite", "--help").stdout
    assert "looked up over the network. It asks doi.org (and where it leads), api.ncbi.nlm.nih.gov, eutils.ncbi" in told
    assert "nothing about you" in told
