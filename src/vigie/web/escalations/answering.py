"""The link in a call: no login; looking does nothing, the button acknowledges. Scanners of mails follow links."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.duty.escalation import actions, links, queries
from vigie.duty.escalation.models import EscalationStep
from vigie.kernel.errors import Forbidden, Missing, Refused

GONE, CONFLICT = 410, 409


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what is owed and who has answered; POST acknowledges, once."""
    try:
        step = links.read(token)
    except (Missing, Refused) as error:
        return _page(request, {"error": error}, GONE if error.code == "link.expired" else 404)
    person = step.person
    with translation.override(person.language if person else None):
        if request.method != "POST":
            return _page(request, _situation(step), 200)
        try:
            with transaction.atomic():
                actions.answer(token)
        except (Refused, Forbidden) as error:
            now = queries.step(step.pk) or step
            return _page(request, {**_situation(now), "refused": error}, CONFLICT)
        return _page(request, {**_situation(queries.step(step.pk) or step), "just": True}, 200)


def _situation(step: EscalationStep) -> dict[str, Any]:
    row, person = step.escalation, step.person
    language = person.language if person else "fr"
    return {
        "step": step,
        "row": row,
        "what": row.what(language),
        "state": queries.state_of(row),
        "may_press": queries.state_of(row) == "calling" and step.answered_at is None,
        "next_at": queries.coming(row).at if row.closed_at is None else None,
    }


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(
        request, "escalations/answer.html", {**context, "nav": (), "languages": ()}, status=status
    )
    response.headers["Referrer-Policy"] = "same-origin"  # it holds a key; “no-referrer” posts Origin: null
    response.headers["X-Robots-Tag"] = "noindex"
    return response
