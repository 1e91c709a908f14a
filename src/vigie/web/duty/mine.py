"""A person's own duty: shifts, offers to answer, absences, the calendar that says them."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.duty import actions, queries
from vigie.duty.actions import PERMISSIONS, DutyPermission
from vigie.duty.models import Absence
from vigie.kernel import clock
from vigie.lib.localtime import instant
from vigie.people.models import Person
from vigie.people.queries import person_by_login, staff
from vigie.web.access import StaffRequest
from vigie.web.access import staff as guarded
from vigie.web.duty import forms_rota as forms
from vigie.web.duty.views import COLUMNS, record, zone
from vigie.web.lists import carried, form_page, may, posted, words_of

ABSENCE_COLUMNS = ("person", "name", "from", "until", "note", "calendar")
PER_PAGE = 60


@guarded
@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    """My shifts, soonest first, each with what I can do about it; and what colleagues ask of me."""
    now, language = clock.now(), forms.language()
    rows = queries.shifts_of(request.user, now)
    if file := carried(request, "shifts", COLUMNS, (record(row) for row in rows)):
        return file
    offered = {
        swap.shift_id: swap for swap in queries.live_swaps().filter(offered_by=request.user) if swap.shift_id
    }
    waiting = queries.swaps_for(request.user, now)
    context = {
        "rows": [(row, row.duty.name(language), offered.get(row.pk)) for row in rows[:PER_PAGE]],
        "count": rows.count(),
        "waiting": [(swap, swap.duty.name(language)) for swap in waiting],
        "absences": queries.absences(now, person=request.user)[:PER_PAGE],
        "calendar": queries.calendar_of(request.user),
        "now": now,
    }
    return render(request, "duty/mine.html", context)


@guarded
@require_safe
def absences(request: StaffRequest) -> HttpResponse:
    """Who is away: a lead sees everybody, the others themselves. `?person=`, `?from=`, `?until=`."""
    leads = may(request.user, DutyPermission.EDIT, PERMISSIONS)
    filters = {name: words_of(request, name) for name in ("person", "from", "until")}
    start, end = _day(filters["from"]), _day(filters["until"])
    rows = queries.absences(
        _midnight(start) if start else clock.now(), _midnight(end + timedelta(days=1)) if end else None
    )
    if not leads:
        rows = rows.filter(person=request.user)
    if filters["person"]:
        rows = rows.filter(person__login=filters["person"])
    if file := carried(request, "absences", ABSENCE_COLUMNS, (_absence_record(row) for row in rows)):
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    calendars = queries.calendars() if leads else queries.calendars().filter(person=request.user)
    context = {
        "page": page,
        "rows": page.object_list,
        "filters": filters,
        "filtered": any(filters.values()),
        "people": [(one.login, one.name) for one in staff()] if leads else [],
        "calendars": calendars,
        "has_calendar": queries.calendar_of(request.user) is not None,
        "leads": leads,
        "now": clock.now(),
    }
    return render(request, "duty/absences.html", context)


def _absence_record(row: Absence) -> dict[str, Any]:
    return {
        "person": row.person.login,
        "name": row.person.name,
        "from": row.starts_at.astimezone(zone()).isoformat(timespec="minutes"),
        "until": row.ends_at.astimezone(zone()).isoformat(timespec="minutes"),
        "note": row.note,
        "calendar": "yes" if row.calendar_id else "",
    }


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None  # noqa: PLR2004 # what a database and a zone can hold


def _midnight(day: date) -> datetime:
    return instant(datetime.combine(day, time(0)), zone())


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def absence_add(request: StaffRequest) -> HttpResponse:
    leads = may(request.user, DutyPermission.EDIT, PERMISSIONS)
    people: list[Person] = list(staff()) if leads else [request.user]
    wanted = words_of(request, "person") or request.user.login
    form = forms.AbsenceForm(posted(request), people=people, initial={"person": wanted})

    def run(data: Mapping[str, Any]) -> str:
        actions.add_absence(
            request.user,
            person_by_login(data["person"]),
            starts_at=_midnight(data["first"]),
            ends_at=_midnight(data["last"] + timedelta(days=1)),
            note=data["note"],
        )
        return reverse("absences")

    return form_page(
        request,
        form,
        run,
        sentence=_("Enter an absence"),
        why=_("Rotations pass over who is away: shifts to come go to the next in the list, who gets a mail."),
        button=_("Enter the absence"),
        done=_("Entered; the rotations have been made again."),
        back=reverse("absences"),
    )


@guarded
@require_POST
def absence_remove(request: StaffRequest, pk: int) -> HttpResponse:
    row = queries.absence_by_id(pk)
    actions.remove_absence(request.user, row)
    messages.success(request, _("Removed; the rotations have been made again."))
    return redirect("absences")


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: StaffRequest, login: str) -> HttpResponse:
    """The address at which a person's absences are read; emptied by its own button."""
    person = person_by_login(login)
    actions.own_or_lead(request.user, person)
    known = queries.calendar_of(person)
    if request.method == "POST" and request.POST.get("remove") and known:
        actions.remove_calendar(request.user, known)
        messages.success(request, _("The calendar is forgotten, with the absences that it said."))
        return redirect("absences")
    initial = {"address": known.address, "only": known.only} if known else None
    form = forms.CalendarForm(posted(request), initial=initial)

    def run(data: Mapping[str, Any]) -> str:
        actions.save_calendar(request.user, person, address=data["address"], only=data["only"])
        return reverse("absences")

    return form_page(
        request,
        form,
        run,
        sentence=_("Read the absences of %(name)s in a calendar") % {"name": person.name},
        why=_(
            "It is read every hour. While its server is down, what was read last counts, and the page says since when."
        ),
        button=_("Save"),
        done=_("Saved; it will be read within a minute."),
        back=reverse("absences"),
        template="duty/calendar.html",
        extra={"calendar": known},
    )
