"""Stories of planned outages: from draft to report, moved, cancelled, followed, repeated."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.cast import SUNDAY, Cast
from vigie.config.reactions import REACTIONS
from vigie.duty.escalation.models import EscalationStep
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused
from vigie.kernel.events import dispatch_due
from vigie.notices.models import Version
from vigie.notices.queries import published
from vigie.notices.rules import Kind
from vigie.outages import actions, queries
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.outages.rules import RoleName, State
from vigie.people.models import Person
from vigie.post.models import Delivery

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)  # Tuesday 8 December, 08:00 in Paris
END = START + timedelta(hours=10)


def planned(cast: Cast, start: datetime = START, hours: int = 10, **services: str) -> Outage:
    windows = {
        code: Window(effect, start, start + timedelta(hours=hours))
        for code, effect in (services or {"storage": "down"}).items()
    }
    return actions.plan(cast.amina, windows=windows, asked_follower=cast.lucie)


def tell(actor: Person, outage: Outage, kind: Kind | None = None) -> Version:
    version = actions.compose(actor, outage, kind)
    actions.approve(actor, outage, version)
    actions.publish(actor, outage, version)
    return version


def announced(cast: Cast, **services: str) -> Outage:
    outage = planned(cast, **services)
    actions.accept_following(cast.lucie, outage)
    tell(cast.lucie, outage)
    return outage


def kinds(outage: Outage) -> list[str]:
    return [version.notice.kind for version in published(outage.thread)]


def test_from_draft_to_report(cast: Cast, clock: Clock):
    outage = planned(cast)
    assert (outage.state, outage.contact, outage.follower) == (State.DRAFT, cast.amina, None)
    dispatch_due(REACTIONS)
    assert Delivery.objects.filter(recipient="lucie@centre.test").exists()
    owed = queries.due(outage)
    assert owed is not None
    assert (owed.what, owed.at) == ("follower", START - timedelta(days=10))
    draft = actions.compose(cast.lucie, outage)
    with pytest.raises((Forbidden, Refused)):
        actions.approve(cast.lucie, outage, draft)  # nobody has accepted to follow yet
    actions.accept_following(cast.lucie, outage)
    tell(cast.lucie, outage)
    assert outage.state == State.ANNOUNCED
    assert queries.broken_rules(outage) == []

    for before in (timedelta(hours=24), timedelta(hours=1)):
        clock.set(START - before)
        assert actions.send_reminders() == 1
        assert actions.send_reminders() == 0
    assert kinds(outage) == ["announcement", "reminder", "reminder"]

    clock.set(START)
    owed = queries.due(outage)
    assert owed is not None
    assert owed.what == "confirm_start"
    with pytest.raises(Forbidden):
        actions.start(cast.lucie, outage)  # start and end are the contact's words
    clock.tick(minutes=4)
    actions.start(cast.amina, outage)
    assert tell(cast.lucie, outage).notice.kind == Kind.START
    clock.tick(hours=4)
    actions.promise(cast.lucie, outage, clock.now() + timedelta(hours=4))
    assert tell(cast.lucie, outage).notice.kind == Kind.UPDATE
    clock.set(END - timedelta(minutes=30))
    actions.end(cast.amina, outage, data_lost="no")
    assert tell(cast.lucie, outage).notice.kind == Kind.END
    actions.review(cast.lucie, outage, text_fr="Comme prévu.", text_en="As planned.")
    assert outage.state == State.REVIEWED
    assert queries.due(outage) is None
    assert (outage.planned_start, outage.planned_end) == (START, END)


def test_announcing_too_late_warns_and_is_shown_but_is_not_forbidden(cast: Cast, clock: Clock):
    outage = planned(cast, start=SUNDAY + timedelta(days=3))
    assert [item.rule.code for item in queries.broken_rules(outage)] == ["5-working-days"]
    short = planned(cast, start=SUNDAY + timedelta(hours=30), hours=1, farm="at_risk")
    assert queries.broken_rules(short) == []
    long = planned(cast, start=SUNDAY + timedelta(days=8), hours=30, site="down")
    assert [item.rule.code for item in queries.broken_rules(long)] == ["10-days"]


def test_a_date_moved_after_announcing_owes_a_change_and_stops_the_reminder(cast: Cast, clock: Clock):
    outage = announced(cast)
    clock.tick(days=1)
    actions.move(cast.amina, outage, START + timedelta(days=1), why="parts are late")
    owed = queries.due(outage)
    assert owed is not None
    assert owed.what == "change"
    clock.set(START)  # T-24 h of the new date
    assert actions.send_reminders() == 0  # the facts changed: a person must tell the change first
    change = tell(cast.lucie, outage)
    assert change.notice.kind == Kind.CHANGE
    told = change.rendered["en"]["mail_text"]
    assert "now down on Wednesday 9\N{NO-BREAK SPACE}December" in told
    assert "We had told you: down on Tuesday 8\N{NO-BREAK SPACE}December" in told
    assert outage.planned_start == START  # what was announced first stays known
    clock.set(START + timedelta(hours=23))
    assert actions.send_reminders() == 1


def test_a_corrected_change_still_says_what_was_told_before_it(cast: Cast, clock: Clock):
    outage = announced(cast)
    clock.tick(hours=1)
    actions.move(cast.amina, outage, START + timedelta(days=1), why="parts are late")
    change = tell(cast.lucie, outage)
    assert change.notice.kind == Kind.CHANGE
    clock.tick(hours=1)
    correction = actions.correct(cast.lucie, outage, change, why="Not Wednesday.")
    actions.move(cast.amina, outage, START + timedelta(days=2), why="a day later still")
    words = {"en": {"what": "Disks are replaced."}, "fr": {"what": "Les disques changent."}}
    actions.edit(cast.lucie, outage, correction, paragraphs=words, flashes={})
    actions.approve(cast.lucie, outage, correction)
    actions.publish(cast.lucie, outage, correction)
    for language, now, then in (
        ("en", "down on Thursday 10", "We had told you: down on Tuesday 8"),
        ("fr", "jeudi 10", "mardi 8"),
    ):
        told = correction.rendered[language]["mail_text"].replace("\N{NO-BREAK SPACE}", " ")
        assert now in told
        assert then in told
        assert "down on Wednesday 9" not in told


def test_cancelled_a_day_before_does_not_end_in_silence(cast: Cast, clock: Clock):
    outage = announced(cast)
    clock.set(START - timedelta(days=1, hours=1))
    with pytest.raises(BadInput):
        actions.cancel(cast.amina, outage, why=" ")
    actions.cancel(cast.amina, outage, why="the supplier is ill")
    owed = queries.due(outage)
    assert owed is not None
    assert owed.what == "cancellation"
    clock.tick(minutes=6)
    actions.climb_overdue()
    assert [step.person for step in EscalationStep.objects.all()] == [cast.lucie]
    told = tell(cast.lucie, outage)
    assert told.notice.kind == Kind.CANCELLATION
    assert "cancelled" in told.rendered["en"]["title"]
    assert queries.due(outage) is None
    assert actions.climb_overdue() == 1  # the escalation stands down
    assert actions.send_reminders() == 0


def test_a_draft_cancelled_before_anybody_heard_of_it_owes_nothing(cast: Cast):
    outage = planned(cast)
    actions.cancel(cast.amina, outage, why="not needed")
    assert queries.due(outage) is None
    with pytest.raises(Refused):
        actions.move(cast.amina, outage, START)


def test_two_who_accept_at_once_and_one_who_declines(cast: Cast):
    outage = planned(cast)
    mine, theirs = Outage.objects.get(pk=outage.pk), Outage.objects.get(pk=outage.pk)
    actions.accept_following(cast.denis, theirs)
    with pytest.raises(Conflict, match="Denis Blanc"):
        actions.accept_following(cast.lucie, mine)
    other = planned(cast)
    with pytest.raises(Forbidden):
        actions.decline_following(cast.denis, other)
    actions.decline_following(cast.lucie, other, why="on leave")
    with pytest.raises(Forbidden):
        actions.accept_following(cast.bruno, other)  # not of Support
    actions.accept_following(cast.denis, other)
    assert other.follower == cast.denis


def test_a_follower_who_leaves_in_the_middle_hands_over_explicitly(cast: Cast, clock: Clock):
    outage = announced(cast)
    actions.hand_over(cast.lucie, outage, RoleName.FOLLOWER, cast.denis, why="leaves the centre")
    clock.set(START)
    actions.start(cast.amina, outage)
    draft = actions.compose(cast.lucie, outage)
    with pytest.raises(Forbidden):
        actions.approve(cast.lucie, outage, draft)
    actions.approve(cast.denis, outage, draft)


def test_a_service_added_after_announcing_is_told_and_reaches_its_users(cast: Cast, clock: Clock):
    outage = announced(cast, site="down")
    assert {row.address for row in actions.audience(outage)} == set()
    clock.tick(hours=1)
    actions.change_window(cast.amina, outage, "farm", Window("degraded", START, END + timedelta(hours=1)))
    assert outage.expected_end == END + timedelta(hours=1)
    assert actions.compose(cast.lucie, outage).notice.kind == Kind.CHANGE
    assert "mary.stone@centre.test" in {row.address for row in actions.audience(outage)}
    actions.remove_service(cast.amina, outage, "farm")
    with pytest.raises(Refused):
        actions.remove_service(cast.amina, outage, "site")


def test_extending_while_it_goes_on_owes_a_change(cast: Cast, clock: Clock):
    outage = announced(cast)
    clock.set(START)
    actions.start(cast.amina, outage)
    tell(cast.lucie, outage)
    clock.tick(hours=3)
    actions.change_service(cast.amina, outage, "storage", expected_end=END + timedelta(hours=2))
    assert actions.compose(cast.lucie, outage).notice.kind == Kind.CHANGE
    clock.set(END + timedelta(hours=2, minutes=1))
    overdue = {due.what for _row, due in queries.all_due() if due.at <= clock.now()}
    assert {"confirm_end", "change"} <= overdue


def test_an_unconfirmed_start_climbs_to_the_contact_not_to_the_follower(cast: Cast, clock: Clock):
    announced(cast)
    clock.set(START - timedelta(hours=1))
    actions.send_reminders()
    clock.set(START + timedelta(minutes=1))
    actions.climb_overdue()
    assert [step.person for step in EscalationStep.objects.all()] == [cast.amina]


def test_what_can_not_be_planned_is_refused_with_words(cast: Cast):
    for window in (
        Window("down", SUNDAY - timedelta(hours=1), SUNDAY + timedelta(hours=1)),
        Window("down", START, START - timedelta(hours=1)),
        Window("down", START.replace(year=2096), END.replace(year=2096)),
        Window("broken", START, END),
    ):
        with pytest.raises(BadInput):
            actions.plan(cast.amina, windows={"storage": window})
    with pytest.raises(BadInput) as refusal:
        actions.plan(cast.lucie, windows={"storage": Window("down", START, END)})
    # by its code: its words are in the language of the last page that was shown
    assert refusal.value.code == "outage.contact"
    with pytest.raises(BadInput):
        actions.plan(cast.amina, windows={"nonsense": Window("down", START, END)})


def test_a_year_of_monthly_maintenance_by_template_keeps_its_clock_time(cast: Cast):
    template = actions.save_template(
        cast.amina,
        code="patch-day",
        title_fr="Mises à jour",
        title_en="Patches",
        services={"farm": "degraded"},
        at=time(9, 0),
        minutes=120,
        recurrence="FREQ=MONTHLY;BYDAY=2TU",
    )
    year = actions.plan_from_template(cast.amina, template, first=date(2026, 12, 1), last=date(2027, 11, 30))
    assert len(year) == 12
    local = [outage.starts_at.astimezone(PARIS) for outage in year]
    assert {(t.hour, t.minute, t.weekday()) for t in local} == {(9, 0, 1)}
    assert all(8 <= t.day <= 14 for t in local)
    again = actions.plan_from_template(cast.amina, template, first=date(2026, 12, 1), last=date(2027, 11, 30))
    assert [outage.pk for outage in again] == [outage.pk for outage in year]
    with pytest.raises(BadInput):
        actions.save_template(
            cast.amina,
            code="bad",
            title_fr="x",
            title_en="x",
            services={"farm": "degraded"},
            at=time(9, 0),
            minutes=120,
            recurrence="every full moon",
        )


def test_several_interventions_in_one_outage_know_who_waits_for_whom(cast: Cast, clock: Clock):
    outage = planned(cast, storage="down", farm="down")
    first = actions.add_intervention(
        cast.amina, outage, what="Replace the switch", starts_at=START, ends_at=START + timedelta(hours=2)
    )
    with pytest.raises(BadInput):
        actions.add_intervention(
            cast.amina,
            outage,
            what="Too early",
            starts_at=START + timedelta(hours=1),
            ends_at=START + timedelta(hours=3),
            after=[first.number],
        )
    second = actions.add_intervention(
        cast.amina,
        outage,
        what="Update dCache",
        who="storage team",
        services=["storage"],
        starts_at=START + timedelta(hours=2),
        ends_at=START + timedelta(hours=5),
        after=[first.number],
    )
    with pytest.raises(Refused):
        actions.finish_intervention(cast.amina, second)
    actions.finish_intervention(cast.amina, first)
    actions.finish_intervention(cast.amina, second)
    with pytest.raises(BadInput):
        actions.add_intervention(
            cast.amina, outage, what="Outside", starts_at=END, ends_at=END + timedelta(hours=1)
        )


def test_planned_over_the_night_of_the_clock_change_it_lasts_what_it_lasts(cast: Cast, clock: Clock):
    clock.set(datetime(2027, 3, 1, 9, 0, tzinfo=UTC))
    start = datetime(2027, 3, 27, 23, 0, tzinfo=UTC)  # midnight in Paris; 02:00 jumps to 03:00
    outage = planned(cast, start=start, hours=5)
    actions.accept_following(cast.lucie, outage)
    text = tell(cast.lucie, outage).rendered["en"]["mail_text"]
    assert "CET" in text
    assert "CEST" in text  # 00:00 CET to 06:00 CEST is five hours
    assert "06:00" in text
