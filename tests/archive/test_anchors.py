"""An anchor outside of the archive: signatures with SSH keys, time stamps of an authority, the log as a chain."""

import hashlib
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.archive.anchors import sign, time_stamp
from evibrief.archive.finish import write_index
from evibrief.archive.integrity import findings
from evibrief.archive.log import lines_of
from evibrief.archive.signatures import fingerprint_of, judge_signature, sign_bytes
from evibrief.archive.standing import archive_around, standing_of
from evibrief.archive.timestamps import ask_authority, judge_time_stamp, roots_of
from evibrief.archive.versions import INDEX, LOG, read_log
from evibrief.archive.withdraw import withdraw_version
from evibrief.build import build
from evibrief.cli import verify
from evibrief.problems import Problems
from shared import Shared
from test_archive import NAME, archive, kept, make_writable, successor, successor_of  # noqa: F401 (fixtures)


def key_in(folder: Path, name: str = "key", passphrase: str = "", kind: str = "ed25519") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "x", "-f", str(folder / name)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return folder / name


def public(key: Path) -> str:
    return key.with_name(key.name + ".pub").read_text()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return key_in(tmp_path / "keys")


def version(archive: Path) -> Path:  # noqa: F811
    return archive / "blue-glass" / NAME


# Signatures.


def test_unsigned_is_legal_and_said(archive: Path) -> None:  # noqa: F811
    run = evibrief("verify", version(archive))
    assert (run.returncode, run.stderr) == (0, "")
    assert "not signed\nnot time-stamped\n" in run.stdout
    run = evibrief("verify", archive)
    assert run.returncode == 0
    assert "blue-glass 1.2.0 of 2026-03-01: unaltered, current" in run.stdout
    assert "What this cannot show" in run.stdout


def test_a_signature_is_checked_against_the_readers_own_list(archive: Path, tmp_path: Path, key: Path) -> None:  # noqa: F811
    run = evibrief("sign", version(archive), "--key", key)
    assert (run.returncode, run.stderr) == (0, "")
    path, fingerprint, fresh = sign(version(archive), key)
    assert fresh is False
    assert fingerprint in run.stdout
    assert "already there" in evibrief("sign", version(archive), "--key", key).stdout
    said = evibrief("verify", version(archive)).stdout
    assert f"signed with key {fingerprint}; not checked against a list of signers" in said
    known, others = tmp_path / "known", tmp_path / "others"
    known.write_text(f"ann@example.org {public(key)}")
    others.write_text(f"bob@example.org {public(key_in(tmp_path, 'other'))}")
    run = evibrief("verify", version(archive), "--signers", known)
    assert run.returncode == 0
    assert f"signed by ann@example.org (key {fingerprint})" in run.stdout
    run = evibrief("verify", version(archive), "--signers", others)
    assert run.returncode == 8
    assert f"signed with a key that your list does not have, or not for this purpose: {fingerprint}" in run.stdout
    assert path.stat().st_size < 4096
    assert evibrief("verify", archive, "--signers", known).returncode == 0


def test_several_may_sign_one_version(archive: Path, tmp_path: Path) -> None:  # noqa: F811
    keys = [key_in(tmp_path, f"key{number}", kind=kind) for number, kind in enumerate(("ed25519", "ecdsa", "rsa"))]
    assert [sign(version(archive), key)[2] for key in (*keys, *keys)] == [True] * 3 + [False] * 3
    known = tmp_path / "known"
    known.write_text("".join(f"p{number} {public(key)}" for number, key in enumerate(keys)))
    said = evibrief("verify", version(archive), "--signers", known).stdout
    assert all(f"signed by p{number} (key SHA256:" in said for number in range(3))


@pytest.mark.parametrize("options", ['namespaces="git"', 'valid-after="20990101"', 'valid-before="20000101"'])
def test_the_options_of_the_list_count(options: str, archive: Path, tmp_path: Path, key: Path) -> None:  # noqa: F811
    sign(version(archive), key)
    (tmp_path / "known").write_text(f"ann {options} {public(key)}")
    run = evibrief("verify", version(archive), "--signers", tmp_path / "known")
    assert run.returncode == 8
    assert "signed by" not in run.stdout


