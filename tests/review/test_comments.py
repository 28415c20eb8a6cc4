"""What reviewers said, brought home: the list, the ledger, the review copy, and what the brief prints of them."""

import csv
import io
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.archive.opened import side_of
from evibrief.archive.verify import verify_document
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence.places import MANIFEST
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.review_ledger import ReviewComment
from evibrief.evidence.write_yaml import read_yaml
from evibrief.formats.carried import carried_files
from evibrief.formats.docx.package import pack, unpack
from evibrief.formats.docx.tracked_text import Anchor
from evibrief.formats.manifest import evidence_files
from evibrief.labels.languages import english
from evibrief.labels.remarks import said
from evibrief.problems import Problems
from evibrief.review.gather import gather
from evibrief.review.ledger import new_entries, write_ledger
from evibrief.review.listing import Listing, is_our_question
from evibrief.review.patches import _edit, _edited, proposals
from evibrief.review.place import place_remarks
from evibrief.review.printing import PRINTERS, as_csv, remarks_as_json, remarks_as_markdown, remarks_as_text
from evibrief.review.read import Remark, read_reviewed
from evibrief.review_copies import review_copy
from evibrief.sandbox import Limits
from evibrief.sections.questions import questions
from office import open_xml_errors
from test_hostile_archive import with_theme
from wordfile import (
    carried_part,
    comment,
    commented,
    control,
    extended,
    last_paragraph,
    paragraph,
    point,
    run,
    tracked,
    word_file,
    zipped,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
FIRST = ROOT / "data" / "ketamine-mecfs"
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
C3 = "Sailors wear blue glass against the sun."


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    folder = tmp_path / "blue-glass"
    shutil.copytree(SECOND, folder)
    shutil.rmtree(folder / "reviews")
    return folder


def sent_back(folder: Path, name: str, author: str, sun: str, note: str) -> Path:
    """A file as a reviewer sends it: one comment on c1, one edit of c3, one remark on nothing that can be told."""
    edit = control("c3", run("Sailors wear blue glass against the "), tracked("del", run("sun"), author=author),
                   tracked("ins", run(sun), author=author), run("."))  # fmt: skip
    body = paragraph(control("c1", commented(0, run("Blue glass lowers sneezing in hay fever."))))
    body = paragraph(run("Dear all"), point(1)) + body + paragraph(edit)
    (folder / name).write_bytes(word_file(body, [comment(0, note, author), comment(1, "Thanks.", author)]))
    return folder / name


def gathered(brief: Path, tmp_path: Path, **options: object) -> Listing:
    files = [sent_back(tmp_path, "a.docx", "Rita Review", "wind", "Is it?"),
             sent_back(tmp_path, "b.docx", "Otto Other", "moon", "It is.")]  # fmt: skip
    return gather(files, brief, **options)[0]  # type: ignore[arg-type]


def test_several_files_become_one_list_by_record(brief: Path, tmp_path: Path) -> None:
    found = gathered(brief, tmp_path)
    assert list(found.records) == ["c1", "c3"]
    assert [one.placed.remark.text for one in found.records["c1"]] == ["Is it?", "It is."]
    place = found.records["c3"][0].placed.place
    assert place is not None
    assert (Path(place.path).name, place.line) == ("01-light.yaml", 34)
    assert [one.placed.remark.text for one in found.unplaced] == ["Thanks.", "Thanks."]
    assert len(found.remarks) == 6


def test_who_disagrees_with_whom_is_said(brief: Path, tmp_path: Path) -> None:
    found = gathered(brief, tmp_path)
    assert len(found.disagreements) == 1
    assert "c3, text: Rita Review and Otto Other disagree" in remarks_as_text(found)
    agreed = [sent_back(tmp_path, f"{name}.docx", name, "wind", name) for name in ("A", "B")]
    assert gather(agreed, brief)[0].disagreements == ()


def test_the_same_remark_in_two_files_is_listed_once(brief: Path, tmp_path: Path) -> None:
    first = sent_back(tmp_path, "a.docx", "Rita Review", "wind", "Is it?")
    second = shutil.copy(first, tmp_path / "again.docx")
    found = gather([first, Path(second)], brief)[0]
    assert len(found.remarks) == 3
    assert found.remarks[0].files == (str(first), str(second))


@pytest.mark.parametrize("form", PRINTERS)
def test_every_form_has_every_remark(form: str, brief: Path, tmp_path: Path) -> None:
    found = gathered(brief, tmp_path)
    told = PRINTERS[form](found)
    for one in found.remarks:
        assert told.count(one.placed.remark.key) >= 1


def test_json_and_csv_can_be_read(brief: Path, tmp_path: Path) -> None:
    found = gathered(brief, tmp_path)
    record = json.loads(remarks_as_json(found))
    assert len(record["remarks"]) == len(found.remarks)
    assert record["disagreements"]
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["key"] for row in rows] == [one["key"] for one in record["remarks"]]
    assert rows[0]["line"] == "5"


