"""Every state change as a row that can't be changed or deleted (triggers in the database see to it)."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model

from vigie.kernel import clock
from vigie.kernel.access import Actor
from vigie.kernel.models import AuditRow
from vigie.lib.fittext import fit


class AuditKind(StrEnum):
    """Base of each domain's audit kinds: `OutageAudit.DECLARED = "outage.declared"`."""


def plain(value: Any) -> Any:
    """A JSON-able form of what a verb changed; aware times in ISO form, rows by their label."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Model):
        return str(value)
    return json.loads(json.dumps(value, default=str))


def record(
    kind: AuditKind,
    *,
    actor: Actor,
    subject: Model,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> AuditRow:
    """Write one row; call it inside the transaction of the change itself."""
    return AuditRow.objects.create(
        at=clock.now(),
        kind=kind.value,
        actor_kind=actor.actor_kind,
        actor_id=actor.actor_id,
        actor_label=actor.actor_label,
        subject_kind=subject._meta.label_lower,  # noqa: SLF001 # Django's documented model metadata
        subject_id=str(subject.pk),
        reason=fit(reason),  # whatever was typed, the trace of it can be written
        changes={key: plain(value) for key, value in (changes or {}).items()},
    )
