"""Duties, shifts, and escalations in progress."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from vigie.people.models import Person


class Duty(models.Model):
    """A rota: Production ("de Production"), Support, TPM, any other."""

    code = models.SlugField(unique=True)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    rank = models.PositiveIntegerField(default=100)

    class Meta:
        ordering: ClassVar = ["rank", "code"]

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return self.name_fr if language == "fr" else self.name_en


class Shift(models.Model):
    """Who holds a duty from `starts_at` (in) to `ends_at` (out); level 1 is the primary, 2 the backup…"""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    level = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["starts_at", "level"]
        indexes: ClassVar = [models.Index(fields=["duty", "starts_at", "ends_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"),
            models.CheckConstraint(condition=Q(level__gte=1), name="shift_level_from_one"),
            models.UniqueConstraint(fields=["duty", "person", "level", "starts_at"], name="one_shift_each"),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.level}: {self.person} {self.starts_at:%Y-%m-%d %H:%M}"


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
