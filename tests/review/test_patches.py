"""A patch writes what a reviewer typed: on the page, in YAML, in the file's own line endings, and git takes it."""

import html
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.source import SourceTree
from evibrief.evidence.write_yaml import with_scalar
from evibrief.formats.html.citations import citation_style
from evibrief.formats.html.markdown import typeset
from evibrief.problems import Place, Problems
from evibrief.review.gather import gather, write_patches
from evibrief.review.listing import Listing
from evibrief.review.patches import MOST_EDITS, MOST_TEXTS, Proposal, _Edit, _edited, _is_markdown, proposals
from evibrief.review.place import FieldText, place_remarks
from evibrief.review.printing import remarks_as_text
from evibrief.review.read import Remark
from test_comments import C3, edit_of
from test_comments import brief as brief
from wordfile import control, paragraph, run, tracked, word_file

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
STYLE = citation_style("american-medical-association", ROOT)

TYPED = (
    "CYP2B6*6 and CYP3A4*22", "10^5", "10^5-10^6 cells", "a~b~c", "~~x~~", "[x]", "_x_", "__x__", "<b>", "<b>x</b>",
    "@name", "write to @muster2019 now", "[@muster2019]", "back\\slash", "`code`", "``", "{x}", "[x](y)", "![x](y)",
    "[x]{.y}", "H~2~O", "*x*", "**x**", "&amp;", "&#42;", "a -- b", "a --- b", "wait...", "don't", '5" by 6\'',
    '"quoted"', "$x$", "#1", "a|b", "http://a.example/x_y_z", "<http://a.example>", "<a@b.example>", "a^b c^d",
    "x\\", "\\*x\\*", "-@muster2019", "^[note]", "[^1]", "==x==", ":smile:", "\\(x\\)", "10~20mg/kg,30~40mg/kg",
    "p < 0.05 and q > 1", "(c) 2020", "«x»", "ﬁ β-blocker", "HLA-B*27:05",
)  # fmt: skip
BEGINNINGS = (
    "> 60 mg", "- 5 points", "1. First", "12) Twelfth", "(c) Third", "c. Fourth", "iv. Fifth", "* star", "+ plus",
    "# heading", "#. auto", "| line", ": definition", "~~~ fence", "``` fence", "--- rule", "* * *", "(@) example",
    "(@x) example", "A. Letter", "i) roman", "=== under", "***", "___", "```", ":::", "%x", "1.", "-", ">", "(2)",
)  # fmt: skip


def page_text(texts: list[str]) -> list[str]:
    """What the page shows of each text."""
    references = [{"id": "muster2019", "type": "book", "title": "T"}]
    made = typeset(texts, references, STYLE, "en-GB")
    assert [one for one in made.complaints if one.index >= 0] == []
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in made.fragments]


def source_of(brief: Path) -> SourceTree:
    source, problems = read_brief(brief)
    assert problems == []
    return source


def proposed(source: SourceTree, before: str, after: str) -> Proposal:
    (one,) = proposed_for([after], source, before)
    return one


def proposed_for(afters: Sequence[str], source: SourceTree, before: str = C3) -> list[Proposal]:
    """What is proposed for each edit of a text, as many at a time as are taken."""
    made: list[Proposal] = []
    for start in range(0, len(afters), MOST_EDITS):
        edits = [edit_of("c3", before, after) for after in afters[start : start + MOST_EDITS]]
        made += proposals(place_remarks(edits, source), source)
    assert len(made) == len(afters)
    return made


EDITED = [C3.replace("sun.", f"sun {typed}.") for typed in TYPED]
EDITED += [C3.replace("blue glass", typed) for typed in TYPED]
EDITED += [f"{typed} {C3}" for typed in (*TYPED, *BEGINNINGS)]
EDITED += [C3.replace("Sailors wear", typed) for typed in BEGINNINGS]
EDITED += [f"{C3} {typed}" for typed in (*TYPED, *BEGINNINGS)]


