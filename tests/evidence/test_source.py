"""Files that nobody meant to write, or somebody did: a clear problem each, soon, and nothing written."""

import errno
import os
import time
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.checks.load import load
from evibrief.problems import Problems
from test_bad import good_brief

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
)

HOSTILE = {
    "twenty megabytes": (b"- id: x\n" * 2_621_440, "too-large"),
    "not UTF-8": (b"id: caf\xe9\n", "encoding"),
    "UTF-16": ("id: x\n".encode("utf-16"), "encoding"),
    "alias bomb": (LAUGHS.encode(), "alias"),
    "nested too deeply": (b"id: " + b"[" * 100_000, "yaml"),
    "empty": (b"", "empty-file"),
    "only a comment": (b"# nothing\n", "empty-file"),
    "one text": (b"hello\n", "shape"),
    "control character": (b"id: a\x00b\n", "yaml"),
    "python object": (b"id: !!python/object/apply:os.system [ls]\n", "tag"),
    "unclosed quote": (b'id: "blue\n', "yaml"),
}


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["brief", "studies", "claims/01-glass", "mechanisms"])
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_a_clear_problem(name: str, stem: str, tmp_path: Path) -> None:
    data, rule = HOSTILE[name]
    path = good_brief(tmp_path) / f"{stem}.yaml"
    path.write_bytes(data)
    began = time.process_time()
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert time.process_time() - began < 5
    assert rule in {problem.rule for problem in caught.value.problems if problem.place.path == str(path)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [("{", "json"), ("[" * 100_000, "json"), ('[{"id": "x",}]', "json"), ('{"id": "x"}', "shape"), ("[1]", "shape")],
)
def test_a_broken_reference_list_is_a_clear_problem(text: str, rule: str, tmp_path: Path) -> None:
    path = good_brief(tmp_path) / "references.json"
    path.write_text(text)
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert rule in {problem.rule for problem in caught.value.problems if problem.place.path == str(path)}


