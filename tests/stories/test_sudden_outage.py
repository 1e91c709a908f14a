"""Story: storage goes down on a Sunday afternoon; from the alarm to the report."""

from datetime import timedelta

import pytest

from tests.support.cast import SUNDAY, Cast
from vigie.config.reactions import REACTIONS
from vigie.kernel.audit import AuditRow
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.events import dispatch_due
from vigie.notices.rules import Kind
from vigie.outages import actions, queries
from vigie.outages.rules import RoleName, State
from vigie.post.models import Delivery

WORDS = {"fr": {"what": "Une alimentation a lâché."}, "en": {"what": "A power supply failed."}}


def test_from_something_is_down_to_the_report(cast: Cast, clock: Clock):
    declared = actions.declare_sudden(
        cast.amina, services={"storage": "down"}, starts_at=SUNDAY - timedelta(minutes=3)
    )
    outage, draft = declared.outage, declared.first_notice
    assert (outage.contact, outage.follower) == (cast.amina, cast.lucie)
    assert draft is not None
    clock.tick(minutes=2)

    with pytest.raises(Forbidden):
        actions.approve(cast.amina, outage, draft)  # Support is there: the contact does not publish alone
    actions.approve(cast.lucie, outage, draft)
    assert actions.publish(cast.lucie, outage, draft) == 3  # one contact has no address
    with pytest.raises(Refused):
        actions.publish(cast.lucie, outage, draft)  # a second click
    mails = {mail.recipient: mail for mail in Delivery.objects.filter(topic=draft.topic)}
    assert set(mails) == {"jean.roche@centre.test", "orion-l@centre.test", "mary.stone@centre.test"}
    assert "dCache storage: down since 14:23" in mails["mary.stone@centre.test"].content["subject"]

    clock.tick(minutes=10)
    actions.log_fact(cast.amina, outage, "Power supply 2 replaced, checking.")
    question = actions.ask(cast.lucie, outage, "Are files written at noon safe?")
    actions.answer(cast.amina, question, "Yes, the journal was replayed.")
    assert not queries.open_questions(outage).exists()

    update = actions.compose(cast.lucie, outage)
    assert update.notice.kind == Kind.UPDATE
    actions.edit(cast.lucie, outage, update, paragraphs=WORDS, flashes={})
    actions.promise(cast.lucie, outage, SUNDAY + timedelta(hours=1))
    actions.approve(cast.lucie, outage, update)
    actions.publish(cast.lucie, outage, update)

    clock.tick(minutes=30)
    actions.restore(cast.amina, outage, "storage")
    with pytest.raises(Forbidden):
        actions.end(cast.lucie, outage, data_lost="no")
    actions.end(cast.amina, outage, data_lost="no")
    due = queries.due(outage)
    assert due is not None
    assert due.what == "end"
    last = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, last)
    actions.publish(cast.lucie, outage, last)
    actions.review(cast.lucie, outage, text_fr="Une alimentation usée.", text_en="A worn power supply.")
    assert outage.state == State.REVIEWED

    report = queries.report_of(outage)
    assert report.to_first_notice == timedelta(minutes=2)
    assert report.lasted == timedelta(minutes=45)
    assert [promise.kept(clock.now()) for promise in report.promises] == [True, True]
    assert dispatch_due(REACTIONS) > 0
    assert AuditRow.objects.filter(kind="outage.ended").count() == 1


def test_hand_over_of_both_roles(cast: Cast):
    outage = actions.declare_sudden(cast.amina, services={"farm": "degraded"}).outage
    actions.hand_over(cast.amina, outage, RoleName.CONTACT, cast.bruno, why="end of shift")
    actions.hand_over(cast.denis, outage, RoleName.FOLLOWER, cast.denis)
    assert (outage.contact, outage.follower) == (cast.bruno, cast.denis)
    with pytest.raises(Refused):
        actions.hand_over(cast.bruno, outage, RoleName.CONTACT, cast.lucie)  # Support can't be the contact
