"""Sending a brief to people, knowing who has it, calling it back: against a real mail server on this machine."""

import json
import quopri
import re
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from certificates import self_signed
from command import begin
from command import run_here as evibrief
from evibrief import files
from evibrief.archive.keep import archive_version
from evibrief.archive.register import Entry, line_of, read_register
from evibrief.archive.since import write_since
from evibrief.archive.withdraw import withdraw_version
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence.source import SourceTree
from evibrief.formats.manifest import evidence_files
from evibrief.labels.languages import english
from evibrief.mailing import message as mail
from evibrief.mailing import prepare as preparing
from evibrief.mailing import register as register_of_letters
from evibrief.mailing import send as sending
from evibrief.mailing.recipients import Recipient, Sender, circulation_of
from evibrief.mailing.smtp import Refused, Server, hand_over
from evibrief.problems import Problems
from shared import Shared
from test_archive import TODAY, kill_when, make_writable, snapshot
from test_diff import EDITS, edited, numbered

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
PEOPLE = """sender: {name: Max Muster, address: max@example.org}
recipients:
  - {id: a, role: botanist, name: Ana Álvarez, address: ana@example.org}
  - {id: b, role: optician, address: bea@example.org, wants: [pdf, docx], language: de}
  - {id: c, role: sailor, address: carl@example.org, kind: reviewer}
"""
ADDRESSES = re.findall(r"[\w.]+@example\.org", PEOPLE)


@pytest.fixture(scope="module")
def kept(shared: Shared) -> Path:
    return shared.archive()


@pytest.fixture
def archive(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "archive"))


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    folder = tmp_path / "blue-glass"
    shutil.copytree(SECOND, folder)
    (folder / "circulation.yaml").write_text(PEOPLE)
    return folder


@pytest.fixture
def many(brief: Path) -> Path:
    """A brief with eight recipients."""
    people = "".join(f"  - {{id: p{at}, role: x, address: p{at}@example.org}}\n" for at in range(8))
    (brief / "circulation.yaml").write_text(PEOPLE.split("recipients:")[0] + "recipients:\n" + people)
    return brief


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def prepared(brief: Path, archive: Path, version: str = "1.2.0") -> list[preparing.Prepared]:
    return preparing.prepare(load(brief), archive, version, NOW, None)


# Messages.


def test_a_letter_and_the_index_have_the_values_of_the_data(brief: Path, shared: Shared, tmp_path: Path) -> None:
    """What page one takes from the data is in the letter as well, and in what the archive lists."""
    for name, old, new in (
        ("brief.yaml", "One invented trial", "An invented trial of {muster2019.n} people"),
        ("brief.yaml", "status_note: ", "status_note: after {counts.studies} studies, "),
        ("changes.yaml", "A trial was retracted.", "'Now {muster2019.n} people.'"),
    ):
        text = (brief / name).read_text()
        assert old in text
        (brief / name).write_text(text.replace(old, new, 1))
    archive = tmp_path / "own"
    shared.archive_version(brief, archive, TODAY)
    for one in prepared(brief, archive):
        body = parsed(one.draft).get_body(("plain",))
        assert body
        words = " ".join(body.get_content().split())
        assert "An invented trial of 24 people" in words
        assert "after 5 studies" in words
        assert "{" not in words
    index = (archive / "index.json").read_text()
    assert ("Now 24 people." in index, "{muster2019" in index) == (True, False)


def test_a_letter_says_what_page_one_says(brief: Path, archive: Path) -> None:
    first, second, third = (parsed(one.draft) for one in prepared(brief, archive))
    assert first["Subject"] == "Blue glass and hay fever, version 1.2.0 of 1 March 2026"
    assert (first["To"], first["From"]) == ("Ana Álvarez <ana@example.org>", "Max Muster <max@example.org>")
    assert first["X-Unsent"] == "1"
    assert first["Message-ID"].endswith("@example.org>")
    for kind in ("plain", "html"):
        part = first.get_body((kind,))
        assert part is not None
        text = " ".join(part.get_content().split())
        for words in ("not a recommendation to treat", "Could wearing blue glass", "How plausible", "evidence hash",
                      "Dear Ana Álvarez,", "The PDF has ", "Safety", "Treat as out of date after"):  # fmt: skip
            assert words.lower() in text.lower(), (kind, words)
    assert "English only" in second.get_body(("plain",)).get_content().replace("\n", " ")  # type: ignore[union-attr]
    assert third["Subject"].startswith("For your comments: ")
    names = [[part.get_filename() for part in one.iter_attachments()] for one in (first, second, third)]
    stem = "blue-glass_2026-03-01_v1.2.0"
    assert names == [[f"{stem}_core.pdf"], [f"{stem}_core.pdf", f"{stem}_core.docx"], [f"{stem}_review_c.docx"]]


