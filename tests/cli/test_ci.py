"""What runs elsewhere: the hook for pre-commit, and the steps of the GitHub Action, on a local repository."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from command import run_here as evibrief
from evibrief.cli.main import _parser
from evibrief.cli.of_files import briefs_of
from shared import ROOT, SECOND

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step.get("name"): step for step in ACTION["runs"]["steps"]}


def git(folder: Path, *words: str) -> str:
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    run = subprocess.run(["git", *settings, *words], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one brief, committed."""
    folder = tmp_path / "repository"
    shutil.copytree(SECOND, folder / "data" / "glass")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=first")
    return folder


def change(file: Path, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))


# The hook


(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def test_the_hook_has_what_pre_commit_needs_and_is_a_command() -> None:
    assert {"id", "name", "entry", "language"} <= set(HOOK)
    assert set(HOOK) <= {"id", "name", "description", "entry", "language", "files", "exclude", "require_serial"}
    program, *words = shlex.split(HOOK["entry"])
    assert program == "evibrief"
    assert _parser().parse_args([*words, "a.yaml"]).files


@pytest.mark.parametrize(
    ("file", "is_passed"),
    [
        ("data/glass/claims/01-light.yaml", True),
        ("data/glass/references.json", True),
        ("data/glass/theme/custom.css", True),
        ("archive/glass/2026-01-01_v0.1.0/evidence/brief.yaml", False),
        ("README.md", False),
    ],
)
def test_the_hook_gets_the_files_that_briefs_are_made_of(file: str, is_passed: bool) -> None:
    assert bool(re.search(HOOK["files"], file) and not re.search(HOOK["exclude"], file)) is is_passed


def test_the_hook_checks_the_briefs_whose_files_are_committed(repository: Path) -> None:
    words = shlex.split(HOOK["entry"])[1:]
    (repository / "settings.yaml").write_text("a: [")
    shutil.copytree(SECOND, repository / "data" / "broken")
    change(repository / "data" / "broken" / "studies.yaml", "n: 24", "n: two")
    for staged, code in (("settings.yaml", 0), ("data/glass/claims/01-light.yaml", 0), ("data/broken/studies.yaml", 1)):
        if staged.startswith("data/glass"):
            change(repository / staged, "Blue glass lowers", "Blue glass may lower")
        git(repository, "reset", "--quiet")
        git(repository, "add", staged)
        files = git(repository, "diff", "--cached", "--name-only").splitlines()
        run = evibrief(*words, *files, folder=repository)
        assert (files, run.returncode) == ([staged], code), run.stderr
    assert "data/broken/studies.yaml:" in run.stderr
    assert "data/glass" not in run.stderr


def test_a_file_belongs_to_the_brief_that_is_made_of_it(repository: Path) -> None:
    glass = repository / "data" / "glass"
    named = ["claims/01-light.yaml", "theme/custom.css", "styles/own.csl", "brief.yaml"]
    assert briefs_of(glass / name for name in named) == [glass]
    assert briefs_of(glass / name for name in ("build/a.yaml", "README.md", "claims/old/a.yaml", "x.csl.txt")) == []
    assert briefs_of([repository / "data" / "other" / "brief.yaml", Path("brief.yaml"), Path("/")]) == []


# The action


def test_no_shell_reads_what_somebody_else_wrote() -> None:
    runs = [step for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(runs) == 5
    for step in runs:
        assert "${{" not in step["run"]
        assert all(re.fullmatch(r"\$\{\{ inputs\.\w+ \}\}", value) for value in step.get("env", {}).values())
    assert [step["name"] for step in runs if "GITHUB_TOKEN" in step.get("env", {})] == ["Comment"]
    used = set(re.findall(r"inputs\.(\w+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    assert os.access(ROOT / "action" / "install", os.X_OK)


class GitHub(BaseHTTPRequestHandler):
    """As much of GitHub's REST API as the action uses: comments on pull request 7."""

    comments: list[dict[str, Any]]
    asked: list[tuple[str, str]]
    may_write = True

    def do_GET(self) -> None:
        page = int(re.search(r"[?&]page=(\d+)", self.path)[1])  # type: ignore[index]
        self._answer(200, self.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        if self._may():
            self.comments.append({"id": 1000 + len(self.comments), "user": {"type": "Bot"}, "body": self._body()})
            self._answer(201, self.comments[-1])

    def do_PATCH(self) -> None:
        if self._may():
            (found,) = (one for one in self.comments if one["id"] == int(self.path.rpartition("/")[2]))
            found["body"] = self._body()
            self._answer(200, found)

    def _may(self) -> bool:
        assert self.headers["Authorization"] == "Bearer secret"
        self.asked.append((self.command, self.path))
        if not self.may_write:
            self._answer(403, {"message": "Resource not accessible by integration"})
        return self.may_write

    def _body(self) -> str:
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def _answer(self, code: int, what: Any) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def github() -> Iterator[tuple[str, type[GitHub]]]:
    kind = type("OneGitHub", (GitHub,), {"comments": [], "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", kind
        server.shutdown()


@pytest.fixture
def runner(repository: Path, tmp_path: Path, github: tuple[str, type[GitHub]]) -> dict[str, str]:
    """The environment of a workflow: a pull request whose base is the commit that there is."""
    base = git(repository, "rev-parse", "HEAD")
    event = {"pull_request": {"number": 7, "base": {"sha": base}, "title": "$(touch hacked)"}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    program = tmp_path / "evibrief" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    program.chmod(0o755)
    return {
        **os.environ, "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(tmp_path), "GITHUB_API_URL": github[0],
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_REPOSITORY": "example/briefs",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "PYTHONPATH": str(ROOT / "src"),
    }  # fmt: skip


def step(name: str, runner: dict[str, str], repository: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run one step as it is written in action.yml."""
    given = {name: one["default"] for name, one in ACTION["inputs"].items()} | {"token": "secret"} | inputs
    own = {key: given[value.split(".")[1].strip(" }")] for key, value in STEPS[name].get("env", {}).items()}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEPS[name]["run"]]
    environment = {**runner, **own}
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_problems_are_annotations_and_documents_are_built(runner: dict[str, str], repository: Path) -> None:
    assert step("Check", runner, repository).returncode == 0
    built = step("Build", runner, repository, formats="html")
    assert built.returncode == 0, built.stderr
    assert len([*(repository / "build").glob("*.html")]) == 1
    change(repository / "data" / "glass" / "studies.yaml", "n: 24", "n: two")
    told = step("Check", runner, repository)
    assert told.returncode == 1
    assert "::error file=data/glass/studies.yaml,line=" in told.stdout
    none = step("Check", runner, repository, briefs="none/* $(touch hacked) `touch hacked`; touch hacked")
    assert (none.returncode, none.stdout[:9]) == (1, "::error::")
    assert [*repository.rglob("hacked")] == []


def test_what_changes_is_posted_once_and_then_written_anew(
    runner: dict[str, str], repository: Path, github: tuple[str, type[GitHub]], tmp_path: Path
) -> None:
    github[1].comments += [
        {"id": n, "user": {"type": "User"}, "body": "<!-- evibrief: what changes in the briefs -->"} for n in range(150)
    ]
    claims = repository / "data" / "glass" / "claims" / "01-light.yaml"
    change(claims, "text: Blue glass lowers", "text: Green glass [@muster2019] (#12) lowers")
    shutil.copytree(SECOND, repository / "data" / "$(touch hacked) `x` @somebody")
    for words in ("Green glass", "Red glass"):
        assert step("Compare", runner, repository).returncode == 0
        posted = step("Comment", runner, repository)
        assert (posted.returncode, posted.stdout) == (0, ""), posted.stderr
        change(claims, words, "Red glass")
        assert words in github[1].comments[-1]["body"]
    assert [one[0] for one in github[1].asked] == ["POST", "PATCH"]
    body = github[1].comments[-1]["body"]
    assert len(github[1].comments) == 151
    assert "### data/glass\n" in body
    assert "A new brief." in body
    assert not re.search(r"[@#]\w", body.replace("### ", ""))
    assert "Red glass" in (tmp_path / "summary.md").read_text()
    assert [*tmp_path.rglob("hacked")] == []


@pytest.mark.slow
def test_a_fork_may_not_comment_and_the_run_goes_on(
    runner: dict[str, str], repository: Path, github: tuple[str, type[GitHub]]
) -> None:
    github[1].may_write = False
    assert step("Compare", runner, repository).returncode == 0
    posted = step("Comment", runner, repository)
    assert posted.returncode == 0
    assert posted.stdout.startswith("::notice::")
    assert github[1].comments == []


def steps_module() -> Any:
    spec = importlib.util.spec_from_file_location("steps", ROOT / "action" / "steps.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_folders_are_found_and_never_read_as_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data/a", "data/b c", "--output=x", "::set-env name=x::y"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "brief.yaml").write_text("")
    (tmp_path / "data" / "none").mkdir()
    monkeypatch.chdir(tmp_path)
    briefs = steps_module().briefs
    assert briefs("data/* data/a ./data/a/") == ["data/a", "data/b c"]
    assert briefs("*") == ["./--output=x", "./::set-env name=x::y"]
    assert briefs("data/a/.. / ../* none") == []
    assert briefs(".") == []


def test_a_long_comment_is_cut_at_a_line() -> None:
    steps = steps_module()
    text = steps._shortened("a line\n" * 20_000)
    assert len(text) < 65_536
    assert text.endswith("a line\n\n… and more: see the summary of the run.")


# The page


def examples(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs" / page).read_text(), re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_name_what_is_there() -> None:
    hooks, workflow = map(yaml.safe_load, examples("ci.md", "yaml"))
    assert [one["id"] for one in hooks["repos"][0]["hooks"]] == [HOOK["id"]]
    (job,) = workflow["jobs"].values()
    (used,) = (one for one in job["steps"] if one["uses"].startswith("OWNER/evibrief"))
    assert set(used["with"]) < set(ACTION["inputs"])
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", (ROOT / "docs" / "ci.md").read_text(), re.MULTILINE)
    assert [name for name, _ in rows] == list(ACTION["inputs"])
    assert [default.strip("`") for _, default in rows[:4]] == [one["default"] for one in ACTION["inputs"].values()][:4]


def test_the_settings_of_editors_start_the_server() -> None:
    (helix,) = map(tomllib.loads, examples("editors.md", "toml"))
    server = helix["language-server"]["evibrief"]
    assert _parser().parse_args(server["args"])
    assert server["command"] == "evibrief"
    for language in ("lua", "elisp"):
        (settings,) = examples("editors.md", language)
        assert re.search(r"""['"]evibrief['"],? ['"]lsp['"]""", settings)
