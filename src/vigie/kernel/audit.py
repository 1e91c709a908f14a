"""Every state change as a row that can't be changed or deleted (triggers in the database see to it): only a name may go."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast

from vigie.kernel import clock
from vigie.kernel.access import Actor
from vigie.kernel.models import AuditRow
from vigie.lib.fittext import fit
from vigie.lib.forgetting import SHORTEST, forgetter


class AuditKind(StrEnum):
    """Base of each domain's audit kinds: `OutageAudit.DECLARED = "outage.declared"`."""


def plain(value: Any) -> Any:
    """A JSON-able form of what a verb changed; aware times in ISO form, rows by their label.

    Text loses what can't be shown, NUL above all: PostgreSQL would refuse the row, and the change with it.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    return _shown(json.loads(json.dumps(value, default=str)))


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, list):
        return [_shown(one) for one in value]
    if isinstance(value, dict):
        return {fit(key): _shown(one) for key, one in value.items()}
    return value


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


def forget(names: Iterable[str], label: str, *, about: tuple[str, str] | None = None) -> int:
    """Put `label`, which begins with “(erased”, in the place of names and addresses; returns in how many rows.

    Who did what and when stays, by number. `about` (subject kind and id): rows about that subject also lose the values
    of name, email and phone. The database lets no other change of a row through.
    """
    wanted = [name for name in names if len(name) >= SHORTEST]
    found = AuditRow.objects.annotate(words=Cast("changes", TextField()))
    named = Q(pk__in=[])
    for name in wanted:
        named |= Q(actor_label__contains=name) | Q(reason__contains=name) | Q(words__contains=name)
        named |= Q(words__contains=json.dumps(name)[1:-1])
    if about:
        named |= Q(subject_kind=about[0], subject_id=about[1])
    without = forgetter(wanted, label)
    done = 0
    for row in found.filter(named):
        own = about == (row.subject_kind, row.subject_id)
        changes = {
            key: label if own and key in {"name", "email", "phone"} and value else without(value)
            for key, value in row.changes.items()
        }
        actor_label, reason = without(row.actor_label), without(row.reason)
        if (actor_label, reason, changes) != (row.actor_label, row.reason, row.changes):
            AuditRow.objects.filter(pk=row.pk).update(
                actor_label=actor_label[:200], reason=reason, changes=changes
            )
            done += 1
    return done