def test_attachments_are_the_archived_files_to_the_byte(brief: Path, archive: Path) -> None:
    message = parsed(prepared(brief, archive)[1].draft)
    for part in message.iter_attachments():
        kept = next(archive.glob(f"blue-glass/*/{part.get_filename()}"))
        assert part.get_content() == kept.read_bytes()


def test_every_message_keeps_to_the_rules_of_mail(brief: Path, archive: Path) -> None:
    for one in prepared(brief, archive):
        head, _, body = one.draft.partition(b"\r\n\r\n")
        assert b"\n" not in one.draft.replace(b"\r\n", b"")
        assert max(map(len, one.draft.split(b"\r\n"))) <= 998
        assert head.isascii()
        assert body.isascii()
        assert all(len(line) <= 78 for line in head.split(b"\r\n"))


HOSTILE = (
    "Eve\r\nBcc: all@example.org", "Eve\nX: y", "Eve\x00\x0b", "Zoë 🧪 Ünlü", "e" * 500, '"Eve" <x@example.org>,',
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_or_title_adds_no_header_and_breaks_no_line(name: str) -> None:
    person = Recipient.model_construct(id="a", role="x", name=name, address="a@example.org", language="en")
    sender = Sender.model_construct(name=name, address="s@example.org")
    words = mail.Letter(name, (mail.Part(paragraphs=[name * 30]),), {})
    data = mail.write_message(words, f"<p>{name}</p>", sender, person, NOW, "<a@example.org>", draft=False)
    message = parsed(data)
    assert set(message.keys()) == {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
    assert [one.addr_spec for one in message["To"].addresses] == ["a@example.org"]
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert message["Subject"] == " ".join(re.sub(r"[\x00-\x1f]", " ", name).split())


NO_ADDRESSES = (
    "a", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org", "<a@example.org>",
    "a@example.org,b@example.org", "ä@example.org", "@example.org", "a@-x.org",
)  # fmt: skip


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_is_refused_without_being_repeated(address: str) -> None:
    tree = {"sender": {"name": "M", "address": "m@example.org"},
            "recipients": [{"id": "a", "role": "x", "address": address}]}  # fmt: skip
    with pytest.raises(Problems, match="not an address") as caught:
        circulation_of(SourceTree({"circulation": tree}, {}, {}, {}))
    assert len(address) < 3 or address not in str(caught.value)


def test_what_is_wrong_with_the_recipients_is_told_with_its_line_all_at_once(brief: Path, archive: Path) -> None:
    path = brief / "circulation.yaml"
    wrong = PEOPLE.replace("bea@", "bea at ").replace("role: sailor", "roll: sailor").replace(", docx", ", doc")
    path.write_text(wrong)
    said = evibrief("circulate", brief, "--archive", archive).stderr
    for place in ("4:38: error[circulation]: recipients, 2, address: this is not an address",
                  "4:71: error[circulation]: recipients, 2, wants, 2",
                  "5:5: error[circulation]: recipients, 3, role: this is missing",
                  "5:13: error[circulation]: recipients, 3, roll: there is no such field"):  # fmt: skip
        assert f"{path}:{place}" in said
    path.write_text(PEOPLE.replace("id: b", "id: a").replace("id: c", "id: a"))
    said = evibrief("circulate", brief, "--archive", archive).stderr
    assert [line.split(": ")[0] for line in said.splitlines() if "is used twice" in line] == [
        f"{path}:4:10", f"{path}:5:10"
    ]  # fmt: skip
    path.write_text("")
    assert "circulation.yaml:1:1: error[" in evibrief("circulate", brief, "--archive", archive).stderr


def test_too_much_is_refused_before_anything_is_written(
    brief: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "LARGEST_LETTER", 100_000)
    with pytest.raises(Problems, match=r"the message to a has 0\.\d MB") as caught:
        prepared(brief, archive)
    assert {problem.rule for problem in caught.value.problems} == {"too-large-to-send"}
    assert mail.LARGEST_LETTER == 30_000_000


def test_what_changed_since_the_version_that_somebody_holds(
    brief: Path, archive: Path, shared: Shared, tmp_path: Path
) -> None:
    note_sent(archive, "a", "1.2.0")
    successor(brief, archive, shared, tmp_path)
    first, second, _ = (parsed(one.draft) for one in prepared(brief, archive, "2.0.0"))
    told = " ".join(first.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "WHAT CHANGED SINCE VERSION 1.2.0" in told
    assert "1\u00a0conclusion moved" in told or "1 conclusion moved" in told
    assert told.startswith("PLEASE USE VERSION 2.0.0 FROM NOW ON Version 1.2.0, which you have, is superseded.")
    assert first["Subject"].startswith("New version: ")
    assert "WHAT CHANGED" not in second.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    withdraw_version(archive, "blue-glass", "1.2.0", "A trial was invented.", TODAY)
    first = parsed(prepared(brief, archive, "2.0.0")[0].draft)
    assert first["Subject"].startswith("Version 1.2.0 was withdrawn: ")
    told = " ".join(first.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert told.startswith("PLEASE DO NOT USE VERSION 1.2.0 ANY MORE Version 1.2.0, which you have, was withdrawn on")


def successor(brief: Path, archive: Path, shared: Shared, tmp_path: Path) -> None:
    folder = numbered(edited(tmp_path / "new" / "blue-glass", EDITS["bottom line"][2]), "2.0.0")
    write_since(folder, archive)
    shared.archive_version(folder, archive, TODAY)
    people = (brief / "circulation.yaml").read_text()
    shutil.rmtree(brief)
    shutil.copytree(folder, brief)
    (brief / "circulation.yaml").write_text(people)


def note_sent(archive: Path, recipient: str, version: str, letter: str = "brief") -> None:
    evidence = json.loads(next(archive.glob(f"blue-glass/*_v{version}/manifest.json")).read_text())["evidence_sha256"]
    moment, identity = "2026-03-02T10:30:00+00:00", "<m@example.org>"
    entry = Entry(moment, "delivered", letter, version, evidence, recipient, "x", identity)  # type: ignore[arg-type]
    with (archive / "blue-glass" / "circulation.jsonl").open("a") as register:
        register.write(line_of(entry))


# What may go out.


def test_only_an_archived_whole_version_that_stands_goes_out(brief: Path, archive: Path) -> None:
    with pytest.raises(Problems, match=r"no archived version 9\.9\.9"):
        prepared(brief, archive, "9.9.9")
    document = next(archive.glob("blue-glass/*/*.html"))
    data = document.read_bytes()
    document.chmod(0o644)
    document.write_bytes(data + b" ")
    with pytest.raises(Problems, match=r"was changed after it was archived: .*altered"):
        prepared(brief, archive)
    document.write_bytes(data)
    withdraw_version(archive, "blue-glass", "1.2.0", "A trial was invented.", TODAY)
    with pytest.raises(Problems, match="is withdrawn"):
        prepared(brief, archive)


def test_nobody_is_named_in_what_is_built_archived_or_registered(brief: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    documents = build(brief, tmp_path / "out")
    assert "circulation.yaml" not in evidence_files(brief, "invented-1")
    archive_version(brief, archive, TODAY)
    note_sent(archive, "a", "1.2.0")
    places = [one.path for one in documents] + [path for path in archive.rglob("*") if path.is_file()]
    assert len(places) > 20
    for path in places:
        data = path.read_bytes()
        assert not any(one.encode() in data for one in (*ADDRESSES, "Álvarez")), path
    assert (ROOT / ".gitignore").read_text().count("circulation.yaml") == 1


def test_the_example_writes_drafts_and_sends_nothing(archive: Path, brief: Path, tmp_path: Path) -> None:
    (brief / "circulation.yaml").rename(brief / "circulation.example.yaml")
    assert evibrief("check", brief).returncode == 0
    run = evibrief("circulate", brief, "--archive", archive, "--output", tmp_path / "drafts")
    assert (run.returncode, run.stderr) == (0, "")
    assert len(list((tmp_path / "drafts").glob("*.eml"))) == 3
    run = evibrief("circulate", brief, "--archive", archive, "--output", tmp_path / "drafts", "--send", "--yes")
    assert run.returncode == 1
    assert "error[example]" in run.stderr
    assert not (archive / "blue-glass" / "circulation.jsonl").exists()


def drafts(brief: Path, archive: Path, *more: str) -> tuple[list[str], str]:
    output = archive.parent / "drafts"
    run = evibrief("circulate", brief, "--archive", archive, "--output", output, *more)
    assert run.returncode == 0, run.stderr
    return sorted(path.name for path in output.glob("*.eml")), run.stdout + run.stderr


def test_what_lies_in_the_folder_of_drafts_is_what_is_still_to_be_sent(
    brief: Path, archive: Path, tmp_path: Path
) -> None:
    assert drafts(brief, archive)[0] == ["brief_1.2.0_a.eml", "brief_1.2.0_b.eml", "review_1.2.0_c.eml"]
    (tmp_path / "drafts" / "mine.eml").write_text("kept")
    assert drafts(brief, archive, "--to", "b")[0] == ["brief_1.2.0_b.eml", "mine.eml"]
    run = evibrief("circulation", "sent", brief, "--archive", archive, "--to", "b")
    assert run.stdout == "b: recorded as sent\n"
    names, said = drafts(brief, archive)
    assert names == ["brief_1.2.0_a.eml", "mine.eml", "review_1.2.0_c.eml"]
    assert "b: already has it, no draft" in said
    assert "2 drafts written" in said
    run = evibrief("circulate", brief, "--archive", archive, "--to", "x")
    assert "there is no letter to `x`" in run.stderr


def test_a_version_that_is_not_current_and_a_shared_address_are_pointed_out(
    brief: Path, archive: Path, shared: Shared, tmp_path: Path
) -> None:
    assert "warning" not in drafts(brief, archive)[1]
    successor(brief, archive, shared, tmp_path)
    (brief / "circulation.yaml").write_text(PEOPLE.replace("bea@example.org", "ANA@example.org"))
    said = drafts(brief, archive, "--version", "1.2.0")[1]
    assert "warning: version 1.2.0 is not the current one, which is 2.0.0" in said
    assert "warning: a and b share one address" in said
    assert not re.search("ana@", said, re.IGNORECASE)


# A server.


class Postbox:
    """Takes mail, and keeps it by address. `refused` are addresses that it does not know."""

    def __init__(self, refused: tuple[str, ...] = (), slow: float = 0.0) -> None:
        self.mail: list[tuple[str, bytes]] = []
        self.refused, self.slow, self.drop = refused, slow, 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        await asyncio.sleep(self.slow)
        if self.drop:
            self.drop -= 1
            server.transport.abort()
            return "421 gone"
        self.mail += [(one, envelope.content) for one in envelope.rcpt_tos]
        await asyncio.sleep(self.slow)
        return "250 taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory, program: Callable[..., str]) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"), program("openssl"), "DNS:localhost")


@pytest.fixture
def serve(certificate: tuple[Path, Path]) -> Iterator[Callable[..., Server]]:
    """Start a server with STARTTLS, or TLS from the first byte; with a login where one is named."""
    running: list[Controller] = []

    def start(postbox: Postbox, security: str = "starttls", login: tuple[str, str] | None = None) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate[1], certificate[0])
        options: dict[str, Any] = {"tls_context": context, "require_starttls": True} if security == "starttls" else {}
        if login:
            def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
                right = (data.login.decode(), data.password.decode()) == login
                return AuthResult(success=right, handled=False)

            options |= {"authenticator": check, "auth_required": True, "auth_require_tls": security == "starttls"}
        outer: dict[str, Any] = {"ssl_context": context} if security == "tls" else {}
        controller = Controller(postbox, hostname="localhost", port=port, data_size_limit=10**8, **options, **outer)
        controller.start()
        running.append(controller)
        return Server("localhost", port, security, *(login or ("", "")), str(certificate[1]))

    yield start
    for controller in running:
        controller.stop()


def send(brief: Path, archive: Path, server: Server, again: tuple[str, ...] = ()) -> list[str]:
    return sending.send_all(prepared(brief, archive), archive, "blue-glass", "max@example.org", server,
                              lambda: "2026-03-02T10:30:00+00:00", lambda stage: None, again)  # fmt: skip


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # of the server's: it does not see the TLS around it
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("login", [None, ("max", "a secret of ours")])
def test_each_gets_one_message_over_an_encrypted_connection(
    security: str, login: tuple[str, str] | None, brief: Path, archive: Path, serve: Callable[..., Server]
) -> None:
    postbox = Postbox()
    server = serve(postbox, security, login)
    assert send(brief, archive, server) == ["a: sent", "b: sent", "c: sent"]
    assert [address for address, _ in postbox.mail] == ["ana@example.org", "bea@example.org", "carl@example.org"]
    assert all(parsed(data)["X-Unsent"] is None for _, data in postbox.mail)
    assert send(brief, archive, server) == ["a: already has it", "b: already has it", "c: already has it"]
    assert len(postbox.mail) == 3
    register = (archive / "blue-glass" / "circulation.jsonl").read_text()
    assert not any(one in register for one in ADDRESSES if not one.startswith("max"))
    assert "secret" not in repr(server)


def test_a_wrong_password_or_certificate_sends_nothing(
    brief: Path, archive: Path, serve: Callable[..., Server]
) -> None:
    postbox = Postbox()
    right = serve(postbox, "starttls", ("max", "right"))
    for server in (Server(right.host, right.port, "starttls", "max", "wrong", right.authority),
                   Server(right.host, right.port, "starttls", "max", "right"),
                   Server("localhost", 1, "tls")):  # fmt: skip
        told = send(brief, archive, server)
        assert all(": not sent: " in one for one in told), told
        assert "wrong" not in " ".join(told)
    assert postbox.mail == []
    assert send(brief, archive, right) == ["a: sent", "b: sent", "c: sent"]


def test_a_refused_recipient_is_told_and_the_others_get_theirs(
    brief: Path, archive: Path, serve: Callable[..., Server]
) -> None:
    postbox = Postbox(refused=("bea@example.org",))
    server = serve(postbox)
    told = send(brief, archive, server)
    assert told[0::2] == ["a: sent", "c: sent"]
    assert "refused by the server: 550 nobody" in told[1]
    postbox.refused = ()
    assert send(brief, archive, server)[1] == "b: sent"
    assert len(postbox.mail) == 3


def test_a_connection_that_breaks_in_the_middle_is_unclear_and_not_repeated(
    brief: Path, archive: Path, serve: Callable[..., Server]
) -> None:
    postbox = Postbox()
    postbox.drop = 1
    server = serve(postbox)
    told = send(brief, archive, server)
    assert told[0].startswith("a: unclear, the connection broke")
    assert told[1:] == ["b: sent", "c: sent"]
    assert "unclear since an earlier run" in send(brief, archive, server)[0]
    assert "delivery of the brief of 1.2.0" in evibrief(
        "circulation", "status", brief, "--archive", archive
    ).stdout
    assert send(brief, archive, server, again=("a",))[0] == "a: sent"
    assert sorted(address for address, _ in postbox.mail) == ["ana@example.org", "bea@example.org", "carl@example.org"]


def test_two_senders_at_once_are_one(brief: Path, archive: Path, serve: Callable[..., Server]) -> None:
    server = serve(Postbox())
    register = archive / "blue-glass" / "circulation.jsonl"
    with register_of_letters.locked(register), pytest.raises(Problems, match="another run is sending"):
        send(brief, archive, server)


def test_a_server_without_encryption_gets_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Postbox(), hostname="localhost", port=port)
    controller.start()
    try:
        with pytest.raises(Exception, match="STARTTLS"):
            hand_over(Server("localhost", port, "starttls"), "a@example.org", "b@example.org", b"x", lambda: None)
    finally:
        controller.stop()
    assert issubclass(Refused, Exception)


def name_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOST", server.host), ("PORT", server.port), ("SECURITY", "starttls"),
                        ("CA", server.authority)):  # fmt: skip
        monkeypatch.setenv(f"EVIBRIEF_SMTP_{name}", str(value))


