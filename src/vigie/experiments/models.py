"""Experiments (collaborations, VOs): the customers, their contacts, what they use."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from vigie.services.models import Service


class Experiment(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    domain = models.CharField(max_length=120, blank=True)
    uses: models.ManyToManyField[Service, models.Model] = models.ManyToManyField(
        Service, related_name="experiments"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ContactRole(models.TextChoices):
    COMPUTING = "computing", "computing"
    SPOKESPERSON = "spokesperson", "spokesperson"
    LIST = "list", "list"


ROLE_LABELS = {
    ContactRole.COMPUTING: pgettext_lazy("contact", "computing"),
    ContactRole.SPOKESPERSON: pgettext_lazy("contact", "spokesperson"),
    ContactRole.LIST: pgettext_lazy("contact", "mailing list"),
}


class Contact(models.Model):
    """Somebody outside who is told, or a list address; no account here."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr")
    stopped_at = models.DateTimeField(null=True, blank=True)  # they asked for no more mails themself
    role = models.CharField(max_length=12, choices=ContactRole.choices, default=ContactRole.COMPUTING)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "address", "name"], name="one_contact_each")
        ]

    def __str__(self) -> str:
        return self.name


class FarmAccount(models.Model):
    """An account that submits jobs on a cluster: to whom it belongs, so that somebody can be asked in their language."""

    cluster = models.CharField(max_length=60)
    username = models.CharField(max_length=64)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    person_name = models.CharField(max_length=120, blank=True)
    mail = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr")
    active = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # since when it is not active

    class Meta:
        ordering: ClassVar = ["cluster", "username"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cluster", "username"], name="one_account_each")
        ]
        indexes: ClassVar = [models.Index(fields=["mail"])]

    def __str__(self) -> str:
        return f"account {self.pk}"


class AccountSource(models.Model):
    """Where accounts come from (a file, a command, a directory): how the last reading went."""

    code = models.CharField(max_length=20, unique=True)
    rows = models.PositiveIntegerField(default=0)  # of the last reading that was taken
    read_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)  # of the last reading, if it was not taken
    problem_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code
