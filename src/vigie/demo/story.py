"""The steps of an invented outage, as data; `minute` counts from the true start of the outage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = Mapping[str, str]  # {language: free words on what is happening}


@dataclass(frozen=True)
class Log:
    """The contact writes a fact down."""

    minute: int
    text: str


@dataclass(frozen=True)
class Ask:
    """The follower asks; the contact answers `reply` some minutes later, or not at all."""

    minute: int
    text: str
    reply: str = ""
    reply_after: int = 4


@dataclass(frozen=True)
class Tell:
    """The follower publishes what comes next; while it goes on, with a new promise `next_in` minutes ahead."""

    minute: int
    next_in: int = 30
    words: Words = field(default_factory=dict)
    bounces: bool = False  # one of its mails is refused


@dataclass(frozen=True)
class Correct:
    """The last notice said something wrong."""

    minute: int
    why: str
    words: Words


@dataclass(frozen=True)
class Change:
    minute: int
    service: str
    effect: str | None = None
    back_in: int | None = None  # minutes from then


@dataclass(frozen=True)
class Add:
    minute: int
    service: str
    effect: str


@dataclass(frozen=True)
class Restore:
    minute: int
    service: str


@dataclass(frozen=True)
class HandOver:
    """Contact ("contact") or follower ("follower") pass to whoever of their duty is on shift then."""

    minute: int
    role: str


@dataclass(frozen=True)
class End:
    minute: int
    data_lost: str = "no"


@dataclass(frozen=True)
class FalseAlarm:
    minute: int
    why: str


@dataclass(frozen=True)
class Reopen:
    minute: int
    services: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Review:
    minute: int
    fr: str
    en: str


Step = Log | Ask | Tell | Correct | Change | Add | Restore | HandOver | End | FalseAlarm | Reopen | Review


@dataclass(frozen=True)
class Story:
    """One outage of the past: when (days ago, wall-clock time), what, how it was noticed, and what was done."""

    days_ago: int
    at: str  # "13:05", in the centre's zone
    services: Mapping[str, str]
    declared: int  # minutes after the start
    steps: tuple[Step, ...]
    words: Words = field(default_factory=dict)  # of the first notice
    alarm: str = ""  # the alarm that opened it; empty: a person did
    back_in: int | None = None  # expected end, minutes from the declaration
