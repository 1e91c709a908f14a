"""Verbs over the catalogue."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import BadInput
from vigie.people.rules import Role
from vigie.services.events import ServiceAudit
from vigie.services.models import AlarmName, Dependency, Service
from vigie.services.queries import by_codes


class ServicePermission(Permission):
    EDIT = "services.edit"


PERMISSIONS = {ServicePermission.EDIT: frozenset({Role.LEAD, Role.ADMINISTRATOR})}


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
) -> Service:
    """Create the service with this code or bring it up to date, with what it needs and what alarms call it."""
    require(actor, ServicePermission.EDIT, PERMISSIONS)
    service = Service.objects.filter(code=code).first() or Service(code=code)
    service.name_fr, service.name_en, service.plain_fr, service.plain_en = (
        name_fr,
        name_en,
        plain_fr,
        plain_en,
    )
    service.rank, service.active = rank, True
    try:
        service.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput("service.invalid", f"{field}: {messages[0]}", field=field) from None
    service.save()
    needed = by_codes(needs)
    if service in needed:
        raise BadInput("service.circle", _("A service does not depend on itself."), field="needs")
    service.needs.exclude(needs__in=needed).delete()
    for other in needed:
        Dependency.objects.get_or_create(service=service, needs=other)
    names = [name.strip() for name in alarm_names if name.strip()]
    service.alarm_names.exclude(name__in=names).delete()
    for name in names:
        taken = AlarmName.objects.filter(name__iexact=name).exclude(service=service).first()
        if taken:
            raise BadInput(
                "alarm_name.taken",
                _("Alarms named “%(name)s” already mean %(service)s.")
                % {"name": name, "service": taken.service.code},
                field="alarm_names",
            )
        AlarmName.objects.get_or_create(service=service, name=name)
    audit.record(
        ServiceAudit.SAVED,
        actor=actor,
        subject=service,
        changes={"code": code, "needs": [other.code for other in needed], "alarm_names": names},
    )
    return service
