"""Two people act on one outage at once, and one bad row stands in front of good ones: nobody loses anything."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.support.cast import Cast
from vigie.config.reactions import REACTIONS
from vigie.duty.escalation.models import Escalation
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.clock import now as clock_now
from vigie.kernel.errors import Conflict, Forbidden, Refused
from vigie.kernel.lifecycle import once
from vigie.notices.models import Version, VersionState
from vigie.notices.rules import Kind
from vigie.outages import actions, queries
from vigie.outages.actions import Window
from vigie.outages.models import CommunicationPolicy, Fact, Outage
from vigie.people.actions import leave, set_password
from vigie.post import sending
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Delivery
from vigie.worker.module import Turn
from vigie.worker.modules import modules


@pytest.fixture
def sudden(cast: Cast) -> Outage:
    return actions.declare_sudden(cast.amina, services={"storage": "down"}).outage


@pytest.fixture
def planned(cast: Cast, clock: Clock) -> Outage:
    return announced(cast, clock, "farm")


def announced(cast: Cast, clock: Clock, *codes: str, days: int = 12) -> Outage:
    """A scheduled outage of these services, followed by Lucie and told outside."""
    begin = clock.now() + timedelta(days=days)
    window = Window("down", begin, begin + timedelta(hours=4))
    row = actions.plan(
        cast.amina,
        windows=dict.fromkeys(codes, window),
        title_fr="Mise à jour",
        title_en="Upgrade",
        words={"fr": {"what": "Les disques changent."}, "en": {"what": "Disks are replaced."}},
    )
    actions.accept_following(cast.lucie, row)
    tell(cast, row)
    return row


def tell(cast: Cast, row: Outage, kind: Kind | None = None) -> Version:
    version = actions.compose(cast.lucie, row, kind)
    actions.approve(cast.lucie, row, version)
    actions.publish(cast.lucie, row, version)
    return version


def seen_by_a_colleague(row: Outage) -> Outage:
    """The row as it stands on the page of somebody who opened it a moment ago."""
    return queries.outage(row.pk)


def test_no_service_joins_an_outage_that_a_colleague_just_ended(cast: Cast, sudden: Outage):
    stale = seen_by_a_colleague(sudden)
    actions.end(cast.amina, sudden, data_lost="no")
    with pytest.raises(Conflict):
        actions.add_service(cast.bruno, stale, "farm", "down")
    assert not sudden.affected.filter(restored_at__isnull=True).exists()


def test_two_who_spare_one_service_each_never_leave_an_outage_of_nothing(cast: Cast, clock: Clock):
    begin = clock.now() + timedelta(days=12)
    window = Window("down", begin, begin + timedelta(hours=4))
    row = actions.plan(cast.amina, windows={"storage": window, "farm": window})
    stale = seen_by_a_colleague(row)
    actions.remove_service(cast.amina, row, "farm")
    with pytest.raises(Refused):
        actions.remove_service(cast.bruno, stale, "storage")


def test_an_update_read_before_the_end_does_not_leave_after_it(cast: Cast, sudden: Outage):
    tell(cast, sudden)
    update = actions.compose(cast.lucie, sudden, Kind.UPDATE)
    actions.approve(cast.lucie, sudden, update)
    stale = seen_by_a_colleague(sudden)
    actions.end(cast.amina, sudden, data_lost="no")
    with pytest.raises(Conflict):
        actions.publish(cast.lucie, stale, update)
    assert Version.objects.get(pk=update.pk).state == VersionState.APPROVED


def test_a_promise_made_meanwhile_is_read_before_anything_leaves(cast: Cast, sudden: Outage, clock: Clock):
    draft = actions.compose(cast.lucie, sudden)
    actions.approve(cast.lucie, sudden, draft)
    stale = seen_by_a_colleague(sudden)
    actions.promise(cast.amina, sudden, clock.now() + timedelta(hours=3))
    with pytest.raises(Refused) as refusal:
        actions.publish(cast.lucie, stale, draft)
    assert refusal.value.code == "notice.facts_changed"


def test_of_two_clicks_that_both_found_nothing_the_second_gets_the_first_s_row(cast: Cast, sudden: Outage):
    """What PostgreSQL does to the slower of two requests at once: its look found nothing, its row is refused."""
    looks = iter([None, "found"])

    def find() -> Fact | None:
        return Fact.objects.filter(key="k").first() if next(looks) else None

    first = actions.log_fact(cast.amina, sudden, "the pump stands still", key="k")
    found, made = once(
        find,
        lambda: Fact.objects.create(
            outage=sudden, at=first.at, kind=first.kind, author_label="x", text="x", key="k"
        ),
    )
    assert (found, made) == (first, False)


def test_a_draft_is_not_moved_onto_another_occurrence(cast: Cast, clock: Clock):
    begin = clock.now() + timedelta(days=12)
    first = actions.plan(cast.amina, windows={"farm": Window("down", begin, begin + timedelta(hours=4))})
    template = actions.save_template(
        cast.odile,
        code="monthly",
        title_fr="Mensuelle",
        title_en="Monthly",
        services={"farm": "down"},
        at=begin.time(),
        minutes=240,
        recurrence="FREQ=MONTHLY",
    )
    Outage.objects.filter(pk=first.pk).update(template=template)
    later = begin + timedelta(days=3)
    second = actions.plan(
        cast.amina, windows={"farm": Window("down", later, later + timedelta(hours=4))}, template=template
    )
    with pytest.raises(Refused) as refusal:
        actions.move(cast.amina, second, begin)
    assert refusal.value.code == "outage.occurrence_taken"


def reminders(row: Outage) -> int:
    return Version.objects.filter(
        notice__thread=row.thread, notice__kind=Kind.REMINDER, state=VersionState.PUBLISHED
    ).count()


def look(name: str) -> None:
    """One look of the worker's module of this name."""
    module = next(module for module in modules(REACTIONS) if module.name == name)
    module.work(Turn("test", clock_now() + timedelta(minutes=5), lambda: False))


