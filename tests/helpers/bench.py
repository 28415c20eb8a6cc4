"""`make bench`: how long a build takes, as ratios measured in one run; machines differ and are noisy, ratios less.

(a) a whole build of all three documents, over WeasyPrint alone on the same final HTML: at most 1.25
(b) a build with nothing to do, over a whole build: at most 0.10
(c) seconds per claim at 16 times the claims, over those at 4 times, on a generated evidence base: at most 1.15
(d) and (e) archives of many versions, and many briefs built at once: see bench_many.py

Every figure of (a) to (c) is the median of `RUNS` runs, each in a process of its own, the sides of a ratio in turns.
"""

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench_many import compare_archives, compare_many_briefs

ROOT = Path(__file__).parents[2]
RUNS = 5
CLAIMS = 36
"""In the smallest generated evidence base: a quarter of the first brief."""


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
    """WeasyPrint as it comes: our fonts, and nothing else of ours."""
    from evibrief import resources
    from evibrief.formats.pdf.write import VARIANT, lay_out

    lay_out(Path(html).read_text(encoding="utf-8"), resources.fonts()).write_pdf(pdf, pdf_variant=VARIANT)


APART: dict[str, Callable[..., None]] = {
    "keep-printed-page": keep_printed_page, "weasyprint-alone": weasyprint_alone
}  # fmt: skip
"""What runs in a process of its own: functions and not text, so that `make lint` sees when they are out of date."""


def seconds(command: Sequence[str | Path]) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def whole_build(brief: Path, output: Path) -> float:
    shutil.rmtree(output, ignore_errors=True)
    return seconds(["-m", "evibrief", "build", brief, "--output", output])


def compare_with_weasyprint(brief: Path, folder: Path) -> None:
    output = folder / "out"
    html = folder / "page.html"
    seconds([__file__, "keep-printed-page", brief, html])
    wholes, alones, idles = [], [], []
    for _ in range(RUNS):
        wholes.append(whole_build(brief, output))
        idles.append(seconds(["-m", "evibrief", "build", brief, "--output", output]))
        alones.append(seconds([__file__, "weasyprint-alone", html, folder / "alone.pdf"]))
    whole, alone, idle = map(statistics.median, (wholes, alones, idles))
    print(f"whole build {whole:.2f} s, WeasyPrint alone {alone:.2f} s, nothing to do {idle:.2f} s")
    show("(a) whole build / WeasyPrint alone", whole / alone, 1.25)
    show("(b) nothing to do / whole build", idle / whole, 0.10)


def compare_sizes(folder: Path) -> None:
    times: dict[int, list[float]] = {1: [], 4: [], 16: []}
    briefs = {size: generate(folder / f"times-{size}", CLAIMS * size) for size in times}
    for _ in range(RUNS):
        for size, brief in briefs.items():
            times[size].append(whole_build(brief, folder / "out"))
    per_claim = {size: statistics.median(runs) / (CLAIMS * size) for size, runs in times.items()}
    for size, each in per_claim.items():
        print(f"{CLAIMS * size:5} claims: {each * CLAIMS * size:6.2f} s, {each * 1000:5.1f} ms for each")
    show("(c) seconds per claim, × 16 / × 4", per_claim[16] / per_claim[4], 1.15)


def generate(folder: Path, claims: int) -> Path:
    """The second brief with many claims, twelve to a topic, each topic with a mechanism of its own."""
    shutil.copytree(ROOT / "tests" / "briefs" / "blue-glass", folder)
    mechanisms: list[dict[str, object]] = []
    for topic in range(claims // 12):
        names = [f"n{topic}_{index}" for index in range(12)]
        group = {"id": f"topic{topic}", "title": f"Topic {topic}", "claims": [claim(name) for name in names]}
        (folder / "claims" / f"{topic + 10:04}.yaml").write_text(json.dumps(group))
        links = [
            {"id": f"l{topic}_{kind}", "kind": kind, "text": f"A link of the kind {kind}.", "claims": names[at::4]}
            for at, kind in enumerate(("drug", "exposure", "condition", "bridge"))
        ]
        mechanisms.append({"id": f"m{topic}", "title": f"Mechanism {topic}", "summary": "Generated.", "links": links})
    (folder / "mechanisms.yaml").write_text(json.dumps(mechanisms))
    (folder / "models.yaml").unlink()
    phases = folder / "phases.yaml"
    phases.write_text(
        phases.read_text() + "- {id: p_rest, title: The rest, text: All of it., claims: [c1, c2, c3, c4, c5, c6]}\n"
    )
    return folder


def claim(name: str) -> dict[str, object]:
    evidence = [
        {"source": source, "role": role, "basis": "candidate", "locator": "p. 1", "population": population,
         "finding": f"A finding of about the usual length for {name}: those who wore it sneezed less.",
         "exposure": "intervention"}
        for source, role, population in (("muster2019", "supports", "hay_fever"), ("rats2018", "contradicts", "rats"))
    ]  # fmt: skip
    return {
        "id": name, "text": f"The claim {name} is one sentence that can be right or wrong.", "about": "drug",
        "direction": "supports", "modality": "asserted", "population": "hay_fever", "status": "contested",
        "stated": {"line": 7, "attribution": "none", "study_type": "trial"}, "evidence": evidence,
    }  # fmt: skip


def show(what: str, ratio: float, most: float) -> None:
    print(f"{what}: {ratio:.2f} (at most {most:.2f}) {'met' if ratio <= most else 'NOT MET'}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compare_with_weasyprint(ROOT / "data" / "ketamine-mecfs", folder)
        compare_sizes(folder)
        compare_archives(folder, show)
        compare_many_briefs(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"peak memory of one build: {peak / 1024:.0f} MB")


if __name__ == "__main__":
    APART[sys.argv[1]](*sys.argv[2:]) if sys.argv[1:] else main()
