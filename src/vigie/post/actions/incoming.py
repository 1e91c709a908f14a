"""Mail that comes in: written down once, told as news, never obeyed.

What reads the mailbox only hands over what it found; what follows (a question, a line in a log) is done by reactions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock, journal
from vigie.kernel.access import Actor, System, require
from vigie.kernel.errors import Conflict
from vigie.kernel.events import emit
from vigie.lib.fittext import fit, on_one_line
from vigie.post.actions.outbox import PERMISSIONS, PostPermission
from vigie.post.events import MailBounced, PostAudit, ReplyReceived
from vigie.post.keys import answers_to, secrets
from vigie.post.models import Address, Delivery, InboundMail, MailKind, MailState
from vigie.post.rules import TALKATIVE, blocks, marks_in, topic_of_token

log = journal.of(__name__)

TEXT_KEPT = 20_000
HOUR = timedelta(hours=1)
RETURNED = "delivery:"
SOFT_MEMORY = timedelta(days=30)  # a full mailbox in spring and one in autumn are two accidents


@dataclass(frozen=True)
class Bounced:
    """One address of a bounce message. `permanent`: 5.x.x, it can't work; else it may pass.

    `original_id` is the Message-ID of the mail that came back. Whether it is believed: see `_reported`.
    """

    address: str
    permanent: bool
    diagnostic: str = ""
    original_id: str = ""


@dataclass(frozen=True)
class Received:
    """A mail as the inbox understood it. `tokens`: what stands behind the plus of our addresses it was sent to."""

    message_id: str
    kind: MailKind
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    tokens: Sequence[str] = ()
    references: Sequence[str] = ()
    bounces: Sequence[Bounced] = field(default_factory=tuple)


@transaction.atomic
def receive(mail: Received) -> InboundMail:
    """Write one mail down and tell it. The same Message-ID again returns the first row and does nothing."""
    key = mail.message_id.strip()[:255]
    if found := InboundMail.objects.filter(message_id=key).first():
        return found
    signed = [topic for token in mail.tokens if (topic := topic_of_token(token, secrets()))]
    returned = _returned(signed)
    delivery = returned or _answered(mail)
    named = next((topic for topic in signed if not topic.startswith(RETURNED)), "")
    topic = named or (delivery.topic if delivery else "")
    kind = MailKind.AUTO if _is_loop(mail, topic) else mail.kind
    try:
        with transaction.atomic():
            row = InboundMail.objects.create(
                message_id=key,
                kind=kind,
                state=_state(kind, topic, bounces=bool(mail.bounces)),
                sender=mail.sender[:254],
                sender_name=on_one_line(mail.sender_name)[:200],
                subject=on_one_line(mail.subject)[:500],
                # An automatic answer is only counted: nobody reads it, so nothing of it is kept.
                text="" if kind == MailKind.AUTO else fit(mail.text)[:TEXT_KEPT],
                references="\n".join(mail.references)[-2000:],
                topic=topic,
                language=delivery.language if delivery else _language(topic, mail.sender),
                received_at=clock.now(),
            )
    except IntegrityError:  # another worker fetched the same mail at this moment
        return InboundMail.objects.get(message_id=key)
    audit.record(
        PostAudit.MAIL_RECEIVED,
        actor=System(),
        subject=row,
        changes={"kind": kind, "state": row.state, "topic": topic},
    )
    if kind == MailKind.REPLY and topic:
        emit(ReplyReceived(mail_id=row.pk, topic=topic))
    if kind == MailKind.BOUNCE:
        for bounce in mail.bounces:
            _bounced(row, bounce, returned)
        row.refresh_from_db()
    log.info("mail.received", mail=row.pk, kind=str(kind), topic=topic)
    return row


def _language(topic: str, sender: str) -> str:
    """In which language they were told; "" if they were not told by this very topic."""
    found = (
        Delivery.objects.filter(topic=topic, recipient__iexact=sender).first() if topic and sender else None
    )
    return found.language if found else ""


def _state(kind: str, topic: str, *, bounces: bool) -> MailState:
    if kind == MailKind.AUTO:
        return MailState.COUNTED
    return MailState.MATCHED if topic or bounces else MailState.OPEN


def _answered(mail: Received) -> Delivery | None:
    """The delivery that this mail answers or reports on, by our own Message-ID."""
    marks = marks_in(mail.references)
    return Delivery.objects.filter(mark__in=marks).order_by("-pk").first() if marks else None


def _returned(signed: Iterable[str]) -> Delivery | None:
    """The delivery whose envelope's address this mail came to: only servers that handled that mail know it."""
    numbers = [int(topic.removeprefix(RETURNED)) for topic in signed if topic.startswith(RETURNED)]
    return Delivery.objects.filter(pk__in=numbers, channel="mail").first() if numbers else None


