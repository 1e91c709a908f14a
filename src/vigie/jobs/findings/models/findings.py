"""Findings that last: the cause, what each look measured of it, and whose jobs it hits."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from vigie.experiments.models import Experiment
from vigie.jobs.findings.rules import Basis, Course, Presence

BASIS_LABELS = {
    Basis.RUNNING: pgettext_lazy("jobs", "running"),
    Basis.FINISHED: pgettext_lazy("jobs", "finished"),
}
COURSE_LABELS = {
    Course.NEW: pgettext_lazy("finding", "new"),
    Course.BACK: pgettext_lazy("finding", "back"),
    Course.GROWING: pgettext_lazy("finding", "growing"),
    Course.STEADY: pgettext_lazy("finding", "steady"),
    Course.SHRINKING: pgettext_lazy("finding", "shrinking"),
    Course.GONE: pgettext_lazy("finding", "gone"),
}


class Synthesis(models.Model):
    """One look at the jobs of a cluster: how many there were, what was wrong with them, what stayed unexplained.

    Of running jobs one row for each hour (the last look of it), of finished ones one for each day of the centre.
    """

    cluster = models.CharField(max_length=60)
    basis = models.CharField(max_length=8, choices=list(BASIS_LABELS.items()))
    slot = models.DateTimeField()  # the beginning of the hour, or of the day
    day = models.DateField()  # of the centre
    at = models.DateTimeField()  # the moment of which it speaks: of the samples, or the end of the day
    jobs = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()
    users = models.PositiveIntegerField(default=0)  # of flagged jobs
    lost_core_hours = models.FloatField()  # so far
    lost_per_day = models.FloatField()  # core-hours a day, at the rate of this look
    unexplained_core_hours = models.FloatField()
    unjudged = models.PositiveIntegerField(default=0)  # jobs without the measurements that a verdict needs

    class Meta:
        ordering: ClassVar = ["-at", "cluster"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cluster", "basis", "slot"], name="one_synthesis_each"),
        ]
        indexes: ClassVar = [models.Index(fields=["basis", "-at"])]

    def __str__(self) -> str:
        return f"{self.cluster} {self.basis} {self.slot:%Y-%m-%d %H:%M}"


class Finding(models.Model):
    """A cause: what a set of bad jobs of one cluster has in common (`where`: {attribute: value}).

    The same cause tomorrow is this row. The numbers are those of the last look that found it; what they were before
    is in `measures`. `course` is the word for how it goes, as the last look decided it.
    """

    cluster = models.CharField(max_length=60)
    where = models.JSONField()
    key = models.CharField(max_length=64, unique=True)
    presence = models.CharField(max_length=4, default=Presence.HERE, db_index=True)
    course = models.CharField(max_length=9, choices=list(COURSE_LABELS.items()), default=Course.NEW)
    basis = models.CharField(max_length=8, choices=list(BASIS_LABELS.items()))  # of the numbers below
    first_seen = models.DateTimeField()
    since = models.DateTimeField(null=True)  # the start of the first of its jobs, as far as is known
    back_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    seen_running = models.DateTimeField(null=True)
    seen_finished = models.DateTimeField(null=True)
    jobs = models.PositiveIntegerField(default=0)
    flagged = models.PositiveIntegerField(default=0)
    users = models.PositiveIntegerField(default=0)
    lost_core_hours = models.FloatField(default=0)
    lost_per_day = models.FloatField(default=0)
    risk_ratio = models.FloatField(null=True)  # null: no job outside the cause is bad
    low = models.FloatField(default=0)
    high = models.FloatField(null=True)  # same
    sentence_fr = models.TextField(default="")
    sentence_en = models.TextField(default="")

    class Meta:
        ordering: ClassVar = ["-lost_per_day", "pk"]

    def __str__(self) -> str:
        return f"finding {self.pk}"

    @property
    def last_seen(self) -> datetime:
        """The last moment of which a look spoke that found it."""
        return max((at for at in (self.seen_running, self.seen_finished) if at), default=self.first_seen)

    def sentence(self, language: str) -> str:
        return self.sentence_fr if language == "fr" else self.sentence_en


class FindingMeasure(models.Model):
    """What one look measured of a finding; kept like the looks, by the hour or the day."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="measures")
    synthesis = models.ForeignKey(Synthesis, on_delete=models.CASCADE, related_name="measures")
    jobs = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()
    users = models.PositiveIntegerField(default=0)
    lost_core_hours = models.FloatField()
    lost_per_day = models.FloatField()
    risk_ratio = models.FloatField(null=True)
    low = models.FloatField(default=0)
    high = models.FloatField(null=True)

    class Meta:
        ordering: ClassVar = ["synthesis__at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "synthesis"], name="one_measure_each"),
        ]

    def __str__(self) -> str:
        return f"{self.finding} in {self.synthesis}"


class FindingShare(models.Model):
    """The part of an experiment (null: jobs of none) in a look: in one of its findings, or in all (finding null)."""

    synthesis = models.ForeignKey(Synthesis, on_delete=models.CASCADE, related_name="shares")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, null=True, related_name="shares")
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, null=True, related_name="+")
    flagged = models.PositiveIntegerField()
    users = models.PositiveIntegerField()
    lost_core_hours = models.FloatField()
    lost_per_day = models.FloatField()

    class Meta:
        ordering: ClassVar = ["-lost_per_day", "pk"]

    def __str__(self) -> str:
        return f"{self.experiment or 'no experiment'} in {self.finding or self.synthesis}"
