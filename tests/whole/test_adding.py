"""What a newcomer adds, each in its smallest form: a section kind with a data file, a format, a check, an importer."""

import email
import email.policy
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from evibrief.archive.compare import compare_document
from evibrief.build import build, compose
from evibrief.checks import catalogue, run
from evibrief.checks import registry as checks
from evibrief.checks.load import load
from evibrief.checks.rule import Context, Finding, warning
from evibrief.cli.build import formats_of
from evibrief.cli.main import main
from evibrief.evidence import files
from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import Identifier, Prose, Record
from evibrief.evidence.files import File
from evibrief.evidence.places import MANIFEST
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.schema import schema_texts
from evibrief.files import write_files
from evibrief.formats import registry as formats
from evibrief.formats.carried import carried_files
from evibrief.formats.contract import Document, Page
from evibrief.formats.difference import Difference
from evibrief.formats.html.format import WebPage
from evibrief.importers import registry as importers
from evibrief.importers.contract import Imported
from evibrief.mailing.message import Letter, Part, write_message
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.problems import Problems
from evibrief.rating.diff import compare
from evibrief.rating.findings import Findings, derive
from evibrief.rating.sides import Side
from evibrief.review.patches import _is_markdown
from evibrief.review.place import field_texts
from evibrief.sections import registry
from evibrief.sections.blocks import Block, Heading, Paragraph
from evibrief.sections.figures.picture import Drawing
from test_retractions import notices as retraction_list

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"


class SideNote(Record):
    """All that the file has: one record."""

    id: Identifier
    text: Prose


def side_notes(brief: Brief, findings: Findings) -> Iterator[Block]:
    """All that the section builds."""
    for note in brief.records_of("side-notes"):
        assert isinstance(note, SideNote)
        yield Heading(note.id, note.id)
        yield Paragraph(note.text)


FILE = File("side-notes", section=True, ids=(("side-notes", ("side-notes",)),), records=lambda: SideNote)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A brief with such a section, in a program with one line more in each of the two lists."""
    monkeypatch.setattr(files, "FILES", (*files.FILES, FILE))
    monkeypatch.setattr(registry, "BUILDERS", {**registry.BUILDERS, "side-notes": side_notes})
    folder = tmp_path / "blue-glass"
    shutil.copytree(BRIEF, folder)
    text = (folder / "brief.yaml").read_text()
    assert "\nsections:\n" in text
    section = "\nsections:\n  - {kind: side-notes, title: Notes beside the path}\n"
    (folder / "brief.yaml").write_text(text.replace("\nsections:\n", section))
    (folder / "side-notes.yaml").write_text("- {id: note_one, text: 'A note on *hay* [@muster2019].'}\n")
    return folder


def test_a_section_with_a_file_of_its_own_is_printed(folder: Path, tmp_path: Path) -> None:
    page = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    assert "Notes beside the path" in page
    assert "A note on <em>hay</em>" in page
    assert 'id="note_one"' in page


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("- {id: note_one, text: 'A note [@nobody1999].'}\n", "unknown-reference", 1),
        ("- {id: note_one, text: A note.}\n- {id: note_one, text: One more.}\n", "duplicate-id", 2),
        ("- {id: note_one, txt: A note.}\n", "unknown-key", 1),
        ("note: one\n", "shape", 1),
    ],
)
def test_what_is_wrong_in_it_has_its_place(folder: Path, text: str, rule: str, line: int) -> None:
    (folder / "side-notes.yaml").write_text(text)
    with pytest.raises(Problems) as caught:
        load(folder)
    told = [(one.rule, Path(one.place.path).name, one.place.line) for one in caught.value.problems]
    assert (rule, "side-notes.yaml", line) in told


def test_records_without_a_section_are_refused(folder: Path) -> None:
    text = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(text.replace("  - {kind: side-notes, title: Notes beside the path}\n", ""))
    with pytest.raises(Problems, match="there is no section of kind `side-notes`"):
        load(folder)


def test_the_first_files_are_not_touched_by_it(folder: Path) -> None:
    assert load(folder).brief.records_of("side-notes")[0].model_dump() == {
        "id": "note_one", "text": "A note on *hay* [@muster2019]."
    }  # fmt: skip
    assert load(BRIEF).brief.records_of("harms") == ()


def test_an_editor_knows_the_new_file_and_the_old_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema_texts()
    monkeypatch.setattr(files, "FILES", (*files.FILES, FILE))
    after = schema_texts()
    assert {stem for stem in after if after[stem] != before.get(stem)} == {"side-notes"}
    assert set(json.loads(after["side-notes"])["$defs"]["SideNote"]["properties"]) == {"id", "text"}
    assert json.loads(after["side-notes"])["type"] == "array"


@pytest.mark.slow
def test_what_a_reviewer_types_into_it_is_markdown_as_its_record_says(folder: Path) -> None:
    source, problems = read_brief(folder)
    assert problems == []
    (note,) = (one for one in field_texts(source) if one.location[0] == "side-notes" and one.field == "text")
    assert _is_markdown(note)


def test_a_misspelt_key_in_it_gets_a_suggestion(folder: Path) -> None:
    (folder / "side-notes.yaml").write_text("- {id: note_one, tex: A note.}\n")
    with pytest.raises(Problems) as caught:
        load(folder)
    assert {one.rule: one.hint for one in caught.value.problems}["unknown-key"] == "did you mean `text`?"


def test_diff_tells_of_it_by_its_own_name(folder: Path) -> None:
    (folder / "side-notes.yaml").write_text("- {id: note_one, text: One.}\n- {id: note_two, text: Two.}\n")
    before = load(folder).brief
    (folder / "side-notes.yaml").write_text("- {id: note_two, text: Two.}\n- {id: note_one, text: Other.}\n")
    after = load(folder).brief
    changes = compare(Side(before, derive(before)), Side(after, derive(after)))
    assert {(one.kind, one.record) for one in changes} == {
        ("order changed", "brief, side-notes"), ("wording", "note_one, text")
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["{known}", "{hint}", "{message}", "{word}"])
def test_what_is_typed_fills_no_message(kind: str, folder: Path) -> None:
    text = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(text.replace("{kind: side-notes,", f"{{kind: '{kind}',"))
    with pytest.raises(Problems) as caught:
        load(folder)
    (message,) = (one.message for one in caught.value.problems if one.rule == "word")
    assert message.startswith(f"`{kind}` is not one of: ranking, ")


class PlainText:
    """All that a format has, written from the words of the page."""

    name = "txt"
    label = "text"
    media_type = "text/plain"

    def import_engine(self) -> None:
        """Nothing."""

    def draw(self, drawing: Drawing) -> None:
        """Nothing: words alone."""

    def write(self, page: Page) -> Document:
        """The words, a line for each block."""
        return Document(self.name, WebPage().text(page.html.encode()).encode())

    def text(self, data: bytes) -> str:
        """The words."""
        return data.decode()


@pytest.fixture
def text_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with one line more in the list of formats."""
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, PlainText()))


