"""The language server as an editor meets it: a real process, spoken to by the protocol library's own client."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from command import run_here as evibrief
from language_client import Editor, applied, uri
from shared import SECOND, hashes


@pytest.fixture(scope="module")
def served() -> Iterator[Editor]:
    editor = Editor()
    yield editor
    assert editor.end() == 0
    assert editor.logged == []


@pytest.fixture
def editor(served: Editor) -> Iterator[Editor]:
    """The server, without any open file before and after a test."""
    yield served
    for name in [*served.versions]:
        served.close(Path(lsp_path(name)))
    served.versions.clear()
    served.published.clear()


def lsp_path(name: str) -> str:
    return str(to_fs_path(name))


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SECOND, tmp_path / "glass"))


def claims(brief: Path) -> Path:
    return brief / "claims" / "01-light.yaml"


def edited(path: Path, *changes: tuple[str, str]) -> str:
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def at(text: str, words: str, within: int = 0) -> tuple[int, int]:
    """The line and the column, in UTF-16, of a place in the first occurrence of some words."""
    before = text[: text.index(words) + within].replace("\r\n", "\n")
    return before.count("\n"), len(before[before.rfind("\n") + 1 :].encode("utf-16-le")) // 2


def told(editor: Editor) -> set[tuple[str, int, int, str, str, str]]:
    """What the editor shows: file, line, column, severity, rule, words."""
    severities = {lsp.DiagnosticSeverity.Error: "error", lsp.DiagnosticSeverity.Warning: "warning"}
    return {
        (lsp_path(name), one.range.start.line, one.range.start.character, severities[one.severity], str(one.code),
         one.message)
        for name, listed in editor.published.items() for one in listed if one.severity
    }  # fmt: skip


def listed(folder: Path) -> set[tuple[str, int, int, str, str, str]]:
    """What `check` says of what is saved, in the editor's numbers."""
    found: list[dict[str, Any]] = json.loads(evibrief("check", folder, "--format", "json").stdout)["problems"]
    assert found
    return {
        (one["path"], max(one["line"] - 1, 0), max(one["column"] - 1, 0), one["severity"], one["rule"],
         one["message"] + (f"\n{one['hint']}" if one["hint"] else "")) for one in found
    }  # fmt: skip


def agree(editor: Editor, folder: Path) -> bool:
    """Whether the editor comes to show what `check` says of a folder. Each file is told in a message of its own."""
    wanted = listed(folder)
    editor.until(lambda: {one for one in told(editor) if one[0].startswith(f"{folder}/")} == wanted, 30)
    return True


def checked(editor: Editor, path: Path) -> None:
    """Wait until the server has spoken of a file once more."""
    before = editor.times.get(uri(path), 0)
    editor.until(lambda: editor.times.get(uri(path), 0) > before)


def open_checked(editor: Editor, path: Path, text: str | None = None) -> str:
    editor.open(path, text)
    checked(editor, path)
    return path.read_bytes().decode() if text is None else text


# Problems


def test_the_problems_are_those_of_check(editor: Editor, brief: Path) -> None:
    changed = edited(claims(brief), ("source: muster2019", "source: muster2018"), ("about: ", "abuot: "))
    claims(brief).write_text(changed)
    (brief / "studies.yaml").write_text(edited(brief / "studies.yaml", ("n: 24", "n: two")))
    open_checked(editor, claims(brief))
    assert agree(editor, brief)
    assert len({one[0] for one in told(editor)}) > 1
    (wrong,) = (one for one in editor.shown(claims(brief)) if "muster2018" in one.message)
    assert (wrong.range.end.character - wrong.range.start.character, wrong.source) == (len("muster2018"), "evibrief")


def test_what_is_not_saved_is_checked_and_not_written(editor: Editor, brief: Path, tmp_path: Path) -> None:
    before, times = hashes(brief), {path: path.stat().st_mtime_ns for path in brief.rglob("*")}
    text = open_checked(editor, claims(brief))
    assert agree(editor, brief)
    clean = told(editor)
    editor.change(claims(brief), changed := text.replace("source: muster2019", "source: muster2018", 1))
    checked(editor, claims(brief))
    other = Path(shutil.copytree(brief, tmp_path / "other" / "glass"))
    claims(other).write_text(changed)
    wanted = {(one[0].replace("/other/", "/"), *one[1:]) for one in listed(other)}
    editor.until(lambda: told(editor) == wanted, 30)
    assert told(editor) != clean
    editor.change(claims(brief), text)
    editor.until(lambda: told(editor) == clean, 30)
    assert hashes(brief) == before
    assert {path: path.stat().st_mtime_ns for path in brief.rglob("*")} == times


