"""The network as something that can be asked: what is sent, what is accepted, and what is refused."""

import datetime
import gc
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certificates import self_signed
from evibrief import __version__
from evibrief.lookups import network
from evibrief.lookups.contract import Answer, Lookup
from evibrief.lookups.kept import KeptAnswers, file_name, keep_answers
from evibrief.lookups.network import Network, bases_of, is_public, origin_of
from evibrief.problems import Problems
from services import Reply, Service, service

TODAY = datetime.date(2026, 11, 30)
QUESTION = Lookup("https://doi.org/10.5555/a", "application/vnd.citationstyles.csl+json", most=1_000)


@pytest.fixture
def here() -> Iterator[Service]:
    with service() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def net(here: Service, waits: list[float]) -> Network:
    return Network(TODAY, {"https://doi.org": here.base}, longest=5, wait=waits.append)


def told(net: Network, question: Lookup = QUESTION) -> str:
    """What is said where there is no answer."""
    with pytest.raises(Problems) as raised:
        net.ask(question)
    [problem] = raised.value.problems
    assert (problem.place.path, problem.rule) == (question.address, "lookup")
    return f"{problem.message} | {problem.hint}"


def test_an_answer_has_its_day_its_host_and_its_bytes(here: Service, net: Network) -> None:
    here.on("/10.5555/a", Reply(b'{"a": 1}', kind="application/json; charset=utf-8"))
    answer = net.ask(QUESTION)
    assert (answer.on, answer.status, answer.kind, answer.body) == (TODAY, 200, "application/json", b'{"a": 1}')
    assert answer.json() == {"a": 1}
    assert (answer.host, QUESTION.host) == ("127.0.0.1", "doi.org")


def test_what_is_sent_says_what_asks_and_not_who(here: Service, net: Network) -> None:
    here.on("/10.5555/a", Reply(b"{}"))
    net.ask(QUESTION)
    [(path, headers)] = here.asked
    assert path == "/10.5555/a"
    assert {name: value for name, value in headers.items() if name not in ("Host", "Connection")} == {
        "Accept": "application/vnd.citationstyles.csl+json", "User-Agent": f"evibrief/{__version__}",
        "Accept-Encoding": "identity",
    }  # fmt: skip


@pytest.mark.parametrize("status", sorted(network.REFUSALS))
def test_that_there_is_no_such_thing_is_an_answer(here: Service, net: Network, status: int) -> None:
    here.on("/10.5555/a", Reply(b"", status))
    assert net.ask(QUESTION).status == status


@pytest.mark.parametrize("status", [500, 403, 418, 206])
def test_any_other_status_is_none(here: Service, net: Network, status: int) -> None:
    here.on("/10.5555/a", Reply(b"", status))
    assert f"answered with status {status}" in told(net)
    assert len(here.asked) == 1


@pytest.mark.parametrize("status", sorted(network.BUSY))
def test_a_busy_service_is_asked_again_after_the_pause_it_wants(
    here: Service, net: Network, waits: list[float], status: int
) -> None:
    busy = Reply(b"", status, headers={"Retry-After": "7"})
    here.on("/10.5555/a", busy, Reply(b"", status), Reply(b"{}"))
    assert net.ask(QUESTION).status == 200
    assert waits == [7, network.PAUSES[1]]


def test_a_pause_may_be_a_date(here: Service, net: Network, waits: list[float]) -> None:
    """RFC 9110, 10.2.3; counted from the date of the answer, because the clock here may be wrong."""
    dates = {"Retry-After": "Mon, 30 Nov 2026 12:00:09 GMT", "Date": "Mon, 30 Nov 2026 12:00:00 GMT"}
    here.on("/10.5555/a", Reply(b"", 503, headers=dates), Reply(b"{}"))
    assert net.ask(QUESTION).status == 200
    assert waits[0] <= 9


@pytest.mark.parametrize("wish", ["61", "999999999", "99999999999999", "-3", "soon"])
def test_a_wish_that_is_too_long_ends_it_and_a_strange_one_is_not_followed(
    here: Service, net: Network, waits: list[float], wish: str
) -> None:
    here.on("/10.5555/a", Reply(b"", 429, headers={"Retry-After": wish}))
    said = told(net)
    if wish in ("61", "999999999"):
        assert f"is busy, and asks to wait {wish} seconds" in said
        assert waits == []
    else:
        assert "answered with status 429" in said
        assert waits == list(network.PAUSES)


def test_a_host_is_asked_with_a_rest_between(waits: list[float]) -> None:
    net = Network(TODAY, {"https://mirror.example": "http://127.0.0.1:9"}, wait=waits.append)
    for host in ("doi.org", "doi.org", "api.ncbi.nlm.nih.gov", "mirror.example", "mirror.example"):
        net._rest_before(Lookup(f"https://{host}/a"))  # public hosts cannot be asked in a test
    assert waits == [network.REST_BETWEEN]