def test_killed_at_any_moment_and_started_again_nobody_gets_two(
    many: Path, archive: Path, tmp_path: Path, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = many
    postbox = Postbox(slow=0.15)
    server = serve(postbox)
    name_server(server, monkeypatch)
    command = ("circulate", brief, "--archive", archive, "--output", tmp_path / "drafts", "--send")
    assert "no matching dry run" in evibrief(*command, "--yes").stderr
    assert "nothing sent" in evibrief(*command).stdout
    assert postbox.mail == []
    register = archive / "blue-glass" / "circulation.jsonl"
    for wait in (0.1, 0.4, 0.7, 1.0, 1.3, 0.2, 0.55):
        lines = len(register.read_text().splitlines()) if register.exists() else 0
        process = begin(*command, "--yes")
        end = time.monotonic() + 20
        while process.is_alive() and time.monotonic() < end:
            if register.exists() and len(register.read_text().splitlines()) > lines:
                break
            time.sleep(0.01)
        time.sleep(wait)
        process.kill()
        process.join()
    with register.open("a") as cut:
        cut.write('{"at": "2026')  # a line that a kill cut off
    evibrief(*command, "--yes")
    time.sleep(0.5)
    got = [address for address, _ in postbox.mail]
    assert len(got) == len(set(got))
    entries = read_register(register.read_text(), str(register))
    unclear = {f"p{at}" for at in range(8)} - {one.recipient for one in entries if one.event == "delivered"}
    assert len(got) >= 8 - len(unclear)
    assert 0 < len(unclear) < 8
    status = evibrief("circulation", "status", brief, "--archive", archive).stdout
    assert all(f"{name}: delivery of the" in status for name in unclear)


def test_a_dry_run_that_was_killed_is_none_and_the_next_one_ends_it(many: Path, archive: Path, tmp_path: Path) -> None:
    """What nobody can have looked at does not go out, and no draft is there that is cut off or out of date."""
    output, before = tmp_path / "drafts", snapshot(archive)
    options = ("--archive", archive, "--output", output, "--send")
    for _ in range(5):
        shutil.rmtree(output, ignore_errors=True)
        kill_when(lambda: bool(list(output.glob("*.eml"))), "circulate", many, *options)
        if 0 < len(left := list(output.glob("*.eml"))) < 8:
            break
    assert 0 < len(left) < 8
    assert all(b"\r\n" in one.read_bytes() for one in left)
    assert "error[no-dry-run]" in evibrief("circulate", many, *options, "--yes").stderr
    assert "8 drafts written" in evibrief("circulate", many, *options).stdout
    assert sorted(one.name for one in output.iterdir()) == [
        *(f"brief_1.2.0_p{at}.eml" for at in range(8)), "dry-run.txt"
    ]  # fmt: skip
    assert "error[mail-server]" in evibrief("circulate", many, *options, "--yes").stderr
    assert snapshot(archive) == before


def left_by_a_sending(archive: Path) -> str:
    """Which phase a killed sending was in, by what it left."""
    register, log = archive / "blue-glass" / "circulation.jsonl", (archive / "log.jsonl").read_text()
    lines = register.read_text().splitlines() if register.exists() else []
    if not lines:
        return "nothing"
    if '"event": "register"' in log:
        listed = json.loads((archive / "index.json").read_text())["chain"]["lines"]
        return "listed" if listed == log.count("\n") else "log without index"
    return "letter handed over" if '"intended"' in lines[-1] else "letter written down"


def killed_in(phase: str, archive: Path, *words: str | Path) -> str:
    """Kill a sending in a phase, if it is seen in time. Returns the phase that it was killed in."""
    started = time.monotonic()
    kill_when(lambda: left_by_a_sending(archive) == phase and time.monotonic() > started + 0.05, *words)
    return left_by_a_sending(archive)


PHASES = ("nothing", "letter handed over", "letter written down", "log without index")


@pytest.mark.parametrize("then", ["circulate", "archive"])
def test_a_killed_sending_leaves_nothing_or_what_the_next_command_finishes(
    then: str, brief: Path, kept: Path, tmp_path: Path, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each phase is waited for, and the run killed in it; what is left shows that it was that phase."""
    (brief / "circulation.yaml").write_text(PEOPLE[: PEOPLE.index("  - {id: c")])
    archive, drafts = tmp_path / "archive", tmp_path / "drafts"
    server = serve(postbox := Postbox(slow=0.1))
    name_server(server, monkeypatch)
    options = ("circulate", brief, "--archive", archive, "--output", drafts, "--send")
    shutil.copytree(kept, archive)
    assert evibrief(*options).returncode == 0
    met = set()
    for phase in PHASES * 3:
        if phase in met:
            continue
        make_writable(archive)  # not only root runs this
        shutil.rmtree(archive)
        shutil.copytree(kept, archive)
        postbox.mail.clear()
        met.add(state := killed_in(phase, archive, *options, "--yes"))
        run = evibrief("verify", archive)
        assert "ALTERED" not in run.stdout
        assert (run.returncode, "Traceback" in run.stderr) == (0 if state in ("nothing", "listed") else 6, False), state
        again = ("archive", SECOND, "--archive", archive) if then == "archive" else (*options, "--yes")
        run = evibrief(*again)
        assert "Traceback" not in run.stderr
        assert evibrief("verify", archive).returncode == 0, state
        got = [address for address, _ in postbox.mail]
        assert len(got) == len(set(got))
    assert met >= set(PHASES)


def test_the_server_is_named_by_the_environment_alone(brief: Path, archive: Path, tmp_path: Path) -> None:
    run = evibrief("circulate", brief, "--archive", archive, "--output", tmp_path / "drafts", "--send")
    assert run.returncode == 0
    run = evibrief("circulate", brief, "--archive", archive, "--output", tmp_path / "drafts", "--send", "--yes")
    assert run.returncode == 1
    assert run.stderr.count("error[mail-server]") == 3
    assert "--password" not in evibrief("circulate", "--help").stdout


# Who has it, and calling it back.


def test_a_returned_copy_is_matched_by_evidence_and_recipient(
    brief: Path, archive: Path, tmp_path: Path, serve: Callable[..., Server]
) -> None:
    postbox = Postbox()
    send(brief, archive, serve(postbox))
    message = parsed(next(data for address, data in postbox.mail if address.startswith("carl")))
    attached = next(message.iter_attachments())
    (tmp_path / "back.docx").write_bytes(attached.get_content())
    run = evibrief("circulation", "returned", tmp_path / "back.docx", "--archive", archive)
    assert (run.returncode, run.stdout) == (0, "c (sailor) answered on version 1.2.0\n")
    assert "no answer" not in evibrief("circulation", "status", brief, "--archive", archive).stdout
    plain = next(archive.glob("blue-glass/*/*.docx"))
    assert "error[not-asked]" in evibrief("circulation", "returned", plain, "--archive", archive).stderr


def test_a_recall_reaches_exactly_those_who_hold_the_version(
    brief: Path, archive: Path, shared: Shared, tmp_path: Path
) -> None:
    note_sent(archive, "a", "1.2.0")
    note_sent(archive, "c", "1.2.0", "review")
    with pytest.raises(Problems, match="not withdrawn, and no conclusion has changed"):
        preparing.prepare_recall(load(brief), archive, "1.2.0", "x", NOW)
    successor(brief, archive, shared, tmp_path)
    note_sent(archive, "b", "2.0.0")
    made = preparing.prepare_recall(load(brief), archive, "1.2.0", "The bottom line moved.", NOW)
    assert [one.recipient.id for one in made] == ["a", "c"]
    message = parsed(made[0].draft)
    assert message["Subject"].startswith("Please do not use any more: Blue glass and hay fever, version 1.2.0")
    told = " ".join(message.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    for words in ("Why: The bottom line moved.", "conclusion moved", "Version 2.0.0", "replaces it",
                  "WHAT CHANGED SINCE VERSION 1.2.0, WHICH YOU HAVE", "- Bottom line: "):  # fmt: skip
        assert words in told.replace("\u00a0", " "), words
    assert [part.get_filename() for part in message.iter_attachments()] == ["blue-glass_2026-04-01_v2.0.0_core.pdf"]
    text = (brief / "circulation.yaml").read_text()
    (brief / "circulation.yaml").write_text(text.replace("{id: a,", "{id: z,"))
    with pytest.raises(Problems, match=r"a holds version 1\.2\.0, but has no address"):
        preparing.prepare_recall(load(brief), archive, "1.2.0", "x", NOW)


def test_a_withdrawn_version_without_a_successor_is_recalled_with_nothing_attached(brief: Path, archive: Path) -> None:
    note_sent(archive, "a", "1.2.0")
    withdraw_version(archive, "blue-glass", "1.2.0", "A trial was invented.", TODAY)
    made = preparing.prepare_recall(load(brief), archive, "1.2.0", "A trial was invented.", NOW)
    message = parsed(made[0].draft)
    assert list(message.iter_attachments()) == []
    assert "It was withdrawn on" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "There is no replacement at present" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    run = evibrief("circulate", brief, "--archive", archive, "--recall", "1.2.0")
    assert "a recall needs a reason" in run.stderr


def test_what_came_with_a_recall_is_held_and_can_be_recalled_as_well(
    brief: Path, archive: Path, shared: Shared, tmp_path: Path, serve: Callable[..., Server]
) -> None:
    note_sent(archive, "a", "1.2.0")
    note_sent(archive, "b", "1.2.0")
    successor(brief, archive, shared, tmp_path)
    postbox = Postbox()
    made = preparing.chosen(preparing.prepare_recall(load(brief), archive, "1.2.0", "x", NOW), ["a"], brief)
    sending.send_all(made, archive, "blue-glass", "max@example.org", serve(postbox), lambda: "2026", lambda _: None)
    run = evibrief("circulation", "sent", brief, "--archive", archive, "--recall", "1.2.0", "--to", "b")
    assert run.stdout == "b: recorded as sent\n"
    status = evibrief("circulation", "status", brief, "--archive", archive).stdout
    held = "1.2.0 (superseded), 2.0.0 (current)"
    assert status == f"a (botanist): {held}\nb (optician): {held}\n"
    withdraw_version(archive, "blue-glass", "2.0.0", "A trial was invented.", TODAY)
    told = preparing.prepare_recall(load(brief), archive, "2.0.0", "A trial was invented.", NOW)
    assert [one.recipient.id for one in told] == ["a", "b"]
    # The older version, though it is the newest that is not withdrawn, does not take its place.
    message = parsed(told[0].draft)
    assert list(message.iter_attachments()) == []
    body = message.get_body(("plain",))
    assert body
    assert "There is no replacement at present." in body.get_content()
    assert told[0].attached is None


def test_drafts_that_were_sent_by_hand_can_be_noted(brief: Path, archive: Path) -> None:
    run = evibrief("circulation", "sent", brief, "--archive", archive)
    assert run.stdout == "a: recorded as sent\nb: recorded as sent\nc: recorded as sent\n"
    assert "a (botanist): 1.2.0 (current)" in evibrief("circulation", "status", brief, "--archive", archive).stdout


def test_a_line_that_a_kill_cut_off_is_taken_away_before_the_next(brief: Path, archive: Path) -> None:
    note_sent(archive, "z", "1.2.0")
    register = archive / "blue-glass" / "circulation.jsonl"
    with register.open("a") as cut:
        cut.write('{"at": "2026')
    sending.record_sent(prepared(brief, archive), archive, "blue-glass", "2026-03-02T10:30:00+00:00")
    assert [one.recipient for one in read_register(register.read_text(), "x")] == ["z", "a", "b", "c"]


def test_a_damaged_register_is_named_with_its_line(brief: Path, archive: Path) -> None:
    note_sent(archive, "a", "1.2.0")
    with (archive / "blue-glass" / "circulation.jsonl").open("a") as register:
        register.write("{}\n")
    run = evibrief("circulation", "status", brief, "--archive", archive)
    assert run.returncode == 1
    assert "circulation.jsonl:2:1: error[register]" in run.stderr


def test_letters_recommend_nothing() -> None:
    assert "not a recommendation to treat" in english().letters.no_advice
    assert quopri.decodestring(b"=41") == b"A"


def test_only_what_a_dry_run_showed_is_sent(brief: Path, archive: Path, tmp_path: Path) -> None:
    """A letter with another date is another letter, even to the same person about the same version."""
    moments = [datetime(2026, 3, day, 9, tzinfo=UTC) for day in (2, 3)]
    shown, later = (preparing.prepare(load(brief), archive, "1.2.0", moment, date(2026, 4, 1)) for moment in moments)
    sending.write_drafts(shown, tmp_path / "drafts")
    sending.demand_dry_run(later, tmp_path / "drafts")
    without = preparing.prepare(load(brief), archive, "1.2.0", moments[0], None)
    with pytest.raises(Problems, match="no matching dry run"):
        sending.demand_dry_run(without, tmp_path / "drafts")
    listed = brief / "circulation.yaml"
    listed.write_text(listed.read_text().replace("ana@example.org", "eve@example.org"))
    with pytest.raises(Problems, match="no matching dry run"):
        sending.demand_dry_run(
            preparing.prepare(load(brief), archive, "1.2.0", moments[0], date(2026, 4, 1)), tmp_path / "drafts"
        )
    sending.write_drafts(without, tmp_path / "drafts")
    assert len(list((tmp_path / "drafts").glob("*.eml"))) == len(without)


def test_a_plan_that_is_not_ours_takes_nothing_away(brief: Path, archive: Path, tmp_path: Path) -> None:
    made, drafts = prepared(brief, archive), tmp_path / "drafts"
    drafts.mkdir()
    (tmp_path / "a_1_b.eml").write_text("mine")
    for text in (b"../a 1 x b z\n", b"\xff\n", b"brief 1 abc ../a <x>\n"):
        (drafts / sending.DRY_RUN).write_bytes(text)
        with pytest.raises(Problems, match="no matching dry run"):
            sending.demand_dry_run(made, drafts)
        sending.write_drafts(made, drafts)
    assert (tmp_path / "a_1_b.eml").read_text() == "mine"
    gone = next(drafts.glob("*.eml"))
    sending.write_drafts([one for one in made if f"_{one.recipient.id}.eml" not in gone.name], drafts)
    assert not gone.exists()


def test_a_plan_says_that_it_is_not_whole_until_the_last_draft_is_there(
    brief: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, drafts = prepared(brief, archive), tmp_path / "drafts"
    seen = []
    real = files.replace_file

    def watched(path: Path, data: str | bytes) -> None:
        if path.suffix == ".eml":
            seen.append((drafts / sending.DRY_RUN).read_text())
        real(path, data)

    monkeypatch.setattr(sending, "replace_file", watched)
    sending.write_drafts(made, drafts)
    assert len(seen) == len(made)
    assert all(plan != sending.plan_of(made) and plan.startswith(sending.plan_of(made)) for plan in seen)
    sending.demand_dry_run(made, drafts)
