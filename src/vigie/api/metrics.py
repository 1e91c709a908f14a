"""/metrics for Prometheus: to this machine itself, or to a token with the scope read."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from vigie.api.auth import Token, bearer_of
from vigie.api.errors import answer
from vigie.api.numbers import REGISTRY
from vigie.kernel.errors import Forbidden
from vigie.people.rules import Scope

PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def is_local(request: HttpRequest) -> bool:
    """Whether a program on this machine asks. Behind a proxy everybody seems local, so nobody is."""
    if settings.OPTIONS["serve.proxy"] or any(header in request.headers for header in PROXY_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in Prometheus' text format; nothing in them names a person, an address or an id."""
    if bearer_of(request) is not None or not is_local(request):
        try:
            allowed = bearer_of(request) is not None and Token(Scope.READ)(request) is not None
        except Forbidden as error:
            return answer(403, error.code, str(error.message), hint=str(error.hint))
        if not allowed:
            return answer(
                401,
                "unauthenticated",
                _("From another machine /metrics needs a token with the scope “read”."),
                hint=_("In Prometheus: authorization: credentials_file."),
            )
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(REGISTRY), content_type=content_type)
