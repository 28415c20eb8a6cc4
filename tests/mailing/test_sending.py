"""What a mail server answers, and what comes of it: a server that says whatever it was told to, on a real socket."""

import base64
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from certificates import self_signed
from command import run_here as evibrief
from evibrief.archive.register import read_register
from evibrief.mailing import prepare as preparing
from evibrief.mailing import send as sending
from evibrief.mailing.smtp import NotSent, Refused, Server, Unclear, hand_over, server_of
from evibrief.problems import Problems, plain
from test_circulation import PEOPLE, SECOND, prepared
from test_circulation import archive as archive
from test_circulation import brief as brief
from test_circulation import kept as kept

Answers = dict[str, Sequence[bytes]]
BROKEN = b""
"""The server hangs up in place of an answer."""


USUAL = {"data": b"354 go on\r\n", "ehlo": b"250-here\r\n250 AUTH PLAIN\r\n", "auth": b"235 ok\r\n"}


class Scripted:
    """Answers each command with what is written for it; `message` is the answer to the message itself."""

    def __init__(self, certificate: tuple[Path, Path], answers: Answers) -> None:
        self.answers = {name: list(said) for name, said in answers.items()}
        self.messages = 0
        self.commands: list[str] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate[1], certificate[0])
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as connection:
                    self._talk(connection)
            except OSError:
                plain.close()

    def _said(self, name: str, usual: bytes) -> bytes:
        given = self.answers.get(name, [])
        return given.pop(0) if len(given) > 1 else given[0] if given else usual

    def _talk(self, connection: ssl.SSLSocket) -> None:
        connection.sendall(self._said("hello", b"220 here\r\n"))
        file = connection.makefile("rb")
        while line := file.readline():
            name = line.split()[0].decode(errors="replace").lower()
            self.commands.append(name)
            answer = self._said(name, USUAL.get(name, b"250 ok\r\n"))
            if answer == BROKEN:
                return
            connection.sendall(answer)
            if name == "quit":
                return
            if name == "data" and answer.startswith(b"354"):
                while file.readline() not in (b".\r\n", b""):
                    pass
                self.messages += 1
                answer = self._said("message", b"250 ok\r\n")
                if answer == BROKEN:
                    return
                connection.sendall(answer)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory, program: Callable[..., str]) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"), program("openssl"), "IP:127.0.0.1")


@pytest.fixture
def serve(certificate: tuple[Path, Path]) -> Iterator[Callable[..., tuple[Scripted, Server]]]:
    running: list[Scripted] = []

    def start(login: tuple[str, str] = ("", ""), /, **answers: Sequence[bytes]) -> tuple[Scripted, Server]:
        scripted = Scripted(certificate, answers)
        running.append(scripted)
        return scripted, Server("127.0.0.1", scripted.port, "tls", *login, str(certificate[1]))

    yield start
    for one in running:
        one.socket.close()


def outcome_of(server: Server) -> tuple[str, str, bool]:
    """What came of a message, what is said about it, and whether it was noted that it may go out."""
    noted: list[bool] = []
    try:
        hand_over(server, "a@example.org", "b@example.org", b"Subject: x\r\n\r\nx\r\n", lambda: noted.append(True))
    except (Refused, NotSent, Unclear) as told:
        return type(told).__name__, str(told), bool(noted)
    return "delivered", "", bool(noted)


def send(made: list[preparing.Prepared], archive: Path, server: Server, again: tuple[str, ...] = ()) -> list[str]:
    return sending.send_all(made, archive, "blue-glass", "max@example.org", server,
                              lambda: "2026-03-02T10:30:00+00:00", lambda stage: None, again)  # fmt: skip


