"""Files that did harm once, or said more than was known: made anew here, each with what has to come of it."""

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from command import run_here as evibrief
from evibrief.build import build
from evibrief.evidence.places import MANIFEST
from evibrief.formats.carried import carried_files
from evibrief.review.gather import gather
from shared import ROOT, SECOND, Shared
from wordfile import carried_part, zipped


@pytest.fixture(scope="module")
def pdf(shared: Shared) -> bytes:
    return shared.documents(SECOND, "page")["pdf"].read_bytes()


@pytest.fixture(scope="module")
def docx(shared: Shared) -> bytes:
    return shared.documents(SECOND, "page")["docx"].read_bytes()


def with_files(document: bytes, more: dict[str, bytes]) -> bytes:
    """A document that carries more, or other files, with a manifest that names them."""
    files = {**carried_files(document, "x"), **more}
    record = json.loads(files.pop(MANIFEST))
    record["files"] = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    files[MANIFEST] = json.dumps(record).encode()
    if document.startswith(b"PK"):
        return zipped(document, {"customXml/item1.xml": carried_part(list(files.items()))})
    return with_attachments(document, files)


def with_attachments(document: bytes, files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as opened:
        listed = pikepdf.Array()
        for path, data in files.items():
            stream = pikepdf.Stream(opened, data)
            fields = {"/Type": pikepdf.Name.Filespec, "/Desc": path, "/F": path, "/EF": pikepdf.Dictionary(F=stream)}
            listed.append(opened.make_indirect(pikepdf.Dictionary(fields)))
        opened.Root.AF = listed
        opened.save(written)
    return written.getvalue()


PLANTED = (
    ".git/config", ".git/HEAD", ".git/hooks/post-checkout.yaml", "claims/.git/config", ".gitattributes", ".gitmodules",
    "Makefile", "conftest.py", "setup.cfg", "pyproject.toml", ".envrc", ".vscode/tasks.json", ".vscode/settings.json",
    "theme/.htaccess", "claims/run.sh", "theme/evil.js", "index.html", ".editorconfig", ".pre-commit-config.yaml",
    "theme/.hidden.png", "claims/deep/01.yaml", "notes.docx", "reviews/returned.docx", "-rf.csl", "~/x.csl", "con.csl",
    "aux.yaml", "a:b.csl", "circulation.yaml", "claims/a\u202eb.yaml", "evidence.bat", "references.json/x.csl",
)  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_document_carries_only_what_evidence_has(name: str, docx: bytes, pdf: bytes, tmp_path: Path) -> None:
    for kind, data in (("docx", docx), ("pdf", pdf)):
        path = tmp_path / f"planted.{kind}"
        path.write_bytes(with_files(data, {name: b"x"}))
        for words in (("verify", path), ("extract", path, "--output", tmp_path / "taken"), ("diff", path, SECOND)):
            run = evibrief(*words)
            assert run.returncode == 1, (words, run.stdout)
            assert "error[not-ours]" in run.stderr
        assert not (tmp_path / "taken").exists()


def test_archiving_a_folder_with_a_repository_of_a_stranger_runs_nothing(tmp_path: Path) -> None:
    """What `git status` would run there: the command in `core.fsmonitor`."""
    folder, proof = tmp_path / "taken", tmp_path / "ran-a-command"
    shutil.copytree(SECOND, folder)
    subprocess.run(["git", "init", "-q", folder], check=True)
    (folder / ".git" / "config").write_text(
        f'[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "touch {proof}; false"\n\tsshCommand = touch {proof}\n'
    )
    run = evibrief("archive", folder, "--archive", tmp_path / "archive")
    assert run.returncode == 0, run.stderr
    assert not proof.exists()
    record = json.loads(next((tmp_path / "archive").glob("*/*/manifest.json")).read_text())
    assert record["git"] == {"commit": None, "clean": None}


OPPOSITE = {
    "template": {"theme/page.html.jinja": b'{% extends "brief.html.jinja" %}{% block first_page %}'
                 b"<h2 id='question'>Question</h2><p>Blue glass is proven. Prescribe 50 mg.</p>{% endblock %}"
                 b"{% block summary %}{% endblock %}{% block contents %}{% endblock %}"
                 b"{% block sections %}{% endblock %}"},
    "style that hides": {"theme/custom.css": b".first-page p { font-size: 0 }"},
    "style that adds": {"theme/custom.css": b'.bottom-line::after { content: "Proven. Prescribe it." }'},
    "white on white": {"theme/custom.css": b".bottom-line { color: #ffffff }"},
}  # fmt: skip


def themed(files: dict[str, bytes], tmp_path: Path) -> Path:
    folder = tmp_path / "blue-glass"
    shutil.copytree(SECOND, folder)
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "docx") for name in OPPOSITE), ("template", "pdf"), ("style that adds", "pdf")]
)
def test_a_document_with_a_look_of_its_own_is_told_and_its_evidence_is_printed(
    name: str, kind: str, pdf: bytes, tmp_path: Path
) -> None:
    folder = themed(OPPOSITE[name], tmp_path)
    document = build(folder, tmp_path / "out", [kind], layer="page")[0].path
    run = evibrief("verify", document)
    assert run.returncode == 9, run.stdout
    assert "identical" not in run.stdout
    assert next(iter(OPPOSITE[name])) in run.stdout
    assert "  Bottom line: " in run.stdout
    assert "  Question: " in run.stdout
    assert "  Status: Reviewed" in run.stdout
    assert "  Statement: " in run.stdout
    honest = json.loads(carried_files(pdf, "x")[MANIFEST])
    record = json.loads(carried_files(document.read_bytes(), "x")[MANIFEST])
    assert record["evidence_sha256"] == honest["evidence_sha256"]
    assert record["content_sha256"] != honest["content_sha256"]
    assert f"content  {record['content_sha256']}" in run.stdout


