"""Story: the owner of an address presses the button in two windows at the same moment."""

import threading

import pytest
from django.db import connection

from tests.support.cast import Cast
from vigie.kernel.models import AuditRow
from vigie.notices.subscriptions import actions, links
from vigie.notices.subscriptions.models import Request, Subscription

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = "anna@elsewhere.test"


@pytest.mark.parametrize("turn", range(5))
def test_confirming_twice_at_once_is_confirming_once(cast: Cast, turn: int):
    topics = ["service:storage", "service:farm"]
    actions.ask(address=ANNA, language="en", topics=topics, client="192.0.2.7")
    token = links.confirm_link(Request.objects.get().pk, ANNA, "en", topics).rpartition("/")[2]
    windows, at_once = 4, threading.Barrier(4)
    found: list[object] = []

    def press() -> None:
        try:
            at_once.wait(10)
            found.append(len(actions.confirm(token)))
        except Exception as error:  # noqa: BLE001 # what a window would show
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(windows)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [2] * windows
    assert Subscription.objects.filter(address=ANNA).count() == 2
    assert AuditRow.objects.filter(kind="subscription.confirmed").count() == 2
