"""The communication plan: what is owed to the outside, and when. Pure.

Derived from rows and the clock, never kept: a restart loses nothing, a moved date moves everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.lib.localtime import instant
from vigie.lib.workdays import add_working_days
from vigie.notices.rules import Kind
from vigie.outages.rules.words import State

OLDEST_START = timedelta(days=7)
FUTURE_START = timedelta(minutes=5)


def start_fault(starts_at: datetime, now: datetime) -> str:
    """Why a sudden outage can't have started then: "future", "too_old", or "" if it can."""
    if starts_at > now + FUTURE_START:
        return "future"
    return "too_old" if starts_at < now - OLDEST_START else ""


@dataclass(frozen=True)
class Policy:
    """The communication plan for one kind of outage, as data. `reminders` count back from the start."""

    first_within: timedelta
    update_every: timedelta
    report_working_days: int
    backup_after: timedelta
    lead_after: timedelta
    announce_before: timedelta = timedelta(days=10)
    reminders: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(hours=1))
    second_person: bool = False


@dataclass(frozen=True)
class Told:
    """One published notice, as the plan sees it."""

    kind: str
    at: datetime
    promised: datetime | None


@dataclass(frozen=True)
class Course:
    """An outage as the plan sees it. `told` is by time of publishing.

    `changed_at`: the last time its window, effects or services changed; `started_at`: when the contact confirmed the
    start (a sudden one starts when it is declared to have started).
    """

    sudden: bool
    state: str
    declared_at: datetime
    starts_at: datetime
    expected_end: datetime | None
    ended_at: datetime | None
    reopened_at: datetime | None
    false_alarm: bool
    told: tuple[Told, ...]
    changed_at: datetime | None = None
    started_at: datetime | None = None
    cancelled_at: datetime | None = None
    has_follower: bool = True

    def told_since(self, t: datetime, *kinds: str) -> bool:
        """Whether a word (of one of the kinds, if any are named) left at `t` or after."""
        return any(word.at >= t and (not kinds or word.kind in kinds) for word in self.told)


@dataclass(frozen=True)
class Due:
    """Something owed: which notice (or, with `notice` empty, which word of the contact's), by when."""

    what: (
        str  # "follower", "first", "reminder", "start", "update", "change", "end", "cancellation", "report"…
    )
    notice: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.what}:{self.at:%Y%m%dT%H%M%S}"

    @property
    def of_contact(self) -> bool:
        """The contact's word is owed (it started, it ended), not the follower's notice."""
        return self.what in {"confirm_start", "confirm_end"}


def owed(course: Course, policy: Policy, zone: ZoneInfo) -> Due | None:
    """The next thing owed, overdue or not yet; None when nothing is owed any more."""
    return min(all_owed(course, policy, zone), key=lambda due: due.at, default=None)


def all_owed(course: Course, policy: Policy, zone: ZoneInfo) -> list[Due]:
    """Everything owed in the present state, soonest first."""
    owed_in = {
        State.DRAFT: _owed_as_draft,
        State.ANNOUNCED: _owed_before,
        State.ONGOING: _owed_while_ongoing,
        State.CANCELLED: _owed_when_cancelled,
    }
    if course.state in owed_in:
        found = list(owed_in[State(course.state)](course, policy))
    else:
        found = list(_owed_after(course, policy, zone))
    return sorted(found, key=lambda due: due.at)


def announcement_due(course: Course, policy: Policy) -> datetime:
    """Ten days before the start, or now if it was planned later than that."""
    return max(course.starts_at - policy.announce_before, course.declared_at)


def _owed_as_draft(course: Course, policy: Policy) -> Iterator[Due]:
    what = "first" if course.has_follower else "follower"
    yield Due(what, Kind.ANNOUNCEMENT, announcement_due(course, policy))


def _owed_before(course: Course, policy: Policy) -> Iterator[Due]:
    if course.changed_at and not course.told_since(course.changed_at):
        yield Due("change", Kind.CHANGE, course.changed_at + policy.first_within)
    if at := next_reminder(course, policy):
        yield Due("reminder", Kind.REMINDER, at)
    yield Due("confirm_start", "", course.starts_at)


def next_reminder(course: Course, policy: Policy) -> datetime | None:
    """The first reminder that no later word made unnecessary: whoever heard of it after T−24 h knows."""
    last = course.told[-1].at if course.told else course.declared_at
    times = sorted(course.starts_at - before for before in policy.reminders)
    return next((at for at in times if at > last), None)


