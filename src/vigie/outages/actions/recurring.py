"""Recurring maintenance by template, and several interventions grouped into one outage."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.lib.localtime import instant
from vigie.notices import actions as notices
from vigie.notices.rules import Paragraphs
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.actions.recover import known_effect
from vigie.outages.actions.schedule import Window, plan
from vigie.outages.events import OutageAudit
from vigie.outages.models import Intervention, MaintenanceTemplate, Outage
from vigie.outages.rules import State
from vigie.people.models import Person
from vigie.services.queries import by_codes

MOST_AT_ONCE = 60


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
    words: Paragraphs | None = None,
) -> MaintenanceTemplate:
    """Create the template with this code or bring it up to date. What was planned from it stays as it is."""
    require(actor, OutagePermission.DECLARE, PERMISSIONS)
    for effect in services.values():
        known_effect(effect)
    if not by_codes(services):
        raise BadInput("outage.no_service", _("Choose at least one service."), field="services")
    if not 0 < minutes <= 60 * 24 * 60:
        raise BadInput("template.minutes", _("It lasts between a minute and 60 days."), field="minutes")
    if recurrence:
        _rule(recurrence, datetime(2026, 1, 1))  # noqa: DTZ001 # wall-clock time: any will do to read the rule
    row, _made = MaintenanceTemplate.objects.update_or_create(
        code=code,
        defaults={
            "title_fr": title_fr,
            "title_en": title_en,
            "services": dict(services),
            "at": at,
            "minutes": minutes,
            "recurrence": recurrence,
            "words": notices.clean(words or {}),
            "active": True,
        },
    )
    audit.record(OutageAudit.TEMPLATE_SAVED, actor=actor, subject=row, changes={"recurrence": recurrence})
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

    Its clock time is the centre's on every occurrence, summer and winter; at most 60 at once.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    begin = datetime.combine(first, template.at)
    if not template.recurrence:
        return [instant(begin, zone)]
    found: list[datetime] = []
    for local in _rule(template.recurrence, begin):
        if local.date() > last or len(found) == MOST_AT_ONCE:
            break
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


@transaction.atomic
def add_intervention(
    actor: Actor,
    outage: Outage,
    *,
    what: str,
    starts_at: datetime,
    ends_at: datetime,
    who: str = "",
    services: Iterable[str] = (),
    after: Iterable[int] = (),
) -> Intervention:
    """One more work in this outage. `after` are numbers of works that must be done before; its window must be within
    the outage's and after theirs.
    """
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if outage.state in {State.ENDED, State.REVIEWED, State.CANCELLED}:
        raise Refused("outage.over", _("This outage is closed."))
    if not what.strip():
        raise BadInput("intervention.what", _("Say what is done."), field="what")
    if ends_at <= starts_at:
        raise BadInput("outage.ends_before_start", _("The end is before the start."), field="ends_at")
    if starts_at < outage.starts_at or (outage.expected_end and ends_at > outage.expected_end):
        raise BadInput(
            "intervention.outside",
            _("This work lies outside the window of the outage."),
            hint=_("Change the outage's window first: users were told that one."),
            field="starts_at",
        )
    earlier = list(outage.interventions.filter(number__in=list(after)))
    if missing := set(after) - {row.number for row in earlier}:
        raise BadInput(
            "intervention.after", _("There is no work number %(n)s.") % {"n": min(missing)}, field="after"
        )
    for other in earlier:
        if other.ends_at > starts_at:
            raise BadInput(
                "intervention.order",
                _("It must come after “%(what)s”, which ends later.") % {"what": other.what},
                field="starts_at",
            )
    number = (outage.interventions.aggregate(last=Max("number"))["last"] or 0) + 1
    row = Intervention.objects.create(
        outage=outage,
        number=number,
        what=what.strip()[:300],
        who=who[:120],
        starts_at=starts_at,
        ends_at=ends_at,
    )
    row.services.set(by_codes(services))
    row.after.set(earlier)
    audit.record(
        OutageAudit.INTERVENTION_SAVED,
        actor=actor,
        subject=outage,
        changes={"number": number, "what": row.what},
    )
    return row


@transaction.atomic
def finish_intervention(actor: Actor, row: Intervention) -> None:
    """Mark a work as done; the ones that wait for it may begin."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if row.after.filter(done_at__isnull=True).exists():
        raise Refused("intervention.waits", _("It waits for another work that is not done."))
    if Intervention.objects.filter(pk=row.pk, done_at__isnull=True).update(done_at=clock.now()) != 1:
        raise Refused("intervention.done", _("It is done already."))
    row.done_at = clock.now()
    audit.record(
        OutageAudit.INTERVENTION_SAVED,
        actor=actor,
        subject=row.outage,
        changes={"number": row.number, "done": True},
    )