@pytest.mark.parametrize("name", ["-key", "a key", "kéy.ü"])
def test_names_that_begin_with_a_dash_or_have_spaces_or_accents(name: str, archive: Path, tmp_path: Path) -> None:  # noqa: F811
    key_in(tmp_path / "odd keys")
    folder = tmp_path / "odd keys"
    (folder / "key").rename(folder / name)
    moved = tmp_path / "-ärchive x"
    archive.rename(moved)
    (folder / "-list").write_text(f"-ann {public(folder / 'key')}")
    run = evibrief("sign", f"../{moved.name}/blue-glass/{NAME}", f"--key={name}", folder=folder)
    assert (run.returncode, run.stderr) == (0, "")
    run = evibrief("verify", f"../{moved.name}/blue-glass/{NAME}", "--signers=-list", folder=folder)
    assert "signed by -ann (key SHA256:" in run.stdout
    assert run.returncode == 0


def bad_keys(folder: Path) -> Iterator[tuple[Path, str]]:
    key = key_in(folder)
    yield folder / "none", "there is no such key"
    yield Path(f"{key}.pub"), "this is a public key"
    (folder / "alone.pub").write_text(public(key))
    yield folder / "alone.pub", "this cannot sign"
    (folder / "text").write_text("no key")
    yield folder / "text", "this cannot sign"
    yield key_in(folder, "locked", "secret"), "this cannot sign"
    yield folder, "there is no such key"


def test_keys_that_cannot_sign_are_problems(archive: Path, tmp_path: Path) -> None:  # noqa: F811
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    tried = 0
    for key, message in bad_keys(tmp_path / "keys"):
        with pytest.raises(Problems, match=message):
            sign_bytes(b"x", key)
        run = evibrief("sign", version(archive), "--key", key)
        assert (run.returncode, "Traceback" in run.stderr, message in run.stderr) == (1, False, True), run
        assert "hint: " in run.stderr
        tried += 1
    assert tried == 6
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before


def test_without_ssh_keygen_there_is_a_way_out(
    archive: Path, key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path  # noqa: F811
) -> None:
    path, *_ = sign(version(archive), key)
    signature = path.read_bytes()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problems, match="ssh-keygen is not installed here"):
        sign(version(archive), key)
    assert "cannot be checked" in judge_signature(b"x", signature, None).sentence


def test_nothing_that_was_altered_is_signed(archive: Path, key: Path) -> None:  # noqa: F811
    make_writable(archive)
    next(version(archive).glob("*.html")).write_text("altered")
    with pytest.raises(Problems, match="changed after it was archived"):
        sign(version(archive), key)
    with pytest.raises(Problems, match="neither an archive nor a version"):
        sign(version(archive) / "evidence", key)
    assert not (archive / "blue-glass" / "signatures").exists()


def signature_for(namespace: str, key: Path, folder: Path, message: bytes) -> bytes:
    (folder / "message.sig").unlink(missing_ok=True)
    (folder / "message").write_bytes(message)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key), str(folder / "message")]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / "message.sig").read_bytes()


def test_strange_signatures_are_bounded_and_named(tmp_path: Path, key: Path) -> None:
    message = b"the manifest"
    good = sign_bytes(message, key)
    assert judge_signature(message, good, None).state == "unjudged"
    assert judge_signature(b"other", good, None).state == "bad"
    strange = {
        b"": "not an SSH signature", b"\0" * 200_000: "far too large",
        b"-----BEGIN SSH SIGNATURE-----\n": "not an SSH signature",
        signature_for("git", key, tmp_path, message): "another purpose: 'git'",
        signature_for("evil\x1b[2J", key, tmp_path, message): "another purpose: 'evil\\x1b[2J'",
        good.replace(b"U1NI", b"U1NJ"): "not an SSH signature",
        b"-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n": "not an SSH signature",
    }  # fmt: skip
    for signature, words in strange.items():
        found = judge_signature(message, signature, None)
        assert found.state == "strange", signature[:60]
        assert words in found.sentence
    for position in range(60, len(good) - 40, 7):
        changed = bytearray(good)
        changed[position] = ord("A") if changed[position] != ord("A") else ord("B")
        assert judge_signature(message, bytes(changed), None).state in ("bad", "strange")
    assert fingerprint_of(good).startswith("SHA256:")


