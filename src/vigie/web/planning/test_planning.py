"""Planning, the calendar, templates: what is shown before anything is saved, and what a press makes."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import MaintenanceTemplate, Outage
from vigie.people.models import Person
from vigie.web.planning.templateform import choices_of, rule_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)


def logged(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


def flat(response: object) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())  # type: ignore[attr-defined] # a response


@pytest.fixture
def typed(cast: Cast) -> dict[str, object]:
    return {
        "services": ["storage"],
        "effect": "down",
        "starts_at": "2026-12-08 08:00",
        "ends_at": "2026-12-08 18:00",
        "contact": cast.amina.pk,
        "asked_follower": cast.lucie.pk,
        "key": "one",
    }


def test_planned_in_one_press_and_not_twice(cast: Cast, typed: dict[str, object]):
    client = logged(cast.amina)
    assert "Plan an outage" in flat(client.get("/outages/plan"))
    first = client.post("/outages/plan", typed)
    again = client.post("/outages/plan", typed)
    assert first.url == again.url  # type: ignore[attr-defined] # a redirect
    outage = Outage.objects.get()
    assert (outage.starts_at, outage.asked_follower, outage.contact) == (START, cast.lucie, cast.amina)


def test_the_look_says_what_it_would_meet(cast: Cast, typed: dict[str, object]):
    actions.plan(cast.bruno, windows={"site": Window("down", START, START + timedelta(hours=2))})
    client = logged(cast.amina)
    said = flat(client.post("/outages/plan/look", typed))
    assert "The notice rules are kept" in said
    assert "Web site" in said  # at the same time
    assert "Lyra, Orion" in said
    assert "3 addresses by mail" in said
    soon = typed | {"starts_at": "2026-11-25 08:00", "ends_at": "2026-11-25 18:00"}
    said = flat(client.post("/outages/plan/look", soon))
    assert "Announcing now gives 2 working days; the rule asks for 5 working days." in said
    assert "The first date that keeps every rule is" in said
    checked = client.post("/outages/plan", soon | {"do": "check"})
    assert "Announcing now gives" in flat(checked)
    assert Outage.objects.count() == 1
    assert "Choose services" in flat(client.post("/outages/plan/look", {}))


def test_what_goes_on_now_without_a_known_end_does_not_meet_a_plan_of_next_month(
    cast: Cast, typed: dict[str, object]
):
    actions.declare_sudden(cast.amina, services={"site": "down"})
    client = logged(cast.amina)
    assert "No other outage." in flat(client.post("/outages/plan/look", typed))
    assert ">Web site</a>" in flat(client.get("/calendar"))


def test_a_refusal_stands_beside_its_field_and_keeps_everything(cast: Cast, typed: dict[str, object]):
    client = logged(cast.amina)
    past = client.post("/outages/plan", typed | {"starts_at": "2026-11-01 08:00", "title_en": "New <switch>"})
    assert past.status_code == 422
    assert "starts in the future" in flat(past)
    assert "New &lt;switch&gt;" in flat(past)
    for wrong in ({"ends_at": "2026-12-08 07:00"}, {"services": []}, {"starts_at": "soon"}, {"contact": ""}):
        assert client.post("/outages/plan", typed | wrong).status_code == 422
    assert not Outage.objects.exists()


def test_other_times_for_one_service(cast: Cast, typed: dict[str, object]):
    own = {"services": ["storage", "farm"], "farm-effect": "degraded", "farm-ends_at": "2026-12-08 20:00"}
    logged(cast.amina).post("/outages/plan", typed | own)
    lines = {
        line.service.code: (line.effect, line.expected_end) for line in Outage.objects.get().affected.all()
    }
    assert lines == {
        "storage": ("down", START + timedelta(hours=10)),
        "farm": ("degraded", START + timedelta(hours=12)),
    }


def test_the_calendar_shows_every_day_an_outage_touches(cast: Cast, clock: Clock):
    actions.plan(cast.amina, windows={"farm": Window("down", START, START + timedelta(hours=30))})
    client = logged(cast.lucie)
    page = flat(client.get("/calendar?month=2026-12"))
    assert page.count(">Batch farm</a>") == 2
    assert "December 2026: 1 outage" in page
    assert page.index("Monday") < page.index("Sunday")
    assert "Batch farm</a>" not in flat(client.get("/calendar?month=2026-12&service=site"))
    assert page.count(">Batch farm</a>") == flat(client.get("/calendar?month=2026-12&view=agenda")).count(
        ">Batch farm</a>"
    )
    for odd in ("month=1", "month=9999-99", "month=0001-01", "view=x", "service=%00"):
        assert client.get(f"/calendar?{odd}").status_code == 200


def test_the_months_in_which_clocks_change_have_every_day(cast: Cast, clock: Clock):
    clock.set(datetime(2027, 3, 1, tzinfo=UTC))
    night = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 to 03:30: the night with 23 hours
    actions.plan(cast.amina, windows={"farm": Window("down", night, night + timedelta(hours=3))})
    page = flat(logged(cast.lucie).get("/calendar?month=2027-03"))
    assert page.count(">Batch farm</a>") == 2
    assert "03:30" in page


def test_choices_make_a_rule_and_come_back_from_it():
    for rule, chosen in {
        "FREQ=MONTHLY;BYDAY=2TU": ("month", "2", "TU", 1, ""),
        "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SA": ("month", "-1", "SA", 3, ""),
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO": ("week", "1", "MO", 2, ""),
        "FREQ=YEARLY;BYMONTH=6": ("rule", "1", "MO", 1, "RRULE:FREQ=YEARLY;BYMONTH=6"),
        "": ("never", "1", "MO", 1, "kept"),
    }.items():
        assert rule_of(*chosen) == rule
        assert choices_of(rule)["repeat"] == chosen[0]


def test_a_template_is_written_shown_and_planned_from_once(cast: Cast):
    client = logged(cast.amina)
    fields = {
        "title_fr": "Mises à jour",
        "title_en": "Patches!",
        "services": ["farm"],
        "effect": "degraded",
        "at": "09:00",
        "minutes": "120",
        "repeat": "month",
        "nth": "2",
        "weekday": "TU",
        "every": "1",
        "recurrence": "",
    }
    assert client.post("/templates/new", fields).url == "/templates/patches"  # type: ignore[attr-defined] # a redirect
    assert MaintenanceTemplate.objects.get().recurrence == "FREQ=MONTHLY;BYDAY=2TU"
    bad = client.post("/templates/new", fields | {"repeat": "rule", "recurrence": "every full moon"})
    assert bad.status_code == 422
    assert "is not a recurrence" in flat(bad)
    span = {"first": "2026-12-01", "last": "2027-11-30", "contact": cast.amina.pk}
    shown = flat(client.get("/templates/patches", span))
    assert "Plan 12 drafts" in shown
    assert not Outage.objects.exists()
    client.post("/templates/patches", span)
    client.post("/templates/patches", span)
    assert Outage.objects.count() == 12
    assert "Plan 12 drafts" not in flat(client.get("/templates/patches", span))
    assert "every month, on the second Tuesday" in flat(client.get("/templates"))
    client.post("/templates/patches/edit", fields | {"minutes": "60"})
    assert MaintenanceTemplate.objects.get().minutes == 60
    assert "Batch farm" in flat(client.get("/outages/plan?template=patches"))


def test_the_list_tells_planned_from_sudden(cast: Cast):
    actions.plan(cast.amina, windows={"farm": Window("down", START, START + timedelta(hours=30))})
    page = flat(logged(cast.lucie).get("/outages?kind=scheduled"))
    assert "scheduled" in page
    assert "→" in page
    rows = json.loads(logged(cast.lucie).get("/outages?format=json").content)["outages"]
    assert rows[0]["kind"] == "scheduled"


@pytest.mark.parametrize("query", ["", "?service=farm", "?service=no%20such/thing"])
def test_the_calendar_leads_to_a_calendar_that_programs_read(cast: Cast, query: str):
    client = logged(cast.lucie)
    address = re.search(r'href="([^"]+\.ics)"', flat(client.get(f"/calendar{query}")))
    assert address is not None
    assert client.get(address[1]).content.startswith(b"BEGIN:VCALENDAR")


def test_a_template_has_an_effect_per_service_and_its_dates_are_shown_before_it_is_saved(cast: Cast):
    client = logged(cast.amina)
    fields = {
        "title_fr": "Correctifs",
        "title_en": "Patches",
        "services": ["storage", "farm"],
        "effect": "down",
        "farm-effect": "at_risk",
        "at": "09:00",
        "minutes": "120",
        "repeat": "month",
        "nth": "2",
        "weekday": "TU",
        "every": "2",
        "anchor": "2026-12-01",
    }
    look = flat(client.post("/templates/new", fields | {"do": "look"}))
    assert not MaintenanceTemplate.objects.exists()
    assert "8 Dec" in look
    assert "12 Jan" not in look  # every second month
    client.post("/templates/new", fields)
    row = MaintenanceTemplate.objects.get()
    assert row.services == {"storage": "down", "farm": "at_risk"}
    form = flat(client.get(f"/templates/{row.code}/edit"))
    assert 'name="anchor" value="2026-12-01"' in form
    client.post(f"/templates/{row.code}/edit", fields | {"storage-effect": "degraded", "farm-effect": ""})
    row.refresh_from_db()
    assert row.services == {"storage": "degraded", "farm": "down"}


def test_a_work_is_changed_and_taken_out_by_its_pages(cast: Cast):
    outage = actions.plan(cast.amina, windows={"storage": Window("down", START, START + timedelta(hours=8))})
    hours = {"starts_at": START, "ends_at": START + timedelta(hours=2)}
    actions.add_intervention(cast.amina, outage, what="Switch", **hours)
    actions.add_intervention(
        cast.amina, outage, what="Disks", starts_at=START + timedelta(hours=2),
        ends_at=START + timedelta(hours=4), after=[1],
    )  # fmt: skip
    client = logged(cast.amina)
    page = flat(client.get(f"/outages/{outage.pk}"))
    assert "1. Switch" in page
    assert f"/outages/{outage.pk}/works/2/remove" in page
    form = flat(client.get(f"/outages/{outage.pk}/works/2"))
    assert 'value="Disks"' in form
    assert "2. Disks</label>" not in form  # it can't wait for itself
    typed = {
        "what": "New disks",
        "starts_at": "2026-12-08 11:00",
        "ends_at": "2026-12-08 13:00",
        "after": ["1"],
    }
    assert client.post(f"/outages/{outage.pk}/works/2", typed).status_code == 302
    assert outage.interventions.get(number=2).what == "New disks"
    refused = client.post(f"/outages/{outage.pk}/works/1/remove")
    assert refused.status_code == 409
    assert "New disks" in flat(refused)
    client.post(f"/outages/{outage.pk}/works/2/remove")
    assert outage.interventions.count() == 1
