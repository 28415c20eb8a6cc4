"""The whole build beside its peers, all on the first brief: version 0.2.0, WeasyPrint as it comes, and Typst.

Each runs in processes of its own, the sides in turns. 0.2.0 builds its own brief, in an environment of its own that is
made once, in `.venv/bench/`. Typst gets the page that the PDF is made from, through pandoc, and writes the same two
standards; what pandoc cannot carry over (styles, links to what it dropped) is not in its PDF.
"""

import re
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench_report import Report
from measured import Measured, measured

ROOT = Path(__file__).parents[2]
FIRST = ROOT / "data" / "ketamine-mecfs"
BEFORE = "324cdef"
"""The commit of version 0.2.0."""
LIMITS = {"0.2.0": 0.35, "WeasyPrint alone": 0.75, "pandoc and Typst": 1.0}
"""The most that the whole build may take, over each peer."""
MEMORY = 600
"""Megabytes over all the processes of a build."""


def compare_peers(folder: Path, report: Report, runs: int) -> None:
    """The whole build of PDF, Word document and web page, with nothing kept from an earlier one, over each peer."""
    report.part("A whole build", f"The first brief, its three documents; medians of {runs} runs. {_METHOD}")
    page = folder / "page.html"
    subprocess.run([sys.executable, __file__, "keep-printed-page", FIRST, page], check=True)
    commands: dict[str, list[str | Path]] = {"evibrief": _build(sys.executable, folder / "now")}
    if before := version_before(report):
        commands["0.2.0"] = [before / ".venv/bin/evibrief", "build", before / "data/ketamine-mecfs", "--output",
                             folder / "before"]  # fmt: skip
    commands["WeasyPrint alone"] = [sys.executable, __file__, "weasyprint-alone", page, folder / "alone.pdf"]
    if _has_typst(report):
        commands["pandoc and Typst"] = [sys.executable, __file__, "typst", page, folder / "typst"]
    found = in_turns(commands, folder, runs)
    report.table(("", "seconds", "seconds of processors", "MB"), [
        (name, f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.memory:.0f}") for name, one in found.items()
    ])  # fmt: skip
    for name, most in LIMITS.items():
        if name in found:
            report.ratio(f"evibrief over {name}", found["evibrief"].wall / found[name].wall, most)
    report.ratio("megabytes of a build", found["evibrief"].memory, MEMORY)


_METHOD = (
    "WeasyPrint alone sets, with its defaults, the page that the PDF is made from; pandoc and Typst make a PDF/A-3a "
    "and PDF/UA-1 of that page. 0.2.0 is this program as it was when the first brief had that version (commit "
    "324cdef): it builds the brief of that day in an environment of its own. Memory is counted over all processes, "
    "pages that they share once."
)


def in_turns(commands: Mapping[str, Sequence[str | Path]], folder: Path, runs: int) -> dict[str, Measured]:
    """The medians of each command; what a build wrote before is removed first."""
    found: dict[str, list[Measured]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            for output in (folder / "now", folder / "before"):
                subprocess.run(["rm", "-rf", output], check=True)
            found[name].append(measured(command))
    return {name: _median(each) for name, each in found.items()}


def _median(runs: Sequence[Measured]) -> Measured:
    return Measured(*(statistics.median(getattr(one, side) for one in runs) for side in ("wall", "cpu", "memory")))


def _build(python: str | Path, output: Path) -> list[str | Path]:
    return [python, "-m", "evibrief", "build", FIRST, "--output", output, "--quiet", "--no-cache"]


def version_before(report: Report) -> Path | None:
    """A checkout of 0.2.0 with an environment of its own; nothing where this clone does not have that commit."""
    place = ROOT / ".venv" / "bench" / "0.2.0"
    try:
        if not place.exists():
            subprocess.run(["git", "worktree", "add", "--force", "--detach", place, BEFORE], cwd=ROOT, check=True,
                           capture_output=True)  # fmt: skip
        subprocess.run(["make", ".venv/ready"], cwd=place, check=True, capture_output=True)
    except subprocess.CalledProcessError:
        report.note("0.2.0 was not measured: its commit is not in this clone, or its environment could not be made")
        return None
    return place


def _has_typst(report: Report) -> bool:
    try:
        import typst  # noqa: F401
    except ImportError:
        report.note("Typst was not measured: it is not installed")
        return False
    return True


def keep_printed_page(brief: str, html: str) -> None:
    """The page as the PDF engine gets it, which has letters in its figures where the web page has shapes."""
    from unittest.mock import patch

    from evibrief import build
    from evibrief.formats.pdf import write

    with patch.object(write, "write_pdf", return_value=write.WrittenPdf()) as engine:
        build.build(Path(brief), Path(html).parent / "kept", ["pdf"])
    page, *_ = engine.call_args.args
    Path(html).write_text(page, encoding="utf-8")


def weasyprint_alone(html: str, pdf: str) -> None:
    """WeasyPrint as it comes, with its defaults: our fonts, and nothing else of ours."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    from evibrief import resources
    from evibrief.formats.pdf import write

    files = {font.name: font for font in resources.fonts()}
    given: dict[str, object] = {"url_fetcher": write._font_fetcher(files), "base_url": write.FONT_ADDRESS}
    fonts = FontConfiguration()
    faces = weasyprint.CSS(string=write.font_faces(files.values()), font_config=fonts, **given)
    page = weasyprint.HTML(string=Path(html).read_text(encoding="utf-8"), **given)
    page.write_pdf(pdf, stylesheets=[faces], font_config=fonts)


def typst_way(html: str, output: str) -> None:
    """The page through pandoc and Typst, as PDF/A-3a and PDF/UA-1.

    Typst refuses links to places that pandoc dropped, and pictures without an alternative text.
    """
    import pypandoc
    import typst

    folder = Path(output)
    folder.mkdir(exist_ok=True)
    source = folder / "page.typ"
    subprocess.run([pypandoc.get_pandoc_path(), html, "--from", "html", "--to", "typst", "--standalone",
                    "--extract-media", "media", "--output", source.name], cwd=folder, check=True)  # fmt: skip
    source.write_text(_without_faults(source.read_text()))
    typst.compile(str(source), output=str(folder / "page.pdf"), format="pdf", pdf_standards=["a-3a", "ua-1"])


def _without_faults(text: str) -> str:
    places = set(re.findall(r"<([^<>\s]+)>", re.sub(r"#link\(<[^>]+>\)", "", text)))
    linked = re.sub(r"#link\(<([^>]+)>\)\[", lambda link: link[0] if link[1] in places else "#[", text)
    return re.sub(r'(?<![\w-])image\(("[^"]*")(?![^()]*alt:)', r'image(\1, alt: "A figure"', linked)


APART = {"keep-printed-page": keep_printed_page, "weasyprint-alone": weasyprint_alone, "typst": typst_way}
"""What runs in a process of its own: functions and not text, so that `make lint` sees when they are out of date."""

if __name__ == "__main__":
    APART[sys.argv[1]](*sys.argv[2:])
