// What the web page does beyond being read: contents that follow, folding, search, filter, copying, what a link leads
// to beside the link. Everything is in the page without this script. It asks nobody and keeps nothing but the choice
// of dark or light, for as long as the window is open. Every word that it shows comes from `#words`.

const PHONE = matchMedia("(max-width: 40rem)");
const WIDE = matchMedia("(min-width: 72rem)");
const FOLDED = "until-found"; // a browser's own search opens what it finds in there

// Small tools

function byId(name) {
  return document.getElementById(name);
}

function button(text, action) {
  const made = make("button", { type: "button" }, text);
  made.addEventListener("click", action);
  return made;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

function say(name, values = {}) {
  return fill(byId(`word-${name}`).dataset.text, values);
}

function count(name, number) {
  const forms = byId(`word-${name}`).dataset;
  const form = number === 0 && forms.none ? "none" : number === 1 ? "one" : "other";
  return fill(forms[form], { number });
}

let saying = null;

function announce(text) {
  clearTimeout(saying);
  byId("said").textContent = text;
  saying = setTimeout(() => byId("said").replaceChildren(), 8000);
}

// As people type it: without accents, what only keeps words together, and the kinds of a dash
function plain(text) {
  return text.normalize("NFKD").replace(/[\p{M}\u00ad\u200b\u2060]/gu, "").replace(/[\u2010-\u2015\u2212]/g, "-").toLowerCase();
}

const BESIDES = ".tools, sup, .about-reference, .csl-left-margin";

function words(element, without = BESIDES) {
  const copy = element.cloneNode(true);
  for (const extra of all(without, copy)) extra.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// Folding: a heading becomes a button that opens what follows it

function setFold(control, open) {
  const body = byId(control.getAttribute("aria-controls"));
  control.setAttribute("aria-expanded", open);
  if (open) body.removeAttribute("hidden");
  else body.setAttribute("hidden", FOLDED);
}

function controlOf(fold) {
  return fold.previousElementSibling.querySelector("[aria-controls]");
}

function follows(heading) {
  const found = [];
  const level = Number(heading.tagName[1]);
  for (let next = heading.nextElementSibling; next; next = next.nextElementSibling) {
    if (/^H[1-6]$/.test(next.tagName) && Number(next.tagName[1]) <= level) break;
    found.push(next);
  }
  return found;
}

function makeFold(heading, inside, open) {
  if (!inside.length) return;
  const body = make("div", { class: "fold", id: `fold-${heading.id}` }, ...inside);
  const control = button("", () => setFold(control, !isOpen(control)));
  control.setAttribute("aria-controls", body.id);
  control.append(make("span", {}, ...heading.childNodes));
  heading.append(control);
  heading.after(body);
  body.addEventListener("beforematch", () => setFold(control, true));
  setFold(control, open);
}

function foldSections() {
  for (const section of all("main section:not(.first-page, .draft)")) {
    for (const heading of all("h3[id]", section)) makeFold(heading, follows(heading), !PHONE.matches);
    for (const heading of all("h2[id]", section)) makeFold(heading, follows(heading), false);
  }
}

function foldAnnexes() {
  const annexes = all("main > section.annex:not(.evidence, .references)");
  if (annexes.length < 2) return;
  const heading = make("h2", { id: "annexes" }, count("annexes", annexes.length));
  const around = make("div", { class: "annexes" }, heading);
  annexes[0].before(around);
  makeFold(heading, annexes, false);
}

function openAround(element) {
  for (let fold = element.closest(".fold"); fold; fold = fold.parentElement.closest(".fold"))
    setFold(controlOf(fold), true);
  element.closest("details")?.setAttribute("open", "");
  const own = element.querySelector(":scope > [aria-controls]");
  if (own) setFold(own, true);
}

function openAll() {
  const controls = all("main [aria-controls]").concat(all("[data-studies]"));
  const open = !controls.every(isOpen);
  for (const control of controls) (control.dataset.studies ? setStudies : setFold)(control, open);
  byId("open-all").textContent = say(open ? "fold_all" : "open_all");
}

// A claim and its studies

function claims() {
  return all("tbody.record");
}

function anchorOf(record) {
  return record.querySelector("[id]").id;
}

function entries(record) {
  return all("tr.entry", record);
}

function studiesIn(rows) {
  return new Set(rows.map((row) => row.querySelector('a[href^="#ref-"]')?.hash ?? words(row.cells[0])));
}

function setStudies(control, open) {
  control.setAttribute("aria-expanded", open);
  for (const row of entries(control.closest("tbody"))) row.hidden = !open;
}

function studiesButton(record) {
  const number = studiesIn(entries(record)).size;
  if (!number) return [];
  const control = button(count("studies", number), () => setStudies(control, !isOpen(control)));
  control.dataset.studies = number;
  return [control];
}

function addTools(record) {
  const claim = byId(anchorOf(record));
  const citation = () => say("citation", { claim: words(claim), brief: document.title, address: addressOf(claim.id) });
  const tools = make("span", { class: "tools" }, ...studiesButton(record));
  tools.append(button(say("copy_link"), () => copy(addressOf(claim.id))), button(say("copy_citation"), () => copy(citation())));
  record.rows[0].cells[0].append(tools);
  const control = tools.querySelector("[data-studies]");
  if (control) setStudies(control, !PHONE.matches);
}

function addToolsToReference(entry) {
  const copyIt = button(say("copy_citation"), () => copy(words(entry).replace(/^\d+\.\s*/, "")));
  (entry.querySelector(".about-reference p") ?? entry).append(make("span", { class: "tools" }, copyIt));
}

function addressOf(anchor) {
  return `${location.href.split("#")[0]}#${anchor}`;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(say("copied"));
  } catch {
    announce(say("not_copied"));
  }
}

// Where a link leads: opened, not filtered out, in view and marked

let wanted = null; // the place of a result that was chosen: it may have no id

function reveal(name) {
  const chosen = wanted;
  const target = chosen ?? (name && byId(name));
  wanted = null;
  if (!target || !target.closest("main")) return;
  openAround(target);
  const record = target.closest("tbody.record");
  if (record) showAnyway(record, target);
  for (const marked of all(".aimed")) marked.classList.remove("aimed");
  (record ?? target.closest(".csl-entry, tr, li") ?? target.closest("p, figure") ?? chosen)?.classList.add("aimed");
  if (target.matches(".entry")) target.scrollIntoView({ block: "center" });
  else (record?.rows[0] ?? target).scrollIntoView();
}

function showAnyway(record, target) {
  const control = record.querySelector("[data-studies]");
  if (control) setStudies(control, true);
  if (!record.hidden) return;
  record.hidden = false;
  for (const around of [record.closest(".table"), record.closest(".fold")]) if (around) around.hidden = false;
  openAround(record);
  announce(say("aimed"));
}

function revealFromAddress() {
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    return; // no address that we wrote
  }
  reveal(name);
}

