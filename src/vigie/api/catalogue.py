"""Services and experiments."""

from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Path, Router

from vigie.api import asks, shapes
from vigie.api.auth import operation, sees_contacts
from vigie.api.paging import Limit, Offset, page
from vigie.api.people import Call
from vigie.experiments import queries as experiments
from vigie.experiments.models import Experiment
from vigie.kernel.errors import Missing
from vigie.notices.rules import Effect
from vigie.outages.models import Outage
from vigie.outages.queries import effects_now
from vigie.people.rules import Scope
from vigie.services import queries as services
from vigie.services.models import Service

router = Router(tags=["Catalogue"])

Code = Annotated[str, Path(max_length=asks.CODE_LIMIT)]


def service_out(row: Service, effects: dict[int, tuple[str, Outage]]) -> shapes.ServiceOut:
    """A service with what users notice of it now."""
    effect, outage = effects.get(row.pk, (None, None))
    return shapes.ServiceOut(
        code=row.code,
        name_fr=row.name_fr,
        name_en=row.name_en,
        plain_fr=row.plain_fr,
        plain_en=row.plain_en,
        needs=sorted(line.needs.code for line in row.needs.all()),
        effect=Effect(effect) if effect else None,
        outage=outage.pk if outage else None,
    )


def experiment_out(row: Experiment, *, contacts: bool) -> shapes.ExperimentOut:
    """An experiment; the addresses of its contacts only for who may see them."""
    return shapes.ExperimentOut(
        code=row.code,
        name=row.name,
        domain=row.domain,
        uses=[service.code for service in row.uses.all()],
        contacts=[
            shapes.ContactOut(
                name=contact.name,
                role=contact.role,
                language=contact.language,
                address=contact.address if contacts else None,
            )
            for contact in row.contacts.all()
        ],
    )


@router.get(
    "/services",
    summary="The services, and how they are",
    **operation(Scope.READ, shapes.Page[shapes.ServiceOut]),
)
def all_services(request: Call, limit: Limit, offset: Offset) -> shapes.Page[shapes.ServiceOut]:
    """In the catalogue's order, each with what users notice of it at this moment."""
    effects = effects_now()
    rows = services.catalogue().prefetch_related("needs__needs")
    return page(request, rows, limit, offset, lambda found: [service_out(row, effects) for row in found])


@router.get("/services/{code}", summary="One service", **operation(Scope.READ, shapes.ServiceOut))
def one_service(request: Call, code: Code) -> shapes.ServiceOut:  # noqa: ARG001 # ninja hands every operation the request
    """By its code."""
    row = services.catalogue().filter(code=code).first()
    if row is None:
        raise Missing(
            "service.missing", _("There is no service “%(code)s” in the catalogue.") % {"code": code}
        )
    return service_out(row, effects_now())


@router.get(
    "/experiments", summary="The experiments", **operation(Scope.READ, shapes.Page[shapes.ExperimentOut])
)
def all_experiments(request: Call, limit: Limit, offset: Offset) -> shapes.Page[shapes.ExperimentOut]:
    """By name, with their contacts. Addresses need the scope `contacts`."""
    contacts = sees_contacts(request.auth)
    rows = experiments.experiments().prefetch_related("uses", "contacts")
    return page(
        request, rows, limit, offset, lambda found: [experiment_out(row, contacts=contacts) for row in found]
    )


@router.get("/experiments/{code}", summary="One experiment", **operation(Scope.READ, shapes.ExperimentOut))
def one_experiment(request: Call, code: Code) -> shapes.ExperimentOut:
    """By its code."""
    row = experiments.experiments().filter(code=code).first()
    if row is None:
        raise Missing("experiment.missing", _("There is no experiment “%(code)s”.") % {"code": code})
    return experiment_out(row, contacts=sees_contacts(request.auth))
