"""The steps of the GitHub Action: check, build, compare, comment.

In: the environment of a workflow (GitHub Docs, "Variables reference"), and the repository in the current folder. Out:
annotations, documents, a summary, a comment on the pull request. What a pull request says is data here: no shell reads
it, and a comment with it mentions nobody.
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MARK = "<!-- evibrief: what changes in the briefs -->"
"""The first line of our comment, by which it is found again."""

LONGEST = 60_000
"""Characters of a comment; GitHub refuses more than 65,536."""

MOST_PAGES = 20


def briefs(words: str) -> list[str]:
    """The folders of briefs that paths and patterns name, sorted.

    None of them looks like an option, or like a command to the workflow (GitHub Docs, "Workflow commands").
    """
    found = {path for word in words.split() for path in (Path(word), *glob(word)) if (path / "brief.yaml").is_file()}
    folders = sorted(path.as_posix() for path in found)
    return [f"./{folder}" if folder.startswith(("-", ":", "#")) else folder for folder in folders]


def glob(pattern: str) -> Iterator[Path]:
    """The paths that a pattern fits, below the current folder."""
    below = pattern.removeprefix("./").rstrip("/")
    is_pattern = any(sign in below for sign in "*?[") and not below.startswith("/") and ".." not in below
    return Path().glob(below) if is_pattern else iter(())


def evibrief(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of evibrief, and take what it prints."""
    return subprocess.run([sys.executable, "-m", "evibrief", *words], capture_output=True, text=True, check=False)


def event() -> Mapping[str, Any]:
    """The pull request of this run. Ends the program if there is none."""
    told = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
    request = told.get("pull_request")
    if not isinstance(request, dict) or not isinstance(request.get("number"), int):
        raise SystemExit("this run has no pull request")
    return request


def check() -> int:
    """Check the briefs, with an annotation at each problem. It is an error if there is no brief."""
    folders = briefs(os.environ["BRIEFS"])
    if not folders:
        print(f"::error::there is no brief in {os.environ['BRIEFS'].split()}")
        return 1
    command = [sys.executable, "-m", "evibrief", "check", "--format", "github"]
    return max(subprocess.run([*command, folder], check=False).returncode for folder in folders)


def build() -> int:
    """Build the briefs."""
    folders = briefs(os.environ["BRIEFS"])
    options = (f"--format={os.environ['FORMATS']}", f"--output={os.environ['OUTPUT']}")
    return subprocess.run([sys.executable, "-m", "evibrief", "build", *folders, *options], check=False).returncode


def compare() -> int:
    """Write what changes in each brief into the summary of the run, and keep it for the comment."""
    base = str(event()["base"]["sha"])
    if not re.fullmatch("[0-9a-f]{40}([0-9a-f]{24})?", base):
        raise SystemExit("the pull request names no revision")
    if subprocess.run(["git", "cat-file", "-e", f"{base}^{{commit}}"], check=False, capture_output=True).returncode:
        subprocess.run(["git", "fetch", "--quiet", "--depth=1", "origin", base], check=True)
    text = "\n\n".join(_changes(base, folder) for folder in briefs(os.environ["BRIEFS"]))
    _kept().write_text(text, "utf-8")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    return 0


def _kept() -> Path:
    return Path(os.environ["RUNNER_TEMP"]) / "evibrief-changes.md"


def _changes(base: str, folder: str) -> str:
    """What changes in one brief, under a heading."""
    name = re.sub(r"[^\w/.-]", "_", folder)
    known = subprocess.run(["git", "cat-file", "-e", f"{base}:{folder}/brief.yaml"], check=False, capture_output=True)
    if known.returncode:
        return f"### {name}\n\nA new brief."
    told = evibrief("diff", f"{base}:{folder}", folder, "--format", "md")
    if told.returncode:
        return f"### {name}\n\nThe two versions cannot be compared:\n\n{_quoted(told.stderr)}"
    return f"### {name}\n\n{harmless(told.stdout.strip())}"


def _quoted(text: str) -> str:
    """A text as it is, in a block of code that it cannot end."""
    return "\n".join(f"    {line}" for line in harmless(text.strip()).splitlines()[:50])


def harmless(text: str) -> str:
    """A text in which nothing mentions a person or another issue: a citation is written as `@` with a name."""
    return re.sub(r"([@#])(?=\w)", "\\1\u200b", text)


def comment() -> int:
    """Post what changes on the pull request, or write it into the comment that is there already."""
    repository = os.environ["GITHUB_REPOSITORY"]
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise SystemExit("the environment names no repository")
    address = f"{os.environ['GITHUB_API_URL']}/repos/{repository}/issues"
    body = {"body": _shortened(f"{MARK}\n{_kept().read_text('utf-8')}")}
    try:
        own = next((one["id"] for one in _comments(address) if _is_ours(one)), None)
        if own is None:
            _asked(f"{address}/{event()['number']}/comments", "POST", body)
        else:
            _asked(f"{address}/comments/{int(own)}", "PATCH", body)
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403, 404):
            raise
        # A pull request from a fork gets a token that may only read. The summary of the run has the same words.
        print("::notice::the token may not comment here; what changes is in the summary of this run")
    return 0


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rpartition(chr(10))[0]}\n\n… and more: see the summary of the run."


def _is_ours(told: Mapping[str, Any]) -> bool:
    """Whether a comment is one of ours: anybody can write its first line, and only a program is a bot."""
    return str(told.get("body", "")).startswith(MARK) and (told.get("user") or {}).get("type") == "Bot"


def _comments(address: str) -> Iterator[Mapping[str, Any]]:
    for page in range(1, MOST_PAGES + 1):
        listed = _asked(f"{address}/{event()['number']}/comments?per_page=100&page={page}", "GET", None)
        yield from listed
        if len(listed) < 100:
            return


def _asked(address: str, method: str, body: Mapping[str, str] | None) -> Any:
    """The answer of GitHub's REST API."""
    data = None if body is None else json.dumps(body).encode()
    head = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28", "Content-Type": "application/json"}  # fmt: skip
    request = urllib.request.Request(address, data, head, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


STEPS = {"check": check, "build": build, "compare": compare, "comment": comment}

if __name__ == "__main__":
    raise SystemExit(STEPS[sys.argv[1]]())
