"""`evibrief news` against services on loopback: what is newer, what changed, which notices there are; and what is said
when a source finds nothing, thousands, too late, or answers otherwise than is known of it."""

import datetime
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.load import read_evidence
from evibrief.evidence.news import News
from evibrief.evidence.starter import new_brief_texts
from evibrief.evidence.waiting import what_waits
from evibrief.evidence.write_yaml import yaml_text
from evibrief.labels.languages import english
from evibrief.lookups.contract import Asks
from evibrief.lookups.kept import KeptAnswers
from evibrief.lookups.look import EachHostOnce, Looked, look, news_record
from evibrief.lookups.network import Network
from evibrief.problems import Problem
from evibrief.rating.diff import compare
from evibrief.rating.findings import derive
from evibrief.rating.sides import Side
from evibrief.sections.blocks import Bullets, Table
from evibrief.sections.news import news_blocks, news_sentences
from services import Reply
from services_of_news import CROSSREF, PUBMED, TRIALS, Sources, asked, sources_of_news

SEARCHED = datetime.date(2026, 3, 1)
TODAY = datetime.date(2026, 3, 20)
QUERY, NUMBER, OTHER = "blue glass AND sleep", "NCT99999991", "ISRCTN99999992"
SEARCHES = f"""  searches:
    - what: Blue glass and sleep
      where: PubMed
      date: {SEARCHED}
      found: One paper.
      query: {QUERY}
      trials: [{NUMBER}, {OTHER}]
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A brief whose one reference has a DOI and a PMID, and whose search has a query and numbers of trials."""
    folder = tmp_path_factory.mktemp("written") / "blue"
    for path, text in new_brief_texts("blue", SEARCHED, resources.starter_texts()).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"^methods:\n", f"methods:\n{SEARCHES}", brief.read_text(), flags=re.MULTILINE))
    (listed,) = json.loads((folder / "references.json").read_text())
    cited = {**listed, "DOI": "10.5555/glass.1", "PMID": "99000001"}
    (folder / "references.json").write_text(json.dumps([cited], indent=1))
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "blue")


@pytest.fixture
def sources() -> Iterator[Sources]:
    """Services that know the one reference, and one trial that is recruiting."""
    with sources_of_news() as running:
        running.publish("99000001", "An invented study of blue glass.", doi="10.5555/glass.1")
        running.register(NUMBER, "RECRUITING")
        running.works["10.5555/glass.1"] = []
        yield running


def brief_in(folder: Path) -> Brief:
    brief, _, problems = read_evidence(folder)
    assert brief, problems
    return brief


def network(sources: Sources, today: datetime.date = TODAY, longest: float = 20) -> Asks:
    return EachHostOnce(Network(today, sources.bases, longest, wait=lambda seconds: None))


def looked_at(folder: Path, asks: Asks, most: int = 500) -> Looked:
    return look(brief_in(folder), asks, most, is_repeated=isinstance(asks, KeptAnswers))


def save(folder: Path, looked: Looked) -> None:
    (folder / "news.yaml").write_text(yaml_text(news_record(looked.news)))


def titles(news: News) -> list[str]:
    return [one.title for one in news.publications]


def problem_of(looked: Looked) -> Problem:
    (problem,) = looked.problems
    return problem


# What is newer


