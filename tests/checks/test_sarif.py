"""`check --format sarif`: one result for each problem, at its place, with its rule; the same log on every machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from command import run_here as evibrief
from evibrief.checks.catalogue import describe
from evibrief.checks.sarif import ROOT, sarif_log
from evibrief.problems import Place, Problem
from test_bad import good_brief
from test_retractions import notices


def run_of(*problems: Problem, folder: str = "/home/x/repo") -> Any:
    (run,) = sarif_log(problems, Path(folder))["runs"]
    return run


def place_of(result: Any) -> tuple[str, str | None, int, int]:
    (location,) = result["locations"]
    artifact, region = (location["physicalLocation"][name] for name in ("artifactLocation", "region"))
    return artifact["uri"], artifact.get("uriBaseId"), region["startLine"], region["startColumn"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A brief in a folder with a letter and a space in its name, with two errors in it."""
    folder = tmp_path_factory.mktemp("sarif") / "ä b"
    folder.mkdir()
    good_brief(folder)
    claims = folder / "claims" / "01-glass.yaml"
    claims.write_text(claims.read_text().replace("status: ", "status: x", 1).replace("about: ", "abuot: ", 1))
    return folder


def test_the_command_prints_what_check_finds(folder: Path) -> None:
    printed = evibrief("check", folder.name, "--format", "sarif", folder=folder.parent)
    listed = evibrief("check", folder.name, "--format", "json", folder=folder.parent)
    assert (printed.returncode, listed.returncode, printed.stderr) == (1, 1, "")
    (run,) = json.loads(printed.stdout)["runs"]
    problems = json.loads(listed.stdout)["problems"]
    assert len(problems) > 2
    assert [place_of(one) for one in run["results"]] == [
        (one["path"].replace("ä b", "%C3%A4%20b"), ROOT, one["line"], one["column"]) for one in problems
    ]
    for result, problem in zip(run["results"], problems, strict=True):
        assert (result["ruleId"], result["level"]) == (problem["rule"], problem["severity"])
        assert result["message"]["text"].startswith(problem["message"])
        assert problem["hint"] in result["message"]["text"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == problem["rule"]


@pytest.mark.parametrize("form", ["sarif", "json", "github"])
def test_nothing_else_is_on_standard_output(form: str, tmp_path: Path) -> None:
    """What another part of the command has to say goes elsewhere: a program reads this."""
    brief = good_brief(tmp_path)
    (tmp_path / "notices.csv").write_bytes(notices({}))
    run = evibrief("check", brief, "--retractions", tmp_path / "notices.csv", "--format", form)
    assert "retractions.yaml: " in run.stderr
    assert "retractions.yaml: " not in run.stdout
    assert json.loads(run.stdout) if form != "github" else all(line[:2] == "::" for line in run.stdout.splitlines())


@pytest.mark.slow
def test_several_briefs_are_one_log(folder: Path) -> None:
    alone = evibrief("check", folder.name, "--format", "sarif", folder=folder.parent)
    both = evibrief("check", folder.name, "none", "--keep-going", "--format", "sarif", folder=folder.parent)
    (one,), (two,) = (json.loads(printed.stdout)["runs"] for printed in (alone, both))
    assert two["results"][:-1] == one["results"]
    assert (two["results"][-1]["ruleId"], place_of(two["results"][-1])) == ("no-folder", ("none", ROOT, 1, 1))


def test_every_rule_has_its_docstring_as_help() -> None:
    rules = run_of()["tool"]["driver"]["rules"]
    assert len(rules) > 90
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        told = describe(rule["id"])
        assert told
        assert rule["help"]["text"].replace("\n\n", " ") in " ".join(told.split())
        assert rule["fullDescription"]["text"].startswith(rule["shortDescription"]["text"])
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    (one_study,) = (rule for rule in rules if rule["id"] == "same-title")
    assert one_study["defaultConfiguration"]["level"] == "warning"
    assert one_study["shortDescription"]["text"] == "Two references with the same title and year."


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        ("data/a/claims.yaml", "data/a/claims.yaml", ROOT),
        ("./data/../a#?%.yaml", "a%23%3F%25.yaml", ROOT),
        ("/home/x/repo/a.yaml", "a.yaml", ROOT),
        ("../other/ä.yaml", "file:///home/x/other/%C3%A4.yaml", None),
        ("../../../../../a.yaml", "file:///a.yaml", None),
        ("../repository/a.yaml", "file:///home/x/repository/a.yaml", None),
        ("a\udcff.yaml", "a%FF.yaml", ROOT),
        (".", "./", ROOT),
    ],
)
def test_a_path_is_relative_to_the_folder_or_whole(path: str, uri: str, base: str | None) -> None:
    (result,) = run_of(Problem(Place(path, 3, 4), "date", "no"))["results"]
    assert place_of(result) == (uri, base, 3, 4)


def test_columns_are_counted_in_code_points() -> None:
    (result,) = run_of(Problem(Place("a.yaml", 1, 7), "date", "no"))["results"]
    assert place_of(result)[3] == 7
    assert run_of()["columnKind"] == "unicodeCodePoints"


def test_the_log_does_not_say_where_the_folder_is() -> None:
    problems = (Problem(Place("a.yaml"), "date", "no", "yes"), Problem(Place("b.yaml", 2, 3), "none-such", "x\x1b\n"))
    assert run_of(*problems) == run_of(*problems, folder="/elsewhere")
    assert "ruleIndex" not in run_of(*problems)["results"][1]
    assert "\x1b" not in run_of(*problems)["results"][1]["message"]["text"]


def test_a_fingerprint_stays_when_lines_move_and_tells_two_alike_apart() -> None:
    def signs(*lines: int, rule: str = "date", path: str = "a.yaml") -> list[str]:
        told = [Problem(Place(path, line, 1), rule, f"used at {path}:{line}:9") for line in lines]
        return [one["partialFingerprints"]["evibrief/v1"] for one in run_of(*told)["results"]]

    assert signs(3, 5) == signs(30, 50)
    assert len({*signs(3, 5), *signs(3, rule="word"), *signs(3, path="b.yaml")}) == 4
