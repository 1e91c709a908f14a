"""Subscriptions of persons, requests that wait for a confirmation, mailing lists of the centre."""

from typing import ClassVar

from django.db import models

from vigie.notices.subscriptions.rules import TopicKind
from vigie.services.models import Service

LANGUAGES = [("fr", "Français"), ("en", "English")]


class Subscription(models.Model):
    """One address wants to hear of one thing. Confirmed by its owner, or it would not be here."""

    address = models.CharField(max_length=254)  # in small letters
    language = models.CharField(max_length=2, choices=LANGUAGES)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in TopicKind])
    code = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["address", "kind", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "kind", "code"], name="one_subscription_each")
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class Request(models.Model):
    """Somebody typed an address into the public form. Nothing of it is kept but what limits how often that works.

    `address` and `client` are digests: a person who never confirms leaves no address here.
    """

    at = models.DateTimeField(db_index=True)
    address = models.CharField(max_length=64, db_index=True)
    client = models.CharField(max_length=64, db_index=True)
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"request {self.pk}"


class MailingList(models.Model):
    """A list address of the centre: told always, or when one of its services is concerned."""

    name = models.CharField(max_length=120)
    address = models.CharField(max_length=254, unique=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="fr")
    always = models.BooleanField(default=True)
    services: models.ManyToManyField[Service, models.Model] = models.ManyToManyField(
        Service, blank=True, related_name="+"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
