"""An escalation as pages show it: its state in words, its steps with what became of each call, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.duty.escalation import queries
from vigie.duty.escalation.actions import MANUAL
from vigie.duty.escalation.models import STEP_LABELS, Escalation, EscalationStep
from vigie.duty.escalation.rules import Act, StepKind
from vigie.kernel.intents import IntentState
from vigie.post.models import Delivery
from vigie.post.queries import of_topic

STATUS = {"calling": "down", "acknowledged": "at_risk", "over": "ok"}


@dataclass(frozen=True)
class Shown:
    """One escalation in a list."""

    row: Escalation
    what: str
    state: str
    status: str
    words: str
    last: str  # who was called last
    by_hand: bool


@dataclass(frozen=True)
class Line:
    """One step of the timeline; `ways` says what became of each message of a call."""

    step: EscalationStep
    label: str
    who: str
    note: str
    ways: tuple[str, ...]


def shown(rows: Iterable[Escalation], language: str) -> list[Shown]:
    """The rows for a list: one query for the steps of all."""
    rows = list(rows)
    last: dict[int, str] = {}
    calls = EscalationStep.objects.filter(escalation__in=rows, kind=StepKind.CALLED)
    for step in calls.select_related("person"):
        last[step.escalation_id] = step.person.name if step.person else ""
    return [_shown(row, last.get(row.pk, ""), language) for row in rows]


def _shown(row: Escalation, last: str, language: str) -> Shown:
    state = queries.state_of(row)
    return Shown(
        row=row,
        what=row.what(language),
        state=state,
        status=STATUS[state],
        words=state_words(row),
        last=last,
        by_hand=row.key.startswith(MANUAL),
    )


def state_words(row: Escalation) -> str:
    if row.closed_at:
        return _("over")
    if row.acknowledged_by:
        return _("%(name)s sees to it") % {"name": row.acknowledged_by.name}
    return _("nobody has answered yet") if row.called else _("nobody was called yet")


def lines(row: Escalation) -> list[Line]:
    """The timeline of one escalation."""
    sent: dict[str, list[Delivery]] = {}
    for delivery in of_topic(row.topic).order_by("pk"):
        sent.setdefault(delivery.key.rpartition(":")[0], []).append(delivery)
    found = []
    for step in queries.steps(row):
        key = f"escalation:{row.pk}:{step.number}:{step.person_id}"
        found.append(
            Line(
                step=step,
                label=str(STEP_LABELS[StepKind(step.kind)]),
                who=step.person.name if step.person else "",
                note=_note(step, row),
                ways=tuple(_way(delivery) for delivery in sent.get(key, ()))
                if step.kind == StepKind.CALLED
                else (),
            )
        )
    return found


def _note(step: EscalationStep, row: Escalation) -> str:
    if step.kind == StepKind.ACKNOWLEDGED:
        how = {
            "link": _("by the link in the call"),
            "desk": _("on the desk"),
            "cli": _("at the command line"),
            "api": _("by the API"),
        }
        return how.get(step.note, "")
    if step.kind == StepKind.CALLED and step.note == "no_address":
        return _("no mail address: shown on the desk only")
    if step.kind == StepKind.NOBODY:
        return rung_words(row, step.number)
    return ""


def rung_words(row: Escalation, number: int) -> str:
    """Which level a step is: “primary”, “backup”, “lead”."""
    rung = row.the_plan.rung(number)
    if rung.kind == "leads":
        return _("lead")
    if rung.kind == "person":
        return ""
    level = rung.ref.partition(":")[2] or "1"
    names = {"1": _("primary"), "2": _("backup")}
    return names.get(level, _("level %(level)s") % {"level": level})


def _way(delivery: Delivery) -> str:
    channel = _("mail") if delivery.channel == "mail" else delivery.recipient
    if delivery.state == IntentState.WAITING and delivery.last_error:
        return _("%(way)s: not sent yet, tried again by itself") % {"way": channel}
    return _("%(way)s: %(state)s") % {"way": channel, "state": delivery.get_state_display()}


def next_words(row: Escalation) -> tuple[str, datetime | None]:
    """What the engine does next, and when; no time where nothing more comes by itself."""
    if row.closed_at:
        return "", None
    coming = queries.coming(row)
    if coming.act == Act.STOP:
        times = row.the_plan.rounds
        return (
            ngettext(
                "Everybody was called; nobody is called again by itself.",
                "Everybody was called %(n)s times; nobody is called again by itself.",
                times,
            )
            % {"n": times},
            None,
        )
    if row.acknowledged_at:
        return _("If it is still owed, the next level is called"), coming.at
    if coming.act == Act.HOLD:
        return _("Quiet hours: the next call waits for their end"), coming.at
    who = rung_words(row, row.called)
    return (_("Next call: %(who)s") % {"who": who} if who else _("Next call")), coming.at
