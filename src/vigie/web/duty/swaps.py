"""Swaps: the list of offers, one offer with what can be done about it, and making one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from vigie.duty import actions, queries
from vigie.duty.actions import PERMISSIONS, DutyPermission
from vigie.duty.models import Swap, SwapState
from vigie.duty.texts import REASONS
from vigie.kernel import clock
from vigie.kernel.errors import BadInput, VigieError
from vigie.people.queries import person_by_login
from vigie.web.access import StaffRequest
from vigie.web.access import staff as guarded
from vigie.web.duty import forms_rota as forms
from vigie.web.duty.views import zone
from vigie.web.lists import blame, carried, form_page, may, posted, words_of
from vigie.web.middleware import status_of

COLUMNS = (
    "id",
    "duty",
    "level",
    "start",
    "end",
    "from",
    "to",
    "in_return_start",
    "accepted_by",
    "state",
    "why",
    "answer",
)
SHAPES = {
    SwapState.OPEN: "at_risk",
    SwapState.ACCEPTED: "at_risk",
    SwapState.DONE: "ok",
}
PER_PAGE = 40
DONE = {
    "accept": gettext_lazy("You hold the shift now."),
    "accept_waiting": gettext_lazy("Accepted: a lead decides now."),
    "decline": gettext_lazy("Declined; %(name)s gets a mail."),
    "withdraw": gettext_lazy("Withdrawn."),
    "approve": gettext_lazy("The swap is done."),
    "refuse": gettext_lazy("Refused; both get a mail with the reason."),
}


@guarded
@require_safe
def swaps(request: StaffRequest) -> HttpResponse:
    """Offers that wait for somebody; `?state=all` shows the others too, `?duty=`, `?person=`."""
    language = forms.language()
    filters = {name: words_of(request, name) for name in ("state", "duty", "person")}
    rows = queries.swaps().order_by("-made_at") if filters["state"] else queries.live_swaps()
    if filters["state"] in set(SwapState):
        rows = rows.filter(state=filters["state"])
    if filters["duty"]:
        rows = rows.filter(duty__code=filters["duty"])
    if filters["person"]:
        rows = rows.filter(offered_by__login=filters["person"]) | rows.filter(
            accepted_by__login=filters["person"]
        )
    if file := carried(request, "swaps", COLUMNS, (_record(row) for row in rows)):
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            (row, row.duty.name(language), SHAPES.get(SwapState(row.state), "unknown"))
            for row in page.object_list
        ],
        "filters": filters,
        "filtered": any(filters.values()),
        "states": [("all", _("every state")), *SwapState.choices],
        "duties": [(row.code, row.name(language)) for row in queries.duties()],
        "waiting": queries.live_swaps().count(),
    }
    return render(request, "duty/swaps.html", context)


def _record(row: Swap) -> dict[str, Any]:
    def at(value: Any) -> str:
        return value.astimezone(zone()).isoformat(timespec="minutes") if value else ""

    return {
        "id": row.pk,
        "duty": row.duty.code,
        "level": row.level,
        "start": at(row.starts_at),
        "end": at(row.ends_at),
        "from": row.offered_by.login,
        "to": row.offered_to.login if row.offered_to else "",
        "in_return_start": at(row.return_starts_at),
        "accepted_by": row.accepted_by.login if row.accepted_by else "",
        "state": row.state,
        "why": row.why,
        "answer": row.answer,
    }


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def swap(request: StaffRequest, pk: int) -> HttpResponse:
    """One offer: what it is about, who said what, and the buttons of whoever reads it."""
    row = queries.swap_by_id(pk)
    form = forms.AnswerForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _act(request, row, form.cleaned_data["answer"]))
            return redirect("swap", pk)
        except VigieError as error:
            blame(form, error)
            status = status_of(error)
            row = queries.swap_by_id(pk)
    me, leads = request.user, may(request.user, DutyPermission.EDIT, PERMISSIONS)
    live, party = row.state in queries.LIVE, me in {row.offered_by, row.accepted_by}
    asked = row.state == SwapState.OPEN and row.offered_by != me and row.offered_to_id in {None, me.pk}
    why = queries.why_not(me, row.shift, but=(row.in_return_id or 0,)) if asked and row.shift else None
    context = {
        "swap": row,
        "name": row.duty.name(forms.language()),
        "shape": SHAPES.get(SwapState(row.state), "unknown"),
        "form": form,
        "may_accept": asked and row.starts_at > clock.now() and why is None,
        "cannot": REASONS[why] if why else "",
        "may_decline": asked and row.offered_to_id == me.pk,
        "may_withdraw": live and (row.offered_by == me or leads),
        "may_decide": row.state == SwapState.ACCEPTED and leads and not party,
    }
    return render(request, "duty/swap.html", context, status=status)


def _act(request: StaffRequest, row: Swap, answer: str) -> str:
    """Do what the button says; the words for it."""
    act = request.POST.get("do", "")
    if act == "accept":
        row = actions.accept_swap(request.user, row)
        act = "accept" if row.state == SwapState.DONE else "accept_waiting"
    elif act == "decline":
        actions.decline_swap(request.user, row, answer=answer)
    elif act == "withdraw":
        actions.withdraw_swap(request.user, row)
    elif act in {"approve", "refuse"}:
        actions.decide_swap(request.user, row, approve=act == "approve", answer=answer)
    else:
        raise BadInput("swap.act", _("Choose a button."))
    return str(DONE[act]) % {"name": row.offered_by.name}


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a shift to a colleague, or to whoever can."""
    shift = queries.shift_by_id(pk)
    form = forms.OfferForm(posted(request), shift=shift, now=clock.now())

    def run(data: Mapping[str, Any]) -> str:
        back = queries.shift_by_id(int(data["in_return"])) if data["in_return"] else None
        to = person_by_login(data["to"]) if data["to"] else back.person if back else None
        made = actions.offer_swap(
            request.user, shift, to=to, in_return=back, why=data["why"], key=data["key"]
        )
        return reverse("swap", args=[made.pk])

    return form_page(
        request,
        form,
        run,
        sentence=_("Offer a shift of %(name)s") % {"name": shift.duty.name(forms.language())},
        button=_("Offer the shift"),
        done=_("Offered; whoever can take it gets a mail."),
        back=reverse("duty_mine"),
        template="duty/offer.html",
        extra={"shift": shift, "approval": shift.duty.needs_approval},
    )
