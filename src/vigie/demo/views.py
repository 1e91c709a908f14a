"""The doors that exist on a demo only: log in as anybody, read the mails that really arrived."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import login as log_in
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from vigie.demo import mailbox
from vigie.demo.actions import is_demo
from vigie.demo.run import MAILBOX
from vigie.duty.queries import on_duty
from vigie.kernel import clock
from vigie.people.models import Person
from vigie.people.queries import staff
from vigie.people.rules import GroupKind, Role
from vigie.web.middleware import POLICY

PER_PAGE = 50
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

# The HTML of a mail is a stranger's: no script, no form, nothing loaded, and a sandbox without any right.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"

View = Callable[..., HttpResponse]


def demo_only(view: View) -> View:
    """404 unless the database is marked as a demo."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_demo():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _folder() -> Path:
    folder: Path = settings.OPTIONS.data / MAILBOX
    return folder


@demo_only
@require_GET
def cast(request: HttpRequest) -> HttpResponse:
    """Everybody, with a button to be them."""
    duties: dict[int, list[Any]] = {}
    for row in on_duty(clock.now()):
        duties.setdefault(row.person.pk, []).append(
            (row.duty.name(get_language() or "fr"), row.level, row.until)
        )
    people = [
        (person, list(person.memberships.all()), duties.get(person.pk, []), _main_role(person))
        for person in staff().prefetch_related("memberships__group")
    ]

    def members(kind: str) -> list[Any]:
        found = [row for row in people if any(one.group.kind == kind for one in row[1])]
        return sorted(found, key=lambda row: (_first_level(row[2]), not any(one.is_lead for one in row[1])))

    others = [row for row in people if not row[1]]
    groups = [(members(GroupKind.OPERATIONS)), (members(GroupKind.SUPPORT)), others]
    mails = len(mailbox.received(_folder()))
    return render(request, "demo/cast.html", {"groups": groups, "mails": mails})


def _first_level(shifts: list[tuple[str, int, datetime]]) -> int:
    """Who holds a duty stands first, then the backups, then the others."""
    return min((level for _name, level, _until in shifts), default=99)


def _main_role(person: Person) -> str:
    """The role that says most about a person; programs that take pictures press the button that carries it."""
    order = (Role.ADMINISTRATOR, Role.LEAD, Role.SUPPORT, Role.OPERATOR)
    return next((role.value for role in order if role in person.roles), "")


@demo_only
@require_POST
def be(request: HttpRequest, login: str) -> HttpResponse:
    """Log in as somebody of the invented centre, without a password."""
    person = Person.objects.filter(login=login, is_active=True).first()
    if person is None:
        raise Http404
    log_in(request, person, backend=BACKEND)
    return redirect("/desk")


@demo_only
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Every mail that arrived, newest first."""
    words = request.GET.get("q", "")[:100]
    rows = mailbox.received(_folder(), words=words)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"page": page, "q": words, "total": len(rows)})


@demo_only
@require_GET
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail: headers, text, HTML in a sandbox, source."""
    found = mailbox.message(_folder(), key)
    if found is None:
        raise Http404
    response = render(request, "demo/mail.html", {"mail": found})
    response["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@demo_only
@require_GET
@xframe_options_sameorigin
def mail_html(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 # Django's signature
    """The HTML of a mail alone, for the sandboxed frame."""
    found = mailbox.message(_folder(), key)
    if found is None or not found.html:
        raise Http404
    return HttpResponse(found.html, headers={"Content-Security-Policy": MAIL_POLICY})
