"""Verbs over experiments and their contacts."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction

from vigie.experiments.events import ExperimentAudit
from vigie.experiments.models import Contact, ContactRole, Experiment
from vigie.kernel import audit
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import BadInput
from vigie.people.rules import Role
from vigie.services.queries import by_codes


class ExperimentPermission(Permission):
    EDIT = "experiments.edit"


PERMISSIONS = {ExperimentPermission.EDIT: frozenset({Role.SUPPORT, Role.LEAD, Role.ADMINISTRATOR})}


@transaction.atomic
def save_experiment(
    actor: Actor, *, code: str, name: str, domain: str = "", uses: Iterable[str] = ()
) -> Experiment:
    """Create the experiment with this code or bring it up to date, with the services it uses."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    experiment = Experiment.objects.filter(code=code).first() or Experiment(code=code)
    experiment.name, experiment.domain, experiment.active = name, domain, True
    _clean(experiment, "experiment.invalid")
    experiment.save()
    services = by_codes(uses)
    experiment.uses.set(services)
    audit.record(
        ExperimentAudit.SAVED,
        actor=actor,
        subject=experiment,
        changes={"name": name, "domain": domain, "uses": [service.code for service in services]},
    )
    return experiment


@transaction.atomic
def save_contact(
    actor: Actor,
    experiment: Experiment,
    *,
    name: str,
    address: str = "",
    language: str = "fr",
    role: str = ContactRole.COMPUTING,
) -> Contact:
    """Add a contact or bring it up to date (known by experiment and name). An empty address is kept, and shown."""
    require(actor, ExperimentPermission.EDIT, PERMISSIONS)
    contact = Contact.objects.filter(experiment=experiment, name=name).first()
    contact = contact or Contact(experiment=experiment, name=name)
    contact.address, contact.language, contact.role = address.strip(), language, role
    if contact.address:
        try:
            validate_email(contact.address)
        except ValidationError as error:
            raise BadInput("contact.address", f"{address}: {error.messages[0]}", field="address") from None
    _clean(contact, "contact.invalid")
    contact.save()
    audit.record(
        ExperimentAudit.CONTACT_SAVED,
        actor=actor,
        subject=contact,
        changes={"experiment": experiment.code, "language": language, "role": role},
    )
    return contact


def _clean(row: models.Model, code: str) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput(code, f"{field}: {messages[0]}", field=field) from None
