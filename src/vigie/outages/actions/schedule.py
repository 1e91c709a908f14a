"""Planning an outage, moving it, cancelling it; asking and accepting to follow it; confirming its start."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one, hold, once
from vigie.lib.fittext import on_one_line
from vigie.notices import actions as notices
from vigie.notices.rules import Paragraphs
from vigie.outages.actions.declare import check_end, check_start
from vigie.outages.actions.log import note
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.actions.recover import known_effect, needs_contact_or_lead
from vigie.outages.events import FollowerAsked, OutageAudit, OutageCancelled, OutageChanged, RoleHandedOver
from vigie.outages.lifecycle import OUTAGE
from vigie.outages.models import Affected, MaintenanceTemplate, Outage
from vigie.outages.queries import planned_as, policy
from vigie.outages.rules import FUTURE_START, OutageKind, RoleName, State, next_promise
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.people.rules import Role
from vigie.services.models import Service
from vigie.services.queries import by_codes

FARTHEST = timedelta(days=2 * 366)
LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class Window:
    """What one service suffers, and when."""

    effect: str
    starts_at: datetime
    ends_at: datetime


@transaction.atomic
def plan(
    actor: Actor,
    *,
    windows: Mapping[str, Window],
    title_fr: str = "",
    title_en: str = "",
    contact: Person | None = None,
    asked_follower: Person | None = None,
    words: Paragraphs | None = None,
    template: MaintenanceTemplate | None = None,
    key: str | None = None,
) -> Outage:
    """Plan a scheduled outage: a draft, known inside only. `windows` is {service code: Window}.

    The contact is the one given, else who plans it; it must be of Operations. The same `key` (a form), or the same
    template and start, again returns what was planned. Nothing is announced before a follower has accepted.
    """
    require(actor, OutagePermission.DECLARE, PERMISSIONS)
    if key and (found := Outage.objects.filter(key=key).first()):
        return found  # before any check: what was right at the first click may be too late at the second
    services = _checked(windows)
    starts_at, ends_at = _hull(windows.values())
    outage, made = once(
        lambda: planned_as(key, template, starts_at),
        lambda: Outage.objects.create(
            kind=OutageKind.SCHEDULED,
            state=State.DRAFT,
            thread=notices.open_thread(),
            contact=_contact(actor, contact),
            declared_at=clock.now(),
            declared_by=actor.actor_label,
            origin="template" if template else "desk",
            key=key,
            title_fr=on_one_line(title_fr)[:120],
            title_en=on_one_line(title_en)[:120],
            starts_at=starts_at,
            expected_end=ends_at,
            planned_start=starts_at,
            planned_end=ends_at,
            template=template,
            words=notices.clean(words or {}),
        ),
    )
    if not made:
        return outage
    _affect(outage, services, windows)
    audit.record(
        OutageAudit.PLANNED,
        actor=actor,
        subject=outage,
        changes={
            "services": sorted(windows),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "contact": outage.contact,
        },
    )
    if asked_follower is not None:
        ask_follower(actor, outage, asked_follower)
    return outage


def _hull(windows: Collection[Window]) -> tuple[datetime, datetime]:
    return min(window.starts_at for window in windows), max(window.ends_at for window in windows)


def _checked(windows: Mapping[str, Window]) -> list[Service]:
    services = by_codes(windows)
    if not services:
        raise BadInput("outage.no_service", _("Choose at least one service."), field="services")
    for window in windows.values():
        _check_window(window)
    return services


def _affect(outage: Outage, services: Collection[Service], windows: Mapping[str, Window]) -> None:
    for service in services:
        window = windows[service.code]
        Affected.objects.create(
            outage=outage,
            service=service,
            effect=window.effect,
            starts_at=window.starts_at,
            expected_end=window.ends_at,
            first_expected_end=window.ends_at,
        )


def _contact(actor: Actor, contact: Person | None) -> Person:
    person = contact or person_behind(actor)
    if person is None or not person.is_active or Role.OPERATOR not in person.roles:
        raise BadInput(
            "outage.contact",
            _("The operations contact must be somebody of Operations."),
            hint=_("Choose who collects the facts from the engineers at work."),
            field="contact",
        )
    return person


def _check_window(window: Window) -> None:
    known_effect(window.effect)
    check_end(window.starts_at, window.ends_at, "ends_at")
    now = clock.now()
    if window.starts_at <= now:
        raise BadInput(
            "outage.planned_in_past",
            _("A planned outage starts in the future."),
            hint=_("Is the date right? What is broken now is declared as a sudden outage."),
            field="starts_at",
        )
    if window.starts_at > now + FARTHEST or window.ends_at - window.starts_at > LONGEST:
        raise BadInput(
            "outage.planned_too_far",
            _("This is more than two years away, or lasts more than 60 days."),
            hint=_("Is the year right?"),
            field="starts_at",
        )


def _scheduled(outage: Outage, *states: State) -> None:
    if outage.kind != OutageKind.SCHEDULED or outage.state not in states:
        raise Refused(
            "outage.not_now",
            _("Outage %(pk)s is “%(state)s”: this can't be done now.")
            % {"pk": outage.pk, "state": outage.get_state_display()},
        )
    hold(outage)


@transaction.atomic
def ask_follower(actor: Actor, outage: Outage, person: Person) -> None:
    """Ask a person of Support to follow a planned outage; they accept or decline."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.DRAFT)
    if not person.is_active or Role.SUPPORT not in person.roles:
        raise Refused("role.wrong_group", _("%(name)s is not of Support.") % {"name": person.name})
    change_one(outage, expect={"follower": None, "state": State.DRAFT}, asked_follower_id=person.pk)
    audit.record(OutageAudit.FOLLOWER_ASKED, actor=actor, subject=outage, changes={"person": person})
    by = person_behind(actor)
    emit(
        FollowerAsked(
            outage_id=outage.pk,
            asked=clock.now().isoformat(),
            person_id=person.pk,
            by_person_id=by.pk if by else None,
        )
    )


