"""What Support does about experiments: each page asks, and calls one verb."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.experiments import actions
from vigie.experiments.actions import PERMISSIONS, ExperimentPermission
from vigie.experiments.queries import contact_of, experiment_by_code
from vigie.web.access import StaffRequest, staff
from vigie.web.experiments.forms import ContactForm, ExperimentForm, SureForm
from vigie.web.lists import form_page, only, posted


def _only_support(request: StaffRequest) -> None:
    only(request.user, ExperimentPermission.EDIT, PERMISSIONS)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    _only_support(request)

    def run(data: Mapping[str, Any]) -> str:
        made = actions.save_experiment(request.user, new=True, **data)
        return reverse("experiment", args=[made.code])

    return form_page(
        request,
        ExperimentForm(posted(request)),
        run,
        sentence=_("A new experiment"),
        why=_("What it uses decides which outages its contacts hear of."),
        button=_("Add the experiment"),
        done=_("Added. Now say who is told."),
        back=reverse("experiments"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, code: str) -> HttpResponse:
    _only_support(request)
    one = experiment_by_code(code)

    def run(data: Mapping[str, Any]) -> str:
        actions.save_experiment(request.user, code=code, **data)
        return reverse("experiment", args=[code])

    return form_page(
        request,
        ExperimentForm(posted(request), experiment=one),
        run,
        sentence=_("Change %(name)s") % {"name": one.name},
        why="" if one.active else _("Saving brings it back: it has ended."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("experiment", args=[code]),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: StaffRequest, code: str) -> HttpResponse:
    _only_support(request)
    one = experiment_by_code(code)

    def run(_data: Mapping[str, Any]) -> str:
        actions.close_experiment(request.user, one)
        return reverse("experiments")

    return form_page(
        request,
        SureForm(posted(request)),
        run,
        sentence=_("%(name)s has ended") % {"name": one.name},
        why=_("Its contacts hear of no outage any more. What was sent stays readable."),
        button=_("Stop telling its %(n)d contacts") % {"n": one.contacts.count()},
        done=_("%(name)s is told no more.") % {"name": one.name},
        back=reverse("experiment", args=[code]),
        danger=True,
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: StaffRequest, code: str, pk: int | None = None) -> HttpResponse:
    """A new contact, or one that changes."""
    _only_support(request)
    one = experiment_by_code(code)
    known = contact_of(one, pk) if pk is not None else None
    fields = ("name", "address", "language", "role")
    initial = {field: getattr(known, field) for field in fields} if known else None

    def run(data: Mapping[str, Any]) -> str:
        actions.save_contact(request.user, one, contact=known, **data)
        return reverse("experiment", args=[code])

    sentence = _("Change what is known of %(name)s") if known else _("Somebody more is told for %(name)s")
    return form_page(
        request,
        ContactForm(posted(request), initial=initial),
        run,
        sentence=sentence % {"name": known.name if known else one.name},
        why=_("One address gets one mail, whatever number of experiments it stands for."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("experiment", args=[code]),
    )


@staff
@require_POST
def remove(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    one = contact_of(experiment_by_code(code), pk)
    actions.remove_contact(request.user, one)
    messages.success(request, _("%(name)s is told no more.") % {"name": one.name})
    return redirect("experiment", code)