function followLinks(event) {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  hidePopover();
  wanted = found.get(link) ?? null;
  if (link.closest(".contents")) placeContents();
  if (link.hash === location.hash) revealFromAddress();
}

// Contents that say where one is

function placeContents() {
  const list = document.querySelector(".contents details");
  if (!list) return;
  list.open = WIDE.matches;
  list.querySelector("summary").tabIndex = WIDE.matches ? -1 : 0;
}

function contentsEntries() {
  let part = null;
  return all(".contents li").map((item) => {
    if (item.classList.contains("level-2")) part = item;
    const link = item.querySelector("a");
    return { item, link, part, target: byId(link.hash.slice(1)) };
  });
}

function showPlace(list) {
  const reached = list.filter(({ target }) => target && target.getClientRects().length && target.getBoundingClientRect().top < 140);
  const here = reached.at(-1) ?? null;
  for (const { item, link, part } of list) {
    item.classList.toggle("near", part === here?.part);
    if (link === here?.link) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

function followScrolling() {
  const list = contentsEntries();
  let waiting = false;
  const look = () => {
    waiting = false;
    showPlace(list);
  };
  addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(look);
    waiting = true;
  }, { passive: true });
  document.querySelector(".contents a[aria-current]")?.scrollIntoView({ block: "nearest" });
  look();
}

