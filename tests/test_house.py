"""Rules 1 to 3 of the house: which way imports point, who owns a library, who touches the disk and the clock."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "evibrief"
MODULES = {path.stem: ast.parse(path.read_text()) for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}

# A module may import what stands on an earlier line, never what stands on its own line or on a later one.
ORDER = (
    ("picture", "citationstyle"),
    ("problems", "vocabulary", "rules_of_reading", "canonicalxml", "workfolders", "wordmarks"),
    ("wordpackage", "files", "differences", "apart", "repository", "stylesheet", "printing"),
    ("resources",),
    ("source",),
    ("places", "pdfnames", "drawing"),
    ("carried", "wordtext", "yamltext", "typed", "pdfobjects", "pdfpages", "wordzip", "wordnames", "pdfcost"),
    ("pdfdifferences", "worddifferences"),
    ("pdfhistory", "wordhistory"),
    ("histories",),
    ("fields", "figures"),
    ("notices", "ledger"),
    ("instrument",),
    ("evidence", "decisions"),
    ("model", "support"),
    ("rating",),
    ("derive",),
    ("reading", "starter", "words", "page", "retractions"),
    ("values", "manifest", "diff"),
    ("reviewed",),
    ("placing",),
    ("proposals",),
    ("comments",),
    ("rule",),
    ("rules_of_records", "rules_of_evidence", "rules_of_review", "rules_of_wording"),
    ("checks", "charts"),
    ("sections",),
    ("ranking",),
    ("mechanisms", "appendix", "summary", "whatchanged", "reviews"),
    ("view",),
    ("prose", "filling", "policy", "pdffinish", "wordfinish", "wordpictures", "wordproperties", "questions"),
    ("wordcontrols", "reviewcopy", "referencedocx"),
    ("pdf", "docx", "wordstyles"),
    ("render",),
    ("build",),
    ("reviewing", "evidencewords"),
    ("verify",),
    ("chain",),
    ("archived", "circulation"),
    ("inspection",),
    ("finishing", "standing", "signing", "timestamps"),
    ("archive", "anchors"),
    ("mail", "sending"),
    ("letters",),
    ("review",),
    ("circulate",),
    ("posting", "anchoring"),
    ("verifying",),
    ("cli",),
)
OWNERS = {
    "yaml": {"source", "yamltext"},
    "pydantic": {"circulation", "evidence", "fields", "instrument", "ledger", "model", "notices", "reading", "starter"},
    "pydantic_core": {"fields", "instrument", "reading"},
    "jinja2": {"filling"},
    "markupsafe": {"filling"},
    "tinycss2": {"stylesheet"},
    "weasyprint": {"pdf"},
    "pydyf": {"pdffinish"},
    "pypandoc": {"prose", "docx", "wordstyles"},
    "docx": {"wordstyles"},
    "pikepdf": {"carried", "pdfdifferences", "pdfhistory", "pdfobjects"},
    "pypdfium2": {"pdfpages"},
    "lxml": {
        "canonicalxml", "carried", "docx", "reviewcopy", "wordcontrols", "wordfinish", "wordpackage", "wordpictures",
        "wordproperties", "wordtext",
    },
    "fontTools": {"resources"},
    "email": {"mail"},
    "smtplib": {"sending"},
    "ssl": {"sending"},
    "rfc3161_client": {"timestamps"},
    "cryptography": {"timestamps"},
    "http": {"timestamps"},
    "matplotlib": {"drawing"},
}
# Pandoc takes its references, style and filter from files alone: two modules give it a folder that is gone when it
# ends. Matplotlib writes to a folder as it is imported, and takes its name from the environment alone: `drawing` gives
# it one that is gone at once. `build` warms WeasyPrint up while pandoc runs.
TEMPORARY = {"prose", "docx", "drawing"}
DISK = {
    "anchors", "archive", "archived", "build", "circulate", "cli", "files", "finishing", "inspection", "resources",
    "review", "reviewing", "signing", "source", "standing", "verify", "workfolders", "apart", "repository",
}  # fmt: skip
# These open packages and PDFs that they are given as bytes.
IN_MEMORY = {"carried", "pdfcost", "pdfdifferences", "pdfhistory", "pdfobjects", "wordpackage", "wordzip"}
DISK_WORDS = re.compile(
    r"\.(read_text|read_bytes|write_text|write_bytes|mkdir|unlink|iterdir|glob|rglob|exists)\(|\bopen\("
)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "evibrief":
            yield from (f"evibrief.{alias.name}" for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_order_names_every_module_once() -> None:
    named = [name for line in ORDER for name in line]
    assert sorted(named) == sorted(MODULES)
    assert len(MODULES) > 15


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module: str) -> None:
    level = {name: index for index, line in enumerate(ORDER) for name in line}
    ours = [name.removeprefix("evibrief.") for name in imports(MODULES[module]) if name.startswith("evibrief.")]
    assert [name for name in ours if level[name] >= level[module]] == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_library_has_one_owner(module: str) -> None:
    used = {name.partition(".")[0] for name in imports(MODULES[module])}
    allowed = {"weasyprint"} if module == "build" else set()
    assert [name for name in sorted(used & set(OWNERS)) if module not in OWNERS[name] and name not in allowed] == []


def test_every_owner_uses_its_library() -> None:
    for library, owners in OWNERS.items():
        for owner in owners:
            assert library in {name.partition(".")[0] for name in imports(MODULES[owner])}, (library, owner)


@pytest.mark.parametrize("module", sorted(set(MODULES) - DISK - TEMPORARY - IN_MEMORY))
def test_only_some_touch_the_disk(module: str) -> None:
    text = (PACKAGE / f"{module}.py").read_text()
    assert DISK_WORDS.search(text) is None
    assert "tempfile" not in text


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"apart", "cli", "drawing", "posting"}))
def test_only_the_command_line_knows_clock_and_environment(module: str) -> None:
    names = set(imports(MODULES[module]))
    assert "time" not in names
    assert not re.search(r"os\.environ|date\.today|\.now\(|getenv", (PACKAGE / f"{module}.py").read_text())


def test_the_tool_knows_no_subject() -> None:
    texts = {path: path.read_text() for folder in ("src", "templates") for path in (ROOT / folder).rglob("*")
             if path.suffix in (".py", ".jinja", ".css", ".lua", ".yaml", ".json")}  # fmt: skip
    assert len(texts) > 20
    subject = re.compile(r"ketamine|ME/CFS|chronic fatigue|NMDA|myalgic|fibromyalgia", re.IGNORECASE)
    assert [str(path) for path, text in texts.items() if subject.search(text)] == []


def test_no_module_is_long() -> None:
    lengths = {name: len((PACKAGE / f"{name}.py").read_text().splitlines()) for name in MODULES}
    assert {name: length for name, length in lengths.items() if length > 500} == {}