@transaction.atomic
def accept_following(actor: Actor, outage: Outage) -> None:
    """“I follow it”: exactly one person of Support; the second of two who accept at once is told who was first."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.DRAFT)
    person = person_behind(actor)
    if person is None or Role.SUPPORT not in person.roles:
        raise Forbidden("role.wrong_group", _("Only somebody of Support follows an outage."))
    try:
        change_one(
            outage,
            expect={"follower": None, "state": State.DRAFT},
            follower_id=person.pk,
            asked_follower_id=None,
        )
    except Conflict:
        first = Outage.objects.select_related("follower").get(pk=outage.pk).follower
        raise Conflict(
            "outage.followed",
            _("%(name)s follows it already.") % {"name": first.name if first else "?"},
            hint=_("Take the role over from them if that is what you agreed."),
        ) from None
    outage.follower = person
    fact = note(actor, outage, {"what": "followed", "name": person.name})
    audit.record(OutageAudit.FOLLOWER_ACCEPTED, actor=actor, subject=outage, changes={"person": person})
    emit(
        RoleHandedOver(
            outage_id=outage.pk,
            role=RoleName.FOLLOWER,
            person_id=person.pk,
            fact_id=fact.pk,
            by_person_id=person.pk,
        )
    )


@transaction.atomic
def decline_following(actor: Actor, outage: Outage, *, why: str = "") -> None:
    """The person who was asked says no; somebody else must be asked."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    person = person_behind(actor)
    if person is None or outage.asked_follower_id != person.pk:
        raise Forbidden("role.not_asked", _("You were not asked to follow this outage."))
    change_one(outage, expect={"asked_follower": person.pk, "follower": None}, asked_follower_id=None)
    note(actor, outage, {"what": "declined", "name": person.name, "why": why})
    audit.record(OutageAudit.FOLLOWER_DECLINED, actor=actor, subject=outage, reason=why)


@transaction.atomic
def move(actor: Actor, outage: Outage, starts_at: datetime, *, why: str = "") -> None:
    """Move the whole outage to another start; every service keeps its effect and its place in the window.

    After announcing, a change notice is owed.
    """
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.DRAFT, State.ANNOUNCED)
    by = starts_at - outage.starts_at
    if not by:
        raise BadInput(
            "outage.nothing_to_change", _("This is when it is planned already."), field="starts_at"
        )
    lines = list(outage.affected.all())
    for line in lines:
        ends_at = line.expected_end or line.starts_at + timedelta(hours=1)
        _check_window(Window(line.effect, line.starts_at + by, ends_at + by))
    for line in lines:
        changes = {"starts_at": line.starts_at + by}
        if line.expected_end:
            changes["expected_end"] = line.expected_end + by
        change_one(line, expect={"starts_at": line.starts_at}, **changes)
    for step in outage.interventions.all():
        change_one(step, expect={}, starts_at=step.starts_at + by, ends_at=step.ends_at + by)
    before = outage.starts_at
    _changed(outage, expect={"starts_at": before})
    note(actor, outage, {"what": "moved", "why": why})
    audit.record(
        OutageAudit.MOVED, actor=actor, subject=outage, reason=why, changes={"from": before, "to": starts_at}
    )


