"""Something owed that climbs until it is done."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from vigie.people.models import Person


class Escalation(models.Model):
    """Something owed that climbs until it is done. `key` names what is owed; only one may be open for it."""

    key = models.CharField(max_length=120)
    what_fr = models.CharField(max_length=300)
    what_en = models.CharField(max_length=300)
    path = models.CharField(max_length=200)
    rungs = models.JSONField()
    told = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at__isnull=True), name="one_open_escalation"
            )
        ]

    def __str__(self) -> str:
        return self.key


class EscalationStep(models.Model):
    """Somebody was told; or nobody could be, and `note` says why."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="steps")
    rung = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.escalation} rung {self.rung}: {self.person or self.note}"
