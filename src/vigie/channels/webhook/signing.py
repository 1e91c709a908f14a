"""Signing and verifying. A receiver in Python copies this file or imports `verify`: it needs nothing else of Vigie.

    X-Vigie-Signature: t=1795357600,v1=5257a8…

`t` is when it was signed (Unix seconds), `v1` the HMAC-SHA256, in hexadecimal, of `t`, a dot and the body as it came.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

HEADER = "X-Vigie-Signature"
WINDOW = timedelta(minutes=5)
_HEX_DIGITS = 64


class BadSignature(ValueError):
    """Don't believe this message; the text says why."""


def key_for(secret: str, address: str) -> str:
    """The key of one receiver, made from the channel's secret: none can forge a message to another."""
    return hmac.new(secret.encode(), f"vigie webhook\n{address}".encode(), hashlib.sha256).hexdigest()


def signature(key: str, body: bytes, at: datetime) -> str:
    """The value of the header for a body signed at `at` (aware)."""
    stamp = int(at.timestamp())
    return f"t={stamp},v1={_digest(key, str(stamp), body)}"


def verify(
    headers: Mapping[str, str], body: bytes, secret: str, now: datetime, window: timedelta = WINDOW
) -> datetime:
    """When the message was signed, if it is Vigie's and fresh; raises BadSignature otherwise.

    `headers` and `body` are those of the request, `body` before any decoding; `secret` is the receiver's key. The
    comparison takes the same time whatever is wrong. Several `v1` are allowed: one right one is enough.
    """
    value = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), "")
    pairs = [part.strip().partition("=") for part in value.split(",")]
    stamps = [text for name, _, text in pairs if name == "t"]
    given = [text for name, _, text in pairs if name == "v1" and len(text) == _HEX_DIGITS and text.isascii()]
    # Eleven digits reach the year 5138, and no number that a date can not hold.
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit() and len(stamps[0]) <= 11):  # noqa: PLR2004 # above
        raise BadSignature(f"{HEADER} is missing or has no time.")
    wanted = _digest(secret, stamps[0], body)
    right = [hmac.compare_digest(one, wanted) for one in given]  # every candidate is compared, right or wrong
    if not any(right):
        raise BadSignature("The signature does not fit the body and the secret.")
    at = datetime.fromtimestamp(int(stamps[0]), UTC)
    if abs(now - at) > window:
        raise BadSignature(f"Signed at {at.isoformat()}: too far from now, perhaps a replay.")
    return at


def _digest(key: str, stamp: str, body: bytes) -> str:
    return hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
