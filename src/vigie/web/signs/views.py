"""What a token opens: a sign as a page or a picture, and a calendar of shifts. Polled day and night, so cheap."""

import hashlib
import re
from datetime import datetime
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.duty.models import Duty
from vigie.duty.seen import actions, queries, texts
from vigie.duty.seen.models import Sign
from vigie.kernel import clock
from vigie.kernel.errors import BadInput
from vigie.lib.doorsign import LARGEST, REFERENCE, SMALLEST, Face, png
from vigie.people.models import Language
from vigie.web.signs import face

SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
FRESH_FOR = 60  # seconds within which a display need not ask again
CALENDAR_FOR = 900
GONE = 410


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponseBase:
    """The sign as a black and white PNG; `?size=800x480`, `?lang=fr`. The headers say when it changes by itself."""
    sign = _sign(token)
    width, height = _size(request)
    now = clock.now()
    with translation.override(_language(request, sign.language)):
        if not sign.works(now):
            return HttpResponse(drawn(face.off(), width, height), content_type="image/png", status=GONE)
        shown = face.shown(sign, now)
    actions.note_asked(sign)
    etag = _seal(f"{shown.face!r} {width}x{height}")
    if _known(request, etag):
        return _with_times(HttpResponse(status=304), etag, shown.changes_at, now)
    response = HttpResponse(drawn(shown.face, width, height), content_type="image/png")
    return _with_times(response, etag, shown.changes_at, now)


@require_safe
def sign(request: HttpRequest, token: str) -> HttpResponseBase:
    """The sign as a page for a screen: it renews itself, and says loudly when it no longer can."""
    found = _sign(token)
    language = _language(request, found.language)
    now = clock.now()
    with translation.override(language):
        if not found.works(now):
            context = {"face": face.off(), "off": True, "language": language}
            return render(request, "signs/sign.html", context, status=GONE)
        shown = face.shown(found, now)
        actions.note_asked(found)
        etag = _seal(f"{shown.face!r} page {language}")
        if _known(request, etag):
            return _of_page(HttpResponse(status=304), etag, shown.changes_at, now)
        context = {"face": shown.face, "language": language, "path": request.get_full_path()}
        response = render(request, "signs/sign.html", context)
    response.headers["Content-Language"] = language
    response.headers["X-Robots-Tag"] = "noindex"
    return _of_page(response, etag, shown.changes_at, now)


def _of_page(response: HttpResponse, etag: str, changes_at: datetime, now: datetime) -> HttpResponse:
    """As for the picture, but asked anew each time: a screen must notice that the desk is gone, not read its own cache."""
    _with_times(response, etag, changes_at, now)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """The shifts of a person or of a duty as iCalendar; `?lang=en`. Unchanged: an empty 304."""
    subject = queries.calendar_subject(token)
    own = "fr" if isinstance(subject, Duty) else subject.language
    language = _language(request, own)
    actions.keep_up(subject)
    rows = queries.told(subject, clock.now())
    etag = f'"{texts.seal(subject, rows, language)}"'
    response = HttpResponse(content_type="text/calendar; charset=utf-8")
    if _known(request, etag):
        response = HttpResponse(status=304)
    else:
        response.content = texts.calendar(subject, rows, language)
        response.headers["Content-Disposition"] = 'inline; filename="shifts.ics"'
        response.headers["X-Robots-Tag"] = "noindex"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"private, max-age={CALENDAR_FOR}, must-revalidate"
    return response


def _sign(token: str) -> Sign:
    found = queries.sign_of(token)
    if found is None:
        raise Http404
    return found


def _size(request: HttpRequest) -> tuple[int, int]:
    text = request.GET.get("size", "")
    match = SIZE.fullmatch(text)
    size = (int(match[1]), int(match[2])) if match else REFERENCE
    if (text and not match) or not all(SMALLEST <= side <= LARGEST for side in size):
        raise BadInput(
            "sign.size",
            _("“%(size)s” is no size of a sign.") % {"size": text[:20]},
            hint=_("Write it like size=800x480, each side from %(least)s to %(most)s pixels.")
            % {"least": SMALLEST, "most": LARGEST},
            field="size",
        )
    return size


def _language(request: HttpRequest, own: str) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in Language.values else own


@lru_cache(maxsize=64)
def drawn(shown: Face, width: int, height: int) -> bytes:
    """The picture, drawn once for all displays that show the same."""
    return png(shown, width, height)


def _seal(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _known(request: HttpRequest, etag: str) -> bool:
    """Whether the asker has this already, by its If-None-Match."""
    response = get_conditional_response(request, etag, None, None)
    return response is not None and response.status_code == 304  # noqa: PLR2004 # not modified


def _with_times(response: HttpResponse, etag: str, changes_at: datetime, now: datetime) -> HttpResponse:
    """Validators, and for a display on a battery: when the sign changes by itself, as a time and as seconds from now."""
    seconds = max(int((changes_at - now).total_seconds()), 1)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"private, max-age={min(seconds, FRESH_FOR)}, must-revalidate"
    response.headers["Next-Change"] = f"{changes_at:%Y-%m-%dT%H:%M:%SZ}"
    response.headers["Next-Change-In"] = str(seconds)
    return response