def _owed_while_ongoing(course: Course, policy: Policy) -> Iterator[Due]:
    if course.expected_end and not course.sudden:
        yield Due("confirm_end", "", course.expected_end)
    if not course.told:
        yield Due("first", Kind.ANNOUNCEMENT, course.declared_at + policy.first_within)
        return
    last = course.told[-1]
    if course.reopened_at and last.at < course.reopened_at:
        yield Due("update", Kind.UPDATE, course.reopened_at + policy.first_within)
    elif course.started_at and not course.sudden and last.at < course.started_at:
        yield Due("start", Kind.START, course.started_at + policy.first_within)
    elif not course.sudden and course.changed_at and last.at < course.changed_at:
        yield Due("change", Kind.CHANGE, course.changed_at + policy.first_within)
    else:
        yield Due("update", Kind.UPDATE, last.promised or last.at + policy.update_every)


def _owed_when_cancelled(course: Course, policy: Policy) -> Iterator[Due]:
    at = course.cancelled_at
    if at and course.told and not course.told_since(at, Kind.CANCELLATION):
        yield Due("cancellation", Kind.CANCELLATION, at + policy.first_within)


def _owed_after(course: Course, policy: Policy, zone: ZoneInfo) -> Iterator[Due]:
    if course.state != State.ENDED or course.ended_at is None or not course.told:
        return  # reviewed; or nothing was ever told: nothing to end outside, and no report owed
    if not course.told_since(course.ended_at, Kind.END):
        yield Due("end", Kind.END, course.ended_at)
    elif not course.false_alarm:
        yield Due("report", Kind.REPORT, report_due(course.ended_at, policy.report_working_days, zone))


def report_due(ended_at: datetime, working_days: int, zone: ZoneInfo) -> datetime:
    """The report is due at 18:00 of the M-th working day after the end, in the centre's zone."""
    day = add_working_days(ended_at.astimezone(zone).date(), working_days)
    return instant(datetime.combine(day, time(18, 0)), zone)


ROUND = timedelta(minutes=5)


def next_promise(now: datetime, every: timedelta) -> datetime:
    """A time to promise: `every` from now, up to the next five minutes: people read 14:30, not 14:27."""
    target = now + every
    past = timedelta(minutes=target.minute % 5, seconds=target.second, microseconds=target.microsecond)
    return target if not past else target - past + ROUND


def natural_kind(course: Course) -> Kind:
    """Which notice comes next when somebody presses “write”."""
    changed = course.changed_at is not None and not course.told_since(course.changed_at)
    if course.state == State.ANNOUNCED:
        return Kind.CHANGE if changed else Kind.REMINDER
    if course.state == State.ONGOING:
        return _natural_while_ongoing(course, changed=changed)
    if course.state in {State.ENDED, State.REVIEWED}:
        told_end = course.ended_at is not None and course.told_since(course.ended_at, Kind.END)
        return Kind.REPORT if told_end else Kind.END
    return Kind.CANCELLATION if course.state == State.CANCELLED else Kind.ANNOUNCEMENT


def _natural_while_ongoing(course: Course, *, changed: bool) -> Kind:
    if not course.told:
        return Kind.ANNOUNCEMENT
    if not course.sudden and course.started_at and not course.told_since(course.started_at):
        return Kind.START
    return Kind.CHANGE if changed and not course.sudden else Kind.UPDATE


WHEN_ALLOWED: dict[Kind, frozenset[tuple[bool, State]]] = {
    # kind: the (sudden, state) pairs in which it makes sense
    Kind.ANNOUNCEMENT: frozenset({(True, State.ONGOING), (False, State.DRAFT)}),
    Kind.REMINDER: frozenset({(False, State.ANNOUNCED)}),
    Kind.CHANGE: frozenset({(False, State.ANNOUNCED), (False, State.ONGOING)}),
    Kind.START: frozenset({(False, State.ONGOING)}),
    Kind.UPDATE: frozenset({(True, State.ONGOING), (False, State.ONGOING)}),
    Kind.CANCELLATION: frozenset({(False, State.CANCELLED)}),
    Kind.END: frozenset({(True, State.ENDED), (False, State.ENDED)}),
    Kind.REPORT: frozenset(
        {(sudden, state) for sudden in (True, False) for state in (State.ENDED, State.REVIEWED)}
    ),
}
