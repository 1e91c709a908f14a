"""Who is on duty, on the public page and in the static folder: roles, the desk's telephone, names only by consent."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import Shape, add_shift, save_duty, shape_duty
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.people.actions import show_name
from vigie.public import queries
from vigie.public.actions import build

HOUR = timedelta(hours=1)


def words(client: Client, path: str = "/en/") -> str:
    html = client.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).replace("\N{NO-BREAK SPACE}", " ")


def test_readers_see_role_and_public_telephone_and_no_name(cast: Cast, client: Client):
    save_duty(System(), code="production", name_fr="Production", name_en="Production", rank=1, phone="40 00")
    text = words(client)
    assert (
        "Production on duty until Sunday 22 November 2026, 20:26" in text
        or "until Sunday 22 November" in text
    )
    for secret in ("Amina", "Lucie", "Denis", "42 17", "40 00"):
        assert secret not in text
    shape_duty(System(), cast.production, Shape(phone_public=True))
    assert "telephone 40 00" in words(client)
    assert "téléphone 40 00" in words(client, "/fr/")


def test_a_name_is_there_only_while_its_person_agrees(cast: Cast, client: Client):
    show_name(cast.amina, cast.amina, public=True)
    assert "Amina Martin" in words(client)
    assert "42 17" not in words(client)
    show_name(cast.ada, cast.amina, public=False)
    assert "Amina" not in words(client)


def test_nobody_is_said_in_words_and_from_when_again(cast: Cast, client: Client, clock: Clock):
    start = SUNDAY + 20 * HOUR
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=start, ends_at=start + HOUR)
    clock.set(SUNDAY + 10 * HOUR)
    text = words(client)
    assert "nobody at this moment; again from Monday 23 November" in text
    assert "Support nobody at this moment" in text


@pytest.mark.django_db
def test_a_centre_without_duties_has_no_such_part(client: Client):
    assert "On duty" not in words(client)


def test_the_static_site_is_made_anew_at_each_hand_over_and_each_consent(
    cast: Cast, clock: Clock, tmp_path: Path
):
    end = SUNDAY + 6 * HOUR
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=end, ends_at=end + 8 * HOUR)
    show_name(cast.bruno, cast.bruno, public=True)
    build(tmp_path)
    page = tmp_path / "en" / "index.html"
    assert "Bruno" not in page.read_text("utf-8")
    assert not queries.build_due()
    show_name(cast.amina, cast.amina, public=True)
    assert queries.build_due()
    build(tmp_path)
    assert "Amina Martin" in page.read_text("utf-8")
    clock.set(end - timedelta(seconds=1))
    build(tmp_path)
    clock.set(end + timedelta(seconds=1))
    assert queries.build_due()
    build(tmp_path)
    assert "Bruno Leroy" in page.read_text("utf-8")
    assert "Amina" not in page.read_text("utf-8")
