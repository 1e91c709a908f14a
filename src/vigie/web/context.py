"""What every page of the desk shows around its content."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.duty import queries as duty
from vigie.kernel import clock
from vigie.kernel.models import Installation
from vigie.people.models import Person
from vigie.people.rules import STAFF

PAGES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("today", lambda: _("Today")),
    ("desk", lambda: _("Desk")),
    ("outages", lambda: _("Outages")),
    ("notices", lambda: _("Notices")),
    ("duty", lambda: _("Duty")),
    ("people", lambda: _("People")),
    ("services", lambda: _("Services")),
    ("experiments", lambda: _("Experiments")),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """Centre name, navigation, who is on duty: read once per page, and only by templates that ask."""
    language = get_language() or "fr"

    user = getattr(request, "user", None)  # absent on pages that fail before the session is read
    known = isinstance(user, Person) and bool(user.roles & STAFF)

    def nav() -> list[tuple[str, str, bool]]:
        found = []
        for name, label in PAGES if known else PAGES[:1]:
            url = reverse(name)
            found.append((label(), url, request.path == url or request.path.startswith(f"{url}/")))
        return found

    def duty_now() -> list[tuple[str, str, str]]:
        rows = [row for row in duty.on_duty(clock.now()) if row.level == 1]
        if not known:  # strangers are told which desk to call, not who sits there
            return [(row.duty.name(language), _("on duty"), row.duty.phone) for row in rows]
        return [(row.duty.name(language), row.person.name, row.person.phone) for row in rows]

    def demo() -> bool:
        return Installation.objects.filter(demo=True).exists()

    return {
        "centre": settings.OPTIONS["site.name"],
        "now": clock.now(),
        "nav": nav,
        "duty_now": duty_now,
        "demo": demo,
    }
