"""Story: old words go, by the worker, day by day; what waits for a person stays, and so does who was told."""

from datetime import timedelta

import pytest
from django.db import transaction

from vigie.kernel.clock import Clock
from vigie.kernel.intents import IntentState as S
from vigie.kernel.models import AuditRow
from vigie.post.actions import Parcel, Received, enqueue, receive
from vigie.post.models import Body, Delivery, InboundMail, MailKind, MailState
from vigie.worker.module import Turn
from vigie.worker.modules import modules

pytestmark = pytest.mark.django_db(transaction=True)


def work(clock: Clock) -> int:
    """What the worker does today."""
    [module] = [one for one in modules({}) if one.name == "old mail"]
    assert module.due()
    return module.work(Turn("w", clock.now() + timedelta(minutes=5), lambda: False))


def put(*names: str, said: dict[str, str]) -> None:
    with transaction.atomic():
        enqueue(
            Parcel(f"t:{name}", f"{name}@x.test", "fr", "t", {"list_unsubscribe": "https://d/s"}, shared=said)
            for name in names
        )


def test_the_words_of_old_mails_go_and_the_rows_stay(clock: Clock, settings):
    settings.OPTIONS.values["keep.mail_days"] = 100
    old, new = {"subject": "old", "text": "old words"}, {"subject": "new", "text": "new words"}
    put("a", "b", "waits", said=old)
    Delivery.objects.exclude(key="t:waits").update(state=S.DONE)
    for number, state in enumerate([MailState.MATCHED, MailState.OPEN]):
        row = receive(
            Received(f"<{number}@x>", MailKind.REPLY, sender="jean@x.test", subject="s", text="words")
        )
        InboundMail.objects.filter(pk=row.pk).update(state=state)
    clock.tick(days=99)
    assert work(clock) == 0
    clock.tick(days=2)
    put("c", said=new)
    Delivery.objects.filter(key="t:c").update(state=S.DONE)
    assert work(clock) == 3

    assert {row.key: bool(row.content) for row in Delivery.objects.all()} == {
        "t:a": False, "t:b": False, "t:waits": True, "t:c": True
    }  # fmt: skip
    assert Delivery.objects.get(key="t:a").recipient == "a@x.test"
    assert Body.objects.count() == 2  # one still waits to be sent
    gone, kept = InboundMail.objects.order_by("message_id")
    assert (gone.sender, gone.subject, gone.text) == ("(erased)", "", "")
    assert (kept.sender, kept.text) == ("jean@x.test", "words")
    changes = {row.kind: row.changes for row in AuditRow.objects.filter(kind__endswith="expired")}
    assert changes["delivery.expired"]["deliveries"] == 2
    assert changes["mail.expired"]["mails"] == 1

    Delivery.objects.update(state=S.CANCELLED)
    clock.tick(days=200)
    work(clock)
    assert not Body.objects.exists()
    assert work(clock) == 0
    settings.OPTIONS.values["keep.mail_days"] = 365