// Search: everything that the page says, and what kind of thing says it

const KINDS = ["claims", "studies", "harms", "doses", "corrections", "references", "elsewhere"];
const OF_SECTIONS = ["harms", "doses", "corrections"];
const BLOCKS = "tbody tr, li, p, h1, h2, h3, h4, figure, caption, .csl-entry";
const MOST = 12;
const found = new WeakMap(); // what a result leads to: not everything that is found has an id of its own
let index = null;

function makeIndex() {
  const blocks = all(BLOCKS, byId("main")).filter((one) => !one.parentElement.closest("tr, li, figure, .csl-entry, #filter") && !one.matches(".before"));
  return blocks.map((element) => ({ element, kind: kindOf(element), text: plain(wordsOf(element, ".tools")) }));
}

// Of a row, the words of its cells: nothing else keeps the last of one apart from the first of the next
function wordsOf(element, without) {
  return element.matches("tr") ? [...element.cells].map((cell) => words(cell, without)).join(" ") : words(element, without);
}

function kindOf(element) {
  if (element.closest("tbody.record")) return element.matches(".entry") ? "studies" : "claims";
  if (element.matches(".csl-entry")) return "references";
  const section = element.matches("tr") && element.closest("section");
  return OF_SECTIONS.find((kind) => section && section.classList.contains(kind)) ?? "elsewhere";
}

function search() {
  index ??= makeIndex();
  const asked = plain(byId("search").value).split(/\s+/).filter(Boolean);
  const hits = asked.length ? index.filter(({ text }) => asked.every((word) => text.includes(word))) : [];
  const groups = KINDS.map((kind) => hits.filter((one) => one.kind === kind)).filter((group) => group.length);
  byId("search-clear").hidden = !asked.length;
  byId("results").hidden = !hits.length;
  byId("results").replaceChildren(...groups.map((group) => listed(group, asked, groups.length > 1)));
  byId("found").textContent = !asked.length ? "" : hits.length ? told(groups) : say("nothing");
}

function told(groups) {
  return groups.map(counted).reduce((first, second) => say("found", { first, second }));
}

function counted(group) {
  const { kind } = group[0];
  if (kind !== "studies") return count(kind, group.length);
  const studies = count("studies", studiesIn(group.map(({ element }) => element)).size);
  const at = new Set(group.map(({ element }) => element.closest("tbody"))).size;
  return say("at_claims", { studies, claims: count("claims", at) });
}

function listed(group, asked, headed) {
  const results = group.map(({ element }) => make("li", {}, resultOf(element, group[0].kind, asked)));
  const list = make("ul", {}, ...results.slice(0, MOST));
  if (results.length > MOST) {
    const more = button(say("more", { number: results.length - MOST }), () => more.parentElement.replaceWith(...results.slice(MOST)));
    list.append(make("li", {}, more));
  }
  const heading = headed ? [make("p", {}, counted(group))] : []; // one kind alone is counted above
  return make("li", { class: group[0].kind }, ...heading, list);
}

function resultOf(element, kind, asked) {
  const link = make("a", { href: `#${anchorNear(element)}` }, nameOf(element, kind, asked));
  found.set(link, element);
  return link;
}

function anchorNear(element) {
  const own = element.id || element.querySelector("[id]:not(.fold)")?.id;
  const record = element.closest("tbody.record");
  return own || (record ? anchorOf(record) : headingOf(element)?.id ?? "main");
}

function headingOf(element) {
  for (let around = element; around.id !== "main"; around = around.parentElement)
    for (let one = around.previousElementSibling; one; one = one.previousElementSibling)
      if (one.matches("h1[id], h2[id], h3[id]")) return one;
  return null;
}

function nameOf(element, kind, asked) {
  if (kind === "claims") return words(byId(anchorOf(element.closest("tbody"))));
  if (OF_SECTIONS.includes(kind)) return words(element.cells[0]);
  if (kind !== "elsewhere" || element.matches("h1, h2, h3, h4")) return words(element);
  const heading = headingOf(element);
  const text = excerpt(wordsOf(element.querySelector("figcaption") ?? element), asked);
  return heading ? say("in_section", { section: words(heading), text }) : text;
}

