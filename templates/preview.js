// What the preview adds to the web page: it listens for edits, takes the new page in place of the old one, and puts
// each problem at its record. It asks nobody but the address that it came from. The page's own script runs again with
// each page, so what it listens to ends with the page before.

(() => {
  const listen = EventTarget.prototype.addEventListener;
  let page = new AbortController();

  EventTarget.prototype.addEventListener = function (kind, action, options) {
    const chosen = typeof options === "object" ? options : { capture: Boolean(options) };
    listen.call(this, kind, action, { signal: page.signal, ...chosen });
  };

  // Where the reader is: the same element is found again by its id, or by its place below the nearest one

  function wayTo(element) {
    const around = element.closest("[id]");
    if (!around) return ["", element.tagName, all(element.tagName).indexOf(element)];
    return [around.id, element.tagName, around === element ? -1 : all(element.tagName, around).indexOf(element)];
  }

  function at([id, tag, index]) {
    const around = id ? document.getElementById(id) : document;
    return index < 0 || !around ? around : all(tag, around)[index] ?? null;
  }

  function openable() {
    return all("main [aria-expanded], .side [aria-expanded]");
  }

  function isSeen(element) {
    return element.checkVisibility({ contentVisibilityAuto: true });
  }

  function topmost() {
    const seen = all("main [id]").filter(isSeen).map((one) => [one, one.getBoundingClientRect().top]);
    const below = seen.filter(([, top]) => top >= 0).sort(([, one], [, other]) => one - other);
    return (below[0] ?? seen.at(-1))?.[0];
  }

  function remember() {
    const beside = topmost();
    const focus = document.activeElement;
    return {
      scroll: scrollY,
      beside: beside && [wayTo(beside), beside.getBoundingClientRect().top],
      folds: openable().map((control) => [wayTo(control), isOpen(control)]),
      details: all("details:not(#preview)").map((one) => [wayTo(one), one.open]),
      fields: all("input, select").map((one) => [wayTo(one), one.type === "checkbox" ? one.checked : one.value]),
      focus: focus && focus !== document.body ? [wayTo(focus), focus.selectionStart ?? null, focus.selectionEnd ?? null] : null,
    };
  }

  function restore(state) {
    for (const [way, value] of state.fields) setField(at(way), value);
    for (const [way, open] of state.folds) {
      const control = at(way);
      if (control?.hasAttribute("aria-expanded") && isOpen(control) !== open) control.click();
    }
    for (const [way, open] of state.details) {
      const one = at(way);
      if (one?.matches("details")) one.open = open;
    }
    setFocus(state.focus);
    const beside = state.beside && at(state.beside[0]);
    const moved = beside && isSeen(beside) ? beside.getBoundingClientRect().top - state.beside[1] : state.scroll - scrollY;
    scrollBy({ top: moved, behavior: "instant" });
  }

  function setField(field, value) {
    if (!field?.matches("input, select")) return;
    if (field.type === "checkbox") {
      if (field.checked === value) return;
      field.checked = value;
    } else if (field.value === value) return;
    else field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  function setFocus(focus) {
    const field = focus && at(focus[0]);
    if (!field) return;
    field.focus({ preventScroll: true });
    if (focus[1] !== null) field.setSelectionRange(focus[1], focus[2]);
  }

  // The new page

  function hasOurPolicy(text) {
    const ours = document.querySelector('meta[http-equiv="Content-Security-Policy"]').content;
    return text.includes(`<meta http-equiv="Content-Security-Policy" content="${ours}">`);
  }

  async function fetchPage() {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    shown = answer.headers.get("Evibrief-Page");
    return answer.text();
  }

  // The pictures that the reader looks at are loaded before they take the place of the old ones: nothing flickers

  function lookedAt(next) {
    const figures = all("main > figure[id]").filter(isInWindow);
    const pictures = figures.map(({ id }) => next.querySelector(`#${id} > img`)).filter(Boolean);
    return Promise.all(pictures.map(loaded));
  }

  function isInWindow(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }

  async function loaded(picture) {
    const copy = new Image();
    for (const { name, value } of picture.attributes) if (name !== "loading") copy.setAttribute(name, value);
    await copy.decode().catch(() => {}); // where one does not come, its words are shown
    return [picture, copy];
  }

  function put(next, pictures) {
    page.abort();
    page = new AbortController();
    document.title = next.title;
    document.documentElement.lang = next.documentElement.lang;
    document.body.replaceWith(document.adoptNode(next.body));
    for (const [picture, copy] of pictures) picture.replaceWith(copy);
    for (const script of all("body script")) script.replaceWith(make("script", {}, script.textContent));
  }

  function loadAgain(state) { // other styles: the policy of a page holds for as long as it is open
    sessionStorage.setItem("preview", JSON.stringify(state));
    history.scrollRestoration = "manual";
    location.reload();
  }

  // The problems: a bar that lists all, and a note at each record

  function bar(problems) {
    const errors = problems.filter(({ severity }) => severity === "error").length;
    const told = counted([[errors, "error"], [problems.length - errors, "warning"]]);
    const stays = errors ? "; the last good page is shown" : "";
    const made = make("details", { id: "preview", class: errors ? "wrong" : "doubtful" });
    made.append(make("summary", { role: "status" }, `${told}${stays}`), make("ol", {}, ...problems.map(listed)));
    made.open = errors > 0;
    return made;
  }

  function counted(numbers) {
    return numbers.filter(([number]) => number).map(([number, word]) => `${number} ${word}${number === 1 ? "" : "s"}`).join(", ");
  }

  function listed(problem) {
    const anchor = problem.anchors.find((one) => document.getElementById(one));
    const words = anchor ? make("a", { href: `#${anchor}` }, problem.line_of_check) : make("span", {}, problem.line_of_check);
    return make("li", { class: problem.severity }, words, ...hintOf(problem));
  }

  function hintOf({ hint }) {
    return hint ? [make("span", { class: "hint" }, `hint: ${hint}`)] : [];
  }

  function note(problem) {
    const target = problem.anchors.map((one) => document.getElementById(one)).find(Boolean);
    if (!target) return;
    const made = make("div", { class: `preview-note ${problem.severity}` }, make("p", {}, problem.line_of_check), ...hintOf(problem));
    const cell = target.closest("td, th, li, .csl-entry");
    if (cell) cell.append(made);
    else (target.closest("h1, h2, h3, h4, p, div") ?? target).after(made);
  }

  function tell(problems) {
    const open = document.getElementById("preview")?.open;
    const before = wereTold;
    wereTold = JSON.stringify(problems);
    for (const one of all("#preview, .preview-note")) one.remove();
    if (!problems.length) return;
    problems.forEach(note);
    const made = bar(problems);
    if (before === wereTold && open !== undefined) made.open = open;
    document.body.prepend(made);
  }

  // With the pages of the PDF there are two views, and a way from each to the other

  function offer() {
    if (document.getElementById("preview-views")) return;
    const views = [["/", "Web page"], ["/pages", "Pages"], ["/pages.pdf", "Pages as a file"]];
    document.body.append(make("nav", { id: "preview-views", "aria-label": "Preview" }, ...views.map(view)));
  }

  function view([path, words]) {
    return make("a", { href: path, ...(path === location.pathname && { "aria-current": "page" }) }, words);
  }

  // Begin

  let shown = "";
  let wereTold = "";
  let kept = null; // where the reader was before this page was loaded again
  let waiting = Promise.resolve();

  async function see(event) {
    const { names, problems } = JSON.parse(event.data);
    const text = names[location.pathname] !== shown && (await fetchPage());
    if (text && !hasOurPolicy(text)) return loadAgain(kept ?? remember());
    const next = text && new DOMParser().parseFromString(text, "text/html");
    const pictures = text && (await lookedAt(next));
    const state = kept ?? remember();
    kept = null;
    if (text) put(next, pictures);
    tell(problems);
    if ("/pages" in names) offer();
    restore(state);
    document.documentElement.dataset.preview = `${shown} ${problems.length}`;
  }

  function begin() {
    shown = document.querySelector('meta[name="preview"]').content;
    kept = JSON.parse(sessionStorage.getItem("preview"));
    sessionStorage.removeItem("preview");
    const events = new EventSource("/events");
    const stay = { signal: undefined };
    listen.call(events, "message", (event) => (waiting = waiting.then(() => see(event))), stay);
    listen.call(events, "error", () => (document.documentElement.dataset.preview = "gone"), stay);
  }

  listen.call(window, "load", () => setTimeout(begin), { once: true }); // after what the page itself does then
})();
