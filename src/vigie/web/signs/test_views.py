"""Signs and calendars as displays and calendar programs meet them."""

import re
from datetime import time, timedelta
from io import BytesIO

import pytest
import vobject
from django.test import Client
from PIL import Image
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import Shape, add_shift, remove_shift, save_duty, shape_duty
from vigie.duty.seen.actions import make_sign, revoke_sign
from vigie.duty.seen.models import Sign
from vigie.duty.seen.queries import calendar_path
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.people.actions import save_person
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOUR = timedelta(hours=1)


def desk(person: Person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend=BACKEND)
    return client


def hung(cast: Cast, **how: object) -> str:
    """The path of a new sign."""
    _sign, secret = make_sign(cast.odile, label="Door", **{"language": "en", **how})
    return f"/sign/{secret}"


def words(client: Client, path: str) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(path).content.decode().split("<body")[1])
    return " ".join(text.split())


def test_a_sign_shows_who_to_call_until_when_and_who_follows(cast: Cast, client: Client):
    end = SUNDAY + 6 * HOUR
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=end, ends_at=end + 8 * HOUR)
    text = words(client, hung(cast))
    assert "Amina Martin telephone 42 17 until 20:26, then Bruno Leroy" in text
    assert "Lucie Petit telephone 42 17 until 20:26, then nobody Backup: Denis Blanc 42 17" in text
    assert "Next change: 20:26." in text
    french = words(client, _again(cast, "fr"))
    assert "jusqu’à 20 h 26, puis Bruno Leroy" in french.replace("\N{NO-BREAK SPACE}", " ")


def _again(cast: Cast, language: str) -> str:
    _sign, secret = make_sign(cast.odile, label="Other", language=language)
    return f"/sign/{secret}"


def test_during_a_hand_over_both_are_there_until_and_from(cast: Cast, client: Client, clock: Clock):
    end = SUNDAY + 6 * HOUR
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=end - HOUR / 2, ends_at=end + HOUR)
    clock.set(end - HOUR / 4)
    text = words(client, hung(cast, duties=["production"]))
    assert "Amina Martin until 20:26" in text
    assert "Bruno Leroy from 19:56" in text
    assert "Lucie" not in text


def test_nobody_on_duty_is_said_in_words_with_the_desks_phone(cast: Cast, client: Client, clock: Clock):
    save_duty(System(), code="production", name_fr="Production", name_en="Production", rank=1, phone="40 00")
    path = hung(cast)
    clock.set(SUNDAY + 20 * HOUR)
    text = words(client, path)
    assert "Production nobody telephone 40 00 nobody is entered for the next two weeks" in text
    start = SUNDAY + 24 * HOUR
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=start, ends_at=start + HOUR)
    assert "from 14:26: Bruno Leroy" in words(client, path)
    assert client.get(f"{path}.png").status_code == 200


def test_without_names_a_sign_shows_roles_and_the_desks_phone(cast: Cast, client: Client):
    save_duty(System(), code="production", name_fr="Production", name_en="Production", rank=1, phone="40 00")
    text = words(client, hung(cast, names=False))
    assert "on duty telephone 40 00 until 20:26" in text
    for secret in ("Amina", "Lucie", "Denis", "42 17"):
        assert secret not in text


def test_a_person_without_phone_and_one_with_eighty_letters(cast: Cast, client: Client):
    name = "Marie-Antoinette Wolfeschlegelsteinhausenbergerdorff von und zu Hohenstein-Valmorin"
    save_person(System(), login="amina", name=name, phone="", groups=[("ops", False)])
    path = hung(cast)
    assert f"{name} until" in words(client, path)
    image = Image.open(BytesIO(client.get(f"{path}.png?size=296x128").content))
    assert image.size == (296, 128)


