"""The public site, live: the bytes that a build would write at this instant."""

import hashlib
import mimetypes
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from vigie.kernel import clock
from vigie.notices.rules import LANGUAGES
from vigie.public import pages, queries, statuspage

SOON = "public, max-age=30, must-revalidate"  # short enough for a page that people reload in an outage
KINDS = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
FOR_MACHINES = (".json", ".txt", ".atom", ".rss", ".ics")


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """`/`: the first page, in the language that the reader's browser asks for."""
    asked = get_language_from_request(request)
    language = next((each for each in LANGUAGES if asked.startswith(each)), settings.LANGUAGE_CODE)
    response = _answer(
        request, "index.html", pages.index(language, clock.now(), "index.html"), language=language
    )
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def language_home(request: HttpRequest, language: str) -> HttpResponseBase:  # noqa: ARG001 # Django's signature
    """`/fr` without its stroke: relative links need it."""
    return HttpResponseRedirect(f"/{language}/")


@require_safe
def file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Any file of the site; what does not exist says so in plain words."""
    wanted = f"{path}index.html" if path in {f"{language}/" for language in LANGUAGES} else path
    wanted, content = _wanted(wanted, request.GET.get("lang", ""))
    if content is None:
        language = wanted.split("/", 1)[0]
        language = language if language in LANGUAGES else settings.LANGUAGE_CODE
        return HttpResponse(pages.missing(language, clock.now(), wanted), status=404)
    return _answer(request, wanted, content)


def _wanted(path: str, language: str) -> tuple[str, bytes | None]:
    """The file at this path; where its address names no language, `?lang=` may."""
    now = clock.now()
    if language in LANGUAGES:
        if path in statuspage.FILES:
            return path, statuspage.file(path, language)
        if path.startswith("feeds/") and PurePosixPath(path).suffixes[:-1] == []:
            path = str(PurePosixPath(path).with_suffix(f".{language}{PurePosixPath(path).suffix}"))
    return path, pages.one(path, now)


def _answer(request: HttpRequest, path: str, content: bytes, language: str = "") -> HttpResponse:
    """The bytes with their validators: a reader who has them already gets an empty 304."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    suffix = PurePosixPath(path).suffix
    kind = KINDS.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind == "text/html":
        kind = "text/html; charset=utf-8"
    response = HttpResponse(content, content_type=kind)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = SOON
    if path.endswith(FOR_MACHINES):
        response.headers["Access-Control-Allow-Origin"] = "*"  # public facts: any page may show them
    if language or path[:3] in {f"{each}/" for each in LANGUAGES}:
        response.headers["Content-Language"] = language or path[:2]
    stamp = _last_modified(path)
    if stamp:
        response.headers["Last-Modified"] = http_date(stamp.timestamp())
    matched = get_conditional_response(request, etag, None, response)
    return matched if isinstance(matched, HttpResponse) else response


def _last_modified(path: str) -> datetime | None:
    """When something was last published; pages that carry the time at which they are made have no other."""
    return queries.last_published()[1] if path.endswith((".atom", ".rss", ".ics")) else None
