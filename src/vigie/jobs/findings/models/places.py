"""The map of the farm, and when its services were not well."""

from typing import ClassVar

from django.db import models

from vigie.jobs.findings.rules import PlaceKind
from vigie.services.models import Service


class Place(models.Model):
    """A cluster, one of its queues or one of its nodes: where it stands, and the service that it is part of.

    A node's own service is preferred to its queue's, that to its cluster's (whose `name` is the cluster's).
    """

    cluster = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in PlaceKind])
    name = models.CharField(max_length=200)
    rack = models.CharField(max_length=60, blank=True)
    room = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=100, blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="places")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["cluster", "kind", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cluster", "kind", "name"], name="one_place_each"),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} {self.kind} {self.name}"


class OutageWindow(models.Model):
    """A service was, is or will be down or degraded: what the jobs know of outages, written by a reaction.

    `outage_id` is a number, not a key: outages stand above. `ends_at` null: no end is known yet.
    """

    outage_id = models.BigIntegerField(db_index=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    effect = models.CharField(max_length=10)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outage_id", "service"], name="one_window_each"),
        ]

    def __str__(self) -> str:
        return f"{self.service} in outage {self.outage_id}"
