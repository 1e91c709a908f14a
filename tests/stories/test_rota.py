"""Stories of the rota: mails about shifts to come, swaps, somebody leaves, calendars that fail, nights of two hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import vobject
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from tests.support.cast import SUNDAY, Cast, make_cast
from vigie.config.reactions import REACTIONS
from vigie.duty import actions, queries, quick
from vigie.duty.actions import Shape
from vigie.duty.models import Duty, Shift, ShiftChange, SwapState
from vigie.duty.rules import Reason
from vigie.duty.seen import queries as seen
from vigie.duty.seen.actions import keep_up
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.kernel.events import dispatch_due
from vigie.people.actions import leave, make_token, plan_departure, save_person
from vigie.people.models import Person
from vigie.people.rules import Scope
from vigie.post.models import Delivery
from vigie.worker.modules import modules

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = date(2026, 11, 23)
VALUES = settings.OPTIONS.values  # before anything overrides them


@pytest.fixture(autouse=True)
def _three_weeks_ahead_in_english() -> Iterator[None]:
    with (
        override_settings(OPTIONS={**VALUES, "duty.horizon": 21}),
        translation.override("en"),
    ):
        yield


@pytest.fixture
def support(cast: Cast) -> Duty:
    """From Monday on Denis (English), Lucie and Sara (French) hold Support for a day each; a lead decides on swaps."""
    duty = actions.shape_duty(
        cast.sara, cast.support, Shape(rhythm="round", handovers="8:00", needs_approval=True)
    )
    people = [cast.denis, cast.lucie, cast.sara]
    actions.save_rotation(cast.sara, duty, starts_on=MONDAY, every="day", people=people)
    ShiftChange.objects.all().delete()  # what the tests begin from is told
    return duty


def ahead(person: Person) -> list[Shift]:
    return list(Shift.objects.filter(person=person, starts_at__gt=SUNDAY).order_by("starts_at"))


def mails(topic: str = "rota", prefix: str = "rota:") -> dict[str, str]:
    rows = Delivery.objects.filter(topic=topic, key__startswith=prefix)
    return {
        row.recipient.partition("@")[0]: f"{row.payload['subject']}\n{row.payload['text']}" for row in rows
    }


def worker(name: str) -> int:
    """What one turn of a worker that has just started does in one of its modules."""
    [module] = [one for one in modules(REACTIONS) if one.name == name]
    return module.work(None) if module.due is None or module.due() else 0  # type: ignore[arg-type] # no turn needed


def test_whose_shifts_to_come_changed_gets_one_mail_in_their_language(
    cast: Cast, support: Duty, clock: Clock
):
    first, second = ahead(cast.denis)[:2]
    for shift in (first, second):
        actions.add_shift(
            cast.sara, duty=support, person=cast.lucie, starts_at=shift.starts_at, ends_at=shift.ends_at
        )
        clock.tick(seconds=90)
        assert worker("rota mails") == 0  # she is still at it
    clock.tick(seconds=31)
    assert worker("rota mails") == 2
    sent = mails()
    assert set(sent) == {"denis", "lucie"}  # Sara knows what she did
    assert "Your shifts have changed" in sent["denis"]
    assert "You no longer hold:" in sent["denis"]
    assert sent["denis"].count("\n- ") == 2
    assert "Changed by: Sara Weber" in sent["denis"]
    assert "Vos vacations ont changé" in sent["lucie"]
    assert "Support" in sent["lucie"]
    assert "Tue 2026-11-2" not in sent["lucie"]
    assert "Thu 2026-11-26" in sent["denis"]
    clock.tick(days=1)
    assert worker("rota mails") == 0  # nobody is told twice, whichever worker asks
    assert len(mails()) == 2


def test_a_change_taken_back_or_over_before_its_mail_is_not_told(cast: Cast, support: Duty, clock: Clock):
    shift = ahead(cast.denis)[0]
    by_hand = actions.add_shift(
        cast.sara, duty=support, person=cast.lucie, starts_at=shift.starts_at, ends_at=shift.ends_at
    )
    actions.remove_shift(cast.sara, by_hand)  # the rotation puts Denis back
    clock.tick(minutes=3)
    assert worker("rota mails") == 0
    second = ahead(cast.denis)[0]
    actions.add_shift(
        cast.sara, duty=support, person=cast.lucie, starts_at=second.starts_at, ends_at=second.ends_at
    )
    clock.set(second.ends_at)  # the worker was down until the shift was over
    assert worker("rota mails") == 0
    assert mails() == {}


def test_the_past_of_a_shift_is_nobodys_news(cast: Cast, clock: Clock):
    """Bruno takes over from Amina at once: both are told of the part to come only."""
    ShiftChange.objects.all().delete()
    running = queries.on_duty(SUNDAY, "production")[0]
    actions.add_shift(
        cast.odile,
        duty=cast.production,
        person=cast.bruno,
        starts_at=running.since,
        ends_at=running.until,
        instead=True,
    )
    clock.tick(minutes=3)
    assert worker("rota mails") == 2
    sent = mails()
    assert "14:26 – 20:26" in sent["amina"]
    assert "14:26 – 20:26" in sent["bruno"]


def test_who_has_no_address_or_left_is_owed_no_mail(cast: Cast, support: Duty, clock: Clock):
    Person.objects.filter(pk=cast.lucie.pk).update(email="")
    shift = ahead(cast.denis)[0]
    actions.add_shift(
        cast.sara, duty=support, person=cast.lucie, starts_at=shift.starts_at, ends_at=shift.ends_at
    )
    leave(cast.ada, cast.denis)
    clock.tick(minutes=3)
    worker("rota mails")
    assert {"lucie", "denis"} & set(mails()) == set()
    assert not actions.changes_due()


def test_a_rota_that_never_rests_is_told_of_all_the_same(cast: Cast, support: Duty, clock: Clock):
    shift, person = ahead(cast.denis)[0], cast.lucie
    for _minute in range(16):
        actions.add_shift(
            cast.sara,
            duty=support,
            person=person,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            instead=True,
        )
        person = cast.bruno if person == cast.lucie else cast.lucie
        clock.tick(minutes=1)
    assert worker("rota mails") > 0


def test_the_weekly_mail_comes_once_on_its_day_from_seven_on(cast: Cast, support: Duty, clock: Clock):
    actions.shape_duty(cast.odile, cast.production, Shape(rhythm="round", handovers="8:00"))  # nobody in line
    swap = actions.offer_swap(cast.denis, ahead(cast.denis)[1], to=cast.lucie)
    other = actions.offer_swap(cast.denis, ahead(cast.denis)[2], to=cast.lucie)
    actions.accept_swap(cast.lucie, other)
    assert worker("weekly rota mail") == 0  # a Sunday
    clock.set(datetime(2026, 11, 23, 5, 59, tzinfo=UTC))
    assert worker("weekly rota mail") == 0
    clock.set(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    assert worker("weekly rota mail") > 0
    sent = mails(prefix="rota-week:")
    assert "Your shifts of the next four weeks:" in sent["denis"]
    assert "Vos vacations des quatre prochaines semaines" in sent["lucie"]
    assert "Un collègue demande si vous pouvez prendre" in sent["lucie"]
    assert "Personne ne tient" in sent["odile"]  # a lead, without any shift
    assert "bruno" not in sent  # no shift, nothing waits for him
    assert "ada" not in sent
    assert swap.state == SwapState.OPEN
    clock.tick(hours=5)
    assert worker("weekly rota mail") == 0  # the worker started again
    assert len(mails(prefix="rota-week:")) == len(sent)
    clock.tick(days=7)
    assert worker("weekly rota mail") > 0
    with override_settings(OPTIONS={**VALUES, "duty.digest_day": "never"}):
        assert actions.send_digests() == 0


def test_a_lead_refuses_a_swap_and_everything_stays(cast: Cast, support: Duty, clock: Clock):
    shift = ahead(cast.denis)[0]
    swap = actions.accept_swap(cast.lucie, actions.offer_swap(cast.denis, shift, to=cast.lucie))
    with pytest.raises(BadInput):
        actions.decide_swap(cast.sara, swap, approve=False)
    actions.decide_swap(cast.sara, swap, approve=False, answer="You teach that day.")
    assert queries.on_duty(shift.starts_at, "support")[0].person == cast.denis
    sent = mails(topic=f"swap:{swap.pk}", prefix=f"swap:{swap.pk}:refused")
    assert {name: "You teach that day." in text for name, text in sent.items()} == {
        "denis": True,
        "lucie": True,
    }
    assert sent["denis"].startswith("A lead refused the swap")
    clock.tick(minutes=3)
    assert worker("rota mails") == 0  # nobody's shifts changed
    with pytest.raises(Conflict):
        actions.decide_swap(cast.ada, swap, approve=True)


def test_who_leaves_passes_their_shifts_on_by_the_news_alone(cast: Cast, support: Duty, clock: Clock):
    """Lucie stands in the list, holds a shift by hand elsewhere, and offers one; Bruno fills in where he is in no list."""
    start = SUNDAY + 10 * DAY
    actions.add_shift(
        cast.odile, duty=cast.production, person=cast.lucie, starts_at=start, ends_at=start + 8 * HOUR
    )
    stands_in = ahead(cast.denis)[2]
    actions.add_shift(
        cast.sara, duty=support, person=cast.bruno, starts_at=stands_in.starts_at, ends_at=stands_in.ends_at
    )
    swap = actions.offer_swap(cast.lucie, next(row for row in ahead(cast.lucie) if row.duty == support))
    hers = [row.starts_at for row in ahead(cast.lucie) if row.duty == support]
    ShiftChange.objects.all().delete()
    for person in (cast.lucie, cast.bruno):
        leave(cast.ada, person)
    dispatch_due(REACTIONS)
    assert not Shift.objects.filter(duty=support, person=cast.lucie, starts_at__gt=SUNDAY).exists()
    assert {queries.on_duty(at, "support")[0].person.login for at in hers} <= {"denis", "sara"}
    assert not Shift.objects.filter(duty=support, person=cast.bruno, starts_at__gt=SUNDAY).exists()
    assert queries.on_duty(stands_in.starts_at, "support")[0].person in {cast.denis, cast.sara}
    assert not queries.holes(SUNDAY + DAY, SUNDAY + 20 * DAY, "support")
    [hole] = queries.holes(SUNDAY + DAY, SUNDAY + 20 * DAY, "production")  # nobody stands behind it
    assert (hole.left, hole.span.starts) == (cast.lucie, start)
    [explained] = queries.explain([hole])
    assert explained.could
    assert queries.swap_by_id(swap.pk).state == SwapState.WITHDRAWN
    before = sorted(Shift.objects.values_list("pk", "person", "sequence"))
    assert dispatch_due(REACTIONS) == 0
    assert sorted(Shift.objects.values_list("pk", "person", "sequence")) == before
    clock.tick(minutes=3)
    worker("rota mails")
    assert set(mails()) == {"denis", "sara"}  # whoever left is not written to
    save_person(
        cast.ada, login="lucie", name="Lucie Petit", email="lucie@centre.test", groups=[("support", False)]
    )
    dispatch_due(REACTIONS)
    assert [
        row.starts_at for row in ahead(cast.lucie) if row.duty == support
    ] == hers  # she is back in her place


def test_a_departure_that_is_planned_opens_only_what_comes_after(cast: Cast, support: Duty):
    last = SUNDAY.date() + 10 * DAY
    plan_departure(cast.sara, cast.denis, on=last)
    dispatch_due(REACTIONS)
    kept = [row.starts_at.date() for row in ahead(cast.denis)]
    assert kept
    assert max(kept) < last
    assert not queries.holes(SUNDAY + DAY, SUNDAY + 20 * DAY, "support")
    plan_departure(cast.sara, cast.denis, on=None)
    dispatch_due(REACTIONS)
    assert max(row.starts_at.date() for row in ahead(cast.denis)) > last


def test_nobody_qualified_is_seen_as_a_hole_at_every_door(cast: Cast, support: Duty, client: Client):
    actions.qualify(cast.sara, support, cast.bruno, since=date(2027, 6, 1))  # nobody until June
    actions.refill(System(), support)
    assert ahead(cast.denis) == []
    [first, *_] = queries.explain(queries.holes(SUNDAY + DAY, SUNDAY + 9 * DAY, "support"))
    assert first.could == ()
    assert {why for _person, why in first.cannot} == {Reason.UNQUALIFIED}
    client.force_login(cast.sara, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("duty_holes"), headers={"accept-language": "en"}).content.decode()
    assert "not qualified then" in page
    _row, secret = make_token(cast.ada, cast.sara, label="script", scopes=[Scope.READ])
    rows = Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/holes?duty=support").json()
    assert rows
    assert not any(row["could"] for row in rows)
    with pytest.raises(Refused):
        actions.offer_swap(
            cast.sara,
            actions.add_shift(
                cast.sara,
                duty=support,
                person=cast.lucie,
                starts_at=SUNDAY + 2 * DAY,
                ends_at=SUNDAY + 2 * DAY + HOUR,
            ),
            to=cast.denis,
        )


AWAY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:t
BEGIN:VEVENT
UID:1
SUMMARY:Away
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261127
{rule}END:VEVENT
END:VCALENDAR
"""


