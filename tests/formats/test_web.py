"""The web page in Chromium: as a reader with a keyboard, a phone, dark mode, a printer or no script has it."""

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page

from evibrief.build import build
from shared import FIRST, SECOND, Shared

Open = Callable[..., Page]
PHONES = (320, 390)
LDN = SECOND.parent / "ldn"
SHOWN = "element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"
STOPS = f"""() => {{
  const stops = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")];
  const first = document.querySelector("tbody.record");
  return stops.filter(one => one.tabIndex >= 0 && ({SHOWN})(one))
    .filter(one => one.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING).length }}"""
SPLIT = r"""() => {
  const found = [], range = document.createRange();
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("a[href^=http], svg, code")) continue;
    for (const word of node.data.matchAll(/\p{L}{4,}/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter(one => one.width > 0).map(one => Math.round(one.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found }"""


@pytest.fixture(scope="module")
def page_file(shared: Shared) -> Path:
    return shared.documents(FIRST)["html"]


@pytest.fixture
def open_page(browser: Browser, page_file: Path) -> Iterator[Open]:
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_it(anchor: str = "", width: int = 1280, file: Path = page_file, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"the script failed: {error}"))
        page.on("request", lambda request: wrong.extend(asked_of_others(request.url)))
        page.goto(f"{file.resolve().as_uri()}{anchor}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert wrong == []


def asked_of_others(address: str) -> list[str]:
    return [] if address.startswith(("file:", "data:")) else [f"the page asked for {address}"]


def visible(page: Page, selector: str) -> int:
    return int(page.evaluate(f"[...document.querySelectorAll('{selector}')].filter({SHOWN}).length"))


def eventually(page: Page, condition: str) -> None:
    """Wait until an expression is true. Playwright's own way would need `eval`, which the page's policy refuses."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"this never became true: {condition}")


def choose(page: Page, facet: str, value: str) -> None:
    page.locator(f"select[data-facet={facet}]").select_option(value)


def test_it_is_small_and_has_one_script_that_its_policy_names(page_file: Path) -> None:
    html = page_file.read_text()
    assert len(html.encode()) < 1_200_000
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in html
    # The other is data, which a browser does not run: no policy has to name it.
    assert re.findall("<script[^<>]*>", html) == ['<script type="application/ld+json">', "<script>"]
    assert html.count("Content-Security-Policy") == 1
    assert "unsafe-inline" not in html
    assert "unsafe-eval" not in html
    assert not re.search(r"innerHTML|\beval\b|Function\(|https?:", script)
    assert html.count("<text") > 40
    assert "data:image/svg" not in html


def test_every_word_of_the_script_is_in_the_labels(page_file: Path) -> None:
    """A name that the script asks for and the page lacks would stop it."""
    html = page_file.read_text()
    asked = set(re.findall(r'\b(?:say|count)\("(\w+)"', html)) | {"dark", "light", "open_all", "fold_all"}
    (kinds,) = re.findall(r"const KINDS = \[(.*?)\]", html)
    asked |= set(re.findall(r"\w+", kinds))
    given = set(re.findall(r'id="word-(\w+)"', html))
    assert len(asked) > 15
    assert asked <= given


@pytest.mark.parametrize("width", [390, 1280])
def test_without_a_script_everything_is_there(width: int, open_page: Open) -> None:
    page = open_page(width=width, java_script_enabled=False)
    records, studies = page.locator("tbody.record"), page.locator("tr.entry")
    assert records.count() > 100
    assert studies.count() > 200
    for every in (records, studies, page.locator(".csl-entry"), page.locator("main h2")):
        assert every.first.is_visible()
        assert every.last.is_visible()
    for control in (".controls", "#filter", "#popover"):
        assert not page.locator(control).is_visible()
    page.locator(".contents summary").click()
    page.locator('.contents a[href="#section_references"]').click()
    assert page.locator("#section_references").is_visible()


@pytest.mark.parametrize("width", PHONES)
def test_a_phone_never_scrolls_sideways_and_splits_no_word(width: int, open_page: Open) -> None:
    page = open_page(width=width, is_mobile=True, has_touch=True)
    screens = page.evaluate("document.documentElement.scrollHeight / innerHeight")
    assert screens < 60
    for opened in (False, True):
        if opened:
            page.locator("#open-all").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SPLIT) == []
    assert visible(page, "tr.entry") > 200
    assert page.locator("tr.entry").first.evaluate("row => getComputedStyle(row).display") == "block"


def test_no_word_is_split_on_a_desk(open_page: Open) -> None:
    page = open_page()
    page.locator("#open-all").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.evaluate(SPLIT) == []


@pytest.mark.parametrize("width", PHONES)
def test_what_a_finger_presses_is_large_enough(width: int, open_page: Open) -> None:
    page = open_page(width=width)
    page.locator("#open-all").click()
    small = page.evaluate(
        f"""[...document.querySelectorAll("button, summary, input, select")].filter({SHOWN})
        .map(one => [one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([text]) => text)"""
    )
    assert [text for text in small if text] == []


def test_a_phone_shows_layer_after_layer(open_page: Open) -> None:
    page = open_page(width=390)
    assert visible(page, "tbody.record") == 0
    page.locator("#section_evidence button").click()
    assert visible(page, "tbody.record") == 0
    page.locator("h3#nmda button").click()
    assert visible(page, "tbody.record") > 5
    assert visible(page, "tr.entry") == 0
    control = page.locator("tbody.record [data-studies]").first
    assert control.get_attribute("aria-expanded") == "false"
    control.click()
    assert control.get_attribute("aria-expanded") == "true"
    assert visible(page, "tr.entry") == int(control.get_attribute("data-studies") or 0)


@pytest.mark.parametrize("width", [390, 1280])
def test_few_tab_stops_before_the_first_claim(width: int, open_page: Open) -> None:
    stops = open_page(width=width).evaluate(STOPS)
    assert 10 < stops <= 60


def test_the_skip_link_skips(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_heading_opens_and_closes_by_keyboard(open_page: Open) -> None:
    page = open_page()
    heading = page.locator("#section_harms button")
    heading.focus()
    for state in ("true", "false"):
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-expanded") == state
        assert visible(page, "section.harms table") == (state == "true")


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_a_link_to_a_claim_opens_it_with_its_heads_in_view(width: int, open_page: Open) -> None:
    page = open_page("#c1_8", width=width)
    eventually(page, "document.querySelector('.aimed')")
    page.wait_for_timeout(200)
    claim = page.locator("#c1_8")
    box = claim.bounding_box()
    assert box is not None
    top = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll(".contents, .evidence thead th")]
        .filter(one => getComputedStyle(one).position === "sticky").map(one => one.getBoundingClientRect())
        .filter(one => one.height > 5 && one.top >= 0 && one.top < 100).map(one => one.bottom), 0)"""
    )
    assert 0 <= top <= box["y"] < 300
    assert claim.evaluate("one => one.closest('tbody').matches('.aimed')")
    if width >= 768:
        head = claim.evaluate("one => one.closest('table').tHead.rows[0].cells[0].getBoundingClientRect().top")
        assert 0 <= head < 60


def test_the_contents_stay_and_show_the_section(open_page: Open) -> None:
    page = open_page()
    page.locator('.contents a[href="#section_harms"]').click()
    eventually(page, "document.querySelector('.contents a[aria-current]')?.hash === '#section_harms'")
    assert page.locator(".contents").bounding_box()["y"] >= 0  # type: ignore[index]
    page.locator("#section_evidence button").click()
    page.locator("h3#fatigue").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#fatigue').scrollIntoView()")
    eventually(page, "document.querySelector('.contents a[aria-current]')?.hash === '#fatigue'")
    assert page.locator('.contents a[href="#fatigue"]').is_visible()
    assert not page.locator('.contents a[href="#m_nmda"]').is_visible()


def test_a_phone_has_its_contents_folded(open_page: Open) -> None:
    page = open_page(width=390)
    link = page.locator('.contents a[href="#section_harms"]')
    assert not link.is_visible()
    page.locator(".contents summary").click()
    link.click()
    eventually(page, "document.querySelector('#section_harms').getBoundingClientRect().top < 200")
    assert not link.is_visible()


@pytest.mark.parametrize("facet", ["mechanism", "topic", "study-type", "directness", "status", "direction"])
def test_a_filter_shows_just_what_it_counts(facet: str, open_page: Open) -> None:
    page = open_page("#section_evidence")
    options = page.locator(f"select[data-facet={facet}] option")
    assert options.count() > 2
    value = options.nth(1).get_attribute("value") or ""
    counted = int(re.findall(r"\((\d+)\)$", options.nth(1).inner_text())[0])
    choose(page, facet, value)
    shown = page.evaluate(
        f"[...document.querySelectorAll('tbody.record')].filter({SHOWN}).map(one => one.getAttribute('data-{facet}'))"
    )
    assert len(shown) == counted > 0
    assert all(value in one.split("\n") for one in shown)
    assert page.locator("#shown").inner_text().startswith(f"{counted} of ")
    page.locator("#show-all").click()
    assert visible(page, "tbody.record") == page.locator("tbody.record").count()


def test_filters_work_together_and_say_when_nothing_is_left(open_page: Open) -> None:
    page = open_page("#section_evidence")
    choose(page, "status", "Upheld")
    choose(page, "direction", "Against")
    shown = visible(page, "tbody.record")
    wanted = page.locator('tbody.record[data-status="Upheld"][data-direction="Against"]').count()
    assert shown == wanted > 0
    page.evaluate(
        """() => { const select = document.querySelector("select[data-facet=topic]");
        const none = [...select.options].find(one => one.disabled); none.disabled = false; none.selected = true;
        select.dispatchEvent(new Event("change", {bubbles: true})) }"""
    )
    assert visible(page, "tbody.record") == 0
    assert page.locator("#shown").inner_text() == "Nothing matches. Try fewer or other words."


def test_a_link_shows_a_claim_that_the_filter_leaves_out(open_page: Open) -> None:
    page = open_page("#section_evidence")
    choose(page, "status", "Upheld")
    assert not page.locator("#c1_8").is_visible()
    page.evaluate("location.hash = '#c1_8'")
    page.locator("#c1_8").wait_for(state="visible")
    assert "filter" in page.locator("#said").inner_text()


def test_claims_that_changed_can_be_seen_alone(open_page: Open, page_file: Path, tmp_path: Path) -> None:
    assert "data-changed" not in page_file.read_text()  # nearly all of them changed, which is said once
    assert not open_page("#section_evidence").locator("#changed-only").is_visible()
    some = tmp_path / "page.html"
    some.write_text(page_file.read_text().replace('class="record"', 'class="record" data-changed="claim corrected"', 3))
    page = open_page("#section_evidence", file=some)
    page.locator("#changed-only").check()
    assert visible(page, "tbody.record") == 3
    page.locator("#show-all").click()
    assert visible(page, "tbody.record") == page.locator("tbody.record").count()


def test_claims_are_put_in_order(open_page: Open) -> None:
    page = open_page("#section_evidence")
    rows = "document.querySelector('tbody.record').closest('table').querySelectorAll('tbody.record')"
    anchors = f"[...{rows}].map(one => one.querySelector('[id]').id)"
    before = page.evaluate(anchors)
    page.locator("#order").select_option("studies")
    told = "Number(one.querySelector('[data-studies]')?.dataset.studies ?? 0)"
    numbers = page.evaluate(f"[...{rows}].map(one => {told})")
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) > 1
    page.locator("#order").select_option("")
    assert page.evaluate(anchors) == before


