"""People, duty, catalogue, experiments: every page by role, in both languages, with hostile names and empty houses."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.duty.models import Shift
from vigie.experiments.models import Contact, Experiment
from vigie.kernel.access import System
from vigie.outages.actions import declare_sudden
from vigie.people import actions as people
from vigie.people.models import ApiToken, Person
from vigie.people.queries import actor_for_token
from vigie.people.rules import Scope
from vigie.services.models import Service

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LISTS = ("/people", "/duty", "/duty/+shifts", "/services", "/experiments")
PAGES = (
    *LISTS,
    "/people/bruno",
    "/services/storage",
    "/experiments/orion",
    "/duty?week=2026-W44&duty=support",
)
FORMS = {
    "people": (
        "/people/+add",
        "/people/bruno/edit",
        "/people/bruno/password",
        "/people/bruno/leave",
        "/people/bruno/token",
    ),
    "duty": ("/duty/+shift", "/duty/+duty", "/duty/production/edit"),
    "services": ("/services/+add", "/services/site/edit", "/services/site/retire"),
    "experiments": (
        "/experiments/+add",
        "/experiments/orion/edit",
        "/experiments/orion/close",
        "/experiments/orion/contacts/+add",
    ),
}
ALLOWED = {
    "people": {"ada"},
    "duty": {"odile", "sara", "ada"},
    "services": {"odile", "sara", "ada"},
    "experiments": {"lucie", "denis", "sara", "odile", "ada"},
}
Be = Callable[[str], Client]


@pytest.fixture
def be(cast: Cast) -> Be:
    def log_in(login: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(Person.objects.get(login=login), backend=BACKEND)
        return client

    return log_in


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_opens_for_all_staff_in_both_languages(be: Be, url: str, language: str):
    declare_sudden(Person.objects.get(login="amina"), services={"storage": "down"})
    for login in ("amina", "lucie", "odile", "ada"):
        page = be(login).get(url, headers={"accept-language": language})
        assert page.status_code == 200
        assert f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("url", [*PAGES, *(url for urls in FORMS.values() for url in urls)])
def test_strangers_are_asked_who_they_are(cast: Cast, client: Client, url: str):
    assert client.get(url)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("domain", FORMS)
def test_forms_are_for_those_who_may(be: Be, domain: str):
    for login in ("amina", "lucie", "denis", "odile", "sara", "ada"):
        client = be(login)
        expected = 200 if login in ALLOWED[domain] else 403
        assert {url: client.get(url).status_code for url in FORMS[domain]} == dict.fromkeys(
            FORMS[domain], expected
        )
    unasked = be("amina").post(FORMS[domain][0], {"login": "x", "name": "X", "code": "x"})
    assert unasked.status_code == 403


@pytest.mark.parametrize(
    "url", ["/people/nobody", "/services/nothing", "/experiments/nothing", "/experiments/orion/contacts/999"]
)
def test_what_is_not_there_is_missing(be: Be, url: str):
    assert be("ada").get(url).status_code == 404


NAMES = ("q", "week", "duty", "from", "until", "person", "group", "uses", "page", "format")
HOSTILE = "<script>alert(1)</script>"


def test_hostile_names_are_only_text(be: Be, cast: Cast):
    Person.objects.filter(login="bruno").update(name=HOSTILE, phone=HOSTILE, email="")
    Service.objects.filter(code="storage").update(name_fr=HOSTILE, name_en=HOSTILE, plain_en=HOSTILE)
    Experiment.objects.filter(code="orion").update(name=HOSTILE, domain=HOSTILE)
    Contact.objects.update(name=HOSTILE + "x")
    shift = Shift.objects.get(person=cast.amina)
    shift.person = Person.objects.get(login="bruno")
    shift.save()
    for url in (*PAGES, f"/people?q={HOSTILE}", f"/services?q={HOSTILE}", f"/experiments?q={HOSTILE}"):
        assert HOSTILE not in be("ada").get(url).content.decode()


@pytest.mark.parametrize("url", LISTS)
def test_every_list_can_be_carried_away(be: Be, url: str):
    csv = be("lucie").get(url, {"format": "csv"})
    assert csv["Content-Type"].startswith("text/csv")
    assert len(csv.content.decode("utf-8-sig").splitlines()) > 2
    rows = next(iter(json.loads(be("lucie").get(url, {"format": "json"}).content).values()))
    assert len(rows) == len(csv.content.decode("utf-8-sig").splitlines()) - 1


def test_no_cell_is_a_formula(be: Be, cast: Cast):
    Person.objects.filter(login="bruno").update(name="=HYPERLINK(1)", phone="+33 4 00")
    text = be("ada").get("/people?format=csv&q=bruno").content.decode()
    assert "'=HYPERLINK" in text
    assert ",+33 4 00," in text


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("\uff1d1+1", "'\uff1d1+1"),  # the wide form of “=”
        ("Martin;=1+1", "Martin;'=1+1"),  # a French spreadsheet ends the cell at “;”
        ("Martin; @x", "Martin; '@x"),
        ("Martin; Leroy", "Martin; Leroy"),
    ],
)
def test_nor_is_what_other_spreadsheets_read_as_one(be: Be, cast: Cast, name: str, cell: str):
    Person.objects.filter(login="bruno").update(name=name)
    assert f",{cell}," in be("ada").get("/people?format=csv&login=bruno").content.decode()


@pytest.mark.parametrize(
    ("url", "there", "absent"),
    [
        ("/people?group=support", "Lucie Petit", "Bruno Leroy</a>"),
        ("/people?on_duty=1", "Denis Blanc", "Bruno Leroy</a>"),
        ("/people?q=ODILE", "Odile Perrin", "Bruno Leroy</a>"),
        ("/services?q=dcache-door01", "dCache storage", "Web site"),
        ("/services?trouble=1", "Show all services", "Web site"),
        ("/experiments?uses=storage", "Orion", ">Lyra"),
        ("/experiments?mute=1", "Lyra", ">Orion"),
        ("/duty/+shifts?person=lucie", "Lucie Petit", '<a href="/people/amina">'),
        ("/duty/+shifts?from=2031-01-01", "No shift fits", "Lucie Petit</a></td>"),
    ],
)
def test_filters_are_in_the_address(be: Be, url: str, there: str, absent: str):
    text = be("lucie").get(url).content.decode()
    assert there in text
    assert absent not in text


@pytest.mark.parametrize("value", ["\x00", "2026-W99", "9999-12-31", "-1", "0001-01-01", "a" * 5000, "%"])
def test_nonsense_in_the_address_is_no_crash(be: Be, value: str):
    client = be("ada")
    for url in LISTS:
        assert client.get(url, dict.fromkeys(NAMES, value)).status_code == 200


def test_an_administrator_adds_a_person_who_can_then_come_in(be: Be):
    client = be("ada")
    typed = {
        "login": "ines",
        "name": "Inès Costa",
        "email": "",
        "phone": "42 99",
        "language": "fr",
        "leads": ["ops"],
    }
    made = client.post("/people/+add", typed)
    assert made["Location"] == "/people/ines"
    assert Person.objects.get(login="ines").roles == {"operator", "lead"}
    again = client.post("/people/+add", typed)
    assert again.status_code == 422
    assert "Inès Costa" in again.content.decode()  # what was typed is kept, and who has the login is said
    weak = client.post("/people/ines/password", {"password": "ines costa 12"})
    assert weak.status_code == 422
    client.post("/people/ines/password", {"password": "quatre chats sur un mur"})
    stranger = Client()
    stranger.post("/accounts/login/", {"login": "ines", "password": "quatre chats sur un mur"})
    assert stranger.get("/people").status_code == 200


def test_a_token_is_shown_once(be: Be, cast: Cast):
    client = be("ada")
    form = {"label": "Alertmanager", "scopes": ["alert"], "expires_at": "+90d"}
    shown = client.post("/people/bruno/token", form)
    secret = shown.content.decode().split('value="vigie_')[1].split('"')[0]
    assert actor_for_token(f"vigie_{secret}", Scope.ALERT)
    assert "no-store" in shown["Cache-Control"]
    assert secret not in client.get("/people/bruno").content.decode()
    assert client.post("/people/bruno/token", form).status_code == 409  # a second click
    token = ApiToken.objects.get()
    assert client.post(f"/people/amina/tokens/{token.pk}/revoke").status_code == 404  # not hers
    client.post(f"/people/bruno/tokens/{token.pk}/revoke")
    assert actor_for_token(f"vigie_{secret}", Scope.ALERT) is None


def test_who_leaves_is_seen_with_all_that_hangs_on_them(be: Be, cast: Cast):
    declare_sudden(cast.amina, services={"storage": "down"})
    client = be("ada")
    plan = client.get("/people/amina/leave").content.decode()
    assert "/outages/" in plan
    assert "loses its person" in plan
    assert client.post("/people/ada/leave").status_code == 409  # the last administrator
    client.post("/people/bruno/leave")
    assert not Person.objects.get(login="bruno").is_active
    assert "has left" in client.get("/people?left=1").content.decode()
    assert "no longer works here" in client.get("/people/bruno").content.decode()


def test_a_lead_arranges_the_rota(be: Be, cast: Cast):
    client = be("odile")
    shift = {
        "duty": "production",
        "person": "bruno",
        "level": 1,
        "starts_at": "2026-11-23 08:00",
        "ends_at": "2026-11-23 20:00",
    }
    backwards = client.post("/duty/+shift", {**shift, "ends_at": "2026-11-23 07:00"})
    assert backwards.status_code == 422
    assert "2026-11-23 07:00" in backwards.content.decode()
    taken = client.post("/duty/+shift", {**shift, "starts_at": "2026-11-22 16:00"})
    assert taken.status_code == 409
    assert "Amina Martin" in taken.content.decode()
    done = client.post("/duty/+shift", shift)
    assert done["Location"] == "/duty?week=2026-W48"
    assert "B. Leroy" in client.get(done["Location"]).content.decode()
    client.post("/duty/+shift", shift)  # a second click
    made = Shift.objects.get(person=cast.bruno)
    assert be("amina").post(f"/duty/+shifts/{made.pk}/remove").status_code == 403
    client.post(f"/duty/+shifts/{made.pk}/remove")
    assert not Shift.objects.filter(person=cast.bruno).exists()


def test_the_catalogue_is_edited_by_leads(be: Be, cast: Cast):
    client = be("sara")
    typed = {
        "code": "tape",
        "name_fr": "Bandes",
        "name_en": "Tape",
        "plain_fr": "l’archive",
        "plain_en": "the archive",
        "needs": ["storage"],
        "alarm_names": "robot1\r\n\r\nrobot2",
        "rank": 5,
    }
    assert client.post("/services/+add", typed)["Location"] == "/services/tape"
    assert client.post("/services/+add", typed).status_code == 422
    page = client.get("/services/tape").content.decode()
    assert "robot2" in page
    assert "dCache storage" in page
    taken = client.post("/services/site/edit", {**typed, "alarm_names": "robot1"})
    assert taken.status_code == 422
    assert "tape" in taken.content.decode()
    assert client.post("/services/storage/retire").status_code == 409
    client.post("/services/tape/retire")
    assert client.get("/services/tape").status_code == 200
    assert ">Tape</a>" not in client.get("/services").content.decode()


def test_support_keeps_the_contacts(be: Be, cast: Cast):
    client = be("lucie")
    client.post("/experiments/+add", {"code": "vega", "name": "Vega", "uses": ["farm"]})
    contact = {"name": "Zoé Blin", "address": "zoe@vega.example", "language": "fr", "role": "computing"}
    assert client.post("/experiments/vega/contacts/+add", {**contact, "address": "zoe"}).status_code == 422
    client.post("/experiments/vega/contacts/+add", contact)
    row = Contact.objects.get(name="Zoé Blin")
    client.post(f"/experiments/vega/contacts/{row.pk}", {**contact, "name": "Zoé Blin-Roy", "address": ""})
    page = client.get("/experiments/vega").content.decode()
    assert "Zoé Blin-Roy" in page
    assert "no address" in page
    assert (
        client.post(f"/experiments/orion/contacts/{row.pk}/remove").status_code == 404
    )  # another experiment's
    client.post(f"/experiments/vega/contacts/{row.pk}/remove")
    assert not Contact.objects.filter(pk=row.pk).exists()
    client.post("/experiments/vega/close")
    assert "Vega" not in client.get("/experiments").content.decode().split("<main")[1].split("<table")[1]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/duty", "No duty yet"),
        ("/services", "No service yet"),
        ("/experiments", "No experiment yet"),
        ("/duty/+shifts", "No shift ahead"),
    ],
)
def test_an_empty_house_says_how_to_begin(db: None, url: str, words: str):
    first = people.save_person(System(), login="ada", name="Ada Clerc", administrator=True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(first, backend=BACKEND)
    page = client.get(url).content.decode()
    assert words in page
    assert "<a " in page.split('class="empty"')[1].split("</div>")[0]  # a way to make the first
