"""Verbs over the catalogue."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import BadInput, Refused
from vigie.people.rules import Role, one_line
from vigie.services.events import ServiceAudit
from vigie.services.models import AlarmName, Dependency, Service
from vigie.services.queries import by_codes, catalogue


class ServicePermission(Permission):
    EDIT = "services.edit"


PERMISSIONS = {ServicePermission.EDIT: frozenset({Role.LEAD, Role.ADMINISTRATOR})}
ALARM_NAME_LIMIT = 200


def hold(services: Iterable[Service]) -> None:
    """Until the transaction ends nobody else holds these services: two alarms of one service can't both open an
    outage. An update that changes nothing: it locks the rows on PostgreSQL; SQLite lets one writer in anyway.
    """
    for pk in sorted(service.pk for service in services):
        Service.objects.filter(pk=pk).update(rank=F("rank"))


@transaction.atomic
def save_service(
    actor: Actor,
    *,
    code: str,
    name_fr: str,
    name_en: str,
    plain_fr: str,
    plain_en: str,
    rank: int = 100,
    needs: Iterable[str] = (),
    alarm_names: Iterable[str] = (),
    new: bool = False,
) -> Service:
    """Create the service with this code or bring it up to date, with what it needs and what alarms call it.

    `new`: refuse a code that is taken. A retired service saved again is back in the catalogue.
    """
    require(actor, ServicePermission.EDIT, PERMISSIONS)
    service = Service.objects.filter(code=code).first() or Service(code=code)
    if new and service.pk:
        raise BadInput(
            "service.taken",
            _("“%(code)s” is in the catalogue already.") % {"code": code},
            hint=_("Choose another code, or edit that service."),
            field="code",
        )
    service.name_fr, service.name_en = one_line(name_fr), one_line(name_en)
    service.plain_fr, service.plain_en = one_line(plain_fr), one_line(plain_en)
    service.rank, service.active = rank, True
    try:
        service.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput("service.invalid", f"{field}: {messages[0]}", field=field) from None
    service.save()
    needed = _set_needs(service, needs)
    names = _set_alarm_names(service, alarm_names)
    audit.record(
        ServiceAudit.SAVED,
        actor=actor,
        subject=service,
        changes={"code": code, "needs": [other.code for other in needed], "alarm_names": names},
    )
    return service


def _set_needs(service: Service, codes: Iterable[str]) -> list[Service]:
    try:
        needed = by_codes(codes)
    except BadInput as error:
        raise BadInput(error.code, error.message, hint=error.hint, field="needs") from None
    if service in needed:
        raise BadInput("service.circle", _("A service does not depend on itself."), field="needs")
    service.needs.exclude(needs__in=needed).delete()
    for other in needed:
        Dependency.objects.get_or_create(service=service, needs=other)
    return needed


def _set_alarm_names(service: Service, wanted: Iterable[str]) -> list[str]:
    """Alarms are matched case aside, so names that differ in case only are one."""
    names = list({name.lower(): name for name in map(one_line, wanted) if name}.values())
    service.alarm_names.exclude(name__in=names).delete()
    for name in names:
        if len(name) > ALARM_NAME_LIMIT:
            raise BadInput(
                "alarm_name.too_long",
                _("“%(name)s…” is too long for the name of an alarm.") % {"name": name[:40]},
                field="alarm_names",
            )
        taken = AlarmName.objects.filter(name__iexact=name).exclude(service=service).first()
        if taken:
            raise BadInput(
                "alarm_name.taken",
                _("Alarms named “%(name)s” already mean %(service)s.")
                % {"name": name, "service": taken.service.code},
                field="alarm_names",
            )
        AlarmName.objects.get_or_create(service=service, name=name)
    return names


@transaction.atomic
def retire_service(actor: Actor, service: Service) -> None:
    """Take a service out of the catalogue; its past stays readable. Refused while another service needs it."""
    require(actor, ServicePermission.EDIT, PERMISSIONS)
    if needing := list(catalogue().filter(needs__needs=service)):
        raise Refused(
            "service.needed",
            _("%(names)s depend on it.") % {"names": ", ".join(other.code for other in needing)},
            hint=_("Take it out of what they need first."),
        )
    if Service.objects.filter(pk=service.pk, active=True).update(active=False) != 1:
        raise Refused(
            "service.retired", _("“%(code)s” is out of the catalogue already.") % {"code": service.code}
        )
    service.active = False
    audit.record(ServiceAudit.RETIRED, actor=actor, subject=service, changes={"code": service.code})
