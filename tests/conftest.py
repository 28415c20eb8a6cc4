"""What several test modules share: the programs that outputs are opened with, and what is made once in a run."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drawings import kept_drawings
from rebuilds import kept_rebuilds
from shared import Shared
from steps import kept_steps

# Begun first, by the time they take: a long file that begins last keeps one core waiting for the other.
LONGEST = (
    "test_apart", "test_outputs", "test_circulation", "test_typed", "test_laws", "test_theme_faults", "test_archive",
    "test_hostile_archive", "test_first_archive", "test_cases", "test_verify", "test_machines", "test_diff",
    "test_differences", "test_forging", "test_fuzz", "test_policy", "test_comments", "test_anchors", "test_patches",
    "test_docx", "test_references", "test_words", "test_cli", "test_theme", "test_drafts", "test_reviewed",
    "test_texts", "test_retractions", "test_tally", "test_docs",
)  # fmt: skip

# What `make test-fast` leaves out: whole files, what opens an office program or a browser, and what kills or fuzzes.
SLOW_FILES = {
    "test_anchors", "test_apart", "test_bench", "test_cases", "test_circulation", "test_comments", "test_drafts",
    "test_first_archive", "test_forging", "test_fuzz", "test_hostile_archive", "test_layers", "test_machines",
    "test_outputs", "test_packaging", "test_pdf_structure", "test_placeholders", "test_policy", "test_preview",
    "test_references", "test_repository", "test_strict", "test_texts", "test_theme_faults", "test_typed",
    "test_verify", "test_web",
}  # fmt: skip
SLOW_FIXTURES = {"program"}
SLOW_NAMES = re.compile(
    "kill|two_writers|full_disk|fifty_thousand|long_tables|whatever|reviewer_types|more_edits|lone_document|not_vouched|"
    "no_object_is_left|each_others_place|changed_anywhere|smaller_than|page_tells|signed_reason|still_stands|in_silence|"
    "second_language_has_no_word|forged_pdf|nobody_touched|hostile_file|another_time|composed|reviewers_are_made|"
    "format_says|all_three|themed_pdf|figures_of_the_brief|ordered_as_numbers|index_and_feed|same_bytes|"
    "successor_supersedes|git_applies|changes_all|its_own_look|writes_nothing|up_to_date_is_not|packed_again|"
    "other_versions_of_tools|objects_without_end|built_again_does_not_differ|say_the_same.2026-11-24|one_after_the_other|"
    "no_date_and_no_program|put_in_however.*(?:IMG|a > b)|complain_about_the_same|word_styles_of_a_brief|"
    "is_told_by_the_command|a_terminal_sees|missing_is_found_whichever|fragility_is_what|edit_is_ever_dropped|"
    "however_it_is_typed|rule_is_needed.tier|why_there_are_no_patches|documents_and_revisions|is_taken_apart_and_compared|"
    "second_language_is_built|wrong_one_is_named.True|and_itself.first|theme_of_the_page|theme_keeps_its_place|"
    "few_times_what_reading|hash_is_that_of_the_files.2026-11-24|cut_and_turned|wait_for_the_engine|many_runs_at_one_place|"
    "word_document_lists_as_many.ldn|page_one_of_the_pdf.*ldn"
)


def pytest_configure(config: pytest.Config) -> None:
    """The laws are tried on fewer bodies of evidence where the slow tests are left out."""
    if config.getoption("markexpr") == "not slow":
        os.environ.setdefault("LAW_EXAMPLES", "50")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.path.stem in SLOW_FILES or fixtures & SLOW_FIXTURES or SLOW_NAMES.search(item.name):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """The path of the first of these programs that is here; without any, a loud skip, and where CI=true a failure."""

    def find(*names: str) -> str:
        for name in names:
            if path := shutil.which(name):
                return path
        missing = f"{' or '.join(names)} is not installed; `make test` installs it or says how"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)

    return find


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is the same for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def shared(run_folder: Path) -> Iterator[Shared]:
    """Documents and an archive that are made once in a run and are not to be changed."""
    (run_folder / "shared").mkdir(exist_ok=True)
    made = Shared(run_folder / "shared")
    yield made
    assert made.altered() == []


@pytest.fixture(scope="session", autouse=True)
def _kept(run_folder: Path) -> Iterator[None]:
    with kept_drawings(), kept_steps(), kept_rebuilds(run_folder / "apart"):
        yield