def test_a_forged_signature_in_an_archive_is_bad(archive: Path, key: Path) -> None:  # noqa: F811
    """Also where whoever put it there made the log and the index anew."""
    path, *_ = sign(version(archive), key)
    path.write_bytes(sign_bytes(b"something else", key))
    run = evibrief("verify", archive)
    assert run.returncode == 4
    assert "not the one that log.jsonl has" in run.stdout
    (archive / LOG).unlink()
    (archive / INDEX).unlink()
    write_index(archive)
    run = evibrief("verify", version(archive))
    assert run.returncode == 4
    assert "BAD signature" in run.stdout


def test_the_head_of_the_log_is_signed_and_fixes_all_before_it(archive: Path, tmp_path: Path, key: Path) -> None:  # noqa: F811
    run = evibrief("sign", archive, "--key", key)
    assert (run.returncode, run.stderr) == (0, "")
    assert "already there" in evibrief("sign", archive, "--key", key).stdout
    (tmp_path / "known").write_text(f"ann {public(key)}")
    run = evibrief("verify", archive, "--signers", tmp_path / "known")
    assert run.returncode == 0
    assert "log up to line 2: signed by ann" in run.stdout
    assert "What this cannot show: whether lines after line 2" in run.stdout
    events = [{name: value for name, value in one.items() if name != "before"} for one in read_log(archive).events]
    events[1]["manifest"] = "0" * 64  # the chain recomputed as a whole
    (archive / LOG).write_text(lines_of(events, "0" * 64))
    (archive / INDEX).unlink()
    run = evibrief("verify", archive, "--signers", tmp_path / "known")
    assert run.returncode == 4
    assert "BAD signature" in run.stdout


# The chain.


def rewritten(archive: Path, change: Callable[[list[str]], list[str]]) -> None:  # noqa: F811
    lines = (archive / LOG).read_text().splitlines(keepends=True)
    (archive / LOG).write_text("".join(change(lines)))


TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a withdrawal is deleted": (
        lambda place: (place / "blue-glass" / "withdrawn.json").unlink(), "withdrawn.json: the withdrawal"),
    "another reason": (
        lambda place: (place / "blue-glass" / "withdrawn.json").write_text(
            '{"1.2.0": {"date": "2026-03-02", "reason": "A comma."}}'), "another date or reason"),
    "a version is deleted": (lambda place: shutil.rmtree(place / "blue-glass" / NAME), "is gone, but"),
    "the last line": (lambda place: rewritten(place, lambda lines: lines[:-1]), "the log was shortened"),
    "a line in the middle": (
        lambda place: rewritten(place, lambda lines: [lines[0], *lines[2:]]), "was changed, added or removed"),
    "a word of a line": (
        lambda place: rewritten(place, lambda lines: [*lines[:-1], lines[-1].replace("A source", "No source")]),
        "repeats a line of log.jsonl that is not there"),
    "no log": (lambda place: (place / LOG).unlink(), "repeats a line of log.jsonl that is not there"),
    "two lines change places": (
        lambda place: rewritten(place, lambda lines: [lines[0], lines[2], lines[1]]), "was changed, added"),
    "a log that is none": (lambda place: (place / LOG).write_text("[" * 100_000 + "\n"), "is damaged"),
    "a page": (
        lambda place: (place / "blue-glass" / "v1.2.0.html").write_text("use it"), "not the page that was written"),
    "the feed": (lambda place: (place / "feed.atom").write_text("<feed/>"), "feed.atom: not the page"),
    "a latest of what is withdrawn": (
        lambda place: (place / "blue-glass" / "latest.pdf").write_bytes(b"%PDF"), "latest.pdf"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_nothing_vanishes_or_changes_without_a_trace(name: str, archive: Path) -> None:  # noqa: F811
    withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", date(2026, 3, 2))
    assert findings(archive) == []
    run = evibrief("verify", version(archive))
    assert run.returncode == 7
    assert "WITHDRAWN: 2026-03-02: A source was retracted. (there is no replacement)" in run.stdout
    make_writable(archive)
    harm, words = TAMPERINGS[name]
    harm(archive)
    run = evibrief("verify", archive)
    assert "Traceback" not in run.stderr
    assert (run.returncode, words in run.stdout) == (4, True), run.stdout


def test_a_log_that_is_a_link_is_not_followed(archive: Path) -> None:  # noqa: F811
    (archive / LOG).unlink()
    (archive / LOG).symlink_to("/etc/passwd")
    run = evibrief("verify", archive)
    assert (run.returncode, "it is a link" in run.stderr, "Traceback" in run.stderr) == (1, True, False)


def test_no_command_builds_upon_a_log_that_was_changed(archive: Path, key: Path) -> None:  # noqa: F811
    withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", date(2026, 3, 2))
    (archive / "blue-glass" / "withdrawn.json").unlink()
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    for command in (("withdraw", "blue-glass", "1.2.0", "--reason", "x", "--archive", archive),
                    ("sign", version(archive), "--key", key), ("sign", archive, "--key", key)):  # fmt: skip
        run = evibrief(*command)
        assert (run.returncode, "Traceback" in run.stderr) == (1, False), run.stderr
        assert "the withdrawal of version 1.2.0" in run.stderr
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before


def test_an_archive_of_before_begins_its_log_with_what_is_there(archive: Path, key: Path) -> None:  # noqa: F811
    """As archives of 0.2.0 are: no log, and an index without a chain and without pages."""
    (archive / LOG).unlink()
    index = json.loads((archive / INDEX).read_text())
    path = next(archive.glob("*/*/manifest.json"))
    record = json.loads(path.read_text())
    del record["content_sha256"]
    path.parent.chmod(0o755)
    path.chmod(0o644)
    path.write_text(json.dumps(record))
    (entry,) = index["versions"]
    listed = {**entry, "content": "", "manifest": hashlib.sha256(path.read_bytes()).hexdigest()}
    (archive / INDEX).write_text(json.dumps({"versions": [listed]}, indent=1))
    assert findings(archive) == []
    assert "the archive has no log yet" in evibrief("verify", archive).stdout
    sign(version(archive), key)
    run = evibrief("verify", archive)
    assert run.returncode == 0
    assert "archived before the log began, covered only from then on: blue-glass 1.2.0" in run.stdout
    assert "it shows only later changes" in evibrief("verify", version(archive)).stdout


def test_what_was_altered_before_the_log_began_is_not_taken_into_it(archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    (archive / LOG).unlink()
    index = json.loads((archive / INDEX).read_text())
    (archive / INDEX).write_text(json.dumps({"versions": index["versions"]}))
    manifest = version(archive) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"changed": "', '"changed": "Not '))
    with pytest.raises(Problems, match="differs for this version: changed, manifest"):
        write_index(archive)
    assert not (archive / LOG).exists()


def test_index_feed_and_pages_have_both_hashes(archive: Path) -> None:  # noqa: F811
    """The content hash is in manifests of 0.3.0 and later; those of before have none."""
    make_writable(archive)
    for name in (LOG, INDEX):
        (archive / name).unlink()
    manifest = version(archive) / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "content_sha256": "c" * 64}))
    (listed,) = write_index(archive)
    assert listed.content == "c" * 64
    for name in ("index.json", "index.html", "feed.atom", "blue-glass/v1.2.0.html"):
        text = (archive / name).read_text()
        assert listed.content in text, name
        assert listed.evidence in text, name
    assert evibrief("verify", archive).returncode == 0


# Time stamps, of a real authority on loopback.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, a certificate for time stamps that it signed, and the settings of `openssl ts`."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(
        "[tsa]\ndefault_tsa = tsa1\n[tsa1]\ndir = .\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\n"
        "signer_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256, sha512\n"
        "accuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\n"
    )
    (folder / "ext").write_text("extendedKeyUsage = critical,timeStamping\n")
    new = ["-newkey", "rsa:2048", "-nodes", "-sha256"]
    for command in (
        ["req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-days", "30"],
        ["req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa"],
        ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30",
         "-out", "tsa.pem", "-extfile", "ext"],
        ["req", "-x509", *new, "-keyout", "no.key", "-out", "other.pem", "-subj", "/CN=other", "-days", "30"],
    ):  # fmt: skip
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return folder


Answering = Callable[[bytes], bytes]


