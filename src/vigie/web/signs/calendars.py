"""The addresses of calendars: one's own shifts, and each duty's; and a new address where one went astray."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.duty.queries import duties, duty_by_code
from vigie.duty.seen import actions, queries
from vigie.duty.seen.actions import PERMISSIONS, SeenPermission
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import may


@staff
@require_safe
def calendars(request: StaffRequest) -> HttpResponse:
    """Where a calendar program finds the shifts."""
    language = get_language() or "fr"
    context = {
        "mine": queries.calendar_url(request.user),
        "duties": [(row.code, row.name(language), queries.calendar_url(row)) for row in duties()],
        "may_reset": may(request.user, SeenPermission.RESET, PERMISSIONS),
    }
    return render(request, "signs/calendars.html", context)


@staff
@require_POST
def reset(request: StaffRequest) -> HttpResponse:
    """A new address for one's own calendar, or for that of the duty named."""
    code = request.POST.get("duty", "")
    actions.reset_calendar(request.user, duty_by_code(code) if code else request.user)
    messages.success(request, _("The old address shows nothing any more; here is the new one."))
    return redirect("calendars")
