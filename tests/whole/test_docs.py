"""The documentation: what the program writes itself is current, examples are valid, commands exist, links lead on."""

import ast
import io
import json
import re
import shlex
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from PIL import Image
from pydantic import TypeAdapter

from command import run_here as evibrief
from evibrief.build import build
from evibrief.checks import records, registry, run
from evibrief.checks.load import load
from evibrief.checks.rule import warning
from evibrief.cli import anchors, verify
from evibrief.cli.main import EXITS, _parser
from evibrief.evidence import files
from evibrief.evidence.brief import Brief
from evibrief.evidence.files import section_kinds
from evibrief.evidence.load import read_evidence
from evibrief.evidence.meanings import MEANINGS
from evibrief.evidence.schema import schema_texts
from evibrief.formats import registry as formats
from evibrief.importers import registry as importers
from evibrief.mailing.prepare import read_circulation
from evibrief.mailing.recipients import Circulation
from evibrief.rating.values import values_of
from evibrief.sections import registry as sections_of_briefs
from office import WORD, converted

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLE = DOCS / "example"


# What the program writes itself


@pytest.mark.parametrize(("command", "page"), [("rules", "rules"), ("commands", "commands"), ("files", "data-files")])
def test_a_page_is_what_the_program_prints_today(command: str, page: str) -> None:
    written = evibrief(command)
    assert written.returncode == 0
    assert written.stdout == (DOCS / f"{page}.md").read_text(), "run `make reference-docs`"


@cache
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
    listed = re.findall(r"^    ([a-z-]+)(?:  |$)", evibrief("--help").stdout, re.MULTILINE)
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
    tables = (verify.DOCUMENT_EXITS, verify.STANDING_EXITS, anchors.FOLDER_EXITS)
    used = {*EXITS, verify.NOT_THERE, *(code for table in tables for code in table.values())}
    assert set(verify.EXITS_IN_WORDS) == used
    section = sections("commands.md")["evibrief verify"]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)} == used
    assert re.search(r"^  10  ", evibrief("verify", "--help").stdout, re.MULTILINE)


# The data files


