"""Rules 1 to 4 of the house: which rooms a room may use, who owns a library, who touches the disk and the clock, and
that a name means one thing."""

import ast
import re
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from parsed import PACKAGE, trees

ROOT = Path(__file__).parents[2]
FILES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path
    for path in sorted(PACKAGE.rglob("*.py")) if not path.stem.startswith("__")
}  # fmt: skip

# A room may use those on earlier lines, and none on its own line.
ROOMS = (
    ("problems", "resources", "workfolders"),
    ("files", "kept", "pandoc", "sandbox"),
    ("evidence",),
    ("labels", "importers", "lookups"),
    ("rating",),
    ("checks", "sections"),
    ("formats",),
    ("build_cache",),
    ("build",),
    ("review_copies", "drafts", "batch", "quotes"),
    ("archive", "preview"),
    ("review", "editor", "exports"),
    ("mailing",),
    ("cli",),
)
OWNERS = {
    "yaml": {"evidence.read_yaml", "evidence.write_yaml"},
    "pydantic": {
        "archive.comparisons", "evidence.brief", "evidence.claims", "evidence.field_types", "evidence.fields",
        "evidence.appraisals", "evidence.instrument", "evidence.news", "evidence.records",
        "evidence.quotes", "evidence.retractions", "evidence.review_ledger", "evidence.schema", "evidence.stubs",
        "evidence.tables", "evidence.unfinished", "evidence.validate", "editor.completion", "exports.view",
        "labels.languages", "labels.sentence", "labels.words", "mailing.recipients",
    },
    "openpyxl": {"importers.workbook_cells"},
    "xlsxwriter": {"exports.workbook"},
    "pydantic_core": {
        "evidence.changed_source", "evidence.fields", "evidence.unfinished", "evidence.validate",
        "importers.spreadsheet", "labels.languages",
    },
    "jinja2": {"formats.html.filling"},
    "markupsafe": {"formats.html.filling"},
    "tinycss2": {"formats.html.stylesheet"},
    "weasyprint": {"formats.pdf.freed", "formats.pdf.mended", "formats.pdf.write"},
    "pydyf": {"formats.pdf.accessibility", "formats.pdf.freed", "formats.pdf.mended"},
    "tinyhtml5": {"formats.pdf.freed", "formats.pdf.mended"},
    "pypandoc": {"pandoc", "formats.html.markdown", "formats.docx.converting", "formats.docx.reference"},
    "docx": {"formats.docx.reference"},
    "pikepdf": {"formats.pdf.attachments", "formats.pdf.differences", "formats.pdf.history", "formats.pdf.objects"},
    "pypdfium2": {"formats.pdf.pages"},
    "lxml": {
        "exports.graph", "formats.canonical_xml", "formats.docx.content_controls", "formats.docx.evidence_part",
        "formats.docx.footers", "formats.docx.package", "formats.docx.pictures", "formats.docx.properties",
        "formats.docx.review_copy", "formats.docx.tracked_text", "formats.docx.write", "importers.xml_records",
    },
    "rispy": {"importers.ris"},
    "fontTools": {"resources"},
    "email": {"mailing.message"},
    "smtplib": {"mailing.smtp"},
    "ssl": {"mailing.smtp"},
    "rfc3161_client": {"archive.timestamps"},
    "cryptography": {"archive.timestamps"},
    "http": {"archive.timestamps", "lookups.network", "preview.server"},
    "watchfiles": {"preview.watch"},
    "plutoprint": {"preview.pages"},
    "multiprocessing": {"batch.processes"},
    "distributed": {"batch.cluster"},
    "pygls": {"editor.server"},
    "lsprotocol": {"editor.server"},
    "shtab": {"cli.editor"},
    "matplotlib": {"sections.figures.sheet"},
    "PIL": {"sections.figures.sheet"},
}  # fmt: skip
# What reaches another machine, and who has it. The server of the preview listens on this machine alone, and that of
# editors has no address: it speaks over its own streams.
NETWORK = {
    "archive.timestamps": {"http.client"}, "editor.server": {"asyncio"},
    "lookups.network": {"http.client", "urllib.request"},
    "mailing.smtp": {"smtplib", "ssl"}, "preview.server": {"http", "http.server"},
}  # fmt: skip
NETWORK_LIBRARIES = re.compile(
    r"(http|urllib\.request|smtplib|ssl|socket|socketserver|ftplib|poplib|imaplib|xmlrpc|asyncio|httpx|requests|urllib3)"
    r"(\.|$)"
)
# Pandoc takes its references, style and filter from files alone: two modules give it a folder that is gone when it
# ends. Matplotlib writes to a folder as it is imported, and takes its name from the environment alone. The processes
# for many briefs get one folder for all that they write, which is gone when they are, and so does the second process
# of a build.
TEMPORARY = {
    "formats.apart", "formats.html.markdown", "formats.docx.converting", "sections.figures.sheet", "batch.processes",
}  # fmt: skip
DISK = {
    "build_cache", "drafts", "files", "kept", "resources", "review_copies", "sandbox", "workfolders",
    "evidence.read_folder", "exports.gather",
    "formats.carried", "formats.html.citations", "formats.theme", "formats.manifest",
    "lookups.kept", "review.gather", "review.ledger",
    "editor.completion", "editor.desk", "editor.names", "editor.renaming",
}  # fmt: skip
DISK_ROOMS = {"archive", "cli", "mailing"}
# These open packages and PDFs that they are given as bytes, and addresses.
IN_MEMORY = {
    "formats.docx.package", "formats.docx.zip", "formats.pdf.attachments", "formats.pdf.differences",
    "formats.pdf.drawing_cost", "formats.pdf.history", "formats.pdf.objects", "importers.word_citations",
    "lookups.network",
}  # fmt: skip
# A registry or the command line asks for these by the same name in each module: there the name is the contract.
CONTRACTS = {
    "RULES": {
        "checks.amounts", "checks.appraisals", "checks.counting", "checks.evidence", "checks.ids",
        "checks.judgements", "checks.news", "checks.quotes", "checks.records", "checks.references", "checks.registry",
        "checks.review", "checks.wording",
    },
    "add_command": {"cli.citing", "cli.exporting", "cli.importing", "cli.news", "cli.preview"},
    "add_commands": {"cli.anchors", "cli.editor", "cli.mailing"},
    "add_options": {"cli.anchors", "cli.verify"},
}
DISK_WORDS = re.compile(
    r"\.(read_text|read_bytes|write_text|write_bytes|mkdir|unlink|iterdir|glob|rglob|exists)\(|\bopen\("
)


