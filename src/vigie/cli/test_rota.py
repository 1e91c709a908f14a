"""The rota at the command line: what is ahead, absences, swaps, and what can't be."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from tests.support.cast import SUNDAY, Cast

from vigie.duty import actions, queries
from vigie.duty.models import Absence, Duty, Shift, Swap
from vigie.kernel.clock import Clock


@pytest.fixture(autouse=True)
def _eight_days_ahead() -> Iterator[None]:
    with override_settings(OPTIONS={**settings.OPTIONS.values, "duty.horizon": 8}):
        yield


@pytest.fixture
def production(cast: Cast) -> Duty:
    """A shift a day from today on: Amina, Bruno, Amina…; a lead decides on swaps."""
    shape = actions.Shape(rhythm="round", handovers="8:00", needs_approval=True)
    duty = actions.shape_duty(cast.odile, cast.production, shape)
    people = [cast.amina, cast.bruno]
    actions.save_rotation(cast.odile, duty, starts_on=SUNDAY.date(), every="day", people=people)
    return duty


def ahead(duty: Duty, login: str) -> list[Shift]:
    rows = Shift.objects.filter(duty=duty, starts_at__gt=SUNDAY, person__login=login, origin="rotation")
    return list(rows.order_by("starts_at"))


def test_a_duty_is_shown_in_words_and_as_json(vigie, cast: Cast, production: Duty):
    actions.qualify(cast.odile, production, cast.amina, since=SUNDAY.date())
    words = vigie("duty", "show", "production").out
    assert "round the clock" in words
    assert "2026-11-22 every day: amina, bruno" in words
    assert "amina: 2026-11-22 –" in words
    data = json.loads(vigie("duty", "show", "production", "--json").out)
    assert data["rotations"][0]["people"] == ["amina", "bruno"]
    assert (data["handovers"], data["people"], data["needs_approval"]) == (["08:00"], 1, True)
    ran = vigie("duty", "show", "none")
    assert (ran.code, "Known duties: production, support" in ran.err) == (2, True)


def test_in_french_a_duty_is_one_permanence(vigie, production: Duty, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VIGIE_LANG", "fr")
    words = vigie("duty", "show", "production").out
    assert "Permanences" not in words
    assert "Permanence " in words
    assert "chaque jour" in words


def test_holes_are_listed_with_who_could_and_are_an_exit_code(vigie, cast: Cast, production: Duty):
    ran = vigie("duty", "holes", "--duty", "production")
    assert (ran.code, ran.err) == (0, "")
    day = ahead(production, "bruno")[1]
    for login in ("amina", "bruno"):
        start, end = f"{day.starts_at:%Y-%m-%dT%H:%MZ}", f"{day.ends_at:%Y-%m-%dT%H:%MZ}"
        assert vigie("duty", "absence", "add", login, start, end, user=login).code == 0
    ran = vigie("duty", "holes", "--json")
    [hole] = json.loads(ran.out)
    assert (ran.code, hole["duty"], hole["level"], hole["could"]) == (1, "production", 1, [])
    assert hole["cannot"] == {"amina": "absent", "bruno": "absent"}
    assert "production" in vigie("duty", "holes").out
    assert vigie("duty", "holes", "--duty", "none").code == 2


def test_filling_now_is_a_leads(vigie, production: Duty):
    gone, _each = Shift.objects.filter(duty=production, starts_at__gt=SUNDAY).delete()
    assert vigie("duty", "fill", user="amina").code == 1
    assert f"Shifts changed: {gone}." in vigie("duty", "fill", "--as", "odile").out
    assert "Shifts changed: 0." in vigie("duty", "fill", "--duty", "production", "--as", "odile").out
    assert vigie("duty", "fill", "--duty", "none", "--as", "odile").code == 2
    assert vigie("duty", "fill", "--as", "nobody").code == 2


def test_an_absence_is_entered_by_days_listed_and_taken_back(vigie, production: Duty):
    ran = vigie(
        "duty",
        "absence",
        "add",
        "bruno",
        "2026-11-24",
        "2026-11-25",
        "--note",
        "Snow",
        "--json",
        user="bruno",
    )
    row = json.loads(ran.out)
    assert (row["starts_at"], row["ends_at"]) == ("2026-11-23T23:00:00+00:00", "2026-11-25T23:00:00+00:00")
    again = vigie("duty", "absence", "add", "bruno", "2026-11-24 00:00", "2026-11-26 00:00")
    assert again.out == f"Absence {row['id']}: Bruno Leroy.\n"
    assert Absence.objects.count() == 1
    assert not Shift.objects.filter(person__login="bruno", starts_at__date="2026-11-25").exists()
    assert "Snow" in vigie("duty", "absence", "list").out
    assert json.loads(vigie("duty", "absence", "list", "--person", "amina", "--json").out) == []
    assert json.loads(vigie("duty", "absence", "list", "--to", "2026-11-23 12:00", "--json").out) == []
    refused = vigie("duty", "absence", "remove", str(row["id"]), "--as", "amina")
    assert (refused.code, "A lead can change them." in refused.err) == (1, True)
    assert vigie("duty", "absence", "remove", str(row["id"]), "--as", "odile").code == 0
    assert vigie("duty", "absence", "remove", str(row["id"])).code == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "bruno", "2026-11-25", "2026-11-23"), 2),
        (("add", "bruno", "tomorrow", "2026-11-23"), 2),
        (("add", "bruno", "2026-02-30", "2026-03-03"), 2),
        (("add", "bruno", "2062-11-25", "2062-11-26"), 2),
        (("add", "bruno", "2026-11-25", "9999-12-31"), 2),
        (("add", "amina", "2026-11-25", "2026-11-26"), 1),
        (("add", "nobody", "2026-11-25", "2026-11-26"), 2),
        (("list", "--from", "+2d", "--to", "+1d"), 2),
        (("list", "--person", "nobody"), 2),
        (("remove", "4711"), 2),
        (("remove", "x"), 2),
    ],
)
def test_what_is_no_absence_is_said(vigie, production: Duty, words: tuple[str, ...], code: int):
    ran = vigie("duty", "absence", *words, user="bruno")
    assert (ran.code, ran.out, bool(ran.err)) == (code, "", True)
    assert not Absence.objects.exists()


def test_a_swap_from_offer_to_done(vigie, cast: Cast, production: Duty):
    mine, theirs = ahead(production, "amina")[0], ahead(production, "bruno")[0]
    ran = vigie(
        "duty", "swap", "offer", str(mine.pk), "--for", str(theirs.pk), "--why", "A train.", user="amina"
    )
    assert (ran.code, ran.err) == (0, "")
    n = str(Swap.objects.get().pk)
    assert ran.out == f"Swap {n}: waits for an answer.\n"
    assert "Amina Martin" in vigie("duty", "swap", "list").out
    assert vigie("duty", "swap", "accept", n, "--as", "odile").code == 1  # it was made to Bruno
    assert "waits for a lead" in vigie("duty", "swap", "accept", n, "--as", "bruno").out
    assert vigie("duty", "swap", "approve", n, "--as", "bruno").code == 1
    done = json.loads(vigie("duty", "swap", "approve", n, "--as", "odile", "--json").out)
    assert (done["state"], done["why"], done["in_return"]) == ("done", "A train.", theirs.pk)
    assert Shift.objects.get(pk=mine.pk).person == cast.bruno
    assert Shift.objects.get(pk=theirs.pk).person == cast.amina
    assert json.loads(vigie("duty", "swap", "list", "--json").out) == []
    assert [row["id"] for row in json.loads(vigie("duty", "swap", "list", "--all", "--json").out)] == [int(n)]
    assert vigie("duty", "swap", "accept", n, "--as", "bruno").code == 1


def test_a_swap_is_declined_withdrawn_or_refused_with_its_reason(vigie, production: Duty):
    shift = str(ahead(production, "amina")[0].pk)

    def offer() -> str:
        assert vigie("duty", "swap", "offer", shift, "--to", "bruno", user="amina").code == 0
        return str(Swap.objects.latest("pk").pk)

    assert "declined" in vigie("duty", "swap", "decline", offer(), "--answer", "Busy.", "--as", "bruno").out
    n = offer()
    assert vigie("duty", "swap", "offer", shift).code == 1  # it is offered already
    assert vigie("duty", "swap", "withdraw", n, "--as", "bruno").code == 1
    assert "withdrawn" in vigie("duty", "swap", "withdraw", n, "--as", "amina").out
    n = offer()
    assert vigie("duty", "swap", "accept", n, "--as", "bruno").code == 0
    mute = vigie("duty", "swap", "refuse", n, "--as", "odile")
    assert (mute.code, "Say why: both will read it." in mute.err) == (2, True)
    assert "refused" in vigie("duty", "swap", "refuse", n, "--answer", "Training.", "--as", "odile").out
    assert Swap.objects.get(pk=n).answer == "Training."


@pytest.mark.parametrize(
    "words",
    [
        ("offer", "4711"),
        ("offer", "x"),
        ("accept", "4711"),
        ("approve", "4711"),
        ("offer", "1", "--for", "4711"),
    ],
)
def test_what_is_no_swap_is_said(vigie, production: Duty, words: tuple[str, ...]):
    ran = vigie("duty", "swap", *words, user="amina")
    assert (ran.code, ran.out, bool(ran.err)) == (2, "", True)


def test_somebody_takes_over_instead_of_who_fell_ill(vigie, cast: Cast, production: Duty, clock: Clock):
    begun = queries.on_duty(SUNDAY, "production")[0]
    words = ("duty", "shifts", "add", "production", "bruno", "14:00", "20:00")
    ran = vigie(*words, user="odile")
    assert (ran.code, "already holds level 1" in ran.err) == (1, True)
    ran = vigie(*words, "--instead", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["starts_at"] == SUNDAY.isoformat()  # what was stays
    assert [row.person for row in queries.on_duty(SUNDAY, "production")] == [cast.bruno]
    assert [row.person for row in queries.on_duty(begun.since, "production")] == [cast.amina]
    over = vigie("duty", "shifts", "add", "production", "odile", "10:00", "12:00", "--instead")
    assert (over.code, "what was can't be undone" in over.err) == (1, True)
    clock.tick(hours=1)
    assert "Bruno Leroy" in vigie("duty", "shifts", "list", "--to", "+1h").out
    assert vigie("duty", "shifts", "list", "--to", "-1h").code == 2
