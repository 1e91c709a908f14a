"""Alarms from monitoring: known by fingerprint, they open, join or propose to end; they never end anything."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from vigie.contracts.alarm import IncomingAlarm
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import Conflict, VigieError
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.notices.rules import Effect
from vigie.outages.actions.declare import declare_sudden
from vigie.outages.actions.log import write
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import EndProposed, OutageAudit
from vigie.outages.models import Alarm, Outage
from vigie.outages.queries import ongoing_for
from vigie.outages.rules import ALARM_EFFECTS, OLDEST_START, AlarmVerdict, FactKind, State, judge_alarm
from vigie.services.models import Service
from vigie.services.queries import for_alarm


@dataclass(frozen=True)
class Received:
    """What became of an alarm."""

    alarm: Alarm | None
    verdict: AlarmVerdict
    outage: Outage | None = None


@transaction.atomic
def receive_alarm(actor: Actor, incoming: IncomingAlarm) -> Received:
    """Take one alarm in. The same one again is counted; nothing an alarm says is ever lost."""
    require(actor, OutagePermission.DECLARE, PERMISSIONS)
    known = Alarm.objects.filter(
        source=incoming.source, fingerprint=incoming.fingerprint, firing=True
    ).first()
    service = for_alarm(incoming.labels)
    outage = known.outage if known else None
    if outage is None and service is not None:
        outage = next(iter(ongoing_for([service])), None)
    verdict = judge_alarm(
        firing=incoming.firing,
        known_open=known is not None,
        service_known=service is not None,
        outage_open=outage is not None and outage.state == State.ONGOING,
        severity=incoming.severity,
    )
    if known is not None:
        return _seen_again(actor, known, incoming, verdict)
    if not incoming.firing:
        return Received(None, AlarmVerdict.NOTE)  # the end of something we never heard of
    alarm = _first_seen(incoming, service)
    audit.record(OutageAudit.ALARM_RECEIVED, actor=actor, subject=alarm, changes={"verdict": verdict})
    if verdict == AlarmVerdict.DECLARE and service is not None:
        outage = _declare(actor, alarm, service)
    if outage is not None:
        change_one(alarm, expect={}, outage_id=outage.pk)
        write(actor, outage, f"{_('Alarm:')} {alarm.summary}", kind=FactKind.SYSTEM)
    return Received(alarm, verdict if outage else AlarmVerdict.SHOW, outage)


def _first_seen(incoming: IncomingAlarm, service: Service | None) -> Alarm:
    now = clock.now()
    try:
        with transaction.atomic():
            return Alarm.objects.create(
                source=incoming.source,
                fingerprint=incoming.fingerprint[:120],
                service=service,
                summary=incoming.summary[:500],
                severity=incoming.severity[:30],
                labels=dict(incoming.labels),
                link=incoming.link[:500],
                starts_at=incoming.starts_at,
                first_seen=now,
                last_seen=now,
            )
    except IntegrityError:
        raise Conflict(
            "alarm.twice", _("The same alarm arrived twice at once; the other was taken.")
        ) from None


def _seen_again(actor: Actor, known: Alarm, incoming: IncomingAlarm, verdict: AlarmVerdict) -> Received:
    if incoming.firing:
        Alarm.objects.filter(pk=known.pk).update(count=F("count") + 1, last_seen=clock.now())
        return Received(known, AlarmVerdict.NOTE, known.outage)
    change_one(
        known,
        expect={"firing": True},
        firing=False,
        resolved_at=incoming.resolved_at or clock.now(),
        last_seen=clock.now(),
    )
    if verdict == AlarmVerdict.PROPOSE_END and known.outage is not None:
        write(actor, known.outage, f"{_('Alarm over:')} {known.summary}", kind=FactKind.SYSTEM)
        if not known.outage.alarms.filter(firing=True).exists():
            emit(EndProposed(outage_id=known.outage.pk, alarm_id=known.pk))
    return Received(known, verdict, known.outage)


def _declare(actor: Actor, alarm: Alarm, service: Service) -> Outage | None:
    """Open the outage this alarm means; where that can't be (nobody to be contact), the alarm shows why."""
    effect = ALARM_EFFECTS.get(alarm.severity, Effect.DOWN)
    starts_at = max(min(alarm.starts_at, clock.now()), clock.now() - OLDEST_START)
    try:
        with transaction.atomic():
            declared = declare_sudden(
                actor,
                services={service.code: effect},
                starts_at=starts_at,
                origin=alarm.source,
                key=f"alarm:{alarm.pk}",
            )
    except VigieError as error:
        change_one(alarm, expect={}, problem=str(error)[:300])
        return None
    return declared.outage


@transaction.atomic
def settle_alarm(actor: Actor, alarm: Alarm, *, why: str = "") -> None:
    """A person looked: nothing more to do about this alarm."""
    require(actor, OutagePermission.JUDGE_ALARM, PERMISSIONS)
    change_one(alarm, expect={"settled_at": None}, settled_at=clock.now())
    audit.record(OutageAudit.ALARM_SETTLED, actor=actor, subject=alarm, reason=why)
