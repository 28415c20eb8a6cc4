"""Signatures with the keys that people use for git and SSH; the only module that calls `ssh-keygen`.

In: bytes, a key, a reader's list of known keys. Out: a signature in OpenSSH's format (PROTOCOL.sshsig), or the result
of checking one. The list has the format ALLOWED SIGNERS of ssh-keygen(1), whose options (namespaces, dates,
authorities) `ssh-keygen` itself applies.
"""

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evibrief.problems import Place, Problem, Problems
from evibrief.workfolders import work_folder

SIGNATURE_NAMESPACE = "evibrief"
"""The purpose of a signature: one made for a commit or a login is not accepted for an archive."""
LARGEST_SIGNATURE = 64 * 1024
LARGEST_LIST = 4 * 1024 * 1024
KEYGEN_TIMEOUT = 60
"""In seconds, for checking a signature; signing may wait for a passphrase."""
MOST_PRINCIPALS = 20

_ARMOUR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\s+([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----")

SignatureState = Literal["known", "unknown", "unjudged", "bad", "strange"]


@dataclass(frozen=True, slots=True)
class Signed:
    """The result of checking a signature, with a sentence for the reader.

    `known`: the key is on the reader's list. `unknown`: it is not. `unjudged`: no list was given. `bad`: the signature
    is of other bytes. `strange`: it is not one of ours, or cannot be checked here.
    """

    state: SignatureState
    sentence: str


def sign_bytes(message: bytes, key: Path) -> bytes:
    """Sign with a private key, or through the agent that has the private part of a public key.

    `ssh-keygen` asks for a passphrase if needed. Raises `Problems` if the key is missing or cannot be used.
    """
    _demand_key(key)
    with work_folder() as folder:
        (folder / "message").write_bytes(message)
        options = ("-Y", "sign", "-n", SIGNATURE_NAMESPACE, "-f", str(key.absolute()))
        command = [_program(), *options, str(folder / "message")]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        written = folder / "message.sig"
        if run.returncode or not written.is_file():
            said = _last_line(run.stderr) or f"ssh-keygen ended with exit code {run.returncode}"
            hint = "name a private key, such as ~/.ssh/id_ed25519; make one with: ssh-keygen -t ed25519"
            raise Problems([Problem(Place(str(key)), "key", f"this cannot sign: {said}", hint)])
        return written.read_bytes()


def key_fingerprint(key: Path) -> str:
    """The fingerprint of a key file; empty if it cannot be read without the passphrase."""
    _demand_key(key)
    run = _asked("-l", "-E", "sha256", "-f", str(key.absolute()))
    found = re.search(rb"SHA256:[A-Za-z0-9+/]{43}", run.stdout)
    return found[0].decode() if found and not run.returncode else ""


def _demand_key(key: Path) -> None:
    place = Place(str(key))
    if not key.is_file():
        raise Problems([Problem(place, "key", "there is no such key", "name the file of a private SSH key")])
    if key.suffix == ".pub" and key.with_suffix("").is_file():
        hint = f"name {key.with_suffix('')}"
        raise Problems([Problem(place, "key", "this is a public key, which cannot sign", hint)])


def fingerprint_of(signature: bytes) -> str:
    """The fingerprint of the key that a signature names. Raises `ValueError` if it is not one of our signatures.

    (PROTOCOL.sshsig: the magic, a version, the public key, the namespace, …, each with its length.)
    """
    if len(signature) > LARGEST_SIGNATURE:
        raise ValueError("it is far too large for a signature")
    match = _ARMOUR.fullmatch(signature.strip())
    try:
        data = base64.b64decode(b"".join(match[1].split()), validate=True) if match else b""
    except ValueError:
        data = b""
    if data[:6] != b"SSHSIG" or data[6:10] != b"\x00\x00\x00\x01":
        raise ValueError("it is not an SSH signature")
    key, rest = _field(data[10:])
    namespace, _ = _field(rest)
    if namespace != SIGNATURE_NAMESPACE.encode():
        raise ValueError(f"it was made for another purpose: {namespace[:40].decode('utf-8', 'replace')!r}")
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _field(data: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:4], "big")
    if len(data) < 4 + length:
        raise ValueError("it is cut off")
    return data[4 : 4 + length], data[4 + length :]


def judge_signature(message: bytes, signature: bytes, signers: Path | None) -> Signed:
    """Whether a signature is valid for these bytes, and whether its key is on the reader's list."""
    try:
        key = fingerprint_of(signature)
    except ValueError as error:
        return Signed("strange", f"a signature that is not ours: {error}")
    if shutil.which("ssh-keygen") is None:
        return Signed("strange", f"a signature by key {key}, which cannot be checked: ssh-keygen is not installed here")
    with work_folder() as folder:
        file = folder / "signature"
        file.write_bytes(signature)
        if _asked("-Y", "check-novalidate", "-n", SIGNATURE_NAMESPACE, "-s", str(file), message=message).returncode:
            return Signed("bad", f"BAD signature: it names key {key}, but is not that key's signature of this")
        if signers is None:
            return Signed("unjudged", f"signed with key {key}; not checked against a list of signers (--signers FILE)")
        return _judged(message, file, key, signers)


def _judged(message: bytes, file: Path, key: str, signers: Path) -> Signed:
    """Ask `ssh-keygen` whose key it is on the list, and whether the list allows them to sign this with it."""
    options = ("-s", str(file), "-f", str(signers.absolute()))
    found = _asked("-Y", "find-principals", *options)
    why = _last_line(found.stderr)
    for principal in found.stdout.decode("utf-8", "replace").splitlines()[:MOST_PRINCIPALS]:
        asked = _asked("-Y", "verify", *options, "-I", principal, "-n", SIGNATURE_NAMESPACE, message=message)
        if not asked.returncode:
            return Signed("known", f"signed by {principal} (key {key})")
        why = _last_line(asked.stderr) or why
    said = f": {why}" if found.stdout and why else ""
    return Signed("unknown", f"signed with a key that your list does not have, or not for this purpose: {key}{said}")


def demand_list(signers: Path) -> None:
    """Raise `Problems` if the reader's list of keys is missing or not a list, or `ssh-keygen` is not installed."""
    _program()
    if not signers.is_file() or signers.stat().st_size > LARGEST_LIST:
        hint = "write one line per signer: NAME ssh-ed25519 AAAA…, as in git's gpg.ssh.allowedSignersFile"
        message = "this is not a list of signers" if signers.exists() else "there is no such file"
        raise Problems([Problem(Place(str(signers)), "signers", message, hint)])


def _program() -> str:
    if path := shutil.which("ssh-keygen"):
        return path
    hint = "install the OpenSSH client, for example: apt-get install openssh-client"
    raise Problems([Problem(Place("ssh-keygen"), "no-program", "ssh-keygen is not installed here", hint)])


def _asked(*arguments: str, message: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command: Sequence[str] = (_program(), *arguments)
    try:
        return subprocess.run(command, input=message, capture_output=True, check=False, timeout=KEYGEN_TIMEOUT)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", b"it takes too long")


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