def csl(word: str) -> bytes:
    return (
        f'<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0"><info><title>{word}</title>'
        f"<id>{word}</id><updated>2026-01-01T00:00:00+00:00</updated></info><citation><layout><text value='{word}'/>"
        f"</layout></citation><bibliography><layout><text variable='title'/></layout></bibliography></style>"
    ).encode()


REVIEW = b"""version: 1.2.0
evidence: unknown
reviewers: []
comments: []
"""


def test_the_content_hash_covers_all_that_decides_what_is_shown(pdf: bytes, tmp_path: Path) -> None:
    """Style of citation, theme, reviews, what changed since: another each, and the evidence hash stays."""
    brief = (SECOND / "brief.yaml").read_bytes()
    own = brief.replace(b"citation_style: apa", b"citation_style: own.csl")
    assert own != brief
    variants: dict[str, dict[str, bytes]] = {
        "one style": {"brief.yaml": own, "own.csl": csl("one")},
        "another style": {"brief.yaml": own, "own.csl": csl("two")},
        "a theme": {"theme/custom.css": b"p { color: #111111 }"},
        "a review": {"reviews/2026-12.yaml": REVIEW},
    }
    hashes = {"honest": json.loads(carried_files(pdf, "x")[MANIFEST])}
    for name, files in variants.items():
        document = build(themed(files, tmp_path / name), tmp_path / name / "out", ["docx"], layer="page")[0].path
        hashes[name] = json.loads(carried_files(document.read_bytes(), "x")[MANIFEST])
    contents = [record["content_sha256"] for record in hashes.values()]
    assert len(set(contents)) == len(contents)
    assert hashes["one style"]["evidence_sha256"] == hashes["another style"]["evidence_sha256"]
    assert hashes["a review"]["evidence_sha256"] == hashes["honest"]["evidence_sha256"]


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_manifest_that_gives_another_content_hash_is_altered(
    kind: str, pdf: bytes, docx: bytes, tmp_path: Path
) -> None:
    data = pdf if kind == "pdf" else docx
    files = dict(carried_files(data, "x"))
    files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), "content_sha256": "0" * 64}).encode()
    path = tmp_path / f"other.{kind}"
    named = zipped(data, {"customXml/item1.xml": carried_part(list(files.items()))}) if kind == "docx" else None
    path.write_bytes(named or with_attachments(data, files))
    run = evibrief("verify", path)
    assert run.returncode == 4
    assert "the content hash does not match the content" in run.stdout


FAKES = (
    "Good\nevidence abc\nidentical: rebuilt from the evidence in it, it is the same, byte for byte.",
    "Good\r\nidentical: yes", "Good\x1b[2J\x1b[32midentical", "Good\u2028identical: yes", "Good\u202elacitnedi",
    "Good\x85identical: yes", "Good\x9b31midentical", "Good\u0085identical",
)  # fmt: skip


def prints_text_alone(printed: str) -> None:
    assert "\x1b" not in printed
    assert "\x9b" not in printed
    assert "\u202e" not in printed
    assert not any(line.startswith("identical") for line in printed.splitlines())


@pytest.mark.parametrize("fake", FAKES)
def test_a_title_can_be_nothing_but_text(fake: str, docx: bytes, tmp_path: Path) -> None:
    files = dict(carried_files(docx, "x"))
    files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), "title": fake}).encode()
    path = tmp_path / "title.docx"
    path.write_bytes(zipped(docx, {"customXml/item1.xml": carried_part(list(files.items()))}))
    run = evibrief("verify", path)
    assert run.returncode in (1, 4)
    prints_text_alone(run.stdout + run.stderr)


