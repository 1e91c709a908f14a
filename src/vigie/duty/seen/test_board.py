"""The board says what on_duty says, names what is missing, and knows when it will read otherwise."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import add_shift, save_duty
from vigie.duty.models import Shift
from vigie.duty.queries import on_duty
from vigie.duty.seen.actions import make_sign, note_asked, revoke_sign
from vigie.duty.seen.queries import board, next_change, sign_of
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Forbidden, Refused

HOUR = timedelta(hours=1)


def test_two_primaries_of_an_overlap_are_both_there_the_earlier_first(cast: Cast):
    end = SUNDAY + 6 * HOUR
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=end - HOUR, ends_at=end + 8 * HOUR)
    [production, _support] = board(end - HOUR / 2)
    assert [row.person for row in production.first.holders] == [cast.amina, cast.bruno]
    assert next_change([production], end - HOUR / 2) == end
    [production, _support] = board(end)
    assert [row.person for row in production.first.holders] == [cast.bruno]


def test_an_empty_duty_is_there_with_who_comes_next(cast: Cast):
    tpm = save_duty(System(), code="tpm", name_fr="TPM", name_en="TPM", rank=9)
    start = SUNDAY + 20 * HOUR
    add_shift(System(), duty=tpm, person=cast.denis, starts_at=start, ends_at=start + HOUR)
    post = board(SUNDAY)[-1]
    assert (post.duty.code, post.first.held) == ("tpm", False)
    assert post.first.next.person == cast.denis
    assert next_change([post], SUNDAY) == start
    assert [each.duty.code for each in board(SUNDAY, ["tpm"])] == ["tpm"]


@given(
    spans=st.lists(st.tuples(st.integers(1, 3), st.integers(-30, 30), st.integers(1, 12)), max_size=12),
    asked=st.integers(-30, 40),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_board_is_on_duty_and_stays_until_the_next_change(cast: Cast, spans: list, asked: int):
    Shift.objects.all().delete()
    for level, start, hours in spans:
        begin = SUNDAY + start * HOUR
        Shift.objects.get_or_create(
            duty=cast.production,
            person=cast.bruno,
            level=level,
            starts_at=begin,
            defaults={"ends_at": begin + hours * HOUR},
        )
    t = SUNDAY + asked * HOUR

    def held(at):
        return [(row.level, row.person.pk, row.since) for row in on_duty(at)]

    posts = board(t)
    shown = [(r.level, r.person.pk, r.since) for post in posts for seat in post.seats for r in seat.holders]
    assert shown == held(t)
    change = next_change(posts, t)
    last = change or t + 60 * HOUR
    for at in (t + (last - t) / 3, t + (last - t) / 2, last - timedelta(minutes=1)):
        assert held(at) == held(t)
    if change is not None:
        assert held(change) != held(t)


def test_leads_make_and_revoke_signs_and_nobody_keeps_their_secret(cast: Cast, clock: Clock):
    with pytest.raises(Forbidden):
        make_sign(cast.lucie, label="Door")
    sign, secret = make_sign(cast.odile, label="Door of B12", duties=["production"], language="en")
    assert secret not in str(sign.__dict__)
    assert sign_of(secret) == sign
    assert sign_of(secret[:-1]) is None
    with pytest.raises(Refused):
        make_sign(cast.odile, label="Door of B12")
    for wrong in ({"label": " "}, {"label": "x" * 121}, {"label": "y", "expires_at": SUNDAY}):
        with pytest.raises(BadInput):
            make_sign(cast.odile, **wrong)
    with pytest.raises(BadInput):
        make_sign(cast.odile, label="z", duties=["nothing"])
    brief, _secret = make_sign(cast.ada, label="Fair", expires_at=SUNDAY + HOUR)
    note_asked(sign)
    assert sign_of(secret).last_asked_at == SUNDAY
    clock.tick(hours=1)
    assert not brief.works(clock.now())
    assert sign.works(clock.now())
    revoke_sign(cast.odile, sign)
    assert not sign_of(secret).works(clock.now())
    with pytest.raises(Refused):
        revoke_sign(cast.odile, sign)
