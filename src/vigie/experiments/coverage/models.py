"""Coverage as entered, what changes hands, and which hole was told when."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from vigie.duty.models import Duty
from vigie.experiments.coverage.rules import Level
from vigie.experiments.models import Experiment
from vigie.people.models import Person
from vigie.services.models import Service

LEVELS = {
    Level.TRAINING: pgettext_lazy("coverage", "in training"),
    Level.BACKUP: pgettext_lazy("coverage", "backup"),
    Level.PRIMARY: pgettext_lazy("coverage", "primary"),
}


class Coverage(models.Model):
    """A person covers a line (an experiment; none: general support) from a day on, until a day that is no longer in it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="coverages")
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, null=True, related_name="coverages")
    level = models.CharField(max_length=10, choices=[(level.value, level.value) for level in Level])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["starts_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="coverage_ends_after_start",
            ),
            models.UniqueConstraint(fields=["person", "experiment", "starts_on"], name="one_coverage_each"),
            models.UniqueConstraint(
                fields=["person", "starts_on"],
                condition=Q(experiment__isnull=True),
                name="one_general_coverage_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.experiment or 'general support'} ({self.level})"


class TakingOverState(models.TextChoices):
    OPEN = "open", "open"
    DONE = "done", "done"
    DROPPED = "dropped", "dropped"


class TakingOver(models.Model):
    """An activity that goes from one person to another by a day: a line, a duty, a service, or anything in words."""

    key = models.CharField(max_length=80, unique=True)  # a second click makes no second row
    what = models.CharField(max_length=300, blank=True)
    general = models.BooleanField(default=False)  # general support, the line without an experiment
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, null=True, related_name="+")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    giver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="given_over")
    taker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="taken_over")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=TakingOverState.choices, default=TakingOverState.OPEN)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    closed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return f"taking-over {self.pk}"


class Warned(models.Model):
    """The leads were told of a hole, so many months before; the line as text: it outlives its experiment."""

    line = models.CharField(max_length=60)
    state = models.CharField(max_length=8)
    starts_on = models.DateField()
    months = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "state", "starts_on", "months"], name="told_once_each")
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.state} {self.starts_on} −{self.months}"
