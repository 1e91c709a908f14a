"""Door signs, the addresses of calendars, and what calendars were told of each shift."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from vigie.duty.models import Duty
from vigie.people.models import Language, Person


class Sign(models.Model):
    """A display at a door. Its address holds a secret of which only the hash is kept; it may expire or be revoked."""

    label = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FR)
    names = models.BooleanField(
        default=True
    )  # False: roles and telephones only, for a corridor open to visitors
    duties = models.JSONField(default=list)  # codes; none: every duty
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_asked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.label

    def works(self, now: datetime) -> bool:
        """Whether it shows anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class CalendarAddress(models.Model):
    """The number in the signed address of a person's or a duty's calendar: a new number makes the old address useless."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, null=True, related_name="calendar_address"
    )
    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, null=True, related_name="calendar_address")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(duty__isnull=True),
                name="calendar_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"calendar {self.number} of {self.person or self.duty}"


class CalendarEntry(models.Model):
    """What calendars were told of one shift: its name for ever, and how often it changed. `row` is the shift's number
    as long as it stands; an entry without is told as cancelled.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="calendar_entries")
    row = models.BigIntegerField(null=True, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="calendar_entries")
    level = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["starts_at", "level", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["duty", "ends_at"]),
            models.Index(fields=["person", "ends_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.level} {self.starts_at:%Y-%m-%d %H:%M}, told {self.sequence}"


class FormerHolder(models.Model):
    """Somebody's calendar was told that they hold a shift, and then they did not: it is told as cancelled there."""

    entry = models.ForeignKey(CalendarEntry, on_delete=models.CASCADE, related_name="former")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_shifts")
    level = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "person"], name="one_former_each"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, before: {self.entry}"


class KeptUp(models.Model):
    """Up to which news the entries of a duty stand: a calendar asked for a thousand times compares once."""

    duty = models.OneToOneField(Duty, on_delete=models.CASCADE, primary_key=True, related_name="kept_up")
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.duty} at event {self.event_id}"
