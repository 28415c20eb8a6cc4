"""What lies in an archive or comes by mail may have been made to hurt: one clear problem, nothing written, no hang."""

import base64
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from evibrief.archived import check_version, hashes, versions
from evibrief.build import MANIFEST, build
from evibrief.problems import Problems
from test_archive import NAME, archive, kept, make_writable  # noqa: F401 (fixtures)
from test_cli import evibrief

ROOT = Path(__file__).parents[1]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
MEGABYTE = 1024 * 1024


def snapshot(folder: Path) -> dict[str, tuple[int, float]]:
    """Every entry of a folder but the file at hand: size and time."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime) for path in folder.rglob("*")}


def refused(folder: Path, *words: object, code: int = 1) -> str:
    """Run with little memory and time: it says one clear thing and leaves everything as it was."""
    before = snapshot(folder)

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1400 * MEGABYTE, 1400 * MEGABYTE))

    began = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-m", "evibrief", *map(str, words)], capture_output=True, text=True, timeout=60,
        preexec_fn=bounded, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert time.monotonic() - began < 30
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
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_damaged_manifest_is_named_by_verify_and_by_the_index(name: str, archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    path = archive / "blue-glass" / NAME / MANIFEST
    made = MANIFESTS[name](json.loads(path.read_text()))
    text = made if isinstance(made, str | bytes) else json.dumps(made)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    said = refused(archive, "verify", archive / "blue-glass" / NAME)
    assert said.count("error[") == 1
    assert f"{path}: error[damaged-archive]" in said
    assert str(path) in refused(archive, "withdraw", "blue-glass", "1.2.0", "--reason", "x", "--archive", archive)


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
    said = refused(archive, "verify", folder, code=4)
    for name in ("secret.yaml", "loop", "nowhere.yaml", "pipe.yaml"):
        assert f"evidence/{name}: does not belong here" in said
    document = next(folder.glob("*.pdf"))
    document.unlink()
    document.symlink_to("/etc/hostname")
    assert f"{document.name}: altered" in refused(archive, "verify", folder, code=4)
    assert set(hashes(folder).values()) >= {"a link, no file, or far too large"}


def test_a_version_that_is_a_link_is_refused(archive: Path, tmp_path: Path) -> None:  # noqa: F811
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(archive / "blue-glass" / NAME, elsewhere)
    (archive / "blue-glass" / "2026-05-01_v1.3.0").symlink_to(elsewhere)
    with pytest.raises(Problems, match="a link or no file"):
        versions(archive)


def test_folders_that_are_no_versions_are_left_alone(archive: Path) -> None:  # noqa: F811
    for name in ("notes", "blue-glass/drafts", ".hidden", "blue-glass/.writing-x"):
        (archive / name).mkdir(parents=True)
    (archive / "readme.txt").write_text("mine")
    (archive / "blue-glass" / ".writing-x" / MANIFEST).write_text("half")
    assert [one.version for one in versions(archive)] == ["1.2.0"]


# A document that came by mail.


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    output = tmp_path_factory.mktemp("documents")
    return {one.path.suffix[1:]: one.path.read_bytes() for one in build(SECOND, output, ["pdf", "docx"], layer="page")}


def asked(tmp_path: Path, data: bytes, name: str) -> str:
    """What verify, extract and diff say of a document: the same one thing each."""
    target = tmp_path / name
    target.write_bytes(data)
    out = tmp_path / "out"
    said = refused(tmp_path, "verify", target)
    assert said.count("error[") == 1, said
    assert "error[" in refused(tmp_path, "extract", target, "--output", out)
    assert not out.exists()
    assert "error[" in refused(tmp_path, "diff", target, SECOND)
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


def pdf_with(files: dict[str, bytes], packed: bytes | None = None, **save: object) -> bytes:
    """A PDF with attachments; `packed` are the raw bytes of each instead."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    listed = pikepdf.Array()
    for name, data in files.items():
        stream = pikepdf.Stream(pdf, data)
        if packed is not None:
            stream.write(packed, filter=pikepdf.Name.FlateDecode)
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, Desc=name, F="x", EF=pikepdf.Dictionary(F=stream))
        listed.append(pdf.make_indirect(spec))
    pdf.Root.AF = listed
    written = io.BytesIO()
    pdf.save(written, **save)  # type: ignore[arg-type]
    return written.getvalue()


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"\0" * MEGABYTE) for _ in range(size // MEGABYTE)) + packer.flush()


def test_a_pdf_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    assert "carries no evidence" in asked(tmp_path, pdf_with({}), "strange.pdf")


def test_a_pdf_with_a_password_is_refused(tmp_path: Path) -> None:
    locked = pdf_with({"a": b"b"}, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert "cannot be read" in asked(tmp_path, locked, "locked.pdf")


def test_an_attachment_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    data = pdf_with({"brief.yaml": b""}, packed=bomb(2048 * MEGABYTE))
    assert len(data) < 4 * MEGABYTE
    assert "more than any evidence base" in asked(tmp_path, data, "bomb.pdf")


def test_an_attachment_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    assert "cut off" in asked(tmp_path, pdf_with({"brief.yaml": b""}, packed=bomb(MEGABYTE)[:-20]), "cut.pdf")


def test_ten_thousand_attachments_are_refused(tmp_path: Path) -> None:
    assert "too many" in asked(tmp_path, pdf_with({f"{number}.yaml": b"a" for number in range(10_000)}), "many.pdf")


NAMES = (
    "../out.yaml", "a/../../out.yaml", "/etc/out.yaml", "a\\..\\out.yaml", "C:out.yaml", "a\nb.yaml", "", "x" * 300,
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(name: str, documents: dict[str, bytes], tmp_path: Path) -> None:
    said = asked(tmp_path, pdf_with({"brief.yaml": b"a", name: b"b"}), "evil.pdf")
    assert "lead out of its folder" in said
    inside = zipped(documents["docx"], {"customXml/item1.xml": carried_part([("brief.yaml", b"a"), (name, b"b")])})
    # XML cannot hold some of these letters, and is refused for that.
    assert "lead out of its folder" in asked(tmp_path, inside, "evil.docx")


def test_two_files_of_one_name_are_refused(documents: dict[str, bytes], tmp_path: Path) -> None:
    assert "of one name" in asked(tmp_path, pdf_with({"brief.yaml": b"a", "BRIEF.yaml": b"b"}), "two.pdf")
    twice = carried_part([("brief.yaml", b"a"), ("brief.yaml", b"b")])
    assert "one twice" in asked(tmp_path, zipped(documents["docx"], {"customXml/item1.xml": twice}), "two.docx")


def carried_part(files: list[tuple[str, bytes]]) -> bytes:
    named = ((name.replace("\n", "&#10;"), base64.b64encode(data).decode()) for name, data in files)
    inside = "".join(f'<file path="{name}">{data}</file>' for name, data in named)
    return f'<evidence xmlns="urn:evibrief:evidence">{inside}</evidence>'.encode()


def zipped(data: bytes, instead: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in instead:
                new.writestr(name, old.read(name))
        for name, part in instead.items():
            new.writestr(name, part)
    return written.getvalue()


def test_a_part_that_unpacks_to_gigabytes_is_not_unpacked(documents: dict[str, bytes], tmp_path: Path) -> None:
    written = io.BytesIO(documents["docx"])
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as package, package.open("word/x.xml", "w") as part:
        for _ in range(300):
            part.write(b" " * MEGABYTE)
    assert "unpacks to more" in asked(tmp_path, written.getvalue(), "bomb.docx")


def test_a_part_that_lies_about_its_size_is_refused(documents: dict[str, bytes], tmp_path: Path) -> None:
    data = zipped(documents["docx"], {"word/x.xml": b" " * (60 * MEGABYTE)})
    size = (60 * MEGABYTE).to_bytes(4, "little")
    assert data.count(size) >= 2
    said = asked(tmp_path, data.replace(size, (1000).to_bytes(4, "little")), "lying.docx")
    assert "unpack" in said


def test_entities_are_not_expanded(documents: dict[str, bytes], tmp_path: Path) -> None:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    for text in ("&e11;", "&out;"):
        part = f'<!DOCTYPE evidence [<!ENTITY e0 "ha"><!ENTITY out SYSTEM "file:///etc/passwd">{nested}]>'
        part += f'<evidence xmlns="urn:evibrief:evidence"><file path="a.yaml">{text}</file></evidence>'
        said = asked(tmp_path, zipped(documents["docx"], {"customXml/item1.xml": part.encode()}), "entities.docx")
        assert "entities" in said or "cannot be read" in said


def test_thousands_of_parts_are_refused(documents: dict[str, bytes], tmp_path: Path) -> None:
    many = zipped(documents["docx"], {f"word/part{number}.xml": b"<a/>" for number in range(5_000)})
    assert "unpacks to more" in asked(tmp_path, many, "many.docx")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    assert "no such file" in refused(tmp_path, "verify", tmp_path / "pipe.pdf")
    assert "no such file" in refused(tmp_path, "verify", tmp_path / "nowhere.pdf")
    assert "no such file" in refused(tmp_path, "extract", tmp_path / "pipe.pdf", "--output", tmp_path / "out")
