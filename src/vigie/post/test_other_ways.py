"""The outbox by other ways than mail: a webhook that asks for patience, a mail with a calendar."""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from tests.support.small_http import small_http_server
from tests.support.small_smtp import SmallSmtp
from tests.support.targets import target

from vigie.kernel.clock import Clock
from vigie.kernel.intents import IntentState as S
from vigie.post import sending
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


def put(recipient: str, payload: dict[str, object], channel: str) -> None:
    with transaction.atomic():
        enqueue([Parcel("t:1", recipient, "fr", "topic", payload, channel=channel)])


def test_a_receiver_that_asks_for_patience_gets_it_within_reason(settings, clock: Clock, tmp_path: Path):
    settings.CHANNELS = {"webhook": {"secret": "s", "timeout": 5}}
    with small_http_server() as server:
        hook = f"http://127.0.0.1:{server.port}/hook"
        settings.TARGETS = target(tmp_path, "desk", "webhook", f"{hook}/status/503?after=7200")
        put("desk", {"title": "t"}, "webhook")
        sending.send_due("w")
        row = Delivery.objects.get()
        assert row.state == S.WAITING
        assert row.not_before - clock.now() == timedelta(hours=2)
        clock.tick(hours=2)
        target(tmp_path, "desk", "webhook", f"{hook}/status/503?after=999999")
        sending.send_due("w")
        assert Delivery.objects.get().not_before - clock.now() == sending.LONGEST_PAUSE
        clock.tick(hours=6)
        target(tmp_path, "desk", "webhook", hook)
        sending.send_due("w")
    assert Delivery.objects.get().state == S.DONE
    ids = {request.headers["Idempotency-Key"] for request in server.requests}
    assert len(ids) == 1
    assert len(server.requests) == 3


def test_a_calendar_goes_with_the_mail(settings, small_smtp: SmallSmtp, clock: Clock):
    settings.CHANNELS = {"mail": {"host": "127.0.0.1", "port": small_smtp.smtp_port, "timeout": 5}}
    content = "BEGIN:VCALENDAR\nMETHOD:CANCEL\nEND:VCALENDAR\n"
    body = {"subject": "s", "text": "t", "calendar": {"content": content, "method": "CANCEL"}}
    put("jean@centre.test", body, "mail")
    sending.send_due("w")
    [mail] = small_smtp.messages("jean@centre.test")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["event.ics"]


def test_a_calendar_that_is_none_is_set_apart(settings, small_smtp: SmallSmtp, clock: Clock):
    settings.CHANNELS = {"mail": {"host": "127.0.0.1", "port": small_smtp.smtp_port, "timeout": 5}}
    put("jean@centre.test", {"subject": "s", "text": "t", "calendar": {"ics": "?"}}, "mail")
    sending.send_due("w")
    assert Delivery.objects.get().state == S.SET_APART


@pytest.mark.parametrize(
    ("channel", "payload", "state"),
    [
        ("webhook", {"title": "t"}, S.WAITING),  # repeatable: tried again
        ("apprise", {"title": "t", "text": "t"}, S.IN_DOUBT),
    ],
)
def test_a_target_that_hangs_costs_one_wait_and_not_one_for_each_message(
    settings, clock: Clock, tmp_path: Path, small_smtp: SmallSmtp, monkeypatch, *, channel, payload, state
):
    monkeypatch.setattr(sending, "SILENCE", 0.5)
    settings.CHANNELS = {
        "webhook": {"secret": "s", "timeout": 1},
        "apprise": {"timeout": 1},
        "mail": {"host": "127.0.0.1", "port": small_smtp.smtp_port, "timeout": 5},
    }
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes what comes and never says a word
        scheme, port = ("http" if channel == "webhook" else "json"), mute.getsockname()[1]
        settings.TARGETS = target(tmp_path, "desk", channel, f"{scheme}://127.0.0.1:{port}/x")
        with transaction.atomic():
            enqueue(Parcel(f"t:{n}", "desk", "fr", "topic", payload, channel=channel) for n in range(30))
            enqueue([Parcel("m", "jean@centre.test", "fr", "topic", {"subject": "s", "text": "t"})])
        began = time.monotonic()
        sending.send_due("w")
    assert time.monotonic() - began < 10
    assert len(small_smtp.messages("jean@centre.test")) == 1
    first, *others = Delivery.objects.filter(channel=channel).order_by("pk")
    assert (first.state, first.attempt) == (state, 1)
    assert {(row.state, row.attempt) for row in others} == {(S.WAITING, 0)}
    assert min(row.not_before for row in others) - clock.now() == sending.CHANNEL_REST
