"""A planned outage on the desk and on its page: who sees what to do, and what a press does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.notices.queries import published
from vigie.outages import actions, queries
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)  # Tuesday, 08:00 in Paris
END = START + timedelta(hours=10)


@pytest.fixture
def draft(cast: Cast) -> Outage:
    return actions.plan(
        cast.amina,
        windows={"storage": Window("down", START, END), "farm": Window("degraded", START, END)},
        asked_follower=cast.lucie,
    )


def logged(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


def text(person: Person, path: str) -> str:
    response = logged(person).get(path)
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def announce(cast: Cast, outage: Outage) -> None:
    if outage.follower is None:
        actions.accept_following(cast.lucie, outage)
    version = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, version)
    actions.publish(cast.lucie, outage, version)


def test_who_is_asked_accepts_from_the_desk_and_is_led_to_the_announcement(cast: Cast, draft: Outage):
    desk = text(cast.lucie, "/desk")
    assert "You are asked to follow" in desk
    assert "Accept to follow" in desk
    assert "Decline…" in desk
    assert "No follower yet" not in text(cast.bruno, "/desk")  # not his
    assert "Accept to follow" in text(cast.lucie, f"/outages/{draft.pk}")
    logged(cast.lucie).post(f"/outages/{draft.pk}/accept")
    draft.refresh_from_db()
    assert draft.follower == cast.lucie
    assert "Write the announcement" in text(cast.lucie, f"/outages/{draft.pk}")


def test_who_declines_leaves_it_to_anybody_of_support(cast: Cast, draft: Outage):
    response = logged(cast.lucie).post(f"/outages/{draft.pk}/decline", {"why": "on leave"})
    assert response.status_code == 302
    assert "No follower yet" in text(cast.denis, "/desk")
    assert "on leave" in text(cast.denis, f"/outages/{draft.pk}")
    logged(cast.amina).post(f"/outages/{draft.pk}/ask-follower", {"person": cast.denis.pk})
    draft.refresh_from_db()
    assert draft.asked_follower == cast.denis


def test_moving_after_announcing_says_that_a_change_is_owed(cast: Cast, draft: Outage, clock: Clock):
    announce(cast, draft)
    page = text(cast.amina, f"/outages/{draft.pk}")
    assert page.count("leaves by itself") == 2  # both reminders
    assert "Move it all…" in page
    clock.tick(hours=1)
    refused = logged(cast.amina).post(
        f"/outages/{draft.pk}/move", {"starts_at": "2026-11-01 08:00", "why": "parts are late"}
    )
    assert refused.status_code == 422
    assert "starts in the future" in refused.content.decode()
    assert "parts are late" in refused.content.decode()
    logged(cast.amina).post(
        f"/outages/{draft.pk}/move", {"starts_at": "2026-12-09 08:00", "why": "parts are late"}
    )
    page = text(cast.lucie, f"/outages/{draft.pk}")
    assert "Write the change notice" in page
    assert "the change must be told first" in page
    assert "First announced for" in page
    assert "Change to be told" in text(cast.lucie, "/desk")


def test_one_service_changes_one_is_added_one_is_taken_out(cast: Cast, draft: Outage):
    client = logged(cast.amina)
    window = {"effect": "at_risk", "starts_at": "2026-12-08 09:00", "ends_at": "2026-12-08 10:00"}
    client.post(f"/outages/{draft.pk}/window/farm", window)
    client.post(f"/outages/{draft.pk}/add-window", window | {"service": "site"})
    client.post(f"/outages/{draft.pk}/window/storage/remove")
    lines = {line.service.code: line.effect for line in draft.affected.all()}
    assert lines == {"farm": "at_risk", "site": "at_risk"}
    draft.refresh_from_db()
    assert draft.starts_at == START + timedelta(hours=1)


def test_a_cancellation_needs_a_reason_and_is_then_owed(cast: Cast, draft: Outage):
    announce(cast, draft)
    refused = logged(cast.amina).post(f"/outages/{draft.pk}/cancel", {"why": " "})
    assert refused.status_code == 422
    assert "Say why it is cancelled." in refused.content.decode()
    logged(cast.amina).post(f"/outages/{draft.pk}/cancel", {"why": "the supplier is ill"})
    assert "Write the cancellation" in text(cast.lucie, f"/outages/{draft.pk}")
    assert "Cancellation to be told" in text(cast.lucie, "/desk")


def test_the_contact_confirms_the_start_extends_and_ends(cast: Cast, draft: Outage, clock: Clock):
    announce(cast, draft)
    clock.set(START + timedelta(minutes=3))
    assert "Start to be confirmed" in text(cast.amina, "/desk")
    assert "Confirm the start" in text(cast.amina, f"/outages/{draft.pk}")
    logged(cast.amina).post(f"/outages/{draft.pk}/start", {"at": ""})
    assert "Write the start notice" in text(cast.lucie, f"/outages/{draft.pk}")
    outage = queries.outage(draft.pk)
    version = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, version)
    actions.publish(cast.lucie, outage, version)
    clock.tick(hours=1)
    logged(cast.amina).post(f"/outages/{draft.pk}/extend", {"expected_end": "2026-12-08 20:00"})
    assert {line.expected_end for line in draft.affected.all()} == {END + timedelta(hours=2)}
    assert "Write the change notice" in text(cast.lucie, f"/outages/{draft.pk}")
    clock.set(END + timedelta(hours=2, minutes=1))
    assert "End to be confirmed" in text(cast.amina, "/desk")
    logged(cast.amina).post(f"/outages/{draft.pk}/end", {"data_lost": "no"})
    assert "Tell the end" in text(cast.lucie, f"/outages/{draft.pk}")
    assert [version.notice.kind for version in published(outage.thread)] == ["announcement", "start"]


def test_works_are_listed_drawn_and_done_in_order(cast: Cast, draft: Outage):
    client = logged(cast.amina)
    first = {"what": "Replace the switch", "starts_at": "2026-12-08 08:00", "ends_at": "2026-12-08 10:00"}
    client.post(f"/outages/{draft.pk}/add-work", first)
    then = {
        "what": "Update dCache",
        "starts_at": "2026-12-08 09:00",
        "ends_at": "2026-12-08 12:00",
        "after": "1",
    }
    refused = client.post(f"/outages/{draft.pk}/add-work", then)
    assert refused.status_code == 422
    assert "It must come after" in refused.content.decode()
    client.post(f"/outages/{draft.pk}/add-work", then | {"starts_at": "2026-12-08 10:00"})
    page = text(cast.amina, f"/outages/{draft.pk}")
    assert "0 of 2 done" in page
    assert "waits for another" in page
    client.post(f"/outages/{draft.pk}/works/1/done")
    assert "1 of 2 done" in text(cast.amina, f"/outages/{draft.pk}")