def test_the_worker_reminds_by_itself_and_nags_nobody_for_it(cast: Cast, planned: Outage, clock: Clock):
    clock.tick(days=11, minutes=1)
    look("overdue words")
    assert reminders(planned) == 1
    assert not Escalation.objects.filter(key__contains="reminder").exists()


def test_a_reminder_that_can_not_leave_delays_no_other(cast: Cast, planned: Outage, clock: Clock):
    other = announced(cast, clock, "site")
    Version.objects.filter(notice__thread=planned.thread).update(paragraphs={"fr": {"what": "x" * 9000}})
    planned.affected.update(effect="melted")  # whatever breaks our own code
    clock.tick(days=11, minutes=1)
    with pytest.raises(ValueError, match="melted"):
        look("overdue words")
    assert reminders(other) == 1


def test_what_a_person_is_writing_is_not_swept_away_by_a_reminder(cast: Cast, planned: Outage, clock: Clock):
    writing = actions.compose(cast.lucie, planned, Kind.CHANGE)
    clock.tick(days=11, minutes=1)
    actions.send_reminders()
    assert Version.objects.get(pk=writing.pk).state == VersionState.DRAFT
    assert reminders(planned) == 0


def test_a_second_person_is_asked_of_people_not_of_vigie(cast: Cast, planned: Outage, clock: Clock):
    CommunicationPolicy.objects.update_or_create(pk="scheduled", defaults={"second_person": True})
    clock.tick(days=11, minutes=1)
    assert actions.send_reminders() == 1


def test_whoever_wrote_words_into_a_notice_is_not_its_second_person(cast: Cast, sudden: Outage):
    CommunicationPolicy.objects.update_or_create(pk="sudden", defaults={"second_person": True})
    draft = actions.compose(cast.lucie, sudden)
    words = {"fr": {"what": "Une panne."}, "en": {"what": "A fault."}}
    actions.edit(cast.lucie, sudden, draft, paragraphs=words, flashes={})
    with pytest.raises(Forbidden) as refusal:
        actions.approve(cast.lucie, sudden, draft)
    assert refusal.value.code == "notice.second_person"


@pytest.mark.django_db
def test_poison_in_the_outbox_is_set_apart_and_blocks_nothing(cast: Cast, clock: Clock, settings):
    with transaction.atomic():
        enqueue(
            [Parcel(key=f"bad{n}", recipient="a@centre.test", language="fr", topic="t") for n in range(3)]
        )
    Delivery.objects.filter(key__startswith="bad").update(payload=["not", "a", "mapping"])
    assert sending.send_due("w") == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"set_apart"}


def test_who_left_is_out_at_once(cast: Cast, client):
    client.force_login(cast.bruno, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/desk").status_code == 200
    leave(cast.ada, cast.bruno)
    assert client.get("/desk").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(cast: Cast, client):
    client.force_login(cast.bruno, backend="allauth.account.auth_backends.AuthenticationBackend")
    set_password(System(), cast.bruno, "a very long pass phrase 42")
    assert client.get("/desk").status_code == 302
