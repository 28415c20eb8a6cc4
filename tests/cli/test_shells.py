"""What shells complete, asked of real shells."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.evidence.files import stems

# What bash does when Tab is pressed after these words.
PRESS_TAB = """\
source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shtab_evibrief; printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shells")
    for shell in ("bash", "zsh"):
        printed = evibrief("completion", shell)
        assert (printed.returncode, printed.stderr) == (0, "")
        (folder / {"bash": "bash", "zsh": "_evibrief"}[shell]).write_text(printed.stdout)
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with two briefs, one of them further in, and with other folders and files."""
    for name in ("data/glass", "tests/briefs/blue glass", "build", "data/pictures"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("data/glass/brief.yaml", "tests/briefs/blue glass/brief.yaml", "notices.csv", "glass.pdf"):
        (tmp_path / name).write_text("")
    return tmp_path


def press_tab(scripts: Path, work: Path, *words: str) -> set[str]:
    command = ["bash", "--norc", "-c", PRESS_TAB, "bash", str(scripts / "bash"), "evibrief", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=work, timeout=60)
    assert run.stderr == ""
    return set(run.stdout.split("\n")) - {""}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("che",), {"check"}),
        (("check", ""), {"data", "tests"}),
        (("build", "data/"), {"data/glass"}),
        (("check", "data/glass", "--form"), {"--format"}),
        (("check", "data/glass", "--format", ""), {"text", "json", "github", "sarif"}),
        (("check", "data/glass", "--retractions", "n"), {"notices.csv"}),
        (("verify", "g"), {"glass.pdf"}),
        (("build", "data/glass", "--output", "b"), {"build"}),
        (("new", "data/"), {"data/glass", "data/pictures"}),
        (("rules", "same-"), {"same-publication", "same-title"}),
        (("completion", ""), {"bash", "zsh"}),
        (("schema", "ha"), {"harms"}),
    ],
)
def test_bash_completes(scripts: Path, work: Path, words: tuple[str, ...], offered: set[str]) -> None:
    assert press_tab(scripts, work, *words) == offered


def test_bash_offers_all_folders_where_there_is_no_brief(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "file.yaml").write_text("")
    assert press_tab(scripts, tmp_path, "check", "") == {"one"}
    assert press_tab(scripts, tmp_path, "files", "") >= {*stems()}


def test_every_command_is_completed(scripts: Path, tmp_path: Path) -> None:
    commands = press_tab(scripts, tmp_path, "")
    assert {"check", "lsp", "review-copy", "completion"} <= commands
    assert len(commands - {"-h", "--help", "--version"}) > 20
    zsh = (scripts / "_evibrief").read_text()
    assert [name for name in commands if not name.startswith("-") and f"    {name}:'" not in zsh] == []


ZPTY = """\
zmodload zsh/zpty; zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; cd $2"
zpty -w shell "zstyle ':completion:*' list-colors ''; print READY"
while zpty -r shell line; do [[ $line == READY* ]] && break; done
zpty -w -n shell $'evibrief '$3$'\\t'
sleep 2; zpty -r -t shell line; print -r -- "$line"; while zpty -r -t shell line; do print -r -- "$line"; done
zpty -d shell
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("typed", "offered"), [("complet", "completion"), ("check data/gl", "data/glass/"), ("check x --form", "--format")]
)
def test_zsh_completes(scripts: Path, work: Path, typed: str, offered: str) -> None:
    command = ["zsh", "-f", "-c", ZPTY, "zsh", str(scripts), str(work), typed]
    environment = {**os.environ, "TERM": "dumb", "HOME": str(work)}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert offered in run.stdout


def test_an_unknown_shell_is_wrong_usage() -> None:
    assert evibrief("completion", "csh").returncode == 2
