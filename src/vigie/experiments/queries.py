"""Reads over experiments."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.experiments.models import AccountSource, Contact, ContactRole, Experiment, FarmAccount
from vigie.kernel.errors import Missing
from vigie.services.models import Service


@dataclass(frozen=True)
class Reach:
    """One contact who is to be told, and why."""

    name: str
    address: str
    language: str
    is_list: bool
    experiments: tuple[str, ...]
    role: str = ContactRole.COMPUTING
    stopped: bool = False


def experiments() -> QuerySet[Experiment]:
    return Experiment.objects.filter(active=True)


def experiment_by_code(code: str) -> Experiment:
    """The experiment with this code, ended ones too; `Missing` if there never was one."""
    found = Experiment.objects.filter(code=code).first()
    if found is None:
        raise Missing("experiment.missing", _("There is no experiment “%(code)s”.") % {"code": code[:60]})
    return found


def contact_of(experiment: Experiment, pk: int) -> Contact:
    """One contact of the experiment, or `Missing`."""
    found = experiment.contacts.filter(pk=pk).first()
    if found is None:
        raise Missing("contact.missing", _("There is no such contact; somebody may have removed it."))
    return found


def users_of(services: Iterable[Service]) -> list[Experiment]:
    """The experiments that use at least one of the services, by name."""
    return list(experiments().filter(uses__in=list(services)).distinct())


def contacts_of(found: Iterable[Experiment]) -> list[Reach]:
    """Contacts of these experiments, one per address (the first language entered wins), with every reason.

    A contact without address is returned too, with an empty one: the composer shows who can't be reached.
    """
    by_address: dict[str, list[Contact]] = {}
    rows = Contact.objects.filter(experiment__in=list(found)).select_related("experiment").order_by("pk")
    for contact in rows:
        key = contact.address.strip().lower() or f"no address {contact.pk}"
        by_address.setdefault(key, []).append(contact)
    return [
        Reach(
            name=rows[0].name,
            address=rows[0].address.strip(),
            language=rows[0].language,
            is_list=any(row.role == ContactRole.LIST for row in rows),
            experiments=tuple(dict.fromkeys(row.experiment.name for row in rows)),
            role=rows[0].role,
            stopped=any(row.stopped_at for row in rows),
        )
        for rows in by_address.values()
    ]


def accounts(
    *, words: str = "", cluster: str = "", experiment: str = "", ended: bool = False
) -> QuerySet[FarmAccount]:
    """Accounts of the farm, by cluster and name; `experiment` is a code, "-" for none."""
    found = FarmAccount.objects.select_related("experiment")
    if not ended:
        found = found.filter(active=True)
    if words:
        named = Q(username__icontains=words) | Q(person_name__icontains=words) | Q(mail__icontains=words)
        found = found.filter(named)
    if cluster:
        found = found.filter(cluster=cluster)
    if experiment:
        found = (
            found.filter(experiment=None) if experiment == "-" else found.filter(experiment__code=experiment)
        )
    return found


def clusters() -> list[str]:
    """The clusters that have accounts."""
    return sorted(FarmAccount.objects.order_by().values_list("cluster", flat=True).distinct())


def account_sources() -> QuerySet[AccountSource]:
    """How the last reading of each source of accounts went."""
    return AccountSource.objects.all()
