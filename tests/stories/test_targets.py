"""Story: notices also go to a chat and a webhook, whose addresses are secrets that stand nowhere but in their files."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import serializers
from django.test import Client

from tests.support.cast import Cast
from tests.support.desk import Desk
from tests.support.small_http import SmallHttp, small_http_server
from tests.support.targets import target
from vigie.config.reactions import REACTIONS
from vigie.kernel.clock import Clock
from vigie.kernel.events import EventRow, dispatch_due
from vigie.kernel.intents import IntentState as S
from vigie.kernel.models import AuditRow
from vigie.notices.models import Version
from vigie.outages import actions
from vigie.outages.models import Fact, Outage
from vigie.post import sending
from vigie.post.models import Body, Delivery

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SECRET = "a-key-that-nobody-may-see" * 20  # longer than any address of a person


@pytest.fixture
def server(settings, tmp_path: Path) -> Iterator[SmallHttp]:
    with small_http_server() as running:
        base = f"127.0.0.1:{running.port}"
        settings.CHANNELS = {"webhook": {"secret": "s", "timeout": 5}, "mail": {"port": 1}}
        settings.TARGETS = {
            **target(tmp_path, "orion-desk", "webhook", f"http://{base}/hook/{SECRET}", "en"),
            **target(tmp_path, "ops-chat", "apprise", f"json://{base}/chat/{SECRET}"),
            **target(tmp_path, "broken", "webhook", f"http://{base}/broken/{SECRET}/status/400"),
        }
        yield running


@pytest.fixture
def our_log() -> Iterator[io.StringIO]:
    root, text = logging.getLogger(), io.StringIO()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(level)
    root.removeHandler(handler)


def published(cast: Cast) -> Outage:
    declared = actions.declare_sudden(cast.lucie, services={"storage": "down"})
    assert declared.first_notice is not None
    actions.approve(cast.lucie, declared.outage, declared.first_notice)
    actions.publish(cast.lucie, declared.outage, declared.first_notice)
    return declared.outage


def row(name: str) -> Delivery:
    return Delivery.objects.get(recipient=name)


def test_a_notice_reaches_chat_and_webhook_and_no_secret_is_written_anywhere(
    cast: Cast, clock: Clock, server: SmallHttp, our_log: io.StringIO
):
    outage = published(cast)
    sending.send_due("w")
    while dispatch_due(REACTIONS):
        pass
    assert [row(name).state for name in ("orion-desk", "ops-chat", "broken")] == [S.DONE, S.DONE, S.SET_APART]
    [hook] = server.at("/hook")
    told = json.loads(hook.body)
    assert (told["event"], told["language"], told["kind"]) == ("notice.published", "en", "announcement")
    assert told["services"][0]["code"] == "storage"
    assert told["link"].endswith(f"/en/status/{outage.thread_id}.html")
    assert "down since" in told["title"]
    [chat] = server.at("/chat")
    assert f"/fr/status/{outage.thread_id}.html" in json.loads(chat.body)["message"]

    rows = [*Delivery.objects.all(), *Body.objects.all(), *EventRow.objects.all(), *AuditRow.objects.all()]
    rows += [*Fact.objects.all(), *Version.objects.all()]
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(cast.lucie, backend=BACKEND)
    version = Version.objects.get(state="published")
    paths = (
        f"outages/{outage.pk}",
        f"outages/{outage.pk}/audience",
        f"outages/{outage.pk}/notices/{version.pk}",
    )
    pages = {path: browser.get(f"/{path}").content.decode() for path in paths}
    for text in (serializers.serialize("json", rows), our_log.getvalue(), *pages.values()):
        assert "nobody-may-see" not in text
    assert "ops-chat" in pages[paths[1]]
    assert "broken" in pages[paths[0]]
    assert "400" in pages[paths[0]]


def test_what_many_get_alike_is_kept_once(cast: Cast, server: SmallHttp):
    published(cast)
    mails = Delivery.objects.filter(channel="mail", topic__startswith="notice-version:")
    persons = {(one.language, one.body_id) for one in mails if "list_unsubscribe" in one.payload}
    assert len(persons) == len({language for language, _body in persons})
    assert all(set(one.payload) <= {"list_unsubscribe"} for one in mails)
    assert Body.objects.count() <= 2 * 4  # person, list, text, json; French and English


def test_a_file_that_can_t_be_read_waits_for_the_administrator_and_a_target_that_is_gone_is_set_apart(
    cast: Cast, clock: Clock, server: SmallHttp, settings, tmp_path: Path
):
    published(cast)
    (tmp_path / "target-orion-desk").unlink()
    del settings.TARGETS["ops-chat"]
    sending.send_due("w")
    assert row("orion-desk").state == S.WAITING
    assert "target-orion-desk can't be read: No such file" in row("orion-desk").last_error
    assert row("ops-chat").state == S.SET_APART
    assert "no target “ops-chat”" in row("ops-chat").last_error
    target(tmp_path, "orion-desk", "webhook", f"http://127.0.0.1:{server.port}/other")
    clock.tick(minutes=2)
    sending.send_due("w")
    assert row("orion-desk").state == S.DONE


@pytest.mark.slow
def test_check_config_tries_each_target_and_shows_no_address(tmp_path: Path):
    for name, channel, address in (
        ("good", "webhook", f"https://chat.example/{SECRET}"),
        ("typo", "apprise", f"mmmmosts://chat.example/{SECRET}"),
        ("open", "webhook", f"https://chat.example/{SECRET}"),
        ("pigeon", "pigeon", SECRET),
    ):
        target(tmp_path, name, channel, address)
    (tmp_path / "target-open").chmod(0o644)
    toml = "[channels.webhook]\n[targets.absent]\nchannel = 'webhook'\naddress_file = '/nowhere'\n"
    channels = {"good": "webhook", "typo": "apprise", "open": "webhook", "pigeon": "pigeon"}
    for name, channel in channels.items():
        toml += f"[targets.{name}]\nchannel = '{channel}'\naddress_file = '{tmp_path}/target-{name}'\n"
    (tmp_path / "vigie.toml").write_text(toml, "utf-8")
    desk = Desk(tmp_path, {"VIGIE_CONFIG": str(tmp_path / "vigie.toml")})
    done = desk.run("check-config", "--json")
    assert done.returncode == 2
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert {name: found[f"target {name}"]["ok"] for name in (*channels, "absent")} == {
        "good": True, "typo": False, "open": False, "pigeon": False, "absent": False
    }  # fmt: skip
    assert "chmod" in found["target open"]["words"]
    assert "nobody-may-see" not in done.stdout + done.stderr