@pytest.fixture
def serve(authority: Path) -> Iterator[Callable[..., str]]:
    """Starts the authority; `answering` changes what it says, `slow` are the seconds between two bytes of it."""
    servers: list[ThreadingHTTPServer] = []

    def reply(request: bytes) -> bytes:
        (authority / "request").write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "request", "-out", "reply"]
        subprocess.run(command, cwd=authority, check=True, capture_output=True)
        return (authority / "reply").read_bytes()

    def start(answering: Callable[[Answering, bytes], bytes] | None = None, slow: float = 0, status: int = 200) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                answer = answering(reply, request) if answering else reply(request)
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                try:
                    for at in range(0, len(answer), 1 if slow else len(answer)):
                        self.wfile.write(answer[at : at + 1] if slow else answer)
                        time.sleep(slow)
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/tsr?x=1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_time_stamp_of_a_real_authority(archive: Path, authority: Path, serve: Callable[..., str]) -> None:  # noqa: F811
    run = evibrief("timestamp", version(archive), "--tsa", serve())
    assert (run.returncode, run.stderr) == (0, "")
    assert "asking 127.0.0.1 over the network; only a hash is sent" in run.stdout
    assert ": time-stamped on 20" in run.stdout
    run = evibrief("verify", version(archive))
    assert run.returncode == 0
    assert "claims to have been time-stamped on 20" in run.stdout
    run = evibrief("verify", version(archive), "--tsa-certificates", authority / "root.pem")
    assert run.returncode == 0
    assert "confirmed by your certificates" in run.stdout
    run = evibrief("verify", version(archive), "--tsa-certificates", authority / "other.pem")
    assert run.returncode == 8
    assert "that your certificates do not confirm" in run.stdout
    run = evibrief("verify", version(archive), "--tsa-certificates", authority / "ext")
    assert (run.returncode, "error[certificates]" in run.stderr) == (1, True)
    run = evibrief("timestamp", archive, "--tsa", serve())
    assert run.returncode == 0
    run = evibrief("verify", archive, "--tsa-certificates", authority / "root.pem")
    assert run.returncode == 0
    assert "log up to line 3: time-stamped on 20" in run.stdout


def test_a_token_of_something_else_or_altered_is_found(
    archive: Path, authority: Path, serve: Callable[..., str]  # noqa: F811
) -> None:
    message = b"the manifest"
    answer = ask_authority(message, serve())
    roots = roots_of((authority / "root.pem").read_bytes(), "root.pem")
    assert judge_time_stamp(message, answer, roots).state == "confirmed"
    assert judge_time_stamp(b"altered", answer, roots).state == "bad"
    for position in range(0, len(answer), 3):
        changed = bytearray(answer)
        changed[position] ^= 0x21
        found = judge_time_stamp(message, bytes(changed), roots)
        if found.state == "confirmed":  # a byte that nobody signed, such as of the certificate that is not needed
            assert found == judge_time_stamp(message, answer, roots)
    path, _ = time_stamp(version(archive), lambda message: ask_authority(message, serve()))
    path.write_bytes(answer)
    run = evibrief("verify", version(archive))
    assert run.returncode == 4
    assert "not the one that log.jsonl has" in run.stdout


def other_nonce(reply: Answering, request: bytes) -> bytes:
    nonce = request.rindex(b"\x02\x08") + 2 if b"\x02\x08" in request else request.rindex(b"\x02\x09") + 3
    return reply(request[: nonce + 3] + bytes([request[nonce + 3] ^ 1]) + request[nonce + 4 :])


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "another nonce": ({"answering": other_nonce}, "the nonce differs"),
    "other bytes": (
        {"answering": lambda reply, request: reply(request.replace(request[30:34], b"abcd", 1))}, "other bytes"),
    "refused": (
        {"answering": lambda reply, request: bytes.fromhex("300b3009020102300406020420")[:13]}, "error[tsa]"),
    "nonsense": ({"answering": lambda reply, request: b"<html>no</html>"}, "cannot be read as an RFC 3161 answer"),
    "huge": ({"answering": lambda reply, request: b"0" * 5_000_000}, "larger than 64 kB"),
    "an error": ({"status": 503}, "the server answered 503"),
    "leads elsewhere": ({"status": 302}, "the server answered 302"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_is_wrong_is_not_stored(name: str, archive: Path, serve: Callable[..., str]) -> None:  # noqa: F811
    options, words = WRONG[name]
    run = evibrief("timestamp", version(archive), "--tsa", serve(**options))
    assert (run.returncode, "Traceback" in run.stderr, words in run.stderr) == (1, False, True), run.stderr
    assert not (archive / "blue-glass" / "signatures").exists()


def test_an_authority_that_refuses_says_why(serve: Callable[..., str], authority: Path) -> None:
    """It knows no SHA-512: a real refusal of `openssl ts`."""
    settings = authority / "ts.cnf"
    text = settings.read_text()
    settings.write_text(text.replace("digests = sha256, sha512", "digests = sha256"))
    try:
        with pytest.raises(Problems, match="it refused: status 2"):
            ask_authority(b"x", serve())
    finally:
        settings.write_text(text)


def test_an_authority_that_never_ends_is_left(serve: Callable[..., str]) -> None:
    """Its answer has a thousand bytes and more, and takes half a second for each."""
    began = time.monotonic()
    with pytest.raises(Problems, match="no complete answer came within 1 seconds"):
        ask_authority(b"x", serve(slow=0.5), longest=1)
    assert time.monotonic() - began < 200


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "x", "http://", "http://[x", "http://a:99999", ""])
def test_what_is_no_address_is_refused(url: str, archive: Path) -> None:  # noqa: F811
    run = evibrief("timestamp", version(archive), "--tsa", url)
    assert (run.returncode, run.stdout) == (1, "")
    assert "not the address of a time-stamp authority" in run.stderr


