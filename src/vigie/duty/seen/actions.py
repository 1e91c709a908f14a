"""Verbs over signs and calendars."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vigie.duty.events import RotaChanged
from vigie.duty.models import Duty, Shift
from vigie.duty.queries import duty_by_code
from vigie.duty.seen import rules
from vigie.duty.seen.events import SeenAudit
from vigie.duty.seen.models import CalendarAddress, CalendarEntry, FormerHolder, KeptUp, Sign
from vigie.duty.seen.queries import FURTHEST, KEPT, duties_of
from vigie.duty.seen.rules import Change, Content, Entry
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, allowed, require
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.lifecycle import change_one
from vigie.kernel.models import EventRow
from vigie.people.models import Person
from vigie.people.queries import digest, person_behind
from vigie.people.rules import Role, one_line


class SeenPermission(Permission):
    SIGNS = "duty.signs"
    RESET = "duty.calendars"  # a duty's calendar, or another person's; their own is everybody's to reset


PERMISSIONS = {
    SeenPermission.SIGNS: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    SeenPermission.RESET: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
}
LABEL_LIMIT = 120
ASKED_NOTED_EVERY = timedelta(minutes=5)
COMPARED_EVERY = timedelta(minutes=15)  # also without news: people leave, and the window moves


@transaction.atomic
def make_sign(
    actor: Actor,
    *,
    label: str,
    language: str = "fr",
    names: bool = True,
    duties: Collection[str] = (),
    expires_at: datetime | None = None,
) -> tuple[Sign, str]:
    """A new sign; returns the row and the secret of its address, which is shown once and never stored."""
    require(actor, SeenPermission.SIGNS, PERMISSIONS)
    label = one_line(label)
    if not label or len(label) > LABEL_LIMIT:
        raise BadInput(
            "sign.label",
            _("Say in a few words where the sign hangs (120 characters at most)."),
            field="label",
        )
    if expires_at and expires_at <= clock.now():
        raise BadInput("sign.expired", _("The sign would have expired already."), field="expires_at")
    if Sign.objects.filter(label=label, revoked_at__isnull=True).exists():
        raise Refused(
            "sign.same_label",
            _("There is a sign “%(label)s” already.") % {"label": label},
            hint=_("Revoke that one first, or choose another name."),
            field="label",
        )
    codes = [duty_by_code(code).code for code in dict.fromkeys(duties)]
    secret = secrets.token_urlsafe(24)
    sign = Sign.objects.create(
        label=label,
        language=language,
        names=names,
        duties=codes,
        digest=digest(secret),
        made_at=clock.now(),
        made_by=actor.actor_label[:200],
        expires_at=expires_at,
    )
    changes = {"label": label, "names": names, "duties": codes, "expires_at": expires_at}
    audit.record(SeenAudit.SIGN_MADE, actor=actor, subject=sign, changes=changes)
    return sign, secret


@transaction.atomic
def forget_maker(name: str, label: str) -> None:
    """Signs made by somebody who is erased stay, under another name."""
    Sign.objects.filter(made_by=name).update(made_by=label)


@transaction.atomic
def revoke_sign(actor: Actor, sign: Sign) -> None:
    """The sign shows nobody any more, from its next request on."""
    require(actor, SeenPermission.SIGNS, PERMISSIONS)
    if sign.revoked_at:
        raise Refused("sign.revoked", _("This sign is already revoked."))
    change_one(sign, expect={"revoked_at": None}, revoked_at=clock.now())
    audit.record(SeenAudit.SIGN_REVOKED, actor=actor, subject=sign, changes={"label": sign.label})


def note_asked(sign: Sign) -> None:
    """Keep when a sign was last asked for, to the five minutes: a lead sees which display is dead."""
    now = clock.now()
    if sign.last_asked_at is None or abs(now - sign.last_asked_at) >= ASKED_NOTED_EVERY:
        Sign.objects.filter(pk=sign.pk).update(last_asked_at=now)


@transaction.atomic
def reset_calendar(actor: Actor, subject: Person | Duty) -> None:
    """Make the present address of a calendar useless; the next one has another number."""
    own = isinstance(subject, Person) and person_behind(actor) == subject
    if not own and not allowed(actor, SeenPermission.RESET, PERMISSIONS):
        raise Forbidden(
            "forbidden",
            _("This calendar is not yours to reset."),
            hint=_("Its person, a lead or an administrator may."),
        )
    mine = {"person": subject} if isinstance(subject, Person) else {"duty": subject}
    address, _made = CalendarAddress.objects.get_or_create(**mine)
    change_one(address, expect={"number": address.number}, number=address.number + 1)
    audit.record(SeenAudit.CALENDAR_RESET, actor=actor, subject=subject)


def keep_up(subject: Person | Duty) -> None:
    """Bring what the calendar of a person or a duty tells up to the rota of this moment. The same again changes nothing.

    Done when somebody asks for the calendar, so that it can't be late; with no news since the last time it is one
    short query for each duty.
    """
    now = clock.now()
    news = (
        EventRow.objects.filter(kind=RotaChanged.kind).order_by("-pk").values_list("pk", flat=True).first()
        or 0
    )
    fresh = KeptUp.objects.filter(event_id=news, at__gt=now - COMPARED_EVERY, at__lte=now)
    current = set(fresh.values_list("duty_id", flat=True))
    for duty in duties_of(subject, now):
        if duty.pk not in current:
            try:
                _keep_up(duty, now, news)
            except IntegrityError:  # somebody else asked at the same instant, and wrote the same
                continue


@transaction.atomic
def _keep_up(duty: Duty, now: datetime, news: int) -> None:
    since, until = now - KEPT, now + FURTHEST
    known = CalendarEntry.objects.filter(duty=duty, row__isnull=False, ends_at__gt=since)
    stands = Q(ends_at__gt=since, starts_at__lt=until) & (Q(person__is_active=True) | Q(starts_at__lte=now))
    shifts = Shift.objects.filter(stands, duty=duty)
    columns = ("pk", "person_id", "level", "starts_at", "ends_at")
    rows = {
        pk: Content(person, level, starts, ends)
        for pk, person, level, starts, ends in shifts.values_list(*columns)
    }
    by_pk = {entry.pk: entry for entry in known}
    plan = rules.plan(rows, [_entry(entry) for entry in by_pk.values()])
    for change in plan.changes:
        _change(by_pk[change.entry.pk], change, now)
    CalendarEntry.objects.bulk_create(
        CalendarEntry(
            duty=duty,
            row=row,
            person_id=content.person,
            level=content.level,
            starts_at=content.starts_at,
            ends_at=content.ends_at,
            made_at=now,
            changed_at=now,
        )
        for row, content in plan.new.items()
    )
    KeptUp.objects.update_or_create(duty=duty, defaults={"event_id": news, "at": now})


def _entry(row: CalendarEntry) -> Entry:
    return Entry(row.pk, row.row, Content(row.person_id, row.level, row.starts_at, row.ends_at))


def _change(entry: CalendarEntry, change: Change, now: datetime) -> None:
    content = change.content
    if content.person != entry.person_id:
        FormerHolder.objects.update_or_create(
            entry=entry,
            person_id=entry.person_id,
            defaults={"level": entry.level, "starts_at": entry.starts_at, "ends_at": entry.ends_at},
        )
    told = {"sequence": F("sequence") + 1, "changed_at": now} if change.told else {}
    CalendarEntry.objects.filter(pk=entry.pk).update(
        row=change.row,
        person=content.person,
        level=content.level,
        starts_at=content.starts_at,
        ends_at=content.ends_at,
        **told,
    )
