"""Threads, notices, and the versions of each."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vigie.notices.rules import Facts, Kind
from vigie.people.models import Person


class Thread(models.Model):
    """Everything told outside about one thing, from the first notice to the report.

    The other columns say where it stands for readers, so that lists of thousands need no text: they repeat what the
    published versions hold, are written with each of them, and are empty before the first.
    """

    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, db_index=True)
    newest_version = models.PositiveBigIntegerField(null=True)  # of the newest notice, the one in force
    last_version = models.PositiveBigIntegerField(
        null=True
    )  # published last, maybe the correction of an older one
    state = models.CharField(max_length=12, blank=True, default="", db_index=True)
    starts_at = models.DateTimeField(null=True, db_index=True)
    sudden = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"thread {self.pk}"


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    DISCARDED = "discarded", _("discarded")


KIND_LABELS = {
    Kind.ANNOUNCEMENT: _("announcement"),
    Kind.REMINDER: _("reminder"),
    Kind.START: _("start"),
    Kind.UPDATE: _("update"),
    Kind.CHANGE: _("change"),
    Kind.CANCELLATION: _("cancellation"),
    Kind.END: _("end"),
    Kind.REPORT: _("report"),
}


class Notice(models.Model):
    """One thing told in a thread; `number` counts them from 1."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=list(KIND_LABELS.items()))
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "number"], name="one_notice_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.thread} notice {self.number} ({self.kind})"


class Version(models.Model):
    """What a notice says; immutable once published, a correction is a new version.

    `paragraphs` are the writer's free words {language: {section: text}}, `flashes` the writer's own short texts;
    `rendered` is {language: Rendered as JSON}, frozen at approval: what was approved is what leaves.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    facts = models.JSONField()
    paragraphs = models.JSONField(default=dict)
    flashes = models.JSONField(default=dict)
    rendered = models.JSONField(default=dict)
    audience = models.JSONField(default=list)
    correction = models.CharField(max_length=500, blank=True)
    edits = models.PositiveIntegerField(default=0)
    search = models.TextField(blank=True, default="")  # both languages, folded: see `rules.folded`
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, db_index=True)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    next_update_by = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["notice", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["notice"],
                condition=models.Q(state__in=["draft", "approved"]),
                name="one_open_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice} v{self.number}"

    @property
    def the_facts(self) -> Facts:
        return Facts.from_json(self.facts)

    @property
    def topic(self) -> str:
        """The name under which the outbox keeps this version's deliveries."""
        return f"notice-version:{self.pk}"