def test_an_authority_that_cannot_be_reached_is_a_problem() -> None:
    with pytest.raises(Problems, match="it gave no answer"):
        ask_authority(b"x", "http://127.0.0.1:9/")


# A lone document beside its archive.


def test_the_standing_of_a_document_by_its_archive(archive: Path, tmp_path: Path) -> None:  # noqa: F811
    document = next(version(archive).glob("*.pdf"))
    (tmp_path / "link.pdf").symlink_to(document)
    for path in (document, archive / "blue-glass" / "latest.pdf", tmp_path / "link.pdf"):
        assert archive_around(path) == archive.resolve()
    assert archive_around(tmp_path / "elsewhere.pdf") is None
    digest = hashlib.sha256(document.read_bytes()).hexdigest()

    def asked(number: str = "1.2.0", brief: str = "blue-glass", digest: str | None = digest) -> tuple[str, bool | None]:
        found = standing_of(archive, brief, number, digest)
        return found.state, found.listed

    assert asked() == ("current", True)
    assert asked(digest="0" * 64) == ("current", False)
    assert asked("9.9.9") == ("unknown", None)
    assert asked(brief="green-glass") == asked(brief="../..") == asked("../..") == ("unknown", None)
    index = (archive / INDEX).read_bytes()
    (archive / INDEX).unlink()
    assert asked() == ("unfinished", True)
    (archive / INDEX).write_bytes(index)
    withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", date(2026, 3, 2))
    assert asked() == ("withdrawn", True)
    (archive / "blue-glass" / "withdrawn.json").unlink()
    assert asked() == ("withdrawn", True)  # the log remembers
    assert "A source was retracted." in standing_of(archive, "blue-glass", "1.2.0").sentence
    make_writable(archive)
    shutil.rmtree(version(archive))
    assert asked()[0] == "damaged"


@pytest.mark.parametrize(
    "name", ["log.jsonl", "index.json", "blue-glass/withdrawn.json", f"blue-glass/{NAME}/manifest.json"]
)
@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"\xff\xfe", b"{}\n", b"null\n", b"0" * 9_000_000, None])
def test_a_hostile_archive_says_nothing_and_raises_nothing(name: str, content: bytes | None, archive: Path) -> None:  # noqa: F811
    make_writable(archive)
    (archive / name).unlink(missing_ok=True)
    if content is None:
        (archive / name).symlink_to("/dev/zero")
    else:
        (archive / name).write_bytes(content)
    found = standing_of(archive, "blue-glass", "1.2.0", "0" * 64)
    assert found.state in ("damaged", "unfinished") or (found.state, content) == ("current", b"{}\n"), found
    assert len(found.sentence) < 1000


@pytest.fixture
def lists(tmp_path: Path, key: Path) -> dict[str, Path]:
    """A list of signers that has the key, and one that has another."""
    known, others = tmp_path / "known", tmp_path / "others"
    known.write_text(f"ann {public(key)}")
    others.write_text(f"bob {public(key_in(tmp_path, 'other'))}")
    return {"known": known, "others": others}


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_lone_document_is_vouched_for_by_whom_its_reader_names(
    kind: str, archive: Path, tmp_path: Path, key: Path, lists: dict[str, Path]  # noqa: F811
) -> None:
    inside = next(version(archive).glob(f"*.{kind}"))
    lone = Path(shutil.copy(inside, tmp_path / f"lone.{kind}"))
    named = (lone, "--archive", archive)
    run = evibrief("verify", *named, "--signers", lists["known"])
    assert (run.returncode, "not signed" in run.stdout) == (8, True)
    assert evibrief("verify", *named).returncode == 0  # unsigned is legal for whoever names nobody
    sign(version(archive), key)
    for document in (named, (inside,)):
        run = evibrief("verify", *document, "--signers", lists["known"])
        assert (run.returncode, "signed by ann (key SHA256:" in run.stdout) == (0, True), run.stdout
    run = evibrief("verify", *named, "--signers", lists["others"])
    assert (run.returncode, "signed with a key that your list does not have" in run.stdout) == (8, True)


