"""`make bench`: how long things take, as ratios measured in one run, printed and written to `docs/performance.md`.

Machines differ and are noisy, ratios less: the sides of each are measured in turns. The parts are those of the page: a
whole build beside its peers, a build with nothing to do, growth with the claims, a preview, archives, many briefs.
"""

import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from bench_many import compare_archives, compare_many_briefs
from bench_peers import FIRST, compare_peers
from bench_preview import compare_preview
from bench_report import Report
from measured import Measured, measured

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"
RUNS = 5
CLAIMS = 36
"""In the smallest generated evidence base: a quarter of the first brief."""
ALL = "pdf,docx,html"
SIZES = {1: 3, 4: 3, 16: 3, 64: 1}
"""How many times the claims, and how often each is built: the largest takes minutes."""


def compare_with_nothing_to_do(folder: Path, report: Report) -> None:
    """A build of what was built already, over a whole build."""
    report.part("Nothing to do", f"The first brief is built, and built again without a change; medians of {RUNS} runs.")
    build: list[str | Path] = [sys.executable, "-m", "evibrief", "build", FIRST, "--no-cache",
                               "--output", folder / "twice"]  # fmt: skip
    whole = measured(build).wall
    idle = statistics.median(measured(build).wall for _ in range(RUNS))
    report.table(("", "seconds"), [("a whole build", f"{whole:.2f}"), ("nothing to do", f"{idle:.2f}")])
    report.ratio("nothing to do over a whole build", idle / whole, 0.10)


def compare_sizes(
    folder: Path, report: Report, sizes: dict[int, int] = SIZES, claims: int = CLAIMS, formats: str = ALL
) -> None:
    """Generated briefs of more and more claims; the time for each must not grow."""
    report.part("Growth", "Whole builds of generated briefs: PDF, Word document and page, with nothing kept.")
    briefs = {size: generate(folder / f"times-{size}", claims * size) for size in sizes}
    found: dict[int, list[Measured]] = {size: [] for size in sizes}
    for turn in range(max(sizes.values())):
        for size in (size for size, runs in sizes.items() if turn < runs):
            shutil.rmtree(folder / "grown", ignore_errors=True)
            found[size].append(measured([sys.executable, "-m", "evibrief", "build", briefs[size], "--output",
                                         folder / "grown", "--quiet", "--no-cache", "--format", formats]))  # fmt: skip
    each = {size: statistics.median(one.wall for one in runs) / (claims * size) for size, runs in found.items()}
    memory = {size: max(one.memory for one in runs) for size, runs in found.items()}
    report.table(("claims", "seconds", "milliseconds for each", "MB"), [
        (str(claims * size), f"{one * claims * size:.1f}", f"{one * 1000:.0f}", f"{memory[size]:.0f}")
        for size, one in each.items()
    ])  # fmt: skip
    _, few, *_, many = sizes
    report.ratio(f"seconds per claim, {claims * many} over {claims * few} claims", each[many] / each[few], 1.15)
    report.ratio(f"megabytes with {claims * many} claims", memory[many], 1500)


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


def main() -> None:
    """Every part; the page of the docs is written at the end."""
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: Sequence[Callable[[], object]] = (
            lambda: compare_peers(folder, report, RUNS),
            lambda: compare_with_nothing_to_do(folder, report),
            lambda: compare_sizes(folder, report),
            lambda: compare_preview(folder, report, 2 * RUNS),
            lambda: compare_archives(folder, report),
            lambda: compare_many_briefs(folder, report),
        )
        for part in parts:
            part()
    PAGE.write_text(report.page(date.today()))
    print(f"\n{PAGE.relative_to(ROOT)} was written")


if __name__ == "__main__":
    main()