def room_of(module: str) -> str:
    return module.partition(".")[0]


@cache
def modules() -> Mapping[str, ast.Module]:
    return {name: trees()[path] for name, path in FILES.items()}


def imports(tree: ast.AST) -> Iterator[str]:
    """What a module imports, wherever in it: ours as the module that is meant, of others the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name.removeprefix("evibrief.") in FILES else node.module for name in inside)


def ours(module: str) -> set[str]:
    """Our modules that a module imports."""
    names = {name.removeprefix("evibrief.") for name in imports(modules()[module]) if name.startswith("evibrief.")}
    assert names <= set(FILES), "an import of a room, or of what is not there"
    return names


def test_the_order_names_every_room_once() -> None:
    named = [name for line in ROOMS for name in line]
    assert sorted(named) == sorted({room_of(name) for name in FILES})
    assert len(named) > 15


def test_a_room_uses_only_rooms_below_it() -> None:
    level = {name: index for index, line in enumerate(ROOMS) for name in line}
    found = [(module, other) for module in FILES for other in ours(module)
             if room_of(other) != room_of(module) and level[room_of(other)] >= level[room_of(module)]]  # fmt: skip
    assert found == []
    assert sum(len(ours(module)) for module in FILES) > 200


def test_inside_a_room_there_is_no_circle() -> None:
    graph = {module: ours(module) for module in FILES}
    done: set[str] = set()
    while free := {module for module in graph if module not in done and graph[module] <= done}:
        done |= free
    assert set(graph) - done == set()


def test_a_rooms_own_file_holds_a_sentence_and_nothing_else() -> None:
    rooms = [path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE]
    assert len(rooms) > 12
    for path in rooms:
        tree = ast.parse(path.read_text())
        assert len(tree.body) == 1, path
        assert ast.get_docstring(tree), path


def test_a_library_has_one_owner() -> None:
    used = {module: {name.partition(".")[0] for name in imports(modules()[module])} for module in FILES}
    owned = {library: {module for module in used if library in used[module]} for library in OWNERS}
    assert owned == OWNERS


def test_only_some_reach_the_network() -> None:
    used = {module: set(filter(NETWORK_LIBRARIES.match, imports(tree))) for module, tree in modules().items()}
    assert {module: names for module, names in used.items() if names} == NETWORK


def texts(without: set[str], rooms: Container[str] = ()) -> Mapping[str, str]:
    """The modules that are held to a rule, with their texts."""
    held = (name for name in FILES if name not in without and room_of(name) not in rooms)
    return {name: FILES[name].read_text() for name in held}


def test_only_some_touch_the_disk() -> None:
    held = texts(DISK | TEMPORARY | IN_MEMORY, DISK_ROOMS)
    assert len(held) > 50
    assert [name for name, text in held.items() if DISK_WORDS.search(text) or "tempfile" in text] == []


def test_only_the_command_line_knows_clock_and_environment() -> None:
    held = texts({"sandbox", "sections.figures.sheet"}, {"cli"})
    knows = re.compile(r"os\.environ|date\.today|\.now\(|getenv|^import time$|^from time ", re.MULTILINE)
    assert len(held) > 50
    assert [name for name, text in held.items() if knows.search(text)] == []


def test_the_tool_knows_no_subject() -> None:
    texts = {path: path.read_text() for folder in ("src", "templates") for path in (ROOT / folder).rglob("*")
             if path.suffix in (".py", ".jinja", ".css", ".lua", ".yaml", ".json")}  # fmt: skip
    assert len(texts) > 20
    subject = re.compile(r"ketamine|ME/CFS|chronic fatigue|NMDA|myalgic|fibromyalgia", re.IGNORECASE)
    assert [str(path) for path, text in texts.items() if subject.search(text)] == []


def test_no_module_is_long() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in FILES.items()}
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def public_names(tree: ast.Module) -> Iterator[str]:
    """The public names that a module defines at its top: classes, functions, constants, types. Imports are not."""
    for node in tree.body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names = [node.name]
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                named = (one for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
                names = [one.id for one in named if isinstance(one.ctx, ast.Store)]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))


def test_a_public_name_means_one_thing() -> None:
    defined: dict[str, set[str]] = {}
    for module, tree in modules().items():
        for name in public_names(tree):
            defined.setdefault(name, set()).add(module)
    assert len(defined) > 700
    assert {name: modules for name, modules in defined.items() if len(modules) > 1} == CONTRACTS


def test_public_names_are_what_a_module_defines_itself() -> None:
    tree = ast.parse(
        "from a import imported\nclass Kind: held = 1\ndef act() -> None:\n    inner = 1\n"
        "FIRST, SECOND = 1, [each for each in ()]\nThird: int = 3\n_private = 4\nKind.added = 5\n"
    )
    assert list(public_names(tree)) == ["Kind", "act", "FIRST", "SECOND", "Third"]


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["build", "--help"]])
def test_what_builds_nothing_loads_no_engine(words: list[str]) -> None:
    code = (
        "import sys\nfrom evibrief.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "argparse" in loaded
    assert loaded & {
        "pydantic", "yaml", "lxml", "jinja2", "weasyprint", "matplotlib", "pikepdf", "smtplib", "http", "ssl",
    } == set()
