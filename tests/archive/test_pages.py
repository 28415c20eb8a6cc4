"""The pages of an archive: what a reader finds there, and that a comparison is made once and kept."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from archives import archive_of
from command import run_here as evibrief
from evibrief import resources
from evibrief.archive.between import Between, SignedReason, between
from evibrief.archive.finish import write_index
from evibrief.archive.integrity import findings
from evibrief.archive.opened import side_of
from evibrief.archive.since import write_since
from evibrief.archive.versions import MOST_BEFORE, pairs, path_of, versions
from evibrief.archive.withdraw import withdraw_version
from evibrief.evidence.brief import Brief
from evibrief.formats.html.render import render_text
from evibrief.formats.registry import pages_of
from evibrief.labels.languages import english
from evibrief.rating.diff import compare
from evibrief.rating.sides import Side
from evibrief.resources import template_texts
from shared import SECOND, Shared, hashes
from test_diff import EDITS, edited

ROOT = Path(__file__).parents[2]
FIRST = "2026-03-01_v1.2.0"
REASON = "The trial was <b>retracted</b>."


def later(folder: Path, kinds: tuple[str, ...], version: str, day: str) -> Path:
    """A later version of the second brief, with the edits of these kinds."""
    numbers = [("brief.yaml", "version: 1.2.0\ndate: 2026-03-01", f"version: {version}\ndate: {day}"),
               ("changes.yaml", "1.2.0", version)]  # fmt: skip
    return edited(folder, [*(edit for kind in kinds for edit in EDITS[kind][2]), *numbers])


@pytest.fixture(scope="module")
def kept(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with three versions, the first of them withdrawn; not to be changed."""
    place = tmp_path_factory.mktemp("pages")
    archive = Path(shutil.copytree(shared.archive(), place / "archive"))
    for version, day, kinds in (("2.0.0", "2026-04-01", ("bottom line",)),
                                ("2.1.0", "2026-05-01", ("bottom line", "evidence changed"))):  # fmt: skip
        folder = later(place / version / "blue-glass", kinds, version, day)
        write_since(folder, archive)
        shared.archive_version(folder, archive, date(2026, 6, 1))
    withdraw_version(archive, "blue-glass", "1.2.0", REASON, date(2026, 6, 2))
    return archive


@pytest.fixture
def archive(kept: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(kept, tmp_path / "archive"))


