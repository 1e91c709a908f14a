"""“Plan an outage”: a form that says, before anything is saved, what the plan would meet and whom it would reach."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.lib.localtime import instant
from vigie.lib.workdays import add_working_days
from vigie.outages import actions, queries
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import MaintenanceTemplate
from vigie.people.rules import Role
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import blame, only
from vigie.web.middleware import status_of
from vigie.web.outages.forms import fresh_key
from vigie.web.planning.check import Check, check
from vigie.web.planning.planform import PlanForm, template_choices

PROPOSED_DAYS = 10  # working days ahead: keeps the rules of ordinary outages


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: StaffRequest) -> HttpResponse:
    """The form; `do=check` shows what it would meet, anything else plans it. A refusal keeps all that was typed."""
    only(request.user, OutagePermission.DECLARE, PERMISSIONS)
    if request.method != "POST":
        return _screen(request, PlanForm(initial=_initial(request)))
    form = PlanForm(request.POST)
    valid = form.is_valid()
    if request.POST.get("do") == "check":
        return _screen(request, form, checked=True, status=200 if valid else 422)
    if not valid:
        return _screen(request, form, checked=True, status=422)
    data = form.cleaned_data
    try:
        outage = actions.plan(
            request.user,
            windows=form.windows(),
            title_fr=data["title_fr"],
            title_en=data["title_en"],
            contact=data["contact"],
            asked_follower=data["asked_follower"],
            words=_words(data["template"]),
            key=f"desk:{data['key']}",
        )
    except VigieError as error:
        blame(form, error)
        return _screen(request, form, checked=True, status=status_of(error))
    messages.success(
        request, _("Planned, as a draft: nobody outside knows of it before its announcement leaves.")
    )
    return redirect("outage", pk=outage.pk)


def _words(code: str) -> Any:
    found = queries.templates().filter(code=code).first() if code else None
    return found.words if found else None


def _initial(request: StaffRequest) -> dict[str, Any]:
    """Prefilled: a working day two weeks ahead, the planner as contact; from a template, all that it says."""
    zone = ZoneInfo(settings.TIME_ZONE)
    day = add_working_days(clock.now().astimezone(zone).date(), PROPOSED_DAYS)
    start = instant(datetime.combine(day, datetime.min.time()).replace(hour=8), zone)
    initial: dict[str, Any] = {
        "key": fresh_key(),
        "starts_at": start,
        "ends_at": start + timedelta(hours=4),
        "services": request.GET.getlist("service"),
    }
    if Role.OPERATOR in request.user.roles:
        initial["contact"] = request.user.pk
    code = request.GET.get("template", "")
    row = queries.templates().filter(code=code).first() if code else None
    if row:
        initial |= _from_template(row, day, zone)
    return initial


def _from_template(row: MaintenanceTemplate, day: Any, zone: ZoneInfo) -> dict[str, Any]:
    """Its services, effects, length and title; its next occurrence from that day on."""
    found = actions.occurrences(row, day, day + timedelta(days=366))
    start = found[0] if found else instant(datetime.combine(day, row.at), zone)
    effects = list(row.services.values())
    main = effects[0]
    return {
        "template": row.code,
        "services": list(row.services),
        "effect": main,
        "starts_at": start,
        "ends_at": start + timedelta(minutes=row.minutes),
        "title_fr": row.title_fr,
        "title_en": row.title_en,
        **{f"{code}-effect": effect for code, effect in row.services.items() if effect != main},
    }


def _checked(form: PlanForm) -> Check | None:
    """What the plan would meet; None while too little is typed, or a window makes no sense."""
    windows = form.windows() if form.is_bound and hasattr(form, "cleaned_data") else {}
    if not windows or any(window.ends_at <= window.starts_at for window in windows.values()):
        return None
    return check(windows)


def _screen(
    request: StaffRequest, form: PlanForm, *, checked: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "check": _checked(form) if checked else None,
        "templates": template_choices(),
        "from_template": form["template"].value() or "",
    }
    return render(request, "planning/plan.html", context, status=status)


@require_POST
def look(request: HttpRequest) -> HttpResponseBase:
    """What stands beside the form while it is typed: nothing is saved, nothing is refused."""
    if not request.user.is_authenticated:  # never reload the page: a plan is being typed in it
        return render(request, "composer/session_over.html", status=403)
    return _look(request)


@staff
def _look(request: StaffRequest) -> HttpResponse:
    form = PlanForm(request.POST)
    form.is_valid()
    return render(request, "planning/parts/check.html", {"check": _checked(form)})
