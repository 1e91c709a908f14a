"""What is owed, as the communication plan has it: for one outage, and for many at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from vigie.kernel import clock
from vigie.notices import queries as notices
from vigie.notices.models import Version
from vigie.notices.rules import Kind
from vigie.outages.models import (
    CommunicationPolicy,
    NoticeRuleRow,
    Outage,
)
from vigie.outages.queries.rows import affected, outages
from vigie.outages.rules import (
    BrokenRule,
    Course,
    Due,
    NoticeRule,
    OutageKind,
    Policy,
    Report,
    ServiceCourse,
    State,
    Told,
    all_owed,
    broken,
    owed,
    report,
)


def policy(kind: str) -> Policy:
    """The communication plan for this kind of outage; the defaults where the table has no row."""
    return _policy(CommunicationPolicy.objects.filter(pk=kind).first() or CommunicationPolicy(kind=kind))


def policies() -> dict[str, Policy]:
    """{kind of outage: its plan}, in one query."""
    rows = {row.kind: row for row in CommunicationPolicy.objects.all()}
    return {kind: _policy(rows.get(kind) or CommunicationPolicy(kind=kind)) for kind in OutageKind}


def _policy(row: CommunicationPolicy) -> Policy:
    return Policy(
        first_within=timedelta(minutes=row.first_within),
        update_every=timedelta(minutes=row.update_every),
        report_working_days=row.report_working_days,
        backup_after=timedelta(minutes=row.backup_after),
        lead_after=timedelta(minutes=row.lead_after),
        announce_before=timedelta(days=row.announce_days),
        reminders=tuple(timedelta(hours=hours) for hours in row.reminder_hours),
        second_person=row.second_person,
    )


def told_of(rows: Iterable[Outage]) -> dict[int, tuple[Told, ...]]:
    """{thread: what was told in it, oldest first} for many outages, in one query and without a text."""
    found: dict[int, list[Told]] = {}
    for thread, kind, at, promised in notices.words_in(row.thread_id for row in rows):
        found.setdefault(thread, []).append(Told(kind, at, promised))
    return {thread: tuple(told) for thread, told in found.items()}


def course(row: Outage, told: tuple[Told, ...] | None = None) -> Course:
    """The outage as the plan's rules see it; `told` where the caller has read it for many."""
    return Course(
        sudden=row.kind == "sudden",
        state=row.state,
        declared_at=row.declared_at,
        starts_at=row.starts_at,
        expected_end=row.expected_end,
        ended_at=row.ended_at,
        reopened_at=row.reopened_at,
        false_alarm=row.false_alarm,
        told=told_of([row]).get(row.thread_id, ()) if told is None else told,
        changed_at=row.changed_at,
        started_at=row.started_at,
        cancelled_at=row.cancelled_at,
        has_follower=row.follower_id is not None,
    )


def due(row: Outage) -> Due | None:
    """The next thing this outage owes: a word to the outside, or a word of its contact."""
    return owed(course(row), policy(row.kind), ZoneInfo(settings.TIME_ZONE))


def dues(rows: Iterable[Outage]) -> dict[int, Due | None]:
    """{outage: the next thing it owes}: the same for many, in two queries."""
    found: dict[int, Due | None] = {}
    for row, owed_ in _owed_by(list(rows)):
        found[row.pk] = min(owed_, key=lambda due: due.at, default=None)
    return found


def all_due() -> list[tuple[Outage, Due]]:
    """Everything owed by every outage, soonest first. Three queries, however many outages."""
    found = [(row, due) for row, owed_ in _owed_by(list(_unfinished())) for due in owed_]
    return sorted(found, key=lambda pair: pair[1].at)


def _owed_by(rows: list[Outage]) -> Iterator[tuple[Outage, list[Due]]]:
    if not rows:
        return
    told = told_of(row for row in rows if row.state != State.REVIEWED)  # a reviewed one owes nothing
    plans, zone = policies(), ZoneInfo(settings.TIME_ZONE)
    for row in rows:
        yield row, all_owed(course(row, told.get(row.thread_id, ())), plans[row.kind], zone)


def _unfinished() -> QuerySet[Outage]:
    """Outages that may owe something: of a long past only those without a last word, or whose report is missing.

    The thread names the notice that readers see last: one look for each, instead of one at all that was told. What is
    left out here surely owes nothing; the plan's rules decide of the rest.
    """
    newest = Version.objects.filter(pk=OuterRef("thread__newest_version"))
    last_word = newest.filter(
        Q(notice__kind=Kind.END, published_at__gte=OuterRef("ended_at"))
        | Q(notice__kind=Kind.CANCELLATION, published_at__gte=OuterRef("cancelled_at"))
    )
    no_report = Q(state=State.CANCELLED) | Q(state=State.ENDED, false_alarm=True)
    rows = outages().filter(state__in=[state for state in State if state != State.REVIEWED])
    return rows.exclude(no_report & (Q(thread__told_at__isnull=True) | Exists(last_word)))


def report_of(row: Outage) -> Report:
    """Planned against real."""
    services = [
        ServiceCourse(
            code=line.service.code,
            effect=line.effect,
            starts_at=line.starts_at,
            expected_end=line.first_expected_end,
            restored_at=line.restored_at,
        )
        for line in affected(row)
    ]
    return report(course(row), services)


def notice_rules() -> list[NoticeRule]:
    """How long before its start an outage must be announced."""
    return [
        NoticeRule(row.code, row.amount, row.unit, row.effect, timedelta(minutes=row.lasts_at_least))
        for row in NoticeRuleRow.objects.all()
    ]


def announced_at(row: Outage) -> datetime | None:
    """When the outside first heard of it."""
    told = notices.published(row.thread)
    return told[0].published_at if told else None


def broken_rules(row: Outage, at: datetime | None = None) -> list[BrokenRule]:
    """Notice rules that this scheduled outage breaks: as it was announced, or if it were announced at `at` (now)."""
    if row.kind != OutageKind.SCHEDULED:
        return []
    worst = min(
        (line.effect for line in affected(row)), key=["down", "degraded", "at_risk"].index, default="at_risk"
    )
    return broken(
        notice_rules(),
        effect=worst,
        starts_at=row.planned_start or row.starts_at,
        ends_at=row.planned_end or row.expected_end,
        told_at=at or announced_at(row) or clock.now(),
        zone=ZoneInfo(settings.TIME_ZONE),
    )
