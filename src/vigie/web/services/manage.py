"""What a lead does about the catalogue: each page asks, and calls one verb."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vigie.services import actions
from vigie.services.actions import PERMISSIONS, ServicePermission
from vigie.services.queries import service_by_code
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import form_page, only, posted
from vigie.web.services.forms import RetireForm, ServiceForm


def _only_leads(request: StaffRequest) -> None:
    only(request.user, ServicePermission.EDIT, PERMISSIONS)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    _only_leads(request)
    form = ServiceForm(posted(request))

    def run(_data: Mapping[str, Any]) -> str:
        made = actions.save_service(request.user, new=True, **form.fields_for_verb())
        return reverse("service", args=[made.code])

    return form_page(
        request,
        form,
        run,
        sentence=_("A new service in the catalogue"),
        why=_(
            "Its names and plain words stand in every notice, so write them for somebody who is no expert."
        ),
        button=_("Add the service"),
        done=_("The service is in the catalogue."),
        back=reverse("services"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, code: str) -> HttpResponse:
    _only_leads(request)
    one = service_by_code(code)
    form = ServiceForm(posted(request), service=one)

    def run(_data: Mapping[str, Any]) -> str:
        actions.save_service(request.user, code=code, **form.fields_for_verb())
        return reverse("service", args=[code])

    return form_page(
        request,
        form,
        run,
        sentence=_("Change %(name)s") % {"name": one.name(get_language() or "fr")},
        why="" if one.active else _("Saving brings it back into the catalogue."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("service", args=[code]),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: StaffRequest, code: str) -> HttpResponse:
    _only_leads(request)
    one = service_by_code(code)
    name = one.name(get_language() or "fr")

    def run(_data: Mapping[str, Any]) -> str:
        actions.retire_service(request.user, one)
        return reverse("services")

    return form_page(
        request,
        RetireForm(posted(request)),
        run,
        sentence=_("Take %(name)s out of the catalogue") % {"name": name},
        why=_("No outage can be declared for it any more; its past outages stay readable."),
        button=_("Take %(name)s out") % {"name": name},
        done=_("%(name)s is out of the catalogue.") % {"name": name},
        back=reverse("service", args=[code]),
        danger=True,
    )
