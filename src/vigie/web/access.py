"""Who may open a page of the desk: staff. What they may do there is the verbs' business."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from vigie.people.models import Person
from vigie.people.rules import STAFF

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request whose user is known to be a member of staff."""

    user: Person


def staff(view: View) -> View:
    """Strangers are asked to log in; a person without any role sees nothing (404, as for what does not exist)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, Person):
            if request.headers.get("HX-Request"):  # a session that ran out: the whole page asks for the login
                return HttpResponse(status=204, headers={"HX-Refresh": "true"})
            return redirect_to_login(request.get_full_path())
        if not request.user.roles & STAFF:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