@pytest.fixture(scope="module")
def made(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> list[preparing.Prepared]:
    """The letters of the example, made once: a copy for review takes seconds."""
    folder = Path(shutil.copytree(SECOND, tmp_path_factory.mktemp("letters") / "blue-glass"))
    (folder / "circulation.yaml").write_text(PEOPLE)
    return prepared(folder, kept)


LONG = b"250 " + b"x" * 20_000 + b"\r\n"
AFTER = {
    "250": (b"250 ok\r\n", "delivered"), "251": (b"251 will forward\r\n", "delivered"),
    "200": (b"200 ok\r\n", "delivered"), "299": (b"299\r\n", "delivered"),
    "several lines": (b"250-first\r\n250-second\r\n250 last\r\n", "delivered"),
    "450": (b"450 later\r\n", "Refused"), "421": (b"421 closing\r\n", "Refused"), "554": (b"554 no\r\n", "Refused"),
    "several lines that refuse": (b"550-no\r\n550 never\r\n", "Refused"),
    "354": (b"354 more\r\n", "Unclear"), "301": (b"301 elsewhere\r\n", "Unclear"), "150": (b"150 busy\r\n", "Unclear"),
    "999": (b"999 what\r\n", "Unclear"), "000": (b"000 what\r\n", "Unclear"),
    "words": (b"thanks\r\n", "Unclear"), "no line": (b"\r\n", "Unclear"), "four digits": (b"2500 ok\r\n", "Unclear"),
    "a sign": (b"+25 ok\r\n", "Unclear"), "other digits": ("２５０ ok\r\n".encode(), "Unclear"),
    "no gap": (b"250ok\r\n", "Unclear"),
    "cut off": (b"250 o", "Unclear"), "lines without an end": (b"250-a\r\n", "Unclear"),
    "lines that differ": (b"250-a\r\n550 b\r\n", "Unclear"), "a long line": (LONG, "Unclear"),
    "many lines": (b"250-x\r\n" * 5000 + b"250 x\r\n", "Unclear"), "nothing": (BROKEN, "Unclear"),
}  # fmt: skip


@pytest.mark.parametrize("name", AFTER)
def test_an_answer_to_the_message_is_believed_only_as_far_as_it_goes(
    name: str, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    answer, wanted = AFTER[name]
    ends = name in ("cut off", "lines without an end")
    scripted, server = serve(message=[answer], **({"rset": [BROKEN]} if ends else {}))
    if ends:
        scripted._talk = hanging_up(scripted._talk)  # type: ignore[method-assign, assignment]
    came, said, noted = outcome_of(server)
    assert (came, noted, scripted.messages) == (wanted, True, 1), said
    assert "\n" not in said
    assert len(said) < 1000


def hanging_up(talk: Callable[[ssl.SSLSocket], None]) -> Callable[[ssl.SSLSocket], None]:
    """A talk that ends after the answer to the message."""

    def once(connection: ssl.SSLSocket) -> None:
        sendall = connection.sendall

        def send_and_end(data: bytes) -> None:
            sendall(data)
            if data in (b"250 o", b"250-a\r\n"):
                raise OSError

        connection.sendall = send_and_end  # type: ignore[method-assign, assignment]
        talk(connection)

    return once


BEFORE = {
    "mail 250": ("mail", b"250 ok\r\n", "delivered"), "mail 251": ("mail", b"251 ok\r\n", "delivered"),
    "mail 3xx": ("mail", b"354 what\r\n", "NotSent"), "mail 1xx": ("mail", b"100 what\r\n", "NotSent"),
    "mail words": ("mail", b"yes\r\n", "NotSent"), "mail 550": ("mail", b"550 no\r\n", "Refused"),
    "rcpt 251": ("rcpt", b"251 forwarded\r\n", "delivered"), "rcpt 252": ("rcpt", b"252 perhaps\r\n", "delivered"),
    "rcpt 3xx": ("rcpt", b"354 what\r\n", "NotSent"), "rcpt words": ("rcpt", b"yes\r\n", "NotSent"),
    "rcpt 650": ("rcpt", b"650 what\r\n", "NotSent"), "rcpt long": ("rcpt", LONG, "NotSent"),
    "rcpt 450": ("rcpt", b"450 later\r\n", "Refused"), "rcpt gone": ("rcpt", BROKEN, "NotSent"),
    "hello": ("hello", b"yes\r\n", "NotSent"), "hello 554": ("hello", b"554 no\r\n", "NotSent"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEFORE)
def test_what_is_no_clear_yes_before_the_message_sends_nothing(
    name: str, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    command, answer, wanted = BEFORE[name]
    scripted, server = serve(**{command: [answer]})
    came, said, noted = outcome_of(server)
    assert (came, noted) == (wanted, wanted == "delivered"), said
    assert scripted.messages == (wanted == "delivered")
    assert "data" in scripted.commands or wanted != "delivered"


DATA = {
    "550": (b"550 no\r\n", "Refused"), "451": (b"451 later\r\n", "Refused"), "250": (b"250 ok\r\n", "Unclear"),
    "words": (b"go\r\n", "Unclear"), "gone": (BROKEN, "Unclear"), "355": (b"355 what\r\n", "Unclear"),
}  # fmt: skip


@pytest.mark.parametrize("name", DATA)
def test_without_a_clear_answer_to_data_nobody_knows(name: str, serve: Callable[..., tuple[Scripted, Server]]) -> None:
    answer, wanted = DATA[name]
    scripted, server = serve(data=[answer])
    came, said, noted = outcome_of(server)
    assert (came, noted, scripted.messages) == (wanted, True, 0), said


@pytest.mark.parametrize("answer", [b"251 will forward\r\n", b"250-a\r\n250 b\r\n"])
def test_what_is_taken_is_written_down_and_never_sent_again(
    answer: bytes, made: list[preparing.Prepared], archive: Path, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    scripted, server = serve(message=[answer])
    assert send(made, archive, server) == ["a: sent", "b: sent", "c: sent"]
    assert send(made, archive, server) == ["a: already has it", "b: already has it", "c: already has it"]
    assert scripted.messages == 3


@pytest.mark.parametrize("answer", [b"354 more\r\n", b"thanks\r\n", b"150 busy\r\n", BROKEN, LONG])
def test_what_is_unclear_is_sent_again_only_when_somebody_says_so(
    answer: bytes, made: list[preparing.Prepared], archive: Path, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    scripted, server = serve(message=[answer])
    told = send(made, archive, server)
    assert all(": unclear, " in one for one in told), told
    assert scripted.messages == 3
    assert all("unclear since an earlier run" in one for one in send(made, archive, server))
    assert scripted.messages == 3
    # Somebody asked, and said so; but this time the server is not there, or will not: that tells nothing of the first.
    assert ": not sent: " in send(made, archive, Server("127.0.0.1", 1, "tls"), ("a",))[0]
    nobody, refusing = serve(rcpt=[b"550 no\r\n"])
    assert ": refused by the server: 550 no" in send(made, archive, refusing, ("a",))[0]
    assert all("unclear since an earlier run" in one for one in send(made, archive, server))
    assert (scripted.messages, nobody.messages) == (3, 0)
    scripted.answers["message"] = [b"250 ok\r\n"]
    assert send(made, archive, server, ("a",))[0] == "a: sent"
    assert scripted.messages == 4


def test_an_answer_is_one_line_of_text_and_cannot_pass_for_ours(
    made: list[preparing.Prepared], archive: Path, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    said = b"550-no\x1b[2K\r\n550-b: sent\r\n550 \x9b31m\xe2\x80\xae: sent\r\n"
    _, server = serve(rcpt=[said])
    told = send(made, archive, server)
    for one in told:
        assert one.isprintable() or "\u00a0" in one, one
        assert "\n" not in one
        assert f": refused by the server: 550 no{plain(chr(27))}[2K b: sent" in one
    assert len(told) == 3


def test_an_answer_that_ends_like_a_success_is_none(
    brief: Path, archive: Path, tmp_path: Path, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    _, server = serve(rcpt=[b"550 no: sent\r\n"])
    run = from_environment(brief, archive, tmp_path, server)
    assert run.returncode == 1
    assert "a: refused by the server: 550 no: sent" in run.stdout


def test_who_stops_a_sending_is_told_that_some_may_be_sent(
    brief: Path, archive: Path, tmp_path: Path, serve: Callable[..., tuple[Scripted, Server]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    scripted, server = serve()
    given = []

    def stopped_at_the_second(*arguments: Any) -> None:
        given.append(arguments)
        if len(given) == 2:
            raise KeyboardInterrupt
        hand_over(*arguments)

    monkeypatch.setattr(sending, "hand_over", stopped_at_the_second)
    monkeypatch.setattr("evibrief.cli.main.end_at_once", lambda code: None)
    run = from_environment(brief, archive, tmp_path, server)
    assert (run.returncode, scripted.messages) == (1, 1)
    assert "some letters may have been sent" in run.stderr
    assert "nothing was" not in run.stderr
    asked = run.stderr.partition("`evibrief ")[2].partition("`")[0]
    assert evibrief(*asked.split()).returncode == 0


def from_environment(
    brief: Path, archive: Path, tmp_path: Path, server: Server, **more: str
) -> subprocess.CompletedProcess[str]:
    """The command, with this server in its environment."""
    named = {"HOST": server.host, "PORT": str(server.port), "SECURITY": server.security, "USER": server.user,
             "PASSWORD": server.password, "CA": server.authority or ""} | more  # fmt: skip
    command: list[str | Path] = ["circulate", brief, "--archive", archive, "--output", tmp_path / "drafts", "--send"]
    assert evibrief(*command).returncode == 0
    with pytest.MonkeyPatch.context() as environment:
        for name, value in named.items():
            environment.setenv(f"EVIBRIEF_SMTP_{name}", value)
        return evibrief(*command, "--yes")


SECRET = "correct-horse+battery"
ENCODED = base64.b64encode(f"\0max\0{SECRET}".encode()).decode()
ECHOES = {
    "whole": SECRET, "in base64": base64.b64encode(SECRET.encode()).decode(), "as it was sent": ENCODED,
    "the beginning": SECRET[:9], "the end": SECRET[-7:], "in capitals": SECRET.upper(),
    "a part of what was sent": ENCODED[6:-3], "in a request's form": "correct-horse%2Bbattery",
    "over two lines": f"{SECRET[:10]}\r\n550-{SECRET[10:]}", "spaced": " ".join(SECRET),
}  # fmt: skip


@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("command", ["auth", "rcpt", "message", "hello", "mail"])
def test_no_part_of_a_password_is_told_whatever_a_server_says(
    name: str, command: str, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    _, server = serve(("max", SECRET), **{command: [f"550-you said\r\n550-{ECHOES[name]}\r\n550 here\r\n".encode()]})
    noted: list[bool] = []
    with pytest.raises((Refused, NotSent)) as caught:
        hand_over(server, "a@example.org", "b@example.org", b"x\r\n", lambda: noted.append(True))
    error: BaseException | None = caught.value
    while error is not None:
        for told in (str(error), repr(error), *map(repr, vars(error).values())):
            assert "550" in told or not told
            for part in (SECRET, ENCODED, base64.b64encode(SECRET.encode()).decode()):
                assert not any(part[at : at + 6].lower() in told.lower() for at in range(len(part) - 5)), told
            assert " ".join(SECRET) not in told
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(("name", "value", "said"), [
    ("HOST", "münchen\nexample", "EVIBRIEF_SMTP_HOST"), ("HOST", "пошта.example", "EVIBRIEF_SMTP_HOST"),
    ("HOST", "a b", "EVIBRIEF_SMTP_HOST"), ("HOST", "x" * 300, "EVIBRIEF_SMTP_HOST"),
    ("HOST", ".", "EVIBRIEF_SMTP_HOST"),
    ("HOST", "http://a.example", "EVIBRIEF_SMTP_HOST"), ("HOST", "a..b", "EVIBRIEF_SMTP_HOST"),
    ("PORT", "", "EVIBRIEF_SMTP_PORT"), ("PORT", "0", "EVIBRIEF_SMTP_PORT"), ("PORT", "65536", "EVIBRIEF_SMTP_PORT"),
    ("PORT", "²", "EVIBRIEF_SMTP_PORT"), ("PORT", "٣", "EVIBRIEF_SMTP_PORT"), ("PORT", "-1", "EVIBRIEF_SMTP_PORT"),
    ("PORT", "9" * 5000, "EVIBRIEF_SMTP_PORT"), ("SECURITY", "none", "EVIBRIEF_SMTP_SECURITY"),
    ("USER", "müller", "EVIBRIEF_SMTP_USER"), ("USER", "a\nb", "EVIBRIEF_SMTP_USER"),
    ("PASSWORD", "geheimwört", "EVIBRIEF_SMTP_PASSWORD"), ("PASSWORD", "geheim\nwort", "EVIBRIEF_SMTP_PASSWORD"),
    ("PASSWORD", "", "EVIBRIEF_SMTP_PASSWORD"), ("USER", "", "EVIBRIEF_SMTP_USER"),
    ("CA", "/nowhere/ca.pem", "EVIBRIEF_SMTP_CA"), ("CA", "/", "EVIBRIEF_SMTP_CA"),
    ("CA", str(Path(__file__)), "EVIBRIEF_SMTP_CA"),
])  # fmt: skip
def test_what_cannot_be_in_the_environment_is_a_problem_with_a_way_out(
    name: str, value: str, said: str
) -> None:
    named = {"HOST": "a.example", "PORT": "587", "SECURITY": "tls", "USER": "max", "PASSWORD": "geheim"}
    environment = {f"EVIBRIEF_SMTP_{name}": value for name, value in named.items()}
    assert server_of(environment).password == "geheim"
    with pytest.raises(Problems) as caught:
        server_of(environment | {f"EVIBRIEF_SMTP_{name}": value})
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"environment: error[mail-server]: {said} ")
    assert problem.hint
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.slow
def test_what_is_wrong_with_the_environment_is_told_by_the_command(
    brief: Path, archive: Path, tmp_path: Path
) -> None:
    server = Server("\u043f.example", 70000, "tls", "m\u00fcller", "geheimw\u00f6rt", "/nowhere/ca.pem")
    run = from_environment(brief, archive, tmp_path, server)
    assert run.returncode == 1, run.stdout
    assert "Traceback" not in run.stderr
    assert run.stderr.count("environment: error[mail-server]: EVIBRIEF_SMTP_") == 5
    assert "geheim" not in run.stdout + run.stderr
    assert not (archive / "blue-glass" / "circulation.jsonl").exists()


def test_the_register_says_what_is_unclear(
    brief: Path, made: list[preparing.Prepared], archive: Path, serve: Callable[..., tuple[Scripted, Server]]
) -> None:
    _, server = serve(message=[b"354 more\r\n"])
    send(made, archive, server)
    register = archive / "blue-glass" / "circulation.jsonl"
    assert [one.event for one in read_register(register.read_text(), "x")] == ["intended"] * 3
    status = evibrief("circulation", "status", brief, "--archive", archive).stdout
    assert status.count("unconfirmed") == 3
    assert sending.delivered_to(made, archive, "blue-glass") == []
    assert os.environ.get("EVIBRIEF_SMTP_PASSWORD") is None