class Links(HTMLParser):
    """Where the links of a page lead, its ids, and whether it has a script."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.scripts = 0
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.targets += [str(values["href"])] if "href" in values else []
        self.ids |= {str(values["id"])} if "id" in values else set()
        self.scripts += tag == "script"


def pages(archive: Path) -> list[Path]:
    found = [archive / "index.html", *sorted((archive / "blue-glass").glob("v*.html"))]
    assert len(found) == 1 + 3 + 3
    return found


def words_of(path: Path) -> str:
    """What a page says, without its style sheet."""
    text = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).replace("\u00a0", " ").split())


def test_every_link_of_every_page_leads_to_a_file_and_nothing_runs(kept: Path) -> None:
    seen = 0
    for page in pages(kept):
        links = Links(page)
        assert links.scripts == 0
        for target in links.targets:
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve()
            assert path.is_file(), (page.name, target)
            assert not anchor or anchor in Links(path).ids, (page.name, target)
            seen += 1
    assert seen > 40


def cards(archive: Path) -> Iterator[tuple[str, str]]:
    """The card of each version on the first page: its HTML and its words."""
    for card in re.findall("<article.*?</article>", (archive / "index.html").read_text(), re.DOTALL):
        yield card, " ".join(unescape(re.sub(r"<[^>]*>", " ", card)).replace("\u00a0", " ").split())


def test_a_card_says_what_became_of_a_version_in_words_and_what_it_has(kept: Path) -> None:
    (newest, said), (_, before), (_, first) = cards(kept)
    assert said.startswith("Version 2.1.0 current 1 May 2026")
    assert before.startswith("Version 2.0.0 superseded 1 April 2026")
    assert first.startswith("Version 1.2.0 withdrawn 1 March 2026 This version was withdrawn on 2 June 2026.")
    assert f"Reason: {REASON}" in first
    assert 'href="blue-glass/v2.1.0.html#changes">What changed since version 2.0.0<' in newest
    assert "What changed since" not in first
    kinds = re.findall(r"<b>(\w[\w ]*)</b>", newest)
    assert kinds == ["PDF", "Word", "PDF", "Word", "Web page"]
    for number, (name, size) in enumerate(
        (path.name, path.stat().st_size) for path in sorted((kept / "blue-glass" / "2026-05-01_v2.1.0").glob("*.pdf"))
    ):
        data = (kept / "blue-glass" / "2026-05-01_v2.1.0" / name).read_bytes()
        pages = pages_of(name, data)
        assert pages
        assert f"{pages} pages, {round(size / 1000)} kB" in said, number


def test_pages_are_counted_in_a_pdf_alone() -> None:
    assert pages_of("a.pdf", b"%PDF-1.7 broken") is None
    assert pages_of("a.docx", b"PK") is None


def test_a_name_or_reason_adds_no_markup(kept: Path) -> None:
    for page in pages(kept):
        assert "<b>retracted" not in page.read_text()


@pytest.mark.parametrize("name", ["index.html", "blue-glass/v2.1.0.html", "blue-glass/v1.2.0_v2.1.0.html"])
def test_a_page_fits_a_phone_and_the_dark(name: str, kept: Path) -> None:
    """That it looks right is seen in a browser: `make conformance` asks axe at the width of a phone, too."""
    text = (kept / name).read_text()
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert "prefers-color-scheme: dark" in text
    assert "<table" not in text


# What changed between two versions.


def test_each_two_versions_are_compared_as_diff_compares_them(kept: Path) -> None:
    found = list(pairs(versions(kept)))
    assert len(found) == 3
    for older, newer in found:
        told = json.loads((kept / f"{path_of(older, newer)}.json").read_text())
        sides = [side_of(kept / one.folder / "evidence") for one in (older, newer)]
        changes = compare(*sides)
        assert changes
        assert [one["record"] for one in told["changes"]] == [change.record.partition(", ")[0] for change in changes]


def test_a_comparison_says_what_a_conclusion_was_and_is(kept: Path) -> None:
    said = words_of(kept / "blue-glass" / "v1.2.0_v2.1.0.html")
    assert "What changed from version 1.2.0 to version 2.1.0" in said
    assert "Version 1.2.0 was withdrawn on 2 June 2026." in said
    assert "1 conclusion moved" in said
    assert "Before One invented trial in hay fever found less sneezing." in said
    assert "and nothing follows. Now One invented trial" in said
    assert "and little follows." in said
    assert "No conclusion changed." in words_of(kept / "blue-glass" / "v2.0.0_v2.1.0.html")


SIGNED = """- version: {version}
  date: 2026-04-01
  text: Read again.
  reasons:
    - {{record: s2, reason: "For {{muster2019.n}} people, {version} [@muster2019].", by: Vera Example}}