@cache
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
    stems = {re.split(r"[.]|/NAME", name)[0] for name in sections("data-files.md")}
    folders = {"instruments": "instrument", "instruments/appraisals": "appraisal-instruments"}
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
    names = {"claims/NAME.yaml": "claims/01.yaml", "instruments/NAME.yaml": "instruments/example-1.yaml",
             "instruments/appraisals/NAME.yaml": "instruments/appraisals/example@1.yaml"}  # fmt: skip
    shown = dict(examples("data-files.md"))
    assert len(shown) == len(schemas())
    for name, text in shown.items():
        path = tmp_path / names.get(name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    loaded = load(tmp_path)
    assert loaded.warnings == ()
    assert loaded.brief == load(EXAMPLE).brief
    assert {section.kind for section in loaded.brief.brief.sections} == set(section_kinds())
    circulation, is_example = read_circulation(tmp_path)
    assert (len(circulation.recipients), is_example) == (3, False)


def literals(kind: Any, seen: set[Any]) -> Iterator[Any]:
    """Every list of words in a type and in the record types that it has."""
    if get_origin(kind) is Literal:
        yield kind
    inside = get_args(kind)
    if isinstance(kind, type) and hasattr(kind, "model_fields") and kind not in seen:
        seen.add(kind)
        inside = tuple(get_type_hints(kind).values())
    yield from (found for one in inside if get_origin(kind) is not Literal for found in literals(one, seen))


def test_a_meaning_is_given_for_each_word_of_a_list() -> None:
    seen: set[Any] = set()
    lists = {found for kind in (Brief, Circulation) for found in literals(kind, seen)}
    assert len(lists) > 25
    say_it_themselves = {"minutes", "Source Sans Pro", "yes", "doi", "unknown", "PubMed", "status"}
    assert {get_args(one)[0] for one in lists - set(MEANINGS)} == say_it_themselves
    assert set(MEANINGS) <= lists, "a list that no record has"
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


def test_every_value_that_a_text_may_take_is_named() -> None:
    preface = (DOCS / "data-files.md").read_text().partition("\n## ")[0]
    brief = load(EXAMPLE)
    named = set(re.findall(r"`(?:\{[\w]+\.)?(\w+)\}?`", preface))
    values = {name.partition(".")[2] for name in values_of(brief.brief, brief.findings)}
    assert len(values) > 12
    assert values <= named


# The README


README = (ROOT / "README.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a page in one language, without the spaces before them."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def test_the_readme_is_short_and_leads_on() -> None:
    assert len(README.splitlines()) <= 92
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", README))
    assert linked == {path.name for path in DOCS.glob("*.md")}


def test_the_pictures_of_the_readme_are_pages_in_png() -> None:
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", README)
    assert len(pictures) == 2
    for alternative, name in pictures:
        data = (ROOT / name).read_bytes()
        assert len(alternative) > 40
        assert len(data) < 400_000
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert 1.3 < picture.height / picture.width < 1.5, "a page is tall"


# Commands and files that the pages show


PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


def command_lines(text: str) -> list[str]:
    """The lines in code blocks that begin with the program or with make."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    return [line for line in lines if re.match(r"(\.venv/bin/evibrief|make)\b", line)]


def all_command_lines() -> list[tuple[str, str]]:
    return [(page.name, line) for page in PAGES for line in command_lines(page.read_text())]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize(("page", "line"), all_command_lines())
def test_a_command_that_is_shown_is_one(page: str, line: str) -> None:
    program, *words = shlex.split(line)
    if program == "make":
        assert [word for word in words if word not in targets() and not re.match("[A-Z]+=", word)] == []
    else:
        _parser().parse_args(words)


def test_no_command_is_shown_that_a_shell_would_not_find() -> None:
    """`evibrief` alone is not on anybody's path after `make pdf`."""
    assert len(all_command_lines()) > 35
    shown = [line for page in PAGES for block in blocks(page.read_text(), "sh") for line in block.splitlines()]
    assert [line for line in shown if line and line not in [line for _, line in all_command_lines()]] == []


def test_make_targets_that_the_pages_name_are_there() -> None:
    named = {target for page in PAGES for target in re.findall(r"`make ([a-z-]+)", page.read_text())}
    assert len(named) > 12
    assert named <= targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_programs_and_commands_that_a_page_names_in_passing_are_there(page: Path) -> None:
    named = set(re.findall(r"`(?:\.venv/bin/)?evibrief ([a-z-]+)", page.read_text()))
    assert named <= set(commands())


TO_BE_WRITTEN = {
    "src/evibrief/evidence/side_notes.py", "src/evibrief/sections/side_notes.py", "docs/example/side-notes.yaml",
    "tests/bad/brief-long-title.yaml", "src/evibrief/importers/notes.py", "src/evibrief/formats/text/format.py",
    "templates/labels/de.yaml",
}  # fmt: skip
"""What somebody who follows the pages on adding makes."""


def test_files_that_the_pages_name_are_there() -> None:
    found = r"`((?:src|tests|data|docs|templates|\.ci)/[\w./-]+)`"
    named = {name for page in PAGES for name in re.findall(found, page.read_text())}
    missing = {name for name in named if not (ROOT / name).exists()}
    assert len(named - TO_BE_WRITTEN) > 5
    a_readers_own = re.compile("data/(BRIEF|MY-BRIEF|my-brief|taken-out)")
    assert {name for name in missing if not a_readers_own.match(name)} == TO_BE_WRITTEN


def test_the_recipients_that_mailing_shows_are_recipients(tmp_path: Path) -> None:
    (block,) = blocks((DOCS / "mailing.md").read_text(), "yaml")
    (tmp_path / "circulation.yaml").write_text(block)
    circulation, is_example = read_circulation(tmp_path)
    assert [one.kind for one in circulation.recipients] == ["reader", "reader", "reviewer"]
    assert is_example is False


@pytest.mark.parametrize("page", ["ratings.md", "themes.md"])
def test_parts_of_data_files_that_a_page_shows_are_read(page: str, tmp_path: Path) -> None:
    """Each part takes the place of the same part of the example brief."""
    parts = blocks((DOCS / page).read_text(), "yaml")
    assert parts
    for number, part in enumerate(parts):
        folder = shutil.copytree(EXAMPLE, tmp_path / str(number))
        file = folder / ("ranking.yaml" if part.startswith("statements:") else "brief.yaml")
        whole = rf"^({part.partition(':')[0]}:.*\n(?:[ #].*\n)*)"
        before, middle, after = re.split(whole, file.read_text(), flags=re.MULTILINE)
        assert middle != part
        file.write_text(before + part + after)
        _, _, problems = read_evidence(folder)
        assert [str(one) for one in problems] == []


# The architecture


def rooms_used(code: str) -> Iterator[str]:
    """The rooms that a module imports from."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "evibrief":
            inside = (node.module or "").split(".")[1:]
            yield from inside[:1] or (name.name for name in node.names)


def test_the_table_of_rooms_is_in_the_order_of_imports() -> None:
    """A room is on a line above all that its modules import."""
    package = ROOT / "src" / "evibrief"
    table = (DOCS / "architecture.md").read_text().partition("## The rooms")[2].partition("## ")[0]
    lines = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("| `")]
    level = {room: index for index, line in enumerate(lines) for room in line}
    modules = [path for path in package.rglob("*.py") if not path.stem.startswith("__")]
    rooms = {path: path.relative_to(package).parts[0].removesuffix(".py") for path in modules}
    assert set(level) == set(rooms.values())
    used = {(rooms[path], name) for path in modules for name in rooms_used(path.read_text()) if name in level}
    assert len(used) > 40
    assert [pair for pair in used if pair[0] != pair[1] and level[pair[0]] >= level[pair[1]]] == []


# What a newcomer adds


def module(name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the program with the code of a page in it."""
    made = ModuleType(name)
    exec(code, vars(made))
    monkeypatch.setitem(sys.modules, name, made)
    return made


def code_of(heading: str) -> list[str]:
    return blocks(sections("adding.md")[heading], "python")


def test_the_section_of_the_page_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, builder, in_files, in_builders = code_of("A section with its own data file")
    module("evibrief.evidence.side_notes", record, monkeypatch)
    made = module("evibrief.sections.side_notes", builder, monkeypatch)
    for place, line in ((files, in_files), (sections_of_briefs, in_builders)):
        names = {**vars(place), "side_notes": made}
        exec(line, names)
        changed = "FILES" if place is files else "BUILDERS"
        monkeypatch.setattr(place, changed, names[changed])
    folder = shutil.copytree(EXAMPLE, tmp_path / "brief")
    (note,) = blocks(sections("adding.md")["A section with its own data file"], "yaml")
    (folder / "side-notes.yaml").write_text(note)
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("\nsections:", "\nsections:\n  - {kind: side-notes, title: Notes}\n#"))
    assert "A note on <em>hay</em>" in build(folder, tmp_path / "out", ["html"])[0].path.read_text()


def test_the_check_of_the_page_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = code_of("A check")
    names = dict(vars(records))
    exec(code, names)
    monkeypatch.setattr(run, "RULES", (*registry.RULES, warning("long-title", names["long_title"])))
    folder = shutil.copytree(EXAMPLE, tmp_path / "brief")
    assert load(folder).warnings == ()
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("title: Blue glass and hay fever", f"title: {'Blue ' * 20}glass"))
    assert [(one.rule, one.message) for one in load(folder).warnings] == [("long-title", "the title has 105 letters")]


