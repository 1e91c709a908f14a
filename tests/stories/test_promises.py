"""Story: readers wait for what they were told, not for what a draft will tell them."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.support.cast import Cast
from vigie.kernel.clock import Clock
from vigie.outages import actions, queries

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def machine(t: datetime) -> str:
    """The time as the pages' elements carry it."""
    return f"{t:%Y-%m-%dT%H:%M}"


def test_a_promise_counts_from_when_it_is_published(cast: Cast, clock: Clock):
    declared = actions.declare_sudden(
        cast.lucie, services={"storage": "down"}, next_update_by=clock.now() + timedelta(minutes=30)
    )
    outage, first = declared.outage, declared.first_notice
    assert first is not None
    browser = Client(headers={"Accept-Language": "en"})
    assert "14:53" not in browser.get("/today").content.decode()  # nothing was told yet
    actions.approve(cast.lucie, outage, first)
    actions.publish(cast.lucie, outage, first)
    told = queries.course(outage).told[-1].promised
    assert told is not None

    update = actions.compose(cast.lucie, outage)
    later = clock.now() + timedelta(hours=3)
    actions.edit(cast.lucie, outage, update, paragraphs={}, flashes={}, next_update_by=later)
    outage.refresh_from_db()
    assert outage.next_update_by == later
    owed = queries.due(outage)
    assert owed is not None
    assert owed.at == told  # the draft earns nobody time

    def shown(path: str) -> str:
        return browser.get(path).content.decode()

    for path in ("/today", "/today/wall"):
        assert machine(told) in shown(path)
        assert machine(later) not in shown(path)
    browser.force_login(cast.lucie, backend=BACKEND)
    page = shown(f"/outages/{outage.pk}")
    assert "the next notice will promise" in page

    actions.approve(cast.lucie, outage, update)
    actions.publish(cast.lucie, outage, update)
    owed = queries.due(outage)
    assert owed is not None
    assert owed.at == later
    assert machine(later) in Client().get("/today").content.decode()
    assert "the next notice will promise" not in shown(f"/outages/{outage.pk}")
