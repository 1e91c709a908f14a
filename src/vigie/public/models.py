"""What was built and pushed, and what went wrong."""

from typing import ClassVar

from django.db import models


class Build(models.Model):
    """One making of the static site; `error` is empty when it is whole.

    `event_id` is the newest event that it may be trusted to contain, `turns_at` the instant at which its pages
    would say something else though nothing is published (a promise passes).
    """

    at = models.DateTimeField()
    event_id = models.PositiveBigIntegerField()
    turns_at = models.DateTimeField(null=True)
    folder = models.TextField()
    digest = models.CharField(max_length=64, blank=True)
    files = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.error or f'{self.written} of {self.files} files'}"


class Push(models.Model):
    """One run of the command that copies the folder to the host outside; `output` is its last words."""

    at = models.DateTimeField()
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="pushes")
    ok = models.BooleanField()
    output = models.TextField(blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {'ok' if self.ok else self.output[:200]}"
