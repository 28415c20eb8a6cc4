"""Time stamps: an outside authority confirms that something existed at a time (RFC 3161).

In: bytes, the address of an authority, certificates that a reader trusts. Out: the authority's answer, or the result
of checking one. Only this module uses `rfc3161_client`, `cryptography` and `http`; only `ask_authority` uses the
network.
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
AUTHORITY_TIMEOUT = 60.0
"""In seconds, for the authority's whole answer."""
_HASHES: Mapping[str, str] = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip

Roots = Sequence[Certificate]
"""Certificates that a reader trusts."""
StampState = Literal["confirmed", "not confirmed", "unjudged", "bad", "strange"]


@dataclass(frozen=True, slots=True)
class Stamped:
    """The result of checking a time stamp, with a sentence for the reader.

    `confirmed`: by the reader's certificates. `not confirmed`: not by them. `unjudged`: none were given. `bad`: it is
    of other bytes. `strange`: it is not a time stamp.
    """

    state: StampState
    sentence: str
    at: str = ""


def host_of(url: str) -> str:
    """The host of a URL. Raises `Problems` if it is not an HTTP or HTTPS address."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isascii():
            return parts.hostname
    except ValueError:
        pass
    hint = "such as https://freetsa.org/tsr"
    raise Problems([Problem(Place(url), "tsa", "this is not the address of a time-stamp authority", hint)])


def ask_authority(message: bytes, url: str, longest: float = AUTHORITY_TIMEOUT) -> bytes:
    """Have the SHA-512 of these bytes time-stamped; nothing else is sent. Returns the checked answer.

    Raises `Problems` if the authority cannot be reached, refuses, or answers something else.
    """
    host_of(url)
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA512).build()
    answer = _posted(url, request.as_bytes(), longest)
    try:
        response = _decoded(answer)
        if response.status != PKIStatus.GRANTED:
            words = " ".join(map(str, response.status_string))
            raise ValueError(f"it refused: status {response.status} {words}".strip())
        _demand_imprint(response, message)
        if response.tst_info.nonce != request.nonce:
            raise ValueError("its answer belongs to another request: the nonce differs")
    except ValueError as error:
        raise _failed(url, str(error)) from error
    return answer


def judge_time_stamp(message: bytes, answer: bytes, roots: Roots | None) -> Stamped:
    """Whether a time stamp is valid for these bytes, its time, and whether the reader's certificates confirm it."""
    try:
        response = _decoded(answer)
        if response.status != PKIStatus.GRANTED:
            raise ValueError("it was refused")
        at = f"{response.tst_info.gen_time:%Y-%m-%d %H:%M:%S} UTC"
    except ValueError as error:
        return Stamped("strange", f"not a valid time stamp: {error}")
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
    """The certificates of a PEM file. Raises `Problems` if there are none."""
    try:
        return load_pem_x509_certificates(data)
    except ValueError as error:
        hint = "name a PEM file with the authority's root certificate, as the authority publishes it"
        raise Problems([Problem(Place(path), "certificates", f"it has no certificates: {error}", hint)]) from error


def _decoded(answer: bytes) -> TimeStampResponse:
    """Decode an answer, which may come from anyone. Raises `ValueError`."""
    if len(answer) > LARGEST_ANSWER:
        raise ValueError(f"it is larger than {LARGEST_ANSWER // 1024} kB, too large for a time stamp")
    try:
        response = decode_timestamp_response(answer)
        if response.status == PKIStatus.GRANTED:
            _ = response.tst_info.gen_time, response.tst_info.message_imprint.message
        return response
    except BaseException as error:  # the decoder is in Rust, and its panics are not `Exception`s
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise ValueError(f"it cannot be read as an RFC 3161 answer: {str(error)[:200]}") from error


def _demand_imprint(response: TimeStampResponse, message: bytes) -> None:
    imprint = response.tst_info.message_imprint
    name = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if name is None:
        raise ValueError(f"it uses an unknown hash: {imprint.hash_algorithm.dotted_string}")
    if imprint.message != hashlib.new(name, message).digest():
        raise ValueError("it is of other bytes than these")


def _posted(url: str, request: bytes, longest: float) -> bytes:
    """The server's answer, up to the size limit. Runs in a thread, because a server may send one byte a minute.

    Redirects are not followed: the answer must come from the host that was named.
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
                with connection.getresponse() as answer:  # otherwise an answer not read to its end stays open
                    if answer.status != 200:
                        raise OSError(f"the server answered {answer.status} {answer.reason}")
                    found.append(answer.read(LARGEST_ANSWER + 1))
        except Exception as error:  # whatever a server causes is reported, not raised
            found.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(longest)
    if not found:
        raise _failed(url, f"no complete answer came within {longest:.0f} seconds")
    if isinstance(found[0], Exception):
        raise _failed(url, f"it gave no answer: {found[0] or type(found[0]).__name__}") from found[0]
    return found[0]


def _failed(url: str, message: str) -> Problems:
    hint = "nothing was stored; try again later, or name another authority"
    return Problems([Problem(Place(url), "tsa", message, hint)])