def test_an_address_that_is_down_endless_or_broken_opens_no_hole(
    cast: Cast, support: Duty, clock: Clock, tmp_path: Path
):
    file = tmp_path / "denis.ics"
    file.write_text(AWAY.format(rule=""))
    with override_settings(OPTIONS={**VALUES, "duty.horizon": 21, "duty.calendar_folder": str(tmp_path)}):
        row = actions.save_calendar(cast.denis, cast.denis, address=file.as_uri())
        assert actions.read_calendar(row)
        away = datetime(2026, 11, 26, 12, tzinfo=UTC)
        assert queries.on_duty(away, "support")[0].person != cast.denis
        before = sorted(Shift.objects.values_list("pk", "person"))
        file.unlink()  # down
        clock.tick(hours=2)
        assert not actions.read_calendar(row)
        assert (row.failing_since, bool(row.problem)) == (clock.now(), True)
        for broken in ("", "<html>", "BEGIN:VCALENDAR\nBEGIN:VEVENT", "\x00\xff" * 50):
            file.write_text(broken)
            assert (
                not actions.read_calendar(row)
                or not queries.absences(clock.now(), person=cast.denis).exists()
            )
            if not broken.startswith("BEGIN"):
                assert sorted(Shift.objects.values_list("pk", "person")) == before
        file.write_text(AWAY.format(rule="").replace("Away", "a\x00b").replace("DTSTART", "X-START"))
        actions.read_calendar(row)  # kept aside or refused, never a crash
        file.write_text(AWAY.format(rule="RRULE:FREQ=DAILY\n"))  # without an end
        assert actions.read_calendar(row)
        assert queries.absences(clock.now(), person=cast.denis).count() <= 401
        assert ahead(cast.denis)
        assert max(one.starts_at for one in ahead(cast.denis)) < datetime(2026, 11, 26, tzinfo=UTC)
        assert not queries.holes(SUNDAY + DAY, SUNDAY + 20 * DAY, "support")


