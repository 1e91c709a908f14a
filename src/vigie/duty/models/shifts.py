"""Shifts, what changed in them, who is away, and who swaps with whom."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vigie.duty.models.duties import Duty
from vigie.duty.rules import Span
from vigie.people.models import Person


class Origin(models.TextChoices):
    HAND = "hand", _("entered by hand")
    ROTATION = "rotation", _("by the rotation")
    SWAP = "swap", _("by a swap")


class Shift(models.Model):
    """Who holds a duty from `starts_at` (in) to `ends_at` (out); level 1 is the primary, 2 the backup…

    Only what a rotation made is a rotation's to change, and only before it begins.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    level = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.HAND)
    sequence = models.PositiveIntegerField(default=0)  # how often it changed: SEQUENCE of its calendar entry

    class Meta:
        ordering: ClassVar = ["starts_at", "level"]
        indexes: ClassVar = [
            models.Index(fields=["duty", "starts_at", "ends_at"]),
            models.Index(fields=["starts_at"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"),
            models.CheckConstraint(condition=Q(level__gte=1), name="shift_level_from_one"),
            models.UniqueConstraint(fields=["duty", "person", "level", "starts_at"], name="one_shift_each"),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.level}: {self.person} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class ShiftChange(models.Model):
    """A person gained or lost a shift to come: what the mail that tells them of it is made from."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shift_changes")
    duty = models.ForeignKey(Duty, on_delete=models.CASCADE)
    level = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    gained = models.BooleanField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["at"], condition=Q(told_at__isnull=True), name="shift_changes_untold")
        ]

    def __str__(self) -> str:
        return f"{self.person} {'+' if self.gained else '-'}{self.duty} {self.starts_at:%Y-%m-%d %H:%M}"


class AbsenceCalendar(models.Model):
    """An iCal address that says when a person is away. What was last read counts while its server is down."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="absence_calendar")
    address = models.CharField(max_length=500)
    only = models.CharField(max_length=60, blank=True)  # only events whose title holds this word
    checked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)  # when it could last be read
    failing_since = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    aside = models.JSONField(default=list)  # [[what, why]]: events that could not be understood

    def __str__(self) -> str:
        return f"calendar of {self.person}"


class Absence(models.Model):
    """A person is away from `starts_at` (in) to `ends_at` (out). Why is theirs to write or not."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=120, blank=True)
    calendar = models.ForeignKey(
        AbsenceCalendar, on_delete=models.CASCADE, null=True, related_name="absences"
    )

    class Meta:
        ordering: ClassVar = ["starts_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["person", "ends_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.person} away {self.starts_at:%Y-%m-%d}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class SwapState(models.TextChoices):
    OPEN = "open", pgettext_lazy("swap", "waits for an answer")
    ACCEPTED = "accepted", pgettext_lazy("swap", "waits for a lead")
    DONE = "done", pgettext_lazy("swap", "done")
    DECLINED = "declined", pgettext_lazy("swap", "declined")
    REFUSED = "refused", pgettext_lazy("swap", "refused by a lead")
    WITHDRAWN = "withdrawn", pgettext_lazy("swap", "withdrawn")
    EXPIRED = "expired", pgettext_lazy("swap", "expired")


class Swap(models.Model):
    """Somebody offers a shift to come: to one person or to whoever can, for nothing or for a shift in return.

    The spans are kept beside the rows: a shift that a rotation later takes away leaves its swap readable.
    """

    key = models.UUIDField(unique=True)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="swaps")
    shift = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, related_name="swaps")
    level = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    in_return = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, related_name="swaps_in_return")
    return_starts_at = models.DateTimeField(null=True)
    return_ends_at = models.DateTimeField(null=True)
    offered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps_offered")
    offered_to = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="swaps_received")
    accepted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="swaps_accepted"
    )
    state = models.CharField(max_length=10, choices=SwapState.choices, default=SwapState.OPEN)
    why = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=300, blank=True)  # why it was declined or refused
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shift"],
                condition=Q(state__in=["open", "accepted"]),
                name="one_live_swap_a_shift",
            )
        ]

    def __str__(self) -> str:
        return f"swap {self.pk}: {self.duty} {self.starts_at:%Y-%m-%d %H:%M} of {self.offered_by}"
