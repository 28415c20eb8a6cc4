"""Every page of every output as a picture, to look at: `make pictures`.

The PDF by poppler, the Word document through LibreOffice, the web page in Chromium at the width of a phone and of a
desk. A page that nobody looked at is not done.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evibrief.build import build

WIDTHS = {"phone": 390, "desk": 1280}
TALLEST = 12_000
"""Pixels of a web page that one picture shows."""


def program(*names: str) -> str:
    """The first of these programs that is here; without any the command ends, and says so."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise SystemExit(f"{' or '.join(names)} is not installed: no picture was made")


def pages_of(pdf: Path, stem: Path) -> None:
    """Every page of a PDF at 80 dots to the inch."""
    subprocess.run([program("pdftoppm"), "-r", "80", "-png", pdf, stem], check=True)


def main(brief: Path, output: Path) -> Iterator[Path]:
    """Make the pictures of a brief and give their paths."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        files = {document.path.suffix: document.path for document in build(brief, Path(folder))}
        pages_of(files[".pdf"], output / "pdf")
        office = [program("soffice"), f"-env:UserInstallation={Path(folder, 'office').as_uri()}", "--headless"]
        converted = Path(folder, "word")
        subprocess.run([*office, "--convert-to", "pdf", "--outdir", converted, files[".docx"]], check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        pages_of(next(converted.glob("*.pdf")), output / "word")
        for name, width in WIDTHS.items():
            shot = output / f"web-{name}.png"
            command = [
                program("chromium", "chromium-browser", "google-chrome"), "--headless", "--no-sandbox",
                "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={Path(folder, name)}",
                f"--window-size={width},{TALLEST}", f"--screenshot={shot}", files[".html"].as_uri(),
            ]  # fmt: skip
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield from sorted(output.glob("*.png"))


if __name__ == "__main__":
    for picture in main(Path(sys.argv[1]), Path(sys.argv[2])):
        print(picture)