@pytest.mark.parametrize("option", ["--signers", "--tsa-certificates"])
@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_without_an_archive_a_lone_document_cannot_be_vouched_for_and_that_is_said(
    kind: str, option: str, archive: Path, tmp_path: Path, lists: dict[str, Path]  # noqa: F811
) -> None:
    lone = shutil.copy(next(version(archive).glob(f"*.{kind}")), tmp_path / f"lone.{kind}")
    run = evibrief("verify", lone, option, lists["known"])
    assert (run.returncode, run.stdout) == (1, "")
    assert "error[no-archive]: signatures and time stamps are in an archive, not in a document" in run.stderr
    assert "name the archive: --archive DIR" in run.stderr


@pytest.mark.parametrize("option", ["--signers", "--tsa-certificates"])
def test_a_document_of_a_version_that_the_archive_has_not_is_not_vouched_for(
    option: str, archive: Path, tmp_path: Path, lists: dict[str, Path]  # noqa: F811
) -> None:
    """A file that was laid beside the versions of an archive: what it lies in says nothing of it."""
    made = build(successor(tmp_path), tmp_path / "out", ["docx"], layer="page")[0].path
    beside = Path(shutil.copy(made, archive / "blue-glass" / "beside.docx"))
    assert evibrief("verify", beside).returncode == 0
    run = evibrief("verify", beside, option, lists["known"])
    assert run.returncode == 8, run.stdout
    assert "not vouched for: the archive has no signature or time stamp of this content" in run.stdout
    assert evibrief("verify", beside, "--archive", archive, option, lists["known"]).returncode == 11


def test_time_stamps_of_the_version_count_for_a_lone_document(
    archive: Path, authority: Path, tmp_path: Path, serve: Callable[..., str]  # noqa: F811
) -> None:
    lone = shutil.copy(next(version(archive).glob("*.docx")), tmp_path / "lone.docx")
    named = ("verify", lone, "--archive", archive, "--tsa-certificates")
    assert evibrief(*named, authority / "root.pem").returncode == 8
    time_stamp(version(archive), lambda message: ask_authority(message, serve()))
    assert evibrief(*named, authority / "root.pem").returncode == 0
    assert evibrief(*named, authority / "other.pem").returncode == 8


def test_what_is_worse_decides_what_a_lone_document_ends_with(
    archive: Path, shared: Shared, tmp_path: Path, key: Path, lists: dict[str, Path]  # noqa: F811
) -> None:
    """Superseded and signed by nobody whom the reader knows, altered, withdrawn; with a bad signature at last."""
    lone = Path(shutil.copy(next(version(archive).glob("*.docx")), tmp_path / "lone.docx"))
    named = ("verify", lone, "--archive", archive, "--signers")
    shared.archive_version(successor_of(tmp_path, archive), archive, date(2026, 4, 1))
    path, *_ = sign(version(archive), key)
    assert evibrief(*named, lists["known"]).returncode == 10
    assert evibrief(*named, lists["others"]).returncode == 8
    withdraw_version(archive, "blue-glass", "1.2.0", "A source was retracted.", date(2026, 4, 2))
    assert evibrief(*named, lists["others"]).returncode == 7
    path.write_bytes(sign_bytes(b"something else", key))
    run = evibrief(*named, lists["known"])
    assert (run.returncode, "BAD signature" in run.stdout) == (4, True), run.stdout


def test_every_exit_code_has_its_place_among_the_worse_ones() -> None:
    codes = {*verify.DOCUMENT_EXITS.values(), *verify.STANDING_EXITS.values(), verify.NOT_THERE}
    assert all(verify.worst(code, 4) == 4 for code in codes)
    assert {code for code in codes if verify.worst(code, 8) == 8} == {0, 3, 9, 10}
    assert all(verify.worst(code, 0) == code for code in codes)
