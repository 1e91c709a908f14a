"""Recurring maintenance by template."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput
from vigie.lib.localtime import instant
from vigie.notices import actions as notices
from vigie.notices.rules import Paragraphs
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.actions.recover import known_effect
from vigie.outages.actions.schedule import Window, plan
from vigie.outages.events import OutageAudit
from vigie.outages.models import MaintenanceTemplate, Outage
from vigie.people.models import Person
from vigie.services.queries import by_codes

MOST_AT_ONCE = 60
_TOO_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE)
_INTERVAL = re.compile(r"INTERVAL=(?!0*1\b)\d", re.IGNORECASE)


@transaction.atomic
def save_template(
    actor: Actor,
    *,
    code: str,
    title_fr: str,
    title_en: str,
    services: Mapping[str, str],
    at: time,
    minutes: int,
    recurrence: str = "",
    anchor: date | None = None,
    words: Paragraphs | None = None,
) -> MaintenanceTemplate:
    """Create the template with this code or bring it up to date. What was planned from it stays as it is.

    “Every second month” is counted from `anchor`; without one, from what was said before, or from today.
    """
    require(actor, OutagePermission.DECLARE, PERMISSIONS)
    for effect in services.values():
        known_effect(effect)
    if not by_codes(services):
        raise BadInput("outage.no_service", _("Choose at least one service."), field="services")
    if not 0 < minutes <= 60 * 24 * 60:
        raise BadInput("template.minutes", _("It lasts between a minute and 60 days."), field="minutes")
    if recurrence:
        if _TOO_OFTEN.search(recurrence):
            raise BadInput("template.recurrence", _("It comes again once a day at most."), field="recurrence")
        _rule(recurrence, datetime(2026, 1, 1))  # noqa: DTZ001 # wall-clock time: any will do to read the rule
    if anchor is None and _INTERVAL.search(recurrence):
        known = MaintenanceTemplate.objects.filter(code=code).values_list("anchor", flat=True).first()
        anchor = known or clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    row, _made = MaintenanceTemplate.objects.update_or_create(
        code=code,
        defaults={
            "title_fr": title_fr,
            "title_en": title_en,
            "services": dict(services),
            "at": at,
            "minutes": minutes,
            "recurrence": recurrence,
            "anchor": anchor,
            "words": notices.clean(words or {}),
            "active": True,
        },
    )
    audit.record(
        OutageAudit.TEMPLATE_SAVED,
        actor=actor,
        subject=row,
        changes={"recurrence": recurrence, "anchor": anchor, "services": services},
    )
    return row


def _rule(recurrence: str, start: datetime) -> Iterable[datetime]:
    """The wall-clock times of an RRULE from `start` (naive) on."""
    try:
        found = rrulestr(recurrence, dtstart=start)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput(
            "template.recurrence",
            _("“%(rule)s” is not a recurrence: %(error)s.") % {"rule": recurrence, "error": error},
            hint=_("Write it like FREQ=MONTHLY;BYDAY=2TU (every second Tuesday of the month)."),
            field="recurrence",
        ) from None
    return found


def occurrences(template: MaintenanceTemplate, first: date, last: date) -> list[datetime]:
    """The starts of a template between two days, both included, as instants.

    Its clock time is the centre's on every occurrence, summer and winter; at most 60 at once. With an anchor the same
    dates come whatever span is asked for.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    if not template.recurrence:
        return [instant(datetime.combine(first, template.at), zone)]
    found: list[datetime] = []
    for local in _rule(template.recurrence, datetime.combine(template.anchor or first, template.at)):
        if local.date() > last or len(found) == MOST_AT_ONCE:
            break
        if local.date() >= first:
            found.append(instant(local, zone))
    return found


@transaction.atomic
def plan_from_template(
    actor: Actor,
    template: MaintenanceTemplate,
    *,
    first: date,
    last: date | None = None,
    contact: Person | None = None,
) -> list[Outage]:
    """Drafts for every occurrence between two days; what was planned already is returned, not planned again."""
    return [
        plan(
            actor,
            windows={
                code: Window(effect, start, start + timedelta(minutes=template.minutes))
                for code, effect in template.services.items()
            },
            title_fr=template.title_fr,
            title_en=template.title_en,
            contact=contact,
            words=template.words,
            template=template,
        )
        for start in occurrences(template, first, last or first)
        if start > clock.now()
    ]
