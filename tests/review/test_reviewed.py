"""A reviewed Word document: every comment and every edit comes back, with the record that it is about."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evibrief.problems import Problems
from evibrief.review.gather import gather
from evibrief.review.read import Remark, Reviewed, control_texts, read_reviewed, untracked
from office import WORD, converted
from shared import Shared
from test_hostile_archive import bomb, refused, refused_in_limits
from wordfile import (
    bookmark,
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
)

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"


def read(data: bytes) -> Reviewed:
    reviewed = read_reviewed(data, "x.docx")
    assert sum(remark.elements for remark in reviewed.remarks) == reviewed.counted
    assert len({remark.key for remark in reviewed.remarks}) == len(reviewed.remarks)
    return reviewed


def only(data: bytes) -> Remark:
    remarks = read(data).remarks
    assert len(remarks) == 1
    return remarks[0]


def test_a_comment_in_a_frame_is_about_its_record() -> None:
    body = paragraph(control("c1", run("Blue glass "), commented(0, run("low"), run("ers"), ), run(" sneezing.")))
    said = only(word_file(body, [comment(0, "Is that so?\nReally?")]))
    assert (said.kind, said.author, said.date) == ("comment", "Rita Review", "2026-03-02T10:30:00Z")
    assert (said.text, said.quoted, said.around) == ("Is that so?\nReally?", "lowers", "Blue glass lowers sneezing.")
    assert (said.records, said.anchor, said.place) == (("c1",), "content control", "paragraph")


def test_without_a_frame_the_bookmark_tells_and_else_the_nearest_record() -> None:
    body = paragraph(bookmark("c1", 1, commented(0, run("words")))) + paragraph(commented(1, run("later")))
    first, second = read(word_file(body, [comment(0, "a"), comment(1, "b")])).remarks
    assert (first.records, first.anchor) == (("c1",), "bookmark")
    assert (second.records, second.anchor) == (("c1",), "nearest record")


def test_a_bookmark_without_an_end_reaches_over_nothing() -> None:
    start = '<w:bookmarkStart w:id="7" w:name="c9"/>'
    body = paragraph(start, run("picture")) + paragraph(bookmark("c1", 1, commented(0, run("words"))))
    body += paragraph(commented(1, run("later")))
    inside, later = read(word_file(body, [comment(0, "a"), comment(1, "b")])).remarks
    assert (inside.records, inside.anchor) == (("c1",), "bookmark")
    assert (later.records, later.anchor) == (("c1",), "nearest record")


def test_a_frame_split_over_runs_is_one_record() -> None:
    split = control("c1", run("one ", "00AA0001")) + control("c1", commented(0, run("two ", "00AA0002")))
    said = only(word_file(paragraph(split), [comment(0, "a")]))
    assert said.records == ("c1",)


def test_a_comment_over_several_records_names_them_all() -> None:
    start, end = '<w:commentRangeStart w:id="0"/>', '<w:commentRangeEnd w:id="0"/>'
    body = paragraph(control("c1", start, run("one"))) + paragraph(control("c2", run("two")))
    body += paragraph(control("c3", run("three"), end, point(0)))
    said = only(word_file(body, [comment(0, "a")]))
    assert said.records == ("c1", "c2", "c3")
    assert said.quoted == "one two three"


def test_point_comments_and_comments_without_a_place_are_kept() -> None:
    body = paragraph(control("c1", run("one"), point(0)))
    at_point, nowhere = read(word_file(body, [comment(0, "a"), comment(7, "lost")])).remarks
    assert (at_point.quoted, at_point.records, at_point.around) == ("", ("c1",), "one")
    assert (nowhere.text, nowhere.records, nowhere.anchor) == ("lost", (), "none")


@pytest.mark.parametrize("marks", ["start only", "end only", "reversed"])
def test_damaged_ranges_lose_nothing(marks: str) -> None:
    start, end = '<w:commentRangeStart w:id="0"/>', '<w:commentRangeEnd w:id="0"/>'
    first, last = {"start only": (start, ""), "end only": ("", end), "reversed": (end, start)}[marks]
    said = only(word_file(paragraph(control("c1", first, run("words"), last, point(0))), [comment(0, "a")]))
    assert said.records == ("c1",)


def test_comments_in_tables_captions_notes_and_headers() -> None:
    cell = f"<w:tbl><w:tr><w:tc>{paragraph(commented(0, run('cell')))}</w:tc></w:tr></w:tbl>"
    body = cell + paragraph(commented(1, run("Figure 1. A caption")), style="ImageCaption")
    others = {
        "footnotes": f'<w:footnote w:id="2">{paragraph(commented(2, run("note")))}</w:footnote>',
        "endnotes": f'<w:endnote w:id="2">{paragraph(commented(3, run("end")))}</w:endnote>',
        "header1": paragraph(commented(4, run("head"))), "footer1": paragraph(commented(5, run("foot"))),
    }  # fmt: skip
    remarks = read(word_file(body, [comment(number, str(number)) for number in range(6)], others=others)).remarks
    wanted = ["table", "caption", "footnote", "endnote", "header", "footer"]
    assert [remark.place for remark in remarks] == wanted
    assert [remark.quoted for remark in remarks] == ["cell", "Figure 1. A caption", "note", "end", "head", "foot"]


def test_replies_and_resolved_comments() -> None:
    body = paragraph(control("c1", commented(0, commented(1, run("words")))), commented(2, run("more")))
    parent = last_paragraph(0, 2)
    threads = extended((parent, "", True), (last_paragraph(1), parent, True), (last_paragraph(2), "", False))
    data = word_file(body, [comment(0, "Is\nit?"), comment(1, "It is.", "Otto Other"), comment(2, "x")], threads)
    first, reply, last = read(data).remarks
    assert (reply.kind, reply.answers, reply.author) == ("reply", first.key, "Otto Other")
    assert (first.resolved, last.resolved, first.answers) == (True, False, "")


def test_a_reply_without_a_place_of_its_own_stands_where_its_question_stands() -> None:
    body = paragraph(control("c1", commented(0, run("Blue glass"))), run(" sneezes."))
    threads = extended((last_paragraph(0), "", False), (last_paragraph(1), last_paragraph(0), False))
    asked, reply = read(word_file(body, [comment(0, "Is it?"), comment(1, "No.")], threads)).remarks
    assert (reply.kind, reply.answers, reply.text) == ("reply", asked.key, "No.")
    assert (reply.records, reply.anchor, reply.quoted) == (("c1",), "content control", "Blue glass")
    assert reply.around == "Blue glass sneezes."


def test_edits_are_joined_and_told_apart() -> None:
    body = paragraph(
        control(
            "c1", run("Blue glass "), tracked("del", run("low", "1"), run("ers", "2")),
            tracked("ins", run("may lower")), run(" sneezing "), tracked("ins", run("a "), author="Otto Other"),
            tracked("ins", run("lot")), run("."), tracked("del", run(" Always.")),
        )
    )  # fmt: skip
    remarks = read(word_file(body)).remarks
    assert [(one.kind, one.removed, one.added) for one in remarks] == [
        ("replacement", "lowers", "may lower"), ("insertion", "", "a"), ("insertion", "", "lot"),
        ("deletion", "Always.", ""),
    ]  # fmt: skip
    assert {one.before for one in remarks} == {"Blue glass lowers sneezing . Always."}
    assert remarks[0].after == "Blue glass may lower sneezing . Always."
    assert remarks[3].after == "Blue glass lowers sneezing ."
    assert {one.records for one in remarks} == {("c1",)}


def test_a_move_is_one_remark_with_both_ends() -> None:
    def end(kind: str, inside: str) -> str:
        marks = [f'<w:{kind}Range{side} w:id="5" w:name="move1" w:author="Rita Review"/>' for side in ("Start", "End")]
        return marks[0] + inside + marks[1]

    body = paragraph(control("c1", run("one "), end("moveFrom", tracked("moveFrom", run("two")))))
    body += paragraph(control("c2", end("moveTo", tracked("moveTo", run("two"))), run(" three")))
    moved = only(word_file(body))
    assert (moved.kind, moved.removed, moved.added) == ("move", "two", "two")
    assert (moved.records, moved.elements) == (("c1", "c2"), 2)


def test_rows_cells_and_paragraph_ends_that_came_or_went() -> None:
    mark = '<w:del w:id="1" w:author="Rita Review"/>'
    row = f"<w:tr><w:trPr>{mark}</w:trPr><w:tc><w:tcPr>{mark.replace('w:del', 'w:cellDel')}</w:tcPr>"
    body = f"<w:tbl>{row}{paragraph(run('cell'))}</w:tc></w:tr></w:tbl>" + paragraph(run("x"), mark=mark)
    remarks = read(word_file(body)).remarks
    assert sum(one.elements for one in remarks) == 3
    assert {one.kind for one in remarks} == {"deletion"}


def test_a_row_that_went_is_about_its_own_record() -> None:
    def row(name: str, mark: str = "") -> str:
        cells = (paragraph(control(name, run(f"The claim {name}."))), paragraph(run("Low")))
        return f"<w:tr><w:trPr>{mark}</w:trPr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"

    gone = only(word_file(f'<w:tbl>{row("c1")}{row("c2", tracked("del"))}{row("c3")}</w:tbl>'))
    assert (gone.kind, gone.records, gone.anchor) == ("deletion", ("c2",), "content control")
    assert (gone.text, gone.around) == ("", "The claim c2.")
    assert gone.before == gone.after


def test_an_inserted_paragraph_says_after_what_it_stands() -> None:
    new = paragraph(tracked("ins", run("And the harms?")), mark=tracked("ins"))
    said = only(word_file(paragraph(control("c1", run("It lowers."))) + paragraph() + new + paragraph(run("Later."))))
    assert (said.kind, said.added, said.around) == ("insertion", "And the harms?", "It lowers. … And the harms?")
    assert (said.records, said.anchor) == (("c1",), "nearest record")


def test_a_comment_on_an_insertion_keeps_both() -> None:
    inserted = tracked("ins", run("new words"))
    remarks = read(word_file(paragraph(control("c1", commented(0, inserted))), [comment(0, "Good.")])).remarks
    assert [(one.kind, one.text) for one in remarks] == [("comment", "Good."), ("insertion", "new words")]
    assert remarks[0].quoted == "new words"


def test_alternatives_for_old_programs_are_read_once() -> None:
    choice = f'<mc:Choice Requires="w14">{run("words")}</mc:Choice><mc:Fallback>{run("words")}</mc:Fallback>'
    body = paragraph(commented(0, f"<mc:AlternateContent>{choice}</mc:AlternateContent>"))
    assert only(word_file(body, [comment(0, "a")])).quoted == "words"


def test_keys_stay_when_a_program_renumbers_and_cuts_seconds() -> None:
    first = word_file(paragraph(commented(0, run("words"))), [comment(0, "a")])
    again = word_file(paragraph(commented(9, run("words"))), [comment(9, "a", date="2026-03-02T10:30:59Z")])
    assert only(first).key == only(again).key
    twice = word_file(paragraph(commented(0, run("x")), commented(1, run("x"))), [comment(0, "a"), comment(1, "a")])
    assert len({one.key for one in read(twice).remarks}) == 2


def test_edits_without_tracking_are_found() -> None:
    sent = word_file(paragraph(control("c1", run("It lowers."))) + paragraph(control("c2", run("Same."))))
    back = word_file(paragraph(control("c1", run("It "), run("raises."))) + paragraph(control("c2", run("Same."))))
    silent = untracked(back, sent, "x")
    assert [(one.records, one.before, one.after) for one in silent] == [(("c1",), "It lowers.", "It raises.")]
    assert untracked(sent, sent, "x") == ()
    tracked_one = word_file(
        paragraph(control("c1", run("It "), tracked("del", run("lowers.")), tracked("ins", run("raises."))))
        + paragraph(control("c2", run("Same.")))
    )
    assert untracked(tracked_one, sent, "x") == ()
    assert control_texts(tracked_one, "x") == {"c1": "It lowers.", "c2": "Same."}


words = st.text("abc de", min_size=1, max_size=8)
KINDS = ["ins", "del", "comment", "point", "control", "bookmark"]
inside = st.recursive(
    st.tuples(st.just("run"), words),
    lambda inner: st.tuples(st.sampled_from(KINDS), st.lists(inner, max_size=3)),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(inside, max_size=4), max_size=4))
def test_no_comment_and_no_edit_is_ever_dropped(paragraphs: list[list[tuple[str, object]]]) -> None:
    notes: list[str] = []
    edits = [0]

    def made(node: tuple[str, object], within: bool = False) -> str:
        kind, inner = node
        if kind == "run":
            return run(str(inner))
        if kind in ("ins", "del") and not within:
            text = "".join(made(child, True) for child in inner)  # type: ignore[attr-defined]
            edits[0] += 1
            return tracked(kind, text or run("x"))
        text = "".join(made(child, within) for child in inner)  # type: ignore[attr-defined]
        if kind in ("comment", "point"):
            notes.append(comment(len(notes), f"note {len(notes)}"))
            return commented(len(notes) - 1, text) if kind == "comment" else text + point(len(notes) - 1)
        return control("c1", text) if kind == "control" else bookmark(f"c{len(text)}", len(text), text)

    body = "".join(paragraph(*(made(node) for node in nodes)) for nodes in paragraphs)
    remarks = read(word_file(body, notes)).remarks
    assert sum(one.kind == "comment" for one in remarks) == len(notes)
    assert sum(one.elements for one in remarks if one.kind != "comment") <= edits[0]


# Files that are made to hurt.


@pytest.fixture(scope="module")
def plain() -> bytes:
    return word_file(paragraph(control("c1", run("words"))), [comment(0, "a")])


ENTITIES = """<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]>\
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">\
<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"""


