"""What Vigie keeps about somebody: looked at, carried away, forgotten. For administrators."""

import json
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.dayone.actions import personal
from vigie.kernel.errors import VigieError
from vigie.people.actions import PERMISSIONS, PeoplePermission
from vigie.web.access import StaffRequest, staff
from vigie.web.dayone.forms import ForgetForm, WhomForm
from vigie.web.lists import blame, only, words_of
from vigie.web.middleware import status_of


def _for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        only(request.user, PeoplePermission.MANAGE, PERMISSIONS)
        return view(request, *args, **kwargs)

    return guarded


@staff
@require_safe
@_for_administrators
def about(request: StaffRequest) -> HttpResponse:
    """Ask for a login or an address; what there is about it stands below, with what forgetting would do."""
    text = words_of(request, "who")
    form = WhomForm(request.GET if text else None)
    if not text:
        return _page(request, form, None)
    try:
        return _page(request, form, personal.whom(text))
    except VigieError as error:
        form.is_valid()
        blame(form, error)
        return _page(request, form, None, status=status_of(error))


@staff
@require_safe
@_for_administrators
def carry(request: StaffRequest) -> HttpResponse:
    """The same as one JSON file, for the person who asked what is kept about them."""
    found = personal.about(request.user, personal.whom(words_of(request, "who")))
    text = json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return response


@staff
@require_POST
@_for_administrators
def forget(request: StaffRequest) -> HttpResponse:
    """For ever, once the login or address is typed again."""
    who = personal.whom(words_of(request, "who"))
    form = ForgetForm(request.POST, expected=_token(who))
    if form.is_valid():
        try:
            label = personal.forget(request.user, who)
        except VigieError as error:
            blame(form, error)
        else:
            words = _("Forgotten: “%(label)s” stands in the place of the name.") % {"label": label}
            messages.success(request, words)
            return redirect("personal")
    return _page(request, WhomForm({"who": _token(who)}), who, forgetting=form, status=422)


def _page(
    request: StaffRequest,
    form: WhomForm,
    who: personal.Whom | None,
    *,
    forgetting: ForgetForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {"form": form, "whom": who}
    if who:
        found = personal.about(request.user, who)
        works_here = bool(who.person and who.person.is_active)
        left = None if works_here else personal.would_remain(request.user, who)
        context |= {
            "token": _token(who),
            "tables": [
                (name, len(rows), None if left is None else left.get(name, 0))
                for name, rows in found.items()
                if isinstance(rows, list)
            ],
            "works_here": works_here,
            "forgetting": forgetting or ForgetForm(expected=_token(who)),
        }
    return render(request, "dayone/personal.html", context, status=status)


def _token(who: personal.Whom) -> str:
    """What names them: their login, or else their address."""
    return who.person.login if who.person else who.address
