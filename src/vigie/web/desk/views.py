"""The desk: what I must do now, sorted by due, beside the centre at this moment."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.duty.escalation import queries as calls
from vigie.duty.escalation.actions import PERMISSIONS as CALL_PERMISSIONS
from vigie.duty.escalation.actions import EscalationPermission
from vigie.kernel.access import allowed
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.people.rules import Role
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.centre import centre_now, going_on, planned
from vigie.web.desk.gather import tasks
from vigie.web.escalations.present import shown
from vigie.web.handover.present import late_lines


@staff
@require_safe
def desk(request: StaffRequest) -> HttpResponse:
    language = get_language() or "fr"
    found = tasks(request.user, language)
    going = going_on(language)
    services = centre_now(language, address="/outages/{}")
    mine = [row for row in going if request.user.pk in {row.outage.contact_id, row.outage.follower_id}]
    context = {
        "mine": [task for task in found if task.mine],
        "others": [task for task in found if not task.mine],
        "first": found[0] if found else None,
        "going": going,
        "headline": next(iter(mine or going), None),
        "hit": [row for row in services if row.state != "ok"],
        "working": [row for row in services if row.state == "ok"],
        "planned": planned(language),
        "ongoing": [row.outage for row in going],
        "late_handovers": late_lines(language),
        "calls": shown(calls.open_escalations()[:20], language),
        "may_answer": allowed(request.user, EscalationPermission.ANSWER, CALL_PERMISSIONS),
        "is_lead": Role.LEAD in request.user.roles,
        "may_declare": allowed(request.user, OutagePermission.DECLARE, PERMISSIONS),
        "may_write": allowed(request.user, OutagePermission.STEER, PERMISSIONS),
        "page_keys": [("d", _("something is down"))],
    }
    return render(request, "desk/desk.html", context)
