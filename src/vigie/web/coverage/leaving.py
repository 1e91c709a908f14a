"""A person who leaves: everything that hangs on them, each with a proposal that one click applies."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.experiments.coverage.actions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.texts import day_words
from vigie.kernel.errors import VigieError
from vigie.people.models import Person
from vigie.people.queries import anybody, person_by_login
from vigie.people.queries import staff as everyone
from vigie.staffing.actions import hand_on, hand_on_all
from vigie.staffing.leaving import Tie, leaves_on, ties
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import only

HEADINGS = {
    "coverage": gettext_lazy("What they cover"),
    "outage": gettext_lazy("Outages in their hands"),
    "rotation": gettext_lazy("Lists of duties they stand in"),
    "shift": gettext_lazy("Shifts entered by hand"),
    "taking_over": gettext_lazy("What changes hands"),
    "lead": gettext_lazy("Groups they lead"),
}


@staff
@require_safe
def leaving(request: StaffRequest, login: str) -> HttpResponse:
    only(request.user, CoveragePermission.ARRANGE, PERMISSIONS)
    person = anybody(login)
    if person.is_active and person.employed_until is None:
        return redirect("departure", login)
    found = ties(person, get_language() or "fr")
    others = [one for one in everyone() if one != person]
    groups: dict[str, list[dict[str, Any]]] = {}
    for tie in found:
        groups.setdefault(tie.kind, []).append(_shown(tie, others))
    open_ties = [tie for tie in found if not tie.informs]
    context = {
        "who": person,
        "day": day_words(leaves_on(person)),
        "left": not person.is_active,
        "groups": [(HEADINGS[kind], rows) for kind, rows in groups.items()],
        "open": len(open_ties),
        "ready": sum(bool(tie.could) or tie.alone for tie in open_ties),
    }
    return render(request, "coverage/leaving.html", context)


def _shown(tie: Tie, everybody: list[Person]) -> dict[str, Any]:
    """A tie as a row of its table: the proposals first in the list of names, then everybody else."""
    return {
        "tie": tie,
        "since": day_words(tie.since),
        "others": [one for one in everybody if one not in tie.could],
        "nobody": not tie.could and not tie.alone and not tie.informs,
    }


@staff
@require_POST
def hand_on_one(request: StaffRequest, login: str) -> HttpResponse:
    """`tie` names what, `to` who takes it; `all` applies every first proposal."""
    only(request.user, CoveragePermission.ARRANGE, PERMISSIONS)
    person = anybody(login)
    if request.POST.get("all"):
        done, refused = hand_on_all(request.user, person)
        messages.success(request, ngettext("%(n)d handed over.", "%(n)d handed over.", done) % {"n": done})
        for tie, why in refused:
            messages.error(request, _("%(what)s: %(why)s") % {"what": tie.what, "why": why})
        return redirect("leaving", login)
    to = request.POST.get("to", "").strip()
    try:
        tie = hand_on(request.user, person, request.POST.get("tie", ""), person_by_login(to) if to else None)
    except VigieError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Handed over: %(what)s") % {"what": tie.what})
    return redirect("leaving", login)
