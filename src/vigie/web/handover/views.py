"""One hand-over: read, written, given, accepted, asked about."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.duty.handover import actions, queries
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import State
from vigie.kernel.errors import Conflict, VigieError
from vigie.reactions.handover import sections_of
from vigie.web.access import StaffRequest, staff
from vigie.web.handover.present import STATUS, checklist, shown_sections, ways
from vigie.web.handover.register import record
from vigie.web.middleware import status_of


@staff
@require_safe
def current(request: StaffRequest) -> HttpResponse:
    """The hand-over that this reader should look at now."""
    row = queries.current(request.user)
    return _page(request, row) if row else render(request, "handover/none.html", {})


@staff
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    row = queries.handover(pk)
    if request.GET.get("format") == "json":
        return JsonResponse(record(row))
    return _page(request, row)


def _page(
    request: StaffRequest, row: HandOver, error: VigieError | None = None, **typed: Any
) -> HttpResponse:
    language = get_language() or "fr"
    following, late = queries.next_of(row), queries.late(row)
    context = {
        "row": row,
        "duty_name": row.duty.name(language),
        "status": STATUS[State(row.state)],
        "next": following,
        "late": late,
        "sections": shown_sections(sections_of(row), language),
        "frozen": row.state in {State.GIVEN, State.ACCEPTED},
        "checklist": checklist(row, language, typed.get("ticked")),
        "notes": typed.get("notes", row.notes),
        "reason": typed.get("reason", ""),
        "ways": ways(row, request.user),
        "error": error,
        "page_keys": [("e", _("write the notes")), ("a", _("give, or accept"))],
    }
    return render(request, "handover/page.html", context, status=status_of(error) if error else 200)


def _typed(request: StaffRequest) -> dict[str, Any]:
    ticked = [int(text) for text in request.POST.getlist("done") if text.isdigit() and len(text) < 4]  # noqa: PLR2004 # no list is longer
    return {"notes": request.POST.get("notes", "").replace("\r\n", "\n"), "ticked": ticked}


def _check_revision(request: StaffRequest, row: HandOver) -> None:
    """The page must be of the row as it stands, or a colleague's words would be overwritten unseen."""
    seen = request.POST.get("revision", "")
    if seen and seen != str(row.revision):
        raise Conflict(
            "conflict",
            _("Somebody changed this hand-over while you wrote."),
            hint=_("What you typed is still here: look at the page in another window, then save again."),
        )


def _run(
    request: StaffRequest, pk: int, act: Callable[[HandOver], None], done: str, typed: dict[str, Any]
) -> HttpResponse:
    row = queries.handover(pk)
    try:
        with transaction.atomic():
            act(row)
    except VigieError as error:
        return _page(request, queries.handover(pk), error, **typed)
    messages.success(request, done)
    return redirect("handover", pk)


@staff
@require_POST
def save(request: StaffRequest, pk: int) -> HttpResponse:
    """Notes and checklist as they stand; it is not given yet."""
    typed = _typed(request)

    def act(row: HandOver) -> None:
        _check_revision(request, row)
        actions.write(request.user, row, typed["notes"])
        actions.tick(request.user, row, typed["ticked"])

    return _run(request, pk, act, _("Saved; not given yet."), typed)


@staff
@require_POST
def give(request: StaffRequest, pk: int) -> HttpResponse:
    typed = _typed(request)
    notes: str | None = typed["notes"] if "notes" in request.POST else None
    ticked: Sequence[int] | None = typed["ticked"] if "notes" in request.POST else None

    def act(row: HandOver) -> None:
        _check_revision(request, row)
        actions.give(request.user, row, sections=sections_of(row), notes=notes, ticked=ticked)

    return _run(
        request, pk, act, _("Given: whoever comes next has a mail."), typed if notes is not None else {}
    )


@staff
@require_POST
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    def act(row: HandOver) -> None:
        actions.accept(request.user, row, sections=sections_of(row))

    return _run(request, pk, act, _("Accepted: it is yours."), {})


@staff
@require_POST
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _run(
        request,
        pk,
        lambda row: actions.decline(request.user, row, reason),
        _("Asked: it went back with your question."),
        {"reason": reason},
    )
