"""How long each route takes, for /metrics; and the API's own shape for refusals that no operation made."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from vigie.api import errors
from vigie.api.numbers import LATENCY

GetResponse = Callable[[HttpRequest], HttpResponse]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(request: HttpRequest) -> str:
    """The route's pattern, never the address itself: an id or a token in a label would leak, and never end."""
    match = request.resolver_match
    return (match.route or "/") if match else "unmatched"


class Latency:
    """Outermost: what it measures is what the client waits for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "OTHER"
        LATENCY.labels(method, route_of(request), f"{response.status_code // 100}xx").observe(
            time.perf_counter() - started
        )
        return response


class ErrorShape:
    """Under /api/ every refusal is JSON in the one shape: unknown addresses and methods, bodies too large."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if not request.path.startswith("/api/") or response.status_code < errors.FIRST_ERROR or is_json:
            return response
        shaped = errors.shaped(response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                shaped[name] = response.headers[name]
        return shaped
