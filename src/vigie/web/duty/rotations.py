"""When a duty is held, who follows whom in it, and who may hold it: for leads; everybody may read."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.duty import actions, queries
from vigie.duty.actions import PERMISSIONS, DutyPermission, Filled, Shape
from vigie.duty.models import Duty, Qualification, Rotation
from vigie.kernel import clock
from vigie.kernel.errors import Missing, VigieError
from vigie.people.models import Person
from vigie.people.queries import person_by_login, staff
from vigie.web.access import StaffRequest
from vigie.web.access import staff as guarded
from vigie.web.duty import forms_rota as forms
from vigie.web.duty.views import zone
from vigie.web.lists import blame, carried, form_page, may, only, posted
from vigie.web.middleware import status_of

SHOWN = 120


@guarded
@require_safe
def page(request: StaffRequest, code: str) -> HttpResponse:
    """One duty: when it is held, by how many, its rotations, who is qualified, its hand-over checklist."""
    duty = queries.duty_by_code(code)
    now, language = clock.now(), forms.language()
    rows = Rotation.objects.filter(duty=duty).prefetch_related("places__person").order_by("starts_on")
    today = now.astimezone(zone()).date()
    current = max((row.starts_on for row in rows if row.starts_on <= today), default=None)
    people = duty.qualifications.select_related("person")
    columns = ("person", "since", "until")
    records = (
        {
            "person": row.person.login,
            "since": row.since.isoformat(),
            "until": row.until and row.until.isoformat(),
        }
        for row in people
    )
    if file := carried(request, "qualified", columns, records):
        return file
    context = {
        "duty": duty,
        "name": duty.name(language),
        "strength": queries.strength(duty, now),
        "rotations": [(row, row.starts_on == current, dict(forms.EVERY)[row.every]) for row in rows],
        "qualified": [(row, row.until is not None and row.until <= today) for row in people],
        "days": [WEEKDAYS[day] for day in duty.weekdays],
        "every_day": len(duty.weekdays) == len(WEEKDAYS),
        "checklist": duty.checklist(language),
        "today": today,
        "may_edit": may(request.user, DutyPermission.EDIT, PERMISSIONS),
    }
    return render(request, "duty/duty.html", context)


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def shape(request: StaffRequest, code: str) -> HttpResponse:
    only(request.user, DutyPermission.EDIT, PERMISSIONS)
    duty = queries.duty_by_code(code)
    form = forms.ShapeForm(posted(request), initial=forms.shape_initial(duty))

    def run(data: Mapping[str, Any]) -> str:
        actions.shape_duty(request.user, duty, Shape(**data))
        return reverse("duty_page", args=[code])

    return form_page(
        request,
        form,
        run,
        sentence=_("When is %(name)s held?") % {"name": duty.name(forms.language())},
        why=_("Shifts that have begun stay as they were; those to come are made again by the rotation."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("duty_page", args=[code]),
    )


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def rotation(request: StaffRequest, code: str) -> HttpResponse:
    """First what the list would change, shift by shift; then, at the second button, it is done."""
    only(request.user, DutyPermission.EDIT, PERMISSIONS)
    duty = queries.duty_by_code(code)
    row = _chosen(request, duty)
    form = forms.RotationForm(posted(request), initial=_initial(row), people=_people(duty, row))
    filled: Filled | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            wanted = {"starts_on": data["starts_on"], "every": data["every"], "people": data["order"]}
            try:
                if request.POST.get("apply"):
                    done = actions.save_rotation(request.user, duty, **wanted, offsets=data["steps"])
                    n = len(done.changes)
                    text = ngettext("Saved: %(n)d shift changed.", "Saved: %(n)d shifts changed.", n)
                    messages.success(request, text % {"n": n})
                    return redirect("duty_page", code)
                filled = actions.preview_rotation(request.user, duty, **wanted, offsets=data["steps"])
                status = 200
            except VigieError as error:
                blame(form, error)
                status = status_of(error)
    context = {
        "duty": duty,
        "name": duty.name(forms.language()),
        "form": form,
        "places": form.places(),
        "filled": filled,
        "changes": filled.changes[:SHOWN] if filled else (),
        "holes": filled.holes[:SHOWN] if filled else (),
    }
    return render(request, "duty/rotation.html", context, status=status)


def _chosen(request: StaffRequest, duty: Duty) -> Rotation | None:
    """The rotation that the address names by its first day, else the last one."""
    rows = Rotation.objects.filter(duty=duty).prefetch_related("places__person").order_by("-starts_on")
    wanted = request.GET.get("from", "")
    return next((row for row in rows if row.starts_on.isoformat() == wanted), rows.first())


def _people(duty: Duty, row: Rotation | None) -> list[Person]:
    """Those in the list first, in order; then whom one would ask; then everybody."""
    listed = [place.person for place in row.places.all() if place.person.is_active] if row else []
    return list(dict.fromkeys([*listed, *queries.candidates(duty), *staff()]))


def _initial(row: Rotation | None) -> dict[str, Any]:
    if row is None:
        return {"starts_on": clock.now().astimezone(zone()).date(), "offsets": "0 1 2", "every": "week"}
    places = {f"place_{place.person.login}": place.number + 1 for place in row.places.all()}
    offsets = " ".join(map(str, row.offsets))
    return {"starts_on": row.starts_on, "every": row.every, "offsets": offsets, **places}


@guarded
@require_POST
def rotation_remove(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    row = Rotation.objects.filter(duty__code=code, pk=pk).select_related("duty").first()
    if row is None:
        raise Missing("rotation.missing", _("There is no such rotation."))
    actions.remove_rotation(request.user, row)
    messages.success(request, _("The rotation is gone; shifts that have begun stay."))
    return redirect("duty_page", code)


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def qualify(request: StaffRequest, code: str) -> HttpResponse:
    only(request.user, DutyPermission.EDIT, PERMISSIONS)
    duty = queries.duty_by_code(code)
    today = clock.now().astimezone(zone()).date()
    initial = {"person": request.GET.get("person", "")[:60], "since": today}
    form = forms.QualificationForm(posted(request), initial=initial)

    def run(data: Mapping[str, Any]) -> str:
        person = person_by_login(data["person"])
        actions.qualify(request.user, duty, person, since=data["since"], until=data["until"])
        return reverse("duty_page", args=[code])

    return form_page(
        request,
        form,
        run,
        sentence=_("Who may hold %(name)s?") % {"name": duty.name(forms.language())},
        why=_("As long as nobody is named here, everybody may. The same first day again moves the end."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("duty_page", args=[code]),
    )


@guarded
@require_POST
def disqualify(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    row = Qualification.objects.filter(duty__code=code, pk=pk).select_related("duty", "person").first()
    if row is None:
        raise Missing("qualification.missing", _("There is no such qualification."))
    actions.disqualify(request.user, row)
    messages.success(request, _("Saved."))
    return redirect("duty_page", code)
