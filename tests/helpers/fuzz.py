"""Thousands of damaged and hostile inputs into the commands that open them; `make fuzz` prints what came of them.

    python tests/helpers/fuzz.py [--evidence 10000] [--documents 2000] [--no-forgeries] [--seed 1] [--workers 2]

Each input runs in a process of its own, as the command itself would run it, with its limits. Counted are tracebacks
(also those that a command catches and calls a fault of ours), runs over 20 seconds, the most memory that the processes
of one run took together, files outside of the folder of the run, and commands that an input planted. Any of these ends
it with exit code 1.
"""

import argparse
import base64
import contextlib
import hashlib
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

from evibrief.build import build
from evibrief.cli import main as cli
from evibrief.evidence.places import MANIFEST
from evibrief.formats.carried import carried_files
from evibrief.sandbox import USUAL, memory_of
from forging import PDF_FORGERIES, WORD_FORGERIES, lying
from wordfile import carried_part, zipped

GOOD = Path(__file__).parents[1] / "briefs" / "blue-glass"
FILES = sorted(path.relative_to(GOOD) for path in GOOD.rglob("*") if path.suffix in (".yaml", ".json"))
LINES = {path: len((GOOD / path).read_text().split("\n")) for path in FILES}
NASTY = (
    "", "~", "NO", "1.10", "12:30", "0o17", "<<: *x", "&a", "*a", "!!python/object:os.system", "---", "...", "\t- x",
    "- - - x", "{", "}", "[", "]", "{a: [", "'", '"', "|", ">", "%TAG", "@muster2019", "[@nobody]", "{muster2019.n}",
    "{muster2019.}", "{s1.computed}", "# x", "```", "> quoted", "<b>x</b>", "![](x.png)", "$x$", "\\", "|\n  | a", "é",
    "\u202e", "\ufeff", "\u0000", "\ue000", "\ue0021\ue003", "😀", "x" * 2000, "1e999", "-1", "999999999999",
    "2026-02-30", "unknown", "gap", "claims: []", "id: s1", "kind: missing", "overrides: x", "overrides: [{rule: x}]",
)  # fmt: skip

LONGEST = 20
"""Seconds; a run that takes longer counts as one without end."""

COMMANDS = ("verify", "extract", "comments", "diff")
TEMPLATE = "{{ cycler.__init__.__globals__.os.popen('touch CANARY').read() }}"
"""What a template would have to run to show that it can."""


def mutate(folder: Path, mutation: tuple[Path, str, int, str]) -> None:
    relative, kind, at, words = mutation
    path = folder / relative
    if not path.exists():
        return
    if kind == "remove file":
        path.unlink()
        return
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(changed(lines, kind, min(at, len(lines) - 1), words)), encoding="utf-8", newline="")


def changed(lines: list[str], kind: str, at: int, words: str) -> Iterator[str]:
    words = words.encode("utf-8", "replace").decode("utf-8")
    for number, line in enumerate(lines):
        if number != at:
            yield line
        elif kind == "replace value":
            yield f"{line.partition(':')[0]}: {words}"
        elif kind == "insert":
            yield from (line, words)
        elif kind == "cut":
            yield line[: len(line) // 2]
        elif kind == "indent":
            yield f"  {line}"
        elif kind == "swap":
            yield line[::-1]
        elif kind == "append":
            yield f"{line} {words}"
        elif kind == "double":
            yield from (line, line)


@dataclass
class Told:
    """What came of the runs of one kind."""

    runs: int = 0
    exits: Counter[int] = field(default_factory=Counter)
    tracebacks: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    most_memory: int = 0

    def faults(self) -> list[str]:
        """All that must not be."""
        return [*self.tracebacks, *self.hangs, *self.outside, *self.commands, *self.confirmed]

    def add(self, other: "Told") -> None:
        """Put the counts of another worker to these."""
        self.runs += other.runs
        self.exits += other.exits
        self.most_memory = max(self.most_memory, other.most_memory)
        for name in ("tracebacks", "hangs", "outside", "commands", "confirmed"):
            getattr(self, name).extend(getattr(other, name))


def run_once(words: list[str], folder: Path, told: Told, label: str) -> None:
    """One command line, in a process of its own with the limits of the command, watched from outside."""
    said = folder / "said"
    process = os.fork()
    if process == 0:
        _inside(words, folder, said)
    told.runs += 1
    end, finished, status = time.monotonic() + LONGEST, 0, 0
    while not finished:
        finished, status = os.waitpid(process, os.WNOHANG)
        told.most_memory = max(told.most_memory, memory_of(process))
        if not finished and time.monotonic() > end:
            told.hangs.append(label)
            os.killpg(process, signal.SIGKILL)
            finished, status = os.waitpid(process, 0)
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    told.exits[os.waitstatus_to_exitcode(status)] += 1
    text = said.read_text(errors="replace")
    if "Traceback" in text or "error[bug]" in text:
        told.tracebacks.append(f"{label}: {text.strip()[-300:]}")


def _inside(words: list[str], folder: Path, said: Path) -> None:
    """What the process of a run does; it never returns."""
    code = 99
    try:
        os.setsid()
        os.chdir(folder / "here")
        handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        os.environ["TMPDIR"] = str(folder / "temporary")
        tempfile.tempdir = None
        memory = USUAL.megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        sys.stdout, sys.stderr = io.TextIOWrapper(io.FileIO(1, "w")), io.TextIOWrapper(io.FileIO(2, "w"))
        code = cli.main(words, apart=True)
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 2
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)


