"""The outbox against a small real SMTP server that misbehaves to order."""

import pytest
from django.db import transaction
from tests.support.small_smtp import SmallSmtp

from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.events import EventRow
from vigie.kernel.intents import IntentState as S
from vigie.post import sending
from vigie.post.actions import Parcel, enqueue, retry
from vigie.post.keys import mark
from vigie.post.messages import message_id
from vigie.post.models import OUTBOX, Delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def out(small_smtp: SmallSmtp, settings, clock: Clock) -> None:
    settings.CHANNELS = {"mail": {"host": "127.0.0.1", "port": small_smtp.smtp_port, "timeout": 5}}
    settings.DEFAULT_FROM_EMAIL = "vigie@centre.test"


def put(*names: str, channel: str = "mail", **payload: str) -> None:
    body = {"subject": "Arrêt du stockage", "text": "Il est arrêté.", **payload}
    with transaction.atomic():
        enqueue(
            Parcel(f"t:{name}", f"{name}@centre.test", "fr", "topic", body, channel=channel) for name in names
        )


def row(name: str) -> Delivery:
    return Delivery.objects.get(key=f"t:{name}")


def state(name: str) -> str:
    return row(name).state


def set_apart() -> list[int]:
    return [event.payload["delivery_id"] for event in EventRow.objects.filter(kind="post.set_apart")]


def test_what_is_due_leaves_once_on_one_connection(small_smtp: SmallSmtp):
    put("jean", "mary", "ada")
    assert sending.due()
    assert sending.send_due("w") == 3
    assert sending.send_due("w") == 0
    assert not sending.due()
    assert small_smtp.connections() == 1
    [mail] = small_smtp.messages("jean@centre.test")
    assert mail["Subject"] == "Arrêt du stockage"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "vigie@centre.test"
    assert state("jean") == S.DONE
    assert "250 2.0.0 kept" in row("jean").receipt


def test_a_passing_refusal_waits_and_goes_again(small_smtp: SmallSmtp, clock: Clock):
    put("greylist", "jean")
    sending.send_due("w")
    assert (state("greylist"), state("jean")) == (S.WAITING, S.DONE)
    assert "451" in row("greylist").last_error
    assert sending.send_due("w") == 0  # not before its time
    clock.tick(seconds=31)
    sending.send_due("w")
    assert state("greylist") == S.DONE
    assert len(small_smtp.messages("greylist@centre.test")) == 1


def test_a_refused_address_is_set_apart_and_stops_nobody(small_smtp: SmallSmtp):
    put("nobody", "full", "refused", "jean")
    sending.send_due("w")
    assert [state(name) for name in ("nobody", "full", "refused", "jean")] == [S.SET_APART] * 3 + [S.DONE]
    assert "550 5.1.1" in row("nobody").last_error
    assert set_apart() == [row(name).pk for name in ("nobody", "full", "refused")]
    retry(System(), row("nobody"))
    sending.send_due("w")
    assert state("nobody") == S.SET_APART


def test_an_address_that_is_late_for_days_is_given_up(clock: Clock):
    put("later")
    for _ in range(sending.MAX_ATTEMPTS):
        sending.send_due("w")
        clock.tick(hours=1)
    assert state("later") == S.SET_APART
    assert "given up after 60 attempts" in row("later").last_error


def test_cut_after_the_dot_the_mail_goes_again_with_the_same_message_id(small_smtp: SmallSmtp, clock: Clock):
    put("cut-after", "jean")
    sending.send_due("w")
    assert (state("cut-after"), state("jean")) == (S.WAITING, S.DONE)
    assert row("cut-after").maybe_repeated
    clock.tick(minutes=1)
    sending.send_due("w")
    first, second = small_smtp.messages("cut-after@centre.test")
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_always_cuts_ends_in_doubt_for_a_person(clock: Clock):
    put("cut-before")
    for _ in range(10):
        sending.send_due("w")
        clock.tick(hours=1)
    assert state("cut-before") == S.IN_DOUBT
    assert row("cut-before").attempt == sending.MAX_DOUBTS
    assert set_apart() == [row("cut-before").pk]


def test_a_server_away_for_an_hour_costs_no_row_an_attempt(small_smtp: SmallSmtp, clock: Clock):
    put(*(f"p{n}" for n in range(120)))
    small_smtp.stop()
    for _ in range(60):
        sending.send_due("w")
        clock.tick(minutes=1)
    assert set(Delivery.objects.values_list("state", "attempt")) == {(S.WAITING, 0)}
    assert "Connection refused" in row("p0").last_error
    small_smtp.start()
    assert sending.send_due("w") == 120
    assert set(Delivery.objects.values_list("state", flat=True)) == {S.DONE}
    assert len(small_smtp.addresses()) == 120


