"""Duties as data: when each is held, by how many, who may hold it, and who follows whom."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vigie.duty.rules import Every, Pattern, Rhythm, clock_times
from vigie.people.models import Person


def every_day() -> list[int]:
    """Monday to Sunday."""
    return list(range(7))


class RhythmName(models.TextChoices):
    HAND = Rhythm.HAND.value, _("entered by hand")
    ROUND = Rhythm.ROUND.value, _("round the clock, from each hand-over to the next")
    OFFICE = Rhythm.OFFICE.value, _("office hours, from the first hand-over to the closing time")
    WEEKLY = Rhythm.WEEKLY.value, _("by the week")


class Duty(models.Model):
    """A rota: Production ("de Production"), Support, TPM, any other; and when it is held, by how many."""

    code = models.SlugField(unique=True)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    rank = models.PositiveIntegerField(default=100)
    rhythm = models.CharField(max_length=8, choices=RhythmName.choices, default=RhythmName.HAND)
    handovers = models.JSONField(default=list)  # ["08:00", "20:00"], wall-clock times of the centre
    closes = models.TimeField(null=True)  # of office hours
    weekdays = models.JSONField(default=every_day)  # [0, 1, 2, 3, 4]: Monday is 0
    on_holidays = models.BooleanField(default=True)
    levels = models.PositiveSmallIntegerField(default=1)  # 1: a primary; 2: and a backup…
    minimum = models.PositiveSmallIntegerField(default=1)  # people in the rota below which it can't be held
    ideal = models.PositiveSmallIntegerField(default=1)
    needs_approval = models.BooleanField(default=False)  # a lead decides on swaps that two agreed on
    phone_public = models.BooleanField(default=False)  # its telephone may be shown to everybody
    checklist_fr = models.TextField(blank=True)  # one line per thing to do at a hand-over
    checklist_en = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["rank", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(levels__gte=1, levels__lte=9), name="duty_levels_1_to_9"),
            models.CheckConstraint(condition=Q(ideal__gte=F("minimum")), name="duty_ideal_not_below_minimum"),
        ]

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return self.name_fr if language == "fr" else self.name_en

    def checklist(self, language: str) -> list[str]:
        """What is gone through at a hand-over, line by line; the other language where one has none."""
        first, second = self.checklist_fr, self.checklist_en
        text = (first or second) if language == "fr" else (second or first)
        return [line.strip() for line in text.splitlines() if line.strip()]

    @property
    def pattern(self) -> Pattern:
        """When it is held, as the rules read it."""
        return Pattern(
            rhythm=Rhythm(self.rhythm),
            handovers=clock_times(" ".join(self.handovers)),
            closes=self.closes,
            weekdays=frozenset(self.weekdays),
            on_holidays=self.on_holidays,
        )


class Qualification(models.Model):
    """A person may hold a duty from `since` (in) to `until` (out). A duty without any row asks for none."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="qualifications")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="qualifications")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["duty", "person__name", "since"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="qualification_ends_after_start",
            ),
            models.UniqueConstraint(fields=["duty", "person", "since"], name="one_qualification_each"),
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.duty} from {self.since}"


class Rotation(models.Model):
    """Who follows whom in a duty from `starts_on` until the next rotation begins."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="rotations")
    starts_on = models.DateField()
    every = models.CharField(max_length=5, choices=[(each.value, each.value) for each in Every])
    offsets = models.JSONField(default=list)  # [0, 1]: the backup is the next in the list

    class Meta:
        ordering: ClassVar = ["duty", "starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["duty", "starts_on"], name="one_rotation_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.duty} from {self.starts_on}"


class RotationPlace(models.Model):
    """One person's place in the list, from 0."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="places")
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rotation_places")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rotation", "number"], name="one_person_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.person}"
