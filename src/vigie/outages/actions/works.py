"""Several interventions grouped into one outage: who does what, when, after which other."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.lifecycle import change_one
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import OutageAudit
from vigie.outages.models import Intervention, Outage
from vigie.outages.rules import State
from vigie.services.queries import by_codes


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
    _open(actor, outage)
    _check(outage, what, starts_at, ends_at)
    earlier = _earlier(outage, after, starts_at)
    number = (outage.interventions.aggregate(last=Max("number"))["last"] or 0) + 1
    row = Intervention.objects.create(
        outage=outage,
        number=number,
        what=what.strip()[:300],
        who=who.strip()[:120],
        starts_at=starts_at,
        ends_at=ends_at,
    )
    row.services.set(by_codes(services))
    row.after.set(earlier)
    _record(actor, row, {"number": number, "what": row.what})
    return row


@transaction.atomic
def edit_intervention(
    actor: Actor,
    row: Intervention,
    *,
    what: str,
    starts_at: datetime,
    ends_at: datetime,
    who: str = "",
    services: Iterable[str] = (),
    after: Iterable[int] = (),
) -> None:
    """Change a work that is not done: its words, its window, what it waits for. What waits for it must still come after."""
    _open(actor, row.outage)
    _check(row.outage, what, starts_at, ends_at)
    wanted = set(after)
    if row.number in wanted:
        raise BadInput("intervention.itself", _("A work can't wait for itself."), field="after")
    earlier = _earlier(row.outage, wanted, starts_at)
    for later in row.before.all():
        if later.starts_at < ends_at:
            raise BadInput(
                "intervention.order",
                _("“%(what)s” waits for it, and begins earlier than this end.") % {"what": later.what},
                field="ends_at",
            )
    before = {"what": row.what, "who": row.who, "starts_at": row.starts_at, "ends_at": row.ends_at}
    changes = {
        "what": what.strip()[:300],
        "who": who.strip()[:120],
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    change_one(row, expect={"done_at": None}, **changes)
    row.services.set(by_codes(services))
    row.after.set(earlier)
    _record(actor, row, {"number": row.number, "from": before, "to": changes, "after": sorted(wanted)})


@transaction.atomic
def remove_intervention(actor: Actor, row: Intervention) -> None:
    """A work that will not take place. Refused while another waits for it, and once it is done."""
    _open(actor, row.outage)
    if row.done_at:
        raise Refused("intervention.done", _("It is done already."), hint=_("What was done stays written."))
    waiting = row.before.first()
    if waiting is not None:
        raise Refused(
            "intervention.needed",
            _("“%(what)s” waits for it.") % {"what": waiting.what},
            hint=_("Change that one first."),
        )
    _record(actor, row, {"number": row.number, "what": row.what, "removed": True})
    row.delete()


@transaction.atomic
def finish_intervention(actor: Actor, row: Intervention) -> None:
    """Mark a work as done; the ones that wait for it may begin."""
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if row.after.filter(done_at__isnull=True).exists():
        raise Refused("intervention.waits", _("It waits for another work that is not done."))
    if Intervention.objects.filter(pk=row.pk, done_at__isnull=True).update(done_at=clock.now()) != 1:
        raise Refused("intervention.done", _("It is done already."))
    row.done_at = clock.now()
    _record(actor, row, {"number": row.number, "done": True})


def _open(actor: Actor, outage: Outage) -> None:
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if outage.state in {State.ENDED, State.REVIEWED, State.CANCELLED}:
        raise Refused("outage.over", _("This outage is closed."))


def _check(outage: Outage, what: str, starts_at: datetime, ends_at: datetime) -> None:
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


def _earlier(outage: Outage, after: Iterable[int], starts_at: datetime) -> list[Intervention]:
    """The works it waits for; since each ends before the next begins, they can't wait for one another in a circle."""
    wanted = set(after)
    earlier = list(outage.interventions.filter(number__in=wanted))
    if missing := wanted - {row.number for row in earlier}:
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
    return earlier


def _record(actor: Actor, row: Intervention, changes: dict[str, object]) -> None:
    audit.record(OutageAudit.INTERVENTION_SAVED, actor=actor, subject=row.outage, changes=changes)
