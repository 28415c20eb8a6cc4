"""What Zotero makes of our pages and lists: its own translators, run in Chromium.

They are not ours to pass on. So this runs where `EVIBRIEF_ZOTERO` names a folder with `translate` (zotero/translate,
with zotero/utilities in `modules/utilities`), `translators` (zotero/translators) and `schema.json` (of
zotero/zotero-schema).
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from evibrief.exports.gather import exported_of
from evibrief.exports.registry import export_named
from evibrief.formats.html.cited import with_citation
from shared import ROOT, SECOND, Shared

ZOTERO = Path(os.environ.get("EVIBRIEF_ZOTERO", ""))
TRANSLATORS = ("RIS", "CSL JSON", "Embedded Metadata", "RDF")
ARCHIVED = ROOT / "archive" / "ketamine-mecfs" / "2026-11-30_v0.3.0"
START = """async ([translators, schema, dates]) => {
  Zotero.Debug.init(0);
  Zotero.Repo.getAllTranslatorMetadata = async () => translators;
  Zotero.Repo.getTranslatorCode = async id => translators.find(one => one.translatorID === id).code;
  await Zotero.Translators.init();
  Zotero.Schema.init(schema);
  Zotero.Date.init(dates);
}"""
TRANSLATE = """async (translate) => {
  const found = await translate.getTranslators();
  translate.setTranslator(found[0]);
  const items = await translate.translate();
  return JSON.parse(JSON.stringify({with: found.map(one => one.label), items},
                                   (name, value) => name === "document" ? undefined : value));
}"""
SAVE = f"""async ([html, address]) => {{
  const parsed = new DOMParser().parseFromString(html, "text/html"), place = new URL(address);
  const own = {{location: place, evaluate: (path, node, ...more) => parsed.evaluate(path, parsed, ...more)}};
  const of = (page, name) => name in own ? own[name]
    : typeof page[name] === "function" ? page[name].bind(page) : page[name];
  const translate = new Zotero.Translate.Web();
  translate.setDocument(new Proxy(parsed, {{get: of}}));
  return ({TRANSLATE})(translate);
}}"""
IMPORT = f"""async text => {{
  const translate = new Zotero.Translate.Import();
  translate.setString(text);
  return ({TRANSLATE})(translate);
}}"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("EVIBRIEF_ZOTERO" not in os.environ, reason="EVIBRIEF_ZOTERO does not name Zotero's code"),
]


@pytest.fixture(scope="module")
def zotero(browser: Browser) -> Iterator[Page]:
    """A page in which Zotero's translation runs."""
    page = browser.new_page()
    example = ZOTERO / "translate" / "example"
    scripts = re.findall(r'<script src="([^"]+)"', (example / "index.html").read_text())
    assert len(scripts) > 20
    for script in scripts:
        if script != "index.js":  # the form of that page
            page.add_script_tag(content=(example / script).resolve().read_text())
    codes = [(ZOTERO / "translators" / f"{name}.js").read_text() for name in TRANSLATORS]
    translators = [{**json.JSONDecoder().raw_decode(code)[0], "code": code} for code in codes]
    dates = ZOTERO / "translate" / "modules" / "utilities" / "resource" / "dateFormats.json"
    page.evaluate(START, [translators, json.loads((ZOTERO / "schema.json").read_text()), json.loads(dates.read_text())])
    yield page
    page.close()


def saved(zotero: Page, html: str) -> Mapping[str, Any]:
    told = zotero.evaluate(SAVE, [html, "https://example.org/brief.html"])
    assert told["with"] == ["Embedded Metadata"]
    (item,) = told["items"]
    return dict(item)


def test_zotero_saves_the_page_as_a_report(zotero: Page, shared: Shared) -> None:
    item = saved(zotero, shared.documents(SECOND)["html"].read_text())
    assert (item["itemType"], item["title"]) == ("report", "Blue glass and hay fever")
    assert (item["date"], item["number"], item["language"]) == ("2026/03/01", "1.2.0", "en-GB")
    assert [(one["firstName"], one["lastName"]) for one in item["creators"]] == [("Erika", "Example")]
    assert "DOI" not in item


def test_zotero_saves_the_doi_and_no_text_as_markup(zotero: Page) -> None:
    record = exported_of(str(SECOND)).brief.brief
    hostile = record.model_copy(update={"title": '</script><b>"&amp;', "doi": "10.5555/blue.1"})
    head = '<!DOCTYPE html><html><head><meta name="generator" content="evibrief">\n</head><body><p>x</p></body></html>'
    item = saved(zotero, with_citation(head, hostile))
    assert (item["title"], item["DOI"]) == ('</script><b>"&amp;', "10.5555/blue.1")


def names(item: Mapping[str, Any]) -> list[str]:
    """The people of an item, without `Jr.`, which the translator of CSL drops."""
    told = (" ".join((one.get("firstName") or "", one["lastName"])).strip() for one in item["creators"])
    return [name.replace(", Jr.", "") for name in told]


@pytest.mark.parametrize("which", [SECOND, ARCHIVED], ids=["second", "first"])
def test_zotero_reads_the_same_from_ris_as_from_csl(which: Path, zotero: Page) -> None:
    exported = exported_of(str(which))
    read = {}
    for name, label in (("ris", "RIS"), ("csl", "CSL JSON")):
        written = export_named(name).write(exported)
        assert isinstance(written, bytes)
        told = zotero.evaluate(IMPORT, written.decode())
        assert told["with"] == [label]
        read[name] = told["items"]
    entries = exported.source.tree["references"]
    assert len(read["ris"]) == len(read["csl"]) == len(entries) > 5
    for entry, ris, csl in zip(entries, read["ris"], read["csl"], strict=True):
        same = ["title", "DOI", "volume", "issue", "pages", "url", "publisher"]
        # RIS has no type for a preprint: Zotero makes an article of one, with a journal.
        same += [] if csl["itemType"] == "preprint" else ["itemType", "publicationTitle"]
        assert [ris.get(name) or "" for name in same] == [csl.get(name) or "" for name in same], entry["id"]
        assert names(ris) == names(csl), entry["id"]
