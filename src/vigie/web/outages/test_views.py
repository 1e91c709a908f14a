"""What the pages of an outage promise to the people who use them."""

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.outages import actions
from vigie.outages.models import Outage
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
EVIL = "<script>alert(1)</script>"


def logged_in(person: Person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def outage(cast: Cast) -> Outage:
    return actions.declare_sudden(cast.amina, services={"storage": "down"}).outage


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/today",
        "/today/wall",
        "/outages",
        "/outages/new",
        "/outages/{}",
        "/outages/{}/report",
        "/outages/{}/end",
        "/outages/{}/hand-over",
        "/outages/{}/promise",
        "/outages/{}/add-service",
        "/outages/{}/false-alarm",
        "/outages/{}/services/storage",
        "/outages/{}/services/storage/restore",
    ],
)
def test_every_page_opens(cast: Cast, outage: Outage, path: str, language: str):
    response = logged_in(cast.amina, language).get(path.format(outage.pk))
    assert response.status_code == 200, response.content
    assert "nonce" not in response.content.decode()
