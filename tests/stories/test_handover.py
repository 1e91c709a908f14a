"""A shift is handed over: gathered, given, accepted by one; asked about; forgotten; taken from who left without a word."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.support.cast import SUNDAY, Cast
from vigie.config.reactions import REACTIONS
from vigie.duty.actions import add_shift
from vigie.duty.escalation import actions as escalation
from vigie.duty.escalation.models import Escalation
from vigie.duty.handover import actions, queries
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import State
from vigie.duty.models import Duty, Shift
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused
from vigie.kernel.events import dispatch_due
from vigie.outages import actions as outages
from vigie.post.models import Delivery
from vigie.reactions.handover import gather, sections_of

END = SUNDAY + timedelta(hours=6)  # of Amina's shift


@pytest.fixture
def handing(cast: Cast, clock: Clock) -> Cast:
    """Production hands over; Bruno follows Amina. It is half an hour before the end."""
    Duty.objects.filter(pk=cast.production.pk).update(
        checklist_fr="Clés rendues\nTéléphone transféré", checklist_en="Keys given back\nPhone passed on"
    )
    add_shift(
        System(),
        duty=cast.production,
        person=cast.bruno,
        starts_at=END,
        ends_at=END + timedelta(hours=12),
    )
    escalation.save_policy(
        cast.odile,
        cast.production,
        patience=15,
        backup_after=10,
        lead_after=10,
        again_after=15,
        rounds=2,
        grace=60,
        hands_over=True,
    )
    clock.set(END - timedelta(minutes=30))
    return cast


def prepared() -> HandOver:
    actions.tend()
    return queries.handover(HandOver.objects.get(state__in=queries.UNSETTLED).pk)


def called() -> list[str]:
    steps = Escalation.objects.get().steps.filter(kind="called").select_related("person")
    return [step.person.login for step in steps if step.person]


def test_a_shift_is_prepared_once_gathered_given_and_accepted_and_then_nothing_changes(
    handing: Cast, clock: Clock
):
    outage = outages.declare_sudden(handing.amina, services={"storage": "down"}).outage
    outages.log_fact(handing.amina, outage, "Power supply 2 replaced.")
    outages.ask(handing.lucie, outage, "When is it back?")
    row = prepared()
    assert actions.tend() == 0  # looking again makes nothing
    assert (row.outgoing, row.begins_at, row.ends_at) == (handing.amina, SUNDAY - timedelta(hours=4), END)
    live = {section.code: section for section in sections_of(row)}
    assert {"outages", "questions", "shift"} <= live.keys()
    assert "Power supply 2" in live["shift"].lines[0].text("en")

    actions.give(handing.amina, row, sections=sections_of(row), notes="The lift is out of order.", ticked=[0])
    dispatch_due(REACTIONS)
    mail = Delivery.objects.get(topic=f"handover:{row.pk}")
    assert (mail.recipient, "The lift" in mail.payload["text"]) == ("bruno@centre.test", True)
    outages.log_fact(handing.amina, outage, "Said after it was given.")
    row = queries.handover(row.pk)
    assert "Said after" not in str(row.sections)
    assert [item["by"] for item in row.checklist] == ["Amina Martin", ""]
    with pytest.raises(Refused):
        actions.write(handing.amina, row, "Too late.")

    actions.accept(handing.bruno, row, sections=())
    row = queries.handover(row.pk)
    assert (row.state, row.accepted_by) == (State.ACCEPTED, handing.bruno)
    frozen = (row.notes, row.sections, row.checklist)
    for change in (
        lambda: actions.give(handing.amina, queries.handover(row.pk), sections=()),
        lambda: actions.decline(handing.bruno, queries.handover(row.pk), "No."),
        lambda: actions.tick(handing.amina, queries.handover(row.pk), []),
    ):
        with pytest.raises(Refused):
            change()
    row = queries.handover(row.pk)
    assert (row.notes, row.sections, row.checklist) == frozen
    clock.tick(hours=5)
    assert actions.tend() == 0
    assert not Escalation.objects.exists()


def test_two_people_accept_at_once_and_one_wins(handing: Cast, clock: Clock):
    row = prepared()
    actions.give(handing.amina, row, sections=())
    both = [queries.handover(row.pk), queries.handover(row.pk)]  # both have read it
    actions.accept(handing.bruno, both[0], sections=())
    with pytest.raises(Conflict, match="Bruno Leroy"), transaction.atomic():
        actions.accept(handing.odile, both[1], sections=())
    assert queries.handover(row.pk).accepted_by == handing.bruno


def test_a_hand_over_that_nobody_accepts_reminds_the_next_then_calls_the_lead_and_stands_down(
    handing: Cast, clock: Clock
):
    row = prepared()
    actions.give(handing.amina, row, sections=())
    clock.set(END + timedelta(minutes=14))
    actions.tend()
    assert not Escalation.objects.exists()
    clock.tick(minutes=1)
    actions.tend()
    assert called() == ["bruno"]
    clock.tick(minutes=10)
    actions.tend()
    assert called() == ["bruno", "odile"]
    assert "accept" in Escalation.objects.get().what_en
    actions.accept(handing.bruno, queries.handover(row.pk), sections=())
    actions.tend()
    assert Escalation.objects.get().closed_at is not None


def test_who_left_without_a_word_is_called_and_the_next_takes_what_was_gathered(handing: Cast, clock: Clock):
    outages.declare_sudden(handing.amina, services={"storage": "down"})
    row = prepared()
    with pytest.raises(Refused, match="Amina Martin"):
        actions.accept(handing.bruno, row, sections=sections_of(row))  # the shift is not over
    clock.set(END + timedelta(minutes=15))
    for _ in range(3):
        actions.tend()
    assert called() == ["amina", "bruno"]
    row = queries.handover(row.pk)
    actions.accept(handing.bruno, row, sections=sections_of(row))
    assert queries.handover(row.pk).the_sections[0].code == "outages"


def test_a_question_sends_it_back_and_the_answer_gives_it_again(handing: Cast, clock: Clock):
    row = prepared()
    actions.give(handing.amina, row, sections=())
    with pytest.raises(BadInput):
        actions.decline(handing.bruno, row, "  ")
    actions.decline(handing.bruno, row, "Which lift?")
    dispatch_due(REACTIONS)
    asked = Delivery.objects.filter(recipient="amina@centre.test", topic=f"handover:{row.pk}")
    assert ["Which lift?" in mail.payload["text"] for mail in asked] == [True]
    row = queries.handover(row.pk)
    actions.give(handing.amina, row, sections=(), notes="The one in hall B.")
    actions.accept(handing.bruno, queries.handover(row.pk), sections=())
    assert queries.handover(row.pk).notes == "The one in hall B."


def test_who_may_give_and_who_may_accept(handing: Cast, clock: Clock):
    row = prepared()
    for stranger in (handing.lucie, handing.ada):
        with pytest.raises(Forbidden):
            actions.give(stranger, row, sections=())
    actions.give(handing.amina, row, sections=())
    row = queries.handover(row.pk)
    with pytest.raises(Refused):
        actions.accept(handing.amina, row, sections=())
    with pytest.raises(Forbidden):
        actions.accept(handing.lucie, row, sections=())
    actions.accept(handing.odile, row, sections=())  # a lead stands in


def test_a_rota_that_changes_voids_what_was_prepared(handing: Cast, clock: Clock):
    row = prepared()
    Shift.objects.filter(person=handing.amina).update(ends_at=END + timedelta(minutes=45))
    actions.tend()
    assert queries.handover(row.pk).state == State.VOID
    clock.set(END)
    assert prepared().ends_at == END + timedelta(minutes=45)


def test_a_worker_that_slept_over_the_end_prepares_it_and_the_same_person_hands_nothing_to_themself(
    handing: Cast, clock: Clock
):
    clock.set(END + timedelta(hours=2))
    assert prepared().outgoing == handing.amina
    HandOver.objects.all().delete()
    Shift.objects.filter(person=handing.bruno).update(person=handing.amina)
    actions.tend()
    assert not HandOver.objects.exists()


def test_a_duty_that_does_not_hand_over_is_left_alone(cast: Cast, clock: Clock):
    clock.set(END - timedelta(minutes=5))
    assert actions.tend() == 0


def test_a_long_shift_is_cut_and_says_how_much_was_left_out(handing: Cast, clock: Clock):
    outage = outages.declare_sudden(handing.amina, services={"storage": "down"}).outage
    for number in range(60):
        outages.log_fact(handing.amina, outage, f"Disk {number} replaced.")
    section = gather(SUNDAY, clock.now())[-1]
    assert (len(section.lines), section.more) == (40, 20)


def test_words_hold_nothing_that_can_not_be_shown_or_stored(handing: Cast, clock: Clock):
    row = prepared()
    actions.write(handing.amina, row, "Disk\x00 \u202egone\x1b[2J\r\n\r\nCall row C. \n")
    assert queries.handover(row.pk).notes == "Disk gone[2J\n\nCall row C."
    actions.give(handing.amina, row, sections=sections_of(row))
    with pytest.raises(BadInput):
        actions.decline(handing.bruno, row, "\x00\u202e \n")
    actions.decline(handing.bruno, row, "Which\x00 disk?")
    assert queries.handover(row.pk).reason == "Which disk?"