def test_claims_are_put_in_order_by_status_as_they_come_first(open_page: Open) -> None:
    page = open_page("#section_evidence")
    first = "document.querySelector('tbody.record').closest('table')"
    told = f"[...{first}.querySelectorAll('tbody.record')].map(one => one.dataset.status)"
    order = page.evaluate("[...document.querySelectorAll('select[data-facet=status] option')].map(one => one.value)")
    for before in ("studies", ""):
        page.locator("#order").select_option(before)
        page.locator("#order").select_option("status")
        places = [order.index(status) for status in page.evaluate(told)]
        assert places == sorted(places)
        assert len(set(places)) > 1


def many_claims(html: str, number: int) -> str:
    """The page with so many claims, the same ones again and again under other ids."""
    records = re.findall(r'<tbody class="record".*?</tbody>\n', html, re.DOTALL)
    table = html.index(records[0])
    more = (
        re.sub(r'(id="\w+)"', rf'\1_{again}"', record, count=1)
        for again in range(number // len(records) + 1) for record in records
    )  # fmt: skip
    return html[:table] + "".join(list(more)[: number - len(records)]) + html[table:]


def test_the_time_to_order_claims_grows_with_their_number_and_not_with_its_square(
    open_page: Open, shared: Shared, tmp_path: Path
) -> None:
    """Four times the claims: with n log n five times the time, with the square sixteen times.

    The shortest of thirty counts, because other programs run beside it.
    """
    html = shared.documents(SECOND)["html"].read_text()
    milliseconds = {}
    for number in (500, 2000):
        file = tmp_path / f"{number}.html"
        file.write_text(many_claims(html, number))
        page = open_page(file=file)
        assert page.locator("tbody.record").count() == number
        milliseconds[number] = page.evaluate(
            """() => Math.min(...Array(15).fill(["studies", "status", "", "status"]).flat().map(value => {
              const order = document.querySelector("#order");
              order.value = value;
              const began = performance.now();
              order.dispatchEvent(new Event("change", {bubbles: true}));
              return value === "status" ? performance.now() - began : Infinity }))"""
        )
    assert 0 < milliseconds[2000] < 10 * milliseconds[500]


def test_search_counts_lists_and_clears(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("Myhill")
    found = page.locator("#found").inner_text()
    assert re.fullmatch(r"\d+ stud(?:y|ies) at \d+ claims?, \d+ references?, \d+ other places?", found)
    assert page.locator("#results a").count() > 4
    page.keyboard.type(" nothingofthekind")
    assert page.locator("#found").inner_text() == "Nothing matches. Try fewer or other words."
    assert not page.locator("#results").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#search").input_value() == ""
    assert page.locator("#found").inner_text() == ""


KINDS = ("claims", "studies", "harms", "doses", "corrections", "references", "elsewhere")


def test_search_looks_through_all_of_the_page_and_counts_by_kind(open_page: Open) -> None:
    page = open_page()
    page.locator("#search").fill("mg/kg")  # on the page a sign that nobody types keeps it together
    page.evaluate("document.querySelectorAll('#results button').forEach(more => more.click())")
    numbers = page.evaluate(
        "[...document.querySelectorAll('#results > li')].map(one => [one.className, one.querySelectorAll('a').length])"
    )
    # Counted apart from the script, row by row.
    rows = {kind: f"section.{kind} tbody tr" for kind in ("harms", "doses", "corrections")}
    rows |= {"claims": "tbody.record .band", "studies": "tbody.record .entry", "references": ".csl-entry"}
    has = "one => one.textContent.replaceAll('\u2060', '').includes('mg/kg')"
    wanted = {
        kind: page.evaluate(f"[...document.querySelectorAll('{rows[kind]}')].filter({has}).length") for kind in rows
    }
    assert {kind: number for kind, number in numbers if kind != "elsewhere"} == {
        kind: number for kind, number in wanted.items() if number
    }
    assert min(wanted["harms"], wanted["doses"], wanted["corrections"], dict(numbers)["elsewhere"]) > 0
    found = page.locator("#found").inner_text()
    for kind, word in (("harms", "harm"), ("doses", "dose"), ("corrections", "correction"), ("claims", "claim")):
        assert re.search(rf"\b{wanted[kind]} {word}s?\b", found)


@pytest.mark.parametrize("width", [390, 1280])
def test_each_kind_of_result_leads_to_where_its_words_are(width: int, open_page: Open) -> None:
    page = open_page(width=width)
    page.locator("#search").fill("ketamine")
    assert page.evaluate("[...document.querySelectorAll('#results > li')].map(one => one.className)") == list(KINDS)
    for kind in KINDS:
        page.locator(f"#results .{kind} a").last.click()
        page.wait_for_timeout(150)
        aimed = page.locator(".aimed")
        assert aimed.count() == 1
        assert aimed.is_visible()
        assert "ketamine" in aimed.inner_text().lower()
        box = aimed.bounding_box()
        assert box is not None
        assert box["y"] < 844
        assert box["y"] + box["height"] > 0


def test_words_of_two_cells_stay_apart_in_a_result(open_page: Open) -> None:
    page = open_page()
    page.locator("#search").fill("bladder")
    assert page.locator("#results a").count() > 1
    assert page.evaluate(
        r"[...document.querySelectorAll('#results a')].filter(one => /[a-z][.;][A-Z]/.test(one.textContent)).length"
    ) == 0  # fmt: skip


def test_no_result_is_out_of_reach(open_page: Open) -> None:
    page = open_page()
    page.locator("#search").fill("ketamine")
    listed = page.locator("#results .claims a")
    assert listed.count() == 12
    page.locator("#results .claims button").click()
    assert f"{listed.count()} claims" in page.locator("#found").inner_text()
    assert listed.count() > 12


def test_a_result_leads_to_its_claim_with_the_studies_open(open_page: Open) -> None:
    page = open_page(width=390)
    page.locator("#search").fill("blood neutrophils")
    page.locator("#results .studies a").first.click()
    page.locator(".aimed tr.entry", has_text="neutrophils").first.wait_for(state="visible")


def test_a_citation_opens_beside_the_pointer_and_stays_for_it(open_page: Open) -> None:
    page = open_page()
    link, popover = page.locator('.bottom-line a[href^="#ref-"]').first, page.locator("#popover")
    link.hover()
    popover.wait_for(state="visible")
    assert "Pharmacological Reports" in popover.inner_text()
    popover.hover()
    page.wait_for_timeout(600)
    assert popover.is_visible()
    page.keyboard.press("Escape")
    assert not popover.is_visible()
    page.mouse.move(5, 5)


def test_a_claim_and_a_citation_open_where_the_focus_is(open_page: Open) -> None:
    page = open_page("#m_nmda")
    popover = page.locator("#popover")
    link = page.locator('section.mechanisms td a[href^="#c"]').first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    popover.wait_for(state="visible")
    claim = page.evaluate("link => document.querySelector(link).textContent", link.get_attribute("href"))
    assert claim.strip() in popover.inner_text()
    assert link.get_attribute("aria-describedby") == "popover"
    page.keyboard.press("Escape")
    assert not popover.is_visible()
    assert link.get_attribute("aria-describedby") is None


def test_a_finger_sees_a_citation_first_and_follows_it_then(open_page: Open) -> None:
    page = open_page(width=390, is_mobile=True, has_touch=True)
    link = page.locator('.bottom-line a[href^="#ref-"]').first
    link.tap()
    page.locator("#popover").wait_for(state="visible")
    assert page.evaluate("location.hash") == ""
    link.tap()
    eventually(page, "location.hash.startsWith('#ref-')")
    assert page.locator(".csl-entry.aimed").is_visible()


def test_words_are_explained_where_they_are(open_page: Open) -> None:
    page = open_page("#c1_8")
    term = page.locator(".evidence .term", has_text="Contested").first
    term.scroll_into_view_if_needed()
    term.hover()
    page.locator("#popover").wait_for(state="visible")
    assert "comparing the claim with the evidence" in page.locator("#popover").inner_text()


def test_a_claim_and_a_reference_can_be_copied(open_page: Open) -> None:
    page = open_page("#c1_8", permissions=["clipboard-read", "clipboard-write"])
    tools = page.locator("tbody.aimed .tools button")
    texts = []
    for name in ("Copy link", "Copy citation"):
        tools.filter(has_text=name).click()
        eventually(page, "document.querySelector('#said').textContent === 'Copied.'")
        page.wait_for_timeout(100)
        texts.append(page.evaluate("navigator.clipboard.readText()"))
    assert texts[0] == page.url
    title = page.title()
    assert texts[1] == f"ATP is depleted in ME/CFS. In: {title}. {page.url}"
    page.evaluate("location.hash = '#ref-saligan2016'")
    page.locator("#ref-saligan2016 .tools button").click()
    page.wait_for_timeout(200)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Saligan LN, Luckenbaugh DA")
    assert copied.endswith("doi:10.1016/j.jad.2016.01.009")


def test_dark_is_taken_from_the_system_and_changed_by_a_button(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    letters = "getComputedStyle(document.querySelector('.figure svg text')).fill"
    dark, on_dark = page.evaluate(ground), page.evaluate(letters)
    page.locator("#dark").click()
    assert (light := page.evaluate(ground)) == "rgb(255, 255, 255)" != dark
    assert page.evaluate(letters) != on_dark
    page.reload()
    assert page.evaluate(ground) == light
    assert page.locator("#dark").inner_text() == "Dark"


def test_without_a_script_what_changed_tells_what_each_was(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    row = page.locator("section.changes .compared tbody", has=page.locator("th a", has_text="Statement 1")).first
    assert row.is_visible()
    cells = row.locator("td p").all_inner_texts()
    assert cells[:3] == ["Tier", "Medium", "Weak"]  # as since.yaml records it of s1
    assert "NMDA antagonism reduces central sensitisation." in cells
    assert not page.locator("#compare").is_visible()


def test_each_change_of_a_statement_or_claim_is_told_as_it_is_recorded(page_file: Path) -> None:
    """Wordings, statuses and tiers, counted in the file itself."""
    recorded = yaml.safe_load((FIRST / "since.yaml").read_text())["changes"]
    html = page_file.read_text()
    listed = html[html.index('<table class="compared">') :].partition("</table>")[0]
    told = dict(re.findall(r'<tbody data-of="(\w+)">(.*?)</tbody>', listed, re.DOTALL))
    names = {"claim changed": "Status", "claim corrected": "Status", "tier": "Tier", "claim reworded": "Wording"}
    wanted = {
        (one["record"].partition(",")[0], names[one["kind"]]) for one in recorded
        if one["kind"] in names and ("," not in one["record"] or one["kind"] in ("tier", "claim reworded"))
    }  # fmt: skip
    assert len(wanted) > 10
    for record, name in wanted:
        assert f"<td><p>{name}</p></td>" in told[record]
    assert not re.search(r"\bsee [Ea]\d", re.sub("<[^<>]*>", " ", listed))


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_claim_was_stands_below_it_when_asked(width: int, open_page: Open) -> None:
    page = open_page(width=width)
    control = page.locator("#compare")
    assert control.inner_text() == "Compare with version 0.2.0"
    control.click()
    assert control.get_attribute("aria-pressed") == "true"
    page.locator("#compared").wait_for(state="visible")
    changed = page.locator(".compared tbody[data-of]").count()
    assert page.locator("tr.before").count() == changed > 50
    assert page.locator("#said").inner_text().startswith(f"{changed} statements, links and claims changed.")
    page.locator('.compared tbody[data-of="s1"] a').click()
    below = page.locator("tr:has(#s1) + tr.before")
    below.wait_for(state="visible")
    told = below.locator("span").all_inner_texts()
    assert told[1:6] == ["In version 0.2.0", "Now", "Tier", "Medium", "Weak"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    control.click()
    assert page.locator("tr.before").count() == 0


def test_a_brief_without_a_version_before_has_no_comparison(shared: Shared) -> None:
    html = shared.documents(SECOND)["html"].read_text()
    assert 'id="compare"' not in html
    assert 'class="compared"' not in html


def test_print_has_everything_at_its_size(open_page: Open, program: Callable[..., str], tmp_path: Path) -> None:
    page = open_page("#section_evidence", width=390)
    choose(page, "status", "Upheld")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 900, "height": 1200})
    drawn = "[...document.querySelectorAll('.figure svg')]"
    widths = page.evaluate(f"{drawn}.map(one => one.getBoundingClientRect().width)")
    assert [abs(width - 178 / 25.4 * 96) < 1 for width in widths[::2]] == [True] * (len(widths) // 2)
    assert set(widths[1::2]) == {0}
    for control in (".controls", "#filter", ".tools"):
        assert not page.locator(control).first.is_visible()
    assert visible(page, "tbody.record") == page.locator("tbody.record").count()
    assert visible(page, "tr.entry") == page.locator("tr.entry").count()
    page.pdf(path=tmp_path / "printed.pdf", format="A4")
    words = subprocess.run(
        [program("pdftotext"), tmp_path / "printed.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    words = " ".join(words.split())
    for told in ("ATP is depleted in ME/CFS.", "Myhill", "10.1016"):
        assert told in words


FIGURES = f"""async () => {{
  await document.fonts.ready;
  const shown = {SHOWN}, box = (one) => one.getBoundingClientRect();
  const seen = (figure, kind) => [...figure.querySelectorAll(kind)].filter(shown);
  const inside = (one, other) => one.left > other.left - 1 && one.right < other.right + 1
    && one.top > other.top - 1 && one.bottom < other.bottom + 1;
  const apart = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) < 1
    || Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) < 2;
  return [...document.querySelectorAll(".figure")].map((figure) => {{
    const drawn = seen(figure, "svg"), texts = seen(figure, "text"), boxes = texts.map(box);
    const {{ width }} = drawn[0].viewBox.baseVal;
    return {{
      forms: drawn.map((one) => one.getAttribute("class")),
      told: new Set([...figure.querySelectorAll("svg")].map((one) => one.getAttribute("aria-label"))).size,
      scrolls: figure.scrollWidth > figure.clientWidth || !inside(box(drawn[0]), box(document.querySelector("main"))),
      texts: texts.length,
      smallest: box(drawn[0]).width / width * Math.min(...texts.map((one) => one.getAttribute("font-size"))),
      cut: texts.filter((one) => !inside(box(one), box(drawn[0]))).map((one) => one.textContent),
      over: texts.filter((one, at) => !boxes.every((other, place) => place === at || apart(boxes[at], other)))
        .map((one) => one.textContent),
    }};
  }});
}}"""


@pytest.mark.parametrize("brief", [FIRST, LDN], ids=["first", "ldn"])
@pytest.mark.parametrize("width", [*PHONES, 735, 736, 768, 1152, 1280])
def test_a_figure_is_drawn_for_its_screen(width: int, brief: Path, shared: Shared, open_page: Open) -> None:
    page = open_page(width=width, file=shared.documents(brief)["html"], java_script_enabled=False)
    figures = page.evaluate(FIGURES)
    assert len(figures) == 2
    for figure in figures:
        assert figure["texts"] >= 8
        assert (figure["forms"], figure["told"]) == (["narrow" if width <= 736 else "wide"], 1)
        assert (figure["scrolls"], figure["cut"], figure["over"]) == (False, [], [])
        assert figure["smallest"] >= 10.9


@pytest.mark.parametrize(("width", "form"), [(390, "narrow"), (1280, "wide")])
def test_the_letters_of_figures_have_the_room_that_they_were_given(width: int, form: str, open_page: Open) -> None:
    """The page brings its font: without the length that each line is told, it would be as long."""
    page = open_page(width=width)
    page.evaluate("for (const one of document.querySelectorAll('[hidden]')) one.hidden = false")
    wrong = page.evaluate(
        """async (shown) => { await document.fonts.ready;
        const found = [], texts = document.querySelectorAll(shown);
        for (const text of texts) {
          const told = Number(text.getAttribute("textLength"));
          text.removeAttribute("textLength");
          const own = text.getComputedTextLength();
          if (Math.abs(own - told) > 0.03 * told + 0.2) found.push([text.textContent, own, told]);
        }
        return [found, texts.length] }""",
        f".figure .{form} text",
    )
    assert wrong[0] == []
    assert wrong[1] > 40


def test_an_error_can_be_reported_where_somebody_is_named(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    assert page.locator(".report").inner_text().startswith("No contact is named")
    folder = tmp_path / "blue-glass"
    shutil.copytree(SECOND, folder)
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("funding:", "contact: desk@example.org\nfunding:", 1))
    page = open_page(file=build(folder, tmp_path / "out", ["html"])[0].path)
    address = unquote(page.locator(".report a").get_attribute("href") or "")
    assert address.startswith("mailto:desk@example.org?subject=Error in: Blue glass and hay fever · version 1.2.0")
    page.locator("#open-all").click()
    assert visible(page, "tbody.record") == page.locator("tbody.record").count() > 5