@pytest.mark.usefixtures("text_format")
def test_a_format_that_is_added_is_written_and_named(tmp_path: Path) -> None:
    assert formats_of("txt, html") == ("html", "txt")
    written = build(BRIEF, tmp_path, ["txt"])
    assert [one.path.name for one in written] == ["blue-glass_2026-03-01_v1.2.0.txt"]
    words = written[0].path.read_text()
    brief = load(BRIEF).brief
    assert brief.brief.title in words
    assert [one.id for one in brief.all_claims if one.id not in words] == []
    assert build(BRIEF, tmp_path, ["txt"])[0].fresh is False


@pytest.mark.usefixtures("text_format")
def test_a_format_that_is_added_can_be_sent(tmp_path: Path) -> None:
    recipient = Recipient(id="a", role="botanist", address="a@example.org", wants=("txt",))
    letter = Letter("A brief", [Part(paragraphs=["Words."])], {"brief.txt": b"Words."})
    sender = Sender(name="Max", address="max@example.org")
    message = write_message(letter, "<p>Words.</p>", sender, recipient, datetime(2026, 3, 1, tzinfo=UTC), "<x@y>", True)
    (file,) = email.message_from_bytes(message, policy=email.policy.SMTP).iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/plain", "brief.txt")


def test_what_is_no_format_cannot_be_wanted() -> None:
    with pytest.raises(ValidationError, match="`odt` is not one of"):
        Recipient(id="a", role="botanist", address="a@example.org", wants=("odt",))


@pytest.mark.usefixtures("text_format")
def test_a_format_that_carries_nothing_is_not_asked_for_evidence() -> None:
    assert [one.name for one in formats.carriers()] == ["pdf", "docx"]
    with pytest.raises(Problems, match="neither a PDF nor a DOCX"):
        carried_files(b"Words.", "brief.txt")


class Sealed(PlainText):
    """A text that has its evidence behind the words, which makes it one that can be taken apart and compared."""

    name = "sealed"
    compared = "all words"

    def write(self, page: Page) -> Document:
        """The words, then the evidence as JSON."""
        files = {path: data.decode("latin-1") for path, data in page.evidence.items()}
        return Document(self.name, b"SEALED\n" + json.dumps([page.view.running_title, files]).encode())

    def owns(self, data: bytes) -> bool:
        """Whether it has the mark."""
        return data.startswith(b"SEALED\n")

    def extract(self, data: bytes, name: str) -> dict[str, bytes]:
        """The files."""
        return {path: text.encode("latin-1") for path, text in json.loads(data[7:])[1].items()}

    def differences(self, found: bytes, expected: bytes) -> tuple[Difference, ...]:
        """What the words are."""
        return () if found == expected else (Difference("text", "document", "the words are others"),)

    def closed(self, data: bytes) -> str:
        """Never."""
        return ""

    def history(self, found: bytes, expected: bytes, differences: tuple[Difference, ...]) -> str:
        """Nothing tells."""
        return ""

    def producer(self, data: bytes) -> str:
        """Nobody."""
        return ""


