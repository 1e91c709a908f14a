"""Story: nobody knows whether a call that may not be repeated happened; a person looks, and says so."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from django.db import transaction
from django.test import Client

from tests.support.cast import Cast
from tests.support.targets import target
from vigie.config.reactions import REACTIONS
from vigie.contracts.channel import ChannelConfig, ChannelInfo, OutgoingMessage, Receipt, UncertainFailure
from vigie.kernel.audit import AuditRow
from vigie.kernel.clock import Clock
from vigie.kernel.events import dispatch_due
from vigie.kernel.intents import IntentState as S
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.post import channels, sending
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import OUTBOX, Delivery

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGER = "tests.stories.test_in_doubt:Pager"


class Pager:
    """A stranger's way out: it rings a telephone, and ringing twice is worse than asking."""

    info: ClassVar[ChannelInfo] = ChannelInfo(
        name="pager",
        title_en="Pager",
        title_fr="Bip",
        payload="text",
        repeatable=False,
        address_example="4217",
    )
    rang: ClassVar[list[str]] = []

    def __init__(self, config: ChannelConfig) -> None:
        pass

    @contextmanager
    def open(self) -> Iterator["Pager"]:
        yield self

    def send(self, message: OutgoingMessage) -> Receipt:
        self.rang.append(message.address)
        if message.address == "broken":
            raise UncertainFailure("The line went dead while it rang.")
        return Receipt("rang")


@pytest.fixture(autouse=True)
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[None]:
    """Installed as pip would: a package's metadata with an entry point, found on the path."""
    metadata = tmp_path / "stranger_pager-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger-pager\nVersion: 1.0\n", "utf-8")
    (metadata / "entry_points.txt").write_text(f"[{channels.GROUP}]\npager = {PAGER}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    settings.TARGETS = {}
    for number in ("4217", "4218", "4219", "broken"):
        settings.TARGETS |= target(tmp_path, f"on-call-{number}", "pager", number)
    _forget()
    _rung().clear()
    yield
    _forget()


def _forget() -> None:
    channels.installed.cache_clear()
    channels.channel_class.cache_clear()


def _rung() -> list[str]:
    """What the class that the entry point names has rung."""
    rang: list[str] = getattr(channels.channel_class("pager"), "rang")  # noqa: B009 # the stranger's own attribute
    return rang


def put(cast: Cast, numbers: Mapping[str, str]) -> Outage:
    """An outage whose first notice also goes to these numbers, {key: number}."""
    declared = actions.declare_sudden(cast.lucie, services={"storage": "down"})
    draft = declared.first_notice
    assert draft is not None
    with transaction.atomic():
        enqueue(
            Parcel(key, f"on-call-{number}", "fr", draft.topic, {"text": "Panne"}, channel="pager")
            for key, number in numbers.items()
        )
    return declared.outage


def row(key: str) -> Delivery:
    return Delivery.objects.get(key=key)


def test_an_uncertain_call_waits_for_a_person_who_finds_it_on_the_page(cast: Cast, clock: Clock):
    outage = put(cast, {"a": "4217", "b": "broken", "c": "4218"})
    sending.send_due("w")
    assert [row(key).state for key in "abc"] == [S.DONE, S.IN_DOUBT, S.DONE]
    for _ in range(5):  # no machine rings again, however long it waits
        clock.tick(hours=7)
        sending.recover()
        sending.send_due("w")
    assert _rung() == ["4217", "broken", "4218"]
    dispatch_due(REACTIONS)
    assert any("The line went dead" in fact.text for fact in queries.log(outage))

    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(cast.lucie, backend=BACKEND)
    page = browser.get(f"/outages/{outage.pk}").content.decode()
    assert "in doubt" in page
    assert "The line went dead while it rang." in page
    assert browser.post(f"/outages/{outage.pk}/deliveries/{row('b').pk}/arrived").status_code in {302, 303}
    assert row("b").state == S.DONE
    decided = AuditRow.objects.get(kind="delivery.resolved")
    assert (decided.actor_label, decided.changes) == ("Lucie Petit", {"happened": True})


def test_a_worker_that_dies_leaves_one_call_in_doubt_not_its_neighbours(cast: Cast, clock: Clock):
    put(cast, {"a": "4217", "b": "4218", "c": "4219"})
    Delivery.objects.exclude(channel="pager").delete()
    pks = OUTBOX.lease_batch("dead", size=10, span=sending.LEASE)
    OUTBOX.begin(pks[0], "dead", span=sending.LEASE)
    clock.tick(minutes=6)
    sending.recover()
    sending.send_due("w")
    assert [row(key).state for key in "abc"] == [S.IN_DOUBT, S.DONE, S.DONE]
    assert _rung() == ["4218", "4219"]


def test_what_can_t_be_repeated_is_begun_one_by_one(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    put(cast, {"a": "4217", "b": "4218", "c": "4219"})
    begun: list[int] = []
    ring = channels.channel_class("pager").send  # type: ignore[attr-defined] # a session and channel in one

    def looked_at(self: Pager, message: OutgoingMessage) -> Receipt:
        begun.append(Delivery.objects.filter(channel="pager", begun_at__isnull=False).count())
        return ring(self, message)  # type: ignore[no-any-return] # the stranger's own

    monkeypatch.setattr(channels.channel_class("pager"), "send", looked_at)
    sending.send_due("w")
    assert begun == [1, 1, 1]