def test_the_importer_of_the_page_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, line = code_of("An importer")
    names = {**vars(importers), **vars(module("evibrief.importers.notes", code, monkeypatch))}
    exec(line, names)
    monkeypatch.setattr(importers, "IMPORTERS", names["IMPORTERS"])
    folder = shutil.copytree(EXAMPLE, tmp_path / "brief")
    (Path(folder) / "models.yaml").unlink()
    notes = tmp_path / "notes.txt"
    notes.write_text("Light, if light were the cause.\nDust, if dust were.\n")
    assert evibrief("import", notes, "--into", folder).returncode == 0
    brief, _, problems = read_evidence(folder)
    assert brief
    assert not problems
    assert [(one.title, one.text) for one in brief.models] == [
        ("Light", "if light were the cause."), ("Dust", "if dust were.")
    ]  # fmt: skip
    (Path(folder) / "models.yaml").unlink()
    notes.write_text("Light\n")
    assert "notes.txt:1" in evibrief("import", notes, "--into", folder, "--from", "notes").stderr


def test_the_format_of_the_page_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, line = code_of("A format")
    names = {**vars(formats), **vars(module("evibrief.formats.text.format", code, monkeypatch))}
    exec(line, names)
    monkeypatch.setattr(formats, "FORMATS", names["FORMATS"])
    (written,) = build(EXAMPLE, tmp_path, ["txt"])
    assert written.path.name == "glass-example_2026-11-20_v0.2.0.txt"
    assert "Blue glass may lower sneezing" in written.path.read_text()


