"""Experiments and their contacts."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, texts
from vigie.experiments.actions import (
    PERMISSIONS,
    ExperimentPermission,
    close_experiment,
    save_contact,
    save_experiment,
)
from vigie.experiments.models import Contact, ContactRole, Experiment
from vigie.experiments.queries import experiment_by_code
from vigie.kernel.access import Actor, require
from vigie.people.rules import one_line


def may(actor: Actor) -> None:
    """Those who look after experiments."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)


def _experiments(_rows: Sequence[Values] | None) -> Iterable[Values]:
    for one in Experiment.objects.order_by("code").prefetch_related("uses"):
        yield {
            "code": one.code,
            "name": one_line(one.name),
            "domain": one_line(one.domain),
            "uses": tuple(sorted(service.code for service in one.uses.all())),
            "active": one.active,
        }


def _save_experiment(actor: Actor, row: Values) -> Experiment:
    experiment = save_experiment(
        actor,
        code=str(row["code"]),
        name=str(row["name"]),
        domain=str(row["domain"]),
        uses=texts(row, "uses"),
    )
    if not row["active"]:
        close_experiment(actor, experiment)
    return experiment


EXPERIMENTS = Kind(
    name="experiments",
    title=_("Experiments"),
    about=_("The customers of the centre, and the services that each uses."),
    columns=(
        Column("code", _("short name, without spaces"), columns.text, needed=True),
        Column("name", _("name"), columns.text, needed=True, aliases=frozenset({"nom"})),
        Column("domain", _("field of science"), columns.text, aliases=frozenset({"domaine"})),
        Column(
            "uses",
            _("codes of services, separated by spaces"),
            columns.codes,
            (),
            aliases=frozenset({"services"}),
        ),
        Column("active", _("no: has ended"), columns.flag, default=True, aliases=frozenset({"actif"})),
    ),
    key=("code",),
    require=may,
    present=_experiments,
    save=_save_experiment,
)


def _contacts(_rows: Sequence[Values] | None) -> Iterable[Values]:
    rows = Contact.objects.select_related("experiment").order_by("experiment__code", "name", "pk")
    for contact in rows:
        yield {
            "experiment": contact.experiment.code,
            "name": one_line(contact.name),
            "address": contact.address.strip(),
            "language": contact.language,
            "role": str(contact.role),
        }


def _save_contact(actor: Actor, row: Values) -> Contact:
    return save_contact(
        actor,
        experiment_by_code(str(row["experiment"])),
        name=str(row["name"]),
        address=str(row["address"]),
        language=str(row["language"]),
        role=str(row["role"]),
    )


CONTACTS = Kind(
    name="contacts",
    title=_("Contacts"),
    about=_("Who is told, by experiment: persons and mailing lists."),
    columns=(
        Column(
            "experiment",
            _("code of the experiment"),
            columns.text,
            needed=True,
            aliases=frozenset({"expérience"}),
        ),
        Column(
            "name", _("name of the person or list"), columns.text, needed=True, aliases=frozenset({"nom"})
        ),
        Column(
            "address",
            _("mail address; empty: can’t be told"),
            columns.text,
            aliases=frozenset({"email", "mail", "adresse", "courriel"}),
        ),
        Column("language", "fr, en", columns.one_of("fr", "en"), "fr", aliases=frozenset({"langue"})),
        Column(
            "role",
            ", ".join(ContactRole.values),
            columns.one_of(*ContactRole.values),
            ContactRole.COMPUTING.value,
        ),
    ),
    key=("experiment", "name"),
    require=may,
    present=_contacts,
    save=_save_contact,
)
