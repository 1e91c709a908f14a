"""What an administrator does about people: each page asks, and calls one verb."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.kernel import clock
from vigie.kernel.errors import Missing, VigieError
from vigie.outages.queries import followed_or_held_by
from vigie.outages.texts import headline, path
from vigie.people import actions
from vigie.people.actions import PERMISSIONS, PeoplePermission
from vigie.people.models import Person
from vigie.people.queries import anybody
from vigie.people.rules import Scope
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import blame, form_page, only, posted
from vigie.web.middleware import status_of
from vigie.web.people import forms


def _only_administrators(request: StaffRequest) -> None:
    only(request.user, PeoplePermission.MANAGE, PERMISSIONS)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    _only_administrators(request)
    form = forms.PersonForm(posted(request))

    def run(_data: Mapping[str, Any]) -> str:
        person = actions.save_person(request.user, new=True, **form.fields_for_verb())
        return reverse("person", args=[person.login])

    return form_page(
        request,
        form,
        run,
        sentence=_("Somebody joins the centre"),
        why=_(
            "Groups give the roles: Operations declares and logs, Support tells, leads also arrange the rota."
        ),
        button=_("Add this person"),
        done=_("Added. Give them a password, or let them come in by the centre’s own login."),
        back=reverse("people"),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, login: str) -> HttpResponse:
    _only_administrators(request)
    person = anybody(login)
    form = forms.PersonForm(posted(request), person=person)
    url = reverse("person", args=[login])

    def run(_data: Mapping[str, Any]) -> str:
        actions.save_person(request.user, login=login, **form.fields_for_verb())
        return url

    back_again = "" if person.is_active else _("Saving brings them back: they have left.")
    return form_page(
        request,
        form,
        run,
        sentence=_("Change what the desk knows of %(name)s") % {"name": person.name},
        why=back_again,
        button=_("Save"),
        done=_("Saved."),
        back=url,
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: StaffRequest, login: str) -> HttpResponse:
    _only_administrators(request)
    person = anybody(login)
    url = reverse("person", args=[login])

    def run(data: Mapping[str, Any]) -> str:
        actions.set_password(request.user, person, data["password"])
        return url

    return form_page(
        request,
        forms.PasswordForm(posted(request)),
        run,
        sentence=_("A new password for %(name)s") % {"name": person.name},
        why=_("The old one stops working at once."),
        button=_("Set the password"),
        done=_("The new password works from now on."),
        back=url,
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: StaffRequest, login: str) -> HttpResponse:
    """What hangs on the person is shown before anything happens."""
    _only_administrators(request)
    person = anybody(login)

    def run(_data: Mapping[str, Any]) -> str:
        actions.leave(request.user, person)
        return reverse("people")

    return form_page(
        request,
        forms.LeaveForm(posted(request)),
        run,
        sentence=_("%(name)s leaves the centre") % {"name": person.name},
        why=_("No login and no token from this moment on. What they wrote and did stays readable."),
        button=_("%(name)s has left") % {"name": person.name},
        done=_("%(name)s no longer works here.") % {"name": person.name},
        back=reverse("person", args=[login]),
        danger=True,
        template="people/leave.html",
        extra={
            "who": person,
            "shifts": _shifts_ahead(person),
            "outages": [
                (path(row), headline(row, get_language() or "fr")) for row in followed_or_held_by(person)
            ],
            "tokens": person.tokens.filter(revoked_at__isnull=True).count(),
        },
    )


def _shifts_ahead(person: Person) -> list[tuple[str, int, datetime]]:
    """(duty, number of shifts, start of the last) for what this person holds now and later."""
    language = get_language() or "fr"
    found: dict[str, list[datetime]] = {}
    rows = (
        person.shifts.filter(ends_at__gt=clock.now())
        .select_related("duty")
        .order_by("duty__rank", "starts_at")
    )
    for shift in rows:
        found.setdefault(shift.duty.name(language), []).append(shift.starts_at)
    return [(name, len(starts), starts[-1]) for name, starts in found.items()]


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def token(request: StaffRequest, login: str) -> HttpResponse:
    """The secret is on the answer to this one request, and nowhere else."""
    _only_administrators(request)
    person = anybody(login)
    form = forms.TokenForm(posted(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                row, secret = actions.make_token(
                    request.user,
                    person,
                    label=data["label"],
                    scopes=[Scope(scope) for scope in data["scopes"]],
                    expires_at=data["expires_at"],
                )
            except VigieError as error:
                blame(form, error)
                status = status_of(error)
            else:
                shown = render(request, "people/secret.html", {"who": person, "token": row, "secret": secret})
                shown.headers["Cache-Control"] = "no-store"
                return shown
    context = {
        "form": form,
        "sentence": _("A token lets a script act in the name of %(name)s") % {"name": person.name},
        "why": _("It can do what its boxes say and what %(name)s may do, no more. It is shown once.")
        % {"name": person.name},
        "button": _("Make the token"),
        "back": reverse("person", args=[login]),
    }
    return render(request, "house/form.html", context, status=status)


@staff
@require_POST
def revoke(request: StaffRequest, login: str, pk: int) -> HttpResponse:
    person = anybody(login)
    row = person.tokens.filter(pk=pk).first()
    if row is None:
        raise Missing("token.missing", _("There is no such token."))
    actions.revoke_token(request.user, row)
    messages.success(request, _("The token “%(label)s” opens nothing any more.") % {"label": row.label})
    return redirect("person", login)


@staff
@require_POST
def public_name(request: StaffRequest, login: str) -> HttpResponse:
    """Whether the public page may name this person while they are on duty: theirs to say."""
    person = anybody(login)
    agreed = request.POST.get("public") == "yes"
    actions.show_name(request.user, person, public=agreed)
    words = (
        _("The public page names you while you are on duty.")
        if agreed
        else _("The public page no longer names %(name)s.") % {"name": person.name}
    )
    messages.success(request, words)
    return redirect("person", login)
