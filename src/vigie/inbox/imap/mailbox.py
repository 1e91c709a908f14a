"""The mailbox: a connection, what is unsettled in it, and settling.

Settling moves a mail to another folder, or marks it where none is named; nothing else changes the mailbox. A server
without MOVE copies, marks and removes in this order: a crash in between leaves a copy too many, never one too few.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

from imapclient import IMAPClient

from vigie.contracts.channel import BadConfiguration, ChannelConfig, Setting
from vigie.contracts.inbox import InboundMail, InboxFailure, InboxInfo, Settlement
from vigie.inbox.imap.parse import parse

HOST = Setting("host", "IMAP server; empty: no mail is read")
PORT = Setting("port", "its port; 0: 993 for tls, 143 otherwise", 0)
SECURITY = Setting("security", "tls, starttls, or none (only on this host or a trusted wire)", "tls")
CA_FILE = Setting("ca_file", "certificates to trust instead of the system's (PEM)")
USER = Setting("user", "IMAP login")
PASSWORD = Setting("password", "IMAP password", secret=True)
FOLDER = Setting("folder", "where mails arrive", "INBOX")
DONE = Setting("done_folder", "where settled mails go; empty: they stay and are marked", "Vigie-done")
ASIDE = Setting(
    "aside_folder", "where mails for people to look at go; empty: they stay and are marked", "Vigie-aside"
)
ADDRESS = Setting("address", "our own address, whose answers arrive here, like desk@centre.example")
MAX_BYTES = Setting("max_bytes", "of a larger mail only the beginning is read", 2_000_000)
TIMEOUT = Setting("timeout", "seconds to wait for each answer of the server", 30)

MARK = "VigieSettled"
_FAULTS = (OSError, imaplib.IMAP4.error, ValueError, TypeError, KeyError)


class ImapInbox:
    """Mails of one folder of one account."""

    info: ClassVar[InboxInfo] = InboxInfo(
        name="imap",
        title_en="Mailbox (IMAP)",
        title_fr="Boîte aux lettres (IMAP)",
        settings=(
            HOST, PORT, SECURITY, CA_FILE, USER, PASSWORD, FOLDER, DONE, ASIDE, ADDRESS, MAX_BYTES, TIMEOUT,
        ),
    )  # fmt: skip

    def __init__(self, config: ChannelConfig) -> None:
        self.host, self.user, self.password = config.text(HOST), config.text(USER), config.text(PASSWORD)
        self.security = config.text(SECURITY)
        if self.security not in {"tls", "starttls", "none"}:
            raise BadConfiguration(f"security: {self.security!r} must be tls, starttls or none")
        self.port = config.whole(PORT) or (993 if self.security == "tls" else 143)
        self.folder, self.address = config.text(FOLDER), config.text(ADDRESS)
        self.folders: dict[str, str] = {"done": config.text(DONE), "set-aside": config.text(ASIDE)}
        if self.folder in self.folders.values():
            raise BadConfiguration(
                f"done_folder, aside_folder: {self.folder!r} is where mails arrive; name others"
            )
        self.max_bytes, self.timeout = config.whole(MAX_BYTES, least=10_000), config.whole(TIMEOUT, least=1)
        ca_file = config.text(CA_FILE)
        try:
            self.tls = ssl.create_default_context(cafile=ca_file or None)
        except OSError as error:
            raise BadConfiguration(
                f"ca_file: {ca_file} can't be read as PEM certificates: {error}"
            ) from error

    @contextmanager
    def open(self) -> Iterator["ImapSession"]:
        """A session; it connects when it is first asked for something."""
        session = ImapSession(self)
        try:
            yield session
        finally:
            session.close()

    def connect(self) -> IMAPClient:
        """Greeted, encrypted as configured, logged in."""
        client = IMAPClient(
            self.host, self.port, ssl=self.security == "tls", ssl_context=self.tls, timeout=self.timeout
        )
        try:
            if self.security == "starttls":
                client.starttls(self.tls)
            client.login(self.user, self.password)
        except BaseException:
            with suppress(*_FAULTS):
                client.shutdown()
            raise
        return client


class ImapSession:
    """One connection, made when first needed, made anew after it was lost."""

    def __init__(self, inbox: ImapInbox) -> None:
        self._inbox = inbox
        self._client: IMAPClient | None = None
        self._validity = 0
        self._keeps_marks = False

    def fetch(self, limit: int) -> list[InboundMail]:
        """The oldest unsettled mails; see the contract."""
        with self._talking() as client:
            client.noop()  # so that the server tells what has arrived since
            uids = sorted(client.search(["UNKEYWORD", MARK, "UNDELETED"]))[: max(limit, 0)]
            facts = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
            return [self._mail(client, uid, facts[uid]) for uid in uids if uid in facts]

    def _mail(self, client: IMAPClient, uid: int, facts: dict[bytes, Any]) -> InboundMail:
        size, arrived = int(facts[b"RFC822.SIZE"]), facts[b"INTERNALDATE"]
        whole = size <= self._inbox.max_bytes
        # PEEK: reading leaves no mark; only settling does.
        part = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{self._inbox.max_bytes}>"
        answer = client.fetch([uid], [part]).get(uid, {})
        raw = next((value for name, value in answer.items() if name.startswith(b"BODY[")), b"")
        return parse(
            raw or b"",
            uid=f"{self._validity}:{uid}",
            arrived=_aware(arrived),
            own_address=self._inbox.address,
            size=None if whole else size,
        )

    def settle(self, uid: str, how: Settlement) -> None:
        """Move it, or mark it; see the contract."""
        validity, _, number = uid.partition(":")
        with self._talking() as client:
            # After the server has numbered its mails anew, an old number may be another mail's.
            if not number.isdecimal() or validity != str(self._validity):
                return
            folder = self._inbox.folders[how]
            if not folder:
                self._mark(client, int(number), how)
                return
            if not client.folder_exists(folder):
                client.create_folder(folder)
            if client.has_capability("MOVE"):
                client.move([int(number)], folder)
            elif client.search(["UID", number, "UNDELETED"]):
                client.copy([int(number)], folder)
                client.delete_messages([int(number)], silent=True)
                if client.has_capability("UIDPLUS"):  # without it, others' deleted mails would go too
                    client.uid_expunge([int(number)])

    def _mark(self, client: IMAPClient, uid: int, how: Settlement) -> None:
        if not self._keeps_marks:
            raise InboxFailure(
                f"{self._where()} keeps no marks of ours; name a done_folder and an aside_folder."
            )
        flags = [MARK, "\\Seen"] if how == "done" else [MARK, "\\Flagged"]
        client.add_flags([uid], flags, silent=True)

    def close(self) -> None:
        """Say goodbye; what the server thinks of it no longer matters."""
        if self._client is not None:
            with suppress(*_FAULTS):
                self._client.logout()
            self._client = None

    @contextmanager
    def _talking(self) -> Iterator[IMAPClient]:
        """The connection with the folder selected; whatever goes wrong with it becomes an InboxFailure."""
        try:
            yield self._client or self._connected()
        except InboxFailure:
            raise
        except _FAULTS as error:
            if self._client is not None:
                with suppress(*_FAULTS):
                    self._client.shutdown()
                self._client = None
            raise InboxFailure(f"No mail can be read from {self._where()}: {_words(error)}") from error

    def _connected(self) -> IMAPClient:
        if not self._inbox.host:
            raise InboxFailure("No IMAP server is configured (setting host).")
        client = self._inbox.connect()
        self._client = client
        selected = client.select_folder(self._inbox.folder)
        self._validity = int(selected[b"UIDVALIDITY"])
        kept = selected.get(b"PERMANENTFLAGS", ())
        self._keeps_marks = b"\\*" in kept or MARK.encode() in kept
        return client

    def _where(self) -> str:
        return f"{self._inbox.folder} of {self._inbox.user} at {self._inbox.host}:{self._inbox.port}"


def _aware(arrived: object) -> datetime:
    """IMAPClient gives the server's time in this host's zone, naive."""
    return arrived.astimezone(UTC) if isinstance(arrived, datetime) else datetime.now(UTC)


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{text}."
