"""Asks git about a folder in a way that runs nothing from the folder or its repository.

In: a folder, whose content may come from a stranger, `.git/config` included. Out: bytes, the files of a revision, or
the commit of the folder's evidence; None if git has no answer. Nothing is written.

git always reads the configuration of a repository, and many of its keys name a command. None of them can run here:

* We use only git commands that compare no file with the index, check nothing out and show no difference. So there is
  no `filter.NAME.clean`, `.smudge` or `.process`, no `diff.external`, `diff.NAME.command` or `.textconv`, no
  `merge.NAME.driver`, no `tar.FORMAT.command`, no `gpg.program`. (`git status` runs clean filters and `git archive`
  runs smudge filters whatever the command line says, because the repository chooses their names.)
* What these commands could still run is set on the command line, which overrides the configuration, even values from
  `include.path`: `core.fsmonitor`, `core.hooksPath`, `core.pager`, `pager.VERB`. git ignores aliases of built-in
  commands.
* Missing objects are not fetched, even if the repository claims to be a partial clone: `remote.NAME.uploadpack`,
  `core.sshCommand`, `core.gitProxy`, `core.askPass` and `credential.helper` are never used.
* Nothing of the user's environment or configuration is passed on, and `core.worktree` has no effect: paths are looked
  up in a commit, never in a work tree that the repository names.
* `refs/replace` is ignored, so that a commit's hash always means its original content.

For a repository of another user, which git refuses (`safe.directory`), there is no answer.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Timer

MOST_GIT_FILES = 10_000
LARGEST_OUTPUT = 256 * 1024 * 1024
"""The most output of one git command; a brief needs far less."""
GIT_TIMEOUT = 60
"""In seconds, for one git command."""
_VERBS = frozenset(("rev-parse", "ls-tree", "ls-files", "cat-file"))
_NOTHING_ACTS = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null", "core.pager=cat",
    "core.sshCommand=false", "core.gitProxy=false", "core.askPass=false", "credential.helper=", "diff.external=",
    "protocol.allow=never", "safe.bareRepository=explicit", "submodule.recurse=false", "gc.auto=0",
    "maintenance.auto=false",
)  # fmt: skip
_ENVIRONMENT = {
    "PATH": os.defpath, "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat",
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
}  # fmt: skip


@dataclass(frozen=True)
class RepositoryState:
    """The commit of some evidence, and whether the folder is unchanged since; None without a commit."""

    commit: str | None = None
    clean: bool | None = None


def ask_git(folder: Path, *words: str, given: bytes = b"") -> bytes | None:
    """The output of `git WORDS` in a folder, with `given` as input; None if git fails, is missing or takes too long.

    Raises `ValueError` for a git command that is not on the list of safe ones.
    """
    if words[0] not in _VERBS:
        raise ValueError(f"`git {words[0]}` may run what the repository names")
    program = shutil.which("git")
    if program is None:
        return None
    settings = (word for setting in _NOTHING_ACTS for word in ("-c", setting))
    command = (os.path.abspath(program), "--no-pager", *settings, *words)
    try:
        with tempfile.TemporaryFile() as asked:
            asked.write(given)
            asked.seek(0)
            with subprocess.Popen(command, cwd=folder, env=_ENVIRONMENT, stdin=asked, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) as git:  # fmt: skip
                return _answer(git)
    except (OSError, ValueError):  # no such folder; a name that no command can have
        return None


def _answer(git: subprocess.Popen[bytes]) -> bytes | None:
    assert git.stdout is not None
    watch = Timer(GIT_TIMEOUT, git.kill)
    watch.start()
    try:
        said = git.stdout.read(LARGEST_OUTPUT + 1)
        if len(said) > LARGEST_OUTPUT:
            git.kill()
        return said if git.wait() == 0 else None
    finally:
        watch.cancel()
        git.kill()


def files_at(folder: Path, revision: str, inside: str) -> dict[str, bytes] | None:
    """The files of a folder in a revision, by path; `inside` is relative to `folder` or, failing that, to the top.

    None if there is no such folder. Hidden files are left out, because they are not evidence. Raises `ValueError` for
    links, submodules, paths that lead out of the folder, and more data than a brief can have.
    """
    path = PurePosixPath(inside)
    if revision.startswith("-") or not revision or path.is_absolute() or ".." in path.parts:
        return None
    for tree in (f"{revision}:./{path}", f"{revision}:{path}"):
        listed = ask_git(folder, "ls-tree", "-r", "-l", "-z", "--full-tree", tree)
        if listed is not None:
            return _contents(folder, list(_entries(listed)))
    return None


@dataclass(frozen=True)
class _Entry:
    kind: str
    name: str
    size: int
    path: str


def _entries(listed: bytes) -> Iterator[_Entry]:
    """The entries of `git ls-tree -r -l -z` without hidden files. Raises `ValueError` if there are too many."""
    lines = [line for line in listed.split(b"\0") if line]
    if len(lines) > MOST_GIT_FILES:
        raise ValueError(f"it has more than {MOST_GIT_FILES} files")
    for line in lines:
        facts, _, path = os.fsdecode(line).partition("\t")
        mode, _, name, size = facts.split()
        if not any(part.startswith(".") and part not in (".", "..") for part in path.split("/")):
            yield _Entry(mode, name, int(size) if size.isdecimal() else 0, path)


def _contents(folder: Path, entries: list[_Entry]) -> dict[str, bytes]:
    for entry in entries:
        if not entry.kind.startswith("100"):
            raise ValueError(f"`{entry.path}` is a link, and evidence has none")
        if not {"", ".", ".."}.isdisjoint(entry.path.split("/")):
            raise ValueError(f"`{entry.path}` leads out of the folder")
    if sum(entry.size for entry in entries) > LARGEST_OUTPUT // 2:
        raise ValueError(f"it has more than {LARGEST_OUTPUT // 2_000_000} MB")
    asked = "".join(f"{entry.name}\n" for entry in entries).encode()
    said = ask_git(folder, "cat-file", "--batch", given=asked)
    if said is None:
        raise ValueError("git cannot read it")
    return {entry.path: data for entry, data in zip(entries, _blobs(said), strict=True)}


def _blobs(said: bytes) -> Iterator[bytes]:
    """The objects in the output of `git cat-file --batch`: a line `NAME blob SIZE`, the bytes, a line end."""
    start = 0
    while start < len(said):
        end = said.index(b"\n", start)
        words = said[start:end].split()
        if len(words) != 3 or words[1] != b"blob":
            raise ValueError("the repository is incomplete")
        start = end + 1 + int(words[2])
        yield said[end + 1 : start]
        start += 1


def recorded_state(folder: Path, proof: str = "brief.yaml") -> RepositoryState:
    """The commit of an evidence folder, and whether every file in the folder is as committed.

    There is a commit only if `proof`, a file that every such folder has, was committed in a repository whose `.git` is
    in the folder or above it. Uncommitted files make the folder unclean, unless `.gitignore` names them.
    """
    try:
        inside = _path_in_repository(folder)
        commit = None if inside is None else _text(ask_git(folder, "rev-parse", "--verify", "HEAD^{commit}"))
        listed = ask_git(folder, "ls-tree", "-r", "-l", "-z", "--full-tree", f"{commit}:{inside}") if commit else None
        committed = {entry.path: entry for entry in _entries(listed or b"")}
    except (OSError, ValueError):
        return RepositoryState()
    if proof not in committed:
        return RepositoryState()
    strange = ask_git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    same = all(_is_as_committed(folder / path, entry.name) for path, entry in committed.items())
    return RepositoryState(commit, strange == b"" and same)


def _path_in_repository(folder: Path) -> str | None:
    """The folder's path from the top of its repository; None without a repository, or if the top has no `.git`."""
    top = _text(ask_git(folder, "rev-parse", "--show-toplevel"))
    place = folder.resolve()
    if not top or not place.is_relative_to(top) or not os.path.lexists(Path(top, ".git")):
        return None
    inside = place.relative_to(top).as_posix()
    return "" if inside == "." else inside


def _text(said: bytes | None) -> str | None:
    return None if said is None else os.fsdecode(said).removesuffix("\n")


def _is_as_committed(path: Path, name: str) -> bool:
    """Whether a file has the content of a blob (by git's hash), with its own or with Windows line endings."""
    try:
        if path.is_symlink():
            return _blob_name(os.fsencode(os.readlink(path)), name) == name
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST_OUTPUT:
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return name in (_blob_name(data, name), _blob_name(data.replace(b"\r\n", b"\n"), name))


def _blob_name(data: bytes, like: str) -> str:
    hashed = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return hashed(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
