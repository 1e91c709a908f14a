"""When outages says that services are not well, jobs keeps from when to when: a job that waited for them is not bad."""

from collections.abc import Mapping
from typing import Any

from vigie.jobs.findings.actions import Window
from vigie.jobs.findings.actions import note_outage as note
from vigie.outages.models import Affected, Outage
from vigie.outages.rules import State

HAPPENS = frozenset({State.ANNOUNCED, State.ONGOING, State.ENDED, State.REVIEWED})


def note_outage(news: Mapping[str, Any]) -> None:
    """The windows of an outage as they are now; none for one that is only thought of, cancelled, or a false alarm."""
    outage = Outage.objects.get(pk=news["outage_id"])
    stands = outage.state in HAPPENS and not outage.false_alarm
    note(outage.pk, [_window(outage, line) for line in outage.affected.all()] if stands else [])


def _window(outage: Outage, line: Affected) -> Window:
    """Until it is restored; one that is to come until its planned end; one that goes on has no end yet."""
    planned = line.expected_end if outage.state == State.ANNOUNCED else None
    ends = line.restored_at or outage.ended_at or planned
    return Window(line.service_id, line.effect, line.starts_at, ends)
