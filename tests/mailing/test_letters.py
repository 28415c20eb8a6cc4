"""What every letter says, whatever else is in it."""

from pathlib import Path

import pytest

from evibrief.archive.opened import side_of
from evibrief.labels.languages import english
from evibrief.mailing.letters import Hashes, brief_letter, recall_letter
from evibrief.mailing.recipients import Recipient

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
NO_ADVICE = english().letters.no_advice
SOMEONE = Recipient(id="a", role="botanist", address="a@example.org")


def test_a_letter_recommends_nothing() -> None:
    letter = brief_letter(side_of(BRIEF), Hashes(), {}, SOMEONE, "", None, None)
    assert any(NO_ADVICE in line for _, lines in letter.parts for line in lines)


@pytest.mark.parametrize("replaced", [True, False])
def test_a_recall_recommends_nothing(replaced: bool) -> None:
    side = side_of(BRIEF) if replaced else None
    letter = recall_letter(side, Hashes(), {}, SOMEONE, "Blue glass", "1.1.0", "It was wrong.", (), "en", english())
    assert any(line == NO_ADVICE for _, lines in letter.parts for line in lines)
