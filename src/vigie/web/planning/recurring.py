"""Templates of recurring maintenance: the list, the form, and “plan from it” with every date shown before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.outages import actions, queries
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import MaintenanceTemplate, Outage
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.services.queries import catalogue
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import blame, form_page, may, only, posted
from vigie.web.planning.planform import title_of
from vigie.web.planning.templateform import SpanForm, TemplateForm, rule_words, stands


@dataclass(frozen=True)
class Occurrence:
    """One date of a template: `outage` if it is planned already, `past` if it is too late for it."""

    starts_at: datetime
    ends_at: datetime
    outage: Outage | None
    past: bool


@staff
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    language = get_language() or "fr"
    names = {service.code: service.name(language) for service in catalogue()}
    rows = [
        {
            "row": row,
            "title": title_of(row),
            "services": [(effect, names.get(code, code)) for code, effect in row.services.items()],
            "lasts": timedelta(minutes=row.minutes),
            "when": rule_words(row.recurrence),
            "next": row.outages.filter(starts_at__gt=clock.now()).order_by("starts_at").first(),
            "drafts": row.outages.filter(starts_at__gt=clock.now()).count(),
        }
        for row in queries.templates()
    ]
    context = {"rows": rows, "may": may(request.user, OutagePermission.DECLARE, PERMISSIONS)}
    return render(request, "planning/templates.html", context)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, code: str = "") -> HttpResponse:
    """A new template, or a change of one; what was planned from it stays as it is."""
    only(request.user, OutagePermission.DECLARE, PERMISSIONS)
    row = queries.template(code) if code else None
    form = TemplateForm(posted(request), initial=stands(row) if row else {})
    if request.POST.get("do") == "look":
        return _look(request, form, row)

    def run(data: Mapping[str, Any]) -> str:
        saved = actions.save_template(
            request.user,
            code=row.code if row else _fresh_code(data["title_en"]),
            title_fr=data["title_fr"],
            title_en=data["title_en"],
            services=form.effects(),
            at=data["at"],
            minutes=data["minutes"],
            recurrence=form.rule(),
            anchor=data["anchor"],
            words=row.words if row else None,
        )
        return f"/templates/{saved.code}"

    return form_page(
        request,
        form,
        run,
        sentence=_asked(row),
        why=_(
            "It says what comes again, and when. Outages are planned from it as drafts, each a plan of its own."
        ),
        button=_("Save the template"),
        back=f"/templates/{row.code}" if row else "/templates",
        done=_("The template is saved."),
        template=EDIT,
    )


EDIT = "planning/template_edit.html"


def _asked(row: MaintenanceTemplate | None) -> str:
    return _("Change “%(title)s”") % {"title": title_of(row)} if row else _("A new template")


def _look(request: StaffRequest, form: TemplateForm, row: MaintenanceTemplate | None) -> HttpResponse:
    """The dates of the coming year of what is typed; nothing is saved."""
    context: dict[str, Any] = {
        "form": form,
        "sentence": _asked(row),
        "button": _("Save the template"),
        "back": f"/templates/{row.code}" if row else "/templates",
    }
    status = 422
    if form.is_valid():
        today = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        try:
            starts = actions.occurrences(form.as_row(), today, today + timedelta(days=365))
        except VigieError as error:
            blame(form, error)
        else:
            lasts = timedelta(minutes=form.cleaned_data["minutes"])
            context |= {"looked": True, "dates": [(start, start + lasts) for start in starts]}
            status = 200
    return render(request, EDIT, context, status=status)


def _fresh_code(title: str) -> str:
    """A code that no template has, retired ones too."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "template"
    code, n = base, 1
    while MaintenanceTemplate.objects.filter(code=code).exists():
        n += 1
        code = f"{base}-{n}"
    return code


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: StaffRequest, code: str) -> HttpResponse:
    """A template, the dates it gives in a span, and drafts for those that are not planned yet."""
    row = queries.template(code)
    today = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    initial: dict[str, Any] = {"first": today, "last": today + timedelta(days=365)}
    if Role.OPERATOR in request.user.roles:
        initial["contact"] = request.user.pk
    asked = request.POST if request.method == "POST" else request.GET if "first" in request.GET else None
    form = SpanForm(asked, initial=initial)
    status, span = 200, initial
    if asked is not None:
        span = form.cleaned_data if form.is_valid() else {}
        if request.method == "POST" and span:
            try:
                made = _create(request.user, row, span)
            except VigieError as error:
                blame(form, error)
                status = 409
            else:
                messages.success(request, made)
                return redirect("template", code=row.code)
        elif not span and request.method == "POST":
            status = 422
        if "first" in form.cleaned_data and "last" in form.cleaned_data and not span:
            span = form.cleaned_data
    found = occurrences(row, span) if span.get("first") and span.get("last") else []
    context = {
        "row": row,
        "title": title_of(row),
        "when": rule_words(row.recurrence),
        "lasts": timedelta(minutes=row.minutes),
        "form": form,
        "found": found,
        "fresh": sum(not item.past and item.outage is None for item in found),
        "asked": asked is not None,
        "may": may(request.user, OutagePermission.DECLARE, PERMISSIONS),
    }
    return render(request, "planning/template.html", context, status=status)


def occurrences(row: MaintenanceTemplate, span: Mapping[str, Any]) -> list[Occurrence]:
    """The dates as they will be, each with the outage that was planned for it."""
    there = {outage.planned_start: outage for outage in row.outages.all()}
    now = clock.now()
    return [
        Occurrence(start, start + timedelta(minutes=row.minutes), there.get(start), start <= now)
        for start in actions.occurrences(row, span["first"], span["last"])
    ]


def _create(user: Person, row: MaintenanceTemplate, span: Mapping[str, Any]) -> str:
    new = sum(not item.past and item.outage is None for item in occurrences(row, span))
    actions.plan_from_template(user, row, first=span["first"], last=span["last"], contact=span["contact"])
    return ngettext("%(n)s draft is planned.", "%(n)s drafts are planned.", new) % {"n": new}
