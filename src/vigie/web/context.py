"""What every page of the desk shows around its content."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.dayone.queries import kinds_for
from vigie.duty import queries as duty
from vigie.kernel import clock
from vigie.kernel.access import allowed
from vigie.kernel.models import Installation
from vigie.notices.subscriptions.actions import PERMISSIONS as SUBSCRIPTIONS
from vigie.notices.subscriptions.actions import SubscriptionPermission
from vigie.people.models import Person
from vigie.people.rules import STAFF
from vigie.post.actions import PERMISSIONS as POST
from vigie.post.actions import PostPermission

PAGES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("today", lambda: _("Today")),
    ("desk", lambda: _("Desk")),
    ("outages", lambda: _("Outages")),
    ("jobs", lambda: _("Jobs")),
    ("notices", lambda: _("Notices")),
    ("duty", lambda: _("Duty")),
    ("people", lambda: _("People")),
    ("services", lambda: _("Services")),
    ("experiments", lambda: _("Experiments")),
    ("coverage", lambda: _("Coverage")),
)

# pages without a place in the navigation: they stand in the menu, whoever may open them
MORE: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("calendar", lambda: _("Calendar"), "g c"),
    ("search", lambda: _("Search"), "/"),
    ("statistics", lambda: _("Statistics"), ""),
    ("templates", lambda: _("Templates"), ""),
    ("escalations", lambda: _("Calls"), ""),
    ("handovers", lambda: _("Hand-overs"), ""),
    ("calendars", lambda: _("Calendars of shifts"), ""),
)
BELONGS = {  # to which of the main pages a page of the menu belongs
    "outages": ("/calendar", "/templates", "/search", "/statistics", "/alarms"),
    "notices": ("/mail", "/recipients"),
    "people": ("/import", "/export"),
    "duty": ("/escalations", "/handover", "/handovers"),
}


def desk(request: HttpRequest) -> dict[str, Any]:
    """Centre name, navigation, who is on duty: read once per page, and only by templates that ask."""
    language = get_language() or "fr"

    user = getattr(request, "user", None)  # absent on pages that fail before the session is read
    known = isinstance(user, Person) and bool(user.roles & STAFF)

    def nav() -> list[tuple[str, str, bool]]:
        pages = [(name, label(), reverse(name)) for name, label in (PAGES if known else PAGES[:1])]
        roots = {root: name for name, _label, url in pages for root in (url, *BELONGS.get(name, ()))}
        under = (root for root in roots if f"{request.path}/".startswith(f"{root}/"))
        nearest = max(under, key=len, default="")  # /desk/jobs is under /desk too
        return [(label, url, roots.get(nearest) == name) for name, label, url in pages]

    def duty_now() -> list[tuple[str, str, str]]:
        rows = [row for row in duty.on_duty(clock.now()) if row.level == 1]
        if not known:  # strangers are told which desk to call, not who sits there
            phones = [row.duty.phone if row.duty.phone_public else "" for row in rows]
            return [
                (row.duty.name(language), _("on duty"), phone)
                for row, phone in zip(rows, phones, strict=True)
            ]
        return [(row.duty.name(language), row.person.name, row.person.phone) for row in rows]

    def demo() -> bool:
        return Installation.objects.filter(demo=True).exists()

    return {
        "centre": settings.OPTIONS["site.name"],
        "now": clock.now(),
        "nav": nav,
        "more_pages": lambda: _more_pages(user) if known and isinstance(user, Person) else [],
        "duty_now": cache(duty_now),  # a template asks whether there is anybody, then who
        "demo": demo,
    }


def _more_pages(user: Person) -> list[tuple[str, str, str]]:
    """(name, address, keys) of the pages in the menu that this person may open."""
    found = [(label(), reverse(name), keys) for name, label, keys in MORE]
    if allowed(user, SubscriptionPermission.KEEP, SUBSCRIPTIONS):
        found.append((_("Who is told"), reverse("recipients"), ""))
    if allowed(user, PostPermission.RESOLVE, POST):
        found.append((_("Deliveries"), reverse("deliveries"), ""))
    if allowed(user, PostPermission.SORT, POST):
        found.append((_("Incoming mail"), reverse("mails"), ""))
    if kinds_for(user):
        found.append((_("Import and export"), reverse("imports"), ""))
    return found
