"""What several test modules share: the programs that outputs are opened with, and what is made once in a run."""

import datetime
import gc
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from days import to_wait
from drawings import kept_drawings
from evibrief.formats import apart
from prints import kept_prints
from rebuilds import kept_rebuilds
from shared import Shared
from steps import kept_steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Begun first, by the time they take: a long file that begins last keeps one core waiting for the other.
# `test_verify` is before `test_first_archive`: of each kind the first document of a run is rebuilt in a process of its
# own (`rebuilds.py`), which knows nothing of what is printed already, and a small brief is enough for that.
LONGEST = (
    "test_apart", "test_preview", "test_outputs", "test_web", "test_circulation", "test_many", "test_typed",
    "test_laws", "test_theme_faults", "test_archive", "test_hostile_archive", "test_verify", "test_first_archive",
    "test_cases", "test_machines", "test_diff", "test_differences", "test_forging", "test_fuzz", "test_policy",
    "test_comments", "test_anchors", "test_patches", "test_docx", "test_references", "test_words", "test_cli",
    "test_theme", "test_drafts", "test_reviewed", "test_texts", "test_retractions", "test_tally", "test_docs",
)  # fmt: skip

# What `make test-fast` leaves out: whole files, what opens an office program or a browser, and what kills or fuzzes.
SLOW_FILES = {
    "test_anchors", "test_apart", "test_bench", "test_cases", "test_circulation", "test_comments", "test_diff",
    "test_drafts", "test_first_archive", "test_forging", "test_fuzz", "test_growth", "test_hostile_archive",
    "test_kept", "test_laid_out", "test_layers", "test_machines", "test_many", "test_mended", "test_no_break",
    "test_outputs", "test_packaging", "test_pages", "test_pdf_structure", "test_placeholders", "test_places",
    "test_plain_words", "test_policy", "test_preview", "test_processes", "test_references", "test_repository",
    "test_second_process", "test_server", "test_spreadsheets", "test_stopping", "test_strict", "test_tally",
    "test_texts", "test_theme", "test_theme_faults", "test_typed", "test_verify", "test_web",
}  # fmt: skip
SLOW_FIXTURES = {"program"}
# Cases that are slow of tests that are not. Whole tests have `pytest.mark.slow`.
SLOW_CASES = {
    "test_nothing_changed_between_a_brief_and_itself[first]", "test_page_one_of_the_pdf_has_the_numbers[ldn]",
    "test_the_pdf_lists_the_same_behind_each_statement_and_link[ldn]", "test_the_word_document_lists_the_same[ldn]",
    "test_it_is_valid_and_its_hash_is_that_of_the_files[2026-11-24_v0.2.0]",
    "test_written_and_unwritten_say_the_same[2026-11-24_v0.2.0]", "test_each_rule_is_needed[tier]",
    "test_of_two_texts_in_one_line_the_wrong_one_is_named[True]",
    "test_every_id_of_a_whole_page_is_a_record_or_refused_to_records[ketamine-mecfs]",
    "test_a_side_names_as_counted_what_is_counted_and_each_study_once[ketamine-mecfs]",
}  # fmt: skip
# Tests of more than a second in files that are quick: most are laws, tried on many examples.
SLOW_TESTS = {
    "test_after_any_edits_the_page_is_that_of_a_process_that_knows_nothing",
    "test_after_any_edits_the_page_is_the_one_that_is_set_anew",
    "test_an_archive_of_copies_says_what_changed_between_them",
    "test_what_was_archived_before_is_listed_and_compared_and_stays_as_it_was",
    "test_the_libraries_still_need_it_and_no_byte_is_changed", "test_without_a_terminal_there_are_no_stages",
    "test_every_link_of_every_page_leads_to_a_file_and_nothing_runs",
    "test_each_note_is_in_its_entry_with_a_numbered_and_with_an_author_date_style",
    "test_no_step_up_on_a_leg_lowers_a_tier",
    "test_a_first_version_is_called_that_and_a_later_one_without_a_note_is_not",
    "test_each_sentence_is_called_somewhere", "test_each_sentence_is_given_just_the_values_that_it_takes",
    "test_the_pages_of_an_archive_ask_for_just_their_words", "test_each_word_is_used",
    "test_an_edit_beside_an_amount_brings_no_sign_home", "test_an_author_who_writes_an_id_gets_the_words",
    "test_what_happens_to_one_brief_leaves_the_pages_of_others_alone", "test_a_text_made_to_take_long_does_not",
    "test_an_archived_version_and_its_documents_are_exported", "test_what_changes_is_posted_once_and_then_written_anew",
    "test_the_json_keeps_the_published_schema", "test_the_texts_and_targets_of_a_view_are_those_of_its_page",
    "test_the_table_of_rooms_is_in_the_order_of_imports", "test_the_section_of_the_page_is_printed",
    "test_no_word_for_a_reader_is_typed_in_the_sections", "test_a_word_that_nobody_prints_is_found_wherever_it_is",
    "test_of_several_formats_all_are_written_or_none_and_all_that_is_wrong_is_told",
    "test_an_unknown_citation_style_is_a_problem_with_a_place", "test_a_new_brief_builds_at_once",
    "test_the_briefs_of_this_repository_say_the_same_in_words_and_in_data", "test_the_page_lists_what_is_counted",
    "test_no_step_up_in_a_link_lowers_its_judgement_or_its_chain", "test_amounts_of_a_review_copy_are_kept_together",
    "test_what_is_told_of_a_change_has_the_values_of_the_data", "test_a_proxy_of_the_user_is_used",
    "test_a_text_that_is_not_one_paragraph_is_a_problem_with_a_place", "test_a_header_that_word_split_is_still_found",
    "test_a_link_that_says_the_number_of_a_figure_is_a_reference_to_it", "test_it_is_said_what_was_added_and_where",
    "test_a_terminal_without_greek_gets_no_traceback", "test_a_list_does_not_grow_larger_than_can_be_read",
    "test_a_packed_word_file_that_unpacks_without_end_is_not_unpacked", "test_two_briefs_side_by_side_have_two_ids",
    "test_no_caption_repeats_the_heading_above_it", "test_the_settings_of_editors_start_the_server",
    "test_a_command_that_is_shown_is_one", "test_a_changed_input_and_a_damaged_output_are_built_again",
}  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is kept from one command to the next: a test sees what is made. The laws are tried on fewer bodies of
    evidence where the slow tests are left out. The workers of a run have all processors, so what a test builds in its
    own process is built there alone; commands have their second process, and `test_second_process` is about it.
    Each of thousands of commands would compile the program again where no compiled module may be written.
    """
    os.environ["XDG_CACHE_HOME"] = os.devnull
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    apart.processors = lambda: 1
    gc.disable()  # until all is collected: none of it is rubbish
    if _is_fast(config):
        os.environ.setdefault("LAW_EXAMPLES", "25")


def _is_fast(config: pytest.Config) -> bool:
    return bool(config.getoption("markexpr") == "not slow")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is left out as a whole is not even imported."""
    return True if _is_fast(config) and collection_path.stem in SLOW_FILES else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        names = {item.name, getattr(item, "originalname", item.name)}
        if item.path.stem in SLOW_FILES or fixtures & SLOW_FIXTURES or names & (SLOW_CASES | SLOW_TESTS):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: to look again and again whether it is rubbish takes long."""
    gc.freeze()
    gc.enable()


def pytest_runtest_setup() -> None:
    """No test begins just before midnight: what it expects and what is printed have one day."""
    time.sleep(to_wait(datetime.datetime.now()))


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


@pytest.fixture(scope="module")
def browser(program: Callable[..., str]) -> Iterator["Browser"]:
    """Chromium, for a whole module; imported only where a test asks for it."""
    from playwright.sync_api import sync_playwright

    found = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


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
    with kept_drawings(), kept_steps(), kept_prints(run_folder / "prints"), kept_rebuilds(run_folder / "apart"):
        yield
