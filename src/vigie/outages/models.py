"""Outages, what they affect, their inside log, their alarms."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vigie.notices.models import Thread
from vigie.notices.rules import DataLost, Effect
from vigie.outages.rules import FactKind, OutageKind, RoleName, State
from vigie.people.models import Person
from vigie.services.models import Service

KIND_LABELS = {OutageKind.SCHEDULED: _("scheduled"), OutageKind.SUDDEN: _("sudden")}
STATE_LABELS = {
    State.DRAFT: _("draft"),
    State.ANNOUNCED: _("announced"),
    State.ONGOING: _("ongoing"),
    State.ENDED: _("ended"),
    State.REVIEWED: _("reviewed"),
    State.CANCELLED: _("cancelled"),
}
EFFECT_LABELS = {Effect.DOWN: _("down"), Effect.DEGRADED: _("degraded"), Effect.AT_RISK: _("at risk")}
DATA_LABELS = {
    DataLost.UNKNOWN: _("not known yet"),
    DataLost.NO: _("no data lost"),
    DataLost.YES: _("data lost"),
}
ROLE_LABELS = {RoleName.CONTACT: _("operations contact"), RoleName.FOLLOWER: _("follower (Support)")}


class Outage(models.Model):
    """A time when services are down, degraded or at risk. `contact` is never empty; neither is `follower` of a
    sudden one. A stand-in follower holds the role until the next Support shift begins.
    """

    kind = models.CharField(max_length=10, choices=list(KIND_LABELS.items()))
    state = models.CharField(max_length=10, choices=list(STATE_LABELS.items()), db_index=True)
    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contact_of")
    follower = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="follower_of", null=True)
    follower_stands_in = models.BooleanField(default=False)
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=200)
    origin = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True, null=True)
    starts_at = models.DateTimeField()
    expected_end = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    next_update_by = models.DateTimeField(null=True)
    false_alarm = models.BooleanField(default=False)
    data_lost = models.CharField(max_length=8, choices=list(DATA_LABELS.items()), default=DataLost.UNKNOWN)
    reviewed_at = models.DateTimeField(null=True)
    review_fr = models.TextField(blank=True)
    review_en = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-starts_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("starts_at")), name="ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(follower__isnull=False) | Q(kind="scheduled"), name="sudden_has_follower"
            ),
        ]

    def __str__(self) -> str:
        return f"outage {self.pk}"


class Affected(models.Model):
    """One service in one outage, with its own effect, window and end."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="affected")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    effect = models.CharField(max_length=10, choices=list(EFFECT_LABELS.items()))
    starts_at = models.DateTimeField()
    expected_end = models.DateTimeField(null=True)
    first_expected_end = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["service__rank", "service__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outage", "service"], name="one_row_per_service"),
            models.CheckConstraint(
                condition=Q(restored_at__isnull=True) | Q(restored_at__gte=F("starts_at")),
                name="restored_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.effect}"


class Fact(models.Model):
    """One line of the inside log: never changed, never deleted."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="facts")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in FactKind])
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    text = models.TextField()
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answered_by")
    key = models.CharField(max_length=80, unique=True, null=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.author_label}: {self.text[:60]}"


class Alarm(models.Model):
    """One alarm of a monitoring system, known by its fingerprint. Firing again within minutes it is the same row (it
    flaps); later it is a new one.
    """

    source = models.CharField(max_length=30)
    fingerprint = models.CharField(max_length=120)
    firing = models.BooleanField(default=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, null=True, related_name="alarms")
    summary = models.CharField(max_length=500)
    severity = models.CharField(max_length=30, blank=True)
    labels = models.JSONField(default=dict)
    link = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    problem = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)  # a person decided: nothing more to do …
    settled_severity = models.CharField(
        max_length=30, blank=True
    )  # … at this severity; a worse one is judged anew

    class Meta:
        ordering: ClassVar = ["-last_seen"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "fingerprint"], condition=Q(firing=True), name="one_firing_alarm"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.summary}"


class CommunicationPolicy(models.Model):
    """The plan as data: one row per kind of outage; minutes, except where the name says days."""

    kind = models.CharField(max_length=10, primary_key=True, choices=list(KIND_LABELS.items()))
    first_within = models.PositiveIntegerField(default=5)
    update_every = models.PositiveIntegerField(default=30)
    report_working_days = models.PositiveIntegerField(default=5)
    backup_after = models.PositiveIntegerField(default=10)
    lead_after = models.PositiveIntegerField(default=20)

    def __str__(self) -> str:
        return self.kind
