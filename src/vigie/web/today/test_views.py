"""What the day page promises: who is on duty and what is down, to everyone; names and phones to staff only."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import Shape, add_shift, save_duty, shape_duty
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.people.actions import show_name

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
    shape_duty(System(), cast.production, Shape(phone_public=True))
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


def test_a_telephone_that_is_not_public_stays_inside(cast: Cast):
    save_duty(System(), code="production", name_fr="Production", name_en="Production", rank=1, phone="40 00")
    assert "40 00" not in Client().get("/today").content.decode()


def test_who_agreed_is_named_to_strangers_without_their_own_telephone(cast: Cast):
    show_name(cast.amina, cast.amina, public=True)
    html = Client().get("/today").content.decode()
    assert "Amina Martin" in html
    assert "Lucie" not in html
    assert "42 17" not in html


@pytest.mark.parametrize("path", ["/today", "/today/wall"])
def test_during_a_hand_over_both_are_shown_until_and_from(cast: Cast, clock: Clock, path: str):
    end = SUNDAY + timedelta(hours=6)
    half = timedelta(minutes=30)
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=end - half, ends_at=end + half)
    clock.set(end - half / 2)
    html = staff(cast).get(path).content.decode()
    assert "until 20:26" in html
    assert "from 19:56" in html


@pytest.mark.parametrize("path", ["/today", "/today/wall"])
def test_a_missing_backup_and_nobody_after_are_said(cast: Cast, clock: Clock, path: str):
    shape_duty(System(), cast.production, Shape(levels=2))
    html = " ".join(staff(cast).get(path).content.decode().split())
    assert "nobody" in html
    assert ("then nobody" in html) or ("Next hand-overs" in html)
    clock.tick(hours=12)
    assert "nobody" in staff(cast).get(path).content.decode()


def test_what_cannot_wait_stands_on_the_day_page_for_staff_only(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    actions.ask(cast.lucie, outage, "Are files written at noon safe?")
    clock.tick(minutes=20)
    html = staff(cast).get("/today").content.decode()
    assert "First notice owed" in html
    assert "Are files written at noon safe?" in html
    stranger = Client(headers={"accept-language": "en"}).get("/today").content.decode()
    assert "First notice owed" not in stranger
    assert "Are files" not in stranger


def test_what_ended_today_is_said_until_midnight(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"farm": "down"}).outage
    clock.tick(hours=1)
    actions.end(cast.amina, outage, data_lost="no")
    assert "Over today" in staff(cast).get("/today").content.decode()
    assert "Over today" not in Client(headers={"accept-language": "en"}).get("/today").content.decode()
    clock.tick(hours=9)
    assert "Over today" not in staff(cast).get("/today").content.decode()
