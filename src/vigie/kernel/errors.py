"""What a verb may answer instead of doing it; every door knows how to show each."""

from typing import Any

from django.utils.functional import Promise

Text = str | Promise


class VigieError(Exception):
    """An error for a person to read: what was wrong, and what to do.

    `code` is stable, for scripts; `message` says what and where; `hint` says what to do; `field` names the input
    at fault, where one is.
    """

    def __init__(self, code: str, message: Text, *, hint: Text = "", field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": str(self.message), "hint": str(self.hint), "field": self.field}


class Refused(VigieError):
    """A rule of the house says no: nothing was changed. Exit 1, HTTP 409."""


class Conflict(Refused):
    """Somebody else was faster: the row is no longer what the caller saw. Nothing was changed."""


class Forbidden(VigieError):
    """The actor may not do this. Exit 1, HTTP 403."""


class Missing(VigieError):
    """No such thing, or not for this actor: both look the same. Exit 2, HTTP 404."""


class BadInput(VigieError):
    """What was typed or sent can't be taken as it is. Exit 2, HTTP 422."""
