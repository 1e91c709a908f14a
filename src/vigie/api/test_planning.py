"""What scripts plan: from draft to announcement, moved, cancelled."""

from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages.models import Outage

WINDOW = {"effect": "down", "starts_at": "2026-12-08T07:00:00Z", "ends_at": "2026-12-08T17:00:00Z"}


def test_a_script_plans_and_people_follow(cast: Cast, clock: Clock, caller):
    operator, support = caller(cast.amina), caller(cast.lucie)
    body = {"services": {"storage": WINDOW}, "ask_follower": "lucie", "key": "window-1"}
    made = operator.post("/planned-outages", body)
    assert made.status_code == 200, made.content
    number = made.json()["id"]
    assert operator.post("/planned-outages", body).json()["id"] == number  # the same key again
    assert made.json()["state"] == "draft"
    assert support.post(f"/outages/{number}/follower/accept").json()["follower"]["login"] == "lucie"
    assert caller(cast.denis).post(f"/outages/{number}/follower/accept").status_code == 409
    moved = operator.post(
        f"/outages/{number}/move", {"starts_at": "2026-12-09T08:00:00+01:00", "why": "parts"}
    )
    assert moved.json()["starts_at"] == "2026-12-09T07:00:00Z"
    farm = {**WINDOW, "starts_at": "2026-12-09T07:00:00Z", "ends_at": "2026-12-09T18:00:00Z"}
    assert (
        operator.send("PUT", f"/outages/{number}/windows/farm", farm).json()["expected_end"]
        == "2026-12-09T18:00:00Z"
    )
    assert operator.send("DELETE", f"/outages/{number}/windows/farm").status_code == 200
    assert operator.send("DELETE", f"/outages/{number}/windows/storage").status_code == 409
    assert operator.post(f"/outages/{number}/start", {}).status_code == 409  # never announced
    assert operator.post(f"/outages/{number}/cancel", {"why": "not needed"}).json()["state"] == "cancelled"


def test_what_can_not_be_planned_is_refused_with_the_field(cast: Cast, caller):
    operator = caller(cast.amina)
    past = {**WINDOW, "starts_at": "2020-12-08T07:00:00Z"}
    for services in ({"storage": past}, {"golf": WINDOW}, {}, {"storage": {**WINDOW, "effect": "broken"}}):
        answer = operator.post("/planned-outages", {"services": services})
        assert answer.status_code == 422
        assert answer.json()["error"]["field"]
    assert not Outage.objects.exists()
