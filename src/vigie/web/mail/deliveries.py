"""Everything that left, or should have: what waits for a person first, and the three decisions about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.kernel.intents import IntentState
from vigie.notices import queries as notices
from vigie.outages import queries as outages
from vigie.outages.texts import headline
from vigie.post import actions, queries
from vigie.post.actions import PERMISSIONS, PostPermission
from vigie.post.models import Delivery
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried, only, words_of

PER_PAGE = 50
COLUMNS = ("recipient", "channel", "language", "topic", "state", "bounced", "attempts", "at", "error")
MOST_CARRIED = 20_000


@staff
@require_safe
def deliveries(request: StaffRequest) -> HttpResponse:
    """The outbox by state and recipient; without a filter, what waits for a person."""
    only(request.user, PostPermission.RESOLVE, PERMISSIONS)
    state, text = words_of(request, "state") or queries.PERSON, words_of(request)
    rows = queries.deliveries("" if state == "all" else state, text)
    if (file := carried(request, "deliveries", COLUMNS, map(record, rows[:MOST_CARRIED]))) is not None:
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    language = get_language() or "fr"
    threads = notices.threads_of_topics({row.topic for row in shown})
    about = outages.of_threads(threads.values())
    context = {
        "page": page,
        "rows": [
            (row, outage, headline(outage, language) if outage else "")
            for row in shown
            for outage in [about.get(threads.get(row.topic, 0))]
        ],
        "state": state,
        "q": text,
        "states": [
            (queries.PERSON, _("waits for a person")),
            *((one.value, one.label) for one in IntentState),
            (queries.BOUNCED, _("came back")),
            ("all", _("all")),
        ],
        "decisions": [("retry", _("Send again")), ("arrived", _("It arrived")), ("give-up", _("Give up"))],
        "waiting": queries.needing_a_person().count(),
        "in_doubt": queries.deliveries(IntentState.IN_DOUBT).count(),
    }
    return render(request, "mail/deliveries.html", context)


def record(row: Delivery) -> dict[str, object]:
    """One delivery in plain values."""
    return {
        "recipient": row.recipient,
        "channel": row.channel,
        "language": row.language,
        "topic": row.topic,
        "state": row.state,
        "bounced": row.bounced_at.isoformat() if row.bounced_at else None,
        "attempts": row.attempt,
        "at": (row.done_at or row.attempted_at or row.created_at).isoformat(),
        "error": row.last_error or row.diagnostic,
    }


@staff
@require_POST
def decide(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    """Send it again, it arrived, or give it up; the list stands as it stood."""
    row = queries.delivery(pk)
    who = {"recipient": row.recipient}
    if what == "retry":
        actions.retry(request.user, row)
        messages.success(request, _("The mail to %(recipient)s is sent again.") % who)
    elif what == "arrived":
        actions.resolve(request.user, row, happened=True)
        messages.success(request, _("Recorded: the mail to %(recipient)s arrived.") % who)
    else:
        actions.resolve(request.user, row, happened=False)
        messages.success(request, _("The mail to %(recipient)s is given up.") % who)
    asked = request.GET.urlencode()
    return HttpResponseRedirect(reverse("deliveries") + (f"?{asked}" if asked else ""))
