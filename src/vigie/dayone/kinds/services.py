"""The catalogue of services."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, number, texts
from vigie.kernel.access import Actor, require
from vigie.people.rules import one_line
from vigie.services.actions import PERMISSIONS, ServicePermission, retire_service, save_service
from vigie.services.models import Service


def _may(actor: Actor) -> None:
    require(actor, ServicePermission.EDIT, PERMISSIONS)


def _present(_rows: Sequence[Values] | None) -> Iterable[Values]:
    for service in Service.objects.prefetch_related("depends_on", "alarm_names"):
        yield {
            "code": service.code,
            "name_fr": one_line(service.name_fr),
            "name_en": one_line(service.name_en),
            "plain_fr": one_line(service.plain_fr),
            "plain_en": one_line(service.plain_en),
            "rank": service.rank,
            "needs": tuple(sorted(other.code for other in service.depends_on.all())),
            "alarm_names": tuple(sorted(one.name for one in service.alarm_names.all())),
            "active": service.active,
        }


def _save(actor: Actor, row: Values) -> Service:
    service = save_service(
        actor,
        code=str(row["code"]),
        name_fr=str(row["name_fr"]),
        name_en=str(row["name_en"]),
        plain_fr=str(row["plain_fr"]),
        plain_en=str(row["plain_en"]),
        rank=number(row, "rank"),
        needs=texts(row, "needs"),
        alarm_names=texts(row, "alarm_names"),
    )
    if not row["active"]:
        retire_service(actor, service)
    return service


SERVICES = Kind(
    name="services",
    title=_("Services"),
    about=_("The catalogue in plain words, what each service needs, what alarms call it."),
    columns=(
        Column("code", _("short name, without spaces"), columns.text, needed=True),
        Column("name_fr", _("name in French"), columns.text, needed=True),
        Column("name_en", _("name in English"), columns.text, needed=True),
        Column("plain_fr", _("what it is for, in plain French"), columns.text, needed=True),
        Column("plain_en", _("what it is for, in plain English"), columns.text, needed=True),
        Column("rank", _("place in lists"), columns.whole, 100, aliases=frozenset({"rang"})),
        Column("needs", _("codes of services it can’t work without"), columns.codes, ()),
        Column("alarm_names", _("what alarms call it, separated by |"), columns.names, ()),
        Column(
            "active", _("no: out of the catalogue"), columns.flag, default=True, aliases=frozenset({"actif"})
        ),
    ),
    key=("code",),
    require=_may,
    present=_present,
    save=_save,
)
