"""Steering an outage: effects, promises, recovery in stages, end, false alarm, reopening, report."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import SYSTEM, Actor, require
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one, hold
from vigie.lib.fittext import fit
from vigie.notices.rules import DataLost, Effect
from vigie.outages.actions.declare import check_end, check_promise, check_start
from vigie.outages.actions.log import note
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import OutageAudit, OutageChanged, OutageEnded
from vigie.outages.lifecycle import OUTAGE
from vigie.outages.models import Affected, Outage
from vigie.outages.queries import policy
from vigie.outages.rules import FUTURE_START, OutageKind, State, next_promise
from vigie.outages.sayings import named
from vigie.people.queries import person_behind
from vigie.people.rules import Role
from vigie.services.queries import by_codes

REVIEW_LIMIT = 20_000


def _ongoing(actor: Actor, outage: Outage) -> None:
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if outage.state != State.ONGOING:
        raise Refused("outage.not_ongoing", _("Outage %(pk)s does not go on.") % {"pk": outage.pk})
    hold(outage)


def needs_contact_or_lead(actor: Actor, outage: Outage) -> None:
    """Start and end are the contact's words (DESIGN §4); a lead may speak for a contact who is gone."""
    if SYSTEM in actor.roles or Role.LEAD in actor.roles or person_behind(actor) == outage.contact:
        return
    raise Forbidden(
        "outage.not_contact",
        _("Only the operations contact, %(name)s, says this; or a lead.") % {"name": outage.contact.name},
        hint=_("If you have taken over, hand the contact's role to yourself first."),
    )


def _line(outage: Outage, code: str) -> Affected:
    found = outage.affected.select_related("service").filter(service__code=code).first()
    if found is None:
        raise BadInput(
            "outage.not_affected",
            _("“%(code)s” is not among the services of this outage.") % {"code": code},
            field="service",
        )
    return found


def known_effect(effect: str) -> Effect:
    try:
        return Effect(effect)
    except ValueError:
        raise BadInput(
            "outage.effect",
            _("“%(effect)s” is not an effect.") % {"effect": effect},
            hint=_("Write down, degraded or at_risk."),
            field="effect",
        ) from None


def _rehull(outage: Outage) -> None:
    """The outage's expected end is the latest of its services'; unknown as long as one of them is."""
    ends = list(outage.affected.filter(restored_at__isnull=True).values_list("expected_end", flat=True))
    known = [end for end in ends if end]
    hull = max(known) if known and len(known) == len(ends) else None
    if hull != outage.expected_end:
        change_one(outage, expect={"state": outage.state}, expected_end=hull)


def _owe_change(outage: Outage) -> None:
    """Of a scheduled outage users know the window and the effect: a change of either is owed to them."""
    if outage.kind == OutageKind.SCHEDULED:
        change_one(outage, expect={"state": outage.state}, changed_at=clock.now())


@transaction.atomic
def change_service(
    actor: Actor,
    outage: Outage,
    code: str,
    *,
    effect: str | None = None,
    expected_end: datetime | None = None,
) -> None:
    """Change what users notice of one service, or when it is expected back."""
    _ongoing(actor, outage)
    line = _line(outage, code)
    changes: dict[str, object] = {}
    if effect is not None:
        changes["effect"] = known_effect(effect)
    if expected_end is not None:
        check_end(clock.now(), expected_end)
        changes["expected_end"] = expected_end
        changes["first_expected_end"] = line.first_expected_end or expected_end
    if not changes:
        raise BadInput("outage.nothing_to_change", _("Say what changes: the effect, or the expected end."))
    before = {"effect": line.effect, "expected_end": line.expected_end}
    change_one(line, expect=before | {"restored_at": None}, **changes)
    _rehull(outage)
    _owe_change(outage)
    audit.record(
        OutageAudit.SERVICE_CHANGED,
        actor=actor,
        subject=outage,
        changes={"service": code, "from": before, **changes},
    )
    emit(OutageChanged(outage_id=outage.pk))


@transaction.atomic
def add_service(
    actor: Actor, outage: Outage, code: str, effect: str, *, starts_at: datetime | None = None
) -> Affected:
    """One more service is hit."""
    _ongoing(actor, outage)
    if starts_at:
        check_start(starts_at)
    service = next(iter(by_codes([code])), None)
    if service is None:
        raise BadInput("outage.no_service", _("Choose at least one service."), field="service")
    if outage.affected.filter(service=service).exists():
        raise Refused("outage.affected_already", _("%(code)s is in this outage already.") % {"code": code})
    line = Affected.objects.create(
        outage=outage, service=service, effect=known_effect(effect), starts_at=starts_at or clock.now()
    )
    _rehull(outage)
    _owe_change(outage)
    note(actor, outage, {"what": "hit", "service": named(service), "effect": str(line.effect)})
    audit.record(
        OutageAudit.SERVICE_ADDED, actor=actor, subject=outage, changes={"service": code, "effect": effect}
    )
    emit(OutageChanged(outage_id=outage.pk))
    return line


@transaction.atomic
def restore(actor: Actor, outage: Outage, code: str, *, at: datetime | None = None) -> None:
    """One service works again; the others go on. The last one restored does not end the outage: the contact does."""
    _ongoing(actor, outage)
    line = _line(outage, code)
    at = at or clock.now()
    _check_past(line.starts_at, at)
    change_one(line, expect={"restored_at": None}, restored_at=at)
    _rehull(outage)
    note(actor, outage, {"what": "restored", "service": named(line.service)})
    audit.record(
        OutageAudit.SERVICE_RESTORED, actor=actor, subject=outage, changes={"service": code, "at": at}
    )
    emit(OutageChanged(outage_id=outage.pk))


