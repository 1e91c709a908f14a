"""Mail that came in and that nobody could place: Support says what it is about, or that nothing follows."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.outages import queries as outages
from vigie.outages.texts import headline
from vigie.post import actions as receiving
from vigie.post import queries
from vigie.post.actions import PERMISSIONS, PostPermission
from vigie.post.models import MailKind, MailState
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import only, words_of

PER_PAGE = 25
OUTAGES_OFFERED = 30


@staff
@require_safe
def mails(request: StaffRequest) -> HttpResponse:
    """What waits, newest first; the address shows the rest."""
    only(request.user, PostPermission.SORT, PERMISSIONS)
    state = words_of(request, "state") or MailState.OPEN
    rows = queries.mails("" if state == "all" else state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    language = get_language() or "fr"
    recent = [
        (row.pk, headline(row, language)) for row in outages.with_lines(outages.outages()[:OUTAGES_OFFERED])
    ]
    context = {
        "page": page,
        "rows": page.object_list,
        "waiting": queries.unmatched().count(),
        "automatic": queries.automatic_count(),
        "state": state,
        "states": [*MailState.choices, ("all", _("all"))],
        "recent": recent,
        "reads": bool(settings.INBOX["host"]),
        "bounce": MailKind.BOUNCE,
        "blocked": len(queries.bounced()),
    }
    return render(request, "mail/list.html", context)


@staff
@require_POST
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """It is about this outage: its follower gets it as a question."""
    mail = queries.mail(pk)
    outage = outages.outage(request.POST.get("outage", ""))
    receiving.assign(request.user, mail, f"outage:{outage.pk}")
    messages.success(request, _("Passed on: its follower gets it as a question."))
    return redirect("mails")


@staff
@require_POST
def dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    """Nothing follows from it."""
    receiving.dismiss(request.user, queries.mail(pk))
    messages.success(request, _("Dismissed: nothing follows from it."))
    return redirect("mails")