def test_a_channel_that_is_wrongly_configured_waits_for_the_administrator(settings, clock: Clock):
    put("jean")
    settings.CHANNELS = {"mail": {"port": "many"}}
    sending.send_due("w")
    assert state("jean") == S.WAITING
    assert "'many' is not a whole number" in row("jean").last_error


def test_an_unknown_channel_and_an_empty_mail_are_set_apart_with_words(small_smtp: SmallSmtp):
    put("pigeon", channel="pigeon")
    put("empty", text=" ")
    put("jean")
    sending.send_due("w")
    assert [state(name) for name in ("pigeon", "empty", "jean")] == [S.SET_APART, S.SET_APART, S.DONE]
    assert "no channel “pigeon”" in row("pigeon").last_error
    assert "has no text" in row("empty").last_error


def test_a_line_break_in_a_subject_can_t_leave(small_smtp: SmallSmtp):
    put("jean", subject="Hello\nBcc: all@centre.test")
    sending.send_due("w")
    assert state("jean") == S.SET_APART
    assert small_smtp.addresses() == []


def test_what_a_dead_worker_held_is_taken_back(small_smtp: SmallSmtp, clock: Clock):
    put("touched", "untouched")
    OUTBOX.lease_batch("dead", size=10, span=sending.LEASE)
    OUTBOX.begin(row("touched").pk, "dead", span=sending.LEASE)
    assert sending.recover() == 0
    assert sending.send_due("w") == 0
    clock.tick(minutes=6)
    assert sending.recover() == 2
    assert (row("touched").maybe_repeated, row("untouched").maybe_repeated) == (True, False)
    assert sending.send_due("w") == 2
    assert OUTBOX.confirm(row("touched").pk, "dead") is False  # the dead one wakes up: too late
    assert len(small_smtp.messages("touched@centre.test")) == 1


def test_a_row_that_kills_its_worker_each_time_waits_for_a_person(clock: Clock):
    put("killer")
    for _ in range(sending.MAX_DOUBTS):
        [pk] = OUTBOX.lease_batch("dead", size=10, span=sending.LEASE)
        OUTBOX.begin(pk, "dead", span=sending.LEASE)
        clock.tick(minutes=6)
        assert sending.recover() == 1
    assert state("killer") == S.IN_DOUBT
    assert set_apart() == [row("killer").pk]


def test_asked_to_stop_it_gives_the_rest_back(small_smtp: SmallSmtp):
    put("a", "b", "c")
    answers = iter([True, True, False, False])
    sending.send_due("w", go_on=lambda: next(answers))
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [S.DONE, S.WAITING, S.WAITING]
    assert Delivery.objects.filter(attempt=0, owner="").count() == 2


def test_the_message_id_is_the_delivery_s_own_and_nobody_else_can_make_it(settings):
    assert message_id("v17", "Vigie <vigie@centre.test>") == message_id("v17", "vigie@centre.test")
    assert mark("t:jean") == mark("t:jean") != mark("t:mary")
    before = mark("t:jean")
    settings.SECRET_KEY = "another"
    assert mark("t:jean") != before


def test_a_repeat_keeps_its_message_id_though_the_secret_changed(
    small_smtp: SmallSmtp, clock: Clock, settings
):
    put("cut-after")
    sending.send_due("w")
    settings.SECRET_KEY = "another"
    clock.tick(minutes=1)
    sending.send_due("w")
    first, second = small_smtp.messages("cut-after@centre.test")
    assert first["Message-ID"] == second["Message-ID"]


def test_a_clock_set_back_makes_nothing_late_and_nothing_twice(small_smtp: SmallSmtp, clock: Clock):
    put("jean", "greylist")
    sending.send_due("w")
    put("mary", "ada")
    clock.tick(hours=-1)
    put("late")
    assert sending.due()
    assert sending.send_due("w") == 4  # what was asked to wait half a minute too: its minute is lost
    assert set(Delivery.objects.values_list("state", flat=True)) == {S.DONE}
    assert [len(small_smtp.messages(f"{name}@centre.test")) for name in ("jean", "mary", "greylist")] == [
        1
    ] * 3


def test_a_run_that_broke_off_takes_its_own_leases_back(small_smtp: SmallSmtp, clock: Clock):
    put("a", "b")
    pks = OUTBOX.lease_batch("w", size=10, span=sending.LEASE)
    OUTBOX.begin(pks[0], "w", span=sending.LEASE)
    assert sending.send_due("other") == 0
    assert sending.send_due("w") == 2
    assert (row("a").maybe_repeated, row("b").maybe_repeated) == (True, False)


def test_what_arrived_is_written_down_though_its_neighbours_fail(small_smtp: SmallSmtp):
    put("a", "nobody", "b", "cut-after", "c")
    sending.send_due("w")
    assert [state(name) for name in ("a", "nobody", "b", "cut-after", "c")] == [
        S.DONE, S.SET_APART, S.DONE, S.WAITING, S.DONE
    ]  # fmt: skip
    assert row("a").receipt != row("c").receipt  # each with the server's own answer
