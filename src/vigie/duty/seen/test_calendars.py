"""Calendars of shifts, read back by another library than the one that wrote them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import add_shift, remove_shift
from vigie.duty.events import RotaChanged
from vigie.duty.models import Duty, Shift
from vigie.duty.seen import queries, texts
from vigie.duty.seen.actions import keep_up, reset_calendar
from vigie.duty.seen.models import CalendarEntry
from vigie.kernel import clock as house
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Forbidden, Missing
from vigie.kernel.events import emit
from vigie.people.actions import leave
from vigie.people.models import Person

PARIS = ZoneInfo("Europe/Paris")
TOMORROW = SUNDAY + timedelta(days=1)


def read(subject: Person | Duty, language: str = "en") -> dict[str, vobject.base.Component]:
    keep_up(subject)
    content = texts.calendar(subject, queries.told(subject, house.now()), language)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found = vobject.readOne(content.decode())
    return {event.uid.value: event for event in found.contents.get("vevent", ())}


def shift(cast: Cast, person: Person, start: datetime = TOMORROW, hours: int = 8, level: int = 1) -> Shift:
    return add_shift(
        System(),
        duty=cast.production,
        person=person,
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        level=level,
    )


def change(row: Shift, **values: object) -> None:
    """As a verb of the rota does it: the row, and the news."""
    Shift.objects.filter(pk=row.pk).update(**values)
    emit(RotaChanged(duty=row.duty.code))


def facts(event: vobject.base.Component) -> tuple[str, str, datetime]:
    return event.status.value, event.sequence.value, event.dtstart.value


def test_a_shift_is_one_event_with_who_when_and_how_to_call(cast: Cast):
    before = read(cast.production)
    shift(cast, cast.bruno)
    events = read(cast.production)
    [name] = events.keys() - before.keys()
    event = events[name]
    assert facts(event) == ("CONFIRMED", "0", TOMORROW)
    assert event.dtend.value == TOMORROW + timedelta(hours=8)
    assert event.summary.value == "Production: Bruno Leroy"
    assert "42 17" in event.description.value
    assert event.dtstart.value.tzinfo.utcoffset(None) == timedelta(0)
    mine = read(cast.bruno)
    assert mine.keys() == {name}
    assert mine[name].summary.value == "Production"
    assert read(cast.bruno, "fr")[name].description.value.startswith("Production, en premier")


def test_each_change_of_a_shift_keeps_its_name_and_raises_its_sequence(cast: Cast, clock: Clock):
    row = shift(cast, cast.bruno)
    [name] = read(cast.bruno)
    for count in (1, 2, 3):
        clock.tick(minutes=1)
        change(row, starts_at=TOMORROW + timedelta(hours=count), ends_at=TOMORROW + timedelta(hours=9))
        [(again, event)] = read(cast.bruno).items()
        assert again == name
        assert facts(event) == ("CONFIRMED", str(count), TOMORROW + timedelta(hours=count))
        assert event.contents["dtstamp"][0].value == clock.now()
    assert facts(read(cast.bruno)[name])[1] == "3"  # asked again, nothing new


def test_a_removed_shift_is_told_as_cancelled_for_two_months(cast: Cast, clock: Clock):
    row = shift(cast, cast.bruno)
    [name] = read(cast.bruno)
    remove_shift(System(), row)
    event = read(cast.bruno)[name]
    assert facts(event) == ("CANCELLED", "1", TOMORROW)
    assert event.summary.value.startswith("Cancelled: ")
    clock.tick(days=50)
    assert facts(read(cast.bruno)[name])[0] == "CANCELLED"
    clock.tick(days=12)
    assert read(cast.bruno) == {}


def test_a_shift_that_was_gone_before_anybody_asked_was_never_told(cast: Cast):
    row = shift(cast, cast.bruno)
    remove_shift(System(), row)
    assert read(cast.bruno) == {}


def test_a_shift_that_goes_to_another_is_cancelled_for_one_and_new_for_the_other(cast: Cast):
    row = shift(cast, cast.bruno)
    [name] = read(cast.bruno)
    change(row, person=cast.odile)
    assert facts(read(cast.odile)[name]) == ("CONFIRMED", "1", TOMORROW)
    assert facts(read(cast.bruno)[name]) == ("CANCELLED", "1", TOMORROW)
    assert read(cast.production)[name].summary.value == "Production: Odile Perrin"
    change(row, person=cast.bruno)  # and back again
    assert facts(read(cast.bruno)[name]) == ("CONFIRMED", "2", TOMORROW)
    assert facts(read(cast.odile)[name]) == ("CANCELLED", "2", TOMORROW)


def test_a_rota_written_anew_leaves_calendars_as_they_were(cast: Cast):
    rows = [shift(cast, cast.bruno, TOMORROW + timedelta(days=n)) for n in range(5)]
    before = {name: facts(event) for name, event in read(cast.production).items()}
    last = rows[-1]
    for row in rows:
        row.delete()
    for n in range(4):
        shift(cast, cast.bruno, TOMORROW + timedelta(days=n))
    shift(cast, cast.odile, last.starts_at)
    after = read(cast.production)
    assert after.keys() == before.keys()
    changed = [name for name, event in after.items() if facts(event) != before[name]]
    assert [after[name].summary.value for name in changed] == ["Production: Odile Perrin"]
    assert [after[name].sequence.value for name in changed] == ["1"]


def test_who_leaves_is_taken_out_of_what_is_to_come(cast: Cast, clock: Clock):
    row = shift(cast, cast.bruno)
    events = read(cast.production)
    [name] = [each for each, event in events.items() if "Bruno" in event.summary.value]
    address = queries.calendar_path(cast.bruno)
    leave(cast.ada, cast.bruno)
    clock.tick(minutes=16)  # nobody told the rota of it
    assert facts(read(cast.production)[name]) == ("CANCELLED", "1", row.starts_at)
    with pytest.raises(Missing):
        queries.calendar_subject(address.removeprefix("/shifts/").removesuffix(".ics"))


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        (datetime(2027, 3, 27, 20, 0), datetime(2027, 3, 28, 8, 0), 11),  # the clocks go forward
        (datetime(2026, 10, 24, 20, 0), datetime(2026, 10, 25, 8, 0), 13),  # and back
    ],
)
def test_shifts_hold_through_the_nights_when_clocks_change(
    cast: Cast, clock: Clock, starts: datetime, ends: datetime, hours: int
):
    clock.set(starts.replace(tzinfo=PARIS) - timedelta(days=5))
    first, last = (at.replace(tzinfo=PARIS).astimezone(UTC) for at in (starts, ends))
    shift(cast, cast.bruno, first, hours)
    [event] = read(cast.bruno).values()
    assert (event.dtstart.value, event.dtend.value) == (first, last)
    assert event.dtstart.value.astimezone(PARIS).hour == 20
    assert event.dtend.value.astimezone(PARIS).hour == 8


def test_asking_a_thousand_times_compares_once(cast: Cast, django_assert_max_num_queries):
    shift(cast, cast.bruno)
    keep_up(cast.production)
    with django_assert_max_num_queries(4):
        keep_up(cast.production)
    assert CalendarEntry.objects.count() == 2


def test_a_reset_makes_the_old_address_useless(cast: Cast):
    def token(subject: Person | Duty) -> str:
        return queries.calendar_path(subject).removeprefix("/shifts/").removesuffix(".ics")

    old = token(cast.bruno)
    assert queries.calendar_subject(old) == cast.bruno
    with pytest.raises(Forbidden):
        reset_calendar(cast.lucie, cast.bruno)
    with pytest.raises(Forbidden):
        reset_calendar(cast.bruno, cast.production)
    reset_calendar(cast.bruno, cast.bruno)
    assert queries.calendar_subject(token(cast.bruno)) == cast.bruno
    for bad in (old, old.replace("p", "d", 1), token(cast.bruno)[:-1], "", "p1-0", "p" * 5000, "d1~x", "é~é"):
        with pytest.raises(Missing):
            queries.calendar_subject(bad)
    reset_calendar(cast.odile, cast.production)
    assert queries.calendar_subject(token(cast.production)) == cast.production
