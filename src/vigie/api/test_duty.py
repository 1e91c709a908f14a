"""Duty for scripts: the board level by level, and where the calendars are."""

from datetime import timedelta

from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import Shape, add_shift, shape_duty
from vigie.kernel.access import System
from vigie.people.actions import make_token
from vigie.people.rules import Scope


def script(cast: Cast, *scopes: Scope) -> Client:
    _row, secret = make_token(cast.ada, cast.bruno, label="script", scopes=scopes)
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def test_the_board_says_who_what_is_missing_and_who_comes_next(cast: Cast):
    shape_duty(System(), cast.production, Shape(levels=2))
    end = SUNDAY + timedelta(hours=6)
    add_shift(
        System(), duty=cast.production, person=cast.bruno, starts_at=end, ends_at=end + timedelta(hours=8)
    )
    answer = script(cast, Scope.READ).get("/api/v1/duty/now").json()
    assert answer["changes_at"] == "2026-11-22T19:26:00Z"
    production, support = answer["duties"]
    assert production["missing"] == [2]
    [first, _second] = production["levels"]
    assert [row["person"]["login"] for row in first["holders"]] == ["amina"]
    assert first["next"]["person"]["login"] == "bruno"
    assert first["next"]["since"] == "2026-11-22T19:26:00Z"
    assert first["holders"][0]["person"]["phone"] is None  # needs the scope contacts
    assert [seat["level"] for seat in support["levels"]] == [1, 2]


def test_it_is_what_on_duty_says_at_any_moment(cast: Cast):
    client = script(cast, Scope.READ, Scope.CONTACTS)
    late = "2026-11-22T20:00:00Z"
    assert client.get(f"/api/v1/who?at={late}").json()["on_duty"] == []
    one = client.get(f"/api/v1/duty/now?at={late}&duty=support").json()
    assert [post["duty"]["code"] for post in one["duties"]] == ["support"]
    assert one["duties"][0]["missing"] == [1]
    now = client.get("/api/v1/duty/now").json()["duties"]
    flat = [
        (post["duty"]["code"], seat["level"], row["person"]["login"], row["person"]["phone"])
        for post in now
        for seat in post["levels"]
        for row in seat["holders"]
    ]
    who = client.get("/api/v1/who").json()["on_duty"]
    assert flat == [
        (row["duty"]["code"], row["level"], row["person"]["login"], row["person"]["phone"]) for row in who
    ]
    assert client.get("/api/v1/duty/now?duty=nothing").status_code == 422


def test_a_script_finds_its_persons_calendar_and_those_of_the_duties(cast: Cast, client: Client):
    rows = script(cast, Scope.READ).get("/api/v1/duty/calendars").json()
    assert [row["duty"] for row in rows] == ["", "production", "support"]
    path = rows[0]["url"].split("/", 3)[3]
    assert client.get(f"/{path}").headers["Content-Type"].startswith("text/calendar")
