"""Asks services on the network: the only module of this room that uses `http` and `urllib.request`.

In: a question. Out: the answer. Everything that comes back is a stranger's: it has a time limit and a size limit, and
a redirect leads only to `https` and never to this machine or its neighbours. What is sent is the address, the kind of
answer that is wanted, and the name and version of this program: nothing about who asks.
"""

import datetime
import ipaddress
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from evibrief import __version__
from evibrief.lookups.contract import TRY_LATER, Answer, Lookup, lookup_problem
from evibrief.problems import Problems

LOOKUP_TIMEOUT = 30.0
"""In seconds, for one whole answer."""
MOST_REDIRECTS = 5
REST_BETWEEN = 0.4
"""In seconds, between two questions to one host: NCBI allows three a second (E-utilities, "Usage Guidelines")."""
PAUSES = (1.0, 4.0)
"""In seconds, before each new try, where a busy service does not say how long to wait."""
LONGEST_PAUSE = 60.0
"""In seconds. A service that asks for a longer pause is asked another day."""
BUSY = frozenset((429, 502, 503, 504))
REFUSALS = frozenset((204, 400, 404, 406, 410))
"""The statuses that answer the question: there is no such thing here (RFC 9110, 15; citation.doi.org/docs.html)."""
_REDIRECTS = frozenset((301, 302, 303, 307, 308))

Bases = Mapping[str, str]
"""Beginnings of addresses, and what is asked instead: `https://doi.org` → `http://127.0.0.1:8080/doi`."""


