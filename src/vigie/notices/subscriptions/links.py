"""Signed links: what they carry can be read by anybody who has one, and altered by nobody."""

from typing import Any

from django.conf import settings
from django.core import signing

from vigie.kernel.errors import Missing, Refused
from vigie.lib.fittext import fit
from vigie.notices.subscriptions.rules import CONFIRM_WITHIN, MANAGE_WITHIN
from vigie.notices.subscriptions.texts import ALTERED, ASK_AGAIN, EXPIRED

CONFIRM, MANAGE, STOP = "vigie.subscription.confirm", "vigie.subscription.manage", "vigie.subscription.stop"
_AGES = {CONFIRM: CONFIRM_WITHIN, MANAGE: MANAGE_WITHIN, STOP: None}  # an old mail's stop link works for ever


def _url(path: str) -> str:
    return f"{settings.OPTIONS['site.url']}/subscriptions/{path}"


def confirm_link(request: int, address: str, language: str, topics: list[str]) -> str:
    token = signing.dumps(
        {"r": request, "a": address, "l": language, "t": topics}, salt=CONFIRM, compress=True
    )
    return _url(f"confirm/{token}")


def manage_token(address: str) -> str:
    return signing.dumps({"a": address}, salt=MANAGE)


def manage_link(address: str) -> str:
    return _url(f"manage/{manage_token(address)}")


def stop_link(address: str, topic: str) -> str:
    """For List-Unsubscribe: bound to the address and to what was told, so that the trace says what was one too many."""
    return _url(f"stop/{signing.dumps({'a': address.strip().lower(), 't': topic}, salt=STOP)}")


def start_link() -> str:
    return f"{settings.OPTIONS['site.url']}/subscriptions"


def read(token: str, salt: str) -> dict[str, Any]:
    """What the link carries. `Refused` for one that has expired, `Missing` for one that is not ours or was altered."""
    age = _AGES[salt]
    try:
        found: dict[str, Any] = signing.loads(fit(token), salt=salt, max_age=age)
    except signing.SignatureExpired:
        raise Refused("link.expired", EXPIRED, hint=ASK_AGAIN) from None
    except Exception:  # noqa: BLE001 # BadSignature, and whatever broken base64, zlib or JSON raises
        raise Missing("link.altered", ALTERED, hint=ASK_AGAIN) from None
    return found
