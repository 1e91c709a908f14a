"""Hand-overs: one per duty and end of a shift."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from vigie.duty.handover.rules import Section, State, of_json
from vigie.duty.models import Duty
from vigie.people.models import Person

STATE_LABELS = {
    State.OPEN: pgettext_lazy("hand-over", "being written"),
    State.GIVEN: pgettext_lazy("hand-over", "given, not accepted yet"),
    State.DECLINED: pgettext_lazy("hand-over", "came back with a question"),
    State.ACCEPTED: pgettext_lazy("hand-over", "accepted"),
    State.VOID: pgettext_lazy("hand-over", "void: the rota changed"),
}


class HandOver(models.Model):
    """What one shift passes to the next. `sections` and `checklist` are frozen when it is given; accepted, nothing
    of it changes any more. `revision` counts changes, so that of two that act at once one wins.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="+")
    outgoing = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=list(STATE_LABELS.items()), default=State.OPEN, db_index=True
    )
    revision = models.PositiveIntegerField(default=0)
    notes = models.TextField(blank=True)
    sections = models.JSONField(default=list)
    checklist = models.JSONField(default=list)  # [{"fr", "en", "by", "at"}]; ticked where "by" is not empty
    given_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-ends_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["duty", "ends_at"], name="one_handover_per_shift_end"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.duty} {self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def the_sections(self) -> tuple[Section, ...]:
        return of_json(self.sections)

    @property
    def path(self) -> str:
        return f"/handover/{self.pk}"