def test_what_the_brief_has_not_is_a_candidate_and_nothing_else_is(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", "<i>Blue</i> glass &amp; sleep: a trial.", QUERY, doi="10.5555/glass.2")
    sources.publish("99000004", "Renamed", QUERY, doi="10.5555/GLASS.1")  # its DOI is known
    sources.found[QUERY] += ["99000001"]  # its PMID is known
    looked = looked_at(folder, network(sources))
    assert looked.problems == []
    (new,) = looked.news.publications
    assert (new.title, new.journal, new.published) == (
        "Blue glass & sleep: a trial", "Journal of invented things", "2026 Mar",
    )  # fmt: skip
    assert (new.pmid, new.doi, new.found_by, new.seen, new.decision) == (
        "99000002", "10.5555/glass.2", (QUERY,), TODAY, "open",
    )  # fmt: skip
    query = looked.news.queries[0]
    assert (query.query, query.answered, query.found) == (QUERY, TODAY, 3)


@pytest.mark.parametrize(
    ("fields", "doi", "new"),
    [
        ({}, "10.5555/article", 0),  # nothing but its title tells, and that is the same
        ({"DOI": "10.5555/preprint"}, "", 0),
        ({"DOI": "10.5555/preprint"}, "10.5555/article", 1),
        ({"PMID": "99000008"}, "10.5555/article", 1),
    ],
)
def test_a_title_tells_where_no_identifier_tells_otherwise(
    fields: dict[str, str], doi: str, new: int, folder: Path, sources: Sources
) -> None:
    listed = json.loads((folder / "references.json").read_text())
    preprint = {"id": "preprint2025", "type": "article", "title": "Blue glass, at <i>night</i>", **fields}
    (folder / "references.json").write_text(json.dumps([*listed, preprint]))
    sources.publish("99000002", "Blue Glass at Night.", QUERY, doi=doi)
    assert len(looked_at(folder, network(sources)).news.publications) == new


def test_newer_is_newer_than_the_search_and_then_than_the_last_look(folder: Path, sources: Sources) -> None:
    """A day early, because the days of PubMed are those of Washington."""
    save(folder, looked_at(folder, network(sources)))
    looked_at(folder, network(sources, datetime.date(2026, 4, 1)))
    asked = [one for one in sources.asked if QUERY.replace(" ", "+") in one]
    days = [re.findall(r'\("([0-9/]+)"\[crdt\]', one) for one in asked]
    assert days == [["2026/02/28"], ["2026/03/19"]]


def test_a_search_without_a_date_asks_for_everything(folder: Path, sources: Sources) -> None:
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace(f"      date: {SEARCHED}\n", "      date: unknown\n", 1))
    looked = looked_at(folder, network(sources))
    assert looked.news.queries[0].since == "unknown"
    assert not any("crdt" in one for one in sources.asked)


def test_what_names_a_trial_is_found_whenever_it_was_published(folder: Path, sources: Sources) -> None:
    sources.publish("99000005", "The trial of blue glass", NUMBER)
    sources.publish("99000006", "Reported elsewhere")
    sources.publish("99000098", "What the trial was planned on")
    sources.publish("99000007", "Of the other registry", OTHER)
    sources.register(NUMBER, "RECRUITING", pmids=["99000006"])
    looked = looked_at(folder, network(sources))
    found = {one.title: one.found_by for one in looked.news.publications}
    assert found == {
        "The trial of blue glass": (NUMBER,), "Reported elsewhere": (NUMBER,), "Of the other registry": (OTHER,),
    }  # fmt: skip
    assert f"not asked: the registry of {OTHER}, which this program cannot ask" in looked.told


def test_one_publication_found_twice_waits_once_and_says_by_what(folder: Path, sources: Sources) -> None:
    sources.publish("99000005", "The trial", QUERY)
    sources.found[NUMBER] = ["99000005"]
    first = looked_at(folder, network(sources))
    assert [one.found_by for one in first.news.publications] == [(QUERY, NUMBER)]
    save(folder, first)
    again = looked_at(folder, network(sources, datetime.date(2026, 5, 1)))
    assert again.news.publications == first.news.publications, "it waits since it was first seen"


