"""The outbox: one row per thing to be handed to a channel, written with the change that wants it sent."""

from typing import ClassVar

from django.db import models

from vigie.kernel.intents import Intent, Intents


class Delivery(Intent):
    """One message for one recipient by one channel. `key` is unique: the same thing can't be enqueued twice."""

    key = models.CharField(max_length=300, unique=True)
    channel = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2)
    topic = models.CharField(max_length=100, db_index=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta(Intent.Meta):
        abstract = False
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient}: {self.state}"


OUTBOX = Intents(Delivery, born="created_at")
