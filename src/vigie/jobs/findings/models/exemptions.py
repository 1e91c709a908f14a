"""What is left alone for a while, and why."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vigie.jobs.findings.rules import ExemptionKind

EXEMPTION_LABELS = {
    ExemptionKind.USER: _("user"),
    ExemptionKind.EXPERIMENT: _("experiment"),
    ExemptionKind.QUEUE: _("queue"),
    ExemptionKind.JOB: _("job"),
}


class Exemption(models.Model):
    """Jobs of a user, an experiment or a queue, or one job, are not called bad until a day. `cluster` "": on any."""

    kind = models.CharField(max_length=10, choices=list(EXEMPTION_LABELS.items()))
    value = models.CharField(max_length=200)
    cluster = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500)
    until = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)  # before `until`, by hand
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["until", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "value", "cluster"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_exemption",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