@contextlib.contextmanager
def watched(told: Told, label: str, allowed: tuple[str, ...] = ()) -> Iterator[Path]:
    """A folder for a run, looked through afterwards: only what is allowed may have come into it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        (folder / "here").mkdir()
        (folder / "temporary").mkdir()
        yield folder
        for path in folder.rglob("*"):
            inside = path.relative_to(folder).as_posix()
            if path.name == "CANARY":
                told.commands.append(label)
            elif not inside.startswith(("here", "temporary", "said", *allowed)) or inside.startswith("here/"):
                told.outside.append(f"{label}: {inside}")


# Evidence.


KINDS = ("drop", "double", "replace value", "insert", "cut", "indent", "swap", "append", "remove file")


def fuzz_evidence(number: int, chance: random.Random) -> Told:
    told = Told()
    for index in range(number):
        label = f"evidence {index}"
        with watched(told, label, ("blue-glass",)) as folder:
            shutil.copytree(GOOD, folder / "blue-glass")
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                path = chance.choice(FILES)
                at = chance.randrange(LINES[path])
                mutate(folder / "blue-glass", (path, chance.choice(KINDS), at, nasty(chance)))
            run_once(["check", str(folder / "blue-glass")], folder, told, label)
        say_how_far("evidence", index + 1, number, [told])
    return told


def nasty(chance: random.Random) -> str:
    """Words that have made trouble, or letters by chance."""
    if chance.random() < 0.7:
        return chance.choice((*NASTY, TEMPLATE, "`touch CANARY`", "$(touch CANARY)"))
    return "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x3000)))) for _ in range(20))


# Documents.


def fuzz_documents(number: int, chance: random.Random) -> dict[str, Told]:
    told = {command: Told() for command in COMMANDS}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        made = [one.path.read_bytes() for one in build(GOOD, Path(name), ["pdf", "docx"], layer="page")]
    for index in range(number):
        document = chance.choice(made)
        way = chance.choice(WAYS)
        data = way(document, chance)
        for command in COMMANDS:
            label = f"{command} {index} {way.__name__}"
            with watched(told[command], label, ("sent", "out")) as folder:
                path = folder / f"sent.{'pdf' if document.startswith(b'%PDF') else 'docx'}"
                path.write_bytes(data)
                run_once(words_of(command, path, folder), folder, told[command], label)
        say_how_far("documents", index + 1, number, told.values())
    return told


def say_how_far(what: str, done: int, of: int, counts: Iterable[Told]) -> None:
    """A line for somebody who waits: a whole run takes about an hour."""
    if done % 250 == 0 or done == of:
        faults = sum(len(told.faults()) for told in counts)
        print(f"{time.strftime('%H:%M')} {what}: {done} of {of}, {faults} faults", file=sys.stderr, flush=True)


def words_of(command: str, path: Path, folder: Path) -> list[str]:
    more = {"extract": ["--output", str(folder / "out")], "diff": [str(GOOD)], "comments": ["--brief", str(GOOD)]}
    return [command, str(path), *more.get(command, [])]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 30, 300))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def spliced(data: bytes, chance: random.Random) -> bytes:
    one, other, size = chance.randrange(len(data)), chance.randrange(len(data)), chance.choice((10, 1000, 50_000))
    return data[:one] + data[other : other + size] + data[one:]


def noise(data: bytes, chance: random.Random) -> bytes:
    return data[:8] + chance.randbytes(chance.choice((0, 10, 10_000)))


def parts_changed(data: bytes, chance: random.Random) -> bytes:
    """A part of the package with flipped bytes, gone, empty, or words of its XML exchanged."""
    if data.startswith(b"%PDF"):
        return objects_changed(data, chance)
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == chosen:
                part = chance.choice((flipped, cut_off, words_changed, emptied))(part or b"<a/>", chance)
            new.writestr(name, part)
    return written.getvalue()


def emptied(data: bytes, chance: random.Random) -> bytes:
    return b""


def words_changed(data: bytes, chance: random.Random) -> bytes:
    """Values of attributes and texts replaced by what has made trouble."""
    found = list(re.finditer(rb'"[^"]{0,80}"|>[^<]{1,80}<', data))
    for match in chance.sample(found, min(len(found), 3)):
        word = nasty(chance).encode("utf-8", "replace").replace(b'"', b"").replace(b"<", b"&lt;")
        data = data.replace(match[0], match[0][:1] + word + match[0][-1:], chance.choice((1, 1, 50)))
    return data


def objects_changed(data: bytes, chance: random.Random) -> bytes:
    """Objects of a PDF replaced by others, dropped, or set to values of other kinds."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        objects = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream)]
        for _ in range(chance.choice((1, 2, 10))):
            owner = chance.choice(objects)
            keys = list(owner.keys())
            if keys:
                other = chance.choice(objects)
                value = chance.choice((-1, 2**31, "x\x1b[2J", pikepdf.Array(), pikepdf.Dictionary(), other))
                with contextlib.suppress(Exception):
                    owner[chance.choice(keys)] = value
        with contextlib.suppress(Exception):
            pdf.save(written)
    return written.getvalue() or data