// The text from a little before the first word that was asked for
function excerpt(text, asked) {
  const at = plain(text).indexOf(asked[0]);
  return at < 120 ? text : `… ${text.slice(text.indexOf(" ", at - 60) + 1)}`;
}

function clearSearch() {
  byId("search").value = "";
  search();
  byId("search").focus();
}

function listenForSearch() {
  byId("search").addEventListener("input", search);
  byId("search-clear").addEventListener("click", clearSearch);
  byId("search").addEventListener("keydown", (event) => {
    if (event.key === "Escape") clearSearch();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    byId("search").focus();
  });
}

// Filter and order of the claims

function valuesOf(record, facet) {
  const value = record.getAttribute(`data-${facet}`);
  return value ? value.split("\n") : [];
}

function selects() {
  return all("#filter select[data-facet]").filter((select) => !select.parentElement.hidden);
}

function passes(record, except = null) {
  if (byId("changed-only").checked && !record.dataset.changed) return false;
  return selects().every(
    (select) => select === except || !select.value || valuesOf(record, select.dataset.facet).includes(select.value)
  );
}

function tally(records, facet) {
  const found = new Map();
  for (const record of records)
    for (const value of valuesOf(record, facet)) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

function makeOptions(select) {
  const values = [...tally(claims(), select.dataset.facet).keys()];
  select.append(...values.map((value) => make("option", { value })));
  select.parentElement.hidden = values.length < 2;
}

function countOptions(select) {
  const numbers = tally(claims().filter((record) => passes(record, select)), select.dataset.facet);
  for (const option of all("option[value]:not([value=''])", select)) {
    const number = numbers.get(option.value) ?? 0;
    option.textContent = say("option", { name: option.value, number });
    option.disabled = !number && !option.selected;
  }
}

function isFiltered() {
  return byId("changed-only").checked || selects().some((select) => select.value);
}

function filterClaims() {
  for (const record of claims()) record.hidden = !passes(record);
  for (const table of tablesOfClaims()) hideEmpty(table);
  selects().forEach(countOptions);
  tellShown();
}

function tablesOfClaims() {
  return [...new Set(claims().map((record) => record.closest(".table")))];
}

function hideEmpty(table) {
  const seen = all("tbody.record", table).some((record) => !record.hidden);
  table.hidden = !seen;
  hideParts(table);
  const control = foldOf(table);
  if (!control) return;
  control.closest("h2, h3").hidden = !seen;
  if (seen && isFiltered()) setFold(control, true);
}

function foldOf(table) {
  const fold = table.closest(".fold");
  return fold?.previousElementSibling.matches("h3") ? controlOf(fold) : null;
}

function hideParts(table) {
  let part = null;
  const inOrder = !byId("order").value;
  for (const body of all("tbody", table)) {
    if (!body.matches(".record")) {
      part = body;
      part.hidden = true;
    } else if (part && inOrder && !body.hidden) part.hidden = false;
  }
}

function tellShown() {
  const shown = claims().filter((record) => !record.hidden).length;
  byId("shown").textContent = shown ? say("shown", { shown, total: claims().length }) : say("nothing");
  byId("show-all").hidden = !isFiltered();
}

function showAll() {
  for (const select of selects()) select.value = "";
  byId("changed-only").checked = false;
  filterClaims();
  byId("filter").querySelector("select").focus();
}

// What each order puts first; what it needs of all claims is counted once
const ORDERS = {
  "": () => (body) => Number(body.dataset.place),
  studies: () => (record) => -studiesIn(entries(record)).size,
  status: () => {
    const places = new Map(all("#filter [data-facet=status] option").map(({ value }, place) => [value, place]));
    return (record) => places.get(record.dataset.status);
  },
};

function orderClaims() {
  const by = ORDERS[byId("order").value]();
  for (const table of all("table").filter((one) => one.querySelector("tbody.record"))) {
    const bodies = all("tbody", table).map((body) => [body, byId("order").value && !body.matches(".record") ? -1e9 : by(body)]);
    bodies.sort(([one, first], [other, second]) => first - second || one.dataset.place - other.dataset.place);
    const { parentNode, nextSibling } = table;
    table.remove(); // in a table on the page, the time to move rows grows with the square of their number
    table.append(...bodies.map(([body]) => body));
    hideParts(table);
    parentNode.insertBefore(table, nextSibling);
  }
}

function placeFilter() {
  const first = claims()[0]?.closest("section");
  if (!first) return;
  for (const [place, body] of all("tbody", first).entries()) body.dataset.place = place;
  const fold = first.querySelector("h2 + .fold") ?? first;
  fold.prepend(byId("filter"));
  byId("filter").hidden = false;
  all("#filter select[data-facet]").forEach(makeOptions);
  const changed = claims().filter((record) => record.dataset.changed).length;
  document.querySelector(".changed-only").hidden = !changed || changed === claims().length;
  byId("filter").addEventListener("change", (event) => (event.target.id === "order" ? orderClaims() : filterClaims()));
  byId("show-all").addEventListener("click", showAll);
  filterClaims();
}

// Comparison: what each record was in the version before, from the list in "What changed", also below the record

function compare() {
  const on = byId("compare").getAttribute("aria-pressed") !== "true";
  byId("compare").setAttribute("aria-pressed", on);
  for (const row of all("tr.before")) row.remove();
  if (!on) return;
  const lists = all(".compared [data-of]").filter((list) => byId(list.dataset.of)?.closest("tr"));
  lists.forEach(putBefore);
  reveal("compared");
  announce(count("comparing", lists.length));
}

function putBefore(list) {
  const row = byId(list.dataset.of).closest("tr");
  const heads = all("thead th", list.closest("table")).slice(1).map((head) => words(head));
  const parts = [["", ...heads.slice(1)], ...[...list.rows].map((one) => all("td", one).map((cell) => words(cell)))];
  const cells = parts.flat().map((text) => make("span", {}, text));
  const columns = [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
  const told = make("td", { role: "cell", colspan: columns }, make("div", { class: "beside" }, ...cells));
  row.after(make("tr", { role: "row", class: "before" }, told));
}

// What a citation or a claim says, beside its link; what a word means, beside the word

const meanings = new Map();
let asking = null;
let opener = null;

function toldBy(link) {
  if (link.matches(".term")) return meanings.get(plain(link.textContent));
  const target = byId(decodeURIComponent(link.hash.slice(1)));
  if (!target) return "";
  const record = target.closest("tbody.record");
  if (record) return [words(target), words(record.rows[0].cells[1] ?? target)].join(" ");
  return target.matches(".csl-entry") ? words(target) : "";
}

function showPopover(link) {
  const text = toldBy(link);
  if (!text || link.closest(".contents, #results")) return;
  hidePopover();
  const popover = byId("popover");
  popover.textContent = text;
  popover.hidden = false;
  opener = link;
  link.setAttribute("aria-describedby", "popover");
  placePopover(popover, link.getBoundingClientRect());
}

function placePopover(popover, beside) {
  const room = document.documentElement.clientWidth;
  const below = beside.bottom + popover.offsetHeight + 8 < innerHeight;
  const left = Math.max(8, Math.min(beside.left, room - popover.offsetWidth - 8));
  const top = below ? beside.bottom + 4 : beside.top - popover.offsetHeight - 4;
  popover.style.left = `${left + scrollX}px`;
  popover.style.top = `${top + scrollY}px`;
}

function hidePopover() {
  clearTimeout(asking);
  opener?.removeAttribute("aria-describedby");
  opener = null;
  byId("popover").hidden = true;
}

function askSoon(action, wait) {
  clearTimeout(asking);
  asking = setTimeout(action, wait);
}

function askedOf(target) {
  return target.closest?.('main a[href^="#"], main .term');
}

function listenForPopovers() {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = askedOf(event.target);
    if (link && link !== opener) askSoon(() => showPopover(link), 200);
    else if (event.target.closest("#popover") || link) clearTimeout(asking);
    else if (opener) askSoon(hidePopover, 300);
    else clearTimeout(asking);
  });
  document.addEventListener("focusin", (event) => {
    const link = askedOf(event.target);
    if (link?.matches(":focus-visible")) showPopover(link);
    else if (!event.target.closest("#popover")) hidePopover();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hidePopover());
  document.addEventListener("click", openOnTouch, true);
}

function openOnTouch(event) {
  const link = askedOf(event.target);
  if (!link && !event.target.closest("#popover")) return hidePopover();
  if (link?.matches(".term")) return link === opener ? hidePopover() : showPopover(link);
  if (link && event.pointerType === "touch" && link !== opener && toldBy(link)) {
    event.preventDefault();
    showPopover(link);
  }
}

// Words that the page defines

function readMeanings() {
  for (const item of all("#fold-methods_words li, #methods_words + ul li")) readDefinitions(item.querySelector("p") ?? item);
  for (const word of all(".methods tbody th[scope=row] .word")) {
    const meaning = word.closest("tr").querySelector("td");
    if (meaning) meanings.set(plain(words(word)), words(meaning));
  }
}

function readDefinitions(paragraph) {
  const text = words(paragraph);
  for (const strong of all("strong", paragraph))
    for (const term of words(strong).split(", ")) meanings.set(plain(term), text);
}

function markTerms() {
  const marked = new Set();
  for (const word of all("main .word").filter((one) => !one.closest(".methods"))) {
    const term = words(word).replace(/[.:]$/, "");
    if (!meanings.has(plain(term)) || word.querySelector("a, .word")) continue;
    const place = `${word.closest("section")?.className} ${term}`;
    const made = make(marked.has(place) ? "span" : "button", { class: "term" }, term);
    if (!marked.has(place)) made.type = "button";
    marked.add(place);
    word.replaceChildren(made, words(word).slice(term.length));
  }
}

// Tables: cells that carry their column's heading on a phone; only what really scrolls can be reached by the keyboard

const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

function labelCells(table) {
  const headings = all("thead th", table).map((one) => words(one));
  for (const element of [table, ...all("thead, tbody, tr, td", table)]) element.setAttribute("role", ROLES[element.tagName]);
  for (const heading of all("th", table)) heading.setAttribute("role", heading.closest("thead") ? "columnheader" : "rowheader");
  if (headings.length < 3 && !table.matches(".known")) return;
  for (const cell of all("tbody td", table)) cell.dataset.label = headings.at(cell.cellIndex - cell.parentElement.cells.length) ?? "";
}

function reachable(region) {
  const scrolls = region.scrollWidth > region.clientWidth + 1;
  const attributes = { tabindex: "0", role: "region", "aria-label": words(region.querySelector("caption")) };
  for (const [name, value] of Object.entries(attributes))
    if (scrolls) region.setAttribute(name, value);
    else region.removeAttribute(name);
}

function watchRegions() {
  const watcher = new ResizeObserver((seen) => seen.forEach(({ target }) => reachable(target)));
  for (const region of all(".table")) watcher.observe(region);
}

// Dark or light

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  byId("dark").textContent = say(isDark() ? "light" : "dark");
}

function remembered(theme) {
  try {
    if (theme) sessionStorage.setItem("theme", theme);
    return theme ?? sessionStorage.getItem("theme");
  } catch {
    return theme; // the browser keeps nothing for this page
  }
}

// Begin

function begin() {
  document.documentElement.classList.add("live");
  document.querySelector(".controls").hidden = false;
  claims().forEach(addTools);
  all(".csl-entry").forEach(addToolsToReference);
  all("main .table table, main .known").forEach(labelCells);
  readMeanings();
  markTerms();
  foldSections();
  foldAnnexes();
  placeFilter();
  watchRegions();
  placeContents();
  WIDE.addEventListener("change", placeContents);
  followScrolling();
  listenForSearch();
  listenForPopovers();
  byId("open-all").addEventListener("click", openAll);
  byId("compare")?.addEventListener("click", compare);
  byId("dark").addEventListener("click", () => setTheme(remembered(isDark() ? "light" : "dark")));
  setTheme(remembered());
  addEventListener("hashchange", revealFromAddress);
  addEventListener("load", revealFromAddress); // the browser itself went there before the page had its height
  document.addEventListener("click", followLinks);
}

begin();
