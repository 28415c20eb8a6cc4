"""A key with its own certificate, for servers on loopback."""

import subprocess
from pathlib import Path


def self_signed(folder: Path, openssl: str, name: str) -> tuple[Path, Path]:
    """Key and certificate as PEM files, for a name such as `DNS:localhost` or `IP:127.0.0.1`."""
    key, signed = folder / "key.pem", folder / "signed.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
               "-subj", f"/CN={name.partition(':')[2]}", "-addext", f"subjectAltName={name}", "-keyout", str(key),
               "-out", str(signed)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return key, signed
