"""Who is called next about something owed, and when. Pure.

Each wait counts from the call before, never from the opening: whoever is called has their full time to answer, also
after a worker that slept, after quiet hours, and after a clock that was set back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from vigie.lib.localtime import instant

# A clock corrected by seconds must not call the backup at once; one set back by more can't be read any more.
SET_BACK = timedelta(minutes=5)
ANSWER_WITHIN = timedelta(hours=12)  # how long the link in a call works
MOST_ROUNDS = 20


class Urgency(StrEnum):
    HIGH = "high"
    LOW = "low"  # waits until the end of quiet hours


class StepKind(StrEnum):
    CALLED = "called"
    NOBODY = "nobody"  # the rung is empty: the next one is called at once
    HELD = "held"  # quiet hours
    ACKNOWLEDGED = "acknowledged"
    LAPSED = "lapsed"  # acknowledged, but still owed after the time for it
    EXHAUSTED = "exhausted"  # everybody was called as often as the policy says
    CLOSED = "closed"


@dataclass(frozen=True)
class Rung:
    """One level: who is called (`kind` and `ref` name a person, a duty level or the leads of a group), and how long
    after the level before.
    """

    kind: str  # "person", "duty", "leads"
    ref: str  # a person's id; "support:2" for a duty and a level; a group kind
    wait: timedelta


@dataclass(frozen=True)
class Quiet:
    """Hours of the centre's wall clock, `start` in, `until` out; they may reach over midnight."""

    start: time
    until: time

    def holds(self, wall: time) -> bool:
        if self.start <= self.until:
            return self.start <= wall < self.until
        return wall >= self.start or wall < self.until


def quiet_at(t: datetime, quiet: Quiet, zone: ZoneInfo) -> bool:
    """Whether the wall clock at the instant `t` stands in quiet hours."""
    return quiet.holds(t.astimezone(zone).time().replace(tzinfo=None))


def awake(t: datetime, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    """The first instant at or after `t` that is not in quiet hours.

    In the night that repeats an hour the clock may enter the same quiet hours twice, in the night that skips one
    their end may not exist: both readings of the end are tried, and one that doesn't exist is the next instant.
    """
    if quiet is None or quiet.start == quiet.until or not quiet_at(t, quiet, zone):
        return t
    day = t.astimezone(zone).date()
    ends = [
        instant(datetime.combine(day + timedelta(days=n), quiet.until), zone, later=later)
        for n in (0, 1, 2)
        for later in (False, True)
    ]
    return min(end for end in ends if end > t and not quiet_at(end, quiet, zone))


@dataclass(frozen=True)
class Plan:
    """How an escalation climbs, frozen when it opens: a policy changed meanwhile holds for the next one.

    After the last rung comes `again`, then the first one anew, `rounds` times in all. `grace` is how long an
    acknowledged thing may stay undone before the climb goes on.
    """

    rungs: tuple[Rung, ...]
    rounds: int = 3
    again: timedelta = timedelta(minutes=15)
    grace: timedelta = timedelta(hours=1)
    quiet: Quiet | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "rungs": [
                {"kind": rung.kind, "ref": rung.ref, "wait": rung.wait.total_seconds()} for rung in self.rungs
            ],
            "rounds": self.rounds,
            "again": self.again.total_seconds(),
            "grace": self.grace.total_seconds(),
            "quiet": [self.quiet.start.isoformat(), self.quiet.until.isoformat()] if self.quiet else None,
        }

    @classmethod
    def of_json(cls, row: Mapping[str, Any]) -> "Plan":
        quiet = row.get("quiet")
        return cls(
            rungs=tuple(
                Rung(one["kind"], one["ref"], timedelta(seconds=one["wait"])) for one in row["rungs"]
            ),
            rounds=row["rounds"],
            again=timedelta(seconds=row["again"]),
            grace=timedelta(seconds=row["grace"]),
            quiet=Quiet(*(time.fromisoformat(text) for text in quiet)) if quiet else None,
        )

    @property
    def calls(self) -> int:
        """How many rungs are called at most, all rounds together."""
        return len(self.rungs) * self.rounds

    def rung(self, number: int) -> Rung:
        return self.rungs[number % len(self.rungs)]

    def round_of(self, number: int) -> int:
        """1 for the first round."""
        return number // len(self.rungs) + 1 if self.rungs else 1


@dataclass(frozen=True)
class Standing:
    """An open escalation: `called` rungs so far over all rounds, the last one at `moved_at`."""

    opened_at: datetime
    called: int = 0
    moved_at: datetime | None = None
    acknowledged_at: datetime | None = None


class Act(StrEnum):
    CALL = "call"
    WAIT = "wait"
    HOLD = "hold"  # due, but these are quiet hours
    STOP = "stop"  # nobody is left to call: a person must look at the desk


@dataclass(frozen=True)
class Next:
    """What to do now, and (but for STOP) when the next call is."""

    act: Act
    at: datetime | None = None


def next_call(plan: Plan, standing: Standing, urgency: Urgency, now: datetime, zone: ZoneInfo) -> Next:
    """Whether the next rung is called now. One per look: after a long sleep nobody is skipped."""
    if standing.called >= plan.calls:
        return Next(Act.STOP)
    since, wait = _wait(plan, standing)
    at = now if since > now + SET_BACK else since + wait
    if urgency != Urgency.LOW:
        return Next(Act.CALL if at <= now else Act.WAIT, at)
    free = awake(max(at, now), plan.quiet, zone)
    if at <= now:
        return Next(Act.CALL if free <= now else Act.HOLD, free)
    return Next(Act.WAIT, free)


def _wait(plan: Plan, standing: Standing) -> tuple[datetime, timedelta]:
    if standing.acknowledged_at is not None:
        return standing.acknowledged_at, plan.grace
    if standing.called == 0 or standing.moved_at is None:
        return standing.opened_at, plan.rungs[0].wait
    begins_again = standing.called % len(plan.rungs) == 0
    return standing.moved_at, plan.again if begins_again else plan.rung(standing.called).wait