@pytest.mark.parametrize(
    ("night", "skipped"),
    [(datetime(2027, 3, 28, tzinfo=UTC), True), (datetime(2026, 10, 25, tzinfo=UTC), False)],
)
def test_a_night_of_two_clocks_reads_alike_at_every_door(
    transactional_db: None, clock: Clock, client: Client, night: datetime, skipped: bool
):
    """A hand-over at half past two, an hour that is missing in March and comes twice in October."""
    with clock.travel(night - DAY):
        cast = make_cast(now=night - 3 * DAY)
        Shift.objects.all().delete()
        duty = actions.shape_duty(cast.odile, cast.production, Shape(rhythm="round", handovers="2:30"))
        first = (night - DAY).date()
        people = [cast.amina, cast.bruno, cast.odile]
        actions.save_rotation(cast.odile, duty, starts_on=first, every="day", people=people)
        keep_up(duty)
        client.force_login(cast.odile, backend="allauth.account.auth_backends.AuthenticationBackend")
        _row, secret = make_token(cast.ada, cast.odile, label="script", scopes=[Scope.READ])
        script = Client(headers={"authorization": f"Bearer {secret}"})
        path = "/" + seen.calendar_url(duty).split("/", 3)[3]
        events = [
            (one.dtstart.value, one.dtend.value, str(one.summary.value))
            for one in vobject.readOne(client.get(path).content.decode()).contents["vevent"]
        ]
        for minute in (-1, 0, 29, 30, 31, 59, 60, 61, 89, 90, 91, 119, 120, 180):
            t = night + timedelta(minutes=minute)
            names = [row.person.login for row in queries.on_duty(t)]
            spans = [(row.since, row.until) for row in queries.on_duty(t)]
            assert names, t  # never nobody
            assert len(names) == (1 if skipped or not 30 <= minute < 90 else 2), t
            by_file = quick.on_duty(connection.settings_dict, t, "")
            assert [(row.login, row.since, row.until) for row in by_file] == [
                (name, *span) for name, span in zip(names, spans, strict=True)
            ]
            stamp = t.strftime("%Y-%m-%dT%H:%M:%SZ")
            answer = script.get(f"/api/v1/who?at={stamp}").json()["on_duty"]
            assert [row["person"]["login"] for row in answer] == names
            now = script.get(f"/api/v1/duty/now?at={stamp}").json()["duties"][0]["levels"][0]["holders"]
            assert [row["person"]["login"] for row in now] == names
            assert sorted((a, b) for a, b, _who in events if a <= t < b) == sorted(spans)
            with clock.travel(t):
                page = client.get(reverse("today"), headers={"accept-language": "en"}).content.decode()
                assert (
                    next(p.name for p in (cast.amina, cast.bruno, cast.odile) if p.login == names[0]) in page
                )
        holes = script.get("/api/v1/holes?duty=production").json()
        assert len(holes) == 1  # what was left of the shift that went on when the list was written
        assert datetime.fromisoformat(holes[0]["ends_at"]) < night - 20 * HOUR