# A theme


@pytest.mark.slow
def test_the_theme_of_the_page_is_built(tmp_path: Path) -> None:
    text = (DOCS / "themes.md").read_text()
    (named,), (styles,), (page,) = (blocks(text, language) for language in ("yaml", "css", "jinja"))
    folder = shutil.copytree(EXAMPLE, tmp_path / "brief")
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"^theme:.*\n(?:[ #].*\n)*", lambda _: named, brief.read_text(), flags=re.MULTILINE))
    (folder / "theme").mkdir()
    Image.new("RGB", (90, 40), "#5b2a6e").save(folder / "theme" / "logo.png")
    (folder / "theme" / "custom.css").write_text(styles)
    (folder / "theme" / "page.html.jinja").write_text(page)
    html = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    assert "--accent: #5b2a6e" in html
    assert "letter-spacing: 0.05em" in html
    assert 'alt="The House of Examples"' in html
    assert '<p class="house">Printed by the House of Examples</p>' in html


# A Word file that was saved again


@pytest.fixture(scope="module")
def word(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(EXAMPLE, tmp_path_factory.mktemp("word"), ["docx"])[0].path


def verdict_on(file: Path) -> str:
    told = evibrief("verify", file)
    assert told.returncode == 4
    return told.stdout


@pytest.mark.slow
def test_a_word_file_that_was_packed_again_is_what_the_page_says(word: Path, tmp_path: Path) -> None:
    packed = blocks(sections("trust.md")["A Word file that was saved again"], "text")[1]
    with zipfile.ZipFile(word) as was, zipfile.ZipFile(tmp_path / "packed.docx", "w", zipfile.ZIP_DEFLATED) as now:
        for name in was.namelist():
            now.writestr(name, was.read(name))
    assert packed in verdict_on(tmp_path / "packed.docx")


def test_a_word_file_that_libreoffice_saved_is_what_the_page_says(
    word: Path, tmp_path: Path, program: Callable[..., str]
) -> None:
    saved = blocks(sections("trust.md")["A Word file that was saved again"], "text")[0]
    (file,) = converted([word], WORD, tmp_path, program)
    assert saved in verdict_on(file)
    assert evibrief("extract", file, "--output", tmp_path / "evidence").returncode == 0
    assert load(tmp_path / "evidence").brief == load(EXAMPLE).brief


# Links


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")


def prose(page: Path) -> str:
    """A page without its code blocks and code."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "`code`", text)


@cache
def anchors_of(page: Path) -> set[str]:
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        name, same = slug(heading), [one for one in found if re.sub(r"-\d+$", "", one) == slug(heading)]
        found.append(f"{name}-{len(same)}" if same else name)
    return set(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    for link in links:
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors_of(target), link
