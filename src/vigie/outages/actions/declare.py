"""Opening a sudden outage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.rules import DutyCode
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.events import emit
from vigie.notices import actions as notices
from vigie.notices.models import Version
from vigie.notices.rules import Effect, Kind
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import OutageAudit, OutageDeclared
from vigie.outages.models import Affected, Outage
from vigie.outages.queries import default_holder, ongoing_for, policy
from vigie.outages.rules import Choice, OutageKind, State, next_promise, start_fault
from vigie.outages.texts import facts_of
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.services.actions import hold
from vigie.services.models import Service
from vigie.services.queries import by_codes


@dataclass(frozen=True)
class Declared:
    """The outage, and the draft of its first notice; `again` if this very declaration was made before."""

    outage: Outage
    first_notice: Version | None
    again: bool = False


@transaction.atomic
def declare_sudden(
    actor: Actor,
    *,
    services: Mapping[str, str],
    starts_at: datetime | None = None,
    expected_end: datetime | None = None,
    next_update_by: datetime | None = None,
    words: Mapping[str, str] | None = None,
    origin: str = "desk",
    key: str | None = None,
    anyway: bool = False,
) -> Declared:
    """Open a sudden outage and draft its first notice, in one transaction.

    `services` is {code: effect}; `words` optional free words {language: text} on what is happening. `key`
    identifies the declaration (a form, an alarm): the same key again returns what it opened. Refused if one of
    the services is in an outage that goes on, unless `anyway`; refused if nobody at all could be contact.
    """
    require(actor, OutagePermission.DECLARE, PERMISSIONS)
    if found := _opened(key):
        return Declared(found, None, again=True)
    starts_at = starts_at or clock.now()
    rows = _checked(services, starts_at, expected_end, next_update_by)
    hold(rows)
    if found := _opened(key):  # by a second click that was waiting for the first
        return Declared(found, None, again=True)
    _refuse_second(() if anyway else rows)
    declarer = person_behind(actor)
    contact, follower = (_holder(code, declarer) for code in (DutyCode.PRODUCTION, DutyCode.SUPPORT))
    outage = Outage.objects.create(
        kind=OutageKind.SUDDEN,
        state=State.ONGOING,
        thread=notices.open_thread(),
        contact_id=contact.person_id,
        follower_id=follower.person_id,
        follower_stands_in=follower.stand_in,
        declared_at=clock.now(),
        declared_by=actor.actor_label,
        origin=origin,
        key=key,
        starts_at=starts_at,
        expected_end=expected_end,
        next_update_by=next_update_by or next_promise(clock.now(), policy(OutageKind.SUDDEN).update_every),
    )
    _affect(outage, rows, services)
    draft = _first_notice(actor, outage, words or {})
    audit.record(
        OutageAudit.DECLARED,
        actor=actor,
        subject=outage,
        changes={
            "services": dict(services),
            "starts_at": starts_at,
            "contact": contact.capacity,
            "follower": follower.capacity,
            "origin": origin,
        },
    )
    emit(OutageDeclared(outage_id=outage.pk, by_person_id=declarer.pk if declarer else None))
    return Declared(outage, draft)


def _opened(key: str | None) -> Outage | None:
    return Outage.objects.filter(key=key).first() if key else None


def _affect(outage: Outage, rows: Sequence[Service], services: Mapping[str, str]) -> None:
    """One line per service, with the window of the whole: a sudden outage knows no better at first."""
    for service in rows:
        Affected.objects.create(
            outage=outage,
            service=service,
            effect=services[service.code],
            starts_at=outage.starts_at,
            expected_end=outage.expected_end,
            first_expected_end=outage.expected_end,
        )


def _first_notice(actor: Actor, outage: Outage, words: Mapping[str, str]) -> Version:
    draft = notices.draft(actor, outage.thread, Kind.ANNOUNCEMENT, facts_of(outage))
    if any(text.strip() for text in words.values()):
        paragraphs = {language: {"what": text} for language, text in words.items()}
        notices.edit(actor, draft, facts=facts_of(outage), paragraphs=paragraphs, flashes={})
    return draft


def _checked(
    services: Mapping[str, str],
    starts_at: datetime,
    expected_end: datetime | None,
    next_update_by: datetime | None,
) -> Sequence[Service]:
    rows = by_codes(services)
    if not rows:
        raise BadInput("outage.no_service", _("Choose at least one service."), field="services")
    for code, effect in services.items():
        if effect not in set(Effect):
            raise BadInput(
                "outage.effect",
                _("“%(effect)s” is not an effect (%(code)s).") % {"effect": effect, "code": code},
                hint=_("Write down, degraded or at_risk."),
                field="effect",
            )
    check_start(starts_at)
    check_end(starts_at, expected_end)
    if next_update_by:
        check_promise(next_update_by)
    return rows


FARTHEST = timedelta(days=366)


def check_start(starts_at: datetime) -> None:
    """`BadInput` if what is broken now can't have begun then."""
    fault = start_fault(starts_at, clock.now())
    if fault == "future":
        raise BadInput(
            "outage.starts_in_future",
            _("A sudden outage can't start in the future."),
            hint=_("Is the time right? What is planned is announced as a scheduled outage."),
            field="starts_at",
        )
    if fault == "too_old":
        raise BadInput(
            "outage.starts_too_long_ago",
            _("This start is more than 7 days ago."),
            hint=_("Is the date right?"),
            field="starts_at",
        )


def check_promise(next_update_by: datetime) -> None:
    """`BadInput` if the next update is promised for the past, or for a year that was mistyped."""
    now = clock.now()
    if next_update_by <= now:
        raise BadInput(
            "outage.promise_in_past",
            _("The next update is promised for a time that has passed."),
            field="next_update_by",
        )
    if next_update_by > now + FARTHEST:
        raise BadInput(
            "outage.too_far",
            _("This is more than a year away."),
            hint=_("Is the year right?"),
            field="next_update_by",
        )


def check_end(starts_at: datetime, ends_at: datetime | None, field: str = "expected_end") -> None:
    """`BadInput` if the end is not after the start, or more than a year after it."""
    if ends_at and ends_at <= starts_at:
        raise BadInput(
            "outage.ends_before_start",
            _("The end is before the start."),
            hint=_("Is the day right? After midnight, write the date too."),
            field=field,
        )
    if ends_at and ends_at - starts_at > FARTHEST:
        raise BadInput(
            "outage.too_far", _("This is more than a year away."), hint=_("Is the year right?"), field=field
        )


def _refuse_second(rows: Sequence[Service]) -> None:
    for other in ongoing_for(rows):
        names = ", ".join(line.service.code for line in other.affected.filter(service__in=rows))
        raise Refused(
            "outage.already_open",
            _("%(services)s: outage %(pk)s is open already (contact %(contact)s).")
            % {"services": names, "pk": other.pk, "contact": other.contact.name},
            hint=_(
                "Write what you know into its log, or change there what users notice; declare it anyway only if it is really another one."
            ),
            field="services",
        )


def _holder(code: DutyCode, declarer: Person | None) -> Choice:
    choice = default_holder(code, declarer)
    if choice is None:
        raise Refused(
            "outage.nobody",
            _("Nobody is on duty for %(duty)s, and it has no lead: the outage would have nobody.")
            % {"duty": code},
            hint=_("Enter a shift on the page Duty, or name a lead."),
        )
    return choice
