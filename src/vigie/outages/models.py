"""Outages, what they affect, their inside log, their alarms."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vigie.notices.models import Thread
from vigie.notices.rules import DataLost, Effect
from vigie.outages.rules import FactKind, OutageKind, RoleName, State
from vigie.people.models import Person
from vigie.post.models import InboundMail
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
    title_fr = models.CharField(max_length=120, blank=True)
    title_en = models.CharField(max_length=120, blank=True)
    words = models.JSONField(default=dict)  # free words its announcement begins with
    asked_follower = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    planned_start = models.DateTimeField(null=True)  # as first announced
    planned_end = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)  # the contact confirmed it
    changed_at = models.DateTimeField(null=True)  # after announcing: a change notice is owed
    cancelled_at = models.DateTimeField(null=True)
    template = models.ForeignKey(
        "MaintenanceTemplate", on_delete=models.PROTECT, related_name="outages", null=True
    )
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
            models.CheckConstraint(
                condition=Q(follower__isnull=False) | Q(state__in=("draft", "cancelled")),
                name="announced_has_follower",
            ),
            models.UniqueConstraint(fields=["template", "planned_start"], name="one_outage_per_occurrence"),
        ]

    def __str__(self) -> str:
        return f"outage {self.pk}"


class AffectedManager(models.Manager["Affected"]):
    """Lines with their service: nobody reads a line without naming it."""

    def get_queryset(self) -> models.QuerySet["Affected"]:
        return super().get_queryset().select_related("service")


class Affected(models.Model):
    """One service in one outage, with its own effect, window and end."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="affected")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    effect = models.CharField(max_length=10, choices=list(EFFECT_LABELS.items()))
    starts_at = models.DateTimeField()
    expected_end = models.DateTimeField(null=True)
    first_expected_end = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)

    objects = AffectedManager()

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
    said = models.JSONField(default=dict)  # by Vigie itself: a sentence and its values (sayings.py)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answered_by")
    mail = models.ForeignKey(
        InboundMail, on_delete=models.PROTECT, null=True, related_name="+"
    )  # asked by mail
    answered_by_mail = models.BooleanField(default=False)
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


def reminder_hours() -> list[int]:
    """T−24 h and T−1 h (DESIGN §4)."""
    return [24, 1]


class CommunicationPolicy(models.Model):
    """The plan as data: one row per kind of outage; minutes, except where the name says days."""

    kind = models.CharField(max_length=10, primary_key=True, choices=list(KIND_LABELS.items()))
    first_within = models.PositiveIntegerField(default=5)
    update_every = models.PositiveIntegerField(default=30)
    report_working_days = models.PositiveIntegerField(default=5)
    backup_after = models.PositiveIntegerField(default=10)
    lead_after = models.PositiveIntegerField(default=20)
    announce_days = models.PositiveIntegerField(default=10)
    reminder_hours = models.JSONField(default=reminder_hours)
    second_person = models.BooleanField(default=False)  # who wrote a notice may not approve it

    def __str__(self) -> str:
        return self.kind


class NoticeRuleRow(models.Model):
    """How long before its start an outage of this size must be announced: a promise to the users, as data."""

    code = models.SlugField(unique=True)
    amount = models.PositiveIntegerField()
    unit = models.CharField(
        max_length=12, choices=[(unit, unit) for unit in ("hours", "days", "working_days")]
    )
    effect = models.CharField(max_length=10, choices=list(EFFECT_LABELS.items()))
    lasts_at_least = models.PositiveIntegerField(default=0)  # minutes

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.code


class MaintenanceTemplate(models.Model):
    """Recurring maintenance: what it affects, how long, when it comes again.

    `services` is {code: effect}; `recurrence` an RRULE of RFC 5545 (“FREQ=MONTHLY;BYDAY=2TU”) whose clock time is
    `at`, in the centre's zone; `words` free words {language: {section: text}} for its notices.
    """

    code = models.SlugField(unique=True)
    title_fr = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    services = models.JSONField()
    at = models.TimeField()
    minutes = models.PositiveIntegerField()
    recurrence = models.CharField(max_length=200, blank=True)
    anchor = models.DateField(null=True)  # every second month: counted from here; nothing comes before it
    words = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class Intervention(models.Model):
    """One of several works grouped into one outage: who does what, when, on which service, after which other."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="interventions")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=300)
    who = models.CharField(max_length=120, blank=True)
    services: models.ManyToManyField[Service, models.Model] = models.ManyToManyField(
        Service, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    after: models.ManyToManyField["Intervention", models.Model] = models.ManyToManyField(
        "self", symmetrical=False, related_name="before"
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outage", "number"], name="one_intervention_per_number"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="intervention_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.what}"
