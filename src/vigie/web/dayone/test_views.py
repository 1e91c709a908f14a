"""Files by the page: seen first, applied once, by the worker, also after a crash; carried away; who may."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support.cast import Cast

from vigie.dayone import actions
from vigie.dayone.models import Upload
from vigie.experiments.actions import save_accounts
from vigie.experiments.models import FarmAccount
from vigie.experiments.rules import Account
from vigie.kernel.models import AuditRow
from vigie.people.actions import leave
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SOURCE = "login,name,office\nnina,<b>Nina</b>,3\namina,Amina M.,\n=cmd,x,\n"


def be(login: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(Person.objects.get(login=login), backend=BACKEND)
    return client


def send(client: Client, kind: str, text: str | bytes, name: str = "staff.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post("/import", {"kind": kind, "file": SimpleUploadedFile(name, content)})


def test_a_file_is_seen_then_applied_once_by_the_worker(cast: Cast):
    ada = be("ada")
    sent = send(ada, "people", SOURCE)
    assert sent.status_code == 302
    page = ada.get(sent["Location"]).content.decode()
    assert "staff.csv would add 1 and change 1" in page
    assert "&lt;b&gt;Nina&lt;/b&gt;" in page
    assert "<del>Amina Martin</del>" in page
    assert "1 line kept aside" in page
    assert "Columns not read:" in page
    assert not Person.objects.filter(login="nina").exists()
    assert ada.post(f"{sent['Location']}/apply").status_code == 302
    again = ada.post(f"{sent['Location']}/apply", headers={"referer": f"http://testserver{sent['Location']}"})
    assert "applied already" in ada.get(again["Location"]).content.decode()
    assert "is being applied: 0 of 2" in ada.get(sent["Location"]).content.decode()
    assert actions.carry_out_wanted() == 1
    page = ada.get(sent["Location"]).content.decode()
    assert "staff.csv added 1 and changed 1" in page
    assert Person.objects.get(login="amina").name == "Amina M."
    assert Upload.objects.get().content is None
    kinds = list(
        AuditRow.objects.filter(kind__startswith="import.").order_by("pk").values_list("kind", "actor_label")
    )
    assert kinds == [("import.wanted", "Ada Clerc"), ("import.applied", "Ada Clerc")]
    aside = ada.get(f"{sent['Location']}/aside?format=csv").content.decode("utf-8-sig")
    assert aside.splitlines()[1].startswith("4,")
    assert actions.carry_out_wanted() == 0


def test_what_moved_in_the_meantime_is_not_applied(cast: Cast):
    ada = be("ada")
    sent = send(ada, "people", SOURCE)
    ada.post(f"{sent['Location']}/apply")
    Person.objects.filter(login="amina").update(name="Somebody else")
    actions.carry_out_wanted()
    assert "could not be applied" in ada.get(sent["Location"]).content.decode()
    assert not Person.objects.filter(login="nina").exists()


def test_a_worker_that_died_in_the_middle_is_followed_by_one_that_goes_on(cast: Cast, monkeypatch):
    source = "code,name\n" + "".join(f"e{n},Experiment {n}\n" for n in range(50))
    sara = be("sara")
    sent = send(sara, "experiments", source)
    sara.post(f"{sent['Location']}/apply")
    note = Upload.objects.filter(pk=Upload.objects.get().pk).update

    def die(_upload, **changes):
        note(**changes)
        if changes.get("done"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("vigie.dayone.actions.uploads._note", die)
        with pytest.raises(KeyboardInterrupt):
            actions.carry_out_wanted()
    assert "20 of 50" in sara.get(sent["Location"]).content.decode()
    assert actions.carry_out_wanted() == 1
    assert "added 30" in sara.get(sent["Location"]).content.decode()


def test_who_left_applies_nothing(cast: Cast):
    odile = be("odile")
    sent = send(odile, "services", "code,rank\nsite,9\n")
    odile.post(f"{sent['Location']}/apply")
    leave(cast.ada, cast.odile)
    actions.carry_out_wanted()
    assert Upload.objects.get().state == "failed"


def test_each_sees_the_kinds_that_are_theirs(cast: Cast):
    assert be("amina").get("/import").status_code == 403
    page = be("lucie").get("/import").content.decode()
    assert 'value="experiments"' in page
    assert 'value="people"' not in page
    sent = send(be("ada"), "people", SOURCE)
    assert be("lucie").get(sent["Location"]).status_code == 404
    assert be("lucie").post(f"{sent['Location']}/apply").status_code == 404
    assert send(be("lucie"), "people", SOURCE).status_code == 422
    assert be("lucie").get("/export/people.csv").status_code == 403
    assert be("lucie").get("/export/experiments.csv").status_code == 200
    assert be("ada").get("/export/people.xml").status_code == 404


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "x.csv", "empty"),
        ("nina,Nina", "x.csv", "must name the columns"),
        ("x = [", "x.toml", "not TOML"),
        (b"\x00\x01\x02", "x.csv", "must name the columns"),
    ],
)
def test_a_file_that_is_none_says_why_beside_the_field(cast: Cast, text, name, says):
    answer = send(be("ada"), "people", text, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_lines_may_be_pasted_and_nothing_is_nothing(cast: Cast):
    ada = be("ada")
    sent = ada.post("/import", {"kind": "people", "text": '[[people]]\nlogin = "amina"\n'})
    assert "would change nothing" in ada.get(sent["Location"]).content.decode()
    assert ada.post("/import", {"kind": "people"}).status_code == 422


def test_what_is_exported_is_what_is_imported(cast: Cast):
    ada = be("ada")
    for kind in ("people", "contacts", "shifts"):
        for shape in ("csv", "toml"):
            file = ada.get(f"/export/{kind}.{shape}")
            sent = send(ada, kind, file.content, f"{kind}.{shape}")
            assert "would change nothing" in ada.get(sent["Location"]).content.decode(), (kind, shape)


def test_accounts_come_in_one_act(cast: Cast):
    lucie = be("lucie")
    text = "cluster,username,experiment,name,mail,language\nfarm,jroche,orion,Jean Roche,jean@x.test,fr\nfarm,bad one,,,,\n"
    sent = send(lucie, "accounts", text)
    lucie.post(f"{sent['Location']}/apply")
    actions.carry_out_wanted()
    assert FarmAccount.objects.get().experiment == cast.orion
    assert AuditRow.objects.filter(kind="accounts.saved").count() == 1


def test_accounts_are_found_by_words_cluster_and_experiment(cast: Cast):
    save_accounts(
        cast.ada,
        [
            Account("farm", "jroche", "orion", "Jean Roche", "jean@x.test"),
            Account("gpu", "mstone", "lyra", "<i>Mary</i>", language="en"),
            Account("gpu", "old", active=False),
        ],
    )
    client = be("amina")
    page = client.get("/experiments/+accounts").content.decode()
    assert "2 accounts submit jobs" in page
    assert "&lt;i&gt;Mary" in page
    assert "1 has no mail address" in page
    for query, names in {
        "q=jean": {"jroche"},
        "cluster=gpu&ended=1": {"mstone", "old"},
        "experiment=-&ended=1": {"old"},
    }.items():
        rows = json.loads(client.get(f"/experiments/+accounts?{query}&format=json").content)["accounts"]
        assert {row["username"] for row in rows} == names
    assert "No account fits" in client.get("/experiments/+accounts?q=zzz").content.decode()
    assert "jroche" in client.get("/experiments/orion").content.decode()
    file = client.get("/experiments/+accounts?format=csv&ended=1").content
    sent = send(be("lucie"), "accounts", file)
    assert "would change nothing" in be("lucie").get(sent["Location"]).content.decode()


def test_the_list_of_shifts_is_a_file_that_comes_back(cast: Cast):
    odile = be("odile")
    sent = send(odile, "shifts", odile.get("/duty/+shifts?format=csv").content, "shifts.csv")
    page = odile.get(sent["Location"]).content.decode()
    assert "would change nothing" in page
    assert "kept aside" not in page
