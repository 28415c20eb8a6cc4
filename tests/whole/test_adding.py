"""What a newcomer adds, in the smallest form that there is: a section of a kind of its own, with its own data file."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence import files
from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import Identifier, Prose, Record
from evibrief.evidence.files import File
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.schema import schema_texts
from evibrief.problems import Problems
from evibrief.rating.diff import Side, compare
from evibrief.rating.findings import Findings, derive
from evibrief.review.patches import _is_markdown
from evibrief.review.place import field_texts
from evibrief.sections import registry
from evibrief.sections.blocks import Block, Heading, Paragraph

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
