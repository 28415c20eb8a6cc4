"""The documentation: what the program writes itself is current, examples are valid, commands exist, links lead on."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import TypeAdapter

from evibrief.checks.load import load
from evibrief.cli import anchors, verify
from evibrief.cli.main import EXITS
from evibrief.evidence import vocabulary
from evibrief.evidence.files import section_kinds
from evibrief.evidence.meanings import MEANINGS
from evibrief.evidence.schema import schema_texts
from evibrief.mailing.prepare import read_circulation
from evibrief.mailing.recipients import Circulation

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLE = DOCS / "example"


def evibrief(*arguments: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evibrief", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)


# What the program writes itself


@pytest.mark.parametrize(("command", "page"), [("rules", "rules"), ("commands", "commands"), ("files", "data-files")])
def test_a_page_is_what_the_program_prints_today(command: str, page: str) -> None:
    written = evibrief(command)
    assert written.returncode == 0
    assert written.stdout == (DOCS / f"{page}.md").read_text(), "run `make reference-docs`"


def sections(page: str, level: int = 2) -> Mapping[str, str]:
    """The sections of a page by their headings of one level."""
    parts = re.split(rf"^{'#' * level} (.+)\n", (DOCS / page).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> Iterator[list[str]]:
    """The cells of the tables in a section, without heads."""
    for line in section.splitlines():
        if line.startswith("| `"):
            yield [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def commands() -> list[str]:
    listed = re.findall(r"^    ([a-z-]+)  ", evibrief("--help").stdout, re.MULTILINE)
    assert len(listed) > 15
    return listed


@pytest.mark.parametrize("command", commands())
def test_every_option_of_a_command_is_explained(command: str) -> None:
    section = sections("commands.md")[f"evibrief {command}"]
    described = {row[0].strip("`").partition(" ")[0] for row in rows(section)}
    options = set(re.findall(r"^  (--[a-z-]+)", evibrief(command, "--help").stdout, re.MULTILINE))
    assert options <= described
    assert described - options == {name for name in described if not name.startswith("--")}
    assert all(row[1] for row in rows(section))


def test_every_exit_code_of_verify_is_explained() -> None:
    used = {*EXITS, *verify.EXITS.values(), *verify.STANDING_EXITS.values(), verify.NOT_THERE, *anchors.EXITS.values()}
    assert set(verify.EXITS_IN_WORDS) == used
    section = sections("commands.md")["evibrief verify"]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)} == used
    assert re.search(r"^  10  ", evibrief("verify", "--help").stdout, re.MULTILINE)


# The data files


def schemas() -> Mapping[str, Any]:
    """The JSON Schema of every file that an author writes."""
    read = {stem: json.loads(text) for stem, text in schema_texts().items()}
    return {**read, "circulation": TypeAdapter(Circulation).json_schema(), "references": {}}


def record_schemas(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The records in a schema, each with its name."""
    whole = schema.get("items", schema)
    yield from schema.get("$defs", {}).items()
    if "properties" in whole:
        yield whole["title"], whole


def words(schema: Any) -> Iterator[str]:
    """The words that a schema allows, however deep."""
    if isinstance(schema, Mapping):
        yield from (str(word) for word in schema.get("enum", ()))
        yield from [schema["const"]] if "const" in schema else []
        yield from (word for part in schema.values() for word in words(part))
    elif isinstance(schema, list):
        yield from (word for part in schema for word in words(part))


def test_every_file_has_its_section() -> None:
    stems = {re.split(r"[./]", name)[0] for name in sections("data-files.md")}
    folders = {"instruments": "instrument"}
    assert {folders.get(stem, stem) for stem in stems} == set(schemas())


@pytest.mark.parametrize("stem", sorted(set(schemas()) - {"references"}))
def test_every_field_and_every_word_is_in_a_table(stem: str) -> None:
    told = {heading: list(rows(text)) for heading, text in sections("data-files.md", 3).items()}
    records = dict(record_schemas(schemas()[stem]))
    assert records
    for name, record in records.items():
        heading = " ".join(re.findall("[A-Z][a-z]*", name.removesuffix("Record"))).capitalize()
        fields = {row[0].strip("`"): row for row in told[heading]}
        assert set(fields) == set(record["properties"]), name
        for field, schema in record["properties"].items():
            allowed = {word for word in words(schema) if word not in ("string", "integer", "array")}
            assert allowed <= set(re.findall("`([^`]+)`", fields[field][1])), (name, field)
            assert (fields[field][2] == "yes") == (field in record.get("required", ())), (name, field)
            assert schema.get("description", "") == fields[field][3], (name, field)


def examples(page: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each example of a data file."""
    for name, section in sections(page).items():
        block = re.search(r"^```(?:yaml|json)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        if block:
            yield name, block[1]


def test_the_examples_are_a_brief_without_a_fault(tmp_path: Path) -> None:
    """Those on the page itself, written into a folder and read by the program."""
    names = {"claims/NAME.yaml": "claims/01.yaml", "instruments/NAME.yaml": "instruments/example-1.yaml"}
    shown = dict(examples("data-files.md"))
    assert len(shown) == len(schemas())
    for name, text in shown.items():
        path = tmp_path / names.get(name, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    loaded = load(tmp_path)
    assert loaded.warnings == ()
    assert loaded.brief == load(EXAMPLE).brief
    assert {section.kind for section in loaded.brief.brief.sections} == set(section_kinds())
    circulation, is_example = read_circulation(tmp_path)
    assert (len(circulation.recipients), is_example) == (3, False)


def test_a_meaning_is_given_for_each_word_of_a_list() -> None:
    lists = [value for value in vars(vocabulary).values() if get_origin(value) is Literal]
    assert len(lists) > 12
    assert set(lists) <= set(MEANINGS)
    page = (DOCS / "data-files.md").read_text()
    for kind, meanings in MEANINGS.items():
        assert list(meanings) == list(get_args(kind))
        assert [word for word, what in meanings.items() if f"\n- `{word}`: {what}\n" not in page] == []


def test_one_file_can_be_asked_for() -> None:
    told = evibrief("files", "harms")
    assert told.stdout.startswith("## harms.yaml\n")
    assert "## doses.yaml" not in told.stdout
    wrong = evibrief("files", "harm")
    assert wrong.returncode == 2
    assert "harms" in wrong.stderr
