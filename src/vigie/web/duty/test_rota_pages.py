"""The pages of the rota: each opens, filters, exports, and what they send does what it says."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from tests.support.cast import SUNDAY, Cast
from tests.support.kept import kept

from vigie.duty import actions, queries
from vigie.duty.actions import Shape
from vigie.duty.models import Absence, AbsenceCalendar, Duty, Qualification, Rotation, Shift, Swap, SwapState
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _two_weeks_ahead() -> Iterator[None]:
    with override_settings(OPTIONS={**settings.OPTIONS.values, "duty.horizon": 15}):
        yield


def browser(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def duty(cast: Cast) -> Duty:
    return kept("a duty in rotation", lambda: in_rotation(cast))


def in_rotation(cast: Cast) -> Duty:
    shape = Shape(
        rhythm="round", handovers="8:00 20:00", levels=2, needs_approval=True, checklist_en="Read the log"
    )
    row = actions.shape_duty(cast.odile, cast.production, shape)
    people = [cast.amina, cast.bruno]
    actions.save_rotation(cast.odile, row, starts_on=(SUNDAY + DAY).date(), every="shift", people=people)
    actions.add_absence(
        cast.bruno, cast.bruno, starts_at=SUNDAY + 3 * DAY, ends_at=SUNDAY + 5 * DAY, note="skiing"
    )
    actions.qualify(cast.odile, row, cast.amina, since=SUNDAY.date())
    actions.qualify(cast.odile, row, cast.bruno, since=SUNDAY.date())
    actions.save_calendar(cast.bruno, cast.bruno, address="https://calendar.example/secret.ics")
    return row


def first_of(person: Person) -> Shift:
    return Shift.objects.filter(person=person, starts_at__gt=SUNDAY).order_by("starts_at")[0]


PAGES = ["duty", "duty_month", "duty_mine", "swaps", "absences", "duty_holes", "shifts"]


@pytest.mark.parametrize("name", PAGES)
def test_every_list_opens_for_all_and_can_be_carried_away(cast: Cast, duty: Duty, name: str):
    actions.offer_swap(cast.amina, first_of(cast.amina))
    for person in (cast.amina, cast.odile):
        assert browser(person).get(reverse(name)).status_code == 200
    rows = browser(cast.odile).get(reverse(name), {"format": "json"}).json()
    assert isinstance(next(iter(rows.values())), list)
    assert browser(cast.odile).get(reverse(name), {"format": "csv"}).status_code == 200


@pytest.mark.parametrize(
    "query", ["month=nonsense", "month=0001-01", "month=2026-12&rows=people", "duty=none", "duty=production"]
)
def test_a_month_shows_shifts_and_holes_in_words(cast: Cast, duty: Duty, query: str):
    page = browser(cast.amina).get(f"{reverse('duty_month')}?{query}")
    assert page.status_code == 200
    if query == "duty=production":
        text = page.content.decode()
        assert "A. Martin" in text
        assert re.search(r'class="hole"[^>]*>nobody', text)  # Amina can't be her own backup while Bruno skis


def test_the_week_shows_holes_beside_shifts(cast: Cast, duty: Duty):
    text = browser(cast.amina).get(f"{reverse('duty')}?week=2026-W48").content.decode()
    assert "shift hole" in text


def test_a_hole_is_filled_by_the_button_of_a_proposal(cast: Cast, duty: Duty):
    actions.qualify(cast.odile, duty, cast.denis, since=SUNDAY.date())
    lead = browser(cast.odile)
    before = len(queries.holes(SUNDAY, SUNDAY + 20 * DAY))
    text = lead.get(reverse("duty_holes")).content.decode()
    form = re.search(r'action="/duty/\+holes/fill">(.*?)</form>', text, re.DOTALL)[1]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert browser(cast.amina).post(reverse("duty_fill"), sent).status_code in {302, 403}
    assert len(queries.holes(SUNDAY, SUNDAY + 20 * DAY)) == before
    assert lead.post(reverse("duty_fill"), sent).status_code == 302
    assert len(queries.holes(SUNDAY, SUNDAY + 20 * DAY)) == before - 1


def test_a_duty_is_shaped_by_its_form_and_faults_stand_beside_the_field(cast: Cast, duty: Duty):
    lead, url = browser(cast.odile), reverse("duty_shape", args=["support"])
    fields = {
        "rhythm": "office",
        "handovers": "9:00",
        "weekdays": ["0", "1"],
        "levels": 1,
        "minimum": 2,
        "ideal": 3,
    }
    wrong = lead.post(url, fields)
    assert wrong.status_code == 422
    assert "When do office hours end?" in wrong.content.decode()
    assert lead.post(url, {**fields, "closes": "18:00"}).status_code == 302
    row = Duty.objects.get(code="support")
    assert (row.handovers, row.weekdays, row.on_holidays) == (["09:00"], [0, 1], False)
    assert browser(cast.amina).get(url).status_code == 403
    assert "1 person" not in browser(cast.amina).get(reverse("duty_page", args=["support"])).content.decode()


def test_a_rotation_is_shown_before_it_is_written(cast: Cast, duty: Duty):
    lead, url = browser(cast.odile), reverse("duty_rotation", args=["production"])
    assert lead.get(url).status_code == 200
    fields = {"starts_on": "2026-12-01", "every": "day", "offsets": "0 1", "place_bruno": 1, "place_amina": 2}
    seen = lead.post(url, fields)
    assert "Nothing is written yet" in seen.content.decode()
    assert Rotation.objects.count() == 1
    assert lead.post(url, {**fields, "apply": "1"}).status_code == 302
    assert Rotation.objects.count() == 2
    for wrong in (
        {"place_bruno": 2},
        {"place_bruno": "", "place_amina": ""},
        {"offsets": "x"},
        {"starts_on": "soon"},
    ):
        assert lead.post(url, {**fields, **wrong}).status_code == 422
    row = Rotation.objects.get(starts_on="2026-12-01")
    assert lead.post(reverse("rotation_remove", args=["production", row.pk])).status_code == 302
    assert Rotation.objects.count() == 1


def test_a_swap_from_my_shifts_to_the_leads_refusal(cast: Cast, duty: Duty):
    shift = first_of(cast.amina)
    mine = browser(cast.amina)
    assert reverse("swap_offer", args=[shift.pk]) in mine.get(reverse("duty_mine")).content.decode()
    form = mine.get(reverse("swap_offer", args=[shift.pk])).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    assert mine.post(reverse("swap_offer", args=[shift.pk]), {"to": "denis", "key": key}).status_code in {
        409,
        422,
    }
    actions.qualify(cast.odile, duty, cast.denis, since=SUNDAY.date())
    sent = mine.post(reverse("swap_offer", args=[shift.pk]), {"to": "denis", "key": key})
    swap = Swap.objects.get()
    url = reverse("swap", args=[swap.pk])
    assert sent.headers["Location"] == url
    assert (
        "Take the shift" in browser(cast.denis).get(url).content.decode()
        or "Prendre" in browser(cast.denis).get(url).content.decode()
    )
    assert browser(cast.denis).post(url, {"do": "accept"}).status_code == 302
    lead = browser(cast.odile)
    assert lead.post(url, {"do": "refuse"}).status_code == 422  # no reason
    assert lead.post(url, {"do": "refuse", "answer": "Denis is new."}).status_code == 302
    assert Swap.objects.get().state == SwapState.REFUSED
    assert "Denis is new." in mine.get(url).content.decode()
    assert lead.post(url, {"do": "approve"}).status_code == 409


def test_absences_are_entered_by_days_and_a_lead_sees_all(cast: Cast, duty: Duty):
    amina = browser(cast.amina)
    fields = {"person": "amina", "first": "2026-12-24", "last": "2026-12-26"}
    assert amina.post(reverse("absence_add"), fields).status_code == 302
    row = Absence.objects.get(person=cast.amina)
    assert (row.ends_at - row.starts_at) == 3 * DAY
    assert amina.post(reverse("absence_add"), {**fields, "person": "bruno"}).status_code == 422
    assert amina.post(reverse("absence_add"), {**fields, "last": "2026-12-23"}).status_code == 422
    assert "skiing" not in amina.get(reverse("absences")).content.decode()
    assert "skiing" in browser(cast.odile).get(reverse("absences")).content.decode()
    assert "secret.ics" not in amina.get(reverse("absences")).content.decode()
    assert amina.get(reverse("absence_calendar", args=["bruno"])).status_code in {302, 403}
    assert amina.post(reverse("absence_remove", args=[row.pk])).status_code == 302
    assert not Absence.objects.filter(person=cast.amina).exists()


def test_a_calendar_is_given_and_forgotten(cast: Cast, duty: Duty):
    amina, url = browser(cast.amina), reverse("absence_calendar", args=["amina"])
    assert amina.post(url, {"address": "http://calendar.example/x.ics"}).status_code == 422
    assert amina.post(url, {"address": "https://calendar.example/x.ics"}).status_code == 302
    row = AbsenceCalendar.objects.get(person=cast.amina)
    actions.note_failure(row, "no answer")
    assert "no answer" in amina.get(reverse("absences")).content.decode()
    assert amina.get(url).status_code == 200
    assert amina.post(url, {"remove": "1"}).status_code == 302
    assert not AbsenceCalendar.objects.filter(person=cast.amina).exists()


def test_who_is_qualified_is_named_and_taken_back(cast: Cast, duty: Duty):
    lead, url = browser(cast.odile), reverse("duty_qualify", args=["production"])
    assert (
        lead.post(url, {"person": "denis", "since": "2026-12-01", "until": "2026-11-01"}).status_code == 422
    )
    assert lead.post(url, {"person": "denis", "since": "2026-12-01"}).status_code == 302
    row = Qualification.objects.get(person=cast.denis)
    page = lead.get(reverse("duty_page", args=["production"])).content.decode()
    assert "Denis Blanc" in page
    assert lead.post(reverse("disqualify", args=["production", row.pk])).status_code == 302


def test_a_shift_of_a_rotation_is_replaced_by_its_form(cast: Cast, duty: Duty):
    shift = first_of(cast.amina)
    lead = browser(cast.odile)
    listed = lead.get(reverse("shifts")).content.decode()
    link = re.search(r'href="(/duty/\+shift\?[^"]+)"', listed)[1].replace("&amp;", "&")
    assert lead.get(link).status_code == 200
    fields = {
        "duty": "production",
        "person": "lucie",
        "level": 1,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
    }
    assert lead.post(reverse("shift_add"), fields).status_code == 302
    assert queries.on_duty(shift.starts_at, "production")[0].person == cast.lucie
