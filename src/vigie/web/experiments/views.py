"""The experiments: who they are, what they use, who is told."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vigie.experiments import queries
from vigie.experiments.actions import PERMISSIONS, ExperimentPermission
from vigie.experiments.models import ROLE_LABELS, Contact, ContactRole, Experiment
from vigie.notices.texts import listed
from vigie.outages.queries import effects_now
from vigie.services.queries import catalogue, touched_by
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried, may, words_of

COLUMNS = ("code", "name", "domain", "uses", "contacts", "active")
ACCOUNTS_SHOWN = 10


@staff
@require_safe
def experiments(request: StaffRequest) -> HttpResponse:
    """Every experiment; the address filters by words, service, and by who can't be reached."""
    filters = {
        "q": words_of(request),
        "uses": words_of(request, "uses"),
        "mute": bool(request.GET.get("mute")),
        "ended": bool(request.GET.get("ended")),
    }
    found = Experiment.objects.all() if filters["ended"] else queries.experiments()
    if words := str(filters["q"]):
        people = Q(contacts__name__icontains=words) | Q(contacts__address__icontains=words)
        found = found.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(domain__icontains=words) | people
        )
    if filters["uses"]:
        found = found.filter(uses__code=filters["uses"])
    if filters["mute"]:
        found = found.filter(contacts__address="")
    hit = {service.pk for service in touched_by(catalogue().filter(pk__in=effects_now()))}
    rows = [_row(one, hit) for one in found.distinct().prefetch_related("uses", "contacts")]
    if file := carried(request, "experiments", COLUMNS, (_record(row) for row in rows)):
        return file
    everyone = Contact.objects.filter(experiment__active=True)
    context = {
        "rows": rows,
        "filters": filters,
        "filtered": any(filters.values()),
        "total": queries.experiments().count(),
        "accounts": queries.accounts().count(),
        "contacts": everyone.count(),
        "mute": everyone.filter(address="").count(),
        "services": [(row.code, row.name(get_language() or "fr")) for row in catalogue()],
        "may_edit": may(request.user, ExperimentPermission.EDIT, PERMISSIONS),
    }
    return render(request, "experiments/list.html", context)


def _row(one: Experiment, hit: set[int]) -> dict[str, Any]:
    language = get_language() or "fr"
    contacts = list(one.contacts.all())
    return {
        "one": one,
        "url": reverse("experiment", args=[one.code]),
        "uses": [(row.name(language), reverse("service", args=[row.code])) for row in one.uses.all()],
        "codes": [row.code for row in one.uses.all()],
        "hit": listed(row.name(language) for row in one.uses.all() if row.pk in hit),
        "contacts": contacts,
        "french": sum(contact.language == "fr" for contact in contacts),
        "english": sum(contact.language == "en" for contact in contacts),
        "mute": sum(not contact.address for contact in contacts),
    }


def _record(row: dict[str, Any]) -> dict[str, Any]:
    one: Experiment = row["one"]
    return {
        "code": one.code,
        "name": one.name,
        "domain": one.domain,
        "uses": row["codes"],
        "contacts": [
            f"{contact.name} <{contact.address}> ({contact.language})" for contact in row["contacts"]
        ],
        "active": one.active,
    }


@staff
@require_safe
def experiment(request: StaffRequest, code: str) -> HttpResponse:
    """One experiment: what it uses and how that is now, and who is told in which language."""
    one = queries.experiment_by_code(code)
    effects = effects_now()
    hit = {service.pk for service in touched_by(catalogue().filter(pk__in=effects))}
    language = get_language() or "fr"
    context = {
        "row": _row(one, hit),
        "one": one,
        "states": [
            {
                "name": service.name(language),
                "url": reverse("service", args=[service.code]),
                "state": effects[service.pk][0] if service.pk in effects else "ok",
                "hit": service.pk in hit and service.pk not in effects,
            }
            for service in one.uses.all()
        ],
        "contacts": [
            (contact, ROLE_LABELS[ContactRole(contact.role)], contact.role == ContactRole.LIST)
            for contact in one.contacts.order_by("language", "name")
        ],
        "accounts": queries.accounts(experiment=one.code)[:ACCOUNTS_SHOWN],
        "accounts_count": queries.accounts(experiment=one.code).count(),
        "may_edit": may(request.user, ExperimentPermission.EDIT, PERMISSIONS),
    }
    return render(request, "experiments/experiment.html", context)