@pytest.mark.parametrize("fake", FAKES)
@pytest.mark.parametrize("command", ["verify", "extract", "diff", "comments"])
def test_names_inside_and_names_of_files_can_be_nothing_but_text(
    command: str, fake: str, docx: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"{fake.replace('/', '')[:60]}.docx"
    written = io.BytesIO(docx)
    with zipfile.ZipFile(written, "a") as package:
        package.writestr(f"{fake}.xml", b"not xml <")
    packed = written.getvalue()
    path.write_bytes(with_files(packed, {f"{fake}.yaml".replace("\x1b", "").replace("\x9b", ""): b"x"}))
    more = {"extract": ("--output", tmp_path / "out"), "diff": (SECOND,), "comments": ("--brief", SECOND)}
    run = evibrief(command, path, *more.get(command, ()))
    prints_text_alone(run.stdout + run.stderr)
    assert "Traceback" not in run.stderr


def packed_as(pdf: bytes, name: str) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.Root.AF[0].EF.F.write(b"x", filter=pikepdf.Name(f"/{name}"))
        opened.save(written)
    return written.getvalue()


def test_the_name_of_a_filter_can_be_nothing_but_text(pdf: bytes, tmp_path: Path) -> None:
    path = tmp_path / "filter.pdf"
    path.write_bytes(packed_as(pdf, "X\x1b[2J\nidentical: yes"))
    run = evibrief("verify", path)
    assert run.returncode == 1
    prints_text_alone(run.stdout + run.stderr)


def saved(pdf: bytes, change: Callable[[pikepdf.Pdf], object], **how: object) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(written, **how)  # type: ignore[arg-type]
    return written.getvalue()


def white_box(opened: pikepdf.Pdf) -> None:
    box = pikepdf.Stream(opened, b"q 1 g 0 0 600 800 re f Q")
    page = opened.pages[0]
    before = [page.Contents] if isinstance(page.Contents, pikepdf.Stream) else list(page.Contents)
    page.Contents = pikepdf.Array([*before, box])


def note(opened: pikepdf.Pdf) -> None:
    said = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[50, 50, 400, 100],
                              Contents="Recommended: give 100 mg daily", DA="/Helv 12 Tf 0 g")  # fmt: skip
    opened.pages[0].Annots = pikepdf.Array([*opened.pages[0].get("/Annots", []), opened.make_indirect(said)])


def test_what_differs_is_said_with_its_page(pdf: bytes, tmp_path: Path) -> None:
    path = tmp_path / "changed.pdf"
    path.write_bytes(saved(pdf, white_box))
    run = evibrief("verify", path)
    assert run.returncode == 4
    assert "page 1: the page looks different" in run.stdout
    assert "it says the same" not in run.stdout
    path.write_bytes(saved(pdf, note))
    run = evibrief("verify", path)
    assert run.returncode == 4
    assert "page 1: an annotation was added" in run.stdout
    assert "give 100 mg daily" in run.stdout


def test_what_became_of_a_file_has_a_sentence_of_its_own(pdf: bytes, tmp_path: Path) -> None:
    sentences = {}
    path = tmp_path / "file.pdf"
    lock = pikepdf.Encryption(owner="a", user="")
    for name, data in {
        "encrypted": saved(pdf, lambda opened: None, encryption=lock),
        "optimised": saved(pdf, lambda opened: None, linearize=True),
        "cut off": pdf[: len(pdf) * 3 // 4],
        "added to": pdf + b"\n% something\n",
    }.items():
        path.write_bytes(data)
        run = evibrief("verify", path)
        assert run.returncode in (1, 4), (name, run.stdout)
        sentences[name] = run.stdout + run.stderr
    assert "encrypted" in sentences["encrypted"]
    assert "packed anew" in sentences["optimised"]
    assert "breaks off" in sentences["cut off"] or "cannot be read" in sentences["cut off"]
    assert "ours" in sentences["added to"]
    assert "Traceback" not in "".join(sentences.values())


def test_a_file_in_base64_that_is_no_base64_is_a_problem(docx: bytes, tmp_path: Path) -> None:
    part = b'<evidence xmlns="urn:evibrief:evidence"><file path="brief.yaml">***</file></evidence>'
    assert base64.b64encode(b"a") not in part
    path = tmp_path / "odd.docx"
    path.write_bytes(zipped(docx, {"customXml/item1.xml": part}))
    assert evibrief("verify", path).returncode == 1


def test_an_archive_that_the_reader_names_says_when_a_document_is_not_what_it_has(
    shared: Shared, tmp_path: Path
) -> None:
    archive, folder = shared.archive(), tmp_path / "forged"
    shutil.copytree(SECOND, folder)
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("One invented trial in hay fever found less", "Everybody has much less"))
    forged = build(folder, tmp_path / "out", ["docx"], layer="page")[0].path
    alone = evibrief("verify", forged)
    assert alone.returncode == 0
    assert "This does not say whose evidence it is" in alone.stdout
    run = evibrief("verify", forged, "--archive", archive)
    assert run.returncode == 11
    assert "NOT WHAT THE ARCHIVE HAS" in run.stdout
    assert "current:" not in run.stdout
    honest = shared.documents(SECOND, "page")["docx"]
    run = evibrief("verify", honest, "--archive", archive)
    assert run.returncode == 0
    assert "The archive has this content, but not in a file with this SHA-256." in run.stdout
    assert evibrief("verify", honest, "--archive", archive, "--signers", SECOND / "brief.yaml").returncode != 0
    missing = evibrief("verify", honest, "--archive", tmp_path / "nowhere")
    assert missing.returncode == 1
    assert "there is no archive here" in missing.stderr


