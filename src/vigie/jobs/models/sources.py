"""Where jobs come from: batch systems that are asked, files that were brought in, and lines that nobody could read."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class BatchSource(models.Model):
    """A batch system that is asked by itself, `[batch.NAME]`: how far its history is on the disk, and how it answers.

    All that ended before `until` is in the lake. Away: it has not answered since `away_since`, for `problem`.
    """

    name = models.SlugField(max_length=40, unique=True)
    adapter = models.CharField(max_length=60)
    cluster = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True)
    cursor = models.DateTimeField(null=True)  # how far the present round has come; null: none is under way
    window_s = models.PositiveIntegerField(
        default=0
    )  # asked at once; it shrinks when that is too much; 0: whole
    next_at = models.DateTimeField(null=True)  # not asked before; null: at once
    asked_at = models.DateTimeField(null=True)
    took_s = models.FloatField(default=0)  # of the last time
    sampled_at = models.DateTimeField(null=True)
    running = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    away_since = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    jobs = models.PositiveBigIntegerField(default=0)  # attempts that were new to the lake, ever
    asides = models.PositiveBigIntegerField(default=0)  # lines that could not be read at the last time
    notes = models.JSONField(default=dict)  # what was mended or left out at the last time: {words: how often}

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class JobImport(models.Model):
    """A file of jobs that was brought in. Until `ended_at` it is being read, or the reading died; again does no harm."""

    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    format = models.CharField(max_length=40)
    file = models.CharField(max_length=500)  # its name, without the folders above
    new = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    same = models.PositiveBigIntegerField(default=0)
    not_ended = models.PositiveBigIntegerField(default=0)
    asides = models.PositiveBigIntegerField(default=0)
    notes = models.JSONField(default=dict)  # what the reader mended or left out: {words: how often}
    problem = models.CharField(max_length=500, blank=True)  # why nothing more of it could be read

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file} ({self.format})"


class LineAside(models.Model):
    """A line that could not be read, as it came: of a file, or of what a batch system printed."""

    imported = models.ForeignKey(JobImport, on_delete=models.CASCADE, null=True, related_name="lines")
    source = models.ForeignKey(BatchSource, on_delete=models.CASCADE, null=True, related_name="lines")
    at = models.DateTimeField()
    line = models.PositiveBigIntegerField(default=0)  # from 1; 0: it has no number
    reason = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=64)  # the same line of the same source is kept once

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(imported__isnull=True) ^ Q(source__isnull=True), name="line_of_one_origin"
            ),
            models.UniqueConstraint(fields=["source", "digest"], name="one_line_aside_each"),
        ]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
