"""A page asks the database no more often because there is more to show: what is read, is read once for all rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.cast import Cast
from vigie.contracts.alarm import IncomingAlarm
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.intents import IntentState
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.people.actions import make_token
from vigie.people.rules import Scope
from vigie.post.models import Delivery

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = (
    "/",
    "/en/past.html",
    "/today",
    "/today/wall",
    "/desk",
    "/outages",
    "/outages?q=disk",
    "/calendar",
    "/calendar?view=agenda",
    "/notices",
    "/search?q=disk",
    "/statistics",
    "/desk/jobs",
    "/mail",
    "/metrics",
    "/api/v1/outages",
    "/api/v1/notices",
    "/api/v1/notices?state=open",
)


def one_more_of_each(cast: Cast, clock: Clock, n: int) -> None:
    """Something that goes on, with a question and a proposed end; something over, whose report is owed; a plan; a
    draft; a mail that did not arrive.
    """
    over = _sudden(cast)
    actions.end(cast.amina, over, data_lost="no")
    _tell(cast, over)
    going = _sudden(cast)
    actions.log_fact(cast.amina, going, "A disk was replaced.")
    actions.ask(cast.lucie, going, "Is the disk well?")
    for firing in (True, False):
        alarm = IncomingAlarm(
            source="icinga",
            fingerprint=f"disk-{n}",
            firing=firing,
            labels={"service": "storage"},
            summary="a disk",
            severity="critical",
            starts_at=clock.now(),
            resolved_at=None if firing else clock.now(),
        )
        received = actions.receive_alarm(System(), alarm).alarm
        assert received is not None
        received.outage = going
        received.save()
    start = clock.now() + timedelta(days=2, hours=n)
    planned = actions.plan(cast.amina, windows={"farm": Window("down", start, start + timedelta(hours=1))})
    actions.ask_follower(cast.amina, planned, cast.lucie)
    actions.accept_following(cast.lucie, planned)
    _tell(cast, planned)
    actions.compose(cast.lucie, planned)
    clock.tick(minutes=1)


def _sudden(cast: Cast) -> Outage:
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}, anyway=True).outage
    _tell(cast, outage)
    return outage


def _tell(cast: Cast, outage: Outage) -> None:
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    actions.publish(cast.lucie, outage, draft)
    Delivery.objects.filter(topic=draft.topic).update(state=IntentState.SET_APART)


def counts(cast: Cast, secret: str) -> dict[str, int]:
    """{page: queries}; each page is asked once before, so that nothing is read for the first time."""
    found = {}
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.lucie, backend=BACKEND)
    for page in PAGES:
        headers = {"authorization": f"Bearer {secret}"} if page.startswith("/api") else {}
        assert client.get(page, headers=headers).status_code == 200, page
        with CaptureQueriesContext(connection) as asked:
            client.get(page, headers=headers)
        found[page] = len(asked)
    return found


@pytest.mark.slow  # seventy pages
@pytest.mark.django_db
def test_more_rows_are_no_more_queries(cast: Cast, clock: Clock):
    _token, secret = make_token(cast.ada, cast.lucie, label="counts", scopes=[Scope.READ])
    one_more_of_each(cast, clock, 0)
    few = counts(cast, secret)
    for n in range(1, 3):
        one_more_of_each(cast, clock, n)
    many = counts(cast, secret)
    assert {page: n for page, n in many.items() if n > few[page]} == {}