@pytest.mark.slow
def test_what_a_reviewer_types_is_printed_as_it_was_typed() -> None:
    made = proposed_for(EDITED, source_of(SECOND))
    assert all(one.patch or one.why for one in made)
    assert sum(bool(one.patch) for one in made) >= 0.98 * len(EDITED)
    told = [(after, one) for after, one in zip(EDITED, made, strict=True) if one.patch]
    for (after, one), shown in zip(told, page_text([one.now for _, one in told]), strict=True):
        assert shown == after, one.now


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("ab1 *_~^[]()<>@{}`\\-+.#|:&;!'\"=$%/,", min_size=1, max_size=12), min_size=20, max_size=20))
def test_whatever_is_typed_is_printed_as_it_was_typed(typed: list[str]) -> None:
    source = source_of(SECOND)
    afters = [" ".join(f"Sailors wear {one} glass against the sun.".split()) for one in typed]
    afters += [" ".join(f"{one} {C3}".split()) for one in typed]
    afters = [after for after in dict.fromkeys(afters) if after != C3]
    made = proposed_for(afters, source)
    told = [(after, one) for after, one in zip(afters, made, strict=True) if one.patch]
    assert len(told) >= len(made) - 1
    for (after, one), shown in zip(told, page_text([one.now for _, one in told]), strict=True):
        assert shown == after, one.now


def test_markup_outside_of_the_edit_stays(brief: Path) -> None:
    claims = brief / "claims" / "01-light.yaml"
    own = "Sailors *wear* blue glass [@muster2019] against the sun, CYP2B6\\*6 too."
    claims.write_text(claims.read_text().replace(C3, own))
    before = "Sailors wear blue glass against the sun, CYP2B6*6 too."
    one = proposed(source_of(brief), before, before.replace("too.", "and CYP3A4*22 too."))
    assert one.now == own.replace("too.", "and CYP3A4\\*22 too.")
    assert one.patch


def test_what_is_left_when_words_go_begins_no_list(brief: Path) -> None:
    claims = brief / "claims" / "01-light.yaml"
    claims.write_text(claims.read_text().replace(C3, "About - 5 points were lost by sailors."))
    one = proposed(source_of(brief), "About - 5 points were lost by sailors.", "- 5 points were lost by sailors.")
    assert page_text([one.now]) == ["- 5 points were lost by sailors."]


def test_plain_fields_are_written_plainly(brief: Path) -> None:
    source = source_of(brief)
    title = source.tree["brief"]["title"]
    remark = edit_of("", title, f"{title} in CYP2B6*6 carriers")
    (one,) = proposals(place_remarks([remark], source), source)
    assert (one.field, one.now) == ("title", f"{title} in CYP2B6*6 carriers")


@pytest.mark.parametrize(("location", "markdown"), [
    (("brief", "status_note"), False), (("time-course", 0, "effect"), False), (("time-course", 0, "stated"), False),
    (("time-course", 0, "note"), True), (("harms", 0, "effect"), True), (("comparators", 0, "stated"), True),
    (("claims", 0, "claims", 2, "status_note"), True), (("claims", 0, "claims", 2, "evidence", 0, "finding"), True),
    (("brief", "bottom_line", "known", 1), True), (("brief", "title"), False), (("mechanisms", 0, "title"), False),
])  # fmt: skip
def test_a_field_is_markdown_or_plain_as_its_record_says(location: tuple[str | int, ...], markdown: bool) -> None:
    assert _is_markdown(FieldText("x", "y", location, Place("x"), "z")) == markdown


SCALARS = (
    "a: b", "a #b", "- a", "'a'", '"a"', "2020", "1.5", "2020-01-01", "true", "no", "~", "null", "12:30", "", " a ",
    "a\\b", "*a", "&a", "!a", "%a", "@a", "`a`", "{a}", "[a]", "? a", "| a", "> a", "a:", "#a", "0x1f", "1e3", ".inf",
    "a\u2028b", "a\x85b", "é", "🧪", "-", "=", "<<",
)  # fmt: skip


