"""Time stamps: an authority outside says that something was there at a time (RFC 3161).

In: bytes, the address of an authority, certificates that a reader trusts. Out: the authority's answer, and what is
found of one. The only owner of `rfc3161_client`, `cryptography` and `http`; only `ask_authority` uses the network.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Literal
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from evibrief.problems import Place, Problem, Problems

LARGEST_ANSWER = 64 * 1024
LONGEST = 60.0
"""Seconds that an authority may take for its whole answer."""
_HASHES: Mapping[str, str] = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip

Roots = Sequence[Certificate]
"""Certificates that a reader trusts."""
State = Literal["confirmed", "not confirmed", "unjudged", "bad", "strange"]


@dataclass(frozen=True, slots=True)
class Stamped:
    """What is found of a time stamp, and the sentence that says it.

    `confirmed`: it follows from the reader's certificates. `unjudged`: none were given. `bad`: it is of other bytes.
    """

    state: State
    sentence: str
    at: str = ""


def host_of(url: str) -> str:
    """The host that an address leads to. Raises `Problems` for what is no address of the web."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isascii():
            return parts.hostname
    except ValueError:
        pass
    hint = "such as https://freetsa.org/tsr"
    raise Problems([Problem(Place(url), "tsa", "this is no address of a time-stamp authority", hint)])


def ask_authority(message: bytes, url: str, longest: float = LONGEST) -> bytes:
    """Have the SHA-512 of these bytes time-stamped; nothing else leaves this machine. Returns the checked answer.

    Raises `Problems` where the authority cannot be reached, refuses, or answers something else.
    """
    host_of(url)
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA512).build()
    answer = _posted(url, request.as_bytes(), longest)
    try:
        response = _decoded(answer)
        if response.status != PKIStatus.GRANTED:
            words = " ".join(map(str, response.status_string))
            raise ValueError(f"it refuses: status {response.status} {words}".strip())
        _demand_imprint(response, message)
        if response.tst_info.nonce != request.nonce:
            raise ValueError("its answer belongs to another request: the nonce differs")
    except ValueError as error:
        raise _failed(url, str(error)) from error
    return answer


def judge_time_stamp(message: bytes, answer: bytes, roots: Roots | None) -> Stamped:
    """Whether a time stamp is one of these bytes, its time, and whether it follows from certificates of the reader."""
    try:
        response = _decoded(answer)
        if response.status != PKIStatus.GRANTED:
            raise ValueError("it was refused")
        at = f"{response.tst_info.gen_time:%Y-%m-%d %H:%M:%S} UTC"
    except ValueError as error:
        return Stamped("strange", f"a time stamp that is none: {error}")
    try:
        _demand_imprint(response, message)
    except ValueError as error:
        return Stamped("bad", f"BAD time stamp: {error}", at)
    if roots is None:
        unchecked = "not checked against any authority (--tsa-certificates FILE)"
        return Stamped("unjudged", f"claims to have been time-stamped on {at}; {unchecked}", at)
    try:
        builder = VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify(response, response.tst_info.message_imprint.message)
    except (VerificationError, ValueError) as error:
        return Stamped("not confirmed", f"a time stamp of {at} that your certificates do not confirm: {error}", at)
    return Stamped("confirmed", f"time-stamped on {at}, confirmed by your certificates", at)


def roots_of(data: bytes, path: str) -> Roots:
    """The certificates of a PEM file. Raises `Problems` where there are none."""
    try:
        return load_pem_x509_certificates(data)
    except ValueError as error:
        hint = "a PEM file of the authority's root certificate, as the authority publishes it"
        raise Problems([Problem(Place(path), "certificates", f"it holds no certificates: {error}", hint)]) from error


def _decoded(answer: bytes) -> TimeStampResponse:
    """An answer that anybody may have written. Raises `ValueError`."""
    if len(answer) > LARGEST_ANSWER:
        raise ValueError(f"it is larger than {LARGEST_ANSWER // 1024} kB, which no time stamp is")
    try:
        response = decode_timestamp_response(answer)
        if response.status == PKIStatus.GRANTED:
            _ = response.tst_info.gen_time, response.tst_info.message_imprint.message
        return response
    except BaseException as error:  # the decoder is in Rust, and its panics are no `Exception`
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise ValueError(f"it cannot be read as an answer of RFC 3161: {str(error)[:200]}") from error


def _demand_imprint(response: TimeStampResponse, message: bytes) -> None:
    imprint = response.tst_info.message_imprint
    name = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if name is None:
        raise ValueError(f"it uses a hash that is not known here: {imprint.hash_algorithm.dotted_string}")
    if imprint.message != hashlib.new(name, message).digest():
        raise ValueError("it is of other bytes than these")


def _posted(url: str, request: bytes, longest: float) -> bytes:
    """What the server answers, read to its bounds: in a thread, because a server may send a byte a minute.

    No redirect is followed: the answer comes from the host that was named, or not at all.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    found: list[bytes | Exception] = []

    def ask() -> None:
        try:
            headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
            where = (parts.path or "/") + f"?{parts.query}" * bool(parts.query)
            with closing(kind(parts.hostname or "", parts.port, timeout=longest)) as connection:
                connection.request("POST", where, request, headers)
                with connection.getresponse() as answer:  # a connection leaves open what was not read to its end
                    if answer.status != 200:
                        raise OSError(f"the server answers {answer.status} {answer.reason}")
                    found.append(answer.read(LARGEST_ANSWER + 1))
        except Exception as error:  # whatever a server can make of it is said, not raised
            found.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(longest)
    if not found:
        raise _failed(url, f"no whole answer came within {longest:.0f} seconds")
    if isinstance(found[0], Exception):
        raise _failed(url, f"it gives no answer: {found[0] or type(found[0]).__name__}") from found[0]
    return found[0]


def _failed(url: str, message: str) -> Problems:
    hint = "nothing was stored; try again later, or name another authority"
    return Problems([Problem(Place(url), "tsa", message, hint)])
