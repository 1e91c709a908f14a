"""A file that somebody sent by the page: looked at, wanted, applied. Its content goes once it is applied."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vigie.people.models import Person


class UploadState(models.TextChoices):
    LOOKED = "looked", _("looked at")
    WANTED = "wanted", _("is being applied")
    APPLIED = "applied", _("applied")
    FAILED = "failed", _("could not be applied")


class Upload(models.Model):
    """One file of one kind. `seen` is the difference as it was shown, `fingerprint` what it would do exactly.

    `begun_at` is set when the first row may have been written: from then on it is finished whatever else changes.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    toml = models.BooleanField(default=False)
    content = models.BinaryField(null=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, choices=UploadState.choices, default=UploadState.LOOKED)
    fingerprint = models.CharField(max_length=64)
    seen = models.JSONField(default=dict)
    steps = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def bad(self) -> list[dict[str, Any]]:
        """The lines kept aside: when it was applied, or else when it was looked at."""
        found: list[dict[str, Any]] = (self.outcome or self.seen).get("bad", [])
        return found
