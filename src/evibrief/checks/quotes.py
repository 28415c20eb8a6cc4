"""Rules on quotations: short, and in the text that they are taken from.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

from collections.abc import Iterator

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.quotes import result_of_quote

MOST_WORDS_QUOTED = 40
"""Of one publication for one claim. A right to quote is a right to quote briefly."""


def long_quote(case: Context) -> Iterator[Finding]:
    """A `quote` of more than 40 words.

    A reader wants the words that bear on the claim, and a publisher allows a few. Cut it, and write `[…]` for what you
    leave out.
    """
    for location, entry in case.evidence():
        if entry.quote and (number := len(entry.quote.split())) > MOST_WORDS_QUOTED:
            message = f"this quotation has {number} words"
            hint = f"keep the {MOST_WORDS_QUOTED} that matter, with `[…]` between"
            yield Finding((*location, "quote"), message, hint)


def quote_not_found(case: Context) -> Iterator[Finding]:
    """A `quote` that is not in the text of its publication, according to `quotes.yaml`.

    Readers take a quotation for the publication's own words. `check --quotes` shows the passage that is most like it.
    Correct the quotation, or take it out; it is looked up anew with the next check. A better text of the publication
    may help, too: a scan or a preprint reads differently. Sign an override where the words are right and no text at
    hand shows it.
    """
    for location, entry in case.evidence():
        result = entry.quote and result_of_quote(case.findings.quotes, entry.source, entry.quote)
        if result and result.state == "not-found":
            message = f"these are not the words of `{entry.source}` in {result.file}, looked up on {result.checked}"
            yield Finding((*location, "quote"), message, "correct the quotation as its text says, or take it out")


RULES: tuple[Rule, ...] = (
    error("quote-not-found", quote_not_found),
    warning("long-quote", long_quote),
)
