"""Alarms from monitoring: known by fingerprint, they open, join or propose to end; they never end anything.

A message is taken in as a whole, in one transaction: five hundred alarms of one storm open one outage and write one
line into its log. Nothing an alarm says is lost: what opens nothing is shown on the desk, with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from vigie.contracts.alarm import IncomingAlarm
from vigie.kernel import audit, clock
from vigie.kernel.access import SYSTEM, Actor, require
from vigie.kernel.errors import Conflict, Refused, VigieError
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.notices.rules import Effect
from vigie.outages.actions.declare import declare_sudden
from vigie.outages.actions.log import note
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import EndProposed, OutageAudit
from vigie.outages.models import Alarm, Fact, Outage
from vigie.outages.queries import ongoing_with
from vigie.outages.rules import (
    ALARM_EFFECTS,
    LINES_WINDOW,
    OLDEST_START,
    AlarmSituation,
    AlarmVerdict,
    LogRoom,
    State,
    bundled,
    flaps,
    judge_alarm,
    log_room,
)
from vigie.services.actions import hold
from vigie.services.models import Service
from vigie.services.queries import for_alarms


@dataclass(frozen=True)
class Monitoring:
    """A monitoring system that speaks through somebody's token. Nobody in person: whoever carries the token is told
    of the outage like anybody else, and is never its contact for having "declared" it.
    """

    source: str
    carrier: str

    @property
    def actor_kind(self) -> str:
        return "alarm"

    @property
    def actor_id(self) -> str:
        return self.source

    @property
    def actor_label(self) -> str:
        return self.source

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(
            {SYSTEM}
        )  # what it may report was checked at the door; the rest Vigie does by itself


@dataclass(frozen=True)
class Received:
    """What became of an alarm."""

    alarm: Alarm | None
    verdict: AlarmVerdict
    outage: Outage | None = None


def receive_alarm(actor: Actor, incoming: IncomingAlarm) -> Received:
    """Take one alarm in; see `receive_alarms`."""
    return receive_alarms(actor, [incoming])[0]


ATTEMPTS = 3


def receive_alarms(actor: Actor, incoming: Sequence[IncomingAlarm]) -> list[Received]:
    """Take the alarms of one message in; returns for each, in order, what became of it.

    The same message again changes nothing but counts. `Conflict` only if it met another message on the same alarms
    three times in a row.
    """
    require(actor, OutagePermission.REPORT_ALARM, PERMISSIONS)
    for _attempt in range(ATTEMPTS - 1):
        try:
            return _receive(actor, incoming)
        except Conflict:
            continue
    return _receive(actor, incoming)


@transaction.atomic
def _receive(actor: Actor, incoming: Sequence[IncomingAlarm]) -> list[Received]:
    """One try. The services are held first, so that two messages at once open one outage, not two."""
    services = for_alarms(alarm.labels for alarm in incoming)
    hold({service for service in services if service is not None})
    known = _known(incoming)
    found = []
    for alarm, service in zip(incoming, services, strict=True):
        voice = Monitoring(alarm.source, actor.actor_label)
        row = known.get((alarm.source, alarm.fingerprint))
        received = _take(voice, alarm, service, row)
        if received.alarm is not None:
            known[alarm.source, alarm.fingerprint] = received.alarm
        found.append(received)
    _write_lines(found)
    return found


def _known(incoming: Iterable[IncomingAlarm]) -> dict[tuple[str, str], Alarm]:
    """The row each of these alarms already has: firing, or stopped so lately that it only flaps. One whose outage has
    ended since, and not as a false alarm, is history: firing again it is a new one.
    """
    wanted: dict[str, set[str]] = {}
    for alarm in incoming:
        wanted.setdefault(alarm.source, set()).add(alarm.fingerprint)
    found: dict[tuple[str, str], Alarm] = {}
    now = clock.now()
    for source, fingerprints in wanted.items():
        rows = Alarm.objects.filter(source=source, fingerprint__in=fingerprints).select_related(
            "outage__contact"
        )
        for row in rows.order_by(
            "firing", "resolved_at", "pk"
        ):  # the last one wins: firing, else newest resolved
            history = (
                row.outage is not None and row.outage.state != State.ONGOING and not row.outage.false_alarm
            )
            if row.firing or (flaps(resolved_at=row.resolved_at, now=now) and not history):
                found[source, row.fingerprint] = row
    return found


def _take(voice: Monitoring, incoming: IncomingAlarm, service: Service | None, row: Alarm | None) -> Received:
    own = row.outage if row is not None else None
    own_open = own is not None and own.state == State.ONGOING
    other = own if own_open else ongoing_with(service) if service is not None else None
    verdict = judge_alarm(
        AlarmSituation(
            firing=incoming.firing,
            severity=incoming.severity,
            service_known=service is not None,
            service_outage_open=other is not None,
            fires_already=row is not None and row.firing,
            own_outage_open=own_open,
            judged_over=own is not None and not own_open,
            settled_at=row.settled_severity if row is not None and row.settled_at else None,
        )
    )
    if not incoming.firing:
        return _resolved(voice, incoming, row, verdict)
    row = _seen_again(row, incoming, service) if row is not None else _first_seen(voice, incoming, service)
    if verdict == AlarmVerdict.DECLARE and service is not None:
        other = _declare(voice, row, service)
        verdict = AlarmVerdict.DECLARE if other else AlarmVerdict.SHOW
    if verdict in {AlarmVerdict.DECLARE, AlarmVerdict.ATTACH} and other is not None:
        change_one(row, expect={}, outage_id=other.pk, problem="", settled_at=None, settled_severity="")
        row.outage = other
    return Received(row, verdict, row.outage)


def _first_seen(voice: Monitoring, incoming: IncomingAlarm, service: Service | None) -> Alarm:
    now = clock.now()
    try:
        with transaction.atomic():
            row = Alarm.objects.create(
                source=incoming.source,
                fingerprint=incoming.fingerprint,
                service=service,
                summary=incoming.summary,
                severity=incoming.severity,
                labels=dict(incoming.labels),
                link=incoming.link,
                starts_at=min(incoming.starts_at, now),
                first_seen=now,
                last_seen=now,
            )
    except IntegrityError:  # the same alarm in another message, this very moment
        raise Conflict(
            "alarm.twice", _("The same alarm arrived twice at once; the other was taken.")
        ) from None
    audit.record(
        OutageAudit.ALARM_RECEIVED,
        actor=voice,
        subject=row,
        changes={"severity": row.severity, "by": voice.carrier},
    )
    return row


def _seen_again(row: Alarm, incoming: IncomingAlarm, service: Service | None) -> Alarm:
    """Counted, and brought up to date: the same fingerprint may have become worse."""
    now = clock.now()
    change_one(
        row,
        expect={},
        firing=True,
        resolved_at=None,
        last_seen=now,
        service_id=service.pk if service else row.service_id,
        summary=incoming.summary,
        severity=incoming.severity,
        link=incoming.link or row.link,
    )
    Alarm.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.count += 1
    return row


def _resolved(
    voice: Monitoring, incoming: IncomingAlarm, row: Alarm | None, verdict: AlarmVerdict
) -> Received:
    if row is None:
        return Received(None, AlarmVerdict.NOTE)  # the end of something we never heard of
    if not row.firing:
        return Received(row, AlarmVerdict.NOTE, row.outage)
    now = clock.now()
    at = min(max(incoming.resolved_at or now, row.starts_at), now)
    change_one(row, expect={"firing": True}, firing=False, resolved_at=at, last_seen=now)
    audit.record(OutageAudit.ALARM_RESOLVED, actor=voice, subject=row, changes={"resolved_at": at})
    return Received(row, verdict, row.outage)


def _declare(voice: Monitoring, row: Alarm, service: Service) -> Outage | None:
    """Open the outage this alarm means; where that can't be (nobody to be contact), the alarm shows why."""
    effect = ALARM_EFFECTS.get(row.severity, Effect.DOWN)
    now = clock.now()
    starts_at = max(min(row.starts_at, now), now - OLDEST_START)
    try:
        with transaction.atomic():
            declared = declare_sudden(
                voice,
                services={service.code: effect},
                starts_at=starts_at,
                origin=row.source,
                key=f"alarm:{row.pk}:{row.count}",
            )
    except VigieError as error:
        change_one(row, expect={}, problem=str(error)[:300])
        return None
    return declared.outage


