"""Tell the leads of holes ahead: 6, 3 and 1 month before, each once, in one mail for all that is due together."""

from django.db import transaction

from vigie.experiments.coverage import queries, texts
from vigie.experiments.coverage.events import CoverageAudit
from vigie.experiments.coverage.models import Warned
from vigie.kernel import audit, clock
from vigie.kernel.access import System
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.people.rules import GroupKind
from vigie.post.actions import Parcel, enqueue


@transaction.atomic
def tell_of_holes() -> int:
    """Note every mark that is due and write the mails with it; returns how many holes were told.

    What was told is a row, so neither a restart nor a second worker tells it again.
    """
    due = queries.holes_to_tell()
    if not due:
        return 0
    told = []
    for item in due:
        row, made = Warned.objects.get_or_create(
            line=item.hole.line,
            state=item.hole.state,
            starts_on=item.hole.days.starts,
            months=item.months,
            defaults={"at": clock.now()},
        )
        if made:
            told.append((item, row))
            audit.record(
                CoverageAudit.WARNED,
                actor=System(),
                subject=row,
                changes={"hole": str(row), "cause": item.hole.reason.cause},
            )
    if not told:
        return 0
    first = told[0][1].pk
    parcels = [
        Parcel(
            key=f"coverage-holes:{first}:{lead.pk}",
            recipient=lead.email,
            recipient_name=lead.name,
            language=lead.language,
            topic="coverage",
            payload=texts.holes_mail([item for item, _row in told], lead),
        )
        for lead in _leads()
        if lead.email
    ]
    enqueue(parcels)
    return len(told)


def _leads() -> list[Person]:
    """The leads of Support; where there is none, those of Operations."""
    return people.leads(GroupKind.SUPPORT) or people.leads(GroupKind.OPERATIONS)