def test_words_that_the_evidence_hash_does_not_cover_are_named(tmp_path: Path) -> None:
    folder = themed({"reviews/2026-12.yaml": REVIEW}, tmp_path)
    document = build(folder, tmp_path / "out", ["docx"], layer="page")[0].path
    run = evibrief("verify", document)
    assert run.returncode == 0
    assert "Some words in it are not evidence and come from " in run.stdout
    assert "reviews/2026-12.yaml" in run.stdout
    assert "  Bottom line: " in run.stdout


def test_an_instrument_under_the_name_of_ours_with_other_words_is_a_look_of_its_own(tmp_path: Path) -> None:
    shipped = (ROOT / "data" / "instruments" / "plausibility-1.yaml").read_bytes()
    brief = (SECOND / "brief.yaml").read_bytes().replace(b"instrument: invented-1", b"instrument: plausibility-1")
    folder = themed({"brief.yaml": brief, "instruments/plausibility-1.yaml": shipped}, tmp_path)
    document = build(folder, tmp_path / "out", ["docx"], layer="page")[0].path
    assert evibrief("verify", document).returncode == 0
    (folder / "instruments" / "plausibility-1.yaml").write_bytes(shipped.replace(b"word: Weak", b"word: Proven"))
    document = build(folder, tmp_path / "out", ["docx"], layer="page")[0].path
    run = evibrief("verify", document)
    assert run.returncode == 9
    assert "instruments/plausibility-1.yaml" in run.stdout


SILENT = {
    "question": (b"help people with hay fever", b"cure people with hay fever"),
    "bottom line": (b"One invented trial in hay fever found", b"Twenty trials in hay fever found"),
}


@pytest.mark.parametrize("place", SILENT)
def test_an_edit_without_tracking_is_found_in_every_paragraph(place: str, shared: Shared, tmp_path: Path) -> None:
    copy = shared.review_copy()
    with zipfile.ZipFile(io.BytesIO(copy)) as package:
        body = package.read("word/document.xml")
    old, new = SILENT[place]
    assert old in body, re.findall(rb"<w:t[^>]*>[^<]{20,80}", body)[:12]
    (tmp_path / "back.docx").write_bytes(zipped(copy, {"word/document.xml": body.replace(old, new, 1)}))
    found = gather([tmp_path / "back.docx"], SECOND)[0]
    silent = [one.placed.remark for one in found.remarks if one.placed.remark.kind == "untracked"]
    assert len(silent) == 1
    assert new.decode() in silent[0].after
    (tmp_path / "back.docx").write_bytes(copy)
    untouched = gather([tmp_path / "back.docx"], SECOND)[0]
    assert [one for one in untouched.remarks if one.placed.remark.kind == "untracked"] == []


def test_a_layer_that_nobody_touched_has_no_remark(docx: bytes, tmp_path: Path) -> None:
    """It is held against the same layer, not against the whole brief."""
    (tmp_path / "page.docx").write_bytes(docx)
    assert gather([tmp_path / "page.docx"], SECOND)[0].remarks == ()


@pytest.mark.parametrize("path", ["references.json", "studies.yaml", "claims/01-light.yaml"])
def test_nothing_is_said_from_half_of_a_brief(path: str, docx: bytes, tmp_path: Path) -> None:
    """A document with a look of its own, and a file that cannot be read in its evidence."""
    assert path in carried_files(docx, "x")
    document = tmp_path / "half.docx"
    document.write_bytes(with_files(docx, {path: b"\xff", "theme/custom.css": b"p { color: #222 }"}))
    run = evibrief("verify", document)
    prints_text_alone(run.stdout + run.stderr)
    assert run.returncode == 4, run.stdout + run.stderr
    assert "bug" not in run.stderr
    assert "cannot be read" in run.stdout
