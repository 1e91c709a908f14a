"""Mail by SMTP: one connection serves many messages; every way it can end has its own word.

The line that matters runs through DATA: before the final dot has left, the server can't have taken the message and
a lost connection is a passing failure; after it, only the answer could tell, and a lost one is uncertain.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import ClassVar, NoReturn

from vigie.channels.mail.encode import Encoded, encode
from vigie.contracts.channel import (
    BadConfiguration,
    ChannelConfig,
    ChannelInfo,
    MailPayload,
    OutgoingMessage,
    PassingFailure,
    PermanentFailure,
    Receipt,
    Setting,
    UncertainFailure,
)

HOST = Setting("host", "SMTP server", "127.0.0.1")
PORT = Setting("port", "its port", 25)
USER = Setting("user", "SMTP login; empty: none")
PASSWORD = Setting("password", "SMTP password", secret=True)
STARTTLS = Setting("starttls", "use STARTTLS, with a certificate that verifies", default=False)
CA_FILE = Setting("ca_file", "certificates to trust instead of the system's (PEM)")
TIMEOUT = Setting("timeout", "seconds to wait for each answer of the server", 30)
HELO = Setting("helo", "name we greet the server with; empty: this host's")

_GO_AHEAD = 354
_CLOSING = 421
_LEAST_CODE = 200
_LOGIN_WANTED = frozenset({530, 534, 535, 538})  # RFC 4954: our configuration is at fault, not the message
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class MailChannel:
    """Channel for `mail` payloads; the address is a mail address."""

    info: ClassVar[ChannelInfo] = ChannelInfo(
        name="mail",
        title_en="Mail",
        title_fr="Courriel",
        payload="mail",
        repeatable=True,  # the same Message-ID: mailboxes and readers recognise the second copy
        address_example="contact@experiment.example",
        settings=(HOST, PORT, USER, PASSWORD, STARTTLS, CA_FILE, TIMEOUT, HELO),
    )

    def __init__(self, config: ChannelConfig) -> None:
        self.host, self.port = config.text(HOST), config.whole(PORT, least=1)
        self.user, self.password = config.text(USER), config.text(PASSWORD)
        self.timeout = config.whole(TIMEOUT, least=1)
        self.helo = config.text(HELO) or None
        self.tls: ssl.SSLContext | None = None
        if config.flag(STARTTLS):
            ca_file = config.text(CA_FILE)
            try:
                self.tls = ssl.create_default_context(cafile=ca_file or None)
            except OSError as error:
                raise BadConfiguration(
                    f"ca_file: {ca_file} can't be read as PEM certificates: {error}"
                ) from error

    @contextmanager
    def open(self) -> Iterator["MailSession"]:
        """A session; it connects with its first message and says goodbye at the end."""
        session = MailSession(self)
        try:
            yield session
        finally:
            session.close()

    def connect(self) -> smtplib.SMTP:
        """A connection that is greeted, encrypted and logged in as configured.

        Raises PassingFailure for the whole channel: none of this has anything to do with a message.
        """
        where = f"{self.host}:{self.port}"
        smtp: smtplib.SMTP | None = None
        try:
            smtp = smtplib.SMTP(self.host, self.port, local_hostname=self.helo, timeout=self.timeout)
            smtp.ehlo_or_helo_if_needed()
            if self.tls is not None:
                smtp.starttls(context=self.tls)
                smtp.ehlo_or_helo_if_needed()
            if self.user:
                smtp.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            if smtp is not None:
                smtp.close()
            raise PassingFailure(
                f"No mail can leave by {where}: {_words(error)}", whole_channel=True
            ) from error
        return smtp


class MailSession:
    """One connection, made when first needed, made anew after it was lost."""

    def __init__(self, channel: MailChannel) -> None:
        self._channel = channel
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: OutgoingMessage) -> Receipt:
        """Hand one mail to the server; the receipt is the server's answer (with its queue id)."""
        if not isinstance(message.payload, MailPayload):
            raise PermanentFailure(
                f"The mail channel carries mails, not payloads of kind {message.payload.kind!r}."
            )
        mail = encode(message.payload, message.address, message.language, datetime.now(UTC))
        fresh = self._smtp is None
        try:
            smtp = self._envelope(mail)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            if fresh:
                self._lost_before(error)
            # A server may close an idle connection at any time: that is no failure of this message.
            try:
                smtp = self._envelope(mail)
            except (smtplib.SMTPServerDisconnected, OSError) as again:
                self._lost_before(again)
        return self._content(smtp, mail)

    def close(self) -> None:
        """Say goodbye; what the server thinks of it no longer matters."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._drop()

    def _envelope(self, mail: Encoded) -> smtplib.SMTP:
        """MAIL FROM, RCPT TO and DATA up to the server's go-ahead; in one go where the server allows it (RFC 2920)."""
        if self._smtp is None:
            self._smtp = self._channel.connect()
        smtp = self._smtp
        parameters = ""
        if mail.needs_utf8:
            if not smtp.has_extn("smtputf8"):
                raise PermanentFailure(
                    f"{mail.recipient}: the mail server takes no addresses beyond ASCII before the @ (no SMTPUTF8)."
                )
            parameters = " SMTPUTF8 BODY=8BITMIME"
        steps: list[tuple[str, str, int | None]] = [
            ("the sender", f"MAIL FROM:<{mail.sender}>{parameters}", None),
            ("the recipient", f"RCPT TO:<{mail.recipient}>", None),
            ("the message", "DATA", _GO_AHEAD),
        ]
        together = smtp.has_extn("pipelining")
        if together:
            smtp.send("".join(f"{line}\r\n" for _what, line, _wanted in steps).encode())
        for place, (what, line, wanted) in enumerate(steps, 1):
            if not together:
                smtp.send(f"{line}\r\n".encode())
            reply = smtp.getreply()
            if together and not _is_good(reply, wanted):
                self._read_past(smtp, reply, len(steps) - place)
            self._expect(mail, what, reply, wanted)
        return smtp

    def _read_past(self, smtp: smtplib.SMTP, reply: tuple[int, bytes], more: int) -> None:
        """The answers to what was sent behind a refused command. One that waits for a message gets none: we hang up."""
        if reply[0] in {_CLOSING, -1}:
            return
        try:
            codes = [smtp.getreply()[0] for _ in range(more)]
        except (OSError, smtplib.SMTPException):
            self._drop()
            return
        if _GO_AHEAD in codes:
            self._drop()

    def _content(self, smtp: smtplib.SMTP, mail: Encoded) -> Receipt:
        """The message and its final dot; from the dot on, only the server's answer can tell what happened."""
        content = mail.content if mail.content.endswith(b"\r\n") else mail.content + b"\r\n"
        try:
            # An error here means that the system did not take the last byte, so the server can't have seen the dot.
            smtp.send(_LEADING_DOT.sub(b"..", content) + b".\r\n")
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._lost_before(error)
        try:
            reply = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._in_doubt(mail, _words(error), error)
        if reply[0] < _LEAST_CODE:
            self._in_doubt(mail, f"{reply[1]!r} is no answer.")
        self._expect(mail, "the message", reply)
        return Receipt(_reply(reply))

    def _expect(self, mail: Encoded, what: str, reply: tuple[int, bytes], wanted: int | None = None) -> None:
        """Pass on 2xx (or `wanted`); otherwise end the transaction and raise what the code means."""
        if _is_good(reply, wanted):
            return
        code, text = reply[0], _reply(reply)
        self._reset(code)
        words = f"The server refused {what} ({mail.sender} → {mail.recipient}): {text}"
        if code in _LOGIN_WANTED:
            raise PassingFailure(f"{words} Check the SMTP login in the configuration.", whole_channel=True)
        if code // 100 == 5:  # noqa: PLR2004 # 5xx of RFC 5321
            raise PermanentFailure(words)
        raise PassingFailure(words, whole_channel=code == _CLOSING)

    def _reset(self, code: int) -> None:
        """Make the connection ready for the next message, or let it go."""
        if self._smtp is None:
            return
        if code in {_CLOSING, -1}:
            self._drop()
            return
        try:
            answer, _ = self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            answer = -1
        if answer // 100 != 2:  # noqa: PLR2004 # 2xx of RFC 5321
            self._drop()

    def _lost_before(self, error: Exception) -> NoReturn:
        self._drop()
        where = f"{self._channel.host}:{self._channel.port}"
        raise PassingFailure(f"{where} hung up before the mail was sent: {_words(error)}") from error

    def _in_doubt(self, mail: Encoded, words: str, error: Exception | None = None) -> NoReturn:
        self._drop()
        raise UncertainFailure(
            f"The whole mail to {mail.recipient} was sent, but its answer was lost: {words} "
            "The server may have taken it."
        ) from error

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _is_good(reply: tuple[int, bytes], wanted: int | None = None) -> bool:
    return reply[0] == wanted if wanted else reply[0] // 100 == 2  # noqa: PLR2004 # 2xx of RFC 5321


def _reply(reply: tuple[int, bytes]) -> str:
    return f"{reply[0]} {reply[1].decode('utf-8', 'replace')}".replace("\n", " ")


def _words(error: Exception) -> str:
    """An exception in words: a server's answer as it came, the system's reason otherwise."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}."
    return f"{str(error) or type(error).__name__}."
