"""Pages that ask: call somebody, how a duty is called, by what I am called."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vigie.duty.escalation import actions, queries
from vigie.duty.escalation.actions import PERMISSIONS, EscalationPermission
from vigie.duty.escalation.rules import Urgency
from vigie.duty.queries import duty_by_code
from vigie.kernel.errors import BadInput, Missing
from vigie.web.access import StaffRequest, staff
from vigie.web.escalations.forms import CallForm, PagerForm, PolicyForm
from vigie.web.lists import form_page, only, posted


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: StaffRequest) -> HttpResponse:
    """Call whoever is on duty."""
    only(request.user, EscalationPermission.CALL, PERMISSIONS)
    form = CallForm(posted(request), initial={"duty": request.GET.get("duty", "")[:50]})

    def run(data: Mapping[str, Any]) -> str:
        duty = duty_by_code(data["duty"])
        made = actions.call(
            request.user, duty, data["what"], urgency=Urgency(data["urgency"]), key=data["key"]
        )
        return reverse("escalation", args=[made.pk])

    return form_page(
        request,
        form,
        run,
        sentence=_("Call who is on duty"),
        why=_("By mail and pager: the primary first; without an answer the backup, then the lead."),
        button=_("Call now"),
        done=_("Called."),
        back=reverse("escalations"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: StaffRequest, code: str) -> HttpResponse:
    """How a duty is called."""
    only(request.user, EscalationPermission.POLICY, PERMISSIONS)
    try:
        duty = duty_by_code(code)
    except BadInput as error:
        raise Missing(error.code, error.message) from None
    form = PolicyForm(posted(request), policy=queries.policy(duty))

    def run(data: Mapping[str, Any]) -> str:
        actions.save_policy(request.user, duty, **data)
        return reverse("escalations")

    return form_page(
        request,
        form,
        run,
        sentence=_("How %(duty)s is called") % {"duty": duty.name(get_language() or "fr")},
        why=_("What is open climbs as it began; this holds for the next call."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("escalations"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def pager(request: StaffRequest) -> HttpResponse:
    """By what I am called beside mail."""
    known = queries.pager(request.user)
    form = PagerForm(posted(request), initial={"target": known.target if known else ""})

    def run(data: Mapping[str, Any]) -> str:
        actions.save_pager(request.user, request.user, data["target"])
        return reverse("pager")

    return form_page(
        request,
        form,
        run,
        sentence=_("How I am called"),
        why=_("Every call goes to your mail address, and to the pager that you choose here."),
        button=_("Save"),
        done=_("Saved."),
        back=reverse("escalations"),
    )
