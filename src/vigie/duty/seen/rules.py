"""What a calendar must be told when shifts change. Pure.

A shift is told under one name for ever (its UID). A rota may change a row, or delete it and write another one for
the same seat at the same hour: to a calendar both are the same shift, changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

Seat = tuple[int, datetime]


@dataclass(frozen=True)
class Content:
    """What a shift says of itself: who, at which level, from when to when."""

    person: int
    level: int
    starts_at: datetime
    ends_at: datetime

    @property
    def seat(self) -> Seat:
        return self.level, self.starts_at


@dataclass(frozen=True)
class Entry:
    """What was told of one shift; `pk` is the entry's, `row` the shift's (None: it was taken away)."""

    pk: int
    row: int | None
    content: Content


@dataclass(frozen=True)
class Change:
    """One entry to bring up to date: which row it stands for now and what it says. `told`: whether SEQUENCE grows."""

    entry: Entry
    row: int | None
    content: Content
    told: bool


@dataclass(frozen=True)
class Plan:
    """New shifts by row, and the entries that change."""

    new: dict[int, Content]
    changes: tuple[Change, ...]


def plan(rows: dict[int, Content], entries: Iterable[Entry]) -> Plan:
    """Compare the shifts of one duty with what calendars were told of them. The same twice changes nothing."""
    known = list(entries)
    told = {entry.row for entry in known}
    fresh = {row: content for row, content in rows.items() if row not in told}
    changes: list[Change] = []
    lost: list[Entry] = []
    for entry in known:
        if entry.row is None:
            continue
        content = rows.get(entry.row)
        if content is None:
            lost.append(entry)
        elif content != entry.content:
            changes.append(Change(entry, entry.row, content, told=True))
    seats: dict[Seat, list[int]] = {}
    for row, content in fresh.items():
        seats.setdefault(content.seat, []).append(row)
    for entry in lost:
        heirs = seats.get(entry.content.seat)
        if not heirs:
            changes.append(Change(entry, None, entry.content, told=True))
            continue
        # Two may hold one seat from the same hour: the same person stays the same shift.
        heir = min(heirs, key=lambda row: (fresh[row].person != entry.content.person, row))
        heirs.remove(heir)
        content = fresh.pop(heir)
        changes.append(Change(entry, heir, content, told=content != entry.content))
    return Plan(fresh, tuple(changes))
