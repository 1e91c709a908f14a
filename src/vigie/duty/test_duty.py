"""Verbs over the rota."""

from datetime import timedelta

import pytest
from tests.support.cast import SUNDAY, Cast

from vigie.duty import actions, queries
from vigie.duty.models import Shift
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Missing, Refused
from vigie.kernel.models import AuditRow

HOUR = timedelta(hours=1)
TOMORROW = SUNDAY + timedelta(days=1)


def add(cast: Cast, person=None, *, start=TOMORROW, hours: float = 8, level: int = 1, by=None) -> Shift:
    return actions.add_shift(
        by or cast.odile,
        duty=cast.production,
        person=person or cast.bruno,
        starts_at=start,
        ends_at=start + hours * HOUR,
        level=level,
    )


def test_only_leads_and_administrators_change_the_rota(cast: Cast):
    for person in (cast.amina, cast.lucie):
        with pytest.raises(Forbidden):
            add(cast, by=person)
    shift = add(cast, by=cast.ada)
    with pytest.raises(Forbidden):
        actions.remove_shift(cast.amina, shift)


def test_the_same_shift_again_changes_nothing(cast: Cast):
    first = add(cast)
    rows = AuditRow.objects.count()
    assert add(cast) == first
    assert AuditRow.objects.count() == rows


def test_two_persons_do_not_hold_one_level_beyond_a_hand_over(cast: Cast):
    add(cast)
    add(cast, cast.amina, start=TOMORROW + 7 * HOUR)  # an hour of hand-over
    with pytest.raises(Refused):
        add(cast, cast.odile, start=TOMORROW + 4 * HOUR)


def test_one_person_is_never_twice_on_duty_at_once(cast: Cast):
    add(cast)
    with pytest.raises(Refused):
        add(cast, hours=8.5)  # the same start, another end
    with pytest.raises(Refused):
        add(cast, level=2)  # their own backup


@pytest.mark.parametrize(("hours", "level"), [(0, 1), (-1, 1), (24 * 40, 1), (8, 0), (8, 10)])
def test_what_is_no_shift_is_refused(cast: Cast, hours: float, level: int):
    with pytest.raises(BadInput):
        add(cast, hours=hours, level=level)


def test_a_shift_that_has_begun_stays(cast: Cast):
    shift = add(cast)
    begun = Shift.objects.get(person=cast.amina)
    with pytest.raises(Refused):
        actions.remove_shift(cast.odile, begun)
    actions.remove_shift(cast.odile, shift)
    with pytest.raises((Missing, Conflict)):
        actions.remove_shift(cast.odile, queries.shift_by_id(shift.pk))


def test_watches_name_holder_and_successor_and_every_empty_duty(cast: Cast):
    add(cast, start=SUNDAY + 6 * HOUR)
    actions.save_duty(cast.ada, code="tpm", name_fr="TPM", name_en="TPM", rank=3)
    rows = {(row.duty.code, row.level): row for row in queries.watches(SUNDAY)}
    production = rows["production", 1]
    assert production.now is not None
    assert production.next is not None
    assert (production.now.person, production.next.person) == (cast.amina, cast.bruno)
    assert rows["tpm", 1].now is None
    assert ("support", 2) in rows


def test_who_left_is_not_put_on_duty(cast: Cast, clock: Clock):
    cast.bruno.is_active = False
    cast.bruno.save()
    with pytest.raises(Refused):
        add(cast)


def test_a_duty_s_name_is_one_line_and_its_checklist_shows_what_it_says(cast: Cast):
    """A line break in a name would be one in the subject of a mail, which no server takes."""
    duty = actions.save_duty(
        cast.odile, code="night", name_fr="Nuit\r\nBcc: all@centre.test", name_en="Ni\u202eght\x00"
    )
    assert (duty.name_fr, duty.name_en) == ("Nuit Bcc: all@centre.test", "Ni ght")
    shape = actions.Shape(checklist_fr="Clés\r\n\u202esélC\x1b[31m\n", checklist_en="Keys\x00")
    duty = actions.shape_duty(cast.odile, duty, shape)
    assert (duty.checklist("fr"), duty.checklist("en")) == (["Clés", "sélC[31m"], ["Keys"])
