"""The outbox: one row per thing to be handed to a channel, written with the change that wants it sent."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vigie.kernel.intents import Intent, Intents


class Body(models.Model):
    """What many deliveries have in common, kept once: a notice's version in one language. `digest` is the content's."""

    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"body {self.pk}"


class Delivery(Intent):
    """One message for one recipient by one channel. `key` is unique: the same thing can't be enqueued twice.

    `recipient` is a mail address, or for every other channel the name of a target (see `post.targets`). What is said is
    `body`, if others get the same, and `payload`, which is this one's own: see `content`.
    """

    key = models.CharField(max_length=300, unique=True)
    mark = models.CharField(
        max_length=40, blank=True, default="", db_index=True
    )  # left part of its Message-ID
    channel = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2)
    topic = models.CharField(max_length=100, db_index=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="deliveries")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    bounced_at = models.DateTimeField(null=True)  # taken by the server, then a bounce message came back
    diagnostic = models.CharField(max_length=1000, blank=True)

    class Meta(Intent.Meta):
        abstract = False
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            *Intent.Meta.indexes,
            models.Index(
                fields=["bounced_at"], condition=Q(bounced_at__isnull=False), name="bounced_deliveries"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient}: {self.state}"

    @property
    def content(self) -> dict[str, Any]:
        """All that is said; {} once it is no longer kept."""
        return {**self.body.content, **self.payload} if self.body else self.payload


OUTBOX = Intents(Delivery, born="created_at")


class Address(models.Model):
    """What bounce messages taught about an address (kept in small letters). No row: nothing bad is known."""

    address = models.CharField(max_length=254, unique=True)
    soft_bounces = models.PositiveIntegerField(default=0)
    last_soft_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)  # set: nothing more is sent there until a person clears it
    diagnostic = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-bounced_at", "address"]

    def __str__(self) -> str:
        return f"address {self.pk}"


class MailKind(models.TextChoices):
    REPLY = "reply", pgettext_lazy("mail", "reply")
    AUTO = "auto", pgettext_lazy("mail", "automatic answer")
    BOUNCE = "bounce", pgettext_lazy("mail", "bounce message")


class MailState(models.TextChoices):
    OPEN = "open", _("waits for a person")
    MATCHED = "matched", _("passed on")
    COUNTED = "counted", _("only counted")
    DISMISSED = "dismissed", _("dismissed")


class InboundMail(models.Model):
    """A mail that came in; one row per Message-ID, however often it is fetched.

    `topic` names what it answers, as for deliveries; "" while nobody knows. `text` is plain text, never HTML.
    """

    message_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=8, choices=MailKind.choices)
    state = models.CharField(max_length=10, choices=MailState.choices)
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    references = models.TextField(blank=True)
    topic = models.CharField(max_length=100, blank=True, db_index=True)
    language = models.CharField(max_length=2, blank=True)  # of the mail that it answers
    received_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"mail {self.pk}"
