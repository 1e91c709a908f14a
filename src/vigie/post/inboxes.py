"""Reading the mailbox: fetch, write down, settle. Adapters come by entry point, ours through the same door.

A mail is settled only after its row is written: a crash in between brings it again, and `receive` recognises it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from django.conf import settings

from vigie.contracts.channel import BadConfiguration, ChannelConfig
from vigie.contracts.inbox import InboundMail, Inbox, InboxSession
from vigie.kernel import journal
from vigie.post.actions import Bounced, Received, receive
from vigie.post.models import MailKind, MailState

log = journal.of(__name__)

GROUP = "vigie.inbox"
BATCH = 20


@cache
def installed() -> Mapping[str, EntryPoint]:
    """Every inbox's entry point by name; looked up once per process."""
    return {point.name: point for point in entry_points(group=GROUP)}


def is_configured() -> bool:
    """Whether there is a mailbox to read."""
    return bool(settings.INBOX.get("host"))


def configured() -> Inbox:
    """The inbox with its configuration. Raises BadConfiguration."""
    values: Mapping[str, Any] = settings.INBOX
    point = installed().get(str(values.get("kind", "")))
    if point is None:
        known = ", ".join(sorted(installed())) or "none"
        raise BadConfiguration(f"inbox.kind: there is no inbox {values.get('kind')!r}; installed: {known}")
    try:
        loaded: type[Inbox] = point.load()
    except Exception as error:
        raise BadConfiguration(f"The inbox “{point.name}” can't be loaded: {error}") from error
    known_here = {setting.name for setting in loaded.info.settings}
    given = {name: value for name, value in values.items() if name in known_here and value != ""}
    return loaded(ChannelConfig(given))


def read_mail(*, go_on: Callable[[], bool] = lambda: True) -> int:
    """Take what the mailbox holds until it is empty or `go_on` says stop. Returns how many mails were taken.

    Raises InboxFailure when the mailbox can't be read: the worker says so, and tries again at its next turn.
    """
    taken = 0
    with configured().open() as session:
        while go_on() and (mails := session.fetch(BATCH)):
            for mail in mails:
                _take(session, mail)
            taken += len(mails)
    return taken


def _take(session: InboxSession, mail: InboundMail) -> None:
    """One mail. One that can't be written is set aside where people look: it must not stop those behind it."""
    try:
        row = receive(understood(mail))
    except Exception:  # whatever a mail from outside can provoke
        log.exception("mail.not_taken", uid=mail.uid, size=mail.size)
        session.settle(mail.uid, "set-aside")
        return
    session.settle(mail.uid, "set-aside" if row.state == MailState.OPEN else "done")


def understood(mail: InboundMail) -> Received:
    """The adapter's mail in the words of this package: reply, bounce, or automatic."""
    failed = tuple(
        Bounced(
            bounce.recipient,
            permanent=bounce.final,
            diagnostic=" ".join(filter(None, (bounce.status, bounce.diagnostic))),
            original_id=bounce.original_message_id,
        )
        for bounce in mail.bounces
        if bounce.action == "failed"
    )
    kind = MailKind.REPLY if mail.nature == "person" else MailKind.AUTO
    if mail.nature == "bounce" and (failed or not mail.bounces):
        kind = MailKind.BOUNCE
    return Received(
        message_id=mail.message_id,
        kind=kind,
        sender=mail.sender.address,
        sender_name=mail.sender.name,
        subject=mail.subject,
        text=mail.text or mail.full_text,
        tokens=mail.tokens,
        references=(*mail.in_reply_to, *mail.references),
        bounces=failed,
    )