"""


def test_a_moved_tier_has_its_signed_reason_and_who_signed(tmp_path: Path) -> None:
    """Of each version between the two; that of the older one is of an earlier move."""
    folder = edited(tmp_path / "blue-glass", EDITS["tier"][2])
    notes = folder / "changes.yaml"
    notes.write_text("".join(SIGNED.format(version=one) for one in ("1.2.0", "1.1.0", "1.0.0")))
    old, new = side_of(SECOND), side_of(folder)
    old = replace(old, brief=with_version(old, "1.0.0"))
    told = between(old, new)
    (moved,) = told.conclusions
    assert moved.signed == tuple(
        SignedReason(f"For 24 people, {one}.", "Vera Example", one) for one in ("1.2.0", "1.1.0")
    )
    assert "".join(one.reason for one in between(new, old).conclusions) == ""
    said = " ".join(unescape(re.sub(r"<[^>]*>", " ", card_of(told))).replace("\u00a0", " ").split())
    assert "Why: For 24 people, 1.2.0. Signed with version 1.2.0 by Vera Example" in said


def with_version(side: Side, version: str) -> Brief:
    record = side.brief.brief
    return side.brief.model_copy(update={"brief": record.model_copy(update={"version": version})})


def card_of(told: Between) -> str:
    """The card of the first moved conclusion."""
    words = english()
    text = '{% from "archive-parts.jinja" import conclusion with context %}{{ conclusion(told.conclusions[0], told) }}'
    templates = {**template_texts(), "card.jinja": text}
    return render_text("card.jinja", templates, told=told, words=words.archive, labels=words)


def test_a_chain_that_moved_is_told_in_the_word_of_its_instrument(tmp_path: Path) -> None:
    old, new = side_of(SECOND), side_of(edited(tmp_path / "new", EDITS["support"][2]))
    kinds = {one.kind for one in between(old, new).conclusions}
    assert "Support" in kinds
    assert "Certainty" not in kinds


def test_a_first_version_is_called_that_and_a_later_one_without_a_note_is_not(shared: Shared, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    for version, day, kinds in (("1.3.0", "2026-04-01", ()), ("2.0.0", "2026-05-01", ("bottom line",))):
        folder = later(tmp_path / version / "blue-glass", kinds, version, day)
        (folder / "changes.yaml").unlink()
        write_since(folder, archive)
        shared.archive_version(folder, archive, date(2026, 6, 1))
    first, missing = "This is the first version.", "What changed was not recorded."
    for name in ("index.html", "feed.atom"):
        said = words_of(archive / name)
        assert (said.count(first), said.count(missing)) == (1, 1), name
    for name, said in (("v1.3.0", first), ("v2.0.0", missing)):
        text = words_of(archive / "blue-glass" / f"{name}.html")
        assert (first in text, missing in text) == (said == first, said == missing), name


def test_either_version_of_a_comparison_can_be_chosen_anew(kept: Path) -> None:
    text = (kept / "blue-glass" / "v1.2.0_v2.0.0.html").read_text()
    earlier, later = re.findall(r'<ul class="choices">(.*?)</ul>', text, re.DOTALL)
    assert re.findall(r'aria-current="true">([\d.]+)', earlier + later) == ["1.2.0", "2.0.0"]
    assert "href" not in earlier
    assert re.findall(r'href="../(.*?)"', later) == ["blue-glass/v1.2.0_v2.1.0.html"]


def test_a_comparison_is_made_once_and_again_only_if_it_was_altered(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(archive)
    made: list[tuple[str, str]] = []

    def watched(old: Side, new: Side) -> Between:
        made.append((old.brief.brief.version, new.brief.brief.version))
        return between(old, new)

    monkeypatch.setattr("evibrief.archive.comparisons.between", watched)
    write_index(archive)
    assert (made, hashes(archive)) == ([], before)
    data = archive / "blue-glass" / "v1.2.0_v2.1.0.json"
    data.write_text(data.read_text().replace("little follows", "much follows"))
    assert [one.text for one in findings(archive)] == [
        "blue-glass/v1.2.0_v2.1.0.json: not the page that was written with the index"
    ]  # fmt: skip
    (archive / "blue-glass" / "v2.0.0_v2.1.0.json").write_text("[" * 10_000)
    write_index(archive)
    assert sorted(made) == [("1.2.0", "2.1.0"), ("2.0.0", "2.1.0")]
    assert (hashes(archive), findings(archive)) == (before, [])


def test_data_that_the_index_lists_and_that_is_no_comparison_is_made_anew(archive: Path) -> None:
    """As of a later version of the program, which tells more or less."""
    before = hashes(archive)
    name, index = "blue-glass/v1.2.0_v2.1.0.json", archive / "index.json"
    old = before[name]
    (archive / name).write_text('{"older": "1.2.0"}\n')
    index.write_text(index.read_text().replace(old, hashes(archive)[name]))
    write_index(archive)
    assert hashes(archive) == before


def test_an_altered_page_is_found_and_ascribed_to_the_later_version(archive: Path) -> None:
    page = archive / "blue-glass" / "v1.2.0_v2.0.0.html"
    page.write_text(page.read_text() + " ")
    (found,) = findings(archive)
    assert (found.about, found.unfinished) == (("blue-glass", "2.0.0"), False)
    assert evibrief("verify", archive).returncode == 4


def test_evidence_that_cannot_be_read_is_not_compared_and_stops_nothing(archive: Path) -> None:
    """As of a version that a later program cannot read; an altered one is reported by `verify` as always."""
    for path in (archive / "blue-glass").glob("v1.2.0_*"):
        path.unlink()
    index = archive / "index.json"
    record = json.loads(index.read_text())
    record["pages"] = {name: digest for name, digest in record["pages"].items() if "/v1.2.0_" not in name}
    index.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    evidence = archive / "blue-glass" / FIRST / "evidence" / "brief.yaml"
    evidence.chmod(0o644)
    evidence.write_bytes(evidence.read_bytes() + b" ")
    write_index(archive)
    assert list((archive / "blue-glass").glob("v1.2.0_*")) == []
    assert (archive / "blue-glass" / "v2.0.0_v2.1.0.html").is_file()
    assert "v1.2.0_" not in (archive / "blue-glass" / "v2.0.0.html").read_text()
    assert [one.text for one in findings(archive)] == []
    assert evibrief("verify", archive).returncode == 4


def test_a_strange_comparison_is_found(archive: Path) -> None:
    shutil.copy(archive / "blue-glass" / "v1.2.0_v2.0.0.html", archive / "blue-glass" / "v0.1.0_v2.0.0.html")
    (found,) = findings(archive)
    assert found.text == "blue-glass/v0.1.0_v2.0.0.html: evibrief did not write this file"


# The core, and what was archived before there was one.


def test_the_core_is_archived_beside_the_whole_and_is_never_the_latest(kept: Path) -> None:
    (one,) = (one for one in versions(kept) if one.state == "current")
    cores = {name for name in one.files if "_core." in name}
    assert {Path(name).suffix for name in cores} == {".pdf", ".docx"}
    latest = (kept / "blue-glass" / "latest.pdf").read_bytes()
    assert latest == (kept / one.folder / "blue-glass_2026-05-01_v2.1.0.pdf").read_bytes()
    core = next(kept / one.folder / name for name in cores if name.endswith(".pdf"))
    assert (pages_of("core.pdf", core.read_bytes()) or 99) < (pages_of("latest.pdf", latest) or 0)


def test_a_core_is_verified_as_the_whole_is(kept: Path) -> None:
    (core,) = (kept / "blue-glass" / FIRST).glob("*_core.pdf")
    run = evibrief("verify", core, "--archive", kept)
    assert run.returncode == 7, run.stdout + run.stderr
    assert "identical" in run.stdout
    assert "The archive has exactly this file" in run.stdout


def test_what_was_archived_before_is_listed_and_compared_and_stays_as_it_was(tmp_path: Path) -> None:
    """The archive of the repository: its first versions without cores, and at first without comparisons."""
    archive = Path(shutil.copytree(ROOT / "archive", tmp_path / "archive"))
    before = {name: digest for name, digest in hashes(archive).items() if "_v0." in name}
    write_index(archive)
    assert before
    assert {name: hashes(archive)[name] for name in before} == before
    assert evibrief("verify", archive).returncode == 0
    said = words_of(archive / "index.html")
    assert "34 pages, 358 kB" in said
    assert "91 pages, 1.4 MB" in said
    assert "The core, to read first" in said  # of 0.3.0
    for older in ("v0.1.0", "v0.2.0"):
        assert "The core" not in words_of(archive / "ketamine-mecfs" / f"{older}.html")
    compared = words_of(archive / "ketamine-mecfs" / "v0.1.0_v0.2.0.html")
    assert "NMDA antagonism reduces central sensitisation. Tier not rated → Medium" in compared
    assert compared.count("Before") > 20


# What has not changed is not made again.


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that are filled for the pages of an archive, with the id of the brief."""
    filled: list[str] = []

    def watched(name: str, templates: Mapping[str, str], **values: Any) -> str:
        row = values.get("row") or values.get("newer")
        filled.append(f"{row.version.id} {row.version.version}" if row else name)
        return render_text(name, templates, **values)

    monkeypatch.setattr("evibrief.archive.index.render_text", watched)
    return filled


