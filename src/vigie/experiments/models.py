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
