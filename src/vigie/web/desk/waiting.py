"""The pages behind a line of the desk: every alarm to judge, every word owed, every reaction that was set apart."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.kernel import events
from vigie.kernel.errors import Missing
from vigie.notices import queries as notices
from vigie.outages import queries as outages
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.reactions import actions as reactions
from vigie.reactions.actions import PERMISSIONS as REACTIONS
from vigie.reactions.actions import ReactionPermission
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.gather import alarm_task, owed_tasks, owed_to, strays
from vigie.web.lists import only

PER_PAGE = 50

# what each reaction (config/reactions.py) does, in the words of the page
STEPS: dict[str, Promise] = {
    "tell first holders": gettext_lazy("Tell the contact and the follower of a new outage"),
    "tell new holder": gettext_lazy("Tell whom a role was handed over to"),
    "tell of questions": gettext_lazy("Tell of a question or its answer"),
    "ask to follow": gettext_lazy("Ask somebody to follow an outage"),
    "tell of cancelling": gettext_lazy("Tell staff that an outage is cancelled"),
    "tell of proposed end": gettext_lazy("Tell the contact that monitoring sees the end"),
    "tell of undelivered": gettext_lazy("Tell the follower of a mail that did not leave"),
    "bring back reply": gettext_lazy("Bring a reply back as a question"),
    "tell of bounce": gettext_lazy("Tell the follower of a mail that came back"),
    "forget sender": gettext_lazy("Take an erased person out of the logs"),
}


@staff
@require_safe
def alarms(request: StaffRequest) -> HttpResponse:
    """Every alarm that fires without an outage, oldest first."""
    only(request.user, OutagePermission.JUDGE_ALARM, PERMISSIONS)
    page = Paginator(strays(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "n": page.paginator.count,
        "tasks": [alarm_task(alarm) for alarm in page.object_list],
        "ongoing": list(outages.ongoing()),
    }
    return render(request, "desk/alarms.html", context)


@staff
@require_safe
def owed(request: StaffRequest) -> HttpResponse:
    """Every word owed that the reader answers for, first due first."""
    page = Paginator(owed_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    language, drafts = get_language() or "fr", notices.drafts()
    shown = list(owed_tasks(list(page.object_list), request.user, drafts, language))
    context = {"page": page, "n": page.paginator.count, "tasks": shown}
    return render(request, "desk/owed.html", context)


@staff
@require_safe
def failed(request: StaffRequest) -> HttpResponse:
    """Reactions set apart, each with its last error and the two ways on."""
    only(request.user, ReactionPermission.REPAIR, REACTIONS)
    page = Paginator(events.set_apart(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "row": row,
            "step": STEPS.get(row.reaction, row.reaction),
            "outage": row.event.payload.get("outage_id"),
        }
        for row in page.object_list
    ]
    return render(request, "desk/reactions.html", {"page": page, "n": page.paginator.count, "rows": rows})


@staff
@require_POST
def decide(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    """Once more, or not at all."""
    only(request.user, ReactionPermission.REPAIR, REACTIONS)
    row = events.set_apart().filter(pk=pk).first()
    if row is None:
        raise Missing("reaction.missing", _("There is no such step waiting (any more)."))
    if what == "retry":
        reactions.retry(request.user, row)
        messages.success(request, _("It is tried again within seconds."))
    else:
        reactions.dismiss(request.user, row)
        messages.success(request, _("It is left undone."))
    return redirect("failed_reactions")