def test_a_decision_stays_and_what_was_taken_over_goes(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", "Declined", QUERY)
    sources.publish("99000003", "Taken over", QUERY, doi="10.5555/taken")
    save(folder, looked_at(folder, network(sources)))
    file = folder / "news.yaml"
    decided = 'decision: "declined"\n  reason: "Not about sleep."\n  decided_by: "an author"\n  decided_on: 2026-03-20'
    file.write_text(file.read_text().replace('decision: "open"', decided, 1))
    listed = json.loads((folder / "references.json").read_text())
    new = {"id": "taken2026", "type": "article-journal", "title": "Taken", "DOI": "10.5555/taken"}
    (folder / "references.json").write_text(json.dumps([*listed, new]))
    assert not what_waits(brief_in(folder)), "it is in the references, and nobody has to look again for that"
    looked = looked_at(folder, network(sources))
    (one,) = looked.news.publications
    assert (one.title, one.decision, one.reason) == ("Declined", "declined", "Not about sleep.")


# Trials


def test_a_status_that_changed_and_results_that_came_are_told_once(folder: Path, sources: Sources) -> None:
    first = looked_at(folder, network(sources))
    assert (first.news.trials[0].status, first.news.trials[0].results, first.news.changes) == ("RECRUITING", None, ())
    save(folder, first)
    sources.register(NUMBER, "COMPLETED", results="2026-03-15")
    second = looked_at(folder, network(sources))
    assert [(one.what, one.was, one.now) for one in second.news.changes] == [
        ("status", "RECRUITING", "COMPLETED"), ("results", "none", "2026-03-15"),
    ]  # fmt: skip
    save(folder, second)
    assert looked_at(folder, network(sources)).news.changes == second.news.changes


@pytest.mark.parametrize(("day", "told"), [("2026-03-02", 1), ("2026-03-01", 1), ("2026-02-28", 0), ("2026-03", 1)])
def test_at_the_first_look_results_are_new_if_the_search_cannot_have_seen_them(
    day: str, told: int, folder: Path, sources: Sources
) -> None:
    sources.register(NUMBER, "COMPLETED", results=day)
    assert len(looked_at(folder, network(sources)).news.changes) == told


def test_a_number_that_the_registry_does_not_have_is_a_problem(folder: Path, sources: Sources) -> None:
    del sources.trials[NUMBER]
    looked = looked_at(folder, network(sources))
    assert problem_of(looked).message == f"ClinicalTrials.gov has no trial with the number {NUMBER}"
    assert problem_of(looked).hint.startswith("correct the number")
    assert looked.news.trials == ()


# Notices


def test_notices_of_both_sources_are_told_each_once(folder: Path, sources: Sources) -> None:
    sources.summaries["99000001"]["references"] = [
        {"refsource": "J Inv. 2026;1:2. doi: 10.5555/notice.1", "reftype": "Erratum in", "pmid": 99000009, "note": ""},
        {"refsource": "J Inv. 2026;1:3", "reftype": "Comment in", "pmid": "", "note": ""},
        {"refsource": "J Inv. 2020;1:1", "reftype": "Erratum for", "pmid": "", "note": ""},
    ]
    sources.works["10.5555/glass.1"] = [
        {"type": "correction", "DOI": "10.5555/NOTICE.1", "updated": {"date-parts": [[2026, 3, 2]]}},
        {"type": "expression_of_concern", "label": "Expression of concern", "DOI": "10.5555/notice.2", "updated": {}},
        {"type": "new_version", "DOI": "10.5555/glass.1v2"},
        {"type": "puzzling", "DOI": "10.5555/notice.3"},
    ]
    looked = looked_at(folder, network(sources))
    assert [(one.kind, one.source, one.called, one.where) for one in looked.news.notices] == [
        ("correction", "PubMed", "Erratum in", "J Inv. 2026;1:2. doi: 10.5555/notice.1, PMID 99000009"),
        ("concern", "Crossref", "Expression of concern", "doi:10.5555/notice.2"),
        ("other-notice", "Crossref", "puzzling", "doi:10.5555/notice.3"),
    ]
    assert [(one.source, one.references) for one in looked.news.checks] == [
        ("PubMed", ("example2020",)), ("Crossref", ("example2020",)),
    ]  # fmt: skip
    save(folder, looked)
    assert looked_at(folder, network(sources)).news.notices == looked.news.notices


def test_a_publication_that_pubmed_only_marks_as_retracted_is_told(folder: Path, sources: Sources) -> None:
    sources.summaries["99000001"]["pubtype"] = ["Journal Article", "Retracted Publication"]
    (notice,) = looked_at(folder, network(sources)).news.notices
    assert (notice.kind, notice.where) == ("retraction", "unknown")


def test_what_the_appraisal_tells_is_no_news(folder: Path, sources: Sources) -> None:
    update = {"type": "retraction", "DOI": "10.5555/notice.1", "updated": {"date-parts": [[2026, 2, 2]]}}
    sources.works["10.5555/glass.1"] = [update]
    looked = looked_at(folder, network(sources))
    save(folder, looked)
    assert len(what_waits(brief_in(folder)).notices) == 1
    studies = folder / "studies.yaml"
    studies.write_text(studies.read_text() + "  integrity: {state: retracted, checked: 2026-02-28}\n")
    assert not what_waits(brief_in(folder))
    studies.write_text(studies.read_text().replace("checked: 2026-02-28}", "checked: 2026-02-01}"))
    assert what_waits(brief_in(folder)), "it is dated after the day on which somebody looked"
    told = "kind: retraction, date: 2026-02-02, record: '1', matched_by: doi"
    report = f"checked: 2026-02-28\nsource: list.csv\nsha256: '{'0' * 64}'\nrows: 1\nresults:\n"
    result = f"- reference: example2020\n  state: retracted\n  notices: [{{{told}}}]\n"
    (folder / "retractions.yaml").write_text(report + result)
    assert not what_waits(brief_in(folder)), "the list of retractions told it"
    (folder / "news.yaml").unlink()
    assert looked_at(folder, network(sources)).news.notices == ()


def test_a_source_that_does_not_know_a_publication_is_not_said_to_have_been_asked(
    folder: Path, sources: Sources
) -> None:
    sources.works.clear()
    sources.summaries.clear()
    looked = looked_at(folder, network(sources))
    assert looked.problems == []
    assert [one.references for one in looked.news.checks] == [()]
    assert "Crossref, notices: asked about 0 of 1 reference" in looked.told


# None, thousands, too late, otherwise


def test_nothing_new_is_said_of_each_question(folder: Path, sources: Sources) -> None:
    looked = looked_at(folder, network(sources))
    assert looked.told == [
        f"PubMed, {QUERY}: 0 publications since 2026-02-28, 0 new",
        f"PubMed, {NUMBER}: 0 publications, 0 new",
        f"PubMed, {OTHER}: 0 publications, 0 new",
        f"ClinicalTrials.gov, {NUMBER}: RECRUITING, no results; 0 new publications",
        f"not asked: the registry of {OTHER}, which this program cannot ask",
        "PubMed, notices: asked about 1 of 1 reference",
        "Crossref, notices: asked about 1 of 1 reference",
    ]
    assert not what_waits(brief_in(folder).model_copy(update={"news": looked.news}))


def test_all_pages_are_asked_for(folder: Path, sources: Sources) -> None:
    for number in range(450):
        sources.publish(str(98000000 + number), f"Publication {number}", QUERY)
    looked = looked_at(folder, network(sources))
    assert looked.problems == []
    assert titles(looked.news) == [f"Publication {number}" for number in range(450)]
    starts = [int(start) for one in sources.asked if QUERY.replace(" ", "+") in one
              for start in re.findall(r"retstart=([0-9]+)", one)]  # fmt: skip
    assert starts == [0, 200, 400]


def test_too_many_are_refused_and_not_cut(folder: Path, sources: Sources) -> None:
    for number in range(21):
        sources.publish(str(98000000 + number), f"Publication {number}", QUERY)
    looked = looked_at(folder, network(sources), most=20)
    assert problem_of(looked).message == f"PubMed has 21 publications for `{QUERY}`, and at most 20 are taken"
    assert "`--most`" in problem_of(looked).hint
    assert titles(looked.news) == []
    assert [one.query for one in looked.news.queries] == [NUMBER, OTHER], "the refused query was not answered"
    assert len(looked_at(folder, network(sources), most=21).news.publications) == 21


def test_a_page_that_ends_too_soon_is_not_taken_for_the_end(folder: Path, sources: Sources) -> None:
    told = {"esearchresult": {"count": "3", "idlist": []}}
    sources.broken[QUERY.replace(" ", "+")] = [Reply(json.dumps(told).encode())]
    looked = looked_at(folder, network(sources))
    assert "it tells of 3 publications, and names 0" in problem_of(looked).message


def test_words_that_pubmed_left_out_of_a_query_are_told(folder: Path, sources: Sources) -> None:
    sources.left_out = ["gals"]
    looked = looked_at(folder, network(sources))
    assert looked.news.queries[0].left_out == ("gals",)
    assert looked.news.queries[1].left_out == (), "nothing that names a trial is the usual answer"
    assert "PubMed does not know “gals”, and did not search for it" in looked.told
    save(folder, looked)
    (first, *_), _, _ = printed(brief_in(folder))
    assert first[2].endswith("; PubMed does not know these words of the query: gals")


def test_a_source_that_is_too_late_is_asked_once_and_the_others_are_asked(folder: Path, sources: Sources) -> None:
    first = looked_at(folder, network(sources))
    save(folder, first)
    sources.asked.clear()
    sources.broken["/entrez/"] = [Reply(silent=30)]
    sources.register(NUMBER, "COMPLETED")
    looked = looked_at(folder, network(sources, datetime.date(2026, 4, 1), longest=0.3))
    assert [one.message for one in sorted(looked.problems)] == [
        "it gave no answer before, and was not asked for the rest",
        "127.0.0.1 gave no whole answer within 0.3 seconds",
    ]  # fmt: skip
    assert sum("/entrez/" in one for one in sources.asked) == 1
    assert looked.news.queries == first.news.queries, "the last look of PubMed is the first one"
    assert looked.news.checks[0] == first.news.checks[0]
    assert looked.news.trials[0].answered == datetime.date(2026, 4, 1)
    assert [one.now for one in looked.news.changes] == ["COMPLETED"]
    assert all(one.hint.startswith("what this was to tell stays as it was") for one in looked.problems)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_source_is_asked_again(status: int, folder: Path, sources: Sources) -> None:
    usual = Reply(json.dumps({"esearchresult": {"count": "0", "idlist": []}}).encode())
    sources.broken[QUERY.replace(" ", "+")] = [Reply(status=status, headers={"Retry-After": "1"}), usual]
    looked = looked_at(folder, network(sources))
    assert looked.problems == []
    assert looked.news.queries[0].answered == TODAY


CHANGED = {
    "no count": ("esearch", {"esearchresult": {"idlist": []}}, "`esearchresult.count` is missing"),
    "a list": ("esearch", [], "`the answer` is not a record"),
    "another name": ("esearch", {"result": {}}, "`esearchresult` is missing"),
    "no number": ("esearch", {"esearchresult": {"count": "many"}}, "`esearchresult.count` is not a number"),
    "an error": ("esearch", {"esearchresult": {"ERROR": "Invalid db"}}, "PubMed refuses this: Invalid db"),
    "no list": ("esearch", {"esearchresult": {"count": "1", "idlist": {}}}, "`esearchresult.idlist` is not a list"),
    "no summary": ("esummary", {"result": {"uids": []}}, "`result.99000001` is missing"),
    "no status": ("api/v2", {"protocolSection": {"identificationModule": {"nctId": NUMBER}, "statusModule": {}},
                             "hasResults": False}, "`protocolSection.statusModule.overallStatus` is missing"),
    "no results": ("api/v2", {"protocolSection": {"identificationModule": {"nctId": NUMBER},
                              "statusModule": {"overallStatus": "X"}}}, "`hasResults` is missing"),
    "no items": ("works", {"message": {}}, "`message.items` is missing"),
    "no type": ("works", {"message": {"items": [{"DOI": "10.5555/glass.1", "updated-by": [{}]}]}},
                "`message.items[0].updated-by[0].type` is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_another_format_is_never_taken_for_nothing_new(name: str, folder: Path, sources: Sources) -> None:
    part, told, message = CHANGED[name]
    first = looked_at(folder, network(sources))
    save(folder, first)
    sources.broken[part] = [Reply(json.dumps(told).encode())]
    looked = looked_at(folder, network(sources, datetime.date(2026, 4, 1)))
    assert looked.problems
    assert all(message in one.message for one in looked.problems)
    assert [one for one in looked.told if _is_of(part, one)] == []
    places = {"esearch": ("queries", 0), "api/v2": ("trials", 0), "esummary": ("checks", 0), "works": ("checks", 1)}
    kept, index = places[part]
    assert getattr(first.news, kept)[index] in getattr(looked.news, kept)


def _is_of(part: str, told: str) -> bool:
    of = {"esearch": "PubMed, [^n]", "esummary": "PubMed, n", "api/v2": "Clinical", "works": "Crossref"}[part]
    return re.match(of, told) is not None


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"<html>Sorry</html>", "answered with a page"), (b'{"a', "is not JSON"), (b"", "is not JSON")],
)
def test_what_is_no_data_is_a_problem(body: bytes, message: str, folder: Path, sources: Sources) -> None:
    sources.broken["works"] = [Reply(body)]
    assert message in problem_of(looked_at(folder, network(sources))).message


