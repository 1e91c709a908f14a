"""What Vigie asks of a way out: mail, chat, SMS, a webhook, a stranger's plug-in.

A channel translates: it takes one message that is ready to go and says what became of it. Queue, lease, retry and
backoff are `post`'s business, so an adapter stays small. It is loaded by the entry point group `vigie.channels`,
knows this package only, and passes `vigie.contracts.conformance.channel`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

PayloadKind = Literal["mail", "text", "json"]
CalendarMethod = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True)
class CalendarPart:
    """An iCalendar object that travels with a mail.

    `content` is the whole VCALENDAR, its own METHOD equal to `method` (RFC 6047): PUBLISH informs, REQUEST invites,
    CANCEL takes back. `filename` is for readers who save it or whose mail program shows attachments only.
    """

    content: str
    method: CalendarMethod = "PUBLISH"
    filename: str = "event.ics"


@dataclass(frozen=True)
class MailPayload:
    """A mail before it is encoded: Unicode texts, nothing folded or escaped.

    `bounces_to` is the bare address that servers report failures to (the envelope's sender); "": that of `sender`.
    `message_id` is the bare identifier, with or without its angle brackets; the same delivery always has the same
    one. `headers` are further fields (`List-Id`, `References`); the channel refuses those that it writes itself.
    `list_unsubscribe` is an https address for one-click unsubscribing (RFC 8058), for personal addresses only.
    """

    kind: ClassVar[PayloadKind] = "mail"
    sender: str
    subject: str
    text: str
    message_id: str
    bounces_to: str = ""
    html: str = ""
    reply_to: str = ""
    list_unsubscribe: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    calendar: CalendarPart | None = None


@dataclass(frozen=True)
class TextPayload:
    """A line or two, for channels without subject or layout; at most `ChannelInfo.max_chars` characters."""

    kind: ClassVar[PayloadKind] = "text"
    text: str
    title: str = ""
    link: str = ""


@dataclass(frozen=True)
class JsonPayload:
    """Data for a machine: `body` holds only what JSON can carry."""

    kind: ClassVar[PayloadKind] = "json"
    body: Mapping[str, Any]


Payload = MailPayload | TextPayload | JsonPayload


@dataclass(frozen=True)
class OutgoingMessage:
    """One message to one address.

    `key` names the delivery and never changes when it is tried again: a channel whose far end knows idempotency
    keys hands it on. `language` is that of the texts ("fr", "en").
    """

    key: str
    address: str
    language: str
    payload: Payload


@dataclass(frozen=True)
class Receipt:
    """The far end took the message; `text` is what it answered, for the operator who must find it there."""

    text: str = ""


@dataclass(frozen=True)
class Setting:
    """One value that a channel reads from its configuration, so that the manual and check-config can list it."""

    name: str
    about: str
    default: str | int | bool = ""
    secret: bool = False


@dataclass(frozen=True)
class ChannelInfo:
    """What a channel can do, as data: callers ask for a capability, never for a name.

    `repeatable`: sending the same message twice does no harm, because the receiver can recognise the repeat.
    `max_chars`: longest text that it carries; None: no limit worth knowing.
    `shared_far_end`: one server takes the messages to all addresses (a mail relay), so that its absence concerns the
    whole channel; false where each address is a far end of its own (a webhook).
    """

    name: str
    title_en: str
    title_fr: str
    payload: PayloadKind
    repeatable: bool
    address_example: str
    max_chars: int | None = None
    settings: tuple[Setting, ...] = ()
    shared_far_end: bool = True


@runtime_checkable
class ChecksAddresses(Protocol):
    """A channel that can tell from an address alone, without the network, that it can't work."""

    def check_address(self, address: str) -> None:
        """Raises PermanentFailure; its text holds no secret of the address."""


class BadConfiguration(ValueError):
    """A value in the configuration can't be used; the text says which one and what it should be."""


@dataclass(frozen=True)
class ChannelConfig:
    """The configuration handed to a channel; unknown names are left to those who read the file.

    `values` maps the name of a `Setting` to what the administrator gave; secrets are already read from their files
    and never shown by `repr`.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def text(self, setting: Setting) -> str:
        return str(self.values.get(setting.name, setting.default))

    def whole(self, setting: Setting, *, least: int = 0) -> int:
        value = self.values.get(setting.name, setting.default)
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise BadConfiguration(f"{setting.name}: {value!r} is not a whole number") from None
        if number < least:
            raise BadConfiguration(f"{setting.name}: {number} is too small; the least is {least}")
        return number

    def flag(self, setting: Setting) -> bool:
        value = self.values.get(setting.name, setting.default)
        if not isinstance(value, bool):
            raise BadConfiguration(f"{setting.name}: {value!r} must be true or false")
        return value


class ChannelFailure(Exception):
    """The message was not confirmed. The text is for an operator: what happened, and the far end's own words."""


class PermanentFailure(ChannelFailure):
    """Trying again can't help: the address does not exist, the message is refused or can't be encoded."""


class PassingFailure(ChannelFailure):
    """Nothing was sent; trying again later may work.

    `whole_channel`: the trouble is not this message's (server away, login refused): the caller may leave the rest of
    its batch for later instead of running into the same wall with each.
    `retry_after`: the far end asked for at least so long a pause before this message is tried again.
    """

    def __init__(
        self, text: str, *, whole_channel: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(text)
        self.whole_channel = whole_channel
        self.retry_after = retry_after


class UncertainFailure(ChannelFailure):
    """The message may or may not have been taken: the answer was lost. Repeat only if `ChannelInfo.repeatable`."""


@runtime_checkable
class Session(Protocol):
    """One stay at the far end; it serves many messages and survives the failure of any of them."""

    def send(self, message: OutgoingMessage) -> Receipt:
        """Hand one message over. Raises a ChannelFailure, never another exception for what the far end did."""


@runtime_checkable
class Channel(Protocol):
    """A way out. Making one or opening it makes no network call: all that can go wrong goes wrong in `send`.

    The constructor takes one `ChannelConfig` and raises BadConfiguration.
    """

    info: ClassVar[ChannelInfo]

    def __init__(self, config: ChannelConfig) -> None: ...

    def open(self) -> AbstractContextManager[Session]: ...