def test_columns_are_in_utf_16_and_lines_may_end_as_on_windows(editor: Editor, brief: Path) -> None:
    text = edited(claims(brief), ("text: ", "text: 😀 µ [@muster2018] "))
    windows = text.replace("\n", "\r\n").encode()
    claims(brief).write_bytes(windows)
    open_checked(editor, claims(brief))
    (wrong,) = (one for one in editor.shown(claims(brief)) if "muster2018" in one.message)
    start = at(text, "@muster2018")
    assert (wrong.range.start.line, wrong.range.start.character) == start
    assert wrong.range.end.character == start[1] + len("@muster2018")
    editor.change(claims(brief), windows.decode().replace("muster2018", "muster2019"))
    checked(editor, claims(brief))
    assert "muster2018" not in str(editor.shown(claims(brief)))
    assert "A trial of blue glass" in editor.hover(claims(brief), (start[0], start[1] + 3))
    assert "A trial of blue glass" not in editor.hover(claims(brief), (start[0], start[1] - 3))


def test_two_briefs_do_not_mix_and_a_file_of_none_is_left_alone(editor: Editor, brief: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(brief, tmp_path / "other"))
    (other / "studies.yaml").write_text(edited(other / "studies.yaml", ("n: 24", "n: two")))
    (tmp_path / "notes.yaml").write_text("- id: [\n")
    (brief / "theme").mkdir()
    editor.open(tmp_path / "notes.yaml")
    editor.open(brief / "theme" / "notes.yaml", "a: [")
    assert editor.complete(tmp_path / "notes.yaml", (0, 4)) == []
    assert editor.hover(tmp_path / "notes.yaml", (0, 3)) == ""
    assert editor.define(tmp_path / "notes.yaml", (0, 3)) is None
    with pytest.raises(JsonRpcException, match="belongs to no brief"):
        editor.rename(tmp_path / "notes.yaml", (0, 3), "x")
    open_checked(editor, claims(other))
    open_checked(editor, claims(brief))
    assert agree(editor, other)
    assert agree(editor, brief)
    assert not [name for name in editor.published if "notes" in name]


def test_a_file_that_goes_is_told_and_a_brief_that_is_closed_is_not(editor: Editor, brief: Path) -> None:
    assert lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in editor.watching
    open_checked(editor, claims(brief))
    (brief / "studies.yaml").unlink()
    editor.tell_changed(brief / "studies.yaml", lsp.FileChangeType.Deleted)
    checked(editor, brief / "studies.yaml")
    assert agree(editor, brief)
    editor.open(brief / "phases.yaml", "- id: [")
    checked(editor, brief / "phases.yaml")
    assert any(one[0].endswith("phases.yaml") for one in told(editor))
    editor.close(brief / "phases.yaml")
    assert agree(editor, brief)
    editor.close(claims(brief))
    editor.until(lambda: not told(editor))


def test_a_new_file_counts_before_it_is_saved(editor: Editor, brief: Path) -> None:
    new = brief / "claims" / "99-new.yaml"
    editor.open(new, "id: new_ones\ntitle: New\nclaims:\n  - id: c1\n")
    checked(editor, new)
    assert any("already used" in one.message for one in editor.shown(new))
    assert not new.exists()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system tells sockets in another way")
def test_the_server_has_no_connection(editor: Editor, brief: Path) -> None:
    open_checked(editor, claims(brief))
    assert editor.complete(claims(brief), (0, 0))
    process = editor.client._server
    assert process
    held = {os.readlink(path) for path in Path(f"/proc/{process.pid}/fd").iterdir()}
    tables = (Path("/proc/net") / name for name in ("tcp", "tcp6", "udp", "udp6"))
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    assert held
    assert {f"socket:[{row[9]}]" for row in rows} & held == set()


# Questions


def test_what_is_half_typed_is_completed(editor: Editor, brief: Path) -> None:
    path = claims(brief)
    text = open_checked(editor, path)
    half = text.replace("source: muster2019", "source: mu", 1).replace("claims:\n", "claims: [\n", 1)
    editor.change(path, half)
    checked(editor, path)
    assert any(one.code == "yaml" for one in editor.shown(path))
    offers = editor.complete(path, at(half, "source: mu", 10))
    assert [one.label for one in offers][:2] == ["muster2019", "muster2020"]
    assert "A trial of blue glass" in str(offers[0].detail)
    assert isinstance(offers[0].text_edit, lsp.TextEdit)
    assert (offers[0].text_edit.range.start.character, offers[0].text_edit.new_text) == (
        at(half, "source: mu", 8)[1], "muster2019")  # fmt: skip
    assert "**c1** · claim" in editor.hover(path, at(half, "id: c1", 5)), "as it was when it could be read"


def test_a_record_leads_to_where_it_is_written(editor: Editor, brief: Path) -> None:
    path = claims(brief)
    text = open_checked(editor, path)
    found = editor.define(path, at(text, "source: muster2019", 12))
    assert found
    assert found.uri == uri(brief / "references.json")
    line = (brief / "references.json").read_text().splitlines()[found.range.start.line]
    assert line[found.range.start.character : found.range.end.character] == "muster2019"
    ranking = open_checked(editor, brief / "ranking.yaml")
    claim = editor.define(brief / "ranking.yaml", at(ranking, "claims: [c", 10))
    assert claim
    assert claim.uri.endswith("01-light.yaml")
    named = editor.references(path, at(text, "source: muster2019", 12))
    assert len(named) > 8
    assert len({one.uri for one in named}) > 3


