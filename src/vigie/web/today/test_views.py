"""What the day page promises: who is on duty and what is down, to everyone; names and phones to staff only."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import add_shift, save_duty
from vigie.kernel.access import System
from vigie.outages import actions

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def staff(cast: Cast, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(cast.bruno, backend=BACKEND)
    return client


@pytest.mark.parametrize("path", ["/today", "/today/wall"])
def test_staff_see_who_holds_each_duty_until_when_and_who_is_next(cast: Cast, path: str):
    add_shift(
        System(),
        duty=cast.production,
        person=cast.bruno,
        starts_at=SUNDAY + timedelta(hours=6),
        ends_at=SUNDAY + timedelta(hours=14),
    )
    page = staff(cast).get(path).content.decode()
    for words in ("Amina Martin", "Lucie Petit", "42 17", "20:26", "Bruno Leroy"):
        assert words in page
    if path == "/today":
        assert "Denis Blanc" in page  # the backup


@pytest.mark.parametrize("path", ["/today", "/today/wall"])
def test_strangers_get_the_role_and_the_desks_phone(cast: Cast, path: str):
    save_duty(System(), code="production", name_fr="Production", name_en="Production", rank=1, phone="40 00")
    page = Client(headers={"accept-language": "en"}).get(path)
    html = page.content.decode()
    assert page.status_code == 200
    assert "Production" in html
    assert "40 00" in html
    for secret in ("Amina", "Lucie", "Denis", "42 17"):
        assert secret not in html


def test_a_duty_without_anybody_is_said(cast: Cast):
    save_duty(System(), code="tpm", name_fr="TPM", name_en="TPM", rank=9)
    assert "nobody" in staff(cast).get("/today").content.decode()


def test_strangers_learn_only_what_somebody_approved_to_tell(cast: Cast):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    stranger = Client(headers={"accept-language": "en"})
    assert "dCache storage</span></span> is down since" not in " ".join(
        stranger.get("/today").content.decode().split()
    )
    assert "is down since" in staff(cast).get("/today").content.decode()
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    actions.publish(cast.lucie, outage, draft)
    told = stranger.get("/today").content.decode()
    assert "is down since" in told
    assert f"/outages/{outage.pk}" not in told


def test_the_wall_renews_itself_with_and_without_script(cast: Cast):
    page = staff(cast).get("/today/wall").content.decode()
    assert 'hx-trigger="every 30s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_the_day_page_speaks_french(cast: Cast):
    page = staff(cast, "fr").get("/today").content.decode()
    assert "De permanence" in page
    assert "dimanche\N{NO-BREAK SPACE}22\N{NO-BREAK SPACE}novembre" in page