@transaction.atomic
def change_window(actor: Actor, outage: Outage, code: str, window: Window) -> None:
    """Change effect or window of one service before the start; add the service if it is not there yet."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.DRAFT, State.ANNOUNCED)
    _check_window(window)
    service = by_codes([code])[0]
    line = outage.affected.filter(service=service).first()
    if line is None:
        _affect(outage, [service], {service.code: window})
    else:
        change_one(
            line,
            expect={"effect": line.effect, "starts_at": line.starts_at, "expected_end": line.expected_end},
            effect=window.effect,
            starts_at=window.starts_at,
            expected_end=window.ends_at,
        )
    _changed(outage)
    audit.record(
        OutageAudit.SERVICE_CHANGED if line else OutageAudit.SERVICE_ADDED,
        actor=actor,
        subject=outage,
        changes={
            "service": code,
            "effect": window.effect,
            "starts_at": window.starts_at,
            "ends_at": window.ends_at,
        },
    )


@transaction.atomic
def remove_service(actor: Actor, outage: Outage, code: str) -> None:
    """A service is spared after all; the last one can't be removed: cancel instead."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.DRAFT, State.ANNOUNCED)
    if outage.affected.count() == 1:
        raise Refused(
            "outage.last_service", _("It is the only service of this outage: cancel the outage instead.")
        )
    deleted, _rows = outage.affected.filter(service__code=code).delete()
    if not deleted:
        raise BadInput(
            "outage.not_affected",
            _("“%(code)s” is not among the services of this outage.") % {"code": code},
            field="service",
        )
    _changed(outage)
    audit.record(OutageAudit.SERVICE_REMOVED, actor=actor, subject=outage, changes={"service": code})


def _changed(outage: Outage, expect: Mapping[str, object] | None = None) -> None:
    """Bring the hull up to date; once announced, remember that a change is owed to the outside."""
    lines = list(outage.affected.all())
    starts_at = min(line.starts_at for line in lines)
    ends = [line.expected_end for line in lines if line.expected_end]
    changes: dict[str, object] = {"starts_at": starts_at, "expected_end": max(ends) if ends else None}
    if outage.state == State.DRAFT:
        changes |= {"planned_start": starts_at, "planned_end": changes["expected_end"]}
    else:
        changes["changed_at"] = clock.now()
    try:
        with transaction.atomic():
            change_one(outage, expect={"state": outage.state, **(expect or {})}, **changes)
    except IntegrityError:
        raise Refused(
            "outage.occurrence_taken",
            _("This maintenance is planned already for that time, as another outage."),
            hint=_("Cancel one of the two, or choose another time."),
        ) from None
    emit(OutageChanged(outage_id=outage.pk))


@transaction.atomic
def start(actor: Actor, outage: Outage, *, at: datetime | None = None) -> None:
    """The contact confirms that the work has begun; the start is owed to the outside."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.ANNOUNCED)
    needs_contact_or_lead(actor, outage)
    now = clock.now()
    at = at or now
    if at > now + FUTURE_START:
        raise BadInput("outage.start_in_future", _("This time has not come yet."), field="at")
    check_start(at)
    if outage.expected_end and at >= outage.expected_end:
        raise BadInput(
            "outage.ends_before_start",
            _("It would start after its planned end."),
            hint=_("Move it, or extend it first."),
            field="at",
        )
    late = outage.affected.filter(starts_at=outage.starts_at)
    late.update(starts_at=at)
    OUTAGE.move(
        outage,
        State.ONGOING,
        starts_at=at,
        started_at=now,
        next_update_by=next_promise(now, policy(outage.kind).update_every),
    )
    note(actor, outage, {"what": "began"})
    audit.record(OutageAudit.STARTED, actor=actor, subject=outage, changes={"at": at})
    emit(OutageChanged(outage_id=outage.pk))


@transaction.atomic
def cancel(actor: Actor, outage: Outage, *, why: str) -> None:
    """It will not take place. If it was announced, the cancellation is owed to the outside."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    _scheduled(outage, State.DRAFT, State.ANNOUNCED)
    if not why.strip():
        raise BadInput("outage.why", _("Say why it is cancelled."), field="why")
    OUTAGE.move(outage, State.CANCELLED, cancelled_at=clock.now(), next_update_by=None)
    note(actor, outage, {"what": "cancelled", "why": why})
    audit.record(OutageAudit.CANCELLED, actor=actor, subject=outage, reason=why)
    by = person_behind(actor)
    emit(OutageCancelled(outage_id=outage.pk, by_person_id=by.pk if by else None))
