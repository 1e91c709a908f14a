"""Duties and their shifts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, number, time
from vigie.duty.actions import PERMISSIONS, DutyPermission, add_shift, save_duty
from vigie.duty.models import Duty, Shift
from vigie.duty.queries import duties, duty_by_code, shifts_between
from vigie.kernel.access import Actor, require
from vigie.people.queries import person_by_login
from vigie.people.rules import one_line


def _may(actor: Actor) -> None:
    require(actor, DutyPermission.EDIT, PERMISSIONS)


def _duties(_rows: Sequence[Values] | None) -> Iterable[Values]:
    for duty in duties():
        yield {
            "code": duty.code,
            "name_fr": one_line(duty.name_fr),
            "name_en": one_line(duty.name_en),
            "phone": one_line(duty.phone),
            "rank": duty.rank,
        }


def _save_duty(actor: Actor, row: Values) -> Duty:
    return save_duty(
        actor,
        code=str(row["code"]),
        name_fr=str(row["name_fr"]),
        name_en=str(row["name_en"]),
        phone=str(row["phone"]),
        rank=number(row, "rank"),
    )


DUTIES = Kind(
    name="duties",
    title=_("Kinds of duty"),
    about=_("The rotas: Production, Support, any other."),
    columns=(
        Column("code", _("short name, without spaces"), columns.text, needed=True),
        Column("name_fr", _("name in French"), columns.text, needed=True),
        Column("name_en", _("name in English"), columns.text, needed=True),
        Column(
            "phone",
            _("if one number rings whoever holds it"),
            columns.text,
            aliases=frozenset({"téléphone", "telephone"}),
        ),
        Column("rank", _("place in lists"), columns.whole, 100, aliases=frozenset({"rang"})),
    ),
    key=("code",),
    require=_may,
    present=_duties,
    save=_save_duty,
)


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
    require=_may,
    present=_shifts,
    save=_save_shift,
    headless=True,
)