def carries_other(data: bytes, chance: random.Random) -> bytes:
    """Other evidence inside, planted files, other names; half of the time with a manifest that agrees with it."""
    files: dict[str, bytes] = dict(carried_files(data, "x"))
    record = json.loads(files.pop(MANIFEST))
    for _ in range(chance.choice((1, 2))):
        name = chance.choice(sorted(files))
        chance.choice((_other_text, _planted, _renamed))(files, name, chance)
    if chance.random() < 0.5:
        record["files"] = {path: hashlib.sha256(one).hexdigest() for path, one in files.items()}
        record.pop("content_sha256", None)
    if chance.random() < 0.2:
        record[chance.choice(sorted(record))] = chance.choice((nasty(chance), 7, [], {}, None, "x" * 10**6))
    files[MANIFEST] = json.dumps(record).encode()
    return carrying(data, files)


def _other_text(files: dict[str, bytes], name: str, chance: random.Random) -> None:
    lines = files[name].decode().split("\n")
    at = chance.randrange(len(lines))
    lines[at] = chance.choice((f"{lines[at].partition(':')[0]}: {nasty(chance)}", nasty(chance), ""))
    files[name] = "\n".join(lines).encode("utf-8", "replace")


def _planted(files: dict[str, bytes], name: str, chance: random.Random) -> None:
    planted = {
        ".git/config": b'[core]\n\tfsmonitor = "touch CANARY"\n', ".git/HEAD": b"ref: refs/heads/main\n",
        "theme/page.html.jinja": TEMPLATE.encode(),
        "theme/custom.css": b"@import url(file:///etc/passwd); p { behavior: url(x) }",
        "Makefile": b"all:\n\ttouch CANARY\n", "theme/reference.docx": b"PK\x03\x04", "own.csl": b"<style/>",
        "../CANARY": b"x", "/tmp/CANARY": b"x", "theme/logo.png": b"\x89PNG\r\n\x1a\n", "reviews/a.yaml": b"version: 1",
        nasty(chance)[:200] or "x": b"x",
    }  # fmt: skip
    path = chance.choice(sorted(planted))
    files[path] = planted[path]


def _renamed(files: dict[str, bytes], name: str, chance: random.Random) -> None:
    files[chance.choice((f"../{name}", name.upper(), f".{name}", nasty(chance)[:300] or "y"))] = files.pop(name)


def carrying(data: bytes, files: Mapping[str, bytes]) -> bytes:
    if data.startswith(b"PK"):
        escaped = [(name.translate({ord(one): "_" for one in '<>&"\0\x1b'}), one) for name, one in files.items()]
        return zipped(data, {"customXml/item1.xml": carried_part(escaped)})
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        listed = pikepdf.Array()
        for name, one in files.items():
            fields = {"/Type": pikepdf.Name.Filespec, "/Desc": name.encode("utf-16", "replace"), "/F": "x"}
            with contextlib.suppress(ValueError):
                fields["/Desc"] = pikepdf.String(name)
            spec = pikepdf.Dictionary({**fields, "/EF": pikepdf.Dictionary(F=pikepdf.Stream(pdf, one))})
            listed.append(pdf.make_indirect(spec))
        pdf.Root.AF = listed
        pdf.save(written)
    return written.getvalue()


