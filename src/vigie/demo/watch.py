"""Shifts are handed over at Valmorin, and somebody was called: so that their pages have something to show."""

from datetime import datetime, timedelta

from vigie.duty.escalation import actions as escalation
from vigie.duty.escalation.queries import open_escalations
from vigie.duty.handover import actions, queries
from vigie.duty.models import Duty
from vigie.duty.queries import on_duty
from vigie.kernel import clock
from vigie.kernel.access import System
from vigie.people.models import Person
from vigie.reactions.handover import sections_of

CHECKLIST_FR = "Téléphone de permanence transmis\nAlarmes acquittées relues\nSalle machine fermée à clé"
CHECKLIST_EN = "Duty phone passed on\nAcknowledged alarms read again\nMachine room locked"
NOTES = "Le prestataire de climatisation passe demain à 9 h ; badge visiteur à l'accueil."
CALL = "La porte de la salle 2 reste ouverte"


def fill(now: datetime) -> None:
    """Production hands over: the shift before was accepted, the present one is being written; one call is answered."""
    duty = Duty.objects.get(code="production")
    Duty.objects.filter(pk=duty.pk, checklist_fr="").update(
        checklist_fr=CHECKLIST_FR, checklist_en=CHECKLIST_EN
    )
    escalation.save_policy(
        System(),
        duty,
        patience=15,
        backup_after=10,
        lead_after=10,
        again_after=15,
        rounds=3,
        grace=60,
        hands_over=True,
    )
    actions.prepare_due()
    settle(now)
    holder = _primary(now, "production")
    if holder is not None:
        row = actions.begin(holder, duty)
        if row.state == "open":
            actions.write(holder, row, NOTES)
    _call(now, duty, holder)


def refresh(now: datetime) -> None:
    """The demo slept: what its people would have given and accepted meanwhile was."""
    actions.prepare_due()
    settle(now)


def settle(now: datetime) -> None:
    """Everything that should have been accepted by now was, in its time."""
    for row in list(queries.unsettled().filter(ends_at__lte=now)):
        following = queries.next_of(row).person
        if following is None:
            continue
        with clock.clock.travel(row.ends_at - timedelta(minutes=5)):
            if row.state != "given":
                actions.give(row.outgoing, row, sections=sections_of(row), ticked=range(len(row.checklist)))
        with clock.clock.travel(min(row.ends_at + timedelta(minutes=4), now)):
            actions.accept(following, queries.handover(row.pk), sections=())


def _primary(now: datetime, code: str) -> Person | None:
    return next((row.person for row in on_duty(now, code) if row.level == 1), None)


def _call(now: datetime, duty: Duty, holder: Person | None) -> None:
    caller = _primary(now, "support")
    if caller is None or holder is None or open_escalations().exists():
        return
    with clock.clock.travel(now - timedelta(minutes=18)):
        made = escalation.call(caller, duty, CALL)
    with clock.clock.travel(now - timedelta(minutes=12)):
        escalation.acknowledge(holder, made, by="link")
