"""LibreOffice as a program that converts files, which takes longer to start than to convert one, and a validator."""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

WORD = "docx:MS Word 2007 XML"


def converted(files: Iterable[Path], form: str, folder: Path, program: Callable[..., str]) -> list[Path]:
    """Convert files of different names, all in one start, as `--convert-to` names the form. Returns what came of each.

    The office program gets a profile of its own in `folder`, so that none of another run is in its way.
    """
    given = list(files)
    command = [program("soffice", "libreoffice"), f"-env:UserInstallation={(folder / 'profile').as_uri()}",
               "--headless", "--convert-to", form, "--outdir", str(folder / "converted")]  # fmt: skip
    subprocess.run([*command, *map(str, given)], check=True, capture_output=True, timeout=300)
    suffix = form.partition(":")[0]
    made = [folder / "converted" / f"{path.stem}.{suffix}" for path in given]
    assert [path for path in made if not path.is_file()] == []
    return made


def open_xml_errors(file: Path) -> list[str]:
    """What a validator that others wrote says of a Word file or a workbook. It takes a second to load."""
    from openxml_audit import OpenXmlValidator

    return [str(error) for error in OpenXmlValidator().validate(str(file)).errors]
