"""The map of the farm: where nodes stand, which service clusters, queues and nodes belong to."""

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values
from vigie.jobs.findings.actions import PERMISSIONS, FindingPermission, Spot, save_places, spot_checker
from vigie.jobs.findings.models import Place
from vigie.jobs.findings.rules import PlaceKind
from vigie.kernel.access import Actor, require

FIELDS = ("cluster", "kind", "name", "rack", "room", "model")


def _may(actor: Actor) -> None:
    require(actor, FindingPermission.MAP, PERMISSIONS)


def _present(rows: Sequence[Values] | None) -> Iterable[Values]:
    places = Place.objects.all()
    if rows is not None:
        places = places.filter(cluster__in={str(row["cluster"]) for row in rows})
    for *texts, service, active in places.values_list(*FIELDS, "service__code", "active"):
        yield {**dict(zip(FIELDS, texts, strict=True)), "service": service or "", "active": active}


def _spot(row: Values) -> Spot:
    texts = {name: str(row[name]) for name in (*FIELDS, "service")}
    return Spot(**texts, active=bool(row["active"]))


def _check() -> Callable[[Values], str]:
    problem = spot_checker()
    return lambda row: problem(_spot(row))


def _save_all(actor: Actor, rows: Sequence[Values]) -> None:
    save_places(actor, [_spot(row) for row in rows])


PLACES = Kind(
    name="places",
    title=_("Map of the farm"),
    about=_("Where nodes stand, and which service clusters, queues and nodes belong to."),
    columns=(
        Column(
            "cluster",
            _("name of the cluster"),
            columns.text,
            needed=True,
            aliases=frozenset({"grappe", "ferme"}),
        ),
        Column(
            "kind", "cluster, queue, node", columns.one_of(*PlaceKind), "node", aliases=frozenset({"genre"})
        ),
        Column(
            "name",
            _("name of the node or queue; of the cluster, again its own"),
            columns.text,
            needed=True,
            aliases=frozenset({"nom", "node", "host", "hostname", "nœud", "queue", "partition"}),
        ),
        Column("rack", _("rack in which it stands"), columns.text, aliases=frozenset({"baie"})),
        Column("room", _("room in which it stands"), columns.text, aliases=frozenset({"salle"})),
        Column(
            "model", _("what the machine is"), columns.text, aliases=frozenset({"modèle", "hardware", "type"})
        ),
        Column("service", _("code of the service that it is part of; empty: none"), columns.text),
        Column("active", _("no: is there no more"), columns.flag, default=True, aliases=frozenset({"actif"})),
    ),
    key=("cluster", "kind", "name"),
    require=_may,
    present=_present,
    save_all=_save_all,
    check=_check,
)