def test_a_service_that_says_nothing_ends_at_the_time_limit(here: Service) -> None:
    here.on("/10.5555/a", Reply(b"{}", silent=30))
    net = Network(TODAY, {"https://doi.org": here.base}, longest=0.2)
    assert "no whole answer within 0.2 seconds" in told(net)


def test_a_service_that_sends_byte_by_byte_ends_at_the_time_limit(here: Service) -> None:
    """Each byte comes in time, and the whole does not."""
    here.on("/10.5555/a", Reply(b"{}" + b" " * 30, drip=0.05))
    net = Network(TODAY, {"https://doi.org": here.base}, longest=0.3)
    assert "no whole answer within 0.3 seconds" in told(net)


def test_one_that_is_not_there_is_told(waits: list[float]) -> None:
    net = Network(TODAY, {"https://doi.org": "http://127.0.0.1:9"}, wait=waits.append)
    assert "127.0.0.1 could not be reached: Connection refused | nothing was written; is there a network?" in told(net)


@pytest.mark.parametrize("announced", [None, 2_000_000])
def test_too_much_is_refused(here: Service, net: Network, announced: int | None) -> None:
    here.on("/10.5555/a", Reply(b"x" * 2_000_000, announced=announced))
    assert "the answer has more than 0.001 MB" in told(net)


def test_too_much_is_refused_where_no_length_is_announced(here: Service, net: Network) -> None:
    here.on("/10.5555/a", Reply(b"x" * 2_000, headers={"Content-Length": "x"}))
    assert "the answer has more than 0.001 MB" in told(net)


def test_an_answer_that_breaks_off_is_none(here: Service, net: Network) -> None:
    here.on("/10.5555/a", Reply(b'{"a": 1}', announced=20))
    assert "the answer broke off, 12 bytes before its end" in told(net)
    here.on("/10.5555/a", Reply(b"4\r\n{}", headers={"Transfer-Encoding": "chunked"}))
    assert "broke off or is no answer" in told(net)


@pytest.mark.parametrize("body", [b"\n <!DOCTYPE html></html>", b'{"a": ', b"[" * 900, b"\xff\xfe{", b"1" * 999 + b"e"])
def test_what_is_no_json_is_told(here: Service, net: Network, body: bytes) -> None:
    here.on("/10.5555/a", Reply(body))
    answer = net.ask(QUESTION)
    with pytest.raises(Problems, match=r"answered with a page, not with data|is not JSON") as raised:
        answer.json()
    assert ("page" in str(raised.value)) is (b"html" in body)


