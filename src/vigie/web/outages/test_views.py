"""What the pages of an outage promise to the people who use them."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.contracts.alarm import IncomingAlarm
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.intents import IntentState
from vigie.notices.models import Version
from vigie.outages import actions, queries
from vigie.outages.models import Alarm, Fact, Outage
from vigie.people.models import Person
from vigie.post.models import Delivery

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
EVIL = "<script>alert(1)</script>"
PAGES = [
    "/outages",
    "/outages/new",
    "/outages/{}",
    "/outages/{}/report",
    "/outages/{}/end",
    "/outages/{}/false-alarm",
    "/outages/{}/reopen",
    "/outages/{}/data",
    "/outages/{}/promise",
    "/outages/{}/hand-over",
    "/outages/{}/add-service",
    "/outages/{}/services/storage",
    "/outages/{}/services/storage/restore",
]


def logged_in(person: Person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend=BACKEND)
    return client


def declaration(**more: object) -> dict[str, object]:
    return {"services": ["storage"], "effect": "down", "key": "one-intention", **more}


@pytest.fixture
def outage(cast: Cast) -> Outage:
    return actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "at_risk"}).outage


@pytest.fixture
def told(cast: Cast, outage: Outage) -> Version:
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    actions.publish(cast.lucie, outage, draft)
    return draft


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_languages_for_staff_only(
    cast: Cast, outage: Outage, path: str, language: str
):
    path = path.format(outage.pk)
    assert f'<html lang="{language}">' in logged_in(cast.amina, language).get(path).content.decode()
    stranger = Client().get(path)
    assert stranger.status_code == 302
    assert "/accounts/login/" in stranger["Location"]
    assert stranger["Location"].endswith(path.replace("/", "%2F")) or path in stranger["Location"]


def test_two_choices_suffice_for_a_first_notice(cast: Cast):
    page = logged_in(cast.bruno).get("/outages/new").content.decode()
    assert "Amina Martin" in page  # who will be contact is said before anything is sent
    assert "Lucie Petit" in page
    assert 'value="2026-11-22 14:26"' in page  # since when: now
    assert 'value="2026-11-22 15:00"' in page  # next update: the plan's
    response = logged_in(cast.bruno).post("/outages/new", declaration())
    outage = Outage.objects.get()
    assert response.status_code == 302
    assert response["Location"].startswith(f"/outages/{outage.pk}")
    assert (outage.contact, outage.follower) == (cast.amina, cast.lucie)
    assert outage.thread.notices.count() == 1


def test_a_second_click_declares_nothing_more(cast: Cast):
    client = logged_in(cast.amina)
    first, second = (client.post("/outages/new", declaration()) for _click in range(2))
    assert Outage.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_an_open_outage_is_shown_and_what_was_typed_is_kept(cast: Cast, outage: Outage):
    client = logged_in(cast.bruno)
    typed = declaration(starts_at="14:10", words_fr="Une alimentation a lâché.", words_en="A supply failed.")
    page = client.post("/outages/new", typed)
    assert page.status_code == 409
    html = page.content.decode()
    assert f'href="/outages/{outage.pk}"' in html
    assert "Declare it anyway" in html
    assert 'value="14:10"' in html
    assert "Une alimentation a lâché." in html
    client.post("/outages/new", typed | {"anyway": "1"})
    assert Outage.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"services": []}, "Choose at least one service."),
        ({"services": ["nowhere"]}, "is not in the catalogue"),
        ({"starts_at": "soon"}, "is not a time"),
        ({"starts_at": "+3h"}, "can’t start in the future"),
        ({"next_update_by": "-10min"}, "a time that has passed"),
        ({"effect": "gone"}, "Select a valid choice"),
        ({"words_en": "x" * 5001}, "at most 5000 characters"),
    ],
)
def test_bad_input_is_told_beside_its_field(cast: Cast, typed: dict[str, object], says: str):
    page = logged_in(cast.amina).post("/outages/new", declaration(**typed))
    assert page.status_code == 422
    assert says in page.content.decode().replace("&#x27;", "’").replace("'", "’")
    assert not Outage.objects.exists()


def test_nobody_on_duty_and_no_lead_is_said_before_the_click(cast: Cast):
    Person.objects.filter(pk__in=[cast.odile.pk]).update(is_active=False)
    cast.amina.is_active = False
    cast.amina.save()
    page = logged_in(cast.lucie).get("/outages/new").content.decode()
    assert "Lucie Petit" in page  # at last whoever declares


def test_ten_megabytes_get_a_clear_answer(cast: Cast, outage: Outage):
    client = logged_in(cast.amina)
    for path in ("/outages/new", f"/outages/{outage.pk}/facts", f"/outages/{outage.pk}/end"):
        page = client.post(path, "text=" + "x" * 10_485_760, content_type="application/x-www-form-urlencoded")
        assert page.status_code == 413
        assert "2 MB at most" in page.content.decode()
    too_long = client.post(f"/outages/{outage.pk}/facts", {"text": "y" * 5000})
    assert too_long.status_code == 422
    assert "5000 characters; 4000 at most" in too_long.content.decode()
    assert "y" * 5000 in too_long.content.decode()  # kept


def test_html_is_shown_as_text_everywhere(cast: Cast, outage: Outage):
    client = logged_in(cast.amina)
    client.post(f"/outages/{outage.pk}/facts", {"text": EVIL})
    client.post(f"/outages/{outage.pk}/questions", {"text": EVIL})
    question = Fact.objects.get(kind="question")
    client.post(f"/outages/{outage.pk}/facts/{question.pk}/answer", {"text": EVIL})
    actions.hand_over_roles(cast.odile, outage, {"contact": cast.bruno}, why=EVIL)  # type: ignore[dict-item]
    Alarm.objects.create(
        source="x",
        fingerprint="f",
        summary=EVIL,
        problem=EVIL,
        starts_at=SUNDAY,
        first_seen=SUNDAY,
        last_seen=SUNDAY,
    )
    actions.end(cast.odile, outage, data_lost="no")
    actions.review(cast.lucie, outage, text_fr=EVIL, text_en=EVIL)
    refused = client.post("/outages/new", declaration(starts_at=EVIL, words_fr=EVIL, services=[EVIL]))
    pages = [refused, *(client.get(path.format(outage.pk)) for path in (*PAGES, "/desk", "/today"))]
    pages.append(client.get(f"/outages?q={EVIL}&service={EVIL}"))
    pages.append(client.get(f"/outages/{outage.pk}/log?after=0"))
    for page in pages:
        assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in client.get(f"/outages/{outage.pk}").content.decode()


def test_a_fact_is_logged_without_script_and_once(cast: Cast, outage: Outage):
    client = logged_in(cast.amina)
    for _click in range(2):
        response = client.post(f"/outages/{outage.pk}/facts", {"text": "Disk replaced.", "key": "k1"})
    assert response["Location"] == f"/outages/{outage.pk}#log"
    assert Fact.objects.filter(text="Disk replaced.").count() == 1


def test_an_empty_fact_is_refused_beside_its_field(cast: Cast, outage: Outage):
    page = logged_in(cast.amina).post(f"/outages/{outage.pk}/facts", {"text": "  "})
    assert page.status_code == 422
    assert "Write something first." in page.content.decode()


def test_the_poller_hears_nothing_until_something_is_new(cast: Cast, outage: Outage):
    client = logged_in(cast.lucie)
    page = client.get(f"/outages/{outage.pk}").content.decode()
    address = page.split('id="poller" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(address).status_code == 204
    actions.log_fact(cast.amina, outage, "Disk replaced.")
    news = client.get(address)
    assert news.status_code == 200
    assert "Disk replaced." in news.content.decode()
    assert 'id="log-entry"' not in news.content.decode()  # where somebody types is never replaced
    address = news.content.decode().split('id="poller" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(address).status_code == 204
    actions.promise(cast.lucie, outage, SUNDAY + timedelta(hours=3))  # no fact, but news
    assert client.get(address).status_code == 200


def test_a_session_that_ran_out_reloads_the_page(outage: Outage):
    response = Client().get(f"/outages/{outage.pk}/log", headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true"


def test_a_question_is_answered_where_it_stands(cast: Cast, outage: Outage):
    logged_in(cast.lucie).post(f"/outages/{outage.pk}/facts", {"text": "Are files safe?", "ask": "1"})
    question = queries.open_questions(outage).get()
    page = logged_in(cast.amina).get(f"/outages/{outage.pk}").content.decode()
    assert "waits for an answer" in page
    logged_in(cast.amina).post(f"/outages/{outage.pk}/facts/{question.pk}/answer", {"text": "Yes."})
    assert not queries.open_questions(outage).exists()


def test_services_come_back_one_by_one_and_only_the_contact_ends_it(cast: Cast, outage: Outage):
    support, contact = logged_in(cast.lucie), logged_in(cast.amina)
    support.post(f"/outages/{outage.pk}/services/farm/restore")
    assert outage.affected.filter(restored_at__isnull=True).count() == 1
    refused = support.post(f"/outages/{outage.pk}/end", {"data_lost": "no"})
    assert refused.status_code == 403
    assert "Only the operations contact, Amina Martin" in refused.content.decode()
    assert contact.post(f"/outages/{outage.pk}/end", {}).status_code == 422
    bad = contact.post(f"/outages/{outage.pk}/end", {"data_lost": "unknown", "at": "-3h"})
    assert bad.status_code == 422
    assert 'value="-3h"' in bad.content.decode()
    contact.post(f"/outages/{outage.pk}/end", {"data_lost": "unknown"})
    outage.refresh_from_db()
    assert (outage.state, outage.data_lost) == ("ended", "unknown")
    contact.post(f"/outages/{outage.pk}/data", {"data_lost": "no"})
    contact.post(f"/outages/{outage.pk}/reopen", {"services": ["storage"], "why": "It failed again."})
    outage.refresh_from_db()
    assert outage.state == "ongoing"
    contact.post(f"/outages/{outage.pk}/false-alarm", {"why": "The probe was wrong."})
    outage.refresh_from_db()
    assert outage.false_alarm


def test_an_effect_an_expected_end_and_a_service_change(cast: Cast, outage: Outage):
    client = logged_in(cast.amina)
    client.post(f"/outages/{outage.pk}/services/storage", {"effect": "degraded", "expected_end": "+2h"})
    line = outage.affected.get(service__code="storage")
    assert (line.effect, line.expected_end) == ("degraded", SUNDAY + timedelta(hours=2))
    nothing = client.post(
        f"/outages/{outage.pk}/services/storage", {"effect": "degraded", "expected_end": "2026-11-22 16:26"}
    )
    assert nothing.status_code == 422
    client.post(f"/outages/{outage.pk}/add-service", {"service": "site", "effect": "at_risk"})
    assert outage.affected.count() == 3
    assert client.get(f"/outages/{outage.pk}/services/nowhere").status_code == 404


def test_roles_change_hands_but_are_never_vacant(cast: Cast, outage: Outage):
    page = logged_in(cast.bruno).post(
        f"/outages/{outage.pk}/hand-over",
        {"contact": cast.bruno.pk, "follower": cast.lucie.pk, "why": "shift"},
    )
    assert page.status_code == 302
    outage.refresh_from_db()
    assert (outage.contact, outage.follower) == (cast.bruno, cast.lucie)
    same = {"contact": cast.bruno.pk, "follower": cast.lucie.pk}
    assert logged_in(cast.bruno).post(f"/outages/{outage.pk}/hand-over", same).status_code == 409
    assert logged_in(cast.bruno).post(f"/outages/{outage.pk}/hand-over", {}).status_code == 422
    outage.refresh_from_db()
    assert outage.contact == cast.bruno


def test_an_administrator_reads_but_does_not_steer(cast: Cast, outage: Outage):
    client = logged_in(cast.ada)
    page = client.get(f"/outages/{outage.pk}").content.decode()
    assert 'id="log-entry"' not in page
    assert client.post(f"/outages/{outage.pk}/facts", {"text": "x"}).status_code == 403
    assert client.post("/outages/new", declaration(services=["site"])).status_code == 403


def test_mails_that_failed_are_listed_with_reason_and_three_answers(
    cast: Cast, outage: Outage, told: Version
):
    mails = list(Delivery.objects.filter(topic=told.topic).order_by("pk"))
    Delivery.objects.filter(pk=mails[0].pk).update(state=IntentState.SET_APART, last_error="550 no such user")
    Delivery.objects.filter(pk=mails[1].pk).update(state=IntentState.IN_DOUBT, last_error="cut after DATA")
    client = logged_in(cast.lucie)
    page = client.get(f"/outages/{outage.pk}").content.decode()
    assert "550 no such user" in page
    assert mails[0].recipient in page
    client.post(f"/outages/{outage.pk}/deliveries/{mails[0].pk}/retry")
    client.post(f"/outages/{outage.pk}/deliveries/{mails[1].pk}/arrived")
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert (states[mails[0].pk], states[mails[1].pk]) == ("waiting", "done")
    other = actions.declare_sudden(cast.amina, services={"site": "down"}).outage
    assert client.post(f"/outages/{other.pk}/deliveries/{mails[2].pk}/retry").status_code == 404


def test_monitoring_proposes_the_end_and_a_person_confirms(cast: Cast, clock: Clock):
    alarm = IncomingAlarm(
        source="alertmanager",
        fingerprint="f1",
        firing=True,
        labels={"service": "storage"},
        summary="doors do not answer",
        severity="critical",
        starts_at=SUNDAY,
    )
    outage = actions.receive_alarm(System(), alarm).outage
    assert outage is not None
    clock.tick(minutes=9)
    over = IncomingAlarm(
        source="alertmanager",
        fingerprint="f1",
        firing=False,
        labels={"service": "storage"},
        summary="doors do not answer",
        severity="critical",
        starts_at=SUNDAY,
        resolved_at=clock.now(),
    )
    actions.receive_alarm(System(), over)
    page = logged_in(cast.amina).get(f"/outages/{outage.pk}").content.decode()
    assert "Monitoring says that it is over" in page
    assert "Confirm the end…" in page
    outage.refresh_from_db()
    assert outage.state == "ongoing"


def test_the_list_is_filtered_by_its_address_and_carried_away_whole(cast: Cast, outage: Outage, clock: Clock):
    clock.tick(hours=1)
    actions.declare_sudden(cast.amina, services={"site": "degraded"}, words={"fr": "x", "en": "y"})
    client = logged_in(cast.lucie)
    rows = json.loads(client.get("/outages?service=site&format=json").content)["outages"]
    assert [row["services"] for row in rows] == [["site"]]
    assert len(json.loads(client.get("/outages?q=dcache&format=json").content)["outages"]) == 1
    assert len(json.loads(client.get("/outages?q=Amina&state=open&format=json").content)["outages"]) == 2
    assert json.loads(client.get("/outages?state=ended&format=json").content)["outages"] == []
    sheet = client.get("/outages?format=csv")
    assert sheet["Content-Disposition"] == 'attachment; filename="outages.csv"'
    assert len(sheet.content.decode("utf-8-sig").strip().splitlines()) == 3
    empty = client.get("/outages?q=nothing+like+this").content.decode()
    assert "No outage fits" in empty


def test_a_cell_is_never_a_formula(cast: Cast, outage: Outage):
    Person.objects.filter(pk=cast.amina.pk).update(name="=1+1")
    assert "'=1+1" in logged_in(cast.lucie).get("/outages?format=csv").content.decode()


def test_an_empty_register_teaches(cast: Cast):
    page = logged_in(cast.amina).get("/outages").content.decode()
    assert "No outage yet" in page
    assert 'href="/outages/new"' in page


def test_the_report_counts_and_closes(cast: Cast, outage: Outage, told: Version, clock: Clock):
    clock.tick(minutes=50)  # the promise, 15:00, is broken
    actions.end(cast.amina, outage, data_lost="no")
    client = logged_in(cast.lucie)
    page = client.get(f"/outages/{outage.pk}/report").content.decode()
    assert "1 broken" in page
    half = client.post(f"/outages/{outage.pk}/report", {"text_fr": "Une alimentation usée."})
    assert half.status_code == 422
    assert "Une alimentation usée." in half.content.decode()
    client.post(f"/outages/{outage.pk}/report", {"text_fr": "Une alimentation.", "text_en": "A supply."})
    body = json.loads(client.get(f"/outages/{outage.pk}/report?format=json").content)
    assert body["state"] == "reviewed"
    assert body["report"]["lasted"] == 3000
    assert body["report"]["promises"][0]["kept"] is False
    assert body["text_en"] == "A supply."


@pytest.mark.parametrize(
    "path", ["/outages/999", "/outages/999/end", "/outages/99999999999999999999", "/outages/999/log"]
)
def test_an_unknown_outage_is_not_found(cast: Cast, path: str):
    assert logged_in(cast.amina).get(path).status_code == 404
