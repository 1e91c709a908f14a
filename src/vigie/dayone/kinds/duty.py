"""Duties as data: names, when each is held, on how many levels, by how many."""

from collections.abc import Iterable, Sequence
from datetime import time

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import WEEKDAYS, Column
from vigie.dayone.kind import Kind, Values, number, texts
from vigie.duty.actions import PERMISSIONS, DutyPermission, Shape, save_duty, shape_duty
from vigie.duty.models import Duty
from vigie.duty.queries import duties
from vigie.duty.rules import Rhythm
from vigie.kernel.access import Actor, require
from vigie.people.rules import one_line


def may(actor: Actor) -> None:
    """Those who arrange the rota."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)


def _duties(_rows: Sequence[Values] | None) -> Iterable[Values]:
    for duty in duties():
        yield {
            "code": duty.code,
            "name_fr": one_line(duty.name_fr),
            "name_en": one_line(duty.name_en),
            "phone": one_line(duty.phone),
            "rank": duty.rank,
            **_shape_of(duty),
        }


def _shape_of(duty: Duty) -> dict[str, columns.Value]:
    """The columns that say when it is held and by how many."""
    return {
        "rhythm": str(duty.rhythm),
        "handovers": tuple(duty.handovers),
        "closes": f"{duty.closes:%H:%M}" if duty.closes else "",
        "weekdays": tuple(WEEKDAYS[day] for day in sorted(set(duty.weekdays))),
        "on_holidays": duty.on_holidays,
        "levels": duty.levels,
        "minimum": duty.minimum,
        "ideal": duty.ideal,
        "approval": duty.needs_approval,
        "phone_public": duty.phone_public,
        "checklist_fr": _lines(duty.checklist_fr),
        "checklist_en": _lines(duty.checklist_en),
    }


def _lines(checklist: str) -> tuple[str, ...]:
    return tuple(one for one in map(one_line, checklist.splitlines()) if one)


def _save_duty(actor: Actor, row: Values) -> Duty:
    duty = save_duty(
        actor,
        code=str(row["code"]),
        name_fr=str(row["name_fr"]),
        name_en=str(row["name_en"]),
        phone=str(row["phone"]),
        rank=number(row, "rank"),
    )
    if any(row[name] != value for name, value in _shape_of(duty).items()):
        shape_duty(actor, duty, _shape(row))
    return duty


def _shape(row: Values) -> Shape:
    return Shape(
        rhythm=str(row["rhythm"]),
        handovers=" ".join(texts(row, "handovers")),
        closes=time.fromisoformat(str(row["closes"])) if row["closes"] else None,
        weekdays=[WEEKDAYS.index(day) for day in texts(row, "weekdays")],
        on_holidays=bool(row["on_holidays"]),
        levels=number(row, "levels"),
        minimum=number(row, "minimum"),
        ideal=number(row, "ideal"),
        needs_approval=bool(row["approval"]),
        phone_public=bool(row["phone_public"]),
        checklist_fr="\n".join(texts(row, "checklist_fr")),
        checklist_en="\n".join(texts(row, "checklist_en")),
    )


DUTIES = Kind(
    name="duties",
    title=_("Kinds of duty"),
    about=_("The rotas: Production, Support, any other; when each is held, and by how many."),
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
        Column("rhythm", ", ".join(Rhythm), columns.one_of(*Rhythm), Rhythm.HAND.value),
        Column("handovers", _("times of day, like 08:00 20:00"), columns.handovers, ()),
        Column("closes", _("end of office hours, like 18:00"), columns.wall_clock),
        Column("weekdays", _("like mon-fri"), columns.weekdays, WEEKDAYS),
        Column("on_holidays", _("yes or no"), columns.flag, default=True),
        Column("levels", _("1: a primary; 2: and a backup…"), columns.level, 1),
        Column("minimum", _("people below which it can’t be held"), columns.whole, 1),
        Column("ideal", _("people it should have"), columns.whole, 1),
        Column("approval", _("yes: a lead decides on swaps"), columns.flag, default=False),
        Column("phone_public", _("yes: everybody may see its telephone"), columns.flag, default=False),
        Column("checklist_fr", _("at a hand-over, in French; separated by |"), columns.lines, ()),
        Column("checklist_en", _("at a hand-over, in English; separated by |"), columns.lines, ()),
    ),
    key=("code",),
    require=may,
    present=_duties,
    save=_save_duty,
)
