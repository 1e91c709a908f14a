"""Times at the API's door: ISO 8601 with a zone in, UTC with Z out."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

FIRST_YEAR, LAST_YEAR = 1970, 2199  # beyond them a zone's arithmetic overflows, and a typing error is certain
EXAMPLE = "2026-11-22T13:05:00Z"


def read_moment(value: Any) -> Any:
    """An aware UTC time; ValueError with words for what is none, names no zone, or is centuries away."""
    if value is None or isinstance(value, datetime):
        return value
    try:
        # A "+" that a client forgot to encode in an address arrives as a space.
        at = datetime.fromisoformat(value.strip().replace(" ", "+")) if isinstance(value, str) else None
    except ValueError:
        at = _with_space(value)
    if at is None:
        raise ValueError(_("This is not a time. Write it like %(example)s.") % {"example": EXAMPLE})
    if at.tzinfo is None:
        raise ValueError(
            _("This time names no zone, so it could mean several. End it with Z or an offset: %(example)s.")
            % {"example": EXAMPLE}
        )
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise ValueError(_("The year %(year)s can't be right.") % {"year": at.year})
    return at.astimezone(UTC)


def _with_space(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def show_moment(at: datetime) -> str:
    """2026-11-22T13:05:00Z; microseconds only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    PlainSerializer(show_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": [EXAMPLE]}),
]
