"""What lies in an archive or comes by mail may have been made to hurt: one clear problem, nothing written, no hang."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from command import cpu_seconds, run_bounded
from command import run_here as evibrief
from evibrief.archive.finish import write_index
from evibrief.archive.hashes import hashes
from evibrief.archive.integrity import check_version
from evibrief.archive.verify import verify_document
from evibrief.archive.versions import versions
from evibrief.archive.withdraw import withdraw_version
from evibrief.evidence.places import MANIFEST
from evibrief.files import write_folder
from evibrief.formats.carried import carried_files
from evibrief.problems import Problems
from evibrief.sandbox import Limits
from shared import Shared
from test_archive import NAME, archive, kept, make_writable  # noqa: F401 (fixtures)
from wordfile import carried_part, zipped

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
MEGABYTE = 1024 * 1024


def snapshot(folder: Path) -> dict[str, tuple[int, float]]:
    """Every entry of a folder but the file at hand: size and time."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime) for path in folder.rglob("*")}


def refused(folder: Path, *words: object, code: int = 1) -> str:
    """It says one clear thing and leaves everything as it was."""
    before = snapshot(folder)
    run = evibrief(*map(str, words))
    assert "Traceback" not in run.stderr, run.stderr
    assert run.returncode == code, (run.stdout, run.stderr)
    assert snapshot(folder) == before
    return run.stderr + run.stdout


def refused_in_limits(folder: Path, *words: object, code: int = 1) -> str:
    """The same with little memory and time, for what could take much of either."""
    before = snapshot(folder)
    before_it = cpu_seconds()
    run = run_bounded(1000, *map(str, words))
    assert cpu_seconds() - before_it < 20
    assert "Traceback" not in run.stderr, run.stderr
    assert run.returncode == code, (run.stdout, run.stderr)
    assert snapshot(folder) == before
    return run.stderr + run.stdout


# An archived version.

