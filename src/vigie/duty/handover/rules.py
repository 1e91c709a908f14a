"""What a hand-over holds, who may give and accept it, and when it is overdue. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

OPENS_BEFORE = timedelta(hours=1)  # before the end of the shift: time to write it in peace
LOOKS_BACK = timedelta(hours=24)  # a worker that slept still prepares what it missed


class State(StrEnum):
    OPEN = "open"
    GIVEN = "given"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    VOID = "void"  # the rota changed: this shift ends otherwise


@dataclass(frozen=True)
class Line:
    """One thing that the next must know, in both languages, as it was when it was gathered."""

    fr: str
    en: str
    url: str = ""
    at: str = ""  # ISO
    status: str = ""

    def text(self, language: str) -> str:
        return self.fr if language == "fr" else self.en

    @property
    def when(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None


@dataclass(frozen=True)
class Section:
    """Lines of one kind: "outages", "questions", "alarms", "calls", "coming", "shift"; `more` were left out."""

    code: str
    lines: tuple[Line, ...]
    more: int = 0


def as_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    return [asdict(section) for section in sections]


def of_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Section, ...]:
    return tuple(
        Section(row["code"], tuple(Line(**line) for line in row["lines"]), row.get("more", 0)) for row in rows
    )


@dataclass(frozen=True)
class Standing:
    """A hand-over as the clock sees it. `takes_at`: when the next shift begins, which may be after a gap."""

    state: str
    takes_at: datetime
    given_at: datetime | None = None
    declined_at: datetime | None = None


@dataclass(frozen=True)
class Late:
    """What is owed and since when: "give" by the outgoing, "accept" by the next."""

    what: str
    at: datetime


def due(standing: Standing, patience: timedelta) -> Late | None:
    """What is owed next, and when somebody is called for it; None once it is over."""
    if standing.state == State.GIVEN and standing.given_at:
        return Late("accept", max(standing.given_at, standing.takes_at) + patience)
    if standing.state == State.DECLINED and standing.declined_at:
        return Late("give", max(standing.declined_at, standing.takes_at) + patience)
    return Late("give", standing.takes_at + patience) if standing.state == State.OPEN else None


@dataclass(frozen=True)
class Party:
    """Somebody who wants to act on a hand-over."""

    person_id: int
    is_lead: bool
    on_duty: bool  # in this duty, at any level, at this moment
    is_next: bool


def may_give(who: Party, outgoing_id: int) -> bool:
    """The outgoing; a colleague of the same duty or a lead where they can't."""
    return who.person_id == outgoing_id or who.on_duty or who.is_lead


def accept_fault(who: Party, *, outgoing_id: int, given_by_id: int | None, given: bool, over: bool) -> str:
    """Why this person can't accept: "own", "not_next", "not_given"; "" if they can.

    What was never given may be taken once the shift is over: the outgoing left without a word, and somebody must
    have it.
    """
    if who.person_id in {outgoing_id, given_by_id}:
        return "own"
    if not (who.is_next or who.on_duty or who.is_lead):
        return "not_next"
    return "" if given or over else "not_given"