@pytest.mark.slow
def test_a_format_that_carries_evidence_is_taken_apart_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, Sealed()))
    folder = tmp_path / "evidence"
    (document,) = compose(load(BRIEF), ["sealed"]).documents
    files = dict(carried_files(document.data, "brief.sealed"))
    manifest = json.loads(files.pop(MANIFEST))
    write_files(files, folder)
    assert compare_document(folder, document.data, manifest["layer"], "brief.sealed").same
    other = document.data.replace(b"Blue glass", b"Red glass")
    found = compare_document(folder, other, manifest["layer"], "brief.sealed")
    assert [str(one) for one in found.differences] == ["document: the words are others"]


def test_a_rule_that_is_added_is_run_and_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_short_titles(context: Context) -> Iterator[Finding]:
        """A title of fewer than a hundred letters."""
        if len(context.brief.brief.title) < 100:
            yield Finding(("brief", "title"), "the title is short", "write more")

    rules = (*checks.RULES, warning("short-title", find_short_titles))
    for place in (run, catalogue):
        monkeypatch.setattr(place, "RULES", rules)
    told = {one.rule: (Path(one.place.path).name, one.hint) for one in load(BRIEF).warnings}
    assert told["short-title"] == ("brief.yaml", "write more")
    assert "fewer than a hundred letters" in (catalogue.describe("short-title") or "")


class Jotter:
    """An importer at its smallest: every line of a text file is a model of the condition."""

    name = "jotter"
    label = "a text file"
    stem = "models"
    largest = 1000

    def recognises(self, data: bytes) -> bool:
        """Whether the first line is a sentence."""
        return data.partition(b"\n")[0].endswith(b".")

    def read(self, data: bytes, path: Path, brief: Brief, today: date) -> Imported:
        """A record for each line."""
        lines = data.decode().splitlines()
        records = [{"id": f"m{number}", "title": line, "text": line, "would_need": "all", "mechanisms": []}
                   for number, line in enumerate(lines, 1)]  # fmt: skip
        return Imported(records, (f"{len(records)} models from {path.name}",), ("Made by jotter.",))


@pytest.mark.parametrize("most", [1000, 5])
def test_an_importer_that_is_added_writes_its_data_file(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importers, "IMPORTERS", (*importers.IMPORTERS, Jotter()))
    monkeypatch.setattr(Jotter, "largest", most)
    folder = Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))
    before = (folder / "models.yaml").read_text()
    (tmp_path / "one.txt").write_text("A.\n")
    refused = main(["import", str(tmp_path / "one.txt"), "--into", str(folder), "--from", "jotter"], apart=True)
    assert (refused, (folder / "models.yaml").read_text()) == (1, before)
    assert "error[in-the-way]: an import would replace what is written here" in capsys.readouterr().err
    (folder / "models.yaml").unlink()
    (tmp_path / "notes.txt").write_text("Glass cools.\nGlass warms.\n")
    code = main(["import", str(tmp_path / "notes.txt"), "--into", str(folder)], apart=True)
    said = capsys.readouterr()
    if most == 5:
        assert (code, (folder / "models.yaml").exists()) == (1, False)
        assert "error[too-large]" in said.err
        return
    assert (code, said.out) == (0, f"{folder / 'models.yaml'}: 2 models from notes.txt\n")
    assert (folder / "models.yaml").read_text().startswith("# Made by jotter.")
    assert [model.text for model in load(folder).brief.models] == ["Glass cools.", "Glass warms."]


def test_a_program_that_nobody_reads_is_named_with_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "notes.txt", "--into", str(BRIEF), "--from", "retraction-wach"], apart=True) == 1
    said = capsys.readouterr().err
    assert "nothing can be imported from `retraction-wach`" in said
    assert "did you mean `retraction-watch`?" in said


def test_an_import_minds_what_else_is_wrong_and_not_what_it_replaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))
    report, notices = folder / "retractions.yaml", tmp_path / "notices.csv"
    notices.write_bytes(retraction_list({"OriginalPaperDOI": "10.1000/none"}))
    report.write_text("nonsense: [")  # of an earlier run, and replaced whatever is in it
    words = ["import", str(notices), "--into", str(folder)]
    assert main(words, apart=True) == 0
    written = report.read_text()
    assert "checked:" in written
    (folder / "studies.yaml").write_text((folder / "studies.yaml").read_text() + "- {reference: nobody1999}\n")
    assert main(words, apart=True) == 1
    assert report.read_text() == written
    assert "studies.yaml" in capsys.readouterr().err
