"""The list of hand-overs."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.duty import queries as duty
from vigie.duty.handover import queries
from vigie.duty.handover.models import STATE_LABELS, HandOver
from vigie.duty.handover.rules import State
from vigie.people.queries import staff as everyone
from vigie.web.access import StaffRequest, staff
from vigie.web.handover.present import STATUS
from vigie.web.lists import carried, words_of

PER_PAGE = 50
COLUMNS = (
    *("number", "duty", "state", "outgoing", "begins_at", "ends_at", "given_at", "accepted_by"),
    *("accepted_at", "declined_at", "reason", "notes", "checklist", "lines"),
)


def record(row: HandOver) -> dict[str, Any]:
    """One hand-over in plain values, times in ISO form; `lines` are what was frozen."""

    def iso(at: Any) -> str | None:
        return at.isoformat() if at else None

    return {
        "number": row.pk,
        "duty": row.duty.code,
        "state": row.state,
        "outgoing": row.outgoing.name,
        "begins_at": iso(row.begins_at),
        "ends_at": iso(row.ends_at),
        "given_at": iso(row.given_at),
        "accepted_by": row.accepted_by.name if row.accepted_by else None,
        "accepted_at": iso(row.accepted_at),
        "declined_at": iso(row.declined_at),
        "reason": row.reason,
        "notes": row.notes,
        "checklist": [f"{'x' if item['by'] else '-'} {item['en']}" for item in row.checklist],
        "lines": [
            f"{section.code}: {line.text('en')}" for section in row.the_sections for line in section.lines
        ],
    }


@staff
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    """Hand-overs that fit the filters of the address; `?format=csv` or `json` hands the same rows over whole."""
    language = get_language() or "fr"
    states = [("unsettled", _("not accepted yet")), *((s.value, STATE_LABELS[s]) for s in State)]
    codes = [(row.code, row.name(language)) for row in duty.duties()]
    people = [(row.login, row.name) for row in everyone()]
    asked = {name: words_of(request, name) for name in ("state", "duty", "person")}
    known: dict[str, dict[str, Any]] = {"state": dict(states), "duty": dict(codes), "person": dict(people)}
    filters = {name: value if value in known[name] else "" for name, value in asked.items()}
    rows = queries.matching(**filters)
    if file := carried(request, "handovers", COLUMNS, (record(row) for row in rows)):
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, row.duty.name(language), STATUS[State(row.state)]) for row in page.object_list],
        "filters": filters,
        "filtered": any(filters.values()),
        "states": states,
        "duties": codes,
        "people": people,
        "waiting": queries.unsettled().count(),
    }
    return render(request, "handover/list.html", context)
