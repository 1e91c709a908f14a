"""The list of escalations, and one of them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.duty import queries as duty
from vigie.duty.escalation import actions, queries
from vigie.duty.escalation.actions import MANUAL, PERMISSIONS, EscalationPermission
from vigie.duty.escalation.models import Escalation
from vigie.web.access import StaffRequest, staff
from vigie.web.escalations.present import lines, next_words, shown, state_words
from vigie.web.lists import carried, may, words_of

PER_PAGE = 50
COLUMNS = (
    *("number", "state", "duty", "urgency", "what_fr", "what_en", "opened_at", "calls"),
    *("acknowledged_by", "acknowledged_at", "closed_at", "closed_why"),
)


def record(row: Escalation) -> dict[str, object]:
    """One escalation in plain values, times in ISO form."""
    return {
        "number": row.pk,
        "state": queries.state_of(row),
        "duty": row.duty.code if row.duty else "",
        "urgency": row.urgency,
        "what_fr": row.what_fr,
        "what_en": row.what_en,
        "opened_at": row.opened_at.isoformat(),
        "calls": row.called,
        "acknowledged_by": row.acknowledged_by.name if row.acknowledged_by else None,
        "acknowledged_at": row.acknowledged_at.isoformat() if row.acknowledged_at else None,
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "closed_why": row.closed_why,
    }


@staff
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    """Escalations that fit the filters of the address; `?format=csv` or `json` hands the same rows over whole."""
    language = get_language() or "fr"
    states = [
        ("open", _("not over")),
        ("calling", _("calling")),
        ("acknowledged", _("acknowledged")),
        ("over", _("over")),
    ]
    codes = [(row.code, row.name(language)) for row in duty.duties()]
    state, code = words_of(request, "state"), words_of(request, "duty")
    filters = {
        "state": state if state in dict(states) else "",
        "duty": code if code in dict(codes) else "",
        "text": words_of(request),
    }
    rows = queries.matching(**filters)
    if file := carried(request, "escalations", COLUMNS, (record(row) for row in rows)):
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": shown(page.object_list, language),
        "filters": filters,
        "filtered": any(filters.values()),
        "states": states,
        "duties": codes,
        "open": queries.open_escalations().count(),
        "calling": queries.matching(state="calling").count(),
        "may_call": may(request.user, EscalationPermission.CALL, PERMISSIONS),
        "may_edit": may(request.user, EscalationPermission.POLICY, PERMISSIONS),
    }
    return render(request, "escalations/list.html", context)


@staff
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """The timeline of one escalation, and what comes next."""
    row = queries.escalation(pk)
    words, at = next_words(row)
    by_hand = row.key.startswith(MANUAL)
    context = {
        "row": row,
        "what": row.what(get_language() or "fr"),
        "state": queries.state_of(row),
        "state_words": state_words(row),
        "duty_name": row.duty.name(get_language() or "fr") if row.duty else "",
        "lines": lines(row),
        "next_words": words,
        "next_at": at,
        "by_hand": by_hand,
        "there": "" if by_hand else row.path,
        "may_answer": may(request.user, EscalationPermission.ANSWER, PERMISSIONS) and row.closed_at is None,
    }
    return render(request, "escalations/page.html", context)


@staff
@require_POST
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    actions.acknowledge(request.user, queries.escalation(pk), by="desk")
    messages.success(request, _("You see to it; nobody else is called for now."))
    return redirect("desk" if request.POST.get("back") == "desk" else "escalation", *_args(request, pk))


@staff
@require_POST
def done(request: StaffRequest, pk: int) -> HttpResponse:
    actions.done(request.user, queries.escalation(pk))
    messages.success(request, _("Done: nobody is called any more."))
    return redirect("escalation", pk)


def _args(request: StaffRequest, pk: int) -> tuple[int, ...]:
    return () if request.POST.get("back") == "desk" else (pk,)