def _write_lines(received: Sequence[Received]) -> None:
    """One line per outage for all alarms of the message that began, one for all that ended."""
    began: dict[Outage, list[Alarm]] = {}
    ended: dict[Outage, list[Alarm]] = {}
    for item in received:
        if item.alarm is None or item.outage is None:
            continue
        if item.verdict in {AlarmVerdict.DECLARE, AlarmVerdict.ATTACH}:
            began.setdefault(item.outage, []).append(item.alarm)
        elif item.verdict == AlarmVerdict.PROPOSE_END:
            ended.setdefault(item.outage, []).append(item.alarm)
    for outage, alarms in began.items():
        _write_line(outage, alarms, "alarms")
    for outage, alarms in ended.items():
        _write_line(outage, alarms, "alarms_over")
        if not outage.alarms.filter(firing=True).exists():
            emit(EndProposed(outage_id=outage.pk, alarm_id=alarms[-1].pk))


LINE_KEY = "alarm-line:"


def _write_line(outage: Outage, alarms: Sequence[Alarm], what: str) -> None:
    """Write it unless the log has had its share of alarms; the last line before silence says so."""
    now = clock.now()
    lines = Fact.objects.filter(outage=outage, key__startswith=LINE_KEY, at__gt=now - LINES_WINDOW)
    room = log_room(list(lines.values_list("at", flat=True)), now)
    if room == LogRoom.FULL:
        return
    shown, more = bundled([alarm.summary for alarm in alarms])
    said = {
        "what": what,
        "n": len(alarms),
        "alarms": "; ".join(shown),
        "more": more,
        "last": room == LogRoom.LAST,
    }
    voice = Monitoring(alarms[0].source, "")
    last = alarms[-1]
    key = f"{LINE_KEY}{last.pk}:{last.count}:{'on' if last.firing else 'off'}"
    note(voice, outage, said, key=key)


