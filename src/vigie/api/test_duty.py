"""Duty for scripts: the board level by level, and where the calendars are."""

from datetime import timedelta

from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import (
    Shape,
    accept_swap,
    add_absence,
    add_shift,
    offer_swap,
    save_rotation,
    shape_duty,
)
from vigie.duty.models import Shift
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


def in_line(cast: Cast) -> None:
    """Production round the clock from tomorrow on, Amina and Bruno in turn."""
    duty = shape_duty(System(), cast.production, Shape(rhythm="round", handovers="8:00"))
    people = [cast.amina, cast.bruno]
    save_rotation(System(), duty, starts_on=SUNDAY.date() + timedelta(days=1), every="day", people=people)


def test_holes_are_read_with_who_could(cast: Cast, client: Client):
    in_line(cast)
    client = script(cast, Scope.READ)
    assert client.get("/api/v1/holes?duty=support").json() == []
    hole = client.get("/api/v1/holes?duty=production").json()[
        0
    ]  # from the last shift by hand to the rotation's first
    assert (hole["starts_at"], hole["ends_at"]) == ("2026-11-22T19:26:00Z", "2026-11-23T07:00:00Z")
    assert (hole["duty"], hole["level"], set(hole["could"])) == ("production", 1, {"amina", "bruno"})
    assert client.get("/api/v1/holes?duty=none").status_code == 422
    assert Client().get("/api/v1/holes").status_code == 401


def test_absences_are_ones_own_or_a_leads_and_never_say_why(cast: Cast):
    day = timedelta(days=1)
    for person in (cast.amina, cast.bruno):
        add_absence(person, person, starts_at=SUNDAY + day, ends_at=SUNDAY + 2 * day, note="a secret")
    answer = script(cast, Scope.READ).get("/api/v1/absences")  # a token of Bruno
    assert [row["person"]["login"] for row in answer.json()["items"]] == ["bruno"]
    assert b"secret" not in answer.content
    _row, secret = make_token(cast.ada, cast.odile, label="lead", scopes=[Scope.READ])
    lead = Client(headers={"authorization": f"Bearer {secret}"})
    assert lead.get("/api/v1/absences").json()["count"] == 2
    assert lead.get("/api/v1/absences?limit=1").json()["next"]
    assert lead.get("/api/v1/absences?since=2026-12-01T00:00:00Z").json()["items"] == []
    assert lead.get("/api/v1/absences?since=yesterday").status_code == 422
    assert lead.get("/api/v1/absences?since=2026-12-01T00:00:00").status_code == 422  # no offset


def test_swaps_that_wait_are_read_and_no_others(cast: Cast):
    in_line(cast)
    client = script(cast, Scope.READ)
    mine = Shift.objects.filter(person=cast.amina, starts_at__gt=SUNDAY).earliest("starts_at")
    swap = offer_swap(cast.amina, mine, to=cast.bruno)
    [row] = client.get("/api/v1/swaps").json()
    assert (row["id"], row["state"], row["offered_to"]["login"]) == (swap.pk, "open", "bruno")
    assert row["accepted_by"] is None
    accept_swap(cast.bruno, swap)
    assert client.get("/api/v1/swaps").json() == []
    assert Client().get("/api/v1/swaps").status_code == 401
