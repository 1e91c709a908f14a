"""Tables of the kernel: audit, events and their dispatch, locks of the worker, facts of the installation."""

from typing import ClassVar

from django.db import models


class AuditRow(models.Model):
    """Who changed what, when, from what to what, and why. Actor and subject are text: they outlive their rows."""

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject_kind", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind} {self.subject_kind} {self.subject_id} by {self.actor_label}"


class EventRow(models.Model):
    """What happened, written in the same transaction as the change itself."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=60, db_index=True)
    payload = models.JSONField(default=dict)
    settled = models.BooleanField(default=False, db_index=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class Dispatch(models.Model):
    """One reaction to one event: done, or to be tried again at `next_at`, or set apart for a person."""

    event = models.ForeignKey(EventRow, on_delete=models.CASCADE, related_name="dispatches")
    reaction = models.CharField(max_length=120)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    set_apart = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "reaction"], name="one_dispatch_each")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.reaction}"


class ModuleRun(models.Model):
    """The lock and the last result of one worker module; a lease, so that a killed worker gives it back."""

    module = models.CharField(max_length=60, primary_key=True)
    owner = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True)
    last_ok = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.module


class Installation(models.Model):
    """Facts of this database itself: one row. `demo` opens the demo's doors, and only there."""

    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="one_installation")]

    def __str__(self) -> str:
        return "demo" if self.demo else "installation"
