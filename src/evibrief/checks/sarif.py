"""The problems of `check` as a SARIF log, which code hosts and editors show beside the lines.

In: problems, and the folder that paths are relative to. Out: a log as plain data (OASIS, SARIF 2.1.0). The same
problems give the same log on every machine: nothing in it says where the folder is.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from evibrief import __version__
from evibrief.checks.catalogue import described_rules
from evibrief.problems import Problem, Severity, plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
"""What the log calls the folder that paths are relative to."""

Log = Mapping[str, Any]


def sarif_log(problems: Iterable[Problem], folder: Path) -> Log:
    """A log with one run: every rule with its description, and one result for each problem.

    `folder` is absolute. Lines and columns count from 1, columns in code points, as everywhere in evibrief.
    """
    listed = list(problems)
    rules = [_rule(*one) for one in described_rules()]
    positions = {rule["id"]: index for index, rule in enumerate(rules)}
    results = [_result(one, folder, positions, number) for one, number in _numbered(listed, folder)]
    driver = {"name": "evibrief", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which `evibrief check` was run."}}},
        "invocations": [{"executionSuccessful": True}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, severity: Severity, words: str) -> Log:
    """A rule with its docstring as help: the first sentence alone, the whole as text, and as Markdown."""
    paragraphs = [" ".join(one.split()) for one in words.split("\n\n")]
    text = "\n\n".join(paragraphs)
    first = re.split(r"(?<=[.?!]) ", paragraphs[0])[0]
    return {
        "id": name,
        "shortDescription": {"text": first},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": severity},
    }


def _numbered(problems: Sequence[Problem], folder: Path) -> Iterator[tuple[Problem, int]]:
    """Each problem, and how many before it are the same but for their lines."""
    seen: Counter[str] = Counter()
    for one in problems:
        sign = _sign(one, folder)
        yield one, seen[sign]
        seen[sign] += 1


def _result(problem: Problem, folder: Path, positions: Mapping[str, int], number: int) -> Log:
    index = {"ruleIndex": positions[problem.rule]} if problem.rule in positions else {}
    told = problem.message + (f"\nHint: {problem.hint}" if problem.hint else "")
    fingerprint = hashlib.sha256(f"{_sign(problem, folder)}\0{number}".encode()).hexdigest()
    return {
        "ruleId": problem.rule,
        **index,
        "level": problem.severity,
        "message": {"text": "\n".join(map(plain, told.split("\n")))},
        "locations": [{"physicalLocation": _location(problem, folder)}],
        "partialFingerprints": {"evibrief/v1": fingerprint},
    }


def _location(problem: Problem, folder: Path) -> Log:
    """The place of a problem; line 1 for one with a whole file, because code hosts refuse a result without a line."""
    line, column = (problem.place.line, problem.place.column) if problem.place.line else (1, 1)
    region = {"startLine": line, "startColumn": column}
    return {"artifactLocation": _artifact(problem.place.path, folder), "region": region}


def _artifact(path: str, folder: Path) -> Log:
    """A file: relative to the folder or, outside of it, by its whole path."""
    whole = PurePath(_normal(folder / path))
    if whole.is_relative_to(folder) and whole != folder:
        return {"uri": _uri(whole.relative_to(folder)), "uriBaseId": ROOT}
    return {"uri": "./", "uriBaseId": ROOT} if whole == folder else {"uri": f"file://{_uri(whole)}"}


def _normal(path: Path) -> PurePath:
    """A path without `..`. Links are not followed: a code host knows files by the names they have in it."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            del parts[-1 if len(parts) > 1 else len(parts) :]
        else:
            parts.append(part)
    return PurePath(*parts)


def _uri(path: PurePath) -> str:
    return quote(path.as_posix(), errors="surrogateescape")


def _sign(problem: Problem, folder: Path) -> str:
    """What a problem keeps when lines move: its rule, file and words, without the places that they name."""
    words = re.sub(r":\d+:\d+", "", problem.message)
    return "\0".join((problem.rule, str(_artifact(problem.place.path, folder)["uri"]), plain(words)))
