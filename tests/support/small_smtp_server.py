"""A small real SMTP server that misbehaves to order. Run as a process of its own:

    python -m tests.support.small_smtp_server --port 0 --folder DIR [--no-smtputf8] [--no-pipelining] [--login name:word] [--tls PEM]

It writes its port to DIR/port, keeps each mail in the maildir DIR/mail/ADDRESS, and one line per connection and
transaction in DIR/log. What it does is chosen by the recipient's name, so that a test reads like what it says:

    later…        450 at RCPT                          greylist…    451 the first time, taken the second
    full…         552 at RCPT                          nobody…      550 at RCPT
    cut-rcpt…     hangs up at RCPT                     cut-data…    hangs up at DATA, before the content
    cut-before…   hangs up after the dot, mail lost    cut-after…   hangs up after the dot, mail kept
    refused…      554 after the dot                    busy…        451 after the dot
    closing…      421 at RCPT, then hangs up           idle…        takes the mail, then hangs up
    slow-N…       takes the mail, answers N seconds after the dot    garbled…  answers nonsense after the dot
"""

import argparse
import asyncio
import itertools
import mailbox
import re
import signal
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

AT_RCPT = {
    "later": "450 4.2.0 try again later",
    "full": "552 5.2.2 mailbox full",
    "nobody": "550 5.1.1 no such person",
}
AT_DOT = {"refused": "554 5.6.0 content refused", "busy": "451 4.3.0 busy, try again", "garbled": "what?"}


class Server(SMTP):
    """aiosmtpd, able to hang up without an answer."""

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 # aiosmtpd's name
        if "<closing" in (arg or ""):
            await self.push("421 4.3.2 closing")
            self.hang_up()
        elif "<cut-rcpt" in (arg or ""):
            self.hang_up()
        else:
            await super().smtp_RCPT(arg)

    def hang_up(self) -> None:
        """Leave the conversation without a word."""
        if self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 # aiosmtpd's name
        if self.envelope is not None and any(name.startswith("cut-data") for name in self.envelope.rcpt_tos):
            self.hang_up()
        else:
            await super().smtp_DATA(arg)


class Handler:
    """Decides by the recipient; keeps what it takes."""

    def __init__(self, folder: Path, *, pipelining: bool = True) -> None:
        self.folder = folder
        self.pipelining = pipelining
        self.greylisted: set[str] = set()
        self.connection = itertools.count(1)

    def note(self, line: str) -> None:
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    async def handle_EHLO(  # noqa: N802 # aiosmtpd's name
        self, server: Server, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if not hasattr(session, "number"):
            session.number = next(self.connection)  # type: ignore[attr-defined] # a place for our own note
            self.note(f"connection {session.number}")  # type: ignore[attr-defined] # same
        return ["250-PIPELINING", *responses] if self.pipelining else responses

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, server: Server, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        word = re.split(r"[-@.]", address)[0]
        if word in AT_RCPT:
            return AT_RCPT[word]
        if word == "greylist" and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802 # same
        address = envelope.rcpt_tos[0]
        if address.startswith("cut-before"):
            server.hang_up()
            return ""
        word = re.split(r"[-@.]", address)[0]
        if word in AT_DOT:
            return AT_DOT[word]
        for recipient in envelope.rcpt_tos:
            self.keep(recipient, envelope)
        if address.startswith("cut-after"):
            server.hang_up()
            return ""
        if slow := re.match(r"slow-(\d+)", address):
            await asyncio.sleep(int(slow[1]))  # nobody waits for it but the client under test
        if address.startswith("idle"):
            asyncio.get_running_loop().call_later(0.02, server.hang_up)
        return f"250 2.0.0 kept, connection {session.number}"  # type: ignore[attr-defined] # our own note

    def keep(self, recipient: str, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        trace = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {recipient}\r\n".encode()
        (self.folder / "mail").mkdir(exist_ok=True)
        box = mailbox.Maildir(self.folder / "mail" / recipient.lower(), create=True)
        box.add(trace + content)
        self.note(f"kept {recipient}")


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM."""
    handler = Handler(options.folder, pipelining=options.pipelining)
    settings: dict[str, Any] = {"enable_SMTPUTF8": options.smtputf8, "hostname": "small.centre.test"}
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls)
        settings |= {"tls_context": context, "require_starttls": True}
    if options.login:
        name, word = options.login.encode().split(b":")

        def check(
            server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
        ) -> AuthResult:
            good = isinstance(data, LoginPassword) and (data.login, data.password) == (name, word)
            return AuthResult(success=good, handled=False)

        settings |= {"authenticator": check, "auth_required": True, "auth_require_tls": bool(options.tls)}
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # hanging up on purpose is no error
    server = await loop.create_server(lambda: Server(handler, **settings), "127.0.0.1", options.port)
    done = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    ready = options.folder / "port.new"
    ready.write_text(str(server.sockets[0].getsockname()[1]), "utf-8")
    ready.rename(options.folder / "port")
    await done.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--no-smtputf8", dest="smtputf8", action="store_false")
    parser.add_argument("--no-pipelining", dest="pipelining", action="store_false")
    parser.add_argument("--login", default="")
    parser.add_argument("--tls", default="")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
