"""Two steps done once in a run for equal input: a decision table tried with every case, and texts set by pandoc.

Most briefs of the tests have one and the same instrument and the same texts, and those took most of the time of a check
and half of that of a page. What is done for the first time is done as always; the tests of the tables and of the
typesetting call the functions themselves, and commands in processes of their own know nothing of this.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

from evibrief.checks import rule
from evibrief.evidence.instrument import AnyInstrument
from evibrief.formats.html import markdown
from evibrief.formats.html.markdown import Typeset
from evibrief.rating.decision_tables import InstrumentFault
from evibrief.rating.leg_tables import faults_of_any


@contextmanager
def kept_steps() -> Iterator[None]:
    """While this lasts, both steps take what they found before for equal input in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, "faults_of_any", _kept_faults(faults_of_any))
        patch.setattr(markdown, "typeset", _kept_texts(markdown.typeset))
        yield


Faults = Callable[[AnyInstrument], tuple[InstrumentFault, ...]]


def _kept_faults(faults: Faults) -> Faults:
    made: dict[str, tuple[InstrumentFault, ...]] = {}

    @wraps(faults)
    def taken(instrument: AnyInstrument) -> tuple[InstrumentFault, ...]:
        key = instrument.model_dump_json()
        if key not in made:
            made[key] = faults(instrument)
        return made[key]

    return taken


Typesetter = Callable[[Sequence[str], Sequence[Mapping[str, Any]], bytes, str], Typeset]


def _kept_texts(setter: Typesetter) -> Typesetter:
    made: dict[Hashable, Typeset] = {}

    @wraps(setter)
    def taken(texts: Sequence[str], references: Sequence[Mapping[str, Any]], style: bytes, language: str) -> Typeset:
        key = tuple(texts), json.dumps(references, default=str), style, language
        if key not in made:
            made[key] = setter(texts, references, style, language)
        return made[key]

    return taken