@pytest.mark.parametrize("wanted", SCALARS)
def test_yaml_reads_back_as_the_same_text(wanted: str, brief: Path) -> None:
    claims = brief / "claims" / "01-light.yaml"
    text = claims.read_text()
    span = source_of(brief).spans[("claims", 0, "claims", 2, "text")]
    changed = with_scalar(text, span, wanted, wanted)
    assert changed is not None
    claims.write_text(changed)
    source, problems = read_brief(brief)
    if wanted:
        assert problems == []
    read = source.tree["claims"][0]["claims"][2]["text"]
    assert (read, type(read)) == (wanted, str)


# So many that it is another document.

TOO_MANY = f"there are more than {MOST_EDITS} edits of this text, or {MOST_TEXTS} in all; change it by hand"


def edits_of_c3(count: int) -> list[Remark]:
    return [edit_of("c3", C3, C3.replace("sun", f"wind of {number} knots")) for number in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "patched"), [(39, True), (40, True), (41, False)])
def test_a_text_with_more_edits_than_anybody_makes_gets_no_patches(count: int, patched: bool, brief: Path) -> None:
    """The same edit of several reviewers is one, and another text with few edits has its patch all the same."""
    source = source_of(brief)
    c1 = "Blue glass lowers sneezing in hay fever."
    remarks = [*edits_of_c3(count), *edits_of_c3(count), edit_of("c1", c1, c1.replace("lowers", "raises"))]
    *many, other = proposals(place_remarks(remarks, source), source)
    assert len(many) == count
    assert {(bool(one.patch), one.why) for one in many} == {(patched, "" if patched else TOO_MANY)}
    assert {(one.record, one.was, len(one.keys)) for one in many} == {("c3", C3, 2)}
    assert (bool(other.patch), other.why) == (True, "")


@pytest.mark.slow
@pytest.mark.parametrize(("count", "patched"), [(299, True), (300, True), (301, False)])
def test_a_file_with_more_edits_than_a_brief_has_texts_gets_no_patches(
    count: int, patched: bool, brief: Path
) -> None:
    source = source_of(brief)
    others = [edit_of("", f"Text {number} of another document.", f"Text {number}.") for number in range(count - 1)]
    found = proposals(place_remarks([*others, *edits_of_c3(1)], source), source)
    assert len(found) == count
    assert (bool(found[-1].patch), found[-1].why) == (patched, "" if patched else TOO_MANY)
    assert all(one.why == ("no single field has the edited words" if patched else TOO_MANY) for one in found[:-1])


@pytest.mark.slow
def test_the_list_says_why_there_are_no_patches(brief: Path, tmp_path: Path) -> None:
    files = [sent_back(tmp_path, f"wind {number}").rename(tmp_path / f"{number}.docx")
             for number in range(MOST_EDITS + 1)]  # fmt: skip
    found, _ = gather(files, brief)
    assert remarks_as_text(found).count(TOO_MANY) == MOST_EDITS + 1
    assert "against the wind 40." in remarks_as_text(found)
    write_patches(found, tmp_path / "patches")
    assert not (tmp_path / "patches").exists()
    found, _ = gather(files[:-1], brief)
    write_patches(found, tmp_path / "patches")
    assert len(list((tmp_path / "patches").iterdir())) == MOST_EDITS


# Applied by git.


def sent_back(folder: Path, added: str = "wind") -> Path:
    edit = control("c3", run("Sailors wear blue glass against the "), tracked("del", run("sun")),
                   tracked("ins", run(added)), run("."))  # fmt: skip
    (folder / "back.docx").write_bytes(word_file(paragraph(edit)))
    return folder / "back.docx"


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


