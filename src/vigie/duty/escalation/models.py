"""Calling policies, escalations and each of their steps, and where else than by mail a person is called."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vigie.duty.escalation.rules import Plan, Quiet, Standing, StepKind, Urgency
from vigie.duty.models import Duty
from vigie.people.models import Person

STEP_LABELS = {
    StepKind.CALLED: pgettext_lazy("escalation", "called"),
    StepKind.NOBODY: _("nobody to call"),
    StepKind.HELD: _("waits for the end of quiet hours"),
    StepKind.ACKNOWLEDGED: pgettext_lazy("escalation", "acknowledged"),
    StepKind.LAPSED: _("still owed: climbs on"),
    StepKind.EXHAUSTED: _("nobody answered"),
    StepKind.CLOSED: pgettext_lazy("escalation", "over"),
}
URGENCY_LABELS = {Urgency.HIGH: _("urgent"), Urgency.LOW: _("can wait for the end of quiet hours")}


class CallingPolicy(models.Model):
    """How a duty is called, as data; minutes. No row: the defaults. `patience` is how long something may wait for
    this duty (an alarm that nobody judged, a hand-over that nobody accepted) before somebody is called.
    """

    duty = models.OneToOneField(Duty, on_delete=models.CASCADE, related_name="calling")
    patience = models.PositiveIntegerField(_("What waits calls after (minutes)"), default=15)
    backup_after = models.PositiveIntegerField(
        _("No answer: the backup is called after (minutes)"), default=10
    )
    lead_after = models.PositiveIntegerField(_("Then the lead after (minutes)"), default=10)
    again_after = models.PositiveIntegerField(_("Then from the start after (minutes)"), default=15)
    rounds = models.PositiveIntegerField(_("Times in all"), default=3)
    grace = models.PositiveIntegerField(_("Acknowledged but not done: climbs on after (minutes)"), default=60)
    hands_over = models.BooleanField(_("Each shift is handed over to the next here"), default=False)
    quiet_from = models.TimeField(_("Quiet hours from"), null=True, blank=True)
    quiet_until = models.TimeField(_("Quiet hours until"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_whole",
            )
        ]

    def __str__(self) -> str:
        return f"calling {self.duty}"

    @property
    def quiet(self) -> Quiet | None:
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return Quiet(self.quiet_from, self.quiet_until)

    @property
    def waits(self) -> timedelta:
        return timedelta(minutes=self.patience)


class Escalation(models.Model):
    """Something owed that calls until it is done. `key` names what is owed; only one may be open for it.

    `plan` is frozen at the opening; `called` counts the rungs called so far over all rounds.
    """

    key = models.CharField(max_length=120)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, related_name="+")
    urgency = models.CharField(max_length=4, choices=list(URGENCY_LABELS.items()), default=Urgency.HIGH)
    what_fr = models.CharField(max_length=300)
    what_en = models.CharField(max_length=300)
    path = models.CharField(max_length=200)
    plan = models.JSONField()
    called = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(db_index=True)
    moved_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at__isnull=True), name="one_open_call_each"
            )
        ]

    def __str__(self) -> str:
        return self.key

    def what(self, language: str) -> str:
        return self.what_fr if language == "fr" else self.what_en

    @property
    def the_plan(self) -> Plan:
        return Plan.of_json(self.plan)

    @property
    def standing(self) -> Standing:
        return Standing(self.opened_at, self.called, self.moved_at, self.acknowledged_at)

    @property
    def topic(self) -> str:
        """Under which its calls stand in the outbox."""
        return f"escalation:{self.pk}"


class EscalationStep(models.Model):
    """One step of an escalation: who was called at which rung, who acknowledged, what held it; never changed but for
    `answered_at`, the moment its link was used.
    """

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=list(STEP_LABELS.items()))
    number = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["escalation", "number", "person"],
                condition=Q(kind="called"),
                name="one_call_per_rung_and_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.escalation} {self.kind} {self.person or self.note}"


class Pager(models.Model):
    """Where else than by mail a person is called: the name of a target (see `post.targets`), never its address."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"pager of {self.person}"
