"""Every answer that is not done, in one shape: {"error": {"code", "message", "hint", "field"}}."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from vigie.kernel import journal
from vigie.kernel.errors import BadInput, Forbidden, Missing, VigieError

log = journal.of(__name__)

RETRY_AFTER = "5"  # seconds; what a busy database needs at most


class ErrorBody(Schema):
    """What was wrong: `code` is stable, for scripts; `message` and `hint` are for people; `field` names the input."""

    code: str
    message: str
    hint: str = ""
    field: str = ""


class ErrorOut(Schema):
    error: ErrorBody


ERRORS: dict[int, type[ErrorOut]] = {
    400: ErrorOut,
    401: ErrorOut,
    403: ErrorOut,
    404: ErrorOut,
    409: ErrorOut,
    413: ErrorOut,
    422: ErrorOut,
}


def answer(status: int, code: str, message: str, *, hint: str = "", field: str = "") -> JsonResponse:
    """An error as every door of the API shows it."""
    body = {"code": code, "message": message, "hint": hint, "field": field}
    response = JsonResponse({"error": body}, status=status, json_dumps_params={"ensure_ascii": False})
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="vigie"'
    return response


def status_of(error: VigieError) -> int:
    """The HTTP status of a verb's refusal."""
    if isinstance(error, Missing):
        return 404
    if isinstance(error, Forbidden):
        return 403
    return 422 if isinstance(error, BadInput) else 409


def _refused(_request: HttpRequest, error: VigieError) -> HttpResponse:
    words = error.as_dict()
    return answer(status_of(error), words["code"], words["message"], hint=words["hint"], field=words["field"])


def _unauthenticated(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(
        401,
        "unauthenticated",
        _("This needs a token that is known here, not expired and not revoked."),
        hint=_("Send it in the header “%(header)s”; an administrator makes one on the page People.")
        % {"header": "Authorization: Bearer …"},
    )


def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, json.JSONDecodeError):
        return answer(
            400,
            "json.broken",
            _("The body is not JSON: %(what)s at line %(line)s, column %(column)s.")
            % {"what": cause.msg, "line": cause.lineno, "column": cause.colno},
        )
    if isinstance(cause, UnicodeDecodeError):
        where = _("The body is not UTF-8: byte %(n)s can't be read.") % {"n": cause.start}
        return answer(400, "json.not_utf8", where)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return answer(
            400, "json.broken", _("The body can't be read: it is nested too deeply, or a number is too long.")
        )
    return answer(error.status_code, "refused", str(error))


def _too_large(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return too_large()


def too_large() -> JsonResponse:
    return answer(
        413,
        "body.too_large",
        _("The body is larger than 2 MB."),
        hint=_("Send it in several parts; keep long listings elsewhere and link to them."),
    )


PATH_WORDS = frozenset({"body", "query", "path", "header", "form"})


def place(location: Sequence[Any]) -> str:
    """Where in the request: ("body", "body", "services", "x") is services.x."""
    parts = [str(part) for part in location]
    while parts and parts[0] in PATH_WORDS and len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts)[:200]


def sentence(fault: Mapping[str, Any]) -> str:
    """What is wrong with one field, in the reader's language; pydantic's own English where we have no words."""
    kind, context = str(fault["type"]), dict(fault.get("ctx") or {})
    pattern = _SENTENCES.get(kind) or next(
        (words for ending, words in _BY_ENDING.items() if kind.endswith(ending)), None
    )
    try:
        return str(pattern) % context if pattern else str(fault["msg"]).removeprefix("Value error, ")
    except KeyError:
        return str(fault["msg"])


_SENTENCES = {
    "missing": gettext_lazy("It is missing."),
    "extra_forbidden": gettext_lazy("There is no such field here."),
    "enum": gettext_lazy("Write one of: %(expected)s."),
    "literal_error": gettext_lazy("Write one of: %(expected)s."),
    "string_too_long": gettext_lazy("It is too long: %(max_length)s characters at most."),
    "string_too_short": gettext_lazy("It is empty."),
    "string_pattern_mismatch": gettext_lazy("It holds characters that have no place here."),
    "too_short": gettext_lazy("It is empty."),
    "too_long": gettext_lazy("There are too many: %(max_length)s at most."),
    "greater_than_equal": gettext_lazy("Write %(ge)s or more."),
    "less_than_equal": gettext_lazy("Write %(le)s or less."),
    "less_than": gettext_lazy("Write less than %(lt)s."),
    "string_type": gettext_lazy("Write a text."),
    "dict_type": gettext_lazy("Write an object: {…}."),
    "model_attributes_type": gettext_lazy("Write an object: {…}."),
    "list_type": gettext_lazy("Write a list: […]."),
}
_BY_ENDING = {
    "int_parsing": gettext_lazy("Write a whole number."),
    "int_parsing_size": gettext_lazy("Write a whole number."),
    "int_type": gettext_lazy("Write a whole number."),
    "int_from_float": gettext_lazy("Write a whole number."),
    "bool_parsing": gettext_lazy("Write true or false."),
    "bool_type": gettext_lazy("Write true or false."),
}


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {"loc": (), "msg": "", "type": ""}
    field = place(first["loc"])
    words = sentence(first)
    more = len(error.errors) - 1
    others = ngettext("%(n)s more field is wrong.", "%(n)s more fields are wrong.", more)
    hint = others % {"n": more} if more > 0 else ""
    message = f"{field}: {words}" if field else words
    return answer(422, "input.invalid", message, hint=hint, field=field)


def _missing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return no_such_address()


def no_such_address() -> JsonResponse:
    return answer(
        404, "address.unknown", _("There is no such address here."), hint=_("/api/v1/docs lists them all.")
    )


def _raced(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("api.raced", error=repr(error))
    return answer(
        409,
        "conflict",
        _("Somebody changed this a moment ago; nothing of yours was applied."),
        hint=_("Look at what changed, and try again."),
    )


def _busy(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api.database", error=repr(error))
    response = answer(
        503, "database.busy", _("The database does not answer now; nothing was changed. Try again.")
    )
    response["Retry-After"] = RETRY_AFTER
    return response


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api.fault", path=request.path, exc_info=error)
    return answer(
        500,
        "fault",
        _("Vigie itself failed here; its log says why. Look what was done before you try again."),
        hint=_("Tell an administrator."),
    )


HANDLERS: dict[type[Exception], Any] = {
    VigieError: _refused,
    AuthenticationError: _unauthenticated,
    HttpError: _http_error,
    RequestDataTooBig: _too_large,
    ValidationError: _invalid,
    Http404: _missing,
    IntegrityError: _raced,
    OperationalError: _busy,
    Exception: _broken,
}


def install(api: NinjaAPI) -> None:
    """Give each kind of failure its words."""
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)


FIRST_ERROR = 400


def shaped(status: int) -> JsonResponse:
    """The one shape for a refusal that came from below: Django's own 400, 404, 405, 500."""
    if status == HTTPStatus.NOT_FOUND:
        return no_such_address()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return answer(
            405,
            "method.unknown",
            _("This address does not take that method; the header Allow lists those it takes."),
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer(
            status,
            "fault",
            _("Vigie itself failed here; its log says why. Look what was done before you try again."),
        )
    return answer(status, "request.bad", _("This request can't be taken as it is."))
