"""One channel to what Apprise knows: the address is an Apprise URL and says which service, room and key.

Such an address is a secret: it stands in no message of ours, and the library's own log, which may hold it, goes to
nobody; we read it only to learn why something failed, since the library answers yes or no.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

from vigie.contracts.channel import (
    ChannelConfig,
    ChannelInfo,
    OutgoingMessage,
    PassingFailure,
    PermanentFailure,
    Receipt,
    Setting,
    TextPayload,
    UncertainFailure,
)

SCHEMAS = Setting("schemas", "kinds of address that may be used, like “slack tgram”; empty: all that go out")
TIMEOUT = Setting("timeout", "seconds that one message may take", 30)

# They speak to the machine that the worker runs on, not to anybody.
_LOCAL = frozenset({"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
_SCHEMA = re.compile(r"([A-Za-z0-9]{1,30})://[!-~]+")
_STATUS = re.compile(r"\berror=(\d{3})\b")
# What urllib3 says when no connection was made: nothing can have been sent.
_NOT_CONNECTED = re.compile(
    "NewConnectionError|ConnectTimeoutError|NameResolutionError|ConnectionRefused|SSLError|SSLCertVerification"
)
_PASSING = frozenset({408, 425, 429})


class AppriseChannel:
    """Channel for `text` payloads; the address is an Apprise URL."""

    info: ClassVar[ChannelInfo] = ChannelInfo(
        name="apprise",
        title_en="Chat, SMS and others (Apprise)",
        title_fr="Messagerie instantanée, SMS et autres (Apprise)",
        payload="text",
        repeatable=False,  # nobody in a chat room recognises the second copy
        address_example="mmosts://chat.experiment.example/token",
        max_chars=1000,
        settings=(SCHEMAS, TIMEOUT),
        shared_far_end=False,
    )

    def __init__(self, config: ChannelConfig) -> None:
        self.schemas = frozenset(config.text(SCHEMAS).lower().split())
        self.timeout = config.whole(TIMEOUT, least=1)

    @contextmanager
    def open(self) -> Iterator["AppriseChannel"]:
        """Services differ: there is no connection to keep, so the channel is its own session."""
        yield self

    def send(self, message: OutgoingMessage) -> Receipt:
        """Tell one service. The library waits 4 s for a byte unless the address says otherwise (`?rto=20`)."""
        if not isinstance(message.payload, TextPayload):
            raise PermanentFailure(f"A chat carries texts, not payloads of kind {message.payload.kind!r}.")
        schema, box = self._opened(message.address)
        service = box[0]
        title, body = _fitted(message.payload, service)
        try:
            result = box.notify(title=title, body=body, timeout=self.timeout, log_level=logging.DEBUG)
        except Exception as error:  # noqa: BLE001 # a plug-in of the library broke, after who knows what
            # Its words may hold the address: only their kind is told.
            raise UncertainFailure(
                f"Apprise failed for {schema}://…: {type(error).__name__}. It may have been sent."
            ) from None
        if not result:
            several = len(service) > 1
            _explain(schema, [entry.message for entry in result.logs()], several=several)
        return Receipt(f"{service.service_name}: taken")

    def check_address(self, address: str) -> None:
        """Whether Apprise knows this kind of address and can use it."""
        self._opened(address)

    def _opened(self, address: str) -> tuple[str, Any]:
        """The kind of the address, and the library holding it."""
        schema = self._schema(address)
        box = _box()
        if not box.add(address):
            raise PermanentFailure(
                f"The address {schema}://… is none that Apprise can use; see its manual for this service."
            )
        return schema, box

    def _schema(self, address: str) -> str:
        """The kind of the address, if it is one and may be used."""
        match = _SCHEMA.fullmatch(address)
        if match is None:
            raise PermanentFailure(
                "An Apprise address must be like service://…, in plain ASCII without spaces."
            )
        schema = match[1].lower()
        if schema in _LOCAL or (self.schemas and schema not in self.schemas):
            raise PermanentFailure(f"Addresses like {schema}://… may not be used here (setting schemas).")
        return schema


def _box() -> Any:
    """The library, made quiet. Imported here: who sends no chat must not pay for it."""
    try:
        import apprise  # noqa: PLC0415 # a quarter of a second
    except ImportError as error:
        raise PassingFailure(
            "The Python package “apprise” is missing; install it where the worker runs.", whole_channel=True
        ) from error
    said = logging.getLogger("apprise")
    said.propagate = False  # what it logs may hold addresses …
    said.setLevel(logging.DEBUG)  # … and is where it tells us why something failed
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # at DEBUG it logs paths, where the keys are
    asset = apprise.AppriseAsset(
        app_id="Vigie",
        secure_logging=True,
        storage_mode=apprise.PersistentStoreMode.MEMORY,  # it keeps nothing of its own on our disk
        http_redirects=False,
        allow_templates=False,
    )
    return apprise.Apprise(asset=asset)


def _fitted(payload: TextPayload, service: Any) -> tuple[str, str]:
    """Title and body as the service can carry them: the text is cut, never the link behind it."""
    title = payload.title[: max(service.title_maxlen, 0)]
    lead = f"{payload.title}\n" if payload.title and not title else ""
    tail = f"\n{payload.link}" if payload.link else ""
    room = service.body_maxlen - len(tail) - len(title)
    text = f"{lead}{payload.text}"
    if len(text) > room:
        text = f"{text[: max(room - 1, 0)]}…"
    return title, f"{text}{tail}"


def _explain(schema: str, heard: list[str], *, several: bool) -> NoReturn:
    """Raise what the library's log allows to conclude; where it allows nothing, nobody knows."""
    if several:
        raise UncertainFailure(
            f"{schema}://… has several recipients; not all of them took it. Give each its own address."
        )
    said = "\n".join(heard)
    codes = [int(code) for code in _STATUS.findall(said)]
    if codes:
        words = f"The service behind {schema}://… answered {codes[-1]}."
        if codes[-1] // 100 == 5 or codes[-1] in _PASSING:  # noqa: PLR2004 # 5xx of RFC 9110
            raise PassingFailure(words)
        raise PermanentFailure(words)
    if _NOT_CONNECTED.search(said):
        raise PassingFailure(f"The service behind {schema}://… can't be reached.")
    raise UncertainFailure(f"The service behind {schema}://… did not confirm; it may have taken the message.")