LISTS = ["index.html.jinja", "feed.atom.jinja"]


def test_pages_that_say_the_same_are_left_alone(archive: Path, rendered: list[str]) -> None:
    before = hashes(archive)
    write_index(archive)
    assert (rendered, hashes(archive)) == (LISTS, before)


@pytest.mark.parametrize("page", ["v2.0.0.html", "v1.2.0_v2.1.0.html", "v1.2.0_v2.0.0.json"])
def test_a_page_that_was_altered_or_is_gone_is_made_again(page: str, archive: Path, rendered: list[str]) -> None:
    before = hashes(archive)
    (archive / "blue-glass" / page).write_text("altered")
    write_index(archive)
    (archive / "blue-glass" / page).unlink()
    write_index(archive)
    assert hashes(archive) == before
    assert len(rendered) == 2 * (6 + len(LISTS))


def test_another_program_makes_all_pages_again(
    archive: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "tool_versions", lambda program: ("another",))
    write_index(archive)
    assert len(rendered) == 6 + len(LISTS)


def test_a_damaged_index_makes_all_pages_again(archive: Path, rendered: list[str]) -> None:
    before = hashes(archive)
    record = json.loads((archive / "index.json").read_text())
    (archive / "index.json").write_text(json.dumps(record | {"made": ["no"], "counted": {"x": "much"}}))
    write_index(archive)
    assert hashes(archive) == before
    assert len(rendered) == 6 + len(LISTS)


