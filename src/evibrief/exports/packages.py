"""A brief with its files as a package for repositories: BagIt and RO-Crate.

In: an `Exported`. Out: the files of a folder by path. Dates are those of the brief, and there is no clock in them: the
same version gives the same bytes.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from evibrief import __version__
from evibrief.evidence.brief import BriefRecord
from evibrief.evidence.identifiers import address_of_doi
from evibrief.exports.contract import Exported
from evibrief.exports.people import date_in_iso, name_of_person, named_people
from evibrief.labels.markdown import without_marks


def bag(exported: Exported) -> Mapping[str, bytes]:
    """A bag (BagIt 1.0, RFC 8493): the files under `data/`, with manifests in SHA-256."""
    payload = {f"data/{path}": data for path, data in sorted(exported.files.items())}
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": _bag_info(exported.brief.brief, payload).encode(),
        "manifest-sha256.txt": _sums(payload),
    }
    return {**tags, "tagmanifest-sha256.txt": _sums(tags), **payload}


def _sums(files: Mapping[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {_encoded(path)}\n" for path, data in sorted(files.items()))
    return "".join(lines).encode()


def _encoded(path: str) -> str:
    """A path as a manifest writes it (RFC 8493, 2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _bag_info(record: BriefRecord, payload: Mapping[str, bytes]) -> str:
    """What the bag is. `Bagging-Date` is left out: the day of the version is another, and nobody's clock is asked."""
    told = [
        ("External-Description", record.title),
        ("External-Identifier", f"{record.id} {record.version}"),
        *([("External-Identifier", address_of_doi(record.doi))] if record.doi else []),
        ("Brief-Version", record.version),
        ("Brief-Date", record.date.isoformat()),
        ("Brief-Status", f"{record.status}: {record.status_note}"),
        *([("Contact-Email", record.contact)] if record.contact else []),
        ("Payload-Oxum", f"{sum(map(len, payload.values()))}.{len(payload)}"),
        ("Bag-Software-Agent", f"evibrief {__version__}"),
    ]
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in told)


def crate(exported: Exported) -> Mapping[str, bytes]:
    """A crate (RO-Crate 1.1): the files, and `ro-crate-metadata.json` that describes them."""
    described = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": list(_entities(exported))}
    data = (json.dumps(described, indent=1, ensure_ascii=False) + "\n").encode()
    return {"ro-crate-metadata.json": data, **dict(sorted(exported.files.items()))}


NO_LICENCE = {
    "@id": "#licence-unknown", "@type": "CreativeWork", "name": "Licence unknown",
    "description": "The brief does not say under which terms it may be used.",
}  # fmt: skip


def _entities(exported: Exported) -> Iterator[Mapping[str, Any]]:
    record, files = exported.brief.brief, dict(sorted(exported.files.items()))
    people, cited = list(_people(record)), list(_cited(exported))
    yield {
        "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }  # fmt: skip
    yield {
        "@id": "./", "@type": "Dataset", "name": record.title,
        "description": f"{without_marks(record.question.text)} {record.status.capitalize()}: {record.status_note}",
        "datePublished": record.date.isoformat(), "version": record.version, "inLanguage": record.language,
        "license": _linked([NO_LICENCE]),
        **({"identifier": address_of_doi(record.doi)} if record.doi else {}),
        **({"author": _linked(people)} if people else {}),
        **({"citation": _linked(cited)} if cited else {}),
        "hasPart": [{"@id": quote(path)} for path in files],
    }  # fmt: skip
    for path, data in files.items():
        yield {"@id": quote(path), "@type": "File", "name": PurePosixPath(path).name,
               "encodingFormat": _media_type(path), "contentSize": str(len(data))}  # fmt: skip
    yield from (NO_LICENCE, *people, *_organisations(record), *cited)


def _people(record: BriefRecord) -> Iterator[Mapping[str, Any]]:
    names = {one["name"]: one for one in _organisations(record)}
    for number, one in enumerate(record.authors, 1):
        work = {"affiliation": _linked([names[one.affiliation]])} if one.affiliation else {}
        yield {"@id": f"#author-{number}", "@type": "Person", "name": one.name, **work}


def _organisations(record: BriefRecord) -> Iterator[Mapping[str, Any]]:
    """Where the authors work, each once."""
    named = dict.fromkeys(one.affiliation for one in record.authors if one.affiliation)
    for number, name in enumerate(named, 1):
        yield {"@id": f"#organisation-{number}", "@type": "Organization", "name": name}


def _linked(entities: Sequence[Mapping[str, Any]]) -> Any:
    """Links to entities; one alone is no list (RO-Crate 1.1, "JSON-LD")."""
    links = [{"@id": entity["@id"]} for entity in entities]
    return links[0] if len(links) == 1 else links


def _cited(exported: Exported) -> Iterator[Mapping[str, Any]]:
    """The publications that the brief rests on, each once; one without an address is named in the crate."""
    seen: set[str] = set()
    for reference in exported.brief.references:
        fields = reference.model_extra or {}
        doi, address = str(fields.get("DOI") or ""), str(fields.get("URL") or "")
        name = address_of_doi(doi) if doi else _uri(address) or f"#{quote(reference.id, safe='')}"
        if name in seen:
            continue
        seen.add(name)
        authors = "; ".join(map(name_of_person, named_people(reference.author)))
        date = date_in_iso(reference.issued or {})
        kind = _TYPES.get(reference.type, "CreativeWork")
        yield {"@id": name, "@type": kind, "name": reference.title or reference.id,
               **({"author": authors} if authors else {}), **({"datePublished": date} if date else {})}  # fmt: skip


_TYPES = {"article-journal": "ScholarlyArticle", "book": "Book", "webpage": "WebPage", "dataset": "Dataset"}


def _uri(text: str) -> str:
    """A text with the signs encoded that no address has (RFC 3986)."""
    return re.sub(r"[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]", lambda sign: _percent(sign[0]), text)


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "replace"))


_MEDIA_TYPES = {
    ".yaml": "application/yaml", ".json": "application/json", ".css": "text/css", ".csl": "application/xml",
    ".png": "image/png", ".jinja": "text/plain", ".pdf": "application/pdf", ".html": "text/html",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip


def _media_type(path: str) -> str:
    return _MEDIA_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
