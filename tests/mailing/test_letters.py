"""What letters say, by what the reader holds: a warning first, then the brief, small at the end how to check it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evibrief import resources
from evibrief.archive.between import between
from evibrief.archive.opened import side_of
from evibrief.archive.register import Entry
from evibrief.archive.versions import Version
from evibrief.formats.html.render import render_text
from evibrief.labels.languages import english
from evibrief.mailing.letters import Enclosed, Sent, _safety, brief_letter, recall_letter
from evibrief.mailing.message import Letter, safe_line, subject_line, text_of_letter
from evibrief.mailing.prepare import _held
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.rating.sides import Side
from test_diff import EDITS, edited

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
NO_ADVICE = english().letters.no_advice
SENDER = Sender(name="Max Muster", address="max@example.org")
SOMEONE = Recipient(id="a", role="botanist", name="Ana Álvarez", address="a@example.org")
NOBODY = Recipient(id="b", role="botanist", address="b@example.org")
PDF = {"blue_core.pdf": b"%PDF"}
CORE = Enclosed(PDF, core=True, pages=4, whole_pages=9)


@cache
def side_now() -> Side:
    return side_of(BRIEF)


def version(number: str, state: str = "superseded", reason: str = "") -> Version:
    return Version("blue-glass", "Blue glass and hay fever", number, "2026-02-01", "e" * 64, "", "", {}, "", "c" * 64,
                   state, reason)  # fmt: skip


GONE = version("1.1.0", "withdrawn", "2026-02-20: A trial was invented.")


def letter(
    held: tuple[Version, ...] = (), newer: Version | None = None, recipient: Recipient = SOMEONE,
    enclosed: Enclosed = CORE, side: Side | None = None,
) -> Letter:  # fmt: skip
    edition = Sent(side or side_now(), "e" * 64, "c" * 64, newer)
    return brief_letter(edition, enclosed, SENDER, recipient, held, None, None)


def text_of(words: Letter) -> str:
    return text_of_letter(words).replace("\u00a0", " ")


def html_of(words: Letter) -> str:
    return render_text("mail.html.jinja", resources.template_texts(), words=words)


def recall(replaced: bool = True, gone: Version = GONE) -> Letter:
    now = Sent(side_now(), "e" * 64, "c" * 64) if replaced else None
    enclosed = CORE if replaced else Enclosed({})
    return recall_letter(now, enclosed, SENDER, SOMEONE, gone, "It was wrong.", None, "en", english())


WAYS: Mapping[str, Callable[[], Letter]] = {
    "brief": letter, "recall": recall, "withdrawn": partial(recall, replaced=False),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_letter_recommends_nothing(way: str) -> None:
    words = WAYS[way]()
    assert text_of(words).count(NO_ADVICE) == 1
    assert html_of(words).count(NO_ADVICE) == 1


# What comes first.


def test_a_withdrawal_is_told_first_of_all() -> None:
    words = letter(held=(GONE,))
    assert words.subject.startswith("Version 1.1.0 was withdrawn: Blue glass and hay fever, version 1.2.0 of 1")
    assert text_of(words).startswith(
        "PLEASE DO NOT USE VERSION 1.1.0 ANY MORE\n\nVersion 1.1.0, which you have, was withdrawn on 20 February 2026. "
        "Reason: A trial was invented.\n\nDear Ana Álvarez,\n\n"
    )  # fmt: skip
    shown = html_of(words)
    assert shown.index('class="warning"') < shown.index("Dear Ana")


def test_every_withdrawn_version_that_a_reader_has_is_told_and_a_current_one_is_not() -> None:
    words = letter(held=(version("1.0.0", "withdrawn", "2026-02-02: Wrong."), version("1.1.0")))
    said = text_of(words)
    assert said.index("DO NOT USE VERSION 1.0.0") < said.index("PLEASE USE VERSION 1.2.0 FROM NOW ON")
    assert "Version 1.1.0, which you have, is superseded. Version 1.2.0 of 1 March 2026 replaces it." in said


def entry(recipient: str, number: str, at: str) -> Entry:
    return Entry(at, "delivered", "brief", number, "e" * 64, recipient, "botanist", "<m@x>")


def test_of_an_older_version_that_was_withdrawn_a_reader_hears_once() -> None:
    """Any letter after the withdrawal told it; of the last version that somebody has, each letter tells."""
    others = [GONE, version("1.2.0"), version("1.3.0", "withdrawn", "2026-02-25: Wrong, too.")]
    register = [
        entry("a", "1.1.0", "2026-02-01T09:00"), entry("a", "1.2.0", "2026-02-10T09:00"),
        entry("b", "1.1.0", "2026-02-01T09:00"), entry("b", "1.2.0", "2026-02-21T09:00"),
        entry("c", "1.3.0", "2026-02-24T09:00"), entry("c", "9.9.9", "2026-02-28T09:00"),
    ]  # fmt: skip
    held = {who: [one.version for one in _held(register, who, others)] for who in ("a", "b", "c", "d")}
    assert held == {"a": ["1.1.0", "1.2.0"], "b": ["1.2.0"], "c": ["1.3.0"], "d": []}


def test_that_another_version_replaces_the_one_at_hand_is_told_first() -> None:
    words = letter(held=(version("1.1.0"),))
    assert words.subject.startswith("New version: Blue glass")
    assert text_of(words).startswith("PLEASE USE VERSION 1.2.0 FROM NOW ON\n\nVersion 1.1.0, which you have, is")


def test_an_older_version_is_sent_as_what_it_is() -> None:
    """It does not replace the newer one that the reader has."""
    newer = version("2.0.0", "current")
    words = letter(held=(newer,), newer=newer)
    assert words.subject.startswith("Blue glass")
    assert text_of(words).startswith(
        "THIS IS NOT THE CURRENT VERSION\n\nVersion 1.2.0, which comes with this letter, is superseded by version 2.0.0"
    )


def test_who_has_nothing_yet_is_warned_of_nothing() -> None:
    assert text_of(letter()).startswith("Dear Ana Álvarez,\n\nAttached for your information: ")
    assert 'class="warning"' not in html_of(letter())


def test_a_recall_says_first_that_it_was_withdrawn_when_why_and_what_to_use_now() -> None:
    said = text_of(recall())
    assert said.startswith(
        "PLEASE DO NOT USE VERSION 1.1.0 ANY MORE\n\n"
        "You were sent version 1.1.0 of “Blue glass and hay fever”. Please do not use it any more.\n\n"
        "It was withdrawn on 20 February 2026.\n\nWhy: It was wrong.\n\n"
        "Version 1.2.0 of 1 March 2026 replaces it and is attached.\n\nDear Ana Álvarez,\n\n"
    )  # fmt: skip
    assert "There is no replacement at present." in text_of(recall(replaced=False))
    assert "It was withdrawn" not in text_of(recall(gone=version("1.1.0")))


# The greeting, what is attached, and the end.


def test_nobody_is_greeted_by_a_name_that_is_not_known() -> None:
    assert text_of(letter(recipient=NOBODY)).startswith("Hello,\n\n")


def test_the_core_is_attached_with_its_pages_and_the_rest_is_offered() -> None:
    said = text_of(letter())
    assert "What is attached is the core of the brief" in said
    assert (
        "The PDF has 4 pages. The whole brief, with the evidence for each claim, has 9 pages. "
        "It is where all versions are listed: https://example.org/briefs"
    ) in said
    assert html_of(letter()).count('<a href="https://example.org/briefs"') == 1


def test_without_an_address_the_whole_can_be_asked_for() -> None:
    record = side_now().brief.brief
    sentences = {"unknown": "has 9 pages. Reply to this letter to get it.",
                 "the shelf in room 3": "It is where all versions are listed: the shelf in room 3"}  # fmt: skip
    for place, sentence in sentences.items():
        other = side_now().brief.model_copy(update={"brief": record.model_copy(update={"versions_at": place})})
        words = letter(side=replace(side_now(), brief=other))
        assert sentence in text_of(words)
        assert "<a href" not in html_of(words)


def test_the_whole_is_attached_as_what_it_is() -> None:
    """As of a version that was archived without a core."""
    said = text_of(letter(enclosed=Enclosed({"blue.pdf": b"%PDF"}, pages=91, whole_pages=91)))
    assert "The PDF has 91 pages." in said
    assert "core" not in said
    assert "Reply to this letter" not in said


def test_checksums_are_small_and_last() -> None:
    words = letter()
    assert [part.look for part in words.parts][-1] == "small"
    last = text_of(words).split("HOW TO CHECK THESE FILES")[1]
    assert set(re.findall("[0-9a-f]{64}", text_of(words))) == set(re.findall("[0-9a-f]{64}", last))
    assert "With kind regards\n\nMax Muster\n\nHOW TO CHECK" in text_of(words)


def test_a_changed_conclusion_is_called_by_its_words(tmp_path: Path) -> None:
    new = side_of(edited(tmp_path / "blue-glass", EDITS["tier"][2]))
    edition = Sent(new, "e" * 64, "c" * 64)
    words = brief_letter(edition, CORE, SENDER, SOMEONE, (version("1.1.0"),), between(side_now(), new), None)
    (part,) = (part for part in words.parts if part.heading.startswith("What changed since"))
    assert part.items
    assert all(not re.match(r"s\d", item) and " → " in item for item in part.items), part.items


# For every screen.


def test_the_text_leaves_it_to_the_reader_where_lines_end() -> None:
    """A paragraph is a line: one that is broken at 72 letters is broken twice on a phone."""
    lines = text_of(letter()).split("\n")
    assert any(len(line) > 150 for line in lines)
    assert all(not line or not before or line.startswith("- ") for before, line in pairwise(lines))


def test_the_page_fits_a_phone_and_the_dark_and_loads_nothing() -> None:
    shown = html_of(letter(held=(GONE,)))
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in shown
    assert "prefers-color-scheme: dark" in shown
    assert not re.search(r"<(script|img|link|table)|[^-]width: *\d+px|url\(", shown)


@example("Ketamine's mechanisms of action and ME/CFS, version 0.2.0 of 24\u00a0November\u00a02026")
@example("Version 0.1.0 was withdrawn: Glas, das über die Maßen blau ist, und Heu, version 0.2.0 of 2 May 2026")
@example("a" * 500)
@example("=?utf-8?q?x?= y")
@given(st.text(max_size=200).filter(safe_line))
def test_a_subject_is_read_as_it_was_written(text: str) -> None:
    header = subject_line(text)
    assert header.startswith(b"Subject: ")
    assert not header.startswith((b"Subject:  ", b"Subject: \r"))
    assert all(len(line) <= 78 for line in header.split(b"\r\n"))
    assert header.count(b"\r\n") == len(re.findall(b"\r\n(?= |$)", header))
    assert message_from_bytes(header + b"\r\nx", policy=policy.default)["Subject"] == safe_line(text)


def test_the_harms_that_are_not_named_are_counted() -> None:
    """The second brief has one harm, and names none of them on page one."""
    side = side_now()
    (harm,) = side.brief.harms
    others = tuple(harm.model_copy(update={"id": f"h_{number}"}) for number in range(3))
    record = side.brief.brief.model_copy(update={"safety": (harm.id,)})
    named = replace(side, brief=side.brief.model_copy(update={"brief": record}))
    more = replace(side, brief=side.brief.model_copy(update={"brief": record, "harms": (harm, *others)}))
    rest = "What is not in this list may occur all the same."
    assert _safety(side) == (f"1 harm is recorded. {rest}",)
    assert len(_safety(named)) == 1
    assert "recorded" not in _safety(named)[0]
    assert _safety(more)[1:] == (f"3 more harms are recorded. {rest}",)


def test_a_letter_about_a_brief_without_harms_has_no_heading_of_them() -> None:
    heading, side = english().page.safety, side_now()
    nothing = replace(side, brief=side.brief.model_copy(update={"harms": ()}))
    assert heading not in [part.heading for part in letter(side=nothing).parts]
    assert heading in [part.heading for part in letter(side=side).parts]
