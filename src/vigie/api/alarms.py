"""Alarms: monitoring posts them here, people judge them."""

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Body, Path, Query, Router

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.paging import Limit, Offset, page
from vigie.api.people import Call
from vigie.api.showing import alarm_out
from vigie.contracts.alarm import AlarmFault, AlarmSource, IncomingAlarm
from vigie.kernel import clock, journal
from vigie.kernel.errors import BadInput, Missing, Refused
from vigie.outages import actions, queries
from vigie.outages.actions.alarms import Received
from vigie.outages.rules import AlarmVerdict
from vigie.people.rules import Scope

log = journal.of(__name__)

router = Router(tags=["Alarms"])

GROUP = "vigie.alarms"
AlarmNumber = Annotated[int, Path(ge=1, lt=2**53, description="id of an alarm")]


def installed() -> dict[str, EntryPoint]:
    """Every alarm source of this installation, ours and strangers', by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


@lru_cache
def load(name: str) -> AlarmSource:
    """The source of this name; `Missing` lists the known ones, `Refused` if its package is broken."""
    point = installed().get(name)
    if point is None:
        raise Missing(
            "alarm_source.unknown",
            _("There is no alarm source “%(name)s”.") % {"name": name},
            hint=_("Known sources: %(names)s.") % {"names": ", ".join(sorted(installed()))},
        )
    try:
        source: AlarmSource = point.load()()
    except Exception as error:  # a stranger's package may fail in any way
        log.exception("alarm_source.broken", name=name)
        raise Refused(
            "alarm_source.broken",
            _("The alarm source “%(name)s” can't be loaded: %(error)s.")
            % {"name": name, "error": repr(error)},
        ) from error
    return source


@router.get(
    "/alarms", summary="Alarms, last seen first", **operation(Scope.READ, shapes.Page[shapes.AlarmOut])
)
def all_alarms(
    request: Call,
    state: Annotated[
        Literal["to_judge", "firing", "resolved", "all"],
        Query("to_judge", description="to_judge: those that wait for a person"),
    ],
    limit: Limit,
    offset: Offset,
) -> shapes.Page[shapes.AlarmOut]:
    """By default those that wait for a person: firing without an outage, or over while their outage goes on."""
    rows = {
        "to_judge": queries.alarms_to_judge,
        "firing": lambda: queries.alarms().filter(firing=True),
        "resolved": lambda: queries.alarms().filter(firing=False),
        "all": queries.alarms,
    }[state]()
    return page(request, rows, limit, offset, lambda found: [alarm_out(row) for row in found])


@router.get(
    "/alarm-sources", summary="Where alarms may come from", **operation(Scope.READ, list[shapes.SourceOut])
)
def sources(request: Call) -> list[shapes.SourceOut]:  # noqa: ARG001 # ninja hands every operation the request
    """The sources installed here; a package brings another by an entry point of the group `vigie.alarms`."""
    found = []
    for name in sorted(installed()):
        try:
            found.append(shapes.SourceOut(name=name, title=load(name).title))
        except Refused as error:
            found.append(shapes.SourceOut(name=name, title=str(error)))
    return found


@router.post("/alarms/{source}", summary="Hand alarms in", **operation(Scope.ALERT, shapes.MessageOut))
def receive(
    request: Call,
    source: Annotated[str, Path(max_length=30, pattern=r"^[a-z0-9_-]+$", examples=["alertmanager"])],
    message: Annotated[Any, Body(description="what the monitoring system sends, as it is")],
) -> shapes.MessageOut:
    """Takes a message of a monitoring system in, as it is. Safe to repeat: the same alarm is counted, not doubled.

    A broken alarm is reported in `faults` and the others are kept; a message of which nothing can be read is refused
    with 422, and sending it again would not help.
    """
    adapter = load(source)
    try:
        reading = adapter.read(message, now=clock.now())
    except AlarmFault as fault:
        raise BadInput(
            "alarm.unreadable",
            _("%(source)s: %(fault)s.") % {"source": adapter.title, "fault": fault},
            hint=_("Nothing was taken; sending the same again would not help."),
        ) from fault
    if reading.faults:
        log.warning("alarm.faults", source=source, faults=reading.faults[:20])
    received = actions.receive_alarms(request.auth, reading.alarms)
    return shapes.MessageOut(
        received=len(reading.alarms),
        alarms=[_taken(alarm, item) for alarm, item in zip(reading.alarms, received, strict=True)],
        faults=list(reading.faults),
        ignored=list(reading.ignored),
    )


def _taken(incoming: IncomingAlarm, received: Received) -> shapes.TakenOut:
    return shapes.TakenOut(
        fingerprint=incoming.fingerprint,
        summary=incoming.summary,
        done=received.verdict.value,
        outage=received.outage.pk if received.outage else None,
        alarm=received.alarm.pk if received.alarm else None,
        words=_words(received),
    )


def _words(received: Received) -> str:
    """What was done, for who reads the log of the monitoring system."""
    number = {"pk": received.outage.pk if received.outage else 0}
    match received.verdict:
        case AlarmVerdict.DECLARE:
            return _("Outage %(pk)s was opened.") % number
        case AlarmVerdict.ATTACH:
            return _("It belongs to outage %(pk)s.") % number
        case AlarmVerdict.PROPOSE_END:
            return _("The end of outage %(pk)s is proposed to its contact.") % number
        case AlarmVerdict.SHOW:
            problem = received.alarm.problem if received.alarm else ""
            return _("It is shown on the desk: a person decides.") + (f" {problem}" if problem else "")
    if received.alarm is None:
        return _("Nothing of this was known here; nothing to do.")
    return _("It is known already, and was counted.")


@router.post(
    "/alarms/{alarm}/attach",
    summary="Say which outage an alarm belongs to",
    **operation(Scope.DECLARE, shapes.AlarmOut),
)
def attach(request: Call, alarm: AlarmNumber, body: asks.AttachIn) -> shapes.AlarmOut:
    """Its end will then propose the end of that outage."""
    row = queries.alarm(alarm)
    actions.attach_alarm(request.auth, row, queries.outage(body.outage))
    return alarm_out(queries.alarm(alarm))


@router.post(
    "/alarms/{alarm}/settle",
    summary="Nothing more to do about an alarm",
    **operation(Scope.DECLARE, shapes.AlarmOut),
)
def settle(request: Call, alarm: AlarmNumber, body: asks.WhyNotIn) -> shapes.AlarmOut:
    """A person looked. If it becomes worse it is judged anew."""
    row = queries.alarm(alarm)
    actions.settle_alarm(request.auth, row, why=body.why)
    return alarm_out(queries.alarm(alarm))
