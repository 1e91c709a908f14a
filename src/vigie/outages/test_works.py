"""Works within an outage, in their order; and dates that are counted from one day, whatever span is asked for."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.support.cast import Cast

from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.kernel.models import AuditRow
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import Intervention, Outage

START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def outage(cast: Cast) -> Outage:
    return actions.plan(cast.amina, windows={"storage": Window("down", START, START + 8 * HOUR)})


@pytest.fixture
def two(cast: Cast, outage: Outage) -> tuple[Intervention, Intervention]:
    """A switch, then the disks that need it."""
    switch = actions.add_intervention(
        cast.amina, outage, what="Switch", starts_at=START, ends_at=START + 2 * HOUR
    )
    disks = actions.add_intervention(
        cast.amina, outage, what="Disks", starts_at=START + 2 * HOUR, ends_at=START + 4 * HOUR, after=[1]
    )
    return switch, disks


def test_a_work_is_changed_with_its_trace(cast: Cast, two: tuple[Intervention, Intervention]) -> None:
    switch, disks = two
    actions.edit_intervention(
        cast.bruno, disks, what="Disks and shelves", who="storage team", services=["storage"],
        starts_at=START + 3 * HOUR, ends_at=START + 5 * HOUR, after=[1],
    )  # fmt: skip
    disks.refresh_from_db()
    assert (disks.what, disks.who, disks.starts_at) == ("Disks and shelves", "storage team", START + 3 * HOUR)
    assert [row.code for row in disks.services.all()] == ["storage"]
    row = AuditRow.objects.filter(kind="outage.intervention_saved").latest("pk")
    assert row.changes["from"]["what"] == "Disks"
    assert row.actor_label == "Bruno Leroy"
    with pytest.raises(BadInput, match="Disks and shelves"):
        actions.edit_intervention(
            cast.amina, switch, what="Switch", starts_at=START, ends_at=START + 4 * HOUR
        )
    with pytest.raises(BadInput, match=r"eux-mêmes|itself"):
        actions.edit_intervention(
            cast.amina, disks, what="x", starts_at=START, ends_at=START + HOUR, after=[2]
        )


def test_a_work_that_another_waits_for_stays(cast: Cast, two: tuple[Intervention, Intervention]) -> None:
    switch, disks = two
    with pytest.raises(Refused, match="Disks"):
        actions.remove_intervention(cast.amina, switch)
    actions.remove_intervention(cast.amina, disks)
    actions.remove_intervention(cast.amina, switch)
    assert not Intervention.objects.exists()
    assert AuditRow.objects.filter(kind="outage.intervention_saved").latest("pk").changes["removed"] is True


def test_what_is_done_is_neither_changed_nor_removed(
    cast: Cast, two: tuple[Intervention, Intervention]
) -> None:
    switch, _disks = two
    actions.finish_intervention(cast.amina, switch)
    with pytest.raises(Conflict):
        actions.edit_intervention(cast.amina, switch, what="x", starts_at=START, ends_at=START + HOUR)
    with pytest.raises(Refused):
        actions.remove_intervention(cast.amina, switch)


def save(cast: Cast, recurrence: str, anchor: date | None = None):  # type: ignore[no-untyped-def] # a template
    return actions.save_template(
        cast.amina, code="t", title_fr="T", title_en="T", services={"farm": "down"}, at=time(9), minutes=60,
        recurrence=recurrence, anchor=anchor,
    )  # fmt: skip


def test_every_second_month_is_the_same_whatever_span_is_asked_for(cast: Cast) -> None:
    template = save(cast, "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU", date(2026, 12, 1))
    year = actions.occurrences(template, date(2026, 12, 1), date(2027, 12, 31))
    later = actions.occurrences(template, date(2027, 1, 5), date(2027, 12, 31))
    assert [at.month for at in year] == [12, 2, 4, 6, 8, 10, 12]
    assert later == year[1:]


def test_an_interval_without_an_anchor_is_counted_from_the_day_it_was_written(cast: Cast) -> None:
    template = save(cast, "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO")
    assert template.anchor == date(2026, 11, 22)
    assert save(cast, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO").anchor == date(2026, 11, 22)
    assert save(cast, "FREQ=WEEKLY;BYDAY=MO").anchor is None


def test_maintenance_every_minute_is_refused(cast: Cast) -> None:
    with pytest.raises(BadInput) as refused:
        save(cast, "FREQ=MINUTELY")
    assert refused.value.field == "recurrence"