PLACES = ("repository", "subfolder", "nowhere", "ignored")
NAMED = ("absolute", "relative", "dotted")
ENDS = ("lf", "crlf", "no last line", "crlf, no last line", "bom", "mixed", "returns")
CASES = [(place, NAMED[(at + by) % 3], ends) for at, place in enumerate(PLACES) for by, ends in enumerate(ENDS)]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "named", "ends"), CASES)
def test_git_applies_a_patch_from_the_folder_of_the_brief(
    place: str, named: str, ends: str, brief: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "work"
    folder = root if place == "repository" else root / "data dir" / "blüe"
    shutil.copytree(brief, folder)
    claims = folder / "claims" / "01-light.yaml"
    text = claims.read_text()
    data = text.rstrip("\n") if "no last line" in ends else text
    data = data.replace("\n", "\r\n") if "crlf" in ends else data
    data = data.replace("\n", "\r\n", 33) if ends == "mixed" else data
    data = data.replace("\n", "\r") if ends == "returns" else data
    claims.write_bytes(b"\xef\xbb\xbf" * (ends == "bom") + data.encode())
    if place != "nowhere":
        git(root, "init", "-q")
        (root / "claims").mkdir(exist_ok=True)
        if place != "repository":
            (root / "claims" / "01-light.yaml").write_text(text)
        if place == "ignored":
            (root / ".gitignore").write_text("data dir\n")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "x")
    monkeypatch.chdir(root)
    inside = folder.relative_to(root)
    path = {"absolute": folder, "relative": inside, "dotted": Path("..", "work") / inside}
    found, _ = gather([sent_back(tmp_path, "wind: CYP2B6*6")], path[named])
    write_patches(found, tmp_path / "patches")
    (patch,) = (tmp_path / "patches").iterdir()
    assert b"--- a/claims/01-light.yaml" in patch.read_bytes()
    done = git(folder, "apply", str(patch))
    assert done.returncode == 0, done.stderr
    old, new = data.splitlines(), claims.read_bytes().decode("utf-8-sig").split("\n")
    wanted = '    text: "Sailors wear blue glass against the wind: CYP2B6\\\\*6."'
    same = [line.replace("    text: Sailors wear blue glass against the sun.", wanted) for line in data.split("\n")]
    assert new == same
    assert len(old) == len(claims.read_bytes().decode("utf-8-sig").splitlines())
    assert claims.read_bytes().startswith(b"\xef\xbb\xbf") == (ends == "bom")
    assert read_brief(folder)[1] == []
    if place == "subfolder":
        assert (root / "claims" / "01-light.yaml").read_text() == text


def test_a_change_of_the_last_line_without_an_end_applies(brief: Path, tmp_path: Path) -> None:
    path = brief / "claims" / "01-light.yaml"
    lines = path.read_text().rstrip("\n").split("\n")
    start = lines.index("  - id: c3")
    end = next(at for at, line in enumerate(lines) if at > start and line.startswith("  - id"))
    moved = sorted(lines[start:end], key=lambda line: C3 in line)
    path.write_text("\n".join([*lines[:start], *lines[end:], *moved]))
    found, _ = gather([sent_back(tmp_path)], brief)
    write_patches(found, tmp_path / "patches")
    (patch,) = (tmp_path / "patches").iterdir()
    assert patch.read_text().count("\\ No newline at end of file") == 2
    assert git(brief, "apply", str(patch)).returncode == 0
    assert path.read_text().endswith("against the wind.")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a b.yaml", "ü.yaml", 'q"x.yaml', "back\\slash.yaml"])
def test_git_applies_a_patch_of_a_file_with_a_strange_name(name: str, brief: Path, tmp_path: Path) -> None:
    (brief / "claims" / "01-light.yaml").rename(brief / "claims" / name)
    found, _ = gather([sent_back(tmp_path)], brief)
    write_patches(found, tmp_path / "patches")
    (patch,) = (tmp_path / "patches").iterdir()
    done = git(brief, "apply", str(patch))
    assert done.returncode == 0, done.stderr + patch.read_text()
    assert "against the wind." in (brief / "claims" / name).read_text()


def test_the_list_says_how_patches_are_applied(brief: Path, tmp_path: Path) -> None:
    found, _ = gather([sent_back(tmp_path)], brief)
    assert isinstance(found, Listing)
    assert "git apply" in remarks_as_text(found)
    with pytest.raises(Problems):
        gather([tmp_path / "nothing.docx"], brief)


