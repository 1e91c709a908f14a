"""The ribbon on top of every page of a demo: who to be, and the mailbox. Read only by templates that show it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from vigie.duty.queries import on_duty
from vigie.kernel import clock
from vigie.people.queries import leads, staff
from vigie.people.rules import GroupKind


def ribbon(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 # Django's signature
    """`demo_roles` [(label, url)] and `mailbox_url`, for the demo's ribbon."""

    def demo_roles() -> list[tuple[str, str]]:
        holders = {row.duty.code: row.person for row in reversed(on_duty(clock.now()))}
        lead = next(iter(leads(GroupKind.SUPPORT)), None)
        administrator = staff().filter(is_administrator=True).first()
        wanted = (
            (_("Operations"), holders.get("production")),
            (_("Support"), holders.get("support")),
            (_("lead"), lead),
            (_("administrator"), administrator),
        )
        return [
            (f"{person.name.split()[0]} · {role}", reverse("demo_login", args=[person.login]))
            for role, person in wanted
            if person
        ]

    return {"demo_roles": demo_roles, "mailbox_url": lambda: reverse("demo_mailbox")}
