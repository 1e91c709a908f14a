"""The link in a call: signed, for one step and twelve hours. It can be read by whoever has it, altered by nobody.

Its time is that of the step's row, not of the signature: the same step has one link, whenever it is written.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

from vigie.duty.escalation.models import EscalationStep
from vigie.duty.escalation.queries import step
from vigie.duty.escalation.rules import ANSWER_WITHIN
from vigie.kernel import clock
from vigie.kernel.errors import Missing, Refused
from vigie.lib.fittext import fit

SALT = "vigie.escalation.answer"


def answer_token(row: EscalationStep) -> str:
    return signing.Signer(salt=SALT).sign_object({"s": row.pk})


def answer_link(row: EscalationStep) -> str:
    return f"{settings.OPTIONS['site.url']}/escalations/answer/{answer_token(row)}"


def read(token: str) -> EscalationStep:
    """The step a link was made for. `Refused` for one that has expired, `Missing` for one that is not ours."""
    try:
        found: dict[str, Any] = signing.Signer(salt=SALT).unsign_object(fit(token))
        row = step(int(found["s"]))
    except Exception:  # noqa: BLE001 # BadSignature, and whatever broken base64 or JSON raises
        row = None
    if row is None or row.person is None:
        raise Missing(
            "link.altered",
            _("This link is not whole: a letter of it was lost or changed."),
            hint=_("Open it from the mail again, or log in and answer on the desk."),
        )
    if (
        row.at + ANSWER_WITHIN < clock.now() or not row.person.roles
    ):  # or they left, or are nobody here any more
        raise Refused(
            "link.expired",
            _("This link worked for twelve hours, and they are over."),
            hint=_("What is owed stands on the desk: log in to answer there."),
        )
    return row