def _check_past(starts_at: datetime, at: datetime) -> None:
    if at < starts_at:
        raise BadInput("outage.ends_before_start", _("The end is before the start."), field="at")
    if at > clock.now() + FUTURE_START:
        raise BadInput(
            "outage.end_in_future",
            _("This time has not come yet."),
            hint=_("Say when it works again once it does."),
            field="at",
        )


@transaction.atomic
def promise(actor: Actor, outage: Outage, next_update_by: datetime) -> None:
    """Set by when the next update comes; readers see it with the next notice."""
    _ongoing(actor, outage)
    check_promise(next_update_by)
    before = outage.next_update_by
    change_one(outage, expect={"state": State.ONGOING}, next_update_by=next_update_by)
    audit.record(
        OutageAudit.PROMISED, actor=actor, subject=outage, changes={"from": before, "to": next_update_by}
    )
    emit(OutageChanged(outage_id=outage.pk))


@transaction.atomic
def end(actor: Actor, outage: Outage, *, data_lost: str, at: datetime | None = None) -> None:
    """It is over, the contact says; whether data was lost is asked, “unknown” is an answer until the notice leaves."""
    _ongoing(actor, outage)
    needs_contact_or_lead(actor, outage)
    if data_lost not in set(DataLost):
        raise BadInput(
            "outage.data_lost",
            _("Say whether data was lost."),
            hint=_("Write no, yes or unknown."),
            field="data_lost",
        )
    latest = outage.affected.aggregate(latest=Max("restored_at"))["latest"]
    still_out = outage.affected.filter(restored_at__isnull=True)
    at = at or (latest if latest and not still_out.exists() else clock.now())
    _check_past(outage.starts_at, at)
    if latest and latest > at:
        raise BadInput("outage.ends_before_restored", _("A service came back after that time."), field="at")
    still_out.update(restored_at=at)
    OUTAGE.move(outage, State.ENDED, ended_at=at, data_lost=data_lost, false_alarm=False, next_update_by=None)
    note(actor, outage, {"what": "ended"})
    audit.record(OutageAudit.ENDED, actor=actor, subject=outage, changes={"at": at, "data_lost": data_lost})
    emit(OutageEnded(outage_id=outage.pk, false_alarm=False))


@transaction.atomic
def answer_data(actor: Actor, outage: Outage, data_lost: str) -> None:
    """Answer later what was not known at the end: was data lost?"""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    needs_contact_or_lead(actor, outage)
    if outage.state != State.ENDED or data_lost not in {DataLost.YES, DataLost.NO}:
        raise BadInput("outage.data_lost", _("Say whether data was lost: yes or no."), field="data_lost")
    change_one(outage, expect={"state": State.ENDED}, data_lost=data_lost)
    audit.record(OutageAudit.SERVICE_CHANGED, actor=actor, subject=outage, changes={"data_lost": data_lost})
    emit(OutageChanged(outage_id=outage.pk))


@transaction.atomic
def false_alarm(actor: Actor, outage: Outage, *, why: str) -> None:
    """Nothing was wrong. Told outside if anything was told; otherwise it ends in silence, with its reason."""
    _ongoing(actor, outage)
    needs_contact_or_lead(actor, outage)
    if not why.strip():
        raise BadInput("outage.why", _("Say why it was a false alarm."), field="why")
    now = clock.now()
    outage.affected.filter(restored_at__isnull=True).update(restored_at=now)
    OUTAGE.move(
        outage, State.ENDED, ended_at=now, false_alarm=True, data_lost=DataLost.NO, next_update_by=None
    )
    note(actor, outage, {"what": "false_alarm", "why": why})
    audit.record(OutageAudit.ENDED, actor=actor, subject=outage, reason=why, changes={"false_alarm": True})
    emit(OutageEnded(outage_id=outage.pk, false_alarm=True))


@transaction.atomic
def reopen(actor: Actor, outage: Outage, *, services: list[str], why: str) -> None:
    """It was not over: the named services are down again as before. What was told stays; an update is owed."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if not why.strip():
        raise BadInput("outage.why", _("Say why it is reopened."), field="why")
    lines = [_line(outage, code) for code in services]
    if not lines:
        raise BadInput("outage.no_service", _("Choose at least one service."), field="services")
    now = clock.now()
    OUTAGE.move(
        outage,
        State.ONGOING,
        ended_at=None,
        false_alarm=False,
        data_lost=DataLost.UNKNOWN,
        reopened_at=now,
        expected_end=None,
        next_update_by=next_promise(now, policy(outage.kind).update_every),
    )
    for line in lines:
        change_one(line, expect={}, restored_at=None, expected_end=None)
    note(actor, outage, {"what": "reopened", "why": why})
    audit.record(
        OutageAudit.REOPENED, actor=actor, subject=outage, reason=why, changes={"services": services}
    )
    emit(OutageChanged(outage_id=outage.pk))


@transaction.atomic
def review(actor: Actor, outage: Outage, *, text_fr: str, text_en: str) -> None:
    """Close the outage with its report: what happened, why, what is done so that it doesn't come back."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    texts = {"review_fr": fit(text_fr), "review_en": fit(text_en)}
    for field, text in texts.items():
        if not text:
            raise BadInput("review.empty", _("The report needs both languages."), field=field)
        if len(text) > REVIEW_LIMIT:
            raise BadInput(
                "review.too_long", _("The report is too long (20,000 characters at most)."), field=field
            )
    OUTAGE.move(outage, State.REVIEWED, reviewed_at=clock.now(), **texts)
    audit.record(OutageAudit.REVIEWED, actor=actor, subject=outage, changes=texts)
    emit(OutageChanged(outage_id=outage.pk))
