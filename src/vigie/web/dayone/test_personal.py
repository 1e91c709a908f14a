"""The page about personal data: seen and carried away by administrators, forgotten only when it is typed again."""

import json

from django.test import Client
from tests.support.cast import Cast

from vigie.dayone import actions
from vigie.dayone.models import Upload
from vigie.duty.actions import add_absence
from vigie.duty.models import Absence
from vigie.duty.seen.actions import make_sign
from vigie.duty.seen.models import Sign
from vigie.kernel.clock import Clock
from vigie.people.actions import leave
from vigie.people.models import Person
from vigie.web.dayone.test_views import be


def test_who_works_here_is_shown_and_not_forgotten(cast: Cast):
    ada = be("ada")
    page = ada.get("/personal?who=amina").content.decode()
    assert "What Vigie keeps about Amina Martin" in page
    assert "people.membership" in page
    assert "let them leave first" in page
    assert "Forget for ever" not in page
    assert ada.post("/personal/forget?who=amina", {"again": "amina"}).status_code == 422
    assert Person.objects.filter(login="amina").exists()
    assert "/personal?who=amina" in ada.get("/people/amina").content.decode()
    assert "/personal" not in be("odile").get("/people/amina").content.decode()


def test_the_file_holds_what_the_page_counts(cast: Cast):
    response = be("ada").get("/personal/file?who=amina")
    assert "attachment" in response.headers["Content-Disposition"]
    told = json.loads(response.content)
    assert told["people.person"][0]["login"] == "amina"
    assert "password" not in told["people.person"][0]


def test_somebody_is_forgotten_after_a_look_and_a_word(cast: Cast, clock: Clock):
    sign, _secret = make_sign(cast.odile, label="Door 12", duties=["production"])
    now = clock.now()
    add_absence(cast.odile, cast.odile, starts_at=now, ends_at=now.replace(hour=23), note="at the dentist's")
    actions.keep(cast.ada, "people", name="x.csv", content=b"login,name\nodile,Odile P.\n", toml=False)
    leave(cast.ada, cast.odile)
    ada = be("ada")
    page = ada.get("/personal?who=odile").content.decode()
    assert "Forget for ever" in page
    assert Person.objects.get(pk=cast.odile.pk).name == "Odile Perrin"  # looked at, nothing done
    wrong = ada.post("/personal/forget?who=odile", {"again": "amina"})
    assert wrong.status_code == 422
    assert "nothing was forgotten" in wrong.content.decode()
    assert ada.post("/personal/forget?who=odile", {"again": "odile"}).status_code == 302
    label = f"(erased {cast.odile.pk})"
    assert Person.objects.get(pk=cast.odile.pk).name == label
    assert Sign.objects.get(pk=sign.pk).made_by == label
    assert Absence.objects.get(person=cast.odile).note == ""
    assert not Upload.objects.exists()


def test_an_outside_address_is_forgotten_by_the_page(cast: Cast):
    ada = be("ada")
    address = "jean.roche@centre.test"
    assert "experiments.contact" in ada.get(f"/personal?who={address}").content.decode()
    assert ada.post(f"/personal/forget?who={address}", {"again": address}).status_code == 302
    page = ada.get(f"/personal?who={address}")
    assert page.status_code == 404
    assert "keeps nothing about" in page.content.decode()


def test_it_speaks_french(cast: Cast):
    page = be("ada", "fr").get("/personal?who=amina").content.decode()
    assert "Ce que Vigie garde sur Amina Martin" in page


def test_only_administrators_look(cast: Cast, client: Client):
    assert be("sara").get("/personal?who=amina").status_code == 403
    assert client.get("/personal?who=amina").status_code == 302