def test_a_formula_and_markup_in_a_comment_stay_words(brief: Path, tmp_path: Path) -> None:
    text = "=HYPERLINK(1) ``` <script> # heading"
    found = gather([sent_back(tmp_path, "a.docx", "Rita Review", "wind", text)], brief)[0]
    assert any(row["text"] == f"'{text}" for row in csv.DictReader(io.StringIO(as_csv(found))))
    lines = remarks_as_markdown(found).splitlines()
    at = lines.index(f"    {text}")
    assert "````text" in lines[:at]


def test_only_what_is_new_since_an_earlier_list(brief: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    first = sent_back(tmp_path, "a.docx", "Rita Review", "wind", "Is it?")
    earlier.write_text(evibrief("comments", first, "--brief", brief, "--format", "json").stdout)
    second = sent_back(tmp_path, "b.docx", "Otto Other", "moon", "It is.")
    run_ = evibrief("comments", first, second, "--brief", brief, "--since", earlier, "--format", "json")
    assert {one["author"] for one in json.loads(run_.stdout)["remarks"]} == {"Otto Other"}
    (tmp_path / "no.json").write_text("[]")
    assert "not an earlier" in evibrief("comments", first, "--brief", brief, "--since", tmp_path / "no.json").stderr


def edit_of(record: str, before: str, after: str) -> Remark:
    anchor: Anchor = "content control" if record else "none"
    return Remark(
        "0" * 12, "replacement", "A", "", "", before, after, records=(record,) if record else (), anchor=anchor,
        around=before, before=before, after=after,
    )  # fmt: skip


EDITS = {
    "plain": ("c3", C3, C3.replace("sun", "wind"), "against the wind."),
    "first word": ("c3", C3, C3.replace("Sailors", "Few sailors"), "Few sailors wear"),
    "last word": ("c3", C3, "Sailors wear blue glass against the sun, often.", "sun, often."),
    "added at the end": ("c3", C3, f"{C3} Often.", "glass against the sun. Often."),
    "added at the start": ("c3", C3, f"Perhaps: {C3}", "Perhaps: Sailors wear"),
    "a deletion": ("c3", C3, "Sailors wear glass against the sun.", "Sailors wear glass against"),
    "what YAML must quote": ("c3", C3, "Sailors: wear #blue glass against the sun.", '"Sailors: wear #blue glass'),
    "quotes": ("c3", C3, 'Sailors wear "blue" glass against the sun.', 'wear "blue" glass'),
    "with a citation's number": ("", "Whether noses have ears1.", "Whether noses have eyes1.", "Whether noses have"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_one_field_is_a_patch_of_its_line(name: str) -> None:
    record, before, after, wanted = EDITS[name]
    source, _ = read_brief(SECOND)
    proposal = proposals(place_remarks([edit_of(record, before, after)], source), source)[0]
    if not record:
        assert proposal.patch == ""
        assert proposal.why
        return
    added = [line for line in proposal.patch.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert len(added) == 1
    assert wanted in added[0] or wanted in added[0].replace('\\"', '"')
    assert proposal.record == "c3"


def test_a_patch_keeps_comments_order_and_folded_lines() -> None:
    source, _ = read_brief(FIRST)
    before = "That ketamine blocks the NMDA receptor is well described14,15. In ME/CFS pain thresholds are"
    proposal = proposals(place_remarks([edit_of("m_nmda", before, before.replace(" pain", " the pain"))], source),
                         source)[0]  # fmt: skip
    changed = [line[0] for line in proposal.patch.splitlines()[2:] if line[0] in "+-"]
    assert changed == ["-", "+"]
    assert "[@zhang2021; @johnson2015]. In ME/CFS the pain thresholds" in proposal.patch


def test_words_that_stand_twice_in_a_field_give_no_patch() -> None:
    edit = _edit("one two three one two three", "one two four one two three")
    assert _edited(edit, "Also one two three, then one two three.") is None
    assert _edited(_edit("one two three", "one two four"), "Also one two three.") == "Also one two four."


def test_an_edit_of_several_fields_names_them() -> None:
    source, _ = read_brief(SECOND)
    edit = edit_of("s1", "1 for, 2 against it", "1 for, 3 against it")
    proposal = proposals(place_remarks([edit], source), source)[0]
    assert proposal.patch == ""
    assert proposal.candidates
    assert {text.record for text in proposal.candidates} == {"s1"}


def test_quoted_words_place_a_remark_with_a_score() -> None:
    source, _ = read_brief(SECOND)

    def quoting(text: str) -> Remark:
        return Remark("0" * 12, "comment", "A", "", "Why?", quoted=text)

    exact, near, short, strange, shuffled = place_remarks(
        [quoting(C3), quoting("the sailors wear blue glass against the sun"), quoting("blue glass"),
         quoting("words that stand nowhere in all of this"), quoting("sun the against glass blue wear sailors")],
        source,
    )  # fmt: skip
    assert shuffled.records == ()
    assert (exact.records, exact.anchor, exact.score) == (("c3",), "quoted text", 1.0)
    assert near.records == ("c3",)
    assert 0.75 <= near.score < 1
    assert (short.records, strange.records) == ((), ())


def test_another_version_is_placed_by_id_with_a_warning(brief: Path, tmp_path: Path) -> None:
    copy = tmp_path / "sent.docx"
    copy.write_bytes(review_copy(brief))
    text = (brief / "claims" / "01-light.yaml").read_text()
    (brief / "claims" / "01-light.yaml").write_text(text.replace(C3, "Sailors wore it."))
    parts = unpack(copy.read_bytes())
    mark = b'</w:t></w:r><w:r><w:commentReference w:id="99"/></w:r><w:r><w:t>'
    parts["word/document.xml"] = parts["word/document.xml"].replace(C3.encode(), C3.encode() + mark)
    note = comment(99, "Hm.").encode()
    parts["word/comments.xml"] = parts["word/comments.xml"].replace(b"</w:comments>", note + b"</w:comments>")
    copy.write_bytes(pack(parts))
    found = gather([copy], brief)[0]
    assert "c3 changed since it was reviewed: claim reworded" in found.warnings
    assert found.records["c3"][-1].placed.remark.text == "Hm."


def test_a_review_of_another_brief_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "sent.docx"
    copy.write_bytes(review_copy(SECOND))
    with pytest.raises(Problems, match="review of the brief `blue-glass`"):
        gather([copy], FIRST)


# The ledger.


def test_a_ledger_keeps_decisions_and_adds_what_is_new(brief: Path, tmp_path: Path) -> None:
    ledger = brief / "reviews" / "2026-03.yaml"
    first = sent_back(tmp_path, "a.docx", "Rita Review", "wind", "Is it?")
    assert evibrief("comments", first, "--brief", brief, "--write", ledger).returncode == 0
    assert "Rita" not in ledger.read_text()
    decision = "decision: declined # we talked\n  reason: No.\n  decided_by: us\n  decided_on: 2026-03-05"
    decided = ledger.read_text().replace('decision: "open"', decision, 1)
    ledger.write_text(decided)
    second = sent_back(tmp_path, "b.docx", "Otto Other", "moon", "It is.")
    write_ledger(gather([first, second], brief)[0], ledger)
    assert ledger.read_text().startswith(decided.split("comments:")[0].rstrip("\n"))
    assert "decision: declined # we talked" in ledger.read_text()
    record = read_yaml(ledger.read_text())
    assert [one["id"] for one in record["reviewers"]] == ["reviewer_1", "reviewer_2"]
    assert [one["reviewer"] for one in record["comments"]] == ["reviewer_1"] * 3 + ["reviewer_2"] * 3
    assert evibrief("check", brief).returncode == 0
    before = ledger.read_text()
    write_ledger(gather([first, second], brief)[0], ledger)
    assert ledger.read_text() == before


def test_a_ledger_elsewhere_or_damaged_is_refused(brief: Path, tmp_path: Path) -> None:
    found = gather([sent_back(tmp_path, "a.docx", "Rita Review", "wind", "Is it?")], brief)[0]
    with pytest.raises(Problems, match="would not find a ledger here"):
        write_ledger(found, tmp_path / "ledger.yaml")
    (brief / "reviews").mkdir()
    for text in ("comments: [{key: 1}]\n", "- a\n", "comments: {}\n", "{\n"):
        (brief / "reviews" / "x.yaml").write_text(text)
        with pytest.raises(Problems, match="nothing can be added"):
            write_ledger(found, brief / "reviews" / "x.yaml")
        assert (brief / "reviews" / "x.yaml").read_text() == text


def test_the_recipient_of_a_copy_is_its_reviewer(brief: Path, tmp_path: Path) -> None:
    reviewers, comments = new_entries(gathered(brief, tmp_path), {})
    assert [one["id"] for one in reviewers] == ["reviewer_1", "reviewer_2"]
    assert {one["decision"] for one in comments} == {"open"}
    assert all("Rita" not in str(one) for one in (*reviewers, *comments))


def test_a_review_changes_no_evidence_hash_and_names_nobody(brief: Path, tmp_path: Path) -> None:
    without = json.loads(build_manifest(brief))["evidence_sha256"]
    shutil.copytree(SECOND / "reviews", brief / "reviews")
    (brief / "reviews" / "back.docx").write_bytes(b"Rita Review")
    assert json.loads(build_manifest(brief))["evidence_sha256"] == without
    carried = evidence_files(brief, "invented-1")
    assert "reviews/2026-02.yaml" in carried
    assert "reviews/back.docx" not in carried


def build_manifest(folder: Path) -> bytes:
    from evibrief.evidence.places import MANIFEST
    from evibrief.formats.manifest import carried

    return carried(load(folder))[MANIFEST]


def test_the_brief_prints_what_became_of_the_review(tmp_path: Path) -> None:
    page = build(SECOND, tmp_path / "out", ["html"])[0].path.read_text()
    for words in ("was reviewed by 3\u00a0people: Erika Example (optician), 1 × botanist and 1 × role unknown",
                  "2 accepted, 1 declined, 1 deferred and 2 open", "Comments declined, and why",
                  "The trial asked for hours, not for depth", "In how many people was that seen?", "not placed",
                  "Open comment (Erika Example, optician): delete “*lowers* &amp; &lt;b&gt;rises&lt;/b&gt;”",
                  "2\u00a0comments from reviewers not decided yet"):  # fmt: skip
        assert words in page, words


def test_an_edit_of_somebody_unknown_is_printed_as_that(copy: bytes, brief: Path, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(edited_silently(copy))
    ledger = brief / "reviews" / "2026-12.yaml"
    for _ in range(2):
        write_ledger(gather([tmp_path / "a.docx"], brief)[0], ledger)
    record = read_yaml(ledger.read_text())
    assert (record["reviewers"], [one["reviewer"] for one in record["comments"]]) == ([], ["unknown"])
    page = build(brief, tmp_path / "out", ["html"])[0].path.read_text()
    assert "was reviewed by somebody unknown. 1\u00a0comment or edit: 0 accepted" in page
    assert "with “They wear none.”" in page


def test_a_brief_without_a_review_says_so(brief: Path, tmp_path: Path) -> None:
    text = (brief / "brief.yaml").read_text()
    assert text.count("\nsections:\n") == 1
    section = "sections:\n  - {kind: review, title: Review}\n"
    (brief / "brief.yaml").write_text(text.replace("sections:\n", section, 1))
    page = build(brief, tmp_path / "out", ["html"])[0].path.read_text()
    assert "No review of this brief is recorded" in page


# The review copy.


@pytest.fixture(scope="module")
def copy() -> bytes:
    return review_copy(SECOND, "r1", date(2026, 12, 24))


def test_a_review_copy_asks_at_the_records(copy: bytes) -> None:
    side = side_of(SECOND)
    asked = questions(side.brief, side.findings)
    remarks = read_reviewed(copy, "x").remarks
    assert [one.text for one in remarks] == [one.text for one in asked]
    assert [one.anchor in one_.records for one, one_ in zip(asked, remarks, strict=True)].count(False) == 0
    kinds = ("relies on one study", "waived the rule", "contested", "does not name it")
    assert all(any(kind in one.text for one in asked) for kind in kinds)
    contested = {claim.id for claim in side.brief.all_claims if claim.status == "contested"}
    assert contested <= {one.anchor for one in asked}


def test_a_review_copy_is_valid_tracks_and_says_what_it_is(copy: bytes, tmp_path: Path) -> None:
    (tmp_path / "copy.docx").write_bytes(copy)
    assert open_xml_errors(tmp_path / "copy.docx") == []
    parts = unpack(copy)
    assert b"<w:trackRevisions/>" in parts["word/settings.xml"]
    assert b"doNotTrackMoves" not in parts["word/settings.xml"]
    reviewed = read_reviewed(copy, "x")
    assert (reviewed.brief, reviewed.version, reviewed.recipient) == ("blue-glass", "1.2.0", "r1")
    content = json.loads(carried_files(copy, "x")[MANIFEST])["content_sha256"]
    for words in (b"Review copy: Blue glass", b"24\xc2\xa0December\xc2\xa02026", content[:12].encode()):
        assert words in parts["word/document.xml"]
    for name in (b"evibrief-version", b"evibrief-content", b"evibrief-evidence", b"evibrief-brief"):
        assert name in parts["docProps/custom.xml"]


@pytest.mark.parametrize("until", [date(2026, 12, 24), None])
def test_a_review_copy_can_be_verified_and_what_was_written_into_it_is_found(
    until: date | None, tmp_path: Path
) -> None:
    document = review_copy(SECOND, "r1", until)
    (tmp_path / "a.docx").write_bytes(document)
    verdict = verify_document(tmp_path / "a.docx")
    assert (verdict.state, verdict.for_review) == ("identical", True)
    (tmp_path / "a.docx").write_bytes(edited_silently(document))
    run_ = evibrief("verify", tmp_path / "a.docx")
    assert run_.returncode == 4
    assert "version 1.2.0 of 2026-03-01, a review copy" in run_.stdout
    assert re.search("reads “[^”]*They wear none\\.", run_.stdout)
    assert "Review copy" not in run_.stdout
    # One whose properties are made up is compared as what it is not.
    for old, new in ((b"r1", b"Rita Review"), (b"2026-12-24", b"2026-99-24"), (b"no date", b"soon")):
        parts = unpack(document)
        changed = parts["docProps/custom.xml"].replace(b">" + old + b"<", b">" + new + b"<")
        if changed != parts["docProps/custom.xml"]:
            (tmp_path / "b.docx").write_bytes(pack({**parts, "docProps/custom.xml": changed}))
            assert verify_document(tmp_path / "b.docx").state == "altered"


def test_a_review_copy_is_the_same_each_time(copy: bytes) -> None:
    assert review_copy(SECOND, "r1", date(2026, 12, 24)) == copy
    assert review_copy(SECOND) != copy


def test_an_answered_question_is_listed_and_others_are_not(copy: bytes, tmp_path: Path) -> None:
    body = paragraph(control("c1", commented(0, commented(1, run("words")))), commented(2, run("x")))
    threads = extended((last_paragraph(0), "", False), (last_paragraph(1), last_paragraph(0), False))
    notes = [comment(0, "Which study?", "evibrief"), comment(1, "Muster's."), comment(2, "Other?", "evibrief")]
    (tmp_path / "a.docx").write_bytes(word_file(body, notes, threads))
    found = gather([tmp_path / "a.docx"], SECOND)[0]
    told = remarks_as_text(found)
    assert "2\u00a0questions of our own, 1 of them answered" in told
    assert "Which study?" in told
    assert "Other?" not in told
    assert "of them answered, 0 resolved" in told
    assert [one["text"] for one in new_entries(found, {})[1]] == ["Muster's."]


def test_a_question_that_was_resolved_without_a_word_is_listed(tmp_path: Path) -> None:
    body = paragraph(control("c1", commented(0, run("words"))), commented(1, run("x")))
    threads = extended((last_paragraph(0), "", True), (last_paragraph(1), "", False))
    notes = [comment(0, "Which study?", "evibrief"), comment(1, "Other?", "evibrief")]
    (tmp_path / "a.docx").write_bytes(word_file(body, notes, threads))
    for told in (remarks_as_text, remarks_as_markdown):
        said = told(gather([tmp_path / "a.docx"], SECOND)[0])
        assert "2\u00a0questions of our own, 0 of them answered, 1 resolved" in said
        assert "Which study?" in said
        assert ", resolved" in said
        assert "Other?" not in said


def test_a_row_that_went_is_told_by_its_words_and_proposes_no_wording(tmp_path: Path) -> None:
    cell = f"<w:tc>{paragraph(control('c3', run(C3)))}</w:tc>"
    row = f"<w:tbl><w:tr><w:trPr>{tracked('del')}</w:trPr>{cell}</w:tr></w:tbl>"
    (tmp_path / "a.docx").write_bytes(word_file(row))
    found = gather([tmp_path / "a.docx"], SECOND)[0]
    assert [(name, len(listed)) for name, listed in found.records.items()] == [("c3", 1)]
    assert found.proposals == ()
    assert f"on “{C3}”\n      without words" in remarks_as_text(found)
    entry = new_entries(found, {})[1][0]
    assert entry["quoted"] == C3
    told = ReviewComment.model_validate_json(json.dumps(entry | {"date": "unknown"}))
    assert said(told, english()) == "delete the end of a row or paragraph"


def edited_silently(document: bytes) -> bytes:
    parts = unpack(document)
    assert parts["word/document.xml"].count(C3.encode()) >= 1
    return pack({**parts, "word/document.xml": parts["word/document.xml"].replace(C3.encode(), b"They wear none.")})


def carrying(document: bytes, **changed: object) -> bytes:
    """A document whose manifest says something else."""
    files = dict(carried_files(document, "x"))
    files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), **changed}).encode()
    return zipped(document, {"customXml/item1.xml": carried_part(list(files.items()))})


def test_an_edit_without_tracking_is_found_also_where_other_tools_made_the_copy(copy: bytes, tmp_path: Path) -> None:
    target = tmp_path / "a.docx"
    target.write_bytes(edited_silently(copy))
    found = gather([target], SECOND)[0]
    assert [one.placed.remark.added for one in found.remarks if one.placed.remark.kind == "untracked"] == [
        "They wear none."
    ]
    assert found.warnings == ()
    reviewers, entries = new_entries(found, {})
    assert (reviewers, [one["reviewer"] for one in entries]) == ([], ["unknown"])
    tools = [*json.loads(carried_files(copy, "x")[MANIFEST])["tools"][1:], "evibrief 0.0.1"]
    target.write_bytes(carrying(edited_silently(copy), tools=tools))
    found = gather([target], SECOND)[0]
    assert [one.placed.remark.kind for one in found.remarks if not is_our_question(one)] == ["untracked"]
    assert "may be false alarms, because the sent copy was made with other tools: " in found.warnings[0]
    assert "evibrief: made with 0.0.1, here is" in found.warnings[0]


def test_a_copy_whose_manifest_is_damaged_is_placed_by_its_words(copy: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(carrying(copy, tools=5))
    found = gather([tmp_path / "a.docx"], SECOND)[0]
    assert "it does not say which version was reviewed" in found.warnings[0]


def test_a_copy_with_a_theme_that_never_ends_is_read_all_the_same(copy: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(with_theme(copy, b"{% for a in range(99999) %}{% for b in range(99999) %}"
                                                       b"{% endfor %}{% endfor %}"))  # fmt: skip
    found = gather([tmp_path / "a.docx"], SECOND, limits=Limits(seconds=3))[0]
    assert [one for one in found.remarks if is_our_question(one)]
    assert "untracked edits were not looked for" in found.warnings[0]


def test_a_command_writes_a_review_copy(tmp_path: Path) -> None:
    run_ = evibrief("review-copy", SECOND, "--output", tmp_path, "--recipient", "r1", "--comments-by", "2026-12-24")
    assert run_.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["blue-glass_2026-03-01_v1.2.0_review_r1.docx"]
    assert evibrief("review-copy", SECOND, "--output", tmp_path, "--recipient", "rita@example.org").returncode == 2
    assert evibrief("review-copy", SECOND, "--output", tmp_path, "--comments-by", "soon").returncode == 2