@pytest.mark.parametrize("name", ["brief.yaml", "studies.yaml"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    (good_brief(tmp_path) / name).unlink()
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert ("no-file", name) in {(problem.rule, Path(problem.place.path).name) for problem in caught.value.problems}


def test_a_missing_folder_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "blue-glass").mkdir()
    with pytest.raises(Problems) as caught:
        load(tmp_path / "blu-glass")
    assert [(problem.rule, problem.hint) for problem in caught.value.problems] == [
        ("no-folder", "did you mean `blue-glass`?")
    ]


def test_a_misspelt_file_name_is_not_silence(tmp_path: Path) -> None:
    (good_brief(tmp_path) / "limitation.yaml").write_text("lacks: []\n")
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert [(problem.rule, problem.hint) for problem in caught.value.problems] == [
        ("unknown-file", "did you mean `limitations.yaml`?")
    ]


def test_claims_in_two_places_are_refused(tmp_path: Path) -> None:
    (good_brief(tmp_path) / "claims.yaml").write_text("[]\n")
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert "two-places" in {problem.rule for problem in caught.value.problems}


def test_a_byte_order_mark_and_carriage_returns_are_read(tmp_path: Path) -> None:
    brief = good_brief(tmp_path) / "brief.yaml"
    brief.write_bytes(b"\xef\xbb\xbf" + brief.read_bytes().replace(b"\n", b"\r\n"))
    assert load(tmp_path).brief.brief.id == "blue"


def test_nothing_is_written_and_there_is_no_traceback(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    for data, _ in HOSTILE.values():
        (folder / "studies.yaml").write_bytes(data)
        run = evibrief("build", folder, "--output", output)
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        assert "nothing was written" in run.stderr
        assert not output.exists()


def edited(folder: Path, name: str, data: bytes) -> Path:
    (good_brief(folder) / name).write_bytes(data)
    return folder


def rules(folder: Path) -> set[tuple[str, str]]:
    with pytest.raises(Problems) as caught:
        load(folder)
    return {(Path(problem.place.path).name, problem.rule) for problem in caught.value.problems}


def test_a_folder_in_the_place_of_a_file_is_a_clear_problem(tmp_path: Path) -> None:
    brief = good_brief(tmp_path) / "brief.yaml"
    brief.unlink()
    brief.mkdir()
    assert rules(tmp_path) == {("brief.yaml", "unreadable")}


@pytest.mark.parametrize("name", ["studies.yaml", "claims/02-loop.yaml"])
def test_a_link_to_itself_is_a_clear_problem(name: str, tmp_path: Path) -> None:
    path = good_brief(tmp_path) / name
    path.unlink(missing_ok=True)
    path.symlink_to(path)
    assert (path.name, "unreadable") in rules(tmp_path)


@pytest.mark.parametrize("name", ["", "claims", "reviews", "instruments"])
def test_a_folder_into_which_nobody_may_look_is_not_taken_for_empty(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reviews would not be printed, and another instrument of that name would rate."""
    look, hidden = os.scandir, good_brief(tmp_path) / name
    hidden.mkdir(exist_ok=True)

    def refused(path: str | Path) -> object:
        if Path(path) == hidden:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert (hidden.name, "unreadable") in rules(tmp_path)


def test_missing_claims_are_named(tmp_path: Path) -> None:
    (good_brief(tmp_path) / "claims" / "01-glass.yaml").unlink()
    (tmp_path / "claims").rmdir()
    assert rules(tmp_path) == {("claims.yaml", "no-file")}


def test_another_ending_is_not_silence(tmp_path: Path) -> None:
    (good_brief(tmp_path) / "studies.yaml").rename(tmp_path / "studies.yml")
    assert rules(tmp_path) == {("studies.yaml", "no-file"), ("studies.yml", "unknown-file")}


def test_places_are_right_after_a_byte_order_mark_and_carriage_returns(tmp_path: Path) -> None:
    brief = good_brief(tmp_path) / "brief.yaml"
    text = brief.read_text().replace("status: draft", "status: drafty")
    line = next(number for number, words in enumerate(text.split("\n"), 1) if "drafty" in words)
    brief.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert [(problem.place.line, problem.place.column) for problem in caught.value.problems] == [(line, 9)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_places_are_right_however_lines_end(ending: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    wrong = {"brief.yaml": ("Nothing follows from it.", "Nothing follows [@nobody2020]."),
             "references.json": ('"page": "1-3"', '"page": {}, "DOI": "x"'),
             "mechanisms.yaml": ("kind: bridge", "kind: bridg")}  # fmt: skip
    expected = set()
    for name, (old, new) in wrong.items():
        text = (folder / name).read_text()
        assert old in text
        text = text.replace(old, new)
        (folder / name).write_bytes(text.replace("\n", ending).encode())
        line = next(at for at, words in enumerate(text.split("\n"), 1) if new.split()[-1] in words)
        expected.add((name, line))
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert {(Path(one.place.path).name, one.place.line) for one in caught.value.problems} == expected


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_what_is_not_utf_8_has_its_place_however_lines_end(ending: bytes, tmp_path: Path) -> None:
    folder = edited(tmp_path, "studies.yaml", ending.join([b"# one", b"# caf\xc3\xa9", b"- note: caf\xe9"]))
    with pytest.raises(Problems) as caught:
        load(folder)
    (problem,) = [one for one in caught.value.problems if one.rule == "encoding"]
    assert (problem.place.line, problem.place.column) == (3, 12)


def test_a_byte_order_mark_before_the_references_is_read(tmp_path: Path) -> None:
    references = good_brief(tmp_path) / "references.json"
    references.write_bytes(b"\xef\xbb\xbf" + references.read_bytes())
    assert len(load(tmp_path).brief.references) == 1


def test_several_files_are_reported_in_one_output_in_their_order(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    brief, claims = folder / "brief.yaml", folder / "claims" / "01-glass.yaml"
    brief.write_text(brief.read_text().replace("status: draft", "status: drafty").replace("audience:", "audiense:"))
    claims.write_text(claims.read_text().replace("source: example2020", "source: exampel2020"))
    (folder / "studies.yaml").write_text("- reference: [\n")
    run = evibrief("build", folder, "--output", output)
    heads = [line for line in run.stderr.split("\n") if ": error[" in line]
    found = [(Path(head.split(":")[0]).name, head.partition("[")[2].partition("]")[0]) for head in heads]
    # `audience` is missing at the top of the file, and `audiense` and `drafty` stand further down.
    assert found == [
        ("brief.yaml", "missing"),
        ("brief.yaml", "unknown-key"),
        ("brief.yaml", "word"),
        ("01-glass.yaml", "unknown-reference"),
        ("studies.yaml", "yaml"),
    ]
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.endswith("evibrief: 5 errors; nothing was written\n")
    assert not output.exists()


@pytest.mark.parametrize("text", ["null"])
def test_references_that_are_null_are_a_problem(text: str, tmp_path: Path) -> None:
    assert ("references.json", "shape") in rules(edited(tmp_path, "references.json", text.encode()))


@pytest.mark.parametrize("text", ["{}", "0", '""', "false"])
def test_references_that_are_empty_and_no_list_are_a_problem(text: str, tmp_path: Path) -> None:
    assert ("references.json", "shape") in rules(edited(tmp_path, "references.json", text.encode()))


def test_a_number_of_five_thousand_digits_is_a_problem(tmp_path: Path) -> None:
    text = '[{"id": "example2020", "type": "book", "volume": ' + "9" * 5000 + "}]"
    assert ("references.json", "json") in rules(edited(tmp_path, "references.json", text.encode()))


@pytest.mark.parametrize("field", ['"title": 5', '"title": "a", "issued": 2020'])
def test_a_reference_with_a_wrong_kind_of_value_has_our_words(field: str, tmp_path: Path) -> None:
    text = f'[{{"id": "example2020", "type": "book", {field}}}]'
    assert rules(edited(tmp_path, "references.json", text.encode())) == {("references.json", "reference-field")}


@pytest.mark.parametrize("name", ["claims/02-more.yml", "claims/deeper/02-more.yaml"])
def test_a_file_of_claims_that_would_not_be_read_is_not_silence(name: str, tmp_path: Path) -> None:
    path = good_brief(tmp_path) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("id: more\n")
    assert (path.name, "unknown-file") in rules(tmp_path)


def test_a_week_is_not_a_date(tmp_path: Path) -> None:
    brief = good_brief(tmp_path) / "brief.yaml"
    brief.write_text(brief.read_text().replace("date: 2026-03-01", "date: 2026-W09-7"))
    assert rules(tmp_path) == {("brief.yaml", "date")}


@pytest.mark.parametrize(("ornament", "rule"), [("&a", "alias"), ("!!str", "tag")])
def test_an_ornament_on_a_key_is_refused(ornament: str, rule: str, tmp_path: Path) -> None:
    brief = good_brief(tmp_path) / "brief.yaml"
    brief.write_text(brief.read_text().replace("audience:", f"{ornament} audience:"))
    assert rules(tmp_path) == {("brief.yaml", rule)}


def test_a_misspelt_reference_list_is_named(tmp_path: Path) -> None:
    good_brief(tmp_path)
    (tmp_path / "references.json").rename(tmp_path / "reference.json")
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    (problem,) = caught.value.problems
    assert (Path(problem.place.path).name, problem.rule) == ("references.json", "no-file")
    assert "`reference.json` is here instead" in problem.message


def test_a_count_of_five_thousand_digits_is_a_problem(tmp_path: Path) -> None:
    studies = good_brief(tmp_path) / "studies.yaml"
    studies.write_text(studies.read_text().replace("n: 12", "n: " + "1" * 5000))
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert {problem.rule for problem in caught.value.problems} == {"number"}


UNKNOWN = ["n/a", "?", "none", "not known", "TBD", "~", "Not reported", '"-"', "NR", "-"]


@pytest.mark.parametrize("typed", UNKNOWN)
@pytest.mark.parametrize("field", ["n: 12", "when: unknown", "design: uncontrolled-trial", "checked: unknown"])
def test_what_nobody_knows_has_one_word(field: str, typed: str, tmp_path: Path) -> None:
    name = "brief.yaml" if field.startswith("checked") else "studies.yaml"
    file = good_brief(tmp_path) / name
    text = file.read_text()
    assert field in text
    file.write_text(text.replace(field, f"{field.partition(':')[0]}: {typed}", 1))
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    hint = "what nobody knows is written `unknown`"
    is_yaml = typed not in ("?", "-")
    more = "; where there can be no such value, `not-applicable`" if is_yaml and field.startswith("n:") else ""
    assert {problem.hint for problem in caught.value.problems} == {hint + more}


def test_other_wrong_values_have_their_own_hints(tmp_path: Path) -> None:
    file = good_brief(tmp_path) / "studies.yaml"
    file.write_text(file.read_text().replace("n: 12", "n: twelve"))
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert ["unknown" in problem.hint for problem in caught.value.problems] == [False]


@pytest.mark.parametrize("mark", ['"', "'"])
def test_an_open_quotation_mark_is_told_where_it_is(mark: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "brief")
    path = sorted((folder / "claims").iterdir())[0]
    lines = path.read_text().split("\n")
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("text: "))
    indent = lines[at].index("text: ")
    path.write_text("\n".join((*lines[:at], f"{lines[at][:indent]}text: {mark}Glass is blue.", "")).rstrip("\n") + "\n")
    with pytest.raises(Problems) as told:
        load(folder)
    [problem] = [one for one in told.value.problems if one.rule == "yaml"]
    assert (problem.place.line, problem.place.column) == (at + 1, indent + len("text: ") + 1)
    assert problem.message == "this is not YAML: the text that begins with this quotation mark has no end"
    assert problem.hint.startswith("close it")
