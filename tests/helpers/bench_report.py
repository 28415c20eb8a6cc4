"""What `make bench` found: printed as it is found, and written as a page of the docs, so that no figure is typed."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evibrief import __version__

_TOP = """# Performance

`make bench` wrote this page, from one run on one machine. Machines differ and are noisy, so what counts are the ratios:
the sides of each were measured in turns, in that run. Seconds are medians.
"""


@dataclass
class Report:
    """The parts of a run, each with its method, its lines and its ratios."""

    parts: list[list[str]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def part(self, title: str, method: str) -> None:
        """Begin a part."""
        print(f"\n{title}", flush=True)
        self.parts.append([f"## {title}", "", method, ""])

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show figures."""
        for row in rows:
            print("  " + ", ".join(f"{name} {cell}" for name, cell in zip(head, row, strict=True)), flush=True)
        lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
        after_note = self.parts[-1][-1] != ""  # a table right below a list would be text of it
        self.parts[-1] += ["", *lines, ""] if after_note else [*lines, ""]

    def ratio(self, what: str, found: float, most: float | None = None, least: float | None = None) -> None:
        """Show a ratio beside its limit."""
        if most is None and least is None:
            return self.note(f"{what}: {found:.2f}")
        limit = f"at most {most:.2f}" if least is None else f"at least {least:.2f}"
        met = found <= most if most is not None else least is None or found >= least
        told = f"{what}: **{found:.2f}** ({limit}: {'met' if met else 'NOT MET'})"
        print("  " + told.replace("**", ""), flush=True)
        self.parts[-1] += [f"- {told}"]
        if not met:
            self.missed.append(what)

    def note(self, text: str) -> None:
        """Show what could not be measured, or a figure without a limit."""
        print(f"  {text}", flush=True)
        self.parts[-1] += [f"- {text}"]

    def page(self, today: date) -> str:
        """The page of the docs."""
        told = [_TOP, f"evibrief {__version__}, {today.day} {today:%B %Y}; {machine()}.", ""]
        missed = ", ".join(self.missed)
        told += [f"{_LIMITS} Not met: {missed}." if missed else f"{_LIMITS} All were met.", ""]
        for part in self.parts:
            told += [*part, ""]
        return "\n".join(told).rstrip("\n") + "\n"


_LIMITS = "The project has set itself a limit for most ratios; it is named beside each."


def machine() -> str:
    """The machine, as far as it says what it is."""
    system = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors{_model()}"
    return f"{system}, Python {platform.python_version()}"


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f" ({names[0]})" if names else ""
