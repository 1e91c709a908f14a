"""One POST per message: signed, with a deadline, to checked addresses only, redirects not followed."""

import hashlib
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import ClassVar

from vigie.channels.webhook.guard import REFUSED, Target, networks, resolve, target
from vigie.channels.webhook.signing import HEADER, key_for, signature
from vigie.contracts.channel import (
    BadConfiguration,
    ChannelConfig,
    ChannelInfo,
    JsonPayload,
    OutgoingMessage,
    PassingFailure,
    PermanentFailure,
    Receipt,
    Setting,
    UncertainFailure,
)

SECRET = Setting("secret", "from which each receiver's key is made; without it nothing is sent", secret=True)
TIMEOUT = Setting("timeout", "seconds that one delivery may take", 15)
MAX_BYTES = Setting("max_bytes", "largest message, in bytes", 262_144)
ALLOW_HTTP = Setting(
    "allow_http", "allow plain http beyond this host: anyone on the way can read it", default=False
)
REFUSED_NETWORKS = Setting(
    "refused_networks", "networks where no webhook may lead, separated by blanks", REFUSED
)
CA_FILE = Setting("ca_file", "certificates to trust instead of the system's (PEM)")

_PASSING = frozenset({408, 425, 429})
_ANSWER_BYTES = 300


class WebhookChannel:
    """Channel for `json` payloads; the address is that of an HTTP endpoint."""

    info: ClassVar[ChannelInfo] = ChannelInfo(
        name="webhook",
        title_en="Webhook",
        title_fr="Webhook",
        payload="json",
        repeatable=True,  # the idempotency key is the same: the receiver recognises the second copy
        address_example="https://chat.experiment.example/hooks/vigie",
        settings=(SECRET, TIMEOUT, MAX_BYTES, ALLOW_HTTP, REFUSED_NETWORKS, CA_FILE),
        shared_far_end=False,
    )

    def __init__(self, config: ChannelConfig) -> None:
        self.secret = config.text(SECRET)
        self.timeout = config.whole(TIMEOUT, least=1)
        self.max_bytes = config.whole(MAX_BYTES, least=1000)
        self.allow_http = config.flag(ALLOW_HTTP)
        self.refused = networks(config.text(REFUSED_NETWORKS))
        ca_file = config.text(CA_FILE)
        try:
            self.tls = ssl.create_default_context(cafile=ca_file or None)
        except OSError as error:
            raise BadConfiguration(
                f"ca_file: {ca_file} can't be read as PEM certificates: {error}"
            ) from error

    @contextmanager
    def open(self) -> Iterator["WebhookChannel"]:
        """Receivers differ: there is no connection to keep, so the channel is its own session."""
        yield self

    def check_address(self, address: str) -> None:
        """Whether it can be one at all."""
        target(address)

    def send(self, message: OutgoingMessage) -> Receipt:
        """Post one message; the receipt is the beginning of the answer."""
        if not isinstance(message.payload, JsonPayload):
            raise PermanentFailure(f"A webhook carries JSON, not payloads of kind {message.payload.kind!r}.")
        if not self.secret:
            raise PassingFailure(
                "The channel webhook has no secret in its configuration.", whole_channel=True
            )
        to = target(message.address)
        delivery = hashlib.sha256(message.key.encode()).hexdigest()[:40]
        body = _body(message.payload, delivery, message.language)
        if len(body) > self.max_bytes:
            raise PermanentFailure(
                f"The message to {to.shown} has {len(body)} bytes; allowed: {self.max_bytes}."
            )
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Vigie",
            "X-Vigie-Delivery": delivery,
            "Idempotency-Key": f'"{delivery}"',
            HEADER: signature(key_for(self.secret, message.address), body, datetime.now(UTC)),
        }
        numbers = resolve(to, self.refused, allow_http=self.allow_http)
        connection = _Connection(to, numbers, self.timeout, self.tls if to.https else None)
        with closing(connection), connection.deadline():
            return _exchange(connection, to, body, headers)


class _Connection(http.client.HTTPConnection):
    """A connection to addresses that were looked up and checked before."""

    def __init__(
        self, to: Target, numbers: tuple[str, ...], timeout: float, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(to.host, to.port, timeout=timeout)
        self.default_port = 443 if to.https else 80  # so that Host names the port only where it is another
        self._numbers, self._seconds, self._tls = numbers, timeout, tls
        self.late = False

    def connect(self) -> None:
        for number in self._numbers:
            try:
                self.sock = socket.create_connection((number, self.port), self._seconds)
                break
            except OSError:
                if number == self._numbers[-1] or self.late:
                    raise
        if self._tls is not None:
            # The handshake comes apart, so that the deadline finds the socket.
            self.sock = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    @contextmanager
    def deadline(self) -> Iterator[None]:
        """Hang up when the time is over: a receiver that drips a byte now and then must not hold a worker."""
        timer = threading.Timer(self._seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        self.late = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _body(payload: JsonPayload, delivery: str, language: str) -> bytes:
    """The id stands in the signed body too: a header alone could be exchanged by who replays it."""
    data = {"delivery": delivery, "language": language, **payload.body}
    try:
        return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError) as error:
        raise PermanentFailure(f"The message is not JSON: {error}.") from error


def _exchange(connection: _Connection, to: Target, body: bytes, headers: dict[str, str]) -> Receipt:
    """Before the last byte has left, nothing can have been taken; after it, only the answer could tell."""
    try:
        connection.connect()
        connection.request("POST", to.path, body, headers)
    except OSError as error:
        raise PassingFailure(f"{to.shown} can't be reached: {_words(error, connection)}") from error
    try:
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise UncertainFailure(
            f"The whole message to {to.shown} was sent, but its answer was lost: {_words(error, connection)}"
        ) from error
    answer = b""
    with suppress(OSError, http.client.HTTPException):  # the status is known: what follows is decoration
        answer = response.read(_ANSWER_BYTES)
    shown = "".join(char if char.isprintable() else " " for char in answer.decode("utf-8", "replace"))
    words = f"{response.status} {response.reason} {shown}".strip()
    return _judged(
        response.status, response.getheader("Retry-After", ""), f"{to.shown} answered {words}", words
    )


def _judged(status: int, retry_after: str, failure: str, words: str) -> Receipt:
    """What a status means: 2xx taken; 5xx and "not now" passing; everything else would be the same again."""
    match status // 100:
        case 2:
            return Receipt(words)
        case 3:
            raise PermanentFailure(f"{failure} Redirects are not followed; give the final address.")
        case 5:
            raise PassingFailure(failure, retry_after=_pause(retry_after))
        case _ if status in _PASSING:
            raise PassingFailure(failure, retry_after=_pause(retry_after))
    raise PermanentFailure(failure)


def _pause(value: str) -> timedelta | None:
    """Retry-After, in seconds or as a date (RFC 9110); None if it is neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 7 * 86_400))
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    pause = until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)
    return max(pause, timedelta(0))


def _words(error: Exception, connection: _Connection) -> str:
    if connection.late:
        return "it took too long."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not verify: {error.verify_message}."
    return f"{getattr(error, 'strerror', None) or str(error) or type(error).__name__}."
