"""git is asked so that nothing in a folder, which a stranger may have filled, can act; with the real git."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.archive.repository import RepositoryState, ask_git, files_at, recorded_state

SECOND = Path(__file__).parents[1] / "briefs" / "blue-glass"
# Every key by which a repository's own configuration names a command, for any verb of git.
HOSTILE = """
[core]
    fsmonitor = COMMAND
    hooksPath = HOOKS
    pager = COMMAND
    editor = COMMAND
    sshCommand = COMMAND
    gitProxy = COMMAND
    askPass = COMMAND
    alternateRefsCommand = COMMAND
    attributesFile = ATTRIBUTES
    excludesFile = IGNORED
[filter "any"]
    clean = COMMAND
    smudge = COMMAND
    process = COMMAND
    required = true
[diff]
    external = COMMAND
[diff "any"]
    textconv = COMMAND
    command = COMMAND
[merge "any"]
    driver = COMMAND
[tar "tar"]
    command = COMMAND
[pager]
    status = COMMAND
    ls-tree = COMMAND
    cat-file = COMMAND
    rev-parse = COMMAND
[alias]
    status = !COMMAND
    ls-tree = !COMMAND
    cat-file = !COMMAND
    rev-parse = !COMMAND
[credential]
    helper = !COMMAND
[gpg]
    program = COMMAND
[log]
    showSignature = true
[uploadpack]
    packObjectsHook = COMMAND
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a brief in `data/`, committed."""
    top = tmp_path_factory.mktemp("repository")
    shutil.copytree(SECOND, top / "data" / "blue-glass")
    (top / ".gitignore").write_text("circulation.yaml\n")
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    return top


@pytest.fixture
def repository(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "repository", symlinks=True)


def git(top: Path, *words: str) -> str:
    settings = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ["git", "-C", str(top), *settings, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


def planted(top: Path, configuration: str = HOSTILE) -> Path:
    """Make a repository hostile: where any command of its own runs, the file that comes back appears."""
    ran, command, hooks = top.parent / "ran", top.parent / "command", top.parent / "hooks"
    command.write_text(f"#!/bin/sh\necho \"$0 $*\" >>'{ran}'\ncat\n")
    command.chmod(0o755)
    hooks.mkdir()
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        for folder in (hooks, top / ".git" / "hooks"):
            folder.mkdir(exist_ok=True)
            shutil.copy(command, folder / hook)
    attributes = top.parent / "attributes"
    attributes.write_text("* filter=any diff=any merge=any export-subst ident\n")
    shutil.copy(attributes, top / ".git" / "info" / "attributes")
    shutil.copy(attributes, top / "data" / "blue-glass" / ".gitattributes")
    for name, path in {"COMMAND": command, "HOOKS": hooks, "ATTRIBUTES": attributes}.items():
        configuration = configuration.replace(name, str(path))
    included = top / ".git" / "more"
    included.write_text(configuration)
    with (top / ".git" / "config").open("a") as file:
        file.write(f"{configuration}\n[include]\n    path = {included}\n")
    for path in (top / "data").rglob("*"):
        os.utime(path)  # git compares what it has not seen at this time
    return ran


def test_the_planted_commands_run_where_git_is_asked_as_usual(repository: Path) -> None:
    ran = planted(repository)
    subprocess.run(("git", "-C", repository, "status"), capture_output=True, check=False)
    assert ran.read_text().count("\n") > 1


def test_diff_with_a_revision_runs_nothing_of_the_repository(repository: Path) -> None:
    ran = planted(repository)
    path = repository / "data" / "blue-glass" / "mechanisms.yaml"
    path.write_text(path.read_text().replace("Nothing is known of it.", "Still nothing is known of it."))
    run = evibrief("diff", "HEAD:data/blue-glass", "data/blue-glass", folder=repository)
    assert (run.returncode, run.stderr) == (0, "")
    assert "m_calm, summary: wording" in run.stdout
    assert not ran.exists()


def test_asking_for_the_commit_runs_nothing_of_the_repository(repository: Path) -> None:
    ran = planted(repository)
    state = recorded_state(repository / "data" / "blue-glass")
    # .gitattributes was committed by nobody
    assert state == RepositoryState(git(repository, "rev-parse", "HEAD"), clean=False)
    assert not ran.exists()


def test_archive_runs_nothing_of_the_repository(repository: Path, tmp_path: Path) -> None:
    ran = planted(repository)
    run = evibrief("archive", "data/blue-glass", "--archive", tmp_path / "archive", folder=repository)
    assert run.returncode == 0, run.stderr
    assert not ran.exists()
    manifest = json.loads(next((tmp_path / "archive").glob("*/*/manifest.json")).read_text())
    assert manifest["git"] == {"commit": git(repository, "rev-parse", "HEAD"), "clean": False}


def test_a_brief_that_brings_a_repository_along_is_archived_without_a_commit(tmp_path: Path) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "data" / "taken")
    git(folder, "init", "-q")
    ran = planted_alone(folder)
    run = evibrief("archive", folder, "--archive", tmp_path / "archive")
    assert run.returncode == 0, run.stderr
    assert not ran.exists()
    manifest = json.loads(next((tmp_path / "archive").glob("*/*/manifest.json")).read_text())
    assert manifest["git"] == {"commit": None, "clean": None}


def planted_alone(folder: Path) -> Path:
    """A monitor in the configuration that a document brought along, as in the case `git-config-inside.pdf`."""
    ran = folder.parent / "ran"
    with (folder / ".git" / "config").open("a") as file:
        file.write(f"[core]\n    fsmonitor = touch '{ran}'\n")
    subprocess.run(("git", "-C", folder, "status"), capture_output=True, check=False)
    assert ran.exists()  # as usual, git runs it
    ran.unlink()
    return ran


def test_a_missing_object_is_fetched_from_nowhere(repository: Path) -> None:
    ran = repository.parent / "ran"
    planted(repository, f"""