@transaction.atomic
def attach_alarm(actor: Actor, alarm: Alarm, outage: Outage) -> None:
    """A person says that this alarm belongs to that outage; its end will propose the end of the outage.

    Refused for an outage that does not go on, and for an alarm that belongs to another one that does.
    """
    require(actor, OutagePermission.JUDGE_ALARM, PERMISSIONS)
    if outage.state != State.ONGOING:
        raise Refused("outage.not_ongoing", _("Outage %(pk)s does not go on.") % {"pk": outage.pk})
    if alarm.outage is not None and alarm.outage.state == State.ONGOING:
        raise Refused(
            "alarm.attached", _("This alarm belongs to outage %(pk)s already.") % {"pk": alarm.outage.pk}
        )
    change_one(
        alarm,
        expect={"outage_id": alarm.outage_id},
        outage_id=outage.pk,
        problem="",
        settled_at=None,
        settled_severity="",
    )
    alarm.outage = outage
    note(actor, outage, {"what": "alarms", "n": 1, "alarms": alarm.summary})
    audit.record(OutageAudit.ALARM_ATTACHED, actor=actor, subject=alarm, changes={"outage": outage.pk})


@transaction.atomic
def settle_alarm(actor: Actor, alarm: Alarm, *, why: str = "") -> None:
    """A person looked: nothing more to do about this alarm, unless it becomes worse."""
    require(actor, OutagePermission.JUDGE_ALARM, PERMISSIONS)
    change_one(alarm, expect={"settled_at": None}, settled_at=clock.now(), settled_severity=alarm.severity)
    audit.record(OutageAudit.ALARM_SETTLED, actor=actor, subject=alarm, reason=why)