def _is_loop(mail: Received, topic: str) -> bool:
    """Our own mail come back, or a machine that answers every answer."""
    if mail.kind != MailKind.REPLY:
        return False
    if mail.sender.lower() == parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower():
        return True
    recent = InboundMail.objects.filter(
        sender__iexact=mail.sender, topic=topic, received_at__gt=clock.now() - HOUR
    )
    return recent.count() >= TALKATIVE


def _reported(bounce: Bounced, returned: Delivery | None) -> Delivery | None:
    """The delivery that really failed, or None: anybody can write a mail that looks like a bounce message.

    It must have come to the address that stands in that delivery's envelope, and name the recipient of that
    delivery: readers of a list see our Message-ID and our reply address, but not this one, which ends at the list's
    server. A desk whose address takes no +token has the Message-ID only, which nobody can compute for somebody else.
    """
    if not answers_to("delivery:0"):
        marks = marks_in([bounce.original_id])
        returned = Delivery.objects.filter(channel="mail", mark__in=marks).first() if marks else None
    same = returned is not None and returned.recipient.lower() == bounce.address.strip().lower()
    return returned if same else None


def _bounced(mail: InboundMail, bounce: Bounced, returned: Delivery | None) -> None:
    """Mark the address, if the report is to be believed; otherwise a person looks at it."""
    delivery = _reported(bounce, returned)
    address = bounce.address.strip().lower()[:254]
    if delivery is None:
        InboundMail.objects.filter(pk=mail.pk).update(state=MailState.OPEN)
        return
    InboundMail.objects.filter(pk=mail.pk).update(topic=delivery.topic)
    Delivery.objects.filter(pk=delivery.pk).update(
        bounced_at=clock.now(), diagnostic=bounce.diagnostic[:1000]
    )
    row, _made = Address.objects.get_or_create(address=address)
    if row.last_soft_at and row.last_soft_at < clock.now() - SOFT_MEMORY:
        Address.objects.filter(pk=row.pk, bounced_at__isnull=True).update(soft_bounces=0)
    Address.objects.filter(pk=row.pk).update(
        diagnostic=fit(bounce.diagnostic)[:2000],
        **({} if bounce.permanent else {"soft_bounces": F("soft_bounces") + 1, "last_soft_at": clock.now()}),
    )
    row.refresh_from_db()
    blocked = blocks(permanent=bounce.permanent, soft_bounces=row.soft_bounces)
    if blocked:
        Address.objects.filter(pk=row.pk, bounced_at__isnull=True).update(bounced_at=clock.now())
    audit.record(
        PostAudit.ADDRESS_BOUNCED,
        actor=System(),
        subject=row,
        reason=bounce.diagnostic[:500],
        changes={"permanent": bounce.permanent, "blocked": blocked, "soft_bounces": row.soft_bounces},
    )
    emit(
        MailBounced(
            mail_id=mail.pk,
            address=address,
            topic=delivery.topic,
            blocked=blocked,
            diagnostic=fit(bounce.diagnostic)[:1000],
        )
    )


@transaction.atomic
def assign(actor: Actor, mail: InboundMail, topic: str) -> None:
    """A person says what the mail is about: it goes the way it would have gone by itself."""
    require(actor, PostPermission.SORT, PERMISSIONS)
    _settle(mail, MailState.MATCHED, topic=topic)
    audit.record(PostAudit.MAIL_ASSIGNED, actor=actor, subject=mail, changes={"topic": topic})
    emit(ReplyReceived(mail_id=mail.pk, topic=topic))


@transaction.atomic
def dismiss(actor: Actor, mail: InboundMail, *, why: str = "") -> None:
    """A person says that nothing follows from it; it stays in the list of what was dismissed."""
    require(actor, PostPermission.SORT, PERMISSIONS)
    _settle(mail, MailState.DISMISSED)
    audit.record(PostAudit.MAIL_DISMISSED, actor=actor, subject=mail, reason=why)


def _settle(mail: InboundMail, state: MailState, **changes: str) -> None:
    done = InboundMail.objects.filter(pk=mail.pk, state=MailState.OPEN).update(state=state, **changes)
    if done != 1:
        raise Conflict(
            "mail.settled",
            _("Somebody has sorted this mail already; nothing was changed."),
            hint=_("Reload the list."),
        )
    mail.refresh_from_db()


@transaction.atomic
def leave_to_a_person(mail: InboundMail) -> None:
    """What it answers is gone: somebody of Support looks at it. How it came in is audited already, by `receive`."""
    InboundMail.objects.filter(pk=mail.pk).update(state=MailState.OPEN, topic="")