MANIFESTS: dict[str, Callable[[dict[str, object]], object]] = {
    "no JSON": lambda record: "{not json",
    "empty": lambda record: "",
    "a list": lambda record: [1, 2],
    "nested": lambda record: "[" * 100_000,
    "no title": lambda record: {name: value for name, value in record.items() if name != "title"},
    "outputs a text": lambda record: {**record, "outputs": "all of them"},
    "a hash that is none": lambda record: {**record, "outputs": {"a.pdf": "0"}},
    "a path that leads out": lambda record: {**record, "outputs": {"../../a.pdf": "0" * 64}},
    "an id that leads out": lambda record: {**record, "id": "../../elsewhere"},
    "another brief": lambda record: {**record, "id": "green-glass"},
    "another version": lambda record: {**record, "version": "9.9.9"},
    "no version": lambda record: {**record, "version": "new"},
    "huge": lambda record: {**record, "changed": "x" * 9_000_000},
    "not UTF-8": lambda record: b"\xff\xfe{}",
    "half a character": lambda record: {**record, "title": "\ud800"},
    "a control character": lambda record: {**record, "changed": "a\x01b"},
    "a title that is a list": lambda record: {**record, "title": ["a"]},
    "a hash that is a number": lambda record: {**record, "evidence_sha256": int("1" * 64)},
    "a version of 5000 digits": lambda record: {**record, "version": f"1.{'9' * 5000}.0"},
    "a day that is none": lambda record: {**record, "date": "2026-99-99"},
    "tools that are a number": lambda record: {**record, "tools": 7},
    "a layer that is none": lambda record: {**record, "layer": ["full"]},
    "a document without a name": lambda record: {**record, "outputs": {"": "0" * 64}},
    "a document that is the folder": lambda record: {**record, "outputs": {".": "0" * 64}},
}
LARGE = {"nested", "huge", "a version of 5000 digits"}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_damaged_manifest_is_named_by_verify_and_by_the_index(name: str, archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    path = archive / "blue-glass" / NAME / MANIFEST
    made = MANIFESTS[name](json.loads(path.read_text()))
    text = made if isinstance(made, str | bytes) else json.dumps(made)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    ask = refused_in_limits if name in LARGE else refused
    said = ask(archive, "verify", archive / "blue-glass" / NAME)
    assert said.count("error[") == 1
    assert f"{path}: error[damaged-archive]" in said
    assert str(path) in ask(archive, "withdraw", "blue-glass", "1.2.0", "--reason", "x", "--archive", archive)


@pytest.mark.parametrize("name", ["index.json", "blue-glass/withdrawn.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", '{"versions": 1}', '{"1.2.0": 7}'])
def test_a_damaged_list_is_named(name: str, text: str, archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    (archive / name).write_text(text)
    said = refused(archive, "verify", archive / "blue-glass" / NAME, code=4)
    assert Path(name).name in said


def test_any_flipped_byte_of_a_version_is_found(archive: Path) -> None:  # noqa: F811
    """In every file of it, the manifest and the index among them."""
    make_writable(archive)
    folder = archive / "blue-glass" / NAME
    files = [path for path in (*folder.rglob("*"), archive / "index.json") if path.is_file()]
    flips = 0
    for path in files:
        data = path.read_bytes()
        for position in {0, len(data) // 3, len(data) // 2, 2 * len(data) // 3, len(data) - 2}:
            changed = bytearray(data)
            changed[position] ^= 1
            path.write_bytes(bytes(changed))
            try:
                faults = check_version(folder)
            except Problems:
                faults = ["refused"]
            # A space for a tab between two keys of the index says nothing else.
            same = path.name == "index.json" and json_of(bytes(changed)) == json_of(data)
            assert faults or same, (path, position)
            flips += 1
        path.write_bytes(data)
    assert flips > 100
    assert check_version(folder) == []


def json_of(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        return data


def test_links_and_pipes_in_a_version_are_named_and_not_followed(archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    folder = archive / "blue-glass" / NAME
    (folder / "evidence" / "secret.yaml").symlink_to("/etc/passwd")
    (folder / "evidence" / "loop").symlink_to(folder)
    (folder / "evidence" / "nowhere.yaml").symlink_to("/no/such/file")
    os.mkfifo(folder / "evidence" / "pipe.yaml")
    said = refused_in_limits(archive, "verify", folder, code=4)
    for name in ("secret.yaml", "loop", "nowhere.yaml", "pipe.yaml"):
        assert f"evidence/{name}: does not belong here" in said
    document = next(folder.glob("*.pdf"))
    document.unlink()
    document.symlink_to("/etc/hostname")
    assert f"{document.name}: altered" in refused_in_limits(archive, "verify", folder, code=4)
    assert set(hashes(folder).values()) >= {"a link, not a file, or far too large"}


def withdrawn(archive: Path, *arguments: str) -> str:  # noqa: F811
    """What is said when a withdrawal, and with it the index, is refused; nothing is written around the archive."""
    reason = arguments or ("--reason", "A source was retracted.")
    return refused(archive.parent, "withdraw", "blue-glass", "1.2.0", *reason, "--archive", archive)


@pytest.mark.parametrize("target", ["a version", "nowhere", "itself"])
def test_a_version_that_is_a_link_is_refused(target: str, archive: Path, tmp_path: Path) -> None:  # noqa: F811
    elsewhere, link = tmp_path / "elsewhere", archive / "blue-glass" / "2026-05-01_v1.3.0"
    shutil.copytree(archive / "blue-glass" / NAME, elsewhere)
    link.symlink_to({"a version": elsewhere, "nowhere": Path("/no/such/folder"), "itself": link}[target])
    said = withdrawn(archive)
    assert said.count("error[") == 1
    assert f"{link}/{MANIFEST}: error[damaged-archive]" in said


def test_a_brief_that_is_a_link_is_not_written_into(archive: Path, tmp_path: Path) -> None:  # noqa: F811
    (archive / "blue-glass").rename(tmp_path / "elsewhere")
    (archive / "blue-glass").symlink_to(tmp_path / "elsewhere")
    said = withdrawn(archive)
    assert f"{archive / 'blue-glass'}: error[damaged-archive]: it is a link" in said


def test_an_archive_may_itself_be_named_by_a_link(archive: Path, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "link").symlink_to(archive)
    assert [one.version for one in versions(tmp_path / "link")] == ["1.2.0"]


def test_a_manifest_of_another_brief_is_refused_without_an_index_as_well(archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    path = archive / "blue-glass" / NAME / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "id": "green-glass"}))
    (archive / "index.json").unlink()
    assert "not in this folder" in withdrawn(archive)


def test_a_version_that_is_there_twice_is_refused(archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    again = archive / "blue-glass" / "2026-04-01_v1.2.0"
    shutil.copytree(archive / "blue-glass" / NAME, again)
    record = json.loads((again / MANIFEST).read_text())
    (again / MANIFEST).write_text(json.dumps({**record, "date": "2026-04-01"}))
    assert "version 1.2.0 is in the archive twice" in withdrawn(archive)


@pytest.mark.parametrize("harm", ["altered", "a link", "missing"])
def test_a_document_that_was_altered_never_becomes_the_latest(harm: str, archive: Path) -> None:  # noqa: F811
    """A changed dose in an archived page would otherwise be handed on as the current one."""
    make_writable(archive)
    document = next((archive / "blue-glass" / NAME).glob("*.html"))
    text = document.read_text()
    document.unlink()
    if harm == "altered":
        document.write_text(text.replace("10 mg", "100 mg", 1) + " ")
    elif harm == "a link":
        document.symlink_to("/etc/passwd")
    before = snapshot(archive)
    with pytest.raises(Problems, match=r"\.html: error\[damaged-archive\]: it was changed after it was archived"):
        write_index(archive)
    assert snapshot(archive) == before


def test_no_latest_is_left_where_all_versions_are_withdrawn(archive: Path) -> None:  # noqa: F811
    assert len(list((archive / "blue-glass").glob("latest.*"))) == 3
    withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", date(2026, 3, 2))
    assert list((archive / "blue-glass").glob("latest.*")) == []
    assert check_version(archive / "blue-glass" / NAME) == []


def test_a_withdrawal_that_cannot_be_listed_is_not_half_done(archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    other = archive / "green-glass" / NAME
    shutil.copytree(archive / "blue-glass" / NAME, other)
    (other / MANIFEST).write_text(json.dumps({**json.loads((other / MANIFEST).read_text()), "id": "green-glass"}))
    next(other.glob("*.pdf")).write_bytes(b"altered")
    assert "it was changed after it was archived" in withdrawn(archive)
    assert not (archive / "blue-glass" / "withdrawn.json").exists()


@pytest.mark.parametrize("reason", [os.fsdecode(b"\xff"), "a\x01b"])
def test_a_reason_that_cannot_be_printed_is_refused(reason: str, archive: Path) -> None:  # noqa: F811
    assert "cannot be printed" in withdrawn(archive, "--reason", reason)


def test_nothing_is_left_where_a_page_cannot_be_replaced(archive: Path) -> None:  # noqa: F811
    (archive / "blue-glass" / "v1.2.0.html").unlink()
    (archive / "blue-glass" / "v1.2.0.html").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_index(archive)
    assert list(archive.rglob(".writing-*")) == []


HARMS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a dangling link": lambda path: path.symlink_to("/no/such/file"),
    "a folder": os.mkdir,
}


@pytest.mark.parametrize("name", HARMS)
def test_altered_evidence_is_not_compared(name: str, archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    harms = archive / "blue-glass" / NAME / "evidence" / "harms.yaml"
    harms.unlink()
    HARMS[name](harms)
    said = refused_in_limits(archive, "diff", archive / "blue-glass" / NAME, SECOND)
    assert f"{harms}: error[damaged-archive]: it was changed after it was archived" in said


def test_evidence_with_a_changed_word_is_not_compared(archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    harms = archive / "blue-glass" / NAME / "evidence" / "harms.yaml"
    harms.write_text(harms.read_text() + "# looks harmless\n")
    assert f"{harms}: error[damaged-archive]" in refused(archive, "diff", SECOND, archive / "blue-glass" / NAME)


@pytest.mark.parametrize("name", sorted(set(HARMS) - {"a link"}))
def test_a_brief_with_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    shutil.copytree(SECOND, tmp_path / "blue-glass")
    harms = tmp_path / "blue-glass" / "harms.yaml"
    harms.unlink()
    HARMS[name](harms)
    assert f"{harms}: error[unreadable]" in refused_in_limits(tmp_path, "check", tmp_path / "blue-glass")


def test_folders_that_are_no_versions_are_left_alone(archive: Path) -> None:  # noqa: F811
    for name in ("notes", "blue-glass/drafts", ".hidden", "blue-glass/.writing-x"):
        (archive / name).mkdir(parents=True)
    (archive / "readme.txt").write_text("mine")
    (archive / "blue-glass" / ".writing-x" / MANIFEST).write_text("half")
    assert [one.version for one in versions(archive)] == ["1.2.0"]


# A document that came by mail.


@pytest.fixture(scope="module")
def documents(shared: Shared) -> dict[str, bytes]:
    return {kind: path.read_bytes() for kind, path in shared.documents(SECOND, "page").items()}


def asked(tmp_path: Path, data: bytes, name: str, ask: Callable[..., str] = refused) -> str:
    """What verify, extract and diff say of a document: the same one thing each."""
    target = tmp_path / name
    target.write_bytes(data)
    out = tmp_path / "out"
    said = ask(tmp_path, "verify", target)
    assert said.count("error[") == 1, said
    assert "error[" in ask(tmp_path, "extract", target, "--output", out)
    assert not out.exists()
    assert "error[" in ask(tmp_path, "diff", target, SECOND)
    return said


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.995])
@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_document_cut_off_anywhere_is_refused(
    kind: str, share: float, documents: dict[str, bytes], tmp_path: Path
) -> None:
    data = documents[kind]
    target = tmp_path / f"cut.{kind}"
    target.write_bytes(data[: int(len(data) * share)])
    run = evibrief("verify", target)
    # A PDF that is cut near its end may still be read; it is never what it was.
    assert run.returncode in (1, 4), run.stdout
    assert "Traceback" not in run.stderr


def pdf_with(files: dict[str, bytes], packed: bytes | None = None, called: str = "", **save: object) -> bytes:
    """A PDF with attachments; `packed` are the raw bytes of each, and all are `called` this instead."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    listed = pikepdf.Array()
    for name, data in files.items():
        stream = pikepdf.Stream(pdf, data)
        if packed is not None:
            stream.write(packed, filter=pikepdf.Name.FlateDecode)
        path, held = called or name, pikepdf.Dictionary(F=stream)
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, Desc=path, F="x", EF=held)
        listed.append(pdf.make_indirect(spec))
    pdf.Root.AF = listed
    written = io.BytesIO()
    pdf.save(written, **save)  # type: ignore[arg-type]
    return written.getvalue()


def bomb(size: int) -> bytes:
    """Zeros, so many that packing them would take long: a packed megabyte, again and again, and their checksum."""
    packer = zlib.compressobj(9)
    first, next_one = (packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    end = packer.flush()[:-4] + (size % 65521 << 16 | 1).to_bytes(4)  # Adler-32 (RFC 1950)
    return first + next_one * (size // MEGABYTE - 1) + end


def test_a_bomb_is_what_it_says() -> None:
    assert zlib.decompress(bomb(3 * MEGABYTE)) == bytes(3 * MEGABYTE)


def test_a_pdf_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    assert "carries no evidence" in asked(tmp_path, pdf_with({}), "strange.pdf")


def test_a_pdf_with_a_password_is_refused(tmp_path: Path) -> None:
    locked = pdf_with({"a": b"b"}, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert "it is encrypted" in asked(tmp_path, locked, "locked.pdf")


def test_an_attachment_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    data = pdf_with({"brief.yaml": b""}, packed=bomb(2048 * MEGABYTE))
    assert len(data) < 4 * MEGABYTE
    assert "more than any evidence base" in asked(tmp_path, data, "bomb.pdf", refused_in_limits)


def test_an_attachment_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    assert "cut off" in asked(tmp_path, pdf_with({"brief.yaml": b""}, packed=bomb(MEGABYTE)[:-20]), "cut.pdf")


def test_ten_thousand_attachments_are_refused(tmp_path: Path) -> None:
    many = pdf_with({f"{number}.yaml": b"a" for number in range(10_000)})
    assert "too many" in asked(tmp_path, many, "many.pdf", refused_in_limits)


NAMES = (
    "../out.yaml", "a/../../out.yaml", "/etc/out.yaml", "a\\..\\out.yaml", "C:out.yaml", "a\nb.yaml", "", "x" * 300,
    "./out.yaml", "a//out.yaml", "a\x85b.yaml", "漢" * 100, "a/" * 300 + "b", ".",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(name: str, documents: dict[str, bytes], tmp_path: Path) -> None:
    said = asked(tmp_path, pdf_with({"brief.yaml": b"a", name: b"b"}), "evil.pdf")
    assert "leads out of its folder" in said or "with the same name" in said
    inside = zipped(documents["docx"], {"customXml/item1.xml": carried_part([("brief.yaml", b"a"), (name, b"b")])})
    # XML cannot hold some of these letters, and is refused for that.
    said = asked(tmp_path, inside, "evil.docx")
    assert "leads out of its folder" in said or "with the same name" in said


def test_two_files_of_one_name_are_refused(documents: dict[str, bytes], tmp_path: Path) -> None:
    assert "with the same name" in asked(tmp_path, pdf_with({"brief.yaml": b"a", "BRIEF.yaml": b"b"}), "two.pdf")
    same = pdf_with({"brief.yaml": b"a", "other.yaml": b"b"}, called="brief.yaml")
    assert "one twice" in asked(tmp_path, same, "same.pdf")
    twice = carried_part([("brief.yaml", b"a"), ("brief.yaml", b"b")])
    assert "one twice" in asked(tmp_path, zipped(documents["docx"], {"customXml/item1.xml": twice}), "two.docx")


def test_a_file_that_is_a_folder_as_well_is_refused(tmp_path: Path) -> None:
    assert "with the same name" in asked(tmp_path, pdf_with({"a": b"a", "a/b.yaml": b"b"}), "both.pdf")


def test_a_name_that_the_file_system_refuses_leaves_nothing(tmp_path: Path) -> None:
    """What one file cannot be written for, none is."""
    with pytest.raises(OSError, match="too long"):
        write_folder({"a.yaml": b"a", "x" * 300: b"b"}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["...docx", "..pdf", "out.docx"])
def test_the_name_of_a_document_leads_nowhere(name: str, documents: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    (tmp_path / name).write_bytes(documents["docx"])
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "evibrief", "diff", name, str(SECOND)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60)
    assert run.returncode == 0
    assert run.stderr == "compared: the evidence in the documents, not their pages; `verify` compares pages\n"
    assert list(folder.iterdir()) == []


CARRIED: dict[str, object] = {
    "files": [], "tools": ["x"], "title": None, "layer": "bogus", "id": "../../x", "version": "\ud800", "date": "soon",
}  # fmt: skip


@pytest.mark.parametrize("field", CARRIED)
def test_a_carried_manifest_of_another_shape_is_refused(
    field: str, documents: dict[str, bytes], tmp_path: Path
) -> None:
    files = dict(carried_files(documents["docx"], "x"))
    files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), field: CARRIED[field]}).encode()
    target = tmp_path / "changed.docx"
    target.write_bytes(zipped(documents["docx"], {"customXml/item1.xml": carried_part(list(files.items()))}))
    said = refused(tmp_path, "verify", target)
    assert f"`{field}` in it" in said
    assert said.count("error[") == 1


@pytest.mark.parametrize(("field", "value"), [("title", "Other"), ("version", "9.9.9"), ("date", "2020-01-01")])
def test_a_manifest_that_gives_another_version_than_the_evidence_is_altered(
    field: str, value: str, documents: dict[str, bytes], tmp_path: Path
) -> None:
    """Even when it claims to have been made by other tools, whose bytes nobody here can compare."""
    files = dict(carried_files(documents["docx"], "x"))
    record = {**json.loads(files[MANIFEST]), field: value, "tools": ["evibrief 0.0.1"]}
    files[MANIFEST] = json.dumps(record).encode()
    target = tmp_path / "changed.docx"
    target.write_bytes(zipped(documents["docx"], {"customXml/item1.xml": carried_part(list(files.items()))}))
    verdict = verify_document(target)
    assert verdict.state == "altered"
    assert verdict.details[0].startswith(f"the manifest gives the {field} {value}")


def with_theme(document: bytes, template: bytes) -> bytes:
    """A document whose evidence, manifest and hashes agree, with a template of its own."""
    files = {**carried_files(document, "x"), "theme/page.html.jinja": template}
    record = json.loads(files.pop(MANIFEST))
    del record["content_sha256"]  # as in documents that were made before there was one
    record["files"] = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    files[MANIFEST] = json.dumps(record).encode()
    return zipped(document, {"customXml/item1.xml": carried_part(list(files.items()))})


THEMES = {
    # A limit that is reached is no proof of anything; a theme that cannot be used is.
    "never ends": ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "undecided"),
    "asks for what is not there": ("{{ nothing }}", "altered"),
    "takes all memory": ("{{ 'x' * 10 ** 11 }}", "altered"),
}


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_that_is_made_to_hurt_has_an_end(name: str, documents: dict[str, bytes], tmp_path: Path) -> None:
    hurts, state = THEMES[name]
    template = '{% extends "brief.html.jinja" %}{% block title_block %}' + hurts + "{% endblock %}"
    target = tmp_path / "theme.docx"
    target.write_bytes(with_theme(documents["docx"], template.encode()))
    began = time.monotonic()
    verdict = verify_document(target, Limits(seconds=5 if name == "never ends" else 200))
    assert time.monotonic() - began < 300  # by itself it would take days
    assert verdict.state == state
    assert verdict.details[0].startswith("the evidence in it cannot be built")
    assert verdict.ended == (state == "undecided")


def test_a_pdf_with_thousands_of_pages_is_not_read_to_its_end(documents: dict[str, bytes], tmp_path: Path) -> None:
    target = tmp_path / "long.pdf"
    with pikepdf.open(io.BytesIO(documents["pdf"])) as pdf:
        page = pdf.pages[0]
        for _ in range(5_000):
            pdf.pages.append(page)
        pdf.save(target)
    verdict = verify_document(target, Limits(seconds=60))
    assert verdict.state == "altered"
    assert any("it has 5001 pages, and the evidence gives 1" in detail for detail in verdict.details)


def test_a_part_that_unpacks_to_gigabytes_is_not_unpacked(documents: dict[str, bytes], tmp_path: Path) -> None:
    written = io.BytesIO(documents["docx"])
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as package, package.open("word/x.xml", "w") as part:
        for _ in range(300):
            part.write(b" " * MEGABYTE)
    assert "unpacks to more" in asked(tmp_path, written.getvalue(), "bomb.docx", refused_in_limits)


def test_a_part_that_lies_about_its_size_is_refused(documents: dict[str, bytes], tmp_path: Path) -> None:
    data = zipped(documents["docx"], {"word/x.xml": b" " * (60 * MEGABYTE)})
    size = (60 * MEGABYTE).to_bytes(4, "little")
    assert data.count(size) >= 2
    said = asked(tmp_path, data.replace(size, (1000).to_bytes(4, "little")), "lying.docx", refused_in_limits)
    assert "unpack" in said


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_that_can_only_be_unpacked_whole_is_refused(
    packing: int, documents: dict[str, bytes], tmp_path: Path
) -> None:
    """Of these not even the first bytes can be read without all the others: a kilobyte gives gigabytes."""
    written = io.BytesIO(documents["docx"])
    with zipfile.ZipFile(written, "a") as package:
        package.writestr("word/x.xml", b" " * MEGABYTE, compress_type=packing)
    assert "packed in a way" in asked(tmp_path, written.getvalue(), "packed.docx", refused_in_limits)


def test_entities_are_not_expanded(documents: dict[str, bytes], tmp_path: Path) -> None:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    for text in ("&e11;", "&out;"):
        part = f'<!DOCTYPE evidence [<!ENTITY e0 "ha"><!ENTITY out SYSTEM "file:///etc/passwd">{nested}]>'
        part += f'<evidence xmlns="urn:evibrief:evidence"><file path="a.yaml">{text}</file></evidence>'
        data = zipped(documents["docx"], {"customXml/item1.xml": part.encode()})
        said = asked(tmp_path, data, "entities.docx", refused_in_limits)
        assert "entities" in said or "cannot be read" in said


def test_thousands_of_parts_are_refused(documents: dict[str, bytes], tmp_path: Path) -> None:
    many = zipped(documents["docx"], {f"word/part{number}.xml": b"<a/>" for number in range(5_000)})
    assert "unpacks to more" in asked(tmp_path, many, "many.docx", refused_in_limits)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    assert "no such file" in refused_in_limits(tmp_path, "verify", tmp_path / "pipe.pdf")
    assert "no such file" in refused_in_limits(tmp_path, "verify", tmp_path / "nowhere.pdf")
    assert "no such file" in refused_in_limits(tmp_path, "extract", tmp_path / "pipe.pdf", "--output", tmp_path / "out")
