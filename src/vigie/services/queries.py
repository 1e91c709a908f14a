"""Reads over the catalogue."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import BadInput, Missing
from vigie.services.models import AlarmName, Dependency, Service
from vigie.services.rules import closure, match_alarm


def catalogue() -> QuerySet[Service]:
    """The services offered today, in the catalogue's order."""
    return Service.objects.filter(active=True)


def service_by_code(code: str) -> Service:
    """The service with this code, retired ones too; `Missing` if there never was one."""
    found = Service.objects.filter(code=code).first()
    if found is None:
        raise Missing("service.missing", _("There is no service “%(code)s”.") % {"code": code[:60]})
    return found


def by_codes(codes: Iterable[str]) -> list[Service]:
    """The services with these codes, in catalogue order; `BadInput` names the unknown ones and the known."""
    wanted = [code.strip() for code in codes if code.strip()]
    found = list(catalogue().filter(code__in=wanted))
    if unknown := sorted(set(wanted) - {service.code for service in found}):
        raise BadInput(
            "service.unknown",
            _("There is no service “%(codes)s” in the catalogue.") % {"codes": ", ".join(unknown)},
            hint=_("Known services: %(codes)s.")
            % {"codes": ", ".join(catalogue().values_list("code", flat=True))},
            field="services",
        )
    return found


def touched_by(services: Iterable[Service]) -> list[Service]:
    """The services themselves and all that depend on them, in catalogue order."""
    edges = Dependency.objects.values_list("service_id", "needs_id")
    return list(catalogue().filter(pk__in=closure([service.pk for service in services], edges)))


def needs_of() -> dict[int, frozenset[int]]:
    """{service: itself and everything that it directly or indirectly needs}, by primary key."""
    turned = [(needs, service) for service, needs in Dependency.objects.values_list("service_id", "needs_id")]
    return {pk: closure([pk], turned) for pk in catalogue().values_list("pk", flat=True)}


def for_alarms(alarms: Iterable[Mapping[str, str]]) -> list[Service | None]:
    """For the labels of each alarm the service it is about, by the names monitoring gives it or by its own code;
    None if unknown.
    """
    by_pk = {service.pk: service for service in catalogue()}
    names = {service.code: pk for pk, service in by_pk.items()}
    names |= dict(AlarmName.objects.filter(service__active=True).values_list("name", "service_id"))
    found = (match_alarm(labels, names) for labels in alarms)
    return [by_pk[pk] if pk is not None else None for pk in found]


def for_alarm(labels: Mapping[str, str]) -> Service | None:
    """The service one alarm is about; None if unknown."""
    return for_alarms([labels])[0]