def base64_changed(data: bytes, chance: random.Random) -> bytes:
    if data.startswith(b"%PDF"):
        return flipped(data, chance)
    junk = base64.b64encode(chance.randbytes(30)) + chance.choice((b"", b"=", b"*", b"\n"))
    part = b'<evidence xmlns="urn:evibrief:evidence"><file path="brief.yaml">' + junk + b"</file></evidence>"
    return zipped(data, {"customXml/item1.xml": part})


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, cut_off, spliced, noise, parts_changed, parts_changed, parts_changed,
    carries_other, carries_other, base64_changed,
)  # fmt: skip


# Forgeries.


def all_forgeries(share: int, of: int) -> Told:
    """Every forgery, with and without a lie about its tools: none may be confirmed, exactly or by other tools."""
    told = Told()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        made = {one.path.suffix[1:]: one.path.read_bytes()
                for one in build(GOOD, Path(name), ["pdf", "docx"], layer="summary")}  # fmt: skip
    kit = [(kind, name, forgery) for kind, forgeries in (("pdf", PDF_FORGERIES), ("docx", WORD_FORGERIES))
           for name, forgery in forgeries.items()]  # fmt: skip
    for kind, name, forgery in kit[share::of]:
        for start in (made[kind], lying(made[kind])):
            with watched(told, name, ("sent",)) as folder:
                (folder / f"sent.{kind}").write_bytes(forgery.forge(start))
                before = told.exits[0] + told.exits[3]
                run_once(["verify", str(folder / f"sent.{kind}")], folder, told, name)
                told.confirmed += [name] * (told.exits[0] + told.exits[3] - before)
    return told


# All.


def warm_up() -> None:
    """Do what every run would do first, once: importing what the commands need takes longer than most runs."""
    with watched(Told(), "warm up", ("sent", "out")) as folder, contextlib.redirect_stdout(io.StringIO()):
        made = [one.path for one in build(GOOD, folder / "out", ["pdf", "docx"], layer="page")]
        for words in (["check", str(GOOD)], *(words_of(command, path, folder / path.suffix[1:])
                                              for path in made for command in COMMANDS)):  # fmt: skip
            with contextlib.redirect_stderr(io.StringIO()):
                cli.main(words, apart=True)


def work(evidence: int, documents: int, seed: int, share: int, of: int, forge: bool) -> dict[str, Told]:
    warm_up()
    chance = random.Random(seed)
    forged = {"forgeries, verify": all_forgeries(share, of)} if forge else {}
    return forged | {"evidence, check": fuzz_evidence(evidence, chance)} | {
        f"documents, {command}": told for command, told in fuzz_documents(documents, chance).items()
    }


def main() -> int:
    """Run it, in several processes, and print the counts."""
    parser = argparse.ArgumentParser(description="Damaged and hostile inputs into the commands that open them.")
    parser.add_argument("--evidence", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--no-forgeries", action="store_true", help="leave the forging kit out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    counts: dict[str, Told] = {}
    for told in in_parallel(options):
        for name, one in told.items():
            counts.setdefault(name, Told()).add(one)
    for name, one in counts.items():
        print(as_line(name, one))
    faults = [fault for one in counts.values() for fault in one.faults()]
    print("\n".join(faults[:40]))
    return 1 if faults or any(one.most_memory > USUAL.megabytes * 2**20 for one in counts.values()) else 0


def in_parallel(options: argparse.Namespace) -> Iterator[dict[str, Told]]:
    """Shares of the work, each in a process that answers with a pickle in a file of ours."""
    import pickle

    many = options.workers
    evidence, documents, forge = options.evidence // many, options.documents // many, not options.no_forgeries
    share = [(evidence, documents, options.seed + number, number, many, forge) for number in range(many)]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        processes = []
        for number, one in enumerate(share):
            process = os.fork()
            if process == 0:
                with contextlib.redirect_stdout(None):
                    Path(place, str(number)).write_bytes(pickle.dumps(work(*one)))
                os._exit(0)
            processes.append(process)
        for number, process in enumerate(processes):
            assert os.waitpid(process, 0)[1] == 0
            yield pickle.loads(Path(place, str(number)).read_bytes())


def as_line(name: str, told: Told) -> str:
    exits = ", ".join(f"{count} × {code}" for code, count in sorted(told.exits.items()))
    return (
        f"{name}: {told.runs} runs (exit codes {exits}); {len(told.tracebacks)} tracebacks, {len(told.hangs)} over "
        f"{LONGEST} s, most memory {told.most_memory // 2**20} MB, {len(told.outside)} files outside, "
        f"{len(told.commands)} commands run, {len(told.confirmed)} forgeries confirmed"
    )


if __name__ == "__main__":
    sys.exit(main())
