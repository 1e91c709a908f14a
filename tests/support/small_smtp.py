"""The small SMTP server as seen by a test: start, stop, start again on the same port, read what it kept."""

import mailbox
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from subprocess import Popen

from tests.support.processes import POLL_SECONDS, ROOT, open_folder, start, stop, wait_for_port


def parse(content: bytes) -> EmailMessage:
    """A mail as a modern object (`.get_body()`, decoded headers), its lines ended as texts in Python are."""
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(content.replace(b"\r\n", b"\n"))


@dataclass
class SmallSmtp:
    """See tests/support/small_smtp_server.py for what the recipients' names mean."""

    folder: Path
    options: tuple[str, ...] = ()
    smtp_port: int = 0
    _process: Popen[bytes] | None = field(default=None, repr=False)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, on the same port as before if it ran already."""
        known = self.folder / "port"
        known.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.support.small_smtp_server", "--folder", str(self.folder)]
        command += ["--port", str(self.smtp_port), *self.options]
        self._process = start(command, self.folder / "output", PYTHONPATH=str(ROOT))
        (self.folder / "pid").write_text(str(self._process.pid), "utf-8")
        deadline = time.monotonic() + 20
        while not known.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"the small SMTP server did not start:\n{(self.folder / 'output').read_text()}"
                )
            time.sleep(POLL_SECONDS)
        self.smtp_port = int(known.read_text("utf-8"))
        wait_for_port(self.smtp_port)

    def stop(self) -> None:
        """The server is away; its mails stay."""
        if self._process is not None:
            stop(self._process)
            (self.folder / "pid").unlink()
            self._process = None

    def messages(self, address: str) -> list[EmailMessage]:
        """What it holds for an address, oldest first."""
        box = self.folder / "mail" / address.lower()
        if not box.exists():
            return []
        files = sorted((box / "new").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [parse(path.read_bytes()) for path in files]

    def addresses(self) -> list[str]:
        """Every address that got a mail."""
        folder = self.folder / "mail"
        return (
            sorted(path.name for path in folder.iterdir() if self.messages(path.name))
            if folder.exists()
            else []
        )

    def connections(self) -> int:
        """How many connections it has greeted since the last wipe."""
        log = self.folder / "log"
        return (
            sum(line.startswith("connection") for line in log.read_text("utf-8").splitlines())
            if log.exists()
            else 0
        )

    def wipe(self) -> None:
        """Forget all mails and the log."""
        for address in self.addresses():
            mailbox.Maildir(self.folder / "mail" / address).clear()
        (self.folder / "log").unlink(missing_ok=True)


@contextmanager
def small_smtp_server(*options: str) -> Iterator[SmallSmtp]:
    """A running server; `options` are those of small_smtp_server.py."""
    with open_folder("smtp", at_end='kill "$(cat "$1/pid")"') as folder:
        server = SmallSmtp(folder, options)
        try:
            server.start()
            yield server
        finally:
            server.stop()
