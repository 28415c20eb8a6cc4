"""Who holds which version, who has not answered and who was not told, from the entries of a register."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from evibrief.archive.register import Entry, Event, LetterKind


def outcome(entries: Iterable[Entry], letter: LetterKind, version: str, recipient: str) -> Event | None:
    """The last event of a letter; `intended` means that its delivery is unconfirmed."""
    wanted = (letter, version, recipient)
    events = [one.event for one in entries if (one.letter, one.version, one.recipient) == wanted]
    return next((event for event in reversed(events) if event != "returned"), None)


def holders(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """The versions that each recipient holds, in the order received."""
    held: dict[str, dict[str, None]] = {}
    for one in entries:
        if one.event == "delivered" and one.letter != "recall":
            held.setdefault(one.recipient, {})[one.version] = None
    return {recipient: tuple(found) for recipient, found in held.items()}


def got_after(entries: Iterable[Entry], recipient: str, day: str) -> bool:
    """Whether a recipient got any letter after a day: it told what had been withdrawn until then."""
    return any(one.event == "delivered" and one.recipient == recipient and one.at[:10] > day for one in entries)


def unanswered(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Review copies that were delivered and have not come back."""
    back = {(one.recipient, one.evidence) for one in entries if one.event == "returned"}
    for one in entries:
        if one.letter == "review" and one.event == "delivered" and (one.recipient, one.evidence) not in back:
            yield one


def status_text(entries: Sequence[Entry], states: Mapping[str, str]) -> str:
    """Who holds which version, whether it is current, who was not told and who has not answered; by id and role.

    `states` maps each version to current, superseded or withdrawn.
    """
    roles = {one.recipient: one.role for one in entries}
    lines = []
    for recipient, held in sorted(holders(entries).items()):
        told = (f"{version} ({states.get(version, 'not in the archive')})" for version in held)
        newest = states.get(held[-1], "")
        note = "" if newest == "current" else f"  <- no current version; the newest is {newest or 'unknown'}"
        lines.append(f"{recipient} ({roles[recipient]}): {', '.join(told)}{note}")
    warned = {(one.recipient, one.version) for one in entries if one.letter == "recall" and one.event == "delivered"}
    for recipient, held in sorted(holders(entries).items()):
        for version in held:
            if states.get(version) == "withdrawn" and (recipient, version) not in warned:
                lines.append(f"{recipient}: holds {version}, which is withdrawn, and was not told")
    for one in unanswered(entries):
        asked = f"was asked for comments on {one.version} on {one.at[:10]}"
        lines.append(f"{one.recipient} ({one.role}): {asked}, no answer")
    for one in entries:
        if one.event == "intended" and outcome(entries, one.letter, one.version, one.recipient) == "intended":
            what = f"{one.letter} of {one.version}"
            lines.append(f"{one.recipient}: delivery of the {what} on {one.at[:10]} unconfirmed; ask, or use --again")
    return "\n".join(lines or ["nothing has been sent yet"]) + "\n"
