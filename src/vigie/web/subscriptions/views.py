"""The public's pages about mails: no account, no script; each change needs a button, since scanners follow links."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from vigie.experiments.models import Contact
from vigie.kernel.errors import Missing, Refused, VigieError
from vigie.notices.subscriptions import actions, links, queries
from vigie.notices.subscriptions.rules import topic
from vigie.web.lists import blame
from vigie.web.middleware import status_of
from vigie.web.subscriptions.forms import AddressForm, ManageForm, SubscribeForm

GONE, TOO_MANY = 410, 429
View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page of the public: in the language asked for, kept by nobody, and with words for a link that is no good."""

    @wraps(view)
    @never_cache
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        with translation.override(asked if asked in {"fr", "en"} else get_language()):
            try:
                response = view(request, *args, **kwargs)
            except (Missing, Refused) as error:
                if error.code not in {"link.expired", "link.altered"}:
                    raise
                status = GONE if error.code == "link.expired" else 404
                response = _page(request, "link", {"error": error}, status=status)
        # the address holds a key; with “no-referrer” a browser would post with Origin: null, which CSRF refuses
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return shown


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    now = (get_language() or "fr")[:2]
    languages = [
        (code, label, f"?lang={code}", code == now) for code, label in (("fr", "Français"), ("en", "English"))
    ]
    return render(
        request, f"subscriptions/{name}.html", {**context, "languages": languages, "nav": ()}, status=status
    )


def client_of(request: HttpRequest) -> str:
    """Where the request comes from; behind a proxy, what our own proxy saw (the last that it wrote)."""
    if settings.OPTIONS["serve.proxy"]:
        seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        if seen:
            return seen
    return str(request.META.get("REMOTE_ADDR", ""))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Choose and give an address. The answer is the same whoever is known."""
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.ask(**form.cleaned_data, client=client_of(request))
                return _page(request, "sent", {"address": form.cleaned_data["address"]})
            except VigieError as error:
                blame(form, error)
                status = TOO_MANY if error.code == "subscription.busy" else status_of(error)
    return _page(request, "start", {"form": form, "link_form": AddressForm(prefix="mine")}, status=status)


@public
@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """The link to one's own subscriptions, by mail."""
    form = AddressForm(request.POST, prefix="mine")
    status = 422
    if form.is_valid():
        language = (get_language() or "fr")[:2]
        try:
            actions.send_manage_link(**form.cleaned_data, language=language, client=client_of(request))
            return _page(request, "sent", {"address": form.cleaned_data["address"], "mine": True})
        except VigieError as error:
            blame(form, error)
            status = TOO_MANY if error.code == "subscription.busy" else status_of(error)
    return _page(request, "start", {"form": SubscribeForm(), "link_form": form}, status=status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would begin; the button begins it."""
    content = links.read(token, links.CONFIRM)
    with translation.override(content["l"]):
        if request.method == "POST":
            rows = actions.confirm(token)
            names = [queries.name_of(queries.topic_of(row), content["l"]) for row in rows]
            mine = links.manage_token(content["a"])
            return _page(request, "confirmed", {"names": names, "address": content["a"], "token": mine})
        found = [queries.name_of(one, content["l"]) for text in content["t"] if (one := topic(text))]
        return _page(request, "confirm", {"names": found, "address": content["a"]})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """What an address is told, and the ways to change it."""
    address = links.read(token, links.MANAGE)["a"]
    rows = list(queries.of_address(address))
    language = (get_language() or "fr")[:2]
    named = [(row.pk, queries.name_of(queries.topic_of(row), language)) for row in rows]
    initial = {"keep": [row.pk for row in rows], "language": rows[0].language if rows else language}
    if request.method == "POST":
        do = request.POST.get("do", "save")
        if do == "erase":
            actions.erase(actions.Owner(address), address)
            return _page(request, "stopped", {"address": address, "erased": True})
        if do == "stop":
            actions.stop(address)
            return _page(request, "stopped", {"address": address})
        form = ManageForm(request.POST, rows=named)
        if form.is_valid():
            kept = {int(pk) for pk in form.cleaned_data["keep"]}
            actions.stop(address, only=[row.pk for row in rows if row.pk not in kept])
            actions.change_language(address, form.cleaned_data["language"])
            return redirect(f"{request.path}?saved=1")
    contacts = Contact.objects.filter(address__iexact=address, stopped_at__isnull=True).exclude(role="list")
    context = {
        "address": address,
        "form": ManageForm(rows=named, initial=initial),
        "rows": rows,
        "experiments": sorted({row.experiment.name for row in contacts.select_related("experiment")}),
        "saved": "saved" in request.GET,
    }
    return _page(request, "manage", context)


@csrf_exempt  # RFC 8058: the mail program posts, without a cookie; the signed token is what gives the right
@public
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST (by it, or by the mail program's one click) stops every mail to the address."""
    content = links.read(token, links.STOP)
    context = {"address": content["a"], "token": token}
    if request.method == "POST":
        actions.stop(content["a"], reason=f"by the link in {content['t']}")
        return _page(request, "stopped", {**context, "may_resume": True})
    return _page(request, "stop", context)


@public
@require_POST
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """It was a mistake."""
    address = links.read(token, links.STOP)["a"]
    actions.resume(address)
    names = [
        queries.name_of(queries.topic_of(row), (get_language() or "fr")[:2])
        for row in queries.of_address(address)
    ]
    contacts = Contact.objects.filter(address__iexact=address, stopped_at__isnull=True).select_related(
        "experiment"
    )
    names += [_("%(name)s, as its contact") % {"name": row.experiment.name} for row in contacts]
    context = {"names": names, "address": address, "token": links.manage_token(address)}
    return _page(request, "confirmed", context)
