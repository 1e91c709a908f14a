"""What a lead does about coverage: each page asks, and calls one verb."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.experiments.coverage import actions, queries
from vigie.experiments.coverage.actions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.queries import line_of
from vigie.people.actions import PERMISSIONS as PEOPLE_PERMISSIONS
from vigie.people.actions import PeoplePermission, plan_departure
from vigie.people.queries import anybody
from vigie.web.access import StaffRequest, staff
from vigie.web.coverage.forms import CoverForm, DepartureForm, EndForm, LevelForm
from vigie.web.lists import form_page, only, posted


def _only_leads(request: StaffRequest) -> None:
    only(request.user, CoveragePermission.ARRANGE, PERMISSIONS)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """Somebody covers a line from a day on; the address may propose line, person, level and day."""
    _only_leads(request)
    initial = {"starts_on": f"{queries.today():%Y-%m-%d}", **request.GET.dict()}

    def run(data: Mapping[str, Any]) -> str:
        line = queries.line_by_key(data["line"])
        words = {name: data[name] for name in ("person", "level", "starts_on", "ends_on")}
        actions.cover(request.user, experiment=line.experiment, **words)
        return line.path

    return form_page(
        request,
        CoverForm(posted(request), initial=initial),
        run,
        sentence=_("Somebody covers a line"),
        why=_("A line is an experiment, or general support. It is well covered by two persons or more."),
        button=_("Note it"),
        done=_("Noted."),
        back=reverse("coverage"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def level(request: StaffRequest, pk: int) -> HttpResponse:
    _only_leads(request)
    row = queries.coverage_by_id(pk)
    line = line_of(row.experiment)
    initial = {"level": row.level, "on": max(row.starts_on, queries.today())}

    def run(data: Mapping[str, Any]) -> str:
        actions.change_level(request.user, row, **data)
        return line.path

    return form_page(
        request,
        LevelForm(posted(request), initial=initial),
        run,
        sentence=_("%(name)s covers %(line)s at another level")
        % {"name": row.person.name, "line": line.name},
        button=_("Change the level"),
        done=_("Changed."),
        back=line.path,
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: StaffRequest, pk: int) -> HttpResponse:
    _only_leads(request)
    row = queries.coverage_by_id(pk)
    line = line_of(row.experiment)

    def run(data: Mapping[str, Any]) -> str:
        actions.end(request.user, row, **data)
        return line.path

    return form_page(
        request,
        EndForm(posted(request), initial={"on": row.ends_on}),
        run,
        sentence=_("Until when %(name)s covers %(line)s") % {"name": row.person.name, "line": line.name},
        why=_("If a hole opens, the leads are told 6, 3 and 1 month before."),
        button=_("Save"),
        done=_("Saved."),
        back=line.path,
    )


@staff
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    row = queries.coverage_by_id(pk)
    actions.withdraw(request.user, row)
    messages.success(request, _("Taken back."))
    return redirect(line_of(row.experiment).path)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: StaffRequest, login: str) -> HttpResponse:
    """The day from which somebody is no longer here, known before."""
    only(request.user, PeoplePermission.PLAN_DEPARTURE, PEOPLE_PERMISSIONS)
    person = anybody(login)

    def run(data: Mapping[str, Any]) -> str:
        plan_departure(request.user, person, on=data["on"], ending=data["ending"])
        return reverse("leaving" if data["on"] else "person", args=[login])

    return form_page(
        request,
        DepartureForm(
            posted(request), initial={"on": person.employed_until, "ending": person.employment_ends_by}
        ),
        run,
        sentence=_("When %(name)s leaves") % {"name": person.name},
        why=_("Holes that this opens show at once, and everything that hangs on them is listed next."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("person", args=[login]),
    )