def test_strangers_texts_are_one_plain_line_that_the_page_can_print(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", "TODO \x1b[2J\u202e glass\n睡 " + "x" * 3000, QUERY)
    sources.publish("99000003", "", QUERY, pubdate="")
    looked = looked_at(folder, network(sources))
    save(folder, looked)
    first, second = brief_in(folder).news.publications  # type: ignore[union-attr]
    assert first.title.startswith("“TODO [2J? glass ? xxx")
    assert len(first.title) < 1100
    assert re.search(r"[\x00-\x1f\u202e睡]", first.title) is None
    assert (second.title, second.published) == ("unknown", "unknown")


# The command


def command(folder: Path, sources: Sources, *words: str) -> subprocess.CompletedProcess[str]:
    return asked(sources, "news", str(folder), *words)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_says_whom_it_asks_keeps_the_answers_and_repeats_them(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", "Blue glass again", QUERY)
    done = command(folder, sources)
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert all(host.partition("//")[2] in first for host in (PUBMED, TRIALS, CROSSREF))
    assert "  Blue glass again (Journal of invented things, 2026 Mar; PMID 99000002)" in rest
    assert f"`evibrief cite 99000002 --into {folder}`" in done.stdout
    assert f"`evibrief news {folder} --stubs`" in done.stdout
    today = datetime.date.today().isoformat()
    kept = [name for name in files_of(folder) if name.startswith(f"lookups/{today}/")]
    assert len(kept) == len(set(sources.asked)) == len(sources.asked)
    before = files_of(folder)
    sources.asked.clear()
    again = command(folder, sources, "--offline")
    assert (again.returncode, again.stderr, sources.asked) == (0, "", [])
    assert again.stdout.startswith("asked: nobody")
    assert files_of(folder) == before


def test_without_kept_answers_nothing_is_repeated_and_nothing_written(folder: Path, sources: Sources) -> None:
    before = files_of(folder)
    done = command(folder, sources, "--offline")
    assert done.returncode == 1
    assert "blue/news.yaml: error[news]: there is no look for news to repeat" in done.stderr
    assert "https://" not in done.stderr
    assert done.stderr.endswith("nothing was written\n")
    assert (files_of(folder), sources.asked) == (before, [])


def test_a_brief_without_questions_is_told_so_and_nothing_is_asked(folder: Path, sources: Sources) -> None:
    brief, references = folder / "brief.yaml", folder / "references.json"
    brief.write_text(brief.read_text().replace(f"      query: {QUERY}\n      trials: [{NUMBER}, {OTHER}]\n", ""))
    done = command(folder, sources)
    assert "no search was repeated" in done.stdout
    assert (done.returncode, len(sources.asked)) == (0, 2), "what it cites is asked about"
    (listed,) = json.loads(references.read_text())
    references.write_text(json.dumps([{name: value for name, value in listed.items() if name not in ("DOI", "PMID")}]))
    before = files_of(folder)
    done = command(folder, sources)
    assert (done.returncode, len(sources.asked), files_of(folder)) == (1, 2, before)
    assert "brief.yaml: error[news]: there is nothing to ask" in done.stderr


def test_the_keys_of_the_file_need_no_quotes(folder: Path, sources: Sources) -> None:
    """`on` is a truth value in YAML 1.1, and is written as `'on'`."""
    assert command(folder, sources).returncode == 0
    assert "'" not in (folder / "news.yaml").read_text().partition("queries:")[2]


def test_nothing_is_written_if_nobody_answers(folder: Path, sources: Sources) -> None:
    sources.broken["/"] = [Reply(status=500)]
    before = files_of(folder)
    done = command(folder, sources)
    assert (done.returncode, files_of(folder)) == (1, before)
    assert "127.0.0.1 answered with status 500" in done.stderr
    assert done.stderr.endswith("nothing was written\n")


def test_a_part_that_was_answered_is_written_and_the_rest_is_said(folder: Path, sources: Sources) -> None:
    sources.broken["works"] = [Reply(b"{}")]
    done = command(folder, sources)
    assert done.returncode == 1
    assert "`message` is missing" in done.stderr
    assert done.stderr.endswith("evibrief: 1 error; the rest was written\n")
    assert [one.source for one in brief_in(folder).news.checks] == ["PubMed"]  # type: ignore[union-attr]
    assert not any("crossref" in name for name in files_of(folder)), "an answer that was not understood is not kept"


@pytest.mark.parametrize("most", ["0", "10000", "-1", "many"])
def test_a_limit_is_a_number_that_pubmed_can_give(most: str, folder: Path, sources: Sources) -> None:
    done = command(folder, sources, "--most", most)
    assert (done.returncode, sources.asked) == (2, [])
    assert "write a whole number from 1 to 9999" in done.stderr or "expected one argument" in done.stderr


def test_a_brief_with_an_error_is_not_asked_about(folder: Path, sources: Sources) -> None:
    (folder / "news.yaml").write_text("publications: [")
    done = command(folder, sources)
    assert (done.returncode, sources.asked) == (1, [])
    assert "news.yaml:2:1: error[yaml]" in done.stderr


# What is printed


def printed(brief: Brief) -> tuple[list[list[str]], list[str], list[str]]:
    """The rows of the table, the list of what waits, and the sentences of page 1."""
    blocks = list(news_blocks(brief, derive(brief)))
    rows = [[cell.lines[0].text for cell in row.cells] for one in blocks if isinstance(one, Table)
            for record in one.records for row in record.rows]  # fmt: skip
    entries = [lines[0].text for one in blocks if isinstance(one, Bullets) for lines in one.entries]
    return rows, entries, list(news_sentences(brief, english()))


def test_a_brief_that_nobody_looked_for_says_so(folder: Path) -> None:
    rows, entries, page_one = printed(brief_in(folder))
    assert (rows, entries) == ([], [])
    assert page_one == ["Nobody has repeated its searches to see what is newer."]
    told = list(news_blocks(brief_in(folder), derive(brief_in(folder))))
    assert "not looked for" in str(told)


def test_a_brief_without_queries_says_nothing(folder: Path) -> None:
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace(f"      query: {QUERY}\n      trials: [{NUMBER}, {OTHER}]\n", ""))
    assert printed(brief_in(folder)) == ([], [], [])


def test_the_last_look_and_what_waits_are_printed_without_ids(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", "Blue glass again", QUERY, doi="10.5555/glass.2")
    sources.works["10.5555/glass.1"] = [{"type": "retraction", "label": "Retraction", "DOI": "10.5555/notice.1"}]
    sources.register(NUMBER, "RECRUITING")
    save(folder, looked_at(folder, network(sources)))
    sources.register(NUMBER, "ACTIVE_NOT_RECRUITING", results="2026-03-15")
    save(folder, looked_at(folder, network(sources)))
    rows, entries, page_one = printed(brief_in(folder))
    assert rows == [
        [f"PubMed: {QUERY}", "20\xa0March\xa02026", "1\xa0publication added since 19\xa0March\xa02026"],
        [f"PubMed: publications that name {NUMBER}", "20\xa0March\xa02026", "no publication"],
        [f"ClinicalTrials.gov: {NUMBER}", "20\xa0March\xa02026",
         "active not recruiting; results posted: 15\xa0March\xa02026"],
        [f"PubMed: publications that name {OTHER}", "20\xa0March\xa02026", "no publication"],
        [f"ISRCTN: {OTHER}", "not asked", "this registry was not asked"],
        ["PubMed: notices on what is cited", "20\xa0March\xa02026", "it knows 1\xa0reference of this brief"],
        ["Crossref: notices on what is cited", "20\xa0March\xa02026", "it knows 1\xa0reference of this brief"],
    ]  # fmt: skip
    assert entries == [
        "Retraction: Example 2020. Crossref has “Retraction”: doi:10.5555/notice.1",
        f"Trial {NUMBER}: recruiting, now active not recruiting",
        f"Trial {NUMBER}: results were posted (15\xa0March\xa02026)",
        "Blue glass again. Journal of invented things; 2026 Mar; doi:10.5555/glass.2; PMID 99000002",
    ]
    assert page_one == [
        "When its searches were last repeated, on 20\xa0March\xa02026, they found 1\xa0publication, "
        "2\xa0changes of trials and 1\xa0notice on what is cited: not decided yet."
    ]


def test_a_question_that_was_never_answered_is_said(folder: Path, sources: Sources) -> None:
    sources.broken["api/v2"] = [Reply(status=500)]
    save(folder, looked_at(folder, network(sources)))
    rows, _, page_one = printed(brief_in(folder))
    assert [f"ClinicalTrials.gov: {NUMBER}", "not looked", ""] in rows
    assert page_one == ["Not all of its searches were repeated."]


def test_many_publications_are_counted_not_listed(folder: Path, sources: Sources) -> None:
    for number in range(60):
        sources.publish(str(98000000 + number), f"Publication {number}", QUERY)
    save(folder, looked_at(folder, network(sources)))
    _, entries, _ = printed(brief_in(folder))
    assert (len(entries), entries[-1]) == (51, "and 10\xa0publications more")


def test_stubs_can_be_taken_over_as_they_are_printed(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", "Blue glass again", QUERY, doi="10.5555/glass.2")
    save(folder, looked_at(folder, network(sources)))
    sources.asked.clear()
    done = command(folder, sources, "--stubs")
    assert (done.returncode, done.stderr, sources.asked) == (0, "", [])
    references, studies = done.stdout.removeprefix("references.json:\n").split("studies.yaml:\n")
    listed = json.loads((folder / "references.json").read_text())
    (folder / "references.json").write_text(json.dumps([*listed, *json.loads(references)]))
    (folder / "studies.yaml").write_text((folder / "studies.yaml").read_text() + studies)
    assert "- reference: pmid99000002\n" in studies
    _, _, problems = read_evidence(folder)
    assert {(one.rule, one.unfinished) for one in problems} == {("to-be-filled-in", True)}, "what nobody knows is open"


# What it does not change


def test_news_are_no_evidence_and_leave_no_trace_where_nobody_looked(folder: Path, sources: Sources) -> None:
    """Archived versions keep their hashes, and a look is not a change of the evidence."""
    assert content_hash({"brief": {}, "news": None}, {}) == content_hash({"brief": {}}, {})
    assert content_hash({"brief": {}, "news": {}}, {}) != content_hash({"brief": {}}, {})
    assert evidence_hash({"brief": {}, "news": {"queries": []}}) == evidence_hash({"brief": {}, "news": None})
    sources.publish("99000002", "Blue glass again", QUERY)
    before = brief_in(folder)
    save(folder, looked_at(folder, network(sources)))
    after = brief_in(folder)
    assert what_waits(after)
    assert compare(Side(before, derive(before)), Side(after, derive(after))) == ()


def test_rules_on_wording_do_not_read_the_titles_of_others(folder: Path, sources: Sources) -> None:
    sources.publish("99000002", 'A validated “quotation of four words” in 900 patients {x.y} [@nobody2020]', QUERY)
    save(folder, looked_at(folder, network(sources, SEARCHED)))
    assert [str(one) for one in load(folder, SEARCHED).warnings] == []
