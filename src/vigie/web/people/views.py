"""Who works here, and each of them."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.http import require_safe

from vigie.duty import queries as duty
from vigie.duty.queries import OnDuty
from vigie.kernel import clock
from vigie.notices.texts import listed
from vigie.outages.queries import followed_or_held_by
from vigie.outages.texts import headline, path
from vigie.people import queries
from vigie.people.actions import PERMISSIONS, PeoplePermission
from vigie.people.models import Person
from vigie.people.rules import GroupKind, Role
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried, may, words_of

ROLE_LABELS = {
    Role.OPERATOR: pgettext_lazy("role", "operator"),
    Role.SUPPORT: pgettext_lazy("role", "support"),
    Role.LEAD: pgettext_lazy("role", "lead"),
    Role.ADMINISTRATOR: pgettext_lazy("role", "administrator"),
}
COLUMNS = ("login", "name", "groups", "roles", "phone", "email", "language", "works_here", "on_duty")
SHIFTS_SHOWN = 12


@staff
@require_safe
def people(request: StaffRequest) -> HttpResponse:
    """Everyone who works here; the address filters by words, group, duty, and whether they left."""
    filters = {
        "q": words_of(request),
        "group": words_of(request, "group"),
        "on_duty": bool(request.GET.get("on_duty")),
        "left": bool(request.GET.get("left")),
    }
    duties = _duties_now()
    found = Person.objects.all() if filters["left"] else queries.staff()
    if filters["q"]:
        words = str(filters["q"])
        found = found.filter(
            Q(name__icontains=words)
            | Q(login__icontains=words)
            | Q(phone__icontains=words)
            | Q(email__icontains=words)
        )
    if filters["group"]:
        found = found.filter(memberships__group__code=filters["group"])
    if filters["on_duty"]:
        found = found.filter(pk__in=duties)
    rows = [_row(person, duties) for person in found.prefetch_related("memberships__group").order_by("name")]
    if file := carried(request, "people", COLUMNS, (_record(row) for row in rows)):
        return file
    context = {
        "rows": rows,
        "filters": filters,
        "filtered": any(filters.values()),
        "groups": [(group.code, group.name(get_language() or "fr")) for group in queries.groups()],
        "total": queries.staff().count(),
        "operators": queries.members([GroupKind.OPERATIONS]).count(),
        "supporters": queries.members([GroupKind.SUPPORT]).count(),
        "may_manage": may(request.user, PeoplePermission.MANAGE, PERMISSIONS),
    }
    return render(request, "people/list.html", context)


def _duties_now() -> dict[int, list[OnDuty]]:
    found: dict[int, list[OnDuty]] = {}
    for row in duty.on_duty(clock.now()):
        found.setdefault(row.person.pk, []).append(row)
    return found


def _row(person: Person, duties: dict[int, list[OnDuty]]) -> dict[str, Any]:
    language = get_language() or "fr"
    memberships = [(row.group.name(language), row.is_lead) for row in person.memberships.all()]
    return {
        "person": person,
        "url": reverse("person", args=[person.login]),
        "memberships": sorted(memberships),
        "duties": [(row.duty.name(language), row.level, row.until) for row in duties.get(person.pk, [])],
    }


def _record(row: dict[str, Any]) -> dict[str, Any]:
    person: Person = row["person"]
    return {
        "login": person.login,
        "name": person.name,
        "groups": [name for name, _lead in row["memberships"]],
        "roles": sorted(person.roles),
        "phone": person.phone,
        "email": person.email,
        "language": person.language,
        "works_here": person.is_active,
        "on_duty": [f"{name} {level}" for name, level, _until in row["duties"]],
    }


@staff
@require_safe
def person(request: StaffRequest, login: str) -> HttpResponse:
    """One person: how to reach them, what they hold now and next."""
    who = queries.anybody(login)
    now, language = clock.now(), get_language() or "fr"
    shifts = who.shifts.filter(ends_at__gt=now).select_related("duty").order_by("starts_at")
    held = _duties_now().get(who.pk, [])
    manages = may(request.user, PeoplePermission.MANAGE, PERMISSIONS)
    context = {
        "who": who,
        "row": _row(who, {who.pk: held}),
        "roles": listed(str(ROLE_LABELS[Role(role)]) for role in sorted(who.roles)),
        "held": listed(row.duty.name(language) for row in held),
        "until": max((row.until for row in held), default=None),
        "next": next((shift for shift in shifts if shift.starts_at > now), None) if not held else None,
        "shifts": [(shift, shift.duty.name(language)) for shift in shifts[:SHIFTS_SHOWN]],
        "more_shifts": max(0, shifts.count() - SHIFTS_SHOWN),
        "outages": [(path(row), headline(row, language), row) for row in followed_or_held_by(who)],
        "may_manage": manages,
        "may_plan_departure": may(request.user, PeoplePermission.PLAN_DEPARTURE, PERMISSIONS),
        "own": who.pk == request.user.pk,
        "tokens": list(who.tokens.order_by("-made_at")) if manages else [],
        "now": now,
        "has_password": who.has_usable_password(),
    }
    return render(request, "people/person.html", context)