def test_an_e_paper_display_polls_cheaply(
    cast: Cast, client: Client, clock: Clock, django_assert_max_num_queries
):
    path = f"{hung(cast)}.png"
    first = client.get(path)
    assert first.headers["Content-Type"] == "image/png"
    assert first.headers["Cache-Control"] == "private, max-age=60, must-revalidate"
    assert first.headers["Next-Change"] == "2026-11-22T19:26:00Z"
    assert first.headers["Next-Change-In"] == "21600"
    assert Image.open(BytesIO(first.content)).mode == "1"
    etag = first.headers["ETag"]
    clock.tick(minutes=1)
    with django_assert_max_num_queries(6):
        again = client.get(path, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Next-Change-In"] == "21540"
    assert again.headers["ETag"] == etag
    clock.set(SUNDAY + 6 * HOUR - timedelta(seconds=20))
    assert "max-age=20," in client.get(path, headers={"if-none-match": etag}).headers["Cache-Control"]
    clock.set(SUNDAY + 6 * HOUR)
    assert client.get(path, headers={"if-none-match": etag}).status_code == 200
    assert client.get(f"{path}?size=400x300", headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("size", ["0x0", "10x10", "99999x2", "big", "800x", "-1x-1", "9999x9999"])
def test_a_size_that_cannot_be_is_refused_in_words(cast: Cast, client: Client, size: str):
    answer = client.get(f"{hung(cast)}.png?size={size}", headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "800x480" in answer.content.decode()


def test_a_token_that_was_altered_revoked_or_expired_shows_no_name(cast: Cast, client: Client, clock: Clock):
    path = hung(cast, expires_at=SUNDAY + HOUR)
    for wrong in (f"{path}x", path[:-1], "/sign/x", f"/sign/{'é' * 300}"):
        assert client.get(wrong).status_code == 404
        assert client.get(f"{wrong}.png").status_code == 404
    clock.tick(hours=2)
    gone = client.get(path)
    assert gone.status_code == 410
    assert "This sign is switched off" in gone.content.decode()
    assert "Amina" not in gone.content.decode()
    picture = client.get(f"{path}.png")
    assert picture.status_code == 410
    assert Image.open(BytesIO(picture.content)).size == (800, 480)
    other = _again(cast, "fr")
    revoke_sign(cast.odile, Sign.objects.get(label="Other"))
    assert client.get(other).status_code == 410


def test_a_lead_makes_a_sign_sees_it_alive_and_revokes_it(cast: Cast, client: Client):
    lead = desk(cast.odile)
    assert "No sign shows" in lead.get("/duty/+signs").content.decode()
    made = lead.post("/duty/+signs/add", {"label": "Door of B12", "language": "fr", "names": "on"})
    assert made.headers["Cache-Control"] == "no-store"
    [path] = set(re.findall(r"/sign/[\w-]+(?=\")", made.content.decode()))
    assert client.get(path).status_code == 200
    page = lead.get("/duty/+signs").content.decode()
    assert "1 sign shows" in page
    assert path not in page
    assert "just now" in page
    twice = lead.post("/duty/+signs/add", {"label": "Door of B12", "language": "fr"})
    assert twice.status_code == 409
    assert "already" in twice.content.decode()
    sign = Sign.objects.get()
    lead.post(f"/duty/+signs/{sign.pk}/revoke")
    assert client.get(path).status_code == 410
    assert desk(cast.lucie).get("/duty/+signs").status_code == 403


def test_a_calendar_program_subscribes_and_is_told_of_changes(cast: Cast, client: Client):
    page = desk(cast.amina).get("/duty/+calendars").content.decode()
    mine, production, _support = re.findall(r"http://[^\"]+(/shifts/[^\"]+\.ics)", page)
    first = client.get(mine)
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in first.headers["Cache-Control"]
    [event] = vobject.readOne(first.content.decode()).contents["vevent"]
    assert event.dtstart.value == SUNDAY - 4 * HOUR
    again = client.get(mine, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    start = SUNDAY + 30 * HOUR
    row = add_shift(System(), duty=cast.production, person=cast.amina, starts_at=start, ends_at=start + HOUR)
    changed = client.get(mine, headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200
    remove_shift(System(), row)
    states = {
        event.dtstart.value: event.status.value
        for event in vobject.readOne(client.get(mine).content.decode()).contents["vevent"]
    }
    assert states[start] == "CANCELLED"
    assert "Amina Martin" in client.get(f"{production}?lang=en").content.decode()
    assert client.get(mine.replace("~", "~x")).status_code == 404


def test_a_new_address_makes_the_old_one_useless(cast: Cast, client: Client):
    old, duty = calendar_path(cast.amina), calendar_path(cast.production)
    assert desk(cast.amina).post("/duty/+calendars/reset").status_code == 302
    assert client.get(old).status_code == 404
    assert client.get(calendar_path(cast.amina)).status_code == 200
    assert desk(cast.amina).post("/duty/+calendars/reset", {"duty": "production"}).status_code == 403
    assert client.get(duty).status_code == 200
    desk(cast.odile).post("/duty/+calendars/reset", {"duty": "production"})
    assert client.get(duty).status_code == 404


def test_a_person_agrees_on_their_own_page_and_takes_it_back(cast: Cast, client: Client):
    own = desk(cast.amina)
    assert "Agree to be named" in own.get("/people/amina").content.decode()
    assert "Agree to be named" not in desk(cast.bruno).get("/people/amina").content.decode()
    own.post("/people/amina/public-name", {"public": "yes"})
    assert "Amina Martin" in client.get("/en/").content.decode()
    assert desk(cast.bruno).post("/people/amina/public-name", {"public": "yes"}).status_code == 403
    desk(cast.ada).post("/people/amina/public-name", {"public": "no"})
    assert "Amina Martin" not in client.get("/en/").content.decode()


def test_a_duty_outside_its_hours_misses_nobody(cast: Cast, client: Client):
    tpm = save_duty(System(), code="tpm", name_fr="TPM", name_en="TPM", rank=9)
    office = Shape(rhythm="office", handovers="09:00", closes=time(17), weekdays=range(5), levels=2)
    shape_duty(System(), tpm, office)
    text = words(client, hung(cast, duties=["tpm"]))
    assert "TPM outside its hours" in text
    assert "Backup" not in text
    assert "outside its hours" in desk(cast.bruno).get("/today").content.decode()
    assert "outside its hours" in client.get("/en/").content.decode()