def with_parts(parts: Callable[[], dict[str, bytes]]) -> Callable[[bytes], bytes]:
    """A Word file with other parts, which are made when the file is wanted."""
    return lambda plain: zipped(plain, parts())


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "no DOCX"), "text": (lambda _: b"hello", "no DOCX"),
    "a PDF": (lambda _: b"%PDF-1.7", "no DOCX"),
    "password": (lambda _: bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "password"),
    "cut off": (lambda plain: plain[: len(plain) // 2], "unpacked"),
    "another package": (with_parts(lambda: {"_rels/.rels": b'<Relationships xmlns="x"/>'}), "no Word document"),
    "entities": (with_parts(lambda: {"word/document.xml": ENTITIES.encode()}), "entities"),
    "no XML": (with_parts(lambda: {"word/document.xml": b"<w:document"}), "cannot be read"),
    "huge": (with_parts(lambda: {"word/document.xml": b" " * 60_000_000 + b"<a/>"}), "unpacks to more"),
    "deep": (with_parts(lambda: {"word/document.xml": b"<a>" * 100_000 + b"</a>" * 100_000}), "cannot be read"),
    "many parts": (with_parts(lambda: {f"word/{at}.xml": b"<a/>" for at in range(5_000)}), "unpacks to more"),
    "a bomb": (with_parts(lambda: {"word/document.xml": bomb(1024 * 1024) * 50}), "cannot be read"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_clear_problem(name: str, plain: bytes, tmp_path: Path) -> None:
    make, said = HOSTILE[name]
    target = tmp_path / "sent.docx"
    target.write_bytes(make(plain))
    ask = refused_in_limits if name in ("entities", "huge", "deep", "many parts", "a bomb") else refused
    told = ask(tmp_path, "comments", target, "--brief", SECOND)
    assert said in told
    assert told.count("error[") == 1


def test_macros_are_named_and_never_run(plain: bytes, tmp_path: Path) -> None:
    target = tmp_path / "sent.docm"
    target.write_bytes(zipped(plain, {"word/vbaProject.bin": b"Shell"}))
    found, _ = gather([target], SECOND)
    assert any("macros" in warning for warning in found.warnings)


def test_links_to_elsewhere_are_not_followed(plain: bytes) -> None:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    out = f'<Relationship Id="r0" Type="{kind}" Target="file:///etc/passwd" TargetMode="External"/>'
    out += f'<Relationship Id="r1" Type="{kind}" Target="../../../../etc/passwd"/>'
    relations = f'<Relationships xmlns="{space}">{out}</Relationships>'
    data = zipped(plain, {"word/_rels/document.xml.rels": relations.encode()})
    assert read_reviewed(data, "x").remarks == ()


# An office program, for real.

ACTIONS = [
    ["comment", "glass lowers sneezing in hay", "Is that so?", "Rita Review"],
    ["point", "Sailors wear blue glass", "Which sailors?", "Rita Review"],
    ["comment", "Lamps warm noses", "How warm?", "Otto Other"],
    ["reply", "Is that so?", "It is.", "Otto Other"],
    ["resolve", "Which sailors?", "", ""],
    ["replace", "against the sun", "against the wind", "Rita Review"],
    ["insert", "wear blue glass", " on board", "Otto Other"],
    ["delete", "Nobody was burnt", "", "Otto Other"],
]


@pytest.fixture(scope="module")
def returned(
    shared: Shared, tmp_path_factory: pytest.TempPathFactory, program: Callable[..., str]
) -> tuple[Path, list[object]]:
    """A review copy, commented on and edited in LibreOffice and saved there; and what LibreOffice could do."""
    folder = tmp_path_factory.mktemp("office")
    sent = folder / "sent.docx"
    sent.write_bytes(shared.review_copy())
    python = python_with_uno()
    pipe = f"evibrief{os.getpid()}"
    office = [program("soffice", "libreoffice"), f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
              "--headless", "--norestore", f"--accept=pipe,name={pipe};urp;"]  # fmt: skip
    process = subprocess.Popen(office, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        script = ROOT / "tests" / "helpers" / "office_edits.py"
        edits = [python, script, pipe, sent, folder / "back.docx", json.dumps(ACTIONS)]
        done = subprocess.run([*map(str, edits)], capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
    finally:
        process.terminate()
        process.wait(30)
        time.sleep(0.2)
    return folder / "back.docx", json.loads(done.stdout)


def python_with_uno() -> str:
    """The Python that LibreOffice's own interface is installed for; it is rarely ours."""
    for python in ("/usr/bin/python3", sys.executable, shutil.which("python3") or ""):
        if python and subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode == 0:
            return python
    missing = "LibreOffice's Python interface is not installed (python3-uno); `make test` installs it or says how"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def test_what_was_done_in_libreoffice_comes_back(returned: tuple[Path, list[object]]) -> None:
    path, done = returned
    assert all(one is True for action, one in zip(ACTIONS, done, strict=True) if action[0] != "reply")
    found, _ = gather([path], SECOND)
    file = found.files[0]
    assert (file.brief, file.version, file.recipient) == ("blue-glass", "1.2.0", "r1")
    assert sum(one.elements for one in file.remarks) == file.counted
    said = [one for one in file.remarks if one.author != "evibrief"]
    told: dict[tuple[str, str], Remark] = {(one.kind, one.text): one for one in said}
    placed = {one.placed.remark.key: one.placed for one in found.remarks}
    wanted = {
        ("comment", "Is that so?"): "c1", ("comment", "Which sailors?"): "c3", ("comment", "How warm?"): "h_heat",
        ("replacement", "against the wind"): "c3", ("insertion", "on board"): "c3",
        ("deletion", "Nobody was burnt"): "h_heat",
    }  # fmt: skip
    for (kind, text), record in wanted.items():
        one = told[kind, text]
        assert placed[one.key].records == (record,), (kind, text)
        assert one.author in ("Rita Review", "Otto Other")
    assert told["comment", "Which sailors?"].resolved
    assert told["comment", "Is that so?"].quoted == "glass lowers sneezing in hay"
    if done[3] is True:  # since LibreOffice 24.2; what is not made cannot come back
        assert told["reply", "It is."].answers == told["comment", "Is that so?"].key
    asked = [one for one in file.remarks if one.author == "evibrief"]
    assert len(asked) == 8


def test_edits_in_libreoffice_become_patches_that_apply(returned: tuple[Path, list[object]], tmp_path: Path) -> None:
    found, source = gather([returned[0]], SECOND)
    patches = {one.record: one for one in found.proposals if one.authors == ("Rita Review",)}
    proposal = patches["c3"]
    assert proposal.now == "Sailors wear blue glass against the wind."
    changed = [line for line in proposal.patch.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == ["-    text: Sailors wear blue glass against the sun.",
                       "+    text: Sailors wear blue glass against the wind."]  # fmt: skip
    shutil.copytree(SECOND, tmp_path / "copy")
    path = source.spans[("claims", 0)].path
    patch = proposal.patch.replace(path.lstrip("/"), "claims/01-light.yaml")
    git = ["git", "apply", "-"]
    done = subprocess.run(git, input=patch, text=True, cwd=tmp_path / "copy", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "against the wind" in (tmp_path / "copy" / "claims" / "01-light.yaml").read_text()


def test_a_file_that_libreoffice_saved_anew_loses_no_comment(
    tmp_path: Path, program: Callable[..., str]
) -> None:
    """Word's threads in, LibreOffice's file out: what it makes of replies is its own, but all of them are there."""
    body = paragraph(bookmark("c1", 1, commented(0, commented(1, run("words")))), tracked("ins", run(" more")))
    threads = extended((last_paragraph(0), "", True), (last_paragraph(1), last_paragraph(0), False))
    notes = [comment(0, "One?"), comment(1, "Two.", "Otto Other")]
    (tmp_path / "word.docx").write_bytes(word_file(body, notes, threads))
    (saved,) = converted([tmp_path / "word.docx"], WORD, tmp_path, program)
    remarks = read(saved.read_bytes()).remarks
    assert {one.text for one in remarks} == {"One?", "Two.", "more"}
    assert {one.records for one in remarks if one.kind != "insertion"} == {("c1",)}


def test_a_plain_build_and_problems_are_read_too(shared: Shared, tmp_path: Path) -> None:
    assert read(shared.documents(SECOND)["docx"].read_bytes()).remarks == ()
    with pytest.raises(Problems, match="no such file"):
        gather([tmp_path / "nothing.docx"], SECOND)
