"""Who holds which version, who was told of a recall, and who has not answered."""

from evibrief.archive.register import Entry
from evibrief.mailing.holders import status_text

STATES = {"1.1.0": "current", "1.0.0": "withdrawn"}


def entry(event: str, letter: str, version: str, recipient: str) -> Entry:
    return Entry("2026-03-02T10:30:00+00:00", event, letter, version, "e" * 64, recipient, "botanist", "<m>")  # type: ignore[arg-type]


def test_status_says_who_holds_what_and_who_has_not_answered() -> None:
    entries = [entry("delivered", "brief", "1.0.0", "a"), entry("delivered", "brief", "1.1.0", "a"),
               entry("delivered", "brief", "1.0.0", "b"), entry("delivered", "review", "1.1.0", "c"),
               entry("delivered", "review", "1.1.0", "d"), entry("returned", "review", "1.1.0", "d")]  # fmt: skip
    told = status_text(entries, STATES)
    lines = told.splitlines()
    assert lines[0] == "a (botanist): 1.0.0 (withdrawn), 1.1.0 (current)"
    assert "b (botanist): 1.0.0 (withdrawn)  <- no current version; the newest is withdrawn" in told
    assert "b: holds 1.0.0, which is withdrawn, and was not told" in told
    assert "c (botanist): was asked for comments on 1.1.0 on 2026-03-02, no answer" in told
    assert "d (botanist): was asked" not in told


def test_who_was_told_of_a_recall_is_not_listed_as_if_nobody_had() -> None:
    entries = [entry("delivered", "brief", "1.0.0", name) for name in ("a", "b")]
    entries += [entry("delivered", "recall", "1.0.0", "a"), entry("intended", "recall", "1.0.0", "b")]
    told = status_text(entries, STATES)
    assert "a: holds" not in told
    assert "b: holds 1.0.0, which is withdrawn, and was not told" in told
    assert "b: delivery of the recall of 1.0.0 on 2026-03-02 unconfirmed; ask, or use --again" in told


def test_a_version_that_is_not_in_the_archive_is_called_so() -> None:
    assert status_text([entry("delivered", "brief", "9.0.0", "a")], STATES).splitlines() == [
        "a (botanist): 9.0.0 (not in the archive)  <- no current version; the newest is unknown"
    ]
    assert status_text([], STATES) == "nothing has been sent yet\n"
