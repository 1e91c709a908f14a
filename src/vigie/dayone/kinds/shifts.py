"""Shifts: who holds which duty, from when to when."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, number, time
from vigie.dayone.kinds.duty import may
from vigie.duty.actions import add_shift, refilled_once
from vigie.duty.models import Shift
from vigie.duty.queries import duty_by_code, shifts_between
from vigie.kernel.access import Actor
from vigie.people.queries import person_by_login


def _shifts(rows: Sequence[Values] | None) -> Iterable[Values]:
    """For a file: the shifts of its duties that touch its span. For an export: all."""
    found = Shift.objects.select_related("duty", "person").order_by("starts_at", "duty__code", "level", "pk")
    if rows is not None:
        starts = [row["start"] for row in rows if isinstance(row["start"], datetime)]
        ends = [row["end"] for row in rows if isinstance(row["end"], datetime)]
        if not starts:
            return
        mentioned = {str(row["duty"]) for row in rows}
        found = shifts_between(min(starts), max(ends)).filter(duty__code__in=mentioned)
    for shift in found:
        yield {
            "duty": shift.duty.code,
            "person": shift.person.login,
            "level": shift.level,
            "start": shift.starts_at,
            "end": shift.ends_at,
        }


def _save_shift(actor: Actor, row: Values) -> Shift:
    return add_shift(
        actor,
        duty=duty_by_code(str(row["duty"])),
        person=person_by_login(str(row["person"])),
        starts_at=time(row, "start"),
        ends_at=time(row, "end"),
        level=number(row, "level"),
    )


SHIFTS = Kind(
    name="shifts",
    title=_("Shifts"),
    about=_("Who holds which duty, from when to when."),
    columns=(
        Column("duty", _("code of the duty"), columns.text, needed=True, aliases=frozenset({"permanence"})),
        Column("person", _("login"), columns.text, needed=True, aliases=frozenset({"personne", "login"})),
        Column("level", _("1: primary, 2: backup…"), columns.level, 1, aliases=frozenset({"niveau"})),
        Column(
            "start",
            _("like 2026-11-23 08:00"),
            columns.moment(),
            needed=True,
            aliases=frozenset({"début", "debut", "starts_at"}),
        ),
        Column(
            "end",
            _("like 2026-11-23 20:00"),
            columns.moment(later=True),
            needed=True,
            aliases=frozenset({"fin", "ends_at"}),
        ),
    ),
    key=("duty", "person", "level", "start"),
    require=may,
    present=_shifts,
    save=_save_shift,
    together=refilled_once,
    headless=True,
)