def test_what_was_computed_is_shown(editor: Editor, brief: Path) -> None:
    ranking = open_checked(editor, brief / "ranking.yaml")
    told = editor.hover(brief / "ranking.yaml", at(ranking, "id: s1", 5))
    assert "**s1** · statement" in told
    assert "computed: **" in told
    assert "studies: 1 for (muster2019); 2 against (retracted2021, lamppage)" in told
    text = open_checked(editor, claims(brief))
    assert "used by s1" in editor.hover(claims(brief), at(text, "id: c1", 5))
    assert "does it favour the idea" in editor.hover(claims(brief), at(text, "direction:", 3))


# Renaming


@pytest.mark.parametrize(
    ("file", "words", "old", "new"),
    [
        ("claims/01-light.yaml", "source: muster2019", "muster2019", "glass:2019"),
        ("claims/01-light.yaml", "id: c1", "c1", "sneezing"),
        ("ranking.yaml", "id: s1", "s1", "first"),
        ("claims/01-light.yaml", "population: hay_fever", "hay_fever", "hay"),
    ],
)
def test_a_renamed_record_leaves_a_brief_without_a_new_problem(
    editor: Editor, brief: Path, file: str, words: str, old: str, new: str
) -> None:
    claims(brief).write_bytes(claims(brief).read_text().replace("\n", "\r\n").encode())
    before = evibrief("check", brief, "--format", "json").stdout
    text = open_checked(editor, brief / file)
    place = at(text, words, len(words) - 1)
    assert editor.prepare_rename(brief / file, place).placeholder == old
    edit = editor.rename(brief / file, place, new)
    assert edit
    whole = hashes(brief)
    texts = applied(edit)
    assert hashes(brief) == whole, "the server itself writes nothing"
    for path, changed in texts.items():
        path.write_bytes(changed.encode())
    after = evibrief("check", brief, "--format", "json")
    assert after.returncode == 0
    assert _without_places(after.stdout.replace(new, old)) == _without_places(before)
    assert [path for path in texts if re.search(rf"\b{old}\b", path.read_text())] == []
    assert b"\r\n" in claims(brief).read_bytes()
    assert b"\n" not in claims(brief).read_bytes().replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - id: c1\n", "  - id: sneezing\n    replaces: [c1]\n"),
        ("  - id: c1 # one\n    replaces: [c0]\n", "  - id: sneezing # one\n    replaces: [c0, c1]\n"),
    ],
)
def test_the_id_of_an_archived_record_is_kept_under_replaces(
    editor: Editor, brief: Path, before: str, after: str
) -> None:
    archived = brief.parent / "archive" / "blue-glass" / "2026-01-01_v0.1.0" / "evidence"
    shutil.copytree(SECOND, archived)
    claims(brief).write_text(edited(claims(brief), ("  - id: c1\n", before)))
    text = open_checked(editor, claims(brief))
    edit = editor.rename(claims(brief), at(text, "id: c1", 5), "sneezing")
    assert edit
    for path, changed in applied(edit).items():
        path.write_text(changed)
    assert after in claims(brief).read_text()
    compared = evibrief("diff", archived, brief).stdout
    assert compared.startswith("Conclusions unchanged")
    assert not re.search("claim (added|removed)", compared)


def _without_places(printed: str) -> Any:
    told = json.loads(printed)
    return [(one["rule"], one["message"]) for one in told["problems"]], told["ratings"]


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("c2", "`c2` is already the id of a record"),
        ("C2", "`c2` is already the id of a record"),
        ("a b", "`a b` cannot be an id"),
        ("", "cannot be an id"),
        ("main", "a part of the page is called so"),
        ("gone", "a record in the archived version 0.1.0"),
    ],
)
def test_an_id_that_cannot_be_is_refused(editor: Editor, brief: Path, new: str, why: str) -> None:
    archived = brief.parent / "archive" / "blue-glass" / "2026-01-01_v0.1.0" / "evidence"
    shutil.copytree(SECOND, archived)
    claims(archived).write_text(edited(claims(archived), ("id: c1\n", "id: gone\n")))
    text = open_checked(editor, claims(brief))
    with pytest.raises(JsonRpcException, match=why) as refused:
        editor.rename(claims(brief), at(text, "id: c1", 5), new)
    assert refused.value.code == lsp.LSPErrorCodes.RequestFailed


def test_nothing_is_renamed_while_a_file_is_broken(editor: Editor, brief: Path) -> None:
    text = open_checked(editor, claims(brief))
    open_checked(editor, brief / "phases.yaml", "- id: [")
    with pytest.raises(JsonRpcException, match=r"phases\.yaml cannot be read now; mend it first"):
        editor.rename(claims(brief), at(text, "id: c1", 5), "other")
    assert editor.prepare_rename(claims(brief), at(text, "title: ", 3)) is None