# Proxies and certificates.


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # of the answer of a proxy, up to Python 3.11.3
def test_a_proxy_of_the_user_is_used(here: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells that a public host is asked over TLS, by its name; nothing gets through."""
    monkeypatch.setenv("https_proxy", here.base)
    said = told(Network(TODAY, longest=5))
    assert "doi.org could not be reached: Tunnel connection failed: 403" in said
    [(path, headers)] = here.asked
    assert path == "CONNECT doi.org:443"
    assert "Accept" not in headers
    gc.collect()  # what was left open is told of here, and not in another test


def test_a_given_service_is_asked_without_a_proxy(here: Service, net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    here.on("/10.5555/a", Reply(b"{}"))
    assert net.ask(QUESTION).status == 200


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, program: Callable[..., str], here: Service
) -> None:
    key, signed = self_signed(tmp_path, program("openssl"), "IP:127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(signed, key)
    with service(context) as hidden:
        hidden.on("/10.5555/a", Reply(b"{}"))
        assert "CERTIFICATE_VERIFY_FAILED" in told(Network(TODAY, {"https://doi.org": hidden.base}, longest=5))
        assert hidden.asked == []


# Redirects.


def test_a_redirect_of_the_given_service_is_followed(here: Service, net: Network) -> None:
    here.on("/10.5555/a", Reply(status=302, headers={"Location": "/b"}))
    here.on("/b", Reply(status=307, headers={"Location": f"{here.base}/c"}))
    here.on("/c", Reply(b"{}"))
    answer = net.ask(QUESTION)
    assert (answer.by, answer.question) == (f"{here.base}/c", QUESTION)
    assert here.paths == ["/10.5555/a", "/b", "/c"]
    assert {headers["Accept"] for _, headers in here.asked} == {QUESTION.accept}


def test_a_loop_of_redirects_ends(here: Service, net: Network) -> None:
    here.on("/10.5555/a", Reply(status=301, headers={"Location": "/10.5555/a"}))
    assert "leads from one address to the next, 5 times" in told(net)
    assert len(here.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd", "ftp://example.org/a", "data:,{}", "http://example.org/a", "https://localhost/a",
        "https://127.0.0.1/a", "https://[::1]/a", "https://10.0.0.1/a", "https://192.168.0.1/", "https://169.254.169.254/",
        "https://printer.local/a", "https://intranet/a", "https://2130706433/a", "https://0x7f.1/a", "https://a@b.org/",
        "https://[/", "https://example.org:x/", "http://127.0.0.1:9/a", "", "https://localhost./a", "https:///a",
    ],
)  # fmt: skip
def test_a_redirect_leads_to_nothing_but_https_out_there(here: Service, net: Network, target: str) -> None:
    here.on("/10.5555/a", Reply(status=302, headers={"Location": target}))
    assert "which is not a public address with https" in told(net)
    assert len(here.asked) == 1


def test_public_addresses_are_public() -> None:
    assert all(map(is_public, ("https://api.crossref.org/v1/works/a", "https://data.crosscite.org", "https://1.1.1.1/")))


def test_an_address_has_an_origin() -> None:
    assert origin_of("https://doi.org/a") == "https://doi.org:443"
    assert origin_of("http://127.0.0.1:81") == "http://127.0.0.1:81"
    assert origin_of("file:///a") == origin_of("https://") == origin_of("https://x:y@doi.org/") == ""


def test_beginnings_of_addresses_are_replaced(here: Service) -> None:
    bases = bases_of(f"https://doi.org={here.base}/doi  https://api.ncbi.nlm.nih.gov/lit={here.base}/lit/")
    assert bases == {"https://doi.org": f"{here.base}/doi", "https://api.ncbi.nlm.nih.gov/lit": f"{here.base}/lit"}
    here.on("/doi/10.5555/a", Reply(b"{}"))
    assert Network(TODAY, bases).ask(QUESTION).status == 200


def test_only_a_whole_host_is_replaced() -> None:
    net = Network(TODAY, {"https://doi.org": "http://127.0.0.1:9"})
    assert net._address_of(Lookup("https://doi.organ.example/a")) == "https://doi.organ.example/a"


@pytest.mark.parametrize("text", ["https://doi.org", "doi.org=http://a.org", "https://doi.org=file:///tmp", "=", "a=b"])
def test_a_strange_replacement_is_told(text: str) -> None:
    with pytest.raises(Problems, match="does not replace one address by another"):
        bases_of(text)


# Kept answers.


def answered(body: bytes, on: datetime.date = TODAY, question: Lookup = QUESTION) -> Answer:
    return Answer(question, on, 200, "application/json", "https://api.crossref.org/b", body)


def test_a_kept_answer_is_a_text_that_says_what_it_is(tmp_path: Path) -> None:
    [path] = keep_answers(tmp_path, [answered(b'{"a": "\n\n"}')])
    assert path.parent == tmp_path / "lookups" / "2026-11-30"
    assert path.name.startswith("doi.org_10.5555_a.")
    assert path.read_text().split("\n")[:5] == [
        "asked: https://doi.org/10.5555/a", "accept: application/vnd.citationstyles.csl+json", "on: 2026-11-30",
        "answered by: https://api.crossref.org/b", "status: 200",
    ]  # fmt: skip
    assert KeptAnswers(tmp_path).ask(QUESTION) == answered(b'{"a": "\n\n"}')


def test_the_newest_answer_counts(tmp_path: Path) -> None:
    days = [TODAY, TODAY - datetime.timedelta(days=90), TODAY - datetime.timedelta(days=1)]
    keep_answers(tmp_path, [answered(day.isoformat().encode(), day) for day in days])
    assert KeptAnswers(tmp_path).ask(QUESTION).body == b"2026-11-30"


def test_each_question_has_a_file_of_its_own() -> None:
    paths = ["10.5555/a", "10.5555/A", "10.5555_a", "../" * 90]
    names = [file_name(Lookup(f"https://doi.org/{path}", accept)) for path in paths for accept in ("a", "b")]
    assert len({name.lower() for name in names}) == 8
    assert all("/" not in name and len(name) < 120 and not name.startswith(".") for name in names)


def test_an_answer_that_was_not_kept_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"lookups: error\[lookup\]: no answer of https://doi.org/10.5555/a is kept"):
        KeptAnswers(tmp_path).ask(QUESTION)


def tampered(path: Path, how: str) -> None:
    data = path.read_bytes()
    day = path.parent.with_name("2027-01-01")
    match how:
        case "body":
            path.write_bytes(data + b" ")
        case "empty":
            path.write_bytes(b"")
        case "huge":
            path.write_bytes(data + b" " * 30_000)
        case "date":
            path.write_bytes(data.replace(b"on: 2026-11-30", b"on: 2026-11-31"))
        case "address":
            path.write_bytes(data.replace(b"asked: https://doi.org/10.5555/a", b"asked: https://doi.org/10.5555/b"))
        case "folder":
            path.parent.rename(day)
        case "link":
            path.rename(day)
            path.mkdir()


@pytest.mark.parametrize("how", ["body", "empty", "huge", "date", "address", "folder", "link"])
def test_a_kept_answer_that_was_changed_is_refused(tmp_path: Path, how: str) -> None:
    [path] = keep_answers(tmp_path, [answered(b"{}")])
    tampered(path, how)
    with pytest.raises(Problems, match="this is not an answer as it was kept"):
        KeptAnswers(tmp_path).ask(QUESTION)
