"""Files that nobody meant to write, or somebody did: a clear problem each, soon, and nothing written."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from evibrief.build import load
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


@pytest.mark.parametrize("stem", ["brief", "studies", "claims/01-glass", "mechanisms"])
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_a_clear_problem(name: str, stem: str, tmp_path: Path) -> None:
    data, rule = HOSTILE[name]
    path = good_brief(tmp_path) / f"{stem}.yaml"
    path.write_bytes(data)
    began = time.monotonic()
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    assert time.monotonic() - began < 10
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
        command = [sys.executable, "-m", "evibrief", "build", str(folder), "--output", str(output)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        assert "nothing was written" in run.stderr
        assert not output.exists()
