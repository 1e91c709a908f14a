"""What is no longer kept: the words of old mails, sent and received. Who was told of what, and when, stays."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from vigie.kernel import audit
from vigie.kernel.access import System
from vigie.kernel.intents import IntentState
from vigie.post.actions.outbox import FORGOTTEN
from vigie.post.events import PostAudit
from vigie.post.models import Body, Delivery, InboundMail, MailState

AT_ONCE = 500


def drop_old_texts(before: datetime) -> int:
    """Let go of some of what is older: deliveries that are over, mails that nobody has to sort any more.

    Returns how many rows; call it again until that is 0.
    """
    return _sent(before) + _received(before)


@transaction.atomic
def _sent(before: datetime) -> int:
    over = (IntentState.DONE, IntentState.CANCELLED)
    says = Q(body__isnull=False) | ~Q(payload={})
    rows = Delivery.objects.filter(says, state__in=over, created_at__lt=before)
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not pks:
        return 0
    Delivery.objects.filter(pk__in=pks).update(body=None, payload={})
    bodies = Body.objects.filter(created_at__lt=before, deliveries__isnull=True).delete()[0]
    audit.record(
        PostAudit.SENT_EXPIRED,
        actor=System(),
        subject=Delivery(pk=pks[-1]),
        changes={"before": before, "deliveries": len(pks), "bodies": bodies},
    )
    return len(pks)


@transaction.atomic
def _received(before: datetime) -> int:
    rows = InboundMail.objects.filter(received_at__lt=before).exclude(state=MailState.OPEN)
    pks = list(rows.exclude(sender=FORGOTTEN).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not pks:
        return 0
    InboundMail.objects.filter(pk__in=pks).update(
        sender=FORGOTTEN, sender_name="", subject="", text="", references=""
    )
    audit.record(
        PostAudit.RECEIVED_EXPIRED,
        actor=System(),
        subject=InboundMail(pk=pks[-1]),
        changes={"before": before, "mails": len(pks)},
    )
    return len(pks)
