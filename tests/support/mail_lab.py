"""The real mail server of the tests: Postfix takes mail, Dovecot keeps it and shows it by IMAP."""

import imaplib
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.support.processes import answers, free_port, open_folder, script
from tests.support.small_smtp import parse

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class MailLab:
    """See tests/lab/mail-up.sh for what the addresses @centre.test mean."""

    folder: Path
    smtp_port: int
    imap_port: int

    def start(self) -> None:
        """Start it, or start it again on the same ports; nothing to do if both answer."""
        if answers(self.smtp_port) and answers(self.imap_port):
            return
        script("mail-up.sh", str(self.folder), str(self.smtp_port), str(self.imap_port))

    def stop(self) -> None:
        """The server is away; its queue and mailboxes stay."""
        script("mail-down.sh", str(self.folder))

    def messages(self, address: str, *, at_least: int = 0, seconds: float = 60) -> list[EmailMessage]:
        """The mailbox of an address, oldest first, read by IMAP.

        Delivery takes a moment: with `at_least` it waits until so many are there. TimeoutError if they don't come.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = self._read(address)
            if len(found) >= at_least:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {at_least} mails for {address} after {seconds} s")
            time.sleep(POLL_SECONDS)

    def _read(self, address: str) -> list[EmailMessage]:
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=30) as imap:
            imap.login(address, "test")
            imap.select("INBOX", readonly=True)
            numbers = imap.search(None, "ALL")[1][0].split()
            if not numbers:
                return []
            _, parts = imap.fetch(b",".join(numbers).decode("ascii"), "(BODY.PEEK[])")
            return [parse(part[1]) for part in parts if isinstance(part, tuple)]

    def message_ids(self, address: str) -> list[str]:
        """The Message-ID of each mail in a mailbox, read by IMAP; for counting thousands."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=60) as imap:
            imap.login(address, "test")
            found = int(imap.select("INBOX", readonly=True)[1][0] or 0)
            if not found:
                return []
            _, parts = imap.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
            return [parse(part[1])["Message-ID"] for part in parts if isinstance(part, tuple)]

    def addresses(self) -> list[str]:
        """Every address that has a mailbox."""
        return sorted(path.name for path in (self.folder / "mail").iterdir())

    def queued(self) -> int:
        """How many mails Postfix still holds."""
        listing = subprocess.run(
            ["postqueue", "-c", str(self.folder / "etc"), "-j"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        return len(listing.stdout.splitlines())

    def wait_until_delivered(self, *, seconds: float = 60) -> None:
        """Return when the queue is empty; TimeoutError otherwise."""
        deadline = time.monotonic() + seconds
        while left := self.queued():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{left} mails still in the queue after {seconds} s")
            time.sleep(POLL_SECONDS)

    def wipe(self) -> None:
        """Forget the queue and all mailboxes."""
        if self.queued():
            subprocess.run(
                ["postsuper", "-c", str(self.folder / "etc"), "-d", "ALL"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
            )
        for box in (self.folder / "mail").iterdir():
            shutil.rmtree(box, ignore_errors=True)


@contextmanager
def mail_lab_running() -> Iterator[MailLab]:
    """Postfix and Dovecot, on free ports, stopped at the end."""
    with open_folder("mail", at_end='bash tests/lab/mail-down.sh "$1"') as folder:
        lab = MailLab(folder, free_port(), free_port())
        lab.start()
        yield lab
