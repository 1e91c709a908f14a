"""The catalogue: what the centre offers, how it is now, and what hangs on what."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vigie.experiments.queries import users_of
from vigie.notices.rules import Effect
from vigie.notices.texts import listed
from vigie.outages.models import EFFECT_LABELS, Affected, Outage
from vigie.outages.queries import effects_now
from vigie.outages.texts import path
from vigie.services import queries
from vigie.services.actions import PERMISSIONS, ServicePermission
from vigie.services.models import Service
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried, may, words_of

COLUMNS = (
    "code",
    "name_fr",
    "name_en",
    "plain_fr",
    "plain_en",
    "status",
    "depends_on",
    "needed_by",
    "alarm_names",
    "offered",
)
OUTAGES_SHOWN = 20
Effects = Mapping[int, tuple[str, Outage]]


@staff
@require_safe
def services(request: StaffRequest) -> HttpResponse:
    """Every service with its state now; the address filters by words and by trouble."""
    filters = {
        "q": words_of(request),
        "trouble": bool(request.GET.get("trouble")),
        "retired": bool(request.GET.get("retired")),
    }
    effects = effects_now()
    found = Service.objects.all() if filters["retired"] else queries.catalogue()
    if words := str(filters["q"]):
        plain = (
            Q(plain_fr__icontains=words)
            | Q(plain_en__icontains=words)
            | Q(alarm_names__name__icontains=words)
        )
        names = Q(name_fr__icontains=words) | Q(name_en__icontains=words) | Q(code__icontains=words)
        found = found.filter(names | plain).distinct()
    rows = [_row(one, effects) for one in _with_all(found)]
    if filters["trouble"]:
        rows = [row for row in rows if row["state"] != "ok" or row["hit_by"]]
    if file := carried(request, "services", COLUMNS, (_record(row) for row in rows)):
        return file
    language = get_language() or "fr"
    total = queries.catalogue().count()
    hit = [one.name(language) for one in queries.catalogue() if one.pk in effects]
    context = {
        "rows": rows,
        "filters": filters,
        "filtered": any(filters.values()),
        "total": total,
        "hit": hit,
        "hit_names": listed(hit),
        "fine": total - len(hit),
        "may_edit": may(request.user, ServicePermission.EDIT, PERMISSIONS),
    }
    return render(request, "services/list.html", context)


def _with_all(rows: Any) -> Iterable[Service]:
    found: Iterable[Service] = rows.prefetch_related("needs__needs", "needed_for__service", "alarm_names")
    return found


def _row(service: Service, effects: Effects) -> dict[str, Any]:
    """One service with its neighbours; `hit_by` are the services it needs that are in an outage now."""
    language = get_language() or "fr"
    effect, outage = effects.get(service.pk, ("ok", None))
    needs = [row.needs for row in service.needs.all()]
    needed_by = [row.service for row in service.needed_for.all() if row.service.active]
    return {
        "service": service,
        "url": reverse("service", args=[service.code]),
        "name": service.name(language),
        "plain": service.plain(language),
        "state": effect,
        "outage": outage,
        "outage_url": path(outage) if outage else "",
        "needs": [(other.name(language), reverse("service", args=[other.code])) for other in needs],
        "needed_by": [(other.name(language), reverse("service", args=[other.code])) for other in needed_by],
        "hit_by": listed(other.name(language) for other in needs if other.pk in effects),
        "alarm_names": [row.name for row in service.alarm_names.all()],
        "_codes": ([other.code for other in needs], [other.code for other in needed_by]),
    }


def _record(row: dict[str, Any]) -> dict[str, Any]:
    service: Service = row["service"]
    needs, needed_by = row["_codes"]
    return {
        "code": service.code,
        "name_fr": service.name_fr,
        "name_en": service.name_en,
        "plain_fr": service.plain_fr,
        "plain_en": service.plain_en,
        "status": row["state"],
        "depends_on": needs,
        "needed_by": needed_by,
        "alarm_names": row["alarm_names"],
        "offered": service.active,
    }


@staff
@require_safe
def service(request: StaffRequest, code: str) -> HttpResponse:
    """One service: how it is, what it means to users, its neighbours, its outages."""
    one = queries.service_by_code(code)
    row = _row(one, effects_now())
    lines = (
        Affected.objects.filter(service=one).select_related("outage__contact").order_by("-starts_at", "-pk")
    )
    context = {
        "row": row,
        "one": one,
        "lines": [
            (line, path(line.outage), str(EFFECT_LABELS[Effect(line.effect)]), line.restored_at)
            for line in lines[:OUTAGES_SHOWN]
        ],
        "count": lines.count(),
        "experiments": users_of([one]),
        "may_edit": may(request.user, ServicePermission.EDIT, PERMISSIONS),
    }
    return render(request, "services/service.html", context)
