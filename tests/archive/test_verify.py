"""A lone document, years later: is it unaltered, and on what does it stand?"""

import base64
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest

import command
from command import run_here as evibrief
from evibrief import resources
from evibrief.archive.verify import verify_document
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence.places import MANIFEST
from evibrief.formats.carried import carried_files
from evibrief.formats.manifest import checked_manifest, evidence_files
from evibrief.problems import Problems
from shared import Shared

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
FIRST = ROOT / "data" / "ketamine-mecfs"


@pytest.fixture(scope="module")
def documents(shared: Shared) -> Mapping[str, Path]:
    return shared.documents(SECOND)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_document_proves_itself(kind: str, documents: Mapping[str, Path]) -> None:
    verdict = verify_document(documents[kind])
    assert (verdict.state, verdict.details) == ("identical", ())
    assert (verdict.title, verdict.version) == ("Blue glass and hay fever", "1.2.0")


@pytest.mark.parametrize("layer", ["page", "summary"])
def test_a_layer_proves_itself(layer: str, tmp_path: Path) -> None:
    document = build(SECOND, tmp_path, ["docx"], layer=layer)[0].path  # type: ignore[arg-type]
    assert verify_document(document).state == "identical"


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_the_printed_hash_is_that_of_the_content(kind: str, documents: Mapping[str, Path]) -> None:
    record = json.loads(carried_files(documents[kind].read_bytes(), "x")[MANIFEST])
    assert f"content {record['content_sha256'][:12]}" in documents["html"].read_text()


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_extracted_evidence_builds_the_same_document(kind: str, documents: Mapping[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "again"
    assert evibrief("extract", documents[kind], "--output", folder).returncode == 0
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == evidence_files(SECOND, "invented-1")
    again = build(folder, tmp_path / "out", [kind])[0].path
    assert again.read_bytes() == documents[kind].read_bytes()
    assert evibrief("extract", documents[kind], "--output", folder).returncode == 1


def test_a_shipped_instrument_goes_along(tmp_path: Path) -> None:
    page = build(FIRST, tmp_path, ["docx"], layer="page")[0].path
    files = carried_files(page.read_bytes(), "x")
    wanted = (ROOT / "data" / "instruments" / "plausibility-2.yaml").read_bytes()
    assert files["instruments/plausibility-2.yaml"] == wanted


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_flipped_byte_anywhere_is_found(kind: str, shared: Shared, tmp_path: Path) -> None:
    data = shared.documents(SECOND, "page")[kind].read_bytes()
    target = tmp_path / f"flipped.{kind}"
    step = len(data) // 12
    answers: list[str] = []
    for position in range(step // 2, len(data), step):
        flipped = bytearray(data)
        flipped[position] ^= 0x10
        target.write_bytes(bytes(flipped))
        try:
            answers.append(verify_document(target).state)
        except Problems:
            answers.append("refused")
    assert len(answers) >= 12
    assert set(answers) <= {"altered", "refused"}


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_no_flipped_byte_changes_what_a_document_carries_unseen(kind: str, shared: Shared) -> None:
    """Page one carries all the evidence, and more of its bytes are evidence than of the whole document's.

    Hundreds of them, spread over the file: refused, or not what the manifest names, or all that it carries is there.

    In the last case the document is built again from it, and is the same to the byte or altered: see above.
    """
    data = shared.documents(SECOND, "page")[kind].read_bytes()
    whole = carried_files(data, "x")
    assert len(whole) > 12
    flips = {"refused": 0, "told": 0, "carried whole": 0}
    for number in range(600):
        flipped = bytearray(data)
        flipped[number * len(data) // 600] ^= 1 << number % 8
        try:
            files = dict(carried_files(bytes(flipped), "x"))
            if files == whole:
                flips["carried whole"] += 1
                continue
            record = checked_manifest(files.pop(MANIFEST, b""))
        except (Problems, ValueError):
            flips["refused"] += 1
            continue
        named = {path: hashlib.sha256(one).hexdigest() for path, one in files.items()}
        assert named != record["files"], number
        flips["told"] += 1
    assert sum(flips.values()) == 600
    assert flips["refused"] > 50
    assert flips["carried whole"] > 50


def rezipped(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(written, "w") as copy:
        for one in package.namelist():
            part = package.read(one)
            assert one != name or old in part
            copy.writestr(one, part.replace(old, new, 1) if one == name else part)
    return written.getvalue()


def test_a_changed_word_is_told_with_its_record(documents: Mapping[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "changed.docx"
    data = documents["docx"].read_bytes()
    old, new = b"glass lowers sneezing in hay", b"glass cures everything in"
    target.write_bytes(rezipped(data, "word/document.xml", old, new))
    verdict = verify_document(target)
    assert verdict.state == "altered"
    assert any("record c1" in detail and "cures everything" in detail for detail in verdict.details)
    run = evibrief("verify", target)
    assert run.returncode == 4
    assert "ALTERED" in run.stdout


def test_changed_evidence_inside_is_told_by_its_file(documents: Mapping[str, Path], tmp_path: Path) -> None:
    files = carried_files(documents["docx"].read_bytes(), "x")
    old, new = files["ranking.yaml"], files["ranking.yaml"].replace(b"medium", b"strong")
    target = tmp_path / "changed.docx"
    coded = [base64.b64encode(one) for one in (old, new)]
    target.write_bytes(rezipped(documents["docx"].read_bytes(), "customXml/item1.xml", *coded))
    verdict = verify_document(target)
    assert verdict.state == "altered"
    assert verdict.details[0] == "ranking.yaml: does not match the manifest"


def test_a_pdf_saved_anew_says_the_same_and_is_not_the_same(documents: Mapping[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "anew.pdf"
    with pikepdf.open(documents["pdf"]) as pdf:
        pdf.save(target)
    verdict = verify_document(target)
    assert verdict.state == "altered"
    assert verdict.details == ("it was packed anew: other bytes, and nothing else in it differs",)


def test_evidence_that_only_another_version_can_read_is_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a later version had labels in a language that this one does not know."""
    folder = Path(shutil.copytree(SECOND, tmp_path / "blue-glass"))
    text = (folder / "brief.yaml").read_text()
    assert "language: en-GB" in text
    (folder / "brief.yaml").write_text(text.replace("language: en-GB", "language: de"))
    labels, versions = resources.labels("en"), resources.engine_versions()
    made = {}
    for name, version in (("same", versions[0]), ("other", "weasyprint 99.0")):
        monkeypatch.setattr(resources, "labels", lambda language: labels)
        monkeypatch.setattr(resources, "engine_versions", lambda version=version: (version, *versions[1:]))
        made[name] = build(folder, tmp_path / name, ["docx"], layer="page")[0].path
        monkeypatch.undo()
    same, other = (verify_document(made[name]) for name in ("same", "other"))
    assert (same.state, other.state) == ("altered", "undecided")
    assert "there are no labels in the language `de`" in other.details[0]
    assert other.details[1:] == ("weasyprint: made with 99.0, here is 70.0",)


def test_other_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it had been made by an earlier version of an engine, which set it with other bytes."""
    versions = resources.engine_versions()
    monkeypatch.setattr(resources, "engine_versions", lambda: ("weasyprint 69.0", *versions[1:]))
    document = build(SECOND, tmp_path, ["docx"])[0].path
    monkeypatch.undo()
    verdict = verify_document(document)
    assert verdict.state == "other tools"
    assert verdict.details == ("weasyprint: made with 69.0, here is 70.0",)
    run = evibrief("verify", document)
    assert (run.returncode, "all parts of the package agree." in run.stdout) == (3, True)
    assert "as pictures" not in run.stdout  # nobody drew the pages of a DOCX
    # Set by others and reading otherwise: neither confirmed nor called altered, for it may be either.
    changed = tmp_path / "changed.docx"
    old, new = b"glass lowers sneezing in hay", b"glass cures everything in"
    changed.write_bytes(rezipped(document.read_bytes(), "word/document.xml", old, new))
    run = evibrief("verify", changed)
    assert run.returncode == 5
    assert "NOT CONFIRMED" in run.stdout
    assert "cures everything" in run.stdout
    assert "weasyprint: made with 69.0" in run.stdout


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"PK nothing", b"hello", b"%PDF"])
def test_what_is_no_document_of_ours_is_refused(data: bytes, tmp_path: Path) -> None:
    target = tmp_path / "strange.pdf"
    target.write_bytes(data)
    run = evibrief("verify", target)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "error[" in run.stderr


def test_a_path_that_leads_out_of_its_folder_is_refused(documents: Mapping[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "evil.docx"
    data = documents["docx"].read_bytes()
    target.write_bytes(rezipped(data, "customXml/item1.xml", b'path="brief.yaml"', b'path="../../brief.yaml"'))
    run = evibrief("extract", target, "--output", tmp_path / "out")
    assert run.returncode == 1
    assert not (tmp_path / "out").exists()


def test_addresses_of_people_are_carried_by_no_document(tmp_path: Path) -> None:
    folder = tmp_path / "blue-glass"
    shutil.copytree(SECOND, folder)
    (folder / "circulation.yaml").write_text("- {id: a, address: somebody@example.org}\n")
    for document in build(folder, tmp_path / "out", ["pdf", "docx"], layer="page"):
        assert "circulation.yaml" not in carried_files(document.path.read_bytes(), "x")


def test_the_manifest_names_the_tools_and_the_files(documents: Mapping[str, Path]) -> None:
    record = json.loads(carried_files(documents["pdf"].read_bytes(), "x")[MANIFEST])
    assert set(record["files"]) == set(evidence_files(SECOND, "invented-1"))
    names = {tool.rpartition(" ")[0] for tool in record["tools"]}
    assert {"evibrief", "code", "templates", "weasyprint", "pypandoc_binary", "pango"} <= names
    assert "pango unknown" not in record["tools"]
    assert record["instrument"] == load(SECOND).brief.brief.methods.instrument


def test_a_limit_that_is_reached_here_accuses_nobody(shared: Shared) -> None:
    """The document is as it was made; there is too little memory to make it once more."""
    document = shared.documents(SECOND, "page")["pdf"]
    for megabytes in ("150", "250"):
        run = command.evibrief("verify", document, "--memory", megabytes)
        assert "ALTERED" not in run.stdout
        assert run.returncode in (1, 5), run.stdout + run.stderr
    assert evibrief("verify", document).returncode == 0