def test_an_index_that_lacks_a_page_does_not_pass_for_whole(archive: Path, rendered: list[str]) -> None:
    """As after a merge in git that kept one side of the list."""
    before, page = hashes(archive), "blue-glass/v2.0.0.html"
    record = json.loads((archive / "index.json").read_text())
    del record["pages"][page]
    (archive / "index.json").write_text(json.dumps(record))
    (archive / page).unlink()
    write_index(archive)
    assert hashes(archive) == before
    assert len(rendered) == 6 + len(LISTS)


def test_what_happens_to_one_brief_leaves_the_pages_of_others_alone(
    shared: Shared, tmp_path: Path, rendered: list[str]
) -> None:
    kept = next((shared.archive() / "blue-glass").glob("*_v*"))
    archive = archive_of(tmp_path / "archive", kept, 3, 3)
    write_index(archive)
    assert len(rendered) == 3 * (3 + 3) + len(LISTS)
    assert findings(archive) == []
    rendered.clear()
    withdraw_version(archive, "brief-001", "1.0.0", REASON, date(2026, 6, 2))
    assert {name.partition(" ")[0] for name in rendered} == {"brief-001", *LISTS}
    assert findings(archive) == []
    assert "withdrawn" in (archive / "brief-001" / "v1.0.0.html").read_text()


def test_an_archive_of_copies_says_what_changed_between_them(shared: Shared, tmp_path: Path) -> None:
    kept = next((shared.archive() / "blue-glass").glob("*_v*"))
    archive = archive_of(tmp_path / "archive", kept, 1, MOST_BEFORE + 3)
    write_index(archive)
    assert findings(archive) == []
    told = [path.stem for path in (archive / "brief-000").glob("v*_v*.json")]
    assert len(told) == len(set(told)) == MOST_BEFORE * (MOST_BEFORE + 1) // 2 + 2 * MOST_BEFORE
    newest = json.loads((archive / "brief-000" / f"v1.{MOST_BEFORE}.0_v1.{MOST_BEFORE + 2}.0.json").read_text())
    assert [(one["record"], one["was"], one["now"]) for one in newest["changes"] if "n" in one["part"].split()] == [
        ("muster2019", "44", "46")
    ]  # fmt: skip