[core]
    repositoryFormatVersion = 1
[extensions]
    partialClone = evil
[remote "evil"]
    url = {repository}
    promisor = true
    uploadpack = touch '{ran}'
[protocol]
    allow = always
[protocol "file"]
    allow = always
[protocol "ext"]
    allow = always
""")  # fmt: skip
    name = git(repository, "rev-parse", "HEAD:data/blue-glass/brief.yaml")
    (repository / ".git" / "objects" / name[:2] / name[2:]).unlink()
    subprocess.run(("git", "-C", repository, "cat-file", "-p", name), capture_output=True, check=False)
    assert ran.exists()  # as usual, git asks the repository's own command for it
    ran.unlink()
    run = evibrief("diff", "HEAD:data/blue-glass", "data/blue-glass", folder=repository)
    assert run.returncode == 1
    assert "it cannot be read from git" in run.stderr
    assert recorded_state(repository / "data" / "blue-glass").clean is not True
    assert not ran.exists()


def test_a_verb_that_may_run_something_is_refused() -> None:
    for verb in ("status", "archive", "diff", "fetch", "show", "log"):
        with pytest.raises(ValueError, match=verb):
            ask_git(Path(), verb)


def test_nothing_of_the_environment_reaches_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    said = ask_git(repository / "data", "rev-parse", "--show-prefix")
    assert said == b"data/\n"


def test_a_clean_brief_has_its_commit(repository: Path) -> None:
    folder = repository / "data" / "blue-glass"
    assert recorded_state(folder) == RepositoryState(git(repository, "rev-parse", "HEAD"), clean=True)
    (folder / "circulation.yaml").write_text("ignored")
    for path in folder.rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as git for Windows checks out
    assert recorded_state(folder).clean is True


@pytest.mark.parametrize("change", ["altered", "removed", "added", "linked"])
def test_what_differs_from_the_commit_is_not_clean(change: str, repository: Path) -> None:
    folder = repository / "data" / "blue-glass"
    path = folder / "mechanisms.yaml"
    match change:
        case "altered":
            size, stamp = path.stat().st_size, path.stat().st_mtime_ns
            path.write_bytes(path.read_bytes()[:-2] + b"x\n")
            os.utime(path, ns=(stamp, stamp))
            assert path.stat().st_size == size
        case "removed":
            path.unlink()
        case "added":
            (folder / "new.yaml").write_text("new")
        case "linked":
            path.rename(repository / "elsewhere")
            path.symlink_to(repository / "elsewhere")
    assert recorded_state(folder) == RepositoryState(git(repository, "rev-parse", "HEAD"), clean=False)


def test_a_brief_that_nobody_committed_has_no_commit(repository: Path) -> None:
    folder = shutil.copytree(SECOND, repository / "data" / "taken")
    assert recorded_state(folder) == RepositoryState()
    shutil.copytree(SECOND, repository.parent / "taken")
    assert recorded_state(repository.parent / "taken") == RepositoryState()
    assert recorded_state(repository / "nowhere") == RepositoryState()


def test_a_repository_that_names_another_work_tree_has_no_commit_here(repository: Path, tmp_path: Path) -> None:
    folder = repository / "data" / "blue-glass"
    git(folder, "init", "-q")
    git(folder, "config", "core.worktree", str(tmp_path))
    assert recorded_state(folder) == RepositoryState()


def test_a_folder_that_looks_like_a_bare_repository_is_none(tmp_path: Path) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "taken")
    git(folder, "init", "-q", "--bare")
    ran = tmp_path / "ran"
    with (folder / "config").open("a") as file:
        file.write(f"[core]\n    bare = false\n    worktree = .\n    fsmonitor = touch '{ran}'\n")
    assert recorded_state(folder) == RepositoryState()
    assert evibrief("diff", "HEAD:.", SECOND, folder=folder).returncode == 1
    assert not ran.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_somebody_else_s_repository_has_no_commit(repository: Path) -> None:
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 4321, 4321, follow_symlinks=False)
    assert recorded_state(repository / "data" / "blue-glass") == RepositoryState()
    run = evibrief("diff", "HEAD:data/blue-glass", "data/blue-glass", folder=repository)
    assert run.returncode == 1
    assert "not a folder, a document or a git revision" in run.stderr


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert recorded_state(repository / "data" / "blue-glass") == RepositoryState()
    assert files_at(repository, "HEAD", "data/blue-glass") is None


def test_files_come_out_as_they_were_committed(repository: Path) -> None:
    folder = repository / "data" / "blue-glass"
    wanted = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(wanted) > 5
    assert files_at(repository, "HEAD", "data/blue-glass/") == wanted
    assert files_at(repository / "data", "HEAD", "blue-glass") == wanted
    assert files_at(folder, "HEAD", "data/blue-glass") == wanted  # as git counts, from the top
    assert files_at(folder, "HEAD", ".") == wanted


def test_a_commit_is_what_its_hash_says(repository: Path) -> None:
    folder = repository / "data" / "blue-glass"
    first = git(repository, "rev-parse", "HEAD")
    (folder / "brief.yaml").write_text("other")
    git(repository, "commit", "-qam", "two")
    git(repository, "replace", first, "HEAD")
    files = files_at(repository, first, "data/blue-glass")
    assert files is not None
    assert files["brief.yaml"] == (SECOND / "brief.yaml").read_bytes()


@pytest.mark.parametrize(
    ("mode", "path", "said"),
    [("120000", "link.yaml", "is a link"), ("160000", "module", "is a link"), ("100644", "..", "leads out"),
     ("100644", "a/../../../b.yaml", "leads out")],
)  # fmt: skip
def test_what_no_evidence_has_is_refused(mode: str, path: str, said: str, repository: Path) -> None:
    kept = (repository / ".git" / "objects").stat()
    assert kept
    made = subprocess.run(("git", "-C", repository, "hash-object", "-w", "--stdin"), input=b"/etc/passwd",
                          capture_output=True, check=True).stdout.decode().strip()  # fmt: skip
    name = git(repository, "rev-parse", "HEAD") if mode == "160000" else made
    entry = mode.encode() + b" " + path.encode() + b"\0" + bytes.fromhex(name)
    tree = subprocess.run(
        ("git", "-C", repository, "hash-object", "-w", "-t", "tree", "--literally", "--stdin"),
        input=entry, capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    with pytest.raises(ValueError, match=said):
        files_at(repository, tree, ".")
    run = evibrief("diff", f"{tree}:.", SECOND, folder=repository)
    assert run.returncode == 1
    assert "it cannot be read from git" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_tree_without_end_is_refused(repository: Path) -> None:
    """A million folders; their names are long, so that git has to list few of them until it is too much."""
    tree = git(repository, "rev-parse", "HEAD:data/blue-glass")
    for _ in range(6):
        lines = "".join(f"040000 tree {tree}\td{number}{'x' * 400}\n" for number in range(10))
        tree = subprocess.run(("git", "-C", repository, "mktree"), input=lines.encode(), capture_output=True,
                              check=True).stdout.decode().strip()  # fmt: skip
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from pathlib import Path
from evibrief.archive.repository import files_at
print(files_at(Path({str(repository)!r}), {tree!r}, "."))
"""
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == "None\n" or "more than" in done.stderr
