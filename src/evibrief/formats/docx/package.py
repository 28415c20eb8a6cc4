"""Opens a received Word document safely, and packs our own.

In: bytes. Out: the parts, read within limits, and as XML without entities, DTD or outside resources. Nothing in it is
run. The relationships say which part is which (ECMA-376 part 2, 9.3).

Word can save the same document with other names for everything: Strict Open XML (ISO/IEC 29500-1, annex A). This module
translates them to the Transitional names (ISO/IEC 29500-4, annex A), so that the others need to know only these.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from evibrief.formats.canonical_xml import LARGEST_XML
from evibrief.formats.docx.names import CONTENT_TYPES, OLD_OFFICE, PACKAGE, RELATIONSHIP, W
from evibrief.formats.docx.zip import MOST_PARTS
from evibrief.problems import Problems, one_problem

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can store."""


def unpack(data: bytes) -> dict[str, bytes]:
    """The parts of a package, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A package whose bytes do not depend on when or where it is written."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name)):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            package.writestr(entry, parts[name])
    return written.getvalue()


LARGEST_PACKAGE = 256 * 1024 * 1024
"""In bytes, unpacked: far more than any reviewed brief has; a file beyond that is malicious."""

MOST_MARKS = 2_000_000
"""The most `<` and the most `=` in a part: each may begin an element or an attribute, which takes a hundred bytes or
more as a tree. Our largest document has a tenth of that."""



@dataclass(frozen=True)
class WordPackage:
    """The parts of a document by path, its main part, and its name for messages."""

    name: str
    parts: Mapping[str, bytes]
    main: str

    def related(self, kind: str) -> list[str]:
        """The parts that the main part refers to, such as comments or headers; `kind` is the end of their type."""
        folder, name = posixpath.split(self.main)
        listed = _relations(self, f"{folder}/_rels/{name}.rels")
        paths = [posixpath.normpath(posixpath.join(folder, target)) for type_, target in listed if type_.endswith(kind)]
        return list(dict.fromkeys(path.lstrip("/") for path in paths if path.lstrip("/") in self.parts))

    def tree(self, path: str) -> Any:
        """One part as XML. Raises `Problems` if it is not XML, has a DTD or is too large."""
        if max(self.parts[path].count(mark) for mark in (b"<", b"=")) > MOST_MARKS:
            raise _too_large(self.name)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        try:
            tree = etree.fromstring(self.parts[path], parser)
        except etree.XMLSyntaxError as error:
            raise _problem(self.name, "damaged", f"{path} in it cannot be read: {error}") from error
        if tree.getroottree().docinfo.internalDTD is not None:
            raise _problem(self.name, "hostile", f"{path} in it defines entities, which no Word document does")
        _name_as_transitional(tree)
        return tree

    @property
    def has_macros(self) -> bool:
        """Whether it contains macros. They are never run."""
        return any(path.lower().endswith("vbaproject.bin") for path in self.parts)


def open_package(data: bytes, name: str) -> WordPackage:
    """Open a DOCX. Raises `Problems` if the file is not a DOCX, is damaged, or is malicious."""
    if data.startswith(OLD_OFFICE):
        hint = "open it in Word and save it as .docx without a password"
        raise _problem(name, "not-docx", "this file is protected by a password, or is an old .doc", hint)
    if not data.startswith(b"PK"):
        raise _problem(name, "not-docx", "this is no DOCX", "ask for the Word file itself, not a PDF or a link to it")
    parts = _read_parts(data, name)
    package = WordPackage(name, parts, "")
    targets = [target for type_, target in _relations(package, "_rels/.rels") if type_.endswith("/officeDocument")]
    main = next((path for path in (one.lstrip("/") for one in targets) if path in parts), "")
    if not main:
        raise _problem(name, "not-docx", "this is a package, and no Word document is in it", "ask for the Word file")
    return WordPackage(name, parts, main)


def _read_parts(data: bytes, name: str) -> dict[str, bytes]:
    """Every XML part, read up to a limit, whatever sizes the package gives."""
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            listed = package.infolist()
            if len(listed) > MOST_PARTS or sum(one.file_size for one in listed) > LARGEST_PACKAGE:
                raise _too_large(name)
            for one in listed:
                wanted = one.filename.endswith((".xml", ".rels")) and one.filename not in parts
                parts[one.filename] = _bounded(package, one, name) if wanted else parts.get(one.filename, b"")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _problem(name, "damaged", f"it cannot be unpacked: {error}", "ask for the file again") from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise _problem(name, "damaged", f"it cannot be unpacked: {error}", "ask for the file again") from error
    return parts


def _bounded(package: zipfile.ZipFile, one: zipfile.ZipInfo, name: str) -> bytes:
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Other methods always unpack everything; no Word document uses them (ECMA-376 part 2, annex B).
        raise _problem(name, "hostile", f"{one.filename} in it is packed in a way that no Word document is")
    with package.open(one) as part:
        data = part.read(LARGEST_XML + 1)
    if len(data) > LARGEST_XML:
        raise _too_large(name)
    return data


def _relations(package: WordPackage, path: str) -> Iterator[tuple[str, str]]:
    """Type and target of each relationship inside the package; external targets are ignored."""
    if path in package.parts:
        for one in package.tree(path).iter(RELATIONSHIP):
            if one.get("TargetMode") != "External":
                yield transitional(one.get("Type", "")), one.get("Target", "")


STRICT = "http://purl.oclc.org/ooxml/"
_HYPHENATED = {"extendedProperties": "extended-properties", "customProperties": "custom-properties"}


def transitional(name: str) -> str:
    """The Transitional name of a namespace or relationship type; a name that is not Strict is returned unchanged.

    `http://purl.oclc.org/ooxml/AREA/REST` is `http://schemas.openxmlformats.org/AREA/2006/REST`.
    """
    if not name.startswith(STRICT):
        return name
    area, _, rest = name.removeprefix(STRICT).partition("/")
    before, gap, last = rest.rpartition("/")
    return f"http://schemas.openxmlformats.org/{area}/2006/{before}{gap}{_HYPHENATED.get(last, last)}"


def _name_as_transitional(tree: Any) -> None:
    """Give the elements and attributes of a Strict part their Transitional names; other parts are not changed."""
    for one in tree.xpath(f"//*[starts-with(namespace-uri(), '{STRICT}')]"):
        one.tag = _renamed(one.tag)
    for one in tree.xpath(f"//*[@*[starts-with(namespace-uri(), '{STRICT}')]]"):
        for name in [name for name in one.attrib if name.startswith(f"{{{STRICT}")]:
            one.set(_renamed(name), one.attrib.pop(name))


def _renamed(name: str) -> str:
    space, _, local = name[1:].partition("}")
    return f"{{{transitional(space)}}}{local}"


def _too_large(name: str) -> Problems:
    return _problem(name, "hostile", "it unpacks to more than any reviewed brief holds; it was not read further")


def _problem(name: str, rule: str, message: str, hint: str = "ask for the file again") -> Problems:
    return one_problem(name, rule, message, hint)



def with_part(parts: Mapping[str, bytes], path: str, kind: str, relations: str, relation: str) -> dict[str, bytes]:
    """The content types and relationships of a package, extended by a part with this path if they lack it."""
    types, related = etree.fromstring(parts[CONTENT_TYPES]), etree.fromstring(parts[relations])
    if not any(one.get("PartName") == f"/{path}" for one in types):
        etree.SubElement(types, f"{{{PACKAGE}/content-types}}Override", {"PartName": f"/{path}", "ContentType": kind})
    target = path.removeprefix(relations.partition("_rels/")[0])
    if not any(one.get("Target") == target for one in related):
        name = "rId" + "".join(letter for letter in path.title() if letter.isalnum())
        entry = {"Id": name, "Type": relation, "Target": target}
        etree.SubElement(related, RELATIONSHIP, entry)
    return {CONTENT_TYPES: serialised(types), relations: serialised(related)}


def word_element(name: str, /, *children: Any, **attributes: str) -> Any:
    """An element of Word with attributes of Word."""
    element = etree.Element(f"{W}{name}", {f"{W}{key}": value for key, value in attributes.items()})
    element.extend(children)
    return element


def serialised(tree: Any) -> bytes:
    """A part as bytes, the same every time."""
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))
