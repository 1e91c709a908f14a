"""The map of the farm as a file tells it, and the windows of outages as a reaction tells them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from vigie.jobs.findings.actions.permissions import PERMISSIONS, FindingPermission
from vigie.jobs.findings.events import FindingAudit
from vigie.jobs.findings.models import OutageWindow, Place
from vigie.jobs.findings.rules import PlaceKind
from vigie.kernel import audit
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput
from vigie.services.models import Service


@dataclass(frozen=True)
class Spot:
    """A cluster, queue or node as a source tells it; `service` is a code, "" for none."""

    cluster: str
    kind: str
    name: str
    rack: str = ""
    room: str = ""
    model: str = ""
    service: str = ""
    active: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.cluster, self.kind, self.name


_WRITTEN = ("rack", "room", "model", "service", "active")


def spot_checker() -> Callable[[Spot], str]:
    """A function that says what is wrong with a spot, "" if nothing is; it knows the services there are now."""
    known = set(Service.objects.filter(active=True).values_list("code", flat=True))
    limits = {
        field.name: field.max_length
        for field in Place._meta.concrete_fields  # noqa: SLF001 # Django's documented model metadata
        if getattr(field, "max_length", None)
    }

    def problem(one: Spot) -> str:
        if not one.cluster or not one.name:
            return gettext("the name of the cluster, queue or node is missing")
        if one.kind not in set(PlaceKind):
            return gettext("“%(kind)s” is none of cluster, queue, node") % {"kind": one.kind[:40]}
        if one.kind == PlaceKind.CLUSTER and one.name != one.cluster:
            return gettext("a cluster’s own line has its name twice")
        if one.service and one.service not in known:
            return gettext("There is no service “%(codes)s” in the catalogue.") % {"codes": one.service[:60]}
        for name, most in limits.items():
            if len(getattr(one, name)) > (most or 0):
                return gettext("%(column)s is longer than %(most)d characters") % {
                    "column": name,
                    "most": most,
                }
        return ""

    return problem


@transaction.atomic
def save_places(actor: Actor, spots: Sequence[Spot]) -> int:
    """Write many places in one act: new ones are added, known ones (cluster, kind, name) brought up to date.

    Nothing is deleted: what is no longer there gets `active = False`. Returns how many are new.
    """
    require(actor, FindingPermission.MAP, PERMISSIONS)
    problem = spot_checker()
    for one in spots:
        if why := problem(one):
            raise BadInput("place.invalid", f"{' '.join(one.key)}: {why}")
    latest = {one.key: one for one in spots}
    services = {row.code: row for row in Service.objects.all()}
    there = {
        (row.cluster, row.kind, row.name): row
        for row in Place.objects.filter(cluster__in={one.cluster for one in spots})
    }
    new = [Place(cluster=key[0], kind=key[1], name=key[2]) for key in latest if key not in there]
    old = [there[key] for key in latest if key in there]
    for row in (*new, *old):
        one = latest[row.cluster, row.kind, row.name]
        row.rack, row.room, row.model = one.rack, one.room, one.model
        row.service, row.active = services.get(one.service), one.active
    Place.objects.bulk_create(new, batch_size=500)
    Place.objects.bulk_update(old, _WRITTEN, batch_size=500)
    if first := next(iter((*new, *old)), None):
        counts = {"added": len(new), "changed": len(old)}
        audit.record(FindingAudit.PLACES_SAVED, actor=actor, subject=first, changes=counts)
    return len(new)


@dataclass(frozen=True)
class Window:
    """A service in an outage: from when to when it is not well; `ends_at` None: no end is known."""

    service_id: int
    effect: str
    starts_at: datetime
    ends_at: datetime | None


@transaction.atomic
def note_outage(outage_id: int, windows: Iterable[Window]) -> None:
    """What the jobs know of an outage is this and nothing else; no windows: it never was."""
    wanted = {one.service_id: one for one in windows}
    OutageWindow.objects.filter(outage_id=outage_id).exclude(service_id__in=wanted).delete()
    for one in wanted.values():
        OutageWindow.objects.update_or_create(
            outage_id=outage_id,
            service_id=one.service_id,
            defaults={"effect": one.effect, "starts_at": one.starts_at, "ends_at": one.ends_at},
        )
