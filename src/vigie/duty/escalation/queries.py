"""Reads over escalations, and who a rung of one means."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.escalation.models import CallingPolicy, Escalation, EscalationStep, Pager
from vigie.duty.escalation.rules import Next, Plan, Rung, StepKind, Urgency, next_call
from vigie.duty.models import Duty
from vigie.duty.queries import on_duty
from vigie.duty.rules import DutyCode
from vigie.kernel import clock
from vigie.kernel.errors import Missing
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.people.rules import GroupKind
from vigie.post import targets
from vigie.post.targets import Target


def policy(duty: Duty) -> CallingPolicy:
    """How this duty is called; the defaults where nobody said."""
    return CallingPolicy.objects.filter(duty=duty).first() or CallingPolicy(duty=duty)


def policy_of(code: str) -> CallingPolicy:
    """The same by the duty's code; the defaults for a duty that this centre does not have."""
    found = CallingPolicy.objects.filter(duty__code=code).select_related("duty").first()
    return found or CallingPolicy(duty=Duty.objects.filter(code=code).first() or Duty(code=code))


def leads_group(code: str) -> GroupKind:
    """Whose leads stand behind a duty."""
    return GroupKind.OPERATIONS if code == DutyCode.PRODUCTION else GroupKind.SUPPORT


def rungs_of(row: CallingPolicy) -> tuple[Rung, ...]:
    """Primary, backup, lead of a duty: what is called when nobody says otherwise."""
    code = row.duty.code
    return (
        Rung("duty", f"{code}:1", timedelta(0)),
        Rung("duty", f"{code}:2", timedelta(minutes=row.backup_after)),
        Rung("leads", leads_group(code), timedelta(minutes=row.lead_after)),
    )


def plan(row: CallingPolicy, rungs: Iterable[Rung] = ()) -> Plan:
    """The policy as a plan, with rungs of the caller's own or those of the duty."""
    return Plan(
        rungs=tuple(rungs) or rungs_of(row),
        rounds=row.rounds,
        again=timedelta(minutes=row.again_after),
        grace=timedelta(minutes=row.grace),
        quiet=row.quiet,
    )


def answers_to(rung: Rung, t: datetime) -> list[Person]:
    """The persons a rung means at `t`; empty if nobody holds it then."""
    if rung.kind == "person":
        return list(people.staff().filter(pk=rung.ref))
    if rung.kind == "duty":
        code, _colon, level = rung.ref.partition(":")
        return [row.person for row in on_duty(t, code) if not level or row.level == int(level)]
    return people.leads(GroupKind(rung.ref))


def escalations() -> QuerySet[Escalation]:
    """Every escalation, newest first."""
    return Escalation.objects.select_related("duty", "acknowledged_by")


def escalation(pk: int | str) -> Escalation:
    """The escalation with this number, or `Missing`."""
    found = escalations().filter(pk=pk).first() if str(pk).isdigit() and len(str(pk)) < 18 else None  # noqa: PLR2004 # fits a bigint
    if found is None:
        raise Missing("escalation.missing", _("There is no escalation %(pk)s.") % {"pk": str(pk)[:40]})
    return found


def open_escalations() -> QuerySet[Escalation]:
    """What calls now, longest first."""
    return escalations().filter(closed_at__isnull=True).order_by("opened_at", "pk")


def escalations_of(person: Person) -> QuerySet[Escalation]:
    """Escalations still open in which this person was called."""
    called = EscalationStep.objects.filter(person=person, kind=StepKind.CALLED)
    return open_escalations().filter(pk__in=called.values("escalation"))


STATES = ("calling", "acknowledged", "over")


def matching(*, state: str = "", duty: str = "", text: str = "") -> QuerySet[Escalation]:
    """Escalations that fit every filter given; `state` is one of STATES or "open"."""
    rows = escalations()
    if state:
        rows = rows.filter(closed_at__isnull=state != "over")
    if state in {"calling", "acknowledged"}:
        rows = rows.filter(acknowledged_at__isnull=state == "calling")
    if duty:
        rows = rows.filter(duty__code=duty)
    for word in text.split()[:8]:
        rows = rows.filter(what_fr__icontains=word) | rows.filter(what_en__icontains=word)
    return rows


def state_of(row: Escalation) -> str:
    """One of STATES."""
    if row.closed_at:
        return "over"
    return "acknowledged" if row.acknowledged_at else "calling"


def steps(row: Escalation) -> list[EscalationStep]:
    """What happened, in order."""
    return list(row.steps.select_related("person"))


def coming(row: Escalation, t: datetime | None = None) -> Next:
    """What the engine does next about an open escalation."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return next_call(row.the_plan, row.standing, Urgency(row.urgency), t or clock.now(), zone)


def step(pk: int) -> EscalationStep | None:
    return (
        EscalationStep.objects.select_related("escalation__acknowledged_by", "person").filter(pk=pk).first()
    )


def pager_target(person: Person) -> Target | None:
    """The target by which this person is called, if they chose one and it is still configured."""
    row = pager(person)
    return next((one for one in pagers() if row and one.name == row.target), None)


def pagers() -> list[Target]:
    """The targets that persons may be called by."""
    return targets.of_use("calls")


def pager(person: Person) -> Pager | None:
    return Pager.objects.filter(person=person).first()
