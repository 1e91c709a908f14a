"""What scripts do with it: read everything, run an outage from declaration to report, and be told what is wrong."""

from datetime import timedelta

import pytest
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.models import Fact, Outage
from vigie.post.models import Delivery

NOON = "2026-11-22T13:00:00Z"


def error(answer):
    return answer.json()["error"]


def test_who_is_on_duty_now_and_then(cast: Cast, caller):
    script = caller(cast.lucie, ["read"])
    now = script.get("/who").json()
    assert now["at"] == "2026-11-22T13:26:00Z"
    assert [(row["duty"]["code"], row["person"]["login"], row["level"]) for row in now["on_duty"]] == [
        ("production", "amina", 1),
        ("support", "lucie", 1),
        ("support", "denis", 2),
    ]
    assert script.get("/who?duty=support&at=2026-11-23T13:26:00%2B01:00").json()["on_duty"] == []
    assert error(script.get("/who?duty=golf"))["field"] == "duty"


def test_a_time_without_a_zone_is_refused_with_words(cast: Cast, caller):
    answer = caller(cast.lucie).get("/who?at=2026-11-22T13:26:00", **{"Accept-Language": "en"})
    assert answer.status_code == 422
    assert error(answer)["field"] == "at"
    assert "zone" in error(answer)["message"]
    for bad in ("noon", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1763813160", "2026-13-01T00:00:00Z"):
        assert caller(cast.lucie).get(f"/who?at={bad}").status_code == 422
    assert caller(cast.lucie).get("/who?at=2026-11-22T14:26:00+01:00").json()["at"] == "2026-11-22T13:26:00Z"


def test_addresses_are_for_who_may_see_them(cast: Cast, caller):
    plain, trusted = caller(cast.lucie, ["read"]), caller(cast.lucie, ["read", "contacts"])
    assert plain.get("/people/amina").json()["email"] is None
    assert trusted.get("/people/amina").json()["email"] == "amina@centre.test"
    assert {row["phone"] for row in plain.get("/people").json()["items"]} == {None}
    assert "@" not in plain.get("/experiments").content.decode()
    assert trusted.get("/experiments/orion").json()["contacts"][0]["address"]


def test_lists_come_in_parts(cast: Cast, caller):
    script = caller(cast.lucie, ["read"])
    first = script.get("/people?limit=5").json()
    assert (len(first["items"]), first["count"]) == (5, 7)
    rest = script.get(first["next"].removeprefix("http://testserver")).json()
    assert (len(rest["items"]), rest["next"]) == (2, None)
    assert script.get("/people?limit=0").status_code == 422
    assert script.get("/people?limit=100000").status_code == 422


def test_the_catalogue_says_how_services_are(cast: Cast, caller):
    actions.declare_sudden(cast.amina, services={"storage": "degraded"})
    script = caller(cast.lucie, ["read"])
    effects = {row["code"]: row["effect"] for row in script.get("/services").json()["items"]}
    assert effects == {"storage": "degraded", "farm": None, "site": None}
    assert script.get("/services/farm").json()["needs"] == ["storage"]
    assert script.get("/services/golf").status_code == 404


def test_outages_are_found_by_every_filter(cast: Cast, caller, clock: Clock):
    old = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    actions.log_fact(cast.amina, old, "a mouse in the cable duct")
    clock.tick(hours=1)
    actions.end(cast.amina, old, data_lost="no")
    clock.tick(hours=1)
    new = actions.declare_sudden(cast.amina, services={"farm": "at_risk"}).outage
    script = caller(cast.lucie, ["read"])

    def found(query):
        return [row["id"] for row in script.get(f"/outages?{query}").json()["items"]]

    assert found("") == [new.pk, old.pk]
    assert found("state=open") == [new.pk]
    assert found("service=storage") == [old.pk]
    assert found("text=mouse") == [old.pk]
    assert found("since=2026-11-22T15:00:00Z") == [new.pk]
    assert found("until=2026-11-22T15:00:00Z") == [old.pk]
    assert script.get("/outages?state=melted").status_code == 422


def test_an_outage_from_declaration_to_report(cast: Cast, caller, clock: Clock):
    operator, support = caller(cast.amina), caller(cast.lucie)
    made = operator.post("/outages", {"services": {"storage": "down", "farm": "degraded"}, "starts_at": NOON})
    assert made.status_code == 201
    outage, draft = made.json()["outage"], made.json()["first_notice"]
    assert (outage["contact"]["login"], outage["follower"]["login"]) == ("amina", "lucie")
    assert outage["starts_at"] == NOON
    base = f"/outages/{outage['id']}"

    assert support.get(f"/notices/{draft}").json()["rendered"]["en"]["title"]
    words = {"fr": {"what": "Une alimentation a lâché."}, "en": {"what": "A power supply failed."}}
    edited = support.send("PUT", f"/notices/{draft}", {"paragraphs": words, "expected_edits": 0}).json()
    assert edited["edits"] == 1
    stale = support.send("PUT", f"/notices/{draft}", {"paragraphs": words, "expected_edits": 0})
    assert stale.status_code == 409
    assert operator.post(f"/notices/{draft}/approve").status_code == 403
    assert support.post(f"/notices/{draft}/publish").status_code == 409
    assert support.post(f"/notices/{draft}/approve").json()["frozen"]
    published = support.post(f"/notices/{draft}/publish").json()
    assert published["mails"] == 3
    assert published["version"]["deliveries"] == {"waiting": 3}
    assert support.post(f"/notices/{draft}/publish").status_code == 409
    assert Delivery.objects.filter(topic=f"notice-version:{draft}").count() == 3

    assert operator.post(f"{base}/log", {"text": "Power supply 2 replaced."}).status_code == 201
    question = support.post(f"{base}/questions", {"text": "Are files safe?"}).json()
    answered = operator.post(f"{base}/questions/{question['id']}/answers", {"text": "Yes."}).json()
    assert answered["answers"] == question["id"]
    promised = support.post(f"{base}/promise", {"next_update_by": "2026-11-22T15:00:00+01:00"}).json()
    assert promised["next_update_by"] == "2026-11-22T14:00:00Z"
    changed = operator.send("PATCH", f"{base}/services/farm", {"effect": "at_risk"}).json()
    assert changed["services"][1]["effect"] == "at_risk"
    assert (
        len(operator.post(f"{base}/services", {"service": "site", "effect": "down"}).json()["services"]) == 3
    )
    handed = operator.post(
        f"{base}/hand-over", {"role": "contact", "to": "bruno", "why": "end of shift"}
    ).json()
    assert handed["contact"]["login"] == "bruno"
    end_and_report(caller(cast.odile), operator, support, base, clock)


def end_and_report(boss, operator, support, base, clock):
    clock.tick(minutes=10)
    assert operator.post(f"{base}/services/site/restore", {}).json()["services"][2]["restored_at"]
    assert operator.post(f"{base}/end", {"data_lost": "no"}).status_code == 403
    ended = boss.post(f"{base}/end", {"data_lost": "unknown"}).json()
    assert (ended["state"], ended["due"]["what"]) == ("ended", "end")
    assert boss.post(f"{base}/data-lost", {"data_lost": "no"}).json()["data_lost"] == "no"
    again = boss.post(f"{base}/reopen", {"services": ["storage"], "why": "it fell again"}).json()
    assert again["state"] == "ongoing"
    assert boss.post(f"{base}/end", {"data_lost": "no"}).json()["state"] == "ended"
    last = support.post(f"{base}/notices", {}).json()
    assert last["kind"] == "end"
    support.post(f"/notices/{last['id']}/approve")
    assert support.post(f"/notices/{last['id']}/publish").status_code == 200
    correction = support.post(f"/notices/{last['id']}/correct", {"why": "the wrong hour"}).json()
    assert support.post(f"/notices/{correction['id']}/discard", {}).json()["state"] == "discarded"
    reviewed = support.post(
        f"{base}/review", {"text_fr": "Une alimentation usée.", "text_en": "A worn supply."}
    ).json()
    assert reviewed["state"] == "reviewed"
    assert reviewed["report"]["to_first_notice_seconds"] == 0
    assert [row["kind"] for row in support.get(f"{base}/notices").json()] == ["announcement", "end"]
    assert len(support.get(f"{base}/log").json()) == len(reviewed["log"])


def test_false_alarm(cast: Cast, caller):
    script = caller(cast.amina)
    number = script.post("/outages", {"services": {"farm": "down"}}).json()["outage"]["id"]
    over = script.post(f"/outages/{number}/false-alarm", {"why": "the probe was wrong"}).json()
    assert (over["state"], over["false_alarm"]) == ("ended", True)


def test_the_same_key_again_makes_nothing_new(cast: Cast, caller):
    script = caller(cast.amina)
    body = {"services": {"storage": "down"}}
    first = script.post("/outages", body, key="run-17")
    again = script.post("/outages", body, key="run-17")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["again"]
    assert again.json()["outage"]["id"] == first.json()["outage"]["id"]
    assert again.json()["first_notice"] == first.json()["first_notice"]
    number = first.json()["outage"]["id"]
    one = script.post(f"/outages/{number}/log", {"text": "x"}, key="a").json()
    assert script.post(f"/outages/{number}/log", {"text": "x"}, key="a").json() == one
    other = script.post("/outages", {"services": {"site": "down"}}).json()["outage"]["id"]
    used = script.post(f"/outages/{other}/log", {"text": "x"}, key="a")
    assert (used.status_code, error(used)["code"]) == (409, "key.used")
    theirs = caller(cast.bruno).post(f"/outages/{other}/log", {"text": "y"}, key="a")
    assert theirs.status_code == 201, "keys of others are others"
    assert script.post(f"/outages/{number}/log", {"text": "x"}, key="k" * 61).status_code == 422
    assert Outage.objects.count() == 2
    assert Fact.objects.filter(kind="fact").count() == 2


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (b'{"services": {"storage": "down"},}', 400, "json.broken", "line 1, column"),
        (b'{"services":\n {"storage": NaN}}', 400, "json.broken", "NaN"),
        (b"\xff\xfe{}", 400, "json.not_utf8", "UTF-8"),
        (b"[" * 100_000, 400, "json.broken", "nested"),
        (b'{"services": {"storage": ' + b"9" * 6000 + b"}}", 400, "json.broken", "too long"),
        (b"", 422, "input.invalid", "body"),
        (b"null", 422, "input.invalid", "body"),
        (b"[1]", 422, "input.invalid", "body"),
        (b"{}", 422, "input.invalid", "services"),
        (b'{"services": {}}', 422, "input.invalid", "services"),
        (b'{"services": {"storage": "melted"}}', 422, "input.invalid", "services.storage"),
        (b'{"services": {"storage": "down"}, "expected_ed": 1}', 422, "input.invalid", "expected_ed"),
        (b'{"services": {"storage": "down"}, "starts_at": 7}', 422, "input.invalid", "starts_at"),
        (b'{"services": {"golf": "down"}}', 422, "service.unknown", "golf"),
        (b'{"services": {"storage": "down"}, "expected_end": "2020-01-01T00:00:00Z"}', 422, "", "before"),
        (b'{"services": {"storage": "down"}, "starts_at": "2027-01-01T00:00:00Z"}', 422, "", "future"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(cast: Cast, *, caller, body, status, code, words):
    answer = caller(cast.amina).post("/outages", body, **{"Accept-Language": "en"})
    assert answer.status_code == status, answer.content
    found = error(answer)
    assert code in found["code"]
    assert words in f"{found['message']} {found['field']}"
    assert not Outage.objects.exists()


def test_ten_megabytes_are_refused_in_words(cast: Cast, caller):
    answer = caller(cast.amina).post("/outages", b'{"what_fr": "' + b"x" * 10_000_000 + b'"}')
    assert answer.status_code == 413
    assert "2" in error(answer)["message"]


def test_a_second_declaration_names_the_first(cast: Cast, caller):
    script = caller(cast.amina)
    number = script.post("/outages", {"services": {"storage": "down"}}).json()["outage"]["id"]
    refused = script.post("/outages", {"services": {"storage": "down"}})
    assert refused.status_code == 409
    assert str(number) in error(refused)["message"]
    assert script.post("/outages", {"services": {"storage": "down"}, "anyway": True}).status_code == 201


def test_texts_that_no_database_keeps_are_cleaned(cast: Cast, caller):
    script = caller(cast.amina)
    number = script.post("/outages", {"services": {"storage": "down"}}).json()["outage"]["id"]
    fact = script.post(f"/outages/{number}/log", b'{"text": "half \\ud800 nul \\u0000 <script>"}').json()
    assert fact["text"] == "half ? nul  <script>"
    assert script.get("/outages?text=%00%ED%A0%80").status_code == 200


def test_what_is_not_there_is_missing(cast: Cast, caller):
    script = caller(cast.amina)
    for path in ("/outages/999", "/notices/999", "/people/nobody", "/experiments/none", "/outages/999/log"):
        assert script.get(path).status_code == 404
    for path in ("/outages/0", "/outages/99999999999999999999999", "/outages/x", "/notices/-1"):
        assert script.get(path).status_code == 422


def test_the_rota_and_the_outbox(cast: Cast, caller):
    script = caller(cast.lucie, ["read"])
    assert [row["code"] for row in script.get("/duties").json()] == ["production", "support"]
    assert script.get("/shifts").json()["count"] == 3
    assert script.get("/shifts?since=2026-11-22T00:00:00Z&until=2020-01-01T00:00:00Z").status_code == 422
    row = Delivery.objects.create(
        key="k",
        channel="mail",
        recipient="secret@centre.test",
        language="fr",
        topic="t",
        created_at=SUNDAY,
        not_before=SUNDAY - timedelta(hours=1),
        state="set_apart",
        last_error="550 secret@centre.test is unknown",
    )
    (shown,) = script.get("/deliveries").json()["items"]
    assert shown["id"] == row.pk
    assert "secret" not in str(shown)
