"""The parts of `make bench` about many: many briefs built at once, and archives of many versions.

Archives of briefs with 40 versions each, 240 to 2,000 versions in all, each compared with the 20 before it. The
verification of one version reads the whole index, so it may grow as the archive does.
"""

import contextlib
import io
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench_report import Report

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
EACH = 40
"""Versions of each brief."""
BRIEFS = (6, 12, 50)
AT_ONCE = 20
"""Briefs that are built."""


def ask_archive(folder: str) -> None:
    """Print how long an archive takes, in seconds of CPU, and how many megabytes its index takes."""
    from evibrief.archive.finish import write_index
    from evibrief.archive.integrity import check_version

    archive = Path(folder)
    asked = {"first": _cpu(lambda: write_index(archive)), "again": _cpu(lambda: write_index(archive))}
    asked["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    newest = sorted(next(archive.glob("brief-*")).glob("????-??-??_v*"))[-1]
    asked["whole"] = _cpu(lambda: _fine("verify", str(archive)))
    asked["one"] = _cpu(lambda: check_version(newest) and sys.exit("it has faults"))
    asked["diff"] = _cpu(lambda: _fine("diff", str(newest / "evidence"), "--archive", str(archive)))
    print(json.dumps(asked))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _fine(*words: str) -> None:
    """Run a command in this process; it must find nothing wrong."""
    from evibrief.cli.main import main

    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        assert main(words, apart=True) == 0, out.getvalue()


def compare_archives(
    folder: Path, report: Report, briefs: tuple[int, ...] = BRIEFS, each: int = EACH, real: Path | None = None
) -> None:
    """The second brief archived once for real, then again and again under other names, as if each had been kept.

    `real` is the folder of a version of it that is archived already.
    """
    from archives import archive_of

    report.part("Archives", f"Archives of briefs with {each} versions each, compared with the versions before them. "
                            "Seconds of a processor.")  # fmt: skip
    kept = real or _archived_once(folder / "once")
    found = {}
    for count in briefs:
        archive = archive_of(folder / f"archive-{count}", kept, count, each)
        run = subprocess.run([sys.executable, __file__, str(archive)], check=True, capture_output=True, text=True)
        found[count * each] = json.loads(run.stdout)
        shutil.rmtree(archive)
    report.table(("versions", "index from nothing", "index again", "verify all", "verify one", "diff", "MB"), [
        (str(count), *(f"{one[name]:.2f}" for name in ("first", "again", "whole", "one", "diff")),
         f"{one['memory']:.0f}")
        for count, one in found.items()
    ])  # fmt: skip
    few, many = min(found), max(found)
    for name, what in (("first", "index from nothing"), ("again", "index again"), ("whole", "verify the archive")):
        ratio = found[many][name] / many / (found[few][name] / few)
        report.ratio(f"{what} per version, {many} over {few} versions", ratio, 1.25)
    for name, most in (("one", many / few), ("diff", 1.5), ("memory", 2.0)):
        ratio = found[many][name] / found[few][name]
        report.ratio(f"{_WORDS[name]}, {many} over {few} versions", ratio, most)


def _archived_once(archive: Path) -> Path:
    subprocess.run([sys.executable, "-m", "evibrief", "archive", str(SECOND), "--archive", str(archive)], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return next((archive / "blue-glass").glob("*_v*"))


_WORDS = {"one": "verify one version", "diff": "diff of two versions", "memory": "memory of an index"}


def compare_many_briefs(folder: Path, report: Report, count: int = AT_ONCE, formats: str = "pdf,docx,html") -> None:
    """Briefs one after another, over twice the time of `build --jobs 2`: the efficiency on two processors."""
    report.part("Many briefs", f"{count} small briefs, their three documents; one command for each, and one for all, "
                               "which loads the engines once: so its efficiency can be above 1.")  # fmt: skip
    briefs = [_brief(folder / "many" / f"brief-{number:02}") for number in range(count)]
    wanted = ("--no-cache", "--format", formats)
    one_by_one = sum(_seconds(brief, *wanted, "--output", folder / "one-by-one") for brief in briefs)
    at_once = _seconds(*briefs, *wanted, "--jobs", "2", "--output", folder / "at-once")
    report.table(("", "seconds"), [("one after another", f"{one_by_one:.1f}"), ("--jobs 2", f"{at_once:.1f}")])
    report.ratio("efficiency on two processors", one_by_one / (2 * at_once), least=0.85)


def _brief(folder: Path) -> Path:
    """The second brief under another id."""
    shutil.copytree(SECOND, folder)
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("\nid: blue-glass\n", f"\nid: {folder.name}\n"))
    return folder


def _seconds(*words: str | Path) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "evibrief", "build", *map(str, words), "--quiet"], check=True,
                   stderr=subprocess.DEVNULL)  # fmt: skip
    return time.monotonic() - began


if __name__ == "__main__":
    ask_archive(sys.argv[1])
