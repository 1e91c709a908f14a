"""A delivery's row → the message its channel is handed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from vigie.contracts.channel import (
    CalendarPart,
    ChannelInfo,
    JsonPayload,
    MailPayload,
    OutgoingMessage,
    Payload,
    TextPayload,
)


class BadPayload(ValueError):
    """What the row holds can't be made into this channel's kind of message; the text says why."""


@dataclass(frozen=True)
class From:
    """Whom a mail comes from: its author, its mark (see `rules.mark`), where its bounce goes ("": to the author)."""

    sender: str
    mark: str
    bounces_to: str = ""


def message_id(mark: str, sender: str) -> str:
    """The same delivery always has the same one, whoever sends it and however often."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"{mark}@{domain}"


def outgoing(
    *, key: str, address: str, language: str, payload: Mapping[str, Any], info: ChannelInfo, origin: From
) -> OutgoingMessage:
    """The message for a channel of this kind, from what was enqueued. Raises BadPayload."""
    make = {"mail": _mail, "text": _text, "json": _json}[info.payload]
    return OutgoingMessage(key=key, address=address, language=language, payload=make(payload, info, origin))


def _mail(payload: Mapping[str, Any], info: ChannelInfo, origin: From) -> Payload:  # noqa: ARG001 # one shape for all makers
    return MailPayload(
        sender=origin.sender,
        bounces_to=origin.bounces_to,
        subject=_wanted(payload, "subject"),
        text=_wanted(payload, "text"),
        html=_optional(payload, "html"),
        reply_to=_optional(payload, "reply_to"),
        list_unsubscribe=_optional(payload, "list_unsubscribe"),
        message_id=message_id(origin.mark, origin.sender),
        headers=_headers(payload),
        calendar=_calendar(payload),
    )


def _text(payload: Mapping[str, Any], info: ChannelInfo, origin: From) -> Payload:  # noqa: ARG001 # same
    text = _wanted(payload, "text")
    if info.max_chars is not None and len(text) > info.max_chars:
        text = f"{text[: info.max_chars - 1]}…"
    return TextPayload(text=text, title=_optional(payload, "subject"), link=_optional(payload, "link"))


def _json(payload: Mapping[str, Any], info: ChannelInfo, origin: From) -> Payload:  # noqa: ARG001 # same
    return JsonPayload(body=payload)


def _wanted(payload: Mapping[str, Any], name: str) -> str:
    text = payload.get(name)
    if not isinstance(text, str) or not text.strip():
        raise BadPayload(f"The delivery has no {name}; it was enqueued wrongly.")
    return text


def _optional(payload: Mapping[str, Any], name: str) -> str:
    text = payload.get(name, "")
    if not isinstance(text, str):
        raise BadPayload(f"The delivery's {name} is not a text; it was enqueued wrongly.")
    return text


def _headers(payload: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((str(name), str(value)) for name, value in payload.get("headers", ()))
    except (TypeError, ValueError):
        raise BadPayload("The delivery's headers are not pairs of texts; it was enqueued wrongly.") from None


def _calendar(payload: Mapping[str, Any]) -> CalendarPart | None:
    found = payload.get("calendar")
    if not found:
        return None
    try:
        return CalendarPart(**found)
    except TypeError:
        raise BadPayload("The delivery's calendar is not one; it was enqueued wrongly.") from None
