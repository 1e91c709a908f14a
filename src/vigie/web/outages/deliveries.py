"""Mails that did not arrive: a person says again, it arrived, or give it up."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vigie.outages import queries
from vigie.outages.models import Outage
from vigie.post import actions as post
from vigie.post.models import Delivery
from vigie.web.access import StaffRequest, staff


@staff
@require_POST
def decide(request: StaffRequest, pk: int, delivery_pk: int, what: str) -> HttpResponse:
    """One of the three decisions about one mail of this outage."""
    outage = queries.outage(pk)
    delivery = _delivery(outage, delivery_pk)
    who = {"recipient": delivery.recipient}
    if what == "retry":
        post.retry(request.user, delivery)
        messages.success(request, _("The mail to %(recipient)s is sent again.") % who)
    else:
        post.resolve(request.user, delivery, happened=what == "arrived")
        text = (
            _("Recorded: the mail to %(recipient)s arrived.")
            if what == "arrived"
            else _("The mail to %(recipient)s is given up.")
        )
        messages.success(request, text % who)
    return redirect("outage", pk=outage.pk)


def _delivery(outage: Outage, pk: int) -> Delivery:
    """A delivery of one of this outage's notices; anything else is not here."""
    topics = [
        f"notice-version:{version}"
        for version in outage.thread.notices.values_list("versions__pk", flat=True)
    ]
    found = Delivery.objects.filter(pk=pk, topic__in=topics).first()
    if found is None:
        raise Http404
    return found
