"""What the public pages say at a moment, and when they must be made anew. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.notices.rules import Effect, Facts

OPEN_STATES = frozenset({"announced", "ongoing"})
# Worst first: the order in which a reader wants to hear of them.
STATES = ("down", "degraded", "at_risk", "maintenance", "unknown", "ok")
PER_HEARTBEAT = 3  # builds within one promised heartbeat: two may fail before a reader is warned
SOON = timedelta(hours=24)  # before its start a planned stop comes into login banners
FIRST_RETRY = timedelta(seconds=30)


def worst(states: Iterable[str]) -> str:
    """The worst of some states; "ok" for none."""
    return min(states, key=STATES.index, default="ok")


def state_of(effect: str, *, sudden: bool) -> str:
    """The state a reader sees for an effect: a planned stop is maintenance, not a breakdown."""
    if not sudden and effect != Effect.AT_RISK:
        return "maintenance"
    return str(effect)


def is_open(facts: Facts) -> bool:
    """Whether it goes on, or is still to come."""
    return facts.state in OPEN_STATES


def outage_state(facts: Facts) -> str:
    """The one state of a whole outage."""
    if not is_open(facts):
        return "ok"
    return worst(state_of(service.effect, sudden=facts.sudden) for service in facts.open_services)


def promise_is_late(facts: Facts, now: datetime) -> bool:
    """The word that was promised has not come: no newer notice, and its time has passed."""
    return is_open(facts) and facts.next_update_by is not None and facts.next_update_by < now


def has_begun(facts: Facts, now: datetime) -> bool:
    """Whether it goes on, or should: what was announced for an hour that has passed may well be under way."""
    return facts.state == "ongoing" or start_is_unconfirmed(facts, now)


def is_soon(facts: Facts, now: datetime) -> bool:
    """Whether a login banner speaks of it: it goes on, or begins within a day."""
    return facts.state == "ongoing" or facts.starts_at - SOON <= now


def start_is_unconfirmed(facts: Facts, now: datetime) -> bool:
    """What was announced should have begun, and nobody said that it did."""
    return facts.state == "announced" and facts.starts_at < now


def end_is_unconfirmed(facts: Facts, now: datetime) -> bool:
    """The expected end has passed, and nobody said that it is over."""
    return is_open(facts) and facts.expected_end is not None and facts.expected_end < now


def turns_at(facts: Iterable[Facts], now: datetime) -> datetime | None:
    """The next instant at which a page says something else though nothing was published."""
    moments = [
        moment
        for each in facts
        if is_open(each)
        for moment in (each.next_update_by, each.expected_end, each.starts_at, each.starts_at - SOON)
        if moment is not None and moment >= now
    ]
    return min(moments, default=None)


@dataclass(frozen=True)
class Built:
    """The last good build: when, up to which event, and when its pages turn by themselves."""

    at: datetime
    event_id: int
    turns_at: datetime | None = None


def build_due(
    now: datetime,
    *,
    latest_event: int,
    last_good: Built | None,
    failures: int,
    failed_at: datetime | None,
    heartbeat: timedelta,
) -> bool:
    """Whether the static site must be made now; after failures in a row, less and less often."""
    if failures and failed_at is not None:
        pause = min(FIRST_RETRY * 2 ** min(failures - 1, 10), heartbeat / PER_HEARTBEAT)
        if failed_at <= now < failed_at + pause:
            return False
    if last_good is None or last_good.event_id < latest_event:
        return True
    if last_good.turns_at is not None and last_good.turns_at < now:
        return True
    return not (last_good.at <= now < last_good.at + heartbeat / PER_HEARTBEAT)
