"""Reads over experiments."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from vigie.experiments.models import Contact, ContactRole, Experiment
from vigie.services.models import Service


@dataclass(frozen=True)
class Reach:
    """One contact who is to be told, and why."""

    name: str
    address: str
    language: str
    is_list: bool
    experiments: tuple[str, ...]


def experiments() -> QuerySet[Experiment]:
    return Experiment.objects.filter(active=True)


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
        )
        for rows in by_address.values()
    ]
