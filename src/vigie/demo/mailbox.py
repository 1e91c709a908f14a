"""The demo's mailbox: an SMTP server on loopback that really receives what the desk sends, and keeps it. No Django.

Raw messages lie in a Maildir: any mail reader opens it.
"""

import asyncio
import email.policy
import mailbox
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

START_SECONDS = 10
LARGEST = 5_000_000  # bytes of one message


@dataclass(frozen=True)
class Mailbox:
    """Where the running server listens, and where it keeps what it receives."""

    host: str
    port: int
    folder: Path


class _Keeper:
    """Takes every message for anybody; nothing is passed on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 # aiosmtpd's signature
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        trace = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {', '.join(envelope.rcpt_tos)}\r\n"
        key = _box(self.folder).add(trace.encode() + content)
        return f"250 2.0.0 kept as {key}"


def _box(folder: Path) -> mailbox.Maildir:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(folder, create=True)


@contextmanager
def mailbox_server(folder: Path, *, port: int = 0) -> Iterator[Mailbox]:
    """Run the server in a thread of this process until the block ends; a free port of loopback unless one is named.

    `OSError` if the port is taken; `TimeoutError` if the thread does not come up.
    """
    _box(folder)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    found: list[int] = []
    failed: list[OSError] = []

    def factory() -> SMTP:
        return SMTP(
            _Keeper(folder), enable_SMTPUTF8=True, data_size_limit=LARGEST, hostname="mailbox.demo", loop=loop
        )

    async def listen() -> None:
        try:
            server = await loop.create_server(factory, "127.0.0.1", port)
        except OSError as error:
            failed.append(error)
        else:
            found.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(listen())
        if found:
            loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        with suppress(RuntimeError):
            loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run, name="demo mailbox", daemon=True)
    thread.start()
    if not ready.wait(START_SECONDS):
        raise TimeoutError(f"the demo's mail server did not start within {START_SECONDS} s")
    if failed:
        raise failed[0]
    try:
        yield Mailbox("127.0.0.1", found[0], folder)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_SECONDS)


@dataclass(frozen=True)
class Received:
    """One message as the list shows it."""

    key: str
    at: datetime
    sender: str
    to: str
    subject: str
    language: str


@dataclass(frozen=True)
class Message:
    """One message whole: every header as it came, the text, the HTML, and the raw source."""

    summary: Received
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    raw: str


def received(folder: Path, *, words: str = "") -> list[Received]:
    """Every message, newest first; `words` keeps those whose subject or recipient contains them, case aside."""
    if not folder.is_dir():
        return []
    box, found = _box(folder), []
    parse = BytesParser(policy=email.policy.default).parsebytes
    for key in box.iterkeys():
        with suppress(KeyError, OSError):  # taken away while we looked
            found.append(_summary(key, parse(box.get_bytes(key), headersonly=True)))
    needle = words.strip().lower()
    kept = [row for row in found if needle in f"{row.subject}\n{row.to}".lower()]
    return sorted(kept, key=lambda row: (row.at, row.key), reverse=True)


def message(folder: Path, key: str) -> Message | None:
    """The message with this key; None if there is none."""
    if not folder.is_dir() or "/" in key:
        return None
    try:
        raw = _box(folder).get_bytes(key)
    except (KeyError, OSError):
        return None
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    return Message(
        summary=_summary(key, parsed),
        headers=tuple((name, _line(value)) for name, value in parsed.items()),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        raw=raw.decode("utf-8", "replace"),
    )


def _line(value: Any) -> str:
    return " ".join(str(value).split())


def _part(parsed: Any, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,)) if isinstance(parsed, EmailMessage) else None
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeDecodeError):
        return ""


def _summary(key: str, parsed: Any) -> Received:
    try:
        at = parsedate_to_datetime(str(parsed["Date"]))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError):
        arrived = key.partition(".")[0]  # a Maildir's key begins with the second of arrival
        at = datetime.fromtimestamp(int(arrived) if arrived.isdigit() else 0, UTC)
    return Received(
        key=key,
        at=at,
        sender=_line(parsed["From"] or ""),
        to=_line(parsed["To"] or parsed["Delivered-To"] or ""),
        subject=_line(parsed["Subject"] or ""),
        language=_line(parsed["Content-Language"] or ""),
    )
