"""The commands that write starter files: `new`, `reference`, `schema`."""

import argparse
import datetime
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from evibrief import resources
from evibrief.problems import Place, Problem, Problems


def run_new(options: argparse.Namespace) -> int:
    """Write a starter brief."""
    from evibrief.evidence.schema import schema_texts
    from evibrief.evidence.starter import identifier_of, new_brief_texts

    folder: Path = options.folder
    name = identifier_of(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problems([Problem(Place(str(folder)), "folder", "this already exists", "name a new folder")])
    _demand_own_identifier(folder, name)
    texts = new_brief_texts(name, datetime.date.today(), resources.starter_texts())
    _write_texts(folder, texts)
    schemas = folder.parent / "schemas"
    here = {f"{file}.json": text for file, text in schema_texts().items()}
    _write_texts(schemas, {file: text for file, text in here.items() if not (schemas / file).exists()})
    for path in texts:
        print(folder / path)
    print(f"{schemas}: schemas for your editor; existing files were kept")
    program = sys.argv[0] if Path(sys.argv[0]).name == "evibrief" else "evibrief"
    print(f"\nnext: {program} build {shlex.quote(str(folder))}")
    return 0


def _demand_own_identifier(folder: Path, name: str) -> None:
    """Raise `Problems` if a brief in a folder next to this one has the same id: their documents would have one name."""
    from evibrief.evidence.starter import has_identifier

    for other in sorted(folder.resolve().parent.glob("*/brief.yaml")):
        if other.is_file() and has_identifier(other.read_text(encoding="utf-8", errors="replace"), name):
            message = f"its id would be `{name}`, which is the id of the brief in `{other.parent.name}`"
            hint = "choose another name: documents and archived versions are named after the id"
            raise Problems([Problem(Place(str(folder)), "folder-name", message, hint)])


def _write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")


def run_reference(options: argparse.Namespace) -> int:
    """Write the Word styles as a `reference.docx`."""
    from evibrief.formats.docx.reference import build_reference

    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(build_reference())
    print(options.output)
    return 0


def run_schema(options: argparse.Namespace) -> int:
    """Write the schemas of the data files, and of `export --as json`."""
    from evibrief.evidence.schema import schema_texts
    from evibrief.exports.view import schema_of_export

    schemas = {**schema_texts(), "export": schema_of_export()}
    if options.output:
        _write_texts(options.output, {f"{file}.json": text for file, text in schemas.items()})
    elif options.file is None:
        print("\n".join(schemas.values()))
    elif options.file in schemas:
        print(schemas[options.file])
    else:
        print(f"evibrief: there is no file {options.file}; known: {', '.join(schemas)}", file=sys.stderr)
        return 2
    return 0
