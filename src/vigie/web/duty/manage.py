"""What a lead does about the rota: each page asks, and calls one verb."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.duty import actions, queries
from vigie.duty.actions import PERMISSIONS, DutyPermission
from vigie.kernel import clock
from vigie.kernel.errors import BadInput
from vigie.people.queries import person_by_login
from vigie.web import timewords
from vigie.web.access import StaffRequest, staff
from vigie.web.duty import forms, week
from vigie.web.duty.views import zone
from vigie.web.lists import form_page, only, posted, words_of


def _only_leads(request: StaffRequest) -> None:
    only(request.user, DutyPermission.EDIT, PERMISSIONS)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    _only_leads(request)
    initial: dict[str, Any] = {name: words_of(request, name) for name in ("duty", "person", "level")}
    for name, field in (("start", "starts_at"), ("end", "ends_at")):
        with suppress(ValueError):
            initial[field] = datetime.fromisoformat(words_of(request, name)).astimezone(zone())
    form = forms.ShiftForm(posted(request), initial={key: value for key, value in initial.items() if value})

    def run(data: Mapping[str, Any]) -> str:
        shift = actions.add_shift(
            request.user,
            duty=queries.duty_by_code(data["duty"]),
            person=person_by_login(data["person"]),
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            level=data["level"],
            instead=data["instead"],
        )
        text = _("%(name)s holds %(duty)s from %(start)s to %(end)s.") % {
            "name": shift.person.name,
            "duty": shift.duty.name(get_language() or "fr"),
            "start": timewords.absolute(shift.starts_at, clock.now(), zone=False),
            "end": timewords.absolute(shift.ends_at, clock.now()),
        }
        messages.success(request, text)
        monday = week.monday_of(shift.starts_at.astimezone(zone()).date().isoformat(), clock.now().date())
        return f"{reverse('duty')}?week={week.week_name(monday)}"

    return form_page(
        request,
        form,
        run,
        sentence=_("Put somebody on duty"),
        why=_("From the first instant to the last, which already belongs to the next person."),
        button=_("Add the shift"),
        back=reverse("duty"),
    )


@staff
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    shift = queries.shift_by_id(pk)
    actions.remove_shift(request.user, shift)
    text = _("%(name)s no longer holds %(duty)s on %(day)s.") % {
        "name": shift.person.name,
        "duty": shift.duty.name(get_language() or "fr"),
        "day": timewords.absolute(shift.starts_at, clock.now(), zone=False),
    }
    messages.success(request, text)
    return redirect("shifts")


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: StaffRequest, code: str = "") -> HttpResponse:
    """A new duty, or the names and phone of one."""
    _only_leads(request)
    known = queries.duty_by_code(code) if code else None
    initial = {name: getattr(known, name) for name in forms.DutyForm.base_fields} if known else None
    form = forms.DutyForm(posted(request), initial=initial)
    if known:
        del form.fields["code"]

    def run(data: Mapping[str, Any]) -> str:
        if not known and queries.duties().filter(code=data["code"]).exists():
            raise BadInput("duty.taken", _("There is a duty with this code already."), field="code")
        actions.save_duty(request.user, **{"code": code, **data})
        return reverse("duty") if known else reverse("duty_shape", args=[data["code"]])

    return form_page(
        request,
        form,
        run,
        sentence=_("Change the duty %(name)s") % {"name": known.name(get_language() or "fr")}
        if known
        else _("A new duty"),
        why=_("A duty is a rota: somebody holds it at every moment that has a shift."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("duty"),
    )