class Network:
    """The network as something that can be asked.

    `bases` replaces the beginnings of addresses. `today` dates the answers. `wait` lets so many seconds pass.
    """

    def __init__(
        self,
        today: datetime.date,
        bases: Bases | None = None,
        longest: float = LOOKUP_TIMEOUT,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._today, self._bases, self._longest = today, bases or {}, longest
        self._wait = wait or threading.Event().wait
        self._given = frozenset(map(origin_of, self._bases.values()))
        self._asked: set[str] = set()

    def ask(self, question: Lookup) -> Answer:
        """The answer. A busy service is asked again, after the pause that it asks for.

        Raises `Problems` if the service cannot be reached, takes too long, sends too much or only a part, leads
        elsewhere, or answers with any status other than 200 and `REFUSALS`.
        """
        self._rest_before(question)
        for usual in (*PAUSES, None):
            answer, pause = self._followed(question)
            if answer.status not in BUSY or usual is None:
                break
            if (pause := usual if pause is None else pause) > LONGEST_PAUSE:
                message = f"{answer.host} is busy, and asks to wait {pause:.0f} seconds"
                raise lookup_problem(question.address, message, TRY_LATER)
            self._wait(pause)
        if answer.status != 200 and answer.status not in REFUSALS:
            message = f"{answer.host} answered with status {answer.status}"
            raise lookup_problem(question.address, message, TRY_LATER)
        return answer

    def _rest_before(self, question: Lookup) -> None:
        """Wait before a host is asked again, unless somebody gave another address for it."""
        if question.host in self._asked and self._address_of(question) == question.address:
            self._wait(REST_BETWEEN)
        self._asked.add(question.host)

    def _followed(self, question: Lookup) -> tuple[Answer, float | None]:
        """The answer at the end of the redirects, and the pause that it asks for."""
        address = self._address_of(question)
        for _ in range(MOST_REDIRECTS + 1):
            got = _within(self._longest, question, address, is_direct=origin_of(address) in self._given)
            if got.status not in _REDIRECTS:
                answer = Answer(question, self._today, got.status, got.kind, address, got.body)
                return answer, _pause(got.retry_after, got.date)
            address = self._redirected(question, address, got.location)
        message = f"it leads from one address to the next, {MOST_REDIRECTS} times"
        raise lookup_problem(question.address, message, TRY_LATER)

    def _address_of(self, question: Lookup) -> str:
        for begin, instead in self._bases.items():
            if question.address.startswith(f"{begin}/"):
                return instead + question.address.removeprefix(begin)
        return question.address

    def _redirected(self, question: Lookup, address: str, location: str) -> str:
        """Where a redirect leads. Raises `Problems` if a stranger must not send us there."""
        try:
            target = urljoin(address, location) if location else ""
        except ValueError:
            target = ""
        if target and (origin_of(target) in self._given or is_public(target)):
            return target
        leads = f"{urlsplit(address).hostname} leads to `{target or location:.200}`"
        message = f"{leads}, which is not a public address with https"
        raise lookup_problem(question.address, message, "nothing was written; tell the service about it")


def bases_of(text: str) -> Bases:
    """Replaced beginnings of addresses, from a text such as `https://doi.org=http://127.0.0.1:8080/doi`.

    Several are separated by spaces. Raises `Problems` for anything else.
    """
    found = {}
    for word in text.split():
        begin, _, instead = word.partition("=")
        if not origin_of(begin).startswith("https://") or not origin_of(instead):
            hint = "write one or more like this: https://doi.org=http://127.0.0.1:8080"
            raise lookup_problem(word, "this does not replace one address by another", hint)
        found[begin.rstrip("/")] = instead.rstrip("/")
    return found


def origin_of(address: str) -> str:
    """Scheme, host and port of an address on the web; empty if it is none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port or (443 if parts.scheme == 'https' else 80)}"


def is_public(address: str) -> bool:
    """Whether an address has `https` and a host that is not this machine or one near it, as far as its name says."""
    if not origin_of(address).startswith("https://") or not address.isascii() or not address.isprintable():
        return False
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        name = host.rpartition(".")[2]
        return "." in host and name not in ("localhost", "local", "internal", "lan") and not name[:1].isdigit()


class _Got:
    """One answer as it came, without its redirect being followed."""

    def __init__(self, response: HTTPResponse, most: int) -> None:
        headers = response.headers
        self.status, self.kind = response.status, headers.get_content_type()
        self.location = headers.get("Location", "")
        self.retry_after, self.date = headers.get("Retry-After", ""), headers.get("Date", "")
        self.body = b""
        if self.status not in _REDIRECTS:
            self.body = _body(response, most)


def _body(response: HTTPResponse, most: int) -> bytes:
    """The body. Raises `ValueError` if it is too large, or ends before its end."""
    body = response.read(most + 1) if (response.length or 0) <= most else None
    if body is None or len(body) > most:
        raise ValueError(f"the answer has more than {most / 1e6:g} MB")
    if response.length:
        raise ValueError(f"the answer broke off, {response.length} bytes before its end")
    return body


def _within(longest: float, question: Lookup, address: str, is_direct: bool) -> _Got:
    """What an address answers in a given time. Runs in a thread, because a server may send one byte a minute."""
    found: list[_Got | Exception] = []

    def get() -> None:
        try:
            headers = {"Accept": question.accept, "User-Agent": f"evibrief/{__version__}"}
            opener = _opener(is_direct)
            with closing(opener.open(Request(address, headers=headers), timeout=longest)) as response:
                found.append(_Got(response, question.most))
        except Exception as error:  # whatever a server causes is reported, not raised
            found.append(error)

    thread = threading.Thread(target=get, daemon=True)
    thread.start()
    thread.join(longest)
    host = urlsplit(address).hostname
    if not found or isinstance(getattr(found[0], "reason", found[0]), TimeoutError):
        raise lookup_problem(question.address, f"{host} gave no whole answer within {longest:g} seconds", TRY_LATER)
    if isinstance(found[0], Exception):
        raise _failed(question, str(host), found[0]) from found[0]
    return found[0]


def _opener(is_direct: bool) -> OpenerDirector:
    """What opens http and https, and nothing else: no file, no redirect. A proxy of the user is used."""
    opener = OpenerDirector()
    opener.addheaders = []
    for handler in (ProxyHandler({} if is_direct else None), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


def _failed(question: Lookup, host: str, error: Exception) -> Problems:
    reason = getattr(error, "reason", error)
    if isinstance(error, HTTPException):
        return lookup_problem(question.address, f"the answer of {host} broke off or is no answer", TRY_LATER)
    if isinstance(error, ValueError):
        return lookup_problem(question.address, f"{host}: {error}", TRY_LATER)
    told = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
    hint = "nothing was written; is there a network? `--offline` uses the answers that were kept"
    return lookup_problem(question.address, f"{host} could not be reached: {told:.200}", hint)


def _pause(retry_after: str, date: str) -> float | None:
    """The seconds of `Retry-After`, which is a number or a date (RFC 9110, 10.2.3); None if it is neither."""
    if re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return float(retry_after)
    try:
        until, now = (datetime.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT") for text in (retry_after, date))
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds())
