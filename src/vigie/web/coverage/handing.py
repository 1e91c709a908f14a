"""What changes hands: the list, a new one, done, dropped, handed on."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.experiments.coverage import actions, queries
from vigie.experiments.coverage.actions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.models import TakingOver, TakingOverState
from vigie.experiments.coverage.records import taking_record
from vigie.experiments.coverage.texts import day_words, what_words
from vigie.kernel.errors import BadInput
from vigie.web.access import StaffRequest, staff
from vigie.web.coverage.forms import HandOnForm, TakingOverForm
from vigie.web.lists import carried, form_page, may, only, posted, words_of

COLUMNS = ("id", "what", "giver", "taker", "due_on", "state", "closed_at", "closed_by")
CLOSED_SHOWN = 100


@staff
@require_safe
def taking_overs(request: StaffRequest) -> HttpResponse:
    """Open ones by day, then the last that were closed; the address filters by person."""
    login, language, today = words_of(request, "person"), get_language() or "fr", queries.today()
    rows = [row for row in queries.taking_overs() if not login or login in _logins(row)]
    if file := carried(request, "taking-over", COLUMNS, (taking_record(row, language) for row in rows)):
        return file
    open_rows = [row for row in rows if row.state == TakingOverState.OPEN]
    closed = sorted(
        (row for row in rows if row.state != TakingOverState.OPEN),
        key=lambda row: str(row.closed_at),
        reverse=True,
    )
    context = {
        "open": [_shown(row, request, language) for row in open_rows],
        "closed": [_shown(row, request, language) for row in closed[:CLOSED_SHOWN]],
        "late": sum(row.due_on < today for row in open_rows),
        "mine": sum(row.taker_id == request.user.pk for row in open_rows),
        "person": login,
        "may_add": may(request.user, CoveragePermission.HAND, PERMISSIONS),
        "may_arrange": may(request.user, CoveragePermission.ARRANGE, PERMISSIONS),
    }
    return render(request, "coverage/taking_overs.html", context)


def _logins(row: TakingOver) -> set[str]:
    return {person.login for person in (row.giver, row.taker) if person is not None}


def _shown(row: TakingOver, request: StaffRequest, language: str) -> dict[str, Any]:
    arrange = may(request.user, CoveragePermission.ARRANGE, PERMISSIONS)
    return {
        "row": row,
        "what": what_words(row, language),
        "due": day_words(row.due_on),
        "late": row.state == TakingOverState.OPEN and row.due_on < queries.today(),
        "may_close": arrange or request.user.pk in {row.giver_id, row.taker_id},
    }


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    only(request.user, CoveragePermission.HAND, PERMISSIONS)
    form = TakingOverForm(posted(request), initial={**request.GET.dict(), "key": str(uuid4())})

    def run(_data: Mapping[str, Any]) -> str:
        actions.take_over(request.user, **form.for_verb())
        return reverse("taking_overs")

    return form_page(
        request,
        form,
        run,
        sentence=_("An activity changes hands"),
        why=_(
            "Whoever takes it over finds it on their desk, and so does whoever gives it, until it is done."
        ),
        button=_("Follow it"),
        done=_("It is followed from now on."),
        back=reverse("taking_overs"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def hand_on(request: StaffRequest, pk: int) -> HttpResponse:
    only(request.user, CoveragePermission.ARRANGE, PERMISSIONS)
    row = queries.taking_over_by_id(pk)

    def run(data: Mapping[str, Any]) -> str:
        actions.hand_on(request.user, row, **data)
        return reverse("taking_overs")

    return form_page(
        request,
        HandOnForm(posted(request), initial={"taker": row.taker.login, "due_on": row.due_on}),
        run,
        sentence=_("Somebody else takes over: %(what)s") % {"what": what_words(row, get_language() or "fr")},
        button=_("Save"),
        done=_("Saved."),
        back=reverse("taking_overs"),
    )


@staff
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """`do` is done, drop or open."""
    row = queries.taking_over_by_id(pk)
    do = request.POST.get("do", "done")
    if do == "open":
        actions.reopen_taking_over(request.user, row)
        messages.success(request, _("It is open again."))
    elif do in {"done", "drop"}:
        actions.close_taking_over(request.user, row, dropped=do == "drop")
        messages.success(request, _("Dropped.") if do == "drop" else _("Done."))
    else:
        raise BadInput("do", _("Say done, drop or open."))
    return redirect("taking_overs")
