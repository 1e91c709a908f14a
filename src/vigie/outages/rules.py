"""Who is contact and follower, what is owed when, who may let a notice leave, and what the report says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from vigie.lib.localtime import instant
from vigie.lib.workdays import add_working_days
from vigie.notices.rules import Effect, Kind
from vigie.people.rules import Role


class OutageKind(StrEnum):
    SCHEDULED = "scheduled"
    SUDDEN = "sudden"


class State(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    ONGOING = "ongoing"
    ENDED = "ended"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


class RoleName(StrEnum):
    CONTACT = "contact"
    FOLLOWER = "follower"


class FactKind(StrEnum):
    FACT = "fact"
    QUESTION = "question"
    ANSWER = "answer"
    SYSTEM = "system"


OLDEST_START = timedelta(days=7)
FUTURE_START = timedelta(minutes=5)


def start_fault(starts_at: datetime, now: datetime) -> str:
    """Why a sudden outage can't have started then: "future", "too_old", or "" if it can."""
    if starts_at > now + FUTURE_START:
        return "future"
    return "too_old" if starts_at < now - OLDEST_START else ""


@dataclass(frozen=True)
class Candidate:
    """Somebody who could hold a role now, and as what: primary, backup, lead, or whoever declares."""

    person_id: int
    capacity: str


@dataclass(frozen=True)
class Choice:
    """Who holds a role by default. A stand-in holds it until a shift of the duty begins."""

    person_id: int
    capacity: str
    stand_in: bool


def choose(on_duty: Sequence[tuple[int, int]], leads: Sequence[int], declarer: int | None) -> Choice | None:
    """The default holder: the primary on duty, its backup, the lead, at last whoever declares; None: nobody.

    `on_duty` are (person, level), best first. A duty that has a backup only is held, not stood in for.
    """
    for person_id, level in on_duty:
        return Choice(person_id, "primary" if level == 1 else "backup", stand_in=False)
    for person_id in leads:
        return Choice(person_id, "lead", stand_in=True)
    return Choice(declarer, "declarer", stand_in=True) if declarer is not None else None


@dataclass(frozen=True)
class Policy:
    """The communication plan for sudden outages, as data."""

    first_within: timedelta
    update_every: timedelta
    report_working_days: int
    backup_after: timedelta
    lead_after: timedelta


@dataclass(frozen=True)
class Told:
    """One published notice, as the plan sees it."""

    kind: str
    at: datetime
    promised: datetime | None


@dataclass(frozen=True)
class Course:
    """An outage as the plan sees it. `told` is by time of publishing."""

    sudden: bool
    state: str
    declared_at: datetime
    starts_at: datetime
    expected_end: datetime | None
    ended_at: datetime | None
    reopened_at: datetime | None
    false_alarm: bool
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Due:
    """Something owed to the outside: which notice, by when, and how it is known to the escalation."""

    what: str  # "first", "update", "end", "report"
    notice: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.what}:{self.at:%Y%m%dT%H%M%S}"


def owed(course: Course, policy: Policy, zone: ZoneInfo) -> Due | None:
    """The next word owed to the outside, overdue or not yet; None when nothing is owed any more."""
    if course.state == State.ONGOING:
        return _owed_while_ongoing(course, policy)
    if course.state == State.ENDED and course.ended_at:
        since_end = [told for told in course.told if told.at >= course.ended_at]
        if course.told and not any(told.kind == Kind.END for told in since_end):
            return Due("end", Kind.END, course.ended_at)
        if not course.told:
            return None  # nothing was ever told: nothing to end outside, and no report owed
        if course.false_alarm:
            return None
        return Due("report", Kind.REPORT, report_due(course.ended_at, policy.report_working_days, zone))
    return None


def _owed_while_ongoing(course: Course, policy: Policy) -> Due:
    if not course.told:
        return Due("first", Kind.ANNOUNCEMENT, course.declared_at + policy.first_within)
    last = course.told[-1]
    if course.reopened_at and last.at < course.reopened_at:
        return Due("update", Kind.UPDATE, course.reopened_at + policy.first_within)
    return Due("update", Kind.UPDATE, last.promised or last.at + policy.update_every)


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


@dataclass(frozen=True)
class Approver:
    """Who wants to approve, and how things stand."""

    roles: frozenset[str]
    is_follower: bool
    is_contact: bool
    follower_stands_in: bool
    urgent_first: bool  # the first notice of a sudden outage
    overdue: bool  # and its time has passed


def may_approve(who: Approver) -> str:
    """Empty if this person may approve; else why not.

    The follower approves, or a lead of Support's. The contact may let an urgent first notice leave alone where
    nobody of Support is on duty (the follower only stands in) or where nobody did it in time.
    """
    if who.is_follower or (Role.LEAD in who.roles and Role.SUPPORT in who.roles):
        return ""
    if who.is_contact and who.urgent_first and (who.follower_stands_in or who.overdue):
        return ""
    return "contact_not_alone" if who.is_contact and who.urgent_first else "not_follower"


@dataclass(frozen=True)
class Promise:
    """A "next update by" that readers saw: kept if word came by then."""

    made_at: datetime
    by: datetime
    next_word: datetime | None

    def kept(self, now: datetime) -> bool | None:
        """None while its time has not come."""
        if self.next_word is not None:
            return self.next_word <= self.by
        return None if now <= self.by else False


