"""The command line as a user meets it: help, exit codes, what is printed, what is built again."""

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

import command
from command import run_here as evibrief
from evibrief.cli.printing import TextOnly
from test_bad import good_brief

COMMANDS = (
    "build", "check", "rules", "archive", "diff", "since", "verify", "extract", "withdraw", "review-copy", "comments",
    "circulate", "circulation", "sign", "timestamp",
    "new", "schema", "reference",
)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    run = evibrief(name, "--help")
    assert run.returncode == 0
    assert name in run.stdout
    assert name in evibrief("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("biuld",), "argument COMMAND: invalid choice: 'biuld' (choose from "),
        (("build",), "the following arguments are required: data/BRIEF"),
        (("build", "x", "--format", "odt"), "argument --format: `odt` is not one of pdf, docx, html"),
        (("schema", "x"), "there is no file x; known: brief, ranking, "),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...], said: str) -> None:
    run = evibrief(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.splitlines()[-1].startswith("evibrief")
    assert said in run.stderr.splitlines()[-1]


def test_check_says_what_was_found(tmp_path: Path) -> None:
    run = evibrief("check", good_brief(tmp_path))
    assert run.returncode == 0
    # The good brief is of spring 2026, and reviewed by nobody since.
    assert "warning[review-overdue]" in run.stderr
    assert "2 claims" in run.stdout
    (tmp_path / "claims" / "01-glass.yaml").unlink()
    assert evibrief("check", tmp_path).returncode == 1


def test_a_new_brief_builds_at_once(tmp_path: Path) -> None:
    run = evibrief("new", "data/my-brief", folder=tmp_path)
    assert run.returncode == 0
    built = evibrief("build", "data/my-brief", "--format", "html", folder=tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    names = [path.name for path in (tmp_path / "build").iterdir() if path.name[0] != "."]
    assert len(names) == 1
    assert re.fullmatch(r"my-brief_\d{4}-\d\d-\d\d_v0\.1\.0\.html", names[0])


def test_new_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mine.txt").write_text("mine")
    run = evibrief("new", "here", folder=tmp_path)
    assert run.returncode == 1
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["mine.txt"]
    assert evibrief("new", "a b/ü!", folder=tmp_path).returncode == 1
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "brief.json").write_text("mine")
    run = evibrief("new", "other", folder=tmp_path)
    assert "schemas: " in run.stdout
    assert (tmp_path / "schemas" / "brief.json").read_text() == "mine"
    assert (tmp_path / "schemas" / "studies.json").read_text().startswith("{")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Ünder Glass!", "`under-glass`"), ("my--brief", "`my-brief`"), ("a b  c", "`a-b-c`"), ("x.", "`x`"),
        ("brief: one", "`brief-one`"), ("-x", "`x`"), ("蓝", "`my-brief`"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_an_id_has_the_nearest_that_can(name: str, hint: str, tmp_path: Path) -> None:
    run = evibrief("new", "--", name, folder=tmp_path)
    assert run.returncode == 1
    assert f"`{name}` cannot be the id of a brief" in run.stderr
    assert f"use letters, digits and single hyphens, such as {hint}" in run.stderr
    assert list(tmp_path.iterdir()) == []
    assert evibrief("new", hint.strip("`"), folder=tmp_path).returncode == 0


@pytest.mark.parametrize("name", ["my_brief", "MY-BRIEF", "My Brief"])
def test_two_briefs_side_by_side_have_two_ids(name: str, tmp_path: Path) -> None:
    assert evibrief("new", "my-brief", folder=tmp_path).returncode == 0
    run = evibrief("new", name, folder=tmp_path)
    assert run.returncode == 1
    assert f"{name}: error[folder-name]: its id would be `my-brief`, which is the id of the brief in `my-brief`" in (
        run.stderr
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my-brief", "schemas"]
    assert evibrief("new", "my-brief-2", folder=tmp_path).returncode == 0
    assert evibrief("new", f"elsewhere/{name}", folder=tmp_path).returncode == 0


def test_files_name_a_schema_that_is_there(tmp_path: Path) -> None:
    evibrief("new", "data/my-brief", folder=tmp_path)
    files = list((tmp_path / "data" / "my-brief").rglob("*.yaml"))
    assert len(files) > 3
    for path in files:
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
        assert named
        schema = json.loads((path.parent / named[1]).read_text())
        assert schema["$schema"].startswith("https://json-schema.org/")


def test_schemas_describe_the_fields() -> None:
    schema = json.loads(evibrief("schema", "brief").stdout)
    assert {"id", "title", "question", "bottom_line", "not_this"} <= set(schema["required"])
    assert schema["additionalProperties"] is False
    assert "what this brief is not" in json.dumps(schema)


def test_a_stream_that_was_lent_is_not_asked_for_anything_when_it_is_done_with() -> None:
    lent = io.TextIOWrapper(io.BytesIO())
    TextOnly(lent).close()
    assert lent.write("still open") == 10
    lent.close()
    TextOnly(lent).close()


def test_the_schemas_in_the_repository_are_current(tmp_path: Path) -> None:
    assert evibrief("schema", "--output", tmp_path).returncode == 0
    kept = Path(__file__).parents[2] / "data" / "schemas"
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert len(written) == 21
    assert written == {path.name: path.read_text() for path in kept.iterdir()}


@pytest.mark.slow
def test_what_is_up_to_date_is_not_built_again(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    first = evibrief("build", folder, "--output", output)
    assert first.returncode == 0
    stamps = {path: path.stat().st_mtime_ns for path in output.iterdir()}
    assert len(stamps) == 4
    again = evibrief("build", folder, "--output", output)
    assert again.stdout.count("up to date") == 3
    assert {path: path.stat().st_mtime_ns for path in output.iterdir()} == stamps


def test_a_changed_input_and_a_damaged_output_are_built_again(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    evibrief("build", folder, "--output", output, "--format", "html")
    page = next(output.glob("*.html"))
    whole = page.read_text()
    page.write_text("damaged")
    evibrief("build", folder, "--output", output, "--format", "html")
    assert page.read_text() == whole
    claims = folder / "claims" / "01-glass.yaml"
    claims.write_text(claims.read_text().replace("7 of 12", "8 of 12"))
    assert "up to date" not in evibrief("build", folder, "--output", output, "--format", "html").stdout
    assert "8 of 12" in page.read_text()


def test_a_failed_build_leaves_the_old_documents(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    evibrief("build", folder, "--output", output, "--format", "html")
    before = {path: path.read_bytes() for path in output.iterdir()}
    studies = folder / "studies.yaml"
    studies.write_text(studies.read_text().replace("n: 12", "n: twelve"))
    assert evibrief("build", folder, "--output", output).returncode == 1
    assert {path: path.read_bytes() for path in output.iterdir()} == before


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    run = evibrief("build", folder, "--output", tmp_path / "out", "--format", "html", "--quiet")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def on_a_terminal(*words: object) -> str:
    """What a command prints on a terminal as standard error."""
    try:
        leader, follower = pty.openpty()
    except OSError as error:  # a small container has none
        pytest.skip(f"there is no terminal on this machine: {error}")
    command = [sys.executable, "-m", "evibrief", *map(str, words)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=follower, check=True, timeout=120)
    os.close(follower)
    seen = os.read(leader, 4096).decode()
    os.close(leader)
    return seen


def stages(seen: str) -> list[str]:
    return re.findall(r"([^\r\n]+) … \d+\.\d s", seen)


@pytest.mark.slow
def test_a_terminal_sees_a_line_for_each_stage(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    seen = on_a_terminal("build", folder, "--output", tmp_path, "--format", "html")
    assert stages(seen) == ["reading the evidence", "composing the page", "writing html", "saving"]


@pytest.mark.slow
def test_a_terminal_sees_what_archive_and_circulate_do(tmp_path: Path) -> None:
    folder, archive = good_brief(tmp_path / "blue"), tmp_path / "archive"
    assert stages(on_a_terminal("archive", folder, "--archive", archive)) == [
        "reading the evidence", "comparing it with the last archived version", "writing the whole: pdf, docx, html",
        "writing the core: pdf, docx", "writing the pages of the archive",
    ]  # fmt: skip
    assert evibrief("archive", folder, "--archive", archive).stderr == ""
    (folder / "circulation.yaml").write_text(
        "sender: {name: A, address: a@example.org}\nrecipients:\n"
        "  - {id: p1, name: P, address: p@example.org, role: clinician, wants: [pdf]}\n"
    )
    seen = on_a_terminal("circulate", folder, "--archive", archive, "--output", tmp_path / "drafts")
    assert stages(seen) == ["reading the evidence", "checking the archived version", "writing the letter to p1"]


def test_an_unknown_citation_style_is_a_problem_with_a_place(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("american-medical-association", "american-medical-asociation"))
    run = evibrief("build", folder, "--output", tmp_path / "out")
    assert run.returncode == 1
    assert re.search(r"brief\.yaml:\d+:\d+: error\[citation-style\].*\n  hint: did you mean", run.stderr)
    assert not (tmp_path / "out").exists()


def test_a_text_that_is_not_one_paragraph_is_a_problem_with_a_place(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    claims.write_text(
        claims.read_text().replace("status_note: One small", "status_note: |\n      - One\n\n      small")
    )
    run = evibrief("build", folder, "--output", tmp_path / "out")
    assert run.returncode == 1
    assert re.search(r"01-glass\.yaml:\d+:\d+: error\[prose\].*one paragraph", run.stderr)


def test_a_deleted_document_is_built_again(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    evibrief("build", folder, "--output", output, "--format", "html")
    page = next(output.glob("*.html"))
    whole = page.read_bytes()
    page.unlink()
    assert "up to date" not in evibrief("build", folder, "--output", output, "--format", "html").stdout
    assert page.read_bytes() == whole


def test_only_what_is_asked_for_is_written(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    assert evibrief("build", folder, "--output", output, "--format", "html").returncode == 0
    assert sorted(path.suffix for path in output.iterdir() if path.name[0] != ".") == [".html"]
    assert evibrief("build", folder, "--output", output, "--format", "docx, html").returncode == 0
    both = evibrief("build", folder, "--output", output, "--format", "html", "--format", "docx").stdout
    assert both.count("up to date") == 2
    assert sorted(path.suffix for path in output.iterdir() if path.name[0] != ".") == [".docx", ".html"]


def test_without_a_terminal_there_are_no_stages(tmp_path: Path) -> None:
    run = command.evibrief("build", good_brief(tmp_path / "blue"), "--output", tmp_path / "out", "--format", "html")
    assert (run.returncode, run.stderr) == (0, "")
    assert len(run.stdout.splitlines()) == 1
    assert "…" not in run.stdout


@pytest.mark.parametrize("name", ["no", "2026", "2026-11-23", "null"])
def test_a_name_that_yaml_would_misread_is_the_id_as_well(name: str, tmp_path: Path) -> None:
    assert evibrief("new", name, folder=tmp_path).returncode == 0
    run = evibrief("check", name, folder=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_file_in_the_place_of_the_output_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    run = evibrief("build", good_brief(tmp_path / "blue"), "--output", tmp_path / "out", "--format", "html")
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert (tmp_path / "out").read_text() == "mine"


def test_a_moved_file_is_a_changed_input(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    assert evibrief("build", folder, "--output", output, "--format", "html").returncode == 0
    (folder / "claim").mkdir()
    (folder / "claims" / "01-glass.yaml").rename(folder / "claim" / "01-glass.yaml")
    assert evibrief("build", folder, "--output", output, "--format", "html").returncode == 1


@pytest.mark.parametrize("record", ["{", "[]", '{"html": 5}'])
def test_a_damaged_record_is_made_anew(record: str, tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    evibrief("build", folder, "--output", output, "--format", "html")
    next(output.glob(".built-*")).write_text(record)
    assert evibrief("build", folder, "--output", output, "--format", "html").returncode == 0


def test_an_output_inside_the_brief_is_no_input(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    evibrief("build", folder, "--output", folder / "out", "--format", "html")
    assert "up to date" in evibrief("build", folder, "--output", folder / "out", "--format", "html").stdout


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such names")
def test_a_file_name_that_is_not_utf_8_is_read_and_shown_as_an_escape(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("no part of a brief, and left alone")
    run = evibrief("build", folder, "--output", tmp_path / "out", "--format", "html")
    assert (run.returncode, run.stderr) == (0, "")
    assert [path.suffix for path in (tmp_path / "out").iterdir() if path.name[0] != "."] == [".html"]
    (folder / os.fsdecode(b"caf\xe9.yaml")).write_text("x: 1")
    run = evibrief("check", folder)
    assert run.returncode == 1
    assert f"{folder}/caf\\udce9.yaml: error[unknown-file]" in run.stderr


@pytest.mark.parametrize("output", [".", "data", "data/blue"])
def test_an_output_around_the_brief_hides_no_change(output: str, tmp_path: Path) -> None:
    claims = good_brief(tmp_path / "data" / "blue") / "claims" / "01-glass.yaml"
    evibrief("build", "data/blue", "--output", output, "--format", "html", folder=tmp_path)
    claims.write_text(claims.read_text().replace("7 of 12", "8 of 12"))
    run = evibrief("build", "data/blue", "--output", output, "--format", "html", folder=tmp_path)
    assert run.returncode == 0
    assert "up to date" not in run.stdout


def test_only_as_many_problems_are_printed_as_anybody_reads(tmp_path: Path) -> None:
    (good_brief(tmp_path) / "studies.yaml").write_text("- id: x\n" * 200)
    run = evibrief("check", tmp_path)
    assert run.returncode == 1
    assert len(run.stderr.split("\n")) < 1100
    assert re.search(r"… and \d+ more", run.stderr)


def test_a_terminal_without_greek_gets_no_traceback() -> None:
    words = [sys.executable, "-m", "evibrief", "schema", "doses"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    run = subprocess.run(words, capture_output=True, check=False, env=environment, timeout=60)
    assert run.returncode == 0
