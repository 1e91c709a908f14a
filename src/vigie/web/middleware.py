"""What every response of the desk carries, and how a verb's refusal becomes a page."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from vigie.kernel.errors import BadInput, Forbidden, Missing, VigieError

GetResponse = Callable[[HttpRequest], HttpResponse]

NUL = "\x00"
FORM = "application/x-www-form-urlencoded"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


class ContentSecurityPolicy:
    """A policy without inline script or style on every page; the API's own page is the only exception it makes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


def status_of(error: VigieError) -> int:
    """The HTTP status of an answer that is not done."""
    if isinstance(error, Missing):
        return 404
    if isinstance(error, Forbidden):
        return 403
    return 422 if isinstance(error, BadInput) else 409


class NotTooMuch:
    """A form of many megabytes gets a clear answer before it is read; the browser keeps what was typed, one step back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if not is_form or not length.isdigit() or int(length) <= limit:
            return self.get_response(request)
        megabyte = 1024 * 1024
        error = BadInput(
            "input.too_large",
            _("What was sent has %(size)s MB; %(limit)s MB at most.")
            % {"size": int(length) // megabyte, "limit": limit // megabyte},
            hint=_("Go back: your browser still has what you typed. Shorten it, and link to the long part."),
        )
        return render(request, "vigie/refused.html", {"error": error}, status=413)


class NoNul:
    """Take NUL out of what was sent: nobody types it, and PostgreSQL refuses a whole query for it. In a path: no such page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = without_nul(request.GET)  # type: ignore[assignment] # the same class, not yet frozen
        if request.content_type == FORM and any(NUL in value for _, value in _pairs(request.POST)):
            request.POST = without_nul(request.POST)  # type: ignore[assignment] # as above
        return self.get_response(request)


def without_nul(sent: QueryDict) -> QueryDict:
    """The same names and values, in the same order, less every NUL."""
    clean = QueryDict(mutable=True)
    for key, value in _pairs(sent):
        clean.appendlist(key.replace(NUL, ""), value.replace(NUL, ""))
    return clean


def _pairs(sent: QueryDict) -> Iterator[tuple[str, str]]:
    return ((key, str(value)) for key, values in sent.lists() for value in values)


class ErrorsForPeople:
    """A refusal that no view took care of: back to the page it came from with the words, or a page of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, VigieError) or request.path.startswith("/api/"):
            return None
        origin = request.META.get("HTTP_REFERER", "")
        same_site = url_has_allowed_host_and_scheme(
            origin, {request.get_host()}, require_https=request.is_secure()
        )
        if request.method == "POST" and same_site and not request.headers.get("HX-Request"):
            messages.error(request, str(error))
            return HttpResponseRedirect(origin)
        return render(request, "vigie/refused.html", {"error": error}, status=status_of(error))