@dataclass(frozen=True)
class ServiceCourse:
    """How one service fared. `expected_end` is the first end that readers were told."""

    code: str
    effect: str
    starts_at: datetime
    expected_end: datetime | None
    restored_at: datetime | None

    @property
    def lasted(self) -> timedelta | None:
        return self.restored_at - self.starts_at if self.restored_at else None


@dataclass(frozen=True)
class Report:
    """Planned against real, for one outage."""

    lasted: timedelta | None
    to_declare: timedelta
    to_first_notice: timedelta | None
    gaps: tuple[timedelta, ...]
    promises: tuple[Promise, ...]
    overran: timedelta | None
    services: tuple[ServiceCourse, ...]

    @property
    def longest_gap(self) -> timedelta | None:
        return max(self.gaps, default=None)


def report(course: Course, services: Sequence[ServiceCourse]) -> Report:
    """The numbers of the report: each is a difference of two rows, so that anyone can check it on paper."""
    times = [told.at for told in course.told]
    expected = [service.expected_end for service in services if service.expected_end]
    return Report(
        lasted=course.ended_at - course.starts_at if course.ended_at else None,
        to_declare=course.declared_at - course.starts_at,
        to_first_notice=times[0] - course.declared_at if times else None,
        gaps=tuple(after - before for before, after in pairwise(times)),
        promises=promises(course.told),
        overran=course.ended_at - max(expected) if course.ended_at and expected else None,
        services=tuple(services),
    )


def promises(told: Sequence[Told]) -> tuple[Promise, ...]:
    """Each promised time with the first word that came after it was made."""
    return tuple(
        Promise(word.at, word.promised, told[index + 1].at if index + 1 < len(told) else None)
        for index, word in enumerate(told)
        if word.promised is not None
    )


ALARM_EFFECTS = {
    "critical": Effect.DOWN,
    "page": Effect.DOWN,
    "error": Effect.DEGRADED,
    "warning": Effect.AT_RISK,
}
DECLARING_SEVERITIES = frozenset({"critical", "page", "error", ""})


class AlarmVerdict(StrEnum):
    DECLARE = "declare"  # opens an outage
    ATTACH = "attach"  # belongs to one that is open
    PROPOSE_END = "propose_end"
    SHOW = "show"  # on the desk, for a person to judge
    NOTE = "note"  # known already: counted, nothing else


@dataclass(frozen=True)
class AlarmSituation:
    """An alarm that arrives, and what is known of it.

    `fires_already`: this fingerprint does. `own_outage_open`: it belongs to an outage that goes on. `judged_over`: its
    outage was ended while it fired, or was a false alarm. `service_outage_open`: its service is in an outage that goes
    on. `settled_at`: the severity at which a person said that there is nothing more to do; None if nobody did.
    """

    firing: bool
    severity: str
    service_known: bool
    service_outage_open: bool
    fires_already: bool = False
    own_outage_open: bool = False
    judged_over: bool = False
    settled_at: str | None = None


def judge_alarm(alarm: AlarmSituation) -> AlarmVerdict:
    """What to do with an alarm. It never ends anything: where it resolves, the end is proposed."""
    if not alarm.firing:
        return AlarmVerdict.PROPOSE_END if alarm.own_outage_open else AlarmVerdict.NOTE
    if alarm.own_outage_open:
        return AlarmVerdict.NOTE if alarm.fires_already else AlarmVerdict.ATTACH
    declares = alarm.severity in DECLARING_SEVERITIES
    worse = declares and alarm.settled_at not in DECLARING_SEVERITIES
    if alarm.settled_at is not None and not worse:
        return AlarmVerdict.NOTE
    if alarm.service_outage_open:
        return AlarmVerdict.ATTACH
    return (
        AlarmVerdict.DECLARE
        if alarm.service_known and declares and not alarm.judged_over
        else AlarmVerdict.SHOW
    )


FLAP_WINDOW = timedelta(minutes=30)
LINES_PER_WINDOW = 5
LINES_WINDOW = timedelta(minutes=10)


def flaps(*, resolved_at: datetime | None, now: datetime) -> bool:
    """Whether an alarm that fires again is still the same one: it stopped only minutes ago."""
    return resolved_at is not None and now - resolved_at <= FLAP_WINDOW


class LogRoom(StrEnum):
    """How much of an alarm storm the inside log takes, so that people's own lines stay readable."""

    LINE = "line"
    LAST = "last"  # this line says that further ones are only listed
    FULL = "full"


def log_room(recent: Sequence[datetime], now: datetime) -> LogRoom:
    """`recent` are the times of the outage's alarm lines: five in ten minutes, then one that says why no more."""
    lately = sum(1 for at in recent if now - at < LINES_WINDOW)
    if lately < LINES_PER_WINDOW:
        return LogRoom.LINE
    return LogRoom.LAST if lately == LINES_PER_WINDOW else LogRoom.FULL


SUMMARIES_IN_A_LINE = 3


def bundled(summaries: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The summaries that one line of the log shows, and how many more there are; each text once."""
    distinct = list(dict.fromkeys(summaries))
    return tuple(distinct[:SUMMARIES_IN_A_LINE]), len(summaries) - min(len(distinct), SUMMARIES_IN_A_LINE)