def test_what_was_applied_is_not_offered_for_another_record(brief: Path) -> None:
    """Where the data already say so there is nothing to change, least of all in another record with the same words."""
    after = C3.replace("blue glass", "green glass")
    place = next(path for path in (brief / "claims").iterdir() if C3 in path.read_text())
    place.write_text(place.read_text().replace(C3, after))
    page = brief / "brief.yaml"
    assert "\nknown:\n" in page.read_text()
    page.write_text(page.read_text().replace("\nknown:\n", f"\nknown:\n  - {C3}\n"))
    found = proposed(source_of(brief), C3, after)
    assert (found.record, found.patch, found.why) == ("c3", "", "the data already say so")


def test_words_that_stand_in_two_fields_are_changed_in_neither(brief: Path) -> None:
    """Which of them the reviewer read, nobody knows: both are named, and a person decides."""
    harms = brief / "harms.yaml"
    words = "Sleepiness at night was common."
    text, count = re.subn(r"(effect|note): .*\n", rf"\1: {words}\n", harms.read_text(), count=2)
    assert count == 2
    harms.write_text(text)
    source = source_of(brief)
    after = words.replace("Sleepiness", "Drowsiness")
    for record in ("h_heat", "c3"):  # in the record itself, and where the words are of no record that was edited
        (found,) = proposals(place_remarks([edit_of(record, words, after)], source), source)
        assert (found.patch, found.why) == ("", "the edited words are in several fields")
        assert [one.field for one in found.candidates] == ["effect", "note"]
        assert {one.text for one in found.candidates} == {words}


def test_words_that_stand_twice_in_a_text_are_changed_only_where_it_is_clear_which() -> None:
    text = "Most sailors wore blue glass, and few divers wore blue glass."
    edit = _Edit((), "wore blue glass", "wore green glass", ())
    assert _edited(edit, text) is None
    after_divers = replace(edit, left=("few", "divers"))
    assert _edited(after_divers, text) == "Most sailors wore blue glass, and few divers wore green glass."
    once = text.replace("blue", "red", 1)
    assert _edited(edit, once) == "Most sailors wore red glass, and few divers wore green glass."


AMOUNT = "Blue glass in the trial: 0.5 to 1.5 g/day, oral. Regimen: Invented; in a trial."


@pytest.mark.parametrize(
    "now", ["0.5 to 15 g/day, oral", "0.5 to 1.5 mg/day, oral", "5 to 1.5 g/day, oral", "0.5 to 1.5 g/day, intravenous"]
)
def test_no_patch_changes_a_dose(now: str, brief: Path) -> None:
    """An amount and a route are printed from several fields: a person reads the source again."""
    source = source_of(brief)
    edit = edit_of("d_glass", AMOUNT, AMOUNT.replace("0.5 to 1.5 g/day, oral", now))
    (one,) = proposals(place_remarks([edit], source), source)
    assert (one.patch, one.record) == ("", "d_glass")
    assert one.place
    assert one.place.path.endswith("doses.yaml")
    assert one.why.startswith("an amount is printed from several fields")
    assert one.candidates == ()  # a new number belongs in none of the texts beside the amount


def test_a_text_of_one_word_is_found_if_it_is_all_of_its_field(brief: Path) -> None:
    harms = brief / "harms.yaml"
    effect = re.search(r"  effect: (.*)\n", harms.read_text())
    assert effect
    text = harms.read_text().replace(effect[1], "Sleepiness.").replace("finding: ", "finding: Sleepiness and ")
    harms.write_text(text)
    source = source_of(brief)
    (found,) = proposals(place_remarks([edit_of("h_heat", "Sleepiness.", "Drowsiness.")], source), source)
    assert (found.record, found.field, found.now) == ("h_heat", "effect", "Drowsiness.")
    assert '-  effect: Sleepiness.\n+  effect: "Drowsiness."\n' in found.patch
